"""The vectors of the signature tests are what today's botocore signs: the file is made again, and must be the same to the byte."""

import json
import subprocess
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"


def test_the_vectors_are_what_botocore_signs():
    made = subprocess.run([sys.executable, VECTORS / "signatures.py"], capture_output=True, check=True, timeout=60)
    assert made.stdout == (VECTORS / "signatures.jsonl").read_bytes()


def test_what_it_costs_is_told(lineside):
    finished = lineside("drill", "signatures", "--count", "20", "-o", "json")
    assert finished.returncode == 0, finished.stderr
    rows = json.loads(finished.stdout)
    assert len(rows) == 4 and all(row["microseconds"] > 0 for row in rows), rows
