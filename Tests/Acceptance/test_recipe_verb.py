"""`lineside recipe`: recipes as people write them, checked, doctored and resolved. A15, A17, A18, A20, A21, A23.

Exit statuses: 0 good, 1 the doctor found an error, 2 usage, 78 a recipe that cannot be read or resolved.
"""

import base64
import json

import pytest

PROGRAM = """
import boto3, cv2, os
import onnxruntime as ort
path = os.environ.get('MODEL_PATH', '/greengrass/v2/work/com.edge.DefectDetectionModel/model.onnx')
bus = os.environ.get('EVENT_BUS_NAME', 'default')
"""


def recipe(name, version="1.0.0", needs=None, defaults=None, **manifest):
    document = {
        "RecipeFormatVersion": "2020-01-25",
        "ComponentName": name,
        "ComponentVersion": version,
        "Manifests": [{"Platform": {"os": "linux"}} | manifest],
    }
    if needs:
        document["ComponentDependencies"] = {key: {"VersionRequirement": value} for key, value in needs.items()}
    if defaults:
        document["ComponentConfiguration"] = {"DefaultConfiguration": defaults}
    return document


RUNTIME = recipe(
    "com.edge.OnnxRuntime",
    Lifecycle={
        "Install": {
            "Script": "pip3 install onnxruntime==1.16.0 numpy==1.24.0 opencv-python-headless==4.8.0",
            "Timeout": 300,
        }
    },
)
MODEL = recipe(
    "com.edge.DefectDetectionModel",
    defaults={"ModelPath": "/greengrass/v2/work/com.edge.DefectDetectionModel"},
    Artifacts=[{"URI": "s3://models/v1.0.0/model.onnx", "Unarchive": "NONE"}],
    Lifecycle={},
)
INFERENCE = recipe(
    "com.edge.InferenceEngine",
    needs={"com.edge.OnnxRuntime": ">=1.0.0 <2.0.0", "com.edge.DefectDetectionModel": ">=1.0.0 <2.0.0"},
    defaults={"EventBusName": "edge-monitoring-bus", "InferenceInterval": 10, "ConfidenceThreshold": 0.8},
    Artifacts=[{"URI": "data:text/plain;base64," + base64.b64encode(PROGRAM.encode()).decode(), "Unarchive": "NONE"}],
    Lifecycle={"Run": {"Script": "python3 {artifacts:path}/inference_app.py", "RequiresPrivilege": False}},
)
PRINTED = [RUNTIME, MODEL, INFERENCE]


@pytest.fixture
def write(tmp_path):
    """write(document or text, ...): the paths of their files."""

    def write(*documents):
        paths = []
        for index, document in enumerate(documents):
            path = tmp_path / f"recipe-{index}"
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            paths.append(path)
        return paths

    return write


def answer(finished):
    assert finished.stderr == "", finished.stderr
    return json.loads(finished.stdout)


# -- check ------------------------------------------------------------------------------------------------------------


def test_the_printed_components_can_be_read(lineside, write):
    finished = lineside("recipe", "check", "-o", "json", *write(*PRINTED))
    assert finished.returncode == 0
    assert [(row["component"], row["good"], row["warnings"]) for row in answer(finished)] == [
        (document["ComponentName"], True, []) for document in PRINTED
    ]


YAML = """
RecipeFormatVersion: '2020-01-25'
componentName: com.example.Hello
componentVersion: 1.0.0
Manifests:
  - Platform: {os: linux}
    Lifecycle:
      Run: {Script: 'echo {configuration:/Message}', Timeout: TIMEOUT}
"""


def test_yaml_is_known_by_its_content(lineside, write):
    finished = lineside("recipe", "check", *write(YAML.replace("TIMEOUT", "30")))
    assert finished.returncode == 0
    assert "com.example.Hello 1.0.0 is good" in finished.stdout


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (YAML.replace("TIMEOUT", "soon"), 'Manifests[0].Lifecycle.Run.Timeout: found "soon"'),
        (YAML.replace("1.0.0", "1.0"), "componentVersion: found 1.0"),
        (YAML + "Manifests: []\n", "the key 'Manifests' is repeated at line 9, column 1"),
        (YAML.replace("os: linux}", "os: linux"), "not YAML: "),
        ('{"ComponentName": "a", }', "not JSON: "),
        ("", "the recipe is empty"),
    ],
)
def test_a_bad_recipe_is_told_with_its_place(lineside, write, text, place):
    [path] = write(text)
    finished = lineside("recipe", "check", path)
    assert finished.returncode == 78
    assert f"{path}: " in finished.stderr and place in finished.stderr
    [row] = answer(lineside("recipe", "check", "-o", "json", path))
    assert not row["good"] and place in row["error"]


def test_one_bad_recipe_does_not_hide_the_others(lineside, write):
    good, bad = write(MODEL, "[]")
    finished = lineside("recipe", "check", bad, good)
    assert finished.returncode == 78
    assert "com.edge.DefectDetectionModel 1.0.0 is good" in finished.stdout


def test_a_typing_error_is_warned_of(lineside, write):
    document = recipe("com.x", Lifecycle={"Instal": "true"})
    finished = lineside("recipe", "check", *write(document))
    assert finished.returncode == 0
    assert "Manifests[0].Lifecycle.Instal: unknown key, passed over; did you mean Install?" in finished.stdout


@pytest.mark.parametrize("words", [[], ["check"], ["resolve"], ["cook", "x"], ["check", "x", "--pan", "y"]])
def test_usage(lineside, words):
    assert lineside("recipe", *words).returncode == 2


def test_a_file_that_is_not_there(lineside, tmp_path):
    for word in ("check", "doctor", "resolve"):
        finished = lineside("recipe", word, tmp_path / "none")
        assert finished.returncode == 78
        assert "no such file" in finished.stderr


# -- doctor -----------------------------------------------------------------------------------------------------------


def test_the_doctor_knows_what_is_wrong_with_the_printed_components(lineside, write):
    finished = lineside("recipe", "doctor", "-o", "json", *write(*PRINTED))
    assert finished.returncode == 1
    errors = {(row["rule"], row["component"]) for row in answer(finished) if row["level"] == "error"}
    assert errors == {
        ("pip-pin", "com.edge.OnnxRuntime"),
        ("path", "com.edge.DefectDetectionModel"),
        ("missing-package", "com.edge.InferenceEngine"),
        ("no-credentials", "com.edge.InferenceEngine"),
        ("environment", "com.edge.InferenceEngine"),
    }


def test_the_doctor_names_the_missing_pin(lineside, write):
    finished = lineside("recipe", "doctor", *write(RUNTIME))
    assert finished.returncode == 1
    assert "opencv-python-headless==4.8.0: no such release is known" in finished.stdout
    assert "opencv-python-headless==4.8.0.76" in finished.stdout


def test_the_doctor_looks_at_artifacts_at_hand(lineside, write, tmp_path):
    shelf = tmp_path / "artifacts"
    shelf.mkdir()
    (shelf / "model.onnx").write_text("model.onnx placeholder\n")
    finished = lineside("recipe", "doctor", "--artifacts", shelf, *write(MODEL))
    assert finished.returncode == 1
    assert "model.onnx is a text of 23 bytes, no ONNX model" in finished.stdout


def test_a_sound_recipe_leaves_the_doctor_silent(lineside, write):
    finished = lineside("recipe", "doctor", *write(recipe("com.x", Lifecycle={"Run": "exec ./serve"})))
    assert (finished.returncode, finished.stdout) == (0, "nothing found\n")


# -- resolve ----------------------------------------------------------------------------------------------------------


def test_the_printed_components_resolve(lineside, write):
    finished = lineside("recipe", "resolve", "--folder", "/gg", "--thing", "press-7", "-o", "json", *write(*PRINTED))
    assert finished.returncode == 0
    model, runtime, inference = answer(finished)
    assert [row["component"] for row in (model, runtime, inference)] == [
        "com.edge.DefectDetectionModel",
        "com.edge.OnnxRuntime",
        "com.edge.InferenceEngine",
    ]
    assert inference["root"] and not runtime["root"]
    assert inference["wantedBy"] == ["thing/press-7 wants *"]
    assert inference["artifacts"][0]["file"] == "inference_app.py"
    folder = "/gg/packages/artifacts"
    step = inference["steps"]["run"]
    assert step["script"] == f"python3 {folder}/com.edge.InferenceEngine/1.0.0/inference_app.py"
    assert step["timeoutSeconds"] is None
    assert runtime["steps"]["install"]["timeoutSeconds"] == 300
    assert inference["configuration"] == {
        "EventBusName": "edge-monitoring-bus",
        "InferenceInterval": 10,
        "ConfidenceThreshold": 0.8,
    }
    assert inference["environment"]["EVENT_BUS_NAME"] == "edge-monitoring-bus"
    assert inference["environment"]["MODEL_PATH"] == f"{folder}/com.edge.DefectDetectionModel/1.0.0/model.onnx"


def test_the_newest_that_suits_is_taken(lineside, write):
    versions = [recipe("com.b", version, Lifecycle={"Run": "b"}) for version in ("1.0.0", "1.4.2", "2.0.0")]
    files = write(recipe("com.a", needs={"com.b": ">=1.0.0 <2.0.0"}, Lifecycle={"Run": "a"}), *versions)
    rows = answer(lineside("recipe", "resolve", "-o", "json", *files))
    assert [(row["component"], row["version"]) for row in rows] == [("com.b", "1.4.2"), ("com.a", "1.0.0")]
    rows = answer(lineside("recipe", "resolve", "--root", "com.b=2.x", "-o", "json", *files))
    assert [(row["component"], row["version"]) for row in rows] == [("com.b", "2.0.0")]


def test_a_conflict_names_every_party(lineside, write):
    files = write(
        recipe("com.a", needs={"com.c": "1.x"}, Lifecycle={"Run": "a"}),
        recipe("com.b", needs={"com.c": "2.x"}, Lifecycle={"Run": "b"}),
        recipe("com.c", "1.5.0", Lifecycle={"Run": "c"}),
        recipe("com.c", "2.5.0", Lifecycle={"Run": "c"}),
    )
    finished = lineside("recipe", "resolve", *files)
    assert finished.returncode == 78
    assert "com.c: com.a 1.0.0 wants 1.x, com.b 1.0.0 wants 2.x; available: 1.5.0, 2.5.0" in finished.stderr


def test_a_circle_is_named_in_full(lineside, write):
    files = write(
        recipe("com.a", needs={"com.b": "*"}, Lifecycle={"Run": "a"}),
        recipe("com.b", needs={"com.a": "*"}, Lifecycle={"Run": "b"}),
    )
    finished = lineside("recipe", "resolve", "--root", "com.a", *files)
    assert finished.returncode == 78
    assert "com.a -> com.b -> com.a" in finished.stderr


def test_no_platform_match_names_the_component(lineside, write):
    document = recipe("com.edge.Windows", Lifecycle={"Run": "a"}, Platform={"os": "windows"})
    finished = lineside("recipe", "resolve", *write(document))
    assert finished.returncode == 78
    assert "no platform match: com.edge.Windows 1.0.0" in finished.stderr
    finished = lineside("recipe", "resolve", "--platform", "os=windows", *write(document))
    assert finished.returncode == 0
