#!/usr/bin/env python3
"""A station that makes its parts up: serves the station page with moving data, for work on the page and its tests.

    mock_station.py [--port 8090] [--page station.html] [--per-minute 120] [--token TOKEN]

It speaks the station's contract (events, images, decisions, bypass, reset) and one door more, which no station has:
`POST /mock` with any of

    {"state": {...}}     merged into every event from now on; null for a key takes that key's overlay away
    {"part": {...}}      judges one part now, with these fields
    {"running": false}   no parts come by themselves
    {"refuse": "text"}   answers every decision with 409 and this text; null ends that
    {"token": "text"}    asks for this bearer token from now on; null ends that
"""

import argparse
import base64
import hashlib
import json
import random
import re
import threading
import time
from collections import OrderedDict, deque
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from surface import frame_of, heatmap_of
from words import REASONS

STAGES = {
    "acquire": (1.0, 5.0),
    "preprocess": (1.4, 8.0),
    "queue": (0.1, 10.0),
    "run": (6.5, 60.0),
    "decide": (0.1, 2.0),
    "write": (0.6, 15.0),
}  # name -> (typical ms, share ms)
KEPT_PARTS = 200
EVENTS_PER_SECOND = 10


def timestamp():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Line:
    """The parts and what the station says about them. One lock; every method takes it."""

    def __init__(self, per_minute):
        self.lock = threading.RLock()
        self.per_minute = per_minute
        self.started = time.monotonic()
        self.restart()

    def restart(self):
        """As new, with some parts judged already. Its pace stays."""
        with self.lock:
            self.forget()
            for _ in range(24):
                self.judge()

    def forget(self):
        self.random = random.Random(7)
        self.running = True
        self.overlay = {}
        self.refusal = None
        self.token = None
        self.parts = OrderedDict()
        self.verdicts = {"PASS": 0, "REJECT": 0, "REVIEW": 0}
        self.by_reason = dict.fromkeys(REASONS, 0)
        self.number = 0
        self.frames = 0
        self.misses = 0
        self.heartbeat = 0
        self.bypass = {"on": False, "since": None, "by": None, "reason": None}
        self.times = {name: deque(maxlen=200) for name in STAGES}

    def judge(self, **fields):
        with self.lock:
            self.number += 1
            self.frames += 1
            part = self.a_part() | fields
            self.verdicts[part["verdict"]] = self.verdicts.get(part["verdict"], 0) + 1
            self.by_reason[part["reason"]] = self.by_reason.get(part["reason"], 0) + 1
            self.parts[part["number"]] = part
            if len(self.parts) > KEPT_PARTS:
                self.parts.popitem(last=False)
            return part

    def a_part(self):
        took = {name: self.random.gammavariate(6, typical / 6) for name, (typical, _) in STAGES.items()}
        for name, ms in took.items():
            self.times[name].append(ms)
        score, verdict, reason = self.a_verdict()
        acked = "missed" if self.random.random() < 0.004 else "acknowledged"
        return {
            "number": self.number,
            "part": 4000 + self.number,
            "sequence": self.number % 65536,
            "time": timestamp(),
            "verdict": verdict,
            "reason": reason,
            "score": score,
            "ack": acked,
            "latency_ms": round(sum(took.values()), 1),
            "has_frame": True,
            "has_heatmap": score is not None,
            "operator": None,
        }

    def a_verdict(self):
        if self.bypass["on"]:
            return None, "PASS", "BYPASS"
        chance = self.random.random()
        if chance < 0.004:
            self.misses += 1
            return None, "REJECT", "TIMEOUT"
        if chance < 0.06:
            return round(self.random.uniform(0.65, 0.99), 3), "REJECT", "DEFECT"
        if chance < 0.075:
            score = round(self.random.uniform(0.41, 0.59), 3)
            return score, "REVIEW", "DEFECT" if score > 0.5 else "OK"
        return round(self.random.betavariate(1.5, 20), 3), "PASS", "OK"

    def event(self):
        with self.lock:
            self.heartbeat = int((time.monotonic() - self.started) * 200) % 65536
            recent = list(reversed(self.parts.values()))[:20]
            judged = max(1, sum(self.verdicts.values()))
            state = {
                "now": timestamp(),
                "station": "demo",
                "state": "READY",
                "version": "0.1.0",
                "bypass": self.bypass,
                "release": {
                    "name": "surface-detector",
                    "version": "1",
                    "digest": "sha256:ab12f09c7d3e5511",
                    "threshold": 0.5,
                    "review": [0.4, 0.6],
                },
                "last": recent[0] if recent else None,
                "recent": recent,
                "rates": {
                    "parts_per_minute": float(self.per_minute if self.running else 0),
                    "reject_rate": self.verdicts["REJECT"] / judged,
                    "review_rate": self.verdicts["REVIEW"] / judged,
                },
                "stages": [self.stage(name) for name in STAGES],
                "budget": {"window_ms": 100.0, "p99_ms": 19.6, "misses": self.misses},
                "counts": {
                    "pass": self.verdicts["PASS"],
                    "reject": self.verdicts["REJECT"],
                    "review": self.verdicts["REVIEW"],
                    "by_reason": self.by_reason,
                },
                "plc": {
                    "connected": True,
                    "heartbeat": self.heartbeat,
                    "age_ms": round(self.random.uniform(1, 5), 1),
                    "fault": False,
                    "text": "modbus://127.0.0.1:5020",
                },
                "camera": {"connected": True, "source": "sim://demo", "lost": 0, "frames": self.frames},
                "ledger": {"entries": self.number, "waiting": self.random.randrange(3), "lost": 0, "alarm": None},
                "alarms": [],
            }
            return json.dumps(state | self.overlay)

    def stage(self, name):
        times = sorted(self.times[name]) or [0.0]
        at = lambda share: round(times[min(len(times) - 1, int(share * len(times)))], 2)
        return {"name": name, "p50_ms": at(0.5), "p99_ms": at(0.99), "share_ms": STAGES[name][1], "late": 0}

    def decide(self, number, operator):
        with self.lock:
            if number not in self.parts:
                return False
            self.parts[number] = self.parts[number] | {"operator": operator}
            return True

    def set_bypass(self, on, by, reason):
        with self.lock:
            self.bypass = {
                "on": on,
                "since": timestamp() if on else None,
                "by": by if on else None,
                "reason": reason if on else None,
            }

    def control(self, orders):
        with self.lock:
            for key, value in (orders.get("state") or {}).items():
                self.overlay[key] = value
                if value is None:
                    del self.overlay[key]
            self.running = orders.get("running", self.running)
            self.refusal = orders.get("refuse", self.refusal)
            self.token = orders.get("token", self.token)
        if "part" in orders:
            return self.judge(**orders["part"])
        return {}

    def run(self):
        while True:
            # Whoever has ordered that no parts come sees none afterwards.
            with self.lock:
                if self.running and self.overlay.get("state", "READY") in ("READY", "BUSY"):
                    self.judge()
            time.sleep(60 / self.per_minute)


class Door(BaseHTTPRequestHandler):
    """The station's HTTP door; the server carries `line` and `page`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/":
            return self.page()
        if not self.allowed():
            return self.answer(401, {"error": "a bearer token is needed"})
        if self.path == "/station/events":
            return self.events()
        match = re.fullmatch(r"/station/parts/(\d+)/(frame|heatmap)", self.path)
        part = self.server.line.parts.get(int(match[1])) if match else None
        if not part or not part["has_" + match[2]]:
            return self.answer(404, {"error": "not kept"})
        if match[2] == "frame":
            return self.send(200, "image/bmp", frame_of(part["number"], part["score"]))
        self.answer(200, heatmap_of(part["number"], part["score"]))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        line = self.server.line
        if self.path == "/mock":
            return self.answer(200, line.control(body))
        if not self.allowed():
            return self.answer(401, {"error": "a bearer token is needed"})
        if line.refusal:
            return self.answer(409, {"error": line.refusal})
        if not (body.get("by") and body.get("reason")):
            return self.answer(400, {"error": "a name and a reason are needed"})
        self.decide(line, body)

    def decide(self, line, body):
        by, reason = body["by"], body["reason"]
        match = re.fullmatch(r"/station/parts/(\d+)/(confirm|override)", self.path)
        if match:
            part = line.parts.get(int(match[1]))
            verdict = body.get("verdict") if match[2] == "override" else part and part["verdict"]
            operator = {"action": match[2], "verdict": verdict, "by": by, "reason": reason}
            found = line.decide(int(match[1]), operator)
            return self.answer(200, {}) if found else self.answer(404, {"error": "this part is no longer kept"})
        if self.path == "/station/bypass":
            line.set_bypass(bool(body.get("on")), by, reason)
            return self.answer(200, {})
        if self.path == "/station/reset":
            line.control({"state": {"state": None}})
            return self.answer(200, {})
        self.answer(404, {"error": "no such door"})

    def allowed(self):
        token = self.server.line.token
        return not token or self.headers.get("authorization") == f"Bearer {token}"

    def page(self):
        text = self.server.page.read_text()
        script = re.search(r"<script>(.*?)</script>", text, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = (
            f"default-src 'self'; script-src 'sha256-{digest}'; style-src 'unsafe-inline' 'self'; "
            "img-src 'self' data: blob:"
        )
        self.send(200, "text/html; charset=utf-8", text.encode(), {"Content-Security-Policy": policy})

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(f"event: state\ndata: {self.server.line.event()}\n\n".encode())
                self.wfile.flush()
                time.sleep(1 / EVENTS_PER_SECOND)
        except OSError:
            pass

    def answer(self, status, body):
        self.send(status, "application/json", json.dumps(body).encode())

    def send(self, status, kind, body, headers=()):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the browser went away

    def log_message(self, *_):
        pass


class MockStation(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, page, per_minute=120, token=None):
        super().__init__(("127.0.0.1", port), Door)
        self.line = Line(per_minute)
        self.line.control({"token": token})
        self.page = Path(page)
        for work in (self.line.run, self.serve_forever):
            threading.Thread(target=work, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--port", type=int, default=8090)
    flags.add_argument("--page", default=Path(__file__).with_name("station.html"))
    flags.add_argument("--per-minute", type=float, default=120)
    flags.add_argument("--token")
    given = flags.parse_args()
    print(MockStation(given.port, given.page, given.per_minute, given.token).url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
