#!/usr/bin/env python3
"""Trains the iris RandomForest of the AWS recipe and turns it into ONNX: C10, C19, A12.

Writes Samples/models/iris/1/model.onnx and metadata.json, and proves over all 150 rows that the ONNX model
says what scikit-learn says. Exit status 1 when it does not. Two runs write the same bytes.

    python scripts/train_iris.py [MODELS_FOLDER]
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

MODELS_FOLDER = Path(__file__).resolve().parents[1] / "Samples" / "models"
OPSETS = {"": 17, "ai.onnx.ml": 3}
PROBABILITY_TOLERANCE = 1e-6

METADATA = {
    "model_name": "iris",
    "model_version": "1.0.0",
    "input_shape": [-1, 4],
    "output_classes": ["setosa", "versicolor", "virginica"],
    "feature_names": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    "framework": "onnx",
    "created_at": "2025-07-12T00:00:00Z",
}


def train(flowers):
    """The recipe's split, forest and seed; also answers the accuracy on the rows held back."""
    train_rows, test_rows, train_labels, test_labels = train_test_split(
        flowers.data, flowers.target, test_size=0.2, random_state=42
    )
    forest = RandomForestClassifier(n_estimators=100, random_state=42).fit(train_rows, train_labels)
    return forest, accuracy_score(test_labels, forest.predict(test_rows))


def convert(forest):
    """The forest as ONNX bytes: input `float_input` [None, 4], outputs `label` (int64) and `probabilities`."""
    model = convert_sklearn(
        forest,
        name="iris",
        initial_types=[("float_input", FloatTensorType([None, 4]))],
        options={id(forest): {"zipmap": False}},
        target_opset=OPSETS,
    )
    # The lowest format that holds these opsets, so that older runtimes load it too.
    model.ir_version = 8
    # The converter writes the lowest operator sets it got by with, one of them twice; state the ones asked for.
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in OPSETS.items())
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def compare(forest, model_bytes, rows):
    """How many classes are equal, and the largest difference of a probability.

    Both sides see the rows as float32: ONNX's input type, and what the trees compare with inside scikit-learn.
    """
    rows = rows.astype(np.float32)
    session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(["label", "probabilities"], {"float_input": rows})
    equal = int(np.sum(labels == forest.predict(rows)))
    return equal, float(np.max(np.abs(probabilities - forest.predict_proba(rows))))


def write(model_bytes, models_folder):
    """MODELS_FOLDER/iris/1/model.onnx, with the metadata beside it."""
    folder = models_folder / "iris" / "1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model_bytes)
    (folder / "metadata.json").write_text(json.dumps(METADATA, indent=2) + "\n")
    return folder / "model.onnx"


def main():
    models_folder = Path(sys.argv[1]) if len(sys.argv) > 1 else MODELS_FOLDER
    flowers = load_iris()
    forest, accuracy = train(flowers)
    model_bytes = convert(forest)
    equal, difference = compare(forest, model_bytes, flowers.data)
    # Rounding the measurements to float32 must not have moved a flower into another class either.
    moved = int(np.sum(forest.predict(flowers.data) != forest.predict(flowers.data.astype(np.float32))))

    rows = len(flowers.data)
    print(f"accuracy on the 30 rows held back: {accuracy:.3f}")
    print(f"classes equal to scikit-learn's:   {equal}/{rows} (float32 rounding moved {moved})")
    print(f"largest probability difference:    {difference:.3g} (allowed {PROBABILITY_TOLERANCE:g})")
    if equal != rows or moved or not difference <= PROBABILITY_TOLERANCE:
        print("the ONNX model does not say what scikit-learn says: nothing written", file=sys.stderr)
        return 1
    path = write(model_bytes, models_folder)
    print(f"wrote {path} ({len(model_bytes)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
