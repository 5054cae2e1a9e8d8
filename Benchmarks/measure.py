"""One measurement: a load on a server, the bare runtime, or a start."""

import json
import os
import subprocess
import sys
import time

import answers
import process_tree
import tools
from workloads import FLOOR_MODELS, ask

CORES = os.cpu_count()
WARM_UP_SECONDS = 0.5
# Beyond this share of the machine, somebody else's work is in the figures and they are taken again.
FOREIGN_SHARE_MAX = 0.08
ATTEMPTS_MAX = 3
IDLE_SECONDS = 1.5


class BadAnswer(Exception):
    pass


class Bench:
    """How long and how patiently to measure."""

    def __init__(self, seconds, quiet_wait_seconds):
        self.seconds, self.quiet_wait_seconds = seconds, quiet_wait_seconds

    def load(self, server, workload, connections):
        """The quietest of a few attempts, as a sample."""
        request = server.requests[workload]
        check_answer(server, workload)
        attempts = []
        for _ in range(ATTEMPTS_MAX):
            self.wait_until_quiet()
            attempts.append(self.load_once(server, request, connections))
            if attempts[-1]["foreign_share"] <= FOREIGN_SHARE_MAX:
                break
        best = min(attempts, key=lambda attempt: attempt["foreign_share"])
        return {"subject": server.name, "workload": workload, **best}

    def load_once(self, server, request, connections):
        command = [tools.program("load"), "-c", connections, "-w", WARM_UP_SECONDS, "-d", self.seconds]
        command += ["-b", request.body]
        for name, value in request.headers.items():
            command += ["-H", f"{name}: {value}"]
        # CPU is taken over the whole run, warm-up included, and divided by all its answers.
        with Foreign() as foreign:
            before = process_tree.cpu_seconds(server.pid)
            result = run_json([*command, server.url + request.path])
            used = process_tree.cpu_seconds(server.pid) - before
            foreign.leave_out(used + result["cpu_s"])
        return {
            "connections": connections,
            "rps": result["rps"],
            "p50_ms": result["p50_us"] / 1e3,
            "p99_ms": result["p99_us"] / 1e3,
            "p999_ms": result["p999_us"] / 1e3,
            "cpu_ms": used / max(result["answers"], 1) * 1e3,
            "not_ok": result["answers"] - result["codes"].get("200", 0) + result["errors"],
            "codes": result["codes"],
            "foreign_share": foreign.share,
        }

    def floor(self, workload, connections):
        """Bare ONNX Runtime with as many callers as a server could keep busy."""
        model, callers = tools.MODELS / FLOOR_MODELS[workload], min(connections, CORES)
        attempts = []
        for _ in range(ATTEMPTS_MAX):
            self.wait_until_quiet()
            with Foreign() as foreign:
                before = os.times()
                result = run_json([tools.program("floor"), tools.runtime_library(), model, callers, self.seconds])
                after = os.times()
                foreign.leave_out(sum(after[2:4]) - sum(before[2:4]))
            attempts.append({"foreign_share": foreign.share, **result})
            if foreign.share <= FOREIGN_SHARE_MAX:
                break
        best = min(attempts, key=lambda attempt: attempt["foreign_share"])
        return {
            "subject": "floor",
            "workload": workload,
            "connections": connections,
            "rps": best["rps"],
            "p50_ms": best["p50_us"] / 1e3,
            "p99_ms": best["p99_us"] / 1e3,
            "cpu_ms": best["cpu_us"] / 1e3,
            "foreign_share": best["foreign_share"],
        }

    def wait_until_quiet(self):
        deadline = time.monotonic() + self.quiet_wait_seconds
        while time.monotonic() < deadline:
            with Foreign() as machine:
                time.sleep(0.3)
            if machine.share < FOREIGN_SHARE_MAX:
                return


class Foreign:
    """The share of the machine that went to work which is not ours while the block ran."""

    def __enter__(self):
        self.began, self.busy, self.own = time.monotonic(), process_tree.machine_busy_seconds(), 0.0
        self.share = 0.0
        return self

    def leave_out(self, cpu_seconds):
        self.own += cpu_seconds

    def __exit__(self, *_):
        elapsed = time.monotonic() - self.began
        busy = process_tree.machine_busy_seconds() - self.busy
        self.share = round(max(busy - self.own, 0) / elapsed / CORES, 3)


def start(make_server):
    """A start to its first answer, then what the idle server weighs."""
    with make_server() as server:
        return rest(server)


def rest(server):
    """What a server that has just started took to get there, and weighs when left alone."""
    time.sleep(IDLE_SECONDS)
    return {
        "subject": server.name,
        "workload": "start",
        "connections": 1,
        "start_ms": server.start_ms,
        "pss_mb": process_tree.proportional_bytes(server.pid) / 1e6,
        "processes": len(process_tree.tree_of(server.pid)),
    }


def check_answer(server, workload):
    request = server.requests[workload]
    status, headers, body = ask(server.url, request, timeout=60)
    problem = f"answered {status}: {body[:200]!r}" if status != 200 else None
    # Peers answer in forms of their own, and the null server says nothing.
    if not problem and server.is_judged and request.expected:
        problem = answers.check(workload, request.expected, headers, body)
    if problem:
        raise BadAnswer(f"{server.name} {request.path}: {problem}")


def run_json(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr, end="")
        raise BadAnswer(f"{command[0]} exited with {done.returncode}")
    return json.loads(done.stdout)
