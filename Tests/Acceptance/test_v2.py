"""The Open Inference Protocol v2 through tritonclient and by hand. Requirements serve-v2-1 to serve-v2-5."""

import json
import time

import fixtures
import ml_dtypes
import numpy as np
import pytest
import tritonclient.http as triton
from fixtures import DATATYPES
from samples import IMAGE_8_SIZE, IRIS_NAMES, IRIS_ROWS, reference
from server import wait_until
from tritonclient.utils import InferenceServerException

LEFT = np.arange(32, dtype=np.int32).reshape(2, 16)
RIGHT = np.full((2, 16), 3, np.int32)
BOTH_WAYS = pytest.mark.parametrize("binary_out", [True, False], ids=["binary-out", "json-out"])
EITHER_WAY = pytest.mark.parametrize("binary_in", [True, False], ids=["binary-in", "json-in"])


@pytest.fixture(scope="module")
def server(start, models):
    return start(models, "--active", "inspect")


@pytest.fixture(scope="module")
def client(server):
    with triton.InferenceServerClient(server.address, concurrency=8) as client:
        yield client


def tensor_input(name, datatype, values, binary=True):
    made = triton.InferInput(name, list(values.shape), datatype)
    return made.set_data_from_numpy(values, binary_data=binary)


def simple_inputs(binary=True, left=LEFT, right=RIGHT):
    return [tensor_input("INPUT0", "INT32", left, binary), tensor_input("INPUT1", "INT32", right, binary)]


def outputs(*names, binary=True):
    return [triton.InferRequestedOutput(name, binary_data=binary) for name in names]


def plain(name, datatype, shape, data, **parameters):
    """An input as JSON."""
    made = {"name": name, "datatype": datatype, "shape": shape, "data": data}
    return made | ({"parameters": parameters} if parameters else {})


def plain_simple(**changes):
    return [
        plain("INPUT0", "INT32", [2, 16], LEFT.ravel().tolist()) | changes,
        plain("INPUT1", "INT32", [2, 16], RIGHT.ravel().tolist()),
    ]


def infer(server, model, inputs, **request):
    return server.post(f"/v2/models/{model}/infer", json={"inputs": inputs, **request})


def error(reply, status=400):
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    assert isinstance(reply.json()["error"], str) and reply.json()["error"]
    return reply.json()["error"]


# -- what the server and its models say of themselves -----------------------------------------------------------------


def test_server_is_live_and_ready(client):
    """[serve-v2-5] /v2/health"""
    assert client.is_server_live()
    assert client.is_server_ready()


def test_server_metadata(client):
    """/v2"""
    metadata = client.get_server_metadata()
    assert metadata["name"] and metadata["version"]
    assert {"binary_tensor_data", "classification", "model_repository", "statistics"} <= set(metadata["extensions"])


def test_model_metadata(client):
    """/v2/models/simple"""
    metadata = client.get_model_metadata("simple")
    assert (metadata["name"], metadata["versions"], metadata["platform"]) == ("simple", ["1"], "onnxruntime_onnx")
    expected = [{"name": name, "datatype": "INT32", "shape": [-1, 16]} for name in ("INPUT0", "INPUT1")]
    assert [described(tensor) for tensor in metadata["inputs"]] == expected
    assert [tensor["name"] for tensor in metadata["outputs"]] == ["OUTPUT0", "OUTPUT1"]
    assert client.get_model_metadata("simple", "1") == metadata


def described(tensor):
    return {key: tensor[key] for key in ("name", "datatype", "shape")}


def test_fixed_dimensions_are_told(client):
    """/v2/models/simple_fixed"""
    assert client.get_model_metadata("simple_fixed")["inputs"][0]["shape"] == [1, 16]


def test_model_config(client):
    """/v2/models/simple/config, as perf_analyzer reads it"""
    config = client.get_model_config("simple")
    assert (config["name"], config["platform"], config["backend"]) == ("simple", "onnxruntime_onnx", "onnxruntime")
    dims = ["-1", "16"] if config["max_batch_size"] == 0 else ["16"]
    assert [tensor["name"] for tensor in config["input"]] == ["INPUT0", "INPUT1"]
    for tensor in config["input"] + config["output"]:
        assert tensor["data_type"] == "TYPE_INT32"
        assert [str(size) for size in tensor["dims"]] == dims


@pytest.mark.parametrize("datatype", DATATYPES)
def test_every_datatype_is_told(client, datatype):
    """[serve-v2-1]"""
    name = f"identity_{DATATYPES[datatype][0]}"
    tensor = client.get_model_metadata(name)["inputs"][0]
    assert described(tensor) == {"name": "INPUT", "datatype": datatype, "shape": [-1, -1]}
    expected = "TYPE_STRING" if datatype == "BYTES" else f"TYPE_{datatype}"
    assert client.get_model_config(name)["input"][0]["data_type"] == expected


# -- inference --------------------------------------------------------------------------------------------------------


@EITHER_WAY
@BOTH_WAYS
def test_sum_and_difference(client, binary_in, binary_out):
    """[serve-v2-2]"""
    result = client.infer("simple", simple_inputs(binary_in), outputs=outputs("OUTPUT0", "OUTPUT1", binary=binary_out))
    assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT + RIGHT)
    assert np.array_equal(result.as_numpy("OUTPUT1"), LEFT - RIGHT)
    parameters = result.get_output("OUTPUT0").get("parameters", {})
    assert ("binary_data_size" in parameters) is binary_out


def test_binary_and_json_may_be_mixed(client):
    """[serve-v2-2]"""
    inputs = [tensor_input("INPUT0", "INT32", LEFT, True), tensor_input("INPUT1", "INT32", RIGHT, False)]
    wanted = outputs("OUTPUT1", binary=True) + outputs("OUTPUT0", binary=False)
    result = client.infer("simple", inputs, outputs=wanted)
    assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT + RIGHT)
    assert np.array_equal(result.as_numpy("OUTPUT1"), LEFT - RIGHT)


def test_inputs_may_come_in_any_order(client):
    """[serve-v2-2]"""
    result = client.infer("simple", simple_inputs()[::-1])
    assert np.array_equal(result.as_numpy("OUTPUT1"), LEFT - RIGHT)


def test_without_outputs_all_come(client):
    """[serve-v2-2] binary_data_output"""
    result = client.infer("simple", simple_inputs())
    assert {output["name"] for output in result.get_response()["outputs"]} == {"OUTPUT0", "OUTPUT1"}
    assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT + RIGHT)


def test_only_what_is_asked_for_comes(client):
    result = client.infer("simple", simple_inputs(), outputs=outputs("OUTPUT1"))
    assert [output["name"] for output in result.get_response()["outputs"]] == ["OUTPUT1"]


def test_plain_json_in_and_out(server):
    """[serve-v2-2]: without a word on binary data everything is JSON, and flat"""
    reply = infer(server, "simple", plain_simple())
    body = reply.json()
    assert reply.status_code == 200
    assert "Inference-Header-Content-Length" not in reply.headers
    assert (body["model_name"], body["model_version"]) == ("simple", "1")
    first = next(output for output in body["outputs"] if output["name"] == "OUTPUT0")
    assert (first["datatype"], first["shape"], first["data"]) == ("INT32", [2, 16], (LEFT + RIGHT).ravel().tolist())


def test_json_data_may_be_nested(server):
    reply = infer(server, "simple", plain_simple(data=LEFT.tolist()))
    assert reply.json()["outputs"][0]["data"] == (LEFT + RIGHT).ravel().tolist()


def test_an_output_says_for_itself_whether_it_is_binary(server):
    """[serve-v2-2] binary_data overrides binary_data_output"""
    wanted = [{"name": "OUTPUT0", "parameters": {"binary_data": False}}, {"name": "OUTPUT1"}]
    reply = infer(server, "simple", plain_simple(), outputs=wanted, parameters={"binary_data_output": True})
    head = int(reply.headers["Inference-Header-Content-Length"])
    body = json.loads(reply.content[:head])
    assert body["outputs"][0]["data"] == (LEFT + RIGHT).ravel().tolist()
    assert body["outputs"][1]["parameters"]["binary_data_size"] == 128
    assert reply.content[head:] == (LEFT - RIGHT).astype("<i4").tobytes()


def test_json_and_binary_data_fill_the_body(server):
    """[serve-v2-2]"""
    reply = infer(server, "simple", plain_simple(), parameters={"binary_data_output": True})
    head = int(reply.headers["Inference-Header-Content-Length"])
    assert len(reply.content) == head + 2 * 128


def test_a_missing_content_type_is_accepted(server):
    """[serve-v2-3]: tritonclient sends JSON without one"""
    body = json.dumps({"inputs": plain_simple()}).encode()
    reply = server.post("/v2/models/simple/infer", data=body, headers={"Content-Type": None})
    assert reply.status_code == 200


def test_curl_infers(server, curl, tmp_path):
    (tmp_path / "request").write_text(json.dumps({"inputs": plain_simple()}))
    arguments = ["-H", "Content-Type: application/json", "--data-binary", f"@{tmp_path / 'request'}"]
    status, body = curl(*arguments, server.url + "/v2/models/simple/infer")
    assert (status, json.loads(body)["outputs"][0]["data"]) == (200, (LEFT + RIGHT).ravel().tolist())


def test_a_version_may_be_named(client):
    result = client.infer("simple", simple_inputs(), model_version="1")
    assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT + RIGHT)


def test_the_highest_version_is_the_default(start, tmp_path):
    """[serve-models-1]: 10 is above 2"""
    for version in (2, 10):
        fixtures.write_versioned(tmp_path, "sums", fixtures.sum_batch(extra=version), version)
    with start(tmp_path) as server:
        rows = [plain("rows", "FP32", [1, 4], [1, 2, 3, 4])]
        body = infer(server, "sums", rows).json()
        assert (body["model_version"], body["outputs"][0]["data"]) == ("10", [20.0])
        assert infer(server, "sums/versions/10", rows).json()["outputs"][0]["data"] == [20.0]


def test_three_megabytes_binary(client, models):
    """[serve-v2-2]"""
    image = np.random.default_rng(5).random((1, 3, 512, 512), np.float32)
    result = client.infer("inspect_512", [tensor_input("image", "FP32", image)])
    expected = reference(models / "inspect_512.onnx", image=image)["score"]
    assert np.allclose(result.as_numpy("score"), expected, rtol=1e-5)


def test_two_outputs_of_different_shape(client, models):
    """[serve-v2-2]"""
    image = np.random.default_rng(6).random((1, 3, 64, 64), np.float32)
    result = client.infer("two_out_heatmap", [tensor_input("image", "FP32", image)])
    expected = reference(models / "two_out_heatmap.onnx", image=image)
    assert result.as_numpy("heatmap").shape == (1, 1, 64, 64)
    assert np.allclose(result.as_numpy("heatmap"), expected["heatmap"], rtol=1e-5)
    assert np.allclose(result.as_numpy("score"), expected["score"], rtol=1e-5)


# -- datatypes --------------------------------------------------------------------------------------------------------


def values_of(datatype):
    """A [2, 3] array whose values show sign, width and order mistakes."""
    if datatype == "BOOL":
        return np.array([[True, False, True], [False, False, True]])
    if datatype == "BYTES":
        return np.array([["a", "", "ä€😀"], ['"\\\n', "0" * 300, " "]], np.object_)
    if "INT" in datatype:
        dtype = np.dtype(datatype.lower())
        limits = np.iinfo(dtype)
        return np.array([[limits.min, limits.max, 0], [1, limits.max // 3, limits.max - 1]], dtype)
    dtype = {"FP16": np.float16, "BF16": ml_dtypes.bfloat16, "FP32": np.float32, "FP64": np.float64}[datatype]
    return np.array([[0.1, -1.5, 0.0], [3e4, 1 / 3, -6e-5]]).astype(dtype)


def same(datatype, left, right):
    """Equal to the bit; strings as bytes."""
    if datatype == "BYTES":
        return [as_bytes(text) for text in left.ravel()] == [as_bytes(text) for text in right.ravel()]
    return left.shape == right.shape and left.tobytes() == right.tobytes()


def as_bytes(text):
    return text if isinstance(text, bytes) else str(text).encode()


@pytest.mark.parametrize("datatype", DATATYPES)
def test_every_datatype_binary(client, datatype):
    """[serve-v2-1] [serve-v2-2]"""
    values = values_of(datatype)
    result = client.infer(f"identity_{DATATYPES[datatype][0]}", [tensor_input("INPUT", datatype, values)])
    output = result.get_output("OUTPUT")
    assert (output["datatype"], output["shape"]) == (datatype, [2, 3])
    assert same(datatype, result.as_numpy("OUTPUT"), values)


@pytest.mark.parametrize("datatype", [datatype for datatype in DATATYPES if datatype not in ("FP16", "BF16")])
@EITHER_WAY
def test_every_datatype_json(client, datatype, binary_in):
    """[serve-v2-1]: 64-bit integers and shortest decimals keep every bit"""
    values = values_of(datatype)
    name = f"identity_{DATATYPES[datatype][0]}"
    inputs = [tensor_input("INPUT", datatype, values, binary_in)]
    result = client.infer(name, inputs, outputs=outputs("OUTPUT", binary=False))
    assert same(datatype, result.as_numpy("OUTPUT"), values)


@pytest.mark.parametrize("datatype", ["FP16", "BF16"])
def test_half_floats_as_json_are_served_or_refused_in_words(server, datatype):
    """[serve-v2-1]: Triton refuses them"""
    reply = infer(server, f"identity_{DATATYPES[datatype][0]}", [plain("INPUT", datatype, [1, 2], [0.5, -2])])
    if reply.status_code == 200:
        assert reply.json()["outputs"][0]["data"] == [0.5, -2]
    else:
        error(reply)


def test_float_specials_binary_keep_their_bits(client):
    """[serve-v2-2]"""
    values = np.array([[np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38]], np.float32)
    result = client.infer("identity_fp32", [tensor_input("INPUT", "FP32", values)])
    assert result.as_numpy("OUTPUT").tobytes() == values.tobytes()


def test_bytes_binary_may_be_any_bytes(client):
    """[serve-v2-2]: no text is meant, so zero bytes and what is no UTF-8 survive"""
    values = np.array([[b"\xff\xfe\x80", b"a\x00b", b"", b"\x00", bytes(range(256))]], np.object_)
    result = client.infer("identity_string", [tensor_input("INPUT", "BYTES", values)])
    assert result.as_numpy("OUTPUT").ravel().tolist() == values.ravel().tolist()


@EITHER_WAY
@BOTH_WAYS
def test_bytes_both_ways(client, binary_in, binary_out):
    """[serve-v2-1] [serve-v2-2]"""
    values = np.array([["ä", "b"], ["c", ""]], np.object_)
    wanted = outputs("OUTPUT", "PAIRS", binary=binary_out)
    result = client.infer("simple_string", [tensor_input("INPUT", "BYTES", values, binary_in)], outputs=wanted)
    assert same("BYTES", result.as_numpy("OUTPUT"), values)
    assert result.as_numpy("PAIRS").shape == (2, 4)
    assert same("BYTES", result.as_numpy("PAIRS"), np.concatenate([values, values], axis=1))


def test_string_operators(client):
    """[serve-v2-1]"""
    left, right = np.array(["12", "é"], np.object_), np.array(["x", "y"], np.object_)
    result = client.infer(
        "string_operators", [tensor_input("LEFT", "BYTES", left), tensor_input("RIGHT", "BYTES", right)]
    )
    assert result.as_numpy("JOINED").tolist() == [b"12x", "éy".encode()]
    assert result.as_numpy("IS_NUMBER").tolist() == [True, False]


# -- compression ------------------------------------------------------------------------------------------------------

TALL = np.arange(16_000, dtype=np.int32).reshape(1000, 16)


@pytest.mark.parametrize("request_way", [None, "gzip", "deflate"])
@pytest.mark.parametrize("response_way", [None, "gzip", "deflate"])
def test_compression(client, request_way, response_way):
    """[serve-v2-3]"""
    result = client.infer(
        "simple",
        simple_inputs(True, TALL, TALL),
        request_compression_algorithm=request_way,
        response_compression_algorithm=response_way,
    )
    assert np.array_equal(result.as_numpy("OUTPUT0"), TALL + TALL)


@EITHER_WAY
@BOTH_WAYS
def test_compression_of_json_and_binary(client, binary_in, binary_out):
    """[serve-v2-2] [serve-v2-3]"""
    result = client.infer(
        "simple",
        simple_inputs(binary_in, TALL, TALL),
        outputs=outputs("OUTPUT0", binary=binary_out),
        request_compression_algorithm="gzip",
        response_compression_algorithm="deflate",
    )
    assert np.array_equal(result.as_numpy("OUTPUT0"), TALL + TALL)


@pytest.mark.parametrize("way", ["gzip", "deflate"])
def test_a_large_answer_is_really_compressed(server, way):
    """[serve-v2-3]"""
    body = {"inputs": [plain("INPUT", "INT32", [1, 20_000], [7] * 20_000)]}
    reply = server.post("/v2/models/identity_int32/infer", json=body, headers={"Accept-Encoding": way})
    assert reply.headers["Content-Encoding"] == way
    assert int(reply.headers.get("Content-Length", 0)) < 10_000
    assert reply.json()["outputs"][0]["data"] == [7] * 20_000


def test_what_is_not_asked_for_is_not_compressed(server):
    """[serve-v2-3]"""
    body = {"inputs": [plain("INPUT", "INT32", [1, 20_000], [7] * 20_000)]}
    reply = server.post("/v2/models/identity_int32/infer", json=body, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in reply.headers


# -- many at once -----------------------------------------------------------------------------------------------------


def test_async_infer(client):
    """[serve-v2-2]"""
    pending = [client.async_infer("simple", simple_inputs(True, LEFT + number, RIGHT)) for number in range(40)]
    for number, call in enumerate(pending):
        result = call.get_result(timeout=30)
        assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT + number + RIGHT)


# -- request parameters -----------------------------------------------------------------------------------------------


def test_id_is_echoed(client):
    """[serve-v2-4]"""
    response = client.infer("simple", simple_inputs(), request_id="part-7/ä").get_response()
    assert (response["id"], response["model_name"], response["model_version"]) == ("part-7/ä", "simple", "1")


def test_timeout_in_microseconds_shortens_the_ceiling(client):
    """[serve-v2-4]"""
    image = np.zeros((1, 3, 8, 8), np.float32)
    client.infer("slow", [tensor_input("image", "FP32", image)])
    before = time.monotonic()
    with pytest.raises(InferenceServerException) as refusal:
        client.infer("slow", [tensor_input("image", "FP32", image)], timeout=50_000)
    assert refusal.value.status() == "503"
    assert time.monotonic() - before < 0.3, "the answer waited for the model"
    assert client.infer("inspect", [tensor_input("image", "FP32", image)]).as_numpy("score")[0, 0] == 0


def test_classification_gives_the_top_k(client, models):
    """[serve-v2-4]: BYTES of value:index[:label]"""
    row = np.array([[6.0, 2.7, 5.1, 1.6]], np.float32)
    probabilities = reference(models / "iris" / "1" / "model.onnx", float_input=row)["probabilities"][0]
    order = np.argsort(-probabilities)[:2]
    wanted = [triton.InferRequestedOutput("probabilities", binary_data=False, class_count=2)]
    result = client.infer("iris", [tensor_input("float_input", "FP32", row)], outputs=wanted)
    output = result.get_output("probabilities")
    assert (output["datatype"], output["shape"][-1]) == ("BYTES", 2)
    for text, index in zip(output["data"], order, strict=True):
        value, place, *label = text.split(":")
        assert int(place) == index
        assert float(value) == pytest.approx(probabilities[index], abs=1e-5)
        assert label in ([], [IRIS_NAMES[index]])


def test_classification_binary(client):
    """[serve-v2-2] [serve-v2-4]"""
    row = np.array(IRIS_ROWS[:1], np.float32)
    wanted = [triton.InferRequestedOutput("probabilities", class_count=1)]
    result = client.infer("iris", [tensor_input("float_input", "FP32", row)], outputs=wanted)
    assert result.as_numpy("probabilities").ravel()[0].split(b":")[1] == b"0"


@pytest.mark.parametrize(
    ("model", "datatype", "values", "told"),
    [
        ("identity_int64", "INT64", [[1, 9007199254740993], [3, 2]], ["9007199254740993:1", "3:2"]),
        ("identity_uint8", "UINT8", [[1, 2], [3, 200]], ["200:3", "3:2"]),
        ("identity_fp32", "FP32", [[0.5, 1e30], [-1, 3]], ["1000000015047466219876688855040.000000:1", "3.000000:3"]),
    ],
)
def test_classification_ranks_all_elements_in_triton_s_words(client, model, datatype, values, told):
    """[serve-v2-4]: without a batch axis of max_batch_size; whole numbers are whole, and nothing has an exponent"""
    values = np.array(values, np.dtype({"FP32": "float32"}.get(datatype, datatype.lower())))
    wanted = [triton.InferRequestedOutput("OUTPUT", binary_data=False, class_count=2)]
    output = client.infer(model, [tensor_input("INPUT", datatype, values)], outputs=wanted).get_output("OUTPUT")
    assert (output["shape"], output["data"]) == ([2], told)


def test_classification_of_a_batch_ranks_each_row(start, models):
    """[serve-v2-4]"""
    with start(models, "--active", "inspect", "--batch-max", 8) as server:
        wanted = [{"name": "OUTPUT", "parameters": {"classification": 1}}]
        reply = infer(server, "identity_int32", [plain("INPUT", "INT32", [2, 2], [3, 1, 2, 4])], outputs=wanted)
        output = reply.json()["outputs"][0]
        assert (output["shape"], output["data"]) == ([2, 1], ["3:0", "4:1"])


# -- errors -----------------------------------------------------------------------------------------------------------


def test_unknown_model(client, server):
    """[serve-v2-5]"""
    with pytest.raises(InferenceServerException) as refusal:
        client.infer("x", simple_inputs())
    assert (refusal.value.status(), refusal.value.message()) == ("404", "Request for unknown model: 'x' is not found")
    for path in ("/v2/models/x", "/v2/models/x/config", "/v2/models/x/stats"):
        assert error(server.get(path), 404) == "Request for unknown model: 'x' is not found"
    assert not client.is_model_ready("x")


def test_unknown_version(server):
    """[serve-v2-5]"""
    assert infer(server, "simple/versions/99", plain_simple()).status_code in (400, 404)
    assert server.get("/v2/models/simple/versions/99").status_code in (400, 404)


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        (plain_simple(name="STRANGER"), "STRANGER"),
        (plain_simple()[1:], "INPUT0"),
        (plain_simple() + [plain("INPUT2", "INT32", [1], [1])], "INPUT2"),
        (plain_simple() + plain_simple()[:1], "INPUT0"),
        ([], ""),
        (plain_simple(datatype="FP32"), "INPUT0"),
        (plain_simple(datatype="INT99"), "INT99"),
        (plain_simple(shape=[2, 15]), "INPUT0"),
        (plain_simple(shape=[32]), "INPUT0"),
        (plain_simple(shape=[2, 16, 1]), "INPUT0"),
        (plain_simple(shape=[-2, -16]), "INPUT0"),
        (plain_simple(shape=[2.5, 16]), ""),
        (plain_simple(shape="2,16"), ""),
        (plain_simple(data=LEFT.ravel().tolist()[:-1]), "INPUT0"),
        (plain_simple(data=LEFT.ravel().tolist() + [1]), "INPUT0"),
        (plain_simple(data=[]), "INPUT0"),
        (plain_simple(data=["a"] * 32), "INPUT0"),
        (plain_simple(data=[2**31] * 32), "INPUT0"),
        (plain_simple(data=[0.5] * 32), "INPUT0"),
        (plain_simple(data=[None] * 32), "INPUT0"),
        (plain_simple(data="text"), ""),
        (plain_simple(name=7), ""),
    ],
)
def test_a_bad_input_is_400_and_named(server, inputs, word):
    """[serve-v2-1]"""
    assert word in error(infer(server, "simple", inputs))


@pytest.mark.parametrize("missing", ["name", "shape", "datatype", "data"])
def test_an_input_lacks_a_key(server, missing):
    inputs = plain_simple()
    del inputs[0][missing]
    assert error(infer(server, "simple", inputs))


def test_shapes_must_agree(server):
    """ONNX Runtime itself refuses 2 rows plus 3"""
    inputs = [plain("INPUT0", "INT32", [2, 16], [1] * 32), plain("INPUT1", "INT32", [3, 16], [1] * 48)]
    assert infer(server, "simple", inputs).status_code in (400, 500)
    assert infer(server, "simple", plain_simple()).status_code == 200


def test_unknown_output_is_named(server):
    assert "NOWHERE" in error(infer(server, "simple", plain_simple(), outputs=[{"name": "NOWHERE"}]))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"5", b'{"inputs": 5}', b'{"inputs": [5]}', b"\xff"])
def test_what_is_no_request_is_400(server, body):
    reply = server.post("/v2/models/simple/infer", data=body, headers={"Content-Type": "application/json"})
    assert error(reply)


def test_a_run_that_fails_is_an_error_and_the_next_is_answered(client):
    """D15"""
    bright, dark = np.full((1, 3, 8, 8), 0.75, np.float32), np.full((1, 3, 8, 8), 0.25, np.float32)
    with pytest.raises(InferenceServerException) as refusal:
        client.infer("failing", [tensor_input("image", "FP32", bright)])
    assert refusal.value.status() in ("400", "500")
    assert "Gather" in refusal.value.message()
    assert client.infer("failing", [tensor_input("image", "FP32", dark)]).as_numpy("score")[0, 0] == 0.25


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_wrong_method_is_405_with_allow(server, method):
    """[serve-limits-1]"""
    reply = server.session.request(method, server.url + "/v2/models/simple/infer", timeout=30)
    assert reply.status_code == 405
    assert "POST" in reply.headers["Allow"]


# -- repository -------------------------------------------------------------------------------------------------------


def index_of(client):
    return {entry["name"]: entry for entry in client.get_model_repository_index()}


def test_repository_index_lists_every_model(client, models):
    """/v2/repository/index"""
    client.infer("simple", simple_inputs())
    index = index_of(client)
    assert {"simple", "inspect", "iris", "slow", "identity_bf16"} <= set(index)
    assert (index["simple"]["version"], index["simple"]["state"]) == ("1", "READY")
    assert index["inspect"]["state"] == "READY"


def test_load_and_unload(client):
    """/v2/repository/models/simple_fixed/load and unload"""
    client.load_model("simple_fixed")
    assert client.is_model_ready("simple_fixed")
    assert client.is_model_ready("simple_fixed", "1")
    assert index_of(client)["simple_fixed"]["state"] == "READY"
    client.unload_model("simple_fixed")
    wait_until(lambda: not client.is_model_ready("simple_fixed"), "unload")
    assert index_of(client)["simple_fixed"]["state"] != "READY"
    client.load_model("simple_fixed")
    result = client.infer("simple_fixed", simple_inputs(True, LEFT[:1], RIGHT[:1]))
    assert np.array_equal(result.as_numpy("OUTPUT0"), LEFT[:1] + RIGHT[:1])


def test_unload_ends_the_engine(client, server):
    client.load_model("simple_fixed")
    loaded = len(server.engines())
    client.unload_model("simple_fixed")
    wait_until(lambda: len(server.engines()) < loaded, "the engine's end")


def test_ready_models_can_be_asked_for_alone(client, server):
    client.unload_model("simple_fixed")
    wait_until(lambda: not client.is_model_ready("simple_fixed"), "unload")
    ready = server.post("/v2/repository/index", json={"ready": True}).json()
    names = {entry["name"] for entry in ready}
    assert "inspect" in names
    assert "simple_fixed" not in names


def test_load_with_a_config_override(client):
    """Triton takes its numbers as text too"""
    before = client.get_model_config("sum_batch")["max_batch_size"]
    client.load_model("sum_batch", config='{"max_batch_size":"16"}')
    assert client.get_model_config("sum_batch")["max_batch_size"] == 16
    rows = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
    result = client.infer("sum_batch", [tensor_input("rows", "FP32", rows)])
    assert result.as_numpy("total").tolist() == [[10], [26]]
    client.load_model("sum_batch")
    assert client.get_model_config("sum_batch")["max_batch_size"] == before


@pytest.mark.parametrize("config", ["{", '{"max_batch_size":"many"}', '{"max_batch_size":-1}'])
def test_load_with_a_bad_override_is_refused(client, config):
    with pytest.raises(InferenceServerException) as refusal:
        client.load_model("sum_batch", config=config)
    assert refusal.value.status() == "400"
    rows = np.ones((1, 4), np.float32)
    assert client.infer("sum_batch", [tensor_input("rows", "FP32", rows)]).as_numpy("total").tolist() == [[4]]


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"file:1/model.onnx": "AAAA"}, "file:1/model.onnx"),
        ({"strange": "x"}, "strange"),
        ({"config": 5}, "config"),
        *(
            ({"config": json.dumps(config)}, next(iter(config)))
            for config in (
                {"name": "other"},
                {"backend": "tensorflow"},
                {"platform": "tensorrt_plan"},
                {"default_model_filename": "other.onnx"},
                {"version_policy": {"specific": {"versions": [1]}}},
                {"version_policy": {"latest": {"num_versions": 2}}},
                {"instance_group": [{"count": 3}]},
                {"input": [{"name": "rows", "dims": [4]}]},
                {"output": [{"name": "total"}]},
                {"optimization": {"graph": {"level": 1}}},
                {"parameters": {"intra_op_thread_count": {"string_value": "8"}}},
                {"dynamic_batching": {"max_queue_delay_microseconds": 100}},
                {"sequence_batching": {"max_sequence_idle_microseconds": "5"}},
                {"no_such_member": 1},
            )
        ),
    ],
    ids=str,
)
def test_a_load_does_what_it_is_told_or_says_what_it_cannot(client, server, parameters, word):
    """[serve-v2-8] /v2/repository/models/sum_batch/load"""
    reply = server.post("/v2/repository/models/sum_batch/load", json={"parameters": parameters})
    assert word in error(reply)
    rows = np.ones((1, 4), np.float32)
    assert client.infer("sum_batch", [tensor_input("rows", "FP32", rows)]).as_numpy("total").tolist() == [[4]]


@pytest.mark.parametrize(
    "config",
    [
        {"name": "sum_batch", "backend": "onnxruntime", "platform": "onnxruntime_onnx", "max_batch_size": 0},
        {"default_model_filename": "model.onnx", "version_policy": {"latest": {"num_versions": "1"}}},
        {"input": [], "output": [], "instance_group": [], "optimization": {}, "sequence_batching": None},
        {"dynamic_batching": {}, "model_warmup": [{"name": "zeros"}], "metric_tags": {"line": "3"}},
    ],
    ids=str,
)
def test_a_load_may_say_what_is_so_anyway(server, config):
    """[serve-v2-8] /v2/repository/models/sum_batch/load"""
    parameters = {"parameters": {"config": json.dumps(config)}}
    reply = server.post("/v2/repository/models/sum_batch/load", json=parameters)
    assert (reply.status_code, reply.content) == (200, b"")


def test_a_model_that_will_never_load_is_400(start, models, tmp_path):
    """[serve-v2-7]: 503 would have clients try again for ever"""
    fixtures.write_flat(tmp_path, "line", fixtures.inspect(fixtures.IMAGE_8))
    fixtures.write_flat(tmp_path, "many", fixtures.many_outputs(33))
    fixtures.write_flat(tmp_path, "enough", fixtures.many_outputs(32))
    (tmp_path / "broken.onnx").write_text("no model\n" * 20)
    with start(tmp_path, "--active", "line") as server:
        inputs = [plain("x", "FP32", [1], [1])]
        assert "32 is the most" in error(infer(server, "many", inputs))
        assert "broken" in error(infer(server, "broken", inputs))
        assert server.get("/v2/models/many").status_code == server.get("/v2/models/many/ready").status_code == 400
        assert len(infer(server, "enough", inputs).json()["outputs"]) == 32


def test_load_of_an_unknown_model_is_refused(client):
    with pytest.raises(InferenceServerException) as refusal:
        client.load_model("nowhere")
    assert refusal.value.status() in ("400", "404")
    assert "nowhere" in refusal.value.message()


def test_unload_of_an_unknown_model_is_answered(server):
    assert server.post("/v2/repository/models/nowhere/unload").status_code in (200, 400, 404)


# -- statistics -------------------------------------------------------------------------------------------------------


def statistics_of(client, name):
    return client.get_inference_statistics(name)["model_stats"][0]


def test_statistics_count_requests(client):
    """/v2/models/simple/stats"""
    client.infer("simple", simple_inputs())
    before = statistics_of(client, "simple")
    for _ in range(5):
        client.infer("simple", simple_inputs())
    after = statistics_of(client, "simple")
    assert (after["name"], after["version"]) == ("simple", "1")
    assert counted(after) - counted(before) == 5
    assert int(after["execution_count"]) - int(before["execution_count"]) == 5
    assert int(after["inference_count"]) - int(before["inference_count"]) in (5, 10), "requests, or rows as Triton does"
    for stage in ("queue", "compute_input", "compute_infer", "compute_output"):
        assert int(after["inference_stats"][stage]["count"]) >= 5
    assert int(after["inference_stats"]["compute_infer"]["ns"]) > int(before["inference_stats"]["compute_infer"]["ns"])
    assert int(after["last_inference"]) >= int(before["last_inference"]) > 0


def counted(statistics, outcome="success"):
    return int(statistics["inference_stats"][outcome]["count"])


def test_statistics_count_failures(client):
    before = counted(statistics_of(client, "failing"), "fail")
    bright = np.ones((1, 3, 8, 8), np.float32)
    for _ in range(3):
        with pytest.raises(InferenceServerException):
            client.infer("failing", [tensor_input("image", "FP32", bright)])
    assert counted(statistics_of(client, "failing"), "fail") - before == 3


def test_statistics_of_all_models(client):
    """/v2/models/stats"""
    client.infer("simple", simple_inputs())
    names = {entry["name"] for entry in client.get_inference_statistics()["model_stats"]}
    assert "simple" in names


def test_flat_image_through_v2_is_the_score_of_infer(client, server):
    """One plane, two doors"""
    image = np.full((1, 3, 8, 8), 0.625, np.float32)
    score = client.infer("inspect", [tensor_input("image", "FP32", image)]).as_numpy("score")[0, 0]
    assert score == server.post("/infer", json={"tensor": [0.625] * IMAGE_8_SIZE}).json()["score"]
