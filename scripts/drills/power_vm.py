#!/usr/bin/env python3
"""Real power cuts: a machine installs releases for ever, and its power goes at random.

The machine is a virtual one: Debian's kernel, busybox and `lineside-powercut`, linked statically, on an ext4 disk. It says on its
serial console what has come to stay; kill -9 of the machine is the cut. After the next start everything that was said must be
found: no acknowledged deployment is forgotten or has another end, no release is half applied, no unproved one is taken for good,
no space leaks. What QEMU had got and not yet flushed may survive; what the kernel of the machine had not written is lost.

Needs `qemu-system-x86` and `busybox-static`, which are installed when they are missing, and the kernel's package, which is only
unpacked. [store-cut-3]
"""

import gzip
import os
import queue
import random
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import REPOSITORY
from drill import DrillOver, run
from results import add_out, keep

CACHE = REPOSITORY / ".bench" / "power_vm"
TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static", "mkfs.ext4": "e2fsprogs"}
KERNEL = "linux-image-cloud-amd64"
DISK_MB, MEMORY_MB = 256, 384
START_S, STARTS = 30, 4
# A cut comes so long after the recovery, or, one in four, so long after the first line of a start.
WORKS_S, RECOVERS_S = 3.0, 0.4
# The machine repeats so many of the deployments that are over.
REMEMBERED = 20
INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
for word in $(/bin/busybox cat /proc/cmdline); do case $word in seed=*) seed=${word#seed=};; esac; done
/bin/busybox mount -t ext4 /dev/nvme0n1 /disk || echo "WRONG the disk cannot be mounted"
exec /workload /disk/store "$seed"
"""


def add_arguments(parser):
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the cuts' moments and the machine's orders (1)")
    parser.add_argument("--workload", type=Path, help="a lineside-powercut that is built already")
    add_out(parser, "power_vm")


def drill(arguments, report):
    install_tools(report)
    kernel = unpacked_kernel(report)
    workload = arguments.workload or built_workload(report)
    with tempfile.TemporaryDirectory(prefix="lineside-power-") as folder:
        machine, ledger = Machine(Path(folder), kernel, workload), Ledger()
        try:
            cut_and_cut_again(machine, ledger, arguments, report)
        except DrillOver as error:
            report.check(False, f"the drill ended early: {error}")
        finally:
            machine.cut()
        if machine.hangs:
            report.say(f"the machine said nothing {machine.hangs} times, and was switched off and on: {machine.silences}")
    judge(report, ledger, arguments)


def cut_and_cut_again(machine, ledger, arguments, report):
    chance = random.Random(arguments.seed)
    for cut in range(1, arguments.cuts + 1):
        machine.start(chance.randrange(1 << 31))
        live_and_die(machine, ledger, chance)
        if cut % 10 == 0 or ledger.wrong or ledger.lost:
            report.say(f"{cut} cuts: {ledger.sentence()}")
        if ledger.wrong or ledger.lost:
            return
    machine.start(1)
    read_until(machine, ledger, lambda line: line == "recovered")


def judge(report, ledger, arguments):
    report.check(ledger.cuts >= arguments.cuts, f"{ledger.cuts} cuts")
    report.check(not ledger.lost, f"{len(ledger.lost)} losses of an acknowledged state {ledger.lost[:3]}")
    report.check(not ledger.wrong, f"{len(ledger.wrong)} half-applied, unproved or leaking {ledger.wrong[:3]}")
    report.check(len(ledger.finished) >= arguments.cuts, f"{len(ledger.finished)} deployments ended")
    figures = {
        "cuts": ledger.cuts, "cuts_in_recovery": ledger.in_recovery, "accepted": ledger.accepted, "ended": ledger.results,
        "checked": ledger.checked, "lost": ledger.lost, "wrong": ledger.wrong,
    }
    rows = [[ledger.cuts, ledger.in_recovery, len(ledger.finished), ledger.checked, len(ledger.lost), len(ledger.wrong)]]
    columns = ["cuts", "in a recovery", "deployments ended", "states looked for", "lost", "half applied"]
    keep(report, arguments.out, figures, columns, rows)


class Ledger:
    """What the machine has said, and whether it is still so after a cut."""

    def __init__(self):
        self.cuts = self.in_recovery = self.checked = self.accepted = 0
        self.finished, self.open, self.results = {}, None, {}
        self.lost, self.wrong = [], []
        self.begin()

    def begin(self):
        """A start: what it finds is to be compared with what was said before."""
        self.found, self.running, self.is_recovered = {}, None, False
        self.before, self.open_before = dict(self.finished), self.open

    def take(self, line):
        words = line.split()
        match words[:1]:
            case ["WRONG"]:
                self.wrong.append(line)
            case ["found"]:
                self.begin()
            case ["remembers"]:
                self.found[words[1]] = words[2]
            case ["running"]:
                self.running = words[1]
            case ["recovered"]:
                self.compare()
                self.is_recovered = True
            case ["accepted"]:
                self.open = words[1]
                self.accepted += 1
            case ["finished"]:
                self.finish(words[1], words[2])

    def finish(self, name, result):
        self.finished[name] = result
        self.results[result] = self.results.get(result, 0) + 1
        if self.open == name:
            self.open = None

    def compare(self):
        """With what had been said before this start; what the recovery itself has ended since is younger."""
        for name in list(self.before)[-REMEMBERED // 2 :]:
            self.checked += 1
            if self.found.get(name) != self.before[name]:
                self.lost.append(f"{name} ended {self.before[name]}, and {self.found.get(name, 'nothing')} was found")
        if self.open_before is not None:
            self.checked += 1
            if self.open_before != self.running and self.open_before not in self.found:
                self.lost.append(f"{self.open_before} was accepted, and is forgotten")

    def sentence(self):
        return f"{len(self.finished)} deployments ended, {len(self.lost)} states lost, {len(self.wrong)} wrong"


def live_and_die(machine, ledger, chance):
    in_recovery = chance.random() < 0.25
    if in_recovery:
        read_until(machine, ledger, lambda line: line.startswith("found"))
        patience = chance.uniform(0, RECOVERS_S)
    else:
        read_until(machine, ledger, lambda line: line == "recovered")
        patience = chance.uniform(0, WORKS_S)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        machine.read(ledger, end - time.monotonic())
    machine.cut()
    # What it had said before it died counts.
    while machine.read(ledger, 0.2):
        pass
    ledger.cuts += 1
    ledger.in_recovery += 1 if not ledger.is_recovered else 0


def read_until(machine, ledger, is_it):
    """Waits for a line. A machine that says nothing at all hangs in its firmware or kernel: it is switched off and on, a few times."""
    for _ in range(STARTS):
        end = time.monotonic() + START_S
        while time.monotonic() < end and not (machine.is_over() and machine.lines.empty()):
            line = machine.read(ledger, end - time.monotonic())
            if line is not None and is_it(line):
                return
        if machine.is_awake:
            break
        machine.start_again()
    raise DrillOver(f"the machine did not come up within {START_S} s: {machine.last[-5:]}")


class Machine:
    """A virtual machine on a disk that outlives it."""

    def __init__(self, folder, kernel, workload):
        self.process, self.hangs, self.silences = None, 0, []
        self.kernel, self.disk, self.initramfs = kernel, folder / "disk", folder / "initramfs"
        self.initramfs.write_bytes(gzip.compress(archive(workload), 1))
        subprocess.run(["truncate", "-s", f"{DISK_MB}M", self.disk], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.disk], check=True)

    def start(self, seed):
        self.seed = seed
        command = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-m", str(MEMORY_MB), "-nodefaults", "-no-reboot"]
        command += ["-display", "none", "-serial", "stdio", "-kernel", self.kernel, "-initrd", self.initramfs]
        command += ["-append", f"console=ttyS0 quiet panic=-1 seed={seed}"]
        command += ["-drive", f"file={self.disk},if=none,id=disk,format=raw", "-device", "nvme,drive=disk,serial=1"]
        # A pipe that nobody writes to: what the console reads must not depend on what the host's /dev/null is.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines, self.last = queue.Queue(), []
        threading.Thread(target=self.listen, args=(self.process, self.lines), daemon=True).start()

    @staticmethod
    def listen(process, lines):
        for line in process.stdout:
            # A line that the cut tore apart was not said.
            if line.endswith(b"\n"):
                lines.put(line.decode(errors="replace").strip())

    def read(self, ledger, seconds):
        try:
            line = self.lines.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        self.last = [*self.last[-20:], line]
        ledger.take(line)
        return line

    def start_again(self):
        self.silences.append(f"{self.last[-1:]} {cpu_seconds(self.process.pid)} s of CPU")
        self.cut()
        self.start(self.seed)
        self.hangs += 1

    @property
    def is_awake(self):
        return any(line.startswith(("found", "WRONG")) for line in self.last)

    def is_over(self):
        return self.process.poll() is not None

    def cut(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def cpu_seconds(pid):
    """Whether a silent machine was busy or asleep."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def archive(workload):
    """The machine's first and only files, as the kernel unpacks them (cpio, newc)."""
    entries = [(name, 0o040755, b"") for name in ["bin", "dev", "proc", "disk"]]
    entries += [("dev/console", 0o020600, b"")]
    entries += [("bin/busybox", 0o100755, Path(shutil.which("busybox")).read_bytes())]
    entries += [("workload", 0o100755, workload.read_bytes()), ("init", 0o100755, INIT.encode()), ("TRAILER!!!", 0, b"")]
    return b"".join(cpio_entry(number, *entry) for number, entry in enumerate(entries, 1))


def cpio_entry(number, name, mode, content):
    # Character device 5:1 is the console; nothing else has a device number.
    device = (5, 1) if mode & 0o170000 == 0o020000 else (0, 0)
    path = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(path), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return padded(head) + padded(content)


def padded(content):
    return content + b"\0" * (-len(content) % 4)


def install_tools(report):
    missing = [package for tool, package in TOOLS.items() if not (shutil.which(tool) or Path("/usr/sbin", tool).exists())]
    if not missing:
        return
    if os.geteuid() != 0:
        raise DrillOver(f"{' '.join(missing)} must be installed first (this drill does it itself when it is root)")
    report.say(f"installing {' '.join(missing)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)


def unpacked_kernel(report):
    """Debian's kernel, taken out of its package."""
    found = sorted(CACHE.glob("vmlinuz-*"))
    if found:
        return found[-1]
    listing = subprocess.run(["apt-cache", "depends", KERNEL], check=True, capture_output=True, text=True).stdout
    name = next((line.split()[1] for line in listing.splitlines() if "Depends: linux-image" in line), None)
    if name is None:
        raise DrillOver(f"the machine's package sources have no {KERNEL}")
    report.say(f"fetching {name}, to take the kernel out of it")
    with tempfile.TemporaryDirectory(prefix="lineside-kernel-") as folder:
        subprocess.run(["apt-get", "download", "-qq", name], check=True, cwd=folder, stderr=subprocess.PIPE)
        subprocess.run(["dpkg-deb", "-x", next(Path(folder).glob("*.deb")), folder], check=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(next(Path(folder, "boot").glob("vmlinuz-*")), CACHE))


def built_workload(report):
    report.say("building lineside-powercut, linked statically")
    command = ["swift", "build", "-c", "release", "--scratch-path", ".build-powercut", "--product", "lineside-powercut"]
    command += ["-Xswiftc", "-static-executable"]
    subprocess.run(command, check=True, cwd=REPOSITORY, stdout=subprocess.PIPE)
    return REPOSITORY / ".build-powercut" / "release" / "lineside-powercut"


if __name__ == "__main__":
    run("power_vm", __doc__, add_arguments, drill, limit_seconds=3600)
