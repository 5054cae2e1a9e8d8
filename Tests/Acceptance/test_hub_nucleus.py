"""What AWS's own device software says to the hub and needs to hear from it, word for word as its source makes it.

[hub-nucleus-1] a deployment of its own, [hub-nucleus-2] of a group, [hub-nucleus-3] what it may take, [hub-nucleus-4] health.
A35 to A41. The software itself is not here; the client is paho.
"""

import json
import time

import pytest
from devices import Device, Wire
from hub import fresh
from server import wait_until

SHADOW, JOBS = "AWSManagedGreengrassV2Deployment", "namespace-aws-gg-deployment"
PLATFORM = {"name": "linux", "attributes": {"os": "linux", "architecture": "amd64"}}
RANGES = [">=2.0.0 <3.0.0", "~2.12.0", "2.12.6"]


@pytest.fixture(scope="module")
def green(hub):
    return hub.client("greengrassv2")


@pytest.fixture
def device(hub, tmp_path):
    return Device(hub, tmp_path)


@pytest.fixture(scope="module")
def part(green):
    """A component in two versions, of which the second is newer."""
    name = fresh("com.edge.part")
    for version in ("1.0.0", "1.1.0"):
        manifest = {"Platform": {"os": "linux"}, "Lifecycle": {"Run": "sleep 60"}}
        words = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": version}
        green.create_component_version(inlineRecipe=json.dumps(words | {"Manifests": [manifest]}))
    return name


def deploy(hub, green, target, part, update=None, **others):
    component = {"componentVersion": "1.0.0"} | ({"configurationUpdate": update} if update else {})
    return green.create_deployment(targetArn=hub.arn("iot", target), components={part: component}, **others)["deploymentId"]


def group_of(hub, *devices):
    iot, name = hub.client("iot"), fresh("hall")
    iot.create_thing_group(thingGroupName=name)
    for device in devices:
        iot.add_thing_to_thing_group(thingGroupName=name, thingName=device.name)
    return name


def resolve(device, name, version=None, requirement=">=0.0.0"):
    candidate = {"componentName": name, "versionRequirements": {"thinggroup/hall": requirement}}
    if version:
        candidate["componentVersion"] = version
    body = {"platform": PLATFORM, "componentCandidates": [candidate]}
    return device.ask("POST", "/greengrass/v2/resolveComponentCandidates", body)


# -- a deployment of its own -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kilobytes", [4, 7.6, 48])
def test_large_deployment_is_reported(hub, green, device, part, kilobytes):
    """[hub-nucleus-1] The shadow takes what the device says of it, however much it is wanted to be."""
    merge = json.dumps({"text": "x" * int(kilobytes * 1000)})
    topic = f"$aws/things/{device.name}/shadow/name/{SHADOW}/"
    with Wire(device) as wire:
        for word in ("get/accepted", "update/accepted", "update/rejected"):
            assert wire.subscribe(topic + word)
        identifier = deploy(hub, green, f"thing/{device.name}", part, {"merge": merge})
        wire.publish(topic + "get", {})
        wish = wire.wait(topic + "get/accepted")["state"]["desired"]
        document = json.loads(wish["fleetConfig"])
        assert document["components"][part]["configurationUpdate"]["merge"] == json.loads(merge)
        for status, detailed in (("IN_PROGRESS", "IN_PROGRESS"), ("SUCCEEDED", "SUCCESSFUL")):
            details = {"detailedStatus": detailed, "deploymentErrorStack": [], "deploymentErrorTypes": []}
            said = {"fleetConfigurationArnForStatus": document["configurationArn"], "status": status}
            said |= {"statusDetails": details, "ggcVersion": "2.12.6"}
            wire.publish(topic + "update", {"shadowName": SHADOW, "thingName": device.name, "state": {"reported": said}})
        wait_until(lambda: green.get_deployment(deploymentId=identifier)["deploymentStatus"] == "COMPLETED", "its end")
        assert not [said for where, said in wire.messages if where.endswith("rejected")]


def test_another_shadow_keeps_its_limit(hub, device):
    """[hub-nucleus-1] What is wanted and what is reported have 8 KiB together."""
    data = hub.client("iot-data")
    state = lambda side, size: json.dumps({"state": {side: {"text": "x" * size}}})
    data.update_thing_shadow(thingName=device.name, shadowName="other", payload=state("desired", 5000))
    with pytest.raises(data.exceptions.RequestEntityTooLargeException):
        data.update_thing_shadow(thingName=device.name, shadowName="other", payload=state("reported", 5000))


# -- of a group -------------------------------------------------------------------------------------------------------


class Nucleus:
    """A device's line with the topics that its jobs come under."""

    def __init__(self, device):
        self.device, self.wire = device, Wire(device)

    def __enter__(self):
        self.wire.__enter__()
        for word in (f"notify-{JOBS}", f"$next/{JOBS}/get/accepted", f"+/{JOBS}/update/accepted", f"+/{JOBS}/update/rejected"):
            assert self.wire.subscribe(self.topic(word))
        return self

    def __exit__(self, *problem):
        self.wire.__exit__(*problem)

    def topic(self, word):
        return f"$aws/things/{self.device.name}/jobs/{word}"

    def next(self):
        """The job that it is told to do, when there is one."""
        token = fresh("token")
        self.wire.publish(self.topic(f"$next/{JOBS}/get"), {"clientToken": token, "includeJobDocument": True})
        mine = lambda said: said["clientToken"] == token
        return self.wire.wait(self.topic(f"$next/{JOBS}/get/accepted"), fits=mine).get("execution")

    def update(self, job, status, details=None, version=None):
        """What the hub answers."""
        token = fresh("token")
        said = {"status": status, "clientToken": token, "statusDetails": details or {}}
        if version:
            said["expectedVersion"] = version
        self.wire.publish(self.topic(f"{job}/{JOBS}/update"), said)
        answers = lambda: [
            (where.rsplit("/", 1)[1], heard) for where, heard in list(self.wire.messages)
            if "/update/" in where and heard.get("clientToken") == token
        ]  # fmt: skip
        wait_until(answers, "an answer")
        return answers()[0]


def test_whoever_does_not_know_how_it_stands_is_told(hub, green, device, part):
    """[hub-nucleus-2] The small one begins to count anew with each start, and goes on by what the refusal says."""
    deploy(hub, green, f"thinggroup/{group_of(hub, device)}", part)
    with Nucleus(device) as nucleus:
        job = wait_until(nucleus.next, "the job")["jobId"]
        assert nucleus.update(job, "IN_PROGRESS", {"step": "one"}, version="1")[0] == "accepted"
        word, said = nucleus.update(job, "SUCCEEDED", version="1")
        assert (word, said["code"]) == ("rejected", "VersionMismatch")
        state = said["executionState"]
        assert state == {"status": "IN_PROGRESS", "statusDetails": {"step": "one"}, "versionNumber": 2}
        assert nucleus.update(job, "SUCCEEDED", version=str(state["versionNumber"]))[0] == "accepted"
        word, said = nucleus.update(job, "FAILED")
        assert (word, said["code"], said["executionState"]["status"]) == ("rejected", "InvalidStateTransition", "SUCCEEDED")
        assert "executionState" not in nucleus.update("none", "FAILED")[1]


def test_why_it_failed_is_a_list(hub, green, device, part):
    """[hub-nucleus-2] Details of jobs are texts."""
    deploy(hub, green, f"thinggroup/{group_of(hub, device)}", part)
    stack, types = ["DEPLOYMENT_FAILURE", "NO_AVAILABLE_COMPONENT_VERSION"], ["DEPENDENCY_ERROR"]
    details = {"detailed-deployment-status": "FAILED_NO_STATE_CHANGE", "deployment-failure-cause": "no version"}
    details |= {"deployment-error-stack": f"[{', '.join(stack)}]", "deployment-error-types": json.dumps(types)}
    with Nucleus(device) as nucleus:
        job = wait_until(nucleus.next, "the job")["jobId"]
        assert nucleus.update(job, "FAILED", details)[0] == "accepted"
    (row,) = green.list_effective_deployments(coreDeviceThingName=device.name)["effectiveDeployments"]
    assert (row["statusDetails"], row["reason"]) == ({"errorStack": stack, "errorTypes": types}, "no version")


def test_what_waited_for_its_turn_is_news(hub, green, tmp_path, part):
    """[hub-nucleus-2] It passes over what was queued before a job that it knows of already."""
    first, second = Device(hub, tmp_path), Device(hub, tmp_path)
    rate = {"jobExecutionsRolloutConfig": {"maximumPerMinute": 1}}
    deploy(hub, green, f"thinggroup/{group_of(hub, first, second)}", part, iotJobConfiguration=rate)
    with Nucleus(first) as one, Nucleus(second) as two:
        lucky = wait_until(lambda: next((each for each in (one, two) if each.next()), None), "the first")
        late = two if lucky is one else one
        time.sleep(1.1)
        deploy(hub, green, f"thinggroup/{group_of(hub, late.device)}", part)
        other = wait_until(late.next, "the other job")
        assert late.update(other["jobId"], "SUCCEEDED")[0] == "accepted"
        told = late.wire.wait(
            late.topic(f"notify-{JOBS}"), 80,
            lambda said: any(job["jobId"] != other["jobId"] for job in said["jobs"].get("QUEUED", [])),
        )  # fmt: skip
        assert told["jobs"]["QUEUED"][0]["queuedAt"] >= other["queuedAt"]


def test_deployment_below_another_says_so(hub, green, device, part):
    """[hub-nucleus-2]"""
    above, below = group_of(hub, device), group_of(hub, device)
    parent = hub.arn("iot", f"thinggroup/{above}")
    deploy(hub, green, f"thinggroup/{below}", part, parentTargetArn=parent)
    with Nucleus(device) as nucleus:
        assert wait_until(nucleus.next, "the job")["jobDocument"]["parentTargetArn"] == parent


# -- what it may take -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["aws.greengrass.Nucleus", "aws.greengrass.Cli", "lineside.Node"])
@pytest.mark.parametrize("requirement", RANGES)
def test_it_is_not_offered_what_it_is(device, name, requirement):
    """[hub-nucleus-3] A hollow one would be put in its place: it falls back to what it is."""
    status, said = resolve(device, name, "2.12.6", requirement)
    assert status == 404 and name in said["message"]


def test_it_is_offered_what_it_does_not_have_at_first(device):
    """[hub-nucleus-3] A10"""
    status, said = resolve(device, "aws.greengrass.TokenExchangeService", requirement=">=2.0.0 <3.0.0")
    assert status == 200 and said["resolvedComponentVersions"][0]["componentVersion"].startswith("2.")


def test_what_it_has_is_kept_while_it_suits(device, part):
    """[hub-nucleus-3]"""
    version = lambda *words: resolve(device, part, *words)[1]["resolvedComponentVersions"][0]["componentVersion"]
    assert version() == "1.1.0"
    assert version("1.0.0") == "1.0.0"
    assert version("1.0.0", ">1.0.0") == "1.1.0"
    assert version("0.9.0") == "1.1.0"


# -- health -----------------------------------------------------------------------------------------------------------


def test_report_in_chapters_is_one_report(hub, green, device):
    """[hub-nucleus-4] What is in none of them is gone."""
    topic = f"$aws/things/{device.name}/greengrassv2/health/json"
    listed = lambda: {
        row["componentName"]
        for row in green.list_installed_components(coreDeviceThingName=device.name)["installedComponents"]
    }

    def tell(sequence, *chapters):
        now = int(time.time() * 1000)
        for number, names in enumerate(chapters, 1):
            rows = [{"componentName": name, "version": "1.0.0", "status": "RUNNING", "isRoot": True} for name in names]
            words = {"thing": device.name, "ggcVersion": "2.12.6", "platform": "linux", "architecture": "amd64"}
            words |= {"sequenceNumber": sequence, "timestamp": now, "messageType": "COMPLETE", "trigger": "CADENCE"}
            words |= {"overallDeviceStatus": "HEALTHY", "components": rows}
            words |= {"chunkInfo": {"chunkId": number, "totalChunks": len(chapters)}}
            wire.publish(topic, words)

    with Wire(device) as wire:
        tell(1, ["com.old", "com.a"])
        wait_until(lambda: green.list_core_devices(status="HEALTHY") and listed() == {"com.old", "com.a"}, "the first")
        tell(2, ["com.a", "com.b", "main"], ["com.c", "com.d"])
        wait_until(lambda: listed() == {"com.a", "com.b", "main", "com.c", "com.d"}, f"the whole report")
        # One that lost a chapter tells nothing about what is gone, and the next is whole again.
        tell(3, ["com.a"], [])
        wait_until(lambda: listed() == {"com.a"}, "the third")
