"""Rules about the messages of devices: their SQL, what they do, and what becomes of what cannot be done.

[hub-rule-1] the rules themselves, [hub-rule-2] what they choose and make, [hub-rule-3] actions, [hub-rule-4] failures and what
outlives a kill. The devices are paho's.
"""

import base64
import json
import time
import uuid

import paho.mqtt.client as mqtt
import pytest
from devices import Device, Wire
from hub import Hub, fresh, logged, pages, refused
from server import wait_until
from store import user_with

ROLE = "arn:aws:iam::123456789012:role/rules"


@pytest.fixture(scope="module")
def device(hub, tmp_path_factory):
    return Device(hub, tmp_path_factory.mktemp("device"))


@pytest.fixture(scope="module")
def wire(device):
    with Wire(device) as wire:
        yield wire


@pytest.fixture
def topic():
    return f"plant/{uuid.uuid4()}"


def payload(sql, *actions, **more):
    return {"sql": sql, "actions": list(actions), "awsIotSqlVersion": "2016-03-23"} | more


def make(hub, sql, *actions, **more):
    """A new rule; its name."""
    name = fresh("rule").replace("-", "_")
    hub.client("iot").create_topic_rule(ruleName=name, topicRulePayload=payload(sql, *actions, **more))
    return name


def republish(topic, **more):
    return {"republish": {"roleArn": ROLE, "topic": topic, "qos": 1} | more}


class Queue:
    """A new queue, and what has come into it."""

    def __init__(self, hub):
        self.client = hub.client("sqs")
        self.url = self.client.create_queue(QueueName=fresh("rules"))["QueueUrl"]
        self.texts = []

    @property
    def action(self):
        return {"sqs": {"roleArn": ROLE, "queueUrl": self.url}}

    def come(self):
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            self.texts.append(message["Body"])
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.texts

    def wait(self, count=1):
        """The documents of the first so many messages."""
        wait_until(lambda: len(self.come()) >= count, f"{count} messages; there are {self.texts}", 20)
        return [json.loads(text) for text in self.texts]


@pytest.fixture
def queue(hub):
    return Queue(hub)


def put_through(hub, wire, queue, sql, topic, *documents):
    """What a rule makes of messages under a topic, and of a last one that tells that all have come."""
    make(hub, sql, queue.action)
    last = f"last/{uuid.uuid4()}"
    make(hub, f"SELECT 'end' AS last FROM '{last}'", queue.action)
    for document in documents:
        wire.publish(topic, document)
    wire.publish(last, {})
    # Of one connection, in their order.
    wait_until(lambda: any('"end"' in text for text in queue.come()), "the last message", 20)
    return [json.loads(text) for text in queue.texts if '"end"' not in text]


# -- the rules themselves ---------------------------------------------------------------------------------------------


def test_rule_is_told(hub):
    """[hub-rule-1]"""
    iot = hub.client("iot")
    actions = [republish("elsewhere"), {"sqs": {"roleArn": ROLE, "queueUrl": "http://x/1/q", "useBase64": True}}]
    errors = {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": "errors"}}
    name = make(hub, "SELECT * FROM 'a/+/b'", *actions, description="d", errorAction=errors)
    said = iot.get_topic_rule(ruleName=name)
    rule = said["rule"]
    assert said["ruleArn"] == hub.arn("iot", f"rule/{name}")
    assert (rule["ruleName"], rule["sql"], rule["description"]) == (name, "SELECT * FROM 'a/+/b'", "d")
    assert (rule["actions"], rule["errorAction"]) == (actions, errors)
    assert (rule["ruleDisabled"], rule["awsIotSqlVersion"]) == (False, "2016-03-23")
    assert abs(rule["createdAt"].timestamp() - time.time()) < 60


def test_rule_of_least_words(hub):
    name = fresh("rule").replace("-", "_")
    iot = hub.client("iot")
    iot.create_topic_rule(ruleName=name, topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": []})
    rule = iot.get_topic_rule(ruleName=name)["rule"]
    assert (rule["actions"], rule["awsIotSqlVersion"], rule["ruleDisabled"]) == ([], "2015-10-08", False)
    assert "errorAction" not in rule and "description" not in rule


def test_name_that_is_taken(hub):
    name = make(hub, "SELECT * FROM 'a'")
    with refused("ResourceAlreadyExistsException") as caught:
        hub.client("iot").create_topic_rule(ruleName=name, topicRulePayload=payload("SELECT * FROM 'a'"))
    assert caught.value.response["resourceArn"] == hub.arn("iot", f"rule/{name}")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_rule_that_is_not_there(hub):
    """[hub-rule-1] AWS does not tell it from one that somebody may not see."""
    iot = hub.client("iot")
    for call in (iot.get_topic_rule, iot.delete_topic_rule, iot.enable_topic_rule, iot.disable_topic_rule):
        with refused("UnauthorizedException") as caught:
            call(ruleName="nobody")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401
    with refused("UnauthorizedException"):
        iot.replace_topic_rule(ruleName="nobody", topicRulePayload=payload("SELECT * FROM 'a'"))


def test_rules_are_listed(hub):
    """[hub-rule-1] In parts, by their state, and by a topic that they are about."""
    iot = hub.client("iot")
    stem = str(uuid.uuid4())
    made = {make(hub, f"SELECT * FROM '{stem}/+'") for _ in range(3)}
    off = make(hub, f"SELECT * FROM '{stem}/a'", ruleDisabled=True)
    seen = [row["ruleName"] for page in pages(iot.list_topic_rules, maxResults=1, topic=f"{stem}/a") for row in page["rules"]]
    assert sorted(seen) == sorted(made | {off})
    rows = {row["ruleName"]: row for row in iot.list_topic_rules(maxResults=10000)["rules"]}
    assert (rows[off]["ruleDisabled"], rows[off]["topicPattern"]) == (True, f"{stem}/a")
    assert rows[off]["ruleArn"] == hub.arn("iot", f"rule/{off}") and "createdAt" in rows[off]
    names = lambda **more: {row["ruleName"] for row in iot.list_topic_rules(topic=f"{stem}/a", **more)["rules"]}
    assert names(ruleDisabled=True) == {off} and names(ruleDisabled=False) == made
    assert iot.list_topic_rules(topic=f"{stem}/a/b")["rules"] == []
    with refused("InvalidRequestException"):
        iot.list_topic_rules(nextToken="no token")
    with refused("InvalidRequestException"):
        iot.list_topic_rules(maxResults=0)


def test_rule_has_tags(hub):
    """[hub-rule-1]"""
    iot = hub.client("iot")
    name = fresh("rule").replace("-", "_")
    iot.create_topic_rule(ruleName=name, topicRulePayload=payload("SELECT * FROM 'a'"), tags="team=a%20b&line=1")
    arn = hub.arn("iot", f"rule/{name}")
    told = lambda: {row["Key"]: row["Value"] for row in iot.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert told() == {"team": "a b", "line": "1"}
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "line", "Value": "2"}])
    iot.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert told() == {"line": "2"}
    iot.delete_topic_rule(ruleName=name)
    with refused("ResourceNotFoundException"):
        iot.list_tags_for_resource(resourceArn=arn)


@pytest.mark.parametrize(
    "sql, place",
    [
        ("", 1), ("SELEC * FROM 'a'", 1), ("SELECT * FROM", 14), ("SELECT * FROM a", 15), ("SELECT * FROM 'a/#/b'", 15),
        ("SELECT * FROM 'a' WHERE", 24), ("SELECT a + 1 FROM 'a'", 8), ("SELECT nonsense(1) AS x FROM 'a'", 8),
        ("SELECT abs(1, 2) AS x FROM 'a'", 8), ("SELECT * FROM '$aws/rules/x'", 15), ("SELECT * FROM 'a", 15),
        ("SELECT " + "(" * 5000, None), ("SELECT '" + "x" * 66000 + "' AS x FROM 'a'", None),
    ],
)  # fmt: skip
def test_sql_that_is_none(hub, sql, place):
    """[hub-rule-1] Where it is wrong is said."""
    with refused("SqlParseException") as caught:
        make(hub, sql)
    message = caught.value.response["Error"]["Message"]
    assert place is None or f"at character {place}" in message, message


def test_function_that_is_not_offered_is_named(hub):
    with refused("SqlParseException") as caught:
        make(hub, "SELECT * FROM 'a' WHERE regexp_matches(x, '(a+)+b')")
    assert "regexp_matches() is not offered here" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "action",
    [
        {"lambda": {"functionArn": "arn:aws:lambda:us-east-1:1:function:f"}}, {"http": {"url": "https://example.com"}},
        {"dynamoDB": {"tableName": "t", "roleArn": ROLE, "hashKeyField": "a", "hashKeyValue": "b"}},
        {"sns": {"targetArn": "arn:aws:sns:us-east-1:1:t", "roleArn": ROLE}},
    ],
    ids=lambda action: next(iter(action)),
)  # fmt: skip
def test_action_that_is_not_offered(hub, action):
    """[hub-rule-3] What is offered is told."""
    for given in ({"actions": [action]}, {"actions": [], "errorAction": action}):
        with refused("InvalidRequestException") as caught:
            hub.client("iot").create_topic_rule(ruleName=fresh("r").replace("-", "_"), topicRulePayload={"sql": "SELECT *"} | given)
        message = caught.value.response["Error"]["Message"]
        assert next(iter(action)) in message and "cloudwatchLogs, cloudwatchMetric, republish, s3, sqs" in message


@pytest.mark.parametrize(
    "code, action",
    [
        ("InvalidRequestException", {}), ("InvalidRequestException", republish("a") | {"sqs": {}}),
        ("InvalidRequestException", {"republish": {"topic": "a"}}), ("InvalidRequestException", {"republish": {"roleArn": ROLE}}),
        ("InvalidRequestException", {"republish": {"roleArn": "x", "topic": "a"}}),
        ("InvalidRequestException", republish("a", qos=2)), ("InvalidRequestException", republish("a", qos="1")),
        ("InvalidRequestException", republish("a/+")), ("InvalidRequestException", republish("$aws/things/x/shadow/update")),
        ("InvalidRequestException", republish("$$aws/things/x/jobs/get")), ("InvalidRequestException", republish("$$SYS/x")),
        ("InvalidRequestException", republish("$$aws/events/presence/connected/x")),
        ("InvalidRequestException", republish("a", headers={"contentType": "x"})),
        ("InvalidRequestException", {"sqs": {"roleArn": ROLE}}),
        ("InvalidRequestException", {"sqs": {"roleArn": ROLE, "queueUrl": "http://x/1/q", "useBase64": "yes"}}),
        ("InvalidRequestException", {"cloudwatchAlarm": {"roleArn": ROLE, "alarmName": "a", "stateReason": "r", "stateValue": "BAD"}}),
        ("InvalidRequestException", {"cloudwatchMetric": {"roleArn": ROLE, "metricName": "a"}}),
        ("InvalidRequestException", {"s3": {"roleArn": ROLE, "bucketName": "b", "key": "k", "cannedAcl": "public-read"}}),
        ("SqlParseException", republish("a/${")), ("SqlParseException", republish("a/${nonsense()}")),
        ("SqlParseException", {"s3": {"roleArn": ROLE, "bucketName": "b", "key": "${a b}"}}),
    ],
)  # fmt: skip
def test_actions_that_are_none(hub, code, action):
    with refused(code):
        make(hub, "SELECT * FROM 'a'", action)


@pytest.mark.parametrize(
    "given",
    [
        {"sql": "SELECT *"}, {"actions": []}, {"sql": "SELECT *", "actions": [republish("a")] * 11},
        {"sql": "SELECT *", "actions": [], "awsIotSqlVersion": "1999-01-01"}, {"sql": "SELECT *", "actions": "x"},
        {"sql": 5, "actions": []}, {"sql": "SELECT *", "actions": [], "ruleDisabled": "x"}, {"sql": "SELECT *", "actions": ["x"]},
        {"sql": "SELECT *", "actions": [], "errorAction": "x"}, {"sql": "SELECT *", "actions": [{"nonsense": {}}]},
        {"sql": "SELECT *", "actions": [{"republish": "x"}]}, {"sql": "SELECT *", "actions": [None]}, {}, [],
    ],
    ids=str,
)  # fmt: skip
def test_rules_that_are_none(hub, given):
    """[hub-rule-1] Also what no client of AWS's would write."""
    path, body = f"/rules/{fresh('r').replace('-', '_')}", json.dumps(given).encode()
    fields = hub.sign("iot", "POST", path, {"Content-Type": "application/json"}, body)
    answer = hub.raw("POST", path, fields, body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["__type"] in ("InvalidRequestException", "SerializationException")


@pytest.mark.parametrize("name", ["a-b", "a b", "x" * 129, "é"])
def test_names_that_are_none(hub, name):
    with refused("InvalidRequestException"):
        hub.client("iot").create_topic_rule(ruleName=name, topicRulePayload=payload("SELECT * FROM 'a'"))


def test_leave_is_asked_for(hub):
    """[hub-rule-1] By the rule's ARN."""
    iam, name = hub.client("iam"), make(hub, "SELECT * FROM 'a'")
    user = fresh("user")
    iam.create_user(UserName=user)
    statement = {"Effect": "Allow", "Action": "iot:GetTopicRule", "Resource": hub.arn("iot", f"rule/{name}")}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    iot = hub.client("iot", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert iot.get_topic_rule(ruleName=name)["rule"]["ruleName"] == name
    with refused("AccessDeniedException"):
        iot.delete_topic_rule(ruleName=name)


@pytest.mark.parametrize("kind", ["sqs", "s3", "republish", "cloudwatchMetric", "cloudwatchAlarm", "errorAction"])
def test_a_rule_goes_no_further_than_who_made_it(hub, queue, kind):
    """[hub-rule-3] Whoever may make rules, and nothing else, sends nothing anywhere but to log groups."""
    statement = {"Effect": "Allow", "Action": "iot:*TopicRule", "Resource": "*"}
    key = user_with(hub, statement)
    iot, name = hub.client("iot", **key), fresh("rule").replace("-", "_")
    logs = {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": "g"}}
    alarm = {"roleArn": ROLE, "alarmName": "a", "stateReason": "r", "stateValue": "OK"}
    metric = {"roleArn": ROLE, "metricNamespace": "n", "metricName": "m", "metricValue": "1", "metricUnit": "None"}
    actions = {
        "sqs": queue.action,
        "s3": {"s3": {"roleArn": ROLE, "bucketName": "b", "key": "${topic()}"}},
        "republish": republish("$$aws/things/x/shadow/update"),
        "cloudwatchMetric": {"cloudwatchMetric": metric},
        "cloudwatchAlarm": {"cloudwatchAlarm": alarm},
    }
    iot.create_topic_rule(ruleName=name, topicRulePayload=payload("SELECT * FROM 'a/b'", logs))
    given = (
        payload("SELECT * FROM 'a/b'", logs, errorAction=queue.action)
        if kind == "errorAction"
        else payload("SELECT * FROM 'a/b'", actions[kind])
    )
    with refused("AccessDeniedException"):
        iot.create_topic_rule(ruleName=name + "_", topicRulePayload=given)
    with refused("AccessDeniedException"):
        iot.replace_topic_rule(ruleName=name, topicRulePayload=given)
    iot.delete_topic_rule(ruleName=name)


# -- what they choose and make ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql, documents, wanted",
    [
        ("SELECT * FROM '{0}'", [{"a": 1}], [{"a": 1}]),
        ("SELECT a.b AS c, topic(2) AS t FROM '{0}'", [{"a": {"b": 2}}], [{"c": 2, "t": "TOPIC"}]),
        ("SELECT a FROM '{0}' WHERE a > 2", [{"a": 1}, {"a": 3}, {"b": 1}, {"a": "x"}, {"a": "7"}], [{"a": 3}, {"a": "7"}]),
        ("SELECT *, upper(s) AS u FROM '{0}' WHERE s IN ['x', 'y']", [{"s": "x"}, {"s": "z"}], [{"s": "x", "u": "X"}]),
        ("SELECT missing, CASE WHEN isUndefined(a) THEN 'no' ELSE 'yes' END AS a FROM '{0}'", [{}, {"a": 0}], [{"a": "no"}, {"a": "yes"}]),
        ("SELECT (SELECT VALUE v FROM l WHERE n = 't') AS v FROM '{0}'", [{"l": [{"n": "t", "v": 1}, {"n": "u", "v": 2}]}], [{"v": [1]}]),
        ("SELECT VALUE l FROM '{0}'", [{"l": [1, 2]}], [[1, 2]]),
        ("SELECT encode(*, 'base64') AS d FROM '{0}'", [b"\xff\x00"], [{"d": "/wA="}]),
        ("SELECT a FROM '{0}'", [b"no json", {"a": 1}], [{"a": 1}]),
    ],
)  # fmt: skip
def test_sql(hub, wire, queue, topic, sql, documents, wanted):
    """[hub-rule-2]"""
    wanted = json.loads(json.dumps(wanted).replace("TOPIC", topic.split("/")[1]))
    assert put_through(hub, wire, queue, sql.format(topic), topic, *documents) == wanted


def test_sender_is_known(hub, wire, queue, topic, device):
    """[hub-rule-2] What a device writes into its own message changes nothing of that."""
    make(hub, f"SELECT clientid() AS client, principal() AS principal, a FROM '{topic}'", queue.action)
    properties = mqtt.Properties(mqtt.PacketTypes.PUBLISH)
    properties.UserProperty = [("lineside", "0123456789abcdef")]
    wire.client.publish(topic, b'{"a": 1}', 1, properties=properties).wait_for_publish(10)
    assert queue.wait() == [{"client": device.name, "principal": device.id, "a": 1}]


def test_overlapping_filters_hear_once(hub, wire, queue, topic):
    """[hub-rule-2] Each rule that is meant is asked once, whatever the others ask for."""
    for filter in (topic, f"{topic}/+", f"{topic}/#", f"plant/+/{topic.split('/')[1]}", f"+/{topic.split('/')[1]}/a"):
        make(hub, f"SELECT '{filter}' AS f, n FROM '{filter}'", queue.action)
    wire.publish(f"{topic}/a", {"n": 1})
    wire.publish(topic, {"n": 2})
    wire.publish(f"{topic}/a/b", {"n": 3})
    wanted = [(f"{topic}/+", 1), (f"{topic}/#", 1), (f"+/{topic.split('/')[1]}/a", 1), (topic, 2), (f"{topic}/#", 2), (f"{topic}/#", 3)]
    queue.wait(len(wanted))
    time.sleep(0.3)
    assert sorted((row["f"], row["n"]) for row in map(json.loads, queue.come())) == sorted(wanted)


def test_rule_that_is_spoken_to_by_its_name(hub, wire, queue):
    """[hub-rule-2] Basic ingest: the topic begins behind the name."""
    name = make(hub, "SELECT *, topic() AS t FROM 'nobody/says/that'", queue.action)
    wire.publish(f"$aws/rules/{name}/deep/er", {"a": 1})
    assert queue.wait() == [{"a": 1, "t": "deep/er"}]


def test_what_the_hub_says_is_heard(hub, wire, queue, device):
    """[hub-rule-2] A shadow that changes, for one."""
    make(hub, f"SELECT state.desired.a FROM '$aws/things/{device.name}/shadow/update/accepted'", queue.action)
    hub.client("iot-data").update_thing_shadow(thingName=device.name, payload='{"state": {"desired": {"a": 5}}}')
    assert queue.wait() == [{"a": 5}]


def test_what_is_published_over_http_is_heard(hub, wire, queue, topic):
    """[hub-rule-2] Nobody is known to have sent it."""
    make(hub, f"SELECT *, clientid() AS c, principal() AS p FROM '{topic}'", queue.action)
    hub.client("iot-data").publish(topic=topic, qos=1, payload=b'{"a": 1}')
    assert queue.wait() == [{"a": 1, "c": "n/a"}]


def test_sender_of_what_is_retained(hub, wire, queue, topic, device):
    make(hub, f"SELECT *, clientid() AS c FROM '{topic}'", queue.action)
    wire.client.publish(topic, b'{"a": 1}', 1, retain=True).wait_for_publish(10)
    assert queue.wait() == [{"a": 1, "c": device.name}]


def test_connections_are_heard_of(hub, queue, tmp_path):
    """[hub-rule-2] What the hub tells of itself."""
    device = Device(hub, tmp_path)
    make(hub, f"SELECT clientId, eventType FROM '$aws/events/presence/+/{device.name}'", queue.action)
    with Wire(device):
        assert queue.wait() == [{"clientId": device.name, "eventType": "connected"}]


# -- actions ----------------------------------------------------------------------------------------------------------


def test_message_to_a_queue(hub, wire, queue, topic):
    """[hub-rule-3] In base64 where that is asked for: queues take no bytes."""
    other = Queue(hub)
    other.action_of_bytes = {"sqs": {"roleArn": ROLE, "queueUrl": other.url, "useBase64": True}}
    make(hub, f"SELECT * FROM '{topic}'", queue.action, other.action_of_bytes)
    wire.publish(topic, {"a": 1})
    assert queue.wait() == [{"a": 1}]
    wait_until(other.come, "the other message", 20)
    assert json.loads(base64.b64decode(other.texts[0])) == {"a": 1}


def test_message_to_a_log_group(hub, wire, topic):
    """[hub-rule-3]"""
    logs, group = hub.client("logs"), fresh("/rules")
    logs.create_log_group(logGroupName=group)
    name = make(hub, f"SELECT * FROM '{topic}'", {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": group}})
    for number in range(3):
        wire.publish(topic, {"n": number})
    events = wait_until(lambda: len(found := logged(hub, group)) == 3 and found, "the events", 20)
    assert [json.loads(event["message"]) for event in events] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert events[0]["logStreamName"].startswith(name)


def test_list_of_events_to_a_log_group(hub, wire, topic):
    """[hub-rule-3] batchMode: each with a time of its own."""
    logs, group = hub.client("logs"), fresh("/rules")
    logs.create_log_group(logGroupName=group)
    make(hub, f"SELECT VALUE l FROM '{topic}'", {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": group, "batchMode": True}})
    now = int(time.time() * 1000)
    wire.publish(topic, {"l": [{"timestamp": now - 1000, "message": "a"}, {"timestamp": now, "message": "b"}]})
    events = wait_until(lambda: len(found := logged(hub, group)) == 2 and found, "the events", 20)
    assert [(event["timestamp"], event["message"]) for event in events] == [(now - 1000, "a"), (now, "b")]


def test_message_to_a_metric(hub, wire, topic):
    """[hub-rule-3]"""
    space = fresh("Rules")
    metric = {
        "roleArn": ROLE, "metricNamespace": space, "metricName": "${n}", "metricValue": "${v}", "metricUnit": "Count",
        "metricTimestamp": "${timestamp() / 1000}",
    }  # fmt: skip
    make(hub, f"SELECT * FROM '{topic}'", {"cloudwatchMetric": metric})
    for value in (1, 2.5):
        wire.publish(topic, {"n": "Parts", "v": value})
    ask = lambda: hub.client("cloudwatch").get_metric_statistics(
        Namespace=space, MetricName="Parts", StartTime=time.time() - 600, EndTime=time.time() + 600, Period=3600, Statistics=["Sum", "SampleCount"]
    )["Datapoints"]  # fmt: skip
    total = lambda: sum(point["SampleCount"] for point in ask())
    wait_until(lambda: total() == 2, "the figures", 20)
    assert sum(point["Sum"] for point in ask()) == 3.5 and ask()[0]["Unit"] == "Count"


def test_message_to_an_alarm(hub, wire, topic):
    """[hub-rule-3]"""
    cloudwatch, name = hub.client("cloudwatch"), fresh("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Rules", MetricName="x", Statistic="Sum", Period=86400, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
    )  # fmt: skip
    alarm = {"roleArn": ROLE, "alarmName": name, "stateReason": "by ${topic()}", "stateValue": "${s}"}
    make(hub, f"SELECT * FROM '{topic}'", {"cloudwatchAlarm": alarm})
    wire.publish(topic, {"s": "ALARM"})
    told = lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    wait_until(lambda: told()["StateValue"] == "ALARM", "the alarm", 20)
    assert told()["StateReason"] == f"by {topic}"


def test_message_to_an_object(hub, wire, topic):
    """[hub-rule-3] As it is, whatever it is."""
    s3, bucket = hub.client("s3"), fresh("rules")
    s3.create_bucket(Bucket=bucket)
    key = "${topic(2)}/${parse_time('yyyy', timestamp())}/x"
    make(hub, f"SELECT * FROM '{topic}'", {"s3": {"roleArn": ROLE, "bucketName": bucket, "key": key}})
    data = bytes(range(256)) * 200
    wire.publish(topic, data)
    found = wait_until(lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"), "the object", 20)
    assert found[0]["Key"] == f"{topic.split('/')[1]}/{time.gmtime().tm_year}/x"
    assert s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read() == data


def test_message_to_another_device(hub, wire, tmp_path, topic):
    """[hub-rule-3] With what the message says in the topic, and quality 0 where nobody asks for more."""
    other = Device(hub, tmp_path)
    make(hub, f"SELECT a FROM '{topic}'", republish("${topic()}/to/${upper(who)}"), {"republish": {"roleArn": ROLE, "topic": f"{topic}/too"}})
    with Wire(other) as hearer:
        assert hearer.subscribe(f"{topic}/#")
        wire.publish(topic, {"a": 1, "who": "x"})
        assert hearer.wait(f"{topic}/to/X") == {"a": 1}
        assert hearer.wait(f"{topic}/too") == {"a": 1}


def test_message_to_a_shadow(hub, wire, device, topic):
    """[hub-rule-3] A reserved topic is written with two $."""
    make(hub, f"SELECT {{'reported': {{'t': t}}}} AS state FROM '{topic}'", republish(f"$$aws/things/{device.name}/shadow/name/own/update"))
    wire.publish(topic, {"t": 7})
    shadow = lambda: json.loads(hub.client("iot-data").get_thing_shadow(thingName=device.name, shadowName="own")["payload"].read())

    def told():
        with_errors = hub.client("iot-data").exceptions
        try:
            return shadow()["state"]["reported"]
        except with_errors.ResourceNotFoundException:
            return None

    assert wait_until(told, "the shadow", 20) == {"t": 7}


def test_rules_follow_each_other(hub, wire, queue, topic):
    """[hub-rule-3] What one passes on another hears, once."""
    make(hub, f"SELECT *, 1 AS one FROM '{topic}'", republish(f"{topic}/next"))
    make(hub, f"SELECT *, 2 AS two FROM '{topic}/next'", queue.action)
    wire.publish(topic, {"a": 1})
    assert queue.wait() == [{"a": 1, "one": 1, "two": 2}]
    time.sleep(0.3)
    assert len(queue.come()) == 1


def test_circle_of_rules_ends(hub, wire, tmp_path, topic):
    """[hub-rule-3] A message is passed on eight times."""
    hearer = Device(hub, tmp_path)
    make(hub, f"SELECT n + 1 AS n FROM '{topic}'", republish(topic))
    with Wire(hearer) as wire_too:
        assert wire_too.subscribe(topic)
        wire.publish(topic, {"n": 0})
        wire_too.wait(topic, 20, fits=lambda said: said["n"] == 8)
        time.sleep(0.5)
        assert max(said["n"] for _, said in wire_too.messages) == 8
        assert "passed on 8 times" in hub.log()


# -- changes ----------------------------------------------------------------------------------------------------------


def test_rule_that_is_off_and_on(hub, wire, queue, topic):
    """[hub-rule-1] The next message counts, from the moment of the answer."""
    iot, name = hub.client("iot"), make(hub, f"SELECT * FROM '{topic}'", queue.action, ruleDisabled=True)
    wire.publish(topic, {"n": 1})
    iot.enable_topic_rule(ruleName=name)
    assert iot.get_topic_rule(ruleName=name)["rule"]["ruleDisabled"] is False
    wire.publish(topic, {"n": 2})
    assert queue.wait() == [{"n": 2}]
    iot.disable_topic_rule(ruleName=name)
    assert iot.get_topic_rule(ruleName=name)["rule"]["ruleDisabled"] is True
    wire.publish(topic, {"n": 3})
    iot.enable_topic_rule(ruleName=name)
    wire.publish(topic, {"n": 4})
    assert queue.wait(2) == [{"n": 2}, {"n": 4}]


def test_rule_that_is_replaced(hub, wire, queue, topic):
    """[hub-rule-1] All of it but its age and its tags."""
    iot, name = hub.client("iot"), make(hub, f"SELECT 1 AS v FROM '{topic}'", queue.action, description="old")
    made = iot.get_topic_rule(ruleName=name)["rule"]["createdAt"]
    new = payload(f"SELECT 2 AS v FROM '{topic}/b'", queue.action)
    iot.replace_topic_rule(ruleName=name, topicRulePayload=new)
    rule = iot.get_topic_rule(ruleName=name)["rule"]
    assert rule["createdAt"] == made and "description" not in rule and rule["sql"] == new["sql"]
    wire.publish(topic, {})
    wire.publish(f"{topic}/b", {})
    assert queue.wait() == [{"v": 2}]
    with refused("SqlParseException"):
        iot.replace_topic_rule(ruleName=name, topicRulePayload=payload("SELECT"))
    assert iot.get_topic_rule(ruleName=name)["rule"]["sql"] == new["sql"]


def test_rule_that_is_deleted(hub, wire, queue, topic):
    """[hub-rule-1] Another with the same filter goes on."""
    iot = hub.client("iot")
    gone, kept = (make(hub, f"SELECT '{word}' AS w, n FROM '{topic}'", queue.action) for word in ("gone", "kept"))
    wire.publish(topic, {"n": 1})
    assert len(queue.wait(2)) == 2
    iot.delete_topic_rule(ruleName=gone)
    with refused("UnauthorizedException"):
        iot.get_topic_rule(ruleName=gone)
    wire.publish(topic, {"n": 2})
    assert queue.wait(3)[2:] == [{"w": "kept", "n": 2}]
    iot.delete_topic_rule(ruleName=kept)


# -- failures, and what outlives a kill -------------------------------------------------------------------------------


def test_error_action_is_told(hub, wire, queue, topic, device):
    """[hub-rule-4] One message of all that failed; what did not fail is done."""
    errors = Queue(hub)
    missing = [
        {"s3": {"roleArn": ROLE, "bucketName": "no-such-bucket", "key": "k"}},
        {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": "/no/such/group"}},
        {"cloudwatchMetric": {"roleArn": ROLE, "metricNamespace": "n", "metricName": "m", "metricValue": "${a}", "metricUnit": "None"}},
        {"republish": {"roleArn": ROLE, "topic": "${missing}"}},
    ]  # fmt: skip
    name = make(hub, f"SELECT * FROM '{topic}'", *missing, queue.action, errorAction=errors.action)
    wire.publish(topic, {"a": "x"})
    assert queue.wait() == [{"a": "x"}]
    (said,) = errors.wait()
    assert (said["ruleName"], said["topic"], said["clientId"]) == (name, topic, device.name)
    assert json.loads(base64.b64decode(said["base64OriginalPayload"])) == {"a": "x"}
    failed = {row["failedAction"]: (row["failedResource"], row["errorMessage"]) for row in said["failures"]}
    assert set(failed) == {"S3Action", "CloudwatchLogsAction", "CloudwatchMetricAction", "RepublishAction"}
    assert failed["S3Action"][0] == "no-such-bucket" and "NoSuchBucket" in failed["S3Action"][1]
    assert failed["CloudwatchLogsAction"][0] == "/no/such/group" and "no number" in failed["CloudwatchMetricAction"][1]


def test_failure_without_an_error_action_is_a_line(hub, wire, topic):
    """[hub-rule-4]"""
    name = make(hub, f"SELECT * FROM '{topic}'", {"s3": {"roleArn": ROLE, "bucketName": "no-such-bucket", "key": "k"}})
    wire.publish(topic, {"a": 1})
    wait_until(lambda: f"rule {name}: S3Action for no-such-bucket" in hub.log(), "the line", 20)


def test_error_action_that_fails_is_a_line(hub, wire, topic):
    """[hub-rule-4]"""
    missing = {"s3": {"roleArn": ROLE, "bucketName": "no-such-bucket", "key": "k"}}
    name = make(hub, f"SELECT * FROM '{topic}'", missing, errorAction=missing)
    wire.publish(topic, {"a": 1})
    wait_until(lambda: f"rule {name}: error action for no-such-bucket" in hub.log(), "the line", 20)


def test_one_that_is_refused_takes_no_other_along(hub, wire, queue, topic):
    """[hub-rule-4] A text with a character that queues do not take."""
    errors = Queue(hub)
    make(hub, f"SELECT * FROM '{topic}'", queue.action, errorAction=errors.action)
    for payload_ in (b'{"n": 1}', b"\x01", b'{"n": 2}'):
        wire.publish(topic, payload_)
    assert queue.wait(2) == [{"n": 1}, {"n": 2}]
    assert "InvalidMessageContents" in errors.wait()[0]["failures"][0]["errorMessage"]


def test_topic_that_cannot_be_said_takes_no_other_along(hub, wire, queue, topic):
    """[hub-rule-4] A control character in what a device says, and the rule makes a topic of it."""
    errors = Queue(hub)
    make(hub, f"SELECT * FROM '{topic}'", republish(f"{topic}/out/${{x}}"), errorAction=errors.action)
    make(hub, f"SELECT * FROM '{topic}/out/#'", queue.action)
    for word in ("a", "b\n", "c"):
        wire.publish(topic, {"x": word})
    assert sorted(said["x"] for said in queue.wait(2)) == ["a", "c"]
    assert "control" in errors.wait()[0]["failures"][0]["errorMessage"]


def test_many_messages_all_arrive(hub, wire, topic):
    """[hub-rule-4] In their order."""
    logs, group = hub.client("logs"), fresh("/rules")
    logs.create_log_group(logGroupName=group)
    make(hub, f"SELECT n FROM '{topic}'", {"cloudwatchLogs": {"roleArn": ROLE, "logGroupName": group}})
    sent = [wire.client.publish(topic, json.dumps({"n": number}).encode(), 1) for number in range(1000)]
    for publication in sent:
        publication.wait_for_publish(20)
    events = wait_until(lambda: len(found := logged(hub, group)) >= 1000 and found, "a thousand events", 30)
    assert [json.loads(event["message"])["n"] for event in events] == list(range(1000))


def test_rules_outlive_a_kill(binary, tmp_path):
    """[hub-rule-4] Rules, and what was heard before the kill, are there after it."""
    with Hub(binary, tmp_path) as hub:
        device, queue = Device(hub, tmp_path), Queue(hub)
        make(hub, "SELECT * FROM 'plant/+'", queue.action)
        gone = make(hub, "SELECT 'gone' AS x FROM 'plant/#'", queue.action)
        hub.client("iot").delete_topic_rule(ruleName=gone)
        with Wire(device) as wire:
            wire.publish("plant/a", {"n": 1})
            queue.wait()
            for number in range(2, 200):
                wire.publish("plant/a", {"n": number}, 0)
            wire.publish("plant/a", {"n": 200})
            # The last has been heard when it is written down; what is not yet in the queue goes there later.
            time.sleep(0.1)
            hub.restart_killed()
        queue.client = hub.client("sqs")
        queue.url = queue.client.get_queue_url(QueueName=queue.url.rsplit("/", 1)[1])["QueueUrl"]
        with Wire(device) as wire:
            wire.publish("plant/b", {"n": 201})
            wait_until(lambda: any('"n": 201' in text for text in queue.come()), "the message after the kill", 20)
        numbers = {json.loads(text)["n"] for text in queue.texts}
        assert {1, 201} <= numbers and not any("gone" in text for text in queue.texts)
        assert hub.stop() == 0


def test_broker_that_is_killed_comes_back_with_its_rules(binary, tmp_path):
    """[hub-rule-4]"""
    import os
    import signal
    import subprocess

    with Hub(binary, tmp_path) as hub:
        device, queue = Device(hub, tmp_path), Queue(hub)
        make(hub, "SELECT * FROM 'plant/+'", queue.action)
        words = ["pgrep", "-P", str(hub.job.pid), "mosquitto"]
        (pid,) = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
        os.kill(int(pid), signal.SIGKILL)
        wait_until(lambda: "mosquitto ended" in hub.log(), "the end of the broker")

        def back():
            try:
                with Wire(device) as wire:
                    wire.publish("plant/a", {"n": 1})
                    return bool(queue.come())
            except (AssertionError, OSError, ValueError):
                return False

        wait_until(back, "a message through the new broker", 30)
