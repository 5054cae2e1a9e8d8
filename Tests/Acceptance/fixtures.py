#!/usr/bin/env python3
"""Builds the small ONNX models that the acceptance tests serve.

    python fixtures.py FOLDER        writes FOLDER/good and FOLDER/bad

Every model is made by a function named for it; fixed seeds, opset 17 and IR version 8 unless said. `build` lists the
good ones with their place on disk, `build_bad` those that must be refused, `build_copies` many alike.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Protocol datatype -> (suffix of identity_*, ONNX element type).
DATATYPES = {
    "BOOL": ("bool", TensorProto.BOOL),
    "UINT8": ("uint8", TensorProto.UINT8),
    "UINT16": ("uint16", TensorProto.UINT16),
    "UINT32": ("uint32", TensorProto.UINT32),
    "UINT64": ("uint64", TensorProto.UINT64),
    "INT8": ("int8", TensorProto.INT8),
    "INT16": ("int16", TensorProto.INT16),
    "INT32": ("int32", TensorProto.INT32),
    "INT64": ("int64", TensorProto.INT64),
    "FP16": ("fp16", TensorProto.FLOAT16),
    "BF16": ("bf16", TensorProto.BFLOAT16),
    "FP32": ("fp32", TensorProto.FLOAT),
    "FP64": ("fp64", TensorProto.DOUBLE),
    "BYTES": ("string", TensorProto.STRING),
}

IMAGE_8 = [1, 3, 8, 8]
IMAGE_64 = [1, 3, 64, 64]
IMAGE_512 = [1, 3, 512, 512]

# About 0.9 s on a core of the 2020s; the tests need 300 ms. Small steps, so that more threads do not help.
SLOW_ITERATIONS = 1_200_000
SLOW_STATE = 16
# (side - window + 1)^2 * window^2 comparisons in one node: about a second.
HUGE_SIDE = 512
HUGE_WINDOW = 129


# -- parts ------------------------------------------------------------------------------------------------------------


def tensor(name, element, shape):
    return helper.make_tensor_value_info(name, element, shape)


def constant(name, values, dtype):
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def model(name, nodes, inputs, outputs, constants=(), opset=17, ir_version=8):
    """A checked model; tests that want a broken one spoil it afterwards."""
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    opsets = [helper.make_opsetid("", opset)]
    built = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version, producer_name="lineside-fixtures")
    onnx.checker.check_model(built)
    return built


def image(shape):
    return [tensor("image", TensorProto.FLOAT, shape)]


def score():
    return [tensor("score", TensorProto.FLOAT, [1, 1])]


def mean_of_image(output):
    """Nodes that give the mean of `image` as [1, 1]."""
    return [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "one_by_one"], [output]),
    ]


ONE_BY_ONE = constant("one_by_one", [1, 1], np.int64)


# -- good models ------------------------------------------------------------------------------------------------------


def rank_zero():
    """x FP32 without axes -> y FP32, the same."""
    nodes = [helper.make_node("Identity", ["x"], ["y"])]
    return model("rank_zero", nodes, [tensor("x", TensorProto.FLOAT, [])], [tensor("y", TensorProto.FLOAT, [])])


def whole_numbers():
    """rows INT64 [batch, 4] -> total INT64 [batch, 1]: nothing that /infer can feed."""
    nodes = [helper.make_node("ReduceSum", ["rows", "across"], ["total"], keepdims=1)]
    inputs = [tensor("rows", TensorProto.INT64, ["batch", 4])]
    outputs = [tensor("total", TensorProto.INT64, ["batch", 1])]
    return model("whole_numbers", nodes, inputs, outputs, [constant("across", [1], np.int64)])


def many_outputs(count):
    """x FP32 [1] -> y0 ... as many outputs as asked for."""
    nodes = [helper.make_node("Identity", ["x"], [f"y{number}"]) for number in range(count)]
    outputs = [tensor(f"y{number}", TensorProto.FLOAT, [1]) for number in range(count)]
    return model("many_outputs", nodes, [tensor("x", TensorProto.FLOAT, [1])], outputs)


def endless():
    """A Loop that never ends on zeros: score = mean of the image for a bright one."""
    turn = helper.make_graph(
        [helper.make_node("Identity", ["state"], ["next"]), helper.make_node("Equal", ["state", "zero"], ["again"])],
        "turn",
        [
            tensor("turn_number", TensorProto.INT64, []),
            tensor("go", TensorProto.BOOL, []),
            tensor("state", TensorProto.FLOAT, []),
        ],
        [tensor("again", TensorProto.BOOL, []), tensor("next", TensorProto.FLOAT, [])],
    )
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Loop", ["", "keep_on", "mean"], ["end"], body=turn),
        helper.make_node("Reshape", ["end", "one_by_one"], ["score"]),
    ]
    constants = [ONE_BY_ONE, constant("keep_on", True, np.bool_), constant("zero", 0.0, np.float32)]
    return model("endless", nodes, image(IMAGE_8), score(), constants)


def linear_classifier(labels):
    """x FP32 [batch, 2] -> label INT64 [batch], probabilities FP32 [batch, n]: the softmax of x, with these labels."""
    node = helper.make_node(
        "LinearClassifier",
        ["x"],
        ["label", "probabilities"],
        domain="ai.onnx.ml",
        coefficients=np.eye(2, dtype=np.float32).ravel().tolist(),
        intercepts=[0.0, 0.0],
        classlabels_ints=labels,
        post_transform="SOFTMAX",
    )
    inputs = [tensor("x", TensorProto.FLOAT, ["batch", 2])]
    outputs = [
        tensor("label", TensorProto.INT64, ["batch"]),
        tensor("probabilities", TensorProto.FLOAT, ["batch", 2]),
    ]
    graph = helper.make_graph([node], "linear_classifier", inputs, outputs)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def detections():
    """rows FP32 [batch, 4] -> boxes FP32 [batch, 4], the same, and count INT64 [batch], their sum: no classifier."""
    nodes = [
        helper.make_node("Identity", ["rows"], ["boxes"]),
        helper.make_node("ReduceSum", ["rows", "across"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["count"], to=TensorProto.INT64),
    ]
    inputs = [tensor("rows", TensorProto.FLOAT, ["batch", 4])]
    outputs = [tensor("boxes", TensorProto.FLOAT, ["batch", 4]), tensor("count", TensorProto.INT64, ["batch"])]
    return model("detections", nodes, inputs, outputs, [constant("across", [1], np.int64)])


def simple(batch="batch"):
    """INPUT0 and INPUT1, INT32 [batch, 16] -> their sum and their difference."""
    nodes = [
        helper.make_node("Add", ["INPUT0", "INPUT1"], ["OUTPUT0"]),
        helper.make_node("Sub", ["INPUT0", "INPUT1"], ["OUTPUT1"]),
    ]
    shape = [batch, 16]
    inputs = [tensor(name, TensorProto.INT32, shape) for name in ("INPUT0", "INPUT1")]
    outputs = [tensor(name, TensorProto.INT32, shape) for name in ("OUTPUT0", "OUTPUT1")]
    return model("simple", nodes, inputs, outputs)


def simple_string():
    """INPUT, BYTES [batch, n] -> OUTPUT the same, PAIRS [batch, 2n] the row twice."""
    nodes = [
        helper.make_node("Identity", ["INPUT"], ["OUTPUT"]),
        helper.make_node("Concat", ["INPUT", "INPUT"], ["PAIRS"], axis=1),
    ]
    outputs = [
        tensor("OUTPUT", TensorProto.STRING, ["batch", "n"]),
        tensor("PAIRS", TensorProto.STRING, ["batch", "m"]),
    ]
    return model("simple_string", nodes, [tensor("INPUT", TensorProto.STRING, ["batch", "n"])], outputs)


def string_operators():
    """LEFT and RIGHT, BYTES [n] -> JOINED, and IS_NUMBER whether LEFT is all digits. Opset 20, IR version 9."""
    nodes = [
        helper.make_node("StringConcat", ["LEFT", "RIGHT"], ["JOINED"]),
        helper.make_node("RegexFullMatch", ["LEFT"], ["IS_NUMBER"], pattern="[0-9]+"),
    ]
    inputs = [tensor(name, TensorProto.STRING, ["n"]) for name in ("LEFT", "RIGHT")]
    outputs = [tensor("JOINED", TensorProto.STRING, ["n"]), tensor("IS_NUMBER", TensorProto.BOOL, ["n"])]
    return model("string_operators", nodes, inputs, outputs, opset=20, ir_version=9)


def identity(element):
    """INPUT of any datatype, [batch, n] -> OUTPUT the same."""
    nodes = [helper.make_node("Identity", ["INPUT"], ["OUTPUT"])]
    inputs, outputs = [tensor("INPUT", element, ["batch", "n"])], [tensor("OUTPUT", element, ["batch", "n"])]
    return model("identity", nodes, inputs, outputs)


def inspect(shape):
    """score = mean of the image, so that a test says what the score is."""
    return model("inspect", mean_of_image("score"), image(shape), score(), [ONE_BY_ONE])


def inspect_b(shape):
    """score = 1 - mean of the image, so that a test sees which model answered."""
    nodes = mean_of_image("mean_2d") + [helper.make_node("Sub", ["one", "mean_2d"], ["score"])]
    return model("inspect_b", nodes, image(shape), score(), [ONE_BY_ONE, constant("one", [[1]], np.float32)])


def two_out_heatmap():
    """score [1, 1] = mean of the image; heatmap [1, 1, 64, 64] = mean over the channels."""
    nodes = mean_of_image("score") + [helper.make_node("ReduceMean", ["image"], ["heatmap"], axes=[1], keepdims=1)]
    outputs = score() + [tensor("heatmap", TensorProto.FLOAT, [1, 1, 64, 64])]
    return model("two_out_heatmap", nodes, image(IMAGE_64), outputs, [ONE_BY_ONE])


def slow(iterations=SLOW_ITERATIONS, state=SLOW_STATE):
    """score = mean of the image, after many small steps that a terminate flag can stop between any two.

    The Loop multiplies the mean by an identity matrix over and over: exact, and nothing to fold in advance.
    """
    turn = helper.make_graph(
        [
            helper.make_node("Identity", ["keep_on_in"], ["keep_on_out"]),
            helper.make_node("MatMul", ["state_in", "unchanged"], ["state_out"]),
        ],
        "turn",
        [
            tensor("turn_number", TensorProto.INT64, []),
            tensor("keep_on_in", TensorProto.BOOL, []),
            tensor("state_in", TensorProto.FLOAT, [state, state]),
        ],
        [tensor("keep_on_out", TensorProto.BOOL, []), tensor("state_out", TensorProto.FLOAT, [state, state])],
    )
    nodes = mean_of_image("mean_2d") + [
        helper.make_node("Expand", ["mean_2d", "state_shape"], ["state"]),
        helper.make_node("Loop", ["turns", "keep_on", "state"], ["end_state"], body=turn),
        helper.make_node("Slice", ["end_state", "from", "to"], ["score"]),
    ]
    constants = [
        ONE_BY_ONE,
        constant("state_shape", [state, state], np.int64),
        constant("unchanged", np.eye(state), np.float32),
        constant("turns", iterations, np.int64),
        constant("keep_on", True, np.bool_),
        constant("from", [0, 0], np.int64),
        constant("to", [1, 1], np.int64),
    ]
    return model("slow", nodes, image(IMAGE_8), score(), constants)


def slow_one_node(side=HUGE_SIDE, window=HUGE_WINDOW):
    """score = mean of the image, through one node of about a second that nothing can interrupt.

    The mean is spread over a square and a MaxPool with a giant window goes over it: exact, always on one thread, a
    few megabytes, and begun within a few milliseconds, so that a deadline falls inside the node and not before it.
    """
    nodes = mean_of_image("mean_2d") + [
        helper.make_node("Expand", ["mean_2d", "square"], ["spread"]),
        helper.make_node("MaxPool", ["spread"], ["pooled"], kernel_shape=[window, window]),
        helper.make_node("Slice", ["pooled", "from", "to"], ["corner"]),
        helper.make_node("Reshape", ["corner", "one_by_one"], ["score"]),
    ]
    constants = [
        ONE_BY_ONE,
        constant("square", [1, 1, side, side], np.int64),
        constant("from", [0, 0, 0, 0], np.int64),
        constant("to", [1, 1, 1, 1], np.int64),
    ]
    return model("slow_one_node", nodes, image(IMAGE_8), score(), constants)


def failing():
    """score = mean of the image; an image whose mean is above 0.5 makes Gather reach outside its data."""
    nodes = mean_of_image("mean_2d") + [
        helper.make_node("Greater", ["mean", "half"], ["is_bright"]),
        helper.make_node("Cast", ["is_bright"], ["zero_or_one"], to=TensorProto.INT64),
        helper.make_node("Mul", ["zero_or_one", "far_outside"], ["row"]),
        helper.make_node("Gather", ["mean_2d", "row"], ["picked"], axis=0),
        helper.make_node("Reshape", ["picked", "one_by_one"], ["score"]),
    ]
    constants = [ONE_BY_ONE, constant("half", 0.5, np.float32), constant("far_outside", 100, np.int64)]
    return model("failing", nodes, image(IMAGE_8), score(), constants)


def failing_rows():
    """rows FP32 [batch, 4] -> total FP32 [batch, 1], the first column; fails like `failing` when the mean is > 0.5."""
    nodes = [
        helper.make_node("ReduceMean", ["rows"], ["mean"], keepdims=0),
        helper.make_node("Greater", ["mean", "half"], ["is_large"]),
        helper.make_node("Cast", ["is_large"], ["zero_or_one"], to=TensorProto.INT64),
        helper.make_node("Mul", ["zero_or_one", "far_outside"], ["column"]),
        helper.make_node("Gather", ["rows", "column"], ["picked"], axis=1),
        helper.make_node("Reshape", ["picked", "one_column"], ["total"]),
    ]
    constants = [
        constant("half", 0.5, np.float32),
        constant("far_outside", 100, np.int64),
        constant("one_column", [-1, 1], np.int64),
    ]
    inputs = [tensor("rows", TensorProto.FLOAT, ["batch", 4])]
    return model("failing_rows", nodes, inputs, [tensor("total", TensorProto.FLOAT, ["batch", 1])], constants)


def sum_batch(extra=0.0):
    """rows FP32 [batch, 4] -> total FP32 [batch, 1], the sum of the row plus `extra`."""
    nodes = [
        helper.make_node("ReduceSum", ["rows", "across"], ["sum"], keepdims=1),
        helper.make_node("Add", ["sum", "extra"], ["total"]),
    ]
    inputs = [tensor("rows", TensorProto.FLOAT, ["batch", 4])]
    outputs = [tensor("total", TensorProto.FLOAT, ["batch", 1])]
    constants = [constant("across", [1], np.int64), constant("extra", [extra], np.float32)]
    return model("sum_batch", nodes, inputs, outputs, constants)


def ratio():
    """score = mean of the image over itself: 1, and not a number when the image is black."""
    nodes = mean_of_image("mean_2d") + [helper.make_node("Div", ["mean_2d", "mean_2d"], ["score"])]
    return model("ratio", nodes, image(IMAGE_8), score(), [ONE_BY_ONE])


def tens_and_ones():
    """a FP32 [n, 2] and b FP32 [m, 2] -> both FP32 [rows, 2] = 10 a + b; one row of either goes with any number."""
    nodes = [helper.make_node("Mul", ["a", "ten"], ["tens"]), helper.make_node("Add", ["tens", "b"], ["both"])]
    inputs = [tensor("a", TensorProto.FLOAT, ["n", 2]), tensor("b", TensorProto.FLOAT, ["m", 2])]
    outputs = [tensor("both", TensorProto.FLOAT, ["rows", 2])]
    return model("tens_and_ones", nodes, inputs, outputs, [constant("ten", [10], np.float32)])


def reshape():
    """values FP32 [n] and sides INT64 [rank] -> shaped FP32: as many dimensions as sides, and none declared."""
    nodes = [helper.make_node("Reshape", ["values", "sides"], ["shaped"])]
    inputs = [tensor("values", TensorProto.FLOAT, ["n"]), tensor("sides", TensorProto.INT64, ["rank"])]
    built = model("reshape", nodes, inputs, [tensor("shaped", TensorProto.FLOAT, [])])
    built.graph.output[0].type.tensor_type.ClearField("shape")
    return built


# -- on disk ----------------------------------------------------------------------------------------------------------


def write_flat(folder, name, built):
    """FOLDER/NAME.onnx"""
    path = Path(folder) / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(built.SerializeToString(deterministic=True))
    return path


def write_versioned(folder, name, built, version=1):
    """FOLDER/NAME/VERSION/model.onnx"""
    return write_flat(Path(folder) / name / str(version), "model", built)


def write_metadata(path, **keys):
    Path(path).write_text(json.dumps(keys, indent=2) + "\n")


def build(folder):
    """The good models.

    NAME.onnx:            inspect, inspect_b, inspect_512, two_out_heatmap, slow, slow_one_node, failing,
                          failing_rows, sum_batch, ratio, tens_and_ones, reshape
    NAME/1/model.onnx:    simple, simple_fixed, simple_string, string_operators, identity_{bool,uint8,...,string}
    """
    flat = {
        "inspect": inspect(IMAGE_8),
        "inspect_b": inspect_b(IMAGE_8),
        "inspect_512": inspect(IMAGE_512),
        "two_out_heatmap": two_out_heatmap(),
        "slow": slow(),
        "slow_one_node": slow_one_node(),
        "failing": failing(),
        "failing_rows": failing_rows(),
        "sum_batch": sum_batch(),
        "ratio": ratio(),
        "tens_and_ones": tens_and_ones(),
        "reshape": reshape(),
    }
    versioned = {
        "simple": simple(),
        "simple_fixed": simple(batch=1),
        "simple_string": simple_string(),
        "string_operators": string_operators(),
    }
    versioned |= {f"identity_{suffix}": identity(element) for suffix, element in DATATYPES.values()}
    paths = {name: write_flat(folder, name, built) for name, built in flat.items()}
    return paths | {name: write_versioned(folder, name, built) for name, built in versioned.items()}


def build_bad(folder):
    """Those that must be refused.

    NAME.onnx:            corrupt (text), truncated (half a file), opset_too_new (99), external_missing (its weights
                          are not there)
    NAME/1/model.onnx:    wrong_meta (metadata.json says 224 x 224, the graph 512 x 512)
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "corrupt.onnx").write_text("This is the placeholder text of a model, and no model.\n" * 20)
    whole = slow(1).SerializeToString(deterministic=True)
    (folder / "truncated.onnx").write_bytes(whole[: len(whole) // 2])
    wrong_meta = write_versioned(folder, "wrong_meta", inspect(IMAGE_512))
    write_metadata(wrong_meta.parent / "metadata.json", model_name="wrong_meta", input_shape=[1, 3, 224, 224])
    return {
        "corrupt": folder / "corrupt.onnx",
        "truncated": folder / "truncated.onnx",
        "opset_too_new": write_flat(folder, "opset_too_new", opset_too_new()),
        "external_missing": external_missing(folder),
        "wrong_meta": wrong_meta,
    }


def opset_too_new():
    """A good graph that asks for an operator set no runtime has."""
    built = inspect(IMAGE_8)
    built.opset_import[0].version = 99
    return built


def external_missing(folder):
    """A model whose weights are said to lie in `weights.bin`, which is not there."""
    nodes = [helper.make_node("MatMul", ["rows", "weights"], ["total"])]
    inputs = [tensor("rows", TensorProto.FLOAT, ["batch", 4])]
    outputs = [tensor("total", TensorProto.FLOAT, ["batch", 1])]
    weights = constant("weights", np.ones((4, 1)), np.float32)
    built = model("external_missing", nodes, inputs, outputs, [weights])
    onnx.external_data_helper.set_external_data(built.graph.initializer[0], location="weights.bin")
    built.graph.initializer[0].ClearField("raw_data")
    return write_flat(folder, "external_missing", built)


def build_copies(folder, count):
    """copy_00 ... each FP32 [batch, 4] -> [batch, 1]; copy_NN adds NN to the sum, so that a mix-up shows."""
    return [write_flat(folder, f"copy_{number:02}", sum_batch(extra=number)) for number in range(count)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for path in [*build(Path(sys.argv[1]) / "good").values(), *build_bad(Path(sys.argv[1]) / "bad").values()]:
        print(path)
