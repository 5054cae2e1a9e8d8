"""The SageMaker container contract: /ping and /invocations. serve-ping, serve-invocations; C04-C12, B17."""

import fixtures
import numpy as np
import pytest
from samples import IRIS_FEATURES, IRIS_NAMES, IRIS_ROWS, reference
from sklearn.datasets import load_iris

CSV = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def server(start, models):
    return start(models, "--active", "iris")


@pytest.fixture(scope="module")
def expected(models):
    """ONNX Runtime's labels and probabilities of some rows."""
    return lambda rows: reference(models / "iris" / "1" / "model.onnx", float_input=np.array(rows, np.float32))


def invoke(server, instances, **headers):
    return server.post("/invocations", json={"instances": instances}, headers=headers)


def csv(rows, newline="\n"):
    return newline.join(",".join(map(str, row)) for row in rows)


def error(reply, status=400):
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    return reply.json()["error"]


# -- answers ----------------------------------------------------------------------------------------------------------


def test_ping_is_200_and_empty_when_the_model_is_loaded(server):
    """[serve-ping-1] C05"""
    reply = server.get("/ping")
    assert (reply.status_code, reply.content) == (200, b"")


def test_recipes_three_rows(server, expected):
    """[serve-invocations-1] C09 C10"""
    reply = invoke(server, IRIS_ROWS)
    assert reply.status_code == 200
    assert list(reply.json()) == ["predictions"]
    probabilities = expected(IRIS_ROWS)["probabilities"]
    for index, prediction in enumerate(reply.json()["predictions"]):
        assert set(prediction) == {
            "predicted_class",
            "predicted_class_index",
            "confidence",
            "probabilities",
            "input_features",
        }
        assert prediction["predicted_class"] == IRIS_NAMES[index]
        assert prediction["predicted_class_index"] == index
        assert list(prediction["probabilities"]) == IRIS_NAMES
        assert np.allclose(list(prediction["probabilities"].values()), probabilities[index], rtol=0, atol=1e-6)
        assert prediction["confidence"] == max(prediction["probabilities"].values())
        assert prediction["input_features"] == dict(zip(IRIS_FEATURES, IRIS_ROWS[index], strict=True))


def test_recipes_first_row_is_as_printed(server):
    """[serve-invocations-1] C09"""
    prediction = invoke(server, IRIS_ROWS[:1]).json()["predictions"][0]
    assert prediction["predicted_class"] == "setosa"
    assert prediction["confidence"] == pytest.approx(1.0, abs=1e-6)
    assert prediction["probabilities"] == pytest.approx({"setosa": 1.0, "versicolor": 0.0, "virginica": 0.0}, abs=1e-6)


def test_all_150_flowers(server, expected):
    """[serve-invocations-1] C19"""
    rows = load_iris().data.tolist()
    predictions = invoke(server, rows).json()["predictions"]
    assert [prediction["predicted_class_index"] for prediction in predictions] == expected(rows)["label"].tolist()


@pytest.mark.parametrize(
    "body",
    [csv(IRIS_ROWS), csv(IRIS_ROWS) + "\n", csv(IRIS_ROWS, "\r\n") + "\r\n", csv(IRIS_ROWS).replace(",", ", ")],
    ids=["bare", "newline", "crlf", "spaces"],
)
def test_csv_rows_are_the_same_as_json(server, body):
    """[serve-invocations-1]"""
    reply = server.post("/invocations", data=body, headers=CSV)
    assert reply.status_code == 200, reply.text
    assert reply.json() == invoke(server, IRIS_ROWS).json()


def test_curl_runs_the_recipes_payload(server, curl, tmp_path):
    """[serve-invocations-1] C09"""
    (tmp_path / "payload.json").write_text('{\n  "instances": [\n    [5.1, 3.5, 1.4, 0.2]\n  ]\n}\n')
    arguments = ["-H", "Content-Type: application/json", "--data", f"@{tmp_path / 'payload.json'}"]
    status, body = curl(*arguments, server.url + "/invocations")
    assert status == 200
    assert b'"setosa"' in body


def test_integers_are_numbers(server):
    """[serve-invocations-1]"""
    assert invoke(server, [[5, 3, 1, 0]]).json()["predictions"][0]["predicted_class"] == "setosa"


def test_media_type_may_carry_parameters(server):
    """[serve-invocations-1]"""
    body = b'{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert server.post("/invocations", data=body, headers=headers).status_code == 200


def test_target_model_chooses_another(server):
    """[serve-invocations-1] [serve-invocations-2] B17: and one that is no classifier answers its first output's rows"""
    reply = invoke(server, [[1, 2, 3, 4], [0.5, 0, 0, 0]], **{"X-Amzn-SageMaker-Target-Model": "sum_batch"})
    assert (reply.status_code, reply.json()) == (200, {"predictions": [[10.0], [0.5]]})
    assert invoke(server, IRIS_ROWS[:1]).json()["predictions"][0]["predicted_class"] == "setosa"


@pytest.mark.parametrize(
    ("labels", "names"), [([0, 1], None), ([1, 2], ["good", "bad"]), ([7, 3], ["good", "bad"])], ids=str
)
def test_the_class_is_that_of_the_likeliest_column(start, tmp_path, labels, names):
    """[serve-invocations-1]: whatever numbers the model calls its classes"""
    path = fixtures.write_flat(tmp_path, "parts", fixtures.linear_classifier(labels))
    if names:
        fixtures.write_metadata(path.with_suffix(".metadata.json"), output_classes=names)
    with start(tmp_path) as server:
        predictions = invoke(server, [[3, 0], [0, 3]]).json()["predictions"]
    for index, prediction in enumerate(predictions):
        assert prediction["predicted_class_index"] == index
        assert prediction["predicted_class"] == (names or ["class_0", "class_1"])[index]
        assert prediction["confidence"] == prediction["probabilities"][prediction["predicted_class"]] > 0.9


def test_a_count_beside_coordinates_is_no_classifier(start, tmp_path):
    """[serve-invocations-1]: its first output's rows"""
    fixtures.write_flat(tmp_path, "detections", fixtures.detections())
    with start(tmp_path) as server:
        assert invoke(server, [[1, 2, 3, 4]]).json() == {"predictions": [[1.0, 2.0, 3.0, 4.0]]}


def test_a_model_without_axes_takes_one_instance(start, tmp_path):
    """[serve-invocations-3]: three would get one answer"""
    fixtures.write_flat(tmp_path, "rank_zero", fixtures.rank_zero())
    with start(tmp_path) as server:
        assert invoke(server, [[2]]).json() == {"predictions": [2.0]}
        assert error(invoke(server, [[1], [2], [3]])) == "Invalid input: Input must have exactly 1 instances"


@pytest.mark.parametrize("name", ["nowhere", "../iris", ""])
def test_target_model_that_is_not_there_is_refused(server, name):
    """[serve-invocations-2]"""
    reply = invoke(server, IRIS_ROWS, **{"X-Amzn-SageMaker-Target-Model": name})
    assert reply.status_code in (400, 404)
    assert reply.json()["error"]


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream"])
def test_unsupported_content_type_is_named(server, media_type):
    """[serve-invocations-3] C11"""
    reply = server.post("/invocations", data=b"1,2,3,4", headers={"Content-Type": media_type})
    assert error(reply) == f"Unsupported content type: {media_type}"


def test_no_content_type_is_unsupported(server):
    """[serve-invocations-3]"""
    reply = server.post("/invocations", data=b'{"instances": [[1, 2, 3, 4]]}', headers={"Content-Type": None})
    assert error(reply).startswith("Unsupported content type: ")


@pytest.mark.parametrize("body", [b"{}", b'{"rows": [[1, 2, 3, 4]]}', b"[]", b"[[1, 2, 3, 4]]", b"null"])
def test_missing_instances(server, body):
    """[serve-invocations-3] C11"""
    reply = server.post("/invocations", data=body, headers={"Content-Type": "application/json"})
    assert error(reply) == 'Input must contain "instances" key'


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        ("abc", "Invalid input: Input must be a list of feature arrays"),
        ({"0": [1, 2, 3, 4]}, "Invalid input: Input must be a list of feature arrays"),
        (None, "Invalid input: Input must be a list of feature arrays"),
        (7, "Invalid input: Input must be a list of feature arrays"),
        ([[1, 2, 3]], "Invalid input: Instance 0 must have exactly 4 features"),
        ([[1, 2, 3, 4, 5]], "Invalid input: Instance 0 must have exactly 4 features"),
        ([[]], "Invalid input: Instance 0 must have exactly 4 features"),
        ([1, 2, 3, 4], "Invalid input: Instance 0 must have exactly 4 features"),
        (["1,2,3,4"], "Invalid input: Instance 0 must have exactly 4 features"),
        ([None], "Invalid input: Instance 0 must have exactly 4 features"),
        ([[1, 2, 3, 4], [1, 2, 3]], "Invalid input: Instance 1 must have exactly 4 features"),
        ([[1, 2, 3, "x"]], "Invalid input: Instance 0 contains non-numeric values"),
        ([[1, 2, 3, "4"]], "Invalid input: Instance 0 contains non-numeric values"),
        ([[1, 2, 3, None]], "Invalid input: Instance 0 contains non-numeric values"),
        ([[1, 2, 3, [4]]], "Invalid input: Instance 0 contains non-numeric values"),
        ([[1, 2, 3, 4], [1, 2, 3, {}]], "Invalid input: Instance 1 contains non-numeric values"),
    ],
)
def test_bad_instances_are_named(server, instances, message):
    """[serve-invocations-3] C11"""
    assert error(invoke(server, instances)) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"1,2,3\n", "Invalid input: Instance 0 must have exactly 4 features"),
        (b"1,2,3,4\n1,2,3,4,5\n", "Invalid input: Instance 1 must have exactly 4 features"),
        (
            b"sepal_length,sepal_width,petal_length,petal_width\n",
            "Invalid input: Instance 0 contains non-numeric values",
        ),
        (b"1,2,3,four", "Invalid input: Instance 0 contains non-numeric values"),
        (b"1,2,3,\n", "Invalid input: Instance 0 contains non-numeric values"),
        (b"5.1 3,2,3,4\n", "Invalid input: Instance 0 contains non-numeric values"),
        (b"1,2,3,0x1p3\n", "Invalid input: Instance 0 contains non-numeric values"),
    ],
)
def test_bad_csv_is_named(server, body, message):
    """[serve-invocations-3]"""
    assert error(server.post("/invocations", data=body, headers=CSV)) == message


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json"}, CSV], ids=["json", "csv"])
def test_an_empty_body_is_refused(server, headers):
    """[serve-invocations-3]"""
    assert error(server.post("/invocations", data=b"", headers=headers))


def test_no_instances_are_refused(server):
    """[serve-invocations-3]; scikit-learn refuses an empty array too"""
    assert error(invoke(server, [])).startswith("Invalid input: ")


@pytest.mark.parametrize("body", [b"{", b'{"instances": [[1, 2, 3, 4]', b'{"instances": [[NaN,', b"\xff"])
def test_what_is_no_json_is_refused(server, body):
    """[serve-invocations-3]: a fault of the caller, so 400 and not 500"""
    assert error(server.post("/invocations", data=body, headers={"Content-Type": "application/json"}))


def test_one_bad_request_hurts_no_other(server):
    """C12"""
    for _ in range(20):
        assert invoke(server, [[1, 2, 3]]).status_code == 400
        assert invoke(server, IRIS_ROWS[:1]).status_code == 200


def test_a_run_that_fails_is_500_without_detail(start, models):
    """[serve-invocations-3]"""
    with start(models, "--active", "failing_rows") as server:
        assert invoke(server, [[0, 0, 0, 0]]).status_code == 200
        assert error(invoke(server, [[1, 1, 1, 1]]), status=500) == "Internal server error"
        assert invoke(server, [[0, 0, 0, 0]]).status_code == 200
