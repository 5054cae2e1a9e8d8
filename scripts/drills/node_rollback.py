#!/usr/bin/env python3
"""From each trigger to the first part that the last good release judges, while parts come and the uplink is cut.

A node with one station in a network namespace of its own (where it may make one), its event bus out of reach. A good
release proves itself; a bad one is deployed, is found out by the watch, and is taken back by the node alone. Times are
the ledger's: from the finding to the first entry that the last good release signed. Parts judged by the bad one are
counted there too.
"""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import time
from datetime import datetime

from drill import DrillOver, run
from line import Belt, is_judged, kill
from node import node, write_releases
from results import StolenTime, add_out, keep

BACK_WITHIN_MS, CLONE_NEWNET = 1000, 0x40000000
SMALL = [[1, 3, 8, 8]]
WATCH = {
    "latency": {"p95_max_ms": 15, "p99_max_ms": 150, "window_s": 1, "window_parts_min": 100, "windows": 2},
    "reject_rate": {"parts_min": 30},
    "healthy": {"parts": 300, "after_s": 0},
    "cooldown_s": 0,
}
BAD = {
    "LATENCY": {"model": "slow", "options": {"iterations": 28_000}},
    "INFERENCE_FAILURE": {"model": "failing", "mean": -1},
    "REJECT_RATE": {"model": "inspect", "arguments": SMALL, "threshold": 0.1},
    "ESCAPE": {"model": "inspect", "arguments": SMALL, "threshold": 0.95},
    "DEVICE_HEALTH": {"model": "inspect", "arguments": SMALL, "threshold": 0.96},
}
COLUMNS = ["trigger", "ms to the first part of the last good", "parts judged by the bad", "result", "evidence"]


def add_arguments(parser):
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30)")
    parser.add_argument("--trigger", action="append", choices=list(BAD), help="only this one; may be repeated")
    add_out(parser, "node_rollback")


def cut(report):
    """From here on this process, and all that it starts, has loopback and nothing else."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        report.say(f"no network namespace can be made here: {os.strerror(ctypes.get_errno())}; only the bus is away")
        return False
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return True


class Rollback:
    """A node whose good release has proved itself, and what becomes of the bad one."""

    def __init__(self, node_, trigger, rate):
        self.node, self.line, self.trigger = node_, node_.line, trigger
        folder = self.line.folder
        write_releases(
            {"folder": folder / "good", "model": "inspect", "arguments": SMALL, "version": "1"},
            {"folder": folder / "bad", "version": "2"} | BAD[trigger],
        )
        self.belt = Belt(self.line, rate=rate)

    def deploy(self, which):
        return self.node.submit({"stations": {"drill": {"release": str(self.line.folder / which)}}})

    def prove(self):
        over = self.node.wait_over(self.deploy("good"))
        if over["result"] != "SUCCEEDED":
            raise DrillOver(f"the good release: {over}")

    def fail(self):
        """Deploys the bad release, provokes its trigger, and waits until the deployment is over."""
        identifier = self.deploy("bad")
        if self.trigger in ("ESCAPE", "DEVICE_HEALTH"):
            self.wait(lambda: (self.release() or {}).get("version") == "2", "the bad release")
            getattr(self, self.trigger.lower())()
        self.over = self.node.wait_over(identifier, 120)
        self.wait(lambda: self.line.state()["rollback"], "the rollback")
        time.sleep(1.5)
        self.told = self.line.state()["rollback"]

    def release(self):
        return self.line.state()["release"]

    def wait(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise DrillOver(f"waited {seconds} s in vain for {what}\n{self.line.said('node')}")
            time.sleep(0.01)

    def escape(self):
        """A person finds a defect in a part that the bad release passed."""
        before = sum(map(is_judged, self.belt.parts))
        self.belt.wait_for_judged(before + 15)
        last = next(part for part in self.line.state()["recent"] if part["verdict"] == "PASS")
        body = {"by": "drill", "reason": "a crack", "verdict": "REJECT"}
        answer = self.line.post(f"/station/parts/{last['number']}/override", body)
        if answer.status != 200:
            raise DrillOver(f"{answer.status}: {answer.body}")

    def device_health(self):
        """The bad release's engine ends three times: the last one that was started is killed."""
        for _ in range(3):
            self.wait(lambda: self.line.state()["state"] in ("READY", "BUSY"), "the engine", 10)
            if (self.release() or {}).get("version") != "2":
                return
            youngest = max(self.line.pids_of("engine"), key=started)
            kill(youngest, signal.SIGKILL)
            self.wait(lambda pid=youngest: pid not in self.line.pids_of("engine"), "its end", 10)
            time.sleep(0.3)

    def measure(self):
        """Milliseconds from the finding to the first part of the last good release, and the bad one's parts."""
        finding = (
            datetime.fromisoformat(self.told["at"].replace("Z", "+00:00")).timestamp() * 1e3 - self.told["took_ms"]
        )
        bad, good = self.told["from"].removeprefix("sha256:"), self.told["to"].removeprefix("sha256:")
        entries = judged_entries(self.line.state_folder)
        after = [at for release, at in entries if release == good and at >= finding]
        return (after[0] - finding if after else None), sum(release == bad for release, _ in entries)


def started(pid):
    with open(f"/proc/{pid}/stat") as text:
        return int(text.read().rpartition(")")[2].split()[19])


def judged_entries(state):
    """(release, wall ms) of every part that a model judged, oldest first."""
    database = sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True)
    try:
        bodies = [
            json.loads(body) for (body,) in database.execute("SELECT body FROM entries WHERE kind = 1 ORDER BY n")
        ]
    finally:
        database.close()
    judged = [body for body in bodies if body["release"] and body["reason"] in ("OK", "DEFECT", "MODEL_ERROR")]
    return [(body["release"].removeprefix("sha256:"), body["wall_ns"] / 1e6) for body in judged]


def once(report, trigger, rate):
    """One trigger, from a fresh node to its end; the table's row."""
    own = {"releases": {"allow_unsigned": True}, "spool": {"endpoint": "http://192.0.2.1:9/"}}
    with node(watch=WATCH, own=own) as node_:
        rollback = Rollback(node_, trigger, rate)
        rollback.prove()
        rollback.fail()
        ms, parts = rollback.measure()
        rollback.belt.finish()
        told, over = rollback.told, rollback.over
        report.check(told["trigger"] == trigger, f"{trigger}: found as {told['trigger']}: {told['evidence']}")
        report.check(over["result"] == "FAILED_ROLLBACK_COMPLETE", f"{trigger}: {over['result']} {over['reason']}")
        back = f"{trigger}: {ms if ms is None else round(ms)} ms to the last good, {parts} parts judged by the bad"
        report.check(ms is not None and ms <= BACK_WITHIN_MS, back)
        return [trigger, "never" if ms is None else f"{ms:.0f}", parts, over["result"], told["evidence"]]


def drill(arguments, report):
    is_cut = cut(report)
    os.environ |= {"AWS_ACCESS_KEY_ID": "drill", "AWS_SECRET_ACCESS_KEY": "drill"}
    with StolenTime() as stolen:
        rows = [once(report, trigger, arguments.rate) for trigger in arguments.trigger or BAD]
    names = ["trigger", "ms", "parts_by_bad", "result", "evidence"]
    figures = {"drill": "node_rollback", "rate": arguments.rate, "uplink_cut": is_cut}
    figures |= {
        "stolen_by_host": round(stolen.share, 4),
        "triggers": [dict(zip(names, row, strict=True)) for row in rows],
    }
    keep(report, arguments.out, figures, COLUMNS, rows)


if __name__ == "__main__":
    run("node_rollback", __doc__, add_arguments, drill, limit_seconds=600)
