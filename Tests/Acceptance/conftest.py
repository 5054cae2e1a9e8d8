"""What the acceptance tests share: the binary, the models on disk, and servers that are ended with their module.

The binary is `.build/release/lineside` of this checkout, or the one that LINESIDE names.
"""

import os
import shutil
import subprocess
from pathlib import Path

# boto3 signs by itself, also where AWS's common runtime is installed, whose signer refuses what the hub is to refuse.
os.environ.setdefault("BOTO_DISABLE_CRT", "true")

import fixtures
import pytest
from hub import Hub
from line import Line
from node import Node, StationOfNode
from plc import ServedPLC
from releases import WATCH
from server import Server, clean_environment
from store import make_bucket

# With two workers (`-n 2`) these, which mostly wait, go on beside all the others; each side keeps its order.
MOSTLY_WAITING = ("test_node_", "test_components", "test_hub_node", "test_hub_nucleus")

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_MODELS = ROOT / "Samples" / "models"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class TwoSides(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            name = nodeid.partition("::")[0].rpartition("/")[2]
            return "waiting" if name.startswith(MOSTLY_WAITING) else "working"

    return TwoSides(config, log)


@pytest.fixture(scope="session")
def binary():
    path = Path(os.environ.get("LINESIDE") or ROOT / ".build" / "release" / "lineside").absolute()
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path} is not built; build it first, or set LINESIDE", returncode=69)
    return path


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder of every good model, iris included. Nothing writes to it."""
    folder = tmp_path_factory.mktemp("models")
    fixtures.build(folder)
    shutil.copytree(SAMPLE_MODELS / "iris", folder / "iris")
    return folder


@pytest.fixture(scope="session")
def mixed_models(tmp_path_factory):
    """A folder of good models and of models that must be refused."""
    folder = tmp_path_factory.mktemp("mixed")
    fixtures.build(folder)
    fixtures.build_bad(folder)
    shutil.copytree(SAMPLE_MODELS / "iris", folder / "iris")
    return folder


@pytest.fixture(scope="module")
def start(binary, tmp_path_factory):
    """start(source, *flags, env=None, ready=True, announce=("-o", "json")): a server, ended with the module.

    It is a context manager too, for a test that ends it sooner. The ceiling of /infer is wide unless a test sets it,
    because a shared machine is slow and these are no speed tests.
    """
    servers = []

    def start(source, *flags, env=None, ready=True, **options):
        folder = tmp_path_factory.mktemp("server")
        env = {"INFER_TIMEOUT_S": "10"} | (env or {})
        servers.append(Server(binary, source, [str(flag) for flag in flags], env, folder, **options))
        return servers[-1].wait_ready() if ready else servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def lineside(binary):
    """lineside(*arguments, env=None): runs it to its end; gives the finished process with its output as text."""

    def run(*arguments, env=None, seconds=10):
        command = [str(binary), *map(str, arguments)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            env=clean_environment(env),
        )

    return run


@pytest.fixture(scope="session")
def curl():
    """curl(*arguments): (status, body) of one transfer."""

    def run(*arguments):
        command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30"]
        command += ["--write-out", "\n%{http_code}", *map(str, arguments)]
        output = subprocess.run(command, capture_output=True, check=True).stdout
        body, _, status = output.rpartition(b"\n")
        return int(status), body

    return run


@pytest.fixture
def make_line(binary, tmp_path):
    """make_line(PLC class or None, {settings of its program}, **line.json): a line that is ended with the test."""
    made = []

    def make(kind=ServedPLC, program=None, **settings):
        plc = kind(**(program or {})).start() if kind else None
        made.append(Line(binary, tmp_path, plc, **settings))
        return made[-1]

    yield make
    for line in made:
        line.stop()
        if line.plc:
            line.plc.stop()


@pytest.fixture
def running(make_line):
    """A whole line, ready for parts, whose PLC is asked by the node."""
    return make_line().start()


@pytest.fixture
def make_node(binary):
    """make_node(**config.yaml): a node in a folder of its own, not started, that is ended with the test."""
    made = []

    def make(**settings):
        made.append(Node(binary, **settings))
        return made[-1]

    yield make
    for node in made:
        node.clean_up()


@pytest.fixture
def node(make_node):
    """A node that runs, with nothing deployed."""
    return make_node().start()


@pytest.fixture
def make_station(make_node):
    """make_station(**keys of the node): (node, line), started; the station has no model until one is deployed."""
    plcs = []

    def make(model=None, watch=WATCH, start=True, **own):
        node = make_node()
        # Wide limits: beside a part a node starts, a release is loaded and warmed, and no part may be lost by that.
        plc = ServedPLC(window=1.5).start()
        plcs.append(plc)
        limits = {"decide_within_ms": 1000, "frame_within_ms": 900}
        limits |= {"bus": {"plc_silence_ms": 1000, "station_silence_ms": 1000}}
        line = StationOfNode(node, plc=plc, model=model and str(model), watch=watch, **limits)
        node.configure(stations=[str(line.config_path)], **({"releases": {"allow_unsigned": True}} | own))
        return (node.start() if start else node), line

    yield make
    for plc in plcs:
        plc.stop()


@pytest.fixture(scope="module")
def hub(binary, tmp_path_factory):
    """A hub that the tests of a module share; nobody kills it."""
    with Hub(binary, tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def make_hub(binary, tmp_path_factory):
    """make_hub(*flags): a hub in a folder of its own, started, that is ended with the test."""
    made = []

    def make(*flags):
        made.append(Hub(binary, tmp_path_factory.mktemp("hub"), *flags))
        return made[-1].start()

    yield make
    for hub in made:
        hub.stop()


@pytest.fixture(scope="module")
def s3(hub):
    """boto3's client of the shared hub's object store."""
    return hub.client("s3")


@pytest.fixture
def bucket(hub):
    """A new bucket of the shared hub."""
    return make_bucket(hub)


@pytest.fixture
def versioned(hub):
    """A new bucket of the shared hub that keeps every version."""
    return make_bucket(hub, "versioned", "Enabled")
