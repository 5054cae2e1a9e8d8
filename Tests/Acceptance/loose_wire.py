"""A TCP line between the browser and the station that a test can cut, silence and mend."""

import socket
import threading
import time


class LooseWire:
    """Carries bytes both ways between its own port and (host, port)."""

    def __init__(self, host, port):
        self.goal = (host, port)
        self.is_cut = False
        self.is_silent = False
        self.ends = set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near = self.door.accept()[0]
                far = None if self.is_cut else socket.create_connection(self.goal, timeout=5)
            except OSError:
                if self.door.fileno() < 0:
                    return
                far = None
            if not far:
                near.close()
                continue
            far.settimeout(None)
            self.ends |= {near, far}
            for source, goal in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, goal), daemon=True).start()

    def carry(self, source, goal):
        try:
            while data := source.recv(1 << 16):
                while self.is_silent:
                    time.sleep(0.02)
                goal.sendall(data)
        except OSError:
            pass
        self.drop(source, goal)

    def drop(self, *ends):
        for end in ends:
            self.ends.discard(end)
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other side was quicker
            end.close()

    def cut(self):
        """Every connection ends, and new ones are refused."""
        self.is_cut = True
        self.drop(*self.ends)

    def silence(self):
        """Connections stay open and carry nothing."""
        self.is_silent = True

    def mend(self):
        self.is_cut = self.is_silent = False

    def close(self):
        self.mend()
        self.cut()
        self.door.close()
