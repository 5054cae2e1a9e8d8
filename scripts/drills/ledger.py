#!/usr/bin/env python3
"""A ledger of five million entries: written, checked from end to end, and a part found again in it.

Writing goes through the station's own writer. A part is found within a second, process start included; the whole chain is
checked, here and by `lineside ledger verify`, which agree on its head. [ledger-trace-1]
"""

import hashlib
import json
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from drill import PROGRAM, DrillOver, run

TRACE_SECONDS_MAX = 1.0
TRACES = 50


def add_arguments(parser):
    parser.add_argument("--entries", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, help="where to keep the ledger; without it a temporary folder is used")


def lineside(*arguments):
    began = time.monotonic()
    finished = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    return finished, time.monotonic() - began


def drill(arguments, report):
    if not PROGRAM.exists():
        raise DrillOver(f"{PROGRAM} is not there: build it, or name it in LINESIDE")
    with tempfile.TemporaryDirectory(prefix="lineside-ledger-") as temporary:
        folder = arguments.folder or Path(temporary) / "state"
        fill(arguments.entries, folder, report)
        find(arguments.entries, folder, report)
        check(folder, report)


def fill(entries, folder, report):
    finished, seconds = lineside("ledger", "fill", "--entries", entries, folder)
    size = sum(path.stat().st_size for path in folder.glob("ledger.db*")) / 1e9
    report.check(finished.returncode == 0, f"filled in {seconds:.1f} s, {size:.2f} GB: {finished.stdout.strip()}")


def find(entries, folder, report):
    """Parts of the beginning, the middle and the end; the first look finds nothing in memory but what the writer left."""
    parts = max(1, (entries - 1) // 2)
    times, wrong = [], []
    for place in range(TRACES):
        part = 1 + place * 7_919_017 % parts
        finished, seconds = lineside("trace", "part", part, "--state", folder, "-o", "json")
        times.append(seconds)
        answer = json.loads(finished.stdout or "{}")
        found = [judgement["entry"]["part"] for judgement in answer.get("judgements", [])]
        if finished.returncode != 0 or found != [part]:
            wrong.append(f"part {part}: {found} {finished.stderr.strip()}")
    times.sort()
    report.check(not wrong, f"{TRACES} parts were found again {wrong[:3] or ''}")
    report.check(
        times[-1] <= TRACE_SECONDS_MAX,
        f"a trace took {times[TRACES // 2] * 1e3:.1f} ms, at most {times[-1] * 1e3:.1f} ms, of {TRACE_SECONDS_MAX:g} s",
    )
    finished, seconds = lineside("trace", "last", 20, "--state", folder)
    report.check(finished.returncode == 0 and seconds <= TRACE_SECONDS_MAX, f"the last 20 took {seconds * 1e3:.1f} ms")


def check(folder, report):
    finished, seconds = lineside("ledger", "verify", "--state", folder, "-o", "json")
    answer = json.loads(finished.stdout)
    rate = answer["entries"] / seconds
    report.check(answer["ok"], f"{answer['entries']} entries verified in {seconds:.1f} s, {rate:,.0f} a second")
    report.check(head_of(folder) == answer["head"], "the chain computed here ends in the same head")


def head_of(folder):
    """The chain in ten lines, as anybody can write them."""
    database = sqlite3.connect(f"file:{folder}/ledger.db?mode=ro", uri=True)
    previous = bytes(32)
    for kind, body, digest in database.execute("SELECT kind, body, hash FROM entries ORDER BY n"):
        previous = hashlib.sha256(previous + bytes([kind]) + body).digest()
        if previous != digest:
            return "broken"
    return previous.hex()


if __name__ == "__main__":
    run("ledger", __doc__, add_arguments, drill, limit_seconds=900)
