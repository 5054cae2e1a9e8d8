"""Something that listens where a PLC should, and answers what no PLC answers."""

import random
import socket
import threading
from contextlib import suppress

READ_BYTES = 9 * 2


def head(request, length):
    """Transaction, protocol, length and unit of an answer to `request`."""
    return request[:4] + length.to_bytes(2, "big") + request[6:7]


def reply(request, registers):
    body = bytes([23, len(registers)]) + registers
    return head(request, len(body) + 1) + body


def noise(request):
    return random.Random(7).randbytes(64)


def other_transaction(request):
    whole = reply(request, bytes(READ_BYTES))
    return bytes([whole[0] ^ 0xFF]) + whole[1:]


def other_function(request):
    whole = bytearray(reply(request, bytes(READ_BYTES)))
    whole[7] = 3
    return bytes(whole)


def too_few_registers(request):
    return reply(request, bytes(4))


def too_many_registers(request):
    return reply(request, bytes(200))


def length_of_64_kib(request):
    return head(request, 0xFFFF) + bytes([23, 250]) + bytes(250)


def half_a_reply(request):
    return reply(request, bytes(READ_BYTES))[:11]


def exception(request):
    return head(request, 3) + bytes([23 | 0x80, 4])


def another_map(request):
    return reply(request, (2).to_bytes(2, "big") + bytes(READ_BYTES - 2))


def hang_up(request):
    return None


def nothing(request):
    return b""


def flood(request):
    return reply(request, bytes(READ_BYTES)) * 2000


HABITS = [
    noise,
    other_transaction,
    other_function,
    too_few_registers,
    too_many_registers,
    length_of_64_kib,
    half_a_reply,
    exception,
    another_map,
    hang_up,
    nothing,
    flood,
]


class StrangePLC:
    """Answers every request by one habit, until it is closed."""

    def __init__(self, port, habit):
        self.habit, self.asked = habit, 0
        self.door = socket.create_server(("127.0.0.1", port))
        self.ends = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        with suppress(OSError):
            while True:
                self.ends.append(self.door.accept()[0])
                threading.Thread(target=self.serve, args=(self.ends[-1],), daemon=True).start()

    def serve(self, end):
        with suppress(OSError):
            while request := end.recv(4096):
                self.asked += 1
                answer = self.habit(request)
                if answer is None:
                    break
                end.sendall(answer)
        end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
