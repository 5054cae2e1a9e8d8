#!/usr/bin/env python3
"""kill -9 of the hub at random, again and again, under events, objects and secrets that keep coming.

After each start everything that was acknowledged is there: each event in its log group (more than once is allowed, and
counted), each object with its bytes, each secret with its last value. In the end SQLite finds no fault in any file and
the audit is whole. [hub-event-2] [hub-object-4] [hub-audit-1]
"""

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from drill import PROGRAM, run
from hub import numbers_in, running_hub, send_events_to_a_group
from results import add_out, keep

GONE = (BotoCoreError, ClientError, OSError)
LIFE_SECONDS = (0.2, 1.5)
SETTLED_SECONDS = 20
COLUMNS = ["kills", "events acknowledged", "lost", "twice", "objects", "lost ", "secrets", "lost  ", "start ms max"]


def add_arguments(parser):
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    add_out(parser, "hub_kill")


class Writers:
    """Threads that write, and remember what was acknowledged."""

    def __init__(self, hub, bus):
        self.hub, self.bus, self.over = hub, bus, False
        self.lock, self.next = threading.Lock(), 0
        self.events, self.objects, self.secrets = set(), {}, {}
        self.threads = []

    def start(self):
        self.over = False
        works = [self.put_events, self.put_events, self.put_objects, self.put_secrets]
        self.threads = [threading.Thread(target=self.keep_on, args=(work,), daemon=True) for work in works]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.over = True
        for thread in self.threads:
            thread.join(30)

    def keep_on(self, work):
        with suppress(*GONE):
            clients = {name: self.hub.client(name) for name in ("events", "s3", "secretsmanager")}
            while not self.over:
                work(clients)

    def numbers(self, count):
        with self.lock:
            self.next += count
            return range(self.next - count, self.next)

    def put_events(self, clients):
        numbers = self.numbers(10)
        entries = [
            {"Source": "drill", "DetailType": "D", "Detail": json.dumps({"number": n}), "EventBusName": self.bus}
            for n in numbers
        ]
        answer = clients["events"].put_events(Entries=entries)
        taken = [n for n, entry in zip(numbers, answer["Entries"], strict=True) if "EventId" in entry]
        with self.lock:
            self.events.update(taken)

    def put_objects(self, clients):
        (number,) = self.numbers(1)
        body = os.urandom(random.choice([10, 5000, 200_000]))
        clients["s3"].put_object(Bucket="drill-objects", Key=f"object-{number}", Body=body)
        with self.lock:
            self.objects[f"object-{number}"] = hashlib.sha256(body).hexdigest()

    def put_secrets(self, clients):
        (number,) = self.numbers(1)
        clients["secretsmanager"].put_secret_value(SecretId="drill", SecretString=str(number))
        with self.lock:
            self.secrets["drill"] = number


def drill(arguments, report):
    chance, starts = random.Random(arguments.seed), []
    with tempfile.TemporaryDirectory(prefix="lineside-drill-") as folder, running_hub(Path(folder)) as hub:
        bus, group = send_events_to_a_group(hub)
        hub.client("s3").create_bucket(Bucket="drill-objects")
        hub.client("secretsmanager").create_secret(Name="drill", SecretString="-1")
        writers = Writers(hub, bus)
        for number in range(1, arguments.kills + 1):
            writers.start()
            time.sleep(chance.uniform(*LIFE_SECONDS))
            hub.kill()
            writers.stop()
            starts.append(hub.start() * 1000)
            if number % 10 == 0:
                report.say(f"{number} kills: {len(writers.events)} events, {len(writers.objects)} objects acknowledged")
        figures = look(hub, group, writers, report)
        report.check(hub.stop() == 0, "the hub ends with 0")
        check_files(hub, report)
    report.check(max(starts) < 5000, f"the longest start took {max(starts):.0f} ms (below 5000)")
    keep_figures(arguments, report, figures, starts)


def look(hub, group, writers, report):
    """What of all that was acknowledged is there."""
    until, found = time.monotonic() + SETTLED_SECONDS, {}
    while time.monotonic() < until and not writers.events <= found.keys():
        found = numbers_in(hub, group)
        time.sleep(0.2)
    lost = writers.events - found.keys()
    report.check(not lost, f"{len(writers.events)} events acknowledged, {len(lost)} lost: {sorted(lost)[:5]}")
    s3 = hub.client("s3")
    wrong = [key for key, digest in writers.objects.items() if digest_of(s3, key) != digest]
    report.check(not wrong, f"{len(writers.objects)} objects acknowledged, {len(wrong)} lost or changed: {wrong[:5]}")
    value = int(hub.client("secretsmanager").get_secret_value(SecretId="drill")["SecretString"])
    forgotten = value < writers.secrets["drill"]
    report.check(not forgotten, f"the secret is {value}, and {writers.secrets['drill']} was acknowledged")
    twice = sum(count > 1 for count in found.values())
    return {"events": len(writers.events), "lost": len(lost), "twice": twice, "objects": len(writers.objects)} | {
        "objects_lost": len(wrong),
        "secret_forgotten": forgotten,
    }


def digest_of(s3, key):
    try:
        return hashlib.sha256(s3.get_object(Bucket="drill-objects", Key=key)["Body"].read()).hexdigest()
    except ClientError:
        return None


def check_files(hub, report):
    # The broker's own store has the same ending and another form.
    for path in sorted(path for path in hub.data.rglob("*.db") if path.parent.name != "broker"):
        with sqlite3.connect(path) as database:
            (said,) = database.execute("PRAGMA integrity_check").fetchone()
        report.check(said == "ok", f"{path.name}: SQLite says {said}")
    said = subprocess.run([str(PROGRAM), "audit", "verify", "--data", str(hub.data)], capture_output=True, text=True)
    report.check(said.returncode == 0, said.stdout.strip())


def keep_figures(arguments, report, figures, starts):
    row = [
        arguments.kills,
        figures["events"],
        figures["lost"],
        figures["twice"],
        figures["objects"],
        figures["objects_lost"],
        1,
        int(figures["secret_forgotten"]),
        f"{max(starts):.0f}",
    ]
    keep(report, arguments.out, figures | {"starts_ms": starts}, COLUMNS, [row])


if __name__ == "__main__":
    run("hub_kill", __doc__, add_arguments, drill, limit_seconds=600)
