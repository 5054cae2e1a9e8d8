"""Made-up camera images: a brushed metal surface, with a scratch where the score is high, and the heat-map to it.

An image follows from its part's number alone, so nothing has to be kept.
"""

import math
import random
import struct
from functools import lru_cache

SIDE = 224
CELLS = 28
CELL = SIDE // CELLS


@lru_cache(maxsize=1)
def texture():
    """A tall strip of brushed rows; each image is a window on it."""
    noise, rows = random.Random(1), []
    level = 150.0
    for _ in range(SIDE * 3):
        level += (150 - level) * 0.08 + noise.gauss(0, 5)
        grain = noise.choices(range(-7, 8), k=SIDE)
        rows.append(
            bytes(max(0, min(255, int(level + grain[x] + 26 * math.sin(math.pi * x / SIDE)))) for x in range(SIDE))
        )
    return rows


def scratch_of(number):
    """Points (x, y) along a slightly bent scratch."""
    shape = random.Random(number)
    x, y, turn = shape.uniform(50, 170), shape.uniform(50, 170), shape.uniform(0, 2 * math.pi)
    points = []
    for _ in range(shape.randrange(60, 110)):
        points.append((x, y))
        turn += shape.gauss(0, 0.06)
        x, y = x + math.cos(turn), y + math.sin(turn)
    return [(int(x), int(y)) for x, y in points if 2 <= x < SIDE - 2 and 2 <= y < SIDE - 2]


def frame_of(number, score):
    """A bottom-up 8-bit BMP."""
    start = number * 37 % (SIDE * 2)
    rows = [bytearray(row) for row in texture()[start : start + SIDE]]
    if (score or 0) > 0.35:
        for x, y in scratch_of(number):
            rows[y][x], rows[y + 1][x], rows[y][x + 1] = 236, 48, 60
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    pixels = b"".join(bytes(row) for row in reversed(rows))
    offset = 54 + len(palette)
    header = struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 0, len(pixels), 2835, 2835, 256, 0)
    return header + info + palette + pixels


def heatmap_of(number, score):
    """{"width", "height", "values"}: warm around the scratch, as much as the score says."""
    cells = [[0.0] * CELLS for _ in range(CELLS)]
    for x, y in scratch_of(number)[::4] if (score or 0) > 0.35 else []:
        warm(cells, x / CELL, y / CELL, score)
    haze = random.Random(number)
    values = [min(255, int(255 * cell) + haze.randrange(30)) for row in cells for cell in row]
    return {"width": CELLS, "height": CELLS, "values": values}


def warm(cells, x, y, score):
    for row in range(max(0, int(y) - 3), min(CELLS, int(y) + 4)):
        for column in range(max(0, int(x) - 3), min(CELLS, int(x) + 4)):
            distance = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2
            cells[row][column] = max(cells[row][column], score * math.exp(-distance / 3))
