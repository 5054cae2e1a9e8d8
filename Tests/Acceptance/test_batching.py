"""Requests that come together may run together; nobody gets another's rows. Flags --batch-max, --batch-delay-us."""

from concurrent.futures import ThreadPoolExecutor

import fixtures
import numpy as np
import pytest
from samples import reference

CALLERS = 16


def rows_of(number):
    """One to three rows that no other number has."""
    return [[number, 0.25 * row, 100 * row, 1] for row in range(1 + number % 3)]


def ask(server, rows, shape=None):
    data = [value for row in rows for value in row]
    tensor = {"name": "rows", "datatype": "FP32", "shape": shape or [len(rows), 4], "data": data}
    return server.post("/v2/models/sum_batch/infer", json={"inputs": [tensor]})


def expected(models, rows):
    return reference(models / "sum_batch.onnx", rows=np.array(rows, np.float32))["total"].ravel().tolist()


def counts(server):
    """(requests, executions) so far."""
    statistics = server.get("/v2/models/sum_batch/stats").json()["model_stats"][0]
    return int(statistics["inference_stats"]["success"]["count"]), int(statistics["execution_count"])


@pytest.fixture(scope="module")
def server(start, models):
    return start(models, "--active", "sum_batch", "--batch-max", 16, "--batch-delay-us", 20_000)


def test_rows_come_back_to_their_caller(server, models):
    """serve: --batch-max"""
    with ThreadPoolExecutor(CALLERS) as pool:
        replies = list(pool.map(lambda number: ask(server, rows_of(number)), range(200)))
    for number, reply in enumerate(replies):
        assert reply.status_code == 200, reply.text
        output = reply.json()["outputs"][0]
        assert output["shape"] == [1 + number % 3, 1]
        assert output["data"] == expected(models, rows_of(number))


def test_requests_that_come_together_run_together(server):
    """serve: --batch-max"""
    requests_before, runs_before = counts(server)
    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(reply.status_code == 200 for reply in pool.map(lambda _: ask(server, [[1, 2, 3, 4]]), range(96)))
    requests, runs = counts(server)
    assert requests - requests_before == 96
    assert runs - runs_before < 96


def test_a_bad_request_in_the_crowd_hurts_no_other(server):
    """serve: --batch-max, C12"""

    def call(number):
        if number % 8 == 0:
            return ask(server, [[1, 2, 3, 4, 5]], shape=[1, 5]).status_code == 400
        return ask(server, [[number, 0, 0, 0]]).json()["outputs"][0]["data"] == [number]

    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(pool.map(call, range(64)))


def test_a_single_caller_waits_no_longer_than_the_delay(server):
    """serve: --batch-delay-us; the assertion only rules out waiting for a full batch"""
    assert ask(server, [[1, 2, 3, 4]]).json()["outputs"][0]["data"] == [10.0]


def test_config_tells_the_batch(server):
    assert server.get("/v2/models/sum_batch/config").json()["max_batch_size"] == 16


def test_invocations_go_through_batches_too(server):
    """[serve-invocations-1]"""

    def call(number):
        reply = server.post("/invocations", json={"instances": [[number, 1, 1, 1]]})
        return reply.json() == {"predictions": [[number + 3.0]]}

    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(pool.map(call, range(64)))


def test_batching_can_be_the_models_own(start, tmp_path):
    """[serve-models-2] batching"""
    fixtures.write_flat(tmp_path, "sum_batch", fixtures.sum_batch())
    fixtures.write_metadata(
        tmp_path / "sum_batch.metadata.json", batching={"max_batch_size": 8, "max_delay_us": 20_000}
    )
    with start(tmp_path) as server, ThreadPoolExecutor(CALLERS) as pool:
        replies = list(pool.map(lambda number: ask(server, [[number, 0, 0, 0]]), range(64)))
        assert [reply.json()["outputs"][0]["data"] for reply in replies] == [[number] for number in range(64)]
        requests, runs = counts(server)
        assert requests == 64
        assert runs < 64


def test_a_model_of_fixed_batch_is_served_one_at_a_time(start, models):
    """serve: --batch-max does not bend a model"""
    with start(models, "--active", "simple_fixed", "--batch-max", 16, "--batch-delay-us", 5000) as server:

        def call(number):
            inputs = [
                {"name": name, "datatype": "INT32", "shape": [1, 16], "data": [number] * 16}
                for name in ("INPUT0", "INPUT1")
            ]
            reply = server.post("/v2/models/simple_fixed/infer", json={"inputs": inputs})
            return reply.json()["outputs"][0]["data"] == [2 * number] * 16

        with ThreadPoolExecutor(CALLERS) as pool:
            assert all(pool.map(call, range(32)))
