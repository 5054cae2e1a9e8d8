"""The PLC process' loop asks nothing of the heap once it runs: a hundred thousand cycles more are not one call more.

The calls are counted by a small library that is preloaded, so nothing in the program can be mistaken.
"""

import re
import struct
import subprocess
from pathlib import Path

import pytest
from plc import AskingPLC
from server import wait_until

SHORT, LONG = 2_000, 102_000
QUICK = {"period_ms": 0.1, "reply_within_ms": 1000, "plc_silence_ms": 2000, "station_silence_ms": 2000}


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    library = tmp_path_factory.mktemp("counter") / "allocation_counter.so"
    source = Path(__file__).with_name("allocation_counter.c")
    command = ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(command, check=True)
    return library


def thread_names(pid):
    return [path.read_text().strip() for path in Path(f"/proc/{pid}/task").glob("*/comm")]


def calls(line, counter, cycles):
    """(of the loop's thread, of all) heap calls in a life of so many cycles, and what the process counted."""
    path = line.folder / f"calls-{cycles}"
    io = line.start_io("--cycles", cycles, env={"LD_PRELOAD": str(counter), "ALLOCATION_COUNTS": str(path)})
    # A short life may be over before anybody looks; the name is the same in both.
    if cycles == LONG:
        wait_until(lambda: "plc-loop" in thread_names(io.pid), "the loop's thread")
    wait_until(lambda: not io.is_running, f"{cycles} cycles", 120)
    assert io.process.returncode == 0, io.log()
    return *struct.unpack("<QQ", path.read_bytes()), io.answer()


@pytest.mark.parametrize("role", ["client", "server"])
def test_cycles_allocate_nothing(make_line, counter, role):
    """[line-loop-1] 100,000 cycles with parts, in both roles, allocate and free nothing."""
    if role == "client":
        line = make_line(None)
        conveyor = line.run("plc-sim", "--port", 0)
        said = wait_until(lambda: re.search(r"listens on (modbus://\S+:\d+)", conveyor.log()), "the simulated PLC")
        line.configure(bus=QUICK | {"address": said[1]}, decide_within_ms=1000)
    else:
        line = make_line(AskingPLC, {"node_silence": 2, "window": 2}, bus=QUICK, decide_within_ms=1000)
        line.plc.feed(range(1, 10_000))
    line.start_station()
    short, _, _ = calls(line, counter, SHORT)
    long, everybody, counts = calls(line, counter, LONG)
    assert counts["cycles"] == LONG and counts["bus_errors"] == 0
    assert counts["triggers"] > 50 and counts["acknowledged"] > 50, counts
    assert everybody > long and (short > 0 or role == "server"), "a connection is made on the heap: nothing was counted"
    assert long == short, f"{long - short} heap calls in {LONG - SHORT} cycles"
