#!/usr/bin/env python3
"""Measures `lineside serve` against its budgets.

Every figure is compared with what was measured beside it, in the same minute: a null server (the price of the socket),
bare ONNX Runtime (the price of the model) and, when BENCH_HOME names a folder with other servers installed, those.
All share this machine's cores with the load, so only ratios say something; the medians of several rounds are judged.

    Benchmarks/run.py [--rounds 3] [--quick] [--only iris_json,start] [--peers none]

The table goes to standard output as Markdown, everything measured to Benchmarks/results/latest.json. The budgets are in
Benchmarks/budgets.json. Exit status: 0 all kept, 1 one broken, 69 something is missing.

Environment: LINESIDE (the binary, .build/release/lineside), LINESIDE_FLAGS (more flags for `serve`), BENCH_HOME,
ORT_LIBRARY and ORT_INCLUDE (ONNX Runtime's library and header, .deps).
"""

import argparse
import json
import os
import platform
import random
import shlex
import signal
import sys
import time
from functools import partial
from pathlib import Path

import measure
import tools
from servers import Lineside, NullServer, ServerDied, find_peers
from verdicts import Samples, figures_table, judge, verdict_table
from workloads import CONNECTIONS, requests_of_lineside

RESULTS = tools.HERE / "results" / "latest.json"
BUDGETS = tools.HERE / "budgets.json"
STARTS_PER_ROUND = 3
EXIT_BROKEN, EXIT_MISSING = 1, 69


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (3)")
    parser.add_argument("--quick", action="store_true", help="one round of one second each: a look, not a judgement")
    parser.add_argument("--only", default="", help=f"workloads, of: {', '.join([*CONNECTIONS, 'start'])}")
    parser.add_argument("--peers", default="all", help="names from the peers' table, `all` (default) or `none`")
    parser.add_argument("--without-lineside", action="store_true", help="measure only the others, judge nothing")
    parser.add_argument("--figures", action="store_true", help="also print every subject's figures")
    parser.add_argument("--quiet-wait", type=float, default=20, help="seconds to wait for a busy machine (20)")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 1
    arguments.only = arguments.only.split(",") if arguments.only else [*CONNECTIONS, "start"]
    unknown = set(arguments.only) - {*CONNECTIONS, "start"}
    if unknown:
        parser.error(f"no workload is called {', '.join(sorted(unknown))}")
    return arguments


class Run:
    def __init__(self, arguments):
        self.arguments, self.samples = arguments, Samples()
        self.bench = measure.Bench(arguments.seconds, arguments.quiet_wait)
        self.requests = requests_of_lineside(tools.BODIES)
        self.round_number = 0

    def measure_all(self):
        for self.round_number in range(1, self.arguments.rounds + 1):
            self.say(f"round {self.round_number} of {self.arguments.rounds}")
            if "start" in self.arguments.only:
                self.measure_starts()
            self.measure_core()
            for peer in self.peers():
                self.measure_peer(peer)

    def cells(self):
        return [
            (workload, connections)
            for workload in CONNECTIONS
            if workload in self.arguments.only
            for connections in CONNECTIONS[workload]
        ]

    # -- Lineside, null server and floor, all three within each cell --

    def measure_core(self):
        if not self.cells():
            return
        with NullServer(tools.program("null_server"), self.requests) as null:
            if self.arguments.without_lineside:
                return self.measure_cells(null)
            with self.lineside() as lineside:
                self.measure_cells(null, lineside)

    def measure_cells(self, *servers):
        for workload, connections in self.cells():
            ways = [partial(self.measure_cell, server, workload, connections) for server in servers]
            if workload in measure.FLOOR_MODELS:
                ways.append(partial(self.measure_floor, workload, connections))
            # Another order in every round, so that no subject always follows the same one.
            random.Random(self.round_number).shuffle(ways)
            for way in ways:
                way()

    def measure_cell(self, server, workload, connections):
        """A workload that fails is no reason to stop: it is noted, and fails whatever is judged by it."""
        try:
            self.note(self.bench.load(server, workload, connections))
        except (measure.BadAnswer, OSError) as error:
            self.say(str(error))
            failed = {"subject": server.name, "workload": workload, "connections": connections}
            self.samples.add(self.round_number, {**failed, "not_ok": 1, "error": str(error)})

    def measure_floor(self, workload, connections):
        self.note(self.bench.floor(workload, connections))

    def lineside(self):
        flags = shlex.split(os.environ.get("LINESIDE_FLAGS", ""))
        log = tools.LOGS / "lineside.log"
        program = tools.lineside_program()
        return Lineside(program, tools.MODELS, self.requests, active="defect", flags=flags, log=log)

    def measure_starts(self):
        if self.arguments.without_lineside:
            return
        requests = {"iris_json": self.requests["iris_json"]}
        flags = shlex.split(os.environ.get("LINESIDE_FLAGS", ""))
        program, log = tools.lineside_program(), tools.LOGS / "lineside.log"
        make = partial(Lineside, program, tools.IRIS_ONLY, requests, active="iris", flags=flags, log=log)
        for _ in range(STARTS_PER_ROUND):
            self.bench.wait_until_quiet()
            self.note(measure.start(make))

    # -- Peers, one after the other --

    def peers(self):
        home = os.environ.get("BENCH_HOME")
        if not home or self.arguments.peers == "none":
            return []
        found = find_peers(Path(home), tools.PEER_MODELS, tools.LOGS)
        if self.arguments.peers != "all":
            wanted = self.arguments.peers.split(",")
            found = [peer for peer in found if peer.name in wanted]
        random.Random(self.round_number).shuffle(found)
        return [peer for peer in found if any(workload in peer.requests for workload, _ in self.cells())]

    def measure_peer(self, peer):
        try:
            with peer:
                self.note(measure.rest(peer))
                for workload, connections in self.cells():
                    if workload in peer.requests:
                        self.measure_cell(peer, workload, connections)
        except (ServerDied, OSError) as error:
            self.say(f"{peer.name} is left out: {error}")

    # -- What is said --

    def note(self, sample):
        self.samples.add(self.round_number, sample)
        cell = f"{sample['workload']}, {sample['connections']}"
        keys = ("p50_ms", "p99_ms", "cpu_ms", "rps", "start_ms", "pss_mb", "not_ok", "foreign_share")
        figures = "  ".join(f"{key} {sample[key]:.4g}" for key in keys if key in sample)
        self.say(f"{sample['subject']:16} {cell:22} {figures}")

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)


def judge_all(run):
    budgets = json.loads(BUDGETS.read_text())
    return [judge(budget, run.samples) for budget in budgets if budget["workload"] in run.arguments.only]


def write_results(run, verdicts):
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "processor": processor(), "kernel": platform.release()}
    results = {"measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine}
    results |= {"rounds": run.arguments.rounds, "seconds": run.arguments.seconds}
    results |= {"verdicts": verdicts, "samples": run.samples.all}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def print_tables(run, verdicts):
    if verdicts:
        print(verdict_table(verdicts))
    if run.arguments.figures or not verdicts:
        print(figures_table(run.samples))
    shares = [sample["foreign_share"] for sample in run.samples.all if "foreign_share" in sample]
    disturbed = sum(share > measure.FOREIGN_SHARE_MAX for share in shares)
    if disturbed:
        print(f"\n{disturbed} of {len(shares)} measurements shared the machine with other work: measure again.")


def main():
    # So that every server is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_BROKEN))
    arguments = parse_arguments()
    if not arguments.without_lineside and not tools.lineside_program().exists():
        raise tools.Missing(f"{tools.lineside_program()} is not there: build it, or name it in LINESIDE")
    tools.make_all()
    run = Run(arguments)
    run.measure_all()
    verdicts = [] if arguments.without_lineside else judge_all(run)
    write_results(run, verdicts)
    print_tables(run, verdicts)
    return EXIT_BROKEN if any(verdict["verdict"] == "FAIL" for verdict in verdicts) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (tools.Missing, ServerDied, measure.BadAnswer) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(EXIT_MISSING)
