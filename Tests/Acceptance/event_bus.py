"""An EventBridge that is not ours: takes PutEvents over HTTP, notes every entry, and fails when a test wants it to."""

import json
import uuid
from http.server import BaseHTTPRequestHandler

from local_server import LocalServer


class EventBus(LocalServer):
    """Listens on loopback. `entries` are all that were accepted, repeats included; `refusing` answers 500 instead."""

    def __init__(self, port=0):
        self.entries, self.requests, self.refusing = [], [], False
        super().__init__(Door, port)

    def details(self, kind=None):
        """The details of the accepted entries, of one DetailType or of all."""
        return [json.loads(entry["Detail"]) for entry in self.entries if kind in (None, entry["DetailType"])]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((dict(self.headers), body))
        if self.server.refusing or self.headers.get("X-Amz-Target") != "AWSEvents.PutEvents":
            return self.answer(500, {"__type": "InternalException", "message": "not now"})
        self.server.entries += body["Entries"]
        entries = [{"EventId": str(uuid.uuid4())} for _ in body["Entries"]]
        self.answer(200, {"FailedEntryCount": 0, "Entries": entries})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass
