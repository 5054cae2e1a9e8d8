"""The inspection contract: /infer, /reload-model, health. serve-infer, serve-reload, serve-health; D07-D18."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import fixtures
import numpy as np
import pytest
from samples import (
    IMAGE_8_SIZE,
    IMAGE_512_SIZE,
    OCTETS,
    gradient,
    json_bytes,
    pixel_bytes,
    pixels,
    reference_score,
)
from server import wait_until

FIELDS = ["defective", "score", "latency_ms", "model_version", "correlation_id"]
OUT_OF_RANGE = (
    "Value error, Tensor values must be in [{low}, {high}]; got min={least}, max={most}. "
    "Ensure preprocessing normalization matches training."
)


@pytest.fixture(scope="module")
def server(start, models):
    return start(models, "--active", "inspect")


def infer(server, tensor, **fields):
    return server.post("/infer", json={"tensor": tensor, **fields})


def infer_octets(server, data, **headers):
    return server.post("/infer", data=data, headers=OCTETS | headers)


def faults(reply):
    """The list of a 422 in FastAPI's shape."""
    assert reply.status_code == 422, reply.text
    detail = reply.json()["detail"]
    assert isinstance(detail, list) and detail
    assert all({"type", "loc", "msg"} <= fault.keys() <= {"type", "loc", "msg", "input", "ctx"} for fault in detail)
    return detail


def only_fault(reply):
    detail = faults(reply)
    assert len(detail) == 1, detail
    return detail[0]


# -- answers ----------------------------------------------------------------------------------------------------------


def test_answer_has_exactly_the_five_fields(server):
    """[serve-infer-1] D12"""
    before = time.monotonic()
    reply = infer(server, pixels(0.75), threshold=0.5, correlation_id="cam-1/part-7")
    milliseconds = (time.monotonic() - before) * 1000
    body = reply.json()
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert list(body) == FIELDS
    assert body["defective"] is True
    assert body["score"] == 0.75
    assert 0 < body["latency_ms"] <= milliseconds
    assert body["correlation_id"] == "cam-1/part-7"


def test_model_version_is_the_name_of_the_model_that_ran(server):
    """[serve-infer-1] D17, as in the seed"""
    assert infer(server, pixels(0.5)).json()["model_version"] == "inspect"


def test_correlation_id_is_null_when_absent(server):
    """[serve-infer-1]"""
    assert infer(server, pixels(0.5)).json()["correlation_id"] is None
    assert infer(server, pixels(0.5), correlation_id=None).json()["correlation_id"] is None


def test_score_is_what_onnx_runtime_says(server, models):
    """[serve-infer-1]"""
    image = gradient()
    body = infer(server, image.tolist()).json()
    assert np.float32(body["score"]) == reference_score(models / "inspect.onnx", image)


@pytest.mark.parametrize(
    ("brightness", "threshold", "defective"),
    [
        (0.5, None, True),
        (0.25, None, False),
        (0.25, 0.25, True),
        (0.25, 0.2500001, False),
        (0.0, 0.0, True),
        (0.0, 0, True),
        (1.0, 1.0, True),
        (1.0, 1, True),
        (0.99, 1.0, False),
    ],
)
def test_threshold_is_inclusive(server, brightness, threshold, defective):
    """[serve-infer-1] D10"""
    fields = {} if threshold is None else {"threshold": threshold}
    assert infer(server, pixels(brightness), **fields).json()["defective"] is defective


@pytest.mark.parametrize("text", ["", "c" * 128, "é" * 128, "😀" * 128, 'q"\\\n\t\u0001', "\u2028/\u0000"])
def test_correlation_id_is_echoed_verbatim_counted_in_characters(server, text):
    """[serve-infer-1] D11"""
    reply = infer(server, pixels(0.5), correlation_id=text)
    assert reply.status_code == 200
    assert reply.json()["correlation_id"] == text


def test_unknown_keys_are_ignored(server):
    """[serve-infer-1] as pydantic does"""
    assert infer(server, pixels(0.5), station="7", extra={"a": [1]}).status_code == 200


@pytest.mark.parametrize("values", [[0, 1], [0.0, 1.0], [1.00000001, 0.5], [-1e-46, 1e-300]])
def test_bounds_are_inclusive_and_judged_in_float32(server, values):
    """[serve-infer-3] D09"""
    assert infer(server, values * (IMAGE_8_SIZE // 2)).status_code == 200


def test_octets_give_the_same_answer(server, models):
    """[serve-infer-2]"""
    image = gradient()
    reply = infer_octets(server, image.tobytes(), **{"X-Threshold": "0.75", "X-Correlation-Id": "cam-2"})
    body = reply.json()
    assert reply.status_code == 200
    assert list(body) == FIELDS
    assert np.float32(body["score"]) == reference_score(models / "inspect.onnx", image)
    assert (body["defective"], body["correlation_id"]) == (False, "cam-2")


def test_octets_have_the_same_defaults(server):
    """[serve-infer-2]"""
    body = infer_octets(server, pixel_bytes(0.5)).json()
    assert (body["defective"], body["correlation_id"]) == (True, None)


def test_curl_sends_json_and_octets(server, curl, tmp_path):
    """[serve-infer-1] [serve-infer-2]"""
    (tmp_path / "json").write_bytes(json_bytes({"tensor": pixels(0.25), "threshold": 0.25}))
    (tmp_path / "octets").write_bytes(pixel_bytes(0.25))
    for name, media_type in [("json", "application/json"), ("octets", "application/octet-stream")]:
        status, body = curl(
            "-H", f"Content-Type: {media_type}", "--data-binary", f"@{tmp_path / name}", server.url + "/infer"
        )
        assert status == 200
        assert json.loads(body)["score"] == 0.25


def test_each_of_many_callers_gets_their_own_answer(server):
    """[serve-infer-1]"""

    def call(number):
        value = number / 64
        body = infer(server, pixels(value), correlation_id=str(number)).json()
        return body["score"] == value and body["correlation_id"] == str(number)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(64)))


@pytest.mark.parametrize("path", ["/infer", "/reload-model", "/invocations"])
def test_get_where_post_belongs_is_405_with_allow(server, path):
    """[serve-limits-1]"""
    reply = server.get(path)
    assert reply.status_code == 405
    assert "POST" in [method.strip() for method in reply.headers["Allow"].split(",")]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/ping", "/metrics", "/openapi.json", "/v2/health/live"])
def test_post_where_get_belongs_is_405_with_allow(server, path):
    """[serve-limits-1]"""
    reply = server.post(path, json={})
    assert reply.status_code == 405
    assert "GET" in [method.strip() for method in reply.headers["Allow"].split(",")]


@pytest.mark.parametrize("path", ["/", "/infer/", "/Infer", "/infer/x", "/v3", "/v2/models", "/favicon.ico"])
def test_unknown_path_is_404(server, path):
    """[serve-limits-1]"""
    assert server.get(path).status_code == 404


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_unknown_media_type_is_415(server, media_type):
    """[serve-limits-1]"""
    reply = server.post("/infer", data=b"0.5", headers={"Content-Type": media_type})
    assert reply.status_code == 415


def test_media_type_may_carry_parameters(server):
    """[serve-infer-1]"""
    body = json_bytes({"tensor": pixels(0.5)})
    reply = server.post("/infer", data=body, headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert reply.status_code == 200


# -- refusals ---------------------------------------------------------------------------------------------------------

SIZE = IMAGE_8_SIZE


@pytest.mark.parametrize(
    ("fields", "kind", "place", "message"),
    [
        ({}, "missing", ["body", "tensor"], "Field required"),
        ({"tensor": "abc"}, "list_type", ["body", "tensor"], "Input should be a valid list"),
        ({"tensor": None}, "list_type", ["body", "tensor"], "Input should be a valid list"),
        ({"tensor": 0.5}, "list_type", ["body", "tensor"], "Input should be a valid list"),
        ({"tensor": {"0": 0.5}}, "list_type", ["body", "tensor"], "Input should be a valid list"),
        (
            {"tensor": []},
            "too_short",
            ["body", "tensor"],
            f"List should have at least {SIZE} items after validation, not 0",
        ),
        (
            {"tensor": pixels(0.5, SIZE - 1)},
            "too_short",
            ["body", "tensor"],
            f"List should have at least {SIZE} items after validation, not {SIZE - 1}",
        ),
        (
            {"tensor": pixels(0.5, SIZE + 1)},
            "too_long",
            ["body", "tensor"],
            f"List should have at most {SIZE} items after validation, not {SIZE + 1}",
        ),
        (
            {"tensor": pixels(0.5), "threshold": -0.01},
            "greater_than_equal",
            ["body", "threshold"],
            "Input should be greater than or equal to 0",
        ),
        (
            {"tensor": pixels(0.5), "threshold": 1.01},
            "less_than_equal",
            ["body", "threshold"],
            "Input should be less than or equal to 1",
        ),
        (
            {"tensor": pixels(0.5), "threshold": None},
            "float_type",
            ["body", "threshold"],
            "Input should be a valid number",
        ),
        (
            {"tensor": pixels(0.5), "threshold": [0.5]},
            "float_type",
            ["body", "threshold"],
            "Input should be a valid number",
        ),
        (
            {"tensor": pixels(0.5), "correlation_id": "c" * 129},
            "string_too_long",
            ["body", "correlation_id"],
            "String should have at most 128 characters",
        ),
        (
            {"tensor": pixels(0.5), "correlation_id": "é" * 129},
            "string_too_long",
            ["body", "correlation_id"],
            "String should have at most 128 characters",
        ),
        (
            {"tensor": pixels(0.5), "correlation_id": 7},
            "string_type",
            ["body", "correlation_id"],
            "Input should be a valid string",
        ),
    ],
)
def test_refuses_as_fastapi_does(server, fields, kind, place, message):
    """[serve-infer-3] D08 D10 D11"""
    fault = only_fault(server.post("/infer", json=fields))
    assert (fault["type"], fault["loc"], fault["msg"]) == (kind, place, message)


@pytest.mark.parametrize("stranger", [None, {}, [0.5], {"a": 1}])
@pytest.mark.parametrize("index", [0, 5, SIZE - 1])
def test_what_is_no_number_is_refused_with_its_place(server, stranger, index):
    """[serve-infer-3]"""
    values = pixels(0.5)
    values[index] = stranger
    fault = only_fault(infer(server, values))
    assert (fault["type"], fault["loc"]) == ("float_type", ["body", "tensor", index])
    assert fault["msg"] == "Input should be a valid number"


def test_text_in_the_tensor_is_refused(server):
    """[serve-infer-3]; pydantic adds why after a comma"""
    values = pixels(0.5)
    values[3] = "bright"
    fault = only_fault(infer(server, values))
    assert fault["loc"] == ["body", "tensor", 3]
    assert fault["msg"].startswith("Input should be a valid number")


def test_every_fault_is_told(server):
    """[serve-infer-3] as pydantic does"""
    places = [fault["loc"] for fault in faults(server.post("/infer", json={"threshold": 2, "correlation_id": 1}))]
    assert sorted(places) == [["body", "correlation_id"], ["body", "tensor"], ["body", "threshold"]]


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (1.0001, "0.5000", "1.0001"),
        (-0.0001, "-0.0001", "0.5000"),
        (255, "0.5000", "255.0000"),
    ],
)
def test_values_out_of_bounds_are_refused_with_guidance(server, value, least, most):
    """[serve-infer-3] D09"""
    for reply in send_both_ways(server, value):
        fault = only_fault(reply)
        assert (fault["type"], fault["loc"]) == ("value_error", ["body", "tensor"])
        assert fault["msg"] == OUT_OF_RANGE.format(low="0.0", high="1.0", least=least, most=most)


def send_both_ways(server, value):
    """One value among 0.5s, as JSON and as octets."""
    values = pixels(0.5)
    values[7] = value
    return infer(server, values), infer_octets(server, np.array(values, "<f4").tobytes())


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [(np.nan, "nan", "nan"), (np.inf, "0.5000", "inf"), (-np.inf, "-inf", "0.5000")],
)
def test_nan_and_infinity_in_octets_are_refused_by_name(server, value, least, most):
    """[serve-infer-3] D09"""
    values = np.full(SIZE, 0.5, "<f4")
    values[7] = value
    fault = only_fault(infer_octets(server, values.tobytes()))
    assert fault["msg"] == OUT_OF_RANGE.format(low="0.0", high="1.0", least=least, most=most)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400", "1e39"])
def test_nan_and_infinity_in_json_are_refused(server, word):
    """[serve-infer-3] D09: Python writes these words, JSON has none of them; either refusal is right"""
    body = json_bytes({"tensor": pixels(0.5)}).replace(b"[0.5", b"[" + word.encode(), 1)
    fault = only_fault(server.post("/infer", data=body, headers={"Content-Type": "application/json"}))
    assert fault["type"] in ("value_error", "json_invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"tensor": [0.5,]}',
        b'{"tensor": [0.5]} x',
        b"{'tensor': []}",
        b'{"tensor": [0.5',
        b"\xff\xfe",
    ],
)
def test_what_is_no_json_is_refused(server, body):
    """[serve-infer-3]"""
    fault = only_fault(server.post("/infer", data=body, headers={"Content-Type": "application/json"}))
    assert (fault["type"], fault["msg"], fault["loc"][0]) == ("json_invalid", "JSON decode error", "body")


def test_an_empty_body_lacks_the_field(server):
    """[serve-infer-3] as FastAPI does"""
    fault = only_fault(server.post("/infer", data=b"", headers={"Content-Type": "application/json"}))
    assert (fault["type"], fault["msg"], fault["loc"][0]) == ("missing", "Field required", "body")


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b'"text"'])
def test_json_that_is_no_object_is_refused(server, body):
    """[serve-infer-3]"""
    assert faults(server.post("/infer", data=body, headers={"Content-Type": "application/json"}))[0]["loc"][0] == "body"


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (SIZE - 1, f"List should have at least {SIZE} items after validation, not {SIZE - 1}"),
        (SIZE + 1, f"List should have at most {SIZE} items after validation, not {SIZE + 1}"),
        (0, f"List should have at least {SIZE} items after validation, not 0"),
    ],
)
def test_octets_of_the_wrong_length_are_refused(server, count, message):
    """[serve-infer-2] [serve-infer-3] D08"""
    fault = only_fault(infer_octets(server, pixel_bytes(0.5, count)))
    assert (fault["loc"], fault["msg"]) == (["body", "tensor"], message)


def test_octets_that_are_no_float32s_are_refused(server):
    """[serve-infer-2]"""
    assert faults(infer_octets(server, pixel_bytes(0.5)[:-1]))


@pytest.mark.parametrize(
    ("header", "text", "message"),
    [
        ("X-Threshold", "1.01", "Input should be less than or equal to 1"),
        ("X-Threshold", "-0.01", "Input should be greater than or equal to 0"),
        ("X-Threshold", "high", "Input should be a valid number"),
        ("X-Threshold", "nan", "Input should be"),
        ("X-Correlation-Id", "c" * 129, "String should have at most 128 characters"),
    ],
)
def test_headers_of_octets_are_judged_like_the_fields(server, header, text, message):
    """[serve-infer-2] [serve-infer-3]"""
    assert only_fault(infer_octets(server, pixel_bytes(0.5), **{header: text}))["msg"].startswith(message)


# -- the size is the model's ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server_512(start, models):
    return start(models / "inspect_512.onnx")


def tensor_json(count):
    return b'{"tensor":[' + b",".join([b"0.5"] * count) + b"]}"


def test_the_seeds_image_has_786432_elements(server_512):
    """[serve-infer-3] D08"""
    reply = server_512.post("/infer", data=tensor_json(IMAGE_512_SIZE), headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["score"]) == (200, 0.5)


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (786_431, "List should have at least 786432 items after validation, not 786431"),
        (786_433, "List should have at most 786432 items after validation, not 786433"),
    ],
)
def test_one_element_less_or_more_is_refused(server_512, count, message):
    """[serve-infer-3] D08"""
    reply = server_512.post("/infer", data=tensor_json(count), headers={"Content-Type": "application/json"})
    fault = only_fault(reply)
    assert fault["msg"] == message
    assert len(reply.content) < 4096, "the refused tensor does not belong in the answer"


def test_curl_sends_three_megabytes_of_octets(server_512, curl, tmp_path):
    """[serve-infer-2]; curl asks with Expect: 100-continue first"""
    (tmp_path / "image").write_bytes(pixel_bytes(0.25, IMAGE_512_SIZE))
    headers = ["-H", "Content-Type: application/octet-stream", "-H", "Expect: 100-continue"]
    status, body = curl(*headers, "--data-binary", f"@{tmp_path / 'image'}", server_512.url + "/infer")
    assert (status, json.loads(body)["score"]) == (200, 0.25)


def test_a_model_of_two_outputs_is_judged_by_its_score(start, models):
    """[serve-infer-1]"""
    with start(models, "--active", "two_out_heatmap") as server:
        assert infer(server, pixels(0.75, 3 * 64 * 64)).json()["score"] == 0.75


@pytest.mark.parametrize("shape", [[3, 8, 8], [4, 3, 8, 8], ["n", 3, 8, 8], []], ids=str)
def test_the_tensor_is_as_long_as_the_input(start, tmp_path, shape):
    """[serve-infer-3]: without a batch axis, and with one of more than a row; a free side counts one"""
    count = int(np.prod([side for side in shape if side != "n"], initial=1))
    fixtures.write_flat(tmp_path, "line", fixtures.inspect(shape))
    with start(tmp_path) as server:
        for body, headers in ((pixel_bytes(0.25, count), OCTETS), (json_bytes({"tensor": [0.25] * count}), {})):
            reply = server.post("/infer", data=body, headers=headers)
            assert (reply.status_code, reply.json()["score"]) == (200, 0.25), reply.text
        reply = server.post("/infer", json={"tensor": [0.25] * (count + 1)})
        assert reply.status_code == 422
        assert f"at most {count} items" in reply.json()["detail"][0]["msg"]


def test_bounds_come_from_the_environment(start, models):
    """[serve-infer-3] D07"""
    with start(models, "--active", "inspect", env={"TENSOR_MIN": "-1.0", "TENSOR_MAX": "2.5"}) as server:
        assert infer(server, pixels(2.5)).status_code == 200
        assert infer(server, pixels(-1.0)).status_code == 200
        message = OUT_OF_RANGE.format(low="-1.0", high="2.5", least="2.6000", most="2.6000")
        assert only_fault(infer(server, pixels(2.6)))["msg"] == message


def test_threshold_bounds_and_version_come_from_metadata(start, tmp_path):
    """[serve-models-2] A12"""
    fixtures.write_flat(tmp_path, "line", fixtures.inspect(fixtures.IMAGE_8))
    fixtures.write_metadata(
        tmp_path / "line.metadata.json",
        threshold=0.25,
        tensor_min=-1,
        tensor_max=2,
        model_version="2.1.0",
        shelf=["B", 4],
    )
    with start(tmp_path) as server:
        body = infer(server, pixels(0.25)).json()
        assert body["defective"] is True
        assert body["model_version"] in ("2.1.0", "line")
        assert infer(server, pixels(0.24)).json()["defective"] is False
        assert infer(server, pixels(0.25), threshold=0.5).json()["defective"] is False
        assert infer(server, pixels(2)).status_code == infer(server, pixels(-1)).status_code == 200


# -- run-time errors --------------------------------------------------------------------------------------------------


def test_a_run_that_fails_is_500_and_the_next_is_answered(start, models):
    """[serve-infer-5] D15"""
    with start(models, "--active", "failing") as server:
        assert infer(server, pixels(0.25)).json()["score"] == 0.25
        for _ in range(3):
            reply = infer(server, pixels(0.75))
            assert reply.status_code == 500
            assert reply.json()["detail"].startswith("Inference runtime error: ")
            assert "Gather" in reply.json()["detail"]
        assert infer(server, pixels(0.25)).json()["score"] == 0.25
        assert server.get("/healthz").status_code == 200


# -- health and reload ------------------------------------------------------------------------------------------------


def test_health_names_the_active_model(server):
    """[serve-health-1] D18"""
    for path, status in [("/healthz", "ok"), ("/readyz", "ready")]:
        reply = server.get(path)
        assert (reply.status_code, reply.json()) == (200, {"status": status, "active_model": "inspect"})


def test_without_a_model_it_says_so_and_takes_one_later(start, models, tmp_path):
    """[serve-health-1] [serve-infer-5] [serve-ping-1] D18"""
    with start(tmp_path, "--active", "late", ready=False) as server:
        health = server.get("/healthz")
        assert health.status_code == 503
        assert (health.json()["status"], health.json()["active_model"]) == ("unavailable", None)
        assert health.json()["reason"]
        ready = server.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
        assert ready.json()["reason"]
        refused = infer(server, pixels(0.5))
        assert refused.status_code == 503
        assert refused.json()["detail"].startswith("No model is active: ")
        assert server.get("/ping").status_code == 404

        shutil.copy(models / "inspect.onnx", tmp_path / "late.onnx")
        assert server.reload("late").json() == {"status": "reloaded", "active_model": "late"}
        assert server.get("/healthz").json() == {"status": "ok", "active_model": "late"}
        assert infer(server, pixels(0.5)).json()["score"] == 0.5


def test_a_broken_active_model_leaves_health_and_a_reason(start, mixed_models):
    """[serve-health-1] A26 D18"""
    with start(mixed_models, "--active", "corrupt", ready=False) as server:
        wait_until(lambda: "corrupt" in server.get("/healthz").text, "the reason in /healthz")
        reply = server.get("/healthz")
        assert (reply.status_code, reply.json()["status"], reply.json()["active_model"]) == (503, "unavailable", None)
        assert server.get("/ping").status_code == 404
        assert infer(server, pixels(0.5)).status_code == 503


@pytest.fixture(scope="module")
def reloading(start, mixed_models):
    return start(mixed_models, "--active", "inspect")


def test_reload_changes_the_model(reloading):
    """[serve-reload-1] D16"""
    for name, score in [("inspect_b", 0.75), ("inspect", 0.25)]:
        reply = reloading.reload(name)
        assert (reply.status_code, reply.json()) == (200, {"status": "reloaded", "active_model": name})
        assert reloading.get("/healthz").json()["active_model"] == name
        body = infer(reloading, pixels(0.25)).json()
        assert (body["score"], body["model_version"]) == (score, name)


def test_reload_of_a_model_that_is_not_there_is_404(reloading, mixed_models):
    """[serve-reload-1]"""
    reply = reloading.reload("nowhere")
    assert reply.status_code == 404
    assert reply.json()["detail"].startswith(f"Model artifact not found: {mixed_models}/nowhere")
    assert infer(reloading, pixels(0.25)).json()["score"] == 0.25


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ".hidden", "a/b", "a b", "ä", "a" * 129, "a\u0000b", 7, None])
def test_reload_of_a_name_against_the_rules_is_422(reloading, name):
    """[serve-reload-1] [serve-models-4] D16"""
    reply = reloading.reload(name)
    assert reply.status_code == 422
    assert reply.json()["detail"]
    assert infer(reloading, pixels(0.25)).json()["score"] == 0.25


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]"])
def test_reload_without_a_name_is_422(reloading, body):
    """[serve-reload-1]"""
    reply = reloading.post("/reload-model", data=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422


@pytest.mark.parametrize(
    ("name", "hints"),
    [
        ("corrupt", []),
        ("truncated", []),
        ("opset_too_new", ["opset"]),
        ("external_missing", ["weights"]),
        ("wrong_meta", ["224", "512"]),
    ],
)
def test_reload_of_a_model_that_does_not_load_is_422(reloading, name, hints):
    """[serve-reload-1] [serve-models-3] A12 A26 D16: and the old one keeps serving"""
    reply = reloading.reload(name)
    assert reply.status_code == 422
    detail = reply.json()["detail"]
    assert detail.startswith(f"Model {name} did not load: ")
    assert all(hint in detail for hint in hints), detail
    body = infer(reloading, pixels(0.25)).json()
    assert (body["score"], body["model_version"]) == (0.25, "inspect")
    assert reloading.get("/healthz").json() == {"status": "ok", "active_model": "inspect"}
