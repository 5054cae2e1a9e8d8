#!/usr/bin/env python3
"""A PLC that we did not write the bus of: a careful program on pymodbus' server, in a process of its own.

It scans at a fixed rate: reads the node's registers, takes a result only when version, complement, check, turn and
part agree, rejects a part whose time is over, and feeds the next one. It notes when each write came in over the wire,
and how late it was itself: a heartbeat that it did not see because it slept is not the node's fault. When the last part
is gone it says so and goes on without parts; on SIGTERM it ends, with its report as one line of JSON.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass

from footprint import quantile
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

REQUEST_BASE, RESULT_BASE, RESULT_COUNT, REGISTERS = 0, 100, 14, 200
MAP_VERSION, HOLDING_REGISTERS, WRITE_REGISTERS, READ_WRITE = 1, 3, 16, 23
ENABLE, VALID = 1, 1 << 2
NONE, REJECT = 0, 2
SEQUENCE_MAX = 65_535
# A part without a result by then is past the gate; a node without a heartbeat for so long gets no parts.
WINDOW_S, SILENCE_S = 0.150, 0.100
GAPS_KEPT = 20
# asyncio wakes on whole milliseconds: so much lateness is no excuse.
TIMER_S = 0.001


def check_of(registers):
    """The CRC-16 of Modbus over registers, high byte first."""
    value = 0xFFFF
    for register in registers:
        for byte in (register >> 8, register & 0xFF):
            value ^= byte
            for _ in range(8):
                value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


class Result:
    """What the node's registers say; `is_whole` unless version, complement and check all agree."""

    def __init__(self, words):
        (version, self.heartbeat, self.status, self.state, high, low, self.verdict, complement, self.reason, self.age,
         self.model_code, self.score, self.sequence, check) = words
        self.part = high << 16 | low
        agrees = self.verdict ^ 0xFFFF == complement and check_of(words[:-1]) == check
        self.is_whole = version == MAP_VERSION and agrees


@dataclass
class Part:
    part: int
    sequence: int
    triggered: float
    wired: float | None = None      # when its result stood in the registers
    taken: float | None = None      # when the scan took it
    verdict: int = NONE
    reason: int | None = None

    def row(self):
        times = [None if at is None else round((at - self.triggered) * 1e3, 3) for at in (self.wired, self.taken)]
        return [self.part, self.sequence, self.verdict, self.reason, *times, round(self.triggered, 6)]


class Heartbeats:
    """When the node's writes came in, and what of each gap between two of them was this program's own doing."""

    def __init__(self):
        self.last, self.heartbeat = None, None
        self.gaps, self.replied_in, self.ticks, self.asked = [], 0.0, [], None

    def came(self, now, heartbeat):
        if heartbeat == self.heartbeat:
            return
        if self.last is not None:
            self.gaps.append((self.last, now, self.replied_in))
        self.last, self.heartbeat, self.asked, self.replied_in = now, heartbeat, now, 0.0

    def replied(self, now):
        if self.asked is not None:
            self.replied_in, self.asked = now - self.asked, None

    def scanned(self, planned, now):
        self.ticks.append((planned, now))

    def excused(self):
        """Each gap as it ended: when, and ms, whole and less what this program was late in it."""
        place, rows = 0, []
        for before, after, replied_in in self.gaps:
            while place < len(self.ticks) and self.ticks[place][1] < before:
                place += 1
            own, look = replied_in, place
            while look < len(self.ticks) and self.ticks[look][0] <= after:
                late = self.ticks[look][1] - self.ticks[look][0]
                own, look = max(own, late if late > TIMER_S else 0.0), look + 1
            rows.append((after, (after - before) * 1e3, max(after - before - own, 0.0) * 1e3))
        return rows


class PLC:
    def __init__(self, arguments):
        self.scan_s, self.interval = arguments.scan_ms / 1e3, 1 / arguments.rate
        self.parts_max, self.until = arguments.parts, None
        self.began = time.monotonic()
        self.beats = Heartbeats()
        self.under_way, self.gone = [], []
        self.next_part, self.next_sequence, self.next_trigger = arguments.first_part, 1, None
        self.own_heartbeat, self.seen_heartbeat, self.changed = 0, None, self.began
        self.acknowledged, self.last_taken, self.is_fresh = (0, 0), None, True
        self.garbled = self.late = self.fed = 0
        self.is_told_to_end, self.has_said_done, self.parent = False, False, os.getppid()
        self.current = (0, 0)
        device = SimDevice(id=arguments.unit, simdata=SimData(0, count=REGISTERS, datatype=DataType.REGISTERS))
        self.unit = arguments.unit
        self.server = ModbusTcpServer(device, address=("127.0.0.1", arguments.port), trace_pdu=self.traced)

    # -- the bus: only watched here

    def traced(self, sending, pdu):
        now = time.monotonic()
        if pdu.function_code == READ_WRITE and sending:
            self.beats.replied(now)
        elif pdu.function_code == READ_WRITE and pdu.write_address == RESULT_BASE:
            words = pdu.write_registers
            self.beats.came(now, words[1])
            if words[2] & VALID:
                self.note_wire(now, words[4] << 16 | words[5], words[12])
        return pdu

    def note_wire(self, now, part, sequence):
        for one in self.under_way:
            if one.wired is None and one.part == part and one.sequence == sequence:
                one.wired = now

    # -- the program

    async def scan(self, now):
        words = await self.server.async_getValues(self.unit, HOLDING_REGISTERS, RESULT_BASE, RESULT_COUNT)
        result = Result(words)
        if result.is_whole:
            if result.heartbeat != self.seen_heartbeat:
                self.seen_heartbeat, self.changed = result.heartbeat, now
            self.take(result, now)
            if not result.status & VALID:
                self.is_fresh = False
        else:
            self.garbled += 1
        self.reject_overdue(now)
        self.feed(now)
        await self.write()

    def node_lives(self, now):
        return self.seen_heartbeat is not None and now - self.changed <= SILENCE_S

    def take(self, result, now):
        key = (result.sequence, result.part)
        if not result.status & VALID or result.verdict == NONE or key == self.last_taken or not self.node_lives(now):
            return
        self.last_taken = key
        part = next((one for one in self.under_way if (one.sequence, one.part) == key), None)
        if part is None:
            self.late += 1
            self.acknowledged = (result.sequence, REJECT)
            return
        self.under_way.remove(part)
        self.acknowledged = (result.sequence, result.verdict)
        part.taken, part.verdict, part.reason = now, result.verdict, result.reason
        self.gone.append(part)

    def reject_overdue(self, now):
        while self.under_way and now - self.under_way[0].triggered >= WINDOW_S:
            self.gone.append(self.under_way.pop(0))

    def feed(self, now):
        stops = self.fed >= self.parts_max or (self.until is not None and now >= self.until)
        if self.is_fresh or stops or not self.node_lives(now):
            self.next_trigger = None
            return
        due = self.next_trigger or now
        if now < due:
            return
        # A belt that stood still does not catch up.
        self.next_trigger = due + self.interval if due + self.interval > now else now + self.interval
        self.current = (self.next_part, self.next_sequence)
        self.under_way.append(Part(self.next_part, self.next_sequence, now))
        self.fed += 1
        self.next_part += 1
        self.next_sequence = 1 if self.next_sequence == SEQUENCE_MAX else self.next_sequence + 1

    async def write(self):
        self.own_heartbeat = (self.own_heartbeat + 1) & 0xFFFF
        part, sequence = self.current
        words = [MAP_VERSION, self.own_heartbeat, ENABLE, sequence, part >> 16, part & 0xFFFF, 0, *self.acknowledged]
        await self.server.async_setValues(self.unit, WRITE_REGISTERS, REQUEST_BASE, words)

    async def run(self, seconds):
        await self.server.serve_forever(background=True)
        port = self.server.transport.sockets[0].getsockname()[1]
        print(json.dumps({"port": port}), flush=True)
        self.server.loop.add_signal_handler(signal.SIGTERM, self.end)
        planned = time.monotonic()
        # Without its parent nobody would ever end it.
        while not self.is_told_to_end and os.getppid() == self.parent:
            planned = max(planned + self.scan_s, time.monotonic())
            await asyncio.sleep(max(planned - time.monotonic(), 0))
            now = time.monotonic()
            self.beats.scanned(planned, now)
            await self.scan(now)
            # The time runs from the first part, whatever the node took to come up.
            if self.until is None and self.fed:
                self.until = now + seconds
            if self.is_done() and not self.has_said_done:
                print(json.dumps({"done": self.fed}), flush=True)
                self.has_said_done = True
        await self.server.shutdown()

    def end(self):
        self.is_told_to_end = True

    def is_done(self):
        over = self.until is not None and time.monotonic() >= self.until
        return (over or self.fed >= self.parts_max) and not self.under_way

    def report(self):
        first = next((part.triggered for part in self.gone), self.began) - self.began
        # The node's coming up is not a gap.
        gaps = [gap for gap in self.beats.excused() if gap[0] > first]
        own = [(now - planned) * 1e3 for planned, now in self.beats.ticks]
        worst = sorted(gaps, key=lambda gap: -gap[2])[:GAPS_KEPT]
        return {
            "parts": [part.row() for part in self.gone],
            "garbled": self.garbled,
            "late": self.late,
            "beats": len(gaps),
            "gap_ms": figures([gap[1] for gap in gaps]),
            "excused_gap_ms": figures([gap[2] for gap in gaps]),
            "worst_gaps": [[round(value, 6) for value in gap] for gap in worst],
            "own_late_ms": figures(own),
        }


def figures(values):
    if not values:
        return None
    shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
    return {name: round(quantile(values, share), 3) for name, share in shares.items()} | {"max": round(max(values), 3)}


def become_punctual(priority):
    """A PLC has a machine of its own; here it at least does not queue behind everybody else."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        print("plc: no real-time priority, so it is late itself when the machine is busy", file=sys.stderr)
    gc.disable()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (0)")
    parser.add_argument("--unit", type=int, default=1)
    parser.add_argument("--scan-ms", type=float, default=5)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--parts", type=int, default=sys.maxsize)
    parser.add_argument("--seconds", type=float, default=60, help="from the first part on (60)")
    parser.add_argument("--first-part", type=int, default=1)
    parser.add_argument("--priority", type=int, default=45, help="SCHED_FIFO; 0: none. Below the node's own 50 (45)")
    arguments = parser.parse_args()
    logging.getLogger("pymodbus.logging").setLevel(logging.ERROR)
    if arguments.priority:
        become_punctual(arguments.priority)
    print(json.dumps(asyncio.run(work(arguments))), flush=True)


async def work(arguments):
    plc = PLC(arguments)
    await plc.run(arguments.seconds)
    return plc.report()


if __name__ == "__main__":
    main()
