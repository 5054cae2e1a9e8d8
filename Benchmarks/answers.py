"""Whether an answer is the right one: a server that is quick and wrong has no figures."""

import json
from array import array

TOLERANCE = 1e-3


def check(workload, expected, headers, body):
    """None when the answer holds the expected values, or what is wrong with it."""
    try:
        values = READERS[workload](headers, body)
    except (KeyError, ValueError, IndexError, StopIteration) as error:
        return f"unreadable answer ({error!r}): {body[:200]!r}"
    if len(values) != len(expected):
        return f"{len(values)} values instead of {len(expected)}"
    if any(abs(value - wanted) > TOLERANCE for value, wanted in zip(values, expected)):
        return f"{values[:5]}... instead of {expected[:5]}..."
    return None


def read_json_output(name):
    def read(_, body):
        return next(output["data"] for output in json.loads(body)["outputs"] if output["name"] == name)

    return read


def read_binary_output(headers, body):
    """The first output of an answer in the binary tensor data extension."""
    length = int(headers["Inference-Header-Content-Length"])
    output = json.loads(body[:length])["outputs"][0]
    raw = body[length : length + output["parameters"]["binary_data_size"]]
    return list(array("f", raw))


def read_score(_, body):
    return [json.loads(body)["score"]]


READERS = {
    "iris_json": read_json_output("probabilities"),
    "mobilenet_binary": read_binary_output,
    "defect_binary": read_binary_output,
    "defect_json": read_score,
}
