"""Cameras for the tests: Aravis's GigE Vision camera on loopback, an RTSP server, and the verb that looks at them."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from server import clean_environment, descendants, wait_until

GIGE_CAMERA = "arv-fake-gv-camera-0.8"
RTSP_SERVER = Path(__file__).with_name("rtsp_server.py")
# PyGObject comes from Debian, for Debian's own Python.
SYSTEM_PYTHON = "/usr/bin/python3"


class Program:
    """A process that is surely ended."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, **options)

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class GigECamera(Program):
    """512 x 512 grey unless told otherwise, on 127.0.0.1, 25 frames a second.

    There can be one at a time: it has the port of the standard.
    """

    def __init__(self, serial="LINESIDE", lost_per_thousand=0):
        flags = ["-i", "127.0.0.1", "-s", serial, "-r", lost_per_thousand]
        super().__init__(GIGE_CAMERA, *flags, stdout=subprocess.DEVNULL)
        wait_until(self.listens, "the camera's control port")

    @staticmethod
    def listens():
        return "0100007F:0F74" in Path("/proc/net/udp").read_text()


class RTSPServer(Program):
    """Test pictures over RTSP; says its port when it listens."""

    def __init__(self, *arguments):
        super().__init__(SYSTEM_PYTHON, RTSP_SERVER, *arguments, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())


class Watch(Program):
    """A running `lineside camera ADDRESS -o json`, and everything it has said."""

    def __init__(self, binary, address, *flags):
        command = [binary, "camera", address, "-o", "json", *flags]
        super().__init__(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())
        self.events = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def of(self, kind):
        return [event for event in list(self.events) if event["event"] == kind]

    @property
    def frames(self):
        return self.of("frame")

    def wait_for(self, kind, count=1, seconds=20):
        def is_there():
            ended = self.process.poll() is not None and not self.reader.is_alive()
            assert not ended or len(self.of(kind)) >= count, f"it has ended: {self.process.stderr.read()}"
            return len(self.of(kind)) >= count

        wait_until(is_there, f"{count} x {kind}", seconds)
        return self.of(kind)

    def helper(self):
        """The process id of the camera's own process."""
        return wait_until(lambda: descendants(self.pid), "the camera process")[0]

    def finish(self, seconds=60):
        """Waits for the end; gives the summary."""
        self.process.wait(seconds)
        self.reader.join(5)
        assert self.of("summary"), self.process.stderr.read()
        return self.of("summary")[0]

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.finish()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def monotonic_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
