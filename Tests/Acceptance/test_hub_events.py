"""EventBridge of the hub: buses, rules, targets, patterns, and events that arrive in log groups. A29.

The tests are after the service model and the documentation of EventBridge.
"""

import json
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hub import fresh, logged, pages, refused
from server import wait_until

ARRIVAL_SECONDS = 10
SOURCE = "edge.inference"
DETAIL_TYPES = ["InferenceResult", "InferenceError", "ModelLoadError"]
PRESENT = {"source": [SOURCE]}


@pytest.fixture(scope="module")
def events(hub):
    return hub.client("events")


def make_bus(events):
    name = fresh("bus")
    events.create_event_bus(Name=name)
    return name


def make_rule(events, bus, pattern=PRESENT, **arguments):
    name = fresh("rule")
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), **arguments)
    return name


def make_log(hub):
    """A log group, and its ARN as the recipe writes it."""
    name = fresh("/aws/events/line")
    hub.client("logs").create_log_group(logGroupName=name)
    return name, hub.arn("logs", f"log-group:{name}")


def aim(events, bus, rule, arn, **how):
    """A target of the rule."""
    answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn} | how])
    assert (answer["FailedEntryCount"], answer["FailedEntries"]) == (0, [])


def listen(hub, pattern=PRESENT, **how):
    """A bus with a rule whose target is a log group; the bus and the group."""
    events = hub.client("events")
    bus, (group, arn) = make_bus(events), make_log(hub)
    aim(events, bus, make_rule(events, bus, pattern), arn, **how)
    return bus, group


def entry(bus, source=SOURCE, kind="InferenceResult", detail=None, **others):
    detail = {"label": "scratch"} if detail is None else detail
    text = detail if isinstance(detail, str) else json.dumps(detail)
    return {"EventBusName": bus, "Source": source, "DetailType": kind, "Detail": text} | others


def send(events, *entries):
    """Puts events that are all taken; their ids."""
    answer = events.put_events(Entries=list(entries))
    assert answer["FailedEntryCount"] == 0, answer
    return [row["EventId"] for row in answer["Entries"]]


def arrived(hub, group, count=1, seconds=ARRIVAL_SECONDS):
    """The messages of a log group, once there are so many."""
    wait_until(lambda: len(logged(hub, group)) >= count, f"{count} events in {group}", seconds)
    return [event["message"] for event in logged(hub, group)]


def stays_empty(hub, bus, group):
    """Nothing is in the log group by the time a later event is in it, which has to be the only one."""
    (identifier,) = send(hub.client("events"), entry(bus))
    return [json.loads(text)["id"] for text in arrived(hub, group)] == [identifier]


# -- buses ------------------------------------------------------------------------------------------------------------


def test_bus_comes_and_goes(hub, events):
    """A29"""
    name = fresh("bus")
    made = events.create_event_bus(Name=name)
    assert made["EventBusArn"] == hub.arn("events", f"event-bus/{name}")
    said = events.describe_event_bus(Name=name)
    assert (said["Name"], said["Arn"]) == (name, made["EventBusArn"])
    assert events.describe_event_bus(Name=made["EventBusArn"])["Name"] == name
    events.delete_event_bus(Name=name)
    with refused("ResourceNotFoundException"):
        events.describe_event_bus(Name=name)


def test_default_bus_is_there_and_stays(hub, events):
    """A29"""
    assert events.describe_event_bus()["Arn"] == hub.arn("events", "event-bus/default")
    with refused("ValidationException"):
        events.delete_event_bus(Name="default")
    assert events.describe_event_bus(Name="default")["Name"] == "default"


@pytest.mark.parametrize("again", ["bus", "default"])
def test_two_buses_of_one_name_are_refused(events, again):
    name = make_bus(events) if again == "bus" else again
    with refused("ResourceAlreadyExistsException"):
        events.create_event_bus(Name=name)


@pytest.mark.parametrize("name", ["", "a/b", "two words", "b" * 257])
def test_strange_names_of_buses_are_refused(events, name):
    with refused("ValidationException"):
        events.create_event_bus(Name=name)


def test_buses_by_prefix_and_by_pages(events):
    stem = fresh("paged")
    names = [f"{stem}.{number}" for number in range(5)]
    for name in names:
        events.create_event_bus(Name=name)
    answers = list(pages(events.list_event_buses, "NextToken", NamePrefix=f"{stem}.", Limit=2))
    assert max(len(answer["EventBuses"]) for answer in answers) == 2
    assert sorted(row["Name"] for answer in answers for row in answer["EventBuses"]) == names


# -- rules ------------------------------------------------------------------------------------------------------------


def test_rule_of_the_recipe(hub, events):
    """A29"""
    bus, name = make_bus(events), fresh("rule")
    pattern = {"source": [SOURCE], "detail-type": DETAIL_TYPES}
    made = events.put_rule(
        Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), State="ENABLED", Description="the line's"
    )
    assert made["RuleArn"] == hub.arn("events", f"rule/{bus}/{name}")
    said = events.describe_rule(Name=name, EventBusName=bus)
    assert json.loads(said["EventPattern"]) == pattern
    assert (said["Name"], said["Arn"], said["EventBusName"]) == (name, made["RuleArn"], bus)
    assert (said["State"], said["Description"]) == ("ENABLED", "the line's")


def test_rule_of_the_default_bus_has_a_shorter_arn(hub, events):
    name = fresh("rule")
    made = events.put_rule(Name=name, EventPattern=json.dumps(PRESENT))
    assert made["RuleArn"] == hub.arn("events", f"rule/{name}")
    events.delete_rule(Name=name)
    with refused("ResourceNotFoundException"):
        events.describe_rule(Name=name)


def test_rule_put_again_is_changed_and_keeps_its_targets(hub, events):
    bus, (_, arn) = make_bus(events), make_log(hub)
    name = make_rule(events, bus)
    aim(events, bus, name, arn)
    events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["other"]}', State="DISABLED")
    said = events.describe_rule(Name=name, EventBusName=bus)
    assert (json.loads(said["EventPattern"]), said["State"]) == ({"source": ["other"]}, "DISABLED")
    assert len(events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]) == 1


def test_rule_is_switched_off_and_on(events):
    bus = make_bus(events)
    name = make_rule(events, bus)
    events.disable_rule(Name=name, EventBusName=bus)
    assert events.describe_rule(Name=name, EventBusName=bus)["State"] == "DISABLED"
    events.enable_rule(Name=name, EventBusName=bus)
    assert events.describe_rule(Name=name, EventBusName=bus)["State"] == "ENABLED"


def test_rule_with_targets_is_not_deleted(hub, events):
    """A29: the recipe's clean-up in its order."""
    bus, (_, arn) = make_bus(events), make_log(hub)
    name = make_rule(events, bus)
    aim(events, bus, name, arn)
    with refused("ValidationException"):
        events.delete_rule(Name=name, EventBusName=bus)
    assert events.remove_targets(Rule=name, EventBusName=bus, Ids=["1"])["FailedEntryCount"] == 0
    events.delete_rule(Name=name, EventBusName=bus)
    events.delete_event_bus(Name=bus)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"EventPattern": ""},
        {"ScheduleExpression": "rate(5 minutes)"},
        {"EventPattern": '{"source": ["a"]}', "State": "PERHAPS"},
        {"EventPattern": '{"source": ["a"]}', "Name": "two words"},
        {"EventPattern": '{"source": ["a"]}', "Name": "r" * 65},
    ],
    ids=["nothing", "no pattern", "schedule on a bus of one's own", "state", "name", "long name"],
)
def test_impossible_rules_are_refused(events, arguments):
    bus = make_bus(events)
    with refused("ValidationException", "InvalidEventPatternException"):
        events.put_rule(**{"Name": fresh("rule"), "EventBusName": bus} | arguments)
    assert events.list_rules(EventBusName=bus)["Rules"] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda events, bus, name: events.describe_rule(Name=name, EventBusName=bus),
        lambda events, bus, name: events.enable_rule(Name=name, EventBusName=bus),
        lambda events, bus, name: events.disable_rule(Name=name, EventBusName=bus),
        lambda events, bus, name: events.list_targets_by_rule(Rule=name, EventBusName=bus),
        lambda events, bus, name: events.put_targets(
            Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": "arn:aws:logs:us-east-1:123456789012:log-group:g"}]
        ),
        lambda events, bus, name: events.remove_targets(Rule=name, EventBusName=bus, Ids=["1"]),
        lambda events, bus, name: events.describe_rule(Name=name, EventBusName=name),
        lambda events, bus, name: events.list_rules(EventBusName=name),
        lambda events, bus, name: events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(PRESENT)),
    ],
    ids=["describe", "enable", "disable", "list targets", "put targets", "remove targets", "bus", "list", "put"],
)
def test_rule_or_bus_that_is_not_there(events, call):
    with refused("ResourceNotFoundException"):
        call(events, make_bus(events), fresh("nothing"))


def test_rules_by_prefix_and_by_pages(events):
    bus = make_bus(events)
    names = [f"line.{number}" for number in range(5)]
    for name in [*names, "other"]:
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(PRESENT))
    answers = list(pages(events.list_rules, "NextToken", EventBusName=bus, NamePrefix="line.", Limit=2))
    assert max(len(answer["Rules"]) for answer in answers) == 2
    assert sorted(row["Name"] for answer in answers for row in answer["Rules"]) == names


def test_strange_page_token_is_refused(events):
    with refused("ValidationException", "InvalidNextToken", "InvalidTokenException"):
        events.list_rules(EventBusName=make_bus(events), NextToken="not one of yours")


def test_tags_of_a_bus_and_of_a_rule(hub, events):
    bus = make_bus(events)
    rule = make_rule(events, bus, Tags=[{"Key": "line", "Value": "7"}])
    for arn in (hub.arn("events", f"event-bus/{bus}"), hub.arn("events", f"rule/{bus}/{rule}")):
        events.tag_resource(ResourceARN=arn, Tags=[{"Key": "line", "Value": "8"}, {"Key": "plant", "Value": "Süd"}])
        tags = {row["Key"]: row["Value"] for row in events.list_tags_for_resource(ResourceARN=arn)["Tags"]}
        assert tags == {"line": "8", "plant": "Süd"}
        events.untag_resource(ResourceARN=arn, TagKeys=["line"])
        assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "plant", "Value": "Süd"}]


def test_tags_of_what_is_not_there(hub, events):
    with refused("ResourceNotFoundException"):
        events.list_tags_for_resource(ResourceARN=hub.arn("events", f"event-bus/{fresh('nothing')}"))


# -- targets ----------------------------------------------------------------------------------------------------------


def test_targets_are_listed_replaced_and_removed(hub, events):
    """A29"""
    bus = make_bus(events)
    rule, arns = make_rule(events, bus), [make_log(hub)[1] for _ in range(4)]

    def targets(**arguments):
        answers = pages(events.list_targets_by_rule, "NextToken", Rule=rule, EventBusName=bus, **arguments)
        return {row["Id"]: row["Arn"] for answer in answers for row in answer["Targets"]}

    first = [{"Id": str(number), "Arn": arn} for number, arn in enumerate(arns[:3])]
    assert events.put_targets(Rule=rule, EventBusName=bus, Targets=first)["FailedEntryCount"] == 0
    assert targets() == targets(Limit=2) == {"0": arns[0], "1": arns[1], "2": arns[2]}
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arns[3]}])
    assert targets()["1"] == arns[3]
    assert events.remove_targets(Rule=rule, EventBusName=bus, Ids=["0", "1"])["FailedEntryCount"] == 0
    assert targets() == {"2": arns[2]}


def test_rules_are_found_by_their_target(hub, events):
    bus, (_, arn) = make_bus(events), make_log(hub)
    rules = [make_rule(events, bus) for _ in range(3)]
    for rule in rules[:2]:
        aim(events, bus, rule, arn)
    found = events.list_rule_names_by_target(TargetArn=arn, EventBusName=bus)["RuleNames"]
    assert sorted(found) == sorted(rules[:2])


@pytest.mark.parametrize(
    "target",
    [
        {"Id": "1", "Arn": "no arn"},
        {"Id": "1"},
        {"Id": "two words", "Arn": "arn:aws:logs:us-east-1:123456789012:log-group:g"},
        {"Id": "1", "Arn": "arn:aws:logs:us-east-1:123456789012:log-group:g", "Input": "{}", "InputPath": "$.detail"},
        {"Id": "1", "Arn": "arn:aws:logs:us-east-1:123456789012:log-group:g", "Input": "no json"},
    ],
    ids=["no ARN", "ARN missing", "id", "two inputs", "input"],
)
def test_impossible_targets_are_refused(events, target):
    """As a whole, or each for itself with FailedEntryCount; never taken."""
    bus = make_bus(events)
    rule = make_rule(events, bus)
    try:
        answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])
        assert answer["FailedEntryCount"] == len(answer["FailedEntries"]) == 1
        assert answer["FailedEntries"][0]["ErrorCode"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ValidationException"
    assert events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"] == []


# -- putting events ---------------------------------------------------------------------------------------------------


def test_each_event_has_an_id_of_its_own(events):
    """A29"""
    identifiers = send(events, *[entry("default") for _ in range(10)])
    assert len(set(identifiers)) == 10


@pytest.mark.parametrize("count", [0, 11])
def test_one_to_ten_events_are_put(events, count):
    """A29"""
    with refused("ValidationException"):
        events.put_events(Entries=[entry("default") for _ in range(count)])


@pytest.mark.parametrize(
    "spoil, code",
    [
        ({"Detail": "no json"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": '"text"'}, "MalformedDetail"),
        ({"Detail": '{"a": '}, "MalformedDetail"),
        ({"Detail": None}, "InvalidArgument"),
        ({"Source": None}, "InvalidArgument"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": None}, "InvalidArgument"),
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
    ],
)
def test_bad_entry_is_refused_for_itself(hub, events, spoil, code):
    """A29: FailedEntryCount is honest, and its neighbours arrive."""
    bus, group = listen(hub)
    bad = {name: value for name, value in (entry(bus) | spoil).items() if value is not None}
    answer = events.put_events(Entries=[entry(bus, detail={"n": 1}), bad, entry(bus, detail={"n": 3})])
    assert answer["FailedEntryCount"] == 1
    assert [bool(row.get("EventId")) for row in answer["Entries"]] == [True, False, True]
    assert answer["Entries"][1]["ErrorCode"] == code
    assert answer["Entries"][1]["ErrorMessage"]
    assert sorted(json.loads(text)["detail"]["n"] for text in arrived(hub, group, 2)) == [1, 3]


def test_entries_that_are_too_large_are_refused(events):
    """More than a mebibyte, which is the most that AWS has ever taken."""
    with refused("ValidationException", "RequestEntityTooLargeException"):
        events.put_events(Entries=[entry("default", detail={"text": "x" * (2 << 20)})])


# -- patterns ---------------------------------------------------------------------------------------------------------

ENVELOPE = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "InferenceResult",
    "source": SOURCE,
    "account": "123456789012",
    "time": "2026-11-20T08:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:iot:us-east-1:123456789012:thing/press-7"],
    "detail": {
        "label": "scratch",
        "path": "dir/lib/file.png",
        "ip": "10.0.7.9",
        "ip6": "2001:db8::7",
        "score": 0.91,
        "n": 300.0,
        "below": -5,
        "ok": True,
        "why": None,
        "empty": "",
        "text": "true",
        "tags": ["blue", "night"],
        "station": {"name": "press-7", "line": {"number": 2}},
        "parts": [{"id": 1, "kind": "a"}, {"id": 2, "kind": "b"}],
        "star": "a*b",
    },
}


def of(name, *values):
    """A pattern of one member of the detail."""
    return {"detail": {name: list(values)}}


PATTERNS = [
    # what is equal
    ({"source": [SOURCE]}, True),
    ({"source": ["other", SOURCE]}, True),
    ({"source": ["Edge.Inference"]}, False),
    ({"source": ["edge"]}, False),
    ({"source": [SOURCE], "detail-type": DETAIL_TYPES}, True),
    ({"source": [SOURCE], "detail-type": ["InferenceError"]}, False),
    ({"account": ["123456789012"], "region": ["us-east-1"]}, True),
    ({"resources": ["arn:aws:iot:us-east-1:123456789012:thing/press-7"]}, True),
    ({"detail": {"station": {"line": {"number": [2]}}}}, True),
    ({"detail": {"station": {"line": {"number": [3]}}}}, False),
    ({"detail": {"station": {"name": ["press-7"], "line": {"number": [3]}}}}, False),
    (of("colour", "red"), False),
    (of("below", -5), True),
    (of("ok", True), True),
    (of("ok", False), False),
    (of("ok", "true"), False),
    (of("text", True), False),
    (of("text", "true"), True),
    (of("why", None), True),
    (of("why", ""), False),
    (of("empty", ""), True),
    (of("empty", None), False),
    (of("colour", None), False),
    # arrays of the event
    (of("tags", "night"), True),
    (of("tags", "red", "blue"), True),
    (of("tags", "red"), False),
    ({"detail": {"parts": {"id": [1], "kind": ["a"]}}}, True),
    ({"detail": {"parts": {"id": [1], "kind": ["b"]}}}, False),
    # prefix and suffix
    (of("path", {"prefix": "dir/"}), True),
    (of("path", {"prefix": "lib/"}), False),
    (of("path", {"prefix": {"equals-ignore-case": "DIR/"}}), True),
    (of("path", {"suffix": ".png"}), True),
    (of("path", {"suffix": ".jpg"}), False),
    (of("path", {"suffix": {"equals-ignore-case": ".PNG"}}), True),
    ({"resources": [{"prefix": "arn:aws:iot:"}]}, True),
    (of("path", "other", {"prefix": "dir/"}), True),
    # anything but
    (of("label", {"anything-but": "dent"}), True),
    (of("label", {"anything-but": "scratch"}), False),
    (of("label", {"anything-but": ["dent", "scratch"]}), False),
    (of("label", {"anything-but": ["dent", "hole"]}), True),
    (of("below", {"anything-but": -5}), False),
    (of("below", {"anything-but": [1, 2]}), True),
    (of("colour", {"anything-but": "red"}), False),
    (of("label", {"anything-but": {"prefix": "scr"}}), False),
    (of("label", {"anything-but": {"prefix": "den"}}), True),
    (of("label", {"anything-but": {"prefix": ["den", "scr"]}}), False),
    (of("label", {"anything-but": {"suffix": "tch"}}), False),
    (of("label", {"anything-but": {"suffix": ["t", "le"]}}), True),
    (of("label", {"anything-but": {"equals-ignore-case": "SCRATCH"}}), False),
    (of("label", {"anything-but": {"equals-ignore-case": ["DENT", "Hole"]}}), True),
    (of("path", {"anything-but": {"wildcard": "*/lib/*"}}), False),
    (of("path", {"anything-but": {"wildcard": ["*/bin/*", "*.jpg"]}}), True),
    # numbers
    (of("score", {"numeric": [">", 0.9]}), True),
    (of("score", {"numeric": [">=", 0.91]}), True),
    (of("score", {"numeric": ["<", 0.91]}), False),
    (of("score", {"numeric": [">", 0.8, "<=", 1]}), True),
    (of("score", {"numeric": [">", 0.95, "<=", 1]}), False),
    (of("n", {"numeric": ["=", 300]}), True),
    (of("below", {"numeric": ["<", 0]}), True),
    (of("below", {"numeric": ["<=", -5.0]}), True),
    (of("label", {"numeric": [">", 0]}), False),
    (of("text", {"numeric": [">", 0]}), False),
    (of("colour", {"numeric": [">", 0]}), False),
    # there or not
    (of("label", {"exists": True}), True),
    (of("label", {"exists": False}), False),
    (of("colour", {"exists": True}), False),
    (of("colour", {"exists": False}), True),
    (of("why", {"exists": True}), True),
    # case, wildcards, addresses
    (of("label", {"equals-ignore-case": "SCRATCH"}), True),
    (of("label", {"equals-ignore-case": "dent"}), False),
    (of("path", {"wildcard": "dir/*.png"}), True),
    (of("path", {"wildcard": "*lib*"}), True),
    (of("path", {"wildcard": "dir/*.jpg"}), False),
    (of("path", {"wildcard": "dir"}), False),
    (of("star", {"wildcard": "a\\*b"}), True),
    (of("label", {"wildcard": "scr\\*"}), False),
    (of("ip", {"cidr": "10.0.0.0/16"}), True),
    (of("ip", {"cidr": "10.1.0.0/16"}), False),
    (of("ip", {"cidr": "10.0.7.9/32"}), True),
    (of("ip6", {"cidr": "2001:db8::/32"}), True),
    (of("ip", {"cidr": "2001:db8::/32"}), False),
    (of("label", {"cidr": "10.0.0.0/8"}), False),
    # either
    ({"$or": [{"source": ["other"]}, {"detail-type": ["InferenceResult"]}]}, True),
    ({"$or": [{"source": ["other"]}, {"detail-type": ["InferenceError"]}]}, False),
    ({"source": [SOURCE], "detail": {"$or": [{"label": ["dent"]}, {"score": [{"numeric": [">", 0.9]}]}]}}, True),
    ({"source": ["other"], "detail": {"$or": [{"label": ["scratch"]}, {"ok": [True]}]}}, False),
    ({"detail": {"$or": [{"label": ["dent"]}, {"$or": [{"ok": [True]}, {"n": [1]}]}]}}, True),
]


@pytest.mark.parametrize("pattern, expected", PATTERNS, ids=lambda value: json.dumps(value)[:90])
def test_pattern(events, pattern, expected):
    """A29"""
    answer = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(ENVELOPE))
    assert answer["Result"] is expected


REFUSED_PATTERNS = [
    "no json",
    "[]",
    '"text"',
    '{"source": "edge.inference"}',
    '{"source": []}',
    '{"source": 5}',
    '{"source": [["nested"]]}',
    '{"source": ["a"], "detail": []}',
    '{"detail": {"a": [{"colour": "red"}]}}',
    '{"detail": {"a": [{"prefix": 5}]}}',
    '{"detail": {"a": [{"prefix": "a", "suffix": "b"}]}}',
    '{"detail": {"a": [{"suffix": ["a"]}]}}',
    '{"detail": {"a": [{"anything-but": []}]}}',
    '{"detail": {"a": [{"anything-but": {"colour": "red"}}]}}',
    '{"detail": {"a": [{"exists": "yes"}]}}',
    '{"detail": {"a": [{"numeric": []}]}}',
    '{"detail": {"a": [{"numeric": ["~", 5]}]}}',
    '{"detail": {"a": [{"numeric": [">"]}]}}',
    '{"detail": {"a": [{"numeric": [">", "5"]}]}}',
    '{"detail": {"a": [{"numeric": [">", 5, "<", 1]}]}}',
    '{"detail": {"a": [{"numeric": ["=", 5, "<", 9]}]}}',
    '{"detail": {"a": [{"cidr": "10.0.0.0"}]}}',
    '{"detail": {"a": [{"cidr": "10.0.0.0/33"}]}}',
    '{"detail": {"a": [{"cidr": "press-7/8"}]}}',
    '{"detail": {"a": [{"wildcard": "a**b"}]}}',
    '{"detail": {"a": [{"wildcard": "a\\\\b"}]}}',
    '{"detail": {"a": [{"equals-ignore-case": 5}]}}',
]


@pytest.mark.parametrize("pattern", REFUSED_PATTERNS)
def test_impossible_patterns_are_refused(events, pattern):
    """A29: by the one who tries it and by the one who keeps it."""
    with refused("InvalidEventPatternException"):
        events.test_event_pattern(EventPattern=pattern, Event=json.dumps(ENVELOPE))
    with refused("InvalidEventPatternException"):
        events.put_rule(Name=fresh("rule"), EventPattern=pattern)


@pytest.mark.parametrize("event", ["no json", "[]", "{}", json.dumps({"source": SOURCE, "detail": {}})])
def test_pattern_is_tried_on_whole_events_only(events, event):
    """Id, account, source, time, region, resources and detail-type have to be there."""
    with refused("ValidationException"):
        events.test_event_pattern(EventPattern=json.dumps(PRESENT), Event=event)


# -- events arrive ----------------------------------------------------------------------------------------------------


def test_events_of_the_recipe_arrive(make_hub):
    """A29 A30: its names, its three detail types, and one of another source that does not."""
    hub = make_hub()
    events, logs, bus = hub.client("events"), hub.client("logs"), "edge-monitoring-bus"
    events.create_event_bus(Name=bus)
    pattern = {"source": [SOURCE], "detail-type": DETAIL_TYPES}
    events.put_rule(Name="edge-inference-rule", EventBusName=bus, EventPattern=json.dumps(pattern), State="ENABLED")
    logs.create_log_group(logGroupName="/aws/events/edge-inference")
    aim(events, bus, "edge-inference-rule", hub.arn("logs", "log-group:/aws/events/edge-inference"))
    send(events, entry(bus, source="other"), entry(bus, kind="Other"), entry("default"))
    identifiers = send(events, *[entry(bus, kind=kind) for kind in DETAIL_TYPES])
    messages = [json.loads(text) for text in arrived(hub, "/aws/events/edge-inference", 3)]
    assert {row["id"] for row in messages} == set(identifiers)
    assert sorted(row["detail-type"] for row in messages) == sorted(DETAIL_TYPES)


def test_whole_envelope_arrives(hub, events):
    """A25 A29"""
    bus, group = listen(hub)
    detail = {"label": "Kratzer 良", "score": 0.5, "n": 9007199254740993, "nested": {"a": [1, None, True, ""]}}
    at = datetime(2026, 11, 20, 8, 0, 7, tzinfo=timezone.utc)
    thing = "arn:aws:iot:us-east-1:123456789012:thing/press-7"
    (identifier,) = send(events, entry(bus, detail=detail, Time=at, Resources=[thing]))
    (message,) = arrived(hub, group)
    assert json.loads(message) == {
        "version": "0",
        "id": identifier,
        "detail-type": "InferenceResult",
        "source": SOURCE,
        "account": hub.account,
        "time": "2026-11-20T08:00:07Z",
        "region": "us-east-1",
        "resources": [thing],
        "detail": detail,
    }


def test_event_without_a_time_has_the_hubs(hub, events):
    """A29"""
    bus, group = listen(hub)
    send(events, entry(bus))
    (message,) = map(json.loads, arrived(hub, group))
    at = datetime.strptime(message["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs(at - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert message["resources"] == []


def test_bus_may_be_named_by_its_arn(hub, events):
    bus, group = listen(hub)
    send(events, entry(hub.arn("events", f"event-bus/{bus}")))
    assert len(arrived(hub, group)) == 1


def test_events_without_a_bus_are_the_default_ones(hub, events):
    """A29"""
    group, arn = make_log(hub)
    source, rule = fresh("source"), fresh("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    send(events, {"Source": source, "DetailType": "t", "Detail": "{}"})
    assert json.loads(arrived(hub, group)[0])["detail"] == {}


def test_rule_that_is_switched_off_sends_nothing(hub, events):
    """A29"""
    bus, (group, arn) = make_bus(events), make_log(hub)
    rule = make_rule(events, bus, State="DISABLED")
    aim(events, bus, rule, arn)
    send(events, entry(bus))
    events.enable_rule(Name=rule, EventBusName=bus)
    assert stays_empty(hub, bus, group)


def test_removed_target_gets_nothing(hub, events):
    """A29"""
    bus, (kept, kept_arn), (removed, removed_arn) = make_bus(events), make_log(hub), make_log(hub)
    rule = make_rule(events, bus)
    targets = [{"Id": "kept", "Arn": kept_arn}, {"Id": "removed", "Arn": removed_arn}]
    events.put_targets(Rule=rule, EventBusName=bus, Targets=targets)
    events.remove_targets(Rule=rule, EventBusName=bus, Ids=["removed"])
    send(events, entry(bus))
    assert len(arrived(hub, kept)) == 1
    assert logged(hub, removed) == []


def test_each_target_of_each_rule_gets_the_event(hub, events):
    """A29"""
    bus, places = make_bus(events), [make_log(hub) for _ in range(3)]
    first, second = make_rule(events, bus), make_rule(events, bus, {"detail-type": [{"prefix": "Inference"}]})
    aim(events, bus, first, places[0][1])
    events.put_targets(
        Rule=second, EventBusName=bus, Targets=[{"Id": str(n), "Arn": arn} for n, (_, arn) in enumerate(places[1:])]
    )
    (identifier,) = send(events, entry(bus))
    for group, _ in places:
        assert [json.loads(text)["id"] for text in arrived(hub, group)] == [identifier]


def test_target_that_is_gone_does_not_hold_up_the_others(hub, events):
    """A29"""
    bus, (group, arn) = make_bus(events), make_log(hub)
    rule = make_rule(events, bus)
    gone = hub.arn("logs", f"log-group:{fresh('/nothing')}")
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "0", "Arn": gone}, {"Id": "1", "Arn": arn}])
    identifiers = send(events, *[entry(bus) for _ in range(10)])
    assert {json.loads(text)["id"] for text in arrived(hub, group, 10)} == set(identifiers)


def test_part_of_the_event_arrives(hub, events):
    """InputPath."""
    bus, group = listen(hub, InputPath="$.detail")
    send(events, entry(bus, detail={"label": "dent", "score": 0.5}))
    assert json.loads(arrived(hub, group)[0]) == {"label": "dent", "score": 0.5}


def test_constant_arrives_instead_of_the_event(hub, events):
    """Input."""
    bus, group = listen(hub, Input='{"alarm": [1, "two"]}')
    send(events, entry(bus))
    assert json.loads(arrived(hub, group)[0]) == {"alarm": [1, "two"]}


def test_template_is_filled_from_the_event(hub, events):
    """InputTransformer: strings, numbers and objects, what is missing, and a name of EventBridge's own."""
    transformer = {
        "InputPathsMap": {
            "what": "$.detail.label",
            "score": "$.detail.score",
            "all": "$.detail",
            "none": "$.detail.no",
        },
        "InputTemplate": '{"what": <what>, "score": <score>, "all": <all>, "text": "<what>: <score>", '
        '"rule": <aws.events.rule-name>}',
    }
    bus, group = listen(hub, InputTransformer=transformer)
    send(events, entry(bus, detail={"label": "dent", "score": 0.5}))
    (message,) = map(json.loads, arrived(hub, group))
    assert message.pop("rule").startswith("rule-")
    assert message == {
        "what": "dent",
        "score": 0.5,
        "all": {"label": "dent", "score": 0.5},
        "text": "dent: 0.5",
    }


def test_template_of_a_log_group_has_a_timestamp_and_a_message(hub, events):
    """The form that AWS asks for where the target is a log group."""
    transformer = {
        "InputPathsMap": {"at": "$.time", "what": "$.detail.label"},
        "InputTemplate": '{"timestamp": <at>, "message": "saw <what>"}',
    }
    bus, group = listen(hub, InputTransformer=transformer)
    send(events, entry(bus, detail={"label": "dent"}))
    assert "saw dent" in arrived(hub, group)[0]


def test_bus_may_be_the_target_of_another(hub, events):
    """The event keeps what it says."""
    far, group = listen(hub)
    near = make_bus(events)
    role = f"arn:aws:iam::{hub.account}:role/bridge"
    aim(events, near, make_rule(events, near), hub.arn("events", f"event-bus/{far}"), RoleArn=role)
    send(events, entry(near, detail={"n": 7}))
    (message,) = map(json.loads, arrived(hub, group))
    assert (message["source"], message["account"], message["detail"]) == (SOURCE, hub.account, {"n": 7})


def test_buses_in_a_ring_come_to_rest(hub, events):
    """Two buses that send each other everything: the hub lives, and the event does not multiply without end."""
    one, two, (group, arn) = make_bus(events), make_bus(events), make_log(hub)
    for near, far in ((one, two), (two, one)):
        aim(events, near, make_rule(events, near), hub.arn("events", f"event-bus/{far}"))
    aim(events, two, make_rule(events, two), arn)
    send(events, entry(one))
    arrived(hub, group)
    before = len(logged(hub, group))
    time.sleep(0.5)
    assert len(logged(hub, group)) - before <= 10


# -- what a killed hub still knows ------------------------------------------------------------------------------------


def test_rules_are_still_there_after_a_kill(make_hub):
    """A29"""
    hub = make_hub()
    bus, group = listen(hub)

    def known():
        events = hub.client("events")
        (rule,) = events.list_rules(EventBusName=bus)["Rules"]
        targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        return events.list_event_buses()["EventBuses"], rule, targets

    before = known()
    hub.restart_killed()
    assert known() == before
    (identifier,) = send(hub.client("events"), entry(bus))
    assert [json.loads(text)["id"] for text in arrived(hub, group)] == [identifier]


PUTTERS = 5
# Far more than are put before the kill: the hub must not be faster than whoever kills it.
EACH = 2000
PUT_BEFORE = 125


def test_acknowledged_events_arrive_through_a_kill(make_hub, record_property):
    """A29: events of five threads, the hub killed in the middle; none is lost, and how many came twice is told."""
    hub = make_hub()
    bus, group = listen(hub)
    acknowledged = []

    def put(thread):
        events = hub.client("events")
        for number in range(EACH):
            try:
                send(events, entry(bus, detail={"part": f"{thread}-{number}"}))
            except (ClientError, BotoCoreError):
                return
            acknowledged.append(f"{thread}-{number}")

    threads = [threading.Thread(target=put, args=(number,)) for number in range(PUTTERS)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(acknowledged) >= PUT_BEFORE, "events", 30)
    hub.kill()
    for thread in threads:
        thread.join()
    assert len(acknowledged) < PUTTERS * EACH, "all were put before the kill: put more"
    hub.start()

    def parts():
        return [json.loads(event["message"])["detail"]["part"] for event in logged(hub, group)]

    wait_until(lambda: set(acknowledged) <= set(parts()), "every acknowledged event", 10)
    found = parts()
    record_property("acknowledged", len(acknowledged))
    record_property("twice", len(found) - len(set(found)))
    assert set(found) - set(acknowledged) <= {
        f"{thread}-{number}" for thread in range(PUTTERS) for number in range(EACH)
    }
