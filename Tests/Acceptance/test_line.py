"""A line with a PLC that we did not write: every part gets its verdict, and everyone tells the same story.

What is right is computed here: the part's own picture, OpenCV, ONNX Runtime and the release's metadata.
"""

import json
import sqlite3
import subprocess

import cv2
import numpy as np
import pytest
from line import MODEL, Line, Screen, trace
from plc import RESULT, AskingPLC, Result, ServedPLC
from pymodbus.client import ModbusTcpClient
from samples import session
from server import clean_environment, wait_until

PARTS = range(1, 241)
METADATA = json.loads((MODEL / "metadata.json").read_text())
WIDTH, HEIGHT = 640, 480


def surfaces(binary, first, count):
    """(truth, picture) of each part, as the program's own generator tells them."""
    command = [binary, "surfaces", "--seed", "1", "--first", first, "--count", count]
    command += ["--texture", "brushed", "--raw"]  # what sim:// shows when nobody says otherwise
    output = subprocess.run(list(map(str, command)), capture_output=True, check=True, env=clean_environment()).stdout
    place = 0
    for _ in range(count):
        end = output.index(b"\n", place)
        truth, start = json.loads(output[place:end]), end + 1
        place = start + WIDTH * HEIGHT
        yield truth, np.frombuffer(output[start:place], np.uint8).reshape(HEIGHT, WIDTH)


def score_of(picture):
    """As training would: resized by OpenCV, scaled, and run by ONNX Runtime."""
    small = cv2.resize(picture, (224, 224), interpolation=cv2.INTER_LINEAR)
    tensor = (small.astype(np.float32) / np.float32(255))[None, None]
    model = session(str(MODEL / "model.onnx"))
    return float(model.run(["score"], {"image": tensor})[0][0, 0])


def verdict_of(score):
    low, high = METADATA["review"]
    if low <= score < high:
        return "REVIEW"
    return "REJECT" if score >= METADATA["threshold"] else "PASS"


@pytest.fixture(scope="module")
def right(binary):
    """{part: (truth, score, verdict)}"""
    scores = {truth["part"]: (truth, score_of(picture)) for truth, picture in surfaces(binary, 1, len(PARTS))}
    return {part: (truth, score, verdict_of(score)) for part, (truth, score) in scores.items()}


@pytest.fixture(scope="module", params=[ServedPLC, AskingPLC], ids=["node asks", "PLC asks"])
def run(request, binary, tmp_path_factory):
    """240 parts at 30 a second, and what PLC, screen, ledger and the PLC process say of them afterwards."""
    # Every one of so many parts has to be judged in time: wide limits, for this is about what is said and not how soon.
    plc = request.param(window=1.5).start()
    wide = {"decide_within_ms": 1000, "frame_within_ms": 900}
    silence = {"plc_silence_ms": 1000, "station_silence_ms": 1000}
    line = Line(binary, tmp_path_factory.mktemp("run"), plc, bus=silence, **wide)
    screen = None
    try:
        line.start()
        screen = Screen(line)
        plc.feed(PARTS, per_second=30)
        plc.wait_done(seconds=60)
        last = (PARTS[-1], plc.sequence)
        wait_until(lambda: screen.parts.get(last, {}).get("ack") == "acknowledged", "the last acknowledgement")
        line.last_state = line.state()
    finally:
        if screen:
            screen.close()
        line.stop()
        plc.stop()
    line.screen = screen
    return line


def test_every_part_gets_one_result(run):
    """[line-result-1]"""
    assert [part.part for part in run.plc.gone] == list(PARTS)
    assert [str(part) for part in run.plc.gone if part.result is None] == []
    assert run.plc.strays == [] and run.plc.torn == 0


def test_every_verdict_is_right(run, right):
    """[line-verdict-1] The score is the model's own for this part's picture, and the verdict follows from it."""
    wrong = []
    for part in run.plc.gone:
        truth, score, verdict = right[part.part]
        said = part.result
        if (said.verdict, said.reason) != (verdict, "OK" if verdict == "PASS" else "DEFECT"):
            wrong.append(f"{part}; right is {verdict}, score {score}")
        assert said["SCORE"] == pytest.approx(score * 10_000, abs=2)
        assert said["MODEL_CODE"] == run.last_state["release"]["code"]
    assert wrong == []


def test_no_defective_part_passes(run, right):
    """Of these parts the sample detector lets none escape."""
    defective = [part for part in run.plc.gone if right[part.part][0]["defective"]]
    assert len(defective) >= 8
    assert [str(part) for part in defective if part.result.verdict == "PASS"] == []


def test_parts_may_be_followed_on_the_bus(run):
    """[line-status-1] READY before the first part; BUSY or VALID while one is under way; never a FAULT."""
    states = [state for _, state, _ in run.plc.seen]
    assert set(states[states.index("READY") :]) <= {"READY", "BUSY"}
    assert any("valid" in status for _, _, status in run.plc.seen)
    assert any("acknowledged" in status for _, _, status in run.plc.seen)


def test_screen_ledger_and_plc_agree(run, lineside):
    """[line-ledger-1] For every part: verdict, reason, score, turn; and the acknowledgement has reached both."""
    for part in run.plc.gone:
        (judgement,) = trace(lineside, run, part.part)
        entry, shown = judgement["entry"], run.screen.parts[part.part, part.sequence]
        story = (part.sequence, part.result.verdict, part.result.reason)
        assert story == (entry["sequence"], entry["verdict"], entry["reason"])
        assert story == (shown["sequence"], shown["verdict"], shown["reason"])
        assert shown["number"] == entry["n"]
        assert shown["score"] == pytest.approx(entry["scores"][0], abs=1e-6)
        assert part.result["SCORE"] == int(np.float32(entry["scores"][0]) * np.float32(10_000))
        assert judgement["acknowledgement"]["entry"]["entry"] == entry["n"]
        assert judgement["acknowledgement"]["entry"]["sequence"] == part.sequence


def test_the_ledger_holds_nothing_else(run, lineside):
    assert lineside("ledger", "verify", "--state", run.state_folder).returncode == 0
    with sqlite3.connect(f"file:{run.state_folder}/ledger.db?mode=ro", uri=True) as database:
        kinds = dict(database.execute("SELECT kind, count(*) FROM entries GROUP BY kind"))
    assert kinds[1] == kinds[2] == len(PARTS)


def test_the_counts_add_up(run):
    """[line-io-1] What `io -o json` counts is what the PLC saw, and what the screen counts."""
    said = [part.result.verdict for part in run.plc.gone]
    counts = run.io.answer()
    assert counts["triggers"] == counts["acknowledged"] == len(PARTS)
    assert [counts[key] for key in ("passes", "rejects", "reviews")] == [
        said.count(verdict) for verdict in ("PASS", "REJECT", "REVIEW")
    ]
    for key in ("fail_safes", "missed_triggers", "missed", "refused", "unasked", "torn", "letters_lost", "plc_losses"):
        assert counts[key] == 0, key
    shown = run.last_state["counts"]
    assert [shown[key] for key in ("pass", "reject", "review")] == [
        counts[key] for key in ("passes", "rejects", "reviews")
    ]


def test_the_turn_goes_round(make_line):
    """[line-turn-1] After 65535 comes 1, and no trigger is missed."""
    line = make_line().start()
    line.plc.sequence = 65_532
    line.plc.feed(range(1, 9))
    line.plc.wait_done()
    assert [part.sequence for part in line.plc.gone] == [65_533, 65_534, 65_535, 1, 2, 3, 4, 5]
    assert all(part.result and part.result.reason in ("OK", "DEFECT") for part in line.plc.gone)
    line.io.stop()
    assert line.io.answer()["missed_triggers"] == 0


def test_large_part_ids_come_back_whole(running):
    for part in (0, 65_535, 65_536, 0x89AB_CDEF, 0xFFFF_FFFF):
        gone = running.plc.judge(part)
        assert gone.result and gone.result.part == part


def test_a_fail_safe_may_be_review(make_line):
    """[line-config-1] `fail_safe`"""
    line = make_line(fail_safe="REVIEW")
    line.start_io()
    line.plc.wait("BOOT", lambda result: result.state == "BOOT")
    part = line.plc.judge(1)
    assert (part.gate, part.result.reason) == ("REVIEW", "DEVICE_FAULT")


def test_other_registers(make_line):
    """[line-config-2] `request_base` and `result_base` move the blocks."""
    line = make_line(AskingPLC, bus={"request_base": 120, "result_base": 400})
    line.start_station()
    line.start_io()
    with ModbusTcpClient("127.0.0.1", port=line.plc.port) as wire:
        wait_until(wire.connect, "the node's Modbus server")
        wait_until(
            lambda: Result.read(wire.read_holding_registers(400, count=len(RESULT)).registers), "a whole block at 400"
        )
        assert wire.read_holding_registers(500, count=1).isError()
