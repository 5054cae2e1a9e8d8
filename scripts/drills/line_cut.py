#!/usr/bin/env python3
"""No hub and no network: the line judges in a network namespace with nothing but loopback, as it does outside of one.

Outside, station, engine and PLC process run under strace (when it is there) and their sockets are looked at over and
over: none is ever connected to, bound to or sent to another address than loopback. Inside, there is no other address.
The same parts get the same verdicts. Needs root for the namespace; without it only the first half is done. [line-cut-1]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from benchmarks import process_tree
from drill import DrillOver, run
from line import Belt, line
from line_record import compare, differences, entries_of, tally_text, verify
from results import add_out, keep

TRACED = "socket,connect,bind,sendto,sendmsg,sendmmsg"
INTERNET_CALL = re.compile(r"(\w+)\(.*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")")
# Loopback and the wildcard of a socket that was never bound; as in /proc/net: little-endian words.
LOOPBACK = re.compile(r"^(?:......7F|0{8}|0{32}|0{24}01000000|0{16}FFFF0000......7F)$")
TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6")
COLUMNS = ["where", "parts", "judged", "verdicts that differ", "sockets looked at", "addresses outside loopback"]


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=60, help="of each half (60)")
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30)")
    parser.add_argument("--inside", type=Path, help="used by the drill itself: the half in the namespace writes here")
    add_out(parser, "line_cut")


class Sockets(threading.Thread):
    """Whom the line's processes have sockets with, as /proc tells, for as long as the block lasts."""

    def __init__(self, line_):
        super().__init__(daemon=True)
        self.line, self.over, self.looked, self.strangers = line_, threading.Event(), 0, set()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(10)

    def run(self):
        while not self.over.wait(0.1):
            self.look()

    def look(self):
        for pid, what in self.line.members().items():
            if what not in ("station", "engine", "io"):
                continue
            owned = inodes_of(pid)
            for table in TABLES:
                self.look_at(pid, what, table, owned)

    def look_at(self, pid, what, table, owned):
        try:
            rows = (process_tree.PROC / str(pid) / "net" / table).read_text().splitlines()[1:]
        except OSError:
            return
        for row in rows:
            fields = row.split()
            if fields[9] not in owned:
                continue
            self.looked += 1
            for address in (fields[1], fields[2]):
                if not LOOPBACK.match(address.split(":")[0]):
                    self.strangers.add(f"{what}: {table} {address}")


def inodes_of(pid):
    owned, folder = set(), process_tree.PROC / str(pid) / "fd"
    try:
        for name in os.listdir(folder):
            owned.update(re.findall(r"socket:\[(\d+)\]", os.readlink(folder / name)))
    except OSError:
        pass
    return owned


def half(arguments, traced):
    """One run of the line: its parts, and every address that was met."""
    with line() as line_:
        prefix = lambda name: tracer(line_, name) if traced else ()  # noqa: E731
        with Sockets(line_) as sockets:
            line_.start_station(prefix("station"))
            line_.wait_until_ready()
            line_.start_io(prefix("io"))
            belt = Belt(line_, seconds=arguments.seconds, rate=arguments.rate)
            belt.process.wait(arguments.seconds + 30)
            parts = belt.finish()
        for name in ("io", "station"):
            line_.stop(name)
        called = [call for name in ("station", "io") for call in calls_in(line_.folder / f"{name}.trace")]
        comparison = compare(parts, entries_of(line_.state_folder))
        return {
            "parts": parts,
            "left": len(line_.left_over()),
            "ledger_ok": verify(line_.state_folder)["ok"],
            "looked": sockets.looked,
            "strangers": sorted(sockets.strangers),
            "calls": len(called),
            "calls_out": sorted({f"{name} {address}" for name, address in called if not is_local(address)}),
            "passes": comparison.figures(),
        }


def tracer(line_, name):
    # -D: the tracer steps aside, so that what was started is the traced program itself.
    trace = line_.folder / f"{name}.trace"
    return ("strace", "-D", "-f", "-qq", "-e", f"trace={TRACED}", "-e", "signal=none", "-o", trace)


def calls_in(trace):
    """Every call that names an internet address: its name and the address."""
    if not trace.exists():
        return []
    found = INTERNET_CALL.findall(trace.read_text(errors="replace"))
    return [(name, four or six) for name, four, six in found]


def is_local(address):
    return address.startswith("127.") or address in ("::1", "0.0.0.0", "::") or address.startswith("::ffff:127.")


def drill(arguments, report):
    if arguments.inside:
        return inside(arguments, report)
    traced = shutil.which("strace") is not None
    report.say(f"with the network, {'under strace' if traced else 'without strace, which is not there'}")
    outside = half(arguments, traced)
    check_half(report, "with the network", outside)
    if traced:
        report.check(outside["calls"] > 0, f"strace saw {outside['calls']} calls with an internet address")
    rows = [row("with the network", outside, 0)]
    figures = {"drill": "line_cut", "with_network": summary(outside)}
    cut = in_namespace(arguments, report)
    if cut:
        check_half(report, "cut off", cut)
        other, both = differences(cut["parts"], outside["parts"])
        report.check(both > 0 and not other, f"{both} parts judged in both, {len(other)} differently")
        report.check(not cut["interfaces"], f"interfaces beside loopback while cut off: {cut['interfaces'] or 'none'}")
        rows.append(row("cut off", cut, len(other)))
        figures["cut_off"] = summary(cut)
    keep(report, arguments.out, figures, COLUMNS, rows)


def in_namespace(arguments, report):
    """This script again, where there is no network; None where that cannot be had."""
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True)
    if probe.returncode:
        report.say(f"skipped: no network namespace can be made here ({probe.stderr.strip()})")
        return None
    report.say("cut off")
    with tempfile.TemporaryDirectory(prefix="lineside-cut-") as folder:
        answer = Path(folder) / "inside.json"
        command = ["unshare", "-n", sys.executable, __file__, "--inside", answer, "--seconds", arguments.seconds]
        finished = subprocess.run([*map(str, command), "--rate", str(arguments.rate)], capture_output=True, text=True)
        if not answer.exists():
            raise DrillOver(f"the half in the namespace failed: {finished.stdout}{finished.stderr}")
        return json.loads(answer.read_text())


def inside(arguments, report):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    interfaces = sorted(set(os.listdir("/sys/class/net")) & set(own_interfaces()) - {"lo"})
    arguments.inside.write_text(json.dumps(half(arguments, traced=False) | {"interfaces": interfaces}))


def own_interfaces():
    """/proc knows the reader's namespace; /sys may still show the one it was mounted in."""
    rows = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    return [row.split(":")[0].strip() for row in rows]


def check_half(report, name, told):
    report.say(f"{name}: {len(told['parts'])} parts: {tally_text(told['parts'])}")
    strangers = told["strangers"] + told["calls_out"]
    report.check(told["looked"] > 0 and not strangers, f"{name}: addresses outside loopback: {strangers or 'none'}")
    report.check(told["ledger_ok"] and told["left"] == 0, f"{name}: the ledger verifies, {told['left']} left behind")
    wrong = told["passes"]["contradicted"] + told["passes"]["unproven"]
    report.check(wrong == 0, f"{name}: {told['passes']['passes']} PASSes, {wrong} not in the ledger")


def summary(told):
    return {key: value for key, value in told.items() if key != "parts"} | {"parts": len(told["parts"])}


def row(name, told, other):
    judged = sum(part["reason"] in ("OK", "DEFECT") for part in told["parts"])
    strangers = len(told["strangers"]) + len(told["calls_out"])
    return [name, len(told["parts"]), judged, other, told["looked"], strangers]


if __name__ == "__main__":
    run("line_cut", __doc__, add_arguments, drill, limit_seconds=600)
