"""`lineside recipe`: recipes as people write them, and the scripts around them. A15, A17, A18, A20, A21, A23.

Exit statuses: 0 good, 1 the doctor found an error (or could not mend one), 2 usage, 78 a file that cannot be read or resolved.
"""

import base64
import json
import os
import subprocess
from pathlib import Path

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


# -- doctor: scripts and tutorials ------------------------------------------------------------------------------------

PREPARE = """#!/bin/bash
export AWS_ACCOUNT_ID=$(aws sts get-caller-identity --query Account --output text)
BUCKET="parts-${AWS_ACCOUNT_ID}"
aws s3 mb s3://$BUCKET
aws s3api put-bucket-versioning --bucket $BUCKET --versioning-configuration Status=Enabled
aws s3api put-bucket-encryption --bucket $BUCKET \\
    --server-side-encryption-configuration 'Rules=[{ApplyServerSideEncryptionByDefault:{SSEAlgorithm:aws:kms}}]'
aws s3 cp weights.bin s3://$BUCKET/ --server-side-encryption aws:kms
"""
COMPONENT = """#!/bin/bash
cat > judge.py << 'EOF'
import os
import boto3
import onnxruntime as ort
session = ort.InferenceSession(os.environ['MODEL_FILE'])
boto3.client('events').put_events(Entries=[])
EOF

cat > judge.json << EOF
{
  "RecipeFormatVersion": "2020-01-25",
  "ComponentName": "com.plant.Judge",
  "ComponentVersion": "2.1.0",
  "ComponentConfiguration": {
    "DefaultConfiguration": {
      "ModelFile": "/srv/${BUCKET}/model.onnx"
    }
  },
  "Manifests": [
    {
      "Artifacts": [
        {
          "URI": "data:text/plain;base64,$(base64 -w 0 judge.py)"
        }
      ],
      "Lifecycle": {
        "Install": {
          "Script": "pip3 install onnxruntime==1.16.1 numpy==1.24.0 opencv-python==4.8.0",
          "Timeout": 600
        },
        "Run": "python3 {artifacts:path}/judge.py"
      }
    }
  ]
}
EOF
aws greengrassv2 create-component-version --inline-recipe file://judge.json
"""
CLEANUP = """#!/bin/bash
aws s3 rm s3://${BUCKET} --recursive
aws s3 rb s3://${BUCKET}
aws iot delete-thing --thing-name press-7
"""
STEPS = {"0-prepare.sh": PREPARE, "1-component.sh": COMPONENT, "9-cleanup.sh": CLEANUP}
ERRORS = {
    ("0-prepare.sh", 7, "H1"),
    ("0-prepare.sh", 8, "H2"),
    ("1-component.sh", 6, "PROVIDERS"),
    # No credentials, no variable; no boto3, no such pin.
    ("1-component.sh", 11, "E7"),
    ("1-component.sh", 27, "E7"),
    ("1-component.sh", 22, "E5"),
    ("1-component.sh", 29, "E5"),
    ("1-component.sh", 24, "E6"),
    ("1-component.sh", 38, "E3"),
    ("9-cleanup.sh", 3, "B1"),
}


@pytest.fixture
def steps(tmp_path):
    """The paths of a recipe's steps, in their order."""
    for step, text in STEPS.items():
        (tmp_path / step).write_text(text)
    return [tmp_path / step for step in STEPS]


def test_the_doctor_reads_scripts(lineside, steps):
    finished = lineside("recipe", "doctor", "-o", "json", *steps)
    assert finished.returncode == 1
    rows = answer(finished)
    errors = {(Path(row["file"]).name, row["line"], row["ids"][0]) for row in rows if row["level"] == "error"}
    assert errors == ERRORS
    for row in rows:
        assert row["message"] and row["advice"], row
        assert row["consequence"] or row["level"] == "note", row
        assert row["corrected"] or not row["mendable"], row
    [bucket] = [row for row in rows if "B1" in row["ids"]]
    assert "BucketNotEmpty" in bucket["consequence"]
    assert any("list-object-versions" in line for line in bucket["corrected"])
    paths = {row["path"] for row in rows if row.get("component") == "com.plant.Judge"}
    assert "Manifests[0].Lifecycle.Install.Script" in paths


def test_the_doctor_says_it_to_people_too(lineside, steps):
    finished = lineside("recipe", "doctor", *steps)
    assert finished.returncode == 1
    assert f"error   {steps[0]}:8 H2 X2\n" in finished.stdout
    assert "| aws s3 cp weights.bin s3://$BUCKET/ --sse aws:kms" in finished.stdout


def test_the_doctor_corrects_scripts(lineside, steps, tmp_path):
    finished = lineside("recipe", "doctor", "--fix", "-O", tmp_path / "good", "-o", "json", *steps)
    assert finished.returncode == 0
    assert all(row["mended"] for row in answer(finished) if row["level"] == "error")
    good = {step: (tmp_path / "good" / step).read_text() for step in STEPS}
    assert "'Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=aws:kms}}]'" in good["0-prepare.sh"]
    component = good["1-component.sh"]
    assert "numpy==1.24.2 opencv-python==4.8.0.76 boto3" in component
    assert "InferenceSession(os.environ['MODEL_FILE'], providers=[\"CPUExecutionProvider\"])" in component
    assert 'aws s3 cp judge.py "s3://$BUCKET/components/judge.py"\ncat > judge.json' in component
    assert "--inline-recipe fileb://judge.json" in component
    assert "delete-component" in good["9-cleanup.sh"]
    for step, text in STEPS.items():
        assert (tmp_path / step).read_text() == text
        assert subprocess.run(["bash", "-n", tmp_path / "good" / step]).returncode == 0
    recipe = json.loads(component.split("cat > judge.json << EOF\n")[1].split("EOF\n")[0])
    assert list(recipe)[:3] == ["RecipeFormatVersion", "ComponentName", "ComponentVersion"]
    assert recipe["Manifests"][0]["Lifecycle"]["Setenv"] == {"MODEL_FILE": "{configuration:/ModelFile}"}
    assert "aws.greengrass.TokenExchangeService" in recipe["ComponentDependencies"]

    again = lineside("recipe", "doctor", "--fix", "-O", tmp_path / "again", *(tmp_path / "good" / step for step in STEPS))
    assert again.returncode == 0
    assert {step: (tmp_path / "again" / step).read_text() for step in STEPS} == good


def test_a_correction_lies_beside_its_file(lineside, steps):
    steps[0].chmod(0o755)
    finished = lineside("recipe", "doctor", "--fix", steps[0])
    fixed = steps[0].with_name("0-prepare.fixed.sh")
    assert finished.returncode == 0
    assert f"{steps[0]} -> {fixed}" in finished.stdout
    assert "--sse aws:kms" in fixed.read_text() and os.access(fixed, os.X_OK)
    assert steps[0].read_text() == PREPARE


def test_a_correction_in_place_is_asked_for(lineside, steps):
    assert lineside("recipe", "doctor", "--fix", "-O", steps[0], steps[0]).returncode == 2
    assert lineside("recipe", "doctor", "--fix", "-O", steps[0].parent, *steps).returncode == 2
    assert steps[0].read_text() == PREPARE
    assert lineside("recipe", "doctor", "--fix", "--in-place", steps[0]).returncode == 0
    assert "--sse aws:kms" in steps[0].read_text()


def test_a_sound_script_is_left_alone(lineside, write, tmp_path):
    [path] = write("#!/bin/sh\naws s3 ls\n")
    finished = lineside("recipe", "doctor", "--fix", path)
    assert (finished.returncode, finished.stdout) == (0, "nothing to mend\n")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_tutorial_is_read_between_its_fences(lineside, write):
    lines = "\n".join("   " + line for line in CLEANUP.splitlines()[1:])
    text = f"# Parts\n\nIt's time to clean up.\n\n1. Run `aws s3 rb`:\n\n   ```bash\n{lines}\n   ```\n"
    [path] = write(text)
    rows = answer(lineside("recipe", "doctor", "-o", "json", path))
    assert [(row["line"], row["level"]) for row in rows if "B1" in row["ids"]] == [(9, "warning")]
    good = path.with_name("good.md")
    assert lineside("recipe", "doctor", "--fix", "-O", good, path).returncode == 0
    mended = good.read_text().splitlines()
    assert mended[:7] == text.splitlines()[:7]
    assert all(line.startswith("   ") for line in mended[7:])


def test_a_component_in_json_is_corrected_in_its_own_manner(lineside, write, tmp_path):
    paths = write(*(json.dumps(document, indent=2) + "\n" for document in PRINTED))
    finished = lineside("recipe", "doctor", "--fix", "-O", f"{tmp_path}/good/", "-o", "json", *paths)
    assert finished.returncode == 0
    assert not [row for row in answer(finished) if row["level"] == "error" and not row["mended"]]
    text = (tmp_path / "good" / paths[2].name).read_text()
    corrected = json.loads(text)
    assert text == json.dumps(corrected, indent=2) + "\n"
    assert corrected["Manifests"][0]["Lifecycle"]["Setenv"] == {
        "EVENT_BUS_NAME": "{configuration:/EventBusName}",
        "MODEL_PATH": "{com.edge.DefectDetectionModel:artifacts:path}/model.onnx",
    }
    assert lineside("recipe", "resolve", *(tmp_path / "good" / path.name for path in paths)).returncode == 0


def test_a_component_in_yaml_is_not_written_again(lineside, write):
    [path] = write(YAML.replace("TIMEOUT", "30").replace("echo", "aws events list-rules;"))
    finished = lineside("recipe", "doctor", "--fix", path)
    assert finished.returncode == 1
    assert "only recipes in JSON are written again" in finished.stdout
    assert "errors that stay" in finished.stdout and "E7" in finished.stdout


def test_the_version_of_the_cli_matters(lineside, write):
    [path] = write("#!/bin/sh\naws logs tail /g --follow\naws kms encrypt --key-id k --plaintext file://p\n")
    found = {}
    for version in ("1", "2"):
        rows = answer(lineside("recipe", "doctor", "--cli", version, "-o", "json", path))
        found[version] = {row["ids"][0] for row in rows if row["level"] == "error"}
    assert found == {"1": {"E4"}, "2": {"E3"}}
    assert lineside("recipe", "doctor", "--cli", "3", path).returncode == 2


@pytest.mark.parametrize("text", ["Nothing but words.\nAnd more of them.\n", "[]", '{"a": 1}'])
def test_a_text_without_commands_is_refused(lineside, write, text):
    [path] = write(text)
    finished = lineside("recipe", "doctor", path)
    assert finished.returncode == 78
    assert "neither a component recipe nor a command" in finished.stderr


def test_a_recipe_that_cannot_be_read_is_still_told_so(lineside, write):
    [path] = write('{"RecipeFormatVersion": "2020-01-25", }')
    finished = lineside("recipe", "doctor", path)
    assert finished.returncode == 78
    assert "not JSON: " in finished.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["doctor", "x", "--in-place"],
        ["doctor", "x", "-O", "y"],
        ["doctor", "--fix", "--in-place", "-O", "y", "x"],
        ["check", "--fix", "x"],
        ["doctor", "--fix", "-O", "y/", "a/x", "b/x"],
    ],
)
def test_usage_of_corrections(lineside, words):
    assert lineside("recipe", *words).returncode == 2


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
