"""AWS IoT of the hub: things, types, groups, policies, certificates, role aliases, tags, and shadows. A08 A31 A32.

The tests are after the service models and the documentation of AWS IoT; where the hub differs, a test says so.
[hub-thing-1] things and types, [hub-thing-2] groups, [hub-thing-3] policies, [hub-thing-4] certificates and principals,
[hub-thing-5] role aliases, endpoints, tags, [hub-thing-6] names, rights, what is kept, [hub-shadow-1] shadows.
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
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hub import fresh, refused
from store import allow, document, send, turned_down, user_with

INVALID, MALFORMED = (400, "InvalidRequestException"), (400, "MalformedPolicyException")
DENIED, ABSENT = (403, "AccessDeniedException"), (404, "ResourceNotFoundException")
STILL_ACTIVE = (406, "CertificateStateException")
EXISTS, IN_USE = (409, "ResourceAlreadyExistsException"), (409, "DeleteConflictException")
OUTDATED, FULL = (409, "VersionConflictException"), (409, "VersionsLimitExceededException")
TOKENS, MARKERS = ("maxResults", "nextToken", "nextToken"), ("pageSize", "marker", "nextMarker")
CONNECT = document(allow("iot:Connect", "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}"))
PUBLISH = document(allow(["iot:Publish", "iot:Receive"]))
NAME_OF = {"thing": "thingName", "thing_type": "thingTypeName", "thing_group": "thingGroupName"}
NAME_OF |= {"policy": "policyName", "role_alias": "roleAlias"}


@pytest.fixture(scope="module")
def iot(hub):
    return hub.client("iot")


@pytest.fixture(scope="module")
def data(hub):
    return hub.client("iot-data")


def role_of(hub, kind="role"):
    return f"arn:aws:iam::{hub.account}:{kind}/token-exchange"


def make(hub, kind, name=None, **arguments):
    """Something new of a kind; its name."""
    needed = {"policy": {"policyDocument": CONNECT}, "role_alias": {"roleArn": role_of(hub)}}.get(kind, {})
    name = name or fresh(kind.replace("_", "-"))
    getattr(hub.client("iot"), f"create_{kind}")(**{NAME_OF[kind]: name} | needed | arguments)
    return name


def group_of(hub, **arguments):
    """A new group's name and ARN."""
    name = make(hub, "thing_group", **arguments)
    return name, hub.arn("iot", f"thinggroup/{name}")


def make_csr(*extensions):
    """A CSR for a new key, as PEM."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "press-7")])
    builder = x509.CertificateSigningRequestBuilder(subject, [x509.Extension(e.oid, True, e) for e in extensions])
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def certificate_of(hub, **arguments):
    """A new certificate's ARN and id; out of a CSR, which is quicker than a new RSA key."""
    made = hub.client("iot").create_certificate_from_csr(certificateSigningRequest=make_csr(), **arguments)
    return made["certificateArn"], made["certificateId"]


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


def column(rows, name):
    return sorted(row[name] for row in rows)


def is_recent(*moments):
    return all(abs(datetime.now(timezone.utc) - moment) < timedelta(minutes=2) for moment in moments)


def attributes(merge=None, **given):
    return {"attributePayload": {"attributes": given} | ({} if merge is None else {"merge": merge})}


def state_of(iot, thing):
    """The attributes of a thing and its version; where there are none they may be left out."""
    told = iot.describe_thing(thingName=thing)
    return told.get("attributes", {}), told["version"]


def refuses(problem, call, *positional, **arguments):
    """The call is refused with this status and code; the message."""
    with turned_down(*problem) as caught:
        call(*positional, **arguments)
    return caught.value.response["Error"]["Message"]


# -- what is refused everywhere ---------------------------------------------------------------------------------------

BY_NAME = {
    "thingName": "DescribeThing UpdateThing DeleteThing ListThingPrincipals ListThingGroupsForThing "
    "AttachThingPrincipal DetachThingPrincipal AddThingToThingGroup RemoveThingFromThingGroup",
    "thingTypeName": "DescribeThingType DeprecateThingType DeleteThingType CreateThing UpdateThing",
    "thingGroupName": "DescribeThingGroup UpdateThingGroup ListThingsInThingGroup AddThingToThingGroup "
    "RemoveThingFromThingGroup",
    "parentGroup": "ListThingGroups",
    "policyName": "GetPolicy DeletePolicy CreatePolicyVersion GetPolicyVersion ListPolicyVersions "
    "SetDefaultPolicyVersion DeletePolicyVersion AttachPolicy ListTargetsForPolicy",
    "roleAlias": "DescribeRoleAlias UpdateRoleAlias DeleteRoleAlias",
}
BY_ARN_OR_ID = {
    "target": "AttachPolicy ListAttachedPolicies",
    "principal": "AttachThingPrincipal ListPrincipalThings",
    "resourceArn": "TagResource UntagResource ListTagsForResource",
    "certificateId": "DescribeCertificate UpdateCertificate DeleteCertificate",
    "policyVersionId": "GetPolicyVersion SetDefaultPolicyVersion DeletePolicyVersion",
}
MAKING = {"thingName": "CreateThing", "thingTypeName": "CreateThingType", "policyName": "CreatePolicy"}
MAKING |= {"thingGroupName": "CreateThingGroup DeleteThingGroup", "roleAlias": "CreateRoleAlias"}
TAG = {"Key": "line", "Value": "7"}
# What is told with a call that is refused for something else; after @ stands a name of the fixture `there`.
MEMBERSHIP = {"thingName": "@thing", "thingGroupName": "@group"}
ONE_VERSION = {"policyName": "@policy", "policyVersionId": "1"}
USUAL = {
    **{"UpdateThing": {"thingName": "@thing"}, "CreateThing": {"thingName": "@thingName"}},
    **dict.fromkeys(["AttachThingPrincipal", "DetachThingPrincipal"], {"thingName": "@thing", "principal": "@cert"}),
    **dict.fromkeys(["AddThingToThingGroup", "RemoveThingFromThingGroup"], MEMBERSHIP),
    **{"UpdateThingGroup": {"thingGroupProperties": {}}, "UpdateCertificate": {"newStatus": "ACTIVE"}},
    **dict.fromkeys(["CreatePolicy", "CreatePolicyVersion"], {"policyDocument": CONNECT}),
    **dict.fromkeys(["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"], ONE_VERSION),
    **{"AttachPolicy": {"policyName": "@policy", "target": "@cert"}, "DetachPolicy": {"policyName": "@policy"}},
    **{"CreateRoleAlias": {"roleAlias": "@roleAlias", "roleArn": "@role"}, "UpdateRoleAlias": {"roleAlias": "@alias"}},
    **{"TagResource": {"resourceArn": "@policy arn", "tags": [TAG]}, "UntagResource": {"tagKeys": ["line"]}},
}


def calls_of(*tables):
    return [(call, member) for table in tables for member, calls in table.items() for call in calls.split()]


REFUSALS = [
    *[(ABSENT, call, {member: "@" + member}) for call, member in calls_of(BY_NAME, BY_ARN_OR_ID)],
    (ABSENT, "AttachPolicy", {"target": "@resourceArn"}),
    *[(INVALID, call, {member: name}) for call, member in calls_of(BY_NAME, MAKING)
      for name in ("two words", "a/b", "Süd", "..%2Fescape", "n" * 129)],
    *[(INVALID, call, {member: "garbage"}) for call, member in calls_of(BY_ARN_OR_ID) if member != "policyVersionId"],
    *[(INVALID, call, {"target": target}) for call in ("AttachPolicy", "DetachPolicy", "ListAttachedPolicies")
      for target in ("@role", "@thing arn", "@policy arn")],
    *[(INVALID, call, {"principal": arn}) for arn in ("garbage", "@role", "@thing arn")
      for call in ("AttachThingPrincipal", "DetachThingPrincipal", "ListPrincipalThings")],
    *[(INVALID, "AddThingToThingGroup", {name: ""}) for name in ("thingName", "thingGroupName")],
    *[(INVALID, call, {"roleArn": arn}) for call in ("CreateRoleAlias", "UpdateRoleAlias")
      for arn in ("no arn, but long enough", "@user", "arn:aws:s3:::role/of-a-bucket")],
    *[(INVALID, call, {"credentialDurationSeconds": seconds}) for call in ("CreateRoleAlias", "UpdateRoleAlias")
      for seconds in (899, 43201)],
    *[(INVALID, "DescribeEndpoint", {"endpointType": text}) for text in ("iot:Nothing", "data")],
    *[(INVALID, "TagResource", {"tags": [TAG | b]}) for b in ({"Key": ""}, {"Key": "k" * 129}, {"Value": "v" * 257})],
    *[(INVALID, call, bad) for call in ("ListThings", "ListThingTypes", "ListThingGroups")
      for bad in ({"maxResults": 0}, {"maxResults": 251}, {"nextToken": "not one of yours"})],
    *[(INVALID, call, bad) for call in ("ListPolicies", "ListCertificates", "ListRoleAliases")
      for bad in ({"pageSize": 0}, {"pageSize": 251}, {"marker": "not one of yours"})],
]  # fmt: skip


@pytest.fixture(scope="module")
def there(hub):
    """What stands for the names after @: something that is there; for the name of a member, something that is not."""
    thing, policy, absent, (group, _) = make(hub, "thing"), make(hub, "policy"), fresh("absent"), group_of(hub)
    names = dict.fromkeys(BY_NAME, absent) | {"certificateId": "0" * 64, "policyVersionId": "2"}
    names |= {"resourceArn": hub.arn("iot", f"thinggroup/{absent}"), "thing": thing, "policy": policy, "group": group}
    names |= {member: hub.arn("iot", f"cert/{'0' * 64}") for member in ("target", "principal")}
    names |= {f"{kind} arn": hub.arn("iot", f"{kind}/{name}") for kind, name in (("thing", thing), ("policy", policy))}
    names |= {"role": role_of(hub), "user": role_of(hub, "user"), "cert": certificate_of(hub)[0]}
    return names | {"alias": make(hub, "role_alias")}


def ask(iot, there, operation, arguments):
    """The call with its usual arguments, but for these."""
    whole = USUAL.get(operation, {}) | arguments
    filled = {k: there[v[1:]] if isinstance(v, str) and v.startswith("@") else v for k, v in whole.items()}
    return getattr(iot, xform_name(operation))(**filled)


@pytest.mark.parametrize("problem, operation, arguments", REFUSALS, ids=[f"{row[1]} {row[2]}"[:60] for row in REFUSALS])
def test_what_cannot_be_is_refused(iot, there, problem, operation, arguments):
    """[hub-thing-1] to [hub-thing-6]"""
    refuses(problem, ask, iot, there, operation, arguments)


def below(hub):
    """What lies in the folders around the hub's, and what escaped into them or its own."""
    around = [file for folder in (hub.folder, hub.folder.parent) for file in folder.iterdir()]
    return {*around, *(file for file in hub.files() if "escape" in file.name)}


@pytest.mark.parametrize("trick", ["../escape", "../../escape", "a/../../escape", "..\\escape", "..", "escape\0"])
def test_name_does_not_reach_the_file_system(hub, iot, data, trick):
    """[hub-thing-6]: refused one way or another, and no file comes of it."""
    before, shadow = below(hub), {"payload": '{"state": {}}'}
    for call, arguments in (
        (iot.create_thing, {"thingName": trick}),
        # Two dots alone are a name for a policy, as with AWS: it lies in a table, and no path is made of it.
        (iot.create_policy, {"policyName": f"{trick}/x", "policyDocument": CONNECT}),
        (iot.describe_certificate, {"certificateId": trick}),
        (data.update_thing_shadow, shadow | {"thingName": trick}),
        (data.update_thing_shadow, shadow | {"thingName": "press", "shadowName": trick}),
    ):
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    for target in ("/things/%2e%2e%2fescape", "/things/%2E%2E/escape", "/things/../../escape"):
        reply = send(hub, "POST", target, hub.sign("iot", "POST", target, body=b"{}"), b"{}")
        assert 400 <= reply.status < 500, reply
    assert below(hub) == before


# -- things and their types -------------------------------------------------------------------------------------------


def test_thing_of_the_recipe(hub, iot):
    """[hub-thing-1] A31"""
    name = fresh("Edge_device:7")
    made = said(iot.create_thing(thingName=name))
    assert (made["thingName"], made["thingArn"]) == (name, hub.arn("iot", f"thing/{name}"))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["thingId"])
    told = iot.describe_thing(thingName=name)
    assert made.items() <= told.items() and "thingTypeName" not in told
    assert (told["defaultClientId"], state_of(iot, name)) == (name, ({}, 1))
    iot.delete_thing(thingName=name)
    refuses(ABSENT, iot.describe_thing, thingName=name)


def test_made_again_is_the_same_or_refused(hub, iot):
    """[hub-thing-1] [hub-thing-2]"""
    kinds, parents = [make(hub, "thing_type") for _ in "ab"], [make(hub, "thing_group") for _ in "ab"]
    describe, text = {"thingTypeDescription": "a press"}, {"thingGroupDescription": "hall B"}
    for call, asked, *others in (
        (iot.create_thing, {"thingName": fresh("thing"), "thingTypeName": kinds[0]} | attributes(line="7"),
         {"thingTypeName": kinds[1]}, attributes(line="8")),
        (iot.create_thing_type, {"thingTypeName": fresh("type"), "thingTypeProperties": describe},
         {"thingTypeProperties": {"thingTypeDescription": "a saw"}}),
        (iot.create_thing_group, {"thingGroupName": fresh("group"), "parentGroupName": parents[0],
         "thingGroupProperties": text}, {"parentGroupName": parents[1]},
         {"thingGroupProperties": {"thingGroupDescription": "hall C"}}),
    ):  # fmt: skip
        made = said(call(**asked))
        for other in others:
            refuses(EXISTS, call, **asked | other)
        assert said(call(**asked)) == made


@pytest.mark.parametrize(
    "payload, after",
    [
        (attributes(merge=True, hall="c", shift="night"), {"line": "7", "hall": "c", "shift": "night"}),
        (attributes(merge=True, line="", nothing=""), {"hall": "b"}),
        (attributes(merge=True, line="a.b_c,d@e/f:g#h=[i]-J"), {"line": "a.b_c,d@e/f:g#h=[i]-J", "hall": "b"}),
        (attributes(merge=False, shift="night"), {"shift": "night"}),
        (attributes(merge=False), {}),
    ],
    ids=["merged", "removed", "every sign", "replaced", "emptied"],
)
def test_attributes_are_changed(hub, iot, payload, after):
    """[hub-thing-1]"""
    name = make(hub, "thing", **attributes(line="7", hall="b"))
    identity = iot.describe_thing(thingName=name)["thingId"]
    iot.update_thing(thingName=name, **payload)
    assert state_of(iot, name) == (after, 2)
    assert iot.describe_thing(thingName=name)["thingId"] == identity


def test_impossible_attributes_are_refused(hub, iot):
    """[hub-thing-1]: fifty are enough; AWS wants a type for more than three, the hub does not."""
    many = {f"a{number}": "1" for number in range(50)}
    name = make(hub, "thing", **attributes(**many))
    more = many | {"one": "more"}
    for bad in ({"two words": "1"}, {"Süd": "1"}, {"a0": "two words"}, {"a0": "7;8"}, {"a0": "v" * 801}, more):
        refuses(INVALID, iot.update_thing, thingName=name, **attributes(merge=True, **bad))
        refuses(INVALID, make, hub, "thing", **attributes(**bad))
    assert state_of(iot, name) == (many, 1)


def test_version_that_is_expected(hub, iot):
    """[hub-thing-1]"""
    name, change = make(hub, "thing"), attributes(line="7")
    iot.update_thing(thingName=name, **change, expectedVersion=1)
    refuses(OUTDATED, iot.update_thing, thingName=name, **change, expectedVersion=1)
    iot.update_thing(thingName=name, **change)
    refuses(OUTDATED, iot.delete_thing, thingName=name, expectedVersion=2)
    assert state_of(iot, name) == ({"line": "7"}, 3)
    iot.delete_thing(thingName=name, expectedVersion=3)


def test_things_by_attribute_by_type_and_by_pages(hub, iot):
    """[hub-thing-1]: in the order of their names."""
    mark, kind, stem = fresh("hall"), make(hub, "thing_type"), fresh("paged")
    names = [f"{stem}-{number}" for number in range(5)]
    for name in reversed(names):
        make(hub, "thing", name, **attributes(hall=mark), **({} if name == names[0] else {"thingTypeName": kind}))
    make(hub, "thing", **attributes(hall="elsewhere", other=mark))
    of_hall, of_kind = {"attributeName": "hall", "attributeValue": mark}, {"thingTypeName": kind}
    rows = listed(iot.list_things, "things", **of_hall)
    assert [row["thingName"] for row in rows] == names
    told = {"thingName": names[1], "thingArn": hub.arn("iot", f"thing/{names[1]}"), "thingTypeName": kind}
    assert rows[1] == told | {"attributes": {"hall": mark}, "version": 1}
    for filters in (of_kind, of_kind | of_hall):
        assert [row["thingName"] for row in listed(iot.list_things, "things", **filters)] == names[1:]
    assert iot.list_things(attributeName="hall", attributeValue=mark[:-1])["things"] == []
    everything = [row["thingName"] for row in listed(iot.list_things, "things", size=50)]
    assert set(names) < set(everything) and everything == sorted(everything)


def test_type_comes_is_deprecated_and_goes(hub, iot):
    """[hub-thing-1]: AWS lets five minutes pass before a deprecated type goes; the hub does not."""
    name, properties = fresh("type"), {"thingTypeDescription": "a press", "searchableAttributes": ["line", "hall"]}
    made = said(iot.create_thing_type(thingTypeName=name, thingTypeProperties=properties))
    assert (made["thingTypeName"], made["thingTypeArn"]) == (name, hub.arn("iot", f"thingtype/{name}"))
    told = said(iot.describe_thing_type(thingTypeName=name))
    assert made.items() <= told.items() and properties.items() <= told["thingTypeProperties"].items()
    assert told["thingTypeMetadata"]["deprecated"] is False and is_recent(told["thingTypeMetadata"]["creationDate"])
    (row,) = iot.list_thing_types(thingTypeName=name)["thingTypes"]
    assert row.items() <= told.items() and "thingTypeMetadata" in row
    old, new = make(hub, "thing", thingTypeName=name), make(hub, "thing")
    refuses(INVALID, iot.delete_thing_type, thingTypeName=name)
    iot.deprecate_thing_type(thingTypeName=name)
    metadata = iot.describe_thing_type(thingTypeName=name)["thingTypeMetadata"]
    assert metadata["deprecated"] is True and is_recent(metadata["deprecationDate"])
    for call in (
        lambda: make(hub, "thing", thingTypeName=name),
        lambda: iot.update_thing(thingName=new, thingTypeName=name),
        lambda: iot.delete_thing_type(thingTypeName=name),
    ):
        refuses(INVALID, call)
    assert iot.describe_thing(thingName=old)["thingTypeName"] == name
    iot.deprecate_thing_type(thingTypeName=name, undoDeprecate=True)
    iot.update_thing(thingName=new, thingTypeName=name)
    iot.update_thing(thingName=new, removeThingType=True)
    assert "thingTypeName" not in iot.describe_thing(thingName=new)
    iot.delete_thing(thingName=old)
    refuses(INVALID, iot.delete_thing_type, thingTypeName=name)
    iot.deprecate_thing_type(thingTypeName=name)
    iot.delete_thing_type(thingTypeName=name)
    refuses(ABSENT, iot.describe_thing_type, thingTypeName=name)


# -- groups -----------------------------------------------------------------------------------------------------------


def test_group_comes_and_goes(hub, iot):
    """[hub-thing-2]: to delete one that is not there is no mistake."""
    name, properties = fresh("group"), {"thingGroupDescription": "hall B"} | attributes(hall="b", line="7")
    made = said(iot.create_thing_group(thingGroupName=name, thingGroupProperties=properties))
    assert (made["thingGroupName"], made["thingGroupArn"]) == (name, hub.arn("iot", f"thinggroup/{name}"))
    told = iot.describe_thing_group(thingGroupName=name)
    assert made.items() <= told.items() and made["thingGroupId"] and told["version"] == 1
    assert is_recent(told["thingGroupMetadata"]["creationDate"]) and "parentGroupName" not in told["thingGroupMetadata"]
    change = {"thingGroupDescription": "hall C"} | attributes(merge=True, line="", shift="night")
    update = {"thingGroupName": name, "thingGroupProperties": change, "expectedVersion": 1}
    assert iot.update_thing_group(**update)["version"] == 2
    refuses(OUTDATED, iot.update_thing_group, **update)
    refuses(OUTDATED, iot.delete_thing_group, thingGroupName=name, expectedVersion=1)
    told = iot.describe_thing_group(thingGroupName=name)
    assert (told["version"], told["thingGroupProperties"]["thingGroupDescription"]) == (2, "hall C")
    assert told["thingGroupProperties"]["attributePayload"]["attributes"] == {"hall": "b", "shift": "night"}
    iot.delete_thing_group(thingGroupName=name, expectedVersion=2)
    iot.delete_thing_group(thingGroupName=name)
    refuses(ABSENT, iot.describe_thing_group, thingGroupName=name)


def tree_of_groups(hub):
    """Groups below a root: -a has -a1 and -a2, -b has none; the root's name, which all begin with."""
    stem = make(hub, "thing_group", fresh("plant"))
    for child, parent in (("-a", ""), ("-b", ""), ("-a1", "-a"), ("-a2", "-a")):
        make(hub, "thing_group", stem + child, parentGroupName=stem + parent)
    return stem


def test_groups_have_parents(hub, iot):
    """[hub-thing-2]"""
    stem = tree_of_groups(hub)
    metadata = iot.describe_thing_group(thingGroupName=f"{stem}-a1")["thingGroupMetadata"]
    above = [{"groupName": name, "groupArn": hub.arn("iot", f"thinggroup/{name}")} for name in (stem, f"{stem}-a")]
    assert (metadata["parentGroupName"], metadata["rootToParentThingGroups"]) == (f"{stem}-a", above)
    refuses(INVALID, iot.delete_thing_group, thingGroupName=f"{stem}-a")
    with refused("InvalidRequestException", "ResourceNotFoundException"):  # the second is not in AWS's model
        make(hub, "thing_group", parentGroupName=fresh("nothing"))
    below = [f"{stem}-{name}" for name in ("a", "a1", "a2", "b")]
    for names, filters in (
        (below, {"parentGroup": stem, "recursive": True}),
        ([f"{stem}-a", f"{stem}-b"], {"parentGroup": stem, "recursive": False}),
        ([], {"parentGroup": f"{stem}-b", "recursive": True}),
        ([stem, *below], {"namePrefixFilter": stem, "recursive": True}),
        ([f"{stem}-b"], {"parentGroup": stem, "namePrefixFilter": f"{stem}-b", "recursive": True}),
    ):
        rows = listed(iot.list_thing_groups, "thingGroups", **filters)
        assert column(rows, "groupName") == names, filters
        assert all(row["groupArn"] == hub.arn("iot", f"thinggroup/{row['groupName']}") for row in rows)


def test_things_join_and_leave(hub, iot):
    """[hub-thing-2]: by name or by ARN, once or twice; who is deleted has left, and his successor joins anew."""
    (group, arn), thing = group_of(hub), make(hub, "thing")
    by_name = {"thingGroupName": group, "thingName": thing}
    by_arn = {"thingGroupArn": arn, "thingArn": hub.arn("iot", f"thing/{thing}")}

    def members():
        groups = iot.list_thing_groups_for_thing(thingName=thing)["thingGroups"]
        return iot.list_things_in_thing_group(thingGroupName=group)["things"], groups

    for way in (by_name, by_arn):
        for _ in range(2):
            iot.add_thing_to_thing_group(**way)
        assert members() == ([thing], [{"groupName": group, "groupArn": arn}])
        for _ in range(2):
            iot.remove_thing_from_thing_group(**way)
        assert members() == ([], [])
    for kind in ("thing", "thing_group"):
        iot.add_thing_to_thing_group(**by_name)
        getattr(iot, f"delete_{kind}")(**{NAME_OF[kind]: by_name[NAME_OF[kind]]})
        make(hub, kind, by_name[NAME_OF[kind]])
        assert members() == ([], [])


def test_things_and_groups_by_pages(hub, iot):
    """[hub-thing-2]: also the things of the groups below."""
    stem = tree_of_groups(hub)
    things = {child: make(hub, "thing") for child in ("-a", "-a1", "-a2", "-b")}
    for child, thing in things.items():
        iot.add_thing_to_thing_group(thingGroupName=stem + child, thingName=thing)
    for group, recursive, children in (
        ("", True, ["-a", "-a1", "-a2", "-b"]),
        ("", False, []),
        ("-a", True, ["-a", "-a1", "-a2"]),
        ("-a", False, ["-a"]),
    ):
        found = listed(iot.list_things_in_thing_group, "things", thingGroupName=stem + group, recursive=recursive)
        assert sorted(found) == sorted(things[child] for child in children)
    groups, thing = [make(hub, "thing_group") for _ in range(3)], make(hub, "thing")
    for group in groups:
        iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    rows = listed(iot.list_thing_groups_for_thing, "thingGroups", thingName=thing)
    assert column(rows, "groupName") == sorted(groups)


# -- policies ---------------------------------------------------------------------------------------------------------


def versions_of(iot, name):
    """{id: whether it is the default}"""
    rows = iot.list_policy_versions(policyName=name)["policyVersions"]
    assert is_recent(*[row["createDate"] for row in rows])
    return {row["versionId"]: row["isDefaultVersion"] for row in rows}


def test_policy_comes_and_goes(hub, iot):
    """[hub-thing-3] A32"""
    name = fresh("EdgePolicy")
    arn = hub.arn("iot", f"policy/{name}")
    made = said(iot.create_policy(policyName=name, policyDocument=CONNECT))
    assert made == {"policyName": name, "policyArn": arn, "policyDocument": CONNECT, "policyVersionId": "1"}
    told = iot.get_policy(policyName=name)
    assert (told["policyName"], told["policyArn"], told["defaultVersionId"]) == (name, arn, "1")
    assert told["policyDocument"] == CONNECT and is_recent(told["creationDate"], told["lastModifiedDate"])
    for text in (CONNECT, PUBLISH):
        refuses(EXISTS, iot.create_policy, policyName=name, policyDocument=text)
    iot.delete_policy(policyName=name)
    refuses(ABSENT, iot.get_policy, policyName=name)


STATEMENT = allow("iot:Connect")


@pytest.mark.parametrize(
    "text",
    [
        "garbage", "[]", '{"Version": "2012-10-17", "Statement": [',
        '{"Version": "2012-10-17"}', document("iot:Connect"),
        *[document({key: STATEMENT[key] for key in STATEMENT if key != left_out}) for left_out in STATEMENT],
        *[document(STATEMENT | extra) for extra in ({"Effect": "Perhaps"}, {"Principal": "*"}, {"Colour": "red"})],
        json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT], "Colour": "red"}),
    ],
)  # fmt: skip
def test_malformed_policies_are_refused(hub, iot, text):
    """[hub-thing-3]"""
    refuses(MALFORMED, make, hub, "policy", policyDocument=text)
    name = make(hub, "policy")
    refuses(MALFORMED, iot.create_policy_version, policyName=name, policyDocument=text, setAsDefault=True)
    assert versions_of(iot, name) == {"1": True}


def test_versions_of_a_policy(hub, iot):
    """[hub-thing-3]: five at most, each with a number that is never used again; only without them the policy goes."""
    name = make(hub, "policy")
    made = said(iot.create_policy_version(policyName=name, policyDocument=PUBLISH))
    told = {"policyDocument": PUBLISH, "policyVersionId": "2", "isDefaultVersion": False}
    assert made == told | {"policyArn": hub.arn("iot", f"policy/{name}")}
    assert iot.create_policy_version(policyName=name, policyDocument=PUBLISH, setAsDefault=True)["isDefaultVersion"]
    assert versions_of(iot, name) == {"1": False, "2": False, "3": True}
    told = iot.get_policy(policyName=name)
    assert (told["defaultVersionId"], told["policyDocument"]) == ("3", PUBLISH)
    first = iot.get_policy_version(policyName=name, policyVersionId="1")
    assert (first["policyName"], first["policyVersionId"], first["isDefaultVersion"]) == (name, "1", False)
    assert first["policyDocument"] == CONNECT and is_recent(first["creationDate"])
    for _ in range(2):
        iot.create_policy_version(policyName=name, policyDocument=PUBLISH)
    refuses(FULL, iot.create_policy_version, policyName=name, policyDocument=PUBLISH)
    refuses(IN_USE, iot.delete_policy_version, policyName=name, policyVersionId="3")
    iot.set_default_policy_version(policyName=name, policyVersionId="1")
    iot.delete_policy_version(policyName=name, policyVersionId="5")
    assert iot.create_policy_version(policyName=name, policyDocument=CONNECT)["policyVersionId"] == "6"
    assert versions_of(iot, name) == {"1": True, "2": False, "3": False, "4": False, "6": False}
    for version in ("2", "3", "4", "6"):
        refuses(IN_USE, iot.delete_policy, policyName=name)
        iot.delete_policy_version(policyName=name, policyVersionId=version)
    iot.delete_policy(policyName=name)


@pytest.mark.parametrize("make_target", [certificate_of, group_of])
def test_policy_is_attached(hub, iot, make_target):
    """[hub-thing-3]: twice is once; until it is detached it is not deleted."""
    name, arn = make(hub, "policy"), next(text for text in make_target(hub) if text.startswith("arn:"))
    for _ in range(2):
        iot.attach_policy(policyName=name, target=arn)
    row = {"policyName": name, "policyArn": hub.arn("iot", f"policy/{name}")}
    assert iot.list_attached_policies(target=arn)["policies"] == [row]
    assert iot.list_targets_for_policy(policyName=name)["targets"] == [arn]
    refuses(IN_USE, iot.delete_policy, policyName=name)
    iot.detach_policy(policyName=name, target=arn)
    assert iot.list_attached_policies(target=arn)["policies"] == []
    assert iot.list_targets_for_policy(policyName=name)["targets"] == []
    iot.delete_policy(policyName=name)


def test_policies_of_targets_by_pages(hub, iot):
    """[hub-thing-3]"""
    policies, groups = [make(hub, "policy") for _ in range(3)], [group_of(hub)[1] for _ in range(3)]
    for name, arn in [(policies[0], arn) for arn in groups] + [(name, groups[0]) for name in policies[1:]]:
        iot.attach_policy(policyName=name, target=arn)
    assert sorted(listed(iot.list_targets_for_policy, "targets", MARKERS, policyName=policies[0])) == sorted(groups)
    rows = listed(iot.list_attached_policies, "policies", MARKERS, target=groups[0])
    assert column(rows, "policyName") == sorted(policies)


def test_policies_that_come_by_way_of_a_group(hub, iot):
    """[hub-thing-3]: a certificate has those of the groups that its things are in."""
    (arn, _), (group, group_arn), thing = certificate_of(hub), group_of(hub), make(hub, "thing")
    own, lent = make(hub, "policy"), make(hub, "policy")
    iot.attach_policy(policyName=own, target=arn)
    iot.attach_policy(policyName=lent, target=group_arn)
    iot.attach_thing_principal(thingName=thing, principal=arn)

    def attached(recursive):
        return column(iot.list_attached_policies(target=arn, recursive=recursive)["policies"], "policyName")

    assert attached(True) == [own]
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    assert (attached(False), attached(True)) == ([own], sorted([own, lent]))


# -- certificates and principals --------------------------------------------------------------------------------------


def openssl(*arguments, folder):
    return subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True, text=True)


def status_of(iot, identifier):
    return iot.describe_certificate(certificateId=identifier)["certificateDescription"]["status"]


def looked_at(hub, made, folder):
    """The certificate of an answer, after what holds for each: its id, its ARN, and who has signed it."""
    certificate = x509.load_pem_x509_certificate(made["certificatePem"].encode())
    assert made["certificateId"] == hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
    assert made["certificateArn"] == hub.arn("iot", f"cert/{made['certificateId']}")
    (folder / "made.pem").write_text(made["certificatePem"])
    assert "OK" in openssl("verify", "-CAfile", hub.data / "ca.pem", "made.pem", folder=folder).stdout
    return certificate


def test_keys_and_certificate(make_hub, tmp_path):
    """[hub-thing-4]: the private key is kept nowhere, neither as PEM nor as DER, also not in the audit."""
    hub = make_hub()
    iot = hub.client("iot")
    made = iot.create_keys_and_certificate(setAsActive=True)
    assert status_of(iot, made["certificateId"]) == "ACTIVE"
    assert status_of(iot, iot.create_keys_and_certificate()["certificateId"]) == "INACTIVE"
    certificate, text = looked_at(hub, made, tmp_path), made["keyPair"]["PrivateKey"]
    private = serialization.load_pem_private_key(text.encode(), None)
    public = serialization.load_pem_public_key(made["keyPair"]["PublicKey"].encode())
    assert (private.key_size, private.public_key(), certificate.public_key()) == (2048, public, public)
    hub.kill()
    secret, body = private.private_numbers(), "".join(text.splitlines()[1:-1])
    # only from the later half, as the first holds the modulus, which is the certificate's too
    traces = [body[len(body) // 2 + start :][:40].encode() for start in range(0, 400, 50)]
    traces += [secret.p.to_bytes(128, "big"), secret.q.to_bytes(128, "big"), secret.d.to_bytes(256, "big")]
    for file in hub.files():
        content = file.read_bytes()
        unfolded = content.replace(b"\\n", b"").replace(b"\n", b"").replace(b"\\/", b"/")
        assert not [trace for trace in traces if trace in content or trace in unfolded], file


EC = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


@pytest.mark.parametrize("kind", [EC, ["rsa:2048"]], ids=["EC P-256", "RSA 2048"])
def test_certificate_from_a_csr(hub, iot, tmp_path, kind):
    """[hub-thing-4]: the private key never leaves the device; each certificate is another."""
    key = ["-newkey", *kind, "-nodes", "-keyout", "key"]
    openssl("req", "-new", *key, "-out", "csr", "-subj", "/CN=press-7", folder=tmp_path)
    text = (tmp_path / "csr").read_text()
    made = iot.create_certificate_from_csr(certificateSigningRequest=text, setAsActive=True)
    assert looked_at(hub, made, tmp_path).public_key() == x509.load_pem_x509_csr(text.encode()).public_key()
    assert "keyPair" not in made and status_of(iot, made["certificateId"]) == "ACTIVE"
    again = iot.create_certificate_from_csr(certificateSigningRequest=text)
    assert again["certificateId"] != made["certificateId"] and status_of(iot, again["certificateId"]) == "INACTIVE"


def pem_of(der):
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE REQUEST-----\n"


def broken_csr(part):
    """A CSR of which one bit is another; the last byte belongs to its signature."""
    der = bytearray(x509.load_pem_x509_csr(make_csr().encode()).public_bytes(serialization.Encoding.DER))
    der[der.find(b"press-7") if part == "name" else -1] ^= 1
    return pem_of(bytes(der))


@pytest.mark.parametrize(
    "text",
    [
        lambda: "garbage", lambda: "x" * 5000, lambda: pem_of(b"garbage"), lambda: make_csr()[:200],
        lambda: make_csr().replace("CERTIFICATE REQUEST", "CERTIFICATE"),
        lambda: broken_csr("signature"), lambda: broken_csr("name"),
    ],
    ids=["garbage", "long", "garbage in PEM", "cut off", "label", "signature", "what was signed"],
)  # fmt: skip
def test_impossible_csrs_are_refused(iot, text):
    """[hub-thing-4]"""
    refuses(INVALID, iot.create_certificate_from_csr, certificateSigningRequest=text())


def test_who_asks_to_be_an_authority_is_not_made_one(iot):
    """[hub-thing-4]: what a CSR wishes for is not what it gets."""
    text = make_csr(x509.BasicConstraints(ca=True, path_length=None))
    made = iot.create_certificate_from_csr(certificateSigningRequest=text)
    extensions = x509.load_pem_x509_certificate(made["certificatePem"].encode()).extensions
    assert not [e.value for e in extensions if isinstance(e.value, x509.BasicConstraints) and e.value.ca]


def test_certificate_is_described_and_changed(hub, iot):
    """[hub-thing-4]: there is a way back from each status."""
    made = said(iot.create_certificate_from_csr(certificateSigningRequest=make_csr()))
    identifier, certificate = made["certificateId"], x509.load_pem_x509_certificate(made["certificatePem"].encode())
    told = iot.describe_certificate(certificateId=identifier)["certificateDescription"]
    fixed = {"status": "INACTIVE", "ownedBy": hub.account, "certificateMode": "DEFAULT", "customerVersion": 1}
    assert (made | fixed).items() <= told.items()
    assert is_recent(told["creationDate"], told["lastModifiedDate"])
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert told["validity"] == {"notBefore": start, "notAfter": end} and start <= datetime.now(timezone.utc) < end
    for word in ("ACTIVE", "INACTIVE", "REVOKED", "ACTIVE"):
        iot.update_certificate(certificateId=identifier, newStatus=word)
        assert status_of(iot, identifier) == word
    for word in ("PENDING_TRANSFER", "REGISTER_INACTIVE", "active", "GONE"):
        refuses(INVALID, iot.update_certificate, certificateId=identifier, newStatus=word)
    assert status_of(iot, identifier) == "ACTIVE"


def test_certificate_goes_when_nothing_needs_it(hub, iot):
    """[hub-thing-4]: force takes the policies off it, but neither wakes it up nor takes it from a thing."""
    policy, thing, (arn, identifier) = make(hub, "policy"), make(hub, "thing"), certificate_of(hub, setAsActive=True)

    def stays(problem, *forces):
        for force in forces:
            refuses(problem, iot.delete_certificate, certificateId=identifier, forceDelete=force)

    stays(STILL_ACTIVE, False, True)
    iot.update_certificate(certificateId=identifier, newStatus="REVOKED")
    iot.attach_policy(policyName=policy, target=arn)
    iot.attach_thing_principal(thingName=thing, principal=arn)
    stays(IN_USE, False, True)
    iot.detach_thing_principal(thingName=thing, principal=arn)
    stays(IN_USE, False)
    assert iot.list_targets_for_policy(policyName=policy)["targets"] == [arn]
    iot.delete_certificate(certificateId=identifier, forceDelete=True)
    refuses(ABSENT, iot.describe_certificate, certificateId=identifier)
    assert iot.list_targets_for_policy(policyName=policy)["targets"] == []
    _, other = certificate_of(hub)
    iot.delete_certificate(certificateId=other)


def test_principals_of_things(hub, iot):
    """[hub-thing-4] A31: a thing that has one is not deleted."""
    things, certificates = [make(hub, "thing") for _ in range(3)], [certificate_of(hub)[0] for _ in range(3)]
    # the pair of the two first comes twice, which is once
    for thing, arn in [(things[0], arn) for arn in certificates] + [(thing, certificates[0]) for thing in things]:
        iot.attach_thing_principal(thingName=thing, principal=arn)
    found = listed(iot.list_thing_principals, "principals", thingName=things[0])
    assert sorted(found) == sorted(certificates)
    assert sorted(listed(iot.list_principal_things, "things", principal=certificates[0])) == sorted(things)
    refuses(INVALID, iot.delete_thing, thingName=things[1])
    iot.detach_thing_principal(thingName=things[1], principal=certificates[0])
    assert iot.list_thing_principals(thingName=things[1])["principals"] == []
    assert things[1] not in iot.list_principal_things(principal=certificates[0])["things"]
    iot.delete_thing(thingName=things[1])


# -- role aliases, endpoints, tags ------------------------------------------------------------------------------------


def test_role_alias_comes_changes_and_goes(hub, iot):
    """[hub-thing-5] A08: what a change does not name stays."""
    name, role, other = fresh("exchange=1,@"), role_of(hub), role_of(hub) + "-2"
    made = {"roleAlias": name, "roleAliasArn": hub.arn("iot", f"rolealias/{name}")}
    assert said(iot.create_role_alias(roleAlias=name, roleArn=role)) == made

    def told():
        return iot.describe_role_alias(roleAlias=name)["roleAliasDescription"]

    rest = {"roleArn": role, "owner": hub.account, "credentialDurationSeconds": 3600}
    assert (made | rest).items() <= told().items() and is_recent(told()["creationDate"], told()["lastModifiedDate"])
    refuses(EXISTS, iot.create_role_alias, roleAlias=name, roleArn=role)
    for change in ({"credentialDurationSeconds": 43200}, {"roleArn": other}, {"credentialDurationSeconds": 900}):
        assert said(iot.update_role_alias(roleAlias=name, **change)) == made
        rest |= change
        assert (made | rest).items() <= told().items()
    iot.delete_role_alias(roleAlias=name)
    refuses(ABSENT, told)


def test_all_of_a_kind_by_pages(hub, iot):
    """[hub-thing-1] [hub-thing-3] [hub-thing-4] [hub-thing-5]: certificates in the order in which they were made."""
    kinds, aliases = [make(hub, "thing_type") for _ in range(3)], [make(hub, "role_alias") for _ in range(3)]
    assert set(kinds) <= {row["thingTypeName"] for row in listed(iot.list_thing_types, "thingTypes")}
    assert set(aliases) <= set(listed(iot.list_role_aliases, "roleAliases", MARKERS))
    policies, made = [make(hub, "policy") for _ in range(3)], [certificate_of(hub) for _ in range(3)]
    rows = {row["policyName"]: row["policyArn"] for row in listed(iot.list_policies, "policies", MARKERS)}
    assert [rows[name] for name in policies] == [hub.arn("iot", f"policy/{name}") for name in policies]
    rows = listed(iot.list_certificates, "certificates", MARKERS, ascendingOrder=True)
    mine = [row for row in rows if (row["certificateArn"], row["certificateId"]) in made]
    assert [(row["certificateArn"], row["certificateId"]) for row in mine] == made
    assert {(row["status"], row["certificateMode"]) for row in mine} == {("INACTIVE", "DEFAULT")}
    assert is_recent(*[row["creationDate"] for row in mine])
    assert len(listed(iot.list_certificates, "certificates", MARKERS)) == len(rows)


@pytest.mark.parametrize("kind", ["iot:Data-ATS", "iot:Data", "iot:CredentialProvider", "iot:Jobs"])
def test_endpoint_has_an_address(iot, kind):
    """[hub-thing-5]: the same each time, and no URL, as clients put the scheme before it."""
    address = iot.describe_endpoint(endpointType=kind)["endpointAddress"]
    assert address and "/" not in address
    assert iot.describe_endpoint(endpointType=kind)["endpointAddress"] == address


@pytest.mark.parametrize("kind", ["thing_group", "thing_type", "policy", "role_alias"])
def test_tags(hub, iot, kind):
    """[hub-thing-5]: they go with what they are tied to."""
    name = make(hub, kind, tags=[TAG, {"Key": "hall", "Value": ""}])
    arn = hub.arn("iot", f"{kind.replace('_', '')}/{name}")

    def tags():
        return {row["Key"]: row["Value"] for row in iot.list_tags_for_resource(resourceArn=arn)["tags"]}

    assert tags() == {"line": "7", "hall": ""}
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "line", "Value": "8"}, {"Key": "plant", "Value": "Süd"}])
    iot.untag_resource(resourceArn=arn, tagKeys=["hall", "nothing"])
    assert tags() == {"line": "8", "plant": "Süd"}
    if kind == "thing_type":
        iot.deprecate_thing_type(thingTypeName=name)
    getattr(iot, f"delete_{kind}")(**{NAME_OF[kind]: name})
    make(hub, kind, name)
    assert tags() == {}


# -- shadows ----------------------------------------------------------------------------------------------------------


def shadow(call, thing, name=None, **arguments):
    """What an operation on a shadow answers."""
    answer = call(thingName=thing, **({"shadowName": name} if name else {}), **arguments)
    return json.loads(answer["payload"].read())


def update(data, thing, state, name=None, **others):
    return shadow(data.update_thing_shadow, thing, name, payload=json.dumps({"state": state} | others))


def get(data, thing, name=None):
    return shadow(data.get_thing_shadow, thing, name)


def delete(data, thing, name=None):
    return shadow(data.delete_thing_shadow, thing, name)


def is_now(stamp):
    return isinstance(stamp, int) and abs(stamp - time.time()) < 120


def leaves(state):
    """A state with a mark in the place of each leaf."""
    if isinstance(state, dict):
        return {name: leaves(value) for name, value in state.items()}
    return [leaves(value) for value in state] if isinstance(state, list) else "now"


def moments(metadata):
    """The same of a shadow's metadata."""
    if isinstance(metadata, list):
        return [moments(value) for value in metadata]
    if set(metadata) == {"timestamp"} and is_now(metadata["timestamp"]):
        return "now"
    return {name: moments(value) for name, value in metadata.items()}


def test_shadow_is_written_and_read(data):
    """[hub-shadow-1]: of a thing that nobody has registered, as with AWS; an answer holds what was asked for."""
    thing = fresh("press")
    first = {"desired": {"speed": 7, "arm": {"x": 1, "timestamp": 5}}, "reported": {"speed": 7, "tools": ["a", "b"]}}
    made = update(data, thing, first, clientToken="night-shift")
    assert (made["state"], made["version"], made["clientToken"]) == (first, 1, "night-shift")
    assert moments(made["metadata"]) == leaves(first) and is_now(made["timestamp"])
    told = get(data, thing)
    assert told["state"] == first | {"delta": {"arm": {"x": 1, "timestamp": 5}}}
    assert {part: moments(told["metadata"][part]) for part in first} == leaves(first)
    assert (told["version"], "clientToken" in told, is_now(told["timestamp"])) == (1, False, True)
    second = update(data, thing, {"reported": {"arm": {"y": 2}}}, version=1)
    assert (second["state"], second["version"], "clientToken" in second) == ({"reported": {"arm": {"y": 2}}}, 2, False)
    assert moments(second["metadata"]) == leaves(second["state"])


@pytest.mark.parametrize(
    "before, change, after",
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None, "c": None}, {"b": 2}),
        ({"m": {"x": 1, "y": {"z": 1}}}, {"m": {"y": {"w": 2}}}, {"m": {"x": 1, "y": {"z": 1, "w": 2}}}),
        ({"m": {"x": 1, "y": 2}}, {"m": {"x": None}}, {"m": {"y": 2}}),
        ({"l": [1, {"x": 1}, 3]}, {"l": [{"y": 2}]}, {"l": [{"y": 2}]}),
        ({"m": {"x": 1}}, {"m": 7}, {"m": 7}),
        ({"m": 7}, {"m": {"x": 1}}, {"m": {"x": 1}}),
        ({"a": 1}, {"a": "Süd 良 😀", "b": False, "c": -0.25}, {"a": "Süd 良 😀", "b": False, "c": -0.25}),
    ],
    ids=["new", "null", "deep", "deep null", "list", "map to leaf", "leaf to map", "values"],
)
@pytest.mark.parametrize("part", ["desired", "reported"])
def test_states_are_merged(data, part, before, change, after):
    """[hub-shadow-1]: a part that is null goes as a whole."""
    thing, other = fresh("press"), "reported" if part == "desired" else "desired"
    update(data, thing, {part: before, other: {"gone": 1}})
    update(data, thing, {part: change, other: None})
    told = get(data, thing)
    assert (told["state"][part], told["version"]) == (after, 2)
    assert moments(told["metadata"][part]) == leaves(after)
    assert other not in told["state"] and other not in told["metadata"]


@pytest.mark.parametrize(
    "desired, reported, delta",
    [
        ({"a": 1}, {"a": 1, "b": 2}, None),
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ({"a": 1}, {"b": 2}, {"a": 1}),
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
    update(data, thing, {"desired": desired} | ({"reported": reported} if reported else {}))
    # as text, because True is 1 in Python
    assert json.dumps(get(data, thing)["state"].get("delta")) == json.dumps(delta)


def test_version_of_a_shadow(data):
    """[hub-shadow-1]: it is given once, however many ask, and goes on counting after the shadow is deleted."""
    thing = fresh("press")

    def attempt(number, version=1):
        try:
            return update(data, thing, {"desired": {"who": number}}, version=version) and number
        except ClientError as error:
            said, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            assert (status, said["Code"], said["Message"]) == (409, "ConflictException", "Version conflict")

    update(data, thing, {"desired": {"who": -1}})
    with ThreadPoolExecutor(8) as pool:
        (winner,) = [number for number in pool.map(attempt, range(8)) if number is not None]
    assert attempt(9, version=3) is None
    assert (get(data, thing)["state"]["desired"], get(data, thing)["version"]) == ({"who": winner}, 2)
    assert delete(data, thing)["version"] >= 2
    for call, name in ((get, None), (get, "arm"), (delete, None), (delete, "arm")):
        assert "No shadow exists with name: " in refuses(ABSENT, call, data, thing, name)
    assert update(data, thing, {"reported": {"b": 1}})["version"] > 2
    assert get(data, thing)["state"] == {"reported": {"b": 1}}


def nested(levels):
    """A state of so many levels below `desired`."""
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "payload",
    [
        "no json", '{"state": {"desired": {"a": 1}}', "[1]", '"text"', '{"version": 1}', '{"state": 1}',
        '{"state": []}', '{"state": {"desired": 1}}', '{"state": {"reported": ["a"]}}', '{"state": {"wished": {"a": 1}}}',
        '{"state": {}, "version": "one"}', json.dumps({"state": {}, "clientToken": "t" * 65}),
        json.dumps({"state": {"desired": nested(9)}}),
    ],
)  # fmt: skip
def test_impossible_shadows_are_refused(data, payload):
    """[hub-shadow-1]"""
    thing = fresh("press")
    update(data, thing, {"desired": nested(7)})
    refuses(INVALID, data.update_thing_shadow, thingName=thing, payload=payload)
    assert (get(data, thing)["state"]["desired"], get(data, thing)["version"]) == (nested(7), 1)


def test_large_shadow(data):
    """[hub-shadow-1]: 8 KiB."""
    thing, frame = fresh("press"), len(json.dumps({"state": {"desired": {"text": ""}}}))
    update(data, thing, {"desired": {"text": "x" * (8192 - frame)}})
    refuses((413, "RequestEntityTooLargeException"), update, data, thing, {"desired": {"text": "y" * 8193}})
    assert (set(get(data, thing)["state"]["desired"]["text"]), get(data, thing)["version"]) == ({"x"}, 1)


def test_named_shadows_are_apart(data):
    """[hub-shadow-1]"""
    thing, names = fresh("press"), ["$arm", "a:b", "c_d", "E-9", "n" * 64]
    update(data, thing, {"desired": {"a": -1}})
    assert data.list_named_shadows_for_thing(thingName=thing)["results"] == []
    for number, name in enumerate(names):
        assert update(data, thing, {"desired": {"a": number}}, name)["version"] == 1
    assert [get(data, thing, name)["state"]["desired"]["a"] for name in (None, *names)] == [-1, 0, 1, 2, 3, 4]
    paging = ("pageSize", "nextToken", "nextToken")
    assert sorted(listed(data.list_named_shadows_for_thing, "results", paging, thingName=thing)) == sorted(names)
    for bad in ({"pageSize": 0}, {"pageSize": 101}, {"nextToken": "not one of yours"}):
        refuses(INVALID, data.list_named_shadows_for_thing, thingName=thing, **bad)
    delete(data, thing, "$arm")
    answer = data.list_named_shadows_for_thing(thingName=thing)
    assert sorted(answer["results"]) == sorted(names[1:]) and is_now(answer["timestamp"])
    assert get(data, thing)["version"] == 1


@pytest.mark.parametrize("thing, name", [("two words", None), ("t" * 129, None), ("t", "two words"), ("t", "n" * 65)])
def test_strange_names_of_shadows_are_refused(data, thing, name):
    """[hub-thing-6]"""
    for call in (get, delete, lambda data, thing, name: update(data, thing, {}, name)):
        refuses(INVALID, call, data, thing, name)


# -- who may, and what is kept ----------------------------------------------------------------------------------------


def test_who_may_describe_one_thing_may_nothing_else(hub, iot, data, there):
    """[hub-thing-6] A10: nor does she find out what there is."""
    mine = make(hub, "thing")
    update(data, mine, {"desired": {"a": 1}})
    key = user_with(hub, allow("iot:DescribeThing", hub.arn("iot", f"thing/{mine}")))
    hers, shadows = hub.client("iot", **key), hub.client("iot-data", **key)
    assert hers.describe_thing(thingName=mine)["thingName"] == mine
    calls = [(call, {member: "@" + member}) for call, member in calls_of(BY_NAME, MAKING, BY_ARN_OR_ID)]
    calls += [(call, {"thingName": mine}) for call in ("UpdateThing", "DeleteThing", "ListThingPrincipals")]
    calls += [(call, {}) for call in ("ListThings", "ListPolicies", "CreateKeysAndCertificate")]
    for operation, arguments in calls:
        refuses(DENIED, ask, hers, there, operation, arguments)
    for call in (get, delete, lambda data, thing: update(data, thing, {"desired": {"a": 2}})):
        refuses(DENIED, call, shadows, mine)
    refuses(DENIED, shadows.list_named_shadows_for_thing, thingName=mine)
    assert (state_of(iot, mine), get(data, mine)["version"]) == (({}, 1), 1)


@pytest.mark.parametrize("service", ["iot", "iot-data"])
def test_wrong_signature_is_refused(hub, service):
    """[hub-thing-6]"""
    wrong = hub.key | {"aws_secret_access_key": "not" + hub.key["aws_secret_access_key"]}
    unknown = hub.key | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    for key, code in ((wrong, "InvalidSignatureException"), (unknown, "UnrecognizedClientException")):
        client = hub.client(service, **key)
        with refused(code):
            client.list_things() if service == "iot" else get(client, "press")
    assert 400 <= hub.raw("GET", "/things/press/shadow").status_code < 500


def test_everything_outlives_a_killed_hub(make_hub, tmp_path):
    """[hub-thing-6]: what was answered is there, what was deleted is not, and what counts goes on counting."""
    hub = make_hub()
    iot, data = hub.client("iot"), hub.client("iot-data")
    kind, thing, gone = make(hub, "thing_type"), make(hub, "thing", **attributes(line="7")), make(hub, "thing")
    policy, alias = make(hub, "policy"), make(hub, "role_alias", credentialDurationSeconds=900)
    parent, parent_arn = group_of(hub, tags=[TAG])
    group, group_arn = group_of(hub, parentGroupName=parent)
    made = iot.create_keys_and_certificate(setAsActive=True)
    arn = made["certificateArn"]
    iot.update_thing(thingName=thing, thingTypeName=kind)
    iot.deprecate_thing_type(thingTypeName=kind)
    iot.create_policy_version(policyName=policy, policyDocument=PUBLISH, setAsDefault=True)
    for target in (arn, group_arn):
        iot.attach_policy(policyName=policy, target=target)
    iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)
    iot.attach_thing_principal(thingName=thing, principal=arn)
    for place, name in ((thing, None), (thing, "arm"), (gone, None)):
        update(data, place, {"desired": {"a": 1}, "reported": {"a": 2}}, name)
    delete(data, gone)
    iot.delete_thing(thingName=gone)

    def everything():
        answers = [
            ask(hub.client("iot"), {}, call, {member: value} | others)
            for member, value, calls, others in (
                ("thingName", thing, "DescribeThing", {}),
                ("thingTypeName", kind, "DescribeThingType", {}),
                ("thingGroupName", group, "DescribeThingGroup", {}),
                ("thingGroupName", parent, "ListThingsInThingGroup", {"recursive": True}),
                ("policyName", policy, "GetPolicy ListPolicyVersions ListTargetsForPolicy", {}),
                ("target", arn, "ListAttachedPolicies", {"recursive": True}),
                ("certificateId", made["certificateId"], "DescribeCertificate", {}),
                ("principal", arn, "ListPrincipalThings", {}),
                ("roleAlias", alias, "DescribeRoleAlias", {}),
                ("resourceArn", parent_arn, "ListTagsForResource", {}),
            )
            for call in calls.split()
        ]
        shadows = [get(hub.client("iot-data"), thing, name) | {"timestamp": None} for name in (None, "arm")]
        return [said(answer) for answer in answers] + shadows

    before, authority = everything(), (hub.data / "ca.pem").read_text()
    hub.restart_killed()
    iot, data = hub.client("iot"), hub.client("iot-data")
    assert everything() == before
    for call in (lambda: iot.describe_thing(thingName=gone), lambda: get(data, gone)):
        refuses(ABSENT, call)
    assert update(data, gone, {"desired": {"a": 1}})["version"] > 1
    assert iot.create_policy_version(policyName=policy, policyDocument=CONNECT)["policyVersionId"] == "3"
    assert (hub.data / "ca.pem").read_text() == authority
    for certificate in (made, iot.create_certificate_from_csr(certificateSigningRequest=make_csr())):
        looked_at(hub, certificate, tmp_path)
