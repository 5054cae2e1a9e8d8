"""Inputs the tests send, and what ONNX Runtime itself says about them."""

import functools
import json

import numpy as np
import onnxruntime
from fixtures import IMAGE_8

OCTETS = {"Content-Type": "application/octet-stream"}
IMAGE_8_SIZE = 192
IMAGE_512_SIZE = 786_432

# The rows that the recipe prints, and what it says they are.
IRIS_ROWS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.1, 4.4, 1.4], [6.3, 3.3, 6.0, 2.5]]
IRIS_NAMES = ["setosa", "versicolor", "virginica"]
IRIS_FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]


def pixels(value, size=IMAGE_8_SIZE):
    """A flat image of one brightness, which is then its score."""
    return [value] * size


def pixel_bytes(value, size=IMAGE_8_SIZE):
    return np.full(size, value, "<f4").tobytes()


def gradient():
    """A flat image that is not of one brightness, as float32."""
    return np.linspace(0, 1, IMAGE_8_SIZE, dtype=np.float32)


def json_bytes(value):
    return json.dumps(value).encode()


@functools.cache
def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def reference(path, **feeds):
    """{output: value} of the model file at `path`, computed here."""
    outputs = [output.name for output in session(path).get_outputs()]
    return dict(zip(outputs, session(path).run(None, feeds), strict=True))


def reference_score(path, image):
    return reference(path, image=np.asarray(image, np.float32).reshape(IMAGE_8))["score"][0, 0]
