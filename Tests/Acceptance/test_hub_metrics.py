"""CloudWatch metrics, after the service model and the documentation. B03."""

import time
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


def test_metrics_are_listed(cloudwatch):
    space, line = fresh("Line"), {"Name": "Line", "Value": "1"}
    for name in ("A", "B"):
        put(cloudwatch, space, {"Value": 1, "Dimensions": [line]}, {"Value": 1}, name=name)
    rows = [row for answer in pages(cloudwatch.list_metrics, "NextToken", Namespace=space) for row in answer["Metrics"]]
    assert sorted((row["MetricName"], len(row["Dimensions"])) for row in rows) == [("A", 0), ("A", 1), ("B", 0), ("B", 1)]
    assert len(cloudwatch.list_metrics(Namespace=space, MetricName="A")["Metrics"]) == 2
    assert len(cloudwatch.list_metrics(Namespace=space, Dimensions=[{"Name": "Line"}])["Metrics"]) == 2
    assert cloudwatch.list_metrics(Namespace=fresh("Nothing"))["Metrics"] == []


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
