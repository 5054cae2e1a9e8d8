"""CloudWatch metrics, after the service model and the documentation. B03."""

import json
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest
from hub import fresh, pages, refused
from server import wait_until

ALL = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]


@pytest.fixture(scope="module", params=["smithy-rpc-v2-cbor", "json", "query"])
def cloudwatch(hub, request):
    """A client of each protocol: the newest speak CBOR, newer ones JSON, older ones and Terraform send forms."""
    return hub.client_in(request.param, "cloudwatch")


def minute(ago=0):
    """The beginning of a minute so many minutes ago."""
    return datetime.fromtimestamp(time.time() // 60 * 60, timezone.utc) - timedelta(minutes=ago)


def put(cloudwatch, space, *data, name="Latency"):
    rows = [{"MetricName": name} | row for row in data]
    cloudwatch.put_metric_data(Namespace=space, MetricData=rows)


def ask(cloudwatch, space, name="Latency", period=60, minutes=30, **more):
    answer = cloudwatch.get_metric_statistics(
        Namespace=space,
        MetricName=name,
        StartTime=minute(minutes),
        EndTime=minute(-1),
        Period=period,
        **({"Statistics": ALL} | more),
    )
    return sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])


def test_what_is_put_is_told(cloudwatch):
    """B03: every statistic of every minute."""
    space, at = fresh("Line"), minute(2)
    for value in (1, 2, 6):
        put(cloudwatch, space, {"Value": value, "Timestamp": at, "Unit": "Milliseconds"})
    (point,) = ask(cloudwatch, space)
    assert point["Timestamp"] == at and point["Unit"] == "Milliseconds"
    assert [point[name] for name in ALL] == [3, 3, 9, 1, 6]


def test_a_hundred_calls_are_a_hundred(cloudwatch):
    """B03: counted one by one, summed over a longer period."""
    # One minute for all: another may begin meanwhile.
    space, now = fresh("Line"), minute()
    for number in range(100):
        at = now - timedelta(minutes=number % 7)
        put(cloudwatch, space, {"Value": 1, "Timestamp": at}, name="Invocations")
    points = ask(cloudwatch, space, "Invocations", Statistics=["Sum"])
    assert len(points) == 7 and sum(point["Sum"] for point in points) == 100
    assert sum(point["Sum"] for point in ask(cloudwatch, space, "Invocations", period=3600, minutes=120)) == 100


def test_dimensions_make_another_series(cloudwatch):
    space, at = fresh("Line"), minute(1)
    line, station = {"Name": "Line", "Value": "1"}, {"Name": "Station", "Value": "a"}
    put(cloudwatch, space, {"Value": 1, "Timestamp": at}, {"Value": 2, "Timestamp": at, "Dimensions": [line, station]})
    assert [point["Sum"] for point in ask(cloudwatch, space)] == [1]
    assert [point["Sum"] for point in ask(cloudwatch, space, Dimensions=[station, line])] == [2]
    assert ask(cloudwatch, space, Dimensions=[line]) == []


def test_values_counts_and_summaries(cloudwatch):
    space, at = fresh("Line"), minute(1)
    put(cloudwatch, space, {"Values": [1.0, 5.0], "Counts": [3.0, 1.0], "Timestamp": at})
    summary = {"SampleCount": 2.0, "Sum": 20.0, "Minimum": 8.0, "Maximum": 12.0}
    put(cloudwatch, space, {"StatisticValues": summary, "Timestamp": at})
    (point,) = ask(cloudwatch, space)
    assert [point[name] for name in ALL] == [6, pytest.approx(28 / 6), 28, 1, 12]


def test_percentiles(cloudwatch):
    space, at = fresh("Line"), minute(1)
    put(cloudwatch, space, {"Values": [float(n) for n in range(1, 101)], "Timestamp": at})
    (point,) = ask(cloudwatch, space, Statistics=[], ExtendedStatistics=["p50", "p99", "p100"])
    assert point["ExtendedStatistics"] == {"p50": 50, "p99": 99, "p100": 100}


@pytest.mark.parametrize(
    "count, total, least, most, known",
    [(4, 10, 1, 4, None), (1, 3, 3, 3, 3), (5, 15, 3, 3, 3)],
    ids=["several", "one", "all the same"],
)
def test_percentiles_of_a_summary(cloudwatch, count, total, least, most, known):
    """hub-metric-1: there is a point where the summary has a single value."""
    space, at = fresh("Line"), minute(1)
    summary = {"SampleCount": count, "Sum": total, "Minimum": least, "Maximum": most}
    put(cloudwatch, space, {"StatisticValues": summary, "Timestamp": at})
    points = ask(cloudwatch, space, Statistics=[], ExtendedStatistics=["p50"])
    assert [point["ExtendedStatistics"] for point in points] == ([] if known is None else [{"p50": known}])
    assert data(cloudwatch, space, stat="p50")[0]["m"]["Values"] == ([] if known is None else [known])
    (point,) = ask(cloudwatch, space)
    assert (point["SampleCount"], point["Sum"]) == (count, total)


def test_metrics_with_entities_are_taken(cloudwatch):
    """hub-metric-4: without their entities."""
    space, row = fresh("Line"), {"MetricName": "A", "Value": 1}
    entity = {"KeyAttributes": {"Type": "Service", "Name": "press"}}
    cloudwatch.put_metric_data(
        Namespace=space,
        MetricData=[row],
        EntityMetricData=[{"Entity": entity, "MetricData": [row | {"MetricName": "B"}]}],
        StrictEntityValidation=False,
    )
    cloudwatch.put_metric_data(Namespace=space, EntityMetricData=[{"MetricData": [row | {"MetricName": "C"}]}])
    assert {row["MetricName"] for row in cloudwatch.list_metrics(Namespace=space)["Metrics"]} == {"A", "B", "C"}
    with refused("MissingParameter", "MissingRequiredParameterException"):
        cloudwatch.put_metric_data(Namespace=space)


OTHER = "111111111111"


@pytest.mark.parametrize(
    "name, call",
    [
        (
            "StrictEntityValidation",
            lambda watch: watch.put_metric_data(
                Namespace="L", MetricData=[{"MetricName": "M", "Value": 1}], StrictEntityValidation=True
            ),
        ),
        (
            "StorageResolution",
            lambda watch: put(watch, "L", {"Value": 1, "StorageResolution": 2}),
        ),
        ("account", lambda watch: watch.list_metrics(IncludeLinkedAccounts=True, OwningAccount=OTHER)),
        (
            "account",
            lambda watch: watch.get_metric_data(
                MetricDataQueries=[{"Id": "m", "Expression": "1", "AccountId": OTHER}],
                StartTime=minute(5),
                EndTime=minute(),
            ),
        ),
        ("recentlyActive", lambda watch: watch.list_metrics(RecentlyActive="PT4H")),
        ("AlarmContributorId", lambda watch: watch.describe_alarm_history(AlarmContributorId="x")),
    ],
)
def test_what_is_not_offered_is_refused_by_name(cloudwatch, name, call):
    """hub-metric-4"""
    with refused("InvalidParameterValue", "InvalidParameterValueException") as caught:
        call(cloudwatch)
    assert name in str(caught.value)


def test_metrics_that_are_active(cloudwatch):
    space = fresh("Line")
    put(cloudwatch, space, {"Value": 1, "Timestamp": minute(5 * 60)}, name="Old")
    put(cloudwatch, space, {"Value": 1, "Timestamp": minute(5)}, name="New")
    put(cloudwatch, space, {"Value": 1, "Timestamp": minute(5 * 60)}, {"Value": 1, "Unit": "Count"}, name="Both")
    rows = cloudwatch.list_metrics(Namespace=space, RecentlyActive="PT3H")["Metrics"]
    assert {row["MetricName"] for row in rows} == {"New", "Both"}


def test_metrics_are_listed(cloudwatch):
    space, line = fresh("Line"), {"Name": "Line", "Value": "1"}
    for name in ("A", "B"):
        put(cloudwatch, space, {"Value": 1, "Dimensions": [line]}, {"Value": 1}, name=name)
    rows = [row for answer in pages(cloudwatch.list_metrics, "NextToken", Namespace=space) for row in answer["Metrics"]]
    assert sorted((row["MetricName"], len(row["Dimensions"])) for row in rows) == [("A", 0), ("A", 1), ("B", 0), ("B", 1)]
    assert len(cloudwatch.list_metrics(Namespace=space, MetricName="A")["Metrics"]) == 2
    assert len(cloudwatch.list_metrics(Namespace=space, Dimensions=[{"Name": "Line"}])["Metrics"]) == 2
    assert cloudwatch.list_metrics(Namespace=fresh("Nothing"))["Metrics"] == []


# -- units ------------------------------------------------------------------------------------------------------------


def in_two_units(cloudwatch):
    """One metric of a minute, first in seconds and then in milliseconds: its namespace and the minute."""
    space, at = fresh("Line"), minute(2)
    for value, unit in ((1, "Seconds"), (1000, "Milliseconds"), (3, "Seconds")):
        put(cloudwatch, space, {"Value": value, "Timestamp": at, "Unit": unit})
    return space, at


def data(cloudwatch, space, *more, stat="Average", name="Latency", **arguments):
    """What GetMetricData tells of a metric, `m`, and of other queries, by their ids."""
    stat = {"Metric": {"Namespace": space, "MetricName": name}, "Period": 60, "Stat": stat} | arguments.pop("of", {})
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}, *more],
        **({"StartTime": minute(30), "EndTime": minute(-1), "ScanBy": "TimestampAscending"} | arguments),
    )
    return {row["Id"]: row for row in answer["MetricDataResults"]}, answer.get("NextToken")


@pytest.mark.parametrize(
    "unit, values", [("Seconds", [2]), ("Milliseconds", [1000]), ("None", []), ("Terabytes/Second", [])]
)
def test_unit_tells_what_came_in_it_alone(cloudwatch, unit, values):
    """hub-metric-6"""
    space, at = in_two_units(cloudwatch)
    points = ask(cloudwatch, space, Unit=unit)
    assert [(point["Average"], point["Unit"], point["Timestamp"]) for point in points] == [
        (value, unit, at) for value in values
    ]
    assert data(cloudwatch, space, of={"Unit": unit})[0]["m"]["Values"] == values


def test_units_are_never_mixed(cloudwatch):
    """hub-metric-6: without one there is a point for each; where only one can be, that of the first."""
    space, at = in_two_units(cloudwatch)
    points = {point["Unit"]: (point["Average"], point["SampleCount"]) for point in ask(cloudwatch, space)}
    assert points == {"Seconds": (2, 2), "Milliseconds": (1000, 1)}
    told, _ = data(cloudwatch, space, {"Id": "e", "Expression": "m * 10"})
    assert (told["m"]["Values"], told["m"]["Timestamps"]) == ([2, 1000], [at, at])
    assert told["e"]["Values"] == [20]
    assert len(cloudwatch.list_metrics(Namespace=space)["Metrics"]) == 1


def test_later_unit_fills_where_the_first_is_missing(cloudwatch):
    space, at = in_two_units(cloudwatch)
    put(cloudwatch, space, {"Value": 7, "Timestamp": at + timedelta(minutes=1), "Unit": "Milliseconds"})
    told, _ = data(cloudwatch, space, {"Id": "e", "Expression": "m + 0"})
    assert told["e"]["Values"] == [2, 7]


def test_unknown_units_are_refused(cloudwatch):
    """hub-metric-6"""
    invalid = ("InvalidParameterValue", "InvalidParameterValueException")
    with refused(*invalid):
        put(cloudwatch, fresh("Line"), {"Value": 1, "Unit": "Furlongs"})
    with refused(*invalid):
        ask(cloudwatch, fresh("Line"), Unit="Furlongs")


def make_older(path):
    """The file as it was written when a metric had one unit, that of its first value."""
    with closing(sqlite3.connect(path)) as database, database:
        for key, body in database.execute("SELECT key, body FROM records WHERE kind = 'series'").fetchall():
            record = json.loads(body)
            ((unit, number),) = record.pop("Numbers").items()
            older = json.dumps(record | {"Unit": unit, "Number": number}).encode()
            database.execute("UPDATE records SET body = ? WHERE kind = 'series' AND key = ?", (older, key))
        database.execute("PRAGMA user_version = 2")


def test_figures_of_an_older_hub_are_told(make_hub):
    """hub-metric-6"""
    hub, at = make_hub(), minute(2)
    put(hub.client("cloudwatch"), "Line", {"Value": 7, "Timestamp": at, "Unit": "Count/Second"})
    assert hub.stop() == 0
    make_older(hub.data / "metrics.db")
    hub.start()
    watch = hub.client("cloudwatch")
    for unit, value in (("Count/Second", 8), ("Count", 100)):
        put(watch, "Line", {"Value": value, "Timestamp": at, "Unit": unit})
    assert {point["Unit"]: point["Sum"] for point in ask(watch, "Line")} == {"Count/Second": 15, "Count": 100}


# -- several at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["TimestampAscending", "TimestampDescending"])
def test_data_comes_in_parts(cloudwatch, order):
    """hub-metric-1: so many points at most, of all queries together."""
    space, first = fresh("Line"), minute(6)
    times = [first + timedelta(minutes=number) for number in range(5)]
    put(cloudwatch, space, *[{"Value": number, "Timestamp": at} for number, at in enumerate(times)])
    twice = {"Id": "twice", "Expression": "m * 2"}
    found, states, token = {"m": [], "twice": []}, [], {}
    while True:
        told, next_token = data(cloudwatch, space, twice, ScanBy=order, MaxDatapoints=3, **token)
        assert sum(len(row["Values"]) for row in told.values()) <= 3
        for name, row in told.items():
            found[name] += zip(row["Timestamps"], row["Values"], strict=True)
        states.append({row["StatusCode"] for row in told.values()})
        if not next_token:
            break
        token = {"NextToken": next_token}
    wanted = list(zip(times, range(5), strict=True))[:: 1 if order == "TimestampAscending" else -1]
    assert found == {"m": wanted, "twice": [(at, 2 * value) for at, value in wanted]}
    assert len(states) == 4 and "PartialData" in states[0] and states[-1] == {"Complete"}
    with refused("InvalidNextToken"):
        data(cloudwatch, space, NextToken="nonsense")


def test_several_at_once_and_arithmetic(cloudwatch):
    """Rejects over all parts, in per cent, minute by minute."""
    # Three minutes for all: another may begin meanwhile.
    space, first = fresh("Line"), minute(3)
    times = [first + timedelta(minutes=number) for number in range(3)]
    for at, rejects, parts in zip(times, (1, 5, 3), (10, 20, 0), strict=True):
        put(cloudwatch, space, {"Value": rejects, "Timestamp": at}, name="Rejects")
        put(cloudwatch, space, {"Value": parts, "Timestamp": at}, name="Parts")
    queries = [
        {
            "Id": name.lower(),
            "MetricStat": {"Metric": {"Namespace": space, "MetricName": name}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }
        for name in ("Rejects", "Parts")
    ] + [
        {"Id": "share", "Expression": "rejects / parts * 100", "Label": "%"},
        {"Id": "all", "Expression": "SUM([rejects, parts])"},
    ]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=minute(30), EndTime=minute(-1), ScanBy="TimestampAscending"
    )
    share, both = answer["MetricDataResults"]
    assert (share["Label"], share["Values"]) == ("%", [10, 25])
    assert share["Timestamps"] == times[:2]
    assert both["Values"] == [11, 25, 3]


@pytest.mark.parametrize("expression", ["rejects +", "nobody * 2", "SUM(", "1 + 1", "DROP(rejects)", "(" * 40 + "rejects"])
def test_impossible_arithmetic_is_refused(cloudwatch, expression):
    stat = {"Metric": {"Namespace": "L", "MetricName": "R"}, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "rejects", "MetricStat": stat}, {"Id": "e", "Expression": expression}]
    with refused("ValidationError"):
        cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=minute(5), EndTime=minute())


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"Value": 1, "Timestamp": 60 * 24 * 15},
        {"Value": 1, "Timestamp": -60 * 3},
        {"Values": [1.0, 2.0], "Counts": [1.0]},
        {"StatisticValues": {"SampleCount": 1.0, "Sum": 1.0, "Minimum": 2.0, "Maximum": 1.0}},
    ],
    ids=["nothing", "too old", "too new", "counts", "summary"],
)
def test_impossible_values_are_refused(cloudwatch, row):
    """A time is so many minutes ago when the test runs, which may be hours after it was collected."""
    space = fresh("Line")
    row = row | ({"Timestamp": minute(row["Timestamp"])} if "Timestamp" in row else {})
    with refused("InvalidParameterValue", "InvalidParameterValueException", "MissingParameter", "InvalidParameterCombination"):
        put(cloudwatch, space, row)
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


@pytest.mark.parametrize("more", [{"Period": 61}, {"Period": 0}, {"Statistics": ["Mode"]}, {"Statistics": []}])
def test_impossible_questions_are_refused(cloudwatch, more):
    arguments = {"Statistics": ["Sum"], "Period": 60} | more
    with refused("InvalidParameterValue", "InvalidParameterValueException", "MissingParameter"):
        cloudwatch.get_metric_statistics(
            Namespace="L", MetricName="M", StartTime=minute(5), EndTime=minute(), **arguments
        )


def test_metrics_survive_a_kill(make_hub):
    hub = make_hub()
    put(hub.client("cloudwatch"), "Line", {"Value": 7, "Timestamp": minute(1)})
    hub.restart_killed()
    assert [point["Sum"] for point in ask(hub.client("cloudwatch"), "Line")] == [7]


def test_the_hub_keeps_figures_of_its_own(make_hub):
    """A31: they are there from the start, without anybody putting them."""
    hub = make_hub()
    watch = hub.client("cloudwatch")

    def names():
        return {row["MetricName"] for row in watch.list_metrics(Namespace="Lineside/Hub")["Metrics"]}

    wait_until(lambda: {"MemoryBytes", "EventsWaiting"} <= names(), "the hub's figures")
