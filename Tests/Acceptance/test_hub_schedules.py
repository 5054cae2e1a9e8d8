"""Rules of the hub that fire by themselves: rate(...) and cron(...). A29.

Nobody waits for a minute here: the hub is started again with a clock that is ahead, and has to make up for what it slept
through.
"""

import json

import pytest
from hub import at_time, false_time, fresh, logged, refused
from server import wait_until
from test_hub_events import arrived, make_log

needs_faketime = pytest.mark.skipif(not false_time(), reason="faketime is not installed")


@pytest.fixture(scope="module")
def events(hub):
    return hub.client("events")


def schedule(hub, expression, **others):
    """A rule with a schedule that writes to a log group; both names."""
    events, name, (group, arn) = hub.client("events"), fresh("rule"), make_log(hub)
    events.put_rule(Name=name, ScheduleExpression=expression, **others)
    assert events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])["FailedEntryCount"] == 0
    return name, group


@pytest.mark.parametrize("expression", ["rate(1 minute)", "rate(7 days)", "cron(0 18 ? * MON-FRI *)", "cron(0 0 L * ? *)"])
def test_a_schedule_is_kept_as_it_was_written(events, expression):
    """A29"""
    name = fresh("rule")
    events.put_rule(Name=name, ScheduleExpression=expression)
    said = events.describe_rule(Name=name)
    assert (said["ScheduleExpression"], said["State"]) == (expression, "ENABLED")
    assert "EventPattern" not in said
    events.delete_rule(Name=name)


@pytest.mark.parametrize(
    "expression", ["rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "every day", "cron(0 18 * * * *)", "cron(x)"]
)
def test_a_schedule_that_cannot_be_read_is_refused(events, expression):
    name = fresh("rule")
    with refused("ValidationException") as caught:
        events.put_rule(Name=name, ScheduleExpression=expression)
    assert "ScheduleExpression" in caught.value.response["Error"]["Message"]
    with refused("ResourceNotFoundException"):
        events.describe_rule(Name=name)


def test_schedules_belong_to_the_default_bus(events):
    bus = fresh("bus")
    events.create_event_bus(Name=bus)
    with refused("ValidationException"):
        events.put_rule(Name=fresh("rule"), EventBusName=bus, ScheduleExpression="rate(1 minute)")


def test_a_schedule_far_away_harms_nobody(make_hub):
    hub = make_hub()
    name, _ = schedule(hub, "rate(30000 days)")
    schedule(hub, "cron(0 0 1 1 ? 2199)")
    hub.restart_killed()
    assert hub.client("events").describe_rule(Name=name)["State"] == "ENABLED"
    with refused("ValidationException"):
        hub.client("events").put_rule(Name=fresh("rule"), ScheduleExpression="rate(999999 days)")


@needs_faketime
def test_what_came_due_while_the_hub_was_away_fires_once(make_hub):
    """A29: a rule that is disabled, and one that is gone, do not; over a kill -9."""
    hub = make_hub()
    events = hub.client("events")
    name, group = schedule(hub, "rate(1 minute)", Description="the pulse")
    off, silent = schedule(hub, "rate(1 minute)")
    events.disable_rule(Name=off)
    gone, _ = schedule(hub, "rate(1 minute)")
    events.remove_targets(Rule=gone, Ids=["1"])
    events.delete_rule(Name=gone)
    far, later = schedule(hub, "rate(1 day)")
    hub.kill()
    hub.start(env=at_time("+150s"))
    (text,) = arrived(hub, group)
    event = json.loads(text)
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [hub.arn("events", f"rule/{name}")]
    assert logged(hub, silent) == logged(hub, later) == []
    # And once only: it is due again in a minute.
    hub.kill()
    hub.start(env=at_time("+155s"))
    pulse = fresh("rule")
    group_of_two, arn = make_log(hub)
    client = hub.client("events")
    client.put_rule(Name=pulse, EventPattern=json.dumps({"source": ["a.b"]}))
    client.put_targets(Rule=pulse, Targets=[{"Id": "1", "Arn": arn}])
    client.put_events(Entries=[{"Source": "a.b", "DetailType": "c", "Detail": "{}"}])
    arrived(hub, group_of_two)
    assert len(logged(hub, group)) == 1


@needs_faketime
def test_a_rule_that_is_enabled_again_counts_from_then(make_hub):
    hub = make_hub()
    name, group = schedule(hub, "rate(1 minute)", State="DISABLED")
    hub.client("events").enable_rule(Name=name)
    hub.stop()
    hub.start(env=at_time("+90s"))
    wait_until(lambda: logged(hub, group), "the rule to fire", 10)


@needs_faketime
def test_a_clock_that_goes_back_does_not_silence_a_rule(make_hub):
    hub = make_hub()
    hub.stop()
    hub.start(env=at_time("+240s"))
    _, group = schedule(hub, "rate(1 minute)")
    hub.stop()
    hub.start()
    hub.stop()
    hub.start(env=at_time("+90s"))
    wait_until(lambda: logged(hub, group), "the rule to fire", 10)
