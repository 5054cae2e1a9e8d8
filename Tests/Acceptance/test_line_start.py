"""Starting and ending: what is taken already, what is not what it should be, and the exit codes."""

import json
import os
import signal
import socket

import pytest
from line import entries
from server import wait_until


def refused(job, status):
    wait_until(lambda: not job.is_running, "the refusal", 5)
    assert job.process.returncode == status, job.log()
    return job.log()


def test_ended_as_asked(running):
    """[line-exit-1]"""
    running.plc.judge(1)
    assert running.station.stop() == 0
    assert running.io.stop() == 0
    assert running.io.answer()["triggers"] == 1
    assert entries(running, 4)[-1]["event"] == "stop"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("verb", ["station", "io"])
def test_both_signals_end_it(running, verb, number):
    job = getattr(running, verb)
    job.signal(number)
    wait_until(lambda: not job.is_running, "its end", 5)
    assert job.process.returncode == 0


def test_a_second_station_is_refused(running):
    """[line-exit-1] A mailbox and a ledger have one writer; the first station goes on."""
    first = running.station
    second = running.run("station", "--config", running.config_path)
    assert "another station process" in refused(second, 69)
    assert running.station is first
    assert running.plc.judge(1).result.reason in ("OK", "DEFECT")


def test_a_second_plc_process_is_refused(running):
    """[line-exit-1] Two of them would answer one PLC."""
    second = running.run("io", "--config", running.config_path)
    refused(second, 69)
    assert running.plc.judge(1).result.reason in ("OK", "DEFECT")


def test_a_port_that_is_taken(make_line):
    """[line-exit-1]"""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        line = make_line(None, page={"port": port}, bus={"role": "server", "address": f"modbus://127.0.0.1:{port}"})
        assert str(port) in refused(line.start_station(wait=False), 69)
        assert str(port) in refused(line.start_io(), 69)


@pytest.mark.parametrize("what", ["text", "folder", "link"])
def test_a_mailbox_that_is_none(make_line, tmp_path, what):
    """What lies there is neither used nor destroyed."""
    path = tmp_path / "mailbox"
    if what == "text":
        path.write_text("a letter to somebody else\n" * 9000)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    before = path.read_bytes() if what == "text" else None
    line = make_line(None)
    for job in (line.start_station(wait=False), line.start_io()):
        wait_until(lambda job=job: not job.is_running, "the refusal", 5)
        assert job.process.returncode in (69, 78) and str(path) in job.log()
    if what == "text":
        assert path.read_bytes() == before
    assert not (tmp_path / "elsewhere").exists()


def test_a_host_by_name(make_line):
    """[line-bus-1] The PLC's address may be a name."""
    line = make_line()
    line.configure(bus={"address": f"modbus://localhost:{line.plc.port}?unit=1"})
    line.start()
    assert line.plc.judge(1).result.reason in ("OK", "DEFECT")


def test_line_refuses_what_its_processes_would(lineside, tmp_path):
    """`lineside line` says it once, instead of starting them again and again."""
    (tmp_path / "line.json").write_text(json.dumps({"model": "x", "queue_depth": 0}))
    finished = lineside("line", "--config", tmp_path / "line.json")
    assert finished.returncode == 78 and "queue_depth" in finished.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused nothing else")
def test_a_state_folder_that_cannot_be(make_line):
    """[line-exit-1]"""
    line = make_line(None, state="/proc/no-such-place")
    assert "/proc/no-such-place" in refused(line.start_station(wait=False), 69)
