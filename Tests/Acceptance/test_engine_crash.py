"""An engine is disposable: killed, it is back within a second. DESIGN: no fault crosses a wall; serve-infer-5."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import fixtures
import pytest
from prometheus import total
from samples import OCTETS, pixel_bytes
from server import command_line, processor_seconds, wait_until
from wire import Connection, request_bytes

BODY = pixel_bytes(0.5)


def infer(server):
    return server.post("/infer", data=BODY, headers=OCTETS)


@pytest.fixture
def server(start, models):
    with start(models, "--active", "inspect") as server:
        yield server


def test_after_kill_9_the_next_request_is_served_within_a_second(server):
    """[serve-infer-5]"""
    for _ in range(3):
        assert infer(server).status_code == 200
        killed = server.kill_engines()
        assert killed, "there is no engine process"
        before = time.monotonic()
        wait_until(lambda: infer(server).status_code == 200, "a good answer", seconds=1)
        assert time.monotonic() - before < 1
        assert not set(killed) & set(server.engines())
        assert server.is_running()


def test_restarts_are_counted_and_readiness_comes_back(server):
    """[serve-metrics-1] [serve-health-1]"""
    before = total(server, "lineside_engine_restarts_total")
    server.kill_engines()
    wait_until(lambda: infer(server).status_code == 200, "a good answer", seconds=5)
    wait_until(lambda: total(server, "lineside_engine_restarts_total") == before + 1, "the restart to be counted")
    assert server.get("/healthz").status_code == server.get("/readyz").status_code == 200


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_request_under_a_dying_engine_is_503_with_the_reason(start, models, signal_number):
    """[serve-infer-5]"""
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "30"}) as server, ThreadPoolExecutor(1) as pool:
        idle = server.engine_seconds()
        in_flight = pool.submit(infer, server)
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work on it")
        for pid in server.engines():
            os.kill(pid, signal_number)
        reply = in_flight.result(20)
        assert reply.status_code == 503
        assert reply.json()["detail"].startswith("Inference engine stopped; ")
        wait_until(lambda: infer(server).status_code == 200, "a good answer", seconds=15)


def test_other_models_do_not_notice(server):
    """No fault crosses a wall"""
    rows = {"inputs": [{"name": "rows", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4]}]}
    own = set(server.engines())
    assert server.post("/v2/models/sum_batch/infer", json=rows).status_code == 200
    other = set(server.engines()) - own
    for pid in own:
        os.kill(pid, signal.SIGKILL)
    reply = server.post("/v2/models/sum_batch/infer", json=rows)
    assert (reply.status_code, reply.json()["outputs"][0]["data"]) == (200, [10.0])
    assert other <= set(server.engines())


def test_an_engine_killed_again_and_again_leaves_nothing_behind(server):
    """D14"""
    infer(server)
    threads, descriptors = server.threads(), server.descriptors()
    for _ in range(10):
        server.kill_engines()
        wait_until(lambda: infer(server).status_code == 200, "a good answer", seconds=10)
    wait_until(lambda: server.threads() <= threads + 2, "no thread to be left")
    wait_until(lambda: server.descriptors() <= descriptors + 2, "no descriptor to be left")
    assert len(server.engines()) == 1


def test_sigterm_ends_server_and_engines_in_order(start, models):
    """Exit status 0, and no engine outlives it"""
    server = start(models, "--active", "inspect")
    engines = server.engines()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0
    wait_until(lambda: not any(is_engine(pid) for pid in engines), "the engines to end")


def test_engines_do_not_outlive_a_killed_server(start, models):
    """No orphan"""
    server = start(models, "--active", "inspect")
    engines = server.engines()
    assert engines
    server.process.kill()
    server.process.wait(10)
    wait_until(lambda: not any(is_engine(pid) for pid in engines), "the engines to end")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_engines_that_are_still_loading_do_not_outlive_their_server(start, tmp_path, signal_number):
    """[serve-models-8]: no orphan at full speed either; its warm-up never ends by itself"""
    fixtures.write_flat(tmp_path, "inspect", fixtures.inspect(fixtures.IMAGE_8))
    fixtures.write_flat(tmp_path, "endless", fixtures.endless())
    server = start(tmp_path, "--active", "inspect")
    with Connection(server) as connection:
        connection.send(request_bytes("POST", "/v2/repository/models/endless/load"))
        wait_until(lambda: len(server.engines()) == 2, "the second engine")
        engines = server.engines()
        # Into its warm-up, where it listens to nobody.
        wait_until(lambda: all(processor_seconds(pid) > 0.05 for pid in engines[1:]), "it to be busy")
        connection.socket.close()
        server.process.send_signal(signal_number)
        server.process.wait(15)
        wait_until(lambda: not any(is_engine(pid) for pid in engines), "the engines to end", seconds=3)


def is_engine(pid):
    return "engine" in command_line(pid)[1:2]


def test_sigterm_lets_requests_in_flight_finish(start, models):
    """A server that is asked to stop answers what it has begun"""
    server = start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "30"})
    with ThreadPoolExecutor(1) as pool:
        idle = server.engine_seconds()
        in_flight = pool.submit(infer, server)
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work on it")
        server.process.send_signal(signal.SIGTERM)
        assert in_flight.result(20).status_code == 200
    assert server.process.wait(10) == 0


def test_a_stop_for_the_whole_group_is_the_fronts_to_hear(start, models):
    """A service manager's SIGTERM reaches engines too; what is in progress finishes first"""
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "30"}) as server, ThreadPoolExecutor(1) as pool:
        idle = server.engine_seconds()
        in_flight = pool.submit(infer, server)
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work on it")
        for pid in server.engines():
            os.kill(pid, signal.SIGTERM)
        server.process.send_signal(signal.SIGTERM)
        assert in_flight.result(20).status_code == 200
        assert server.process.wait(15) == 0
