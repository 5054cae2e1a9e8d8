#!/usr/bin/env python3
"""kill -9 at every early write, flush and truncation of a ledger's writer, and a disk that fails for a while.

After each kill the ledger verifies, or was not begun yet; the next writer goes on with it. A disk that refuses for a while
costs nothing: what was waiting is written afterwards. Needs strace. [ledger-write-2] [ledger-write-3]
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from drill import PROGRAM, DrillOver, run

KILLED = ("pwrite64", "fdatasync", "ftruncate", "unlink")
PLACES = (*range(1, 41), 60, 90, 130, 200)
FAILURES = (
    "pwrite64:error=EIO:when=100..102",
    "pwrite64:error=ENOSPC:when=100..102",
    "fdatasync:error=EIO:when=12..14",
    "fdatasync:error=ENOSPC:when=12..14",
)
NOT_BEGUN = ("no ledger in it yet", "there is no ledger", "put in order")
ENTRIES = 3000


def add_arguments(parser):
    parser.add_argument("--entries", type=int, default=ENTRIES, help=f"what the writer is given ({ENTRIES})")


def lineside(*arguments, prefix=()):
    command = [*prefix, PROGRAM, "ledger", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def traced(call, fault):
    return ("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}")


def drill(arguments, report):
    if not PROGRAM.exists():
        raise DrillOver(f"{PROGRAM} is not there: build it, or name it in LINESIDE")
    if not shutil.which("strace"):
        raise DrillOver("strace is not there: it is what kills and refuses")
    with tempfile.TemporaryDirectory(prefix="lineside-kill-") as folder:
        kill_everywhere(arguments, report, Path(folder))
        for failure in FAILURES:
            fail_for_a_while(arguments, report, Path(folder) / failure.replace(":", "-"), failure)


def kill_everywhere(arguments, report, folder):
    kills, early, wrong = 0, 0, []
    for call in KILLED:
        for place in PLACES:
            state = folder / f"{call}-{place}"
            fill = ("fill", "--entries", arguments.entries, "--rate", 100_000, state)
            if lineside(*fill, prefix=traced(call, f"{call}:signal=KILL:when={place}")).returncode == 0:
                break
            kills += 1
            left = lineside("verify", "--state", state)
            if left.returncode:
                early += 1
                if not any(text in left.stderr for text in NOT_BEGUN):
                    wrong.append(f"{call} {place}: {left.stdout}{left.stderr}")
            again = lineside("fill", "--entries", 10, state)
            whole = lineside("verify", "--state", state)
            if again.returncode or whole.returncode:
                wrong.append(f"{call} {place}, next writer: {again.stderr}{whole.stdout}{whole.stderr}")
            shutil.rmtree(state)
    for line in wrong[:5]:
        report.say(line)
    report.check(kills > 0 and not wrong, f"{kills} kills, {early} before the ledger was begun, {len(wrong)} left it wrong")


def fail_for_a_while(arguments, report, state, failure):
    """Three refusals are over within a second; the writer's last attempt is well after that."""
    entries = max(arguments.entries, 3000)
    fill = ("fill", "--entries", entries, "--rate", 1_500, state)
    filled = lineside(*fill, prefix=traced(failure.split(":")[0], failure))
    answer = json.loads(lineside("verify", "--state", state, "-o", "json").stdout)
    whole = answer["ok"] and (answer["entries"], answer["lost"]) == (entries, 0)
    told = "entries wait" in filled.stderr or "made room" in filled.stderr
    report.check(whole and told and filled.returncode == 0, f"{failure}: {answer['entries']} entries, none lost")


if __name__ == "__main__":
    run("kill_ledger", __doc__, add_arguments, drill, limit_seconds=600)
