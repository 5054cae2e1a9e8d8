"""A device of the hub: a thing with a certificate and a policy, and what it asks for over HTTPS."""

import json
import ssl
import urllib.error
import urllib.request

from hub import fresh

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
