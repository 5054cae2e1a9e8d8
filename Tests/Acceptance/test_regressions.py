"""Faults that were once in it and must not come back, each as it was first seen."""

import json
import signal
import struct
import tarfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import fixtures
import numpy as np
import pytest
from fixtures import IMAGE_8
from samples import OCTETS, json_bytes, pixel_bytes, pixels
from server import wait_until
from wire import Connection, exchange, request_bytes

JSON = ["Content-Type: application/json"]
MEGABYTE = 1 << 20
OLD, NEW = fixtures.inspect(IMAGE_8), fixtures.inspect_b(IMAGE_8)
OLD_SCORE, NEW_SCORE = 0.25, 0.75


@pytest.fixture(scope="module")
def server(start, models):
    """Nothing here may end it, its engine, or change what is active."""
    server = start(models, "--active", "inspect")
    engine = server.engines()
    yield server
    assert server.is_running(), server.log()
    assert set(engine) <= set(server.engines())
    assert active(server) == "inspect"


def tensor(name, datatype, shape, data):
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


IMAGE = tensor("image", "FP32", IMAGE_8, pixels(0.25))


def infer(server, model, *inputs, **request):
    return server.post(f"/v2/models/{model}/infer", json={"inputs": inputs, **request})


def infer_binary(server, model, tensor, data, outputs=(), **headers):
    """One input as raw bytes."""
    tensor = tensor | {"parameters": {"binary_data_size": len(data)}}
    head = json_bytes({"inputs": [tensor], "outputs": outputs} if outputs else {"inputs": [tensor]})
    headers |= OCTETS | {"Inference-Header-Content-Length": str(len(head))}
    return server.post(f"/v2/models/{model}/infer", data=head + data, headers=headers)


def inspected(server, value=0.25):
    return server.post("/infer", data=pixel_bytes(value), headers=OCTETS)


def score(server, value=0.25):
    return inspected(server, value).json()["score"]


def active(server):
    return server.get("/healthz").json()["active_model"]


def version(server, model):
    """The version that answers when none is asked for."""
    return infer(server, model, IMAGE).json()["model_version"]


# -- tensors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "count"), [([1, 1 << 61], 8), ([1, (1 << 62) + 2], 8), ([1 << 32, 1 << 32], 0)], ids=str
)
def test_a_shape_whose_bytes_overflow_is_400(server, shape, count):
    """[serve-v2-2]: `count` is what some of them come to when the bits beyond 64 are lost"""
    large = {"name": "INPUT", "datatype": "FP32", "shape": shape}
    reply = infer_binary(server, "identity_fp32", large, bytes(count))
    assert reply.status_code == 400
    assert "INPUT" in reply.json()["error"]
    assert score(server) == OLD_SCORE


def test_a_score_that_is_no_number_is_no_verdict(start, models):
    """[serve-infer-1] [serve-infer-5]: never `defective: false`"""
    with start(models, "--active", "ratio") as server:
        assert score(server) == 1.0
        reply = inspected(server, 0)
        assert reply.status_code == 500
        assert list(reply.json()) == ["detail"]
        assert reply.json()["detail"].startswith("Inference runtime error: ")
        assert score(server) == 1.0


def test_more_dimensions_than_there_is_room_for_are_named(server):
    """An output's rank is known only when it is there"""
    values = tensor("values", "FP32", [2], [1, 2])
    eight, nine = (tensor("sides", "INT64", [rank], [1] * (rank - 1) + [2]) for rank in (8, 9))
    assert infer(server, "reshape", values, eight).json()["outputs"][0]["shape"] == [1] * 7 + [2]
    reply = infer(server, "reshape", values, nine)
    assert reply.status_code in (400, 500)
    assert "dimensions" in reply.json()["error"]
    assert infer(server, "reshape", values, eight).json()["outputs"][0]["data"] == [1, 2]


def test_strings_that_are_no_text_are_refused_as_json(server):
    """[serve-v2-1]: JSON would have to say something else than the model did"""
    strings = [b"\xff\xfe", b"plain", b"cut \xe2\x82"]
    data = b"".join(struct.pack("<I", len(string)) + string for string in strings)
    tensor = {"name": "INPUT", "datatype": "BYTES", "shape": [1, 3]}
    reply = infer_binary(server, "identity_string", tensor, data)
    assert reply.status_code == 400
    assert "OUTPUT" in reply.json()["error"] and "binary_data" in reply.json()["error"]
    binary = [{"name": "OUTPUT", "parameters": {"binary_data": True}}]
    assert infer_binary(server, "identity_string", tensor, data, binary).content.endswith(data)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_large_answers_are_right_and_hold_up_nobody(start, models, coding):
    """[serve-v2-2] [serve-v2-3]: they are written beside the thread that serves the others"""
    values = np.random.default_rng(18).random((1, 200_000), np.float32)
    large = {"name": "INPUT", "datatype": "FP32", "shape": list(values.shape)}
    wanted = [{"name": "OUTPUT", "parameters": {"binary_data": False}}]
    flags = ["--active", "inspect", "--reactors", 1]
    with start(models, *flags) as server, ThreadPoolExecutor(1) as pool:

        def ask():
            headers = {"Accept-Encoding": coding}
            return infer_binary(server, "identity_fp32", large, values.tobytes(), wanted, **headers)

        def stall():
            """The longest /infer beside a large answer, in parts of the time that the answer took."""
            pending, longest = pool.submit(ask), 0
            while not pending.done():
                before = time.monotonic()
                assert score(server, 0.75) == 0.75
                longest = max(longest, time.monotonic() - before)
            reply = pending.result()
            assert (reply.status_code, reply.headers.get("Content-Encoding", "identity")) == (200, coding)
            assert np.array_equal(np.array(reply.json()["outputs"][0]["data"], np.float32), values.ravel())
            return longest / reply.elapsed.total_seconds()

        ask()
        assert min(stall() for _ in range(8)) < 0.4


def test_shared_memory_is_refused_by_name(server):
    """It is no extension of this server, and an answer in the body is not what was asked for"""
    inputs = [tensor(name, "INT32", [1, 16], [1] * 16) for name in ("INPUT0", "INPUT1")]
    region = {"shared_memory_region": "outputs", "shared_memory_byte_size": 64}
    reply = infer(server, "simple", *inputs, outputs=[{"name": "OUTPUT0", "parameters": region}])
    assert reply.status_code == 400
    assert "shared memory" in reply.json()["error"]


# -- one engine, many callers -----------------------------------------------------------------------------------------


def test_waiting_behind_slow_runs_is_no_reason_to_replace_the_engine(start, models):
    """[serve-infer-4] [serve-v2-4]: one that waits longer than its own ceiling is refused, the others are answered"""
    with start(models, "--active", "slow", "--instances", 1) as server, ThreadPoolExecutor(3) as pool:
        engine, idle = server.engines(), server.engine_seconds()
        long_ones = [pool.submit(infer, server, "slow", IMAGE) for _ in range(3)]
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work")
        assert infer(server, "slow", IMAGE, parameters={"timeout": 2000}).status_code == 503
        replies = [pending.result() for pending in long_ones]
        assert [reply.status_code for reply in replies] == [200] * 3
        assert all(reply.json()["outputs"][0]["data"] == [0.25] for reply in replies)
        assert server.engines() == engine


@pytest.mark.parametrize("rows", [[(1, 1), (2, 2)], [(2, 1), (1, 2)], [(3, 1), (1, 3), (1, 1)]], ids=str)
def test_rows_of_two_inputs_come_back_to_their_caller(start, models, rows):
    """serve: --batch-max; when the inputs of a request differ in rows, nobody can say whose a row of the answer is"""

    def call(number):
        n, m = rows[number % len(rows)]
        a, b = np.full((n, 2), number + 1.0), np.arange(2.0 * m).reshape(m, 2) / 16
        inputs = [tensor(name, "FP32", list(side.shape), side.ravel().tolist()) for name, side in (("a", a), ("b", b))]
        output = infer(server, "tens_and_ones", *inputs).json()["outputs"][0]
        return np.array_equal(np.reshape(output["data"], output["shape"]), 10 * a + b)

    flags = ["--batch-max", 16, "--batch-delay-us", 20_000]
    with start(models / "tens_and_ones.onnx", *flags) as server, ThreadPoolExecutor(12) as pool:
        assert all(pool.map(call, range(72)))


def test_senders_that_only_announce_a_body_keep_no_room(server):
    """[serve-limits-1]"""
    head = request_bytes("POST", "/infer", ["Content-Type: application/octet-stream", "Content-Length: 768"])
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(Connection(server)).send(head)
        for _ in range(3):
            reply = inspected(server)
            assert reply.status_code == 200, reply.text
            assert reply.json()["score"] == OLD_SCORE


# -- versions and reloads ---------------------------------------------------------------------------------------------


@pytest.fixture
def versioned(start, tmp_path):
    """(server, folder): the folder holds q/1."""
    fixtures.write_versioned(tmp_path, "q", OLD)
    with start(tmp_path, "--active", "q") as server:
        yield server, tmp_path


def test_a_look_around_changes_no_version(versioned):
    """[serve-reload-1]: only a reload takes up what has been put into the folder"""
    server, folder = versioned
    path = fixtures.write_versioned(folder, "q", NEW, 2)
    path.write_text("no model\n" * 20)
    for _ in range(2):
        assert server.get("/metrics").status_code == 200
        assert server.post("/v2/repository/index").status_code == 200
        assert server.get("/healthz").status_code == 200
        assert score(server) == OLD_SCORE
    assert version(server, "q") == "1"

    fixtures.write_versioned(folder, "q", NEW, 2)
    assert server.reload("q").status_code == 200
    assert (score(server), version(server, "q")) == (NEW_SCORE, "2")
    wait_until(lambda: len(server.engines()) == 1, "the engine of version 1 to end")


def test_who_names_a_version_chooses_for_nobody_else(start, tmp_path):
    """[serve-models-6]"""
    for number, model in ((1, OLD), (2, NEW)):
        fixtures.write_versioned(tmp_path, "q", model, number)
    fixtures.write_flat(tmp_path, "line", OLD)
    with start(tmp_path, "--active", "line") as server:
        assert server.get("/v2/models/q/versions/1").status_code == 200
        assert version(server, "q") == "2"


def test_statistics_of_many_versions_forget_none_that_counts(start, tmp_path):
    """[serve-metrics-1]"""
    for number in range(1, 6):
        fixtures.write_versioned(tmp_path, "q", OLD, number)
    with start(tmp_path, "--active", "q") as server:
        for _ in range(3):
            assert version(server, "q") == "5"
        for _ in range(2):
            told = {entry["version"]: entry for entry in server.get("/v2/models/q/stats").json()["model_stats"]}
            assert [told[str(number)]["inference_count"] for number in range(1, 6)] == [0, 0, 0, 0, 3]
        assert version(server, "q") == "5"
        assert server.get("/v2/models/q/versions/5/stats").json()["model_stats"][0]["inference_count"] == 4


def test_reloads_from_version_to_version_leave_one_engine(versioned):
    """[serve-reload-1]"""
    server, folder = versioned
    for number in (2, 3, 4):
        fixtures.write_versioned(folder, "q", OLD if number % 2 else NEW, number)
        assert server.reload("q").status_code == 200
        assert score(server) == (OLD_SCORE if number % 2 else NEW_SCORE)
        assert version(server, "q") == str(number)
    wait_until(lambda: len(server.engines()) == 1, "the engines of older versions to end")


def test_load_takes_up_a_new_version(versioned):
    """/v2/repository/models/q/load"""
    server, folder = versioned
    assert version(server, "q") == "1"
    fixtures.write_versioned(folder, "q", NEW, 2)
    assert server.post("/v2/repository/models/q/load").status_code == 200
    assert version(server, "q") == "2"
    assert infer(server, "q", IMAGE).json()["outputs"][0]["data"] == [NEW_SCORE]


def test_a_model_that_infer_cannot_use_does_not_become_active(server):
    """[serve-reload-1]"""
    reply = server.reload("simple")
    assert reply.status_code == 422
    assert reply.json()["detail"].startswith("Model simple did not load: ")
    assert (active(server), score(server)) == ("inspect", OLD_SCORE)


# -- HTTP -------------------------------------------------------------------------------------------------------------


def test_a_chunked_request_in_one_packet_and_the_next_behind_it(server):
    """[serve-limits-1]: two requests, two answers"""
    lines = [*JSON, "Transfer-Encoding: chunked"]
    first = request_bytes("POST", "/v2/repository/index", lines, b"2\r\n{}\r\n0\r\n\r\n", length=False)
    with Connection(server) as connection:
        connection.send(first + request_bytes("GET", "/ping"))
        index, ping = connection.reply(), connection.reply()
        assert connection.buffer == b""
    assert (index.status, ping.status, ping.body) == (200, 200, b"")
    assert "inspect" in {entry["name"] for entry in json.loads(index.body)}


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize("path", ["/v2/repository/index", "/reload-model"])
def test_control_requests_are_small(server, path, is_chunked):
    """[serve-limits-1]"""
    body = b'{"model_name": "inspect"}'.ljust(MEGABYTE + 1)
    if is_chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        request = request_bytes("POST", path, [*JSON, "Transfer-Encoding: chunked"], body, length=False)
    else:
        request = request_bytes("POST", path, JSON, body)
    assert exchange(server, request).status == 413


def test_the_last_answer_closes_its_connection(start, models):
    """A server that is asked to stop waits for requests, not for connections that may bring another"""
    server = start(models, "--active", "slow")
    with Connection(server) as connection:
        idle = server.engine_seconds()
        body = json_bytes({"inputs": [IMAGE]})
        connection.send(request_bytes("POST", "/v2/models/slow/infer", [*JSON, "Connection: keep-alive"], body))
        wait_until(lambda: server.engine_seconds() > idle + 0.05, "the engine to work on it")
        server.process.send_signal(signal.SIGTERM)
        reply = connection.reply()
        assert (reply.status, reply.headers.get("connection", "").lower()) == (200, "close")
        assert server.process.wait(2) == 0


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("metadata", "name"), [({"model_name": "iris2"}, "iris2"), (None, "model")], ids=str)
def test_the_model_of_an_archive_has_a_name_of_its_own(start, models, tmp_path, metadata, name):
    """[serve-models-1] [serve-models-2]: not that of the folder it was unpacked into"""
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(models / "iris" / "1" / "model.onnx", "model.onnx")
        if metadata:
            fixtures.write_metadata(tmp_path / "metadata.json", **metadata)
            archive.add(tmp_path / "metadata.json", "metadata.json")
    with start(tmp_path / "model.tar.gz") as server:
        assert active(server) == name
        assert {entry["name"] for entry in server.post("/v2/repository/index").json()} == {name}


def test_a_folder_of_versions_takes_the_folders_name(start, tmp_path):
    """[serve-models-1]"""
    fixtures.write_versioned(tmp_path, "station-8", OLD)
    with start(tmp_path / "station-8") as server:
        assert active(server) == "station-8"
        assert score(server) == OLD_SCORE


# -- the command line -------------------------------------------------------------------------------------------------


def png(pixels):
    """An RGBA picture, uint8 [height, width, 4], as a file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def test_a_picture_with_alpha_is_the_same_every_time(lineside, models, tmp_path):
    """run: alpha is left out, not laid over whatever the memory held"""
    picture = np.random.default_rng(19).integers(0, 256, (8, 8, 4), np.uint8)
    picture[:4, :, 3] = 0
    (tmp_path / "part.png").write_bytes(png(picture))
    runs = [
        lineside("run", models / "inspect.onnx", tmp_path / "part.png", "-o", "json", env={"MALLOC_PERTURB_": perturb})
        for perturb in ("17", "204")
    ]
    assert [run.returncode for run in runs] == [0, 0], runs
    scores = [json.loads(run.stdout)["outputs"][0]["data"][0] for run in runs]
    assert scores[0] == scores[1] == pytest.approx(picture[..., :3].mean() / 255, abs=1e-3)


def test_inspect_tells_an_opset_that_no_runtime_has(lineside, tmp_path):
    """inspect: exit status 1"""
    path = fixtures.write_flat(tmp_path, "opset_too_new", fixtures.opset_too_new())
    finished = lineside("inspect", path)
    assert finished.returncode == 1
    assert "opset 99" in finished.stdout + finished.stderr
