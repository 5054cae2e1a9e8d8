"""A whole line for drills: a station, its PLC process and a simulated PLC on loopback, and nobody left behind."""

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from benchmarks import REPOSITORY, process_tree
from client import Client
from drill import PROGRAM, PYTHON_WITH_ONNX, DrillOver, last_lines

MODEL = REPOSITORY / "Samples" / "surfaces" / "1"
CAMERA = "sim://?seed=1"
# Every process of a line carries it in its environment, whoever its parent is by now.
MARK = "LINESIDE_DRILL"
READY_S, LEAVE_S = 30, 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Line:
    """The folder, the configuration and the processes of one line; all of them are ended with the block."""

    def __init__(self, folder, state=None, **settings):
        self.folder, self.state_folder = Path(folder), Path(state or Path(folder) / "state")
        self.mark, self.plc_port, self.page_port = uuid.uuid4().hex, free_port(), free_port()
        self.config, self.url = self.folder / "line.json", f"http://127.0.0.1:{self.page_port}"
        self.processes = {}
        configuration = {
            "station": "drill",
            "camera": CAMERA,
            "model": str(MODEL),
            "state": str(self.state_folder),
            "mailbox": str(self.folder / "mailbox"),
            "plc": {"address": f"modbus://127.0.0.1:{self.plc_port}?unit=1"},
            "page": {"port": self.page_port},
        }
        self.config.write_text(json.dumps(configuration | settings))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            self.stop(name)
        for pid in self.left_over():
            kill(pid, signal.SIGKILL)

    # -- processes

    def start(self, name, *command, prefix=(), keep_output=False):
        """Starts a process under a name; one whose name was used before takes its place, and goes on in its log."""
        with open(self.log(name), "ab") as log:
            self.processes[name] = subprocess.Popen(
                [*map(str, prefix), *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if keep_output else log,
                stderr=log,
                env=os.environ | {MARK: self.mark},
                start_new_session=True,
            )
        return self.processes[name]

    def start_station(self, prefix=()):
        return self.start("station", PROGRAM, "station", "--config", self.config, prefix=prefix)

    def start_io(self, prefix=()):
        # Its report goes to a file: whoever is killed leaves none, and the next one's is appended.
        return self.start("io", PROGRAM, "io", "--config", self.config, "-o", "json", prefix=prefix)

    def log(self, name):
        return self.folder / f"{name}.log"

    def said(self, *names):
        """The last words of those of them that said anything."""
        return "\n".join(last_lines(self.log(name)) for name in names if self.log(name).exists())

    def stop(self, name):
        """Asks it to leave, and makes it leave; its exit status."""
        process = self.processes.pop(name)
        if process.poll() is None:
            kill(process.pid, signal.SIGCONT)
            kill(process.pid, signal.SIGTERM)
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                kill(process.pid, signal.SIGKILL)
        return process.wait()

    def stop_io(self):
        """Ends the PLC process; its own report."""
        self.stop("io")
        reports = [line for line in self.log("io").read_text().splitlines() if line.startswith("{")]
        if not reports:
            raise DrillOver(f"io left no report: {last_lines(self.log('io'))}")
        return json.loads(reports[-1])

    def members(self):
        """Every living process of this line, by what it was told to be."""
        found = {}
        for pid in process_tree.all_processes():
            words = process_tree.command_line(pid)
            if self.owns(pid) and len(words) > 1:
                found[pid] = words[1]
        return found

    def pids_of(self, word):
        return [pid for pid, what in self.members().items() if what == word]

    def owns(self, pid):
        try:
            return f"{MARK}={self.mark}".encode() in (process_tree.PROC / str(pid) / "environ").read_bytes()
        except OSError:
            return False

    def left_over(self):
        """Whoever of this line still lives; some time is given to leave."""
        deadline = time.monotonic() + LEAVE_S
        while (left := [pid for pid in process_tree.all_processes() if self.owns(pid)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    # -- the page

    def state(self):
        with Client(self.url, timeout=5) as client:
            return client.get("/station/state").json

    def post(self, path, words=b""):
        with Client(self.url, timeout=5) as client:
            return client.post(path, words if isinstance(words, bytes) else json.dumps(words).encode())

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                if self.state()["state"] in ("READY", "BUSY"):
                    return
            except (OSError, TypeError, ValueError):
                pass
            if "station" in self.processes and self.processes["station"].poll() is not None:
                break
            time.sleep(0.02)
        raise DrillOver(f"the station is not ready:\n{self.said('station', 'line')}")


def kill(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


@contextmanager
def line(**settings):
    """A line in a temporary folder. Nothing runs yet."""
    if not PROGRAM.exists():
        raise DrillOver(f"{PROGRAM} is not there: build it, or name it in LINESIDE")
    with tempfile.TemporaryDirectory(prefix="lineside-line-") as folder, Line(folder, **settings) as made:
        yield made


class Belt:
    """`lineside plc-sim` with its log: each part is noted with the moment at which its line was read."""

    def __init__(self, line, *flags, seconds=None, rate=30, first_part=1, camera=CAMERA):
        told = ["--port", line.plc_port, "--rate", rate, "--first-part", first_part, "--camera", camera, "--log"]
        told += ["-o", "json", *flags] + (["--seconds", seconds] if seconds else [])
        self.line, self.parts, self.tally = line, [], None
        self.process = line.start("plc-sim", PROGRAM, "plc-sim", *told, keep_output=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for text in self.process.stdout:
            now, row = time.monotonic(), json.loads(text)
            if "parts" in row:
                self.tally = row
            else:
                row["at"] = now
                self.parts.append(row)

    def finish(self):
        """Ends it, when it has not ended by itself; every part, in order."""
        self.line.stop("plc-sim")
        self.reader.join(LEAVE_S)
        if self.tally is None:
            raise DrillOver(f"plc-sim left no tally: {last_lines(self.line.log('plc-sim'))}")
        return self.parts

    def wait_for_judged(self, count=1, within=READY_S):
        deadline = time.monotonic() + within
        while sum(is_judged(part) for part in self.parts) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise DrillOver(f"no part is judged:\n{self.line.said('station', 'line')}")
            time.sleep(0.02)


def is_judged(part):
    """Whether the model itself decided, not the fail-safe and not the PLC."""
    return part["reason"] in ("OK", "DEFECT")


class PymodbusPLC:
    """plc.py in its own process."""

    def __init__(self, line, seconds, rate=30, scan_ms=5, priority=45):
        command = [PYTHON_WITH_ONNX, Path(__file__).with_name("plc.py"), "--port", line.plc_port, "--seconds", seconds]
        command += ["--rate", rate, "--scan-ms", scan_ms, "--priority", priority]
        self.line, self.seconds = line, seconds
        self.process = line.start("plc", *command, keep_output=True)
        if not self.process.stdout.readline():
            raise DrillOver(f"the PLC did not start: {last_lines(line.log('plc'))}")

    def wait_until_done(self):
        """Until the last part is gone; it goes on being there."""
        readable, _, _ = select.select([self.process.stdout], [], [], self.seconds + READY_S)
        if not readable or not self.process.stdout.readline():
            raise DrillOver(f"the PLC did not come to its end: {last_lines(self.line.log('plc'))}")

    def end(self):
        """Its report."""
        kill(self.process.pid, signal.SIGTERM)
        text, _ = self.process.communicate(timeout=READY_S)
        if not text:
            raise DrillOver(f"the PLC left no report: {last_lines(self.line.log('plc'))}")
        return json.loads(text.splitlines()[-1])
