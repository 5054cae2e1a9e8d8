#!/usr/bin/env python3
"""What the machine does to whoever must be punctual: one thread a processor, at a priority above everything here.

Each sleeps for two milliseconds over and over and notes when it was woken late. The host of a virtual machine does
that, or a kernel that is busy with something that it will not leave; a gap that falls into such a pause says nothing
about the line.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PERIOD_S, LATE_S = 0.002, 0.001
PRIORITY = 90


class Pauses:
    """The watchers, for as long as the block lasts; afterwards `seen` holds (processor, when, how long in s)."""

    def __init__(self):
        self.processes, self.seen, self.is_real_time = [], [], True

    def __enter__(self):
        for processor in sorted(os.sched_getaffinity(0)):
            self.processes.append(
                subprocess.Popen([sys.executable, Path(__file__), str(processor)], stdout=subprocess.PIPE, text=True)
            )
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for processor, process in enumerate(self.processes):
            told = json.loads(process.communicate()[0] or "{}")
            self.is_real_time &= told.get("is_real_time", False)
            self.seen += [(processor, when, span) for when, span in told.get("late", [])]

    @property
    def longest_ms(self):
        return max((span for *_, span in self.seen), default=0.0) * 1e3

    def worst_ms(self, count):
        return [round(span * 1e3, 2) for *_, span in sorted(self.seen, key=lambda pause: -pause[2])[:count]]

    def within(self, begin, end):
        """The longest pause in a span of time, in ms."""
        return max((span for _, when, span in self.seen if when > begin and when - span < end), default=0.0) * 1e3


def watch(processor):
    os.sched_setaffinity(0, {processor})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
        is_real_time = True
    except OSError:
        is_real_time = False
    over, late = [], []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    while not over:
        due = time.monotonic() + PERIOD_S
        time.sleep(PERIOD_S)
        now = time.monotonic()
        if now - due > LATE_S:
            late.append((now, now - due))
    print(json.dumps({"is_real_time": is_real_time, "late": late}))


if __name__ == "__main__":
    watch(int(sys.argv[1]))
