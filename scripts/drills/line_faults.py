#!/usr/bin/env python3
"""Everything that can go wrong with a PLC, one after the other, against a live line in two minutes.

A PLC that stands still, restarts, falls silent, answers late or with nonsense, triggers twice, leaves turns out, uses
old ones or bypasses the node: no part is passed that the model did not pass, each part leaves the gate, and a second
after each fault the model judges again. [line-faults-1]
"""

import time

from drill import DrillOver, run
from line import Belt, is_judged, line
from line_record import check_all_gone, compare, entries_of, tally_text, verify
from results import StolenTime, add_out, keep

BACK_WITHIN_S = 1.0
# How long each lasts, as a share of the time until the next one; those that are over at once have none.
KINDS = {
    "halt": 0.25, "restart": 0, "silence": 0.25, "late": 0.25, "garbage": 0.25, "duplicate": 0, "skip": 0, "swap": 0,
    "bypass": 0.25,
}
COLUMNS = ["fault", "at s", "lasts s", "parts", "judged", "fail-safe", "PLC's own reject", "judged again after ms"]


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30)")
    add_out(parser, "line_faults")


def plan_of(seconds):
    """Each kind twice, apart by the same time: kind, when, how long."""
    order = [*KINDS, *reversed(KINDS)]
    step = seconds / (len(order) + 1)
    return [(kind, round(step * (place + 0.75), 2), round(step * KINDS[kind], 2)) for place, kind in enumerate(order)]


def drill(arguments, report):
    faults = plan_of(arguments.seconds)
    with line() as line_, StolenTime() as stolen:
        line_.start_station()
        line_.wait_until_ready()
        line_.start_io()
        flags = [word for kind, at, lasts in faults for word in ("--fault", f"{kind}@{at}+{lasts}")]
        belt, began = Belt(line_, *flags, seconds=arguments.seconds, rate=arguments.rate), time.monotonic()
        belt.process.wait(arguments.seconds + 30)
        parts = belt.finish()
        io = line_.stop_io()
        line_.stop("station")
        report.check(not line_.left_over(), "nobody is left behind")
        answer = verify(line_.state_folder)
        report.check(answer["ok"], f"the ledger verifies, {answer.get('entries')} entries")
        comparison = compare(parts, entries_of(line_.state_folder))
    if not parts:
        raise DrillOver("no part came through the gate")
    stories = [story(fault, began, parts, following(fault, faults, arguments.seconds)) for fault in faults]
    report.say(f"{len(parts)} parts: {tally_text(parts)}")
    comparison.check(report)
    check_all_gone(report, parts, belt.tally)
    check_back(report, stories)
    figures = {"drill": "line_faults", "tally": belt.tally, "io": io, "passes": comparison.figures(), "faults": stories}
    figures["stolen_by_host"] = round(stolen.share, 4)
    keep(report, arguments.out, figures, COLUMNS, [list(one.values()) for one in stories])


def following(fault, faults, end):
    """When the fault after this one begins."""
    return min((at for _, at, _ in faults if at > fault[1]), default=end)


def story(fault, began, parts, until):
    """What became of the parts from this fault to the next."""
    kind, at, lasts = fault
    here = [part for part in parts if at <= part["at"] - began < until]
    after = [part["at"] - began for part in here if is_judged(part) and triggered(part) - began > at + lasts]
    return {
        "fault": kind,
        "at": at,
        "lasts": lasts,
        "parts": len(here),
        "judged": sum(map(is_judged, here)),
        "fail_safe": sum(part["verdict"] is not None and not is_judged(part) for part in here),
        "rejected_by_plc": sum(part["verdict"] is None for part in here),
        "back_ms": round((min(after) - at - lasts) * 1e3) if after else None,
    }


def triggered(part):
    return part["at"] - part["ms"] / 1e3


def check_back(report, stories):
    never = [one for one in stories if one["back_ms"] is None]
    slowest = max((one["back_ms"] for one in stories if one["back_ms"] is not None), default=float("inf"))
    worst = [one["fault"] for one in stories if one["back_ms"] == slowest]
    report.check(not never, f"{len(never)} faults after which the model did not judge again")
    report.check(slowest <= BACK_WITHIN_S * 1e3, f"slowest to be judged again: {slowest} ms, after {worst}")


if __name__ == "__main__":
    run("line_faults", __doc__, add_arguments, drill, limit_seconds=600)
