"""The C programs of this folder, and the models and bodies: made when missing or older than what they are made from."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
WORKSHOP = REPOSITORY / ".bench"
MODELS, BODIES, LOGS = WORKSHOP / "models", WORKSHOP / "bodies", WORKSHOP / "logs"
# The iris model alone, for the start: a folder of models with one in it.
IRIS_ONLY = WORKSHOP / "iris-only"
# Our models by the names the peers know theirs by.
PEER_MODELS = WORKSHOP / "peer-models"
PEER_NAMES = {
    "iris_rf.onnx": "iris/1/model.onnx",
    "mobilenet_224.onnx": "mobilenet.onnx",
    "defect_512.onnx": "defect.onnx",
}


class Missing(Exception):
    """Something that has to be there before anything can be measured."""


def lineside_program():
    return Path(os.environ.get("LINESIDE", REPOSITORY / ".build" / "release" / "lineside")).resolve()


def runtime_library():
    named = os.environ.get("ORT_LIBRARY")
    found = [Path(named)] if named else sorted((REPOSITORY / ".deps" / "lib").glob("libonnxruntime.so.*"))
    if not found:
        raise Missing("no ONNX Runtime: run scripts/setup, or name the library in ORT_LIBRARY")
    return found[-1]


def runtime_headers():
    return Path(os.environ.get("ORT_INCLUDE", REPOSITORY / ".deps" / "include"))


def python_with_onnx():
    own = REPOSITORY / ".venv" / "bin" / "python"
    return own if own.exists() else Path(sys.executable)


def program(name):
    return WORKSHOP / "bin" / name


def is_older(made, *sources):
    return not made.exists() or made.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def compile_program(name, *flags):
    made, source = program(name), HERE / f"{name}.c"
    if is_older(made, source):
        subprocess.run(["cc", "-O2", "-Wall", "-o", made, source, *flags], check=True)


def make_models():
    script, last = HERE / "make_models.py", BODIES / "headers.json"
    iris = REPOSITORY / "Samples" / "models" / "iris" / "1" / "model.onnx"
    if is_older(last, script, iris):
        # Its report goes to standard error: standard output is for the table.
        subprocess.run([python_with_onnx(), script, WORKSHOP], check=True, stdout=sys.stderr)


def link(place, target):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    # A hard link: a server may refuse a model that is a symbolic one.
    os.link(target, place)


def make_all():
    for folder in (WORKSHOP / "bin", LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    compile_program("null_server")
    compile_program("load")
    compile_program("floor", "-I", runtime_headers(), "-ldl", "-lpthread")
    make_models()
    for name, ours in PEER_NAMES.items():
        link(PEER_MODELS / name, MODELS / ours)
    for file in ("1/model.onnx", "1/metadata.json"):
        link(IRIS_ONLY / "iris" / file, MODELS / "iris" / file)
