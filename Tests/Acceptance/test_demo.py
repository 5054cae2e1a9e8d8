"""A whole line with one command. A28, D01, D41."""

import json
import os
import signal
import socket
import subprocess

from conftest import ROOT
from server import wait_until


def demo(binary, tmp_path, *words):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [binary, "demo", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def members(group):
    """Processes of a session, by their command lines."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            # What has ended and not been collected yet has no command line.
            if os.getsid(int(pid)) == group and (words := open(f"/proc/{pid}/cmdline").read()):
                found.append(words.replace("\0", " "))
        except OSError:
            pass
    return found


def test_tallies_every_part_and_leaves_nothing(binary, tmp_path):
    """A28"""
    process = demo(binary, tmp_path, "--seconds", "6", "--port", "0", "-o", "json")
    said, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    report = json.loads(said)
    tally = report["tally"]
    assert 100 < tally["parts"] < 200
    assert tally["right"] + tally["reviews"] + tally["fail_safes"] + tally["escapes"] + tally["false_rejects"] >= tally["parts"] - 10
    assert tally["passes"] > 80 and tally["escapes"] == 0
    assert report["restarts"] == {"station": 0, "io": 0}
    assert members(process.pid) == [] and list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_everything_in_order(binary, tmp_path):
    """D01"""
    process = demo(binary, tmp_path, "--port", "0")
    for line in process.stderr:
        if "is active" in line:
            break
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert log.index("the station stops") < log.index("the PLC loop stops")
    assert members(process.pid) == [] and list(tmp_path.iterdir()) == []


def test_a_killed_demo_leaves_no_process(binary, tmp_path):
    """D01"""
    process = demo(binary, tmp_path, "--port", "0")
    for line in process.stderr:
        if "is active" in line:
            break
    process.kill()
    process.communicate(timeout=30)
    # Whoever loses its parent ends by itself, a moment later.
    wait_until(lambda: members(process.pid) == [], "no process to be left")


def test_a_port_that_is_taken(binary, tmp_path):
    """A28"""
    with socket.create_server(("127.0.0.1", 0)) as place:
        process = demo(binary, tmp_path, "--port", str(place.getsockname()[1]))
        _, log = process.communicate(timeout=30)
    assert process.returncode == 69 and "is in use; choose another with --port" in log
    assert list(tmp_path.iterdir()) == []
