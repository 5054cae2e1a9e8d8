#!/usr/bin/env python3
"""kill -9 and SIGSTOP at random, of the station, its engine and the PLC process, while parts come.

Every part leaves the gate with a verdict, with the fail-safe or as the PLC's own reject; none is passed without a PASS
in the ledger for that part and turn. What a killed station had said and not yet committed (50 ms and the commit's own
time) is counted apart. The ledger verifies, the line is back within a second, and nobody is left behind. [line-kill-1]
"""

import random
import signal
import threading
import time

from drill import PROGRAM, DrillOver, run
from footprint import quantile
from line import Belt, is_judged, kill, line
from line_record import check_all_gone, compare, entries_of, tally_text, verify
from results import StolenTime, add_out, keep

BACK_WITHIN_S = 1.0
TARGETS = ("station", "engine", "io")
# The heartbeat's limit is 100 ms: pauses below, about and far above it.
STOPS_S = (0.02, 0.08, 0.15, 0.5, 1.5)
SETTLE_S = 2.0
ENGINE_LEAVES_S = 3.0
COLUMNS = ["what", "times", "back ms p50 / max", "later than 1 s"]


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30)")
    parser.add_argument("--seed", type=int, default=1, help="of what is left to chance (1)")
    parser.add_argument("--pause", type=float, default=1.5, help="seconds of peace between two, on average (1.5)")
    parser.add_argument("--demo", action="store_true", help="`lineside line` restarts what died, as in a demo")
    add_out(parser, "line_kill")


class Supervisor(threading.Thread):
    """Starts again at once whatever died of what this script started."""

    def __init__(self, line):
        super().__init__(daemon=True)
        self.line, self.over, self.restarts = line, threading.Event(), {"station": 0, "io": 0}

    def __enter__(self):
        self.line.start_station()
        self.line.start_io()
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(5)

    def run(self):
        while not self.over.wait(0.005):
            for name, begin in (("station", self.line.start_station), ("io", self.line.start_io)):
                if self.line.processes[name].poll() is not None and not self.over.is_set():
                    self.restarts[name] += 1
                    begin()


class Household:
    """`lineside line` in this script's place: what `lineside demo` keeps its own line alive with.

    The demo itself has its PLC inside and no log of parts, so that nobody could compare them with the ledger.
    """

    def __init__(self, line):
        self.line, self.restarts = line, "by `lineside line`"

    def __enter__(self):
        house = self.line.start("line", PROGRAM, "line", "--config", self.line.config)
        time.sleep(0.5)
        if house.poll() is not None:
            raise DrillOver(f"this build has no `lineside line`: {self.line.log('line').read_text().strip()}")
        return self

    def __exit__(self, *_):
        pass


class Blow:
    """One process killed, or stopped for a while."""

    def __init__(self, target, stop_s, at):
        self.target, self.stop_s, self.at, self.back_ms = target, stop_s, at, None

    @property
    def kind(self):
        return f"kill -9 {self.target}" if self.stop_s is None else f"stop {self.target}"

    @property
    def ended(self):
        """When whoever was hit could go on, or be replaced."""
        return self.at + (self.stop_s or 0)

    def judge(self, parts):
        """From the end of the blow to the first verdict of the model for a part that came after it."""
        after = (part["at"] for part in parts if is_judged(part) and part["at"] - part["ms"] / 1e3 > self.ended)
        first = next(after, None)
        self.back_ms = None if first is None else (first - self.ended) * 1e3


def drill(arguments, report):
    chance = random.Random(arguments.seed)
    with line() as line_, StolenTime() as stolen:
        with (Household if arguments.demo else Supervisor)(line_) as supervisor:
            line_.wait_until_ready()
            belt = Belt(line_, rate=arguments.rate)
            belt.wait_for_judged(10)
            blows = rain(arguments, report, chance, line_, belt)
            time.sleep(SETTLE_S)
            check_engines(report, line_)
        parts = belt.finish()
        for name in ("line", "io", "station"):
            if name in line_.processes:
                line_.stop(name)
        left = {pid: what for pid, what in line_.members().items()} if line_.left_over() else {}
        report.check(not left, f"{len(left)} processes left behind {left or ''}")
        judge(arguments, report, line_, belt, parts, blows, supervisor, stolen)


def rain(arguments, report, chance, line_, belt):
    blows, end = [], time.monotonic() + arguments.seconds
    told = time.monotonic()
    while time.monotonic() < end:
        blow = strike(chance, line_)
        if blow:
            blows.append(blow)
            wait_until_back(blow, belt)
        time.sleep(chance.uniform(0.1, 2 * arguments.pause))
        if time.monotonic() - told > 15:
            told = time.monotonic()
            report.say(f"{len(blows)} blows, {len(belt.parts)} parts, last: {blows[-1].kind if blows else 'none'}")
    for blow in blows:
        blow.judge(belt.parts)
    return blows


def strike(chance, line_):
    """Kills or stops one process; None when there was none of that kind just then."""
    target = chance.choice(TARGETS)
    stop_s = chance.choice(STOPS_S) if chance.random() < 0.5 else None
    pids = line_.pids_of(target)
    if not pids:
        return None
    pid = chance.choice(pids)
    blow = Blow(target, stop_s, time.monotonic())
    if stop_s is None:
        return blow if kill(pid, signal.SIGKILL) else None
    if not kill(pid, signal.SIGSTOP):
        return None
    time.sleep(stop_s)
    blow.stop_s = time.monotonic() - blow.at
    kill(pid, signal.SIGCONT)
    return blow


def wait_until_back(blow, belt, patience=10):
    """A blow on a line that lies on the ground would not be told from the one before."""
    deadline = time.monotonic() + patience
    while blow.back_ms is None and time.monotonic() < deadline:
        time.sleep(0.03)
        blow.judge(belt.parts[-200:])


def check_engines(report, line_):
    """One engine for one station: those of killed stations have left by themselves."""
    deadline = time.monotonic() + ENGINE_LEAVES_S
    while len(line_.pids_of("engine")) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    counts = {word: len(line_.pids_of(word)) for word in TARGETS}
    report.check(all(count == 1 for count in counts.values()), f"in the end there is one of each: {counts}")


def judge(arguments, report, line_, belt, parts, blows, supervisor, stolen):
    answer = verify(line_.state_folder)
    report.check(answer["ok"], f"the ledger verifies, {answer.get('entries')} entries {answer.get('said', '')}")
    kills = [blow.at for blow in blows if blow.kind == "kill -9 station"]
    entries = entries_of(line_.state_folder)
    comparison = compare(parts, entries, kills)
    report.say(f"{len(parts)} parts: {tally_text(parts)}; restarts: {supervisor.restarts}")
    check_all_gone(report, parts, belt.tally)
    comparison.check(report)
    rows = [summary(kind, blows) for kind in sorted({blow.kind for blow in blows})]
    never = [blow for blow in blows if blow.back_ms is None]
    slow = [blow for blow in blows if blow.back_ms is not None and blow.back_ms > BACK_WITHIN_S * 1e3]
    for blow in slow[:5]:
        report.say(f"back after {blow.back_ms:.0f} ms: {blow.kind}, stopped for {blow.stop_s or 0:.2f} s")
    back = f"{len(blows)} blows: {len(slow)} times back later than {BACK_WITHIN_S:g} s, {len(never)} never"
    report.check(bool(blows) and not never and not slow, back)
    figures = {
        "drill": "line_kill",
        "seed": arguments.seed,
        "blows": [[blow.kind, blow.stop_s, blow.back_ms] for blow in blows],
        "tally": belt.tally,
        "decided": tally_text(parts),
        "passes": comparison.figures(),
        "lost_ms_before_kill": comparison.lost_with_station,
        "ledger": answer,
        "stolen_by_host": round(stolen.share, 4) if hasattr(stolen, "share") else None,
    }
    keep(report, arguments.out, figures, COLUMNS, rows)


def summary(kind, blows):
    these = [blow for blow in blows if blow.kind == kind]
    backs = [blow.back_ms for blow in these if blow.back_ms is not None]
    if not backs:
        return [kind, len(these), "never", len(these)]
    late = sum(back > BACK_WITHIN_S * 1e3 for back in backs) + len(these) - len(backs)
    return [kind, len(these), f"{quantile(backs, 0.5):.0f} / {max(backs):.0f}", late]


if __name__ == "__main__":
    run("line_kill", __doc__, add_arguments, drill, limit_seconds=1200)
