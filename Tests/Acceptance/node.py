"""A running node: `lineside node` in a folder that any user may enter, its door, and the verbs that ask it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import requests
from components import marked
from line import Job, Line
from server import clean_environment, descendants, resident_bytes, wait_until

STOP_SECONDS = 30
GREENGRASS = "aws.greengrass.Nucleus"


class Node:
    """A folder with config.yaml, the node that lives by it in `root`, and what it is told."""

    def __init__(self, binary, **settings):
        self.binary = binary
        # Components run as somebody else, who has to be able to enter.
        self.folder = Path(tempfile.mkdtemp(prefix="lineside-node-"))
        self.folder.chmod(0o755)
        self.config_path, self.root = self.folder / "config.yaml", self.folder / "root"
        self.job, self.papers = None, 0
        self.session = requests.Session()
        self.session.trust_env = False
        self.configure(**settings)

    def configure(self, thing="press-7", system=None, nucleus=None, **own):
        """Writes config.yaml, as JSON, which YAML is too: `system`, the nucleus' configuration, and our own keys."""
        self.configuration = {
            "system": {"thingName": thing} | (system or {}),
            "services": {
                GREENGRASS: {"configuration": {"awsRegion": "eu-central-1"} | (nucleus or {})},
                "lineside.Node": {"configuration": {"door": {"port": 0}} | own},
            },
        }
        self.config_path.write_text(json.dumps(self.configuration, default=str))

    # -- the process

    def run(self, *flags, env=None, prefix=()):
        """The verb itself, without waiting for anything."""
        self.job = Job(*prefix, self.binary, "node", *flags, folder=self.folder, env=env)
        return self.job

    def start(self, env=None, prefix=()):
        """Until the door answers."""
        self.run("--config", self.config_path, "--root", self.root, env=env, prefix=prefix)
        return self.wait_started()

    def wait_started(self, seconds=20):
        wait_until(lambda: self.answers() or not self.job.is_running, f"the door\n{self.log()}", seconds)
        assert self.job.is_running, self.log()
        return self

    def answers(self):
        """Whether the door of this very process answers."""
        try:
            return self.listens() and self.get("/healthz", timeout=2).status_code == 200
        except (OSError, ValueError, KeyError):
            return False

    def listens(self):
        """Whether it is this process that listens on the door's port: a killed node's port may be anybody's by now."""
        port = int(self.url.rpartition(":")[2])
        listeners = {
            f"socket:[{row[9]}]" for row in sockets() if row[3] == "0A" and int(row[1].split(":")[1], 16) == port
        }
        return not listeners.isdisjoint(self.descriptors())

    def restart(self):
        self.stop()
        return self.start()

    def stop(self):
        """SIGTERM; the exit status."""
        if self.job and self.job.is_running:
            os.kill(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.job.process.wait(STOP_SECONDS)
        return self.job.stop() if self.job else 0

    def kill(self):
        self.job.kill()

    def clean_up(self):
        """Ends it and whatever it left, and takes the folder away."""
        self.stop()
        for pid in self.left_over():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.session.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        """The node's own, also when something stands before it that gives it a clock."""
        family = [self.job.pid, *descendants(self.job.pid)]
        return next((pid for pid in family if arguments(pid)[1:2] == ["node"]), self.job.pid)

    def log(self):
        return self.job.log() if self.job else ""

    def descriptors(self):
        """What the node's own process has open."""
        place = Path(f"/proc/{self.pid}/fd")
        found = []
        for name in os.listdir(place):
            with suppress(OSError):
                found.append(os.readlink(place / name))
        return found

    def processes(self):
        return descendants(self.pid)

    def resident_bytes(self):
        return resident_bytes(self.pid)

    def left_over(self):
        """Living processes that carry this node's folder in their environment or arguments."""
        return marked(self.folder.name)

    def sleeps(self):
        """What the node's components sleep for, in order: each test's components sleep for numbers of their own.

        A component is RUNNING when its shell has started, a moment before that has become its sleep: it is waited for.
        """
        lines = wait_until(self.lines_at_rest, "every shell to be what it runs")
        return sorted(line[1] for line in lines if line[:1] == ["sleep"] and len(line) == 2)

    def lines_at_rest(self):
        """The command lines of the node and all below it; None while a shell is about to become a sleep."""
        lines = [arguments(pid) for pid in (self.pid, *self.processes())]
        return None if any(line[1:2] == ["-c"] and "exec sleep" in line[-1] for line in lines) else lines

    # -- the door

    def door(self):
        return json.loads((self.root / "door.json").read_text())

    @property
    def url(self):
        address = self.door()["url"].rstrip("/")
        return address if "://" in address else f"http://{address}"

    def authority(self):
        return {"Authorization": f"Bearer {self.door()['token']}"}

    def get(self, path, **options):
        return self.session.get(self.url + path, **{"timeout": 10, **options})

    def post(self, path, body=None, **options):
        return self.session.post(self.url + path, json=body, **{"timeout": 20, "headers": self.authority(), **options})

    def status(self):
        return self.get("/node/status").json()

    def component(self, name):
        """What the status says of a component, or {}."""
        return next((row for row in self.status()["components"] if row["name"] == name), {})

    def versions(self):
        return {row["name"]: row["version"] for row in self.status()["components"]}

    def wait_state(self, name, *states, seconds=20):
        """Until a component is in one of these states; its row of the status."""
        wait_until(
            lambda: self.component(name).get("state") in states,
            f"{name} to be {' or '.join(states)}: {self.component(name)}\n{self.output(name)}",
            seconds,
        )
        return self.component(name)

    def station(self, name):
        return next((row for row in self.status()["stations"] if row["name"] == name), {})

    def output(self, name, lines=200):
        """A component's log."""
        reply = self.get(f"/node/components/{name}/log", params={"lines": lines})
        return reply.text if reply.status_code == 200 else ""

    def effective(self, name):
        """A component's effective configuration."""
        reply = self.get(f"/node/components/{name}/configuration")
        assert reply.status_code == 200, reply.text
        return reply.json()

    def place(self, name):
        return next((row for row in self.status()["places"] if row["place"] == name), {})

    def read(self, name, file, seconds=10):
        """A file that a component writes into its work folder, once it is there and not empty."""
        path = self.root / "work" / name / file
        return wait_until(lambda: path.exists() and path.read_text(), f"{path}\n{self.output(name)}", seconds).strip()

    # -- deployments

    def submit(self, document, recipes=(), artifacts=None, bundle=None, to="/node/deployments"):
        """Hands a deployment in at the door; the reply."""
        texts = [{"name": recipe["ComponentName"], "text": json.dumps(recipe)} for recipe in recipes]
        body = {"document": document, "recipes": texts}
        body |= {"artifacts": str(artifacts)} if artifacts else {}
        return self.post(to, body | ({"bundle": str(bundle)} if bundle else {}))

    def deploy(self, document, *recipes, seconds=60, **others):
        """Hands a deployment in at the door and waits until it is over; what the door then says of it."""
        reply = self.submit(document, recipes, **others)
        assert reply.status_code in (200, 202), reply.text
        return self.wait_over(reply.json()["id"], seconds)

    def deployment(self, identifier):
        reply = self.get(f"/node/deployments/{identifier}")
        return reply.json() if reply.status_code == 200 else {}

    def wait_over(self, identifier, seconds=60):
        wait_until(
            lambda: self.deployment(identifier).get("result"),
            f"{identifier} to be over: {self.deployment(identifier)}\n{self.log()[-2000:]}",
            seconds,
        )
        return self.deployment(identifier)

    def wait_idle(self, seconds=60):
        """Until no deployment is under way."""
        wait_until(lambda: self.status()["deployment"] is None, f"peace: {self.status()['deployment']}", seconds)

    def history(self):
        """The deployments that the door lists, the newest first."""
        return rows(self.get("/node/deployments").json())

    def plan(self, document, *recipes, **others):
        return self.submit(document, recipes, to="/node/plan", **others)

    # -- the verbs

    def verb(self, *words, seconds=60):
        """A verb that asks this node; the finished process."""
        command = [str(self.binary), *map(str, words), "--root", str(self.root)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            env=clean_environment(),
        )

    def apply(self, document, *recipes, artifacts=None, flags=(), verb=("deploy", "apply"), seconds=60):
        """`lineside deploy apply` with the document and the recipes written to files."""
        folder = self.write_papers(document, recipes)
        words = [*verb, folder / "deployment.json", *flags]
        words += ["--recipes", folder / "recipes"] if recipes else []
        words += ["--artifacts", artifacts] if artifacts else []
        return self.verb(*words, seconds=seconds)

    def write_papers(self, document, recipes):
        self.papers += 1
        folder = self.folder / f"papers-{self.papers}"
        (folder / "recipes").mkdir(parents=True)
        (folder / "deployment.json").write_text(json.dumps(document))
        for number, recipe in enumerate(recipes):
            (folder / "recipes" / f"{number}.json").write_text(json.dumps(recipe))
        return folder


class StationOfNode(Line):
    """A line whose processes the node starts; what it says of them, and its page."""

    def __init__(self, node, name="demo", plc=None, **settings):
        self.node, self.name = node, name
        folder = node.folder / f"line-{name}"
        folder.mkdir()
        super().__init__(node.binary, folder, plc, station=name, **settings)

    @property
    def url(self):
        """As the node says; right after its start it has not looked at its stations yet."""
        page = wait_until(lambda: self.node.station(self.name).get("page"), f"the page of {self.name}", 10)
        return page.rstrip("/")


# -- papers -----------------------------------------------------------------------------------------------------------


def recipe(name, version="1.0.0", run=None, *, defaults=None, needs=None, artifacts=(), platform="linux", **lifecycle):
    """A recipe with one manifest; steps by their names, `needs` {name: range}."""
    steps = lifecycle | ({"run": run} if run else {})
    manifest = {"Platform": {"os": platform}, "Lifecycle": {step.title(): what for step, what in steps.items()}}
    manifest |= {"Artifacts": [dict(artifact) for artifact in artifacts]} if artifacts else {}
    made = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": version}
    made |= {"ComponentConfiguration": {"DefaultConfiguration": defaults}} if defaults is not None else {}
    if needs:
        made["ComponentDependencies"] = {other: {"VersionRequirement": range_} for other, range_ in needs.items()}
    return made | {"Manifests": [manifest]}


def document(components=None, **members):
    """A deployment; a component is a version, a range, or all that is said of it."""
    named = {
        name: {"componentVersion": what} if isinstance(what, str) else what for name, what in (components or {}).items()
    }
    return ({} if components is None else {"components": named}) | members


def merging(version, **merge):
    """A component of a deployment, with configuration merged in."""
    return {"componentVersion": version, "configurationUpdate": {"merge": merge}}


def rows(answer):
    """A list, whether or not it is wrapped in an object."""
    return answer if isinstance(answer, list) else next(value for value in answer.values() if isinstance(value, list))


# -- /proc ------------------------------------------------------------------------------------------------------------


def sockets():
    """The rows of /proc/net/tcp, each as its cells."""
    return [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]


def arguments(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    return []


def environment(pid):
    text = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)
