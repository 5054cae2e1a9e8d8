"""The sample model is what its script makes, byte for byte. C19."""

import subprocess
import sys

import pytest
from conftest import ROOT, SAMPLE_MODELS


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(folder, output) of a fresh run of the training script."""
    folder = tmp_path_factory.mktemp("trained")
    command = [sys.executable, str(ROOT / "scripts" / "train_iris.py"), str(folder)]
    return folder, subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_all_150_rows_agree_with_scikit_learn(trained):
    """C19"""
    assert "150/150" in trained[1]


@pytest.mark.parametrize("name", ["model.onnx", "metadata.json"])
def test_a_fresh_run_makes_the_same_bytes(trained, name):
    """C19"""
    path = f"iris/1/{name}"
    assert (trained[0] / path).read_bytes() == (SAMPLE_MODELS / path).read_bytes()
