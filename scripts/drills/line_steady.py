#!/usr/bin/env python3
"""A steady line: 30 parts a second to a PLC on pymodbus, quiet, under a flood of HTTP, and while releases change.

Three phases of equal length, each with processes of its own. Every part is decided; the node's heartbeat never stands
still for two cycles; the loop's p99 lateness does not move by a millisecond when a server beside it is flooded.
[line-steady-1]

A gap is the time between two changed heartbeats as they came in over the wire. What the PLC itself was late in that time
(its scan beyond a millisecond, or its answer to the write before) is taken off, or, if that is more, what the machine
held up a watcher of the highest priority: its host or its kernel, not the line. With one cycle left out a gap is 10 ms.
"""

import json
import subprocess
import threading
from contextlib import ExitStack, nullcontext

from client import INFER_BODY
from drill import PROGRAM, DrillOver, run, serving
from footprint import quantile
from line import PymodbusPLC, line
from line_record import compare, entries_of, verify
from pauses import Pauses
from results import add_out, keep

CYCLE_MS = 5.0
GAP_MS_MAX = 2 * CYCLE_MS
LATENESS_MS_MAX = 1.0
# Reasons with which the model itself decided: OK and DEFECT.
JUDGEMENTS = (0, 1)
GATES = {0: "REJECT", 1: "PASS", 2: "REJECT", 3: "REVIEW"}
FLOOD_CONNECTIONS = 8
PAUSES_KEPT = 20
# A result stands for 20 ms at least: a machine that stands still for longer can let the PLC miss it, or the node a trigger.
WINDOW_S, PAUSE_MS_MAX = 0.150, 20
PHASES = ("quiet", "flood", "releases")


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=600, help="all phases together (600)")
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30)")
    parser.add_argument("--flood", type=float, default=1000, help="requests a second on /infer (1000)")
    parser.add_argument("--reload-every", type=float, default=10, help="seconds between two releases (10)")
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=list(PHASES))
    parser.add_argument("--plc-priority", type=int, default=45, help="SCHED_FIFO of the PLC; 0: none (45)")
    add_out(parser, "line_steady")


class Flood:
    """`lineside bench` on /infer of a server beside the line, for as long as the block lasts."""

    def __init__(self, line, rate, seconds):
        self.line, self.rate, self.seconds, self.stack, self.figures = line, rate, seconds, ExitStack(), None

    def __enter__(self):
        server = self.stack.enter_context(serving("inspect", active="inspect", ceiling=1.0))
        body = self.line.folder / "flood.json"
        body.write_bytes(INFER_BODY)
        self.process = self.line.start(
            "bench", PROGRAM, "bench", f"{server.url}/infer", "--rate", self.rate, "--connections", FLOOD_CONNECTIONS,
            "--duration", self.seconds, "--body", body, "--header", "Content-Type: application/json",
            "--quiet", "-o", "json", keep_output=True,
        )
        return self

    def __exit__(self, *_):
        with self.stack:
            try:
                text, _ = self.process.communicate(timeout=self.seconds + 10)
                self.figures = json.loads(text or "{}")
            except subprocess.TimeoutExpired:
                self.line.stop("bench")


class Releases(threading.Thread):
    """Asks the station's page for its release again and again, as long as the block lasts."""

    def __init__(self, line, every):
        super().__init__(daemon=True)
        self.line, self.every, self.over, self.answers = line, every, threading.Event(), []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(10)

    def run(self):
        while not self.over.wait(self.every):
            try:
                self.answers.append(self.line.post("/station/release").status)
            except OSError as error:
                self.answers.append(str(error))


class Phase:
    """What one phase came to."""

    def __init__(self, name, plc, io, comparison, pauses):
        self.name, self.plc, self.io, self.comparison, self.pauses = name, plc, io, comparison, pauses
        parts = plc["parts"]
        self.parts = len(parts)
        self.undecided_at = [triggered for _, _, verdict, *_, triggered in parts if verdict == 0]
        self.undecided = len(self.undecided_at)
        self.fail_safes = sum(verdict != 0 and reason not in JUDGEMENTS for _, _, verdict, reason, *_ in parts)
        self.wired = [wired for *_, wired, _, _ in parts if wired is not None]
        self.taken = [taken for *_, taken, _ in parts if taken is not None]

    @property
    def net_gaps(self):
        """The worst gaps in ms, less the PLC's own lateness or the machine's pause at that time, whichever is longer."""
        return [
            whole - max(whole - excused, self.pauses.within(ended - whole / 1e3, ended))
            for ended, whole, excused in self.plc["worst_gaps"]
        ]

    @property
    def late_p99_ms(self):
        return self.io["late_us"]["p99"] / 1e3

    def check(self, report):
        name, gaps = self.name, self.plc["excused_gap_ms"]
        held = [self.pauses.within(at, at + WINDOW_S) for at in self.undecided_at]
        unexplained = sum(pause < PAUSE_MS_MAX for pause in held)
        report.check(
            self.parts > 0 and unexplained == 0,
            f"{name}: {self.parts} parts, {self.undecided} undecided, {unexplained} of them without a pause of the machine "
            f"then {[round(pause) for pause in held] or ''}",
        )
        report.check(self.fail_safes == 0, f"{name}: {self.fail_safes} decided by the fail-safe instead of the model")
        longest = max(self.net_gaps, default=0.0)
        report.check(
            longest < GAP_MS_MAX,
            f"{name}: longest heartbeat gap {longest:.1f} ms (below {GAP_MS_MAX:g}) of {self.plc['beats']}; "
            f"{self.plc['gap_ms']['max']:.1f} as it came in, {gaps['max']:.1f} less the PLC's own lateness",
        )
        self.comparison.check(report)

    def row(self):
        results = [quantile(self.wired, share) for share in (0.5, 0.99, 0.999, 1)]
        gaps = [self.plc["gap_ms"]["p999"], self.plc["gap_ms"]["max"], max(self.net_gaps, default=0.0)]
        late = [self.io["late_us"][share] / 1e3 for share in ("p50", "p99", "p999", "max")]
        decided = [self.parts, self.undecided, self.fail_safes]
        return [self.name, *decided, in_ms(results, 1), in_ms(gaps, 1), in_ms(late, 2), in_ms([self.pauses.longest_ms], 1)]

    def figures(self):
        shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1}
        plc = {name: value for name, value in self.plc.items() if name != "parts"}
        return {
            "phase": self.name,
            "parts": self.parts,
            "undecided": self.undecided,
            "fail_safes": self.fail_safes,
            "trigger_to_registers_ms": {name: quantile(self.wired, share) for name, share in shares.items()},
            "trigger_to_taken_ms": {name: quantile(self.taken, share) for name, share in shares.items()},
            "plc": plc,
            "net_gap_max_ms": max(self.net_gaps, default=0.0),
            "io": self.io,
            "passes": self.comparison.figures(),
            "machine_pauses_ms": self.pauses.worst_ms(PAUSES_KEPT),
        }


COLUMNS = [
    "phase", "parts", "undecided", "fail-safe", "trigger to registers ms p50 / p99 / p99.9 / max",
    "heartbeat gap ms p99.9 / max / max less others' lateness", "loop late ms p50 / p99 / p99.9 / max",
    "machine's own pause ms max",
]


def in_ms(values, digits):
    return " / ".join(f"{value:.{digits}f}" for value in values)


def drill(arguments, report):
    seconds, phases = arguments.seconds / len(arguments.phases), []
    try:
        for name in arguments.phases:
            phases.append(run_phase(name, arguments, seconds, report))
            phases[-1].check(report)
        check_lateness(report, {phase.name: phase for phase in phases})
    finally:
        figures = {"drill": "line_steady", "phases": [phase.figures() for phase in phases]}
        keep(report, arguments.out, figures, COLUMNS, [phase.row() for phase in phases])


def run_phase(name, arguments, seconds, report):
    report.say(f"{name}: {seconds:g} s")
    with line() as line_:
        line_.start_station()
        line_.wait_until_ready()
        plc = PymodbusPLC(line_, seconds, arguments.rate, priority=arguments.plc_priority)
        with disturbance(name, line_, arguments, seconds) as disturbed, Pauses() as pauses:
            line_.start_io()
            plc.wait_until_done()
        tell(report, name, disturbed, line_)
        io = line_.stop_io()
        told = plc.end()
        line_.stop("station")
        left = line_.left_over()
        report.check(not left, f"{name}: {len(left)} processes left behind")
        answer = verify(line_.state_folder)
        report.check(answer["ok"], f"{name}: the ledger verifies, {answer.get('entries')} entries")
        comparison = compare(gate_log(told["parts"]), entries_of(line_.state_folder))
    return Phase(name, told, io, comparison, pauses)


def disturbance(name, line_, arguments, seconds):
    if name == "flood":
        return Flood(line_, arguments.flood, seconds)
    return Releases(line_, arguments.reload_every) if name == "releases" else nullcontext()


def tell(report, name, disturbed, line_):
    if name == "flood":
        figures = disturbed.figures
        if not figures or not figures["answered"]:
            raise DrillOver("the flood came to nothing")
        report.say(f"flood: {figures['achieved_rate']:.0f} a second, {figures['answered']} answers, errors {figures['errors']}")
    if name == "releases":
        switches, asked = line_.state()["counts"]["release_switches"], len(disturbed.answers)
        good = all(answer == 200 for answer in disturbed.answers)
        report.check(good and switches >= asked - 1, f"releases: asked {asked} times, {switches} switches")


def gate_log(rows):
    """The PLC's rows in the words of a gate."""
    return [{"part": part, "sequence": turn, "gate": GATES[verdict], "at": 0.0} for part, turn, verdict, *_ in rows]


def check_lateness(report, phases):
    if "quiet" not in phases:
        return
    quiet = phases["quiet"].late_p99_ms
    for phase in phases.values():
        moved = phase.late_p99_ms - quiet
        if phase.name != "quiet":
            report.check(moved < LATENESS_MS_MAX, f"{phase.name}: the loop's p99 lateness moved by {moved:+.2f} ms")


if __name__ == "__main__":
    run("line_steady", __doc__, add_arguments, drill, limit_seconds=1200)
