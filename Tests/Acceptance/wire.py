"""Raw sockets: what a browser or a library would never send, and the answers to it."""

import select
import socket
import time
from dataclasses import dataclass

READ_SIZE = 1 << 16


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode(errors="replace")


class Connection:
    """One TCP connection to a server."""

    def __init__(self, server, seconds=15):
        self.seconds = seconds
        self.socket = socket.create_connection((server.host, server.port), timeout=seconds)
        self.buffer = b""
        self.ended = False

    def send(self, data):
        """Sends it all, or as much as the server takes before it answers or hangs up. Gives whether all went out."""
        deadline = time.monotonic() + self.seconds
        view = memoryview(data)
        while view and not self.ended:
            left = deadline - time.monotonic()
            assert left > 0, f"the server neither takes nor answers: {len(view)} bytes left"
            readable, writable, _ = select.select([self.socket], [self.socket], [], left)
            if readable:
                self.receive()
                return False
            if writable:
                try:
                    view = view[self.socket.send(view[: 1 << 20]) :]
                except (BrokenPipeError, ConnectionResetError):
                    self.receive()
                    return False
        return not view

    def send_all(self, chunks):
        """Sends chunks until one is not taken."""
        return all(self.send(chunk) for chunk in chunks)

    def receive(self):
        """Adds what has come to the buffer; notes the end of the stream."""
        try:
            data = self.socket.recv(READ_SIZE)
        except ConnectionResetError:
            data = b""
        self.ended = self.ended or not data
        self.buffer += data

    def close_writing(self):
        """FIN: nothing more will come, but the answer is wanted."""
        self.socket.shutdown(socket.SHUT_WR)

    def reply(self):
        """The next answer, `100 Continue` included; None when the server hung up without one."""
        head = self.take_head()
        if head is None:
            return None
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(status_line.split()[1])
        return Reply(status, headers, self.take_body(status, headers))

    def final_reply(self):
        """The next answer that is not `100 Continue`."""
        reply = self.reply()
        while reply is not None and reply.status == 100:
            reply = self.reply()
        return reply

    def take_head(self):
        self.receive_until(lambda: b"\r\n\r\n" in self.buffer)
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        self.buffer = rest
        return head

    def take_body(self, status, headers):
        if status < 200 or status == 204:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self.take_chunks()
        return self.take(int(headers.get("content-length", 1 << 40)))

    def take(self, length):
        """So many bytes, or what comes before the end of the stream."""
        self.receive_until(lambda: len(self.buffer) >= length)
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def take_chunks(self):
        body = b""
        while True:
            self.receive_until(lambda: b"\r\n" in self.buffer)
            size_line, _, self.buffer = self.buffer.partition(b"\r\n")
            size = int(size_line.split(b";")[0], 16)
            body += self.take(size)
            self.take(2)
            if size == 0:
                return body

    def receive_until(self, enough):
        deadline = time.monotonic() + self.seconds
        while not enough() and not self.ended:
            readable, _, _ = select.select([self.socket], [], [], max(0, deadline - time.monotonic()))
            assert readable, f"no answer within {self.seconds} s; so far: {self.buffer[:200]!r}"
            self.receive()

    def is_closed_by_server(self):
        """Waits for the end of the stream and forgets what comes before it."""
        self.receive_until(lambda: False)
        return self.ended

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def request_bytes(method, path, headers=(), body=b"", host="localhost", length=True):
    """One HTTP/1.1 request, with exactly these headers after Host; Content-Length added unless told not to."""
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: " + host.encode()]
    lines += [line if isinstance(line, bytes) else line.encode() for line in headers]
    if length and body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def exchange(server, data, seconds=15):
    """Sends one request on a connection of its own; the answer, or None when the server hung up."""
    with Connection(server, seconds) as connection:
        connection.send(data)
        return connection.final_reply()
