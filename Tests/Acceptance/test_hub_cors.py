"""Pages of other places that ask the hub's object store: rules, preflights, and what answers tell a browser. A03."""

from urllib.parse import urlsplit

import pytest
from hub import fresh
from store import (
    allow,
    ask,
    ask_xml,
    code,
    error,
    good,
    make_bucket,
    path,
    put,
    send,
    status_of,
    turned_down,
    user_with,
)

PLANT = "https://plant.example"


def share(s3, bucket, *rules):
    return s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": list(rules)})


def rules_of(s3, bucket):
    return s3.get_bucket_cors(Bucket=bucket)["CORSRules"]


def rule(origins=(PLANT,), methods=("GET",), **others):
    return {"AllowedOrigins": list(origins), "AllowedMethods": list(methods)} | others


def preflight(hub, target, origin=PLANT, method="GET", headers=None, **fields):
    """What a browser sends before a page's request; nobody has signed it."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return send(hub, "OPTIONS", target, {name: text for name, text in (asked | fields).items() if text is not None})


def shared(reply):
    """The fields that speak to a browser, without their common beginning."""
    stem = "Access-Control-"
    return {name.removeprefix(stem): text for name, text in reply.headers.items() if name.startswith(stem)}


# -- rules are set ----------------------------------------------------------------------------------------------------


def test_rules_are_told_as_they_were_put(s3, bucket):
    rules = [
        rule(ID="console", methods=["GET", "PUT"], AllowedHeaders=["*"], ExposeHeaders=["ETag"], MaxAgeSeconds=600),
        rule(["https://*.example", "http://localhost:*"], ["HEAD", "POST", "DELETE"], AllowedHeaders=["x-amz-*"]),
        rule(["*"], MaxAgeSeconds=0),
    ]
    share(s3, bucket, *rules)
    assert rules_of(s3, bucket) == rules
    for _ in range(2):
        assert status_of(s3.delete_bucket_cors(Bucket=bucket)) == 204
        with turned_down(404, "NoSuchCORSConfiguration"):
            rules_of(s3, bucket)


@pytest.mark.parametrize(
    "rules, code",
    [
        ([], "MalformedXML"),
        ([rule()] * 101, "MalformedXML"),
        ([rule(origins=[])], "MalformedXML"),
        ([rule(methods=[])], "MalformedXML"),
        ([rule(MaxAgeSeconds="soon")], "MalformedXML"),
        ([rule(methods=["PATCH"])], "InvalidRequest"),
        ([rule(methods=["OPTIONS"])], "InvalidRequest"),
        ([rule(["https://*.*"])], "InvalidRequest"),
        ([rule(AllowedHeaders=["*-*"])], "InvalidRequest"),
        ([rule(ExposeHeaders=["x-*"])], "InvalidRequest"),
        ([rule(ID="n" * 256)], "InvalidArgument"),
        ([rule(["https://" + "a" * 1000 + str(number) for number in range(70)])], "InvalidRequest"),
    ],
    ids=["none", "many", "nobody", "nothing", "age", "PATCH", "OPTIONS", "origin", "header", "exposed", "ID", "long"],
)
def test_rules_that_cannot_be_are_refused(s3, bucket, rules, code):
    """And what was set before stays."""
    share(s3, bucket, rule())
    with turned_down(400, code):
        share(s3, bucket, *rules)
    assert rules_of(s3, bucket) == [rule()]


@pytest.mark.parametrize("text", ["", "<", "{}", "<Other/>", "<CORSConfiguration><Rule/></CORSConfiguration>"])
def test_rules_that_are_no_document_are_refused(hub, bucket, text):
    assert code(ask_xml(hub, "PUT", path(bucket, query="cors"), text)) == "MalformedXML"


def test_bucket_that_is_not_there(s3):
    for call in (
        lambda name: share(s3, name, rule()),
        lambda name: rules_of(s3, name),
        lambda name: s3.delete_bucket_cors(Bucket=name),
    ):
        with turned_down(404, "NoSuchBucket"):
            call(fresh("nowhere"))


def test_rules_ask_for_leave(hub, bucket):
    """A10: under the names that policies know."""
    reader = hub.client("s3", **user_with(hub, allow("s3:GetBucketCORS")))
    writer = hub.client("s3", **user_with(hub, allow("s3:PutBucketCORS")))
    with turned_down(403, "AccessDenied"):
        share(reader, bucket, rule())
    share(writer, bucket, rule())
    assert rules_of(reader, bucket) == [rule()]
    with turned_down(403, "AccessDenied"):
        reader.delete_bucket_cors(Bucket=bucket)
    writer.delete_bucket_cors(Bucket=bucket)


# -- preflights -------------------------------------------------------------------------------------------------------


def test_preflight_is_answered_from_the_rules(hub, s3, bucket):
    """The first rule that holds answers; nobody needs a key."""
    share(
        s3,
        bucket,
        rule(
            methods=["PUT", "GET"],
            AllowedHeaders=["Content-Type", "x-amz-*"],
            ExposeHeaders=["ETag", "x-amz-id-2"],
            MaxAgeSeconds=600,
        ),
        rule(["*"], ["GET"]),
    )
    reply = good(preflight(hub, path(bucket, "part"), method="PUT", headers="content-type, X-Amz-Date"))
    assert (reply.status, reply.body) == (200, b"")
    assert shared(reply) == {
        "Allow-Origin": PLANT,
        "Allow-Methods": "PUT, GET",
        "Allow-Headers": "content-type, x-amz-date",
        "Expose-Headers": "ETag, x-amz-id-2",
        "Max-Age": "600",
        "Allow-Credentials": "true",
    }
    assert "Origin" in reply.headers["Vary"]
    assert reply.headers["x-amz-request-id"]
    anyone = shared(good(preflight(hub, path(bucket, "part"), origin="https://elsewhere.example")))
    assert anyone == {"Allow-Origin": "*", "Allow-Methods": "GET"}


@pytest.mark.parametrize(
    "asked",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "http://plant.example"},
        {"origin": "null"},
        {"method": "DELETE"},
        {"headers": "content-type"},
        {"headers": "x-line, content-type"},
    ],
    ids=["origin", "scheme", "null", "method", "header", "one header of two"],
)
def test_preflight_that_no_rule_allows(hub, s3, bucket, asked):
    share(s3, bucket, rule(AllowedHeaders=["X-Line"]))
    good(preflight(hub, path(bucket, "part"), headers="x-line"))
    reply = preflight(hub, path(bucket, "part"), **asked)
    said = error(reply)
    assert (reply.status, said["Code"]) == (403, "AccessForbidden")
    assert said["Message"].startswith("CORSResponse: This CORS request is not allowed.")
    assert (said["Method"], said["ResourceType"]) == (asked.get("method", "GET"), "OBJECT")
    assert shared(reply) == {}


def test_preflight_of_a_bucket_without_rules(hub, bucket):
    """Nor does one that is not there tell it apart."""
    for name in (bucket, fresh("nowhere")):
        reply = preflight(hub, path(name))
        said = error(reply)
        assert (reply.status, said["Code"], said["ResourceType"]) == (403, "AccessForbidden", "BUCKET")
        assert said["Message"] == "CORSResponse: CORS is not enabled for this bucket."


@pytest.mark.parametrize("asked", [{"origin": None}, {"method": None}, {"method": "PATCH"}, {"method": "get"}])
def test_preflight_that_is_none(hub, s3, bucket, asked):
    share(s3, bucket, rule(["*"]))
    reply = preflight(hub, path(bucket, "part"), **asked)
    assert (reply.status, code(reply)) == (400, "BadRequest")


@pytest.mark.parametrize(
    "pattern, origin, fits",
    [
        ("https://*.example", "https://a.b.example", True),
        ("https://*.example", "https://example", False),
        ("http://localhost:*", "http://localhost:3000", True),
        ("*", "null", True),
        (PLANT, PLANT + ":8443", False),
    ],
)
def test_star_stands_for_anything(hub, s3, bucket, pattern, origin, fits):
    share(s3, bucket, rule([pattern]))
    assert (preflight(hub, path(bucket, "part"), origin=origin).status == 200) == fits


def test_preflight_of_a_bucket_in_the_name_of_the_host(hub, s3, bucket):
    share(s3, bucket, rule())
    host = f"{bucket}.localhost:{urlsplit(hub.url).port}"
    for target in ("/", "/part"):
        assert shared(good(preflight(hub, target, Host=host)))["Allow-Origin"] == PLANT


def test_preflight_of_a_signed_address(hub, s3, bucket):
    """The address carries a signature of another method, which nobody looks at."""
    share(s3, bucket, rule(methods=["PUT"], AllowedHeaders=["*"]))
    url = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "part"}))
    target = f"{url.path}?{url.query}"
    assert good(preflight(hub, target, method="PUT", headers="content-type")).status == 200
    reply = send(hub, "PUT", target, {"Origin": PLANT, "Content-Length": "5"}, b"bytes")
    assert shared(good(reply))["Allow-Origin"] == PLANT
    assert s3.head_object(Bucket=bucket, Key="part")["ContentLength"] == 5


def test_preflight_with_a_body_brings_nothing(hub, s3, bucket):
    share(s3, bucket, rule())
    asked = {"Origin": PLANT, "Access-Control-Request-Method": "GET"}
    reply = send(hub, "OPTIONS", path(bucket, "part"), asked, b"x" * 100_000)
    assert reply.status == 200
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


# -- requests of pages ------------------------------------------------------------------------------------------------


def test_answer_tells_the_page_that_it_may_read(hub, s3, bucket):
    """Refusals too. What is asked without an origin, or from elsewhere, tells nothing."""
    share(s3, bucket, rule(methods=["GET", "HEAD"], ExposeHeaders=["ETag"], MaxAgeSeconds=5))
    put(s3, bucket, "part", b"bytes")
    page = {"Origin": PLANT}
    expected = {
        "Allow-Origin": PLANT,
        "Allow-Methods": "GET, HEAD",
        "Expose-Headers": "ETag",
        "Max-Age": "5",
        "Allow-Credentials": "true",
    }
    for method, target, status in (
        ("GET", path(bucket, "part"), 200),
        ("HEAD", path(bucket, "part"), 200),
        ("GET", path(bucket, query="list-type=2"), 200),
        ("GET", path(bucket, "nothing"), 404),
    ):
        reply = ask(hub, method, target, headers=page)
        assert (reply.status, shared(reply)) == (status, expected)
        assert "Origin" in reply.headers["Vary"]
    refused = send(hub, "GET", path(bucket, "part"), page)
    assert (refused.status, shared(refused)) == (403, expected)
    assert good(ask(hub, "GET", path(bucket, "part"), headers=page)).body == b"bytes"
    assert shared(ask(hub, "GET", path(bucket, "part"))) == {}
    assert shared(ask(hub, "GET", path(bucket, "part"), headers={"Origin": "https://elsewhere.example"})) == {}


def test_rules_are_for_browsers_and_stop_nobody(hub, s3, bucket):
    """A method that no page may use is done for whoever has the key."""
    share(s3, bucket, rule(methods=["GET"]))
    reply = good(ask(hub, "PUT", path(bucket, "part"), b"bytes", {"Origin": PLANT}))
    assert shared(reply) == {}
    assert s3.head_object(Bucket=bucket, Key="part")["ContentLength"] == 5


def test_rules_outlive_a_kill(make_hub):
    hub = make_hub()
    bucket = make_bucket(hub)
    share(hub.client("s3"), bucket, rule())
    hub.restart_killed()
    assert rules_of(hub.client("s3"), bucket) == [rule()]
    assert preflight(hub, path(bucket, "part")).status == 200
