#!/usr/bin/env python3
"""How much a hub takes: events to a log group, and objects of 1 KB, 1 MB and 1 GB, with the memory that it costs.

Requests are signed by hand in two processes, because a client of boto3 costs more than the hub. Events count when they
are in the log group. Memory is that of the hub, sampled while a 1 GB object comes and goes. With `moto_server` on the PATH the
same objects go through that too.
"""

import http.client
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from drill import run
from hub import REGION, Hub, numbers_in, running_hub, send_events_to_a_group
from results import add_out, keep

EVENTS_PER_SECOND_MIN, GROWTH_MB_MAX = 3000, 64
SIZES = {"1 KB": (1000, 300), "1 MB": (1_000_000, 60)}
PIECE = 1 << 20


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=10, help="of events (10)")
    parser.add_argument("--largest", type=int, default=1_000_000_000, help="bytes of the largest object (1 GB)")
    add_out(parser, "hub_load")


# -- events -----------------------------------------------------------------------------------------------------------


def put_events(url, key, bus, first, seconds, taken):
    """Ten at a time, until the time is over; tells how many were acknowledged."""
    hub = Hub(Path("/"))
    hub.url, hub.key = url, Credentials(*key)
    connection, number, until = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20), first, time.time() + seconds
    while time.time() < until:
        entries = [
            {"Source": "drill", "DetailType": "Part", "Detail": json.dumps({"number": n, "part": n, "verdict": "PASS"})}
            | {"EventBusName": bus}
            for n in range(number, number + 10)
        ]
        body = json.dumps({"Entries": entries})
        connection.request("POST", "/", body, hub.signed("events", "AWSEvents.PutEvents", body))
        answer = connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status == 200 and said["FailedEntryCount"] == 0, said
        number += 10
    taken.put(number - first)


def measure_events(hub, seconds, report):
    bus, group = send_events_to_a_group(hub)
    taken, key = multiprocessing.Queue(), (hub.key.access_key, hub.key.secret_key)
    works = [
        multiprocessing.Process(target=put_events, args=(hub.url, key, bus, n * 10_000_000, seconds, taken))
        for n in range(2)
    ]
    began, spent = time.monotonic(), hub.processor_seconds()
    for work in works:
        work.start()
    count = sum(taken.get(timeout=seconds + 60) for _ in works)
    while len(numbers_in(hub, group)) < count and time.monotonic() - began < seconds + 60:
        time.sleep(0.1)
    took, there = time.monotonic() - began, len(numbers_in(hub, group))
    per_second, micros = count / took, (hub.processor_seconds() - spent) / count * 1e6
    report.check(there == count, f"{count} events acknowledged, {there} in the log group")
    report.check(per_second >= EVENTS_PER_SECOND_MIN, f"{per_second:.0f} events/s to the group (at least 3000)")
    report.say(f"{micros:.0f} us of the hub's time an event")
    return {"events_per_second": per_second, "microseconds_per_event": micros}


# -- objects ----------------------------------------------------------------------------------------------------------


class Zeros:
    """A body that nobody has to keep."""

    def __init__(self, size):
        self.left, self.block = size, os.urandom(PIECE)

    def read(self, count=-1):
        piece = self.block[: min(self.left, PIECE if count < 0 else count)]
        self.left -= len(piece)
        return piece


class UnsignedBody(S3SigV4Auth):
    """Over plain HTTP the library would hash the body, which costs the client more than the hub."""

    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


def ask(connection, url, key, method, target, size=0):
    request = AWSRequest(method, url + target)
    UnsignedBody(key, "s3", REGION).add_auth(request)
    fields = dict(request.headers)
    if method == "PUT":
        fields["Content-Length"] = str(size)
    connection.request(method, target, Zeros(size) if size else None, fields)
    answer, count = connection.getresponse(), 0
    while piece := answer.read(PIECE):
        count += len(piece)
    assert answer.status == 200, (answer.status, target)
    return count


def measure_objects(url, key, sizes, resident):
    """For each size: megabytes (or requests) a second of PUT and GET, and how far memory grew."""
    connection, rows = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300), {}
    ask(connection, url, key, "PUT", "/drill-load")
    for name, (size, count) in sizes.items():
        with Watched(resident) as memory:
            put = timed(lambda n: ask(connection, url, key, "PUT", f"/drill-load/{n}", size), count)  # noqa: B023
            get = timed(lambda n: ask(connection, url, key, "GET", f"/drill-load/{n}"), count)
        rows[name] = {"put_ms": put / count * 1e3, "get_ms": get / count * 1e3, "grew_mb": memory.grew_kb / 1024}
    return rows


def timed(work, count):
    began = time.monotonic()
    for number in range(count):
        work(number)
    return time.monotonic() - began


class Watched:
    """The most memory that a process had while a block ran, above what it had before."""

    def __init__(self, resident):
        self.resident, self.over, self.most = resident, False, 0

    def __enter__(self):
        self.before = self.most = self.resident()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.over:
            with suppress(OSError, TypeError):
                self.most = max(self.most, self.resident())
            time.sleep(0.02)

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.grew_kb = self.most - self.before


@contextmanager
def moto():
    """moto's server, when there is one."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    process = subprocess.Popen(["moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        status = Path(f"/proc/{process.pid}/statm")
        yield url, lambda: int(status.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
    finally:
        process.kill()
        process.wait()


def drill(arguments, report):
    largest = f"{arguments.largest / 1e9:g} GB"
    sizes = SIZES | {largest: (arguments.largest, 1)}
    with tempfile.TemporaryDirectory(prefix="lineside-drill-") as folder, running_hub(Path(folder)) as hub:
        # Objects first: what events left free in the heap would hide what an object takes.
        subjects = {"lineside": measure_objects(hub.url, hub.key, sizes, hub.resident_kb)}
        grew = subjects["lineside"][largest]["grew_mb"]
        report.check(grew < GROWTH_MB_MAX, f"memory grew by {grew:.1f} MB while {largest} came and went (below 64)")
        figures = measure_events(hub, arguments.seconds, report)
        report.say(f"{hub.resident_kb() / 1024:.1f} MB in the end")
    if shutil.which("moto_server"):
        with moto() as (url, resident):
            subjects["moto_server"] = measure_objects(url, Credentials("test", "test"), sizes, resident)
    rows = [
        [name, size, *(f"{row[key]:.2f}" for key in ("put_ms", "get_ms", "grew_mb"))]
        for name, table in subjects.items()
        for size, row in table.items()
    ]
    keep(report, arguments.out, figures | subjects, ["server", "object", "PUT ms", "GET ms", "memory grew MB"], rows)


if __name__ == "__main__":
    run("hub_load", __doc__, add_arguments, drill, limit_seconds=600)
