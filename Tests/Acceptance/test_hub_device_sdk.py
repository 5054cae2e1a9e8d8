"""AWS's own software for devices against the hub, unmodified: the AWS IoT Device SDK v2 for Python.

[hub-message-8] its lines over MQTT 3.1.1 and 5, shadows, jobs, and what is not offered; [hub-device-6] its credentials
provider and its discovery. Skipped where the SDK is not installed.
"""

import json
import os
import select
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from io import BytesIO

import pytest

pytest.importorskip("awsiot")

from awscrt import auth, http, io, mqtt, mqtt5
from awscrt.exceptions import AwsCrtError
from awscrt.mqtt_request_response import ClientOptions, SubscriptionStatusEventType
from awsiot import (
    ServiceStreamOptions,
    V2ServiceException,
    greengrass_discovery,
    iotidentity,
    iotjobs,
    iotshadow,
    mqtt5_client_builder,
    mqtt_connection_builder,
)
from devices import Device
from hub import fresh
from server import wait_until

SECONDS = 10
ONCE = mqtt.QoS.AT_LEAST_ONCE
CONNECT = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
OPTIONS = ClientOptions(
    max_request_response_subscriptions=8, max_streaming_subscriptions=4, operation_timeout_in_seconds=SECONDS
)
both = pytest.mark.parametrize("version", [3, 5], ids=["3.1.1", "5"])


@pytest.fixture(scope="module")
def device(hub):
    return Device(hub, hub.folder)


def place(device):
    """What both builders are told."""
    host, port = device.hub.broker
    return {
        "cert_filepath": str(device.cert_file),
        "pri_key_filepath": str(device.key_file),
        "ca_filepath": str(device.ca_file),
        "endpoint": host,
        "port": port,
    }


class Line3:
    """A line over MQTT 3.1.1; what came lies in `messages` as (topic, payload)."""

    def __init__(self, device, client_id=None, clean_session=True, **others):
        self.messages, self.interrupted, self.resumed = [], threading.Event(), threading.Event()
        self.client = mqtt_connection_builder.mtls_from_path(
            **place(device),
            client_id=client_id or device.name,
            clean_session=clean_session,
            keep_alive_secs=30,
            reconnect_min_timeout_secs=1,
            reconnect_max_timeout_secs=2,
            on_connection_interrupted=lambda **_: self.interrupted.set(),
            on_connection_resumed=lambda **_: self.resumed.set(),
            **others,
        )
        self.client.on_message(lambda topic, payload, **_: self.messages.append((topic, payload)))

    def open(self):
        return self.client.connect().result(SECONDS)

    def close(self):
        self.client.disconnect().result(SECONDS)

    def subscribe(self, topic):
        return self.client.subscribe(topic, ONCE)[0].result(SECONDS)

    def publish(self, topic, payload, quality=1):
        return self.client.publish(topic, payload, mqtt.QoS(quality))[0].result(SECONDS)

    def wait_back(self):
        assert self.interrupted.wait(SECONDS) and self.resumed.wait(2 * SECONDS), "not back"


class Line5:
    """A line over MQTT 5; the packets that came lie in `packets`."""

    def __init__(self, device, client_id=None, **others):
        self.packets, self.opened, self.refused = [], [], []
        self.settled, self.stopped = threading.Event(), threading.Event()
        self.client = mqtt5_client_builder.mtls_from_path(
            **place(device),
            client_id=client_id or device.name,
            keep_alive_interval_sec=60,
            min_reconnect_delay_ms=100,
            max_reconnect_delay_ms=1000,
            on_publish_received=lambda came: self.packets.append(came.publish_packet),
            on_lifecycle_connection_success=lambda said: self.settle(self.opened, said.connack_packet),
            on_lifecycle_connection_failure=lambda said: self.settle(self.refused, said.connack_packet),
            on_lifecycle_stopped=lambda _: self.stopped.set(),
            **others,
        )

    def settle(self, those, packet):
        those.append(packet)
        self.settled.set()

    @property
    def messages(self):
        return [(packet.topic, packet.payload) for packet in self.packets]

    def open(self):
        self.client.start()
        assert self.settled.wait(SECONDS), "the broker says nothing"
        assert self.opened, self.refused
        return self.opened[0]

    def close(self, packet=None):
        self.client.stop(packet)
        assert self.stopped.wait(SECONDS), "it does not stop"

    def subscribe(self, topic):
        packet = mqtt5.SubscribePacket([mqtt5.Subscription(topic, mqtt5.QoS.AT_LEAST_ONCE)])
        return self.client.subscribe(packet).result(SECONDS).reason_codes[0]

    def publish(self, topic, payload, quality=1, **others):
        packet = mqtt5.PublishPacket(topic=topic, payload=payload, qos=mqtt5.QoS(quality), **others)
        return self.client.publish(packet).result(SECONDS).puback.reason_code

    def wait_back(self):
        wait_until(lambda: len(self.opened) > 1, "the line being back", 2 * SECONDS)


@contextmanager
def line(version, device, **options):
    opened = (Line3 if version == 3 else Line5)(device, **options)
    opened.open()
    yield opened
    opened.close()


def heard(line, topic, payload):
    wait_until(lambda: (topic, payload) in line.messages, f"{payload} under {topic}; there is {line.messages}", SECONDS)


# -- lines ------------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("quality", [0, 1])
def test_messages_come_and_go(device, version, quality):
    """[hub-message-8]"""
    topic = fresh("plant/a")
    with line(version, device) as wire:
        wire.subscribe(topic)
        wire.publish(topic, b"light", quality)
        heard(wire, topic, b"light")


def test_what_version_5_adds_to_a_message(device):
    """[hub-message-8]"""
    topic = fresh("plant/b")
    added = {
        "content_type": "text/plain",
        "response_topic": "plant/answers",
        "correlation_data": b"\x01\x02",
        "user_properties": [mqtt5.UserProperty("shift", "late")],
    }
    with line(5, device) as wire:
        assert wire.subscribe(topic) == mqtt5.SubackReasonCode.GRANTED_QOS_1
        assert wire.publish(topic, b"light", **added) == mqtt5.PubackReasonCode.SUCCESS
        heard(wire, topic, b"light")
        came = wire.packets[0]
        assert (came.content_type, came.response_topic) == ("text/plain", "plant/answers")
        assert came.correlation_data_bytes == b"\x01\x02"
        assert [(pair.name, pair.value) for pair in came.user_properties] == [("shift", "late")]


def test_will_of_a_device_that_dies(device):
    """[hub-message-8] Over 3.1.1, whose clients can only die for it to be told."""
    topic = fresh("plant/will")
    program = f"""
import os
from awscrt import mqtt
from awsiot import mqtt_connection_builder
line = mqtt_connection_builder.mtls_from_path(
    **{place(device)!r}, client_id={fresh("dying")!r}, clean_session=True, keep_alive_secs=30,
    will=mqtt.Will({topic!r}, mqtt.QoS.AT_LEAST_ONCE, b"dark", False))
line.connect().result({SECONDS})
os._exit(9)
"""
    with line(3, device) as wire:
        wire.subscribe(topic)
        finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=3 * SECONDS)
        assert finished.returncode == 9, finished.stderr
        heard(wire, topic, b"dark")


def test_will_of_a_device_that_wants_it_told(device):
    """[hub-message-8] Over 5, where a good-bye may say so."""
    topic = fresh("plant/will")
    will = mqtt5.PublishPacket(topic=topic, payload=b"dark", qos=mqtt5.QoS.AT_LEAST_ONCE)
    goodbye = mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
    with line(5, device) as wire:
        wire.subscribe(topic)
        other = Line5(device, fresh("leaving"), will=will)
        other.open()
        other.close(goodbye)
        heard(wire, topic, b"dark")


def test_session_that_is_kept(device):
    """[hub-message-8] What was said while the device was away comes when it is back."""
    topic, name = fresh("plant/c"), fresh("away")
    with line(3, device, client_id=name, clean_session=False) as wire:
        wire.subscribe(topic)
    with line(5, device) as teller:
        teller.publish(topic, b"later")
    back = Line3(device, name, clean_session=False)
    assert back.open()["session_present"]
    heard(back, topic, b"later")
    back.close()


def test_certificate_that_is_inactive(hub, tmp_path):
    """[hub-message-8] The SDK tells the refusal; over 5 with MQTT's own word."""
    device = Device(hub, tmp_path, active=False)
    with pytest.raises(AwsCrtError):
        Line3(device).open()
    wire = Line5(device)
    wire.client.start()
    assert wire.settled.wait(SECONDS) and not wire.opened
    assert wire.refused[0].reason_code == mqtt5.ConnectReasonCode.NOT_AUTHORIZED
    wire.close()


def test_what_a_policy_does_not_allow(hub, tmp_path):
    """[hub-message-8] Each refusal is told, and the line goes on."""
    device, topic = Device(hub, tmp_path, [CONNECT]), fresh("plant/d")
    with line(3, device) as wire, pytest.raises(mqtt.SubscribeError):
        wire.subscribe(topic)
    with line(5, device) as wire:
        assert wire.subscribe(topic) == mqtt5.SubackReasonCode.NOT_AUTHORIZED
        assert wire.publish(topic, b"light") == mqtt5.PubackReasonCode.NOT_AUTHORIZED
        assert wire.publish(topic, b"light") == mqtt5.PubackReasonCode.NOT_AUTHORIZED


def test_broker_that_is_killed(hub, device):
    """[hub-message-8] Both lines come back by themselves, and the hub answers them again."""
    topic = fresh("plant/e")
    with line(3, device, client_id=fresh("a")) as old, line(5, device, client_id=fresh("b")) as new:
        old.subscribe(topic)
        words = ["pgrep", "-P", str(hub.job.pid), "mosquitto"]
        (pid,) = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
        os.kill(int(pid), signal.SIGKILL)
        old.wait_back()
        new.wait_back()
        old.client.resubscribe_existing_topics()[0].result(SECONDS)
        new.publish(topic, b"again")
        heard(old, topic, b"again")
        # The hub's own line is back by the time that a question is answered; until then one may be lost.
        shadows = iotshadow.IotShadowClientV2(new.client, ClientOptions(4, 1, 2))
        request = iotshadow.GetShadowRequest(thing_name=device.name)
        wait_until(lambda: refusal(shadows.get_shadow, request), "the hub", 2 * SECONDS)


# -- services ---------------------------------------------------------------------------------------------------------


def answer(call, request):
    return call(request).result(SECONDS + 5)


def refusal(call, request):
    """What the service says of it; nothing where it said nothing."""
    with pytest.raises(V2ServiceException) as caught:
        answer(call, request)
    return caught.value.modeled_error


class Stream:
    """Events of a service, as the SDK reads them."""

    def __init__(self, make, request):
        self.events, subscribed = [], Future()

        def told(status):
            if not subscribed.done():
                subscribed.set_result(status.type)

        self.operation = make(
            request,
            ServiceStreamOptions(
                incoming_event_listener=self.events.append,
                subscription_status_listener=told,
                deserialization_failure_listener=self.events.append,
            ),
        )
        self.operation.open()
        assert subscribed.result(SECONDS) == SubscriptionStatusEventType.SUBSCRIPTION_ESTABLISHED

    def wait(self, count):
        """That many events, and no more so far."""
        wait_until(lambda: len(self.events) >= count, f"{count} events; there are {self.events}", SECONDS)
        assert len(self.events) == count, self.events
        return self.events


@both
@pytest.mark.parametrize("name", [None, "own"], ids=["classic", "named"])
def test_shadow(hub, tmp_path, version, name):
    """[hub-message-8] Every call of the SDK's client, its answers and refusals, deltas and documents."""
    device = Device(hub, tmp_path)
    key = {"thing_name": device.name} | ({"shadow_name": name} if name else {})
    kind = "Named" if name else ""

    def request(word, **members):
        return getattr(iotshadow, word.replace("Shadow", f"{kind}Shadow", 1))(**key, **members)

    with line(version, device) as wire:
        shadows = iotshadow.IotShadowClientV2(wire.client, OPTIONS)
        get, update, delete, deltas, documents = (
            getattr(shadows, word.replace("shadow", "named_shadow" if name else "shadow"))
            for word in (
                "get_shadow", "update_shadow", "delete_shadow", "create_shadow_delta_updated_stream",
                "create_shadow_updated_stream",
            )
        )  # fmt: skip
        assert refusal(get, request("GetShadowRequest")).code == 404
        deltas = Stream(deltas, request("ShadowDeltaUpdatedSubscriptionRequest"))
        documents = Stream(documents, request("ShadowUpdatedSubscriptionRequest"))
        state = iotshadow.ShadowState(desired={"a": 1, "b": {"c": 2, "d": 3}}, reported={"b": {"c": 2}})
        taken = answer(update, request("UpdateShadowRequest", state=state))
        assert (taken.version, taken.state.desired, taken.state.reported) == (1, state.desired, state.reported)
        (delta,) = deltas.wait(1)
        assert (delta.version, delta.state) == (1, {"a": 1, "b": {"d": 3}})
        assert set(delta.metadata) == {"a", "b"} and set(delta.metadata["b"]) == {"d"}
        assert delta.metadata["a"]["timestamp"] and delta.client_token == taken.client_token
        kept = answer(get, request("GetShadowRequest"))
        assert (kept.version, kept.state.delta) == (1, delta.state)
        assert set(kept.metadata.desired) == {"a", "b"}
        late = request("UpdateShadowRequest", state=iotshadow.ShadowState(desired={"a": 2}), version=9)
        assert refusal(update, late).code == 409
        cleared = iotshadow.ShadowState(desired=None, desired_is_nullable=True)
        assert answer(update, request("UpdateShadowRequest", state=cleared)).version == 2
        _, second = documents.wait(2)
        assert second.previous.state.desired == state.desired and second.previous.version == 1
        assert second.current.state.desired is None and second.current.state.reported == state.reported
        assert answer(delete, request("DeleteShadowRequest")).version == 2
        assert refusal(delete, request("DeleteShadowRequest")).code == 404
        deltas.wait(1)


def test_shadow_by_the_older_client(hub, tmp_path):
    """[hub-message-8] Which subscribes and publishes one by one, and gives its own tokens."""
    device, answers = Device(hub, tmp_path), []
    with line(3, device) as wire:
        shadows = iotshadow.IotShadowClient(wire.client)
        for subscribe, request in (
            (shadows.subscribe_to_get_shadow_rejected, iotshadow.GetShadowSubscriptionRequest),
            (shadows.subscribe_to_update_shadow_accepted, iotshadow.UpdateShadowSubscriptionRequest),
            (shadows.subscribe_to_delete_shadow_accepted, iotshadow.DeleteShadowSubscriptionRequest),
        ):
            subscribe(request(thing_name=device.name), ONCE, answers.append)[0].result(SECONDS)

        def ask(publish, request):
            count = len(answers)
            publish(request, ONCE).result(SECONDS)
            wait_until(lambda: len(answers) > count, "an answer", SECONDS)
            assert answers[-1].client_token == request.client_token
            return answers[-1]

        about = {"thing_name": device.name}
        assert ask(shadows.publish_get_shadow, iotshadow.GetShadowRequest(**about, client_token="t0")).code == 404
        state = iotshadow.ShadowState(desired={"a": 1})
        wanted = iotshadow.UpdateShadowRequest(**about, state=state, client_token="t1")
        assert ask(shadows.publish_update_shadow, wanted).version == 1
        gone = iotshadow.DeleteShadowRequest(**about, client_token="t2")
        assert ask(shadows.publish_delete_shadow, gone).version == 1


def make_job(hub, device):
    name = fresh("job")
    targets = [hub.arn("iot", f"thing/{device.name}")]
    hub.client("iot").create_job(jobId=name, targets=targets, document=json.dumps({"do": "blink"}))
    return name


@both
def test_jobs(hub, tmp_path, version):
    """[hub-message-8] From the notification to the last run, with every call of the SDK's client."""
    device = Device(hub, tmp_path)
    about = {"thing_name": device.name}
    with line(version, device) as wire:
        jobs = iotjobs.IotJobsClientV2(wire.client, OPTIONS)
        lists = Stream(
            jobs.create_job_executions_changed_stream, iotjobs.JobExecutionsChangedSubscriptionRequest(**about)
        )
        nexts = Stream(
            jobs.create_next_job_execution_changed_stream, iotjobs.NextJobExecutionChangedSubscriptionRequest(**about)
        )
        start = iotjobs.StartNextPendingJobExecutionRequest(**about, status_details={"step": "1"})
        assert answer(jobs.start_next_pending_job_execution, start).execution is None
        first, second = make_job(hub, device), make_job(hub, device)
        assert [row.job_id for row in lists.wait(2)[1].jobs["QUEUED"]] == [first, second]
        pending = answer(jobs.get_pending_job_executions, iotjobs.GetPendingJobExecutionsRequest(**about))
        assert [row.job_id for row in pending.queued_jobs] == [first, second] and pending.in_progress_jobs == []
        described = iotjobs.DescribeJobExecutionRequest(**about, job_id="$next", include_job_document=True)
        run = answer(jobs.describe_job_execution, described).execution
        assert (run.job_id, run.status, run.job_document) == (first, iotjobs.JobStatus.QUEUED, {"do": "blink"})
        run = answer(jobs.start_next_pending_job_execution, start).execution
        assert (run.job_id, run.status, run.status_details) == (first, iotjobs.JobStatus.IN_PROGRESS, {"step": "1"})

        def update(job, status, **members):
            return iotjobs.UpdateJobExecutionRequest(**about, job_id=job, status=status, **members)

        going = update(
            first, iotjobs.JobStatus.IN_PROGRESS, status_details={"step": "2"}, expected_version=run.version_number,
            include_job_document=True, include_job_execution_state=True,
        )  # fmt: skip
        said = answer(jobs.update_job_execution, going)
        assert said.execution_state.status_details == {"step": "2"} and said.job_document == {"do": "blink"}
        assert refusal(jobs.update_job_execution, going).code == iotjobs.RejectedErrorCode.VERSION_MISMATCH
        answer(jobs.update_job_execution, update(first, iotjobs.JobStatus.SUCCEEDED))
        again = refusal(jobs.update_job_execution, update(first, iotjobs.JobStatus.FAILED))
        assert again.code == iotjobs.RejectedErrorCode.INVALID_STATE_TRANSITION
        unknown = iotjobs.DescribeJobExecutionRequest(**about, job_id="none")
        assert refusal(jobs.describe_job_execution, unknown).code == iotjobs.RejectedErrorCode.RESOURCE_NOT_FOUND
        answer(jobs.update_job_execution, update(second, iotjobs.JobStatus.REJECTED))
        # What is next is told when another job is, and not when the same one goes on.
        told = [event.execution and event.execution.job_id for event in nexts.wait(3)]
        assert told == [first, second, None]
        wait_until(lambda: lists.events[-1].jobs == {}, "nothing left to do")
    for job in (first, second):
        assert hub.client("iot").describe_job(jobId=job)["job"]["status"] == "COMPLETED"


def test_job_that_is_deleted_is_told(hub, tmp_path):
    """[hub-message-8]"""
    device = Device(hub, tmp_path)
    request = iotjobs.NextJobExecutionChangedSubscriptionRequest(thing_name=device.name)
    with line(5, device) as wire:
        jobs = iotjobs.IotJobsClientV2(wire.client, OPTIONS)
        nexts = Stream(jobs.create_next_job_execution_changed_stream, request)
        job = make_job(hub, device)
        assert nexts.wait(1)[0].execution.job_id == job
        hub.client("iot").delete_job(jobId=job, force=True)
        assert nexts.wait(2)[1].execution is None


@pytest.mark.parametrize("expected, status", [("1", "SUCCEEDED"), ("7", "QUEUED"), ("x", "QUEUED")])
def test_version_as_a_text(hub, tmp_path, expected, status):
    """[hub-message-8] AWS's first SDK for devices writes it so."""
    device = Device(hub, tmp_path)
    job = make_job(hub, device)
    topic = f"$aws/things/{device.name}/jobs/{job}/update"
    with line(3, device) as wire:
        wire.subscribe(topic + "/+")
        wire.publish(topic, json.dumps({"status": "SUCCEEDED", "expectedVersion": expected}))
        wait_until(lambda: wire.messages, "an answer", SECONDS)
    run = hub.client("iot").describe_job_execution(thingName=device.name, jobId=job)["execution"]
    assert run["status"] == status


@pytest.mark.parametrize(
    "call, request_of",
    [
        ("create_keys_and_certificate", lambda: iotidentity.CreateKeysAndCertificateRequest()),
        (
            "create_certificate_from_csr",
            lambda: iotidentity.CreateCertificateFromCsrRequest(certificate_signing_request="none"),
        ),
        (
            "register_thing",
            lambda: iotidentity.RegisterThingRequest(
                template_name="hall", certificate_ownership_token="none", parameters={}
            ),
        ),
    ],
    ids=["keys", "request", "thing"],
)
def test_fleet_provisioning_is_refused(device, call, request_of):
    """[hub-message-8] It is not offered, and nobody waits for it."""
    with line(5, device) as wire:
        identity = iotidentity.IotIdentityClientV2(wire.client, OPTIONS)
        said = refusal(getattr(identity, call), request_of())
    assert (said.status_code, said.error_code) == (501, "NotImplemented") and "not offered" in said.error_message


# -- over HTTPS -------------------------------------------------------------------------------------------------------


class Tunnel(socketserver.ThreadingTCPServer):
    """An HTTP proxy that leads whoever asks for port 443 to the hub's door for devices."""

    daemon_threads = True

    def __init__(self, target):
        self.target, self.asked = target, []
        super().__init__(("127.0.0.1", 0), Passage)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def options(self):
        return http.HttpProxyOptions(*self.server_address)

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Passage(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096)
        self.server.asked.append(head.split()[1].decode())
        with socket.create_connection(self.server.target, SECONDS) as door:
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            ways = {self.request: door, door: self.request}
            while True:
                for source in select.select(list(ways), [], [])[0]:
                    if not (part := source.recv(65536)):
                        return
                    ways[source].sendall(part)


def door(hub):
    address = hub.client("iot").describe_endpoint(endpointType="iot:CredentialProvider")["endpointAddress"]
    host, port = address.rsplit(":", 1)
    return host, int(port)


def trust(device):
    options = io.TlsContextOptions.create_client_with_mtls_from_path(str(device.cert_file), str(device.key_file))
    options.override_default_trust_store_from_path(None, str(device.ca_file))
    return io.ClientTlsContext(options)


def make_alias(hub):
    iam, name = hub.client("iam"), fresh("Exchange")
    trusted = {"Effect": "Allow", "Principal": {"Service": "credentials.iot.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    hub.client("iot").create_role_alias(roleAlias=name, roleArn=arn, credentialDurationSeconds=900)
    return name


def lend(host, thing, alias, tls, proxy=None):
    provider = auth.AwsCredentialsProvider.new_x509(
        endpoint=host, thing_name=thing, role_alias=alias, tls_ctx=tls, http_proxy_options=proxy
    )
    return provider.get_credentials().result(2 * SECONDS)


def test_credentials_that_sign(hub, device):
    """[hub-device-6] The provider goes to port 443 alone, here by a proxy; what it is lent signs a call to the hub."""
    alias, tls = make_alias(hub), trust(device)
    host, port = door(hub)
    with Tunnel((host, port)) as tunnel:
        lent = lend(host, device.name, alias, tls, tunnel.options)
        assert tunnel.asked == [f"{host}:443"]
        for thing, other in (("press-7", alias), (device.name, "none")):
            with pytest.raises(AwsCrtError, match="HTTP_STATUS_FAILURE"):
                lend(host, thing, other, tls, tunnel.options)
    assert lent.access_key_id.startswith("ASIA") and lent.expiration
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    fields = [("host", hub.url.split("//")[1]), ("content-type", "application/x-www-form-urlencoded")]
    request = http.HttpRequest("POST", "/", http.HttpHeaders(fields), BytesIO(body))
    signing = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4,
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(
            lent.access_key_id, lent.secret_access_key, lent.session_token
        ),
        region=hub.region,
        service="sts",
    )
    signed = auth.aws_sign_request(request, signing).result(SECONDS)
    reply = hub.raw(headers=dict(list(signed.headers)), body=body)
    assert reply.status_code == 200 and f"assumed-role/{alias}/{device.id}" in reply.text, reply.text


def test_door_at_the_port_of_https(make_hub, tmp_path):
    """[hub-device-6] Then its address is a bare host, as the provider wants it."""
    host = "127.0.0.43"
    try:
        socket.create_server((host, 443)).close()
    except OSError as error:
        pytest.skip(f"port 443: {error}")
    hub = make_hub("--host", host, "--device-port", "443")
    device = Device(hub, tmp_path)
    address = hub.client("iot").describe_endpoint(endpointType="iot:CredentialProvider")["endpointAddress"]
    assert address == host
    assert lend(address, device.name, make_alias(hub), trust(device)).session_token


def test_discovery_is_refused(hub, device):
    """[hub-device-6] Client devices of Greengrass are not offered: 404, at once."""
    host, port = door(hub)
    bootstrap = io.ClientBootstrap.get_or_create_static_default()
    client = greengrass_discovery.DiscoveryClient(
        bootstrap, io.SocketOptions(), trust(device), hub.region, gg_server_name=host
    )
    client.port = port
    with pytest.raises(greengrass_discovery.DiscoveryException) as caught:
        client.discover(device.name).result(SECONDS)
    assert caught.value.http_response_code == 404
