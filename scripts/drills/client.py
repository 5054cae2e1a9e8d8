"""A client that times to the byte, and senders that keep a server busy."""

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

# The small models of the fixtures take 3 x 8 x 8 pixels; with all of them alike the score is known.
PIXELS, PIXEL = 192, 0.25
SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>; Python does not name it
INFER_BODY = json.dumps({"tensor": [PIXEL] * PIXELS, "correlation_id": "drill"}).encode()
JSON_TYPE = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    body: bytes
    began: float
    ended: float      # the answer's last byte was read
    left: float       # wall clock, just before the request was handed to the kernel
    arrived: float    # wall clock, when the kernel had the answer's last packet: free of this program's own scheduling

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def detail(self):
        return self.json.get("detail") if isinstance(self.json, dict) else None

    @property
    def since_sent_ms(self):
        return (self.arrived - self.left) * 1e3


class Client:
    """One keep-alive connection. A raw socket, because http.client does not say when the last byte left."""

    def __init__(self, url, timeout=30):
        address = urlsplit(url)
        self.address, self.timeout = (address.hostname, address.port), timeout
        self.socket, self.arrived = None, 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def post(self, path, body, headers=JSON_TYPE):
        head = [f"POST {path} HTTP/1.1", f"Host: {self.address[0]}:{self.address[1]}", f"Content-Length: {len(body)}"]
        return self.exchange(head + [f"{name}: {value}" for name, value in headers.items()], body)

    def get(self, path):
        return self.exchange([f"GET {path} HTTP/1.1", f"Host: {self.address[0]}:{self.address[1]}"], b"")

    def infer(self):
        return self.post("/infer", INFER_BODY)

    def reload(self, model):
        return self.post("/reload-model", json.dumps({"model_name": model}).encode())

    def exchange(self, head, body):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        request = "\r\n".join([*head, "", ""]).encode() + body
        began, left = time.monotonic(), time.time()
        try:
            self.socket.sendall(request)
            status, content = self.read_answer()
        except OSError:
            self.close()
            raise
        return Answer(status, content, began, time.monotonic(), left, self.arrived)

    def read_answer(self):
        head, _, content = self.read_until(b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(fields.get("content-length", 0))
        while len(content) < length:
            content += self.read_some()
        if fields.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split()[1]), content

    def read_until(self, mark):
        gathered = b""
        while mark not in gathered:
            gathered += self.read_some()
        return gathered

    def read_some(self):
        some, ancillary, _, _ = self.socket.recvmsg(65536, 64)
        for _, kind, stamp in ancillary:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("qq", stamp[:16])
                self.arrived = seconds + nanoseconds / 1e9
        if not some:
            raise ConnectionError("the server closed the connection without an answer")
        return some


class Senders:
    """Threads with a connection each, that call `send` over and over as long as the block lasts.

    `lock` guards whatever a subclass keeps of the answers.
    """

    def __init__(self, url, count):
        self.url, self.lock, self.stopped = url, threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(timeout=15)

    def work(self):
        with Client(self.url) as client:
            while not self.stopped.is_set():
                self.send(client)

    def send(self, client):
        raise NotImplementedError
