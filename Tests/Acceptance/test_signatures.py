"""The vectors of the signature tests are what today's botocore signs: the file is made again, and must be the same to the byte."""

import subprocess
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"


def test_the_vectors_are_what_botocore_signs():
    made = subprocess.run([sys.executable, VECTORS / "signatures.py"], capture_output=True, check=True, timeout=60)
    assert made.stdout == (VECTORS / "signatures.jsonl").read_bytes()
