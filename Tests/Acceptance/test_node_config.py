"""The node's configuration, its folder, its door and its ends (docs/spec/node.md 1, 3 and 4)."""

import json
import os
import socket
import stat
import subprocess

import pytest
from node import document, environment, recipe
from server import clean_environment, wait_until

WIDGET = "com.example.widget"

# What the edge recipe of the seeds writes in its step 7, with a name and a region filled in.
AS_WRITTEN = """\
system:
  certificateFilePath: "/greengrass/v2/certificates/cert.pem"
  privateKeyPath: "/greengrass/v2/certificates/private.key"
  rootCaPath: "/greengrass/v2/certificates/AmazonRootCA1.pem"
  thingName: "edge-device-k3x9"
services:
  aws.greengrass.Nucleus:
    configuration:
      awsRegion: "us-east-1"
      iotRoleAlias: "GreengrassV2TokenExchangeRoleAlias"
      mqtt:
        port: 8883
"""


@pytest.fixture(scope="module")
def free_door():
    """Whether the port that is taken when none is named is free here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 8090))
        except OSError:
            pytest.skip("port 8090 is taken here")


def refused(node, status=78):
    """What the node says before it ends with this status."""
    job = node.run("--config", node.config_path, "--root", node.root)
    wait_until(lambda: not job.is_running, f"the node to refuse\n{job.log()}", 10)
    assert job.process.returncode == status, job.log()
    return job.log()


def dump(node):
    """The environment of a component."""
    made = recipe(WIDGET, run="env > env.new; mv env.new env; exec sleep 600001")
    assert node.deploy(document({WIDGET: "1.0.0"}), made)["result"] == "SUCCEEDED"
    return dict(line.split("=", 1) for line in node.read(WIDGET, "env").splitlines())


# -- what it reads ----------------------------------------------------------------------------------------------------


def test_greengrass_configuration_as_it_stands(make_node, free_door):
    """[node-config-1] A33: the file of the seeds, not a letter changed; what is for a hub does nothing without one."""
    node = make_node()
    node.config_path.write_text(AS_WRITTEN)
    node.start()
    assert node.status()["thing"] == "edge-device-k3x9"
    assert node.url == "http://127.0.0.1:8090"
    said = dump(node)
    assert (said["AWS_IOT_THING_NAME"], said["AWS_REGION"]) == ("edge-device-k3x9", "us-east-1")


def test_keys_of_others_are_left_alone(make_node):
    """[node-config-1] Greengrass' own, and other services'."""
    node = make_node(
        nucleus={
            "iotCredEndpoint": "c2.credentials.iot.eu-central-1.amazonaws.com",
            "iotDataEndpoint": "a1-ats.iot.eu-central-1.amazonaws.com",
            "logging": {"level": "INFO"},
            "somethingNew": [1, 2],
        },
        system={"certificateFilePath": "/nowhere/cert.pem", "privateKeyPath": "/nowhere/key.pem", "other": None},
    )
    node.configuration["services"]["com.example.Other"] = {"configuration": {"anything": "at all"}}
    node.config_path.write_text(json.dumps(node.configuration))
    assert node.start().status()["thing"] == "press-7"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"dor": {"port": 0}}, "dor"),
        ({"door": {"prot": 0}}, "prot"),
        ({"door": {"port": 70000}}, "door.port"),
        ({"door": {"port": "eighty"}}, "door.port"),
        ({"door": []}, "door"),
        ({"stations": "line.json"}, "stations"),
        ({"stations": ["nowhere/line.json"]}, "nowhere/line.json"),
        ({"releases": {"root": "root.json", "repositry": "/x"}}, "repositry"),
        ({"releases": {"repository": "/nowhere"}}, "releases.root"),
        ({"releases": {"repository": "ftp://nowhere/", "root": "root.json"}}, "releases.repository"),
        ({"releases": {"allow_unsigned": "perhaps"}}, "releases.allow_unsigned"),
        ({"spool": {"bytes_max": -1}}, "spool.bytes_max"),
        ({"spool": {"endpoint": "nowhere"}}, "spool.endpoint"),
        ({"limits": {"proving_s": 0}}, "limits.proving_s"),
        ({"limits": {"proving_seconds": 60}}, "proving_seconds"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_our_keys_must_be_known(make_node, own, words):
    """Exit 78, the key is named, and nothing was made."""
    node = make_node(**own)
    said = refused(node)
    assert words in said, said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("system: [unclosed", "config.yaml"),
        ("- a\n- list\n", "config.yaml"),
        ('{"system": {"thingName": 7}}', "thingName"),
        (
            '{"services": {"aws.greengrass.Nucleus": {"configuration": {"componentStoreMaxSizeBytes": "big"}}}}',
            "componentStoreMaxSizeBytes",
        ),
        (
            '{"services": {"aws.greengrass.Nucleus": {"configuration":'
            ' {"runWithDefault": {"posixUser": "nobody-here"}}}}}',
            "nobody-here",
        ),
    ],
    ids=["yaml", "list", "thing", "store", "user"],
)
def test_files_that_cannot_be(make_node, text, words):
    """Exit 78, naming the file or the key."""
    node = make_node()
    node.config_path.write_text(text)
    said = refused(node)
    assert words in said, said


def test_a_file_that_is_not_there(make_node):
    """Exit 78, and its path."""
    node = make_node()
    node.config_path.unlink()
    assert str(node.config_path) in refused(node)


def test_where_things_are_kept(make_node):
    """--root, else system.rootpath, else `lineside-node` beside the file."""
    node = make_node(system={"rootpath": "/nowhere/at/all"})
    node.start()
    assert (node.root / "door.json").exists()
    node.stop()
    for root, settings in (
        (node.folder / "else where", {"rootpath": str(node.folder / "else where")}),
        (node.folder / "lineside-node", {}),
    ):
        node.configure(system=settings)
        node.root = root
        node.run("--config", node.config_path)
        node.wait_started()
        assert node.status()["thing"] == "press-7"
        assert node.verb("node", "status").returncode == 0
        node.stop()


def test_sizes_may_be_words(make_node):
    """`spool.bytes_max`: bytes, or a size such as "64MiB"."""
    for size in (8 << 20, "8MiB"):
        node = make_node(spool={"bytes_max": size}).start()
        assert node.stop() == 0


def test_the_thing_is_the_machine_unless_it_is_named(make_node):
    node = make_node()
    del node.configuration["system"]["thingName"]
    node.config_path.write_text(json.dumps(node.configuration))
    assert node.start().status()["thing"] == socket.gethostname()


def test_usual_settings(make_node):
    """AWS_REGION is us-east-1, and components run as nobody."""
    node = make_node()
    node.config_path.write_text('{"services": {"lineside.Node": {"configuration": {"door": {"port": 0}}}}}')
    node.start()
    made = recipe(WIDGET, run="id -un > user; echo $AWS_REGION > region; exec sleep 600002")
    assert node.deploy(document({WIDGET: "1.0.0"}), made)["result"] == "SUCCEEDED"
    assert node.read(WIDGET, "region") == "us-east-1"
    if os.geteuid() == 0:
        assert node.read(WIDGET, "user") == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run things as somebody else")
def test_whom_components_run_as(make_node):
    """runWithDefault.posixUser, and a deployment's own word for one component (A22)."""
    node = make_node(nucleus={"runWithDefault": {"posixUser": "daemon"}}).start()
    made = recipe(WIDGET, run="id -un > user.new; mv user.new user; exec sleep 600003")
    assert node.deploy(document({WIDGET: "1.0.0"}), made)["result"] == "SUCCEEDED"
    assert node.read(WIDGET, "user") == "daemon"
    (node.root / "work" / WIDGET / "user").unlink()
    said = document({WIDGET: {"componentVersion": "1.0.0", "runWith": {"posixUser": "games"}}})
    assert node.deploy(said, made)["result"] == "SUCCEEDED"
    assert node.read(WIDGET, "user") == "games"


# -- its folder -------------------------------------------------------------------------------------------------------


def test_what_lies_in_its_folder(node):
    """[node-files-1]"""
    dump(node)
    there = {path.name for path in node.root.iterdir()}
    assert {"depot", "packages", "work", "logs", "door.json"} <= there
    assert list(node.root.rglob("spool.db"))
    assert stat.S_IMODE((node.root / "door.json").stat().st_mode) == 0o600
    assert node.door()["token"] and node.url.startswith("http://127.0.0.1:")


def test_nothing_secret_can_be_read_by_components(node):
    """The door's token opens everything: no component may read it, nor the store nor the spool."""
    if os.geteuid() != 0:
        pytest.skip("only root may run things as somebody else")
    places = "door.json spool.db spool/spool.db depot/record"
    look = f"for f in {places}; do cat ../../$f >/dev/null 2>&1 && echo $f >> seen; done; "
    made = recipe(WIDGET, run=look + "echo done >> seen; exec sleep 600004")
    assert node.deploy(document({WIDGET: "1.0.0"}), made)["result"] == "SUCCEEDED"
    assert node.read(WIDGET, "seen").split() == ["done"]


def test_two_nodes_do_not_share_a_folder(node, make_node):
    """69, and the first one goes on."""
    other = make_node()
    other.root = node.root
    said = refused(other, 69)
    assert str(node.root) in said
    assert node.status()["thing"] == "press-7"


def test_a_port_that_is_taken(make_node):
    """69, and the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert str(port) in refused(make_node(door={"port": port}), 69)


# -- its door ---------------------------------------------------------------------------------------------------------


def test_status(node):
    """GET /node/status: every member, before anything was deployed."""
    status = node.status()
    assert status["thing"] == "press-7" and status["version"]
    assert status["deployment"] is None
    assert status["components"] == [] and status["stations"] == [] and status["drift"] == []
    assert {"waiting", "bytes", "dropped", "sent"} <= status["spool"].keys()
    assert all({"place", "active", "good", "candidate", "held"} <= place.keys() for place in status["places"])


def test_status_tells_what_cannot_be_brought_back(node):
    """[node-start-1] One byte of the components' document is another: exit 1 says that none runs, and it is tried again."""
    dump(node)
    digest = node.place("components")["active"].removeprefix("sha256:")
    assert node.stop() == 0
    blob = node.root / "depot" / "blobs" / "sha256" / digest[:2] / digest
    whole = blob.read_bytes()
    blob.chmod(0o644)
    blob.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    node.start()
    assert node.status()["components"] == []
    said = node.verb("node", "status")
    assert said.returncode == 1 and "components cannot be brought back" in said.stdout, said
    blob.write_bytes(whole)
    wait_until(lambda: node.verb("node", "status").returncode == 0, "the components", 20)
    node.wait_state(WIDGET, "RUNNING")


def test_members_of_a_component(node):
    dump(node)
    (widget,) = node.status()["components"]
    assert {"name", "version", "state", "reason", "pid", "starts"} <= widget.keys()
    assert environment(widget["pid"])["AWS_IOT_THING_NAME"] == "press-7"
    place = node.place("components")
    assert place["active"] and place["active"] == place["good"]
    assert place["candidate"] is None and place["held"] == []


@pytest.mark.parametrize(
    "path",
    ["/node/deployments", "/node/deployments/cancel", "/node/undo", "/node/plan", f"/node/components/{WIDGET}/restart"],
)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eA=="}])
def test_a_post_needs_the_token(node, path, headers):
    """401 without it, and with a wrong one; GET does not need it."""
    reply = node.post(path, {"document": {}}, headers=headers)
    assert reply.status_code == 401 and reply.json()["error"]
    assert node.history() == []


def test_health_metrics_and_a_page(node):
    """As elsewhere."""
    assert node.get("/healthz").json()["status"] == "ok"
    metrics = node.get("/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain") and "# TYPE lineside_" in metrics.text
    page = node.get("/")
    assert page.headers["Content-Type"].startswith("text/html") and "<script" in page.text
    assert "default-src" in page.headers["Content-Security-Policy"]


def test_metrics_tell_of_components(node):
    """A component that runs and one that is broken can be told apart by whoever scrapes."""
    dump(node)
    assert WIDGET in node.get("/metrics").text


def test_recipes_may_be_plain_texts(node):
    """POST /node/deployments: `recipes` [texts, or {name, text}]."""
    made = json.dumps(recipe(WIDGET, run="exec sleep 600005"))
    reply = node.post("/node/deployments", {"document": document({WIDGET: "1.0.0"}), "recipes": [made]})
    assert reply.status_code == 202, reply.text
    assert node.wait_over(reply.json()["id"])["result"] == "SUCCEEDED"


@pytest.mark.parametrize("path", ["/node/nothing", "/node/deployments/no-such", f"/node/components/{WIDGET}/log"])
def test_what_is_not_there(node, path):
    """404 with words."""
    reply = node.get(path)
    assert reply.status_code == 404 and reply.json()["error"], reply.text


# -- the verbs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["node", "status"],
        ["deploy", "status"],
        ["deploy", "history"],
        ["deploy", "cancel"],
        ["deploy", "undo"],
        ["component", "list"],
        ["component", "logs", WIDGET],
        ["component", "restart", WIDGET],
        ["component", "config", WIDGET],
    ],
    ids=" ".join,
)
def test_nobody_there_to_ask(make_node, words):
    """[node-exit-1] 69, and where it looked; also after a node was killed and left its door.json."""
    node = make_node()
    said = node.verb(*words)
    assert said.returncode == 69 and str(node.root) in said.stderr, said
    node.start().kill()
    said = node.verb(*words)
    assert said.returncode == 69, said


def test_where_to_ask_by_the_environment(node):
    """LINESIDE_ROOT instead of --root."""
    command = [str(node.binary), "node", "status", "-o", "json"]
    settings = clean_environment({"LINESIDE_ROOT": str(node.root)})
    said = subprocess.run(command, capture_output=True, text=True, timeout=10, env=settings)
    assert said.returncode == 0 and json.loads(said.stdout)["thing"] == "press-7", said


@pytest.mark.parametrize(
    "words",
    [
        ["node", "--no-such-flag"],
        ["node", "walk"],
        ["deploy"],
        ["deploy", "apply"],
        ["deploy", "walk"],
        ["plan"],
        ["component"],
        ["component", "logs"],
        ["component", "restart"],
    ],
    ids=" ".join,
)
def test_usage(node, words):
    """[node-exit-1] 2"""
    said = node.verb(*words)
    assert said.returncode == 2 and said.stderr, said


@pytest.mark.parametrize("verb", ["node", "deploy", "plan", "component"])
def test_help(lineside, verb):
    """`lineside VERB --help` explains it, and the list of all verbs names it."""
    said = lineside(verb, "--help")
    assert said.returncode == 0 and f"lineside {verb}" in said.stdout
    assert f"\n  {verb} " in lineside("--help").stdout


def test_a_document_that_is_not_there(node):
    """78, and its path."""
    said = node.verb("deploy", "apply", node.folder / "nothing.json")
    assert said.returncode == 78 and "nothing.json" in said.stderr, said


def test_status_for_people(node):
    """Exit 0 when all is as wanted; the words a person looks for."""
    dump(node)
    said = node.verb("node", "status")
    assert said.returncode == 0 and all(word in said.stdout for word in ("press-7", WIDGET, "RUNNING")), said
