"""Nothing of a plant leaves it: the runtime's own telemetry, which newer ONNX Runtimes carry, is off (D01, D02)."""

import os

from conftest import SAMPLE_MODELS
from server import wait_until

ROW = {"instances": [[5.1, 3.5, 1.4, 0.2]]}


def open_files(pid):
    """Where a process's descriptors lead."""
    folder = f"/proc/{pid}/fd"
    return [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]


def test_an_engine_keeps_no_telemetry_and_opens_no_connection(start, tmp_path):
    """D01: one engine that has answered holds no data base of events and no socket but its front's"""
    home = tmp_path / "home"
    home.mkdir()
    server = start(SAMPLE_MODELS, env={"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")})
    assert server.post("/invocations", json=ROW).status_code == 200
    engine = wait_until(server.engines, "an engine")[0]
    files = open_files(engine)
    assert not [file for file in files if "onnxruntime.db" in file or "Microsoft" in file]
    assert len([file for file in files if file.startswith("socket:")]) == 1, "only the line to the front"
    assert not list(home.rglob("*"))
