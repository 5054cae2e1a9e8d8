"""A device of the hub: a thing with a certificate and a policy, what it asks for over HTTPS, and its line to the broker."""

import json
import ssl
import threading
import urllib.error
import urllib.request

import paho.mqtt.client as mqtt
from hub import fresh
from server import wait_until

ANYTHING = [{"Effect": "Allow", "Action": ["iot:*", "greengrass:*"], "Resource": "*"}]


class Device:
    """A new thing; `statements` are what its certificate may do."""

    def __init__(self, hub, folder, statements=None, active=True, name=None):
        iot = hub.client("iot")
        self.hub, self.name = hub, name or fresh("core")
        iot.create_thing(thingName=self.name)
        made = iot.create_keys_and_certificate(setAsActive=active)
        self.certificate, self.id = made["certificateArn"], made["certificateId"]
        iot.attach_thing_principal(thingName=self.name, principal=self.certificate)
        self.policy = fresh("policy")
        document = {"Version": "2012-10-17", "Statement": ANYTHING if statements is None else statements}
        iot.create_policy(policyName=self.policy, policyDocument=json.dumps(document))
        iot.attach_policy(policyName=self.policy, target=self.certificate)
        self.cert_file, self.key_file = folder / f"{self.name}.pem", folder / f"{self.name}.key"
        self.cert_file.write_text(made["certificatePem"])
        self.key_file.write_text(made["keyPair"]["PrivateKey"])

    @property
    def ca_file(self):
        return self.hub.data / "ca.pem"

    def context(self):
        context = ssl.create_default_context(cafile=str(self.ca_file))
        context.load_cert_chain(str(self.cert_file), str(self.key_file))
        return context

    def ask(self, method, path, body=None, fields=None):
        """Status and parsed answer."""
        return ask(self.hub, self.context(), method, path, body, fields)


def ask(hub, context, method, path, body=None, fields=None):
    address = hub.client("iot").describe_endpoint(endpointType="iot:CredentialProvider")["endpointAddress"]
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"https://{address}{path}", data=data, method=method, headers={"Content-Type": "application/json"} | (fields or {})
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(request, timeout=20) as reply:
            return reply.status, json.loads(reply.read() or b"{}")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"{}")


class Wire:
    """A device's line to the broker, by paho; what came lies in `messages` as (topic, document)."""

    def __init__(self, device, client_id=None, version=mqtt.MQTTv5, with_certificate=True):
        self.device, self.messages, self.codes = device, [], []
        self.granted, self.gone = {}, threading.Event()
        self.settled, self.lock = threading.Event(), threading.Lock()
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=client_id or device.name, protocol=version,
            **({} if version == mqtt.MQTTv5 else {"clean_session": True}),
        )  # fmt: skip
        files = {"certfile": str(device.cert_file), "keyfile": str(device.key_file)} if with_certificate else {}
        self.client.tls_set(str(device.ca_file), **files)
        self.client.on_connect = self.on_connect
        self.client.on_message = lambda _, __, message: self.messages.append((message.topic, read(message.payload)))
        self.client.on_subscribe = lambda _, __, number, codes, ___: self.granted.update({number: codes})
        self.client.on_disconnect = self.on_disconnect

    def on_connect(self, _, __, ___, code, ____):
        self.codes.append(code)
        self.settled.set()

    def on_disconnect(self, *_):
        self.gone.set()
        self.settled.set()

    def open(self):
        """Connects; the broker's answer."""
        host, port = self.device.hub.broker
        self.client.connect(host, port, keepalive=30)
        self.client.loop_start()
        assert self.settled.wait(10) and self.codes, "the broker says nothing"
        return self.codes[0]

    def __enter__(self):
        code = self.open()
        assert not code.is_failure, code
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, topic, quality=1):
        """Whether it was granted."""
        _, number = self.client.subscribe(topic, quality)
        wait_until(lambda: number in self.granted, f"an answer to the subscription to {topic}")
        return not self.granted[number][0].is_failure

    def publish(self, topic, document, quality=1):
        """The reason code of the acknowledgement, or nothing for quality 0."""
        payload = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.client.publish(topic, payload, quality).wait_for_publish(10)

    def wait(self, topic, seconds=10, fits=lambda document: True):
        """The first document under a topic."""
        found = lambda: next((said for where, said in list(self.messages) if where == topic and fits(said)), None)
        return wait_until(found, f"a message under {topic}; there are {self.messages}", seconds)


def read(payload):
    try:
        return json.loads(payload)
    except ValueError:
        return payload
