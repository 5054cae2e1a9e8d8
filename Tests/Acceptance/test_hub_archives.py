"""Archives of events, and replays of them. A29."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hub import fresh, logged, pages, refused
from server import wait_until
from test_hub_events import aim, arrived, entry, make_bus, make_log, make_rule, send

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def events(hub):
    return hub.client("events")


def make_archive(hub, bus, **others):
    name = fresh("archive")
    made = hub.client("events").create_archive(
        ArchiveName=name, EventSourceArn=hub.arn("events", f"event-bus/{bus}"), **others
    )
    return name, made["ArchiveArn"]


def replay(hub, archive, bus, start=None, end=None, **destination):
    name, now = fresh("replay"), datetime.now(timezone.utc)
    hub.client("events").start_replay(
        ReplayName=name,
        EventSourceArn=archive,
        EventStartTime=start or now - HOUR,
        EventEndTime=end or now + HOUR,
        Destination={"Arn": hub.arn("events", f"event-bus/{bus}")} | destination,
    )
    return name


def finished(hub, name):
    events = hub.client("events")
    wait_until(
        lambda: events.describe_replay(ReplayName=name)["State"] in ("COMPLETED", "FAILED"), f"{name} to be over", 20
    )
    return events.describe_replay(ReplayName=name)


def test_an_archive_keeps_what_its_pattern_is_for(hub, events):
    """A29"""
    bus = make_bus(events)
    pattern = json.dumps({"detail": {"label": ["scratch"]}})
    name, arn = make_archive(hub, bus, Description="scratches", EventPattern=pattern, RetentionDays=3)
    send(events, entry(bus), entry(bus, detail={"label": "dent"}), entry(bus))
    said = events.describe_archive(ArchiveName=name)
    assert (said["ArchiveName"], said["ArchiveArn"]) == (name, arn)
    assert (said["EventCount"], said["RetentionDays"], said["State"]) == (2, 3, "ENABLED")
    assert said["SizeBytes"] > 100 and said["EventPattern"] == pattern and said["Description"] == "scratches"
    events.update_archive(ArchiveName=name, RetentionDays=9)
    said = events.describe_archive(ArchiveName=name)
    assert (said["RetentionDays"], said["EventPattern"]) == (9, pattern)
    events.delete_archive(ArchiveName=name)
    with refused("ResourceNotFoundException"):
        events.describe_archive(ArchiveName=name)


def test_a_replay_sends_everything_once_more(hub, events):
    """A29: in their order, marked with the replay's name, and not kept a second time."""
    bus, (group, arn) = make_bus(events), make_log(hub)
    name, archive = make_archive(hub, bus)
    sent = [send(events, *[entry(bus, detail={"n": 10 * page + n}) for n in range(10)]) for page in range(3)]
    identifiers = [identifier for page in sent for identifier in page]
    aim(events, bus, make_rule(events, bus), arn)
    begun = replay(hub, archive, bus)
    assert finished(hub, begun)["State"] == "COMPLETED"
    texts = [json.loads(text) for text in arrived(hub, group, 30)]
    assert [event["id"] for event in texts] == identifiers
    assert {event["replay-name"] for event in texts} == {begun}
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 30
    said = events.describe_replay(ReplayName=begun)
    assert said["EventSourceArn"] == archive and said["ReplayEndTime"] >= said["ReplayStartTime"]
    assert "EventLastReplayedTime" in said


def test_a_replay_is_for_chosen_rules_and_times(hub, events):
    bus = make_bus(events)
    name, archive = make_archive(hub, bus)
    (one, one_arn), (other, other_arn) = make_log(hub), make_log(hub)
    chosen, left_out = make_rule(events, bus), make_rule(events, bus)
    now = datetime.now(timezone.utc)
    send(events, entry(bus, Time=now - timedelta(days=2)), entry(bus, Time=now - timedelta(days=1)))
    aim(events, bus, chosen, one_arn)
    aim(events, bus, left_out, other_arn)
    rule = hub.arn("events", f"rule/{bus}/{chosen}")
    span = {"start": now - timedelta(hours=25), "end": now}
    finished(hub, replay(hub, archive, bus, **span, FilterArns=[rule]))
    assert len(arrived(hub, one)) == 1
    assert logged(hub, other) == []


def test_a_replay_goes_on_over_a_kill(make_hub):
    """What has been sent is not sent again, and nothing is left out."""
    hub = make_hub()
    events = hub.client("events")
    bus, (group, arn) = make_bus(events), make_log(hub)
    _, archive = make_archive(hub, bus)
    for _ in range(200):
        send(events, *[entry(bus) for _ in range(10)])
    aim(events, bus, make_rule(events, bus), arn)
    name = replay(hub, archive, bus)
    hub.restart_killed()
    assert finished(hub, name)["State"] == "COMPLETED"
    texts = arrived(hub, group, 2000, 30)
    assert len({json.loads(text)["id"] for text in texts}) == 2000
    # A batch that was being delivered at the kill may come again, but nothing is replayed again.
    assert len(texts) <= 2000 + 250


def test_a_cancelled_replay_sends_no_more(make_hub):
    hub = make_hub()
    events = hub.client("events")
    bus, (group, arn) = make_bus(events), make_log(hub)
    _, archive = make_archive(hub, bus)
    for _ in range(400):
        send(events, *[entry(bus, detail={"text": "x" * 500}) for _ in range(10)])
    aim(events, bus, make_rule(events, bus), arn)
    name = replay(hub, archive, bus)
    answer = events.cancel_replay(ReplayName=name)
    assert answer["State"] == events.describe_replay(ReplayName=name)["State"] == "CANCELLED"
    (identifier,) = send(events, entry(bus))
    wait_until(lambda: any(identifier in text for text in arrived(hub, group)), "the later one", 20)
    assert len(logged(hub, group)) < 4000


def test_a_deleted_archive_leaves_nothing(hub, events):
    """One of the same name begins empty."""
    bus = make_bus(events)
    name, archive = make_archive(hub, bus)
    send(events, *[entry(bus) for _ in range(10)])
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 10
    events.delete_archive(ArchiveName=name)
    events.create_archive(ArchiveName=name, EventSourceArn=hub.arn("events", f"event-bus/{bus}"))
    said = events.describe_archive(ArchiveName=name)
    assert (said["EventCount"], said["SizeBytes"]) == (0, 0)
    send(events, entry(bus))
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 1


def test_a_cancelled_replay_stays_so(make_hub):
    hub = make_hub()
    events = hub.client("events")
    bus = make_bus(events)
    _, archive = make_archive(hub, bus)
    name = replay(hub, archive, bus)
    finished(hub, name)
    with refused("IllegalStatusException"):
        events.cancel_replay(ReplayName=name)
    with refused("ResourceNotFoundException"):
        events.cancel_replay(ReplayName="none")


def test_archives_and_replays_by_pages(hub, events):
    bus = make_bus(events)
    stem = fresh("paged")
    names = [f"{stem}-{number}" for number in range(3)]
    source = hub.arn("events", f"event-bus/{bus}")
    for name in names:
        archive = events.create_archive(ArchiveName=name, EventSourceArn=source)["ArchiveArn"]
    answers = list(pages(events.list_archives, "NextToken", NamePrefix=stem, Limit=2))
    assert [row["ArchiveName"] for answer in answers for row in answer["Archives"]] == names
    begun = sorted(replay(hub, archive, bus) for _ in range(3))
    answers = list(pages(events.list_replays, "NextToken", EventSourceArn=archive, Limit=2))
    assert sorted(row["ReplayName"] for answer in answers for row in answer["Replays"]) == begun


def test_what_cannot_be_is_refused(hub, events):
    bus, other = make_bus(events), make_bus(events)
    source = hub.arn("events", f"event-bus/{bus}")
    name, archive = make_archive(hub, bus)
    with refused("ResourceAlreadyExistsException"):
        events.create_archive(ArchiveName=name, EventSourceArn=source)
    with refused("ResourceNotFoundException"):
        events.create_archive(ArchiveName=fresh("archive"), EventSourceArn=source + "-none")
    with refused("InvalidEventPatternException"):
        events.create_archive(ArchiveName=fresh("archive"), EventSourceArn=source, EventPattern='{"a": 1}')
    for words in ("a/b", "", "a" * 49):
        with refused("ValidationException"):
            events.create_archive(ArchiveName=words, EventSourceArn=source)
    with refused("ResourceNotFoundException"):
        events.delete_archive(ArchiveName="none")
    now = datetime.now(timezone.utc)
    with refused("ValidationException"):
        replay(hub, archive, bus, start=now, end=now - HOUR)
    with refused("ValidationException"):
        replay(hub, archive, other)
    with refused("ValidationException"):
        replay(hub, archive + "-none", bus)
    with refused("ValidationException"):
        replay(hub, archive, bus, FilterArns=[hub.arn("events", "rule/none")])
    done = replay(hub, archive, bus)
    with refused("ResourceAlreadyExistsException"):
        events.start_replay(
            ReplayName=done,
            EventSourceArn=archive,
            EventStartTime=now - HOUR,
            EventEndTime=now,
            Destination={"Arn": source},
        )
