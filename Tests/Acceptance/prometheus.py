"""Reads Prometheus' text format: just enough to count series and add them up."""

import math
import re

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')


def parse(text):
    """([(name, labels, value)], {family: type}); raises ValueError on a line that is neither sample nor comment."""
    samples, types = [], {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            types[family] = kind
        elif line and not line.startswith("#"):
            samples.append(parse_sample(line))
    return samples, types


def parse_sample(line):
    match = SAMPLE.match(line)
    if not match:
        raise ValueError(f"not a sample: {line}")
    name, labels, value = match.groups()
    if LABEL.sub("", labels or ""):
        raise ValueError(f"not labels: {line}")
    return name, dict(LABEL.findall(labels or "")), float(value)


def scrape(server):
    return parse(server.get("/metrics").text)


def select(samples, name, **labels):
    """[(labels, value)] of the series with this name whose labels include these."""
    return [(found, value) for sample, found, value in samples if sample == name and labels.items() <= found.items()]


def total(server, name, **labels):
    """The sum of those series now; 0 when there are none."""
    return math.fsum(value for _, value in select(scrape(server)[0], name, **labels))
