"""The frame of every drill: a server over the models it needs, a report, a time limit, an exit status."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks import REPOSITORY, Lineside, ServerDied
from footprint import ServerGone

PROGRAM = Path(os.environ.get("LINESIDE", REPOSITORY / ".build" / "release" / "lineside"))
PYTHON_WITH_ONNX = REPOSITORY / ".venv" / "bin" / "python"
FIXTURES = REPOSITORY / "Tests" / "Acceptance"


class DrillOver(Exception):
    """The drill cannot go on, or took longer than it may."""


class Report:
    """Says what happens, and remembers what should not have."""

    def __init__(self, name):
        self.name, self.failures, self.began = name, [], time.monotonic()

    def say(self, text):
        print(f"{self.name} {time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def check(self, passed, text):
        self.say(f"{'ok  ' if passed else 'FAIL'}  {text}")
        if not passed:
            self.failures.append(text)


def run(name, description, add_arguments, drill, limit_seconds):
    """The frame of every drill: arguments, the time limit, the exit status."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=name, description=description, formatter_class=layout)
    parser.add_argument("--limit", type=int, default=limit_seconds, help=f"seconds it may take ({limit_seconds})")
    add_arguments(parser)
    arguments, report = parser.parse_args(), Report(name)
    signal.signal(signal.SIGALRM, over)
    signal.signal(signal.SIGTERM, over)
    signal.alarm(arguments.limit)
    try:
        drill(arguments, report)
    except (DrillOver, ServerDied, ServerGone, OSError, subprocess.CalledProcessError) as error:
        report.check(False, f"the drill ended early: {error or type(error).__name__}")
    report.say(f"{len(report.failures)} failed" if report.failures else "all good")
    sys.exit(1 if report.failures else 0)


def over(number, _):
    raise DrillOver("out of time" if number == signal.SIGALRM else "told to stop")


# -- the server -------------------------------------------------------------------------------------------------------


@contextmanager
def serving(*models, active, ceiling, flags=()):
    """`lineside serve` over the named models of the acceptance fixtures, good ones and bad ones alike."""
    if not PROGRAM.exists():
        raise DrillOver(f"{PROGRAM} is not there: build it, or name it in LINESIDE")
    with tempfile.TemporaryDirectory(prefix="lineside-drill-") as folder:
        folder = Path(folder)
        served = build_models(folder, models)
        settings = {"INFER_TIMEOUT_S": f"{ceiling:.3f}"}
        log = folder / "serve.log"
        with Lineside(PROGRAM, served, {}, active=active, environment=settings, flags=flags, log=log) as server:
            try:
                yield server
            except BaseException:
                print(last_lines(log), file=sys.stderr)
                raise


def build_models(folder, models):
    program = "import sys, fixtures; fixtures.build(sys.argv[1]); fixtures.build_bad(sys.argv[2])"
    good, bad, served = folder / "good", folder / "bad", folder / "served"
    subprocess.run([PYTHON_WITH_ONNX, "-c", program, good, bad], check=True, cwd=FIXTURES)
    served.mkdir()
    for model in models:
        source = next(place / f"{model}.onnx" for place in (good, bad) if (place / f"{model}.onnx").exists())
        shutil.copy(source, served)
    return served


def last_lines(log, count=20):
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
