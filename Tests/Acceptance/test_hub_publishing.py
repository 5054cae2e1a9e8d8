"""Messages over HTTP, what the broker keeps for newcomers, and who is there.

[hub-message-5] Publish, [hub-message-6] retained messages, [hub-message-7] who comes and goes. The clients are boto3 and paho.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import time

import paho.mqtt.client as mqtt
import pytest
from devices import Device, Wire
from hub import Hub, credentials_of, fresh, pages, refused
from server import wait_until

CONNECT = {"Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe", "iot:Receive"], "Resource": "*"}
PRESENCE = "$aws/events/presence"


@pytest.fixture(scope="module")
def device(hub):
    return Device(hub, hub.folder)


@pytest.fixture(scope="module")
def data(hub):
    return hub.client("iot-data")


def raw(wire):
    """What comes, as paho has it: with its quality, and whether it was kept."""
    came = []
    wire.client.on_message = lambda _, __, message: came.append(message)
    return came


def first(came, topic):
    return wait_until(lambda: next((message for message in list(came) if message.topic == topic), None), topic)


def retained(data, topic):
    return data.get_retained_message(topic=topic)["payload"]


def kept_topics(data):
    return [row["topic"] for page in pages(data.list_retained_messages, maxResults=200) for row in page["retainedTopics"]]


def broker_of(hub):
    words = ["pgrep", "-P", str(hub.job.pid), "mosquitto"]
    (pid,) = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return int(pid)


# -- Publish ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quality", [0, 1])
def test_message_over_http(data, device, quality):
    """[hub-message-5]"""
    topic = fresh("plant/http")
    with Wire(device) as wire:
        assert wire.subscribe(topic)
        came = raw(wire)
        data.publish(topic=topic, qos=quality, payload=b"\x00\xff{")
        message = first(came, topic)
        assert (message.payload, message.qos, message.retain) == (b"\x00\xff{", quality, False)


def test_shadow_by_a_message_over_http(hub, data, device):
    """[hub-message-5] The hub hears what is published over HTTP as it hears everything."""
    payload = json.dumps({"state": {"reported": {"by": "http"}}})
    data.publish(topic=f"$aws/things/{device.name}/shadow/update", qos=1, payload=payload)
    told = lambda: json.loads(data.get_thing_shadow(thingName=device.name)["payload"].read())["state"]["reported"]
    def is_there():
        try:
            return told() == {"by": "http"}
        except data.exceptions.ResourceNotFoundException:
            return False
    wait_until(is_there, "the shadow")


@pytest.mark.parametrize(
    "arguments",
    [
        {"topic": "a/+/b"},
        {"topic": "a/#"},
        {"topic": "x" * 257},
        {"topic": f"{PRESENCE}/connected/somebody"},
        {"topic": "$SYS/broker/version"},
        {"topic": "$aws/things/a/shadow/update", "retain": True},
        {"topic": "a", "qos": 2},
        {"topic": "a", "payload": b"x" * (128 * 1024 + 1)},
        {"topic": "a", "contentType": "text/plain"},
        {"topic": "a", "payloadFormatIndicator": "UTF8_DATA"},
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_what_cannot_be_published(data, arguments):
    """[hub-message-5]"""
    with refused("InvalidRequestException"):
        data.publish(**({"payload": b"{}"} | arguments))


def test_publishing_needs_leave(hub, data):
    """[hub-message-5] The action is iot:Publish, the resource the topic."""
    iam, name = hub.client("iam"), fresh("Publisher")
    iam.create_user(UserName=name)
    key = credentials_of(iam.create_access_key(UserName=name)["AccessKey"])
    with refused("AccessDeniedException"):
        hub.client("iot-data", **key).publish(topic="plant/a", payload=b"1")
    statement = {"Effect": "Allow", "Action": "iot:Publish", "Resource": hub.arn("iot", "topic/plant/*")}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    hub.client("iot-data", **key).publish(topic="plant/a", payload=b"1")
    with refused("AccessDeniedException"):
        hub.client("iot-data", **key).publish(topic="other/a", payload=b"1")


def test_device_publishes_over_http(hub, device, tmp_path):
    """[hub-message-5] With its certificate, under its policies, slashes as they are or not."""
    topic = fresh("plant/door")
    resource = hub.arn("iot", f"topic/{topic}*")
    teller = Device(hub, tmp_path, [CONNECT, {"Effect": "Allow", "Action": "iot:Publish", "Resource": resource}])
    with Wire(device) as wire:
        assert wire.subscribe("plant/#")
        assert teller.ask("POST", f"/topics/{topic}?qos=1", {"n": 1})[0] == 200
        assert teller.ask("POST", "/topics/" + f"{topic}/b".replace("/", "%2F"), {"n": 2})[0] == 200
        assert wire.wait(topic) == {"n": 1} and wire.wait(f"{topic}/b") == {"n": 2}
    status, refusal = teller.ask("POST", "/topics/elsewhere?qos=1", {"n": 3})
    assert status == 403 and "iot:Publish" in refusal["message"]
    status, refusal = teller.ask("POST", f"/topics/{topic}?qos=1&retain=true", {"n": 4})
    assert status == 403 and "iot:RetainPublish" in refusal["message"]


def test_nobody_speaks_for_the_hub(device):
    """[hub-message-5] Not even who may publish anything."""
    topic = f"{PRESENCE}/connected/nobody"
    with Wire(device) as wire:
        assert wire.subscribe(f"{PRESENCE}/+/nobody") and wire.subscribe("plant/end")
        wire.publish(topic, {"clientId": "nobody"})
        wire.publish("plant/end", {"over": True})
        wire.wait("plant/end")
        assert topic not in [said for said, _ in wire.messages]


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_retained_message(data, device):
    """[hub-message-6] It is there for whoever comes later, is told, changes, and is taken back by an empty one."""
    topic, before = fresh("plant/kept"), time.time() * 1000
    with refused("ResourceNotFoundException"):
        data.get_retained_message(topic=topic)
    data.publish(topic=topic, qos=1, retain=True, payload=b'{"a": 1}')
    told = data.get_retained_message(topic=topic)
    assert (told["topic"], told["payload"], told["qos"]) == (topic, b'{"a": 1}', 1)
    assert abs(told["lastModifiedTime"] - before) < 60_000
    with Wire(device) as wire:
        came = raw(wire)
        assert wire.subscribe(topic)
        message = first(came, topic)
        assert (message.payload, message.retain) == (b'{"a": 1}', True)
    data.publish(topic=topic, qos=0, retain=True, payload=b"2")
    assert (retained(data, topic), data.get_retained_message(topic=topic)["qos"]) == (b"2", 0)
    data.publish(topic=topic, qos=1, payload=b"passing")
    assert retained(data, topic) == b"2"
    data.publish(topic=topic, retain=True, payload=b"")
    with refused("ResourceNotFoundException"):
        data.get_retained_message(topic=topic)
    with Wire(device, client_id=fresh("late")) as wire:
        came = raw(wire)
        assert wire.subscribe(topic)
        data.publish(topic=topic, qos=1, payload=b"live")
        assert first(came, topic).payload == b"live"


def test_retained_messages_in_parts(data):
    """[hub-message-6]"""
    stem = fresh("parts")
    topics = sorted(f"{stem}/{number}" for number in range(5))
    for topic in topics:
        data.publish(topic=topic, retain=True, payload=b"x" * 10)
    found = [
        row
        for page in pages(data.list_retained_messages, maxResults=2)
        for row in page["retainedTopics"]
        if row["topic"].startswith(stem)
    ]
    assert [row["topic"] for row in found] == topics
    assert {(row["payloadSize"], row["qos"]) for row in found} == {(10, 0)}
    with refused("InvalidRequestException"):
        data.list_retained_messages(nextToken="garbage")
    with refused("InvalidRequestException"):
        data.list_retained_messages(maxResults=201)


def test_what_a_device_has_kept_is_told(hub, data, device, tmp_path):
    """[hub-message-6] By message, by a will, with leave alone, and no more than 128 KiB."""
    topic = fresh("plant/by-device")
    with Wire(device) as wire:
        wire.client.publish(topic, b"\x00kept", 1, retain=True).wait_for_publish(10)
        wait_until(lambda: topic in kept_topics(data), "the retained message")
        assert retained(data, topic) == b"\x00kept"
        wire.client.publish(topic, b"x" * (128 * 1024), 1, retain=True).wait_for_publish(10)
        wait_until(lambda: len(retained(data, topic)) == 128 * 1024, "the long one")
        wire.client.publish(topic, b"x" * (128 * 1024 + 1), 1, retain=True).wait_for_publish(10)
        wire.client.publish(topic, b"", 1, retain=True).wait_for_publish(10)
        wait_until(lambda: topic not in kept_topics(data), "its end")
    leaver = Wire(device, client_id=fresh("leaver"))
    leaver.client.will_set(topic, b"gone", 1, retain=True)
    with leaver:
        assert topic not in kept_topics(data)
        line = leaver.client.socket()
        leaver.client.loop_stop()
        line.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: topic in kept_topics(data), "the will")
    assert retained(data, topic) == b"gone"
    weak = Device(hub, tmp_path, [CONNECT, {"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}])
    with Wire(weak) as wire, Wire(device) as hearer:
        assert hearer.subscribe("plant/weak")
        wire.client.publish("plant/weak", b"1", 1, retain=True).wait_for_publish(10)
        wire.publish("plant/weak", {"n": 2})
        assert hearer.wait("plant/weak") == {"n": 2}
    assert "plant/weak" not in kept_topics(data)


def test_device_reads_what_is_kept(hub, data, device, tmp_path):
    """[hub-message-6] Over HTTPS, with leave."""
    topic = fresh("plant/read")
    data.publish(topic=topic, retain=True, payload=b"now")
    status, told = device.ask("GET", f"/retainedMessage/{topic}")
    assert status == 200 and base64.b64decode(told["payload"]) == b"now"
    assert device.ask("GET", "/retainedMessage?maxResults=1")[0] == 200
    nobody = Device(hub, tmp_path, [CONNECT])
    assert nobody.ask("GET", f"/retainedMessage/{topic}")[0] == 403


def test_retained_message_outlives_both(binary, tmp_path):
    """[hub-message-6] What was acknowledged is there after a broker, or a hub, that was killed at once: told, and handed out."""
    with Hub(binary, tmp_path) as hub:
        device, topic, gone = Device(hub, tmp_path), fresh("plant/hard"), fresh("plant/gone")
        handed = lambda: handed_out(device, topic, gone)
        hub.client("iot-data").publish(topic=gone, qos=1, retain=True, payload=b"old")
        hub.client("iot-data").publish(topic=topic, qos=1, retain=True, payload=b"first")
        hub.client("iot-data").publish(topic=gone, qos=1, retain=True, payload=b"")
        os.kill(broker_of(hub), signal.SIGKILL)
        wait_until(lambda: handed() == [b"first"], "the broker with what it kept", 20)
        hub.client("iot-data").publish(topic=topic, qos=1, retain=True, payload=b"second")
        hub.restart_killed()
        assert retained(hub.client("iot-data"), topic) == b"second"
        wait_until(lambda: handed() == [b"second"], "the hub with what it kept", 20)
        with refused("ResourceNotFoundException"):
            hub.client("iot-data").get_retained_message(topic=gone)


def handed_out(device, *topics):
    """What somebody new is given of these; nothing where there is no broker just now."""
    wire = Wire(device, client_id=fresh("new"))
    try:
        if wire.open().is_failure:
            return None
        came = raw(wire)
        for topic in topics:
            assert wire.subscribe(topic)
        wire.subscribe("plant/mark")
        wire.publish("plant/mark", {})
        first(came, "plant/mark")
        return [message.payload for message in came if message.topic in topics and message.retain]
    except (OSError, AssertionError):
        return None
    finally:
        wire.client.disconnect()
        wire.client.loop_stop()


# -- who is there -----------------------------------------------------------------------------------------------------


def test_who_comes_and_goes_is_told(hub, device, tmp_path):
    """[hub-message-7] As AWS tells it, under topics of the client's name."""
    other = Device(hub, tmp_path)
    with Wire(device) as hearer:
        assert hearer.subscribe(f"{PRESENCE}/+/{other.name}")
        with Wire(other):
            came = hearer.wait(f"{PRESENCE}/connected/{other.name}")
        left = hearer.wait(f"{PRESENCE}/disconnected/{other.name}")
    assert (came["clientId"], came["eventType"], came["principalIdentifier"]) == (other.name, "connected", other.id)
    assert came["ipAddress"] == "127.0.0.1" and abs(came["timestamp"] - time.time() * 1000) < 60_000
    assert left["eventType"] == "disconnected" and left["clientInitiatedDisconnect"] is True
    assert left["disconnectReason"] == "CLIENT_INITIATED_DISCONNECT"
    for name in ("sessionIdentifier", "versionNumber", "principalIdentifier", "clientId"):
        assert left[name] == came[name]


def test_why_somebody_is_gone(hub, device, tmp_path):
    """[hub-message-7] Lost, pushed out by another of its name, or sent away."""
    topic = lambda other: f"{PRESENCE}/disconnected/{other.name}"
    with Wire(device) as hearer:
        lost, twice, away = (Device(hub, tmp_path) for _ in range(3))
        for other in (lost, twice, away):
            assert hearer.subscribe(topic(other))
        with Wire(lost) as wire:
            line = wire.client.socket()
            wire.client.loop_stop()
            line.shutdown(socket.SHUT_RDWR)
            told = hearer.wait(topic(lost))
            assert (told["disconnectReason"], told["clientInitiatedDisconnect"]) == ("CONNECTION_LOST", False)
        with Wire(twice) as before:
            # It would come back, and push the other out.
            before.client.reconnect_delay_set(60, 60)
            with Wire(twice):
                assert hearer.wait(topic(twice))["disconnectReason"] == "DUPLICATE_CLIENTID"
        with Wire(away):
            hub.client("iot").update_certificate(certificateId=away.id, newStatus="REVOKED")
            assert hearer.wait(topic(away))["disconnectReason"] == "SERVER_INITIATED_DISCONNECT"


def test_whoever_is_refused_was_never_there(hub, device, tmp_path):
    """[hub-message-7]"""
    stranger = Device(hub, tmp_path, [{"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}])
    with Wire(device) as hearer:
        assert hearer.subscribe(f"{PRESENCE}/+/{stranger.name}") and hearer.subscribe("plant/end")
        assert Wire(stranger).open().is_failure
        hearer.publish("plant/end", {"over": True})
        hearer.wait("plant/end")
        assert [where for where, _ in hearer.messages if where.startswith(PRESENCE)] == []


def test_persistent_session_that_comes_back(hub, device, tmp_path):
    """[hub-message-7] A session that the broker kept ends once, and its client is there when it is back."""
    other = Device(hub, tmp_path)
    def open_kept():
        wire = Wire(other, version=mqtt.MQTTv311)
        wire.client._clean_session = False
        return wire
    with Wire(device) as hearer:
        assert hearer.subscribe(f"{PRESENCE}/+/{other.name}")
        for _ in range(3):
            with open_kept():
                pass
        words = lambda: [said["eventType"] for where, said in list(hearer.messages) if where.startswith(PRESENCE)]
        wait_until(lambda: words().count("disconnected") == 3, "three good-byes")
        assert words() == ["connected", "disconnected"] * 3
