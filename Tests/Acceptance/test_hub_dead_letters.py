"""Events of the hub that cannot be delivered, queues as targets, and how often something is tried. A29, B25."""

import json

import pytest
from hub import fresh, refused
from server import wait_until
from store import allow, user_with
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


def script_of(hub, text):
    """A command of the hub's operator, and its ARN."""
    script = hub.data / "commands" / fresh("script")
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/bin/sh\n" + text)
    script.chmod(0o755)
    return script, hub.arn("lineside", f"command/{script.name}")


@pytest.mark.parametrize("kind", ["queue", "bus", "log group", "command", "destination"])
def test_a_target_that_is_gone_is_told_at_once(hub, events, kind):
    """Whatever it was: where there is a queue for it, nobody tries for a day."""
    queues, bus, (url, queue) = hub.client("sqs"), make_bus(events), make_queue(hub)
    connection = None
    if kind == "queue":
        gone, target = make_queue(hub)
        after = lambda: queues.delete_queue(QueueUrl=gone)
    elif kind == "bus":
        name = make_bus(events)
        target = hub.arn("events", f"event-bus/{name}")
        after = lambda: events.delete_event_bus(Name=name)
    elif kind == "log group":
        group, target = make_log(hub)
        after = lambda: hub.client("logs").delete_log_group(logGroupName=group)
    elif kind == "command":
        script, target = script_of(hub, "exit 0\n")
        after = script.unlink
    else:
        name = fresh("place")
        auth = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "v"}}
        connection = events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=auth)
        target = events.create_api_destination(
            Name=name,
            ConnectionArn=connection["ConnectionArn"],
            InvocationEndpoint="http://127.0.0.1:9/x",
            HttpMethod="POST",
        )["ApiDestinationArn"]
        after = lambda: events.delete_api_destination(Name=name)
    aim(events, bus, make_rule(events, bus), target, DeadLetterConfig={"Arn": queue})
    after()
    (identifier,) = send(events, entry(bus))
    message = received(hub, url)
    assert json.loads(message["Body"])["id"] == identifier
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_what_its_queue_refuses_is_not_delivered_for_ever(hub, events, tmp_path):
    """An event larger than the queue's messages may be is lost, with a line in the log; the next one is kept."""
    bus = make_bus(events)
    name, runs = fresh("small"), tmp_path / "runs"
    url = hub.client("sqs").create_queue(QueueName=name, Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    # What it says last has colours in it.
    script, target = script_of(hub, f"echo run >> {runs}\nprintf '\\033[31mno\\033[0m\\n' >&2\nexit 3\n")
    aim(
        events,
        bus,
        make_rule(events, bus),
        target,
        DeadLetterConfig={"Arn": hub.arn("sqs", name)},
        RetryPolicy={"MaximumRetryAttempts": 0},
    )
    send(events, entry(bus, detail={"large": "x" * 3000}))
    wait_until(lambda: "does not take it" in hub.log(), "the line in the log", 20)
    (identifier,) = send(events, entry(bus))
    message = received(hub, url)
    assert json.loads(message["Body"])["id"] == identifier
    assert "\x1b" not in message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    assert runs.read_text() == "run\nrun\n"


def test_a_rule_goes_no_further_than_who_made_it(hub, events):
    """A user who may make rules and alarms, and nothing else, sends nothing to queues, buses, commands or destinations."""
    (_, queue), bus = make_queue(hub), make_bus(events)
    _, command = script_of(hub, "exit 0\n")
    may = [allow("events:*", hub.arn("events", f"rule/{bus}/*")), allow("cloudwatch:*", hub.arn("cloudwatch", "alarm:*"))]
    key = user_with(hub, *may)
    others = hub.client("events", **key)
    rule = make_rule(others, bus)
    for arn in (queue, command, hub.arn("events", "event-bus/default")):
        with refused("AccessDeniedException"):
            others.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    (_, log) = make_log(hub)
    with refused("AccessDeniedException"):
        others.put_targets(
            Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": log, "DeadLetterConfig": {"Arn": queue}}]
        )
    assert others.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": log}])["FailedEntryCount"] == 0
    alarm = {
        "AlarmName": fresh("alarm"),
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    with refused("AccessDenied", "AccessDeniedException"):
        hub.client("cloudwatch", **key).put_metric_alarm(**alarm, AlarmActions=[queue])
    hub.client("cloudwatch", **key).put_metric_alarm(**alarm)


@pytest.mark.parametrize("where", [("eu-west-9", None), (None, "999999999999")], ids=["region", "account"])
def test_targets_elsewhere_are_refused(hub, events, where):
    region, account = where[0] or hub.region, where[1] or hub.account
    bus = make_bus(events)
    rule = make_rule(events, bus)
    targets = [f"arn:aws:sqs:{region}:{account}:x", f"arn:aws:events:{region}:{account}:event-bus/default"]
    answer = events.put_targets(
        Rule=rule, EventBusName=bus, Targets=[{"Id": str(n), "Arn": arn} for n, arn in enumerate(targets)]
    )
    assert answer["FailedEntryCount"] == 2, answer


def test_no_more_attempts_than_are_allowed(hub, events):
    """One more attempt, and then its queue hears of it."""
    bus, (url, queue) = make_bus(events), make_queue(hub)
    _, target = script_of(hub, "exit 3\n")
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
