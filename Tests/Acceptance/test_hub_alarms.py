"""CloudWatch alarms and dashboards, after the service model and the documentation.

Alarms that treat missing data as `ignore`, and have none, stay in the state that a test sets: nothing judges them anew.
"""

import json
from datetime import timedelta

import pytest
from hub import REGION, fresh, logged, pages, refused
from server import wait_until
from test_hub_metrics import minute

SECONDS = 20
NOT_FOUND = ("ResourceNotFound", "ResourceNotFoundException")
INVALID = ("ValidationError", "InvalidParameterValue", "InvalidParameterValueException")


@pytest.fixture(scope="module", params=["smithy-rpc-v2-cbor", "json", "query"])
def cloudwatch(hub, request):
    """A client of each protocol: the newest speak CBOR, newer ones JSON, older ones and Terraform send forms."""
    return hub.client_in(request.param, "cloudwatch")


@pytest.fixture(scope="module")
def watch(hub):
    """A client of one protocol, for what has nothing to do with protocols."""
    return hub.client("cloudwatch")


def put_alarm(client, name=None, space=None, **more):
    """An alarm over the greatest value of a minute, which is in ALARM above 10; its name."""
    name = name or fresh("alarm")
    arguments = {
        "AlarmName": name,
        "Namespace": space or fresh("Line"),
        "MetricName": "Heat",
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | more
    client.put_metric_alarm(**{key: value for key, value in arguments.items() if value is not None})
    return name


def put_still(client, name=None, **more):
    """An alarm that stays what it is set to."""
    return put_alarm(client, name, TreatMissingData="ignore", **more)


def put(client, space, *values, name="Heat"):
    """A value for each of the last minutes, the latest last; None for a minute without."""
    first = minute(len(values))
    rows = [
        {"MetricName": name, "Value": value, "Timestamp": first + timedelta(minutes=number)}
        for number, value in enumerate(values)
        if value is not None
    ]
    client.put_metric_data(Namespace=space, MetricData=rows)


def find(client, name):
    """An alarm of any type; None when there is none."""
    answer = client.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    found = answer["MetricAlarms"] + answer["CompositeAlarms"]
    return found[0] if found else None


def state(client, name):
    return find(client, name)["StateValue"]


def becomes(client, name, value, seconds=SECONDS):
    wait_until(lambda: state(client, name) == value, f"{name} in {value}", seconds)
    return find(client, name)


def set_state(client, name, value, reason="by hand", **more):
    client.set_alarm_state(AlarmName=name, StateValue=value, StateReason=reason, **more)


def history(client, name, kind=None, **more):
    if kind:
        more["HistoryItemType"] = kind
    answers = pages(client.describe_alarm_history, "NextToken", AlarmName=name, **more)
    return [item for answer in answers for item in answer["AlarmHistoryItems"]]


def make_log(hub):
    """A log group, and its ARN."""
    name = fresh("/lines/alarms")
    hub.client("logs").create_log_group(logGroupName=name)
    return name, hub.arn("logs", f"log-group:{name}")


def listen(hub, name):
    """A log group that gets the events of an alarm from the default bus."""
    events, rule, (group, arn) = hub.client("events"), fresh("alarms"), make_log(hub)
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    answer = events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    assert answer["FailedEntryCount"] == 0, answer
    return group


def heard(hub, group, count=1):
    wait_until(lambda: len(logged(hub, group)) >= count, f"{count} events in {group}", SECONDS)
    return [json.loads(event["message"]) for event in logged(hub, group)]


# -- definitions ------------------------------------------------------------------------------------------------------


def test_alarm_is_put_and_told(hub, cloudwatch):
    name, space = fresh("alarm"), fresh("Line")
    dimensions = [{"Name": "Station", "Value": "press-7"}]
    given = {
        "AlarmName": name,
        "AlarmDescription": "too hot",
        "Namespace": space,
        "MetricName": "Heat",
        "Dimensions": dimensions,
        "Statistic": "Average",
        "Period": 300,
        "Unit": "None",
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 71.5,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": False,
    }
    cloudwatch.put_metric_alarm(**given)
    said = find(cloudwatch, name)
    assert {key: said[key] for key in given} == given
    assert said["AlarmArn"] == hub.arn("cloudwatch", f"alarm:{name}")
    assert said["OKActions"] == said["AlarmActions"] == said["InsufficientDataActions"] == []
    for time in ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp"):
        assert abs(said[time] - minute()) < timedelta(minutes=5)
    assert not {"Tags", "Seen", "Children", "SetByHand"} & set(said)
    cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=[name], WaiterConfig={"Delay": 1, "MaxAttempts": 2})


def test_alarm_put_again_keeps_its_state_and_its_tags(cloudwatch):
    name = put_still(cloudwatch, AlarmDescription="old", Tags=[{"Key": "line", "Value": "7"}])
    set_state(cloudwatch, name, "ALARM")
    put_still(cloudwatch, name, Threshold=20.0, Tags=[{"Key": "line", "Value": "8"}])
    said = find(cloudwatch, name)
    assert (said["StateValue"], said["StateReason"], said["Threshold"]) == ("ALARM", "by hand", 20)
    assert "AlarmDescription" not in said
    assert cloudwatch.list_tags_for_resource(ResourceARN=said["AlarmArn"])["Tags"] == [{"Key": "line", "Value": "7"}]


STAT = {"Metric": {"Namespace": "L", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
ONE = {"Id": "m1", "MetricStat": STAT}
NOT_SINGLE = {"Namespace": None, "MetricName": None, "Statistic": None, "Period": None}


@pytest.mark.parametrize(
    "more",
    [
        {"AlarmName": ""},
        {"AlarmName": "a" * 256},
        {"AlarmName": "a\tb"},
        {"MetricName": None},
        {"Namespace": None},
        {"Statistic": None},
        {"Statistic": "Mode"},
        {"ExtendedStatistic": "p99"},
        {"Statistic": None, "ExtendedStatistic": "tm90"},
        {"Period": None},
        {"Period": 10},
        {"Period": 30},
        {"Period": 0},
        {"Period": 90},
        {"Period": 2_147_483_640, "EvaluationPeriods": 2_147_483_647},
        {"EvaluationPeriods": None},
        {"EvaluationPeriods": 0},
        {"EvaluationPeriods": 1441},
        {"EvaluationPeriods": 2_147_483_647},
        {"EvaluationPeriods": 2, "DatapointsToAlarm": 3},
        {"Threshold": None},
        {"ComparisonOperator": None},
        {"ComparisonOperator": "Equal"},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"TreatMissingData": "hope"},
        {"EvaluateLowSampleCountPercentile": "ignore"},
        {"AlarmActions": ["no arn"]},
        {"OKActions": ["arn:aws:automate:us-east-1:ec2:stop"]},
        {"InsufficientDataActions": [f"arn:aws:automate:us-east-1:ec2:{number}" for number in range(6)]},
        {"AlarmDescription": "x" * 1025},
        {"Metrics": [ONE]},
        NOT_SINGLE | {"Metrics": [ONE, {"Id": "e", "Expression": "m1 * 2"}]},
        NOT_SINGLE | {"Metrics": [ONE | {"ReturnData": False}, {"Id": "e", "Expression": "m2 * 2"}]},
        NOT_SINGLE | {"Metrics": [ONE | {"ReturnData": False}, {"Id": "e", "Expression": "m1 *"}]},
        NOT_SINGLE | {"Metrics": [{"Id": "m1", "MetricStat": STAT | {"Period": 10}}]},
        NOT_SINGLE | {"Metrics": [{"Id": "m1", "MetricStat": STAT | {"Period": 0}}]},
        NOT_SINGLE | {"Metrics": [{"Id": "m1", "MetricStat": STAT | {"Period": -60}}]},
        NOT_SINGLE | {"Metrics": [{"Id": "m1", "MetricStat": STAT | {"Period": 2_147_483_640}}]},
        NOT_SINGLE | {"Metrics": [{"Id": "e", "Expression": "1 + 1", "Period": 0}]},
        NOT_SINGLE | {"Metrics": [{"Id": "e", "Expression": "1 + 1", "Period": -120}]},
        NOT_SINGLE | {"Metrics": [{"Id": "m1", "MetricStat": STAT | {"Stat": "Mode"}}]},
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
    ],
    ids=lambda more: "-".join(more)[:40],
)
def test_impossible_alarms_are_refused(cloudwatch, more):
    name = more.get("AlarmName", fresh("alarm"))
    with refused(*INVALID):
        put_alarm(cloudwatch, **{"AlarmName": name} | more)
    if name and len(name) < 256:
        assert find(cloudwatch, name) is None


def test_periods_below_a_minute_are_refused_in_words(watch):
    with refused("ValidationError") as caught:
        put_alarm(watch, Period=10)
    assert "minute" in caught.value.response["Error"]["Message"]


def test_a_day_of_minutes_and_a_week_of_hours_are_taken(watch):
    put_alarm(watch, EvaluationPeriods=1440)
    put_alarm(watch, Period=3600, EvaluationPeriods=168)


# -- listing ----------------------------------------------------------------------------------------------------------


def test_alarms_by_prefix_state_and_pages(cloudwatch):
    stem = fresh("paged")
    names = [put_still(cloudwatch, f"{stem}.{number}") for number in range(5)]
    set_state(cloudwatch, names[3], "OK")
    answers = list(pages(cloudwatch.describe_alarms, "NextToken", AlarmNamePrefix=f"{stem}.", MaxRecords=2))
    assert [len(answer["MetricAlarms"]) for answer in answers] == [2, 2, 1]
    assert [row["AlarmName"] for answer in answers for row in answer["MetricAlarms"]] == names
    ok = cloudwatch.describe_alarms(AlarmNamePrefix=f"{stem}.", StateValue="OK")["MetricAlarms"]
    assert [row["AlarmName"] for row in ok] == [names[3]]
    some = cloudwatch.describe_alarms(AlarmNames=[names[4], names[0], fresh("nobody")])["MetricAlarms"]
    assert [row["AlarmName"] for row in some] == [names[0], names[4]]


def test_alarms_by_their_actions(hub, cloudwatch):
    stem, (_, arn) = fresh("acting"), make_log(hub)
    acting = put_still(cloudwatch, f"{stem}.1", OKActions=[arn])
    put_still(cloudwatch, f"{stem}.2")
    found = cloudwatch.describe_alarms(AlarmNamePrefix=stem, ActionPrefix=arn[:-3])["MetricAlarms"]
    assert [(row["AlarmName"], row["OKActions"]) for row in found] == [(acting, [arn])]


@pytest.mark.parametrize(
    "arguments, codes",
    [
        ({"NextToken": "not one of yours"}, ["InvalidNextToken"]),
        ({"AlarmNames": ["a"], "AlarmNamePrefix": "a"}, ["InvalidParameterCombination"]),
        ({"ChildrenOfAlarmName": "a", "StateValue": "OK"}, ["InvalidParameterCombination"]),
        ({"StateValue": "FINE"}, INVALID),
        ({"AlarmTypes": ["Other"]}, INVALID),
        ({"MaxRecords": 101}, INVALID),
    ],
)
def test_impossible_listings_are_refused(cloudwatch, arguments, codes):
    with refused(*codes):
        cloudwatch.describe_alarms(**arguments)


def test_alarms_of_a_metric(cloudwatch):
    space, station = fresh("Line"), [{"Name": "Station", "Value": "a"}, {"Name": "Line", "Value": "1"}]
    plain = put_still(cloudwatch, space=space)
    slow = put_still(cloudwatch, space=space, Period=300)
    of_station = put_still(cloudwatch, space=space, Dimensions=station)

    def names(**more):
        answer = cloudwatch.describe_alarms_for_metric(Namespace=space, MetricName="Heat", **more)
        return {row["AlarmName"] for row in answer["MetricAlarms"]}

    assert names() == {plain, slow}
    assert names(Period=300) == {slow}
    assert names(Statistic="Sum") == set()
    assert names(Dimensions=station[::-1]) == {of_station}


# -- judging ----------------------------------------------------------------------------------------------------------


def test_what_is_put_now_alarms_and_is_heard(hub, watch):
    """The event arrives over a rule of the default bus, and at the alarm's own target."""
    space, name, (own, arn) = fresh("Line"), fresh("alarm"), make_log(hub)
    group = listen(hub, name)
    station = [{"Name": "Station", "Value": "press-7"}]
    put_alarm(watch, name, space, AlarmActions=[arn], AlarmDescription="too hot", Dimensions=station)
    assert state(watch, name) == "INSUFFICIENT_DATA"
    watch.put_metric_data(Namespace=space, MetricData=[{"MetricName": "Heat", "Value": 12.5, "Dimensions": station}])
    said = becomes(watch, name, "ALARM")
    assert "12.5" in said["StateReason"] and "greater than the threshold (10.0)" in said["StateReason"]
    (event,) = heard(hub, group)
    assert heard(hub, own) == [event]
    assert (event["source"], event["detail-type"]) == ("aws.cloudwatch", "CloudWatch Alarm State Change")
    assert (event["account"], event["region"], event["version"]) == (hub.account, REGION, "0")
    assert event["resources"] == [said["AlarmArn"]]
    assert len(event["id"]) == 36 and len(event["time"]) == len("2026-11-20T08:00:00Z")
    detail = event["detail"]
    assert detail["alarmName"] == name
    assert (detail["state"]["value"], detail["previousState"]["value"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert detail["state"]["reason"] == said["StateReason"]
    assert detail["state"]["reasonData"] == said["StateReasonData"]
    data = json.loads(said["StateReasonData"])
    assert (data["version"], data["period"], data["statistic"]) == ("1.0", 60, "Maximum")
    assert (data["threshold"], data["recentDatapoints"]) == (10, [12.5])
    (metric,) = detail["configuration"]["metrics"]
    assert detail["configuration"]["description"] == "too hot"
    assert metric["returnData"] is True
    assert metric["metricStat"] == {
        "metric": {"namespace": space, "name": "Heat", "dimensions": {"Station": "press-7"}},
        "period": 60,
        "stat": "Maximum",
    }
    # What was done is written down after it was.
    wait_until(lambda: history(watch, name, "Action"), "the action in the history", SECONDS)
    assert arn in history(watch, name, "Action")[0]["HistorySummary"]


@pytest.mark.parametrize(
    "values, more, wanted",
    [
        ([5.0], {}, "OK"),
        ([50.0], {}, "ALARM"),
        ([50.0], {"ComparisonOperator": "LessThanThreshold"}, "OK"),
        ([10.0], {"ComparisonOperator": "GreaterThanOrEqualToThreshold"}, "ALARM"),
        ([10.0], {"ComparisonOperator": "LessThanOrEqualToThreshold"}, "ALARM"),
        ([50.0, 5.0, 50.0], {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "ALARM"),
        ([50.0, 5.0, 5.0], {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "OK"),
        ([50.0, 50.0, 50.0], {"EvaluationPeriods": 3}, "ALARM"),
        ([50.0, 5.0, 50.0], {"EvaluationPeriods": 3}, "OK"),
        ([50.0, None, 50.0, 50.0], {"EvaluationPeriods": 3, "TreatMissingData": "notBreaching"}, "ALARM"),
        ([50.0], {"Statistic": "SampleCount", "Threshold": 0.0}, "ALARM"),
        ([50.0], {"Statistic": None, "ExtendedStatistic": "p99"}, "ALARM"),
        ([50.0], {"Unit": "Seconds", "TreatMissingData": "breaching", "Threshold": 99.0}, "ALARM"),
    ],
)
def test_points_put_an_alarm_in_its_state(watch, values, more, wanted):
    space = fresh("Line")
    put(watch, space, *values)
    name = put_alarm(watch, space=space, **more)
    becomes(watch, name, wanted)


@pytest.mark.parametrize("unit, wanted", [("Milliseconds", "ALARM"), ("Seconds", "OK"), (None, "OK")])
def test_alarm_judges_one_unit(watch, unit, wanted):
    """hub-metric-6: its own, or the one that came first."""
    space, at = fresh("Line"), minute(1)
    for value, name in ((1.0, "Seconds"), (1000.0, "Milliseconds")):
        row = {"MetricName": "Heat", "Value": value, "Unit": name, "Timestamp": at}
        watch.put_metric_data(Namespace=space, MetricData=[row])
    becomes(watch, put_alarm(watch, space=space, Unit=unit), wanted)


def test_points_that_come_in_the_same_minute_are_judged(watch):
    """An alarm that is what it has to be is judged again when something comes in."""
    space = fresh("Line")
    name = put_alarm(watch, space=space, TreatMissingData="notBreaching")
    becomes(watch, name, "OK")
    put(watch, space, 50.0)
    becomes(watch, name, "ALARM")
    put_alarm(watch, name, space, TreatMissingData="notBreaching", Threshold=100.0)
    becomes(watch, name, "OK")


def test_missing_data_is_treated_as_it_is_said(watch):
    names = {word: put_alarm(watch, TreatMissingData=word) for word in ("missing", "ignore", "notBreaching", "breaching")}
    assert "[Breaching]" in becomes(watch, names["breaching"], "ALARM")["StateReason"]
    assert "[NonBreaching]" in becomes(watch, names["notBreaching"], "OK")["StateReason"]
    assert state(watch, names["missing"]) == state(watch, names["ignore"]) == "INSUFFICIENT_DATA"


def test_arithmetic_over_several_metrics(hub, watch):
    """More than a tenth of the parts is rejected."""
    space, name = fresh("Line"), fresh("alarm")
    for metric, value in (("Rejects", 3.0), ("Parts", 20.0)):
        put(watch, space, value, name=metric)
    queries = [
        {
            "Id": metric.lower(),
            "MetricStat": {"Metric": {"Namespace": space, "MetricName": metric}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }
        for metric in ("Rejects", "Parts")
    ] + [{"Id": "share", "Expression": "rejects / parts", "Label": "share", "ReturnData": True}]
    group = listen(hub, name)
    put_alarm(watch, name, **NOT_SINGLE | {"Metrics": queries, "Threshold": 0.1})
    said = becomes(watch, name, "ALARM")
    assert [query["Id"] for query in said["Metrics"]] == ["rejects", "parts", "share"]
    assert "MetricName" not in said and "Period" not in said
    (event,) = heard(hub, group)
    metrics = {row["id"]: row for row in event["detail"]["configuration"]["metrics"]}
    assert (metrics["share"]["expression"], metrics["share"]["returnData"]) == ("rejects / parts", True)
    assert metrics["parts"]["metricStat"]["metric"]["name"] == "Parts"


# -- states by hand ---------------------------------------------------------------------------------------------------


def test_state_is_set_by_hand(cloudwatch):
    name = put_still(cloudwatch)
    set_state(cloudwatch, name, "ALARM", "a drill", StateReasonData='{"drill": true}')
    said = find(cloudwatch, name)
    assert (said["StateValue"], said["StateReason"]) == ("ALARM", "a drill")
    assert json.loads(said["StateReasonData"]) == {"drill": True}


def test_points_take_an_alarm_back(watch):
    """Whoever sets a state sees it first."""
    name = put_alarm(watch, TreatMissingData="notBreaching")
    becomes(watch, name, "OK")
    set_state(watch, name, "ALARM")
    assert state(watch, name) == "ALARM"
    becomes(watch, name, "OK")
    moves = [item["HistorySummary"] for item in history(watch, name, "StateUpdate", ScanBy="TimestampAscending")]
    assert [move.removeprefix("Alarm updated from ") for move in moves] == [
        "INSUFFICIENT_DATA to OK",
        "OK to ALARM",
        "ALARM to OK",
    ]


@pytest.mark.parametrize(
    "more, codes",
    [
        ({"AlarmName": "nobody-at-all"}, NOT_FOUND),
        ({"StateValue": "FINE"}, INVALID),
        ({"StateReasonData": "no json"}, ["InvalidFormat"]),
        ({"StateReason": "x" * 1024}, INVALID),
    ],
)
def test_impossible_states_are_refused(cloudwatch, more, codes):
    name = put_still(cloudwatch)
    arguments = {"AlarmName": name, "StateValue": "OK", "StateReason": "by hand"} | more
    with refused(*codes):
        cloudwatch.set_alarm_state(**arguments)
    assert state(cloudwatch, name) == "INSUFFICIENT_DATA"


def test_actions_are_switched_off_and_on(hub, cloudwatch):
    """The bus hears of a change all the same."""
    group, arn = make_log(hub)
    off, on = (put_still(cloudwatch, AlarmActions=[arn]) for _ in range(2))
    bus = listen(hub, off)
    cloudwatch.disable_alarm_actions(AlarmNames=[off, on, fresh("nobody")])
    assert [find(cloudwatch, name)["ActionsEnabled"] for name in (off, on)] == [False, False]
    cloudwatch.enable_alarm_actions(AlarmNames=[on])
    assert [find(cloudwatch, name)["ActionsEnabled"] for name in (off, on)] == [False, True]
    for name in (off, on):
        set_state(cloudwatch, name, "ALARM")
    assert [event["detail"]["alarmName"] for event in heard(hub, group)] == [on]
    assert [event["detail"]["alarmName"] for event in heard(hub, bus)] == [off]
    assert history(cloudwatch, off, "Action") == []


# -- composite alarms -------------------------------------------------------------------------------------------------


def put_composite(client, rule, name=None, **more):
    name = name or fresh("composite")
    client.put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)
    return name


def test_composite_alarm_follows_its_children(hub, cloudwatch):
    hot, quiet = (put_still(cloudwatch) for _ in range(2))
    rule = f'ALARM("{hot}") AND NOT (ALARM({quiet}) OR FALSE)'
    name = fresh("composite")
    group = listen(hub, name)
    put_composite(cloudwatch, rule, name, AlarmDescription="hot, and nobody works at it")
    said = becomes(cloudwatch, name, "OK")
    assert (said["AlarmRule"], said["AlarmArn"]) == (rule, hub.arn("cloudwatch", f"alarm:{name}"))
    set_state(cloudwatch, hot, "ALARM")
    reason = becomes(cloudwatch, name, "ALARM")["StateReason"]
    assert reason.startswith(f"{hub.arn('cloudwatch', f'alarm:{hot}')} transitioned to ALARM")
    set_state(cloudwatch, quiet, "ALARM")
    becomes(cloudwatch, name, "OK")
    details = sorted((event["detail"] for event in heard(hub, group, 3)), key=lambda row: row["state"]["timestamp"])
    assert [detail["state"]["value"] for detail in details] == ["OK", "ALARM", "OK"]
    assert details[1]["configuration"] == {"alarmRule": rule, "description": "hot, and nobody works at it"}
    (trigger,) = json.loads(details[1]["state"]["reasonData"])["triggeringAlarms"]
    assert (trigger["arn"], trigger["state"]["value"]) == (hub.arn("cloudwatch", f"alarm:{hot}"), "ALARM")


def test_composite_alarms_of_composite_alarms(hub, watch):
    child = put_still(watch)
    middle = put_composite(watch, f"ALARM({hub.arn('cloudwatch', f'alarm:{child}')})")
    top = put_composite(watch, f"ALARM({middle}) OR INSUFFICIENT_DATA({middle})")
    becomes(watch, top, "OK")
    set_state(watch, child, "ALARM")
    becomes(watch, top, "ALARM")
    assert state(watch, middle) == "ALARM"


def test_composite_alarm_set_by_hand_stays_so(watch):
    child = put_still(watch)
    name = put_composite(watch, f"ALARM({child})")
    becomes(watch, name, "OK")
    set_state(watch, name, "ALARM")
    other = put_composite(watch, "TRUE")
    becomes(watch, other, "ALARM")
    assert state(watch, name) == "ALARM"
    set_state(watch, child, "OK")
    becomes(watch, name, "OK")


def test_composite_alarms_are_told_to_who_asks_for_them(cloudwatch):
    child = put_still(cloudwatch)
    name = put_composite(cloudwatch, f"OK({child})")
    answer = cloudwatch.describe_alarms(AlarmNames=[name, child])
    assert (answer["CompositeAlarms"], [row["AlarmName"] for row in answer["MetricAlarms"]]) == ([], [child])
    waiter = cloudwatch.get_waiter("composite_alarm_exists")
    waiter.wait(AlarmNames=[name], AlarmTypes=["CompositeAlarm"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    children = cloudwatch.describe_alarms(ChildrenOfAlarmName=name)
    assert [row["AlarmName"] for row in children["MetricAlarms"]] == [child]
    parents = cloudwatch.describe_alarms(ParentsOfAlarmName=child)
    assert [row["AlarmName"] for row in parents["CompositeAlarms"]] == [name]


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM(", "ALARM()", "TRUE TRUE", "BROKEN(a)", "ALARM(a) XOR TRUE", "ALARM(nobody-at-all)", "x" * 10241],
    ids=lambda rule: rule[:20],
)
def test_impossible_rules_are_refused(cloudwatch, rule):
    name = fresh("composite")
    with refused(*INVALID):
        put_composite(cloudwatch, rule, name)
    assert find(cloudwatch, name) is None


def test_alarm_keeps_its_type(watch):
    metric, composite = put_still(watch), put_composite(watch, "FALSE")
    with refused("ValidationError"):
        put_composite(watch, "TRUE", metric)
    with refused("ValidationError"):
        put_still(watch, composite)


def test_what_is_not_offered_is_refused_by_its_name(watch):
    with refused("ValidationError") as caught:
        put_composite(watch, "TRUE", ActionsSuppressor="a", ActionsSuppressorWaitPeriod=1)
    assert "ActionsSuppressor" in caught.value.response["Error"]["Message"]


def test_alarms_in_a_circle_rest(watch):
    """Each is what it was, and nothing else is held up."""
    first = put_composite(watch, "FALSE")
    second = put_composite(watch, f"NOT ALARM({first})")
    becomes(watch, second, "ALARM")
    put_composite(watch, f"ALARM({second})", first)
    becomes(watch, put_composite(watch, "TRUE"), "ALARM")
    assert (state(watch, first), state(watch, second)) == ("OK", "ALARM")


# -- deleting ---------------------------------------------------------------------------------------------------------


def test_alarms_are_deleted(cloudwatch):
    names = [put_still(cloudwatch) for _ in range(2)]
    cloudwatch.delete_alarms(AlarmNames=[*names, fresh("nobody")])
    assert [find(cloudwatch, name) for name in names] == [None, None]
    with refused(*NOT_FOUND) as caught:
        cloudwatch.delete_alarms(AlarmNames=names)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_alarm_that_others_are_made_of_stays(cloudwatch):
    child = put_still(cloudwatch)
    parent = put_composite(cloudwatch, f"ALARM({child})")
    with refused("ValidationError"):
        cloudwatch.delete_alarms(AlarmNames=[child])
    with refused("ValidationError"):
        cloudwatch.delete_alarms(AlarmNames=[parent, put_composite(cloudwatch, "TRUE")])
    assert find(cloudwatch, child) and find(cloudwatch, parent)
    cloudwatch.delete_alarms(AlarmNames=[parent, child])
    assert find(cloudwatch, child) is None


# -- history ----------------------------------------------------------------------------------------------------------


def test_history_tells_what_happened(cloudwatch):
    name = put_still(cloudwatch)
    put_still(cloudwatch, name, Threshold=11.0)
    for value in ("ALARM", "OK", "OK"):
        set_state(cloudwatch, name, value)
    cloudwatch.delete_alarms(AlarmNames=[name])
    items = history(cloudwatch, name)
    assert [item["HistoryItemType"] for item in items] == [
        "ConfigurationUpdate",
        "StateUpdate",
        "StateUpdate",
        "ConfigurationUpdate",
        "ConfigurationUpdate",
    ]
    assert {(item["AlarmName"], item["AlarmType"]) for item in items} == {(name, "MetricAlarm")}
    assert [json.loads(items[place]["HistoryData"])["type"] for place in (4, 3, 0)] == ["Create", "Update", "Delete"]
    assert items[1]["HistorySummary"] == "Alarm updated from ALARM to OK"
    change = json.loads(items[1]["HistoryData"])
    assert (change["oldState"]["stateValue"], change["newState"]["stateValue"]) == ("ALARM", "OK")


def test_history_by_pages_kinds_and_times(cloudwatch):
    name = put_still(cloudwatch)
    for number in range(5):
        set_state(cloudwatch, name, ["ALARM", "OK"][number % 2])
    every = history(cloudwatch, name)
    assert len(every) == 6
    assert history(cloudwatch, name, MaxRecords=2) == every
    assert history(cloudwatch, name, ScanBy="TimestampAscending", MaxRecords=4) == every[::-1]
    assert history(cloudwatch, name, "StateUpdate") == every[:5]
    assert history(cloudwatch, name, StartDate=minute(60), EndDate=minute(-60)) == every
    assert history(cloudwatch, name, EndDate=minute(60)) == []
    with refused("InvalidNextToken"):
        cloudwatch.describe_alarm_history(AlarmName=name, NextToken="not one of yours")
    with refused(*INVALID):
        cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Rumour")


def test_history_is_bounded(watch):
    name = put_still(watch)
    for number in range(105):
        set_state(watch, name, ["ALARM", "OK"][number % 2])
    assert len(history(watch, name)) == 100


# -- tags -------------------------------------------------------------------------------------------------------------


def test_tags_of_an_alarm(cloudwatch):
    name = put_still(cloudwatch, Tags=[{"Key": "line", "Value": "7"}])
    arn = find(cloudwatch, name)["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "line", "Value": "8"}, {"Key": "plant", "Value": "Süd"}])
    tags = {row["Key"]: row["Value"] for row in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}
    assert tags == {"line": "8", "plant": "Süd"}
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["line", "nothing"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "plant", "Value": "Süd"}]


def test_tags_that_cannot_be(hub, cloudwatch):
    arn, nobody = find(cloudwatch, put_still(cloudwatch))["AlarmArn"], hub.arn("cloudwatch", f"alarm:{fresh('nobody')}")
    with refused(*NOT_FOUND):
        cloudwatch.list_tags_for_resource(ResourceARN=nobody)
    with refused(*NOT_FOUND):
        cloudwatch.tag_resource(ResourceARN=nobody, Tags=[{"Key": "a", "Value": "b"}])
    with refused(*INVALID):
        cloudwatch.untag_resource(ResourceARN="no arn", TagKeys=["a"])
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)])
    with refused(*INVALID):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "one more", "Value": ""}])


# -- dashboards -------------------------------------------------------------------------------------------------------


def board(*widgets):
    return json.dumps({"widgets": list(widgets)})


TEXT = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "# Line 7"}}


def test_dashboard_comes_and_goes(hub, cloudwatch):
    name = fresh("board")
    assert cloudwatch.put_dashboard(DashboardName=name, DashboardBody=board())["DashboardValidationMessages"] == []
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=board(TEXT))
    said = cloudwatch.get_dashboard(DashboardName=name)
    assert (said["DashboardName"], json.loads(said["DashboardBody"])) == (name, {"widgets": [TEXT]})
    assert said["DashboardArn"] == f"arn:aws:cloudwatch::{hub.account}:dashboard/{name}"
    (row,) = cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    assert (row["DashboardName"], row["DashboardArn"]) == (name, said["DashboardArn"])
    assert row["Size"] == len(board(TEXT))
    assert abs(row["LastModified"] - minute()) < timedelta(minutes=5)
    with refused(*NOT_FOUND):
        cloudwatch.delete_dashboards(DashboardNames=[name, fresh("nothing")])
    cloudwatch.delete_dashboards(DashboardNames=[name])
    with refused(*NOT_FOUND):
        cloudwatch.get_dashboard(DashboardName=name)


def test_dashboards_by_prefix_and_by_pages(cloudwatch):
    stem = fresh("boards")
    names = [f"{stem}-{number:03}" for number in range(102)]
    for name in names:
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=board())
    answers = list(pages(cloudwatch.list_dashboards, "NextToken", DashboardNamePrefix=f"{stem}-"))
    assert len(answers) == 2
    assert [row["DashboardName"] for answer in answers for row in answer["DashboardEntries"]] == names
    cloudwatch.delete_dashboards(DashboardNames=names[:100])
    cloudwatch.delete_dashboards(DashboardNames=names[100:])
    with refused(*INVALID):
        cloudwatch.list_dashboards(NextToken="not one of yours")


@pytest.mark.parametrize(
    "body, path",
    [
        ("no json", "/"),
        ("[]", "/"),
        ("{}", "/"),
        ('{"widgets": {}}', "/widgets"),
        (board(5), "/widgets/0"),
        (board(TEXT, {"type": "text"}), "/widgets/1"),
        (board(TEXT | {"width": 25}), "/widgets/0/width"),
    ],
)
def test_what_is_no_dashboard_is_refused(cloudwatch, body, path):
    name = fresh("board")
    with refused("InvalidParameterInput") as caught:
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    assert f'"dataPath":"{path}"' in caught.value.response["Error"]["Message"]
    with refused(*NOT_FOUND):
        cloudwatch.get_dashboard(DashboardName=name)


def test_every_fault_of_a_dashboard_is_told(watch):
    with refused("InvalidParameterInput") as caught:
        watch.put_dashboard(DashboardName=fresh("board"), DashboardBody=board(5, TEXT, {"properties": []}))
    messages = caught.value.response["dashboardValidationMessages"]
    assert [row["DataPath"] for row in messages] == ["/widgets/0", "/widgets/2", "/widgets/2/properties"]
    assert all(row["Message"] for row in messages)


@pytest.mark.parametrize("name", ["", "two words", "a/b", "b" * 256])
def test_strange_names_of_dashboards_are_refused(cloudwatch, name):
    with refused("InvalidParameterInput"):
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=board())


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_alarms_survive_a_kill(make_hub):
    """Also the event of a change that was answered right before it."""
    hub = make_hub()
    client = hub.client("cloudwatch")
    name = put_still(client, Tags=[{"Key": "line", "Value": "7"}])
    parent = put_composite(client, f"ALARM({name})")
    becomes(client, parent, "OK")
    client.put_dashboard(DashboardName="line-7", DashboardBody=board(TEXT))
    group = listen(hub, name)
    set_state(client, name, "ALARM", "before the kill")
    hub.restart_killed()
    client = hub.client("cloudwatch")
    said = find(client, name)
    assert (said["StateValue"], said["StateReason"]) == ("ALARM", "before the kill")
    assert client.list_tags_for_resource(ResourceARN=said["AlarmArn"])["Tags"] == [{"Key": "line", "Value": "7"}]
    assert json.loads(client.get_dashboard(DashboardName="line-7")["DashboardBody"]) == {"widgets": [TEXT]}
    assert heard(hub, group)[0]["detail"]["state"]["reason"] == "before the kill"
    becomes(client, parent, "ALARM")
    assert [item["HistoryItemType"] for item in history(client, name)] == ["StateUpdate", "ConfigurationUpdate"]
