"""Power cuts, in short: the binary kills itself at every step of an installation and goes on. [store-cut-1] [store-cut-2]"""

import json
import subprocess

import pytest


@pytest.fixture
def drill(binary):
    def run(*arguments):
        return subprocess.run([binary, "drill", "power", *arguments], capture_output=True, text=True, timeout=120)

    return run


@pytest.mark.parametrize("mode", ["kill", "loss", "refusal"])
def test_every_step_of_an_installation_can_be_cut(drill, mode):
    finished = drill("--mode", mode, "--scenario", "install", "--scenario", "rollback-sick", "--random", "0", "-o", "json")
    assert finished.returncode == 0, finished.stdout
    figures = json.loads(finished.stdout)
    assert figures["failed"] == 0
    assert figures["kill_points"] > 100
    assert figures["cuts"] >= figures["kill_points"]


@pytest.mark.parametrize("point", ["replace:17:kill", "replace:17:loss:some3", "replace:17:loss:names:4:bytes", "replace:17:full"])
def test_a_point_can_be_done_again(drill, point):
    finished = drill("--point", point)
    assert (finished.returncode, finished.stdout) == (0, f"{point}: all is well\n")


@pytest.mark.parametrize("arguments", [["--point", "nowhere:1:kill"], ["--scenario", "nothing"], ["--mode", "some"], ["now"]])
def test_what_is_not_there_is_refused(drill, arguments):
    finished = drill(*arguments)
    assert finished.returncode in (2, 78)
    assert len(finished.stderr.splitlines()) == 1
