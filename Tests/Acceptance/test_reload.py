"""Reload for ever: under load, with every tenth model corrupt. Requirement serve-reload-1; D16, D17."""

import os
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import fixtures
import pytest
from prometheus import scrape, select
from samples import OCTETS, pixel_bytes
from server import command_line, wait_until

BODY = pixel_bytes(0.25)
SCORES = {"inspect": 0.25, "inspect_b": 0.75}
REQUESTS_A_SECOND = 50
RELOADS = 100


class Load:
    """Two callers that together send 50 requests a second, and what became of each."""

    def __init__(self, server, callers=2):
        self.server = server
        self.answers = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.call, args=(number, callers)) for number in range(callers)]

    def call(self, number, callers):
        period = callers / REQUESTS_A_SECOND
        due = time.monotonic() + period * number / callers
        while not self.stopped.wait(max(0, due - time.monotonic())):
            due += period
            self.answers.append(self.ask())

    def ask(self):
        try:
            reply = self.server.post("/infer", data=BODY, headers=OCTETS)
            return reply.status_code, reply.json()
        except Exception as error:
            return 0, {"error": repr(error)}

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def score(server):
    return server.post("/infer", data=BODY, headers=OCTETS).json()["score"]


def test_a_hundred_reloads_lose_no_request(start, mixed_models):
    """[serve-reload-1] D16 D17"""
    with start(mixed_models, "--active", "inspect") as server:
        threads, descriptors = server.threads(), server.descriptors()
        with Load(server) as load:
            for number in range(1, RELOADS + 1):
                reload_once(server, number)
        failed = [answer for answer in load.answers if answer[0] != 200]
        assert not failed, f"{len(failed)} of {len(load.answers)} failed, the first with {failed[0]}"
        assert len(load.answers) > 20
        for _, body in load.answers:
            assert body["score"] == SCORES[body["model_version"]]
        wait_until(lambda: len(server.engines()) <= 1, "the old engines to end")
        wait_until(lambda: server.threads() <= threads + 4, "no thread to be left")
        wait_until(lambda: server.descriptors() <= descriptors + 6, "no descriptor to be left")
        results = select(scrape(server)[0], "lineside_reloads_total")
        assert sum(value for _, value in results) == RELOADS
        assert sorted(value for _, value in results if value) == [RELOADS // 10, RELOADS - RELOADS // 10]


def reload_once(server, number):
    """The other model, or every tenth time one that is none."""
    if number % 10 == 0:
        before = score(server)
        reply = server.reload("corrupt")
        assert reply.status_code == 422
        assert reply.json()["detail"].startswith("Model corrupt did not load: ")
        assert score(server) == before
    else:
        name = "inspect_b" if number % 2 else "inspect"
        reply = server.reload(name)
        assert (reply.status_code, reply.json()) == (200, {"status": "reloaded", "active_model": name})
        assert score(server) == SCORES[name]


def test_a_request_in_flight_finishes_on_the_old_model(start, models):
    """[serve-reload-1] D17"""
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "30"}) as server, ThreadPoolExecutor(1) as pool:
        idle = server.engine_seconds()
        in_flight = pool.submit(server.post, "/infer", data=BODY, headers=OCTETS)
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work on it")
        assert server.reload("inspect_b").status_code == 200
        assert score(server) == SCORES["inspect_b"]
        body = in_flight.result().json()
        assert (body["score"], body["model_version"]) == (0.25, "slow")
        wait_until(lambda: len(server.engines()) == 1, "the old engine to end")


@pytest.fixture
def line_folder(tmp_path, models):
    shutil.copy(models / "inspect.onnx", tmp_path / "line.onnx")
    return tmp_path


def test_a_new_file_of_the_same_name_is_taken_up(start, models, line_folder):
    """[serve-reload-1]"""
    with start(line_folder) as server:
        assert score(server) == SCORES["inspect"]
        replace(models / "inspect_b.onnx", line_folder / "line.onnx")
        assert score(server) == SCORES["inspect"], "nothing changes before the reload"
        assert server.reload("line").json() == {"status": "reloaded", "active_model": "line"}
        assert score(server) == SCORES["inspect_b"]


def replace(source, target):
    """As a careful deployment does it: beside it, then in its place."""
    beside = target.with_suffix(".new")
    shutil.copy(source, beside)
    beside.rename(target)


def test_a_file_that_goes_bad_or_away_changes_nothing(start, line_folder):
    """[serve-reload-1]"""
    with start(line_folder) as server:
        (line_folder / "line.onnx").write_text("half a file")
        assert server.reload("line").status_code == 422
        assert score(server) == SCORES["inspect"]
        (line_folder / "line.onnx").unlink()
        reply = server.reload("line")
        assert reply.status_code == 404
        assert reply.json()["detail"].startswith("Model artifact not found: ")
        assert score(server) == SCORES["inspect"]


@pytest.mark.parametrize("way", ["/reload-model", "/v2/repository/models/line/load"])
def test_a_file_that_infer_cannot_use_changes_nothing(start, line_folder, way):
    """[serve-reload-1]: the model loads, and takes no good one's place"""
    with start(line_folder) as server:
        replace(fixtures.write_flat(line_folder / "new", "line", fixtures.whole_numbers()), line_folder / "line.onnx")
        reply = server.post(way, json={"model_name": "line"} if way == "/reload-model" else {})
        assert reply.status_code == (422 if way == "/reload-model" else 400)
        assert "exactly one FP32 input" in reply.text
        assert score(server) == SCORES["inspect"]
        assert server.get("/readyz").status_code == 200
        wait_until(lambda: len(server.engines()) == 1, "the refused engine to end")


def test_loads_that_hang_hold_up_neither_a_reload_nor_a_restart(start, line_folder):
    """[serve-models-8] [serve-reload-1]: two models whose warm-up never ends by itself"""
    for name in ("endless_1", "endless_2"):
        fixtures.write_flat(line_folder, name, fixtures.endless())
    fixtures.write_flat(line_folder, "other", fixtures.inspect_b(fixtures.IMAGE_8))
    with start(line_folder, "--active", "line") as server, ThreadPoolExecutor(2) as pool:
        hanging = [pool.submit(server.post, f"/v2/repository/models/endless_{number}/load") for number in (1, 2)]
        wait_until(lambda: len(server.engines()) == 3, "both to be loading")
        before = time.monotonic()
        assert server.reload("other").status_code == 200
        for pid in server.engines():
            if any(word.endswith("other.onnx") for word in command_line(pid)):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.post("/infer", data=BODY, headers=OCTETS).status_code == 200, "the next engine")
        assert time.monotonic() - before < 10
        for call in hanging:
            call.result(30)


def test_a_warm_up_has_an_end(start, line_folder):
    """[serve-models-8]: a model that is never done with zeros is served all the same, with a word in the log"""
    fixtures.write_flat(line_folder, "endless", fixtures.endless())
    with start(line_folder, "--active", "line") as server:
        assert server.post("/v2/repository/models/endless/load", timeout=25).status_code == 200
        assert "warm-up: stopped after 5 s" in server.log()
        assert server.reload("endless").status_code == 200
        assert score(server) == 0.25


def test_a_pipe_is_no_model(start, line_folder):
    """[serve-models-1]: nobody waits for what may never be written"""
    os.mkfifo(line_folder / "pipe.onnx")
    with start(line_folder, "--active", "line") as server:
        assert server.reload("pipe").status_code == 404
        names = {entry["name"] for entry in server.post("/v2/repository/index").json()}
        assert names == {"line"}


def test_a_model_that_came_later_is_found(start, line_folder):
    """[serve-reload-1] [serve-models-1]"""
    with start(line_folder, "--active", "line") as server:
        fixtures.write_versioned(line_folder, "later", fixtures.inspect_b(fixtures.IMAGE_8))
        assert server.reload("later").status_code == 200
        assert score(server) == SCORES["inspect_b"]


def test_reloads_at_once_end_in_one_of_them(start, models):
    """[serve-reload-1]"""
    with start(models, "--active", "inspect") as server, ThreadPoolExecutor(6) as pool:
        names = ["inspect", "inspect_b"] * 6
        statuses = [reply.status_code for reply in pool.map(server.reload, names)]
        assert set(statuses) == {200}
        active = server.get("/healthz").json()["active_model"]
        assert score(server) == SCORES[active]
        wait_until(lambda: len(server.engines()) == 1, "the old engines to end")
