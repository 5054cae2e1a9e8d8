"""Things that break while parts come, as the PLC sees them: the fail-safe, never a wrong PASS, and the way back.

Times are judged widely: they show that a limit is kept at all. The drills measure them.
"""

import os
import signal
import socket
import time
from contextlib import suppress

import pytest
from line import entries, operations, passes_without_entry
from plc import BYPASS, ENABLE, RESET, AskingPLC, ServedPLC
from server import command_line, descendants, wait_until
from strange_plc import HABITS, StrangePLC

JUDGED = ("OK", "DEFECT")
# What a part may wait for its result: decide_within_ms, the cycles of both sides, and a shared machine's pauses.
RESULT_SECONDS = 0.25 + 0.2
KINDS = pytest.mark.parametrize("kind", [ServedPLC, AskingPLC], ids=["node asks", "PLC asks"])


def is_judged(part):
    return part.result is not None and part.result.reason in JUDGED


def fail_safes(parts):
    return [part for part in parts if part.result and part.result.reason not in JUDGED]


def between(plc, start, end):
    return [part for part in plc.gone if start <= part.triggered < end]


def wait_judged(plc, since, seconds=10):
    """Until a part that was triggered after `since` is judged; gives it."""
    return wait_until(
        lambda: next((part for part in list(plc.gone) if part.triggered > since and is_judged(part)), None),
        "a part that is judged again",
        seconds,
    )


def finish(line):
    """Ends the line and looks for wrong PASSes."""
    line.stop()
    assert [str(part) for part in passes_without_entry(line)] == []
    assert all(part.gate == "REJECT" for part in fail_safes(line.plc.gone))
    return line.plc.gone


# -- the station ------------------------------------------------------------------------------------------------------


def test_no_station_at_all(make_line):
    """[line-state-1] The PLC process says BOOT, beats, and answers every part with the fail-safe."""
    line = make_line()
    line.start_io()
    line.plc.wait("BOOT", lambda result: result.state == "BOOT" and "ready" not in result.status)
    line.plc.feed(range(1, 11))
    parts = line.plc.wait_done()
    assert {(part.gate, part.result.reason) for part in parts} == {("REJECT", "DEVICE_FAULT")}
    assert max(line.plc.node_gaps) < line.plc.node_silence


def test_killed_station(running):
    """[line-fault-1] Fail-safe while it is away, BOOT and not READY, the heartbeat goes on, and back by a restart."""
    plc = running.plc
    # More than anybody waits for: they last until the station is back, however long its start takes.
    plc.feed(range(1, 1001))
    wait_until(lambda: len(plc.gone) >= 30, "the first second")
    running.station.kill()
    killed = time.monotonic()
    plc.wait("BOOT", lambda result: result.state == "BOOT" and "ready" not in result.status, 2)
    wait_until(lambda: len(between(plc, killed + 0.3, killed + 9)) >= 10, "parts without a station")
    gaps = list(plc.node_gaps)
    running.start_station()
    wait_judged(plc, time.monotonic())
    plc.belt.clear()
    plc.wait_done()
    away = [part for part in between(plc, killed + 0.3, killed + 9) if not is_judged(part)]
    assert len(away) >= 10
    assert all(part.result and part.seconds < RESULT_SECONDS for part in away), [str(part) for part in away]
    assert {part.result.reason for part in away} <= {"DEVICE_FAULT", "NO_MODEL"}
    assert max(gaps) < plc.node_silence
    running.stop()
    # A kill -9 may take the ledger's last 50 ms with it.
    lost = [part for part in passes_without_entry(running) if not killed - 0.2 < part.triggered < killed]
    assert [str(part) for part in lost] == []
    assert running.io.answer()["station_losses"] == 1


def test_a_station_that_stands_still_and_goes_on(running):
    """[line-fault-1] What it says afterwards of parts that are gone is believed by nobody."""
    plc = running.plc
    plc.feed(range(1, 1001))
    wait_until(lambda: len(plc.gone) >= 20, "the first parts")
    running.station.signal(signal.SIGSTOP)
    stopped = time.monotonic()
    wait_until(lambda: len(fail_safes(plc.gone)) >= 20, "fail-safes")
    assert plc.result.state == "BOOT"
    running.station.signal(signal.SIGCONT)
    wait_judged(plc, time.monotonic())
    plc.belt.clear()
    plc.wait_done()
    assert all(part.result is not None for part in plc.gone)
    assert not [part for part in between(plc, stopped, stopped + 0.1) if part.gate == "PASS"]
    assert plc.strays == []
    assert max(plc.node_gaps) < plc.node_silence
    finish(running)


def test_a_station_that_ends_in_order(running):
    plc = running.plc
    assert running.station.stop() == 0
    plc.wait("BOOT", lambda result: result.state == "BOOT" and "ready" not in result.status, 2)
    assert plc.judge(1).result.reason in ("NO_MODEL", "DEVICE_FAULT")
    running.start_station()
    plc.wait_ready()
    assert is_judged(plc.judge(2))
    finish(running)


# -- the engine -------------------------------------------------------------------------------------------------------


def test_killed_engine(running):
    """[line-fault-2] The parts inside get the fail-safe, and the line judges again within a second."""
    plc = running.plc
    plc.feed(range(1, 151))
    for turn in range(3):
        wait_until(lambda: len(plc.gone) >= 20 + 40 * turn, "parts before the kill")
        (engine,) = wait_until(lambda: running.station.engines(), "an engine")
        os.kill(engine, signal.SIGKILL)
        killed = time.monotonic()
        again = wait_judged(plc, killed)
        assert again.triggered + again.seconds - killed < 1
    plc.wait_done()
    assert all(part.result is not None for part in plc.gone)
    assert {part.result.reason for part in fail_safes(plc.gone)} <= {"MODEL_ERROR", "NO_MODEL", "TIMEOUT"}
    assert running.state()["counts"]["engine_restarts"] == 3
    finish(running)


def test_an_engine_that_stands_still(running):
    """[line-fault-2] Its part gets TIMEOUT in time; the engine is replaced."""
    plc = running.plc
    plc.judge(1)
    (engine,) = running.station.engines()
    os.kill(engine, signal.SIGSTOP)
    part = plc.judge(2)
    assert (part.gate, part.result.reason) == ("REJECT", "TIMEOUT")
    assert part.seconds < RESULT_SECONDS
    wait_until(lambda: running.station.engines() not in ([engine], []), "another engine")
    wait_until(lambda: is_judged(plc.judge(plc.part + 1)), "a part that is judged again", 5)
    finish(running)


@pytest.fixture
def slow_part(running):
    """(moment of the trigger in Unix nanoseconds, its entry, its acknowledgement) of a part that ran into TIMEOUT."""
    running.plc.judge(1)
    (engine,) = running.station.engines()
    os.kill(engine, signal.SIGSTOP)
    part = running.plc.judge(2)
    triggered = time.time_ns() - round((time.monotonic() - part.triggered) * 1e9)
    wait_until(lambda: running.state()["last"]["ack"] == "acknowledged", "the acknowledgement")
    running.station.stop()
    return triggered, entries(running, 1)[-1], entries(running, 2)[-1]


def test_a_part_s_time_is_its_trigger_s(slow_part):
    """[ledger-part-1]"""
    triggered, entry, _ = slow_part
    assert entry["reason"] == "TIMEOUT" and entry["us"]["total"] > 200_000
    # The decision comes 240 ms later.
    assert abs(entry["wall_ns"] - triggered) < 200e6


def test_an_acknowledgement_s_time_begins_at_the_verdict(slow_part):
    """[ledger-ack-1]"""
    _, entry, acknowledgement = slow_part
    assert acknowledgement["entry"] == entry["n"]
    # From the trigger on it would be 240 ms and more.
    assert acknowledgement["us"] < 200_000


# -- the PLC process --------------------------------------------------------------------------------------------------


def test_killed_plc_process(running):
    """[line-plc-1] Only the PLC's own watchdog can notice; after a restart parts are judged again."""
    plc = running.plc
    plc.feed(range(1, 101))
    wait_until(lambda: len(plc.gone) >= 20, "the first parts")
    under_way = len(plc.under_way)
    running.io.kill()
    wait_until(lambda: not plc.under_way, "the watchdog's rejects", 5)
    running.start_io()
    wait_judged(plc, time.monotonic())
    plc.wait_done()
    assert len(plc.gone) == 100
    # Those that it held, and those that came before the PLC missed its heartbeat.
    assert len([part for part in plc.gone if part.result is None]) <= 4 + under_way
    finish(running)


@KINDS
def test_a_part_that_stands_there_when_the_plc_process_starts(make_line, kind):
    """[line-start-1] When it came is unknown: STALE."""
    line = make_line(kind)
    line.start_station()
    line.plc.window = 5
    line.plc.stand(77, 5)
    line.start_io()
    (part,) = line.plc.wait_done(1)
    assert (part.part, part.sequence, part.gate, part.result.reason) == (77, 5, "REJECT", "STALE")
    line.plc.window = 0.3
    line.plc.wait_ready()
    assert is_judged(line.plc.judge(78))
    finish(line)


def test_a_part_that_was_answered_before_is_not_answered_again(make_line):
    """[line-start-1] ACK_SEQ equals TRIG_SEQ: somebody took its result."""
    line = make_line()
    line.plc.part, line.plc.sequence, line.plc.acknowledged = 77, 5, (5, 1)
    line.start()
    assert "valid" not in line.plc.result.status
    assert is_judged(line.plc.judge(78))
    assert line.plc.strays == [] and line.plc.gone[0].part == 78
    finish(line)


# -- the PLC ----------------------------------------------------------------------------------------------------------


@KINDS
def test_a_heartbeat_that_stops(make_line, kind):
    """[line-fault-3] FAULT and not READY; what stood there is withdrawn; it comes back by itself."""
    line = make_line(kind).start()
    plc = line.plc
    plc.judge(1)
    plc.is_heart_still = True
    plc.wait("FAULT", lambda said: said.state == "FAULT" and "fault" in said.status and "ready" not in said.status, 2)
    assert "valid" not in plc.result.status
    wait_until(lambda: line.state()["plc"]["fault"], "the page's word", 3)
    assert "PLC" in [alarm["code"] for alarm in line.state()["alarms"]]
    part = plc.judge(2)
    assert part.gate == "REJECT"
    plc.is_heart_still = False
    plc.wait_ready(2)
    assert is_judged(plc.judge(3))
    wait_until(lambda: not line.state()["alarms"], "no alarm", 3)
    finish(line)
    assert line.io.answer()["plc_losses"] == 1


@KINDS
def test_a_program_that_stands_still_for_300_ms(make_line, kind):
    """[line-fault-3] The bus answers, and nobody is behind it."""
    line = make_line(kind).start()
    plc = line.plc
    plc.feed(range(1, 31))
    wait_until(lambda: len(plc.gone) >= 10, "the first parts")
    plc.is_halted = True
    wait_until(lambda: line.state()["plc"]["fault"], "FAULT", 3)
    plc.is_halted = False
    wait_judged(plc, time.monotonic())
    plc.wait_done()
    finish(line)


@KINDS
def test_a_cable_that_is_pulled_and_plugged_in(make_line, kind):
    """[line-fault-4]"""
    line = make_line(kind).start()
    plc = line.plc
    plc.feed(range(1, 61))
    wait_until(lambda: len(plc.gone) >= 10, "the first parts")
    plc.unplug()
    wait_until(lambda: not line.state()["plc"]["connected"], "no connection", 3)
    wait_until(lambda: not plc.under_way, "the watchdog's rejects", 5)
    plc.plug_in()
    plc.wait_ready(5)
    wait_judged(plc, time.monotonic())
    plc.wait_done()
    assert len(plc.gone) == 60
    finish(line)


def test_a_plc_that_starts_again(running):
    """[line-plc-2] It waits until VALID is off, and begins its turns at 1."""
    plc = running.plc
    plc.feed(range(1, 11))
    plc.wait_done()
    plc.acknowledges = False
    plc.judge(11)
    assert "valid" in plc.result.status
    plc.restart()
    plc.acknowledges = True
    plc.feed(range(1, 11))
    plc.wait_done()
    again = plc.gone[-10:]
    assert [part.sequence for part in again] == list(range(1, 11))
    assert all(is_judged(part) for part in again), [str(part) for part in again]
    finish(running)


@pytest.mark.parametrize("trouble", ["refuses", "is late"])
def test_a_bus_that_refuses_or_is_late(running, trouble):
    """[line-fault-4] Exceptions of Modbus, and answers after reply_within_ms."""
    plc = running.plc
    # A bus that is late goes on triggering parts: there have to be some when it is well again.
    plc.feed(range(1, 1001))
    wait_until(lambda: len(plc.gone) >= 10, "the first parts")
    plc.refuses, plc.delay = trouble == "refuses", 0.15 * (trouble == "is late")
    wait_until(lambda: running.state()["plc"]["fault"], "FAULT on the page", 5)
    plc.refuses, plc.delay = False, 0.0
    plc.wait_ready()
    wait_judged(plc, time.monotonic())
    plc.belt.clear()
    plc.wait_done()
    finish(running)
    assert running.io.answer()["bus_errors"] >= 1


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_who_listens_there_is_no_plc(make_line, habit):
    """[line-fault-5] The PLC process goes on, in FAULT, and works at once with the PLC that comes instead."""
    line = make_line(None)
    line.plc = ServedPLC()
    line.configure()
    line.start_station()
    with StrangePLC(line.plc.port, habit) as strange:
        line.start_io()
        wait_until(lambda: strange.asked >= 3, "three questions", 5)
        assert line.io.is_running
        wait_until(lambda: "PLC" in [alarm["code"] for alarm in line.state()["alarms"]], "the alarm", 5)
        assert line.state()["counts"]["pass"] == 0
    line.plc.start()
    line.plc.wait_ready()
    assert is_judged(line.plc.judge(1))
    finish(line)


def test_another_version_of_the_map(running):
    """[line-map-1] The node does not guess."""
    plc = running.plc
    plc.judge(1)
    plc.map_version = 2
    plc.wait("FAULT", lambda result: result.state == "FAULT" and "ready" not in result.status, 2)
    assert plc.judge(2).gate == "REJECT"
    plc.map_version = 1
    plc.wait_ready(2)
    assert is_judged(plc.judge(3))
    finish(running)


def test_a_wrong_unit(make_line):
    """[line-bus-1] The PLC is asked as unit 1 and is unit 7."""
    line = make_line(None)
    line.plc = ServedPLC(unit=7).start()
    line.configure()
    line.start_station()
    line.start_io()
    wait_until(lambda: "PLC" in [alarm["code"] for alarm in line.state()["alarms"]], "the alarm", 5)
    assert line.plc.result is None and line.io.is_running
    line.io.stop()
    line.configure(bus={"address": f"modbus://127.0.0.1:{line.plc.port}?unit=7"})
    line.start_io()
    line.plc.wait_ready()
    assert is_judged(line.plc.judge(1))


def test_a_wrong_unit_asks_the_node(make_line):
    """[line-bus-1] A question for another unit is not for us."""
    line = make_line(AskingPLC, {"unit": 9})
    line.start_station()
    line.start_io()
    time.sleep(0.5)
    assert line.plc.result is None


# -- turns ------------------------------------------------------------------------------------------------------------


def test_turns_that_are_repeated_left_out_or_go_back(running):
    """[line-turn-2]"""
    plc = running.plc
    assert is_judged(plc.judge(1, 5))
    # The same turn is no trigger: nothing changed. The PLC's own watchdog rejects the part.
    repeated = plc.judge(2, 5)
    assert repeated.result is None and repeated.gate == "REJECT"
    left_out = plc.judge(3, 9)
    assert is_judged(left_out)
    back = plc.judge(4, 7)
    assert is_judged(back)
    none = plc.judge(5, 0)
    assert none.result is None
    assert is_judged(plc.judge(6, 1))
    finish(running)


def test_turns_that_were_left_out_are_counted(running):
    """[line-io-1] `missed_triggers`"""
    for part, turn in ((1, 5), (2, 6), (3, 10), (4, 11)):
        running.plc.judge(part, turn)
    finish(running)
    assert running.io.answer()["missed_triggers"] == 3


def test_a_turn_that_goes_back_is_not_many_missed_ones(running):
    for part, turn in ((1, 500), (2, 1), (3, 2)):
        running.plc.judge(part, turn)
    finish(running)
    assert running.io.answer()["missed_triggers"] < 500


# -- modes ------------------------------------------------------------------------------------------------------------


def test_bypass_by_the_plc(running):
    """[line-bypass-1]"""
    plc = running.plc
    plc.control = ENABLE | BYPASS
    plc.wait("bypass", lambda said: "bypass" in said.status and "ready" not in said.status, 2)
    part = plc.judge(1)
    assert (part.gate, part.result.reason) == ("REJECT", "BYPASS")
    wait_until(lambda: running.state()["bypass"]["on"], "the page", 3)
    assert running.state()["bypass"]["by"] == "PLC"
    plc.control = ENABLE
    plc.wait_ready(2)
    assert is_judged(plc.judge(2))
    finish(running)


def test_bypass_by_a_person(running):
    """[line-bypass-2]"""
    plc = running.plc
    said = {"on": True, "by": "anna", "reason": "the lamp is being cleaned"}
    assert running.post("/station/bypass", said).status_code == 200
    wait_until(lambda: running.state()["bypass"]["on"], "bypass", 2)
    bypass = running.state()["bypass"]
    assert (bypass["by"], bypass["reason"]) == ("anna", "the lamp is being cleaned")
    part = plc.judge(1)
    assert (part.gate, part.result.reason) == ("REJECT", "BYPASS")
    assert running.post("/station/bypass", said | {"on": False}).status_code == 200
    wait_until(lambda: not running.state()["bypass"]["on"], "no bypass", 2)
    # The page knows it a moment before the PLC process does.
    plc.wait_ready(2)
    assert is_judged(plc.judge(2))
    finish(running)


def is_bypassed(line):
    bypass = line.state()["bypass"]
    return (bypass["by"], bypass["reason"]) if bypass["on"] else None


@pytest.mark.parametrize("resets", [0, 1005])
def test_bypass_outlives_a_restart(running, resets):
    """[line-bypass-2] As soon as it is answered, and however much is written after it; and so does its end."""
    said = {"on": True, "by": "anna", "reason": ""}
    assert running.post("/station/bypass", said).status_code == 200
    for _ in range(resets):
        assert running.post("/station/reset", {"by": "anna"}).status_code == 200
    # At once, or in order.
    running.station.stop() if resets else running.station.kill()
    running.start_station()
    wait_until(lambda: is_bypassed(running) == ("anna", ""), "bypass", 2)
    running.plc.wait("bypass", lambda result: "bypass" in result.status and "ready" not in result.status, 5)
    part = running.plc.judge(1)
    assert (part.gate, part.result.reason) == ("REJECT", "BYPASS")
    assert running.post("/station/bypass", said | {"on": False}).status_code == 200
    running.station.kill()
    running.start_station()
    running.plc.wait_ready(5)
    assert is_bypassed(running) is None and is_judged(running.plc.judge(2))


def test_a_bypass_that_only_the_ledger_knows(running):
    """[line-bypass-2] Earlier versions kept it there."""
    assert running.post("/station/bypass", {"on": True, "by": "anna", "reason": "x"}).status_code == 200
    wait_until(lambda: operations(running), "the entry", 3)
    running.station.stop()
    (running.state_folder / "standing.json").unlink()
    running.start_station()
    wait_until(lambda: is_bypassed(running) == ("anna", "x"), "bypass", 2)


def test_a_bypass_that_cannot_be_kept_is_not_agreed_to(running):
    """[line-bypass-2] 503, and nothing has changed."""
    running.plc.judge(1)
    # A folder lies where the file would be written.
    (running.state_folder / "standing.json.new").mkdir()
    said = {"on": True, "by": "anna", "reason": "x"}
    answer = running.post("/station/bypass", said)
    assert answer.status_code == 503 and "standing.json" in answer.json()["error"]
    assert is_bypassed(running) is None and is_judged(running.plc.judge(2))
    (running.state_folder / "standing.json.new").rmdir()
    assert running.post("/station/bypass", said).status_code == 200
    wait_until(lambda: is_bypassed(running), "bypass", 2)


def test_without_enable_nobody_looks(running):
    """[line-control-1]"""
    plc = running.plc
    plc.control = 0
    part = plc.judge(1)
    assert part.result is None and part.gate == "REJECT"
    plc.control = ENABLE
    assert is_judged(plc.judge(2))
    finish(running)


def test_a_reset_by_the_plc(make_line, tmp_path):
    """[line-control-2] A rising edge clears the alarms, once, and is in the ledger."""
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.png").write_bytes(b"no picture")
    line = make_line(camera=f"folder://{tmp_path}/frames").start()
    assert [line.plc.judge(part).result.reason for part in range(1, 4)] == ["INPUT_INVALID"] * 3
    wait_until(lambda: "DECISIONS" in [alarm["code"] for alarm in line.state()["alarms"]], "the alarm", 3)
    line.plc.wait("FAULT, and READY still", lambda said: {"fault", "ready"} <= said.status, 3)
    line.plc.control = ENABLE | RESET
    line.plc.wait("no FAULT", lambda said: "fault" not in said.status, 3)
    wait_until(lambda: not line.state()["alarms"], "no alarm", 3)
    line.plc.control = ENABLE
    assert line.plc.judge(4).gate == "REJECT"
    line.station.stop()
    assert [(entry["action"], entry["person"]) for entry in operations(line)] == [("reset", "PLC")]


def test_a_result_that_nobody_takes_grows_old(make_line):
    """[line-result-2] A PASS is withdrawn at age_limit_ms, and everything age_limit_ms + hold_ms after it was shown."""
    # It is STALE for a second, so that nobody looks away just then.
    line = make_line(age_limit_ms=300, bus={"hold_ms": 1000}).start()
    line.plc.acknowledges = False
    part = next(part for part in map(line.plc.judge, range(1, 20)) if part.gate == "PASS")
    line.plc.wait(
        "STALE",
        lambda said: (said.part, said.verdict, said.reason) == (part.part, "REJECT", "STALE") and "stale" in said.status,
        3,
    )
    line.plc.wait("not valid", lambda said: "valid" not in said.status and said.verdict == "NONE", 5)
    wait_until(lambda: line.state()["last"]["ack"] == "missed", "the page's word", 3)


def test_more_parts_than_the_model_can_judge(make_line):
    """[line-queue-1] Each gets a result or the PLC's own reject, and the oldest make room with QUEUE_FULL."""
    line = make_line(queue_depth=1).start()
    line.plc.window = 1
    line.plc.feed(range(1, 61), per_second=200)
    parts = line.plc.wait_done()
    reasons = {part.result.reason for part in parts if part.result}
    assert len(parts) == 60 and reasons <= {*JUDGED, "QUEUE_FULL", "TIMEOUT"}
    assert "OK" in reasons
    line.plc.wait_ready()
    assert is_judged(line.plc.judge(61))
    finish(line)


# -- both kept alive --------------------------------------------------------------------------------------------------


def child(keeper, verb):
    """The process id of the station or the PLC process below `lineside line`."""
    return next((pid for pid in descendants(keeper.pid) if command_line(pid)[1:2] == [verb]), None)


def test_lineside_line_keeps_both_alive(make_line):
    """[line-keep-1] Whatever is killed is back, judging, within a second; nothing stays behind at the end."""
    line = make_line()
    plc, keeper = line.plc, line.run("line", "--config", line.config_path)
    plc.wait_ready(20)
    plc.feed(range(1, 400))
    for turn, verb in enumerate(("station", "io", "station")):
        wait_until(lambda: len(plc.gone) >= 40 * (turn + 1), "parts before the kill")
        pid = child(keeper, verb)
        os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        again = wait_judged(plc, killed + 0.1)
        assert again.triggered + again.seconds - killed < 2, f"{verb} took {again.triggered - killed:.1f} s"
        assert child(keeper, verb) not in (None, pid)
    plc.belt.clear()
    plc.wait_done()
    below = descendants(keeper.pid)
    assert keeper.stop() == 0
    wait_until(lambda: not any(command_line(pid) for pid in below), "no orphan", 5)
    assert not [part for part in plc.gone if part.gate == "PASS" and part.result["MODEL_CODE"] == 0]


def test_a_mailbox_that_was_taken_away(make_line):
    """[line-keep-2] Both sides open it anew, and meet again."""
    line = make_line()
    plc, keeper = line.plc, line.run("line", "--config", line.config_path)
    plc.wait_ready(20)
    before = {child(keeper, "station"), child(keeper, "io")}
    (line.folder / "mailbox").unlink()
    os.kill(child(keeper, "io"), signal.SIGKILL)
    wait_until(lambda: before.isdisjoint({child(keeper, "station"), child(keeper, "io")}), "both to start again", 5)
    plc.wait_ready(20)
    wait_until(lambda: is_judged(plc.judge(1)), "a part that is judged", 10)
    assert "mailbox" in keeper.log()


@pytest.mark.parametrize("what", ["nothing", "another"])
def test_a_mailbox_that_is_another(running, what):
    """[line-keep-2] [line-exit-1] 69, within two seconds."""
    (running.folder / "mailbox").unlink()
    if what == "another":
        (running.folder / "mailbox").write_bytes(b"")
    for job in (running.station, running.io):
        wait_until(lambda job=job: not job.is_running, "its end", 5)
        assert job.process.returncode == 69 and "mailbox" in job.log()


def listens(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_connections_that_say_nothing_do_not_lock_the_plc_out(make_line):
    """[line-bus-1] For a ninth connection the one that has been silent longest is closed."""
    line = make_line(AskingPLC)
    line.plc.unplug()
    line.start_station()
    line.start_io()
    silent = []
    try:
        wait_until(lambda: listens(line.plc.port), "the node's Modbus server")
        silent += [socket.create_connection(("127.0.0.1", line.plc.port)) for _ in range(11)]
        line.plc.plug_in()
        line.plc.wait_ready(20)
        assert is_judged(line.plc.judge(1))
    finally:
        for end in silent:
            end.close()
