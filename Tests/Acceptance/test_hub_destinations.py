"""EventBridge of the hub: connections, API destinations, and commands of the plant's own as targets.

The tests are after the service model and the documentation of EventBridge.
"""

import base64
import json
import re
import uuid
from urllib.parse import parse_qs

import pytest
from destinations import Destination
from hub import fresh, pages, refused
from server import wait_until

ARRIVAL_SECONDS = 15
SOURCE = "edge.inference"
SECRETS = ("key-of-the-api", "word-of-the-user", "secret-of-the-client", "value-that-is-secret")
API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": SECRETS[0]}}
BASIC = {"BasicAuthParameters": {"Username": "operator", "Password": SECRETS[1]}}


def oauth(url="http://127.0.0.1:1", method="POST", **more):
    client = {"ClientID": "client-7", "ClientSecret": SECRETS[2]}
    return {
        "OAuthParameters": {
            "ClientParameters": client,
            "AuthorizationEndpoint": f"{url}/token",
            "HttpMethod": method,
        }
        | more
    }


KINDS = {"API_KEY": API_KEY, "BASIC": BASIC, "OAUTH_CLIENT_CREDENTIALS": oauth()}


@pytest.fixture(scope="module")
def events(hub):
    return hub.client("events")


@pytest.fixture
def place():
    with Destination() as destination:
        yield destination


def make_connection(events, kind="API_KEY", parameters=None, **arguments):
    name = fresh("connection")
    return name, events.create_connection(
        Name=name, AuthorizationType=kind, AuthParameters=parameters or KINDS[kind], **arguments
    )


def make_destination(events, connection=None, endpoint="http://127.0.0.1:1/", method="POST", **arguments):
    name = fresh("destination")
    connection = connection or make_connection(events)[1]["ConnectionArn"]
    made = events.create_api_destination(
        Name=name, ConnectionArn=connection, InvocationEndpoint=endpoint, HttpMethod=method, **arguments
    )
    return name, made


def make_rule(events):
    bus, rule = fresh("bus"), fresh("rule")
    events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]}))
    return bus, rule


def aim(events, arn, **how):
    """A bus whose events all go there."""
    bus, rule = make_rule(events)
    answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn} | how])
    assert answer["FailedEntryCount"] == 0, answer
    return bus


def send(events, bus, **detail):
    answer = events.put_events(
        Entries=[
            {"EventBusName": bus, "Source": SOURCE, "DetailType": "InferenceResult", "Detail": json.dumps(detail)}
        ]
    )
    assert answer["FailedEntryCount"] == 0, answer


def arrived(place, count=1):
    wait_until(lambda: len(place.requests) >= count, f"{count} requests", ARRIVAL_SECONDS)
    return place.requests


def lead(events, place, path="/", kind="API_KEY", parameters=None, method="POST", rate=None, **how):
    """A bus whose events go to the place by way of a new connection and destination."""
    connection = make_connection(events, kind, parameters)[1]["ConnectionArn"]
    more = {"InvocationRateLimitPerSecond": rate} if rate else {}
    made = make_destination(events, connection, place.url + path, method, **more)[1]
    return aim(events, made["ApiDestinationArn"], **how)


# -- connections ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_connection_comes_and_goes(hub, events, kind):
    name, made = make_connection(events, kind, Description="the line's")
    stem = re.escape(hub.arn("events", f"connection/{name}/"))
    assert re.fullmatch(stem + "[-0-9a-f]{36}", made["ConnectionArn"])
    assert made["ConnectionState"] == "AUTHORIZED"
    said = events.describe_connection(Name=name)
    assert (said["Name"], said["ConnectionArn"]) == (name, made["ConnectionArn"])
    assert (said["AuthorizationType"], said["ConnectionState"]) == (kind, "AUTHORIZED")
    assert said["Description"] == "the line's"
    assert said["CreationTime"] == said["LastModifiedTime"] == said["LastAuthorizedTime"] == made["CreationTime"]
    assert events.delete_connection(Name=name)["ConnectionArn"] == made["ConnectionArn"]
    with refused("ResourceNotFoundException"):
        events.describe_connection(Name=name)


def test_description_of_a_connection_has_no_secret_in_it(events):
    lists = {
        "HeaderParameters": [{"Key": "X-Plant", "Value": "S", "IsValueSecret": False}],
        "QueryStringParameters": [{"Key": "pin", "Value": SECRETS[3], "IsValueSecret": True}],
        "BodyParameters": [{"Key": "word", "Value": SECRETS[3], "IsValueSecret": True}],
    }
    said = {}
    for kind, parameters in KINDS.items():
        parameters = parameters | {"InvocationHttpParameters": lists}
        if kind == "OAUTH_CLIENT_CREDENTIALS":
            parameters |= oauth(OAuthHttpParameters=lists)
        said[kind] = events.describe_connection(Name=make_connection(events, kind, parameters)[0])
    shown = {kind: answer["AuthParameters"] for kind, answer in said.items()}
    public = {
        "HeaderParameters": [{"Key": "X-Plant", "Value": "S", "IsValueSecret": False}],
        "QueryStringParameters": [{"Key": "pin", "IsValueSecret": True}],
        "BodyParameters": [{"Key": "word", "IsValueSecret": True}],
    }
    assert shown["API_KEY"]["ApiKeyAuthParameters"] == {"ApiKeyName": "X-Api-Key"}
    assert shown["BASIC"]["BasicAuthParameters"] == {"Username": "operator"}
    assert shown["OAUTH_CLIENT_CREDENTIALS"]["OAuthParameters"] == {
        "ClientParameters": {"ClientID": "client-7"},
        "AuthorizationEndpoint": "http://127.0.0.1:1/token",
        "HttpMethod": "POST",
        "OAuthHttpParameters": public,
    }
    assert all(parameters["InvocationHttpParameters"] == public for parameters in shown.values())
    listed = [row for answer in pages(events.list_connections, "NextToken") for row in answer["Connections"]]
    assert not [secret for secret in SECRETS if secret in f"{said} {listed}"]


def test_connection_is_changed(events):
    name, made = make_connection(events, "BASIC")
    user = {"BasicAuthParameters": {"Username": "u"}}
    changed = events.update_connection(Name=name, Description="new", AuthParameters=user)
    assert (changed["ConnectionArn"], changed["ConnectionState"]) == (made["ConnectionArn"], "AUTHORIZED")
    said = events.describe_connection(Name=name)
    assert (said["Description"], said["AuthParameters"]["BasicAuthParameters"]) == ("new", {"Username": "u"})
    with refused("ValidationException"):
        events.update_connection(Name=name, AuthorizationType="API_KEY")
    events.update_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=API_KEY)
    said = events.describe_connection(Name=name)
    assert (said["AuthorizationType"], list(said["AuthParameters"])) == ("API_KEY", ["ApiKeyAuthParameters"])


def test_connection_without_its_authorization(events):
    name, made = make_connection(events, "BASIC")
    destination, _ = make_destination(events, made["ConnectionArn"])
    assert events.deauthorize_connection(Name=name)["ConnectionState"] == "DEAUTHORIZED"
    said = events.describe_connection(Name=name)
    assert said["ConnectionState"] == "DEAUTHORIZED" and "AuthParameters" not in said
    assert events.describe_api_destination(Name=destination)["ApiDestinationState"] == "INACTIVE"
    with refused("ValidationException"):
        events.update_connection(Name=name, AuthParameters={"BasicAuthParameters": {"Username": "u"}})
    assert events.update_connection(Name=name, AuthParameters=BASIC)["ConnectionState"] == "AUTHORIZED"
    assert events.describe_api_destination(Name=destination)["ApiDestinationState"] == "ACTIVE"


def test_connections_by_prefix_by_state_and_by_pages(events):
    stem = fresh("paged")
    names = [f"{stem}.{number}" for number in range(5)]
    for name in names:
        events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=BASIC)
    answers = list(pages(events.list_connections, "NextToken", NamePrefix=f"{stem}.", Limit=2))
    assert [len(answer["Connections"]) for answer in answers] == [2, 2, 1]
    assert [row["Name"] for answer in answers for row in answer["Connections"]] == names
    events.deauthorize_connection(Name=names[3])
    (row,) = events.list_connections(NamePrefix=f"{stem}.", ConnectionState="DEAUTHORIZED")["Connections"]
    assert (row["Name"], row["AuthorizationType"]) == (names[3], "BASIC")
    with refused("ValidationException"):
        events.list_connections(NextToken="not one of yours")
    with refused("ValidationException"):
        events.list_connections(Limit=101)


def test_two_connections_of_one_name_are_refused(events):
    name, _ = make_connection(events)
    with refused("ResourceAlreadyExistsException"):
        events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=BASIC)
    assert events.describe_connection(Name=name)["AuthorizationType"] == "API_KEY"


@pytest.mark.parametrize(
    "call",
    [
        *(f"{verb}_connection" for verb in ("describe", "update", "delete", "deauthorize")),
        *(f"{verb}_api_destination" for verb in ("describe", "update", "delete")),
    ],
)
def test_what_is_not_there(events, call):
    with refused("ResourceNotFoundException"):
        getattr(events, call)(Name=fresh("nothing"))


def header(key, value):
    return {"HeaderParameters": [{"Key": key, "Value": value, "IsValueSecret": False}]}


@pytest.mark.parametrize(
    "arguments",
    [
        {"Name": "two words"},
        {"Name": "c" * 65},
        {"AuthorizationType": "PERHAPS"},
        {"AuthParameters": {}},
        {"AuthParameters": BASIC},
        {"AuthParameters": API_KEY | BASIC},
        {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key"}}},
        {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": "a\r\nHost: b"}}},
        {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X:Y", "ApiKeyValue": "a"}}},
        {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": "a" * 513}}},
        *(
            {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": name, "ApiKeyValue": "a"}}}
            for name in ("two words", "Héader", "Content-Length", "transfer-encoding", "HOST")
        ),
        {"AuthorizationType": "OAUTH_CLIENT_CREDENTIALS", "AuthParameters": oauth("ftp://host")},
        {"AuthorizationType": "OAUTH_CLIENT_CREDENTIALS", "AuthParameters": oauth(method="DELETE")},
        {"AuthParameters": API_KEY | {"InvocationHttpParameters": header("two words", "a")}},
        {"AuthParameters": API_KEY | {"InvocationHttpParameters": header("X-Plant", "a\nHost: b")}},
        {"AuthParameters": API_KEY | {"InvocationHttpParameters": {"QueryStringParameters": [{"Key": "a"}]}}},
        {"KmsKeyIdentifier": "alias/mine"},
    ],
)
def test_impossible_connections_are_refused(events, arguments):
    name = fresh("connection")
    with refused("ValidationException") as caught:
        usual = {"Name": name, "AuthorizationType": "API_KEY", "AuthParameters": API_KEY}
        events.create_connection(**usual | arguments)
    assert "a" * 100 not in str(caught.value), "a secret is quoted"
    with refused("ResourceNotFoundException"):
        events.describe_connection(Name=name)


# -- API destinations -------------------------------------------------------------------------------------------------


def test_destination_comes_and_goes(hub, events):
    connection = make_connection(events)[1]["ConnectionArn"]
    name, made = make_destination(events, connection, "https://mes.plant.example:8443/parts/*?v=1", Description="MES")
    stem = re.escape(hub.arn("events", f"api-destination/{name}/"))
    assert re.fullmatch(stem + "[-0-9a-f]{36}", made["ApiDestinationArn"])
    assert made["ApiDestinationState"] == "ACTIVE"
    said = events.describe_api_destination(Name=name)
    del said["ResponseMetadata"]
    assert said == {
        "ApiDestinationArn": made["ApiDestinationArn"],
        "Name": name,
        "Description": "MES",
        "ApiDestinationState": "ACTIVE",
        "ConnectionArn": connection,
        "InvocationEndpoint": "https://mes.plant.example:8443/parts/*?v=1",
        "HttpMethod": "POST",
        "InvocationRateLimitPerSecond": 300,
        "CreationTime": made["CreationTime"],
        "LastModifiedTime": made["LastModifiedTime"],
    }
    with refused("ResourceAlreadyExistsException"):
        events.create_api_destination(
            Name=name, ConnectionArn=connection, InvocationEndpoint="https://a/", HttpMethod="PUT"
        )
    events.delete_api_destination(Name=name)
    with refused("ResourceNotFoundException"):
        events.describe_api_destination(Name=name)


def test_destination_is_changed(events):
    name, made = make_destination(events)
    other = make_connection(events)[1]["ConnectionArn"]
    changed = events.update_api_destination(
        Name=name, ConnectionArn=other, HttpMethod="PUT", InvocationRateLimitPerSecond=5
    )
    assert changed["ApiDestinationArn"] == made["ApiDestinationArn"]
    said = events.describe_api_destination(Name=name)
    assert (said["ConnectionArn"], said["HttpMethod"], said["InvocationRateLimitPerSecond"]) == (other, "PUT", 5)
    assert said["InvocationEndpoint"] == "http://127.0.0.1:1/"
    with refused("ResourceNotFoundException"):
        events.update_api_destination(Name=name, ConnectionArn=other[:-1] + "x")


def test_connection_in_use_may_be_deleted(events):
    connection, made = make_connection(events)
    name, _ = make_destination(events, made["ConnectionArn"])
    events.delete_connection(Name=connection)
    assert events.describe_api_destination(Name=name)["ApiDestinationState"] == "INACTIVE"


def test_destinations_by_prefix_by_connection_and_by_pages(events):
    stem, connection = fresh("paged"), make_connection(events)[1]["ConnectionArn"]
    names = [f"{stem}.{number}" for number in range(5)]
    for name in names:
        events.create_api_destination(
            Name=name, ConnectionArn=connection, InvocationEndpoint="https://a/", HttpMethod="POST"
        )
    answers = list(pages(events.list_api_destinations, "NextToken", NamePrefix=f"{stem}.", Limit=2))
    assert [len(answer["ApiDestinations"]) for answer in answers] == [2, 2, 1]
    assert [row["Name"] for answer in answers for row in answer["ApiDestinations"]] == names
    rows = events.list_api_destinations(ConnectionArn=connection)["ApiDestinations"]
    assert [(row["Name"], row["ApiDestinationState"]) for row in rows] == [(name, "ACTIVE") for name in names]
    assert events.list_api_destinations(ConnectionArn=connection + "x")["ApiDestinations"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"InvocationEndpoint": "ftp://host/"},
        {"InvocationEndpoint": "http:///path"},
        {"InvocationEndpoint": "http://*/path"},
        {"InvocationEndpoint": "http://user:word@host/"},
        {"InvocationEndpoint": "http://host:99999/"},
        {"InvocationEndpoint": "http://host/two words"},
        {"InvocationEndpoint": "http://host/\r\nX: y"},
        {"InvocationEndpoint": "http://host/" + "p" * 2048},
        {"HttpMethod": "TRACE"},
        {"InvocationRateLimitPerSecond": 0},
        {"Name": "a/b"},
    ],
)
def test_impossible_destinations_are_refused(events, arguments):
    usual = {"Name": fresh("destination"), "InvocationEndpoint": "https://a/", "HttpMethod": "POST"}
    connection = make_connection(events)[1]["ConnectionArn"]
    with refused("ValidationException"):
        events.create_api_destination(**usual | {"ConnectionArn": connection} | arguments)


def test_destination_needs_a_connection_that_is_there(events):
    connection, made = make_connection(events)
    events.delete_connection(Name=connection)
    with refused("ResourceNotFoundException"):
        make_destination(events, made["ConnectionArn"])


# -- requests ---------------------------------------------------------------------------------------------------------


def test_event_arrives_over_http(hub, events, place):
    """Method, path, header fields, query and body, from the destination, the target and the connection."""
    parameters = API_KEY | {
        "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "X-Plant", "Value": "south", "IsValueSecret": False}],
            "QueryStringParameters": [{"Key": "pin", "Value": "a&b=ü", "IsValueSecret": True}],
            "BodyParameters": [{"Key": "site", "Value": "7", "IsValueSecret": False}],
        }
    }
    bus = lead(
        events,
        place,
        "/lines/*/parts/*?v=1",
        parameters=parameters,
        method="PUT",
        HttpParameters={
            "PathParameterValues": ["a/b ü", "$.detail.part"],
            "HeaderParameters": {
                "X-Line": "one two",
                "X-Plant": "north",
                "X-Part": "$.detail.part",
                "Host": "elsewhere",
            },
            "QueryStringParameters": {"pin": "target", "mode": "x y+z"},
        },
    )
    send(events, bus, label="dent", part=42)
    (request,) = arrived(place)
    assert request.method == "PUT"
    assert request.path.startswith("/lines/a%2Fb%20%C3%BC/parts/42?v=1&")
    assert request.query == {"v": "1", "mode": "x y+z", "pin": "a&b=ü"}
    wanted = {
        "x-api-key": SECRETS[0],
        "x-line": "one two",
        "x-plant": "south",
        "x-part": "42",
        "host": place.url.removeprefix("http://"),
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Lineside/EventBridge",
    }
    assert {name: request.headers.get(name) for name in wanted} == wanted
    event = request.event
    assert (event["detail"], event["account"], event["site"]) == ({"label": "dent", "part": 42}, hub.account, "7")


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "OPTIONS", "PATCH", "DELETE"])
def test_methods(events, place, method):
    send(events, lead(events, place, method=method), n=1)
    (request,) = arrived(place)
    assert request.method == method
    assert (request.body == b"") == (method == "HEAD")


def test_text_of_a_template_is_sent_as_it_is(events, place):
    transformer = {"InputPathsMap": {"what": "$.detail.label"}, "InputTemplate": '"saw <what>"'}
    headers = {"HeaderParameters": {"Content-Type": "text/plain"}}
    send(events, lead(events, place, InputTransformer=transformer, HttpParameters=headers), label="dent")
    (request,) = arrived(place)
    assert (request.body, request.headers["content-type"]) == (b'"saw dent"', "text/plain")


def test_user_and_password(events, place):
    send(events, lead(events, place, kind="BASIC"), n=1)
    (request,) = arrived(place)
    expected = base64.b64encode(f"operator:{SECRETS[1]}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {expected}"


def test_token_is_fetched_once_and_kept(events, place):
    more = {"OAuthHttpParameters": {"BodyParameters": [{"Key": "audience", "Value": "a b", "IsValueSecret": False}]}}
    bus = lead(events, place, kind="OAUTH_CLIENT_CREDENTIALS", parameters=oauth(place.url, **more))
    for number in range(3):
        send(events, bus, n=number)
    assert {request.headers["authorization"] for request in arrived(place, 3)} == {"Bearer token-1"}
    (asked,) = place.token_requests
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert {name: values[0] for name, values in parse_qs(asked.body.decode()).items()} == {
        "grant_type": "client_credentials",
        "client_id": "client-7",
        "client_secret": SECRETS[2],
        "audience": "a b",
    }


def test_token_that_is_refused_is_fetched_anew_at_once(events, place):
    bus = lead(events, place, kind="OAUTH_CLIENT_CREDENTIALS", parameters=oauth(place.url, "GET"))
    send(events, bus, n=1)
    arrived(place)
    place.answers = [(401, {})]
    send(events, bus, n=2)
    first, refused, again = arrived(place, 3)
    assert [request.headers["authorization"] for request in (first, refused, again)] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert refused.body == again.body != first.body
    # In an address there would be no secret.
    assert [request.query["grant_type"] for request in place.token_requests] == ["client_credentials"] * 2
    assert not [request for request in place.token_requests if SECRETS[2] in request.path]
    assert place.token_requests[0].headers["authorization"].startswith("Basic ")


def test_events_that_may_arrive_later_are_sent_again(events, place):
    """Each of these answers costs one more request. A destination for each: they do not wait for one another."""
    statuses = [500, 503, 409, 429, 401]
    buses = [lead(events, place) for _ in statuses]
    place.answers = [(status, {}) for status in statuses]
    for number, bus in enumerate(buses):
        send(events, bus, n=number)
    requests = arrived(place, 2 * len(statuses))
    assert {request.event["detail"]["n"] for request in requests} == set(range(len(statuses)))
    assert len({request.body for request in requests}) == len(statuses)


def test_event_that_is_refused_for_good_is_not_sent_again(events, place):
    """The second event is itself sent twice: by then the first one would have been, too."""
    bus = lead(events, place)
    place.answers = [(400, {})]
    send(events, bus, n=1)
    arrived(place)
    place.answers = [(500, {})]
    send(events, bus, n=2)
    assert [request.event["detail"]["n"] for request in arrived(place, 3)] == [1, 2, 2]


def test_redirection_is_not_followed(events, place):
    """A key goes nowhere but where it was meant for."""
    with Destination() as elsewhere:
        bus = lead(events, place, method="GET")
        place.answers = [(302, {"Location": elsewhere.url + "/"})]
        send(events, bus, n=1)
        arrived(place)
        send(events, bus, n=2)
        assert [request.event["detail"]["n"] for request in arrived(place, 2)] == [1, 2]
        assert elsewhere.requests == []


def test_destination_says_when_to_come_again(events, place):
    bus = lead(events, place)
    place.answers = [(429, {"Retry-After": "2"})]
    send(events, bus, n=1)
    first, again = arrived(place, 2)
    assert again.at - first.at >= 1.9


def test_destination_is_not_asked_too_often(events, place):
    bus = lead(events, place, rate=5)
    for number in range(4):
        send(events, bus, n=number)
    requests = arrived(place, 4)
    assert requests[3].at - requests[0].at >= 0.5


@pytest.mark.parametrize("slow", ["seldom asked", "not there", "always refusing"])
def test_destination_does_not_wait_for_another(events, place, slow):
    """Twenty events wait for one that is asked once a second, or takes nothing."""
    with Destination() as other:
        other.usual = 500 if slow == "always refusing" else 200
        if slow == "not there":
            made = make_destination(events)[1]
            slow_bus = aim(events, made["ApiDestinationArn"])
        else:
            slow_bus = lead(events, other, rate=1 if slow == "seldom asked" else None)
        bus = lead(events, place)
        for number in range(20):
            send(events, slow_bus, n=number)
        if slow == "seldom asked":
            arrived(other)
        for count in (1, 2, 3):
            send(events, bus, n=count)
            wait_until(lambda: len(place.requests) >= count, "the other's event", 3)


def test_turn_that_comes_later_is_no_attempt(events, place):
    """Where nothing is to be tried again, events that wait for their turn still arrive, each once."""
    bus = lead(events, place, rate=4, RetryPolicy={"MaximumRetryAttempts": 0})
    for number in range(4):
        send(events, bus, n=number)
    requests = arrived(place, 4)
    assert sorted(request.event["detail"]["n"] for request in requests) == [0, 1, 2, 3]


def test_path_that_an_event_would_lead_elsewhere_is_not_asked_for(events, place):
    bus = lead(events, place, "/parts/*/state", HttpParameters={"PathParameterValues": ["$.detail.part"]})
    for part in ("..", "", "7"):
        send(events, bus, part=part)
    assert [request.path for request in arrived(place)] == ["/parts/7/state"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"HeaderParameters": {"X-Line": "a\r\nHost: b"}},
        {"HeaderParameters": {"X-Line\r\nHost": "b"}},
        {"HeaderParameters": {"two words": "b"}},
        {"QueryStringParameters": {"a\x00": "b"}},
        {"PathParameterValues": [" "]},
        {"PathParameterValues": [".."]},
        {"PathParameterValues": ["$.detail[*]"]},
    ],
)
def test_parameters_that_cannot_be_sent_are_refused(events, parameters):
    arn = make_destination(events)[1]["ApiDestinationArn"]
    bus, rule = make_rule(events)
    target = {"Id": "1", "Arn": arn, "HttpParameters": parameters}
    answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])
    assert [entry["ErrorCode"] for entry in answer["FailedEntries"]] == ["ValidationException"]
    assert events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"] == []


def test_destination_without_a_connection_is_sent_events_once_it_has_one(events, place):
    connection, made = make_connection(events, "BASIC")
    arn = make_destination(events, made["ConnectionArn"], place.url + "/")[1]["ApiDestinationArn"]
    events.deauthorize_connection(Name=connection)
    send(events, aim(events, arn), n=1)
    events.update_connection(Name=connection, AuthParameters=BASIC)
    assert arrived(place)[0].event["detail"] == {"n": 1}


def test_acknowledged_event_arrives_through_a_kill_with_its_key(make_hub, place):
    hub = make_hub()
    bus = lead(hub.client("events"), place)
    place.usual = 500
    send(hub.client("events"), bus, n=1)
    arrived(place)
    hub.kill()
    place.usual = 200
    before = len(place.requests)
    hub.start()
    request = arrived(place, before + 1)[-1]
    assert (request.event["detail"], request.headers["x-api-key"]) == ({"n": 1}, SECRETS[0])


def test_no_file_of_the_hub_has_a_secret_of_a_connection_in_it(make_hub, place):
    """Neither while it runs nor afterwards: keys, passwords, tokens, and what it says of requests that failed."""
    hub = make_hub()
    events, marker = hub.client("events"), f"marker-{uuid.uuid4()}"
    place.token_stem = marker
    secret = [{"Key": "pin", "Value": marker, "IsValueSecret": True}]
    lists = {"HeaderParameters": secret, "QueryStringParameters": secret, "BodyParameters": secret}
    client = {"ClientID": "client-7", "ClientSecret": marker}
    kinds = {
        "API_KEY": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": marker}},
        "BASIC": {"BasicAuthParameters": {"Username": "operator", "Password": marker}},
        "OAUTH_CLIENT_CREDENTIALS": {
            "OAuthParameters": oauth(place.url, OAuthHttpParameters=lists)["OAuthParameters"]
            | {"ClientParameters": client}
        },
    }
    names = []
    for kind, parameters in kinds.items():
        parameters = parameters | {"InvocationHttpParameters": lists}
        name, made = make_connection(events, kind, parameters)
        names.append(name)
        place.answers.append((400, {}))
        send(events, aim(events, make_destination(events, made["ConnectionArn"], place.url)[1]["ApiDestinationArn"]))
        arrived(place, len(names))
        nobody = make_destination(events, made["ConnectionArn"])[1]["ApiDestinationArn"]
        send(events, aim(events, nobody))
    with refused("ValidationException"):
        make_connection(events, "BASIC", {"BasicAuthParameters": {"Username": "u", "Password": marker + ":" * 600}})
    events.update_connection(Name=names[1], AuthParameters={"BasicAuthParameters": {"Password": marker * 2}})
    spellings = {marker.encode(), base64.b64encode(f"operator:{marker}".encode())}

    def betrayed():
        texts = [*hub.files(), hub.job.log_path, hub.job.stdout_path]
        return [path for path in texts if any(spelling in path.read_bytes() for spelling in spellings)]

    assert betrayed() == []
    assert hub.stop() == 0
    assert betrayed() == []


# -- commands ---------------------------------------------------------------------------------------------------------


def make_command(hub, script, name=None):
    """A command that the operator puts there; its ARN."""
    name = name or fresh("command")
    folder = hub.data / "commands"
    folder.mkdir(exist_ok=True)
    half = folder / f".{name}.new"
    half.write_text(f"#!/bin/sh\n{script}\n")
    half.chmod(0o755)
    half.rename(folder / name)
    return hub.arn("lineside", f"command/{name}")


def text_of(path):
    return path.read_text() if path.exists() else ""


def test_event_is_given_to_a_command(hub, events, tmp_path):
    out, environment = tmp_path / "event", tmp_path / "environment"
    arn = make_command(hub, f"env > '{environment}'; cat > '{out}.new'; mv '{out}.new' '{out}'")
    send(events, aim(events, arn), label="dent")
    wait_until(out.exists, "the command's file", ARRIVAL_SECONDS)
    event = json.loads(out.read_text())
    assert (event["detail"], event["source"]) == ({"label": "dent"}, SOURCE)
    names = dict(line.split("=", 1) for line in environment.read_text().splitlines())
    assert names["LINESIDE_EVENT_TARGET"] == arn
    # The rest is the shell's own.
    assert set(names) <= {"PATH", "LANG", "LINESIDE_EVENT_TARGET", "PWD", "OLDPWD", "SHLVL", "_"}


def test_command_that_fails_is_run_again(hub, events, tmp_path):
    tries = tmp_path / "tries"
    arn = make_command(hub, f"cat >> '{tries}'; echo >> '{tries}'; echo not yet >&2; test $(wc -l < '{tries}') -ge 3")
    bus = aim(events, arn)
    send(events, bus, n=1)
    wait_until(lambda: len(text_of(tries).splitlines()) == 3, "three tries", ARRIVAL_SECONDS)
    assert {json.loads(line)["detail"]["n"] for line in text_of(tries).splitlines()} == {1}
    send(events, bus, n=2)
    wait_until(lambda: len(text_of(tries).splitlines()) >= 4, "the next event", ARRIVAL_SECONDS)
    assert [json.loads(line)["detail"]["n"] for line in text_of(tries).splitlines()] == [1, 1, 1, 2]


def test_command_may_come_later_than_its_event(hub, events, tmp_path):
    name, out = fresh("command"), tmp_path / "event"
    send(events, aim(events, hub.arn("lineside", f"command/{name}")), n=1)
    make_command(hub, f"cat > '{out}.new'; mv '{out}.new' '{out}'", name)
    wait_until(out.exists, "the command's file", ARRIVAL_SECONDS)


def test_command_reads_as_much_as_an_event_can_be(hub, events, tmp_path):
    out = tmp_path / "event"
    arn = make_command(hub, f"sleep 0.1; cat > '{out}.new'; mv '{out}.new' '{out}'")
    send(events, aim(events, arn), text="x" * 200_000)
    wait_until(out.exists, "the command's file", ARRIVAL_SECONDS)
    assert len(json.loads(out.read_text())["detail"]["text"]) == 200_000


def test_hub_that_stops_waits_for_no_command_and_loses_no_event(make_hub, tmp_path):
    """What was broken off is no try that counts, so that it is made again even where there is to be one alone."""
    hub, begun, out = make_hub(), tmp_path / "begun", tmp_path / "event"
    arn = make_command(hub, f"test -e '{begun}' && exec cat > '{out}'; touch '{begun}'; sleep 60")
    events = hub.client("events")
    send(events, aim(events, arn, RetryPolicy={"MaximumRetryAttempts": 0}), n=1)
    wait_until(begun.exists, "the command to begin", ARRIVAL_SECONDS)
    assert hub.stop() == 0
    hub.start()
    wait_until(lambda: text_of(out).endswith("}"), "the event", ARRIVAL_SECONDS)


@pytest.mark.parametrize("name", ["../sh", "..", ".hidden", "a/b", "", "a b", "a\nb", "x" * 65, "a:b"])
def test_command_outside_of_its_folder_is_refused(hub, events, name):
    bus, rule = make_rule(events)
    target = {"Id": "1", "Arn": hub.arn("lineside", f"command/{name}")}
    answer = events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])
    assert [entry["ErrorCode"] for entry in answer["FailedEntries"]] == ["ValidationException"]
    assert events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"] == []
