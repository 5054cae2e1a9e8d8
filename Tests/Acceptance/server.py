"""Starts and stops the built binary, and looks at its processes through /proc."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

# What would change the server's behaviour if the person who runs the tests has it set.
SETTINGS = (
    "MODEL_DIR",
    "ACTIVE_MODEL",
    "ORT_THREADS",
    "METRICS_PORT",
    "INFER_TIMEOUT_S",
    "TENSOR_MIN",
    "TENSOR_MAX",
    "LINESIDE_STATE",
    "LINESIDE_TOKEN",
)
START_SECONDS = 30
STOP_SECONDS = 10
POLL_SECONDS = 0.02


def wait_until(condition, what, seconds=10):
    """Polls until `condition` gives something true, and gives that; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for: {what}"
        time.sleep(POLL_SECONDS)


def clean_environment(extra=None):
    """This process's environment without the program's settings, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return kept | (extra or {})


class Server:
    """One running `lineside serve`."""

    def __init__(self, binary, source, flags, env, folder, announce=("-o", "json")):
        self.stdout_path, self.log_path = folder / "stdout", folder / "stderr"
        places = [str(source)] if source else []
        arguments = [str(binary), "serve", *places, *self.ports(flags, env), *flags, *announce]
        with open(self.stdout_path, "wb") as stdout, open(self.log_path, "wb") as stderr:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=clean_environment(env)
            )
        self.local = threading.local()
        self.first_line = self.wait_for_first_line()
        self.url = json.loads(self.first_line)["url"].rstrip("/") if announce else None

    @staticmethod
    def ports(flags, env):
        """A free port, and no second listener, unless the test says otherwise."""
        free = [] if "--port" in flags else ["--port", "0"]
        return free if "--metrics-port" in flags or "METRICS_PORT" in env else [*free, "--metrics-port", "0"]

    def wait_for_first_line(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            first_line, newline, _ = self.stdout_path.read_text().partition("\n")
            if newline:
                return first_line
            if self.process.poll() is not None:
                break
            time.sleep(POLL_SECONDS)
        status = self.process.poll()
        self.stop()
        raise AssertionError(f"no first line (exit status {status}); stderr: {self.log()}")

    # -- talking to it

    @property
    def host(self):
        return urlsplit(self.url).hostname

    @property
    def port(self):
        return urlsplit(self.url).port

    @property
    def address(self):
        """host:port, as tritonclient wants it."""
        return f"{self.host}:{self.port}"

    @property
    def session(self):
        """One connection pool a thread, deaf to proxies in the environment."""
        if not hasattr(self.local, "session"):
            self.local.session = requests.Session()
            self.local.session.trust_env = False
        return self.local.session

    def get(self, path, **options):
        return self.session.get(self.url + path, **{"timeout": 30, **options})

    def post(self, path, **options):
        return self.session.post(self.url + path, **{"timeout": 30, **options})

    def reload(self, model_name):
        return self.post("/reload-model", json={"model_name": model_name})

    def wait_ready(self, seconds=START_SECONDS):
        wait_until(lambda: self.get("/readyz").status_code == 200, f"/readyz; log: {self.log()}", seconds)
        return self

    # -- looking at it

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")[-4000:]

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident_bytes(self):
        return resident_bytes(self.pid)

    def engines(self):
        """Process ids of the `lineside engine` processes below this server."""
        return [pid for pid in descendants(self.pid) if "engine" in command_line(pid)[1:2]]

    def engine_seconds(self):
        """Processor time that the engines have used so far."""
        return sum(processor_seconds(pid) for pid in self.engines())

    # -- ending it

    def kill_engines(self):
        """SIGKILL to every engine; gives the process ids that died."""
        killed = self.engines()
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        return killed

    def stop(self):
        """SIGTERM, then SIGKILL to what is left of it, engines included. Gives the exit status."""
        left_over = descendants(self.pid)
        if self.is_running():
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in left_over:
            if command_line(pid)[1:2] == ["engine"]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


# -- /proc ------------------------------------------------------------------------------------------------------------


def process_table():
    """{process id: parent's process id}, zombies left out."""
    table = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            table[int(entry.name)] = int(parent)
    return table


def descendants(pid):
    table = process_table()
    found, border = [], {pid}
    while border:
        border = {child for child, parent in table.items() if parent in border}
        found += sorted(border)
    return found


def command_line(pid):
    """The arguments of a process; empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def processor_seconds(pid):
    """User and system time; 0 when the process has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    """VmRSS; 0 when the process has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
