"""Releases: on disk, deployed to a station under parts, and in an owner's signed repository that tests can spoil."""

import json
import shutil
import subprocess
import threading

import fixtures
import onnx
from node import document
from server import clean_environment

# Small limits, so that tests do not last for hours.
WATCH = {"healthy": {"parts": 20, "after_s": 0}, "cooldown_s": 0, "reject_rate": {"parts_min": 30}}


def write_release(folder, model, version, threshold=0.9, mean=0):
    """A release of 8 x 8 pixels: what the models of fixtures.py take."""
    folder.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    preprocessing = {"width": 8, "height": 8, "channels": 3, "mean": [mean]}
    metadata = {"model_name": "brightness", "model_version": version, "threshold": threshold}
    (folder / "metadata.json").write_text(json.dumps(metadata | {"preprocessing": preprocessing}))
    return folder


def good(folder, version="1", threshold=0.9, model=fixtures.inspect):
    """Passes every surface: their mean is near a half."""
    return write_release(folder / f"release-{version}", model(fixtures.IMAGE_8), version, threshold)


def failing(folder, version="2"):
    """Gives no verdict on anything."""
    return write_release(folder / f"failing-{version}", fixtures.failing(), version, mean=-1)


def on(station="demo", **releases):
    """A deployment of releases alone."""
    return document(stations={station: releases})


# -- on a station -----------------------------------------------------------------------------------------------------


class Feed:
    """Parts that keep coming while a block runs."""

    def __init__(self, line, first=1000, per_second=30):
        self.line, self.next, self.per_second, self.over = line, first, per_second, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.over.wait(0.1):
            if len(self.line.plc.belt) < self.per_second // 3:
                self.line.plc.feed(range(self.next, self.next + self.per_second // 3), self.per_second)
                self.next += self.per_second // 3

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(5)
        self.line.plc.belt.clear()
        self.line.plc.wait_done()


def deploy(node, line, wanted, *recipes, seconds=60, **others):
    """A deployment under parts that keep coming: a release proves itself by judging."""
    with Feed(line, first=len(line.plc.gone) + 1000):
        return node.deploy(wanted, *recipes, seconds=seconds, **others)


def deploy_good(node, line, release):
    over = deploy(node, line, on(release=str(release)))
    assert over["result"] == "SUCCEEDED", over
    line.plc.wait_ready()


def version_at_work(line):
    release = line.state()["release"]
    return release and release["version"]


# -- signed -----------------------------------------------------------------------------------------------------------


def at_time(shift):
    """What stands before a program whose clock is off, as in "-30d"."""
    return ["faketime", "--exclude-monotonic", "-f", shift]


class Repository:
    """An owner's folder. `public` is what the world sees, `root` what nodes begin with."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.public, self.root = folder / "public", folder / "public" / "metadata" / "1.root.json"
        self.run("init", folder)

    def run(self, *words, shift=None):
        command = [*(at_time(shift) if shift else []), str(self.binary), "release", *map(str, words)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, env=clean_environment())
        assert said.returncode == 0, said
        return said.stdout

    def publish(self, name=None, release=None, shift=None):
        """Takes a release in, when one is named, and publishes."""
        if name:
            self.run("add", self.folder, release, "--name", name, shift=shift)
        self.run("publish", self.folder, shift=shift)
        return self

    def bundle(self, path, *names):
        command = [str(self.binary), "bundle", "create", str(self.folder), "-o", str(path)]
        command += [word for name in names for word in ("--target", name)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, env=clean_environment())
        assert said.returncode == 0, said
        return path

    # -- spoiling

    def metadata(self, role):
        """The newest file of a role."""
        place = self.public / "metadata"
        named = sorted(place.glob(f"*.{role}.json"), key=lambda path: int(path.name.partition(".")[0]))
        return named[-1] if named else place / f"{role}.json"

    def edit(self, role, change):
        """Changes a role's document in place; nobody signs it again."""
        path = self.metadata(role)
        whole = json.loads(path.read_text())
        change(whole)
        path.write_text(json.dumps(whole))

    def targets(self, ending):
        """The published files whose name ends so."""
        return [path for path in (self.public / "targets").rglob("*") if path.is_file() and path.name.endswith(ending)]

    def snapshot(self):
        """A copy of what the world sees now, to be put back later."""
        kept = self.folder / f"kept-{len(list(self.folder.glob('kept-*')))}"
        shutil.copytree(self.public, kept)
        return kept

    def put_back(self, kept):
        shutil.rmtree(self.public)
        shutil.copytree(kept, self.public)
