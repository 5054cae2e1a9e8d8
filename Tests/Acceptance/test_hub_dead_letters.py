"""Events of the hub that cannot be delivered, queues as targets, and how often something is tried. A29, B25."""

import json

import pytest
from hub import fresh
from server import wait_until
from test_hub_events import aim, arrived, entry, make_bus, make_log, make_rule, send


@pytest.fixture(scope="module")
def events(hub):
    return hub.client("events")


def make_queue(hub):
    """A queue's address and ARN."""
    queues, name = hub.client("sqs"), fresh("queue")
    return queues.create_queue(QueueName=name)["QueueUrl"], hub.arn("sqs", name)


def received(hub, url, seconds=10):
    """The next message of a queue, with everything that is known of it."""
    answer = hub.client("sqs").receive_message(
        QueueUrl=url, WaitTimeSeconds=seconds, MessageAttributeNames=["All"], MaxNumberOfMessages=1
    )
    (message,) = answer["Messages"]
    return message


def missing_log(hub):
    return hub.arn("logs", f"log-group:{fresh('/nothing')}")


def test_a_queue_is_a_target(hub, events):
    """B25: what arrives is the event, whole."""
    bus, (url, arn) = make_bus(events), make_queue(hub)
    aim(events, bus, make_rule(events, bus), arn)
    (identifier,) = send(events, entry(bus, detail={"label": "Kratzer ü"}))
    event = json.loads(received(hub, url)["Body"])
    assert (event["id"], event["detail"]) == (identifier, {"label": "Kratzer ü"})


def test_what_cannot_be_delivered_is_kept(hub, events):
    """In a queue of the target's, with what was wrong, as EventBridge writes it."""
    bus, (url, queue), target = make_bus(events), make_queue(hub), missing_log(hub)
    rule = make_rule(events, bus)
    aim(events, bus, rule, target, DeadLetterConfig={"Arn": queue})
    (identifier,) = send(events, entry(bus))
    message = received(hub, url)
    assert json.loads(message["Body"])["id"] == identifier
    said = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert said["ERROR_CODE"] == "NO_RESOURCE" and said["ERROR_MESSAGE"]
    assert said["RULE_ARN"] == hub.arn("events", f"rule/{bus}/{rule}") and said["TARGET_ARN"] == target


def test_no_more_attempts_than_are_allowed(hub, events):
    """One more attempt, and then its queue hears of it; a bus that is missing is one more kind of target."""
    bus, (url, queue) = make_bus(events), make_queue(hub)
    script = hub.data / "commands" / fresh("failing")
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/bin/sh\nexit 3\n")
    script.chmod(0o755)
    target = hub.arn("lineside", f"command/{script.name}")
    aim(events, bus, make_rule(events, bus), target, DeadLetterConfig={"Arn": queue}, RetryPolicy={"MaximumRetryAttempts": 1})
    send(events, entry(bus))
    said = {name: value["StringValue"] for name, value in received(hub, url)["MessageAttributes"].items()}
    assert said["RETRY_ATTEMPTS"] == "1" and said["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


def test_others_of_the_rule_get_theirs(hub, events):
    bus, (url, queue), (group, arn) = make_bus(events), make_queue(hub), make_log(hub)
    rule = make_rule(events, bus)
    targets = [
        {"Id": "lost", "Arn": missing_log(hub), "DeadLetterConfig": {"Arn": queue}},
        {"Id": "found", "Arn": arn},
    ]
    assert events.put_targets(Rule=rule, EventBusName=bus, Targets=targets)["FailedEntryCount"] == 0
    (identifier,) = send(events, entry(bus))
    assert [json.loads(text)["id"] for text in arrived(hub, group)] == [identifier]
    assert json.loads(received(hub, url)["Body"])["id"] == identifier


def test_what_is_given_up_survives_a_kill(make_hub):
    """Acknowledged, undeliverable, killed: it is in the queue afterwards, at least once."""
    hub = make_hub()
    events = hub.client("events")
    bus, (url, queue) = make_bus(events), make_queue(hub)
    aim(events, bus, make_rule(events, bus), missing_log(hub), DeadLetterConfig={"Arn": queue})
    identifiers = {identifier for _ in range(20) for identifier in send(events, *[entry(bus) for _ in range(10)])}
    hub.restart_killed()
    queues, found = hub.client("sqs"), set()
    name = queue.rpartition(":")[2]
    url = queues.get_queue_url(QueueName=name)["QueueUrl"]

    def all_found():
        for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            found.add(json.loads(message["Body"])["id"])
        return found >= identifiers

    wait_until(all_found, "every event", 30)
    assert found == identifiers


@pytest.mark.parametrize(
    "how",
    [
        {"RetryPolicy": {"MaximumRetryAttempts": 186}},
        {"RetryPolicy": {"MaximumRetryAttempts": -1}},
        {"RetryPolicy": {"MaximumEventAgeInSeconds": 59}},
        {"RetryPolicy": {"MaximumEventAgeInSeconds": 86401}},
        {"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:none"}},
    ],
    ids=["attempts", "negative", "young", "old", "no queue"],
)
def test_what_a_target_cannot_ask_for(hub, events, how):
    bus, (_, arn) = make_bus(events), make_log(hub)
    rule = make_rule(events, bus)
    answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn} | how])
    assert answer["FailedEntryCount"] == 1
    assert answer["FailedEntries"][0]["ErrorCode"] == "ValidationException"
    assert events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"] == []
