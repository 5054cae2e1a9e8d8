"""A node of ours and a hub of ours: joining, deployments from the AWS side, events with lent keys, a hub that comes and goes.

[hub-join-1] tokens, [hub-join-2] what a join makes, [hub-join-3] deployments, [hub-join-4] a hub that is gone. A11, A19, A21, A22,
A23, A33, A35, A36, A38, A39.
"""

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import fixtures
import numpy
import onnxruntime
import pytest
import yaml
from devices import Device, ask
from hub import Hub, fresh
from node import Node, StationOfNode
from plc import ServedPLC, free_port
from releases import WATCH, Feed, Repository, good, version_at_work
from server import clean_environment, wait_until
from store import make_bucket, put

LANDING_SECONDS = 40


def join(hub, root, *flags, thing=None, token=None):
    """The finished `node join`."""
    words = ["node", "join", hub.url, "--root", root, *flags]
    words += ["--thing", thing] if thing else []
    words += ["--token", token if token is not None else new_token(hub)]
    return subprocess.run(
        [str(hub.binary), *map(str, words)], capture_output=True, text=True, timeout=30, env=clean_environment()
    )


def new_token(hub, *flags):
    finished = hub.verb("hub", "token", *flags)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


class Joined(Node):
    """A node that has joined a hub, as a new thing."""

    def __init__(self, hub):
        super().__init__(hub.binary)
        self.hub, self.thing = hub, fresh("core")
        finished = join(hub, self.root, thing=self.thing)
        assert finished.returncode == 0, finished.stderr
        self.root.chmod(0o755)
        self.config_path = self.root / "config.yaml"
        # Other nodes run beside this one.
        self.config_path.write_text(self.config_path.read_text() + "      door:\n        port: 0\n      limits:\n        steady_s: 1\n")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.clean_up()

    @property
    def arn(self):
        return self.hub.arn("iot", f"thing/{self.thing}")

    def deploy(self, *components, wait=True, **others):
        """The deployment's id, once it is over."""
        green = self.hub.client("greengrassv2")
        wanted = {name: {"componentVersion": version} for name, version in components}
        made = green.create_deployment(targetArn=self.arn, components=wanted, **others)["deploymentId"]
        if wait:
            wait_until(lambda: self.fate(made) != "ACTIVE", f"the deployment's end\n{self.log()}", LANDING_SECONDS)
        return made

    def fate(self, deployment):
        return self.hub.client("greengrassv2").get_deployment(deploymentId=deployment)["deploymentStatus"]

    def installed(self):
        rows = self.hub.client("greengrassv2").list_installed_components(
            coreDeviceThingName=self.thing, topologyFilter="ALL"
        )["installedComponents"]
        return {row["componentName"]: (row["componentVersion"], row["lifecycleState"]) for row in rows}


def publish(hub, name, version="1.0.0", script="sleep 1000", step="Run", artifacts=(), privileged=False, **others):
    told = {"Script": script, "RequiresPrivilege": privileged}
    manifest = {"Platform": {"os": "linux"}, "Lifecycle": {step: told} if script else {}}
    if artifacts:
        manifest["Artifacts"] = [{"URI": uri} for uri in artifacts]
    recipe = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": version, "Manifests": [manifest]}
    hub.client("greengrassv2").create_component_version(inlineRecipe=json.dumps(recipe | others))
    return name, version


@pytest.fixture
def node(hub):
    with Joined(hub) as running:
        yield running


def yaml_lines(node, **own):
    """More of the node's own keys, in what the join wrote."""
    told = yaml.safe_load(node.config_path.read_text())
    told["services"]["lineside.Node"]["configuration"].update(own)
    node.config_path.write_text(yaml.safe_dump(told))


@pytest.fixture
def joined_line(hub, binary, tmp_path):
    """(node, line, repository): a joined node that keeps a station without a model, and trusts an owner's releases."""
    repository = Repository(binary, tmp_path / "repository").publish("brightness-1", good(tmp_path))
    plc = ServedPLC(window=1.5).start()
    node = Joined(hub)
    limits = {"decide_within_ms": 1000, "frame_within_ms": 900}
    line = StationOfNode(node, plc=plc, model=None, watch=WATCH, **limits)
    bucket = "lineside-releases"
    if bucket not in {row["Name"] for row in hub.client("s3").list_buckets()["Buckets"]}:
        hub.client("s3").create_bucket(Bucket=bucket)
    for path in repository.public.rglob("*"):
        if path.is_file():
            put(hub.client("s3"), bucket, str(path.relative_to(repository.public)), path.read_bytes())
    # It trusts an owner, and takes what he signed from the hub.
    yaml_lines(node, stations=[str(line.config_path)], releases={"root": str(repository.root)})
    with node:
        yield node, line, repository
    plc.stop()


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_token_is_good_for_one_node(hub, tmp_path):
    """[hub-join-1] And again for the same one, whose answer may have been lost; not for another key."""
    token = new_token(hub)
    thing = fresh("core")
    for _ in range(2):
        assert join(hub, tmp_path / "a", thing=thing, token=token).returncode == 0
    other = join(hub, tmp_path / "b", thing=fresh("core"), token=token)
    assert other.returncode != 0 and "token" in other.stderr
    assert not (tmp_path / "b" / "config.yaml").exists()


@pytest.mark.parametrize("token", ["", "x", "AAAA.bbbb", "a.b.c"])
def test_garbage_is_no_token(hub, tmp_path, token):
    """[hub-join-1] Nothing is written but the key, and nothing is registered."""
    things = {row["thingName"] for row in hub.client("iot").list_things(maxResults=250)["things"]}
    finished = join(hub, tmp_path / "n", thing="nobody", token=token)
    assert finished.returncode != 0 and finished.stderr
    assert not (tmp_path / "n" / "config.yaml").exists()
    assert {row["thingName"] for row in hub.client("iot").list_things(maxResults=250)["things"]} == things


def test_wrong_secret(hub, tmp_path):
    """[hub-join-1] The id alone is worth nothing."""
    token = new_token(hub)
    # Not its last letter, in which there are bits that mean nothing.
    place = token.index(".") + 1
    spoiled = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
    finished = join(hub, tmp_path / "n", thing=fresh("core"), token=spoiled)
    assert finished.returncode != 0 and "token" in finished.stderr


def test_token_for_one_thing(hub, tmp_path):
    thing = fresh("core")
    token = new_token(hub, "--thing", thing)
    finished = join(hub, tmp_path / "n", thing=fresh("other"), token=token)
    assert finished.returncode != 0 and thing in finished.stderr
    assert join(hub, tmp_path / "n", thing=thing, token=token).returncode == 0


def test_no_hub(binary, tmp_path):
    """A clear word, and what to do."""
    words = ["node", "join", "http://127.0.0.1:1", "--token", "a.b", "--root", tmp_path / "n"]
    finished = subprocess.run([binary, *map(str, words)], capture_output=True, text=True, env=clean_environment())
    assert finished.returncode != 0 and "does not answer" in finished.stderr


# -- what a join makes ------------------------------------------------------------------------------------------------


def test_key_stays_on_the_node(hub, tmp_path):
    """[hub-join-2] A33: the key is made here, readable by its owner alone, and is nowhere at the hub."""
    root, thing = tmp_path / "n", fresh("core")
    assert join(hub, root, thing=thing).returncode == 0
    key = root / "certificates" / "private.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    line = key.read_text().splitlines()[1]
    assert not [file for file in hub.files() if line.encode() in file.read_bytes()]
    (principal,) = hub.client("iot").list_thing_principals(thingName=thing)["principals"]
    described = hub.client("iot").describe_certificate(certificateId=principal.rpartition("/")[2])
    assert described["certificateDescription"]["certificatePem"] == (root / "certificates" / "cert.pem").read_text()


def test_given_configuration_is_kept(hub, tmp_path):
    """[hub-join-2] A33: the recipe's file, with what was missing in it filled in."""
    given = tmp_path / "greengrass-config.yaml"
    thing = fresh("edge-device")
    given.write_text(
        f"""system:
  certificateFilePath: "/greengrass/v2/certificates/cert.pem"
  privateKeyPath: "/greengrass/v2/certificates/private.key"
  rootCaPath: "/greengrass/v2/certificates/AmazonRootCA1.pem"
  thingName: "{thing}"
services:
  aws.greengrass.Nucleus:
    configuration:
      awsRegion: "us-east-1"
      iotRoleAlias: "GreengrassV2TokenExchangeRoleAlias"
      mqtt:
        port: 8883
      runWithDefault:
        posixUser: "nobody"
"""
    )
    finished = join(hub, tmp_path / "n", "--config", given)
    assert finished.returncode == 0, finished.stderr
    written = yaml.safe_load((tmp_path / "n" / "config.yaml").read_text())
    nucleus = written["services"]["aws.greengrass.Nucleus"]["configuration"]
    assert written["system"]["thingName"] == thing
    assert nucleus["iotRoleAlias"] == "GreengrassV2TokenExchangeRoleAlias"
    assert nucleus["runWithDefault"] == {"posixUser": "nobody"}
    assert int(nucleus["mqtt"]["port"]) == hub.broker[1]
    assert os.path.isfile(written["system"]["privateKeyPath"])


def test_thing_goes_with_what_it_joined_with(hub, tmp_path):
    """[hub-join-2] Nobody has to detach what nobody attached; a certificate that a person attached keeps its thing."""
    iot, thing = hub.client("iot"), fresh("core")
    assert join(hub, tmp_path / "n", thing=thing).returncode == 0
    (principal,) = iot.list_thing_principals(thingName=thing)["principals"]
    iot.delete_thing(thingName=thing)
    with pytest.raises(iot.exceptions.ResourceNotFoundException):
        iot.describe_certificate(certificateId=principal.rpartition("/")[2])
    person = Device(hub, tmp_path)
    with pytest.raises(iot.exceptions.InvalidRequestException):
        iot.delete_thing(thingName=person.name)


# -- deployments ------------------------------------------------------------------------------------------------------


def test_deployment_lands(hub, node):
    """[hub-join-3] A19, A21, A35, A38: components, what they depend on, and their artifacts, from create-deployment on."""
    bucket = make_bucket(hub)
    put(hub.client("s3"), bucket, "models/model.bin", b"\x00\x01" * 200_000)
    model = publish(hub, fresh("com.model"), script="", artifacts=[f"s3://{bucket}/models/model.bin"])
    publish(hub, model[0], "1.4.0", script="", artifacts=[f"s3://{bucket}/models/model.bin"])
    publish(hub, model[0], "2.0.0", script="")
    wish = {model[0]: {"VersionRequirement": ">=1.0.0 <2.0.0"}}
    script = f"wc -c {{{model[0]}:artifacts:path}}/model.bin; exec sleep 1000"
    app = publish(hub, fresh("com.app"), script=script, ComponentDependencies=wish)
    made = node.deploy(app, ("aws.greengrass.Cli", "2.12.0"))
    assert node.fate(made) == "COMPLETED", node.log()
    wait_until(lambda: node.installed() == {app[0]: ("1.0.0", "RUNNING"), model[0]: ("1.4.0", "FINISHED")}, "the report")
    assert "400000" in (node.root / "logs" / f"{app[0]}.log").read_text()
    device = hub.client("greengrassv2").get_core_device(coreDeviceThingName=node.thing)
    assert device["status"] == "HEALTHY" and device["runtime"] == "lineside"
    second = node.deploy()
    assert node.fate(second) == "COMPLETED"
    wait_until(lambda: node.installed() == {}, "all of it being gone")


def test_a_word_that_the_hub_does_not_take(hub, node):
    """[hub-join-3] It is in the node's log with the hub's reason, once for a deployment."""
    made = node.deploy(publish(hub, fresh("com.example.widget")))
    topic = f"$aws/things/{node.thing}/shadow/name/AWSManagedGreengrassV2Deployment/update/rejected"
    refusal = json.dumps({"code": 413, "message": "The payload is too large"})
    for _ in range(2):
        hub.client("iot-data").publish(topic=topic, qos=1, payload=refusal)
    wait_until(lambda: "The payload is too large (413)" in node.log(), "the hub's reason", 10)
    time.sleep(1)
    said = [line for line in node.log().splitlines() if "The payload is too large (413)" in line]
    assert len(said) == 1 and "does not take" in said[0], (made, said)


def test_broken_deployment_is_told_with_its_reason(hub, node):
    """[hub-join-3] A36: back to what was good, FAILED, and why."""
    name = fresh("com.app")
    good = publish(hub, name)
    assert node.fate(node.deploy(good)) == "COMPLETED"
    bad = publish(hub, name, "2.0.0", script="exit 7", step="Install")
    made = node.deploy(bad)
    assert node.fate(made) == "FAILED"
    green = hub.client("greengrassv2")
    (row,) = green.list_effective_deployments(coreDeviceThingName=node.thing)["effectiveDeployments"]
    assert (row["deploymentId"], row["coreDeviceExecutionStatus"]) == (made, "FAILED")
    assert name in row["reason"] and "7" in row["reason"]
    wait_until(lambda: node.installed() == {name: ("1.0.0", "RUNNING")}, "the good one")


def test_recipe_for_another_platform(hub, node):
    """[hub-join-3] A15: nothing changes, and the component is named."""
    name = fresh("com.windows")
    recipe = {
        "RecipeFormatVersion": "2020-01-25",
        "ComponentName": name,
        "ComponentVersion": "1.0.0",
        "Manifests": [{"Platform": {"os": "windows"}, "Lifecycle": {"Run": "x"}}],
    }
    hub.client("greengrassv2").create_component_version(inlineRecipe=json.dumps(recipe))
    made = node.deploy((name, "1.0.0"))
    assert node.fate(made) == "FAILED"
    (row,) = hub.client("greengrassv2").list_effective_deployments(coreDeviceThingName=node.thing)["effectiveDeployments"]
    assert name in row["reason"]


def test_artifact_that_was_changed(hub, node):
    """[hub-join-3] A19: other bytes than those that were published are not installed."""
    bucket, name = make_bucket(hub), fresh("com.model")
    put(hub.client("s3"), bucket, "model.bin", b"published")
    publish(hub, name, script="", artifacts=[f"s3://{bucket}/model.bin"])
    put(hub.client("s3"), bucket, "model.bin", b"something")
    assert node.fate(node.deploy((name, "1.0.0"))) == "FAILED"
    assert node.installed() == {}


def test_newest_deployment_wins(hub, node):
    """[hub-join-3] Several in a hurry: the last one is what runs."""
    name = fresh("com.app")
    versions = [publish(hub, name, f"1.0.{number}") for number in range(4)]
    made = [node.deploy(version, wait=False) for version in versions]
    wait_until(lambda: node.fate(made[-1]) == "COMPLETED", f"the last\n{node.log()}", LANDING_SECONDS)
    wait_until(lambda: node.installed() == {name: ("1.0.3", "RUNNING")}, "the last one's component")
    assert [node.fate(one) for one in made[:-1]] == ["INACTIVE"] * 3


def test_components_events_arrive_with_lent_keys(hub, node):
    """[hub-join-3] A11, A23: boto3 in a component, no key in any file, and the event is in the log group."""
    events, logs, bus, group = hub.client("events"), hub.client("logs"), fresh("bus"), f"/aws/events/{fresh('edge')}"
    events.create_event_bus(Name=bus)
    logs.create_log_group(logGroupName=group)
    events.put_rule(Name="all", EventBusName=bus, EventPattern=json.dumps({"source": ["edge"]}))
    target = {"Id": "1", "Arn": hub.arn("logs", f"log-group:{group}")}
    events.put_targets(Rule="all", EventBusName=bus, Targets=[target])
    code = (
        "import boto3, json; boto3.client('events').put_events(Entries=[dict(Source='edge', DetailType='Done', "
        f"Detail=json.dumps(dict(confidence=0.97)), EventBusName='{bus}')])"
    )
    # The tests' own Python is only root's to enter.
    app = publish(hub, fresh("com.app"), script=f'{sys.executable} -c "{code}" && exec sleep 1000', privileged=True)
    made = node.deploy(app)
    assert node.fate(made) == "COMPLETED", (node.root / "logs" / f"{app[0]}.log").read_text()
    said = lambda: [row["message"] for row in logs.filter_log_events(logGroupName=group)["events"]]
    wait_until(lambda: said(), f"the event\n{node.log()}", 30)
    assert json.loads(said()[0])["detail"]["confidence"] == 0.97


# -- a hub that is gone -----------------------------------------------------------------------------------------------


def test_hub_that_is_killed_meanwhile(binary, tmp_path):
    """[hub-join-4] The node goes on without it, finishes what it was given, and tells it afterwards."""
    hub = Hub(binary, tmp_path, *fixed_ports())
    with hub, Joined(hub) as node:
        name = fresh("com.slow")
        slow = publish(hub, name, script="sleep 4", step="Install")
        made = node.deploy(slow, wait=False)
        wait_until(lambda: "NEW" in node.log() or name in node.log(), "the installation", 20)
        hub.kill()
        wait_until(lambda: f"deployment {made}: SUCCEEDED" in node.log(), "the end without a hub", 30)
        hub.start()
        wait_until(lambda: node.fate(made) == "COMPLETED", f"the report\n{node.log()}", 60)


def fixed_ports():
    """Ports that a hub keeps when it is started again."""
    words = ("--port", "--device-port", "--message-port")
    return [word for name in words for word in (name, free_port())]


# -- groups -----------------------------------------------------------------------------------------------------------


def make_group(hub, *things, parent=None):
    iot, name = hub.client("iot"), fresh("hall")
    iot.create_thing_group(thingGroupName=name, **({"parentGroupName": parent} if parent else {}))
    for thing in things:
        iot.add_thing_to_thing_group(thingGroupName=name, thingName=thing)
    return name


def deploy_to(hub, group, *components, **others):
    wanted = {name: {"componentVersion": version} for name, version in components}
    arn = hub.arn("iot", f"thinggroup/{group}")
    return hub.client("greengrassv2").create_deployment(targetArn=arn, components=wanted, **others)


def wait_group(hub, deployment, *nodes):
    green = hub.client("greengrassv2")
    status = lambda: green.get_deployment(deploymentId=deployment)["deploymentStatus"]
    wait_until(lambda: status() != "ACTIVE", "the group's end\n" + "\n".join(one.log() for one in nodes), LANDING_SECONDS)
    return status()


def test_group_is_deployed_to(hub):
    """[hub-join-5] A42: every thing of a group, by a job; with what it has of its own beside it; and those that come later."""
    with Joined(hub) as first, Joined(hub) as second:
        own, shared = publish(hub, fresh("com.own")), publish(hub, fresh("com.shared"))
        assert first.fate(first.deploy(own)) == "COMPLETED"
        group = make_group(hub, first.thing)
        made = deploy_to(hub, group, shared)
        assert made["iotJobArn"] == hub.arn("iot", f"job/{made['iotJobId']}")
        assert wait_group(hub, made["deploymentId"], first) == "COMPLETED"
        wait_until(lambda: set(first.installed()) == {own[0], shared[0]}, "both")
        hub.client("iot").add_thing_to_thing_group(thingGroupName=group, thingName=second.thing)
        core = lambda: hub.client("greengrassv2").list_installed_components(coreDeviceThingName=second.thing)
        wait_until(lambda: [row["componentName"] for row in core()["installedComponents"]] == [shared[0]], "the later one", 30)
        newer = publish(hub, shared[0], "2.0.0")
        assert wait_group(hub, deploy_to(hub, group, newer)["deploymentId"], first, second) == "COMPLETED"
        for node in (first, second):
            wait_until(lambda node=node: node.installed()[shared[0]] == ("2.0.0", "RUNNING"), "the newer one", 30)
        assert first.installed()[own[0]] == ("1.0.0", "RUNNING")


def test_group_that_a_thing_has_left(hub, node):
    """[hub-join-5] What it brought goes with the next deployment, as with AWS's own device software."""
    kept, left, own = (publish(hub, fresh(f"com.{word}")) for word in ("kept", "left", "own"))
    for component in (kept, left):
        group = make_group(hub, node.thing)
        assert wait_group(hub, deploy_to(hub, group, component)["deploymentId"], node) == "COMPLETED"
    hub.client("iot").remove_thing_from_thing_group(thingGroupName=group, thingName=node.thing)
    assert set(node.installed()) == {kept[0], left[0]}
    assert node.fate(node.deploy(own)) == "COMPLETED"
    wait_until(lambda: set(node.installed()) == {kept[0], own[0]}, f"what is left\n{node.log()}", 20)


def test_group_of_which_one_fails(hub, node):
    """[hub-join-5] FAILED, with the device's own reason."""
    name = fresh("com.bad")
    group = make_group(hub, node.thing)
    made = deploy_to(hub, group, publish(hub, name, script="exit 3", step="Install"))["deploymentId"]
    assert wait_group(hub, made, node) == "FAILED"
    (row,) = hub.client("greengrassv2").list_effective_deployments(coreDeviceThingName=node.thing)["effectiveDeployments"]
    assert row["coreDeviceExecutionStatus"] == "FAILED" and name in row["reason"]


# -- what must not be -------------------------------------------------------------------------------------------------


def test_broker_that_is_killed_under_a_node(hub, node):
    """[hub-join-4] The node finds the next one, and deployments go on."""
    (pid,) = subprocess.run(["pgrep", "-P", str(hub.job.pid), "mosquitto"], capture_output=True, text=True).stdout.split()
    os.kill(int(pid), signal.SIGKILL)
    made = node.deploy(publish(hub, fresh("com.app")))
    assert node.fate(made) == "COMPLETED", node.log()


def test_node_whose_hub_cannot_be_found(hub):
    """[hub-join-4] It serves: no name, no file and no door keeps it from its work."""
    node = Joined(hub)
    text = node.config_path.read_text()
    try:
        for spoilt in (
            text.replace("iotDataEndpoint: 127.0.0.1", "iotDataEndpoint: no-such-host.invalid"),
            text.replace("certificates/ca.pem", "certificates/none.pem"),
            text.replace(f"port: {hub.broker[1]}", "port: 1"),
        ):
            assert spoilt != text
            node.config_path.write_text(spoilt)
            node.start()
            assert node.get("/node/status").json()["as_wanted"]
            assert node.stop() == 0
    finally:
        node.clean_up()


def test_token_for_anybody_takes_nobodys_place(hub, tmp_path):
    """[hub-join-1] A thing that has a certificate gets another only by a token of its own."""
    thing = fresh("core")
    assert join(hub, tmp_path / "a", thing=thing).returncode == 0
    finished = join(hub, tmp_path / "b", thing=thing)
    assert finished.returncode != 0 and "--thing" in finished.stderr
    assert join(hub, tmp_path / "b", thing=thing, token=new_token(hub, "--thing", thing)).returncode == 0


def test_two_at_once_with_one_token(hub, tmp_path):
    """[hub-join-1]"""
    token = new_token(hub)
    with ThreadPoolExecutor(4) as pool:
        roots = [tmp_path / f"n{number}" for number in range(4)]
        codes = list(pool.map(lambda root: join(hub, root, thing=fresh("core"), token=token).returncode, roots))
    assert codes.count(0) == 1, codes


def test_joined_node_takes_its_own_role_alone(hub, tmp_path):
    """[hub-join-2]"""
    iot, iam = hub.client("iot"), hub.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "credentials.iot.amazonaws.com"}, "Action": "sts:AssumeRole"}
    name = fresh("Strong")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iot.create_role_alias(roleAlias=name, roleArn=arn)
    assert join(hub, tmp_path / "n", thing=fresh("core")).returncode == 0
    context = ssl.create_default_context(cafile=str(hub.data / "ca.pem"))
    folder = tmp_path / "n" / "certificates"
    context.load_cert_chain(str(folder / "cert.pem"), str(folder / "private.key"))
    assert ask(hub, context, "GET", f"/role-aliases/{name}/credentials")[0] == 403
    assert ask(hub, context, "GET", "/role-aliases/LinesideNodeRoleAlias/credentials")[0] == 200


def test_long_name(hub, tmp_path):
    assert join(hub, tmp_path / "n", thing=fresh("c" * 100)).returncode == 0


# -- a model on an image ----------------------------------------------------------------------------------------------

JUDGE = """
import json, os, sys, time
import boto3, cv2, numpy, onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
pixels = cv2.resize(cv2.imread(sys.argv[2]), (8, 8)).astype(numpy.float32) / 255
(score,) = session.run(["score"], {"image": numpy.expand_dims(pixels.transpose(2, 0, 1), 0)})
detail = {"device_id": os.environ["AWS_IOT_THING_NAME"], "confidence": float(score[0, 0])}
entry = {"Source": "edge.ai.inference", "DetailType": "InferenceCompleted", "Detail": json.dumps(detail)}
boto3.client("events").put_events(Entries=[entry | {"EventBusName": os.environ["EVENT_BUS_NAME"]}])
time.sleep(1000)
"""


def test_model_judges_an_image(hub, node, tmp_path):
    """[hub-join-3] A14 to A25, A29, A30: everything by AWS's own calls, from a real model in the object store to its
    confidence in the log group, which is the one that the model says here."""
    s3, bucket, bus = hub.client("s3"), make_bucket(hub), fresh("edge-monitoring-bus")
    events, logs, group = hub.client("events"), hub.client("logs"), f"/aws/events/{fresh('edge-inference')}"
    events.create_event_bus(Name=bus)
    pattern = {"source": ["edge.ai.inference"], "detail-type": ["InferenceCompleted"]}
    events.put_rule(Name="edge", EventBusName=bus, EventPattern=json.dumps(pattern))
    logs.create_log_group(logGroupName=group)
    events.put_targets(Rule="edge", EventBusName=bus, Targets=[{"Id": "1", "Arn": hub.arn("logs", f"log-group:{group}")}])
    model = fixtures.write_flat(tmp_path, "model", fixtures.inspect(fixtures.IMAGE_8))
    image = numpy.random.default_rng(7).integers(0, 256, (48, 64, 3), dtype=numpy.uint8)
    assert cv2.imwrite(str(tmp_path / "part.png"), image)
    for key, body in (
        ("model.onnx", model.read_bytes()),
        ("part.png", (tmp_path / "part.png").read_bytes()),
        ("judge.py", JUDGE.encode()),
    ):
        put(s3, bucket, key, body)
    shelf = publish(hub, fresh("com.edge.Model"), script="", artifacts=[f"s3://{bucket}/model.onnx"])
    place = f"{{{shelf[0]}:artifacts:path}}"
    app = publish(
        hub,
        fresh("com.edge.Inference"),
        script=f"{sys.executable} {{artifacts:path}}/judge.py {place}/model.onnx {{artifacts:path}}/part.png",
        artifacts=[f"s3://{bucket}/judge.py", f"s3://{bucket}/part.png"],
        privileged=True,
        ComponentDependencies={shelf[0]: {"VersionRequirement": "^1.0.0"}},
        ComponentConfiguration={"DefaultConfiguration": {"EventBusName": "default"}},
    )
    made = hub.client("greengrassv2").create_deployment(
        targetArn=node.arn,
        components={app[0]: {"componentVersion": "1.0.0", "configurationUpdate": {"merge": json.dumps({"EventBusName": bus})}}},
    )["deploymentId"]
    wait_until(lambda: node.fate(made) == "COMPLETED", f"the deployment\n{node.log()}", LANDING_SECONDS)
    said = lambda: [json.loads(row["message"]) for row in logs.filter_log_events(logGroupName=group)["events"]]
    detail = wait_until(said, f"the event\n{(node.root / 'logs' / f'{app[0]}.log').read_text()}", 30)[0]["detail"]
    pixels = cv2.resize(image, (8, 8)).astype(numpy.float32) / 255
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    (score,) = session.run(["score"], {"image": numpy.expand_dims(pixels.transpose(2, 0, 1), 0)})
    assert detail["device_id"] == node.thing
    assert abs(detail["confidence"] - float(score[0, 0])) < 1e-6


# -- releases ---------------------------------------------------------------------------------------------------------


def release_for(node, name, wait=True):
    """A deployment of the hub that gives the node's station a release."""
    merge = json.dumps({"stations": {"demo": {"release": name}}})
    made = node.hub.client("greengrassv2").create_deployment(
        targetArn=node.arn,
        components={"lineside.Node": {"componentVersion": "2.0.0", "configurationUpdate": {"merge": merge}}},
    )["deploymentId"]
    wait_until(lambda: node.fate(made) != "ACTIVE", f"the deployment's end\n{node.log()}", LANDING_SECONDS)
    return made


def test_a_deployment_gives_a_station_its_signed_release(joined_line, tmp_path):
    """[hub-join-6] A22, A35: from the hub's own bucket, verified by The Update Framework, proved on parts; one that nobody signed is refused."""
    node, line, repository = joined_line
    with Feed(line, first=1000):
        assert node.fate(release_for(node, "brightness-1")) == "COMPLETED", node.log()
    line.plc.wait_ready()
    assert line.plc.judge(5).result.verdict == "PASS"
    assert version_at_work(line) == "1"
    with Feed(line, first=5000):
        failed = release_for(node, str(good(tmp_path / "unsigned", "9")))
    rows = node.hub.client("greengrassv2").list_effective_deployments(coreDeviceThingName=node.thing)["effectiveDeployments"]
    (row,) = [row for row in rows if row["deploymentId"] == failed]
    assert row["coreDeviceExecutionStatus"] == "FAILED" and row["reason"], row
    assert version_at_work(line) == "1"
