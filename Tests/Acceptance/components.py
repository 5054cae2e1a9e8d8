"""A running `lineside component run` with its components in a folder that any user may enter."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from server import clean_environment, descendants, wait_until

STOP_SECONDS = 30


class House:
    """Components from a spec that a test writes; states and requests are read as they are printed."""

    def __init__(self, binary, *flags, env=None):
        self.binary, self.flags, self.env = binary, [str(flag) for flag in flags], env
        self.folder = Path(tempfile.mkdtemp(prefix="lineside-house-"))
        # Components run as somebody else.
        self.folder.chmod(0o755)
        self.spec = self.folder / "spec.json"
        self.process = None

    def write(self, *components):
        self.spec.write_text(json.dumps({"components": components}))

    def start(self, *components):
        self.write(*components)
        with open(self.folder / "stdout", "ab") as stdout, open(self.folder / "stderr", "ab") as stderr:
            self.process = subprocess.Popen(
                [str(self.binary), "component", "run", str(self.spec), "-o", "json", *self.flags],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=clean_environment(self.env),
            )
        return self

    def change(self, *components):
        self.write(*components)
        self.process.send_signal(signal.SIGHUP)

    # -- what it prints

    def news(self):
        text = (self.folder / "stdout").read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def rows(self, name):
        return [row for row in self.news() if row["component"] == name and "state" in row]

    def states(self, name):
        return [row["state"] for row in self.rows(name)]

    def wait(self, name, state, seconds=10, count=1):
        """Waits until the component has been in a state so often; gives the row."""
        found = lambda: [row for row in self.rows(name) if row["state"] == state][count - 1 : count]
        return wait_until(found, f"{name} to be {state} ({self.states(name)})\n{self.log(name)}", seconds)[0]

    def log(self, name):
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def log_bytes(self, name):
        """What all files of a log take, each counted once though they are renamed meanwhile."""
        total, seen = 0, set()
        for path in [self.folder / "logs" / f"{name}.log{end}" for end in ("", ".1", ".2", ".3", ".4")]:
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            total += 0 if status.st_ino in seen else status.st_size
            seen.add(status.st_ino)
        return total

    def errors(self):
        return (self.folder / "stderr").read_text()

    def work(self, name):
        return self.folder / "work" / name

    def read(self, name, file, seconds=10):
        """A file that a component writes, once it is there and not empty."""
        path = self.work(name) / file
        return wait_until(lambda: path.exists() and path.read_text(), f"{path}\n{self.log(name)}", seconds).strip()

    # -- its processes

    def processes(self):
        return descendants(self.process.pid)

    def stop(self, seconds=STOP_SECONDS):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(seconds)
        return self.process.returncode

    def clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def component(name, version="1.0.0", setenv=None, on=None, user=None, **lifecycle):
    """One component of a spec; steps by their names, `on` its hard dependencies."""
    spec = {"name": name, "version": version, "lifecycle": lifecycle}
    if setenv:
        spec["setenv"] = setenv
    if on:
        spec["dependencies"] = on if isinstance(on, dict) else {other: "HARD" for other in on}
    if user:
        spec["user"] = user
    return spec


def is_alive(pid):
    """Whether a process runs: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def marked(word):
    """The processes whose environment or arguments hold a word."""
    found = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        try:
            text = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in text and is_alive(int(place.name)):
            found.append(int(place.name))
    return found
