"""What a server and all its children use, read from /proc.

A server is judged by its whole tree: a front that hands its work to an engine, or to a pool of workers, is not cheaper
for it. The tree is the process given, its descendants, and whatever else is in its session, because some servers let
their workers be orphaned.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PROC = Path("/proc")


@dataclass
class Process:
    pid: int
    state: str
    parent: int
    session: int
    cpu_seconds: float
    threads: int
    resident_bytes: int


def read_process(pid):
    """None when it is gone."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name stands in parentheses and may hold anything, so count from the last one. Fields as in proc(5), from 3 on.
    fields = text.rpartition(")")[2].split()
    return Process(
        pid=pid,
        state=fields[0],
        parent=int(fields[1]),
        session=int(fields[3]),
        cpu_seconds=(int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND,
        threads=int(fields[17]),
        resident_bytes=int(fields[21]) * PAGE_BYTES,
    )


def all_processes():
    found = (read_process(int(name)) for name in os.listdir(PROC) if name.isdigit())
    return {process.pid: process for process in found if process and process.state != "Z"}


def tree_of(root):
    """Processes of the tree, the root first. `root` leads a session of its own."""
    everyone = all_processes()
    members, frontier = {}, {process.pid for process in everyone.values() if root in (process.pid, process.session)}
    while frontier:
        members |= {pid: everyone[pid] for pid in frontier}
        frontier = {pid for pid, process in everyone.items() if process.parent in frontier and pid not in members}
    return sorted(members.values(), key=lambda process: (process.pid != root, process.pid))


def cpu_seconds(root):
    return sum(process.cpu_seconds for process in tree_of(root))


def proportional_bytes(root):
    """Memory with shared pages divided by who shares them (PSS)."""
    return sum(_proportional_bytes(process.pid) for process in tree_of(root))


def _proportional_bytes(pid):
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def open_files(pid):
    try:
        return len(os.listdir(PROC / str(pid) / "fd"))
    except OSError:
        return 0


def command_line(pid):
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").decode(errors="replace").split("\0")
    except OSError:
        return []


def machine_busy_seconds():
    """CPU time of everybody since boot, idle and waiting left out."""
    user, nice, system, _, _, interrupt, soft, steal = map(int, (PROC / "stat").read_text().split()[1:9])
    return (user + nice + system + interrupt + soft + steal) / TICKS_PER_SECOND


def stop(root, grace_seconds=10):
    """Asks the root to leave, waits, then ends what is left of the tree."""
    members = {process.pid for process in tree_of(root)}
    _signal(root, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and _living(members | {process.pid for process in tree_of(root)}):
        time.sleep(0.05)
    for pid in _living(members | {process.pid for process in tree_of(root)}):
        _signal(pid, signal.SIGKILL)


def _living(pids):
    # Called by the parent, which has not reaped the root yet: a zombie is as good as gone.
    return [pid for pid in pids if (process := read_process(pid)) and process.state != "Z"]


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
