#!/usr/bin/env python3
"""Reload for ever: 1,000 reloads under 100 requests a second, one in ten of a corrupt file.

No request fails, each is answered by the model it names, a corrupt file is refused and the old model keeps serving,
memory stays within 5 % and descriptors stay flat. [serve-reload-1]
"""

import time

from client import PIXEL, Client, Senders
from drill import DrillOver, run, serving
from footprint import Footprint, check_flat, quantile

# What each model says of an image whose pixels are all PIXEL: a mix-up shows in the score.
SCORES = {"inspect": PIXEL, "inspect_b": 1 - PIXEL}
CORRUPT, CORRUPT_EVERY = "corrupt", 10
SENDERS = 4
RATE_SHARE_MIN = 0.95
SHOWN_MAX = 5


def add_arguments(parser):
    parser.add_argument("--reloads", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=100, help="requests a second (100)")
    parser.add_argument("--ceiling", type=float, default=0.040, help="INFER_TIMEOUT_S (0.040)")


class Load(Senders):
    """Sends on a schedule, whatever becomes of the answers, and judges each: an open loop."""

    def __init__(self, url, rate):
        super().__init__(url, SENDERS)
        self.period, self.next_turn = 1 / rate, time.monotonic()
        self.latencies_ms, self.wrong = [], []

    def send(self, client):
        with self.lock:
            turn, self.next_turn = self.next_turn, self.next_turn + self.period
        time.sleep(max(turn - time.monotonic(), 0))
        try:
            answer = client.infer()
            problem, ended = what_is_wrong(answer), answer.ended
        except OSError as error:
            problem, ended = f"no answer: {error}", time.monotonic()
        with self.lock:
            # From the turn on the schedule: a sender held up by a slow answer does not hide the wait it causes.
            self.latencies_ms.append((ended - turn) * 1e3)
            if problem:
                self.wrong.append(problem)

    def take_latencies(self):
        with self.lock:
            taken, self.latencies_ms = self.latencies_ms, []
            return taken, len(self.wrong)


def what_is_wrong(answer, expected=None):
    """None for a good answer of `expected`, or of either model."""
    if answer.status != 200:
        return f"{answer.status} {answer.body[:200]!r}"
    try:
        model, score = answer.json["model_version"], float(answer.json["score"])
    except (TypeError, KeyError, ValueError):
        return f"unreadable answer {answer.body[:200]!r}"
    if model not in SCORES or model != (expected or model):
        return f"answered by {model}, not by {expected or ' or '.join(SCORES)}"
    if abs(score - SCORES[model]) > 1e-6:
        return f"{model} answered {score}, not {SCORES[model]}"
    return None


class Reloader:
    def __init__(self, client):
        self.client, self.active, self.wrong, self.times_ms = client, "inspect", [], []

    def reload(self, number):
        """One reload, then one request that has to come from the model that is active now."""
        if number % CORRUPT_EVERY == 0:
            self.reload_corrupt()
        else:
            self.reload_good("inspect_b" if self.active == "inspect" else "inspect")
        problem = what_is_wrong(self.client.infer(), self.active)
        if problem:
            self.wrong.append(f"after reload {number}: {problem}")

    def reload_good(self, model):
        answer = self.client.reload(model)
        self.times_ms.append(answer.since_sent_ms)
        if answer.status == 200 and answer.json == {"status": "reloaded", "active_model": model}:
            self.active = model
        else:
            self.wrong.append(f"reload of {model}: {answer.status} {answer.body[:200]!r}")

    def reload_corrupt(self):
        answer = self.client.reload(CORRUPT)
        if answer.status != 422 or not str(answer.detail).startswith(f"Model {CORRUPT} did not load: "):
            self.wrong.append(f"reload of a corrupt file: {answer.status} {answer.body[:200]!r}")


def drill(arguments, report):
    with serving("inspect", "inspect_b", CORRUPT, active="inspect", ceiling=arguments.ceiling) as server:
        with Client(server.url) as client, Load(server.url, arguments.rate) as load:
            reloader = Reloader(client)
            began = time.monotonic()
            footprints, requests = reload_many(arguments, report, server, reloader, load)
            rate = requests / (time.monotonic() - began)
        for line in [*load.wrong[:SHOWN_MAX], *reloader.wrong[:SHOWN_MAX]]:
            report.say(line)
        enough = rate >= arguments.rate * RATE_SHARE_MIN
        report.check(enough, f"{rate:.1f} requests a second were sent, of {arguments.rate:g}")
        report.check(not load.wrong, f"{len(load.wrong)} requests failed under the reloads")
        report.check(not reloader.wrong, f"{len(reloader.wrong)} reloads did not do what they should")
        # The first stretch fills pools and caches.
        check_flat(report, footprints[1:])


def reload_many(arguments, report, server, reloader, load):
    """Reloads in ten stretches, with a rest after each; answers the footprints at rest and the requests sent."""
    stretch = max(arguments.reloads // 10, 1)
    footprints, requests = [], 0
    for number in range(1, arguments.reloads + 1):
        reloader.reload(number)
        if number % stretch == 0:
            latencies, failed = load.take_latencies()
            requests += len(latencies)
            footprints.append(Footprint.at_rest(server))
            report.say(
                f"{number:5} reloads of {quantile(reloader.times_ms[-stretch:], 0.5):.0f} ms, {requests} requests, "
                f"{failed} failed, p50 {quantile(latencies, 0.5):.1f} p99 {quantile(latencies, 0.99):.1f} ms, "
                f"{footprints[-1]}"
            )
        if len(reloader.wrong) > max(arguments.reloads / 100, SHOWN_MAX):
            raise DrillOver(f"too much goes wrong: {reloader.wrong[0]}")
    latencies, _ = load.take_latencies()
    return footprints, requests + len(latencies)


if __name__ == "__main__":
    run("reloads", __doc__, add_arguments, drill, limit_seconds=1200)
