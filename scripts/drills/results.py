"""Where a drill's figures go: JSON for programs, Markdown for people."""

import json
import os
import time
from pathlib import Path

from benchmarks import REPOSITORY

RESULTS = REPOSITORY / "Benchmarks" / "results"


def add_out(parser, name):
    parser.add_argument("--out", type=Path, default=RESULTS / f"{name}.json", help="the figures; a table lies beside")


def keep(report, out, figures, columns, rows):
    """Writes both, and prints the table."""
    machine = {"processors": os.cpu_count(), "load_average": [round(load, 2) for load in os.getloadavg()]}
    measured = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(measured | figures | {"failures": report.failures}, indent=1) + "\n")
    lines = [table_row(columns), table_row(["---"] * len(columns)), *map(table_row, rows)]
    out.with_suffix(".md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines), flush=True)


def table_row(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


class StolenTime:
    """What the machine's host took away while a block ran: no program here can do anything about that."""

    def __enter__(self):
        self.before, self.began = self.read(), time.monotonic()
        return self

    def __exit__(self, *_):
        spent = time.monotonic() - self.began
        self.share = (self.read() - self.before) / os.sysconf("SC_CLK_TCK") / max(spent, 1e-9) / os.cpu_count()

    @staticmethod
    def read():
        return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8])
