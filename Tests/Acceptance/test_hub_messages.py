"""Messages of devices: who may in, what each may say and hear, shadows, and what devices tell of themselves.

[hub-message-1] who may in, [hub-message-2] policies, [hub-message-3] shadows by message, [hub-message-4] deployments and health.
A31 to A35, A38. The client is paho.
"""

import json
import os
import signal
import ssl
import subprocess
import time
import uuid

import paho.mqtt.client as mqtt
import pytest
from devices import ANYTHING, Device, Wire
from hub import REGION, Hub, fresh
from server import wait_until

DEPLOYMENT = "AWSManagedGreengrassV2Deployment"


@pytest.fixture(scope="module")
def device(hub):
    return Device(hub, hub.folder)


def only(action, resource):
    """What lets a device in, and one thing more."""
    connect = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
    return [connect, {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:iot:{REGION}:*:{resource}"}]


def shadow(device, word, name=None):
    return f"$aws/things/{device.name}/shadow/" + (f"name/{name}/" if name else "") + word


# -- who may in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [mqtt.MQTTv5, mqtt.MQTTv311], ids=["5", "3.1.1"])
def test_device_comes_in(device, version):
    """[hub-message-1] A34"""
    with Wire(device, version=version) as wire:
        topic = fresh("plant/a")
        assert wire.subscribe(topic)
        wire.publish(topic, {"a": 1})
        assert wire.wait(topic) == {"a": 1}


def test_nobody_without_a_certificate(device):
    """[hub-message-1] A34: the handshake fails, or nothing is answered."""
    wire = Wire(device, with_certificate=False)
    with pytest.raises((ssl.SSLError, AssertionError, OSError)):
        assert not wire.open().is_failure
    wire.client.loop_stop()


def test_certificate_without_a_policy(hub, tmp_path):
    """[hub-message-1] A32: CONNECT is refused as not authorized (0x87)."""
    device = Device(hub, tmp_path)
    hub.client("iot").detach_policy(policyName=device.policy, target=device.certificate)
    assert Wire(device).open().value == 0x87
    hub.client("iot").attach_policy(policyName=device.policy, target=device.certificate)
    with Wire(device):
        pass


def test_certificate_that_is_inactive(hub, tmp_path):
    device = Device(hub, tmp_path, active=False)
    assert Wire(device).open().is_failure


def test_revoked_certificate_is_sent_away(hub, tmp_path):
    """[hub-message-1] Who is in when it is revoked, goes; nothing of it is waited for."""
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        hub.client("iot").update_certificate(certificateId=device.id, newStatus="REVOKED")
        assert wire.gone.wait(10), "still in"
        assert Wire(device, client_id=f"{device.name}-2").open().is_failure


def test_nobody_of_many_that_are_revoked_stays(hub, tmp_path):
    """[hub-message-1] More than the broker hears of at a time, which is not listening just then: whoever is to go, goes."""
    iot, other, device = hub.client("iot"), Device(hub, tmp_path), Device(hub, tmp_path)
    with Wire(device) as wire:
        pid = broker_pid(hub)
        os.kill(pid, signal.SIGSTOP)
        try:
            for _ in range(400):
                iot.update_certificate(certificateId=other.id, newStatus="INACTIVE")
                iot.update_certificate(certificateId=other.id, newStatus="ACTIVE")
            iot.update_certificate(certificateId=device.id, newStatus="REVOKED")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert wire.gone.wait(10), "still in"
    with Wire(other):
        assert Wire(device).open().is_failure


def test_client_of_another_name(hub, tmp_path):
    """[hub-message-2] A policy may tie the connection to the thing's name."""
    resource = "client/${iot:Connection.Thing.ThingName}"
    device = Device(hub, tmp_path, [{"Effect": "Allow", "Action": "iot:Connect", "Resource": f"arn:aws:iot:*:*:{resource}"}])
    assert Wire(device, client_id="somebody").open().is_failure
    with Wire(device):
        pass


# -- policies ---------------------------------------------------------------------------------------------------------


def test_publishing_elsewhere_is_refused_and_written_down(hub, tmp_path, device):
    """[hub-message-2] A32"""
    here, elsewhere = fresh("plant/here"), fresh("plant/there")
    teller = Device(hub, tmp_path, only("iot:Publish", f"topic/{here}*"))
    with Wire(device) as hearer, Wire(teller) as wire:
        assert hearer.subscribe(f"{here}/#") and hearer.subscribe(elsewhere)
        wire.publish(elsewhere, {"n": 1})
        wire.publish(f"{here}/deep", {"n": 2})
        assert hearer.wait(f"{here}/deep") == {"n": 2}
        assert elsewhere not in [topic for topic, _ in hearer.messages]
    found = {"AttributeKey": "EventName", "AttributeValue": "Publish"}
    rows = lambda: hub.client("cloudtrail").lookup_events(LookupAttributes=[found])["Events"]
    entry = wait_until(lambda: next((row for row in rows() if row.get("AccessKeyId") == teller.id), None), "the entry")
    assert elsewhere in entry["CloudTrailEvent"] and "AccessDenied" in entry["CloudTrailEvent"]


def test_subscribing_elsewhere_is_refused(hub, tmp_path):
    """[hub-message-2]"""
    device = Device(hub, tmp_path, only("iot:Subscribe", "topicfilter/plant/*"))
    with Wire(device) as wire:
        assert wire.subscribe("plant/a/+")
        assert not wire.subscribe("other/a")
        assert not wire.subscribe("#")


def test_hearing_needs_leave_too(hub, tmp_path, device):
    """[hub-message-2] iot:Receive is another right than iot:Subscribe."""
    topic = fresh("plant/b")
    deaf = Device(hub, tmp_path, only("iot:Subscribe", "topicfilter/*"))
    with Wire(deaf) as wire, Wire(device) as teller:
        assert wire.subscribe(topic) and teller.subscribe(topic)
        teller.publish(topic, {"a": 1})
        teller.wait(topic)
        assert wire.messages == []


def test_policy_that_changes_counts_at_once(hub, tmp_path):
    """[hub-message-2]"""
    topic = fresh("plant/c")
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        assert wire.subscribe(topic)
        document = {"Version": "2012-10-17", "Statement": [*ANYTHING, {"Effect": "Deny", "Action": "iot:Publish", "Resource": "*"}]}
        hub.client("iot").create_policy_version(
            policyName=device.policy, policyDocument=json.dumps(document), setAsDefault=True
        )
        wire.publish(topic, {"a": 1})
        hub.client("iot").set_default_policy_version(policyName=device.policy, policyVersionId="1")
        wire.publish(topic, {"a": 2})
        assert wire.wait(topic) == {"a": 2}


# -- shadows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, "own"])
def test_shadow_by_message(hub, tmp_path, name):
    """[hub-message-3] What is asked is answered under accepted or rejected, with the asker's token."""
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "+/+", name))
        wire.publish(shadow(device, "get", name), {"clientToken": "t0"})
        missing = wire.wait(shadow(device, "get/rejected", name))
        assert (missing["code"], missing["clientToken"]) == (404, "t0")
        wire.publish(shadow(device, "update", name), {"state": {"desired": {"a": 1}}, "clientToken": "t1"})
        taken = wire.wait(shadow(device, "update/accepted", name))
        assert (taken["version"], taken["clientToken"], taken["state"]) == (1, "t1", {"desired": {"a": 1}})
        assert wire.wait(shadow(device, "update/delta", name))["state"] == {"a": 1}
        assert wire.wait(shadow(device, "update/documents", name))["current"]["state"]["desired"] == {"a": 1}
        wire.publish(shadow(device, "get", name), b"")
        assert wire.wait(shadow(device, "get/accepted", name))["state"]["delta"] == {"a": 1}
        wire.publish(shadow(device, "update", name), {"state": {"desired": {"a": 2}}, "version": 7, "clientToken": "t2"})
        refusal = wire.wait(shadow(device, "update/rejected", name))
        assert (refusal["code"], refusal["clientToken"]) == (409, "t2")
        wire.publish(shadow(device, "delete", name), {})
        assert wire.wait(shadow(device, "delete/accepted", name))["version"] == 1


def test_shadow_that_changes_over_http_is_told(hub, tmp_path):
    """[hub-message-3]"""
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "update/delta"))
        hub.client("iot-data").update_thing_shadow(thingName=device.name, payload='{"state": {"desired": {"a": 1}}}')
        assert wire.wait(shadow(device, "update/delta"))["state"] == {"a": 1}


@pytest.mark.parametrize("payload", [b"{", b"[]", b"\xff\xfe", b'{"state": 1}', b"x" * 9000], ids=str)
def test_garbage_is_rejected(hub, tmp_path, payload):
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "update/+"))
        wire.publish(shadow(device, "update"), payload)
        assert wire.wait(shadow(device, "update/rejected"))["code"] in (400, 413)


# -- deployments and health -------------------------------------------------------------------------------------------


def health(device, kind="COMPLETE", status="HEALTHY", components=(), at=None, **others):
    return {
        "ggcVersion": "2.12.0",
        "platform": "linux",
        "architecture": "amd64",
        "runtime": "aws_nucleus_lite",
        "thing": device.name,
        "sequenceNumber": 1,
        "timestamp": at or int(time.time() * 1000),
        "messageType": kind,
        "trigger": "NUCLEUS_LAUNCH",
        "overallDeviceStatus": status,
        "components": [
            {"componentName": name, "version": version, "fleetConfigArns": [], "isRoot": True, "status": state}
            for name, version, state in components
        ],
    } | others


def installed(hub, device):
    rows = hub.client("greengrassv2").list_installed_components(coreDeviceThingName=device.name)["installedComponents"]
    return {row["componentName"]: (row["componentVersion"], row["lifecycleState"]) for row in rows}


def test_device_that_reports_its_health_is_a_core_device(hub, tmp_path):
    """[hub-message-4]"""
    device, green = Device(hub, tmp_path), hub.client("greengrassv2")
    topic = f"$aws/things/{device.name}/greengrassv2/health/json"
    with Wire(device) as wire:
        wire.publish(topic, health(device, components=[("a", "1.0.0", "RUNNING"), ("b", "1.0.0", "FINISHED")]))
        listed = lambda: {row["coreDeviceThingName"]: row for row in green.list_core_devices(maxResults=100)["coreDevices"]}
        wait_until(lambda: device.name in listed(), "the core device")
        said = green.get_core_device(coreDeviceThingName=device.name)
        assert (said["status"], said["coreVersion"], said["platform"], said["architecture"], said["runtime"]) == (
            "HEALTHY", "2.12.0", "linux", "amd64", "aws_nucleus_lite",
        )  # fmt: skip
        assert installed(hub, device) == {"a": ("1.0.0", "RUNNING"), "b": ("1.0.0", "FINISHED")}
        changes = [("a", "1.0.1", "ERRORED"), ("b", "1.0.0", "UNINSTALLED")]
        wire.publish(topic, health(device, "PARTIAL", "UNHEALTHY", changes))
        wait_until(lambda: installed(hub, device) == {"a": ("1.0.1", "ERRORED")}, "the change")
        assert green.get_core_device(coreDeviceThingName=device.name)["status"] == "UNHEALTHY"
        # What was under way when something newer came must not undo it.
        wire.publish(topic, health(device, "PARTIAL", "HEALTHY", [("a", "1.0.0", "RUNNING")], at=1000))
        wire.publish(topic, health(device, "PARTIAL", "UNHEALTHY", [("c", "1.0.0", "RUNNING")]))
        wait_until(lambda: "c" in installed(hub, device), "the last report")
        assert installed(hub, device)["a"] == ("1.0.1", "ERRORED")
        unhealthy = green.list_core_devices(status="UNHEALTHY", maxResults=100)["coreDevices"]
        assert device.name in [row["coreDeviceThingName"] for row in unhealthy]
    green.delete_core_device(coreDeviceThingName=device.name)
    assert device.name not in listed()


def test_deployment_goes_to_the_device_and_back(hub, tmp_path):
    """[hub-message-4] A35, A38: as AWS's device software does it, from the document to COMPLETED."""
    device, green = Device(hub, tmp_path), hub.client("greengrassv2")
    name = fresh("com.edge.part")
    recipe = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": "1.0.0", "Manifests": [{}]}
    green.create_component_version(inlineRecipe=json.dumps(recipe))
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "update/accepted", DEPLOYMENT))
        made = green.create_deployment(
            targetArn=hub.arn("iot", f"thing/{device.name}"), components={name: {"componentVersion": "1.0.0"}}
        )
        told = wire.wait(shadow(device, "update/accepted", DEPLOYMENT))["state"]["desired"]
        document = json.loads(told["fleetConfig"])
        assert (document["deploymentId"], document["components"][name]["version"]) == (made["deploymentId"], "1.0.0")
        for status in ("IN_PROGRESS", "SUCCEEDED"):
            reported = {
                "fleetConfigurationArnForStatus": document["configurationArn"],
                "status": status,
                "statusDetails": {"detailedStatus": "SUCCESSFUL"},
                "ggcVersion": "2.12.0",
            }
            wire.publish(shadow(device, "update", DEPLOYMENT), {"state": {"reported": reported}, "clientToken": status})
            wire.wait(shadow(device, "update/accepted", DEPLOYMENT), fits=lambda said: said.get("clientToken") == status)
        assert green.get_deployment(deploymentId=made["deploymentId"])["deploymentStatus"] == "COMPLETED"


def test_session_and_hub_that_is_killed(binary, tmp_path):
    """[hub-message-1] The broker dies with the hub and comes back with it; what the hub had not told is told then."""
    with Hub(binary, tmp_path) as hub:
        device = Device(hub, tmp_path)
        arn = hub.arn("iot", f"thing/{device.name}")
        hub.restart_killed()
        with Wire(device) as wire:
            assert wire.subscribe(shadow(device, "+/+", DEPLOYMENT))
            made = hub.client("greengrassv2").create_deployment(targetArn=arn, components={})
            assert made["deploymentId"] in wire.wait(shadow(device, "update/accepted", DEPLOYMENT))["state"]["desired"]["fleetConfig"]
            assert hub.stop() == 0
            assert wire.gone.wait(10), "the broker outlived the hub"


def test_broker_that_is_killed_comes_back(hub, tmp_path):
    """[hub-message-1]"""
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        os.kill(broker_pid(hub), signal.SIGKILL)
        assert wire.gone.wait(10)
        # paho connects again by itself.
        wait_until(lambda: len(wire.codes) > 1 and not wire.codes[-1].is_failure, "the device being back", 20)
        topic = f"{uuid.uuid4()}"
        wait_until(lambda: wire.client.is_connected(), "the line", 20)
        assert wire.subscribe(topic)
        wire.publish(topic, {"a": 1})
        assert wire.wait(topic) == {"a": 1}
        assert wire.subscribe(shadow(device, "get/+"))
        wait_until(lambda: answered(wire, device), "the hub's own line", 20)


def broker_pid(hub):
    words = ["pgrep", "-P", str(hub.job.pid), "mosquitto"]
    (pid,) = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return int(pid)


def answered(wire, device):
    wire.publish(shadow(device, "get"), {})
    time.sleep(0.2)
    return any(topic.endswith("get/rejected") for topic, _ in wire.messages)


# -- what must not be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stamp", ["1e19", "-1e300", "NaN", "Infinity", '"now"', "null", "99999999999999999999"])
def test_strange_numbers_of_a_device(hub, tmp_path, stamp):
    """[hub-message-4] No number of a device ends the hub, and what it says afterwards counts."""
    device = Device(hub, tmp_path)
    topic = f"$aws/things/{device.name}/greengrassv2/health/json"
    with Wire(device) as wire:
        wire.publish(topic, f'{{"timestamp": {stamp}, "sequenceNumber": {stamp}, "components": []}}'.encode())
        wire.publish(topic, health(device, components=[("a", "1.0.0", "RUNNING")]))
        green = hub.client("greengrassv2")
        listed = lambda: [row["coreDeviceThingName"] for row in green.list_core_devices(maxResults=100)["coreDevices"]]
        wait_until(lambda: device.name in listed() and installed(hub, device), "the report")


def test_nobody_takes_the_hubs_name(hub, device):
    """[hub-message-1] The hub's own line is not to be taken over by a device that calls itself so."""
    assert Wire(device, client_id="lineside-hub").open().is_failure
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "get/+"))
        wire.publish(shadow(device, "get"), {"clientToken": "after"})
        wait_until(lambda: any(said.get("clientToken") == "after" for _, said in wire.messages), "the hub's answer")


def test_nothing_is_kept_for_newcomers_under_aws(hub, tmp_path):
    """[hub-message-2] It would be taken for news at each start of the hub."""
    device = Device(hub, tmp_path)
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "update/+"))
        payload = json.dumps({"state": {"reported": {"a": 1}}})
        wire.client.publish(shadow(device, "update"), payload, 1, retain=True).wait_for_publish(10)
        wire.publish(shadow(device, "update"), {"state": {"reported": {"b": 2}}})
        assert wire.wait(shadow(device, "update/accepted"))["state"] == {"reported": {"b": 2}}


def test_shadow_does_not_grow_by_many_small_changes(hub, tmp_path):
    """[hub-shadow-1] 8 KiB are the whole's, not each change's."""
    data, device = hub.client("iot-data"), Device(hub, tmp_path)
    payload = lambda number: json.dumps({"state": {"reported": {f"k{number}": "x" * 3000}}})
    for number in range(2):
        data.update_thing_shadow(thingName=device.name, payload=payload(number))
    with pytest.raises(data.exceptions.RequestEntityTooLargeException):
        data.update_thing_shadow(thingName=device.name, payload=payload(2))
    kept = json.loads(data.get_thing_shadow(thingName=device.name)["payload"].read())
    assert set(kept["state"]["reported"]) == {"k0", "k1"} and kept["version"] == 2


def test_deleted_shadow_is_told(hub, tmp_path):
    """[hub-message-3] Over HTTP as well."""
    device = Device(hub, tmp_path)
    hub.client("iot-data").update_thing_shadow(thingName=device.name, payload='{"state": {"desired": {"a": 1}}}')
    with Wire(device) as wire:
        assert wire.subscribe(shadow(device, "delete/accepted"))
        hub.client("iot-data").delete_thing_shadow(thingName=device.name)
        assert wire.wait(shadow(device, "delete/accepted"))["version"] == 1
