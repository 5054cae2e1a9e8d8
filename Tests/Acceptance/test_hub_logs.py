"""CloudWatch Logs of the hub: groups and streams, events put and read again, patterns, paging, and what a kill leaves.

The tests are after the service model and the documentation of CloudWatch Logs. A30.
"""

import json
import threading
import time

import pytest
from hub import fresh, logged, pages, refused
from server import wait_until

HOUR = 3_600_000
DAY = 24 * HOUR
FOLLOW_SECONDS = 2


@pytest.fixture(scope="module")
def logs(hub):
    return hub.client("logs")


def now():
    return int(time.time() * 1000)


def make_group(logs, **arguments):
    name = fresh("/plant/line")
    logs.create_log_group(logGroupName=name, **arguments)
    return name


def make_stream(logs, group, name=None):
    name = name or fresh("camera")
    logs.create_log_stream(logGroupName=group, logStreamName=name)
    return name


def place(logs):
    """A new group with a new stream."""
    group = make_group(logs)
    return group, make_stream(logs, group)


def put(logs, group, stream, *messages, at=None, apart=1):
    """Writes messages, each `apart` ms after the one before; the answer."""
    start = now() - len(messages) * apart if at is None else at
    events = [{"timestamp": start + number * apart, "message": text} for number, text in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def messages_of(answer):
    return [event["message"] for event in answer["events"]]


def read(logs, group, stream, **arguments):
    return logs.get_log_events(logGroupName=group, logStreamName=stream, **arguments)


def group_row(logs, name):
    """The group as DescribeLogGroups tells it; None when it is not there."""
    rows = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((row for row in rows if row["logGroupName"] == name), None)


# -- groups -----------------------------------------------------------------------------------------------------------


def test_group_is_described(hub, logs):
    """A30"""
    name = make_group(logs)
    row = group_row(logs, name)
    assert row["arn"] == hub.arn("logs", f"log-group:{name}:*")
    assert abs(row["creationTime"] - now()) < 120_000
    assert "retentionInDays" not in row
    assert row["metricFilterCount"] == 0


def test_two_groups_of_one_name_are_refused(logs):
    """A30"""
    name = make_group(logs)
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=name)


@pytest.mark.parametrize("name", ["", "two words", "a:b", "a*", "g" * 513])
def test_strange_names_of_groups_are_refused(logs, name):
    with refused("InvalidParameterException"):
        logs.create_log_group(logGroupName=name)


def test_group_without_a_name_is_refused(logs):
    with refused("InvalidParameterException"):
        logs.create_log_group()


def test_deleted_group_takes_its_events_along(logs):
    group, stream = place(logs)
    put(logs, group, stream, "old")
    logs.delete_log_group(logGroupName=group)
    assert group_row(logs, group) is None
    logs.create_log_group(logGroupName=group)
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []
    make_stream(logs, group, stream)
    assert logs.filter_log_events(logGroupName=group)["events"] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda logs, name: logs.delete_log_group(logGroupName=name),
        lambda logs, name: logs.create_log_stream(logGroupName=name, logStreamName="s"),
        lambda logs, name: logs.describe_log_streams(logGroupName=name),
        lambda logs, name: logs.put_retention_policy(logGroupName=name, retentionInDays=7),
        lambda logs, name: logs.filter_log_events(logGroupName=name),
        lambda logs, name: read(logs, name, "s"),
        lambda logs, name: put(logs, name, "s", "text"),
    ],
    ids=["delete", "create stream", "describe streams", "retention", "filter", "get", "put"],
)
def test_group_that_is_not_there(logs, call):
    """A30"""
    with refused("ResourceNotFoundException"):
        call(logs, fresh("nothing"))


def test_groups_by_prefix_and_by_pages(logs):
    stem = fresh("/paged")
    names = [f"{stem}/{number}" for number in range(5)]
    for name in reversed(names):
        logs.create_log_group(logGroupName=name)
    found = []
    for answer in pages(logs.describe_log_groups, logGroupNamePrefix=f"{stem}/", limit=2):
        assert len(answer["logGroups"]) <= 2
        found += [row["logGroupName"] for row in answer["logGroups"]]
    assert found == names


def test_groups_by_a_part_of_their_name(logs):
    name = fresh("/hall/Press-Seven")
    logs.create_log_group(logGroupName=name)
    rows = logs.describe_log_groups(logGroupNamePattern="press-seven")["logGroups"]
    assert name in {row["logGroupName"] for row in rows}
    with refused("InvalidParameterException"):
        logs.describe_log_groups(logGroupNamePattern="press", logGroupNamePrefix="/hall")


@pytest.mark.parametrize("limit", [0, 51])
def test_impossible_limits_of_groups_are_refused(logs, limit):
    with refused("InvalidParameterException"):
        logs.describe_log_groups(limit=limit)


def test_retention_is_set_and_taken_away(logs):
    name = make_group(logs)
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    assert group_row(logs, name)["retentionInDays"] == 7
    logs.delete_retention_policy(logGroupName=name)
    assert "retentionInDays" not in group_row(logs, name)


@pytest.mark.parametrize("days", [0, -1, 2, 8, 4000])
def test_only_certain_retentions_exist(logs, days):
    name = make_group(logs)
    with refused("InvalidParameterException"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    assert "retentionInDays" not in group_row(logs, name)


def test_tags_of_a_group(hub, logs):
    name = make_group(logs, tags={"line": "7", "plant": "Süd"})
    arn = hub.arn("logs", f"log-group:{name}")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"line": "7", "plant": "Süd"}
    logs.tag_resource(resourceArn=arn, tags={"line": "8"})
    logs.untag_resource(resourceArn=arn, tagKeys=["plant"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"line": "8"}


def test_tags_of_what_is_not_there(hub, logs):
    arn = hub.arn("logs", f"log-group:{fresh('nothing')}")
    with refused("ResourceNotFoundException"):
        logs.tag_resource(resourceArn=arn, tags={"line": "8"})
    with refused("ResourceNotFoundException"):
        logs.list_tags_for_resource(resourceArn=arn)


def test_protected_group_is_not_deleted(hub, logs):
    """hub-log-5: nor its streams, until the protection is taken away."""
    name = make_group(logs, deletionProtectionEnabled=True)
    stream = make_stream(logs, name)
    assert group_row(logs, name)["deletionProtectionEnabled"] is True
    for call, more in ((logs.delete_log_group, {}), (logs.delete_log_stream, {"logStreamName": stream})):
        with refused("ValidationException"):
            call(logGroupName=name, **more)
    arn = hub.arn("logs", f"log-group:{name}")
    logs.put_log_group_deletion_protection(logGroupIdentifier=arn, deletionProtectionEnabled=False)
    assert group_row(logs, name)["deletionProtectionEnabled"] is False
    logs.delete_log_stream(logGroupName=name, logStreamName=stream)
    logs.delete_log_group(logGroupName=name)
    with refused("ResourceNotFoundException"):
        logs.put_log_group_deletion_protection(logGroupIdentifier=name, deletionProtectionEnabled=True)


def test_groups_by_their_names(hub, logs):
    one, two, _ = (make_group(logs) for _ in range(3))
    named = [one, hub.arn("logs", f"log-group:{two}"), fresh("nothing")]
    rows = logs.describe_log_groups(logGroupIdentifiers=named, includeLinkedAccounts=True)["logGroups"]
    assert {row["logGroupName"] for row in rows} == {one, two}
    assert group_row(logs, one)["logGroupClass"] == "STANDARD"
    assert logs.describe_log_groups(logGroupNamePrefix=one, logGroupClass="DELIVERY")["logGroups"] == []
    assert len(logs.describe_log_groups(logGroupNamePrefix=one, logGroupClass="STANDARD")["logGroups"]) == 1
    for more in ({"logGroupNamePrefix": one}, {"logGroupClass": "STANDARD"}, {"logGroupNamePattern": one}):
        with refused("InvalidParameterException"):
            logs.describe_log_groups(logGroupIdentifiers=[one], **more)


KEY = "arn:aws:kms:us-east-1:111111111111:key/x"
POLICY = {"policyName": "unoffered", "policyDocument": '{"Version":"2012-10-17","Statement":[]}'}


@pytest.mark.parametrize(
    "name, call",
    [
        ("kmsKeyId", lambda logs, group: logs.create_log_group(logGroupName=fresh("key"), kmsKeyId=KEY)),
        ("logGroupClass", lambda logs, group: logs.create_log_group(logGroupName=fresh("c"), logGroupClass="DELIVERY")),
        ("account", lambda logs, group: logs.describe_log_groups(accountIdentifiers=["111111111111"])),
        ("resourceArn", lambda logs, group: logs.put_resource_policy(**POLICY, resourceArn="arn:aws:logs:x")),
        ("expectedRevisionId", lambda logs, group: logs.put_resource_policy(**POLICY, expectedRevisionId="1")),
        ("resourceArn", lambda logs, group: logs.describe_resource_policies(resourceArn="arn:aws:logs:x")),
        ("resourceArn", lambda logs, group: logs.delete_resource_policy(policyName="x", resourceArn="arn:aws:logs:x")),
        (
            "logGroupIdentifier",
            lambda logs, group: logs.filter_log_events(logGroupName=group, logGroupIdentifier=group),
        ),
    ],
)
def test_what_is_not_offered_is_refused_by_name(logs, name, call):
    """hub-log-5"""
    with refused("InvalidParameterException") as caught:
        call(logs, make_group(logs))
    assert name in str(caught.value)


# -- streams ----------------------------------------------------------------------------------------------------------


def test_stream_comes_and_goes(hub, logs):
    group, stream = place(logs)
    (row,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert row["logStreamName"] == stream
    assert row["arn"] == hub.arn("logs", f"log-group:{group}:log-stream:{stream}")
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []
    with refused("ResourceNotFoundException"):
        logs.delete_log_stream(logGroupName=group, logStreamName=stream)


@pytest.mark.parametrize("name", ["", "a:b", "a*b", "s" * 513])
def test_strange_names_of_streams_are_refused(logs, name):
    group = make_group(logs)
    with refused("InvalidParameterException"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)


def test_streams_by_prefix_and_by_pages(logs):
    group = make_group(logs)
    for name in ("b-2", "a-1", "b-1", "b-3", "c-1"):
        make_stream(logs, group, name)
    answers = list(pages(logs.describe_log_streams, logGroupName=group, logStreamNamePrefix="b-", limit=2))
    assert max(len(answer["logStreams"]) for answer in answers) == 2
    assert [row["logStreamName"] for answer in answers for row in answer["logStreams"]] == ["b-1", "b-2", "b-3"]


def test_stream_knows_its_first_and_last_event(logs):
    group, stream = place(logs)
    start = now() - 5000
    put(logs, group, stream, "one", "two", at=start, apart=1000)

    def row():
        return logs.describe_log_streams(logGroupName=group)["logStreams"][0]

    wait_until(lambda: "lastEventTimestamp" in row(), "the stream's last event")
    assert (row()["firstEventTimestamp"], row()["lastEventTimestamp"]) == (start, start + 1000)
    assert abs(row()["lastIngestionTime"] - now()) < 120_000


def test_streams_by_their_last_event(logs):
    group, start = make_group(logs), now() - 60_000
    for number, name in enumerate(["b", "c", "a"]):
        put(logs, group, make_stream(logs, group, name), "text", at=start + number * 1000)
    rows = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)["logStreams"]
    assert [row["logStreamName"] for row in rows] == ["a", "c", "b"]
    with refused("InvalidParameterException"):
        logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", logStreamNamePrefix="a")


# -- events are put ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["plain", "Prüfung 7 µm 良 😀", "two\nlines\ttab", '{"a": [1, "x"]}', " spaces ", "x" * 200_000, "\\ \" '"]
)
def test_message_is_read_as_it_was_written(logs, text):
    """A30"""
    group, stream = place(logs)
    put(logs, group, stream, text)
    assert messages_of(read(logs, group, stream)) == [text]
    assert [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]] == [text]


def test_event_has_its_time_and_the_time_it_came(logs):
    """A30"""
    group, stream = place(logs)
    at = now() - HOUR
    put(logs, group, stream, "text", at=at)
    (event,) = read(logs, group, stream, startFromHead=True)["events"]
    assert event["timestamp"] == at
    assert abs(event["ingestionTime"] - now()) < 120_000


def test_any_sequence_token_is_taken(logs):
    """AWS has not looked at them since 2023, and older clients still send them."""
    group, stream = place(logs)
    for number in range(2):
        answer = logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": now(), "message": str(number)}],
            sequenceToken="49590302345678901234567890",
        )
        assert answer["nextSequenceToken"]
    assert messages_of(read(logs, group, stream)) == ["0", "1"]


def test_events_with_an_entity_are_taken(logs):
    """Agents name one with each batch; it is nowhere told."""
    group, stream = place(logs)
    entity = {"keyAttributes": {"Type": "Service", "Name": "press"}, "attributes": {"line": "7"}}
    events = [{"timestamp": now(), "message": "text"}]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events, entity=entity)
    assert messages_of(read(logs, group, stream)) == ["text"]


def test_stream_has_to_be_there_before_its_events(logs):
    group = make_group(logs)
    with refused("ResourceNotFoundException"):
        put(logs, group, "nothing", "text")


def test_events_out_of_order_are_refused(logs):
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        put(logs, group, stream, "late", "early", apart=-1000)
    assert read(logs, group, stream)["events"] == []


def test_batch_longer_than_a_day_is_refused(logs):
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        put(logs, group, stream, "early", "late", at=now() - DAY - HOUR, apart=DAY + HOUR)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"timestamp": 1}],
        [{"message": "no time"}],
        [{"timestamp": -1, "message": "before time"}],
        [{"timestamp": None, "message": ""}],
    ],
)
def test_impossible_batches_are_refused(logs, events):
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def test_batch_of_more_than_ten_thousand_is_refused(logs):
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        put(logs, group, stream, *["x"] * 10_001, apart=0)
    put(logs, group, stream, *["x"] * 10_000, apart=0)
    assert len(read(logs, group, stream)["events"]) == 10_000


def test_batch_of_more_than_a_megabyte_is_refused(logs):
    """26 bytes are counted for each event beside its message."""
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        put(logs, group, stream, *["x" * (100_000 - 25)] * 10, "x" * 48_576)
    put(logs, group, stream, *["x" * (100_000 - 26)] * 10)


def test_too_old_events_are_told_and_left_out(logs):
    """Older than 14 days: the index after the last of them."""
    group, stream = place(logs)
    answer = put(logs, group, stream, "old", "older", "kept", at=now() - 14 * DAY - 3 * HOUR, apart=2 * HOUR)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    assert messages_of(read(logs, group, stream, startFromHead=True)) == ["kept"]


def test_too_new_events_are_told_and_left_out(logs):
    """More than two hours from now: the index of the first of them."""
    group, stream = place(logs)
    answer = put(logs, group, stream, "kept", "soon", "late", "later", at=now(), apart=int(1.5 * HOUR))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2}
    assert messages_of(read(logs, group, stream, startFromHead=True)) == ["kept", "soon"]


def test_events_past_their_retention_are_told_and_left_out(logs):
    group, stream = place(logs)
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)
    answer = put(logs, group, stream, "expired", "kept", at=now() - 3 * DAY - HOUR, apart=2 * HOUR)
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert messages_of(read(logs, group, stream, startFromHead=True)) == ["kept"]


def test_nothing_is_rejected_of_a_good_batch(logs):
    group, stream = place(logs)
    assert not put(logs, group, stream, "text").get("rejectedLogEventsInfo")


# -- a stream is read -------------------------------------------------------------------------------------------------


def test_last_events_come_first_unless_it_is_told_otherwise(logs):
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(10)))
    assert messages_of(read(logs, group, stream, limit=3)) == ["7", "8", "9"]
    assert messages_of(read(logs, group, stream, limit=3, startFromHead=True)) == ["0", "1", "2"]


def test_stream_is_read_forwards_to_its_end(logs):
    """The token that was given comes back when there is no more, and goes on when there is."""
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(10)))
    found, answer = [], read(logs, group, stream, limit=4, startFromHead=True)
    token = None
    while answer["nextForwardToken"] != token:
        found += messages_of(answer)
        token = answer["nextForwardToken"]
        answer = read(logs, group, stream, limit=4, startFromHead=True, nextToken=token)
    assert found == [str(number) for number in range(10)]
    assert answer["events"] == []
    put(logs, group, stream, "more", at=now())
    assert messages_of(read(logs, group, stream, limit=4, startFromHead=True, nextToken=token)) == ["more"]


def test_stream_is_read_backwards_to_its_beginning(logs):
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(10)))
    found, answer, token = [], read(logs, group, stream, limit=4), None
    while answer["nextBackwardToken"] != token:
        found = messages_of(answer) + found
        token = answer["nextBackwardToken"]
        answer = read(logs, group, stream, limit=4, nextToken=token)
    assert found == [str(number) for number in range(10)]
    assert answer["events"] == []


def test_one_page_back_and_forth_is_the_same_page(logs):
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(9)))
    first = read(logs, group, stream, limit=3, startFromHead=True)
    second = read(logs, group, stream, limit=3, startFromHead=True, nextToken=first["nextForwardToken"])
    back = read(logs, group, stream, limit=3, startFromHead=True, nextToken=second["nextBackwardToken"])
    assert messages_of(second) == ["3", "4", "5"]
    assert messages_of(back) == ["0", "1", "2"]


def test_events_between_two_times(logs):
    """The end itself belongs to FilterLogEvents, and not to GetLogEvents."""
    group, stream = place(logs)
    start = now() - 10_000
    put(logs, group, stream, *map(str, range(6)), at=start, apart=1000)
    times = {"startTime": start + 1000, "endTime": start + 4000}
    assert messages_of(read(logs, group, stream, startFromHead=True, **times)) == ["1", "2", "3"]
    assert messages_of(logs.filter_log_events(logGroupName=group, **times)) == ["1", "2", "3", "4"]


def test_events_are_in_the_order_of_their_times(logs):
    """Not in the order they came; those of one time are."""
    group, stream = place(logs)
    start = now() - 60_000
    put(logs, group, stream, "late", at=start + 5000)
    put(logs, group, stream, "early 1", "early 2", at=start, apart=0)
    assert messages_of(read(logs, group, stream, startFromHead=True)) == ["early 1", "early 2", "late"]
    assert messages_of(logs.filter_log_events(logGroupName=group)) == ["early 1", "early 2", "late"]


def test_group_may_be_named_by_its_arn(hub, logs):
    group, stream = place(logs)
    put(logs, group, stream, "text")
    arn = hub.arn("logs", f"log-group:{group}")
    assert messages_of(logs.get_log_events(logGroupIdentifier=arn, logStreamName=stream)) == ["text"]
    assert messages_of(logs.filter_log_events(logGroupIdentifier=arn)) == ["text"]


@pytest.mark.parametrize("arguments", [{"nextToken": "f/nonsense"}, {"limit": 0}, {"limit": 10_001}])
def test_impossible_reads_are_refused(logs, arguments):
    group, stream = place(logs)
    with refused("InvalidParameterException"):
        read(logs, group, stream, **arguments)
    with refused("InvalidParameterException"):
        logs.filter_log_events(logGroupName=group, **arguments)


# -- a group is searched ----------------------------------------------------------------------------------------------


def test_streams_of_a_group_are_interleaved(logs):
    """A30"""
    group, start = make_group(logs), now() - 60_000
    one, two = make_stream(logs, group), make_stream(logs, group)
    put(logs, group, one, "0", "2", "4", at=start, apart=2000)
    put(logs, group, two, "1", "3", "5", at=start + 1000, apart=2000)
    for arguments in ({}, {"interleaved": True}):
        events = logs.filter_log_events(logGroupName=group, **arguments)["events"]
        assert [event["message"] for event in events] == ["0", "1", "2", "3", "4", "5"]
        assert [event["logStreamName"] for event in events] == [one, two] * 3


def test_search_by_pages_sees_each_event_once(hub, logs):
    """A30: the last page has no token, or a follower would ask for ever."""
    group, start = make_group(logs), now() - 60_000
    for _ in range(3):
        put(logs, group, make_stream(logs, group), *[f"part {number}" for number in range(20)], at=start)
    found = []
    for answer in pages(logs.filter_log_events, logGroupName=group, limit=7, interleaved=True):
        assert len(answer["events"]) <= 7
        found += answer["events"]
    assert len(found) == len({event["eventId"] for event in found}) == 60
    assert [event["timestamp"] for event in found] == sorted(event["timestamp"] for event in found)


def test_search_from_the_other_end(logs):
    """hub-log-2: the token keeps its direction."""
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(10)))
    answers = pages(logs.filter_log_events, logGroupName=group, startFromHead=False, limit=4)
    assert [event["message"] for answer in answers for event in answer["events"]] == list("9876543210")
    assert messages_of(logs.filter_log_events(logGroupName=group, unmask=True, limit=2)) == ["0", "1"]


def test_pages_of_a_search_keep_their_pattern(logs):
    """A30"""
    group, stream = place(logs)
    put(logs, group, stream, *[("PASS" if number % 3 else "REJECT") for number in range(30)])
    answers = pages(logs.filter_log_events, logGroupName=group, filterPattern="REJECT", limit=4)
    assert [event["message"] for answer in answers for event in answer["events"]] == ["REJECT"] * 10


def test_paginator_of_boto3_sees_all(logs):
    """A30"""
    group, stream = place(logs)
    put(logs, group, stream, *map(str, range(25)))
    paginator = logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 10})
    assert [event["message"] for page in paginator for event in page["events"]] == [str(number) for number in range(25)]


def test_search_in_some_streams_only(logs):
    group = make_group(logs)
    for name in ("camera-1", "camera-2", "plc-1"):
        put(logs, group, make_stream(logs, group, name), name)

    def found(**arguments):
        return sorted(messages_of(logs.filter_log_events(logGroupName=group, **arguments)))

    assert found(logStreamNames=["camera-2", "plc-1"]) == ["camera-2", "plc-1"]
    assert found(logStreamNamePrefix="camera-") == ["camera-1", "camera-2"]
    with refused("InvalidParameterException"):
        found(logStreamNames=["camera-2"], logStreamNamePrefix="camera-")
    with refused("ResourceNotFoundException"):
        found(logStreamNames=["camera-3"])


def test_id_of_an_event_is_its_own_and_stays(hub, logs):
    """A30: `logs tail` drops what it has printed by this id."""
    group, stream = place(logs)
    put(logs, group, stream, *["same"] * 50, apart=0)
    ids = [event["eventId"] for event in logged(hub, group)]
    assert len(set(ids)) == 50
    put(logs, group, stream, "other", at=now() - HOUR)
    again = [event["eventId"] for event in logged(hub, group, filterPattern="same", limit=7)]
    assert again == ids


# -- patterns ---------------------------------------------------------------------------------------------------------

LINES = {
    "error": "ERROR camera 2: no frame",
    "lower": "error in lower case",
    "warn": "WARN belt slow, no frame lost",
    "info": "INFO part 17 PASS",
    "both": "ERROR and WARN together",
    "json error": '{"level": "error", "n":5, "station": {"name": "press-7"}, "parts": [1,2], "ok": false, "why": null}',
    "json low": '{"level": "error", "n": 3, "station": {"name": "oven-1"}, "ok": true}',
    "json info": '{"level": "info", "n": 12.5, "station": {"name": "press-8"}, "latency": 0.25}',
}
JSON_LINES = {name for name in LINES if name.startswith("json")}


@pytest.fixture(scope="module")
def searched(logs):
    """A group with all the lines above."""
    group, stream = place(logs)
    put(logs, group, stream, *LINES.values())
    return group


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("", set(LINES)),
        ("ERROR", {"error", "both"}),
        ("error", {"lower", "json error", "json low"}),
        ("ERROR WARN", {"both"}),
        ("WARN ERROR", {"both"}),
        ('"no frame"', {"error", "warn"}),
        ('"frame no"', set()),
        ('"no frame" ERROR', {"error"}),
        ("ERROR -WARN", {"error"}),
        ('"no frame" -"belt slow"', {"error"}),
        ("?WARN ?INFO", {"warn", "info", "both"}),
        ('?PASS ?"belt slow"', {"warn", "info"}),
        ("nothing", set()),
        ('{ $.level = "error" }', {"json error", "json low"}),
        ("{ $.level = error }", {"json error", "json low"}),
        ('{ $.level != "error" }', {"json info"}),
        ('{ $.level = "error" && $.n > 3 }', {"json error"}),
        ('{ $.level = "info" || $.n = 3 }', {"json low", "json info"}),
        ('{ ($.level = "info" || $.level = "error") && $.n < 10 }', {"json error", "json low"}),
        ("{ $.n >= 5 }", {"json error", "json info"}),
        ("{ $.n <= 3 }", {"json low"}),
        ("{ $.n = 12.5 }", {"json info"}),
        ("{ $.latency < 0.5 }", {"json info"}),
        ("{ $.n != 3 }", {"json error", "json info"}),
        ('{ $.station.name = "press-7" }', {"json error"}),
        ('{ $.station.name = "press-*" }', {"json error", "json info"}),
        ("{ $.parts[1] = 2 }", {"json error"}),
        ("{ $.ok IS TRUE }", {"json low"}),
        ("{ $.ok IS FALSE }", {"json error"}),
        ("{ $.why IS NULL }", {"json error"}),
        ("{ $.latency NOT EXISTS }", {"json error", "json low"}),
        ('{ $.colour = "red" }', set()),
        ('{$.level="error"&&$.n>3}', {"json error"}),
        ("[w1 = ERROR, ...]", {"error", "both"}),
        ("[w1 = ERROR || w1 = WARN, rest]", {"error", "warn", "both"}),
        ("[w1 = ERROR]", set()),
        ("[level, what, number > 10, ...]", {"info"}),
        ("[..., last = f*e]", {"error"}),
        ('["a name" = x', None),
        ("%ERR.R%", None),
        ("{ $.level = %err% }", None),
        ("[w1 = %ERR%, w2]", None),
        ("ERROR && WARN", None),
        ("{ $.n == 3 }", None),
    ],
)
def test_pattern_finds(logs, searched, pattern, expected):
    """A30 hub-log-2 hub-log-4: what is not offered is refused, and does not find nothing."""
    if expected is None:
        with refused("InvalidParameterException"):
            logs.filter_log_events(logGroupName=searched, filterPattern=pattern)
        return
    events = logs.filter_log_events(logGroupName=searched, filterPattern=pattern)["events"]
    assert {event["message"] for event in events} == {LINES[name] for name in expected}


@pytest.mark.parametrize(
    "pattern", ["{ $.level = ", "{ level }", '"no end', "{ $.level = 'single' && }", "{ $.n > }", "p" * 1025]
)
def test_broken_patterns_are_refused(logs, searched, pattern):
    with refused("InvalidParameterException"):
        logs.filter_log_events(logGroupName=searched, filterPattern=pattern)


# -- following --------------------------------------------------------------------------------------------------------


class Follower:
    """What `aws logs tail --follow` of CLI v2 does between its pauses."""

    def __init__(self, logs, group):
        self.logs, self.seen = logs, {}
        self.arguments = {"logGroupName": group, "interleaved": True, "startTime": now() - 10 * 60_000}

    def poll(self):
        """The messages that have not been printed yet."""
        fresh_events = []
        for answer in pages(self.logs.filter_log_events, **self.arguments):
            for event in answer["events"]:
                ids = self.seen.setdefault(event["timestamp"], set())
                if event["eventId"] not in ids:
                    ids.add(event["eventId"])
                    fresh_events.append(event["message"])
        if self.seen:
            newest = max(self.seen)
            self.seen = {newest: self.seen[newest]}
            self.arguments["startTime"] = newest
        return fresh_events


def test_follower_prints_each_event_once(logs):
    """A30"""
    group, stream = place(logs)
    follower = Follower(logs, group)
    assert follower.poll() == []
    put(logs, group, stream, "one", "two")
    assert follower.poll() == ["one", "two"]
    assert follower.poll() == []
    put(logs, group, stream, "three", at=now())
    assert follower.poll() == ["three"]


def test_follower_sees_others_of_the_same_millisecond(logs):
    """A30"""
    group, stream = place(logs)
    follower, at = Follower(logs, group), now()
    put(logs, group, stream, "same", "same", at=at, apart=0)
    assert follower.poll() == ["same", "same"]
    put(logs, group, stream, "same", at=at)
    assert follower.poll() == ["same"]


def test_follower_sees_an_event_within_two_seconds(logs):
    """A30: and all of them, while four threads write."""
    group = make_group(logs)
    follower, written = Follower(logs, group), [f"{line}-{number}" for line in range(4) for number in range(25)]

    def write(line):
        stream = make_stream(logs, group)
        for number in range(25):
            put(logs, group, stream, f"{line}-{number}", at=now())

    threads = [threading.Thread(target=write, args=(line,)) for line in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(logged_messages(logs, group)) == len(written), "all lines", FOLLOW_SECONDS)
    assert sorted(follower.poll()) == sorted(written)


def logged_messages(logs, group):
    answers = pages(logs.filter_log_events, logGroupName=group)
    return [message for answer in answers for message in messages_of(answer)]


# -- what a killed hub still knows ------------------------------------------------------------------------------------


def test_everything_is_still_there_after_a_kill(make_hub):
    """A30"""
    hub = make_hub()
    logs = hub.client("logs")
    group = make_group(logs, tags={"line": "7"})
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    for _ in range(2):
        put(logs, group, make_stream(logs, group), *[json.dumps({"part": number}) for number in range(20)])
    put(logs, group, make_stream(logs, group), "last")

    def known():
        logs = hub.client("logs")
        arn = hub.arn("logs", f"log-group:{group}")
        return [
            group_row(logs, group),
            logs.describe_log_streams(logGroupName=group)["logStreams"],
            logs.list_tags_for_resource(resourceArn=arn)["tags"],
            logged(hub, group),
        ]

    before = known()
    hub.restart_killed()
    assert known() == before
    assert len(before[3]) == 41


def test_acknowledged_lines_are_kept_through_a_kill(make_hub):
    """A30: killed while four threads write; every line whose answer came is there once."""
    hub = make_hub()
    group, acknowledged = make_group(hub.client("logs")), []

    def write(line):
        logs = hub.client("logs")
        stream = make_stream(logs, group)
        try:
            for number in range(10_000):
                put(logs, group, stream, f"{line}-{number}", at=now())
                acknowledged.append(f"{line}-{number}")
        except Exception:
            return

    threads = [threading.Thread(target=write, args=(line,)) for line in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(acknowledged) > 100, "lines", 30)
    hub.kill()
    for thread in threads:
        thread.join()
    hub.start()
    kept = [event["message"] for event in logged(hub, group)]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(kept) <= len(acknowledged) + 4
