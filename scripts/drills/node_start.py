#!/usr/bin/env python3
"""How long a node with one station takes from its start to its first verdict, and what it holds when it is idle.

Parts stand ready at a simulated PLC. The clock runs from the spawn to the moment at which the first part that the model
itself judged has left the gate, with the conveyor's way in it. Memory is the node's own process after some rest.
"""

import time

from benchmarks import process_tree
from drill import DrillOver, run
from line import Belt, is_judged, line
from node import Node, recipe, write_releases
from results import add_out, keep

FIRST_VERDICT_MAX_S, IDLE_RSS_MAX_MB, REST_S = 3.0, 40.0, 10
COLUMNS = ["start", "door answers ms", "first verdict ms", "RSS MB", "PSS MB"]


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=5, help="starts (5)")
    parser.add_argument("--rest", type=float, default=REST_S, help=f"seconds before memory is looked at ({REST_S})")
    add_out(parser, "node_start")


def start_once(node_, number, rest):
    """One start: until the door answers, until the first verdict, and the memory after a rest."""
    line_ = node_.line
    belt = Belt(line_, first_part=1 + number * 100_000)
    time.sleep(0.5)
    began = time.monotonic()
    node_.start()
    answered = time.monotonic()
    belt.wait_for_judged(1)
    first = next(part for part in belt.parts if is_judged(part))
    belt.finish()
    time.sleep(rest)
    rss, pss = memory(node_.process.pid)
    node_.stop()
    return [(answered - began) * 1e3, (first["at"] - began) * 1e3, rss, pss]


def memory(pid):
    """Resident and proportional megabytes of one process."""
    pages = process_tree.read_process(pid)
    rows = (process_tree.PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    proportional = sum(int(row.split()[1]) << 10 for row in rows if row.startswith("Pss:"))
    return pages.resident_bytes / 1e6, proportional / 1e6


def prepare(node_):
    """A release and a component are deployed, so that a start has something to bring back."""
    release = node_.line.folder / "release"
    write_releases({"folder": release, "model": "inspect", "arguments": [[1, 3, 8, 8]], "version": "1"})
    node_.start()
    belt = Belt(node_.line)
    sleeper = recipe("com.example.beside", "1.0.0", "exec sleep 3600")
    document = {"components": {"com.example.beside": {"componentVersion": "1.0.0"}}}
    over = node_.deploy(document | {"stations": {"drill": {"release": str(release)}}}, [sleeper])
    belt.finish()
    node_.stop()
    if over["result"] != "SUCCEEDED":
        raise DrillOver(f"the first deployment: {over}")


def drill(arguments, report):
    watch = {"healthy": {"parts": 20, "after_s": 0}}
    with line(watch=watch) as line_:
        node_ = Node(line_, releases={"allow_unsigned": True})
        prepare(node_)
        found = []
        for number in range(arguments.rounds):
            found.append(start_once(node_, number + 1, arguments.rest))
            report.say("door {:.0f} ms, first verdict {:.0f} ms, RSS {:.1f} MB, PSS {:.1f} MB".format(*found[-1]))
        left = line_.left_over()
        report.check(not left, f"{len(left)} processes left behind")
    slowest, largest = max(row[1] for row in found), max(row[2] for row in found)
    report.check(slowest <= FIRST_VERDICT_MAX_S * 1e3, f"first verdict after {slowest:.0f} ms at most")
    report.check(largest <= IDLE_RSS_MAX_MB, f"idle, the node holds {largest:.1f} MB at most")
    rows = [[number + 1, *(f"{value:.1f}" for value in row)] for number, row in enumerate(found)]
    keep(report, arguments.out, {"drill": "node_start", "starts": found}, COLUMNS, rows)


if __name__ == "__main__":
    run("node_start", __doc__, add_arguments, drill, limit_seconds=400)
