"""The servers that are measured: each is started, answers a first request, and is stopped with all its children."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import process_tree
from workloads import Request, ask

READY_SECONDS_MAX = 120


class ServerDied(Exception):
    pass


class Server:
    """A process with a name, an address once it runs, and the requests it understands."""

    # Whether the address comes from the first line of standard output.
    announces_itself = True
    # Whether its answers have to be the right ones.
    is_judged = False

    def __init__(self, name, command, requests, *, environment=None, folder=None, log=None):
        self.name, self.command, self.requests = name, command, requests
        self.environment, self.folder, self.log = environment or {}, folder, log
        self.process, self.url, self.start_ms = None, None, None

    def __enter__(self):
        began = time.monotonic()
        self.spawn()
        try:
            self.url = self.find_url()
            self.wait_for_answer()
        except BaseException:
            self.__exit__()
            raise
        self.start_ms = (time.monotonic() - began) * 1e3
        return self

    def __exit__(self, *_):
        process_tree.stop(self.process.pid)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def spawn(self):
        log = open(self.log, "ab") if self.log else subprocess.DEVNULL
        try:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.folder,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.announces_itself else log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            if self.log:
                log.close()

    def find_url(self):
        raise NotImplementedError

    def first_line(self):
        # A server that never says anything must not hang the run.
        watchdog = threading.Timer(READY_SECONDS_MAX, self.process.kill)
        watchdog.start()
        try:
            line = self.process.stdout.readline().decode()
        finally:
            watchdog.cancel()
        if not line:
            raise ServerDied(f"{self.name} ended before it was ready" + (f", see {self.log}" if self.log else ""))
        threading.Thread(target=self.drain, args=[self.process.stdout], daemon=True).start()
        return line

    @staticmethod
    def drain(stream):
        try:
            while stream.read(65536):
                pass
        except ValueError:
            pass  # closed by __exit__

    def wait_for_answer(self):
        """Until the first of its requests is answered well; a server without requests is taken at its word."""
        first = next(iter(self.requests.values()), None)
        if first is None:
            return
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                status, _, _ = ask(self.url, first)
                if status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise ServerDied(f"{self.name} exited with {self.process.returncode}, see {self.log}")
            time.sleep(0.005)
        raise ServerDied(f"{self.name} gave no good answer in {READY_SECONDS_MAX} s, see {self.log}")

    @property
    def pid(self):
        return self.process.pid


class NullServer(Server):
    def __init__(self, program, requests):
        super().__init__("null", [program, 0], requests)

    def find_url(self):
        return f"http://127.0.0.1:{int(self.first_line())}"


class Lineside(Server):
    """`lineside serve` with one thread a run and deadlines far away, so that nothing but the work is measured."""

    is_judged = True

    def __init__(self, program, models, requests, *, active, flags=(), log=None, name="lineside", environment=None):
        command = [program, "serve", models, "--port", 0, "--metrics-port", 0, "-o", "json", *flags]
        settings = {"ACTIVE_MODEL": active, "ORT_THREADS": "1", "INFER_TIMEOUT_S": "30"}
        super().__init__(name, command, requests, environment=settings | (environment or {}), log=log)

    def find_url(self):
        return json.loads(self.first_line())["url"]


class Peer(Server):
    """Another server, started as its own bench does."""

    announces_itself = False

    def __init__(self, name, command, requests, url, **more):
        super().__init__(name, command, requests, **more)
        self.fixed_url = url

    def find_url(self):
        return self.fixed_url


# Our workloads by the names they have in the peers' bench.
PEER_WORKLOADS = {
    "small": "iris_json",
    "mobilenet": "mobilenet_binary",
    "defect_bin": "defect_binary",
    "defect_json": "defect_json",
}


def find_peers(home, models, logs):
    """The peers of the bench under `home` that are installed, serving our models.

    Its `bench.py` holds a table PEERS of start commands and requests; importing it starts nothing. A peer may want
    more models than ours and not start without them, so those are put beside.
    """
    for theirs in (home / "models").glob("*.onnx"):
        if not (models / theirs.name).exists():
            shutil.copy(theirs, models)
    specification = importlib.util.spec_from_file_location("peers_bench", home / "bench" / "bench.py")
    bench = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(bench)
    peers = [make_peer(name, entry, models, logs) for name, entry in bench.PEERS.items() if not name.startswith("null")]
    return [peer for peer in peers if can_run(peer)]


def can_run(peer):
    if not Path(peer.command[0]).exists():
        return False
    missing = [request.body for request in peer.requests.values() if not request.body.exists()]
    for body in missing:
        print(f"  {peer.name}: no body {body}, workload left out", file=sys.stderr)
    peer.requests = {name: request for name, request in peer.requests.items() if request.body.exists()}
    return bool(peer.requests)


def make_peer(name, entry, models, logs):
    requests, url = {}, None
    for their_name, workload in entry["wl"].items():
        address = urlsplit(workload["url"])
        url = f"{address.scheme}://{address.netloc}"
        headers = dict(header.split(": ", 1) for header in workload["hdr"])
        if their_name in PEER_WORKLOADS:
            requests[PEER_WORKLOADS[their_name]] = Request(address.path, Path(workload["body"]), headers)
    environment = {"ORT_THREADS": "1", "PYTHONUNBUFFERED": "1", **entry.get("env", {}), "BENCH_MODELS": str(models)}
    if "MODEL_DIR" in environment:
        environment["MODEL_DIR"] = str(models)
    folder, log = entry.get("cwd"), logs / f"{name}.log"
    return Peer(name, entry["cmd"], requests, url, environment=environment, folder=folder, log=log)
