#!/usr/bin/env python3
"""The engine dies under load, 20 times: kill -9.

Only the requests that are inside at that moment fail, with the 503 of the contract; whatever comes next is served
within a second, by a new engine. Nothing is left behind: processes, descriptors, memory. [serve-infer-5]
"""

import os
import re
import signal
import time

from benchmarks import process_tree
from client import Client, Senders
from drill import DrillOver, run, serving
from footprint import Footprint, check_flat

BACK_WITHIN_S = 1.0
# A process that was sent SIGKILL is not dead yet: its memory goes first. What comes in meanwhile counts as inside.
DYING_S = 0.010
# Deadlines far away, so that waiting for the new engine is not mistaken for a slow model.
CEILING_S = 10.0
SHOWN_MAX = 5


def add_arguments(parser):
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--pause", type=float, default=2.0, help="seconds of load between two kills (2)")


class Load(Senders):
    """Asks again as soon as it has its answer, and keeps every outcome."""

    def __init__(self, url, connections):
        super().__init__(url, connections)
        self.outcomes = []

    def send(self, client):
        outcome = self.ask(client)
        with self.lock:
            self.outcomes.append(outcome)
        # A thousand requests a second are load enough, and leave the machine time to start an engine.
        time.sleep(len(self.threads) / 1000)

    def ask(self, client):
        began = time.monotonic()
        try:
            answer = client.infer()
            return Outcome(began, answer.ended, answer.status, answer.detail)
        except OSError as error:
            return Outcome(began, time.monotonic(), None, str(error))

    def take(self):
        with self.lock:
            taken, self.outcomes = self.outcomes, []
            return taken


class Outcome:
    def __init__(self, began, ended, status, detail):
        self.began, self.ended, self.status, self.detail = began, ended, status, detail

    @property
    def is_good(self):
        return self.status == 200

    @property
    def is_engine_stopped(self):
        return self.status == 503 and str(self.detail).startswith("Inference engine stopped; ")

    def __str__(self):
        return f"{self.status} {self.detail} after {self.ended - self.began:.3f} s"


def engines_of(server):
    """Children that say they are engines."""
    children = [process.pid for process in process_tree.tree_of(server.pid) if process.pid != server.pid]
    return [pid for pid in children if "engine" in process_tree.command_line(pid)]


def drill(arguments, report):
    with serving("inspect", active="inspect", ceiling=CEILING_S) as server:
        with Load(server.url, arguments.connections) as load:
            wait_for_good(load)
            footprints, stories = [], []
            for number in range(1, arguments.kills + 1):
                stories.append(kill_once(arguments, server, load))
                footprints.append(Footprint.of(server))
                report.say(f"kill {number:2}: {stories[-1]}, {footprints[-1]}")
        judge(report, stories)
        # The first engine lived longest and the first restart loads what later ones find in the cache.
        check_flat(report, footprints[1:])
        check_counted(report, server, arguments.kills)


def wait_for_good(load, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.1)
        if any(outcome.is_good for outcome in load.take()):
            return
    raise DrillOver("no good answer before the first kill")


class Story:
    """What one kill did to the requests around it."""

    def __init__(self, killed_at, outcomes):
        after = [outcome for outcome in outcomes if outcome.began > killed_at + DYING_S]
        inside = [outcome for outcome in outcomes if outcome.began <= killed_at + DYING_S]
        failed_inside = [outcome for outcome in inside if not outcome.is_good]
        self.requests = len(outcomes)
        self.failed_inside = len(failed_inside)
        self.wrongly_failed = [outcome for outcome in failed_inside if not outcome.is_engine_stopped]
        # Failed before the kill: nothing had happened to them.
        self.wrongly_failed += [outcome for outcome in failed_inside if outcome.ended < killed_at]
        self.failed_after = [outcome for outcome in after if not outcome.is_good]
        self.slow_after = [outcome for outcome in after if outcome.ended - outcome.began > BACK_WITHIN_S]
        first_good = min((outcome.ended for outcome in after if outcome.is_good), default=float("inf"))
        self.back_after = first_good - killed_at

    def __str__(self):
        return (
            f"{self.requests} requests, {self.failed_inside} inside failed, {len(self.failed_after)} after, "
            f"back in {self.back_after * 1e3:.0f} ms"
        )


def kill_once(arguments, server, load):
    engines = engines_of(server)
    if not engines:
        raise DrillOver("the server has no engine to kill")
    killed_at = time.monotonic()
    for pid in engines:
        os.kill(pid, signal.SIGKILL)
    time.sleep(arguments.pause)
    story = Story(killed_at, load.take())
    survivors = set(engines) & set(engines_of(server))
    if survivors:
        raise DrillOver(f"engine {survivors} outlived kill -9")
    return story


def judge(report, stories):
    wrong = [outcome for story in stories for outcome in story.wrongly_failed]
    failed_after = [outcome for story in stories for outcome in story.failed_after]
    slow_after = [outcome for story in stories for outcome in story.slow_after]
    for outcome in [*wrong[:SHOWN_MAX], *failed_after[:SHOWN_MAX], *slow_after[:SHOWN_MAX]]:
        report.say(str(outcome))
    inside = sum(story.failed_inside for story in stories)
    slowest = max(story.back_after for story in stories)
    report.check(not wrong, f"{len(wrong)} of the {inside} that failed inside got another answer than the 503")
    report.check(not failed_after, f"{len(failed_after)} failed that came after a kill")
    report.check(not slow_after, f"{len(slow_after)} that came after a kill took longer than {BACK_WITHIN_S:g} s")
    report.check(slowest <= BACK_WITHIN_S, f"slowest return {slowest * 1e3:.0f} ms (at most {BACK_WITHIN_S:g} s)")


def check_counted(report, server, kills):
    with Client(server.url) as client:
        text = client.get("/metrics").body.decode()
    counts = re.findall(r"^lineside_engine_restarts_total(?:{[^}]*})? ([0-9.e+]+)$", text, re.MULTILINE)
    counted = sum(map(float, counts))
    report.check(counted == kills, f"lineside_engine_restarts_total says {counted:g} of {kills}")


if __name__ == "__main__":
    run("kill_engine", __doc__, add_arguments, drill, limit_seconds=180)
