"""The demo detector judges its golden set as it was trained to, and the parts are what they were. D34."""

import hashlib
import json
import subprocess

import pytest
from conftest import ROOT

RELEASE = ROOT / "Samples" / "surfaces" / "1"
GOLDEN = json.loads((RELEASE / "golden" / "golden.json").read_text())
METADATA = json.loads((RELEASE / "metadata.json").read_text())


def verdict(score):
    low, high = METADATA["review"]
    return "review" if low <= score < high else "reject" if score >= METADATA["threshold"] else "pass"


@pytest.mark.parametrize("image", GOLDEN["images"], ids=lambda image: image["file"])
def test_golden_image(binary, image):
    """D34"""
    path = RELEASE / "golden" / image["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == image["sha256"]
    command = [binary, "run", RELEASE / "model.onnx", path, "--threads", "1", "-o", "json"]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    score = next(output["data"][0] for output in answer["outputs"] if output["name"] == GOLDEN["output"])
    assert score == pytest.approx(image["score"], abs=GOLDEN["tolerance"])
    assert verdict(score) == image["verdict"]


def test_the_release_is_small():
    """D34"""
    assert (RELEASE / "model.onnx").stat().st_size < 1 << 20
    assert len(GOLDEN["images"]) == 50


def test_the_golden_tensor_is_the_one_of_training(binary, tmp_path):
    """D34"""
    out = tmp_path / "golden.f32"
    command = [binary, "preprocess", "--golden", "--size", "224x224", "--channels", "1", "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == METADATA["preprocessing"]["golden_sha256"]
