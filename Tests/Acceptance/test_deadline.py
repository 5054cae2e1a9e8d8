"""A deadline is a deadline, and nothing lingers behind it. Requirement serve-infer-4; D13, D14.

The model needs most of a second, the ceiling is the default 40 ms. How far past the ceiling an answer comes is a
benchmark's business; here it only has to come well before the model would be done.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus import total
from samples import OCTETS, pixel_bytes
from server import wait_until

BODY = pixel_bytes(0.5)
LONG_BEFORE_THE_MODEL = 0.4


def refusal(milliseconds):
    return {
        "detail": f"Inference exceeded {milliseconds} ms timeout. Downstream adapter must apply configured fail-safe."
    }


def timed_infer(server):
    before = time.monotonic()
    reply = server.post("/infer", data=BODY, headers=OCTETS)
    return reply, time.monotonic() - before


def assert_refused_in_time(server, milliseconds=40):
    reply, seconds = timed_infer(server)
    assert (reply.status_code, reply.json()) == (503, refusal(milliseconds))
    assert seconds < LONG_BEFORE_THE_MODEL


def wait_for_good_answer(server, seconds=10):
    """Polls because 40 ms is short on a shared machine."""
    return wait_until(lambda: timed_infer(server)[0].status_code == 200, "a good answer", seconds)


@pytest.fixture
def slow_server(start, models):
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "0.040"}) as server:
        yield server


def test_fifty_timeouts_are_exact_counted_and_leave_nothing(slow_server):
    """[serve-infer-4] [serve-metrics-1] D13 D14"""
    for _ in range(5):
        assert_refused_in_time(slow_server)
    threads, descriptors, engines = counts(slow_server)
    for _ in range(45):
        assert_refused_in_time(slow_server)
    wait_until(lambda: slow_server.threads() <= threads + 2, "the threads to be as few as before")
    wait_until(lambda: slow_server.descriptors() <= descriptors + 2, "the descriptors to be as few as before")
    wait_until(lambda: len(slow_server.engines()) <= engines, "the engines to be as few as before")
    assert total(slow_server, "lineside_inferences_total", outcome="timeout", model="slow") == 50

    assert slow_server.reload("inspect").status_code == 200
    wait_for_good_answer(slow_server)


def counts(server):
    return server.threads(), server.descriptors(), max(1, len(server.engines()))


def test_a_timed_out_run_stops_using_the_processor(slow_server):
    """[serve-infer-4] D14: the run is cancelled, not only abandoned"""
    for _ in range(10):
        assert_refused_in_time(slow_server)
    wait_until(lambda: is_idle(slow_server), "the engines to be idle")


def is_idle(server):
    """No engine used more than half of a tenth of a second."""
    before = server.engine_seconds()
    time.sleep(0.1)
    return server.engine_seconds() - before < 0.05


def test_callers_at_once_are_all_refused_in_time(slow_server):
    """[serve-infer-4]"""
    with ThreadPoolExecutor(8) as pool:
        for reply, seconds in pool.map(lambda _: timed_infer(slow_server), range(24)):
            assert (reply.status_code, reply.json()) == (503, refusal(40))
            assert seconds < 2 * LONG_BEFORE_THE_MODEL


def test_the_text_gives_the_configured_number(start, models):
    """[serve-infer-4] D13"""
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "0.025"}) as server:
        assert_refused_in_time(server, 25)


def test_a_wide_ceiling_lets_the_slow_model_answer(start, models):
    """[serve-infer-4]"""
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "20"}) as server:
        reply, seconds = timed_infer(server)
        assert (reply.status_code, reply.json()["score"]) == (200, 0.5)
        assert seconds > LONG_BEFORE_THE_MODEL, "the fixture is too fast for these tests"


def test_a_run_that_nothing_interrupts_is_refused_in_time_too(start, models):
    """[serve-infer-4]: whatever the model does. The engine may have to be replaced meanwhile"""
    with start(models, "--active", "slow_one_node", env={"INFER_TIMEOUT_S": "0.040"}) as server:
        for _ in range(10):
            assert_refused_in_time(server)
        wait_until(lambda: len(server.engines()) <= 2, "replaced engines to end")
        assert server.reload("inspect").status_code == 200
        wait_for_good_answer(server)


def test_a_frozen_engine_is_refused_in_time_too(start, models):
    """[serve-infer-4] D14: whatever the model does"""
    with start(models, "--active", "inspect", env={"INFER_TIMEOUT_S": "0.040"}) as server:
        wait_for_good_answer(server)
        for pid in server.engines():
            os.kill(pid, signal.SIGSTOP)
        assert_refused_in_time(server)
        wait_for_good_answer(server, seconds=15)


def test_the_ceiling_is_infers_alone(start, models):
    """[serve-v2-4]: /v2 has --timeout"""
    image = {"name": "image", "datatype": "FP32", "shape": [1, 3, 8, 8], "data": [0.5] * 192}
    with start(models, "--active", "slow", "--timeout", 20, env={"INFER_TIMEOUT_S": "0.040"}) as server:
        reply = server.post("/v2/models/slow/infer", json={"inputs": [image]})
        assert (reply.status_code, reply.json()["outputs"][0]["data"]) == (200, [0.5])
    with start(models, "--active", "inspect", "--timeout", 0.1) as server:
        server.post("/v2/repository/models/slow/load")
        before = time.monotonic()
        reply = server.post("/v2/models/slow/infer", json={"inputs": [image]})
        assert reply.status_code == 503
        assert reply.json()["error"]
        assert time.monotonic() - before < LONG_BEFORE_THE_MODEL + 0.1
