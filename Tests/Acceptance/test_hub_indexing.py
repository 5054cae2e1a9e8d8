"""Looking for things by what they are, say and do.

[hub-index-1] what is searched, [hub-index-2] queries, [hub-index-3] answers in parts, [hub-index-4] sums, [hub-index-5] who is there.
"""

import json
import os
import signal
import socket
import subprocess

import pytest
from devices import Device, Wire
from hub import Hub, fresh, pages, refused
from server import wait_until

EVERYTHING = {
    "thingIndexingMode": "REGISTRY_AND_SHADOW",
    "thingConnectivityIndexingMode": "STATUS",
    "namedShadowIndexingMode": "ON",
    "filter": {"namedShadowNames": ["cam"]},
    "customFields": [
        {"name": "attributes.n", "type": "Number"},
        {"name": "attributes.site", "type": "String"},
        {"name": "shadow.reported.battery", "type": "Number"},
        {"name": "shadow.reported.on", "type": "Boolean"},
    ],
}
# n, site, battery, on
PARTS = [(1, "berlin", 20, True), (2, "berlin", 40.5, True), (3, "bonn", 60, False), (4, "ulm", 80, True), (5, "bonn", None, None)]


def configure(hub, things=EVERYTHING, groups="ON"):
    hub.client("iot").update_indexing_configuration(
        thingIndexingConfiguration=things, thingGroupIndexingConfiguration={"thingGroupIndexingMode": groups}
    )


@pytest.fixture(scope="module")
def iot(hub):
    configure(hub)
    return hub.client("iot")


@pytest.fixture(scope="module")
def fleet(hub, iot):
    """The stem of five things' names; they are of a type, two of them in a group in a group."""
    stem, data = fresh("ix"), hub.client("iot-data")
    iot.create_thing_type(thingTypeName=f"{stem}-type")
    iot.create_thing_group(thingGroupName=f"{stem}-plant", thingGroupProperties={"thingGroupDescription": "all of it"})
    attributes = {"attributePayload": {"attributes": {"floor": "3"}}}
    iot.create_thing_group(
        thingGroupName=f"{stem}-hall", parentGroupName=f"{stem}-plant", thingGroupProperties=attributes
    )
    for number, site, battery, on in PARTS:
        name = f"{stem}-{number}"
        iot.create_thing(
            thingName=name,
            thingTypeName=f"{stem}-type",
            attributePayload={"attributes": {"n": str(number), "site": site}},
        )
        if number < 3:
            iot.add_thing_to_thing_group(thingGroupName=f"{stem}-hall", thingName=name)
        if battery is not None:
            state = {"reported": {"battery": battery, "on": on, "place": "New York"}, "desired": {"on": True}}
            data.update_thing_shadow(thingName=name, payload=json.dumps({"state": state}))
    shadow = json.dumps({"state": {"reported": {"lens": "wide"}}})
    data.update_thing_shadow(thingName=f"{stem}-4", shadowName="cam", payload=shadow)
    data.update_thing_shadow(thingName=f"{stem}-5", shadowName="other", payload=shadow)
    return stem


def found(iot, fleet, query):
    """The numbers of the fleet's things that a query finds."""
    rows = [row for page in pages(iot.search_index, queryString=query) for row in page["things"]]
    return [int(row["thingName"][len(fleet) + 1 :]) for row in rows if row["thingName"].startswith(f"{fleet}-")]


def one(iot, name):
    (row,) = iot.search_index(queryString=f"thingName:{name}")["things"]
    return row


# -- what is searched -------------------------------------------------------------------------------------------------


def test_off_until_it_is_turned_on(make_hub):
    """[hub-index-1]"""
    iot = make_hub().client("iot")
    assert iot.list_indices()["indexNames"] == []
    told = iot.get_indexing_configuration()
    assert told["thingIndexingConfiguration"]["thingIndexingMode"] == "OFF"
    assert told["thingGroupIndexingConfiguration"] == {"thingGroupIndexingMode": "OFF"}
    for call in (iot.search_index, iot.get_statistics, iot.get_cardinality, iot.get_percentiles):
        with refused("ResourceNotFoundException"):
            call(queryString="*")
    with refused("ResourceNotFoundException"):
        iot.describe_index(indexName="AWS_Things")
    iot.create_thing(thingName="a")
    with refused("IndexNotReadyException"):
        iot.get_thing_connectivity_data(thingName="a")
    iot.update_indexing_configuration(thingIndexingConfiguration={"thingIndexingMode": "REGISTRY"})
    assert iot.list_indices()["indexNames"] == ["AWS_Things"]
    assert [row["thingName"] for row in iot.search_index(queryString="*")["things"]] == ["a"]
    with refused("ResourceNotFoundException"):
        iot.search_index(indexName="AWS_ThingGroups", queryString="*")


def test_configuration_is_told_and_outlives_the_hub(binary, tmp_path):
    """[hub-index-1]"""
    with Hub(binary, tmp_path) as hub:
        configure(hub)
        hub.restart_killed()
        iot = hub.client("iot")
        told = iot.get_indexing_configuration()
        things = told["thingIndexingConfiguration"]
        assert {name: things[name] for name in EVERYTHING} == EVERYTHING
        managed = {field["name"]: field["type"] for field in things["managedFields"]}
        assert managed["registry.version"] == "Number" and managed["connectivity.connected"] == "Boolean"
        assert managed["shadow.name.cam.hasDelta"] == "Boolean" and managed["thingName"] == "String"
        assert told["thingGroupIndexingConfiguration"]["thingGroupIndexingMode"] == "ON"
        schema = iot.describe_index(indexName="AWS_Things")
        assert (schema["indexStatus"], schema["schema"]) == ("ACTIVE", "MULTI_INDEXING_MODE")
        assert iot.describe_index(indexName="AWS_ThingGroups")["schema"] == "THING_GROUPS"
        assert list(pages(iot.list_indices, maxResults=1))[0]["indexNames"] == ["AWS_ThingGroups"]
        configure(hub, {"thingIndexingMode": "REGISTRY", "thingConnectivityIndexingMode": "STATUS"}, "OFF")
        schema = iot.describe_index(indexName="AWS_Things")["schema"]
        assert schema == "REGISTRY_AND_CONNECTIVITY_STATUS"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"thingIndexingMode": "SOME"},
        {"thingIndexingMode": "OFF", "thingConnectivityIndexingMode": "STATUS"},
        {"thingIndexingMode": "OFF", "customFields": [{"name": "attributes.a", "type": "Number"}]},
        {"thingIndexingMode": "REGISTRY", "namedShadowIndexingMode": "ON"},
        {"thingIndexingMode": "REGISTRY", "deviceDefenderIndexingMode": "VIOLATIONS"},
        {"thingIndexingMode": "REGISTRY", "filter": {"geoLocations": [{"name": "shadow.reported.at"}]}},
        {"thingIndexingMode": "REGISTRY", "filter": {"namedShadowNames": ["a b"]}, "namedShadowIndexingMode": "ON"},
        {"thingIndexingMode": "REGISTRY", "customFields": [{"name": "attributes.a", "type": "Text"}]},
        {"thingIndexingMode": "REGISTRY", "customFields": [{"name": "shadow.reported.a", "type": "Number"}]},
        {"thingIndexingMode": "REGISTRY", "customFields": [{"name": "thingName", "type": "String"}]},
        {"thingIndexingMode": "REGISTRY", "customFields": [{"name": "attributes.a", "type": "String"}] * 2},
    ],
    ids=str,
)
def test_what_does_not_go_together(iot, settings):
    """[hub-index-1] And what was before is so still."""
    with refused("InvalidRequestException"):
        iot.update_indexing_configuration(thingIndexingConfiguration=settings)
    assert iot.get_indexing_configuration()["thingIndexingConfiguration"]["customFields"] == EVERYTHING["customFields"]


# -- queries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query, numbers",
    [
        ("thingName:{fleet}*", [1, 2, 3, 4, 5]),
        ("thingName:{fleet}-3", [3]),
        ("thingName:{fleet}-?", [1, 2, 3, 4, 5]),
        ("thingTypeName:{fleet}-type", [1, 2, 3, 4, 5]),
        ("thingGroupNames:{fleet}-hall", [1, 2]),
        ("thingGroupNames:{fleet}-plant", []),
        ("thingName:{fleet}* AND attributes.site:BERLIN", [1, 2]),
        ("thingName:{fleet}* attributes.site:(berlin OR ulm)", [1, 2, 4]),
        ("thingName:{fleet}* NOT attributes.site:berlin", [3, 4, 5]),
        ("thingName:{fleet}* AND attributes.n > 3", [4, 5]),
        ("thingName:{fleet}* AND attributes.n:[2 TO 4}", [2, 3]),
        ("thingName:{fleet}* AND shadow.reported.battery >= 40.5", [2, 3, 4]),
        ("thingName:{fleet}* AND shadow.reported.place:\"new york\"", [1, 2, 3, 4]),
        ("thingName:{fleet}* AND shadow.hasDelta:true", [3]),
        ("thingName:{fleet}* AND NOT shadow.reported.battery:*", [5]),
        ("thingName:{fleet}* AND shadow.name.cam.reported.lens:w*", [4]),
        ("thingName:{fleet}* AND shadow.name.other.reported.lens:*", []),
        ("thingName:{fleet}* AND (attributes.n:1 OR attributes.n:5)", [1, 5]),
        ("thingName:{fleet}* AND connectivity.connected:*", []),
        ("thingName:{fleet}* AND missing.field:*", []),
        ("{fleet}-2", [2]),
    ],
)
def test_what_a_query_finds(iot, fleet, query, numbers):
    """[hub-index-2]"""
    assert found(iot, fleet, query.replace("{fleet}", fleet)) == numbers


@pytest.mark.parametrize("query", ["(", "a:", "a:b AND", "a:[1 TO", '"', "a:b:c", "NOT", "x" * 1001, " ".join(["a:b"] * 13)])
def test_what_is_no_query(iot, query):
    """[hub-index-2]"""
    with refused("InvalidQueryException"):
        iot.search_index(queryString=query)
    with refused("InvalidQueryException"):
        iot.get_statistics(queryString=query)


def test_what_cannot_be_asked(iot):
    """[hub-index-2]"""
    for arguments in ({"queryString": ""}, {}, {"queryString": "*", "queryVersion": "2020-01-01"}, {"queryString": "*", "maxResults": 251}):
        with refused("InvalidRequestException"):
            iot.search_index(**arguments)
    with refused("ResourceNotFoundException"):
        iot.search_index(indexName="AWS_Other", queryString="*")


def test_what_changed_is_found_at_once(hub, iot):
    """[hub-index-2] There is nothing between the registry and the search that could be old."""
    name = fresh("fresh")
    look = lambda query: [row["thingName"] for row in iot.search_index(queryString=query)["things"]]
    iot.create_thing(thingName=name, attributePayload={"attributes": {"word": f"{name}-a"}})
    assert look(f"attributes.word:{name}-a") == [name]
    iot.update_thing(thingName=name, attributePayload={"attributes": {"word": f"{name}-b"}})
    assert (look(f"attributes.word:{name}-a"), look(f"attributes.word:{name}-b")) == ([], [name])
    payload = json.dumps({"state": {"reported": {"word": f"{name}-c"}}})
    hub.client("iot-data").update_thing_shadow(thingName=name, payload=payload)
    assert look(f"shadow.reported.word:{name}-c") == [name]
    hub.client("iot-data").delete_thing_shadow(thingName=name)
    assert look(f"shadow.reported.word:{name}-c") == []
    iot.delete_thing(thingName=name)
    assert look(f"thingName:{name}") == []


# -- answers ----------------------------------------------------------------------------------------------------------


def test_thing_as_it_is_told(iot, fleet):
    """[hub-index-3]"""
    row = one(iot, f"{fleet}-1")
    assert row["thingTypeName"] == f"{fleet}-type" and row["thingGroupNames"] == [f"{fleet}-hall"]
    assert row["attributes"] == {"n": "1", "site": "berlin"}
    assert row["thingId"] == iot.describe_thing(thingName=f"{fleet}-1")["thingId"]
    shadow = json.loads(row["shadow"])
    assert shadow["reported"]["battery"] == 20 and shadow["hasDelta"] is False and shadow["version"] == 1
    assert "connectivity" not in row
    assert json.loads(one(iot, f"{fleet}-4")["shadow"])["name"]["cam"]["reported"] == {"lens": "wide"}
    assert "shadow" not in one(iot, f"{fleet}-5")


def test_answers_in_parts(iot, fleet):
    """[hub-index-3]"""
    query = f"thingName:{fleet}*"
    answers = list(pages(iot.search_index, queryString=query, maxResults=2))
    assert [len(answer["things"]) for answer in answers] == [2, 2, 1]
    names = [row["thingName"] for answer in answers for row in answer["things"]]
    assert names == [f"{fleet}-{number}" for number in range(1, 6)]
    with refused("InvalidRequestException"):
        iot.search_index(queryString=query, nextToken="garbage")


def test_groups_are_found_too(iot, fleet):
    """[hub-index-3]"""
    look = lambda query: iot.search_index(indexName="AWS_ThingGroups", queryString=query)["thingGroups"]
    (hall,) = look(f"parentGroupNames:{fleet}-plant AND attributes.floor < 4")
    assert (hall["thingGroupName"], hall["parentGroupNames"]) == (f"{fleet}-hall", [f"{fleet}-plant"])
    assert hall["attributes"] == {"floor": "3"} and hall["thingGroupId"]
    (plant,) = look(f"thingGroupName:{fleet}* AND description:\"all of\"")
    assert plant["thingGroupDescription"] == "all of it"


# -- sums -------------------------------------------------------------------------------------------------------------


def test_statistics(iot, fleet):
    """[hub-index-4]"""
    query = f"thingName:{fleet}*"
    told = iot.get_statistics(queryString=query, aggregationField="attributes.n")["statistics"]
    assert (told["count"], told["sum"], told["minimum"], told["maximum"]) == (5, 15.0, 1.0, 5.0)
    assert (told["average"], told["variance"], told["sumOfSquares"]) == (3.0, 2.0, 55.0)
    told = iot.get_statistics(queryString=query, aggregationField="shadow.reported.on")["statistics"]
    assert (told["count"], told["average"], told["minimum"]) == (4, 0.75, 0.0)
    assert iot.get_statistics(queryString=query, aggregationField="attributes.site")["statistics"] == {"count": 5}
    assert iot.get_statistics(queryString=query)["statistics"]["count"] == 5
    assert iot.get_statistics(queryString="thingName:nobody")["statistics"] == {"count": 0}


def test_how_many_kinds(iot, fleet):
    """[hub-index-4]"""
    query = f"thingName:{fleet}*"
    assert iot.get_cardinality(queryString=query, aggregationField="attributes.site")["cardinality"] == 3
    assert iot.get_cardinality(queryString="thingName:nobody", aggregationField="attributes.site")["cardinality"] == 0


def test_percentiles(iot, fleet):
    """[hub-index-4]"""
    ask = lambda **words: iot.get_percentiles(queryString=f"thingName:{fleet}*", aggregationField="attributes.n", **words)
    told = {row["percent"]: row["value"] for row in ask()["percentiles"]}
    assert set(told) == {1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0} and told[50.0] == 3.0
    assert [row["value"] for row in ask(percents=[0, 25, 100])["percentiles"]] == [1.0, 2.0, 5.0]
    assert iot.get_percentiles(queryString="thingName:nobody", aggregationField="attributes.n")["percentiles"] == []
    with refused("InvalidRequestException"):
        ask(percents=[101])
    with refused("InvalidAggregationException"):
        iot.get_percentiles(queryString="*", aggregationField="attributes.site")


def test_buckets(iot, fleet):
    """[hub-index-4]"""
    def ask(field, **terms):
        return iot.get_buckets_aggregation(
            queryString=f"thingName:{fleet}*",
            aggregationField=field,
            bucketsAggregationType={"termsAggregation": terms},
        )

    told = ask("attributes.site")
    assert told["totalCount"] == 5
    rows = [(row["keyValue"], row["count"]) for row in told["buckets"]]
    assert rows == [("berlin", 2), ("bonn", 2), ("ulm", 1)]
    assert len(ask("attributes.site", maxBuckets=1)["buckets"]) == 1
    assert [(row["keyValue"], row["count"]) for row in ask("shadow.reported.on")["buckets"]] == [("true", 3), ("false", 1)]
    with refused("InvalidRequestException"):
        ask("attributes.site", maxBuckets=0)


def test_sums_of_what_is_not_indexed(iot):
    """[hub-index-4]"""
    for field in ("attributes.other", "nothing"):
        with refused("InvalidAggregationException"):
            iot.get_statistics(queryString="*", aggregationField=field)


# -- who is there -----------------------------------------------------------------------------------------------------


def connectivity(iot, name):
    return one(iot, name).get("connectivity")


def wait_connected(iot, name, wanted, seconds=10):
    is_so = lambda: (connectivity(iot, name) or {}).get("connected") is wanted
    wait_until(is_so, f"{name} being connected: {wanted}", seconds)
    return connectivity(iot, name)


def test_thing_that_comes_and_goes(hub, iot, tmp_path):
    """[hub-index-5]"""
    device = Device(hub, tmp_path)
    assert connectivity(iot, device.name) is None
    with refused("ResourceNotFoundException"):
        iot.get_thing_connectivity_data(thingName=device.name)
    with Wire(device):
        there = wait_connected(iot, device.name, True)
        assert "disconnectReason" not in there and there["clientId"] == device.name
        look = lambda query: [row["thingName"] for row in iot.search_index(queryString=query)["things"]]
        assert look(f"thingName:{device.name} AND connectivity.connected:true") == [device.name]
        assert look(f"thingName:{device.name} AND connectivity.timestamp > {there['timestamp'] - 1}") == [device.name]
        assert iot.get_thing_connectivity_data(thingName=device.name)["connected"] is True
    gone = wait_connected(iot, device.name, False)
    assert gone["disconnectReason"] == "CLIENT_INITIATED_DISCONNECT" and gone["timestamp"] >= there["timestamp"]
    told = iot.get_thing_connectivity_data(thingName=device.name)
    assert (told["thingName"], told["connected"], told["disconnectReason"]) == (
        device.name, False, "CLIENT_INITIATED_DISCONNECT",
    )  # fmt: skip
    with Wire(device) as wire:
        wait_connected(iot, device.name, True)
        line = wire.client.socket()
        wire.client.loop_stop()
        line.shutdown(socket.SHUT_RDWR)
        assert wait_connected(iot, device.name, False)["disconnectReason"] == "CONNECTION_LOST"


def test_client_of_another_name_stands_for_its_thing(hub, iot, tmp_path):
    """[hub-index-5] Two connections of a thing: it is there until the last of them is gone."""
    device = Device(hub, tmp_path)
    with Wire(device):
        wait_connected(iot, device.name, True)
        with Wire(device, client_id=f"{device.name}#2"):
            pass
        with Wire(device, client_id=fresh("anything")):
            pass
        assert connectivity(iot, device.name)["connected"] is True
    wait_connected(iot, device.name, False)
    with Wire(device, client_id=fresh("anything")):
        wait_connected(iot, device.name, True)
    wait_connected(iot, device.name, False)


def test_thing_that_takes_its_own_place(hub, iot, tmp_path):
    """[hub-index-5] Whoever comes with the name of one who is there pushes him out, and is there."""
    device = Device(hub, tmp_path)
    with Wire(device) as before:
        before.client.reconnect_delay_set(60, 60)
        with Wire(device):
            assert before.gone.wait(10)
            assert wait_connected(iot, device.name, True)
    wait_connected(iot, device.name, False)


def test_who_is_there_is_true_again_after_a_kill(binary, tmp_path):
    """[hub-index-5] Of the broker, and of the hub with it: nobody is there, until he is back."""
    with Hub(binary, tmp_path) as hub:
        configure(hub)
        device, still = Device(hub, tmp_path), Device(hub, tmp_path)
        with Wire(device), Wire(still) as other:
            wait_connected(hub.client("iot"), device.name, True)
            wait_connected(hub.client("iot"), still.name, True)
            other.client.disconnect()
            wait_connected(hub.client("iot"), still.name, False)
            before = connectivity(hub.client("iot"), device.name)["timestamp"]
            words = ["pgrep", "-P", str(hub.job.pid), "mosquitto"]
            (pid,) = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
            os.kill(int(pid), signal.SIGKILL)
            # paho connects again by itself.
            back = lambda: (connectivity(hub.client("iot"), device.name) or {}).get("timestamp", 0) > before
            wait_until(back, "the end, and the new beginning", 20)
            wait_connected(hub.client("iot"), device.name, True, 20)
            hub.kill()
        hub.start()
        gone = connectivity(hub.client("iot"), device.name)
        assert (gone["connected"], gone["disconnectReason"]) == (False, "SERVER_ERROR")
        assert connectivity(hub.client("iot"), still.name)["disconnectReason"] == "CLIENT_INITIATED_DISCONNECT"
        with Wire(device):
            wait_connected(hub.client("iot"), device.name, True)
            assert hub.stop() == 0
        hub.start()
        assert connectivity(hub.client("iot"), device.name)["disconnectReason"] == "SERVER_INITIATED_DISCONNECT"
