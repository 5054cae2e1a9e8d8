"""AWS IoT of the hub: things, their types and groups, policies, certificates, role aliases, and shadows. A08 A31 A32.

The tests are after the service models and the documentation of AWS IoT; where the hub is told to differ, a test says so.
The contract: [hub-thing-1] things and types, [hub-thing-2] groups, [hub-thing-3] policies, [hub-thing-4] certificates,
[hub-thing-5] role aliases, endpoints and tags, [hub-thing-6] who may and what is kept, [hub-shadow-1] shadows.
"""

import base64
import hashlib
import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hub import fresh, refused
from store import allow, document, send, turned_down, user_with

INVALID = (400, "InvalidRequestException")
MALFORMED = (400, "MalformedPolicyException")
DENIED = (403, "AccessDeniedException")
ABSENT = (404, "ResourceNotFoundException")
ACTIVE = (406, "CertificateStateException")
EXISTS = (409, "ResourceAlreadyExistsException")
IN_USE = (409, "DeleteConflictException")
OUTDATED = (409, "VersionConflictException")
FULL = (409, "VersionsLimitExceededException")

TOKENS = ("maxResults", "nextToken", "nextToken")
MARKERS = ("pageSize", "marker", "nextMarker")
NAMED_SHADOWS = ("pageSize", "nextToken", "nextToken")

UNKNOWN_ID = "0" * 64
CONNECT = document(allow("iot:Connect", "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}"))
PUBLISH = document(allow(["iot:Publish", "iot:Receive"]))


@pytest.fixture(scope="module")
def iot(hub):
    return hub.client("iot")


@pytest.fixture(scope="module")
def data(hub):
    return hub.client("iot-data")


def said(answer):
    """An answer without what is about its request."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def listed(call, member, paging=TOKENS, size=2, **arguments):
    """Every row of a list, `size` at a time; no page is longer, and no row comes twice."""
    limit, token, following = paging
    rows = []
    while True:
        answer = call(**{limit: size}, **arguments)
        assert len(answer[member]) <= size
        rows += answer[member]
        if not answer.get(following):
            assert len({json.dumps(row, sort_keys=True, default=str) for row in rows}) == len(rows)
            return rows
        arguments[token] = answer[following]


def is_recent(moment):
    return abs(datetime.now(timezone.utc) - moment) < timedelta(minutes=2)


def attributes(merge=None, **given):
    return {"attributes": given} | ({} if merge is None else {"merge": merge})


def make_thing(iot, name=None, **given):
    name = name or fresh("thing")
    iot.create_thing(thingName=name, **({"attributePayload": attributes(**given)} if given else {}))
    return name


def make_type(iot, **properties):
    name = fresh("type")
    iot.create_thing_type(thingTypeName=name, thingTypeProperties=properties)
    return name


def make_group(iot, name=None, **arguments):
    """A group's name and ARN."""
    made = iot.create_thing_group(thingGroupName=name or fresh("group"), **arguments)
    return made["thingGroupName"], made["thingGroupArn"]


def make_policy(iot, text=CONNECT):
    name = fresh("policy")
    iot.create_policy(policyName=name, policyDocument=text)
    return name


def make_csr(*extensions):
    """A CSR for a new key, as PEM."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "press-7")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def make_certificate(iot, active=False):
    """A certificate's ARN and id; out of a CSR, which is quicker than a new RSA key."""
    made = iot.create_certificate_from_csr(certificateSigningRequest=make_csr(), setAsActive=active)
    return made["certificateArn"], made["certificateId"]


def status_of(iot, identifier):
    return iot.describe_certificate(certificateId=identifier)["certificateDescription"]["status"]


def attribute_rows(iot, name):
    """The attributes of a thing and its version; a thing without any may leave them out."""
    told = iot.describe_thing(thingName=name)
    return told.get("attributes", {}), told["version"]


def role_of(hub):
    return f"arn:aws:iam::{hub.account}:role/{fresh('exchange')}"


# -- what is the same everywhere --------------------------------------------------------------------------------------

GHOST_CERTIFICATE = f"cert/{UNKNOWN_ID}"
ABSENT_CALLS = {
    "DescribeThing": lambda hub, iot, name: iot.describe_thing(thingName=name),
    "DeleteThing": lambda hub, iot, name: iot.delete_thing(thingName=name),
    "UpdateThing": lambda hub, iot, name: iot.update_thing(thingName=name, attributePayload=attributes(a="1")),
    "DescribeThingType": lambda hub, iot, name: iot.describe_thing_type(thingTypeName=name),
    "DeprecateThingType": lambda hub, iot, name: iot.deprecate_thing_type(thingTypeName=name),
    "DeleteThingType": lambda hub, iot, name: iot.delete_thing_type(thingTypeName=name),
    "CreateThing of the type": lambda hub, iot, name: iot.create_thing(thingName=name, thingTypeName=name),
    "UpdateThing to the type": lambda hub, iot, name: iot.update_thing(thingName=make_thing(iot), thingTypeName=name),
    "DescribeThingGroup": lambda hub, iot, name: iot.describe_thing_group(thingGroupName=name),
    "UpdateThingGroup": lambda hub, iot, name: iot.update_thing_group(thingGroupName=name, thingGroupProperties={}),
    "ListThingGroups below": lambda hub, iot, name: iot.list_thing_groups(parentGroup=name),
    "ListThingsInThingGroup": lambda hub, iot, name: iot.list_things_in_thing_group(thingGroupName=name),
    "ListThingGroupsForThing": lambda hub, iot, name: iot.list_thing_groups_for_thing(thingName=name),
    "AddThingToThingGroup, group": lambda hub, iot, name: iot.add_thing_to_thing_group(
        thingGroupName=name, thingName=make_thing(iot)
    ),
    "AddThingToThingGroup, thing": lambda hub, iot, name: iot.add_thing_to_thing_group(
        thingGroupName=make_group(iot)[0], thingName=name
    ),
    "RemoveThingFromThingGroup": lambda hub, iot, name: iot.remove_thing_from_thing_group(
        thingGroupName=name, thingName=make_thing(iot)
    ),
    "GetPolicy": lambda hub, iot, name: iot.get_policy(policyName=name),
    "DeletePolicy": lambda hub, iot, name: iot.delete_policy(policyName=name),
    "CreatePolicyVersion": lambda hub, iot, name: iot.create_policy_version(policyName=name, policyDocument=CONNECT),
    "GetPolicyVersion": lambda hub, iot, name: iot.get_policy_version(policyName=name, policyVersionId="1"),
    "GetPolicyVersion 2": lambda hub, iot, name: iot.get_policy_version(
        policyName=make_policy(iot), policyVersionId="2"
    ),
    "ListPolicyVersions": lambda hub, iot, name: iot.list_policy_versions(policyName=name),
    "SetDefaultPolicyVersion": lambda hub, iot, name: iot.set_default_policy_version(
        policyName=make_policy(iot), policyVersionId="2"
    ),
    "DeletePolicyVersion": lambda hub, iot, name: iot.delete_policy_version(
        policyName=make_policy(iot), policyVersionId="2"
    ),
    "AttachPolicy": lambda hub, iot, name: iot.attach_policy(policyName=name, target=make_group(iot)[1]),
    "AttachPolicy to the certificate": lambda hub, iot, name: iot.attach_policy(
        policyName=make_policy(iot), target=hub.arn("iot", GHOST_CERTIFICATE)
    ),
    "AttachPolicy to the group": lambda hub, iot, name: iot.attach_policy(
        policyName=make_policy(iot), target=hub.arn("iot", f"thinggroup/{name}")
    ),
    "ListTargetsForPolicy": lambda hub, iot, name: iot.list_targets_for_policy(policyName=name),
    "ListAttachedPolicies": lambda hub, iot, name: iot.list_attached_policies(
        target=hub.arn("iot", GHOST_CERTIFICATE)
    ),
    "DescribeCertificate": lambda hub, iot, name: iot.describe_certificate(certificateId=UNKNOWN_ID),
    "UpdateCertificate": lambda hub, iot, name: iot.update_certificate(certificateId=UNKNOWN_ID, newStatus="ACTIVE"),
    "DeleteCertificate": lambda hub, iot, name: iot.delete_certificate(certificateId=UNKNOWN_ID),
    "AttachThingPrincipal, thing": lambda hub, iot, name: iot.attach_thing_principal(
        thingName=name, principal=make_certificate(iot)[0]
    ),
    "AttachThingPrincipal, principal": lambda hub, iot, name: iot.attach_thing_principal(
        thingName=make_thing(iot), principal=hub.arn("iot", GHOST_CERTIFICATE)
    ),
    "DetachThingPrincipal": lambda hub, iot, name: iot.detach_thing_principal(
        thingName=name, principal=make_certificate(iot)[0]
    ),
    "ListThingPrincipals": lambda hub, iot, name: iot.list_thing_principals(thingName=name),
    "ListPrincipalThings": lambda hub, iot, name: iot.list_principal_things(
        principal=hub.arn("iot", GHOST_CERTIFICATE)
    ),
    "DescribeRoleAlias": lambda hub, iot, name: iot.describe_role_alias(roleAlias=name),
    "UpdateRoleAlias": lambda hub, iot, name: iot.update_role_alias(roleAlias=name, credentialDurationSeconds=900),
    "DeleteRoleAlias": lambda hub, iot, name: iot.delete_role_alias(roleAlias=name),
    "TagResource": lambda hub, iot, name: iot.tag_resource(
        resourceArn=hub.arn("iot", f"policy/{name}"), tags=[{"Key": "line", "Value": "7"}]
    ),
    "UntagResource": lambda hub, iot, name: iot.untag_resource(
        resourceArn=hub.arn("iot", f"thinggroup/{name}"), tagKeys=["line"]
    ),
    "ListTagsForResource": lambda hub, iot, name: iot.list_tags_for_resource(
        resourceArn=hub.arn("iot", f"rolealias/{name}")
    ),
}


@pytest.mark.parametrize("call", ABSENT_CALLS.values(), ids=ABSENT_CALLS)
def test_what_is_not_there(hub, iot, call):
    """[hub-thing-1] to [hub-thing-5]"""
    with turned_down(*ABSENT):
        call(hub, iot, fresh("nothing"))


NAMING_CALLS = [
    ("create_thing", "thingName", {}),
    ("describe_thing", "thingName", {}),
    ("delete_thing", "thingName", {}),
    ("create_thing_type", "thingTypeName", {}),
    ("create_thing_group", "thingGroupName", {}),
    ("list_things_in_thing_group", "thingGroupName", {}),
    ("create_policy", "policyName", {"policyDocument": CONNECT}),
    ("create_role_alias", "roleAlias", {"roleArn": "arn:aws:iam::123456789012:role/exchange"}),
]


@pytest.mark.parametrize("name", ["two words", "a/b", "Süd", "..%2Fescape", "n" * 129], ids=ascii)
@pytest.mark.parametrize("method, member, others", NAMING_CALLS, ids=[row[0] for row in NAMING_CALLS])
def test_strange_names_are_refused(iot, method, member, others, name):
    """[hub-thing-6]"""
    with turned_down(*INVALID):
        getattr(iot, method)(**{member: name}, **others)


@pytest.mark.parametrize("trick", ["../escape", "../../escape", "a/../../escape", "..\\escape", "..", "escape\0"])
def test_name_does_not_reach_the_file_system(hub, iot, data, trick):
    """[hub-thing-6]: refused one way or another, and no file comes of it."""
    before = {file for folder in (hub.folder, hub.folder.parent) for file in folder.iterdir()}
    shadow, thing = {"payload": '{"state": {}}'}, fresh("thing")
    for call in (
        lambda: iot.create_thing(thingName=trick),
        # Two dots are a name for a policy, as with AWS: it lies in a table, and no path is made of it.
        lambda: iot.create_policy(policyName=trick + "/x", policyDocument=CONNECT),
        lambda: iot.describe_certificate(certificateId=trick),
        lambda: data.update_thing_shadow(thingName=trick, **shadow),
        lambda: data.update_thing_shadow(thingName=thing, shadowName=trick, **shadow),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert {file for folder in (hub.folder, hub.folder.parent) for file in folder.iterdir()} == before
    assert not [file for file in hub.files() if "escape" in file.name]


@pytest.mark.parametrize("target", ["/things/%2e%2e%2fescape", "/things/%2E%2E/escape", "/things/../../escape"])
def test_path_as_it_is_sent_does_not_either(hub, iot, target):
    reply = send(hub, "POST", target, hub.sign("iot", "POST", target, body=b"{}"), b"{}")
    assert 400 <= reply.status < 500, reply
    assert not [file for file in hub.files() if "escape" in file.name]


LISTS = [
    ("list_things", TOKENS),
    ("list_thing_types", TOKENS),
    ("list_thing_groups", TOKENS),
    ("list_policies", MARKERS),
    ("list_certificates", MARKERS),
    ("list_role_aliases", MARKERS),
]


@pytest.mark.parametrize("method, paging", LISTS, ids=[row[0] for row in LISTS])
def test_impossible_pages_are_refused(iot, method, paging):
    limit, token, _ = paging
    for arguments in ({limit: 0}, {limit: 251}, {token: "not one of yours"}):
        with turned_down(*INVALID):
            getattr(iot, method)(**arguments)


# -- things -----------------------------------------------------------------------------------------------------------


def test_thing_of_the_recipe(hub, iot):
    """[hub-thing-1] A31"""
    name = fresh("edge-device")
    made = iot.create_thing(thingName=name)
    assert (made["thingName"], made["thingArn"]) == (name, hub.arn("iot", f"thing/{name}"))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["thingId"])
    told = iot.describe_thing(thingName=name)
    assert said(made).items() <= told.items()
    assert (told["defaultClientId"], told["version"], told.get("attributes", {})) == (name, 1, {})
    assert "thingTypeName" not in told
    iot.delete_thing(thingName=name)
    with turned_down(*ABSENT):
        iot.describe_thing(thingName=name)


@pytest.mark.parametrize("name", ["t", "A:b_c-9", "n" * 128])
def test_names_that_are_allowed(iot, name):
    iot.create_thing(thingName=name)
    assert iot.describe_thing(thingName=name)["thingName"] == name
    iot.delete_thing(thingName=name)


def test_thing_that_is_made_again(iot):
    """[hub-thing-1]: the same settings give the same answer, others are refused and change nothing."""
    kind = make_type(iot)
    asked = {"thingName": fresh("thing"), "thingTypeName": kind, "attributePayload": attributes(line="7", hall="b")}
    made = said(iot.create_thing(**asked))
    assert said(iot.create_thing(**asked)) == made
    for other in ({"attributePayload": attributes(line="8", hall="b")}, {"thingTypeName": make_type(iot)}):
        with turned_down(*EXISTS):
            iot.create_thing(**asked | other)
    told = iot.describe_thing(thingName=asked["thingName"])
    assert (told["thingId"], told["thingTypeName"], told["version"]) == (made["thingId"], kind, 1)
    assert told["attributes"] == {"line": "7", "hall": "b"}


@pytest.mark.parametrize(
    "payload, after",
    [
        (attributes(merge=True, hall="c", shift="night"), {"line": "7", "hall": "c", "shift": "night"}),
        (attributes(merge=True, line=""), {"hall": "b"}),
        (attributes(merge=True, nothing=""), {"line": "7", "hall": "b"}),
        (attributes(merge=False, shift="night"), {"shift": "night"}),
        (attributes(merge=False), {}),
        (attributes(merge=True, sign="a.b_c,d@e/f:g#h=[i]-J"), {"line": "7", "hall": "b", "sign": "a.b_c,d@e/f:g#h=[i]-J"}),
    ],
    ids=["merged", "removed", "removed what is not there", "replaced", "emptied", "every character"],
)  # fmt: skip
def test_attributes_are_changed(iot, payload, after):
    """[hub-thing-1]"""
    name = make_thing(iot, line="7", hall="b")
    identity = iot.describe_thing(thingName=name)["thingId"]
    iot.update_thing(thingName=name, attributePayload=payload)
    assert attribute_rows(iot, name) == (after, 2)
    assert iot.describe_thing(thingName=name)["thingId"] == identity


@pytest.mark.parametrize(
    "given",
    [{"two words": "1"}, {"Süd": "1"}, {"line": "two words"}, {"line": "7;8"}, {"k" * 129: "1"}, {"line": "v" * 801}],
    ids=["key", "letter", "value", "sign", "long key", "long value"],
)
def test_strange_attributes_are_refused(iot, given):
    """[hub-thing-1]"""
    name = make_thing(iot, line="7")
    with turned_down(*INVALID):
        iot.update_thing(thingName=name, attributePayload=attributes(merge=True, **given))
    assert attribute_rows(iot, name) == ({"line": "7"}, 1)
    with turned_down(*INVALID):
        make_thing(iot, **given)


def test_fifty_attributes_and_no_more(iot):
    """[hub-thing-1]: AWS wants a type for more than three; the hub does not."""
    many = {f"a{number}": "1" for number in range(50)}
    name = make_thing(iot, **many)
    with turned_down(*INVALID):
        iot.update_thing(thingName=name, attributePayload=attributes(merge=True, one="more"))
    assert attribute_rows(iot, name) == (many, 1)
    with turned_down(*INVALID):
        make_thing(iot, one="more", **many)


def test_version_that_is_expected(iot):
    """[hub-thing-1]"""
    name = make_thing(iot)
    change = {"thingName": name, "attributePayload": attributes(line="7")}
    iot.update_thing(**change, expectedVersion=1)
    with turned_down(*OUTDATED):
        iot.update_thing(**change, expectedVersion=1)
    iot.update_thing(**change)
    with turned_down(*OUTDATED):
        iot.delete_thing(thingName=name, expectedVersion=2)
    assert attribute_rows(iot, name) == ({"line": "7"}, 3)
    iot.delete_thing(thingName=name, expectedVersion=3)


def test_things_by_attribute_by_type_and_by_pages(hub, iot):
    """[hub-thing-1]: in the order of their names."""
    mark, kind, stem = fresh("hall"), make_type(iot), fresh("thing")
    names = [f"{stem}-{number}" for number in range(5)]
    for name in reversed(names):
        typed = {"thingTypeName": kind} if name != names[0] else {}
        iot.create_thing(thingName=name, attributePayload=attributes(hall=mark), **typed)
    make_thing(iot, hall="elsewhere", other=mark)
    by_mark = {"attributeName": "hall", "attributeValue": mark}
    rows = listed(iot.list_things, "things", **by_mark)
    assert [row["thingName"] for row in rows] == names
    assert rows[1] == {
        "thingName": names[1],
        "thingArn": hub.arn("iot", f"thing/{names[1]}"),
        "thingTypeName": kind,
        "attributes": {"hall": mark},
        "version": 1,
    }
    for filters in ({"thingTypeName": kind}, {"thingTypeName": kind} | by_mark):
        assert [row["thingName"] for row in listed(iot.list_things, "things", **filters)] == names[1:]
    assert iot.list_things(attributeName="hall", attributeValue=mark[:-1])["things"] == []
    everything = [row["thingName"] for row in listed(iot.list_things, "things", size=50)]
    assert set(names) < set(everything) and everything == sorted(everything)


# -- types ------------------------------------------------------------------------------------------------------------


def test_type_comes_and_goes(hub, iot):
    """[hub-thing-1]: AWS lets five minutes pass before a deprecated type goes; the hub does not."""
    name, properties = fresh("type"), {"thingTypeDescription": "a press", "searchableAttributes": ["line", "hall"]}
    made = iot.create_thing_type(thingTypeName=name, thingTypeProperties=properties)
    assert (made["thingTypeName"], made["thingTypeArn"]) == (name, hub.arn("iot", f"thingtype/{name}"))
    told = iot.describe_thing_type(thingTypeName=name)
    assert said(made).items() <= told.items()
    assert properties.items() <= told["thingTypeProperties"].items()
    assert told["thingTypeMetadata"]["deprecated"] is False
    assert is_recent(told["thingTypeMetadata"]["creationDate"])
    with turned_down(*INVALID):
        iot.delete_thing_type(thingTypeName=name)
    iot.deprecate_thing_type(thingTypeName=name)
    iot.delete_thing_type(thingTypeName=name)
    with turned_down(*ABSENT):
        iot.describe_thing_type(thingTypeName=name)


def test_type_that_is_made_again(iot):
    """[hub-thing-1]"""
    asked = {"thingTypeName": fresh("type"), "thingTypeProperties": {"thingTypeDescription": "a press"}}
    made = said(iot.create_thing_type(**asked))
    assert said(iot.create_thing_type(**asked)) == made
    with turned_down(*EXISTS):
        iot.create_thing_type(**asked | {"thingTypeProperties": {"thingTypeDescription": "a saw"}})


def test_deprecated_type_takes_no_new_things(iot):
    """[hub-thing-1]: those that it has stay, until it is taken back."""
    kind, old = make_type(iot), fresh("thing")
    iot.create_thing(thingName=old, thingTypeName=kind)
    iot.deprecate_thing_type(thingTypeName=kind)
    metadata = iot.describe_thing_type(thingTypeName=kind)["thingTypeMetadata"]
    assert metadata["deprecated"] is True and is_recent(metadata["deprecationDate"])
    new, other = fresh("thing"), make_thing(iot)
    with turned_down(*INVALID):
        iot.create_thing(thingName=new, thingTypeName=kind)
    with turned_down(*INVALID):
        iot.update_thing(thingName=other, thingTypeName=kind)
    assert iot.describe_thing(thingName=old)["thingTypeName"] == kind
    iot.deprecate_thing_type(thingTypeName=kind, undoDeprecate=True)
    assert iot.describe_thing_type(thingTypeName=kind)["thingTypeMetadata"]["deprecated"] is False
    iot.create_thing(thingName=new, thingTypeName=kind)


def test_type_in_use_is_not_deleted(iot):
    """[hub-thing-1]"""
    kind, name = make_type(iot), make_thing(iot)
    iot.update_thing(thingName=name, thingTypeName=kind)
    iot.deprecate_thing_type(thingTypeName=kind)
    with turned_down(*INVALID):
        iot.delete_thing_type(thingTypeName=kind)
    iot.update_thing(thingName=name, removeThingType=True)
    told = iot.describe_thing(thingName=name)
    assert ("thingTypeName" in told, told["version"]) == (False, 3)
    iot.delete_thing_type(thingTypeName=kind)


def test_types_by_pages_and_by_name(iot):
    """[hub-thing-1]"""
    names = {make_type(iot, thingTypeDescription="a press") for _ in range(3)}
    assert names <= {row["thingTypeName"] for row in listed(iot.list_thing_types, "thingTypes")}
    (name, *_) = names
    (row,) = iot.list_thing_types(thingTypeName=name)["thingTypes"]
    told = iot.describe_thing_type(thingTypeName=name)
    assert row.items() <= told.items() and row["thingTypeMetadata"]["deprecated"] is False


# -- groups -----------------------------------------------------------------------------------------------------------


def group_names(rows):
    return sorted(row["groupName"] for row in rows)


def test_group_comes_and_goes(hub, iot):
    """[hub-thing-2]: to delete one that is not there is no mistake."""
    name = fresh("group")
    properties = {"thingGroupDescription": "hall B", "attributePayload": attributes(hall="b")}
    made = iot.create_thing_group(thingGroupName=name, thingGroupProperties=properties)
    assert (made["thingGroupName"], made["thingGroupArn"]) == (name, hub.arn("iot", f"thinggroup/{name}"))
    told = iot.describe_thing_group(thingGroupName=name)
    assert said(made).items() <= told.items() and made["thingGroupId"]
    assert told["version"] == 1
    assert told["thingGroupProperties"]["thingGroupDescription"] == "hall B"
    assert told["thingGroupProperties"]["attributePayload"]["attributes"] == {"hall": "b"}
    assert is_recent(told["thingGroupMetadata"]["creationDate"])
    assert "parentGroupName" not in told["thingGroupMetadata"]
    for _ in range(2):
        iot.delete_thing_group(thingGroupName=name)
    with turned_down(*ABSENT):
        iot.describe_thing_group(thingGroupName=name)


def test_group_that_is_made_again(iot):
    """[hub-thing-2]"""
    (parent, _), (other, _) = make_group(iot), make_group(iot)
    properties = {"thingGroupDescription": "hall B"}
    asked = {"thingGroupName": fresh("group"), "parentGroupName": parent, "thingGroupProperties": properties}
    made = said(iot.create_thing_group(**asked))
    assert said(iot.create_thing_group(**asked)) == made
    for change in ({"parentGroupName": other}, {"thingGroupProperties": {"thingGroupDescription": "hall C"}}):
        with turned_down(*EXISTS):
            iot.create_thing_group(**asked | change)


def test_group_is_changed(iot):
    """[hub-thing-2]"""
    name, _ = make_group(iot)
    payload = attributes(hall="b", line="7")
    change = {"thingGroupDescription": "hall B", "attributePayload": payload}
    assert iot.update_thing_group(thingGroupName=name, thingGroupProperties=change, expectedVersion=1)["version"] == 2
    for call, others in (
        (iot.update_thing_group, {"thingGroupProperties": change}),
        (iot.delete_thing_group, {}),
    ):
        with turned_down(*OUTDATED):
            call(thingGroupName=name, expectedVersion=1, **others)
    change["attributePayload"] = attributes(merge=True, line="", shift="night")
    assert iot.update_thing_group(thingGroupName=name, thingGroupProperties=change)["version"] == 3
    told = iot.describe_thing_group(thingGroupName=name)
    assert (told["version"], told["thingGroupProperties"]["thingGroupDescription"]) == (3, "hall B")
    assert told["thingGroupProperties"]["attributePayload"]["attributes"] == {"hall": "b", "shift": "night"}
    iot.delete_thing_group(thingGroupName=name, expectedVersion=3)


def tree_of_groups(iot):
    """Groups below a root: a has a1 and a2, b has none; the stem of their names."""
    stem = fresh("plant")
    make_group(iot, stem)
    for child, parent in (("-a", ""), ("-b", ""), ("-a1", "-a"), ("-a2", "-a")):
        make_group(iot, stem + child, parentGroupName=stem + parent)
    return stem


def test_groups_have_parents(hub, iot):
    """[hub-thing-2]"""
    stem = tree_of_groups(iot)
    metadata = iot.describe_thing_group(thingGroupName=f"{stem}-a1")["thingGroupMetadata"]
    assert metadata["parentGroupName"] == f"{stem}-a"
    above = [{"groupName": name, "groupArn": hub.arn("iot", f"thinggroup/{name}")} for name in (stem, f"{stem}-a")]
    assert metadata["rootToParentThingGroups"] == above
    with turned_down(*INVALID):
        iot.delete_thing_group(thingGroupName=f"{stem}-a")
    # AWS's model knows no ResourceNotFoundException here
    with refused("InvalidRequestException", "ResourceNotFoundException"):
        make_group(iot, parentGroupName=fresh("nothing"))


def test_groups_are_listed(hub, iot):
    """[hub-thing-2]"""
    stem = tree_of_groups(iot)
    below = [f"{stem}-{name}" for name in ("a", "a1", "a2", "b")]
    for filters, names in (
        ({"parentGroup": stem, "recursive": True}, below),
        ({"parentGroup": stem, "recursive": False}, [f"{stem}-a", f"{stem}-b"]),
        ({"parentGroup": f"{stem}-b", "recursive": True}, []),
        ({"namePrefixFilter": stem, "recursive": True}, [stem, *below]),
        ({"namePrefixFilter": f"{stem}-a", "recursive": True}, below[:3]),
        ({"parentGroup": stem, "namePrefixFilter": f"{stem}-b", "recursive": True}, [f"{stem}-b"]),
    ):
        rows = listed(iot.list_thing_groups, "thingGroups", **filters)
        assert group_names(rows) == names, filters
        assert all(row["groupArn"] == hub.arn("iot", f"thinggroup/{row['groupName']}") for row in rows)


def test_things_join_and_leave(hub, iot):
    """[hub-thing-2]: by name or by ARN, once or twice."""
    (group, arn), thing = make_group(iot), make_thing(iot)
    ways = (
        {"thingGroupName": group, "thingName": thing},
        {"thingGroupArn": arn, "thingArn": hub.arn("iot", f"thing/{thing}")},
    )
    for way in ways:
        for _ in range(2):
            iot.add_thing_to_thing_group(**way)
        assert iot.list_things_in_thing_group(thingGroupName=group)["things"] == [thing]
        rows = iot.list_thing_groups_for_thing(thingName=thing)["thingGroups"]
        assert rows == [{"groupName": group, "groupArn": arn}]
        for _ in range(2):
            iot.remove_thing_from_thing_group(**way)
        assert iot.list_things_in_thing_group(thingGroupName=group)["things"] == []
    for half in ({}, {"thingName": thing}, {"thingGroupName": group}, {"thingGroupArn": "no arn", "thingName": thing}):
        with turned_down(*INVALID):
            iot.add_thing_to_thing_group(**half)


def test_things_below_a_group(iot):
    """[hub-thing-2]"""
    stem = tree_of_groups(iot)
    things = {child: make_thing(iot) for child in ("-a", "-a1", "-a2", "-b")}
    for child, thing in things.items():
        iot.add_thing_to_thing_group(thingGroupName=stem + child, thingName=thing)

    def within(group, recursive):
        answers = listed(iot.list_things_in_thing_group, "things", thingGroupName=stem + group, recursive=recursive)
        return sorted(answers)

    assert within("", True) == sorted(things.values())
    assert within("", False) == []
    assert within("-a", True) == sorted(things[child] for child in ("-a", "-a1", "-a2"))
    assert within("-a", False) == [things["-a"]]


def test_groups_of_a_thing_by_pages(iot):
    groups, thing = [make_group(iot)[0] for _ in range(5)], make_thing(iot)
    for group in groups:
        iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    assert group_names(listed(iot.list_thing_groups_for_thing, "thingGroups", thingName=thing)) == sorted(groups)


def test_who_is_deleted_leaves(iot):
    """[hub-thing-2]: another of the same name has to join anew."""
    (group, _), thing = make_group(iot), make_thing(iot)
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    iot.delete_thing(thingName=thing)
    assert iot.list_things_in_thing_group(thingGroupName=group)["things"] == []
    make_thing(iot, thing)
    assert iot.list_thing_groups_for_thing(thingName=thing)["thingGroups"] == []
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    iot.delete_thing_group(thingGroupName=group)
    make_group(iot, group)
    assert iot.list_thing_groups_for_thing(thingName=thing)["thingGroups"] == []


# -- policies ---------------------------------------------------------------------------------------------------------


def versions_of(iot, name):
    """{id: whether it is the default}"""
    rows = iot.list_policy_versions(policyName=name)["policyVersions"]
    assert all(is_recent(row["createDate"]) for row in rows)
    return {row["versionId"]: row["isDefaultVersion"] for row in rows}


def test_policy_comes_and_goes(hub, iot):
    """[hub-thing-3] A32"""
    name = fresh("EdgePolicy.v=1,+@")
    made = iot.create_policy(policyName=name, policyDocument=CONNECT)
    arn = hub.arn("iot", f"policy/{name}")
    assert said(made) == {
        "policyName": name, "policyArn": arn, "policyDocument": CONNECT, "policyVersionId": "1"
    }  # fmt: skip
    told = iot.get_policy(policyName=name)
    assert (told["policyName"], told["policyArn"], told["defaultVersionId"]) == (name, arn, "1")
    assert json.loads(told["policyDocument"]) == json.loads(CONNECT)
    assert is_recent(told["creationDate"]) and is_recent(told["lastModifiedDate"])
    for text in (CONNECT, PUBLISH):
        with turned_down(*EXISTS):
            iot.create_policy(policyName=name, policyDocument=text)
    iot.delete_policy(policyName=name)
    with turned_down(*ABSENT):
        iot.get_policy(policyName=name)


STATEMENT = allow("iot:Connect")


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "[]",
        '{"Version": "2012-10-17", "Statement": [',
        '{"Version": "2012-10-17"}',
        document("iot:Connect"),
        document({"Action": "iot:Connect", "Resource": "*"}),
        document(STATEMENT | {"Effect": "Perhaps"}),
        document(STATEMENT | {"Principal": "*"}),
        document(STATEMENT | {"Colour": "red"}),
        document({"Effect": "Allow", "Resource": "*"}),
        document({"Effect": "Allow", "Action": "iot:Connect"}),
        json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT], "Colour": "red"}),
    ],
    ids=[
        "garbage", "list", "cut off", "no statement", "text as a statement", "no effect", "effect", "principal",
        "unknown element", "no action", "no resource", "unknown element outside",
    ],
)  # fmt: skip
def test_malformed_policies_are_refused(iot, text):
    """[hub-thing-3]"""
    name = fresh("policy")
    with turned_down(*MALFORMED):
        iot.create_policy(policyName=name, policyDocument=text)
    iot.create_policy(policyName=name, policyDocument=CONNECT)
    with turned_down(*MALFORMED):
        iot.create_policy_version(policyName=name, policyDocument=text, setAsDefault=True)
    assert versions_of(iot, name) == {"1": True}


def test_versions_of_a_policy(hub, iot):
    """[hub-thing-3]: five at most, each with a number of its own, one of them the default."""
    name = make_policy(iot)
    made = iot.create_policy_version(policyName=name, policyDocument=PUBLISH)
    assert (made["policyVersionId"], made["isDefaultVersion"]) == ("2", False)
    assert made["policyArn"] == hub.arn("iot", f"policy/{name}")
    assert json.loads(made["policyDocument"]) == json.loads(PUBLISH)
    assert iot.create_policy_version(policyName=name, policyDocument=PUBLISH, setAsDefault=True)["isDefaultVersion"]
    assert versions_of(iot, name) == {"1": False, "2": False, "3": True}
    told = iot.get_policy(policyName=name)
    assert (told["defaultVersionId"], json.loads(told["policyDocument"])) == ("3", json.loads(PUBLISH))
    first = iot.get_policy_version(policyName=name, policyVersionId="1")
    assert (first["policyName"], first["policyVersionId"], first["isDefaultVersion"]) == (name, "1", False)
    assert json.loads(first["policyDocument"]) == json.loads(CONNECT) and is_recent(first["creationDate"])
    for _ in range(2):
        iot.create_policy_version(policyName=name, policyDocument=PUBLISH)
    with turned_down(*FULL):
        iot.create_policy_version(policyName=name, policyDocument=PUBLISH)
    with turned_down(*IN_USE):
        iot.delete_policy_version(policyName=name, policyVersionId="3")
    iot.set_default_policy_version(policyName=name, policyVersionId="1")
    iot.delete_policy_version(policyName=name, policyVersionId="5")
    assert iot.create_policy_version(policyName=name, policyDocument=CONNECT)["policyVersionId"] == "6"
    assert versions_of(iot, name) == {"1": True, "2": False, "3": False, "4": False, "6": False}


def test_policy_with_versions_or_targets_is_not_deleted(iot):
    """[hub-thing-3]"""
    name, (arn, _) = make_policy(iot), make_certificate(iot)
    iot.create_policy_version(policyName=name, policyDocument=PUBLISH)
    with turned_down(*IN_USE):
        iot.delete_policy(policyName=name)
    iot.delete_policy_version(policyName=name, policyVersionId="2")
    iot.attach_policy(policyName=name, target=arn)
    with turned_down(*IN_USE):
        iot.delete_policy(policyName=name)
    iot.detach_policy(policyName=name, target=arn)
    iot.delete_policy(policyName=name)


def test_policies_by_pages(hub, iot):
    """[hub-thing-3]"""
    names = [make_policy(iot) for _ in range(3)]
    rows = {row["policyName"]: row["policyArn"] for row in listed(iot.list_policies, "policies", MARKERS)}
    assert {name: rows[name] for name in names} == {name: hub.arn("iot", f"policy/{name}") for name in names}


@pytest.mark.parametrize("kind", ["certificate", "group"])
def test_policy_is_attached(iot, kind):
    """[hub-thing-3]: twice is once."""
    name = make_policy(iot)
    arn = make_certificate(iot)[0] if kind == "certificate" else make_group(iot)[1]
    for _ in range(2):
        iot.attach_policy(policyName=name, target=arn)
    assert [row["policyName"] for row in iot.list_attached_policies(target=arn)["policies"]] == [name]
    assert iot.list_targets_for_policy(policyName=name)["targets"] == [arn]
    iot.detach_policy(policyName=name, target=arn)
    assert iot.list_attached_policies(target=arn)["policies"] == []
    assert iot.list_targets_for_policy(policyName=name)["targets"] == []


@pytest.mark.parametrize("method", ["attach_policy", "detach_policy", "list_attached_policies"])
@pytest.mark.parametrize("target", ["garbage", "thing/{name}", "policy/{name}", "rolealias/{name}", "iam role"])
def test_policy_is_for_certificates_and_groups(hub, iot, method, target):
    """[hub-thing-3]: also where there is a thing or a policy of that name."""
    name = make_policy(iot)
    make_thing(iot, name)
    arn = {"garbage": target, "iam role": role_of(hub)}.get(target) or hub.arn("iot", target.format(name=name))
    named = {} if method == "list_attached_policies" else {"policyName": name}
    with turned_down(*INVALID):
        getattr(iot, method)(target=arn, **named)


def test_targets_and_policies_by_pages(iot):
    """[hub-thing-3]"""
    policies, groups = [make_policy(iot) for _ in range(3)], [make_group(iot)[1] for _ in range(3)]
    for name, arn in [(policies[0], arn) for arn in groups] + [(name, groups[0]) for name in policies[1:]]:
        iot.attach_policy(policyName=name, target=arn)
    assert sorted(listed(iot.list_targets_for_policy, "targets", MARKERS, policyName=policies[0])) == sorted(groups)
    rows = listed(iot.list_attached_policies, "policies", MARKERS, target=groups[0])
    assert sorted(row["policyName"] for row in rows) == sorted(policies)


def test_policies_that_come_by_way_of_a_group(iot):
    """[hub-thing-3]: a certificate has those of the groups that its things are in."""
    own, lent, (arn, _), (group, group_arn) = make_policy(iot), make_policy(iot), make_certificate(iot), make_group(iot)
    thing = make_thing(iot)
    iot.attach_policy(policyName=own, target=arn)
    iot.attach_policy(policyName=lent, target=group_arn)

    def attached(recursive):
        answer = iot.list_attached_policies(target=arn, recursive=recursive)
        return sorted(row["policyName"] for row in answer["policies"])

    iot.attach_thing_principal(thingName=thing, principal=arn)
    assert attached(True) == [own]
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    assert (attached(False), attached(True)) == ([own], sorted([own, lent]))


# -- certificates -----------------------------------------------------------------------------------------------------


def openssl(*arguments, folder):
    return subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True, text=True)


def looked_at(hub, made, folder):
    """The certificate of an answer, after what holds for each: its id, its ARN, and who has signed it."""
    certificate = x509.load_pem_x509_certificate(made["certificatePem"].encode())
    der = certificate.public_bytes(serialization.Encoding.DER)
    assert made["certificateId"] == hashlib.sha256(der).hexdigest()
    assert made["certificateArn"] == hub.arn("iot", f"cert/{made['certificateId']}")
    (folder / "made.pem").write_text(made["certificatePem"])
    assert "OK" in openssl("verify", "-CAfile", hub.data / "ca.pem", "made.pem", folder=folder).stdout
    return certificate


def test_keys_and_certificate(hub, iot, tmp_path):
    """[hub-thing-4]"""
    made = iot.create_keys_and_certificate(setAsActive=True)
    certificate = looked_at(hub, made, tmp_path)
    private = serialization.load_pem_private_key(made["keyPair"]["PrivateKey"].encode(), None)
    public = serialization.load_pem_public_key(made["keyPair"]["PublicKey"].encode())
    assert (private.key_size, private.public_key(), certificate.public_key()) == (2048, public, public)
    assert status_of(iot, made["certificateId"]) == "ACTIVE"
    for arguments in ({}, {"setAsActive": False}):
        other = iot.create_keys_and_certificate(**arguments)
        assert status_of(iot, other["certificateId"]) == "INACTIVE"
        assert other["keyPair"] != made["keyPair"]


def test_private_key_is_kept_nowhere(make_hub):
    """[hub-thing-4]: neither as PEM nor as DER nor as a number of it, in no file, also not in the audit."""
    hub = make_hub()
    pem = hub.client("iot").create_keys_and_certificate(setAsActive=True)["keyPair"]["PrivateKey"]
    hub.kill()
    numbers = serialization.load_pem_private_key(pem.encode(), None).private_numbers()
    body = "".join(pem.splitlines()[1:-1])
    # the later half: the first holds the modulus, which is the certificate's too
    traces = [body[len(body) // 2 + start :][:40].encode() for start in range(0, 400, 50)]
    traces += [number.to_bytes(length, "big") for number, length in ((numbers.p, 128), (numbers.q, 128), (numbers.d, 256))]  # fmt: skip
    files = hub.files()
    assert hub.data / "ca.pem" in files
    for file in files:
        content = file.read_bytes().replace(b"\\n", b"").replace(b"\n", b"").replace(b"\\/", b"/")
        assert not [trace for trace in traces if trace in content or trace in file.read_bytes()], file


@pytest.mark.parametrize(
    "kind", [["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["rsa:2048"]], ids=["EC P-256", "RSA 2048"]
)
def test_certificate_from_a_csr(hub, iot, tmp_path, kind):
    """[hub-thing-4]: the private key never leaves the device."""
    openssl("req", "-new", "-newkey", *kind, "-nodes", "-keyout", "key", "-out", "csr", "-subj", "/CN=press-7", folder=tmp_path)  # fmt: skip
    text = (tmp_path / "csr").read_text()
    made = iot.create_certificate_from_csr(certificateSigningRequest=text, setAsActive=True)
    certificate = looked_at(hub, made, tmp_path)
    assert certificate.public_key() == x509.load_pem_x509_csr(text.encode()).public_key()
    assert "keyPair" not in made and status_of(iot, made["certificateId"]) == "ACTIVE"
    again = iot.create_certificate_from_csr(certificateSigningRequest=text)
    assert again["certificateId"] != made["certificateId"]
    assert status_of(iot, again["certificateId"]) == "INACTIVE"


def pem_of(kind, der):
    return f"-----BEGIN {kind}-----\n{base64.encodebytes(der).decode()}-----END {kind}-----\n"


def broken_csr(place):
    """A CSR of which one byte is another; the last one belongs to its signature."""
    der = bytearray(x509.load_pem_x509_csr(make_csr().encode()).public_bytes(serialization.Encoding.DER))
    place = der.find(b"press-7") if place == "name" else len(der) - 1
    der[place] ^= 1
    return pem_of("CERTIFICATE REQUEST", bytes(der))


@pytest.mark.parametrize(
    "text",
    [
        lambda: "",
        lambda: "garbage",
        lambda: pem_of("CERTIFICATE REQUEST", b"garbage"),
        lambda: make_csr()[:200],
        lambda: make_csr().replace("CERTIFICATE REQUEST", "CERTIFICATE"),
        lambda: broken_csr("signature"),
        lambda: broken_csr("name"),
        lambda: "x" * 5000,
    ],
    ids=["nothing", "garbage", "garbage in PEM", "cut off", "label", "signature", "what was signed", "long"],
)
def test_impossible_csrs_are_refused(iot, text):
    """[hub-thing-4]"""
    with turned_down(*INVALID):
        iot.create_certificate_from_csr(certificateSigningRequest=text())


def test_who_asks_to_be_an_authority_is_not_made_one(iot):
    """[hub-thing-4]: what a CSR wishes for is not what it gets."""
    text = make_csr(x509.BasicConstraints(ca=True, path_length=None))
    try:
        made = iot.create_certificate_from_csr(certificateSigningRequest=text)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException"
        return
    extensions = x509.load_pem_x509_certificate(made["certificatePem"].encode()).extensions
    constraints = [extension.value for extension in extensions if isinstance(extension.value, x509.BasicConstraints)]
    assert not [value for value in constraints if value.ca]


def test_certificate_is_described(hub, iot):
    """[hub-thing-4]"""
    made = iot.create_certificate_from_csr(certificateSigningRequest=make_csr())
    told = iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
    assert {name: made[name] for name in ("certificateArn", "certificateId", "certificatePem")}.items() <= told.items()
    assert (told["status"], told["ownedBy"], told["certificateMode"]) == ("INACTIVE", hub.account, "DEFAULT")
    assert told["customerVersion"] == 1
    assert is_recent(told["creationDate"]) and is_recent(told["lastModifiedDate"])
    certificate = x509.load_pem_x509_certificate(made["certificatePem"].encode())
    assert told["validity"] == {
        "notBefore": certificate.not_valid_before_utc, "notAfter": certificate.not_valid_after_utc
    }  # fmt: skip
    assert told["validity"]["notBefore"] <= datetime.now(timezone.utc) < told["validity"]["notAfter"]


@pytest.mark.parametrize("identifier", ["abc", "g" * 64, "0" * 65])
def test_strange_certificate_ids_are_refused(iot, identifier):
    with turned_down(*INVALID):
        iot.describe_certificate(certificateId=identifier)


def test_status_of_a_certificate(iot):
    """[hub-thing-4]: there is a way back from each."""
    _, identifier = make_certificate(iot)
    for word in ("ACTIVE", "INACTIVE", "REVOKED", "REVOKED", "ACTIVE"):
        iot.update_certificate(certificateId=identifier, newStatus=word)
        assert status_of(iot, identifier) == word
    for word in ("PENDING_TRANSFER", "REGISTER_INACTIVE", "active", "GONE"):
        with turned_down(*INVALID):
            iot.update_certificate(certificateId=identifier, newStatus=word)
    assert status_of(iot, identifier) == "ACTIVE"


@pytest.mark.parametrize("force", [False, True], ids=["asked", "forced"])
def test_active_certificate_is_not_deleted(iot, force):
    """[hub-thing-4]"""
    _, identifier = make_certificate(iot, active=True)
    with turned_down(*ACTIVE):
        iot.delete_certificate(certificateId=identifier, forceDelete=force)
    iot.update_certificate(certificateId=identifier, newStatus="REVOKED")
    iot.delete_certificate(certificateId=identifier, forceDelete=force)
    with turned_down(*ABSENT):
        iot.describe_certificate(certificateId=identifier)


def test_certificate_with_a_policy_is_deleted_by_force(iot):
    """[hub-thing-4]: which takes the policy off it."""
    policy, (arn, identifier) = make_policy(iot), make_certificate(iot)
    iot.attach_policy(policyName=policy, target=arn)
    with turned_down(*IN_USE):
        iot.delete_certificate(certificateId=identifier)
    iot.delete_certificate(certificateId=identifier, forceDelete=True)
    assert iot.list_targets_for_policy(policyName=policy)["targets"] == []
    iot.delete_policy(policyName=policy)


def test_certificate_of_a_thing_is_not_deleted(iot):
    """[hub-thing-4]: not even by force."""
    thing, (arn, identifier) = make_thing(iot), make_certificate(iot)
    iot.attach_thing_principal(thingName=thing, principal=arn)
    for force in (False, True):
        with turned_down(*IN_USE):
            iot.delete_certificate(certificateId=identifier, forceDelete=force)
    iot.detach_thing_principal(thingName=thing, principal=arn)
    iot.delete_certificate(certificateId=identifier)


def test_certificates_by_pages(iot):
    """[hub-thing-4]: in the order in which they were made."""
    made = [make_certificate(iot) for _ in range(3)]
    rows = listed(iot.list_certificates, "certificates", MARKERS, ascendingOrder=True)
    mine = [row for row in rows if row["certificateId"] in dict(map(reversed, made))]
    assert [(row["certificateArn"], row["certificateId"]) for row in mine] == made
    assert {(row["status"], row["certificateMode"]) for row in mine} == {("INACTIVE", "DEFAULT")}
    assert all(is_recent(row["creationDate"]) for row in mine)
    assert len(listed(iot.list_certificates, "certificates", MARKERS)) == len(rows)


def test_principals_of_things(iot):
    """[hub-thing-4] A31: a thing that has one is not deleted."""
    things, certificates = [make_thing(iot) for _ in range(3)], [make_certificate(iot)[0] for _ in range(3)]
    pairs = [(things[0], arn) for arn in certificates] + [(thing, certificates[0]) for thing in things]
    for thing, arn in pairs:  # one of them twice
        iot.attach_thing_principal(thingName=thing, principal=arn)
    found = listed(iot.list_thing_principals, "principals", thingName=things[0])
    assert sorted(found) == sorted(certificates)
    assert sorted(listed(iot.list_principal_things, "things", principal=certificates[0])) == sorted(things)
    with turned_down(*INVALID):
        iot.delete_thing(thingName=things[1])
    iot.detach_thing_principal(thingName=things[1], principal=certificates[0])
    assert iot.list_thing_principals(thingName=things[1])["principals"] == []
    assert things[1] not in iot.list_principal_things(principal=certificates[0])["things"]
    iot.delete_thing(thingName=things[1])


@pytest.mark.parametrize("method", ["attach_thing_principal", "detach_thing_principal", "list_principal_things"])
def test_strange_principals_are_refused(hub, iot, method):
    """[hub-thing-4]"""
    thing = make_thing(iot)
    named = {} if method == "list_principal_things" else {"thingName": thing}
    for principal in ("garbage", hub.arn("iot", f"thing/{thing}"), hub.arn("iot", "cert/abc")):
        with turned_down(*INVALID):
            getattr(iot, method)(principal=principal, **named)


# -- role aliases, endpoints, tags ------------------------------------------------------------------------------------


def test_role_alias_comes_and_goes(hub, iot):
    """[hub-thing-5] A08"""
    name, role = fresh("exchange"), role_of(hub)
    made = iot.create_role_alias(roleAlias=name, roleArn=role)
    assert said(made) == {"roleAlias": name, "roleAliasArn": hub.arn("iot", f"rolealias/{name}")}
    told = iot.describe_role_alias(roleAlias=name)["roleAliasDescription"]
    assert said(made).items() <= told.items()
    assert (told["roleArn"], told["owner"], told["credentialDurationSeconds"]) == (role, hub.account, 3600)
    assert is_recent(told["creationDate"]) and is_recent(told["lastModifiedDate"])
    with turned_down(*EXISTS):
        iot.create_role_alias(roleAlias=name, roleArn=role)
    iot.delete_role_alias(roleAlias=name)
    with turned_down(*ABSENT):
        iot.describe_role_alias(roleAlias=name)


def test_role_alias_is_changed(hub, iot):
    """[hub-thing-5]: what is not named stays."""
    name, first, second = fresh("exchange"), role_of(hub), role_of(hub)
    iot.create_role_alias(roleAlias=name, roleArn=first, credentialDurationSeconds=900)

    def now():
        told = iot.describe_role_alias(roleAlias=name)["roleAliasDescription"]
        return told["roleArn"], told["credentialDurationSeconds"]

    assert now() == (first, 900)
    answer = iot.update_role_alias(roleAlias=name, credentialDurationSeconds=43200)
    assert said(answer) == {"roleAlias": name, "roleAliasArn": hub.arn("iot", f"rolealias/{name}")}
    assert now() == (first, 43200)
    iot.update_role_alias(roleAlias=name, roleArn=second)
    assert now() == (second, 43200)


@pytest.mark.parametrize(
    "spoil",
    [
        {"roleArn": "no arn, but long enough"},
        {"roleArn": "arn:aws:iam::123456789012:user/bob"},
        {"roleArn": "arn:aws:s3:::role/of-a-bucket"},
        {"credentialDurationSeconds": 899},
        {"credentialDurationSeconds": 43201},
    ],
    ids=["garbage", "user", "bucket", "short", "long"],
)
def test_impossible_role_aliases_are_refused(hub, iot, spoil):
    """[hub-thing-5]"""
    name = fresh("exchange")
    with turned_down(*INVALID):
        iot.create_role_alias(**{"roleAlias": name, "roleArn": role_of(hub)} | spoil)
    iot.create_role_alias(roleAlias=name, roleArn=role_of(hub))
    with turned_down(*INVALID):
        iot.update_role_alias(roleAlias=name, **spoil)


def test_role_aliases_by_pages(hub, iot):
    """[hub-thing-5]"""
    names = [fresh("exchange") for _ in range(3)]
    for name in names:
        iot.create_role_alias(roleAlias=name, roleArn=role_of(hub))
    assert set(names) <= set(listed(iot.list_role_aliases, "roleAliases", MARKERS))


@pytest.mark.parametrize("kind", ["iot:Data-ATS", "iot:Data", "iot:CredentialProvider", "iot:Jobs"])
def test_endpoint_has_an_address(iot, kind):
    """[hub-thing-5]: the same each time, and no URL, as clients put the scheme before it."""
    address = iot.describe_endpoint(endpointType=kind)["endpointAddress"]
    assert address and "/" not in address
    assert iot.describe_endpoint(endpointType=kind)["endpointAddress"] == address


@pytest.mark.parametrize("kind", ["iot:Nothing", "data", "iot:data-ats"])
def test_other_endpoints_are_refused(iot, kind):
    """[hub-thing-5]"""
    with turned_down(*INVALID):
        iot.describe_endpoint(endpointType=kind)


TAGGED = {
    "group": ("create_thing_group", "delete_thing_group", "thingGroupName", "thinggroup"),
    "type": ("create_thing_type", None, "thingTypeName", "thingtype"),
    "policy": ("create_policy", "delete_policy", "policyName", "policy"),
    "role alias": ("create_role_alias", "delete_role_alias", "roleAlias", "rolealias"),
}


@pytest.mark.parametrize("create, delete, member, resource", TAGGED.values(), ids=TAGGED)
def test_tags(hub, iot, create, delete, member, resource):
    """[hub-thing-5]: they go with what they are tied to."""
    name = fresh("tagged")
    needed = {"policyName": {"policyDocument": CONNECT}, "roleAlias": {"roleArn": role_of(hub)}}.get(member, {})
    arn = hub.arn("iot", f"{resource}/{name}")

    def tags():
        return {row["Key"]: row["Value"] for row in iot.list_tags_for_resource(resourceArn=arn)["tags"]}

    getattr(iot, create)(**{member: name}, **needed, tags=[{"Key": "line", "Value": "7"}, {"Key": "hall", "Value": ""}])
    assert tags() == {"line": "7", "hall": ""}
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "line", "Value": "8"}, {"Key": "plant", "Value": "Süd"}])
    iot.untag_resource(resourceArn=arn, tagKeys=["hall", "nothing"])
    assert tags() == {"line": "8", "plant": "Süd"}
    for tag in ({"Key": "", "Value": "1"}, {"Key": "k" * 129, "Value": "1"}, {"Key": "k", "Value": "v" * 257}):
        with turned_down(*INVALID):
            iot.tag_resource(resourceArn=arn, tags=[tag])
    if delete:
        getattr(iot, delete)(**{member: name})
        getattr(iot, create)(**{member: name}, **needed)
        assert tags() == {}


def test_strange_arns_have_no_tags(iot):
    with turned_down(*INVALID):
        iot.list_tags_for_resource(resourceArn="garbage")


# -- shadows ----------------------------------------------------------------------------------------------------------


def named(name):
    return {"shadowName": name} if name else {}


def update(data, thing, state, name=None, **others):
    """UpdateThingShadow's answer."""
    payload = json.dumps({"state": state} | others)
    return json.loads(data.update_thing_shadow(thingName=thing, payload=payload, **named(name))["payload"].read())


def get(data, thing, name=None):
    return json.loads(data.get_thing_shadow(thingName=thing, **named(name))["payload"].read())


def delete(data, thing, name=None):
    return json.loads(data.delete_thing_shadow(thingName=thing, **named(name))["payload"].read())


def leaves(state):
    """A state with a mark in the place of each leaf."""
    if isinstance(state, dict):
        return {name: leaves(value) for name, value in state.items()}
    return [leaves(value) for value in state] if isinstance(state, list) else "time"


def moments(metadata):
    """The same of a shadow's metadata, each time of which is now."""
    if isinstance(metadata, list):
        return [moments(value) for value in metadata]
    if isinstance(metadata.get("timestamp"), int):
        assert set(metadata) == {"timestamp"} and abs(metadata["timestamp"] - time.time()) < 120
        return "time"
    return {name: moments(value) for name, value in metadata.items()}


def test_shadow_is_written_and_read(data):
    """[hub-shadow-1]: of a thing that nobody has registered, as with AWS."""
    thing = fresh("press")
    first = {"desired": {"speed": 7, "arm": {"x": 1, "timestamp": 5}}, "reported": {"speed": 7, "tools": ["a", "b"]}}
    made = update(data, thing, first, clientToken="night-shift")
    assert (made["state"], made["version"], made["clientToken"]) == (first, 1, "night-shift")
    assert moments(made["metadata"]) == leaves(first) and abs(made["timestamp"] - time.time()) < 120
    told = get(data, thing)
    assert told["state"] == first | {"delta": {"arm": {"x": 1, "timestamp": 5}}}
    assert {part: moments(told["metadata"][part]) for part in first} == leaves(first)
    assert (told["version"], "clientToken" in told) == (1, False)
    assert abs(told["timestamp"] - time.time()) < 120


def test_answer_holds_what_was_accepted(data):
    """[hub-shadow-1]: only that, and a token only where there was one."""
    thing = fresh("press")
    update(data, thing, {"desired": {"speed": 7, "arm": {"x": 1}}})
    made = update(data, thing, {"reported": {"arm": {"y": 2}}}, version=1)
    assert (made["state"], made["version"], "clientToken" in made) == ({"reported": {"arm": {"y": 2}}}, 2, False)
    assert moments(made["metadata"]) == leaves(made["state"])


@pytest.mark.parametrize(
    "before, change, after",
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": 1}, {"b": None}, {"a": 1}),
        ({"m": {"x": 1, "y": {"z": 1}}}, {"m": {"y": {"w": 2}}}, {"m": {"x": 1, "y": {"z": 1, "w": 2}}}),
        ({"m": {"x": 1, "y": 2}}, {"m": {"x": None}}, {"m": {"y": 2}}),
        ({"l": [1, {"x": 1}, 3]}, {"l": [{"y": 2}]}, {"l": [{"y": 2}]}),
        ({"m": {"x": 1}}, {"m": 7}, {"m": 7}),
        ({"m": 7}, {"m": {"x": 1}}, {"m": {"x": 1}}),
        ({"a": 1}, {"a": "Süd 良 😀", "b": False, "c": 0.25, "d": -1e3}, {"a": "Süd 良 😀", "b": False, "c": 0.25, "d": -1e3}),
    ],
    ids=["new", "null", "null of nothing", "deep", "deep null", "list", "map to leaf", "leaf to map", "values"],
)  # fmt: skip
@pytest.mark.parametrize("part", ["desired", "reported"])
def test_states_are_merged(data, part, before, change, after):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {part: before})
    update(data, thing, {part: change})
    told = get(data, thing)
    assert (told["state"][part], told["version"]) == (after, 2)
    assert moments(told["metadata"][part]) == leaves(after)


def test_part_that_is_null_goes(data):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 1}, "reported": {"a": 2}})
    update(data, thing, {"desired": None})
    told = get(data, thing)
    assert (told["state"], "desired" in told["metadata"]) == ({"reported": {"a": 2}}, False)


@pytest.mark.parametrize(
    "desired, reported, delta",
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ({"a": 1}, {"b": 2}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}, None),
        ({"m": {"x": 1, "y": 2}}, {"m": {"x": 1, "y": 3}}, {"m": {"y": 2}}),
        ({"m": {"x": 1}}, {"m": 7}, {"m": {"x": 1}}),
        ({"l": [1, 2]}, {"l": [1, 2]}, None),
        ({"l": [1, 2]}, {"l": [2, 1]}, {"l": [1, 2]}),
        ({"a": True}, {"a": 1}, {"a": True}),
        ({"a": "1"}, {"a": 1}, {"a": "1"}),
        ({"a": 1}, None, {"a": 1}),
    ],
)
def test_delta_is_what_is_still_to_be_done(data, desired, reported, delta):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": desired})
    if reported is not None:
        update(data, thing, {"reported": reported})
    # as text, because True is 1 in Python
    assert json.dumps(get(data, thing)["state"].get("delta")) == json.dumps(delta)


def test_shadow_that_is_not_there(data):
    """[hub-shadow-1]"""
    thing = fresh("press")
    for name in (None, "arm"):
        for call in (get, delete):
            with turned_down(*ABSENT) as caught:
                call(data, thing, name)
            assert "No shadow exists with name: " in caught.value.response["Error"]["Message"]


def test_version_of_a_shadow(data):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 1}})
    assert update(data, thing, {"desired": {"a": 2}}, version=1)["version"] == 2
    for version in (1, 3):
        with turned_down(409, "ConflictException") as caught:
            update(data, thing, {"desired": {"a": 3}}, version=version)
        assert caught.value.response["Error"]["Message"] == "Version conflict"
    assert (get(data, thing)["state"]["desired"], get(data, thing)["version"]) == ({"a": 2}, 2)


def test_one_of_many_wins(data):
    """[hub-shadow-1]: a version is given once."""
    thing = fresh("press")
    update(data, thing, {"desired": {"who": -1}})

    def attempt(number):
        try:
            return update(data, thing, {"desired": {"who": number}}, version=1) and number
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConflictException"

    with ThreadPoolExecutor(8) as pool:
        (winner,) = [number for number in pool.map(attempt, range(8)) if number is not None]
    assert (get(data, thing)["state"]["desired"], get(data, thing)["version"]) == ({"who": winner}, 2)


def test_version_goes_on_after_a_shadow_is_deleted(data):
    """[hub-shadow-1]"""
    thing = fresh("press")
    for number in range(2):
        update(data, thing, {"desired": {"a": number}})
    assert delete(data, thing)["version"] >= 2
    with turned_down(*ABSENT):
        get(data, thing)
    assert update(data, thing, {"reported": {"b": 1}})["version"] > 2
    assert get(data, thing)["state"] == {"reported": {"b": 1}}


def nested(levels):
    """A state of so many levels below `desired`."""
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "payload",
    [
        "no json",
        '{"state": {"desired": {"a": 1}}',
        "[1]",
        '"text"',
        "{}",
        '{"version": 1}',
        '{"state": 1}',
        '{"state": []}',
        '{"state": {"desired": 1}}',
        '{"state": {"reported": ["a"]}}',
        '{"state": {"wished": {"a": 1}}}',
        '{"state": {}, "version": "one"}',
        json.dumps({"state": {}, "clientToken": "t" * 65}),
        json.dumps({"state": {"desired": nested(9)}}),
        b'{"state": {"desired": {"a": "\xff"}}}',
    ],
    ids=[
        "no JSON", "cut off", "list", "text", "empty", "no state", "state is a number", "state is a list",
        "desired is a number", "reported is a list", "unknown part", "version", "token", "too deep", "no UTF-8",
    ],
)  # fmt: skip
def test_impossible_shadows_are_refused(data, payload):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 1}})
    with refused("InvalidRequestException", "UnsupportedDocumentEncodingException") as caught:
        data.update_thing_shadow(thingName=thing, payload=payload)
    code = caught.value.response["Error"]["Code"]
    assert code == "InvalidRequestException" or isinstance(payload, bytes)
    assert (get(data, thing)["state"]["desired"], get(data, thing)["version"]) == ({"a": 1}, 1)


def test_deep_shadow(data):
    thing = fresh("press")
    update(data, thing, {"desired": nested(7)})
    assert get(data, thing)["state"]["desired"] == nested(7)


def test_large_shadow(data):
    """[hub-shadow-1]: 8 KiB."""
    thing, frame = fresh("press"), len(json.dumps({"state": {"desired": {"text": ""}}}))
    update(data, thing, {"desired": {"text": "x" * (8192 - frame)}})
    with turned_down(413, "RequestEntityTooLargeException"):
        update(data, thing, {"desired": {"text": "y" * 8193}})
    assert (set(get(data, thing)["state"]["desired"]["text"]), get(data, thing)["version"]) == ({"x"}, 1)


def test_named_shadows_are_apart(data):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 0}})
    assert data.list_named_shadows_for_thing(thingName=thing)["results"] == []
    names = ["$arm", "a:b", "c_d", "E-9", "n" * 64]
    for number, name in enumerate(names):
        assert update(data, thing, {"desired": {"a": number}}, name)["version"] == 1
    update(data, thing, {"desired": {"a": 7}}, "$arm")
    assert [get(data, thing, name)["state"]["desired"]["a"] for name in (None, *names)] == [0, 7, 1, 2, 3, 4]
    assert sorted(listed(data.list_named_shadows_for_thing, "results", NAMED_SHADOWS, thingName=thing)) == sorted(names)
    delete(data, thing, "$arm")
    answer = data.list_named_shadows_for_thing(thingName=thing)
    assert sorted(answer["results"]) == sorted(names[1:])
    assert abs(answer["timestamp"] - time.time()) < 120
    assert get(data, thing)["version"] == 1


@pytest.mark.parametrize("thing, name", [("two words", None), ("t" * 129, None), ("t", "two words"), ("t", "n" * 65)])
def test_strange_names_of_shadows_are_refused(data, thing, name):
    """[hub-thing-6]"""
    for call in (get, delete, lambda *place: update(data, place[1], {}, place[2])):
        with turned_down(*INVALID):
            call(data, thing, name)


@pytest.mark.parametrize("arguments", [{"pageSize": 0}, {"pageSize": 101}, {"nextToken": "not one of yours"}])
def test_impossible_pages_of_shadows_are_refused(data, arguments):
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 1}}, "arm")
    with turned_down(*INVALID):
        data.list_named_shadows_for_thing(thingName=thing, **arguments)


# -- who may, and what is kept ----------------------------------------------------------------------------------------


def test_who_may_describe_one_thing_may_nothing_else(hub, iot, data):
    """[hub-thing-6] A10: nor does she find out what there is."""
    mine, other = make_thing(iot), make_thing(iot)
    update(data, mine, {"desired": {"a": 1}})
    key = user_with(hub, allow("iot:DescribeThing", hub.arn("iot", f"thing/{mine}")))
    hers, shadows = hub.client("iot", **key), hub.client("iot-data", **key)
    assert hers.describe_thing(thingName=mine)["thingName"] == mine
    for call in (
        lambda: hers.describe_thing(thingName=other),
        lambda: hers.describe_thing(thingName=fresh("nothing")),
        lambda: hers.delete_thing(thingName=mine),
        lambda: hers.update_thing(thingName=mine, attributePayload=attributes(a="1")),
        lambda: hers.create_thing(thingName=fresh("thing")),
        lambda: hers.list_things(),
        lambda: hers.list_thing_principals(thingName=mine),
        lambda: hers.create_thing_group(thingGroupName=fresh("group")),
        lambda: hers.create_policy(policyName=fresh("policy"), policyDocument=CONNECT),
        lambda: hers.create_keys_and_certificate(),
        lambda: hers.create_role_alias(roleAlias=fresh("alias"), roleArn=role_of(hub)),
        lambda: hers.describe_endpoint(endpointType="iot:Data-ATS"),
        lambda: hers.list_tags_for_resource(resourceArn=hub.arn("iot", f"policy/{fresh('p')}")),
        lambda: get(shadows, mine),
        lambda: update(shadows, mine, {"desired": {"a": 2}}),
        lambda: delete(shadows, mine),
        lambda: shadows.list_named_shadows_for_thing(thingName=mine),
    ):
        with turned_down(*DENIED):
            call()
    assert attribute_rows(iot, mine) == ({}, 1)
    assert get(data, mine)["version"] == 1


def test_who_may_read_a_shadow_does_not_write_it(hub, data):
    """[hub-thing-6]"""
    thing = fresh("press")
    update(data, thing, {"desired": {"a": 1}})
    key = user_with(hub, allow("iot:GetThingShadow", hub.arn("iot", f"thing/{thing}")))
    hers = hub.client("iot-data", **key)
    assert get(hers, thing)["state"]["desired"] == {"a": 1}
    with turned_down(*DENIED):
        update(hers, thing, {"desired": {"a": 2}})


@pytest.mark.parametrize("service", ["iot", "iot-data"])
def test_wrong_signature_is_refused(hub, service):
    """[hub-thing-6]"""
    wrong = hub.key | {"aws_secret_access_key": "not" + hub.key["aws_secret_access_key"]}
    unknown = hub.key | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    for key, code in ((wrong, "InvalidSignatureException"), (unknown, "UnrecognizedClientException")):
        client = hub.client(service, **key)
        with turned_down(403, code):
            client.list_things() if service == "iot" else get(client, "press")
    assert 400 <= hub.raw("GET", "/things/press/shadow").status_code < 500


def test_everything_outlives_a_killed_hub(make_hub, tmp_path):
    """[hub-thing-6]: what was answered is there, what was deleted is not, and what counts goes on counting."""
    hub = make_hub()
    iot, data = hub.client("iot"), hub.client("iot-data")
    kind, thing, policy = make_type(iot, thingTypeDescription="a press"), make_thing(iot, line="7"), make_policy(iot)
    parent, _ = make_group(iot, tags=[{"Key": "line", "Value": "7"}])
    (group, group_arn), gone = make_group(iot, parentGroupName=parent), make_thing(iot)
    made = iot.create_keys_and_certificate(setAsActive=True)
    arn, identifier, alias = made["certificateArn"], made["certificateId"], fresh("exchange")
    iot.update_thing(thingName=thing, thingTypeName=kind)
    iot.deprecate_thing_type(thingTypeName=kind)
    iot.create_policy_version(policyName=policy, policyDocument=PUBLISH, setAsDefault=True)
    for target in (arn, group_arn):
        iot.attach_policy(policyName=policy, target=target)
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    iot.attach_thing_principal(thingName=thing, principal=arn)
    iot.create_role_alias(roleAlias=alias, roleArn=role_of(hub), credentialDurationSeconds=900)
    update(data, thing, {"desired": {"a": 1}, "reported": {"a": 2}})
    update(data, thing, {"desired": {"b": 1}}, "arm")
    update(data, gone, {"desired": {"a": 1}})
    delete(data, gone)
    iot.delete_thing(thingName=gone)

    def shadow(name=None):
        return {key: value for key, value in get(hub.client("iot-data"), thing, name).items() if key != "timestamp"}

    def everything():
        iot = hub.client("iot")
        answers = [
            iot.describe_thing(thingName=thing),
            iot.describe_thing_type(thingTypeName=kind),
            iot.describe_thing_group(thingGroupName=group),
            iot.list_things(),
            iot.list_things_in_thing_group(thingGroupName=parent, recursive=True),
            iot.get_policy(policyName=policy),
            iot.list_policy_versions(policyName=policy),
            iot.list_targets_for_policy(policyName=policy),
            iot.list_attached_policies(target=arn, recursive=True),
            iot.describe_certificate(certificateId=identifier),
            iot.list_principal_things(principal=arn),
            iot.describe_role_alias(roleAlias=alias),
            iot.list_tags_for_resource(resourceArn=hub.arn("iot", f"thinggroup/{parent}")),
        ]
        return [said(answer) for answer in answers] + [shadow(), shadow("arm")]

    before, authority = everything(), (hub.data / "ca.pem").read_text()
    hub.restart_killed()
    assert everything() == before
    iot, data = hub.client("iot"), hub.client("iot-data")
    for call in (lambda: iot.describe_thing(thingName=gone), lambda: get(data, gone)):
        with turned_down(*ABSENT):
            call()
    assert update(data, gone, {"desired": {"a": 1}})["version"] > 1
    assert iot.create_policy_version(policyName=policy, policyDocument=CONNECT)["policyVersionId"] == "3"
    assert (hub.data / "ca.pem").read_text() == authority
    for certificate in (made, iot.create_certificate_from_csr(certificateSigningRequest=make_csr())):
        looked_at(hub, certificate, tmp_path)
