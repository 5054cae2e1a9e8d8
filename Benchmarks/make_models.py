#!/usr/bin/env python3
"""Makes the models and the request bodies that the benchmarks use.

    python make_models.py FOLDER [--iris FOLDER_OF_THE_IRIS_MODEL]

Writes FOLDER/models and FOLDER/bodies, there with headers.json (what each body travels with) and expected.json (the
values of the right answers). Fixed seeds: two runs write the same bytes. Needs numpy, onnx and onnxruntime.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

REPOSITORY = Path(__file__).resolve().parents[1]
OPSET, IR_VERSION = 17, 8

# Expansion, channels, repeats and first stride of each stage, as in MobileNetV2's paper: 0.30 GMAC at 224 x 224.
MOBILENET_STAGES = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
# Channels of five stride-2 convolutions from 512 x 512 down to 16 x 16: 0.57 GFLOP.
DEFECT_WIDTHS = [16, 32, 64, 112, 160]

# One flower of each kind.
IRIS_ROWS = [[4.9, 3.0, 1.4, 0.2], [6.4, 3.2, 4.5, 1.5], [5.8, 2.7, 5.1, 1.9]]


class Network:
    """A graph under construction. Weights are drawn so that activations keep their size from layer to layer."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.multiplications = [], [], 0

    def constant(self, values):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def apply(self, operator, *inputs, **attributes):
        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def weights(self, shape, gain):
        spread = np.sqrt(gain / np.prod(shape[1:]))
        return self.constant((self.random.standard_normal(shape) * spread).astype(np.float32))

    def convolve(self, x, channels, side, *, kernel=1, stride=1, groups=1, activation=None):
        """A convolution from channels[0] to channels[1] that leaves `side` x `side` pixels."""
        shape = (channels[1], channels[0] // groups, kernel, kernel)
        self.multiplications += int(np.prod(shape)) * side * side
        weights = self.weights(shape, gain=2 if activation else 1)
        bias = self.constant(np.full(channels[1], 0.01, np.float32))
        padding, sides = (kernel - 1) // 2, [kernel, kernel]
        attributes = {"kernel_shape": sides, "strides": [stride] * 2, "pads": [padding] * 4, "group": groups}
        return self.activate(self.apply("Conv", x, weights, bias, **attributes), activation)

    def activate(self, x, activation):
        if activation == "Relu6":
            return self.apply("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))
        return self.apply(activation, x) if activation else x

    def classify(self, x, channels, classes):
        """The mean over the pixels, then one dense layer."""
        flat = self.apply("Flatten", self.apply("GlobalAveragePool", x), axis=1)
        self.multiplications += channels * classes
        weights = self.weights((classes, channels), gain=1)
        return self.apply("Gemm", flat, weights, self.constant(np.zeros(classes, np.float32)), transB=1)

    def save(self, path, last, image, result):
        """`image` and `result` are (name, shape without the batch); `last` is what becomes the result."""
        self.nodes.append(helper.make_node("Identity", [last], [result[0]], name="result"))
        values = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape]) for name, shape in (image, result)
        ]
        graph = helper.make_graph(self.nodes, path.stem, values[:1], values[1:], self.constants)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="lineside-benchmarks")
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, {self.multiplications / 1e9:.2f} GMAC")


def bottleneck(network, x, channels, side, expansion, stride):
    """Widen, filter each channel alone, narrow; with a way around where the shape allows one."""
    before, after = channels
    wide, y = before * expansion, x
    if expansion > 1:
        y = network.convolve(y, (before, wide), side, activation="Relu6")
    side //= stride
    y = network.convolve(y, (wide, wide), side, kernel=3, stride=stride, groups=wide, activation="Relu6")
    y = network.convolve(y, (wide, after), side)
    return network.apply("Add", x, y) if stride == 1 and before == after else y


def make_mobilenet(path):
    network, side, channels = Network(seed=224), 112, 32
    x = network.convolve("input", (3, channels), side, kernel=3, stride=2, activation="Relu6")
    for expansion, after, repeats, first_stride in MOBILENET_STAGES:
        for stride in [first_stride] + [1] * (repeats - 1):
            x = bottleneck(network, x, (channels, after), side, expansion, stride)
            side, channels = side // stride, after
    x = network.convolve(x, (channels, 1280), side, activation="Relu6")
    network.save(path, network.classify(x, 1280, 1000), ("input", [3, 224, 224]), ("output", [1000]))


def make_defect(path):
    network, x, side, channels = Network(seed=512), "image", 512, 3
    for width in DEFECT_WIDTHS:
        side //= 2
        x = network.convolve(x, (channels, width), side, kernel=3, stride=2, activation="Relu")
        channels = width
    score = network.apply("Sigmoid", network.classify(x, channels, 1))
    network.save(path, score, ("image", [3, 512, 512]), ("score", [1]))


# -- bodies -----------------------------------------------------------------------------------------------------------


class Bodies:
    def __init__(self, folder):
        self.folder, self.headers = folder, {}

    def write(self, name, content, **headers):
        (self.folder / name).write_bytes(content)
        self.headers[name] = {key.replace("_", "-"): str(value) for key, value in headers.items()}

    def write_json(self, name, value):
        self.write(name, json.dumps(value).encode(), Content_Type="application/json")

    def write_v2_binary(self, name, tensor_name, values):
        """The binary tensor data extension, asked for both ways."""
        raw = values.tobytes()
        tensor = v2_tensor(tensor_name, values, parameters={"binary_data_size": len(raw)})
        head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
        self.write(
            name,
            head + raw,
            Content_Type="application/octet-stream",
            Inference_Header_Content_Length=len(head),
        )


def v2_tensor(name, values, **more):
    return {"name": name, "shape": list(values.shape), "datatype": "FP32", **more}


def make_tensors():
    random = np.random.default_rng(seed=20)
    picture = random.standard_normal((1, 3, 224, 224)).astype(np.float32)
    # What a camera gives: bytes, brought to 0 ... 1.
    part = random.integers(0, 256, (1, 3, 512, 512)).astype(np.float32) / np.float32(255)
    return np.asarray(IRIS_ROWS, np.float32), picture, part


def make_bodies(folder, flower_rows, picture, part):
    bodies = Bodies(folder)
    rows = [value for row in IRIS_ROWS for value in row]
    flowers = v2_tensor("float_input", flower_rows, data=rows)
    bodies.write_json("iris_v2.json", {"inputs": [flowers]})
    bodies.write_json("iris_invocations.json", {"instances": IRIS_ROWS})

    bodies.write_v2_binary("mobilenet_v2.bin", "input", picture)
    bodies.write_v2_binary("defect_v2.bin", "image", part)

    # With all the digits that a float's text has, as clients write it.
    pixels = part.ravel().tolist()
    bodies.write_json("defect_v2.json", {"inputs": [v2_tensor("image", part, data=pixels)]})
    bodies.write_json("defect_infer.json", {"tensor": pixels, "threshold": 0.5, "correlation_id": "bench"})
    (folder / "headers.json").write_text(json.dumps(bodies.headers, indent=2) + "\n")


def make_expected(models, folder, flower_rows, picture, part):
    """What ONNX Runtime itself says."""
    questions = [
        ("iris", "iris/1/model.onnx", "probabilities", flower_rows),
        ("mobilenet", "mobilenet.onnx", "output", picture),
        ("defect", "defect.onnx", "score", part),
    ]
    expected = {}
    for name, file, output, values in questions:
        session = onnxruntime.InferenceSession(models / file, providers=["CPUExecutionProvider"])
        expected[name] = session.run([output], {session.get_inputs()[0].name: values})[0].ravel().tolist()
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--iris", type=Path, default=REPOSITORY / "Samples" / "models" / "iris")
    arguments = parser.parse_args()

    models, bodies = arguments.folder / "models", arguments.folder / "bodies"
    for folder in (models, bodies):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(arguments.iris, models / "iris", dirs_exist_ok=True)
    make_mobilenet(models / "mobilenet.onnx")
    make_defect(models / "defect.onnx")
    tensors = make_tensors()
    make_expected(models, bodies, *tensors)
    make_bodies(bodies, *tensors)


if __name__ == "__main__":
    main()
