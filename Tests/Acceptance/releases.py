"""Releases on disk, and an owner's signed repository of them, made with `lineside release` and spoiled by hand."""

import json
import shutil
import subprocess
from pathlib import Path

import onnx
from server import clean_environment

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def write_release(folder, model, version, threshold=0.9, mean=0):
    """A release of 8 x 8 pixels: what the models of fixtures.py take."""
    folder.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    preprocessing = {"width": 8, "height": 8, "channels": 3, "mean": [mean]}
    metadata = {"model_name": "brightness", "model_version": version, "threshold": threshold}
    (folder / "metadata.json").write_text(json.dumps(metadata | {"preprocessing": preprocessing}))
    return folder


def at_time(shift):
    """The environment of a program whose clock is off, as in "-30d"."""
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME": shift, "DONT_FAKE_MONOTONIC": "1"}


class Repository:
    """An owner's folder. `public` is what the world sees, `root` what nodes begin with."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.public, self.root = folder / "public", folder / "public" / "metadata" / "1.root.json"
        self.run("init", folder)

    def run(self, *words, shift=None):
        command = [str(self.binary), "release", *map(str, words)]
        settings = clean_environment(at_time(shift) if shift else None)
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, env=settings)
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
