"""Greengrass of the hub: components and artifacts, deployments, what a device is told, and what it says of itself.

After the service model and the documentation of AWS IoT Greengrass V2. Devices speak here by their shadow alone; their
health comes by MQTT, which is no matter of this file. [hub-green-1] components, [hub-green-2] artifacts, [hub-green-3]
resolution, [hub-green-4] deployments, [hub-green-5] devices, [hub-green-6] the rest. A14, A19 to A21, A35 to A41.
"""

import base64
import hashlib
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from hub import fresh, pages, token
from server import wait_until
from store import allow, make_bucket, put, status_of, user_with

SHADOW = "AWSManagedGreengrassV2Deployment"
ARRIVAL_SECONDS = 10
INVALID, DENIED = (400, "ValidationException"), (403, "AccessDeniedException")
ABSENT, CONFLICT = (404, "ResourceNotFoundException"), (409, "ConflictException")
MODEL = bytes(range(256)) * 16
PRESS = {"name": "linux", "attributes": {"os": "linux", "architecture": "amd64"}}
ARM = {"os": "linux", "architecture": "aarch64"}
NOTIFY, SKIP = {"timeoutInSeconds": 60, "action": "NOTIFY_COMPONENTS"}, "SKIP_NOTIFY_COMPONENTS"
POLICIES = {"failureHandlingPolicy": "ROLLBACK", "componentUpdatePolicy": NOTIFY}
POLICIES |= {"configurationValidationPolicy": {"timeoutInSeconds": 60}}


@pytest.fixture(scope="module")
def green(hub):
    return service(hub)


def service(hub, **key):
    return hub.client("greengrassv2", **key)


def recipe(name, version="1.0.0", artifacts=(), platform=None, **others):
    """A recipe that says no more than it has to; `artifacts` are URIs, or whole objects."""
    manifest = {"Platform": platform or {"os": "linux"}, "Lifecycle": {"Run": {"Script": "sleep 60"}}}
    if artifacts:
        manifest["Artifacts"] = [{"URI": item} if isinstance(item, str) else item for item in artifacts]
    names = {"RecipeFormatVersion": "2020-01-25", "ComponentName": name, "ComponentVersion": version}
    words = {"ComponentDescription": "of the press", "ComponentPublisher": "Hall 7"}
    return names | words | {"Manifests": [manifest]} | others


def publish(hub, document, **arguments):
    """The answer of CreateComponentVersion for a recipe, which is an object, a text or bytes."""
    text = json.dumps(document) if isinstance(document, dict) else document
    return service(hub).create_component_version(inlineRecipe=text, **arguments)


def part(hub, version="1.0.0", **others):
    """A new component; its name and the ARN of its version."""
    name = fresh("com.edge.part")
    return name, publish(hub, recipe(name, version, **others))["arn"]


def part_with_artifact(hub):
    """A new component with one artifact, model.onnx: its name, its ARN and the artifact's URI."""
    bucket = make_bucket(hub)
    put(hub.client("s3"), bucket, "models/v1/model.onnx", MODEL)
    uri = f"s3://{bucket}/models/v1/model.onnx"
    return *part(hub, artifacts=[uri]), uri


def arn_of(hub, name, version=None, account=None):
    of_version = f":versions:{version}" if version else ""
    return f"arn:aws:greengrass:{hub.region}:{account or hub.account}:components:{name}{of_version}"


def stored(hub, arn):
    """The recipe that the hub keeps."""
    return json.loads(service(hub).get_component(arn=arn)["recipe"])


def artifacts_of(document):
    """Its artifacts by URI. Their keys are in lower case, for recipes write both URI and Uri."""
    rows = [row for manifest in document["Manifests"] for row in manifest.get("Artifacts", [])]
    rows = [{key.lower(): value for key, value in row.items()} for row in rows]
    return {row["uri"]: row for row in rows}


def digest(body):
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def make_thing(hub, kind="thing"):
    """A new thing, or a thinggroup; its name and its ARN."""
    name, iot = fresh("press"), hub.client("iot")
    iot.create_thing(thingName=name) if kind == "thing" else iot.create_thing_group(thingGroupName=name)
    return name, hub.arn("iot", f"{kind}/{name}")


def deploy(hub, target, *names, **arguments):
    """The id of a new deployment, of version 1.0.0 of these components unless they are given."""
    arguments.setdefault("components", {name: {"componentVersion": "1.0.0"} for name in names})
    return service(hub).create_deployment(targetArn=target, **arguments)["deploymentId"]


def deployment(hub, identifier):
    return service(hub).get_deployment(deploymentId=identifier)


def wait_deployment(hub, identifier, status):
    reached = lambda: deployment(hub, identifier)["deploymentStatus"] == status
    wait_until(reached, f"the deployment to be {status}", ARRIVAL_SECONDS)


def desired(hub, thing):
    """What the shadow wants of a thing; nothing before there is one."""
    with suppress(hub.client("iot-data").exceptions.ResourceNotFoundException):
        reply = hub.client("iot-data").get_thing_shadow(thingName=thing, shadowName=SHADOW)
        return json.loads(reply["payload"].read())["state"].get("desired", {})
    return {}


def told(hub, thing, identifier):
    """The document of a deployment, once the thing's shadow has it."""
    found = lambda: json.loads(desired(hub, thing).get("fleetConfig", "{}"))
    wait_until(lambda: found().get("deploymentId") == identifier, f"the shadow of {thing}", ARRIVAL_SECONDS)
    return found()


def configuration_of(hub, thing, revision=1):
    return hub.arn("greengrass", f"configuration:thing/{thing}:{revision}")


def report(hub, thing, configuration, status, detailed="SUCCESSFUL", cause=""):
    """What the device's software writes into its shadow."""
    details = {"detailedStatus": detailed, "failureCause": cause}
    said = {"fleetConfigurationArnForStatus": configuration, "status": status, "statusDetails": details}
    payload = json.dumps({"state": {"reported": said | {"ggcVersion": "2.12.0"}}})
    hub.client("iot-data").update_thing_shadow(thingName=thing, shadowName=SHADOW, payload=payload)


def wait_effective(hub, thing, identifier, *statuses):
    """The row of a deployment on its device, once it has one of these statuses."""

    def found():
        with suppress(service(hub).exceptions.ResourceNotFoundException):
            rows = listed(service(hub).list_effective_deployments, "effectiveDeployments", coreDeviceThingName=thing)
            rows = [row for row in rows if row["deploymentId"] == identifier]
            return rows and rows[0]["coreDeviceExecutionStatus"] in statuses and rows[0]

    return wait_until(found, f"{thing} to be {statuses}", ARRIVAL_SECONDS)


def listed(call, member, size=100, **arguments):
    """Every row of a list, `size` at a time: each page but the last is full."""
    found = [answer[member] for answer in pages(call, maxResults=size, **arguments)]
    assert {len(rows) for rows in found[:-1]} <= {size} and len(found[-1]) <= size
    return [row for rows in found for row in rows]


def is_now(moment):
    return abs(moment - datetime.now(timezone.utc)) < timedelta(minutes=2)


def holds(answer, **expected):
    """The answer has these members with these values, among others."""
    return {key: answer.get(key) for key in expected} == expected


def refuses(problem, call, *positional, **arguments):
    """The call is refused with this status and code, or as any fault of the caller's; the message."""
    with pytest.raises(ClientError) as caught:
        call(*positional, **arguments)
    response = caught.value.response
    status, code = status_of(response), response["Error"]["Code"]
    assert (status, code) == problem if problem else 400 <= status < 500, response
    assert response["ResponseMetadata"].get("RequestId"), response
    return response["Error"].get("Message", "")


# -- components -------------------------------------------------------------------------------------------------------


def test_component_is_made_of_its_recipe(hub, green):
    """[hub-green-1] A14"""
    name, manifests = fresh("com.edge.part"), [{"Platform": {"os": "linux"}}, {"Name": "arm", "Platform": ARM}]
    answer = publish(hub, recipe(name, Manifests=manifests), tags={"line": "7"})
    assert status_of(answer) == 201 and is_now(answer["creationTimestamp"])
    assert answer["status"]["componentState"] in ("REQUESTED", "DEPLOYABLE")
    names = {"arn": arn_of(hub, name, "1.0.0"), "componentName": name, "componentVersion": "1.0.0"}
    assert holds(answer, **names)
    said = green.describe_component(arn=answer["arn"])
    assert holds(said, creationTimestamp=answer["creationTimestamp"], **names)
    assert holds(said, publisher="Hall 7", description="of the press", tags={"line": "7"})
    assert said["status"]["componentState"] == "DEPLOYABLE"
    assert [row["attributes"] for row in said["platforms"]] == [{"os": "linux"}, ARM]
    document = stored(hub, answer["arn"])
    assert holds(document, ComponentName=name, ComponentVersion="1.0.0", ComponentPublisher="Hall 7")
    assert document["Manifests"][1]["Platform"] == ARM


YAML = """
RecipeFormatVersion: '2020-01-25'
ComponentName: NAME
ComponentVersion: '1.0.0'
ComponentConfiguration:
  DefaultConfiguration: {Interval: 10, Share: 0.8, Word: 'nö', Text: "a: b\\n# c"}
Manifests:
  - Platform: {os: linux}
    Lifecycle: {Run: {Script: 'echo {configuration:/Word}', RequiresPrivilege: false}}
"""


def test_recipe_in_yaml_comes_back_in_both_forms(hub, green):
    """[hub-green-1] What is given as YAML is a recipe again, of the same content."""
    name = fresh("com.edge.yaml")
    arn = publish(hub, YAML.replace("NAME", name))["arn"]
    document = stored(hub, arn)
    settings = {"Interval": 10, "Share": 0.8, "Word": "nö", "Text": "a: b\n# c"}
    assert document["ComponentConfiguration"]["DefaultConfiguration"] == settings
    run = {"Script": "echo {configuration:/Word}", "RequiresPrivilege": False}
    assert document["Manifests"][0]["Lifecycle"] == {"Run": run}
    answer = green.get_component(arn=arn, recipeOutputFormat="YAML")
    text = answer["recipe"].decode()
    assert answer["recipeOutputFormat"] == "YAML"
    assert re.search(rf"""^ComponentName: ["']?{re.escape(name)}["']?$""", text, re.MULTILINE), text
    again = publish(hub, text.replace("1.0.0", "1.0.1"))["arn"]
    assert stored(hub, again) == document | {"ComponentVersion": "1.0.1"}


def test_version_is_made_once(hub):
    """[hub-green-1] A14: only the request that is sent again is answered again."""
    document, once = recipe(fresh("com.edge.part")), token()
    first = publish(hub, document, clientToken=once)
    for other in (document, document | {"ComponentDescription": "other"}):
        refuses(CONFLICT, publish, hub, other)
    again = publish(hub, document, clientToken=once)
    assert (again["arn"], again["creationTimestamp"]) == (first["arn"], first["creationTimestamp"])


def test_one_of_many_makers_is_the_first(hub):
    """[hub-green-1]"""
    body = json.dumps({"inlineRecipe": base64.b64encode(json.dumps(recipe(fresh("com.edge.part"))).encode()).decode()})
    target, body = "/greengrass/v2/createComponentVersion", body.encode()
    headers = hub.sign("greengrass", "POST", target, {"Content-Type": "application/json"}, body)
    with ThreadPoolExecutor(8) as many:
        replies = many.map(lambda _: hub.raw("POST", target, headers, body), range(8))
        assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7


def test_garbage_is_told_to_be_a_file(hub):
    """[hub-green-1] A14: CLI v2 takes what file:// gives it for base64, and sends what comes of that."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", json.dumps(recipe("com.edge.Part")))
    assert "fileb://" in refuses(INVALID, publish, hub, base64.b64decode(letters[: len(letters) // 4 * 4]))


@pytest.mark.parametrize(
    "spoilt, place",
    [
        ({"ComponentVersion": None}, "ComponentVersion"),
        ({"ComponentVersion": "1.0"}, "ComponentVersion"),
        ({"ComponentName": "two words"}, "ComponentName"),
        ({"ComponentName": "../../etc"}, "ComponentName"),
        ({"RecipeFormatVersion": "2019-01-25"}, "RecipeFormatVersion"),
        ({"ComponentDependencies": {"b": {}}}, "ComponentDependencies.b.VersionRequirement"),
        ({"ComponentDependencies": {"b": {"VersionRequirement": "new"}}}, "ComponentDependencies.b.VersionRequirement"),
        ({"Manifests": [{"Lifecycle": {"Run": {"Script": "true", "Timeout": "soon"}}}]}, "Manifests[0].Lifecycle.Run.Timeout"),
        ({"Manifests": [{}, {"Artifacts": [{"URI": "ftp://x/y"}]}]}, "Manifests[1].Artifacts[0]"),
        ({"Manifests": [None]}, "Manifests[0]"),
    ],
    ids=["no version", "version", "name", "path", "format", "no range", "range", "time-out", "scheme", "null"],
)
def test_error_in_a_recipe_is_told_with_its_place(hub, spoilt, place):
    """[hub-green-1]"""
    document = recipe(fresh("com.edge.part"))
    document = {key: value for key, value in (document | spoilt).items() if value is not None}
    assert place in refuses(INVALID, publish, hub, document)


def test_components_are_listed_once_with_their_latest_version(hub, green):
    """[hub-green-1]"""
    (name, _), others = part(hub, "1.9.0"), {part(hub)[0] for _ in range(4)}
    latest = publish(hub, recipe(name, "1.10.0", ComponentDescription="newer"))
    publish(hub, recipe(name, "1.2.0"))
    rows = listed(green.list_components, "components", 3)
    found = {row["componentName"]: row for row in rows}
    assert len(found) == len(rows) and others < set(found)
    assert found[name]["arn"] == arn_of(hub, name)
    said = found[name]["latestVersion"]
    assert holds(said, arn=latest["arn"], componentVersion="1.10.0", description="newer", publisher="Hall 7")
    assert said["creationTimestamp"] == latest["creationTimestamp"]
    assert [platform["attributes"] for platform in said["platforms"]] == [{"os": "linux"}]


def test_public_components_are_the_houses(hub, green):
    """[hub-green-1] A40"""
    public = {row["componentName"]: row for row in listed(green.list_components, "components", scope="PUBLIC")}
    for name in ("aws.greengrass.Nucleus", "aws.greengrass.Cli", "aws.greengrass.TokenExchangeService"):
        latest = public[name]["latestVersion"]
        assert public[name]["arn"] == arn_of(hub, name, account="aws")
        assert latest["arn"] == arn_of(hub, name, latest["componentVersion"], "aws")
        assert green.describe_component(arn=latest["arn"])["componentVersion"] == latest["componentVersion"]
        assert stored(hub, latest["arn"])["ComponentName"] == name
    private = {row["componentName"] for row in listed(green.list_components, "components", scope="PRIVATE")}
    assert not private & set(public)
    client = arn_of(hub, "aws.greengrass.Cli", account="aws")
    rows = listed(green.list_component_versions, "componentVersions", arn=client)
    assert f"{client}:versions:2.12.0" in {row["arn"] for row in rows}
    refuses(None, green.delete_component, arn=f"{client}:versions:2.12.0")


def test_versions_come_newest_first_and_go_one_by_one(hub, green):
    """[hub-green-1] By semantic precedence, not by their letters, and a release before its candidates."""
    name, newest_first = fresh("com.edge.part"), ["1.10.0", "1.10.0-rc.10", "1.10.0-rc.2", "1.9.0", "1.9.0-alpha"]
    for index in (1, 3, 0, 4, 2):
        publish(hub, recipe(name, newest_first[index]))
    versions = lambda: listed(green.list_component_versions, "componentVersions", 2, arn=arn_of(hub, name))
    assert [row["componentVersion"] for row in versions()] == newest_first
    assert [row["arn"] for row in versions()] == [arn_of(hub, name, version) for version in newest_first]
    assert {row["componentName"] for row in versions()} == {name}
    assert status_of(green.delete_component(arn=arn_of(hub, name, "1.10.0"))) == 204
    for call in (green.delete_component, green.describe_component, green.get_component):
        refuses(ABSENT, call, arn=arn_of(hub, name, "1.10.0"))
    assert [row["componentVersion"] for row in versions()] == newest_first[1:]


def test_arn_may_be_written_plainly(hub):
    """[hub-green-1] One of Greengrass's device softwares sends colons as they are, the other encodes them."""
    _, arn = part(hub)
    for written in (arn, arn.replace(":", "%3A")):
        target = f"/greengrass/v2/components/{written}/metadata"
        reply = hub.raw("GET", target, hub.sign("greengrass", "GET", target))
        assert reply.status_code == 200 and reply.json()["arn"] == arn, reply.text


# -- artifacts --------------------------------------------------------------------------------------------------------


def test_digest_of_an_artifact_is_in_the_recipe(hub, s3, bucket):
    """[hub-green-2] A19, A20: of what lies in the object store; what comes from elsewhere stays as it is."""
    bodies = {"model.onnx": MODEL, "config.json": b"{}", "empty": b""}
    for name, body in bodies.items():
        put(s3, bucket, f"models/{name}", body)
    expected = {f"s3://{bucket}/models/{name}": digest(body) for name, body in bodies.items()}
    wheel = {"URI": "https://wheels.example/part.whl", "Digest": digest(b"wheel"), "Algorithm": "SHA-256"}
    inline = "data:text/plain;name=app.py;base64," + base64.b64encode(b"print()").decode()
    _, arn = part(hub, artifacts=[*({"URI": uri, "Unarchive": "NONE"} for uri in expected), wheel, inline])
    found = artifacts_of(stored(hub, arn))
    assert inline in found and len(found) == 5
    assert {uri: found[uri]["digest"] for uri in expected} == expected
    assert {found[uri]["algorithm"] for uri in expected} == {"SHA-256"}
    assert found[wheel["URI"]]["digest"] == wheel["Digest"]


@pytest.mark.parametrize("place", ["bucket", "nowhere"])
def test_artifact_that_is_not_there_is_refused(hub, green, bucket, place):
    """[hub-green-2] A19: neither in a bucket that is there, nor in one that is not."""
    name, uri = fresh("com.edge.part"), f"s3://{bucket if place == 'bucket' else fresh(place)}/models/model.onnx"
    assert uri in refuses(INVALID, publish, hub, recipe(name, artifacts=[uri]))
    refuses(ABSENT, green.describe_component, arn=arn_of(hub, name, "1.0.0"))


def test_artifact_is_fetched_with_a_plain_request(hub, green):
    """[hub-green-2] [hub-green-3] A19: by the name that a device is told, for it has no key of the object store's."""
    name, arn, uri = part_with_artifact(hub)
    (row,) = resolve(hub, wants(name, ">=1.0.0 <2.0.0"))
    (artifact,) = artifacts_of(json.loads(row["recipe"])).values()
    scheme, _, artifact_name = artifact["uri"].partition(":")
    assert (scheme, artifact["digest"], artifact["algorithm"]) == ("greengrass", digest(MODEL), "SHA-256")
    assert set(artifacts_of(stored(hub, arn))) == {uri}
    for asked in (artifact_name, "model.onnx"):
        url = green.get_component_version_artifact(arn=arn, artifactName=asked)["preSignedUrl"]
        whole = hub.session.get(url, timeout=20)
        assert (whole.status_code, whole.content) == (200, MODEL)
        assert whole.headers["Content-Length"] == str(len(MODEL))
        rest = hub.session.get(url, headers={"Range": "bytes=1000-"}, timeout=20)
        assert (rest.status_code, rest.content) == (206, MODEL[1000:])


# -- resolution -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shelf(hub):
    """A component in many versions."""
    name = fresh("com.edge.shelf")
    for version in ("1.10.0", "1.0.0", "3.2.0-beta.1", "1.2.9", "1.4.0", "3.1.0", "1.2.0", "2.0.0"):
        publish(hub, recipe(name, version))
    return name


def wants(name, *ranges):
    """A candidate that as many others want, each in its range."""
    return {"componentName": name, "versionRequirements": {f"com.edge.R{at}": text for at, text in enumerate(ranges)}}


def resolve(hub, *candidates, **platform):
    platform = PRESS | ({"attributes": platform} if platform else {})
    answer = service(hub).resolve_component_candidates(platform=platform, componentCandidates=list(candidates))
    return answer["resolvedComponentVersions"]


CHOSEN = {
    "1.0.0": ["<1.2.0"],
    "1.2.0": ["1.2.0"],
    "1.2.9": ["~1.2", ">=1.0.0 and <1.3.0 and *"],
    "1.4.0": ["1.0.0 - 1.4.0"],
    "1.10.0": [">=1.0.0 <2.0.0", "^1.2.0", "1.x"],
    "3.1.0": [">=1.0.0 <2.0.0 || 3.x", "*"],
    "3.2.0-beta.1": ["^3.2.0-beta.0"],
    None: [">=4.0.0", "~1.3", "^1.0.0 and >=2.0.0"],
}


@pytest.mark.parametrize("version, ranges", [(version, text) for version, texts in CHOSEN.items() for text in texts])
def test_highest_version_that_suits_all_is_chosen(hub, shelf, version, ranges):
    """[hub-green-3] A21: where there is none, the component is named and what was wanted of it."""
    wanted = ranges.split(" and ")
    if version is None:
        message = refuses(ABSENT, resolve, hub, wants(shelf, *wanted))
        assert all(word in message for word in [shelf, *wanted]), message
    else:
        (row,) = resolve(hub, wants(shelf, *wanted))
        assert holds(row, componentName=shelf, componentVersion=version, arn=arn_of(hub, shelf, version))
        assert json.loads(row["recipe"])["ComponentVersion"] == version


def test_version_has_to_be_for_the_platform(hub):
    """[hub-green-3] A15: what is newer but for other machines is passed over."""
    name, _ = part(hub, "1.0.0")
    publish(hub, recipe(name, "1.1.0", platform=ARM))
    publish(hub, recipe(name, "1.2.0", platform={"os": "windows"}))
    assert [row["componentVersion"] for row in resolve(hub, wants(name, "*"))] == ["1.0.0"]
    assert [row["componentVersion"] for row in resolve(hub, wants(name, "*"), **ARM)] == ["1.1.0"]
    refuses(ABSENT, resolve, hub, wants(name, ">=1.1.0"))


def test_each_of_several_candidates_is_answered(hub, shelf):
    """[hub-green-3] A component of the house's among them, which devices do not bring along. A40"""
    (other, arn), client = part(hub), "aws.greengrass.TokenExchangeService"
    rows = resolve(hub, wants(shelf, "1.x"), wants(other, "*"), wants(client, "2.12.0"))
    expected = {shelf: arn_of(hub, shelf, "1.10.0"), other: arn, client: arn_of(hub, client, "2.12.0", "aws")}
    assert {row["componentName"]: row["arn"] for row in rows} == expected
    refuses(ABSENT, resolve, hub, wants(other, "*"), wants(fresh("com.edge.none"), "*"))


# -- deployments ------------------------------------------------------------------------------------------------------


def test_deployment_is_described_and_told(hub, green):
    """[hub-green-4] [hub-green-5] A18, A35 to A38: settings are text for the caller and an object for the device."""
    (name, _), (thing, target) = part(hub), make_thing(hub)
    merge, user = {"Bus": "monitoring", "Deep": {"List": [1, None]}}, {"posixUser": "edge:edge"}
    update = {"merge": json.dumps(merge), "reset": ["/Old", ""]}
    components = {name: {"componentVersion": "1.0.0", "configurationUpdate": update, "runWith": user}}
    policies = {"failureHandlingPolicy": "DO_NOTHING", "componentUpdatePolicy": {"timeoutInSeconds": 5, "action": SKIP}}
    words = {"targetArn": target, "deploymentName": "night", "tags": {"a": "b"}}
    made = green.create_deployment(components=components, deploymentPolicies=policies, **words)
    identifier = made["deploymentId"]
    assert (status_of(made), str(uuid.UUID(identifier))) == (201, identifier)
    # A thing is told by its shadow; jobs are for groups.
    assert "iotJobId" not in made

    said = deployment(hub, identifier)
    assert holds(said, deploymentStatus="ACTIVE", isLatestForTarget=True, revisionId="1", **words)
    assert said["deploymentPolicies"] == POLICIES | policies
    assert holds(said, deploymentId=made["deploymentId"])
    assert is_now(said["creationTimestamp"])
    assert json.loads(said["components"][name]["configurationUpdate"].pop("merge")) == merge
    del update["merge"]
    assert said["components"] == components

    document, shadow = told(hub, thing, identifier), desired(hub, thing)
    assert (set(shadow), shadow["desiredStatus"]) == ({"fleetConfig", "desiredStatus"}, "SUCCEEDED")
    assert holds(document, configurationArn=configuration_of(hub, thing), schemaDate="2021-05-17")
    assert holds(document, deploymentName="night", failureHandlingPolicy="DO_NOTHING")
    assert document["componentUpdatePolicy"] == {"timeout": 5, "action": SKIP}
    assert document["configurationValidationPolicy"] == {"timeout": 60}
    assert isinstance(document["creationTimestamp"], int)
    assert is_now(datetime.fromtimestamp(document["creationTimestamp"] / 1000, timezone.utc))
    settings = {"merge": merge, "reset": ["/Old", ""]}
    assert holds(document["components"][name], version="1.0.0", runWith=user, configurationUpdate=settings)


def test_group_has_deployments_too(hub):
    """[hub-green-4] A42"""
    (name, _), (_, target) = part(hub), make_thing(hub, "thinggroup")
    rollout = {"jobExecutionsRolloutConfig": {"maximumPerMinute": 10}}
    said = deployment(hub, deploy(hub, target, name, iotJobConfiguration=rollout))
    assert holds(said, targetArn=target, revisionId="1", deploymentStatus="ACTIVE", iotJobConfiguration=rollout)
    assert deployment(hub, deploy(hub, target))["revisionId"] == "2"


STRANGERS = ["part:9.9.9", "none:1.0.0", "aws.greengrass.Cli:99.0.0", "aws.greengrass.None:1.0.0"]


@pytest.mark.parametrize("component", STRANGERS)
def test_unknown_components_are_named(hub, component):
    """[hub-green-4] A version that is not there, and a name that is not; our own and the house's."""
    name, _, version = component.partition(":")
    name = part(hub)[0] if name == "part" else name
    thing, target = make_thing(hub)
    message = refuses(ABSENT, deploy, hub, target, components={name: {"componentVersion": version}})
    assert name in message and version in message
    assert desired(hub, thing) == {}


def test_newer_deployment_takes_the_place_of_the_older(hub, green):
    """[hub-green-4] A35, A39: a device is told of the latest, whatever happens to the one before."""
    (name, _), (thing, target) = part(hub), make_thing(hub)
    first, second = deploy(hub, target, name), deploy(hub, target)
    wait_deployment(hub, first, "INACTIVE")
    assert holds(deployment(hub, first), revisionId="1", isLatestForTarget=False)
    latest = {"revisionId": "2", "isLatestForTarget": True, "deploymentStatus": "ACTIVE"}
    assert holds(deployment(hub, second), **latest)
    document = told(hub, thing, second)
    assert holds(document, components={}, configurationArn=configuration_of(hub, thing, 2))
    assert holds(document, failureHandlingPolicy="ROLLBACK", configurationValidationPolicy={"timeout": 60})
    assert document["componentUpdatePolicy"] == {"timeout": 60, "action": "NOTIFY_COMPONENTS"}
    assert deployment(hub, second)["deploymentPolicies"] == POLICIES
    with suppress(ClientError):
        green.cancel_deployment(deploymentId=first)
    assert holds(deployment(hub, second), **latest) and told(hub, thing, second) == document
    assert desired(hub, thing)["desiredStatus"] == "SUCCEEDED"


def test_deployments_at_once_come_one_after_the_other(hub):
    """[hub-green-4] Each has a revision of its own, and the device is told of the last."""
    thing, target = make_thing(hub)
    with ThreadPoolExecutor(8) as many:
        made = list(many.map(lambda _: deploy(hub, target), range(8)))
    rows = sorted((deployment(hub, one) for one in made), key=lambda row: int(row["revisionId"]))
    assert [row["revisionId"] for row in rows] == [str(number) for number in range(1, 9)]
    assert [row["isLatestForTarget"] for row in rows] == [False] * 7 + [True]
    assert told(hub, thing, rows[-1]["deploymentId"])["configurationArn"] == configuration_of(hub, thing, 8)


def test_deployment_is_canceled_and_deleted(hub, green):
    """[hub-green-4] A39: canceled as often as it is asked for, deleted only then."""
    thing, target = make_thing(hub)
    identifier = deploy(hub, target)
    told(hub, thing, identifier)
    refuses(CONFLICT, green.delete_deployment, deploymentId=identifier)
    for _ in range(2):
        assert green.cancel_deployment(deploymentId=identifier)["message"]
        assert deployment(hub, identifier)["deploymentStatus"] == "CANCELED"
    wait_until(lambda: desired(hub, thing)["desiredStatus"] == "CANCELED", "the shadow", ARRIVAL_SECONDS)
    assert told(hub, thing, identifier)
    assert status_of(green.delete_deployment(deploymentId=identifier)) == 204
    refuses(ABSENT, deployment, hub, identifier)


def test_deployments_are_listed_newest_first(hub, green):
    """[hub-green-4] All of a target or its latest, which is what one gets unasked; made twice for one token is one."""
    (_, target), tokens = make_thing(hub), [token() for _ in range(5)]
    made = [deploy(hub, target, deploymentName=f"night {at}", clientToken=one) for at, one in enumerate(tokens)]
    for at in (4, 1):
        assert deploy(hub, target, deploymentName=f"night {at}", clientToken=tokens[at]) == made[at]
    rows = listed(green.list_deployments, "deployments", 2, targetArn=target, historyFilter="ALL")
    assert [(row["deploymentId"], row["revisionId"]) for row in rows] == list(zip(made, "12345"))[::-1]
    assert [row["isLatestForTarget"] for row in rows] == [True] + [False] * 4
    assert holds(rows[0], targetArn=target, deploymentName="night 4", deploymentStatus="ACTIVE")
    for asked in ({}, {"historyFilter": "LATEST_ONLY"}):
        (row,) = green.list_deployments(targetArn=target, **asked)["deployments"]
        assert row["deploymentId"] == made[-1]
    other = deploy(hub, make_thing(hub, "thinggroup")[1])
    everywhere = [row["deploymentId"] for row in listed(green.list_deployments, "deployments")]
    assert everywhere.index(other) < everywhere.index(made[-1]) and made[0] not in everywhere


# -- devices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, end, detailed, cause",
    [("SUCCEEDED", "COMPLETED", "SUCCESSFUL", ""), ("FAILED", "FAILED", "FAILED_ROLLBACK_COMPLETE", "part is broken")],
    ids=["good", "failed"],
)
def test_device_ends_its_deployment(hub, status, end, detailed, cause):
    """[hub-green-5] A38"""
    thing, target = make_thing(hub)
    identifier = deploy(hub, target, part(hub)[0], deploymentName="night")
    configuration = told(hub, thing, identifier)["configurationArn"]
    report(hub, thing, configuration, "IN_PROGRESS")
    wait_effective(hub, thing, identifier, "IN_PROGRESS")
    assert deployment(hub, identifier)["deploymentStatus"] == "ACTIVE"
    report(hub, thing, configuration, status, detailed, cause)
    wait_deployment(hub, identifier, end)
    row = wait_effective(hub, thing, identifier, status, end)
    assert holds(row, targetArn=target, deploymentName="night") and cause in row.get("reason", "")
    assert is_now(row["creationTimestamp"]) and is_now(row["modifiedTimestamp"])


@pytest.mark.parametrize("of", ["@thing:1", "@thing:3", "@other:2", "elsewhere", "garbage"])
def test_report_of_something_else_changes_nothing(hub, of):
    """[hub-green-5] Of an older revision, of none, of another thing or account, of nothing."""
    (thing, target), (other, _) = make_thing(hub), make_thing(hub)
    told(hub, thing, deploy(hub, target))
    identifier = deploy(hub, target)
    own = told(hub, thing, identifier)["configurationArn"]
    strange = of if of == "garbage" else own.replace(hub.account, "000000000000")
    if of.startswith("@"):
        strange = configuration_of(hub, {"@thing": thing, "@other": other}[of[:6]], of[7:])
    report(hub, thing, strange, "FAILED", cause="of somebody else")
    # By the time a later report is seen the earlier one has been.
    report(hub, thing, own, "IN_PROGRESS")
    assert "somebody else" not in wait_effective(hub, thing, identifier, "IN_PROGRESS").get("reason", "")
    assert deployment(hub, identifier)["deploymentStatus"] == "ACTIVE"


# -- tags, the service's role, connectivity ---------------------------------------------------------------------------


def test_resources_have_tags(hub, green):
    """[hub-green-6] Told by the resource too."""
    tags = {"line": "7", "hall": "2"}
    component = publish(hub, recipe(fresh("com.edge.part")), tags=tags)["arn"]
    identifier = deploy(hub, make_thing(hub)[1], tags=tags)
    for arn, own in (
        (component, lambda: green.get_component(arn=component)["tags"]),
        (hub.arn("greengrass", f"deployments:{identifier}"), lambda: deployment(hub, identifier)["tags"]),
    ):
        assert green.list_tags_for_resource(resourceArn=arn)["tags"] == own() == tags
        green.tag_resource(resourceArn=arn, tags={"line": "8", "shift": "night & day"})
        assert own() == tags | {"line": "8", "shift": "night & day"}
        green.untag_resource(resourceArn=arn, tagKeys=["hall", "shift", "none"])
        assert green.list_tags_for_resource(resourceArn=arn)["tags"] == own() == {"line": "8"}


def make_role(hub):
    trusted = {"Effect": "Allow", "Principal": {"Service": "greengrass.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    return hub.client("iam").create_role(RoleName=fresh("Service"), AssumeRolePolicyDocument=policy)["Role"]["Arn"]


def test_role_of_the_service_comes_and_goes(hub, green):
    """[hub-green-6]"""
    refuses(ABSENT, green.get_service_role_for_account)
    for arn in (make_role(hub), make_role(hub)):
        assert green.associate_service_role_to_account(roleArn=arn)["associatedAt"]
        assert holds(green.get_service_role_for_account(), roleArn=arn)
    assert green.disassociate_service_role_from_account()["disassociatedAt"]
    refuses(ABSENT, green.get_service_role_for_account)


def test_connectivity_of_a_thing_is_kept(hub, green):
    """[hub-green-6]"""
    thing, _ = make_thing(hub)
    given = [{"id": "lan", "hostAddress": "10.0.0.7", "portNumber": 8883, "metadata": "hall 2"}]
    first = green.update_connectivity_info(thingName=thing, connectivityInfo=given)["version"]
    assert green.get_connectivity_info(thingName=thing)["connectivityInfo"] == given
    assert green.update_connectivity_info(thingName=thing, connectivityInfo=[])["version"] != first
    assert green.get_connectivity_info(thingName=thing).get("connectivityInfo", []) == []


# -- what is refused --------------------------------------------------------------------------------------------------

BY_ARN = "DeleteComponent DescribeComponent GetComponent GetComponentVersionArtifact".split()
BY_DEPLOYMENT = "CancelDeployment DeleteDeployment GetDeployment".split()
BY_DEVICE = "DeleteCoreDevice GetCoreDevice ListEffectiveDeployments ListInstalledComponents".split()
LISTS = "ListComponents ListCoreDevices ListDeployments".split()
TAGS = "ListTagsForResource TagResource UntagResource".split()
# A good call of every operation; in @name and its kin stands what the fixture `place` has made.
CALLS = {
    "AssociateServiceRoleToAccount": {"roleArn": "arn:aws:iam::@account:role/r"},
    "CreateComponentVersion": {"inlineRecipe": json.dumps(recipe("com.edge.Call"))},
    "CreateDeployment": {"targetArn": "@iot:thing/@thing"},
    "DisassociateServiceRoleFromAccount": {},
    "GetConnectivityInfo": {"thingName": "@thing"},
    "GetServiceRoleForAccount": {},
    "ListComponentVersions": {"arn": "@green:components:@name"},
    "ResolveComponentCandidates": {"platform": PRESS, "componentCandidates": [wants("@name", "*")]},
    "UpdateConnectivityInfo": {"thingName": "@thing", "connectivityInfo": []},
    **{operation: {} for operation in LISTS},
    **{operation: {"arn": "@arn"} for operation in BY_ARN},
    **{operation: {"deploymentId": "@deployment"} for operation in BY_DEPLOYMENT},
    **{operation: {"coreDeviceThingName": "@thing"} for operation in BY_DEVICE},
    **{operation: {"resourceArn": "@arn"} for operation in TAGS},
}
CALLS["GetComponentVersionArtifact"]["artifactName"] = "model.onnx"
CALLS["TagResource"]["tags"], CALLS["UntagResource"]["tagKeys"] = {"line": "7"}, ["line"]


@pytest.fixture(scope="module")
def place(hub):
    """What stands for @name and its kin."""
    (name, arn, _), (thing, target) = part_with_artifact(hub), make_thing(hub)
    made = {"name": name, "arn": arn, "thing": thing, "deployment": deploy(hub, target, name), "account": hub.account}
    return made | {"iot": hub.arn("iot", "")[:-1], "green": hub.arn("greengrass", "")[:-1]}


def call(client, place, operation, **others):
    """A good call with other arguments, which are left out where they are None."""
    text = json.dumps(CALLS[operation] | others)
    for name, value in place.items():
        text = re.sub(rf"@{name}\b", value, text)
    arguments = {key: value for key, value in json.loads(text).items() if value is not None}
    return getattr(client, xform_name(operation))(**arguments)


def components(**how):
    return {"components": {"@name": {"componentVersion": "1.0.0"} | how}}


WRONG_PAGES = [{"maxResults": 0}, {"maxResults": 101}, {"nextToken": "not one of yours"}]
OTHER_ARNS = ["garbage", "arn:aws:s3:::bucket", "@green:components:@name", "@green:deployments:@deployment"]
TARGETS = [None, "", "garbage", "arn:aws:s3:::b", "thing/@thing", "@iot:job/1", "@iot:thing/", "@iot:policy/p"]
ROLES = [None, "", "garbage", "arn:aws:iam::@account:user/u", "arn:aws:s3:::role/r"]
SETTINGS = [{"merge": "no JSON"}, {"merge": "[1]"}, {"merge": '"text"'}, {"reset": ["Threshold"]}]
LAMBDA = {"lambdaFunction": {"lambdaArn": "arn:aws:lambda:us-east-1:@account:function:f:1"}}
WRONG = [
    *[(operation, {"arn": arn}) for operation in BY_ARN for arn in OTHER_ARNS],
    *[(operation, page) for operation in LISTS for page in WRONG_PAGES],
    *[("CreateComponentVersion", {"inlineRecipe": text}) for text in (None, "", "[]")],
    ("CreateComponentVersion", {"inlineRecipe": None} | LAMBDA),
    ("CreateComponentVersion", {"clientToken": "t" * 65}),
    ("CreateComponentVersion", {"tags": {"line": "7" * 257}}),
    *[("CreateDeployment", {"targetArn": target}) for target in TARGETS],
    *[("CreateDeployment", components(componentVersion=text)) for text in ("1.0", "latest", ">=1.0.0")],
    *[("CreateDeployment", components(configurationUpdate=settings)) for settings in SETTINGS],
    ("CreateDeployment", {"components": {"@name": {}}}),
    ("CreateDeployment", {"deploymentName": "n" * 257}),
    ("CreateDeployment", {"clientToken": "t" * 65}),
    ("CreateDeployment", {"deploymentPolicies": {"failureHandlingPolicy": "PRAY"}}),
    ("CreateDeployment", {"deploymentPolicies": {"componentUpdatePolicy": {"action": "ASK"}}}),
    *[("AssociateServiceRoleToAccount", {"roleArn": arn}) for arn in ROLES],
    ("GetComponent", {"recipeOutputFormat": "XML"}),
    ("ListComponents", {"scope": "SECRET"}),
    ("ListDeployments", {"historyFilter": "OLDEST"}),
    ("ListCoreDevices", {"status": "SICKLY"}),
    ("ListCoreDevices", {"thingGroupArn": "garbage"}),
    ("ListTagsForResource", {"resourceArn": "garbage"}),
    ("TagResource", {"tags": {"line": "7" * 257}}),
    ("ResolveComponentCandidates", {"componentCandidates": [wants("@name", "much newer")]}),
    ("UpdateConnectivityInfo", {"connectivityInfo": [{"hostAddress": "h", "portNumber": 65536}]}),
]
NO_DEPLOYMENT, NO_VERSION = "6c3b8a52-0000-4000-8000-000000000000", "@green:components:@name:versions:9.9.9"
MISSING = [
    *[(operation, {"arn": NO_VERSION}) for operation in BY_ARN],
    *[(operation, {"deploymentId": NO_DEPLOYMENT}) for operation in BY_DEPLOYMENT],
    *[(operation, {"coreDeviceThingName": "nobody"}) for operation in BY_DEVICE],
    *[(operation, {"resourceArn": NO_VERSION}) for operation in TAGS],
    *[(operation, {"resourceArn": f"@green:deployments:{NO_DEPLOYMENT}"}) for operation in TAGS],
    *[("CreateDeployment", {"targetArn": f"@iot:{kind}/nobody"}) for kind in ("thing", "thinggroup")],
    ("ListComponentVersions", {"arn": "@green:components:com.edge.none"}),
    ("GetComponentVersionArtifact", {"artifactName": "none.onnx"}),
]
REFUSED = [(INVALID, *row) for row in WRONG] + [(ABSENT, *row) for row in MISSING]


@pytest.mark.parametrize("problem, operation, others", REFUSED, ids=lambda value: str(value)[:60])
def test_what_is_wrong_and_what_is_not_there(green, place, problem, operation, others):
    """[hub-green-1] to [hub-green-6]"""
    refuses(problem, call, green, place, operation, **others)


@pytest.fixture(scope="module")
def stranger(hub):
    """A user who may do much, but nothing here."""
    return service(hub, **user_with(hub, allow(["s3:*", "iot:*", "greengrassv2:*"])))


@pytest.mark.parametrize("operation", CALLS)
def test_user_without_leave_may_nothing(stranger, place, operation):
    """A10: [hub-id-3]"""
    assert f"greengrass:{operation}" in refuses(DENIED, call, stranger, place, operation)


def test_leave_holds_for_its_action_and_its_component(hub, place):
    """A10: [hub-id-3]"""
    client = service(hub, **user_with(hub, allow("greengrass:GetComponent", arn_of(hub, place["name"], "*"))))
    assert call(client, place, "GetComponent")["recipe"]
    refuses(DENIED, call, client, place, "GetComponent", arn=part(hub)[1])
    refuses(DENIED, call, client, place, "DescribeComponent")


TRICKS = ["..", "../components", "../../../../etc/passwd", "%2e%2e%2fx", "a/b", "two words", "a\0b", "n" * 5000]


@pytest.mark.parametrize("text", TRICKS, ids=lambda text: ascii(text[:20]))
def test_tricks_with_paths_are_refused(hub, green, place, text):
    others = [("GetComponentVersionArtifact", {"artifactName": f"{text}/x"})]
    others += [(operation, {"deploymentId": text}) for operation in BY_DEPLOYMENT]
    others += [(operation, {"coreDeviceThingName": text}) for operation in BY_DEVICE]
    for arn in (text, arn_of(hub, text, "1.0.0"), arn_of(hub, "com.edge.Part", text)):
        others += [(operation, {"arn": arn}) for operation in BY_ARN] + [("TagResource", {"resourceArn": arn})]
    others += [("CreateDeployment", {"targetArn": f"@iot:thing/{text}"})]
    others += [("CreateDeployment", {"components": {text: {"componentVersion": "1.0.0"}}})]
    others += [("UpdateConnectivityInfo", {"thingName": text})]
    for operation, arguments in others:
        refuses(None, call, green, place, operation, **arguments)


# -- a hub that was killed, and the recipe of the edge ----------------------------------------------------------------


def test_all_of_it_outlives_a_killed_hub(make_hub):
    """[hub-green-1] to [hub-green-6]: whatever was answered is there again after kill -9."""
    hub = make_hub()
    assert service(hub).list_components()["components"] == service(hub).list_core_devices()["coreDevices"] == []
    (name, arn, _), role, once = part_with_artifact(hub), make_role(hub), token()
    (thing, target), (done_thing, done_target), (_, canceled_target) = [make_thing(hub) for _ in range(3)]
    service(hub).tag_resource(resourceArn=arn, tags={"line": "7"})
    service(hub).associate_service_role_to_account(roleArn=role)
    service(hub).update_connectivity_info(thingName=thing, connectivityInfo=[{"id": "lan", "hostAddress": "10.0.0.7"}])
    done, canceled = deploy(hub, done_target, name), deploy(hub, canceled_target)
    report(hub, done_thing, told(hub, done_thing, done)["configurationArn"], "SUCCEEDED")
    wait_deployment(hub, done, "COMPLETED")
    service(hub).cancel_deployment(deploymentId=canceled)
    active, before = deploy(hub, target, name, clientToken=once), stored(hub, arn)

    hub.restart_killed()
    green = service(hub)
    assert stored(hub, arn) == before
    assert green.list_tags_for_resource(resourceArn=arn)["tags"] == {"line": "7"}
    assert green.get_service_role_for_account()["roleArn"] == role
    assert green.get_connectivity_info(thingName=thing)["connectivityInfo"][0]["hostAddress"] == "10.0.0.7"
    url = green.get_component_version_artifact(arn=arn, artifactName="model.onnx")["preSignedUrl"]
    assert hub.session.get(url, timeout=20).content == MODEL
    statuses = [deployment(hub, one)["deploymentStatus"] for one in (done, canceled, active)]
    assert statuses == ["COMPLETED", "CANCELED", "ACTIVE"]
    assert told(hub, thing, active)["components"][name]["version"] == "1.0.0"
    wait_effective(hub, done_thing, done, "SUCCEEDED", "COMPLETED")
    assert deploy(hub, target, name, clientToken=once) == active
    assert deployment(hub, deploy(hub, target, name))["revisionId"] == "2"


def edge_recipes(bucket):
    """The three recipes as they are printed."""
    pins = "pip3 install onnxruntime==1.16.0 numpy==1.24.0 opencv-python-headless==4.8.0"
    models, work = f"s3://{bucket}/models/v1.0.0/", "/greengrass/v2/work/com.edge.DefectDetectionModel"
    files = [{"URI": models + name, "Unarchive": "NONE"} for name in ("model.onnx", "config.json")]
    code = "data:text/plain;base64," + base64.b64encode(b"import boto3\nprint('inference')\n").decode()
    run = {"Run": {"Script": "python3 {artifacts:path}/inference_app.py", "RequiresPrivilege": False}}
    settings = {"EventBusName": "edge-monitoring-bus", "InferenceInterval": 10, "ConfidenceThreshold": 0.8}
    wanted = {"VersionRequirement": ">=1.0.0 <2.0.0"}
    needs = {"com.edge.OnnxRuntime": wanted, "com.edge.DefectDetectionModel": wanted}
    linux = {"Platform": {"os": "linux"}}
    runtime = {"Manifests": [linux | {"Lifecycle": {"Install": {"Script": pins, "Timeout": 300}}}]}
    model = {"Manifests": [linux | {"Artifacts": files, "Lifecycle": {}}]}
    model["ComponentConfiguration"] = {"DefaultConfiguration": {"ModelPath": work, "ModelS3Uri": models}}
    engine = {"Manifests": [linux | {"Artifacts": [{"URI": code, "Unarchive": "NONE"}], "Lifecycle": run}]}
    engine |= {"ComponentDependencies": needs, "ComponentConfiguration": {"DefaultConfiguration": settings}}
    parts = {"OnnxRuntime": runtime, "DefectDetectionModel": model, "InferenceEngine": engine}
    return [recipe(f"com.edge.{name}", **others) for name, others in parts.items()]


def test_edge_recipe_is_accepted(hub, s3, bucket):
    """A14, A20, A35, A40, A41: its components, its deployment with the house's CLI, and a newer model afterwards."""
    for version in ("1.0.0", "2.0.0"):
        for name in ("model.onnx", "config.json"):
            put(s3, bucket, f"models/v{version}/{name}", f"{name} {version}".encode())
    recipes = edge_recipes(bucket)
    for document in recipes:
        publish(hub, document)
    thing, target = make_thing(hub)
    wanted = {document["ComponentName"]: {"componentVersion": "1.0.0"} for document in recipes}
    wanted["com.edge.InferenceEngine"]["configurationUpdate"] = {"merge": '{"EventBusName":"edge-monitoring-bus"}'}
    wanted["aws.greengrass.Cli"] = {"componentVersion": "2.12.0"}
    policies = {"failureHandlingPolicy": "ROLLBACK", "componentUpdatePolicy": NOTIFY}
    edge = {"deploymentName": "EdgeAIInferenceDeployment", "deploymentPolicies": policies}
    identifier = deploy(hub, target, components=wanted, **edge)
    versions = {name: component["version"] for name, component in told(hub, thing, identifier)["components"].items()}
    assert versions == {name: component["componentVersion"] for name, component in wanted.items()}
    newer = publish(hub, json.dumps(recipes[1]).replace("1.0.0", "2.0.0"))["arn"]
    found = artifacts_of(stored(hub, newer))[f"s3://{bucket}/models/v2.0.0/model.onnx"]
    assert found["digest"] == digest(b"model.onnx 2.0.0")
    wanted["com.edge.DefectDetectionModel"] = {"componentVersion": "2.0.0"}
    assert deployment(hub, deploy(hub, target, components=wanted, **edge))["revisionId"] == "2"
    wait_deployment(hub, identifier, "INACTIVE")


def test_revision_is_never_used_twice(hub, green):
    """[hub-green-4] Devices know revisions by their numbers: a deleted one's must not come again."""
    thing, target = make_thing(hub)
    first = deploy(hub, target)
    configuration = json.loads(desired(hub, thing)["fleetConfig"])["configurationArn"]
    green.cancel_deployment(deploymentId=first)
    green.delete_deployment(deploymentId=first)
    deploy(hub, target)
    assert json.loads(desired(hub, thing)["fleetConfig"])["configurationArn"] != configuration


def test_recipe_reads_nothing_that_its_author_may_not(hub):
    """[hub-green-1] The house looks artifacts up for whoever publishes, as that one may."""
    bucket = make_bucket(hub)
    put(hub.client("s3"), bucket, "secret.bin", MODEL)
    author = service(hub, **user_with(hub, allow("greengrass:*")))
    document = recipe(fresh("com.edge.part"), artifacts=[f"s3://{bucket}/secret.bin"])
    with pytest.raises(ClientError, match="secret.bin"):
        author.create_component_version(inlineRecipe=json.dumps(document))
    reader = service(hub, **user_with(hub, allow("greengrass:*"), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")))
    assert reader.create_component_version(inlineRecipe=json.dumps(document))["status"]["componentState"] == "DEPLOYABLE"
