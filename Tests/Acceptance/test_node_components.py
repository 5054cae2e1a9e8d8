"""A node's components: configuration, artifacts, surroundings, events, what people ask (docs/spec/node.md)."""

import base64
import contextlib
import getpass
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile

import fixtures
import pytest
from components import is_alive
from event_bus import EventBus
from node import arguments, document, merging, recipe, rows
from server import wait_until

WIDGET, GADGET = "com.example.widget", "com.example.gadget"
MODEL = "com.example.model"
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may run things as somebody else")


def deploy(node, deployed, *recipes, **others):
    over = node.deploy(deployed, *recipes, **others)
    assert over["result"] == "SUCCEEDED", over
    return over


def data_uri(content):
    return "data:text/plain;base64," + base64.b64encode(content.encode()).decode()


def sha256(content):
    """A digest as recipes carry it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def zipped(**files):
    """A zip archive; two underscores in a name are a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


# -- configuration (A18) ----------------------------------------------------------------------------------------------


def test_defaults_and_what_a_deployment_merges(node):
    """A18: maps are merged deep, lists and plain values replaced; `component config` shows it."""
    defaults = {"InferenceInterval": 10, "EventBusName": "default", "Camera": {"Gain": 1, "Tags": ["a", "b"]}}
    made = recipe(WIDGET, run="exec sleep 500001", defaults=defaults)
    merge = {"EventBusName": "edge-monitoring-bus", "Camera": {"Tags": ["c"], "Mode": None}}
    deploy(node, document({WIDGET: merging("1.0.0", **merge)}), made)
    wanted = {
        "InferenceInterval": 10,
        "EventBusName": "edge-monitoring-bus",
        "Camera": {"Gain": 1, "Tags": ["c"], "Mode": None},
    }
    assert node.effective(WIDGET) == wanted
    said = node.verb("component", "config", WIDGET, "-o", "json")
    assert said.returncode == 0 and json.loads(said.stdout) == wanted, said


def test_merge_as_the_api_carries_it(node):
    """A18: `merge` as a text of JSON, as create-deployment has it; a text that is none is refused by name."""
    made = recipe(WIDGET, run="exec sleep 500002", defaults={"EventBusName": "default"})
    text = {"componentVersion": "1.0.0", "configurationUpdate": {"merge": '{"EventBusName":"bus-7"}'}}
    deploy(node, document({WIDGET: text}), made)
    assert node.effective(WIDGET) == {"EventBusName": "bus-7"}
    bad = {"componentVersion": "1.0.0", "configurationUpdate": {"merge": '{"EventBusName":'}}
    refused = node.submit(document({WIDGET: bad}), [made])
    assert refused.status_code == 422 and "merge" in refused.json()["error"], refused.text


@pytest.mark.parametrize(
    ("reset", "merge", "wanted"),
    [
        (["/Pace"], {}, {"Pace": 1, "Nested": {"A": 1, "B": 5}, "Extra": True}),
        (["/Nested/B", "/Extra"], {}, {"Pace": 20, "Nested": {"A": 1, "B": 2}}),
        (["/Nested"], {"Nested": {"C": 3}}, {"Pace": 20, "Nested": {"A": 1, "B": 2, "C": 3}, "Extra": True}),
        ([""], {}, {"Pace": 1, "Nested": {"A": 1, "B": 2}}),
        (["/NotThere"], {}, {"Pace": 20, "Nested": {"A": 1, "B": 5}, "Extra": True}),
    ],
    ids=["value", "inside", "then merge", "all", "missing"],
)
def test_reset_comes_before_merge(node, reset, merge, wanted):
    """A18: the default comes back, or the value goes when there is none."""
    made = recipe(WIDGET, run="exec sleep 500003", defaults={"Pace": 1, "Nested": {"A": 1, "B": 2}})
    deploy(node, document({WIDGET: merging("1.0.0", Pace=20, Nested={"B": 5}, Extra=True)}), made)
    update = {"componentVersion": "1.0.0", "configurationUpdate": {"reset": reset, "merge": merge}}
    deploy(node, document({WIDGET: update}), made)
    assert node.effective(WIDGET) == wanted


def test_configuration_outlives_a_version_but_not_the_component(node):
    """A18: defaults of a new version fill holes only; a component that was removed begins anew."""
    first = recipe(WIDGET, "1.0.0", "exec sleep 500004", defaults={"Pace": 1})
    second = recipe(WIDGET, "2.0.0", "exec sleep 500005", defaults={"Pace": 2, "Mode": "fast"})
    deploy(node, document({WIDGET: merging("1.0.0", Pace=20)}), first)
    deploy(node, document({WIDGET: "2.0.0"}), second)
    assert node.effective(WIDGET) == {"Pace": 20, "Mode": "fast"}
    deploy(node, document({}))
    deploy(node, document({WIDGET: "2.0.0"}), second)
    assert node.effective(WIDGET) == {"Pace": 2, "Mode": "fast"}


def test_variables(node):
    """A18: in scripts, of one's own and of a dependency; what is not there stays as it was written."""
    base = recipe(GADGET, run="exec sleep 500006", defaults={"Port": 5020})
    script = (
        "echo {configuration:/Words} {configuration:/List/1} {configuration:/No/Such} {iot:thingName} "
        "{com.example.gadget:configuration:/Port} > said; echo {work:path} {artifacts:path} > paths; exec sleep 500007"
    )
    made = recipe(WIDGET, run=script, defaults={"Words": "hello there", "List": ["a", "b"]}, needs={GADGET: "^1.0.0"})
    deploy(node, document({WIDGET: "1.0.0"}), base, made)
    assert node.read(WIDGET, "said") == "hello there b {configuration:/No/Such} press-7 5020"
    work, artifacts = node.read(WIDGET, "paths").split()
    assert os.path.realpath(work) == os.path.realpath(node.root / "work" / WIDGET)
    assert os.path.realpath(artifacts).startswith(os.path.realpath(node.root / "packages"))


@pytest.mark.parametrize(("interpolates", "wanted"), [(False, "{iot:thingName}-x"), (True, "press-7-x")])
def test_variables_in_values(make_node, interpolates, wanted):
    """`interpolateComponentConfiguration`"""
    node = make_node(nucleus={"interpolateComponentConfiguration": interpolates}).start()
    made = recipe(
        WIDGET, run="echo '{configuration:/Name}' > said; exec sleep 500008", defaults={"Name": "{iot:thingName}-x"}
    )
    deploy(node, document({WIDGET: "1.0.0"}), made)
    assert node.read(WIDGET, "said") == wanted


# -- surroundings (A22, A23) ------------------------------------------------------------------------------------------


def surroundings(node, name=WIDGET, **more):
    """Everything in a component's environment."""
    made = recipe(name, run="env > env.new; mv env.new env; exec sleep 500010", **more)
    deploy(node, document({name: "1.0.0"}), made)
    return dict(line.split("=", 1) for line in node.read(name, "env").splitlines())


def test_environment(make_node, monkeypatch):
    """A23: what programs for Greengrass and the AWS SDKs look for, and nothing of the node's own environment."""
    node = make_node().start(env={"SECRET_OF_THE_NODE": "x", "AWS_PROFILE": "me", "AWS_SECRET_ACCESS_KEY": "mine"})
    said = surroundings(node)
    assert (said["AWS_IOT_THING_NAME"], said["AWS_REGION"], said["AWS_DEFAULT_REGION"]) == (
        "press-7",
        "eu-central-1",
        "eu-central-1",
    )
    assert said["AWS_ENDPOINT_URL"].rstrip("/") == node.url
    assert said["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith(node.url + "/2016-11-01/credentialprovider")
    assert said["AWS_CONTAINER_AUTHORIZATION_TOKEN"] and said["SVCUID"] and said["GGC_VERSION"]
    assert os.path.realpath(said["HOME"]) == os.path.realpath(node.root / "work" / WIDGET)
    assert said.keys().isdisjoint({"SECRET_OF_THE_NODE", "AWS_PROFILE", "AWS_SECRET_ACCESS_KEY"})


def test_no_ipc(node):
    """[node-ipc-1] A socket that is not there is not promised."""
    assert "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT" not in surroundings(node)


def test_names_that_programs_expect(node):
    """[node-compat-1] A23: EventBusName and ModelPath of the configuration, as EVENT_BUS_NAME and MODEL_PATH."""
    said = surroundings(node, defaults={"EventBusName": "edge-monitoring-bus", "ModelPath": "/models/one.onnx"})
    assert (said["EVENT_BUS_NAME"], said["MODEL_PATH"]) == ("edge-monitoring-bus", "/models/one.onnx")


def test_a_recipe_s_own_variables_win(node):
    """[node-compat-1] Setenv of the lifecycle, and of the step above it."""
    made = recipe(WIDGET, defaults={"EventBusName": "of-the-configuration", "ModelPath": "/a"})
    made["Manifests"][0]["Lifecycle"] = {
        "Setenv": {"EVENT_BUS_NAME": "of-the-recipe", "PACE": "{configuration:/ModelPath}", "MODE": "slow"},
        "Run": {"Script": "env > env.new; mv env.new env; exec sleep 500011", "Setenv": {"MODE": "fast"}},
    }
    deploy(node, document({WIDGET: "1.0.0"}), made)
    said = dict(line.split("=", 1) for line in node.read(WIDGET, "env").splitlines())
    assert (said["EVENT_BUS_NAME"], said["MODEL_PATH"], said["PACE"], said["MODE"]) == (
        "of-the-recipe",
        "/a",
        "/a",
        "fast",
    )


@root_only
def test_privilege(node):
    """A22: nobody, unless a step asks for more."""
    made = recipe(
        WIDGET,
        run="id -un > run-user; exec sleep 500012",
        install={"Script": "id -un > install-user; chmod a+w install-user .", "RequiresPrivilege": True},
    )
    deploy(node, document({WIDGET: "1.0.0"}), made)
    assert (node.read(WIDGET, "install-user"), node.read(WIDGET, "run-user")) == ("root", "nobody")


def test_an_install_past_its_time(node):
    """A16: killed with everything that it started; the deployment ends, and nobody is left."""
    made = recipe(WIDGET, run="true", install={"Script": "sleep 500013 & sleep 500014", "Timeout": 1})
    begun = time.monotonic()
    over = node.deploy(document({WIDGET: "1.0.0"}), made)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and WIDGET in over["reason"], over
    assert time.monotonic() - begun < 20
    wait_until(lambda: node.sleeps() == [], f"the end of {node.sleeps()}", 3)


def test_a_component_that_goes_on_failing_is_broken(make_node):
    """A22: after it had been healthy: three tries with a pause, then BROKEN, told by the status and its exit status."""
    node = make_node().start()
    made = recipe(WIDGET, run="test -e fail && exit 1; sleep 500015; exit 1")
    deploy(node, document({WIDGET: "1.0.0"}), made)
    (node.root / "work" / WIDGET / "fail").write_text("")
    for pid in node.processes():
        if is_sleep(pid, "500015"):
            os.kill(pid, 9)
    widget = node.wait_state(WIDGET, "BROKEN", seconds=20)
    assert widget["reason"]
    said = node.verb("node", "status")
    assert said.returncode == 1 and "BROKEN" in said.stdout, said
    assert node.history()[0]["result"] == "SUCCEEDED"


def is_sleep(pid, seconds):
    return arguments(pid)[:2] == ["sleep", seconds]


# -- artifacts (A19, A20) ---------------------------------------------------------------------------------------------


def test_a_data_uri(make_python_node):
    """A20: the file takes its name from the script that runs it."""
    node = make_python_node()
    program = "print('I came with the recipe', flush=True)\nimport time\ntime.sleep(600)\n"
    made = recipe(WIDGET, run=f"{sys.executable} {{artifacts:path}}/app.py", artifacts=[{"URI": data_uri(program)}])
    deploy(node, document({WIDGET: "1.0.0"}), made)
    wait_until(lambda: "I came with the recipe" in node.output(WIDGET), "its words", 10)


def test_files_and_a_folder_of_artifacts(node):
    """[node-recipe-1] A19: `file://`, and NAME/VERSION/FILE of --artifacts for addresses that lead elsewhere."""
    (node.folder / "one.txt").write_text("one")
    shelf = node.folder / "shelf" / WIDGET / "1.0.0"
    shelf.mkdir(parents=True)
    (shelf / "two.txt").write_text("two")
    artifacts = [
        {"URI": f"file://{node.folder}/one.txt", "Digest": sha256(b"one"), "Algorithm": "SHA-256", "Unarchive": "NONE"},
        {"URI": "s3://bucket/models/two.txt", "Digest": sha256(b"two"), "Algorithm": "SHA-256"},
    ]
    script = "cat {artifacts:path}/*.txt > all.new; mv all.new all; exec sleep 500020"
    made = recipe(WIDGET, run=script, artifacts=artifacts)
    said = node.apply(document({WIDGET: "1.0.0"}), made, artifacts=node.folder / "shelf")
    assert said.returncode == 0, said
    assert node.read(WIDGET, "all") == "onetwo"


def test_an_archive(node):
    """A19: unpacked under its own name, readable as its Permission says."""
    (node.folder / "pack.zip").write_bytes(zipped(inner__words="from the archive", top="x"))
    artifact = {"URI": f"file://{node.folder}/pack.zip", "Unarchive": "ZIP", "Permission": {"Read": "ALL"}}
    made = recipe(
        WIDGET, run="cat {artifacts:decompressedPath}/pack/inner/words > words; exec sleep 500021", artifacts=[artifact]
    )
    deploy(node, document({WIDGET: "1.0.0"}), made)
    assert node.read(WIDGET, "words") == "from the archive"


def test_permission_to_execute(node):
    """A19: Execute OWNER or ALL, and not otherwise."""
    (node.folder / "tool").write_text("#!/bin/sh\necho ran > ran; exec sleep 500022\n")
    artifact = {"URI": f"file://{node.folder}/tool", "Permission": {"Read": "ALL", "Execute": "ALL"}}
    deploy(node, document({WIDGET: "1.0.0"}), recipe(WIDGET, run="exec {artifacts:path}/tool", artifacts=[artifact]))
    assert node.read(WIDGET, "ran") == "ran"


@pytest.mark.parametrize(
    ("artifact", "words"),
    [
        ({"URI": "file://{folder}/file", "Digest": sha256(b"other"), "Algorithm": "SHA-256"}, "digest"),
        ({"URI": "file://{folder}/nothing"}, "nothing"),
        ({"URI": "s3://bucket/key.bin"}, "key.bin"),
        ({"URI": "ftp://host/file"}, "ftp"),
        ({"URI": "https://127.0.0.1:9/file"}, "digest"),
        ({"URI": "data:text/plain;base64,%%%"}, "data:"),
        ({"URI": "file://{folder}/file", "Unarchive": "ZIP"}, "file"),
        ({"URI": "file://{folder}/evil.zip", "Unarchive": "ZIP"}, "evil.zip"),
    ],
    ids=["digest", "missing", "nowhere", "scheme", "https without digest", "data", "no archive", "evil archive"],
)
def test_artifacts_that_cannot_be(node, artifact, words):
    """A19, A20: FAILED_NO_STATE_CHANGE that names it; what ran runs on, and nothing is left of it."""
    deploy(node, document({WIDGET: "1.0.0"}), recipe(WIDGET, run="exec sleep 500023"))
    pid = node.component(WIDGET)["pid"]
    (node.folder / "file").write_text("content")
    (node.folder / "evil.zip").write_bytes(zipped(**{"..__..__..__escaped": "x"}))
    before = sorted(path for path in (node.root / "depot").rglob("*") if path.is_file())
    spoken = artifact | {"URI": artifact["URI"].format(folder=node.folder)}
    reply = node.submit(
        document({WIDGET: "2.0.0"}), [recipe(WIDGET, "2.0.0", "cat {artifacts:path}/a.txt", artifacts=[spoken])]
    )
    assert reply.status_code in (200, 202, 422), reply.text
    if reply.status_code == 422:
        reason = reply.json()["error"]
    else:
        over = node.wait_over(reply.json()["id"])
        assert over["result"] == "FAILED_NO_STATE_CHANGE", over
        reason = over["reason"]
    assert words in reason.lower(), reason
    assert node.component(WIDGET)["pid"] == pid and node.versions() == {WIDGET: "1.0.0"}
    assert not list(node.folder.rglob("escaped"))
    kept = lambda: sorted(path for path in (node.root / "depot").rglob("*") if path.is_file())  # noqa: E731
    # What came with it goes right after it is told to be over.
    wait_until(lambda: kept() == before, "the depot to be as before")


# -- what people ask --------------------------------------------------------------------------------------------------


def test_logs(node):
    """A40: `component logs`, and the door: text, the last lines."""
    deploy(node, document({WIDGET: "1.0.0"}), recipe(WIDGET, run="seq 1 50; echo oops >&2; exec sleep 500030"))
    # Each of the two comes through a pipe of its own.
    wait_until(lambda: all(words in node.output(WIDGET) for words in ("out 50", "oops")), "its words", 10)
    said = node.verb("component", "logs", WIDGET)
    assert said.returncode == 0 and "run err oops" in said.stdout, said
    few = node.verb("component", "logs", WIDGET, "--lines", "3")
    assert len(few.stdout.splitlines()) == 3, few
    assert len(node.output(WIDGET, lines=2).splitlines()) == 2
    assert node.get(f"/node/components/{WIDGET}/log").headers["Content-Type"].startswith("text/plain")


def test_list(node):
    """A40: `component list`, for people and for programs."""
    recipes = [recipe(WIDGET, run="exec sleep 500031"), recipe(GADGET, run="true")]
    deploy(node, document({WIDGET: "1.0.0", GADGET: "1.0.0"}), *recipes)
    said = node.verb("component", "list", "-o", "json")
    listed = {row["name"]: row["state"] for row in rows(json.loads(said.stdout))}
    assert listed == {WIDGET: "RUNNING", GADGET: "FINISHED"}
    people = node.verb("component", "list").stdout
    assert all(word in people for word in (WIDGET, GADGET, "1.0.0", "RUNNING", "FINISHED")), people


def test_restart(node):
    """A40: another process, one start more; who depends on it follows; 404 and exit 1 for a name that nobody has."""
    needs = {WIDGET: "^1.0.0"}
    recipes = [recipe(WIDGET, run="exec sleep 500032"), recipe(GADGET, run="exec sleep 500033", needs=needs)]
    deploy(node, document({GADGET: "1.0.0"}), *recipes)
    before = {row["name"]: row for row in node.status()["components"]}
    said = node.verb("component", "restart", WIDGET)
    assert said.returncode == 0, said
    wait_until(lambda: node.component(WIDGET)["starts"] == 2, "the second start", 10)
    node.wait_state(WIDGET, "RUNNING")
    node.wait_state(GADGET, "RUNNING")
    after = {row["name"]: row for row in node.status()["components"]}
    assert all(after[name]["pid"] != before[name]["pid"] for name in (WIDGET, GADGET))
    assert node.sleeps() == ["500032", "500033"]
    assert node.post("/node/components/com.example.no/restart").status_code == 404
    said = node.verb("component", "restart", "com.example.no")
    assert said.returncode in (1, 78) and "com.example.no" in said.stderr, said


# -- events -----------------------------------------------------------------------------------------------------------

SENDER = """
import boto3, json, time
events = boto3.client("events")
for first in range(0, 60, 6):
    entries = [
        {"Source": "edge.ai.inference", "DetailType": "InferenceCompleted", "Detail": json.dumps({"n": n})}
        for n in range(first, first + 6)
    ]
    answer = events.put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 0 and all(entry["EventId"] for entry in answer["Entries"]), answer
print("all sent", flush=True)
time.sleep(600)
"""


@pytest.fixture
def make_python_node(make_node):
    """A started node whose components run this Python, wherever it lies; with keys for an uplink."""

    def make(**own):
        keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
        return make_node(nucleus={"runWithDefault": {"posixUser": python_user()}}, **own).start(env=keys)

    return make


def python_user():
    """Nobody, where nobody may run this Python; else whoever runs the tests."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            if subprocess.run([sys.executable, "-c", "import boto3"], user="nobody").returncode == 0:
                return "nobody"
    return getpass.getuser()


def python_component(name, program, version="1.0.0", **more):
    """A component that is one Python program, with the packages of these tests."""
    return recipe(
        name,
        version,
        f"exec {sys.executable} -u {{artifacts:path}}/app.py",
        artifacts=[{"URI": data_uri(program)}],
        **more,
    )


def numbers(bus):
    """What arrived, repeats dropped by the id that the spool gives each event."""
    return sorted({detail["lineside_event_id"]: detail["n"] for detail in bus.details("InferenceCompleted")}.values())


def test_events_arrive_once_whatever_happens_to_the_uplink(make_python_node):
    """A23, A43: put_events of a real SDK as it finds itself; the uplink and the node go away in between."""
    pytest.importorskip("boto3")
    with EventBus() as bus:
        bus.refusing = True
        node = make_python_node(spool={"endpoint": bus.url})
        deploy(node, document({WIDGET: "1.0.0"}), python_component(WIDGET, SENDER))
        wait_until(lambda: "all sent" in node.output(WIDGET), f"the events\n{node.output(WIDGET)}", 30)
        wait_until(lambda: bus.requests, "the node to try", 30)
        wait_until(lambda: node.status()["spool"]["waiting"] >= 60, "the count", 5)
        assert numbers(bus) == []
        node.kill()
        bus.refusing = False
        node.start(env={"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"})
        # The component starts again with the node, and sends them again: two of each, and never three.
        wait_until(lambda: len(numbers(bus)) >= 120, f"all of them: {len(numbers(bus))}", 60)
        wait_until(lambda: node.status()["spool"]["waiting"] == 0, "an empty spool", 60)
        assert numbers(bus) == sorted(2 * list(range(60)))
        assert {entry["Source"] for entry in bus.entries if entry["DetailType"] == "InferenceCompleted"} == {
            "edge.ai.inference"
        }


def test_without_an_uplink_events_wait(make_python_node):
    """A43: no endpoint: they are kept and counted, and components do not notice."""
    pytest.importorskip("boto3")
    node = make_python_node()
    deploy(node, document({WIDGET: "1.0.0"}), python_component(WIDGET, SENDER))
    wait_until(lambda: "all sent" in node.output(WIDGET), f"the events\n{node.output(WIDGET)}", 30)
    wait_until(lambda: node.status()["spool"]["waiting"] >= 60, "the count", 5)
    assert node.status()["spool"]["sent"] == 0


REFUSALS = """
import boto3, botocore.exceptions, json, os, time
from botocore.config import Config
good = {"Source": "s", "DetailType": "t", "Detail": "{}"}
events = boto3.client("events")
answer = events.put_events(Entries=[good, good | {"Detail": "no JSON"}])
print("failed", answer["FailedEntryCount"], answer["Entries"][1].get("ErrorCode"), flush=True)
stranger = boto3.client("events", aws_access_key_id="AKIASTRANGER", aws_secret_access_key="x")
for client, call in ((stranger, lambda c: c.put_events(Entries=[good])), (events, lambda c: c.list_rules())):
    try:
        call(client)
        print("accepted", flush=True)
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        print("refused", status, error.response["Error"]["Code"], flush=True)
time.sleep(600)
"""


def test_events_that_cannot_be_and_strangers(make_python_node):
    """Entries are judged one by one; a key that the node did not give out, and other operations, are refused."""
    pytest.importorskip("boto3")
    node = make_python_node()
    deploy(node, document({WIDGET: "1.0.0"}), python_component(WIDGET, REFUSALS))
    wait_until(lambda: node.output(WIDGET).count("refused") == 2, f"the refusals\n{node.output(WIDGET)}", 30)
    said = node.output(WIDGET)
    assert "failed 1 MalformedDetail" in said
    assert "refused 4" in said and "UnknownOperationException" in said and "accepted" not in said, said


def test_credentials_are_for_components(node):
    """GET of the credentials' address: 400 without a token, 403 with a wrong one."""
    assert node.get("/2016-11-01/credentialprovider/").status_code == 400
    reply = node.get("/2016-11-01/credentialprovider/", headers={"Authorization": "wrong"})
    assert reply.status_code == 403, reply.text


# -- the components of the edge recipe --------------------------------------------------------------------------------

ENGINE = """
import json, os, sys, time
import boto3, numpy, onnxruntime

session = onnxruntime.InferenceSession(os.environ["MODEL_PATH"], providers=["CPUExecutionProvider"])
thing, bus, pause = os.environ["AWS_IOT_THING_NAME"], os.environ["EVENT_BUS_NAME"], float(sys.argv[1])
events, chance = boto3.client("events"), numpy.random.default_rng(7)
while True:
    image = chance.random((1, 3, 8, 8), dtype=numpy.float32)
    began = time.monotonic()
    (score,) = session.run(["score"], {"image": image})
    detail = {
        "device_id": thing,
        "prediction": "defect" if score[0, 0] >= 0.9 else "normal",
        "confidence": float(score[0, 0]),
        "inference_time_ms": 1000 * (time.monotonic() - began),
    }
    entry = {"Source": "edge.ai.inference", "DetailType": "InferenceCompleted", "Detail": json.dumps(detail)}
    events.put_events(Entries=[entry | {"EventBusName": bus}])
    time.sleep(pause)
"""
RUNTIME, DEFECTS, INFERENCE = "com.edge.OnnxRuntime", "com.edge.DefectDetectionModel", "com.edge.InferenceEngine"


def edge_recipes(shelf, model_version="1.0.0", model=None):
    """Runtime, model and application, shaped as the edge recipe's steps 3, 4 and 5 with its mistakes corrected."""
    imports = f"{sys.executable} -c 'import boto3, numpy, onnxruntime'"
    runtime = recipe(RUNTIME, install={"Script": imports, "Timeout": 300})
    models = shelf / DEFECTS / model_version
    fixtures.write_flat(models, "model", model or fixtures.inspect(fixtures.IMAGE_8))
    (models / "config.json").write_text("{}")
    (shelf / INFERENCE / "1.0.0").mkdir(parents=True, exist_ok=True)
    (shelf / INFERENCE / "1.0.0" / "inference_app.py").write_text(ENGINE)
    address = f"s3://edge-models/models/v{model_version}"
    defects = recipe(
        DEFECTS,
        model_version,
        defaults={"ModelPath": f"/greengrass/v2/work/{DEFECTS}", "ModelS3Uri": address + "/"},
        artifacts=[
            {"URI": f"{address}/model.onnx", "Unarchive": "NONE", "Permission": {"Read": "ALL"}},
            {"URI": f"{address}/config.json", "Unarchive": "NONE", "Permission": {"Read": "ALL"}},
        ],
    )
    script = (
        f"MODEL_PATH={{{DEFECTS}:artifacts:path}}/model.onnx exec {sys.executable} -u "
        "{artifacts:path}/inference_app.py {configuration:/InferenceInterval}"
    )
    inference = recipe(
        INFERENCE,
        run={"Script": script, "RequiresPrivilege": False},
        defaults={"EventBusName": "default", "InferenceInterval": 0.2},
        needs={
            RUNTIME: ">=1.0.0 <2.0.0",
            DEFECTS: ">=1.0.0 <3.0.0",
            "aws.greengrass.TokenExchangeService": ">=2.0.0 <3.0.0",
        },
        artifacts=[{"URI": "s3://edge-models/components/inference_app.py", "Unarchive": "NONE"}],
    )
    return [runtime, defects, inference]


def edge_document(**versions):
    return document(
        {
            RUNTIME: "1.0.0",
            DEFECTS: versions.get("model", "1.0.0"),
            INFERENCE: {
                "componentVersion": versions.get("inference", "1.0.0"),
                "configurationUpdate": {"merge": '{"EventBusName":"edge-monitoring-bus"}'},
            },
            "aws.greengrass.Cli": "2.12.0",
        },
        targetArn="arn:aws:iot:eu-central-1:000000000000:thing/press-7",
        deploymentName="EdgeAIInferenceDeployment",
        deploymentPolicies={
            "failureHandlingPolicy": "ROLLBACK",
            "componentUpdatePolicy": {"timeoutInSeconds": 60, "action": "NOTIFY_COMPONENTS"},
        },
    )


def test_the_edge_recipe(make_python_node):
    """A14-A23: runtime, model and inference run from local files, and InferenceCompleted arrives on its bus."""
    pytest.importorskip("boto3")
    with EventBus() as bus:
        node = make_python_node(spool={"endpoint": bus.url})
        shelf = node.folder / "shelf"
        said = node.apply(edge_document(), *edge_recipes(shelf), artifacts=shelf, seconds=120)
        assert said.returncode == 0, (said, node.output(INFERENCE))
        states = {
            row["name"]: row["state"] for row in node.status()["components"] if row["name"].startswith("com.edge")
        }
        assert states == {RUNTIME: "FINISHED", DEFECTS: "FINISHED", INFERENCE: "RUNNING"}
        details = wait_until(lambda: bus.details("InferenceCompleted"), f"events\n{node.output(INFERENCE)}", 60)
        assert details[0]["device_id"] == "press-7" and details[0]["prediction"] == "normal"
        assert {entry["EventBusName"] for entry in bus.entries if entry["DetailType"] == "InferenceCompleted"} == {
            "edge-monitoring-bus"
        }


def test_a_broken_edge_recipe_leaves_the_good_one(make_python_node):
    """A36: version 2 of the application names a library that is not there; version 1 goes on with its configuration."""
    pytest.importorskip("boto3")
    node = make_python_node()
    shelf = node.folder / "shelf"
    first = edge_recipes(shelf)
    assert node.apply(edge_document(), *first, artifacts=shelf, seconds=120).returncode == 0, node.output(INFERENCE)
    before = node.effective(INFERENCE)
    second = python_component(INFERENCE, "import no_such_library\n", "2.0.0", defaults={"EventBusName": "other"})
    over = node.deploy(edge_document(inference="2.0.0"), *first, second, artifacts=shelf, seconds=90)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and INFERENCE in over["reason"], over
    node.wait_state(INFERENCE, "RUNNING")
    assert node.component(INFERENCE)["version"] == "1.0.0" and node.effective(INFERENCE) == before
    assert before == {"EventBusName": "edge-monitoring-bus", "InferenceInterval": 0.2}
    waiting = node.status()["spool"]["waiting"]
    wait_until(lambda: node.status()["spool"]["waiting"] > waiting, "events of version 1", 30)


def test_a_new_model_for_a_running_application(make_python_node):
    """A41: the runtime is not installed again; the application, whose script names the model's path, starts again."""
    pytest.importorskip("boto3")
    node = make_python_node()
    shelf = node.folder / "shelf"
    assert node.apply(edge_document(), *edge_recipes(shelf), artifacts=shelf, seconds=120).returncode == 0
    runtime = node.component(RUNTIME)
    new = edge_recipes(shelf, "2.0.0", fixtures.inspect_b(fixtures.IMAGE_8))
    deploy(node, edge_document(model="2.0.0"), *new, artifacts=shelf, seconds=90)
    assert node.versions()[DEFECTS] == "2.0.0" and node.component(RUNTIME) == runtime
    node.wait_state(INFERENCE, "RUNNING")
    # RUNNING is its shell already, a moment before the application.
    wait_until(
        lambda: any(is_alive(pid) and "2.0.0" in path_of_model(pid) for pid in node.processes()), "the new model"
    )


def path_of_model(pid):
    try:
        with open(f"/proc/{pid}/environ") as text:
            return next((word for word in text.read().split("\0") if word.startswith("MODEL_PATH=")), "")
    except OSError:
        return ""
