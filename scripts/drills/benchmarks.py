"""What the drills take from Benchmarks: how a server is started, and what its processes use."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Benchmarks"))

import process_tree  # noqa: E402
from servers import Lineside, ServerDied  # noqa: E402

__all__ = ["REPOSITORY", "Lineside", "ServerDied", "process_tree"]
