#!/usr/bin/env python3
"""Components under load and kills: what the supervisor promises, measured.

Ten components start; they and their wardens are weighed; the node is killed, and everything has to be gone within a second.
A component is restarted many times and leaves nothing. Another prints 200 MB and is not held up. [component-kill-1]
"""

import os
import re
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks import REPOSITORY
from drill import PROGRAM, run
from footprint import quantile

sys.path.append(str(REPOSITORY / "Tests" / "Acceptance"))
from components import House, component, is_alive  # noqa: E402

COMPONENTS = 10
GONE_WITHIN_S = 1.0
NODE_PSS_MAX_KB = 40 << 10
FLOOD_BYTES = 200_000_000
LOG_BYTES = 4 << 20
KILLED_WITHIN_S = 3.0


def add_arguments(parser):
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=100)


def drill(arguments, report):
    weigh(report)
    kill(arguments, report)
    restart(arguments, report)
    for flags in ((), ("--raw-logs",)):
        flood(report, flags)
    time_out(report)


@contextmanager
def house(*flags):
    made = House(PROGRAM, *flags)
    try:
        yield made
    finally:
        made.clean_up()


def idle(name, number=0):
    return component(name, run="exec sleep 999", setenv={"NUMBER": str(number)})


def start_all(it):
    names = [f"c{number}" for number in range(COMPONENTS)]
    it.start(*[idle(name) for name in names])
    for name in names:
        it.wait(name, "RUNNING")


def weigh(report):
    with house() as it:
        began = time.monotonic()
        start_all(it)
        report.say(f"{COMPONENTS} components run {(time.monotonic() - began) * 1e3:.0f} ms after the node's start")
        time.sleep(1)
        node = memory(it.process.pid)
        wardens = [memory(pid) for pid in it.processes() if b"\0warden\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        each = sum(warden["Pss"] for warden in wardens) // len(wardens)
        report.check(node["Rss"] <= NODE_PSS_MAX_KB, f"the node takes {node['Rss']} kB (PSS {node['Pss']})")
        report.say(f"a warden takes {wardens[0]['Rss']} kB (PSS {each})")


def memory(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) for name in ("Rss", "Pss")}


def kill(arguments, report):
    times = []
    for _ in range(arguments.kills):
        with house() as it:
            start_all(it)
            everything = it.processes()
            began = time.monotonic()
            it.process.send_signal(signal.SIGKILL)
            it.process.wait()
            while any(map(is_alive, everything)) and time.monotonic() < began + 10:
                time.sleep(0.002)
            times.append(time.monotonic() - began)
    worst = max(times)
    text = f"{arguments.kills} kills of the node: all gone after p50 {quantile(times, 0.5) * 1e3:.0f} ms, at most {worst * 1e3:.0f}"
    report.check(worst <= GONE_WITHIN_S, text)


def restart(arguments, report):
    def footprint():
        return len(os.listdir(f"/proc/{it.process.pid}/fd")), len(it.processes())

    with house() as it:
        it.start(idle("a")).wait("a", "RUNNING")
        time.sleep(0.5)
        before, began = footprint(), time.monotonic()
        for number in range(1, arguments.restarts + 1):
            it.change(idle("a", number))
            it.wait("a", "RUNNING", count=number + 1)
        each = (time.monotonic() - began) / arguments.restarts
        time.sleep(0.5)
        after = footprint()
        report.check(after == before, f"{arguments.restarts} restarts, {each * 1e3:.0f} ms each: {before} descriptors and processes before, {after} after")


def flood(report, flags):
    script = f"date +%s.%N > began; yes {'0123456789' * 4} | head -c {FLOOD_BYTES}; date +%s.%N > ended; sleep 999"
    with house("--log-bytes", LOG_BYTES, *flags) as it:
        it.start(component("a", run=script))
        took = float(it.read("a", "ended", 60)) - float(it.read("a", "began"))
        time.sleep(0.5)
        most = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{it.process.pid}/status").read_text())[1]
        kept = it.log_bytes("a")
        text = f"{FLOOD_BYTES // 10**6} MB of output {' '.join(flags)}: {took:.2f} s, {kept} bytes kept, the node at most {most} kB"
        report.check(kept <= LOG_BYTES, text)


def time_out(report):
    with house() as it:
        began = time.monotonic()
        it.start(component("a", install={"script": "setsid sleep 999 & sleep 999", "timeout": 2}))
        it.wait("a", "ERRORED")
        killed = time.monotonic() - began
        it.wait("a", "BROKEN", 20)
        report.check(killed <= KILLED_WITHIN_S, f"sleep 999 with a time-out of 2 s: killed after {killed:.2f} s, BROKEN after {time.monotonic() - began:.2f} s")


if __name__ == "__main__":
    run("component_house", __doc__, add_arguments, drill, limit_seconds=300)
