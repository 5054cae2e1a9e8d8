"""Who is sent events over HTTP: notes every request, and answers as a test wants it; gives tokens at /token."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from local_server import LocalServer


@dataclass
class Request:
    """As it came in, its address not decoded."""

    method: str
    path: str
    headers: dict
    body: bytes
    at: float

    @property
    def query(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def event(self):
        return json.loads(self.body)


class Destination(LocalServer):
    """Listens on loopback. `answers` are (status, fields) for the next requests; after these each is taken with 200."""

    def __init__(self):
        self.requests, self.token_requests, self.answers = [], [], []
        # What is answered when `answers` is empty, and what a token is made from.
        self.usual, self.token_stem = 200, "token"
        self.lock = threading.Lock()
        super().__init__(Door)

    def note(self, request):
        """What to answer to it: status, fields and body."""
        with self.lock:
            if request.path.startswith("/token"):
                self.token_requests.append(request)
                text = {"access_token": f"{self.token_stem}-{len(self.token_requests)}", "expires_in": 3600}
                return 200, {}, json.dumps(text).encode()
            self.requests.append(request)
            status, fields = self.answers.pop(0) if self.answers else (self.usual, {})
            return status, fields, b"{}"


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, fields, text = self.server.note(Request(self.command, self.path, headers, body, time.monotonic()))
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass
