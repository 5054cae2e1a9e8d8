"""CloudWatch in RPC v2 with CBOR, which the newest SDKs prefer, after Smithy's specification.

What is right is written and read by botocore's own codec; what is wrong is written by hand. A01, B03.
"""

import struct
from datetime import datetime, timezone

import pytest
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from hub import fresh, pages, refused
from test_hub_metrics import ALL, ask, minute, put

NAME = "rpc-v2-cbor"
PROTOCOL = f"smithy-{NAME}"
MEDIA_TYPE = "application/cbor"
SERVICE = "GraniteServiceVersion20100801"
FIELDS = {"smithy-protocol": NAME, "Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE}


@pytest.fixture(scope="module")
def cloudwatch(hub):
    return hub.client_in(PROTOCOL, "cloudwatch")


# -- by hand ----------------------------------------------------------------------------------------------------------


def place(operation, service=SERVICE):
    return f"/service/{service}/operation/{operation}"


def post(hub, operation="PutMetricData", body=b"\xa0", path=None, fields=None, method="POST", service="monitoring"):
    """A signed request; the reply."""
    path = path or place(operation)
    return hub.raw(method, path, hub.sign(service, method, path, FIELDS | (fields or {}), body), body)


def read(body):
    """What a body holds, as botocore reads it."""
    parser = RpcV2CBORParser()
    stream = parser.get_peekable_stream_from_bytes(body)
    value = parser.parse_data_item(stream)
    assert stream.read() == b""
    return value


def written(cloudwatch, operation="PutMetricData", **parameters):
    """A body, as botocore writes it."""
    model = cloudwatch.meta.service_model.operation_model(operation)
    return RpcV2CBORSerializer().serialize_to_request(parameters, model)["body"]


def cbor_error(reply, status=400):
    """The code and the message of a refusal, whose form is looked at."""
    assert reply.status_code == status, (reply.status_code, reply.content)
    assert reply.headers["smithy-protocol"] == NAME and reply.headers["Content-Type"] == MEDIA_TYPE
    assert reply.headers["x-amzn-RequestId"] and "x-amzn-ErrorType" not in reply.headers
    assert reply.headers["x-amzn-query-error"].endswith(";Sender")
    said = read(reply.content)
    return said["__type"].rpartition("#")[2], said["message"]


def text(words):
    """A text of up to 255 bytes."""
    return bytes([0x78, len(words)]) + words.encode()


def members(*pairs, closed=True):
    """A map of texts and bytes that are CBOR already."""
    head = bytes([0xA0 + len(pairs)]) if closed else b"\xbf"
    return head + b"".join(text(key) + value for key, value in pairs) + (b"" if closed else b"\xff")


def datum(space, *more):
    """PutMetricData of one value; `more` comes beside its name and instead of a value."""
    row = members(("MetricName", text("Latency")), *(more or [("Value", b"\x01")]))
    return members(("Namespace", text(space)), ("MetricData", b"\x81" + row))


# -- what is asked of it ----------------------------------------------------------------------------------------------


def test_it_is_cbor(cloudwatch):
    answer = cloudwatch.list_metrics(Namespace=fresh("Nothing"))
    fields = answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer["Metrics"] == [] and answer["ResponseMetadata"]["RequestId"]
    assert (fields["smithy-protocol"], fields["content-type"]) == (NAME, MEDIA_TYPE)


def test_what_has_no_answer_has_no_body(hub, cloudwatch):
    reply = post(hub, body=written(cloudwatch, Namespace=fresh("Line"), MetricData=[{"MetricName": "M", "Value": 1.0}]))
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["smithy-protocol"] == NAME and "Content-Type" not in reply.headers


def test_every_protocol_tells_the_same(hub, cloudwatch):
    space, at = fresh("Line"), minute(1)
    clients = [cloudwatch] + [hub.client_in(protocol, "cloudwatch") for protocol in ("json", "query")]
    for value, client in enumerate(clients, 1):
        put(client, space, {"Value": value, "Timestamp": at, "Unit": "Seconds"})
    told = [ask(client, space, ExtendedStatistics=["p50"]) for client in clients]
    assert told[0] == told[1] == told[2]
    ((point,),) = told[:1]
    assert point["Timestamp"] == at and point["ExtendedStatistics"] == {"p50": 2}
    assert [point[name] for name in ALL] == [3, 2, 6, 1, 3]


def test_data_of_several_metrics(cloudwatch):
    space, times = fresh("Line"), [minute(2), minute(1)]
    for at in times:
        put(cloudwatch, space, {"Values": [1.5, 2.5], "Counts": [2, 1], "Timestamp": at})
    metric = {"Namespace": space, "MetricName": "Latency"}
    queries = [
        {"Id": "sum", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "Label": "\u6c34"},
        {"Id": "half", "Expression": "sum / 2"},
    ]
    told = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=minute(30), EndTime=minute(-1), ScanBy="TimestampAscending"
    )["MetricDataResults"]
    assert [(row["Label"], row["Timestamps"], row["Values"]) for row in told] == [
        ("\u6c34", times, [5.5, 5.5]),
        ("half", times, [2.75, 2.75]),
    ]


def test_a_long_list_comes_in_parts(cloudwatch):
    space = fresh("Line")
    for start in range(0, 600, 300):
        rows = [{"MetricName": f"M{number:03}", "Value": 1.0} for number in range(start, start + 300)]
        cloudwatch.put_metric_data(Namespace=space, MetricData=rows)
    parts = list(pages(cloudwatch.list_metrics, "NextToken", Namespace=space))
    assert [len(part["Metrics"]) for part in parts] == [500, 100]


def test_a_long_request_comes_packed(cloudwatch):
    """botocore packs what has more than ten thousand bytes."""
    space, at, heard = fresh("Line"), minute(1), []
    cloudwatch.meta.events.register(
        "before-send.cloudwatch.PutMetricData",
        lambda request, **_: heard.append(request.headers.get("Content-Encoding")),
        unique_id=space,
    )
    rows = [{"MetricName": "Latency", "Values": [float(n) for n in range(100)], "Timestamp": at} for _ in range(20)]
    cloudwatch.put_metric_data(Namespace=space, MetricData=rows)
    cloudwatch.meta.events.unregister("before-send.cloudwatch.PutMetricData", unique_id=space)
    assert [str(coding, "ascii") if isinstance(coding, bytes) else coding for coding in heard] == ["gzip"]
    assert [point["SampleCount"] for point in ask(cloudwatch, space)] == [2000]


def test_alarms(cloudwatch):
    name, space, before = fresh("alarm"), fresh("Line"), datetime.now(timezone.utc)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription="too hot",
        Namespace=space,
        MetricName="Heat",
        Dimensions=[{"Name": "Line", "Value": "1"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=2,
        DatapointsToAlarm=1,
        Threshold=80.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        Tags=[{"Key": "line", "Value": "1"}],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="it burns", StateReasonData="{}")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["Threshold"] == 80.5 and alarm["EvaluationPeriods"] == 2 and alarm["Period"] == 60
    assert (alarm["StateValue"], alarm["StateReason"], alarm["ActionsEnabled"]) == ("ALARM", "it burns", True)
    for moment in ("StateUpdatedTimestamp", "StateTransitionedTimestamp", "AlarmConfigurationUpdatedTimestamp"):
        assert abs((alarm[moment] - before).total_seconds()) < 60
    span = {"StartDate": minute(5), "EndDate": minute(-5)}
    items = cloudwatch.describe_alarm_history(AlarmName=name, **span)["AlarmHistoryItems"]
    assert {item["HistoryItemType"] for item in items} >= {"StateUpdate", "ConfigurationUpdate"}
    assert all(abs((item["Timestamp"] - before).total_seconds()) < 60 for item in items)
    assert cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "line", "Value": "1"}]
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_dashboards(cloudwatch):
    name, body = fresh("board"), '{"widgets": []}'
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    (entry,) = cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    assert entry["Size"] == len(body) and abs((entry["LastModified"] - datetime.now(timezone.utc)).total_seconds()) < 60
    assert cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"] == body
    cloudwatch.delete_dashboards(DashboardNames=[name])
    assert cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"] == []


# -- refusals ---------------------------------------------------------------------------------------------------------

SPAN = {"StartTime": datetime(2026, 1, 1), "EndTime": datetime(2026, 1, 2)}
REFUSED = {
    "period": (
        "get_metric_statistics",
        {"Namespace": "L", "MetricName": "M", "Period": 61, "Statistics": ["Sum"]} | SPAN,
        ("InvalidParameterValue", "InvalidParameterValueException", 400),
    ),
    "nothing asked": (
        "get_metric_statistics",
        {"Namespace": "L", "MetricName": "M", "Period": 60} | SPAN,
        ("MissingParameter", "MissingRequiredParameterException", 400),
    ),
    "too much": (
        "get_metric_statistics",
        {"Namespace": "L", "MetricName": "M", "Period": 60, "Statistics": ["Sum"]}
        | SPAN
        | {"StartTime": datetime(2025, 1, 1)},
        ("InvalidParameterCombination", "InvalidParameterCombinationException", 400),
    ),
    "arithmetic": (
        "get_metric_data",
        {"MetricDataQueries": [{"Id": "e", "Expression": "1 +"}]} | SPAN,
        ("ValidationError", "ValidationException", 400),
    ),
    "member": ("put_metric_data", {"MetricData": []}, ("InvalidParameterValue", "InvalidParameterValueException", 400)),
    "alarm": (
        "set_alarm_state",
        {"AlarmName": "nobody", "StateValue": "OK", "StateReason": "why"},
        ("ResourceNotFound", "ResourceNotFound", 404),
    ),
    "reason": (
        "set_alarm_state",
        {"AlarmName": "nobody", "StateValue": "OK", "StateReason": "why", "StateReasonData": "{"},
        ("InvalidFormat", "InvalidFormatFault", 400),
    ),
    "board": ("get_dashboard", {"DashboardName": "nobody"}, ("ResourceNotFound", "DashboardNotFoundError", 404)),
    "no board": (
        "put_dashboard",
        {"DashboardName": "b", "DashboardBody": "[]"},
        ("InvalidParameterInput", "DashboardInvalidInputError", 400),
    ),
    "token": ("describe_alarms", {"NextToken": "x"}, ("InvalidNextToken", "InvalidNextToken", 400)),
    "resource": (
        "list_tags_for_resource",
        {"ResourceARN": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:nobody"},
        ("ResourceNotFoundException", "ResourceNotFoundException", 404),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_has_its_name_in_the_model(cloudwatch, what):
    """And beside it the code that it had in forms, which botocore shows first."""
    call, arguments, (code, name, status) = REFUSED[what]
    with refused(code) as caught:
        getattr(cloudwatch, call)(**arguments)
    response = caught.value.response
    assert response["Error"].get("QueryErrorCode", response["Error"]["Code"]) == name
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["Error"]["Message"] and response["ResponseMetadata"]["HTTPHeaders"]["smithy-protocol"] == NAME


def test_a_refusal_tells_more_than_its_name(cloudwatch):
    with refused("InvalidParameterInput") as caught:
        cloudwatch.put_dashboard(DashboardName="b", DashboardBody='{"widgets": [{}]}')
    said = caught.value.response
    assert {row["DataPath"] for row in said["dashboardValidationMessages"]} == {"/widgets/0"}


# -- what is read -----------------------------------------------------------------------------------------------------


def test_lengths_may_come_at_the_end(hub, cloudwatch):
    space, at = fresh("Line"), minute(1)
    name = b"\x7f" + text("Late") + b"\x60" + text("ncy") + b"\xff"
    stamp = b"\xc1\xfb" + struct.pack(">d", at.timestamp() + 0.25)
    values, counts = b"\x9f\x01\xf9\x3e\x00\xfa\x40\x20\x00\x00\xff", b"\x9f\x01\x01\x02\xff"
    row = members(("MetricName", name), ("Timestamp", stamp), ("Values", values), ("Counts", counts), closed=False)
    body = members(("MetricData", b"\x9f" + row + b"\xff"), ("Namespace", text(space)), closed=False)
    assert post(hub, body=body).status_code == 200
    (point,) = ask(cloudwatch, space)
    assert point["Timestamp"] == at and [point[name] for name in ALL] == [4, 1.875, 7.5, 1, 2.5]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"\x18\x64", 100),
        (b"\x38\x63", -100),
        (b"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00", 1e12),
        (b"\x1b" + b"\xff" * 8, 2.0**64),
        (b"\x3b" + b"\xff" * 8, -(2.0**64)),
        (b"\xf9\xc4\x00", -4),
        (b"\xfa\x3f\xc0\x00\x00", 1.5),
        (b"\xfb" + struct.pack(">d", 0.1), 0.1),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else "",
)
def test_numbers_of_every_width(hub, cloudwatch, value, number):
    space = fresh("Line")
    assert post(hub, body=datum(space, ("Value", value))).status_code == 200
    assert [point["Sum"] for point in ask(cloudwatch, space)] == [number]


@pytest.mark.parametrize("stamp", [">I", ">d"])
def test_times_are_whole_or_not(hub, cloudwatch, stamp):
    space, at = fresh("Line"), minute(1)
    whole = int(at.timestamp())
    value = b"\xc1" + (b"\x1a" if stamp == ">I" else b"\xfb") + struct.pack(stamp, whole)
    assert post(hub, body=datum(space, ("Value", b"\x01"), ("Timestamp", value))).status_code == 200
    assert [point["Timestamp"] for point in ask(cloudwatch, space)] == [at]


def test_null_and_what_is_unknown_are_passed_over(hub, cloudwatch):
    space = fresh("Line")
    more = [("Value", b"\x07"), ("Unit", b"\xf6"), ("Dimensions", b"\xf7"), ("Tomorrow", b"\x82\x41\x00\xf9\x7e\x00")]
    assert post(hub, body=datum(space, *more)).status_code == 200
    assert [point["Sum"] for point in ask(cloudwatch, space)] == [7]


@pytest.mark.parametrize("body", [b"", b"\xa0", b"\xbf\xff"], ids=["nothing", "empty", "open"])
def test_who_asks_nothing_sends_nothing(hub, body):
    reply = post(hub, "ListMetrics", body)
    assert reply.status_code == 200 and "Metrics" in read(reply.content)


# -- garbage ----------------------------------------------------------------------------------------------------------

DEEP, HUGE = 100_000, b"\xff" * 8
GARBAGE = {
    "no map": b"\x80",
    "a number": b"\x00",
    "an end": b"\xff",
    "JSON": b'{"Namespace": "Line"}',
    "a form": b"Action=ListMetrics&Version=2010-08-01",
    "reserved": b"\x1c",
    "deep lists": b"\x81" * DEEP,
    "deep open lists": b"\x9f" * DEEP,
    "deep maps": b"\xa1\x61a" * DEEP,
    "deep open maps": b"\xbf\x61a" * DEEP,
    "deep tags": b"\xc1" * DEEP,
    "deep unknown": members(("Tomorrow", b"\x81" * DEEP + b"\x00")),
    "huge list": b"\x9b" + HUGE,
    "huge map": b"\xbb" + HUGE,
    "huge text": b"\x7b" + HUGE,
    "huge bytes": b"\x5b" + HUGE,
    "huge, nearly": b"\x9b\x7f" + HUGE[1:],
    "large list": b"\x9a\x7f\xff\xff\xff" + b"\x00" * 1000,
    "many values": members(("Tomorrow", b"\x9f" + b"\x00" * 1_100_000 + b"\xff")),
    "many pieces": members(("Tomorrow", b"\x7f" + b"\x60" * 1_100_000 + b"\xff")),
    "two maps": b"\xa0\xa0",
    "no UTF-8": members(("Namespace", b"\x61\xff")),
    "half a letter": members(("Namespace", b"\x7f\x61\xc3\x61\xbc\xff")),
    "a text of bytes": members(("Namespace", b"\x7f\x41a\xff")),
    "keys that are numbers": b"\xa1\x01\x02",
    "key alone": b"\xbf\x61a\xff",
    "tag": members(("Namespace", b"\xc2\x41\x01")),
    "a time of words": members(("Namespace", b"\xc1" + text("now"))),
    "simple value": members(("Namespace", b"\xf0")),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_refused(hub, what):
    code, message = cbor_error(post(hub, body=GARBAGE[what]))
    assert code == "SerializationException" and message


def test_a_key_may_come_once(hub, cloudwatch):
    space = fresh("Line")
    twice = members(("Value", b"\x01"), ("MetricName", text("A")), ("Value", b"\x02"))
    body = members(("Namespace", text(space)), ("MetricData", b"\x81" + twice))
    code, message = cbor_error(post(hub, body=body))
    assert code == "SerializationException" and "'Value' is repeated" in message
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


@pytest.mark.parametrize(
    "more",
    [
        [("Value", text("1"))],
        [("Value", b"\xc1\x01")],
        [("Value", b"\xf5")],
        [("Value", b"\x01"), ("Timestamp", b"\x1a\x6a\x00\x00\x00")],
        [("Value", b"\x01"), ("Timestamp", text("2026-11-20T00:00:00Z"))],
        [("Value", b"\x01"), ("Timestamp", b"\xc1\xfb" + struct.pack(">d", 1e300))],
        [("Value", b"\x01"), ("Timestamp", b"\xc1\x1b" + HUGE)],
        [("Value", b"\x01"), ("Unit", b"\x47Seconds")],
        [("Value", b"\x01"), ("StorageResolution", b"\xf9\x3c\x00")],
        [("Values", b"\x81\xf6")],
        [("Values", b"\xa0")],
        [("Value", b"\x01"), ("Dimensions", b"\x81\x80")],
    ],
)
def test_another_kind_is_refused(hub, cloudwatch, more):
    space = fresh("Line")
    code, message = cbor_error(post(hub, body=datum(space, *more)))
    assert code == "SerializationException" and more[-1][0] in message
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("kind", [">e", ">f", ">d"])
def test_what_is_no_number_is_refused(hub, cloudwatch, kind, number):
    space = fresh("Line")
    value = {">e": b"\xf9", ">f": b"\xfa", ">d": b"\xfb"}[kind] + struct.pack(kind, float(number))
    for name, member in {"Value": value, "Values": b"\x81" + value, "Timestamp": b"\xc1" + value}.items():
        code, message = cbor_error(post(hub, body=datum(space, (name, member))))
        assert code == "InvalidParameterValueException" and name in message
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


def test_what_is_cut_off_is_refused(hub, cloudwatch):
    """Wherever it is cut."""
    space = fresh("Line")
    dimensions = [{"Name": "Line", "Value": "1"}]
    row = {"MetricName": "Latency", "Value": 1.5, "Timestamp": minute(1), "Dimensions": dimensions, "Values": [1.0]}
    body = written(cloudwatch, Namespace=space, MetricData=[row])
    for end in range(1, len(body)):
        assert cbor_error(post(hub, body=body[:end]))[0] == "SerializationException", end
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


def test_a_spoiled_byte_does_no_harm(hub, cloudwatch):
    """It is taken or refused, and the hub lives on."""
    body = written(cloudwatch, "ListMetrics", Namespace=fresh("Line"), MetricName="M", Dimensions=[{"Name": "Line"}])
    for at in range(len(body)):
        for byte in (0x00, 0x5F, 0x9F, 0xBF, 0xC1):
            reply = post(hub, "ListMetrics", body[:at] + bytes([byte]) + body[at + 1 :])
            assert reply.status_code in (200, 400), (at, byte, reply.content)
    assert cloudwatch.list_metrics(Namespace=fresh("Nothing"))["Metrics"] == []


# -- the way to it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/v1" + place("ListMetrics"), place("ListMetrics", f"com.amazonaws.cloudwatch.{SERVICE}")],
    ids=["prefix", "namespace"],
)
def test_a_path_may_be_longer(hub, path):
    reply = post(hub, path=path)
    assert reply.status_code == 200 and "Metrics" in read(reply.content)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (place("Nothing"), 400),
        (place("com.amazonaws.cloudwatch.ListMetrics"), 400),
        (place("ListMetrics", "Nobody_20200101"), 404),
        (place("ListMetrics") + "/more", 404),
        ("/", 404),
    ],
)
def test_nobody_is_there(hub, path, status):
    code, message = cbor_error(post(hub, path=path), status)
    assert code == "UnknownOperationException" and message




def test_it_takes_posts_alone(hub):
    assert cbor_error(post(hub, "ListMetrics", b"", method="PUT"), 405)[0] == "UnknownOperationException"


def test_a_target_beside_the_path_is_refused(hub, cloudwatch):
    """Whoever looks at one of the two on the way must not see another operation than is done."""
    name = fresh("board")
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')
    body = written(cloudwatch, "DeleteDashboards", DashboardNames=[name])
    reply = post(hub, "DeleteDashboards", body, fields={"X-Amz-Target": f"{SERVICE}.ListDashboards"})
    assert cbor_error(reply)[0] == "SerializationException"
    assert len(cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]) == 1


def test_another_protocol_is_not_guessed(hub):
    assert 400 <= post(hub, "ListMetrics", b"{}", fields={"smithy-protocol": "rpc-v2-json"}).status_code < 500


def test_strangers_are_refused_in_cbor(hub):
    path = place("ListMetrics")
    assert cbor_error(hub.raw("POST", path, FIELDS, b"\xa0"))[0].startswith("MissingAuthenticationToken")
    signed = hub.sign("monitoring", "POST", path, FIELDS, b"\xa0")
    assert cbor_error(hub.raw("POST", path, signed, b"\xbf\xff"))[0] == "InvalidSignatureException"
    other = place("DescribeAlarms")
    assert cbor_error(hub.raw("POST", other, signed, b"\xa0"))[0] == "InvalidSignatureException"


def test_a_key_of_another_service_is_refused(hub):
    assert cbor_error(post(hub, "ListMetrics", service="logs"))[0] == "InvalidSignatureException"
