"""Thirty models under a memory budget, every answer from the right one. Requirement serve-models-5; B17."""

import random

import fixtures
import pytest
from prometheus import scrape, select
from server import resident_bytes, wait_until

COUNT = 30
BUDGET = 300 << 20
ROW = [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def server(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    fixtures.build_copies(folder, COUNT)
    return start(folder, "--active", "copy_00", "--memory-budget", "300MiB")


def ask(server, number):
    """What copy NN says: the sum of the row plus NN."""
    inputs = [{"name": "rows", "datatype": "FP32", "shape": [1, 4], "data": ROW}]
    reply = server.post(f"/v2/models/copy_{number:02}/infer", json={"inputs": inputs})
    assert reply.status_code == 200, reply.text
    return reply.json()["outputs"][0]["data"]


def engines_resident(server):
    return sum(resident_bytes(pid) for pid in server.engines())


def test_only_the_active_model_is_loaded_at_start(server):
    """[serve-models-6]"""
    assert len(server.engines()) == 1


def test_every_model_answers_for_itself_in_any_order(server):
    """[serve-models-6] B17"""
    mixed = random.Random(30).sample(range(COUNT), COUNT)
    for number in [*range(COUNT), *mixed[: COUNT // 2]]:
        assert ask(server, number) == [sum(ROW) + number]


def test_the_budget_is_kept(server):
    """[serve-models-6] B17: within a tenth, once those that must go have gone"""
    for number in range(COUNT // 2):
        ask(server, number)
    wait_until(lambda: engines_resident(server) <= 1.1 * BUDGET, "engines to leave")
    engines = len(server.engines())
    assert 1 <= engines < COUNT
    models = {labels["model"] for labels, _ in select(scrape(server)[0], "lineside_engine_resident_bytes")}
    assert 1 <= len(models) <= COUNT


def test_the_one_just_used_stays(server):
    """[serve-models-6]: the least recently used leave first"""
    server.post("/v2/repository/models/copy_07/unload")
    wait_until(lambda: server.get("/v2/models/copy_07/ready").status_code != 200, "copy_07 to leave")
    before = set(server.engines())
    assert server.post("/v2/repository/models/copy_07/load").status_code == 200
    ask(server, 7)
    engine_of_seven = set(server.engines()) - before
    assert len(engine_of_seven) == 1
    for number in range(8, COUNT):
        ask(server, number)
        ask(server, 7)
    assert engine_of_seven <= set(server.engines())


def test_target_model_reaches_them_too(server):
    """[serve-invocations-2] B17"""
    for number in (3, 17, 29):
        headers = {"X-Amzn-SageMaker-Target-Model": f"copy_{number:02}"}
        reply = server.post("/invocations", json={"instances": [ROW]}, headers=headers)
        assert (reply.status_code, reply.json()) == (200, {"predictions": [[sum(ROW) + number]]})


def test_load_times_are_told(server):
    """[serve-metrics-1]"""
    ask(server, 1)
    names = {name for name, labels, _ in scrape(server)[0] if labels.get("model") == "copy_01"}
    assert any(name.startswith("lineside_model_load_seconds") for name in names)


def test_preload_loads_all_at_start(start, models, tmp_path):
    """[serve-models-6]"""
    fixtures.build_copies(tmp_path, 3)
    with start(tmp_path, "--active", "copy_00", "--preload") as server:
        wait_until(lambda: len(server.engines()) == 3, "three engines")
