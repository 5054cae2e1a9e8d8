"""A PLC that is not ours: pymodbus on the wire, and a program that knows docs/spec/line.md and nothing else.

`ServedPLC` is asked by the node (`"role": "client"`), `AskingPLC` asks the node (`"role": "server"`).
"""

import asyncio
import logging
import random
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from server import wait_until
from words import REASONS, STATES, VERDICTS

REQUEST = [
    "MAP_VERSION",
    "PLC_HEARTBEAT",
    "CONTROL",
    "TRIG_SEQ",
    "PART_ID_HIGH",
    "PART_ID_LOW",
    "PART_NUMBER",
    "ACK_SEQ",
    "ACK_VERDICT",
]
RESULT = [
    "MAP_VERSION",
    "HEARTBEAT",
    "STATUS",
    "STATE",
    "PART_ID_ECHO_HIGH",
    "PART_ID_ECHO_LOW",
    "VERDICT",
    "VERDICT_COMPLEMENT",
    "REASON",
    "AGE_MS",
    "MODEL_CODE",
    "SCORE",
    "RESULT_SEQ",
    "CHECK",
]
STATUS = ["ready", "busy", "valid", "acknowledged", "stale", "fault", "bypass"]
ENABLE, RESET, BYPASS = 1, 2, 4
SCAN_SECONDS = 0.005

# A node that is not there is what many tests are about.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


def free_port():
    """Below the ports that the kernel gives away by itself: nobody's connection takes it before it is listened on."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as place, suppress(OSError):
            place.bind(("127.0.0.1", port))
            return port


def crc(words):
    """CRC-16 of Modbus over registers, high byte first."""
    value = 0xFFFF
    for byte in b"".join(word.to_bytes(2, "big") for word in words):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


@dataclass(frozen=True)
class Result:
    """The node's block, when every check of it holds."""

    words: tuple

    @classmethod
    def read(cls, words):
        said = dict(zip(RESULT, words, strict=True))
        is_whole = (
            said["MAP_VERSION"] == 1
            and said["VERDICT"] == said["VERDICT_COMPLEMENT"] ^ 0xFFFF
            and said["CHECK"] == crc(words[:-1])
        )
        return cls(tuple(words)) if is_whole else None

    def __getitem__(self, name):
        return self.words[RESULT.index(name)]

    @property
    def part(self):
        return self["PART_ID_ECHO_HIGH"] << 16 | self["PART_ID_ECHO_LOW"]

    @property
    def sequence(self):
        return self["RESULT_SEQ"]

    @property
    def verdict(self):
        return VERDICTS[self["VERDICT"]]

    @property
    def reason(self):
        return REASONS[self["REASON"]]

    @property
    def state(self):
        return STATES[self["STATE"]]

    @property
    def score(self):
        return self["SCORE"] / 10_000

    @property
    def status(self):
        return {name for bit, name in enumerate(STATUS) if self["STATUS"] >> bit & 1}


@dataclass
class Part:
    """One part on the belt, and what became of it."""

    part: int
    sequence: int
    triggered: float = 0.0
    result: Result | None = None
    gate: str | None = None
    seconds: float = 0.0

    def __str__(self):
        said = f"{self.result.verdict} {self.result.reason}" if self.result else "nothing"
        return f"part {self.part} turn {self.sequence}: {said}, gate {self.gate} after {self.seconds * 1000:.0f} ms"


@dataclass
class Program:
    """What a careful PLC does in a scan. Tests set its fields; the scan looks at them."""

    # Longer than the longest wait for a result that a test allows: what comes late is judged there, and not lost here.
    window: float = 0.5
    node_silence: float = 0.1
    control: int = ENABLE
    map_version: int = 1
    part_number: int = 0
    acknowledges: bool = True
    # The heartbeat stands still; the rest of the program goes on.
    is_heart_still: bool = False
    # The program stands still: no scan at all, while the bus goes on answering.
    is_halted: bool = False
    result: Result | None = None
    heartbeat: int = 0
    sequence: int = 0
    part: int = 0
    acknowledged: tuple = (0, 0)
    torn: int = 0
    gone: list = field(default_factory=list)
    strays: list = field(default_factory=list)
    node_gaps: list = field(default_factory=list)
    seen: deque = field(default_factory=lambda: deque(maxlen=20_000))
    belt: deque = field(default_factory=deque)
    under_way: list = field(default_factory=list)
    node_heartbeat: int | None = None
    node_changed: float = 0.0
    # How long this program itself was kept from scanning since then.
    absent: float = 0.0
    # After a start no part is triggered until the node shows no result of an earlier life.
    is_fresh: bool = True
    pause: float = 0.0
    next_due: float = 0.0

    # -- for tests

    def feed(self, parts, per_second=30.0):
        """Puts parts on the belt; the turns follow by themselves."""
        self.pause = 1 / per_second
        self.belt.extend((part, None) for part in parts)

    def feed_turn(self, part, sequence):
        """One part with a turn of the test's choice."""
        self.belt.append((part, sequence))

    @property
    def is_done(self):
        return not self.belt and not self.under_way

    def restart(self):
        """Switched off and on: the registers are as new and the turns begin again."""
        self.sequence = self.part = 0
        self.acknowledged = (0, 0)
        self.under_way = []
        self.node_heartbeat = None
        self.is_fresh = True

    def stand(self, part, sequence):
        """A part that was triggered before anybody looked."""
        self.part, self.sequence = part, sequence
        self.under_way.append(Part(part, sequence, time.monotonic()))

    # -- the scan

    def scan(self, now, words):
        """Takes in the node's registers, or None when the bus did not carry them; gives what the PLC writes."""
        self.heartbeat = self.heartbeat + (not self.is_heart_still) & 0xFFFF
        self.result = Result.read(words) if words else None
        if self.result:
            self.watch(now)
            self.take(now)
            self.is_fresh = self.is_fresh and "valid" in self.result.status
        elif words and any(words):
            self.torn += 1
        self.reject_overdue(now)
        self.trigger(now)
        return self.request()

    def watch(self, now):
        beat = self.result["HEARTBEAT"]
        if beat != self.node_heartbeat:
            if self.node_heartbeat is not None:
                self.node_gaps.append(now - self.node_changed - self.absent)
            self.node_heartbeat, self.node_changed, self.absent = beat, now, 0.0
        if not self.seen or self.seen[-1][1:] != (self.result.state, self.result.status):
            self.seen.append((now, self.result.state, self.result.status))

    def node_lives(self, now):
        return self.node_heartbeat is not None and now - self.node_changed <= self.node_silence

    def take(self, now):
        result = self.result
        if "valid" not in result.status or result.verdict == "NONE" or not self.node_lives(now):
            return
        if self.acknowledged[0] == result.sequence:
            return
        match = [part for part in self.under_way if (part.part, part.sequence) == (result.part, result.sequence)]
        if not match:
            self.strays.append(result)
            self.acknowledge(result.sequence, "REJECT")
            return
        self.under_way.remove(match[0])
        self.acknowledge(result.sequence, result.verdict)
        self.leave(match[0], result, result.verdict, now)

    def acknowledge(self, sequence, verdict):
        if self.acknowledges:
            self.acknowledged = (sequence, VERDICTS.index(verdict))

    def reject_overdue(self, now):
        while self.under_way and now - self.under_way[0].triggered >= self.window:
            self.leave(self.under_way.pop(0), None, "REJECT", now)

    def leave(self, part, result, gate, now):
        part.result, part.gate, part.seconds = result, gate, now - part.triggered
        self.gone.append(part)

    def trigger(self, now):
        if not self.belt or self.is_fresh or now < self.next_due or not self.node_lives(now):
            return
        self.next_due = max(self.next_due + self.pause, now)
        self.part, turn = self.belt.popleft()
        self.sequence = turn if turn is not None else self.sequence % 0xFFFF + 1
        self.under_way.append(Part(self.part, self.sequence, now))

    def request(self):
        said = {
            "MAP_VERSION": self.map_version,
            "PLC_HEARTBEAT": self.heartbeat,
            "CONTROL": self.control,
            "TRIG_SEQ": self.sequence,
            "PART_ID_HIGH": self.part >> 16,
            "PART_ID_LOW": self.part & 0xFFFF,
            "PART_NUMBER": self.part_number,
            "ACK_SEQ": self.acknowledged[0],
            "ACK_VERDICT": self.acknowledged[1],
        }
        return [said[name] for name in REQUEST]


class PLC(Program):
    """A program on a thread of its own, and what tests wait for."""

    def __init__(self, port=None, **settings):
        super().__init__(**settings)
        self.port = port or free_port()
        self.is_ending = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.is_ending = True
        self.thread.join(5)

    def wait(self, what, condition, seconds=10):
        """Until `condition(result)` holds of a whole result."""
        wait_until(lambda: (result := self.result) and condition(result), what, seconds)
        return self.result

    def wait_ready(self, seconds=10):
        return self.wait("READY", lambda result: "ready" in result.status and result.state in ("READY", "BUSY"), seconds)

    def wait_done(self, count=None, seconds=30):
        """Until the belt is empty, or `count` parts are gone; gives all that are gone."""
        wait_until(
            lambda: self.is_done if count is None else len(self.gone) >= count,
            "the parts to be gone",
            seconds,
        )
        return self.gone

    def judge(self, part, sequence=None, seconds=5):
        """One part, from its trigger to the gate."""
        before = len(self.gone)
        if sequence is None:
            self.feed([part])
        else:
            self.feed_turn(part, sequence)
        wait_until(lambda: len(self.gone) > before, f"part {part}", seconds)
        return self.gone[-1]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class ServedPLC(PLC):
    """A Modbus/TCP server of pymodbus; the node asks it with function 23."""

    role = "client"

    def __init__(self, port=None, unit=1, **settings):
        super().__init__(port, **settings)
        self.unit = unit
        self.refuses = False
        self.delay = 0.0
        self.is_plugged = True
        self.listens = threading.Event()

    def start(self):
        super().start()
        assert self.listens.wait(5), "the PLC does not listen"
        return self

    def run(self):
        asyncio.run(self.live())

    async def live(self):
        server, scanned = None, time.monotonic()
        while not self.is_ending:
            # A machine with other things to do may leave us out for a while: that is no silence of the node's.
            pause, scanned = time.monotonic() - scanned, time.monotonic()
            self.absent += pause if pause > 4 * SCAN_SECONDS else 0.0
            if self.is_plugged and server is None:
                server = await self.plug()
            elif not self.is_plugged and server is not None:
                await server.shutdown()
                server = None
            if not self.is_halted:
                await self.exchange(server)
            await asyncio.sleep(SCAN_SECONDS)
        if server:
            await server.shutdown()

    async def plug(self):
        registers = SimData(0, count=200, values=0, datatype=DataType.REGISTERS)
        device = SimDevice(self.unit, simdata=[registers], action=self.hinder)
        server = ModbusTcpServer(device, address=("127.0.0.1", self.port))
        await server.serve_forever(background=True)
        self.listens.set()
        return server

    async def hinder(self, code, *_):
        """Between the node and the registers, when a test wants that."""
        if code == 23 and self.delay:
            await asyncio.sleep(self.delay)
        return ExcCodes.DEVICE_BUSY if code == 23 and self.refuses else None

    async def exchange(self, server):
        words = await server.async_getValues(self.unit, 3, 100, len(RESULT)) if server else None
        request = self.scan(time.monotonic(), words)
        if server:
            await server.async_setValues(self.unit, 16, 0, request)

    def unplug(self):
        """Every connection ends, and new ones are refused."""
        self.is_plugged = False

    def plug_in(self):
        self.is_plugged = True


class AskingPLC(PLC):
    """A Modbus/TCP client of pymodbus: reads the node's block and writes its own, with functions 3 and 16."""

    role = "server"

    def __init__(self, port=None, unit=1, **settings):
        super().__init__(port, **settings)
        self.unit = unit
        self.is_plugged = True

    def run(self):
        wire = ModbusTcpClient("127.0.0.1", port=self.port, timeout=0.5, retries=0)
        while not self.is_ending:
            began = time.monotonic()
            if not self.is_plugged:
                wire.close()
            if not self.is_halted:
                self.exchange(wire)
            time.sleep(max(0.0, began + SCAN_SECONDS - time.monotonic()))
        wire.close()

    def exchange(self, wire):
        words = self.read(wire) if self.is_plugged else None
        request = self.scan(time.monotonic(), words)
        if self.is_plugged:
            with suppress(ModbusException, OSError):
                wire.write_registers(0, request, device_id=self.unit)

    def read(self, wire):
        with suppress(ModbusException, OSError):
            if not wire.connected and not wire.connect():
                return None
            answer = wire.read_holding_registers(100, count=len(RESULT), device_id=self.unit)
            return None if answer.isError() else answer.registers
        return None

    def unplug(self):
        self.is_plugged = False

    def plug_in(self):
        self.is_plugged = True
