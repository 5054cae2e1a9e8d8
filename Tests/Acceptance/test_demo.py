"""A whole line with one command. A28, D01, D41."""

import json
import os
import signal
import socket
import subprocess
import threading

import boto3
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


def wait_active(process):
    """Until its release judges; what was said until then. One that never does is killed, so that the test does not wait for ever."""
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    said = []
    for line in process.stderr:
        said.append(line)
        if "is active" in line:
            watchdog.cancel()
            return "".join(said)
    raise AssertionError("".join(said))


def test_tallies_every_part_and_leaves_nothing(binary, tmp_path):
    """A28"""
    process = demo(binary, tmp_path, "--seconds", "6", "--port", "0", "-o", "json")
    said, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    report = json.loads(said)
    tally = report["tally"]
    # A machine with other things to do starts a line late.
    assert 50 < tally["parts"] < 200
    assert tally["right"] + tally["reviews"] + tally["fail_safes"] + tally["escapes"] + tally["false_rejects"] >= tally["parts"] - 10
    assert tally["passes"] > 30 and tally["escapes"] == 0
    assert report["restarts"] == {"station": 0, "io": 0}
    assert members(process.pid) == [] and list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_everything_in_order(binary, tmp_path):
    """D01"""
    process = demo(binary, tmp_path, "--port", "0")
    wait_active(process)
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert log.index("the station stops") < log.index("the PLC loop stops")
    assert members(process.pid) == [] and list(tmp_path.iterdir()) == []


def test_a_killed_demo_leaves_no_process(binary, tmp_path):
    """D01"""
    process = demo(binary, tmp_path, "--port", "0")
    wait_active(process)
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


# -- with a hub -------------------------------------------------------------------------------------------------------


def env_of(binary, folder):
    """What the hub in a folder tells an AWS SDK; None before it is there."""
    finished = subprocess.run(
        [binary, "env", "--data", folder, "-o", "json"], capture_output=True, text=True, timeout=20
    )
    return json.loads(finished.stdout) if finished.returncode == 0 else None


def client(said, service):
    return boto3.client(
        service,
        endpoint_url=said["AWS_ENDPOINT_URL"],
        region_name=said["AWS_REGION"],
        aws_access_key_id=said["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=said["AWS_SECRET_ACCESS_KEY"],
    )


def test_a_line_that_has_joined_a_hub(binary, tmp_path):
    """A28, A11, A31: the line judges, the hub knows its node as HEALTHY and has its figures; nothing is left."""
    process = demo(binary, tmp_path, "--hub", "--port", "0", "--hub-port", "0", "-o", "json")
    told = wait_active(process)
    (state,) = wait_until(lambda: list(tmp_path.iterdir()), "its folder")
    said = wait_until(lambda: env_of(binary, state / "hub"), "the hub", 30)
    green, watch = client(said, "greengrassv2"), client(said, "cloudwatch")

    def status():
        return {row["coreDeviceThingName"]: row["status"] for row in green.list_core_devices()["coreDevices"]}

    wait_until(lambda: status() == {"demo": "HEALTHY"}, "the node to be healthy", 30)
    names = {"Answers", "Components", "EventsWaiting", "MemoryBytes"}
    wait_until(
        lambda: names <= {row["MetricName"] for row in watch.list_metrics(Namespace="Lineside")["Metrics"]},
        "the node's figures",
        30,
    )
    process.send_signal(signal.SIGINT)
    out, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    report = json.loads(out)
    assert report["tally"]["passes"] > 0 and report["tally"]["escapes"] == 0, (report, log)
    assert report["restarts"] == {"node": 0, "hub": 0}, log
    log = told + log
    assert "eval \"$(" in log and "aws greengrassv2" in log
    assert log.index("the station stops") < log.index("the hub stops")
    assert members(process.pid) == [] and list(tmp_path.iterdir()) == []


def test_a_killed_demo_with_a_hub_leaves_no_process(binary, tmp_path):
    process = demo(binary, tmp_path, "--hub", "--port", "0", "--hub-port", "0")
    wait_active(process)
    kept = members(process.pid)
    assert any(" hub " in words for words in kept) and any(" node " in words for words in kept), kept
    process.kill()
    process.communicate(timeout=30)
    wait_until(lambda: members(process.pid) == [], "no process to be left", 20)
