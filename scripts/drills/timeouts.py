#!/usr/bin/env python3
"""A deadline is a deadline: 1,000 requests to a model that is far too slow.

Each is answered 503 with the contract's text, p99.9 no later than the ceiling + 2 ms after the request's last byte.
Nothing is left running and nothing grows: CPU, threads, descriptors, memory. Afterwards the same engine does a whole
run as fast as before, and a good model takes over with a normal first answer. [serve-infer-4]
"""

import json
import time

from benchmarks import process_tree
from client import PIXEL, PIXELS, Client
from drill import DrillOver, run, serving
from footprint import Footprint, check_flat, quantile

LATE_MS_MAX = 2.0
SAMPLE_EVERY = 25
# Footprints count from here on: the first requests fill pools and caches.
SETTLED_AFTER = 100
IDLE_SHARE_MAX = 0.05
WHOLE_RUN_SLOWDOWN_MAX = 1.5


def add_arguments(parser):
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--ceiling", type=float, default=0.040, help="INFER_TIMEOUT_S (0.040)")
    models = {"default": "slow", "choices": ["slow", "slow_one_node"]}
    parser.add_argument("--model", **models, help="slow_one_node cannot be interrupted: its engine must be ended")


def drill(arguments, report):
    model, ceiling = arguments.model, arguments.ceiling
    with serving(model, "inspect", active=model, ceiling=ceiling) as server, Client(server.url) as client:
        before = whole_run(client, model)
        report.say(f"a whole run of {model} takes {before:.2f} s")
        if before < 2 * ceiling:
            raise DrillOver(f"{model} is not slow enough for a ceiling of {ceiling} s")
        lateness, footprints = ask_many(arguments, report, server, client)
        judge_lateness(report, lateness)
        check_flat(report, footprints)
        check_idle(report, server)
        after = whole_run(client, model)
        report.check(
            after <= before * WHOLE_RUN_SLOWDOWN_MAX,
            f"a whole run takes {after:.2f} s afterwards, {before:.2f} s before",
        )
        check_takeover(report, client, ceiling)


def whole_run(client, model):
    """Through the door whose ceiling is far away, straight to the same engine."""
    tensor = {"name": "image", "shape": [1, 3, 8, 8], "datatype": "FP32", "data": [PIXEL] * PIXELS}
    answer = client.post(f"/v2/models/{model}/infer", json.dumps({"inputs": [tensor]}).encode())
    if answer.status != 200:
        raise DrillOver(f"a whole run answered {answer.status} {answer.body[:200]!r}")
    return answer.since_sent_ms / 1e3


def ask_many(arguments, report, server, client):
    """How late each 503 was, in ms beyond the ceiling, and footprints along the way."""
    ceiling_ms = arguments.ceiling * 1e3
    expected = f"Inference exceeded {ceiling_ms:.0f} ms timeout. Downstream adapter must apply configured fail-safe."
    lateness, footprints, wrong = [], [], []
    for number in range(1, arguments.requests + 1):
        answer = client.infer()
        if answer.status != 503 or answer.json != {"detail": expected}:
            wrong.append(f"request {number}: {answer.status} {answer.body[:200]!r}")
        lateness.append(answer.since_sent_ms - ceiling_ms)
        if number % SAMPLE_EVERY == 0 and number > SETTLED_AFTER:
            footprints.append(Footprint.of(server))
        if number % 100 == 0:
            report.say(f"{number:5} requests, latest {max(lateness):+.2f} ms, {Footprint.of(server)}")
    for line in wrong[:5]:
        report.say(line)
    report.check(not wrong, f"{len(wrong)} of {arguments.requests} answers were not the 503 of the contract")
    return lateness, footprints


def judge_lateness(report, lateness):
    figures = ", ".join(f"p{part * 100:g} {quantile(lateness, part):+.2f}" for part in (0.0, 0.5, 0.99, 0.999))
    report.check(
        quantile(lateness, 0.999) <= LATE_MS_MAX,
        f"ms beyond the ceiling: {figures}, last {max(lateness):+.2f} (p99.9 at most {LATE_MS_MAX:+g})",
    )


def check_idle(report, server, seconds=2.0):
    """Whatever still computes an answer that nobody waits for shows here."""
    time.sleep(0.5)
    before = process_tree.cpu_seconds(server.pid)
    time.sleep(seconds)
    share = (process_tree.cpu_seconds(server.pid) - before) / seconds
    report.check(share <= IDLE_SHARE_MAX, f"idle afterwards: {share:.1%} of a core (at most {IDLE_SHARE_MAX:.0%})")


def check_takeover(report, client, ceiling):
    reloaded = client.reload("inspect")
    took = f"{reloaded.since_sent_ms:.0f} ms"
    report.check(reloaded.status == 200, f"reload to a good model: {reloaded.status} in {took}")
    answer = client.infer()
    good = answer.status == 200 and abs(answer.json["score"] - PIXEL) < 1e-6 and answer.since_sent_ms <= ceiling * 1e3
    report.check(good, f"first good request: {answer.status} {answer.body[:120]!r} in {answer.since_sent_ms:.2f} ms")


if __name__ == "__main__":
    run("timeouts", __doc__, add_arguments, drill, limit_seconds=300)
