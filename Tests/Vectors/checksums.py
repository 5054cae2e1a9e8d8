#!/usr/bin/env python3
"""Prints the table of Tests/CryptoTests/ChecksumVector.swift: zlib's CRC-32, hashlib's digests, the other codes bit by bit."""
import hashlib
import random
import zlib


def remainder(data, polynomial, ones):
    value = ones
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
    return value ^ ones


def text(count):
    """The bytes that ChecksumVector makes too."""
    state, data = count, bytearray()
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        data.append(state >> 24)
    return bytes(data)


chance = random.Random(20261120)
counts = [0, 1, 2, 7, 8, 9, 15, 16, 63, 64, 65, 79, 80, 127, 128, 129] + [chance.randint(130, 9_999) for _ in range(12)]
for count in sorted(counts):
    data = text(count)
    codes = [f"{zlib.crc32(data):08x}", f"{remainder(data, 0x82F63B78, 2**32 - 1):08x}"]
    codes.append(f"{remainder(data, 0x9A6C9329AC4BC9B5, 2**64 - 1):016x}")
    print(count, *codes, hashlib.sha1(data).hexdigest(), hashlib.md5(data).hexdigest())
