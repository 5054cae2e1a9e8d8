"""Whose frame it is that names no part: a part is never judged by another's, whatever was late or lost on the way."""

import time

import cv2
import pytest
from line import entries, passes_without_entry
from plc import BYPASS, ENABLE, AskingPLC
from server import wait_until
from test_line import score_of, surfaces, verdict_of

LIMITS = {"camera": "push://", "decide_within_ms": 1000, "frame_within_ms": 300}
PATIENT = {"window": 1.5}
SAFE, PASSED, FOUND = ("REJECT", "DEVICE_FAULT"), ("PASS", "OK"), ("REJECT", "DEFECT")


@pytest.fixture(scope="module")
def pictures(binary):
    """A good part's picture and a defective one's, as files, and what the sample release says of them."""
    found = {}
    for _, picture in surfaces(binary, 1, 60):
        found.setdefault(verdict_of(score_of(picture)), cv2.imencode(".png", picture)[1].tobytes())
    return {"good": found["PASS"], "bad": found["REJECT"]}


class Belt:
    """A line whose frames are pushed, step by step."""

    def __init__(self, line, pictures):
        self.line, self.plc, self.pictures = line, line.plc, pictures
        self.began = time.monotonic()

    def run(self, steps):
        """(milliseconds, what, which): a trigger of a part, or a push of a picture, which may name a part."""
        self.began = time.monotonic()
        for at, what, which in steps:
            time.sleep(max(0.0, self.began + at / 1000 - time.monotonic()))
            self.trigger(which) if what == "trigger" else self.push(*which) if what == "name" else self.push(which)

    def trigger(self, part):
        self.plc.feed([part])
        # By a look each millisecond: frames come within few.
        until = time.monotonic() + 10
        while not any(each.part == part for each in [*self.plc.under_way, *self.plc.gone]):
            assert time.monotonic() < until, f"waited in vain for trigger {part}"
            time.sleep(0.001)

    def push(self, picture, part=None):
        headers = {} if part is None else {"Lineside-Part": str(part)}
        url = self.line.url + "/station/frames"
        reply = self.line.session.post(url, data=self.pictures[picture], headers=headers, timeout=5)
        assert reply.status_code == 200

    def said(self, parts):
        """(gate, reason) of each part."""
        wait_until(lambda: {part.part for part in self.plc.gone} >= set(parts), "the parts", 10)
        gone = {part.part: part for part in self.plc.gone}
        return {part: (gone[part].gate, gone[part].result and gone[part].result.reason) for part in parts}


@pytest.fixture
def belt(make_line, pictures):
    return Belt(make_line(AskingPLC, PATIENT, **LIMITS).start(), pictures)


@pytest.mark.parametrize(
    ("steps", "right"),
    [
        pytest.param(
            [(0, "trigger", 11), (380, "trigger", 12), (400, "push", "good")],
            {11: SAFE, 12: SAFE},
            id="a late frame",
        ),
        pytest.param(
            [(0, "trigger", 11), (380, "trigger", 12), (400, "push", "good"), (430, "push", "bad")],
            {11: SAFE, 12: FOUND},
            id="a late frame and the next part's own",
        ),
        pytest.param(
            [(0, "trigger", 21), (100, "trigger", 22), (120, "push", "good")],
            {21: SAFE, 22: SAFE},
            id="two wait and one frame is lost",
        ),
        pytest.param(
            [(0, "trigger", 31), (60, "trigger", 32), (80, "push", "good"), (100, "push", "bad")],
            {31: PASSED, 32: FOUND},
            id="two wait and both frames come",
        ),
        pytest.param(
            [(0, "trigger", 41), (60, "trigger", 42), (80, "name", ("bad", 42)), (100, "name", ("good", 41))],
            {41: PASSED, 42: FOUND},
            id="frames that name their parts",
        ),
        pytest.param(
            [(0, "trigger", 51), (60, "trigger", 52), (80, "push", "good"), (100, "name", ("bad", 52))],
            {51: PASSED, 52: FOUND},
            id="one that does not",
        ),
    ],
)
def test_a_frame_is_its_part_s_or_nobody_s(belt, steps, right):
    """[line-frame-3] of two parts that could own a frame neither is judged by it."""
    belt.run(steps)
    assert belt.said(right) == right
    # Up to 50 ms of entries share a commit.
    wait_until(lambda: not passes_without_entry(belt.line), "the entries of those that passed", 5)


def test_the_doubt_ends_with_a_pause(belt):
    """[line-frame-3] as soon as no frame of before can come any more, the line judges by itself."""
    belt.run([(0, "trigger", 1), (400, "trigger", 2), (420, "push", "good")])
    assert belt.said([1, 2]) == {1: SAFE, 2: SAFE}
    time.sleep(0.7)
    belt.run([(0, "trigger", 3), (20, "push", "good")])
    assert belt.said([3]) == {3: PASSED}


def test_parts_that_were_not_asked_about_have_frames_too(belt):
    """[line-frame-3] the late frame of a part in bypass is not the next part's."""
    belt.plc.control = ENABLE | BYPASS
    belt.plc.wait("bypass", lambda said: "bypass" in said.status, 3)
    belt.trigger(1)
    belt.plc.control = ENABLE
    belt.plc.wait_ready(3)
    belt.run([(0, "trigger", 2), (20, "push", "good")])
    assert belt.said([1, 2]) == {1: ("REJECT", "BYPASS"), 2: SAFE}


def test_a_frame_each_and_in_order(belt):
    """[line-frame-3] Ten parts a second, each with a frame of its own: all are judged, and each by its own."""
    kinds = {part: "bad" if part % 3 == 0 else "good" for part in range(1, 31)}
    for part, kind in kinds.items():
        belt.trigger(part)
        # The PLC has yet to write what it has decided to trigger.
        time.sleep(0.02)
        belt.push(kind)
        time.sleep(0.08)
    said = belt.said(kinds)
    assert {part: gate for part, (gate, _) in said.items()} == {
        part: "REJECT" if kind == "bad" else "PASS" for part, kind in kinds.items()
    }


@pytest.mark.parametrize(("within", "late"), [(30, 0), (300, 300)])
def test_thirty_parts_a_second(make_line, pictures, within, late):
    """[line-frame-4] Nobody passes by another's frame, whatever the machine makes of so many; and where no two parts can
    own a frame, a frame that is too late costs nobody but its own part."""
    settings = LIMITS | {"frame_within_ms": within, "frame_late_ms": late}
    belt = Belt(make_line(AskingPLC, PATIENT, **settings).start(), pictures)
    kinds = {part: "bad" if part % 2 == 0 else "good" for part in range(1, 61)}
    began = time.monotonic()
    for place, (part, kind) in enumerate(kinds.items()):
        time.sleep(max(0.0, began + place / 30 - time.monotonic()))
        belt.trigger(part)
        time.sleep(0.01)
        belt.push(kind)
        # A trigger's moment is told to a period of the loop.
        time.sleep(0.01)
    said = belt.said(kinds)
    assert [part for part, kind in kinds.items() if kind == "bad" and said[part][0] == "PASS"] == []
    if within < 33:
        assert sum(answer in (PASSED, FOUND) for answer in said.values()) > 30, said


@pytest.mark.parametrize(
    ("camera", "within"), [("rtsp://127.0.0.1:1/live", 60), ("rtsp://127.0.0.1:1/live?latency=300", 300)]
)
def test_a_buffer_that_no_frame_leaves_in_time(make_line, camera, within):
    """[line-frame-2] exit 78: a frame that is taken after the trigger cannot come before the limit."""
    line = make_line(None, camera=camera, decide_within_ms=1000, frame_within_ms=within)
    station = line.start_station(wait=False)
    wait_until(lambda: not station.is_running, "the refusal", 5)
    assert station.process.returncode == 78 and "frame_within_ms" in station.log()


def test_the_ledger_says_why(belt):
    """[line-frame-3] DEVICE_FAULT, with neither score nor frame."""
    belt.run([(0, "trigger", 21), (100, "trigger", 22), (120, "push", "good")])
    belt.said([21, 22])
    wait_until(lambda: len(entries(belt.line, 1)) == 2, "the entries", 5)
    for entry in entries(belt.line, 1):
        assert (entry["reason"], entry["scores"], entry["frame_sha256"]) == ("DEVICE_FAULT", [], None)
