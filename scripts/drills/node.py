"""A node for drills: `lineside node` beside a simulated PLC, and nobody left behind."""

import base64
import json
import os
import subprocess
import time
from contextlib import contextmanager

from benchmarks import process_tree
from client import Client
from drill import FIXTURES, PROGRAM, PYTHON_WITH_ONNX, DrillOver
from line import line

START_S, DEPLOYMENT_S = 20, 60
# A release as the fixtures' small models take it: 8 x 8 pixels, and a score that is the frame's mean level.
RELEASES = """
import json, pathlib, sys, onnx, fixtures
for row in json.loads(sys.argv[1]):
    folder = pathlib.Path(row["folder"])
    folder.mkdir(parents=True)
    model = getattr(fixtures, row["model"])(*row["arguments"], **row["options"])
    onnx.save(model, folder / "model.onnx")
    shape = {"width": 8, "height": 8, "channels": 3, "mean": [row["mean"]]}
    facts = {"model_name": "drill", "model_version": row["version"], "threshold": row["threshold"]}
    (folder / "metadata.json").write_text(json.dumps(facts | {"preprocessing": shape}))
"""


class Node:
    """config.yaml beside the line's line.json, the node's folder, and what it is asked and told."""

    def __init__(self, line_, stations=True, **own):
        self.line, self.root, self.config = line_, line_.folder / "root", line_.folder / "config.yaml"
        line_.folder.chmod(0o755)
        keys = {"door": {"port": 0}, "stations": [str(line_.config)] if stations else []} | own
        services = {"lineside.Node": {"configuration": keys}}
        self.config.write_text(json.dumps({"system": {"thingName": "drill"}, "services": services}))

    # -- the process

    @property
    def process(self):
        return self.line.processes["node"]

    def start(self):
        # Files are stamped by a clock that ticks every few milliseconds.
        self.began = time.time() - 0.01
        self.line.start("node", PROGRAM, "node", "--config", self.config, "--root", self.root)
        deadline = time.monotonic() + START_S
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise DrillOver(f"the node does not answer:\n{self.line.said('node')}")
            time.sleep(0.01)
        return self

    def stop(self):
        return self.line.stop("node")

    def answers(self):
        """Whether the door of this process answers: a door.json may be that of a life before."""
        try:
            is_new = (self.root / "door.json").stat().st_mtime >= self.began
            return is_new and self.get("/healthz") is not None
        except (OSError, ValueError, KeyError):
            return False

    # -- the door

    def door(self):
        return json.loads((self.root / "door.json").read_text())

    @property
    def url(self):
        address = self.door()["url"].rstrip("/")
        return address if "://" in address else f"http://{address}"

    def get(self, path):
        with Client(self.url, timeout=10) as client:
            return client.get(path).json

    def post(self, path, body=None):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.door()['token']}"}
        with Client(self.url, timeout=30) as client:
            return client.post(path, json.dumps(body or {}).encode(), headers)

    def submit(self, document, recipes=()):
        """Hands a deployment in; its id."""
        texts = [{"name": one["ComponentName"], "text": json.dumps(one)} for one in recipes]
        answer = self.post("/node/deployments", {"document": document, "recipes": texts})
        if answer.status not in (200, 202):
            raise DrillOver(f"{answer.status}: {answer.body.decode(errors='replace')}")
        return answer.json["id"]

    def wait_over(self, identifier, seconds=DEPLOYMENT_S):
        deadline = time.monotonic() + seconds
        while not (told := self.get(f"/node/deployments/{identifier}"))["result"]:
            if time.monotonic() > deadline:
                raise DrillOver(f"not over after {seconds} s: {told}\n{self.line.said('node')}")
            time.sleep(0.02)
        return told

    def deploy(self, document, recipes=(), seconds=DEPLOYMENT_S):
        return self.wait_over(self.submit(document, recipes), seconds)


@contextmanager
def node(stations=True, **settings):
    """A node in a temporary folder, started; `own` among the settings are the node's keys, the rest line.json's."""
    own = settings.pop("own", {})
    with line(**settings) as line_:
        yield Node(line_, stations, **own).start()


def write_releases(*rows):
    """Each row: folder, model (a function of the fixtures), its arguments and options, version, threshold, mean."""
    usual = {"arguments": [], "options": {}, "threshold": 0.9, "mean": 0}
    told = json.dumps([usual | row | {"folder": str(row["folder"])} for row in rows])
    subprocess.run([PYTHON_WITH_ONNX, "-c", RELEASES, told], check=True, cwd=FIXTURES)


def recipe(name, version, run, artifacts=()):
    manifest = {"Platform": {"os": "linux"}, "Lifecycle": {"Run": run}, "Artifacts": list(artifacts)}
    made = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": version}
    return made | {"Manifests": [manifest]}


def data_artifact(content):
    return {"URI": "data:application/octet-stream;base64," + base64.b64encode(content).decode()}


def files_of(pid):
    """What a process has open, by kind: numbers of sockets and pipes say nothing."""
    kinds = {}
    place = process_tree.PROC / str(pid) / "fd"
    for name in os.listdir(place):
        try:
            kind = os.readlink(place / name).split(":[")[0]
        except OSError:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds
