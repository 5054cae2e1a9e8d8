"""A running line: `lineside station` and `lineside io` beside a PLC of the test's, in a folder of their own."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import requests
from server import clean_environment, command_line, descendants, wait_until

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "Samples" / "surfaces" / "1"
STOP_SECONDS = 10


class Job:
    """One verb that runs on, with its output in files; ended by `stop`, its engines with it."""

    def __init__(self, binary, verb, *flags, folder, env=None):
        name = f"{len(list(folder.glob('*.log')))}-{verb}"
        self.stdout_path, self.log_path = folder / f"{name}.out", folder / f"{name}.log"
        with open(self.stdout_path, "wb") as stdout, open(self.log_path, "wb") as stderr:
            self.process = subprocess.Popen(
                [str(binary), verb, *map(str, flags)],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=clean_environment(env),
            )

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def engines(self):
        return [pid for pid in descendants(self.pid) if command_line(pid)[1:2] == ["engine"]]

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM, then SIGKILL to what is left; gives the exit status."""
        left_over = descendants(self.pid)
        if self.is_running:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
                self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in left_over:
            if command_line(pid)[1:2] in (["engine"], ["camera"]):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return self.process.wait()

    def answer(self):
        """What it printed at its end, as JSON."""
        return json.loads(self.stdout_path.read_text())


class Line:
    """A folder with line.json, and the processes that live by it."""

    def __init__(self, binary, folder, plc=None, **settings):
        self.binary, self.folder, self.plc = binary, folder, plc
        self.state_folder = folder / "state"
        self.config_path = folder / "line.json"
        self.station = self.io = None
        self.jobs = []
        self.session = requests.Session()
        self.session.trust_env = False
        self.configure(**settings)

    def configure(self, bus=None, page=None, **settings):
        """Writes line.json: a simulated camera and the sample detector, and limits for a machine that others share.

        `bus` are further keys of plc, `page` of page; None for a key leaves it out.
        """
        port = self.plc.port if self.plc else 1
        role = self.plc.role if self.plc else "client"
        address = {"address": f"modbus://127.0.0.1:{port}?unit=1", "role": role}
        self.configuration = {
            "station": "demo",
            "camera": "sim://?seed=1",
            "model": str(MODEL),
            "state": "state",
            "mailbox": "mailbox",
            "decide_within_ms": 250,
            "frame_within_ms": 150,
            "queue_depth": 8,
            "plc": address | {"plc_silence_ms": 300, "station_silence_ms": 200} | (bus or {}),
            "page": {"port": 0} | (page or {}),
        } | settings
        self.config_path.write_text(json.dumps(self.configuration))

    # -- the processes

    def run(self, verb, *flags, env=None):
        self.jobs.append(Job(self.binary, verb, *flags, folder=self.folder, env=env))
        return self.jobs[-1]

    def start_station(self, wait=True):
        self.station = self.run("station", "--config", self.config_path)
        return self.wait_station() if wait else self.station

    def wait_station(self):
        wait_until(lambda: self.url or not self.station.is_running, "the station's page", 20)
        assert self.station.is_running, self.station.log()
        wait_until(lambda: self.state()["release"], "the release", 20)
        return self.station

    def start_io(self, *flags, env=None):
        self.io = self.run("io", "--config", self.config_path, "-o", "json", *flags, env=env)
        return self.io

    def start(self):
        """The whole line, ready for parts."""
        self.start_station()
        self.start_io()
        if self.plc:
            self.plc.wait_ready(20)
        return self

    def stop(self):
        for job in reversed(self.jobs):
            job.stop()
        self.session.close()

    # -- the screen

    @property
    def url(self):
        """Of the station's page, once it listens."""
        found = re.search(r"page at (http://\S+?)/\n", self.station.log())
        return found[1] if found else None

    def get(self, path, **options):
        return self.session.get(self.url + path, **{"timeout": 10, **options})

    def post(self, path, body=None, **options):
        return self.session.post(self.url + path, json=body, **{"timeout": 10, **options})

    def state(self):
        return self.get("/station/state").json()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Screen:
    """A listener of the page's events, and the last that it was told of each part."""

    def __init__(self, line):
        at = urlsplit(line.url)
        self.parts, self.states = {}, 0
        self.connection = socket.create_connection((at.hostname, at.port), timeout=10)
        self.connection.sendall(b"GET /station/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        with suppress(OSError), self.connection.makefile("rb") as stream:
            for text in stream:
                if text.startswith(b"data: "):
                    self.note(json.loads(text[6:]))

    def note(self, state):
        self.states += 1
        for part in state["recent"]:
            self.parts[part["part"], part["sequence"]] = part

    def close(self):
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.connection.close()


def trace(lineside, line, part, *flags):
    """What the ledger says of a part: the judgements, newest first."""
    finished = lineside("trace", "part", part, "--state", line.state_folder, "-o", "json", *flags)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)["judgements"]


def entries(line, kind):
    """The bodies of the ledger's entries of one kind: 1 part, 2 acknowledgement, 3 operator, 4 event."""
    with sqlite3.connect(f"file:{line.state_folder}/ledger.db?mode=ro", uri=True) as database:
        rows = database.execute("SELECT body FROM entries WHERE kind = ? ORDER BY n", (kind,))
        return [json.loads(body) for (body,) in rows]


def operations(line):
    return entries(line, 3)


def passes_without_entry(line):
    """Parts that the gate let pass although the ledger holds no PASS for that part and turn. Must be empty, always."""
    passed = {(body["part"], body["sequence"]) for body in entries(line, 1) if body["verdict"] == "PASS"}
    return [part for part in line.plc.gone if part.gate == "PASS" and (part.part, part.sequence) not in passed]
