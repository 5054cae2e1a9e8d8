#!/usr/bin/env python3
"""A hundred deployments in a row, good ones, broken ones and cancelled ones: nothing is left behind.

Each brings an artifact of its own. After a few of each kind, and again at the end, with the same version at work: the
node's processes, threads and descriptors, the files and folders under its root, and the blocks that they take.
"""

import random
import time

from benchmarks import process_tree
from drill import DrillOver, run
from node import data_artifact, files_of, node, recipe
from results import add_out, keep

NAME, BESIDE = "com.example.drill", "com.example.beside"
ARTIFACT_BYTES = 100_000
# What nothing needs any more is looked for every half minute.
SETTLE_S = 35
# So large and so many that a word can come in between.
PARTS, PART_BYTES = 8, 8 << 20
# The record grows a little. Components' logs and the spool, where each deployment's event waits, have their own caps.
BLOCKS_GROWTH_MAX_KB, LOGS, SPOOL = 256, "logs", "spool"
COLUMNS = ["deployments", "of them", "result", "ms p50", "ms max"]


def add_arguments(parser):
    parser.add_argument("--count", type=int, default=100, help="deployments (100)")
    parser.add_argument("--warm-up", type=int, default=12, help="deployments before the first look (12)")
    add_out(parser, "node_deployments")


class Deployments:
    """One after the other; how each ended and how long it took."""

    def __init__(self, node_, seed=1):
        self.node, self.chance = node_, random.Random(seed)
        self.number, self.ended = 0, []

    def go_on(self, count):
        for _ in range(count):
            kind = ("good", "broken", "cancelled")[self.number % 3]
            self.number += 1
            began = time.monotonic()
            result = getattr(self, kind)(f"1.0.{self.number}")
            self.ended.append((kind, result, (time.monotonic() - began) * 1e3))

    def settle(self):
        """The same version at work, whoever looks; twice, so that what was good before is the same too."""
        for version in ("2.0.0", "3.0.0"):
            content = random.Random(version).randbytes(ARTIFACT_BYTES)
            self.must(self.deploy(version, "exec sleep 3600", content), "SUCCEEDED")
        time.sleep(SETTLE_S)

    def good(self, version):
        return self.deploy(version, "exec sleep 3600")

    def broken(self, version):
        return self.deploy(version, "sleep 999 & exit 1")

    def cancelled(self, version):
        folder = self.node.line.folder
        paths = [folder / f"part-{number}.bin" for number in range(PARTS)]
        for path in paths:
            with open(path, "wb") as file:
                file.write(self.chance.randbytes(64))
                file.truncate(PART_BYTES)
        artifacts = [{"URI": f"file://{path}"} for path in paths]
        identifier = self.node.submit(self.document(version), self.recipes(version, "exec sleep 3600", artifacts))
        answer = self.node.post("/node/deployments/cancel")
        result = self.node.wait_over(identifier)["result"]
        # Heard too late, it is as good as any.
        return "CANCELED" if answer.status == 409 and result == "SUCCEEDED" else result

    def deploy(self, version, script, content=None):
        artifact = data_artifact(content or self.chance.randbytes(ARTIFACT_BYTES))
        script = f"test -r {{artifacts:path}}/part.bin; {script}"
        return self.node.deploy(self.document(version), self.recipes(version, script, [artifact]))["result"]

    @staticmethod
    def document(version):
        return {"components": {NAME: {"componentVersion": version}, BESIDE: {"componentVersion": "1.0.0"}}}

    @staticmethod
    def recipes(version, script, artifacts):
        return [recipe(NAME, version, script, artifacts), recipe(BESIDE, "1.0.0", "exec sleep 3601")]

    @staticmethod
    def must(result, wanted):
        if result != wanted:
            raise DrillOver(f"{result} where {wanted} was certain")


class Look:
    """What a node holds at one moment."""

    def __init__(self, node_):
        tree = process_tree.tree_of(node_.process.pid)
        self.processes = sorted(" ".join(process_tree.command_line(process.pid)[:2]) for process in tree)
        self.threads, self.rss_mb = tree[0].threads, tree[0].resident_bytes / 1e6
        self.descriptors = files_of(node_.process.pid)
        places = [path for path in node_.root.rglob("*") if LOGS not in path.parts]
        self.files = sorted(str(path.relative_to(node_.root)) for path in places if path.is_file())
        self.folders = sorted(str(path.relative_to(node_.root)) for path in places if path.is_dir())
        counted = (path for path in places if SPOOL not in path.parts)
        self.blocks = {str(path.relative_to(node_.root)): blocks_kb(path) for path in counted}
        self.blocks_kb = sum(self.blocks.values())

    def figures(self):
        return {
            "processes": len(self.processes),
            "threads": self.threads,
            "rss_mb": round(self.rss_mb, 1),
            "descriptors": sum(self.descriptors.values()),
            "files": len(self.files),
            "folders": len(self.folders),
            "blocks_kb": self.blocks_kb,
        }


def blocks_kb(path):
    try:
        return path.lstat().st_blocks // 2
    except FileNotFoundError:
        return 0


def drill(arguments, report):
    with node(stations=False) as node_:
        deployments = Deployments(node_)
        deployments.go_on(arguments.warm_up)
        deployments.settle()
        before = Look(node_)
        deployments.ended.clear()
        report.say(f"before: {before.figures()}")
        deployments.go_on(arguments.count)
        check_results(report, deployments.ended)
        deployments.settle()
        after = Look(node_)
        report.say(f"after:  {after.figures()}")
        check_same(report, before, after)
        check_processes(report, node_)
        status = node_.stop()
        report.check(status == 0, f"the node ends with {status}")
        left = sleepers(node_)
        report.check(not left, f"left when it has ended: {left or 'nothing'}")
    rows = [row(kind, deployments.ended) for kind in ("good", "broken", "cancelled")]
    figures = {"drill": "node_deployments", "before": before.figures(), "after": after.figures()}
    keep(report, arguments.out, figures, COLUMNS, rows)


def check_results(report, ended):
    wanted = {"good": "SUCCEEDED", "broken": "FAILED_ROLLBACK_COMPLETE", "cancelled": "CANCELED"}
    odd = [(kind, result) for kind, result, _ in ended if result != wanted[kind]]
    report.check(not odd, f"{len(ended)} deployments, ended otherwise than they should: {odd[:5] or 'none'}")


def check_same(report, before, after):
    for name in ("processes", "descriptors", "files", "folders"):
        was, is_ = getattr(before, name), getattr(after, name)
        report.check(was == is_, f"{name}: {len(was)} and {len(is_)}{difference(was, is_)}")
    report.check(after.threads <= before.threads, f"threads: {before.threads} and {after.threads}")
    grown = after.blocks_kb - before.blocks_kb
    larger = {path: kb - before.blocks.get(path, 0) for path, kb in after.blocks.items()}
    largest = max(larger, key=larger.get)
    text = f"blocks: {before.blocks_kb} kB and {after.blocks_kb} kB, most in {largest}: {larger[largest]} kB"
    report.check(grown <= BLOCKS_GROWTH_MAX_KB, text)
    report.check(after.rss_mb <= before.rss_mb * 1.1 + 2, f"memory: {before.rss_mb:.1f} MB and {after.rss_mb:.1f} MB")


def difference(was, is_):
    if isinstance(was, dict):
        was, is_ = set(was.items()), set(is_.items())
    new, gone = sorted(set(is_) - set(was)), sorted(set(was) - set(is_))
    return "".join(f", {word} {some[:5]}" for word, some in (("new:", new), ("gone:", gone)) if some)


def sleepers(node_):
    """What this node's components sleep in: their surroundings name its folder."""
    mine = (pid for pid in process_tree.all_processes() if str(node_.root).encode() in surroundings(pid))
    lines = (" ".join(process_tree.command_line(pid)) for pid in mine)
    return sorted(line for line in lines if line.startswith("sleep "))


def surroundings(pid):
    try:
        return (process_tree.PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return b""


def check_processes(report, node_):
    found = sleepers(node_)
    report.check(found == ["sleep 3600", "sleep 3601"], f"two components run: {found}")


def row(kind, ended):
    these = sorted(ms for which, _, ms in ended if which == kind)
    results = sorted({result for which, result, _ in ended if which == kind})
    return [kind, len(these), ", ".join(results), f"{these[len(these) // 2]:.0f}", f"{these[-1]:.0f}"]


if __name__ == "__main__":
    run("node_deployments", __doc__, add_arguments, drill, limit_seconds=900)
