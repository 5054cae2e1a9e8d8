"""A release is watched when it comes to work, and taken back by the station alone when it does badly (D37, A36, D34)."""

import json
import os
import signal
import time

import fixtures
import onnx
import pytest
from line import entries
from server import wait_until

# Small limits, so that tests do not last for hours; the defaults are those of docs/spec/line.md.
WATCH = {
    "latency": {"p95_max_ms": 20, "p99_max_ms": 30, "window_s": 1, "window_parts_min": 100, "windows": 2},
    "reject_rate": {"parts_min": 30},
    "healthy": {"parts": 20, "after_s": 0},
    "cooldown_s": 0,
}
ALWAYS_WATCHED = WATCH | {"healthy": {"parts": 100_000, "after_s": 3600}}


def write_release(folder, model, version, threshold=0.9, mean=0, golden=None):
    """A release of 8 x 8 pixels: what the models of fixtures.py take."""
    folder.mkdir()
    onnx.save(model, folder / "model.onnx")
    preprocessing = {"width": 8, "height": 8, "channels": 3, "mean": [mean]}
    metadata = {"model_name": "brightness", "model_version": version, "threshold": threshold}
    (folder / "metadata.json").write_text(json.dumps(metadata | {"preprocessing": preprocessing} | (golden or {})))
    return str(folder)


def good(tmp_path):
    """Passes every surface: their mean is near a half."""
    return write_release(tmp_path / "good", fixtures.inspect(fixtures.IMAGE_8), "1")


@pytest.fixture
def proved(make_line, tmp_path):
    """A line whose first release has proved itself."""

    def start(**settings):
        line = make_line(model=good(tmp_path), watch=WATCH, **settings).start()
        line.plc.feed(range(1, 41))
        line.plc.wait_done()
        wait_until(lambda: line.state()["release"]["phase"] == "proved", "the proof")
        line.station.stop()
        line.io.stop()
        line.configure(model=line.configuration["model"], watch=ALWAYS_WATCHED, **settings)
        return line.start()

    return start


def switch(line, release, **words):
    reply = line.post("/station/release", {"model": release, **words})
    assert reply.status_code == 200, reply.text
    version = json.loads(open(f"{release}/metadata.json").read())["model_version"]
    wait_until(lambda: line.state()["release"]["version"] == version, "the release", 20)


def rolled_back(line, seconds=30):
    wait_until(lambda: line.state()["rollback"], "the rollback", seconds)
    state = line.state()
    assert state["release"]["version"] == "1" and state["release"]["phase"] == "proved"
    assert "ROLLED_BACK" in [alarm["code"] for alarm in state["alarms"]]
    return state["rollback"]


def check_back(line, rollback, trigger):
    """The right trigger, within a second, and the last good release judges again."""
    assert rollback["trigger"] == trigger, rollback
    assert rollback["took_ms"] < 1000
    assert rollback["from_version"] == "brightness 2" and rollback["to_version"] == "brightness 1"
    line.plc.wait_done()
    part = line.plc.judge(9000)
    assert (part.result.verdict, part.result.reason) == ("PASS", "OK")
    (event,) = wait_until(lambda: [body for body in entries(line, 4) if body["event"] == "rollback"], "the entry", 5)
    assert event["facts"]["trigger"] == trigger


def find_crack(line, part):
    """A person overrides the last part, which passed; the answer."""
    # The PLC hears of a part before the page does.
    passed = wait_until(lambda: (last := line.state()["last"]) and last["part"] == part and last["number"], "the part")
    return line.post(f"/station/parts/{passed}/override", {"by": "Anna", "reason": "a crack", "verdict": "REJECT"})


def judge_with_second(line, tmp_path):
    """Another release has judged parts 1000 to 1009, and is still watched."""
    switch(line, write_release(tmp_path / "bad", fixtures.inspect(fixtures.IMAGE_8), "2", threshold=0.95))
    line.plc.feed(range(1000, 1010))
    line.plc.wait_done()


def judge_alone(make_line, tmp_path):
    """A line whose only release has judged parts 1 to 5: there is nothing to go back to."""
    line = make_line(model=good(tmp_path), watch=ALWAYS_WATCHED).start()
    line.plc.feed(range(1, 6))
    line.plc.wait_done()
    return line


def test_a_first_release_proves_itself(make_line, tmp_path):
    """D37: after enough parts and time, and so is written down."""
    line = make_line(model=good(tmp_path), watch=WATCH).start()
    assert line.state()["release"]["phase"] == "watched"
    line.plc.feed(range(1, 41))
    line.plc.wait_done()
    wait_until(lambda: line.state()["release"]["phase"] == "proved", "the proof")
    # Up to 50 ms of entries share a commit.
    told = lambda: [body["event"] for body in entries(line, 4)].count("release_proved")  # noqa: E731
    assert wait_until(told, "the entry") == 1


def test_latency(proved, tmp_path):
    """LATENCY: two slow windows. No part is left unjudged, also where the model takes twice as long as here."""
    line = proved(decide_within_ms=1000)
    line.plc.window = 1.5
    bad = write_release(tmp_path / "bad", fixtures.slow(iterations=50_000), "2")
    switch(line, bad)
    line.plc.feed(range(1000, 1400), per_second=10)
    rollback = rolled_back(line, 60)
    line.plc.belt.clear()
    check_back(line, rollback, "LATENCY")


def test_inference_failure(proved, tmp_path):
    """INFERENCE_FAILURE: three parts in a row without a verdict."""
    line = proved()
    bad = write_release(tmp_path / "bad", fixtures.failing(), "2", mean=-1)
    switch(line, bad)
    line.plc.feed(range(1000, 1060))
    rollback = rolled_back(line)
    assert 3 <= rollback["parts"] <= 4
    check_back(line, rollback, "INFERENCE_FAILURE")
    failed = [part for part in line.plc.gone if part.result and part.result.reason == "MODEL_ERROR"]
    assert 3 <= len(failed) <= 4


def test_reject_rate(proved, tmp_path):
    """REJECT_RATE: far more rejects than the last good release's, of which some parts are shown to both."""
    line = proved()
    bad = write_release(tmp_path / "bad", fixtures.inspect(fixtures.IMAGE_8), "2", threshold=0.1)
    switch(line, bad)
    line.plc.feed(range(1000, 1200))
    rollback = rolled_back(line)
    assert rollback["parts"] <= 60
    check_back(line, rollback, "REJECT_RATE")


def test_escape(proved, tmp_path):
    """ESCAPE: a person finds a defect that this release passed; what it passed is named."""
    line = proved()
    judge_with_second(line, tmp_path)
    assert find_crack(line, 1009).status_code == 200
    rollback = rolled_back(line)
    (judged,) = [part for part in line.state()["recent"] if part["part"] == 1009]
    assert rollback["quarantine"][1] == judged["number"]
    check_back(line, rollback, "ESCAPE")


def test_device_health(proved, tmp_path):
    """DEVICE_HEALTH: its engine ends three times in ten minutes."""
    line = proved()
    bad = write_release(tmp_path / "bad", fixtures.inspect(fixtures.IMAGE_8), "2", threshold=0.95)
    before = set(line.station.engines())
    switch(line, bad)
    for _ in range(3):
        wait_until(lambda: line.state()["state"] == "READY", "the engine", 10)
        (engine,) = wait_until(lambda: [pid for pid in line.station.engines() if pid not in before], "an engine", 10)
        os.kill(engine, signal.SIGKILL)
        wait_until(lambda: engine not in line.station.engines(), "its end", 10)
    check_back(line, rolled_back(line), "DEVICE_HEALTH")


def test_a_release_that_was_taken_back_waits_for_a_person(proved, tmp_path):
    """One rollback a release: neither a program nor a restart brings it back, a person does."""
    line = proved()
    bad = write_release(tmp_path / "bad", fixtures.failing(), "2", mean=-1)
    switch(line, bad)
    line.plc.feed(range(1000, 1010))
    rolled_back(line)
    line.plc.wait_done()
    for words in ({}, {"by": "Anna", "reason": "try"}):
        refused = line.post("/station/release", {"model": bad, **words})
        assert refused.status_code == 409 and "INFERENCE_FAILURE" in refused.json()["error"]
    line.station.stop()
    line.configure(model=bad, watch=ALWAYS_WATCHED)
    line.start_station()
    state = line.state()
    assert state["release"]["version"] == "1"
    assert "RELEASE_REFUSED" in [alarm["code"] for alarm in state["alarms"]]
    line.plc.wait_ready()
    assert line.plc.judge(2000).result.verdict == "PASS"
    switch(line, bad, by="Anna", reason="the line was dark", despite_hold=True)


def test_the_configured_release_has_to_prove_itself_after_a_restart(proved, tmp_path):
    """The last good release begins; the new one takes over when it is warm, and is watched."""
    line = proved()
    line.station.stop()
    other = write_release(tmp_path / "other", fixtures.inspect(fixtures.IMAGE_8), "2", threshold=0.95)
    line.configure(model=other, watch=ALWAYS_WATCHED)
    line.start_station()
    wait_until(lambda: line.state()["release"]["version"] == "2", "the configured release", 20)
    state = line.state()
    assert state["release"]["phase"] == "watched" and state["counts"]["release_switches"] == 1
    assert len(line.station.engines()) == 2, "the one before is kept warm"


def test_no_defect_passes_while_an_escape_waits_for_a_person(make_line, tmp_path):
    """Nowhere to go back to: nothing passes until somebody has looked."""
    line = judge_alone(make_line, tmp_path)
    assert find_crack(line, 5).status_code == 200
    wait_until(lambda: "RELEASE_HELD" in [alarm["code"] for alarm in line.state()["alarms"]], "the alarm", 5)
    part = line.plc.judge(10)
    assert (part.gate, part.result.reason) == ("REJECT", "DEVICE_FAULT")
    line.plc.wait("FAULT", lambda said: said.state == "FAULT" and "fault" in said.status, 3)
    line.post("/station/reset", {"by": "Anna", "reason": "the lamp was dirty"})
    line.plc.wait_ready()
    assert line.plc.judge(11).result.verdict == "PASS"


def blocked(line):
    """No part passes, and the page says that a person must look."""
    line.plc.wait("FAULT", lambda said: said.state == "FAULT" and "fault" in said.status, 5)
    part = line.plc.judge(10)
    assert (part.gate, part.result.reason) == ("REJECT", "DEVICE_FAULT")
    assert "RELEASE_HELD" in [alarm["code"] for alarm in line.state()["alarms"]]
    return True


def start_again(line):
    line.station.kill()
    line.start_station()


def test_a_restart_is_no_person(make_line, tmp_path):
    """[line-release-7] After an escape the line stands until somebody has reset it, whatever is killed meanwhile."""
    line = judge_alone(make_line, tmp_path)
    assert find_crack(line, 5).status_code == 200
    assert blocked(line)
    for _ in range(2):
        start_again(line)
        assert blocked(line)
    line.post("/station/reset", {"by": "Anna", "reason": "the lamp was dirty"})
    line.plc.wait_ready()
    assert line.plc.judge(11).result.verdict == "PASS"
    kept = line.state_folder / "standing.json"
    wait_until(lambda: "block" not in kept.read_text(), "the person's word on the disk")
    start_again(line)
    line.plc.wait_ready()
    assert line.plc.judge(12).result.verdict == "PASS"


def test_a_persons_word_stands_when_it_is_agreed_to(make_line, tmp_path):
    """[line-page-2] The entry, and that no part passes, however soon the station is killed."""
    line = judge_alone(make_line, tmp_path)
    assert find_crack(line, 5).status_code == 200
    start_again(line)
    assert blocked(line)
    assert [body["comment"] for body in entries(line, 3) if body["action"] == "override"] == ["a crack"]


def test_a_release_taken_back_by_a_person_stays_away(proved, tmp_path):
    """[line-page-2] [line-release-8] However soon the station is killed, it begins with the last good one."""
    line = proved()
    judge_with_second(line, tmp_path)
    assert find_crack(line, 1009).status_code == 200
    line.station.kill()
    (held,) = json.loads((line.state_folder / "releases.json").read_text())["holds"]["releases"].values()
    assert held["trigger"] == "ESCAPE"
    assert [body["facts"]["trigger"] for body in entries(line, 4) if body["event"] == "rollback"] == ["ESCAPE"]


def test_what_the_disk_does_not_take_counts_and_is_tried_again(proved, tmp_path):
    """[line-page-2] [line-release-8] 202: the release is taken back all the same."""
    line = proved()
    judge_with_second(line, tmp_path)
    # A folder lies where the file would be written.
    (line.state_folder / "releases.json.new").mkdir()
    answer = find_crack(line, 1009)
    assert answer.status_code == 202 and "waiting" in answer.json()
    check_back(line, rolled_back(line), "ESCAPE")
    (line.state_folder / "releases.json.new").rmdir()
    kept = line.state_folder / "releases.json"
    wait_until(lambda: json.loads(kept.read_text())["holds"].get("releases"), "the hold on the disk", 10)


def test_a_block_that_the_disk_does_not_take_holds_and_is_tried_again(make_line, tmp_path):
    """[line-page-2] [line-release-9] 202, and no part passes."""
    line = judge_alone(make_line, tmp_path)
    (line.state_folder / "standing.json.new").mkdir()
    assert find_crack(line, 5).status_code == 202
    assert blocked(line)
    (line.state_folder / "standing.json.new").rmdir()
    kept = line.state_folder / "standing.json"
    wait_until(lambda: kept.exists() and "block" in kept.read_text(), "the block on the disk", 10)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"block": 1}', '{"bypass": {}}', '{"unheard": "of"}'], ids=repr)
def test_what_cannot_be_read_may_have_been_a_block(make_line, tmp_path, text):
    """[line-release-9] The station begins blocked, and a person ends it."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "standing.json").write_text(text)
    line = make_line(model=good(tmp_path), watch=ALWAYS_WATCHED)
    line.start_station()
    line.start_io()
    assert blocked(line)
    line.post("/station/reset", {"by": "Anna", "reason": "looked"})
    line.plc.wait_ready()
    assert line.plc.judge(11).result.verdict == "PASS"


def test_too_many_unjudged_parts_wait_for_a_person_over_a_restart(make_line, tmp_path):
    """[line-release-9] DECISIONS: FAULT in STATUS until somebody has reset it."""
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.png").write_bytes(b"no picture")
    line = make_line(camera=f"folder://{tmp_path}/frames").start()
    assert [line.plc.judge(part).result.reason for part in range(1, 4)] == ["INPUT_INVALID"] * 3
    kept = line.state_folder / "standing.json"
    wait_until(lambda: kept.exists() and "complaint" in kept.read_text(), "the complaint on the disk", 3)
    start_again(line)
    line.plc.wait("FAULT, and READY still", lambda said: {"fault", "ready"} <= said.status, 10)
    (text,) = [alarm["text"] for alarm in line.state()["alarms"] if alarm["code"] == "DECISIONS"]
    assert text.startswith("3 parts in a row")
    line.post("/station/reset", {"by": "Anna", "reason": "looked"})
    line.plc.wait("no FAULT", lambda said: "fault" not in said.status, 3)


def golden(folder, verdict):
    """One grey picture, and what it is said to be."""
    import hashlib

    import cv2
    import numpy as np

    folder.mkdir()
    picture = cv2.imencode(".png", np.full((8, 8, 3), 128, np.uint8))[1].tobytes()
    (folder / "grey.png").write_bytes(picture)
    image = {"file": "grey.png", "sha256": hashlib.sha256(picture).hexdigest(), "verdict": verdict}
    (folder / "golden.json").write_text(json.dumps({"images": [image]}))


def test_a_release_that_misjudges_a_golden_part_is_refused(proved, tmp_path):
    """It never judges a part, and the one at work goes on."""
    line = proved()
    bad = write_release(
        tmp_path / "bad", fixtures.inspect(fixtures.IMAGE_8), "2", golden={"golden_set": "golden"}, threshold=0.9
    )
    golden(tmp_path / "bad" / "golden", "reject")
    assert line.post("/station/release", {"model": bad}).status_code == 200
    wait_until(lambda: "RELEASE_REFUSED" in [alarm["code"] for alarm in line.state()["alarms"]], "the refusal", 10)
    (text,) = [alarm["text"] for alarm in line.state()["alarms"] if alarm["code"] == "RELEASE_REFUSED"]
    assert "grey.png is PASS, not REJECT" in text
    assert line.state()["release"]["version"] == "1"
    assert line.plc.judge(5000).result.verdict == "PASS"


def test_a_golden_part_that_passes_later_is_an_escape(make_line, tmp_path):
    """Asked again now and then: here the picture's truth changes, as a drifting release's word would."""
    first = write_release(tmp_path / "good", fixtures.inspect(fixtures.IMAGE_8), "1", golden={"golden_set": "golden"})
    golden(tmp_path / "good" / "golden", "pass")
    line = make_line(model=first, watch=WATCH).start()
    line.plc.feed(range(1, 31))
    line.plc.wait_done()
    wait_until(lambda: line.state()["release"]["phase"] == "proved", "the proof")
    time.sleep(0.5)
    assert "RELEASE_REFUSED" not in [alarm["code"] for alarm in line.state()["alarms"]]


@pytest.mark.parametrize(
    ("watch", "words"),
    [
        ({"latncy": {}}, "watch.latncy"),
        ({"latency": {"p95_max_ms": "fast"}}, "watch.latency.p95_max_ms"),
        ({"reject_rate": {"ratio": 0.5}}, "watch.reject_rate.ratio"),
        ([], "watch"),
    ],
)
def test_settings_that_cannot_be(make_line, watch, words):
    """exit 78, naming the key."""
    line = make_line(None, watch=watch)
    station = line.start_station(wait=False)
    wait_until(lambda: not station.is_running, "the station to refuse")
    assert station.process.returncode == 78 and words in station.log(), station.log()
