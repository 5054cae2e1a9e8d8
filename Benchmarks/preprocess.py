#!/usr/bin/env python3
"""Measures decoding and preprocessing of a camera frame against cv2, in the same minute, on one core each.

A textured 1920 x 1080 JPEG (quality 90, 4:2:0) becomes 3 x 512 x 512 float32 in alternating rounds: `lineside
preprocess --repeat`, and in this process cv2.imdecode, cvtColor, resize, / 255 and transpose(2, 0, 1). Each round's
medians make a ratio, and the median of those is judged: on a shared machine only that says something.

    Benchmarks/preprocess.py [--rounds 9] [--iterations 60] [--size 512x512]

Exit status: 0 within the limit and faster than cv2, 1 not. Environment: LINESIDE (the binary, .build/release/lineside).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import tools

LIMIT_MS = 9.0
WIDTH, HEIGHT, QUALITY = 1920, 1080, 90
WARM_UPS = 5


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--iterations", type=int, default=60, help="of each round (60)")
    parser.add_argument("--size", default="512x512", help="the tensor's (512x512)")
    return parser.parse_args()


def surface():
    """A machined surface: grain at several scales, brush marks, uneven light and a few scratches."""
    dice = np.random.default_rng(7)
    grey = np.zeros((HEIGHT, WIDTH), np.float32)
    for scale, strength in [(1, 7), (3, 9), (12, 14), (60, 18)]:
        noise = dice.normal(0, strength, (HEIGHT // scale + 1, WIDTH // scale + 1)).astype(np.float32)
        grey += cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grey += cv2.blur(dice.normal(0, 40, (HEIGHT, WIDTH)).astype(np.float32), (31, 1))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    grey += 120 + 50 * np.cos((x - WIDTH / 2) / WIDTH * 2) * np.cos((y - HEIGHT / 2) / HEIGHT * 2)
    for _ in range(12):
        start, end = dice.integers(0, [WIDTH, HEIGHT], (2, 2))
        cv2.line(grey, tuple(map(int, start)), tuple(map(int, end)), 230, 2, cv2.LINE_AA)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.6)  # a lens
    tint = np.array([0.94, 1.0, 1.05], np.float32)  # blue, green, red
    return np.clip(grey[..., None] * tint, 0, 255).astype(np.uint8)


def jpeg():
    factor = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor]
    return cv2.imencode(".jpg", surface(), options)[1]


def with_cv2(data, size):
    picture = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    levels = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray((levels.astype(np.float32) / np.float32(255)).transpose(2, 0, 1))


def measure_cv2(data, size, iterations):
    spans = []
    for _ in range(iterations + WARM_UPS):
        start = time.perf_counter()
        with_cv2(data, size)
        spans.append((time.perf_counter() - start) * 1000)
    return statistics.median(spans[WARM_UPS:])


def measure_lineside(path, size, iterations):
    command = [tools.lineside_program(), "preprocess", path, "--size", f"{size[0]}x{size[1]}"]
    command += ["--repeat", str(iterations), "-o", "json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def main():
    arguments = parse_arguments()
    size = tuple(map(int, arguments.size.split("x")))
    cv2.setNumThreads(1)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    data, ours, theirs = jpeg(), [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.jpg"
        path.write_bytes(data.tobytes())
        for _ in range(arguments.rounds):
            ours.append(measure_lineside(path, size, arguments.iterations))
            theirs.append(measure_cv2(data, size, arguments.iterations))
    mine = {part: statistics.median(figures[part] for figures in ours) for part in ours[0]}
    ratio = statistics.median(figures["p50_ms"] / other for figures, other in zip(ours, theirs))
    print(f"JPEG of {WIDTH} x {HEIGHT}, {len(data) // 1024} KiB, to 3 x {size[1]} x {size[0]}; medians, one core")
    parts = f"decode {mine['decode_p50_ms']:.2f}, preprocess {mine['preprocess_p50_ms']:.2f}"
    print(f"lineside  {mine['p50_ms']:6.2f} ms: {parts}")
    print(f"cv2       {statistics.median(theirs):6.2f} ms, cv2 {cv2.__version__}")
    print(f"ratio     {ratio:6.2f}; limit {LIMIT_MS} ms")
    return 0 if mine["p50_ms"] <= LIMIT_MS and ratio < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
