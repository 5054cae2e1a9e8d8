"""Real cameras before a whole line: their frames are judged, and a camera that falls silent is told at once (A24, D01)."""

import signal
import time

import pytest
from cameras import GigECamera, RTSPServer
from server import wait_until

PERIOD = 0.040
# A PLC whose own patience ends no part before the line's does.
PATIENT = {"window": 2.5}


@pytest.fixture
def gige():
    with GigECamera() as camera:
        yield camera


def alarms(line):
    return {alarm["code"]: alarm["text"] for alarm in line.state()["alarms"]}


def wait_for_frames(line):
    wait_until(lambda: line.state()["camera"]["connected"] and line.state()["camera"]["frames"] > 20, "frames", 20)


def judged(line, numbers):
    return [line.plc.judge(number) for number in numbers]


def test_a_gige_camera_that_falls_silent(make_line, gige):
    """[camera-lost-3] DEVICE_FAULT one frame period after the frame was due, far from the limit; back with the next frame."""
    line = make_line(
        program=PATIENT, camera="gige://LINESIDE?timeout=5000", decide_within_ms=2000, frame_within_ms=1900
    ).start()
    wait_for_frames(line)
    assert all(part.result.reason in ("OK", "DEFECT") for part in judged(line, range(1, 6)))
    # On a machine with other things to do the camera itself may have been late before.
    lost = line.state()["camera"]["lost"]
    gige.signal(signal.SIGSTOP)
    time.sleep(PERIOD / 2)
    part = line.plc.judge(10)
    assert part.result.reason == "DEVICE_FAULT"
    # Two periods, the rhythm's sway, the bus, and a machine that others share; not the 1.9 s that a frame may take.
    assert part.seconds < 0.5
    wait_until(lambda: "no frame for" in alarms(line).get("CAMERA_LOST", ""), "the alarm", 2)
    assert line.state()["camera"]["lost"] == lost + 1
    gige.signal(signal.SIGCONT)
    wait_until(lambda: "CAMERA_LOST" not in alarms(line), "the camera", 10)
    wait_until(lambda: line.plc.judge(11).result.reason in ("OK", "DEFECT"), "a judged part", 10)
    assert line.state()["camera"]["lost"] == lost + 1


def test_an_rtsp_camera_is_judged_and_found_again(make_line):
    """[line-frame-2] H.264 over TCP; its server dies, and comes back on the same port."""
    with RTSPServer() as server:
        port = server.port
        line = make_line(
            program=PATIENT,
            camera=f"rtsp://127.0.0.1:{port}/live?latency=20",
            decide_within_ms=2000,
            frame_within_ms=1900,
        ).start()
        wait_for_frames(line)
        assert all(part.result.reason in ("OK", "DEFECT") for part in judged(line, range(1, 6)))
    wait_until(lambda: "CAMERA_LOST" in alarms(line), "the alarm", 10)
    part = line.plc.judge(10)
    assert part.result.reason == "DEVICE_FAULT" and part.gate == "REJECT"
    with RTSPServer("--port", port):
        wait_until(lambda: "CAMERA_LOST" not in alarms(line), "the camera", 30)
        wait_until(lambda: line.plc.judge(11).result.reason in ("OK", "DEFECT"), "a judged part", 10)
    assert line.state()["camera"]["lost"] >= 1
