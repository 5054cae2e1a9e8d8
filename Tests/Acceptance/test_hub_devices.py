"""What devices ask of the hub over mutual TLS: credentials, components, their groups and shadows.

[hub-device-1] who may in, [hub-device-2] credentials, [hub-device-3] components, [hub-device-4] policies of certificates.
A08, A11, A19, A21, A32.
"""

import base64
import hashlib
import json
import ssl
import subprocess
import urllib.error
import urllib.request

import boto3
import pytest
from devices import ANYTHING, Device, ask
from hub import REGION, fresh
from store import make_bucket, put

TRUST = "credentials.iot.amazonaws.com"
MODEL = b"\x08\x07" + bytes(range(256)) * 300


@pytest.fixture(scope="module")
def device(hub):
    return Device(hub, hub.folder)


def make_role(hub, service=TRUST, statements=()):
    """A role that a service may take, with an alias of the same name."""
    iam, name = hub.client("iam"), fresh("Exchange")
    trust = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    document = {"Version": "2012-10-17", "Statement": trust}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    hub.client("iot").create_role_alias(roleAlias=name, roleArn=arn, credentialDurationSeconds=900)
    return name


# -- who may in -------------------------------------------------------------------------------------------------------


def test_certificate_is_asked_for(hub, device):
    """[hub-device-1] Nobody without one is spoken to."""
    context = ssl.create_default_context(cafile=str(device.ca_file))
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        ask(hub, context, "GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")


def test_certificate_of_another_authority_is_refused(hub, device, tmp_path):
    """[hub-device-1]"""
    cert, key = tmp_path / "own.pem", tmp_path / "own.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run([*words, "-subj", "/CN=me", "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.create_default_context(cafile=str(device.ca_file))
    context.load_cert_chain(str(cert), str(key))
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        ask(hub, context, "GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")


@pytest.mark.parametrize("status", ["INACTIVE", "REVOKED"])
def test_certificate_that_is_not_active_may_nothing(hub, tmp_path, status):
    """[hub-device-1] A11: it is refused from the next request on."""
    device = Device(hub, tmp_path)
    assert device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")[0] == 200
    hub.client("iot").update_certificate(certificateId=device.id, newStatus=status)
    assert device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")[0] == 403


def test_nothing_else_is_offered(device):
    status, said = device.ask("POST", "/greengrass/v2/deployments", {})
    assert status == 404 and "deployments" in said["message"]


def test_servers_certificate_is_of_the_authority(device):
    """A device believes the hub by its own authority alone."""
    strange = ssl.create_default_context()
    strange.load_cert_chain(str(device.cert_file), str(device.key_file))
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(device.hub, strange, "GET", "/")


# -- credentials ------------------------------------------------------------------------------------------------------


def test_credentials_are_those_of_the_role(hub, device):
    """[hub-device-2] A10, A11: what the role may, and no more; for as long as the alias says."""
    allowed, other = make_bucket(hub), make_bucket(hub)
    put(hub.client("s3"), allowed, "a", b"1")
    put(hub.client("s3"), other, "a", b"1")
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{allowed}/*"}
    alias = make_role(hub, statements=[statement])
    status, said = device.ask("GET", f"/role-aliases/{alias}/credentials", fields={"x-amzn-iot-thingname": device.name})
    assert status == 200, said
    keys = said["credentials"]
    assert set(keys) == {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}
    session = boto3.session.Session(
        keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"], region_name=REGION
    )
    s3 = session.client("s3", endpoint_url=hub.url)
    assert s3.get_object(Bucket=allowed, Key="a")["Body"].read() == b"1"
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket=other, Key="a")
    arn = session.client("sts", endpoint_url=hub.url).get_caller_identity()["Arn"]
    assert arn.endswith(f"assumed-role/{alias}/{device.id}")


def test_role_that_trusts_somebody_else_is_not_lent(hub, device):
    """[hub-device-2] A08: a role of SageMaker's is none of a device's."""
    alias = make_role(hub, "sagemaker.amazonaws.com")
    status, said = device.ask("GET", f"/role-aliases/{alias}/credentials")
    assert status == 403 and "trust" in said["message"]


def test_unknown_alias(device):
    assert device.ask("GET", "/role-aliases/none/credentials")[0] == 404


# -- components -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colon", [":", "%3A"])
def test_component_is_resolved_and_fetched(hub, device, colon):
    """[hub-device-3] A19, A21: as AWS's software does it, with colons in either writing."""
    bucket, name = make_bucket(hub), fresh("com.edge.Model")
    put(hub.client("s3"), bucket, "models/model.onnx", MODEL)
    recipe = {
        "RecipeFormatVersion": "2020-01-25",
        "ComponentName": name,
        "ComponentVersion": "1.4.2",
        "Manifests": [{"Platform": {"os": "linux"}, "Artifacts": [{"URI": f"s3://{bucket}/models/model.onnx"}]}],
    }
    hub.client("greengrassv2").create_component_version(inlineRecipe=json.dumps(recipe))
    asked = {
        "componentCandidates": [{"componentName": name, "versionRequirements": {"requirements": ">=1.0.0 <2.0.0"}}],
        "platform": {"name": "linux", "attributes": {"os": "linux", "architecture": "amd64", "runtime": "x"}},
    }
    status, said = device.ask("POST", "/greengrass/v2/resolveComponentCandidates", asked)
    assert status == 200, said
    (found,) = said["resolvedComponentVersions"]
    assert (found["componentName"], found["componentVersion"], found["vendorGuidance"]) == (name, "1.4.2", "ACTIVE")
    artifact = json.loads(base64.b64decode(found["recipe"]))["Manifests"][0]["Artifacts"][0]
    assert artifact["Digest"] == base64.b64encode(hashlib.sha256(MODEL).digest()).decode()
    arn = found["arn"].replace(":", colon)
    path = f"/greengrass/v2/components/{arn}/artifacts/{artifact['URI'].removeprefix('greengrass:')}"
    status, said = device.ask("GET", f"{path}?s3EndpointType=REGIONAL", fields={"x-amz-iot-endpoint-type": "standard"})
    assert status == 200, said
    assert urllib.request.urlopen(said["preSignedUrl"], timeout=20).read() == MODEL


def test_component_that_is_not_there(device):
    """Without a version that suits: 404, as AWS's software expects."""
    asked = {"componentCandidates": [{"componentName": "none", "versionRequirements": {"a": "*"}}], "platform": {}}
    assert device.ask("POST", "/greengrass/v2/resolveComponentCandidates", asked)[0] == 404


def test_groups_of_a_device(hub, device):
    """[hub-device-3] Each with those above it."""
    iot, plant, hall = hub.client("iot"), fresh("plant"), fresh("hall")
    iot.create_thing_group(thingGroupName=plant)
    iot.create_thing_group(thingGroupName=hall, parentGroupName=plant)
    iot.add_thing_to_thing_group(thingGroupName=hall, thingName=device.name)
    status, said = device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")
    (group,) = said["thingGroups"]
    assert (status, group["thingGroupName"], group["thingGroupArn"]) == (200, hall, hub.arn("iot", f"thinggroup/{hall}"))
    assert [above["groupName"] for above in group["rootToParentThingGroups"]] == [plant]


def test_shadow_over_https(hub, device):
    """A device may read and write its shadow without a message."""
    status, said = device.ask("POST", f"/things/{device.name}/shadow?name=own", {"state": {"reported": {"a": 1}}})
    assert (status, said["version"]) == (200, 1), said
    kept = hub.client("iot-data").get_thing_shadow(thingName=device.name, shadowName="own")["payload"].read()
    assert json.loads(kept)["state"] == {"reported": {"a": 1}}


# -- policies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statements, allowed",
    [
        (ANYTHING, True),
        ([], None),
        ([{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}], False),
        ([{"Effect": "Allow", "Action": "greengrass:List*", "Resource": "*"}], True),
        ([*ANYTHING, {"Effect": "Deny", "Action": "greengrass:ListThingGroupsForCoreDevice", "Resource": "*"}], False),
        (
            [
                {
                    "Effect": "Allow",
                    "Action": "greengrass:*",
                    "Resource": f"arn:aws:greengrass:{REGION}:*:coreDevices:${{iot:Connection.Thing.ThingName}}",
                }
            ],
            True,
        ),
    ],
    ids=["all", "none", "other action", "wildcard", "deny", "thing's name"],
)
def test_policies_of_the_certificate_are_evaluated(hub, tmp_path, statements, allowed):
    """[hub-device-4] A32"""
    device = Device(hub, tmp_path, statements or ANYTHING)
    if allowed is None:
        hub.client("iot").detach_policy(policyName=device.policy, target=device.certificate)
    status, said = device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")
    assert status == (200 if allowed else 403), said


def test_policy_of_a_group_counts(hub, tmp_path):
    """[hub-device-4] Of a group above that of the thing, too."""
    device = Device(hub, tmp_path)
    iot, plant, hall = hub.client("iot"), fresh("plant"), fresh("hall")
    iot.detach_policy(policyName=device.policy, target=device.certificate)
    plant_arn = iot.create_thing_group(thingGroupName=plant)["thingGroupArn"]
    iot.create_thing_group(thingGroupName=hall, parentGroupName=plant)
    iot.attach_policy(policyName=device.policy, target=plant_arn)
    assert device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")[0] == 403
    iot.add_thing_to_thing_group(thingGroupName=hall, thingName=device.name)
    assert device.ask("GET", f"/greengrass/v2/coreDevices/{device.name}/thingGroups")[0] == 200


def test_what_a_device_asks_is_in_the_audit(hub, device):
    """With its certificate, whether it was allowed or not."""
    device.ask("GET", "/role-aliases/none/credentials")
    rows = hub.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithCertificate"}]
    )["Events"]
    assert any(row.get("AccessKeyId") == device.id for row in rows)


def test_another_things_name(hub, device):
    """[hub-device-4] Whose thing it is says the certificate; a field of the request does not."""
    path = f"/greengrass/v2/coreDevices/{device.name}/thingGroups"
    assert device.ask("GET", path, fields={"x-amzn-iot-thingname": device.name})[0] == 200
    assert device.ask("GET", path, fields={"x-amzn-iot-thingname": "press-7"})[0] == 403


def test_hub_that_others_call_by_another_name(make_hub):
    """Devices are told the name, and the certificate is for it; it goes into addresses, so it has to be one."""
    hub = make_hub("--host", "0.0.0.0", "--name", "hub.plant.example")
    said = hub.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    assert said == "hub.plant.example"
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", hub.data / "server.pem"],
        capture_output=True,
        text=True,
    ).stdout
    assert "DNS:hub.plant.example" in text and "IP Address:127.0.0.1" in text
    hub.stop()
    finished = hub.verb("hub", "--name", "no name/", "--port", "0")
    assert finished.returncode == 2 and "--name" in finished.stderr
