"""The hub's wire: what it says to strange, spoiled and hostile requests in each of the AWS protocols it speaks.

Requests are made by hand and signed by botocore, so that a test can spoil them afterwards. A01.
"""

import hashlib
import http.client
import json
import re
import socket
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from hub import fresh, refused

JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
LOGS = "Logs_20140328"
IAM_VERSION = "2010-05-08"


def json_headers(target, content_type=JSON):
    return {"Content-Type": content_type, "X-Amz-Target": target}


def signed_json(hub, target, body, service="logs", **signing):
    """The headers of a JSON request, signed."""
    return hub.sign(service, headers=json_headers(target), body=body, **signing)


def ask(hub, operation, body=b"{}", service="logs", **signing):
    """A call of CloudWatch Logs, or of the service whose whole target is given."""
    target = operation if "." in operation else f"{LOGS}.{operation}"
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return hub.raw(headers=signed_json(hub, target, body, service, **signing), body=body)


def query(hub, action=None, service="iam", version=IAM_VERSION, body=None, **parameters):
    """A call of the query protocol."""
    named = ({"Action": action} if action else {}) | {"Version": version} | parameters
    body = urlencode(named).encode() if body is None else body
    return hub.raw(headers=hub.sign(service, headers={"Content-Type": FORM}, body=body), body=body)


def json_error(reply):
    """The code and the message of a refusal in JSON, whose form is looked at."""
    assert 400 <= reply.status_code < 500, (reply.status_code, reply.text)
    assert reply.headers["Content-Type"].startswith("application/x-amz-json-1.")
    assert reply.headers["x-amzn-RequestId"]
    said = reply.json()
    return said["__type"].rpartition("#")[2], said.get("message", said.get("Message", ""))


def xml_error(reply):
    """The code and the message of a refusal of the query protocol, whose form is looked at."""
    assert 400 <= reply.status_code < 500, (reply.status_code, reply.text)
    assert reply.headers["Content-Type"].startswith("text/xml")
    assert reply.headers["x-amzn-RequestId"]
    root = ElementTree.fromstring(reply.content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    assert root.tag == "ErrorResponse"
    assert root.findtext("RequestId") == reply.headers["x-amzn-RequestId"]
    assert root.findtext("Error/Type") == "Sender"
    return root.findtext("Error/Code"), root.findtext("Error/Message")


def rest_error(reply):
    """The code and the message of a refusal of REST-JSON, whose form is looked at."""
    assert 400 <= reply.status_code < 500, (reply.status_code, reply.text)
    assert reply.headers["Content-Type"].startswith("application/json")
    assert reply.headers["x-amzn-RequestId"]
    said = reply.json()
    return reply.headers["x-amzn-errortype"].partition(":")[0], said.get("message", said.get("Message", ""))


def by_hand(hub, lines, body):
    """The status of a POST whose header lines are sent as they stand."""
    parts = urlsplit(hub.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in [("Host", parts.netloc), *lines])
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body)
        return int(connection.makefile("rb").readline().split()[1])


def exists(hub, group):
    rows = hub.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return group in {row["logGroupName"] for row in rows}


def creation():
    """A name of a log group, and the body that makes it."""
    name = fresh("/wire/g")
    return name, json.dumps({"logGroupName": name}).encode()


# -- a good request ---------------------------------------------------------------------------------------------------


def test_good_json_request_is_answered_in_json(hub):
    reply = ask(hub, "DescribeLogGroups")
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"] == JSON
    assert isinstance(reply.json()["logGroups"], list)


def test_answer_without_members_is_empty(hub):
    name, body = creation()
    reply = ask(hub, "CreateLogGroup", body)
    assert (reply.status_code, reply.content) in ((200, b""), (200, b"{}"))
    assert exists(hub, name)


def test_good_query_request_is_answered_in_xml(hub):
    reply = query(hub, "GetCallerIdentity", "sts", "2011-06-15")
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(reply.content)
    space = "{https://sts.amazonaws.com/doc/2011-06-15/}"
    assert root.tag == f"{space}GetCallerIdentityResponse"
    assert root.findtext(f"{space}GetCallerIdentityResult/{space}Account") == hub.account
    assert root.findtext(f"{space}ResponseMetadata/{space}RequestId") == reply.headers["x-amzn-RequestId"]


def test_query_may_be_asked_with_get(hub):
    """A01: a presigned GetCallerIdentity is how other systems prove who they are."""
    url = hub.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    assert hub.account in requests.get(url, timeout=10).text
    spoiled = requests.get(url[:-1] + ("0" if url[-1] != "0" else "1"), timeout=10)
    assert spoiled.status_code == 403


def test_every_answer_has_a_request_id_of_its_own(hub):
    name, body = creation()
    replies = [
        ask(hub, "DescribeLogGroups"),
        ask(hub, "CreateLogGroup", body),
        ask(hub, "CreateLogGroup", body),
        ask(hub, "NoSuchThing"),
        ask(hub, "DescribeLogGroups", b"{"),
        query(hub, "ListUsers"),
        query(hub, "NoSuchThing"),
        hub.raw("GET", "/"),
        hub.raw("POST", "/", json_headers(f"{LOGS}.DescribeLogGroups"), b"{}"),
        hub.raw("PUT", "/nothing/here"),
    ]
    identifiers = [reply.headers.get("x-amzn-RequestId") or reply.headers.get("x-amz-request-id") for reply in replies]
    assert all(identifiers), identifiers
    assert len(set(identifiers)) == len(identifiers)


def test_hundred_requests_of_one_connection(hub):
    body = b"{}"
    parts = urlsplit(hub.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    for _ in range(100):
        connection.request("POST", "/", body, signed_json(hub, f"{LOGS}.DescribeLogGroups", body))
        reply = connection.getresponse()
        assert (reply.status, bool(json.loads(reply.read()))) == (200, True)
    connection.close()


def test_headers_are_signed_in_any_spelling(hub):
    """Spaces around a value and the case of a name are no part of a signature."""
    body = b"{}"
    headers = signed_json(hub, f"{LOGS}.DescribeLogGroups", body)
    target = headers.pop("X-Amz-Target")
    assert by_hand(hub, [*headers.items(), ("x-aMz-tArGeT", f"  {target}  ")], body) == 200


# -- what is not there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "service, method, arguments, named",
    [
        ("logs", "list_anomalies", {}, ["ListAnomalies"]),
        ("secretsmanager", "validate_resource_policy", {"ResourcePolicy": "{}"}, ["ValidateResourcePolicy"]),
        ("events", "list_partner_event_sources", {"NamePrefix": "x"}, ["ListPartnerEventSources"]),
        ("cloudtrail", "list_channels", {}, ["ListChannels"]),
        ("dynamodb", "list_tables", {}, ["ListTables", "dynamodb"]),
        ("sqs", "list_message_move_tasks", {"SourceArn": "arn:x"}, ["ListMessageMoveTasks"]),
        ("iam", "list_virtual_mfa_devices", {}, ["ListVirtualMFADevices"]),
        ("sts", "decode_authorization_message", {"EncodedMessage": "x"}, ["DecodeAuthorizationMessage"]),
        ("autoscaling", "describe_tags", {}, ["DescribeTags", "autoscaling"]),
        ("polly", "describe_voices", {}, ["DescribeVoices", "polly", "/v1/voices"]),
        ("mediaconvert", "list_queues", {}, ["ListQueues", "mediaconvert", "/2017-08-29/queues"]),
    ],
)
def test_operation_that_only_aws_has_is_named(hub, service, method, arguments, named):
    """In the protocol of its service, so that the caller reads it and not a parser's complaint."""
    with pytest.raises(Exception) as caught:
        getattr(hub.client(service), method)(**arguments)
    response = caught.value.response
    assert 400 <= response["ResponseMetadata"]["HTTPStatusCode"] < 500, response
    assert re.fullmatch(r"[A-Za-z.]+", response["Error"]["Code"]), response
    assert any(name in response["Error"]["Message"] for name in named), response
    assert response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("operation", ["ListAnomalies", "NoSuchThing", "createLogGroup", f"{LOGS}.A.B", "x" * 2000])
def test_unknown_operation_in_json(hub, operation):
    code, message = json_error(ask(hub, operation))
    assert code == "UnknownOperationException"
    assert operation.rpartition(".")[2][:100] in message


@pytest.mark.parametrize("action", ["ListVirtualMFADevices", "NoSuchThing", "listUsers", "<a>&\"b'", "x" * 2000])
def test_unknown_operation_in_query(hub, action):
    """Whatever it is called, the answer is well-formed XML."""
    code, message = xml_error(query(hub, action))
    assert code == "InvalidAction"
    assert action[:100] in message


def test_query_without_an_action(hub):
    code, _ = xml_error(query(hub))
    assert code in ("MissingAction", "InvalidAction")


def test_query_of_another_version(hub):
    code, _ = xml_error(query(hub, "ListUsers", version="1999-01-01"))
    assert code in ("InvalidAction", "NoSuchVersion")


def test_unknown_operation_in_rest_json(hub):
    code, message = rest_error(hub.raw("GET", "/v1/voices", hub.sign("polly", "GET", "/v1/voices")))
    assert re.fullmatch(r"\w+", code)
    assert "/v1/voices" in message or "polly" in message or "DescribeVoices" in message


@pytest.mark.parametrize("target", ["Nonsense_20200101.DoThing", "Nonsense", ".", "", f"{LOGS}."])
def test_unknown_target(hub, target):
    code, _ = json_error(ask(hub, target if "." in target else target + ".", body=b"{}"))
    assert code == "UnknownOperationException"


def test_json_without_a_target(hub):
    body = b"{}"
    code, _ = json_error(hub.raw(headers=hub.sign("logs", headers={"Content-Type": JSON}, body=body), body=body))
    assert code in ("UnknownOperationException", "MissingAction")


def test_unknown_service(hub):
    """One that AWS does not have either: no protocol is known, so only the status and the id are certain."""
    reply = hub.raw("GET", "/anything", hub.sign("nosuchservice", "GET", "/anything"))
    assert 400 <= reply.status_code < 500
    assert "nosuchservice" in reply.text
    assert reply.headers["x-amzn-RequestId"]


def test_signature_of_one_service_is_not_for_another(hub):
    reply = ask(hub, "DescribeLogGroups", service="events")
    assert json_error(reply)[0] in ("InvalidSignatureException", "UnknownOperationException", "SignatureDoesNotMatch")
    reply = query(hub, "ListUsers", service="sts")
    assert xml_error(reply)[0] in ("SignatureDoesNotMatch", "InvalidAction")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_json_is_only_posted(hub, method):
    body = b"{}"
    headers = hub.sign("logs", method, headers=json_headers(f"{LOGS}.DescribeLogGroups"), body=body)
    assert 400 <= hub.raw(method, "/", headers, body).status_code < 500


# -- signatures -------------------------------------------------------------------------------------------------------


def test_front_page_unsigned(hub):
    """Neither an error of the hub's nor anything that is worth a signature."""
    reply = hub.raw("GET", "/")
    assert 300 <= reply.status_code < 500
    assert hub.key["aws_access_key_id"] not in reply.text


def test_unsigned_requests_are_refused(hub):
    name, body = creation()
    reply = hub.raw(headers=json_headers(f"{LOGS}.CreateLogGroup"), body=body)
    assert json_error(reply)[0] == "MissingAuthenticationTokenException"
    reply = hub.raw(headers={"Content-Type": FORM}, body=f"Action=ListUsers&Version={IAM_VERSION}".encode())
    assert xml_error(reply)[0] == "MissingAuthenticationToken"
    assert not exists(hub, name)


def changed(headers, name, pattern, by):
    """The headers with one of them changed, which is seen to be another then."""
    value = re.sub(pattern, by, headers[name])
    assert value != headers[name]
    return headers | {name: value}


def without(headers, *names):
    return {name: value for name, value in headers.items() if name not in names}


SPOILED = {
    "signature": lambda h: changed(
        h, "Authorization", r"Signature=.", lambda m: m[0][:-1] + ("0" if m[0][-1] != "0" else "1")
    ),
    "signature of no length": lambda h: changed(h, "Authorization", r"Signature=.*", "Signature="),
    "signature too long": lambda h: changed(h, "Authorization", r"[0-9a-f]{64}$", lambda m: m[0] + "0"),
    "signature missing": lambda h: changed(h, "Authorization", r", Signature=.*", ""),
    "signed headers missing": lambda h: changed(h, "Authorization", r"SignedHeaders=[^,]*, ", ""),
    "credential missing": lambda h: changed(h, "Authorization", r"Credential=[^,]*, ", ""),
    "another algorithm": lambda h: changed(h, "Authorization", "HMAC-SHA256", "HMAC-SHA1"),
    "only an algorithm": lambda h: h | {"Authorization": "AWS4-HMAC-SHA256"},
    "password": lambda h: h | {"Authorization": "Basic QVdTOnBhc3N3b3Jk"},
    "garbage": lambda h: h | {"Authorization": "AWS4-HMAC-SHA256 ====,,,/////"},
    "empty": lambda h: h | {"Authorization": ""},
    "scope's day": lambda h: changed(h, "Authorization", r"/20\d{6}/", "/20200101/"),
    "scope's region": lambda h: changed(h, "Authorization", "/us-east-1/", "/eu-west-1/"),
    "scope's service": lambda h: changed(h, "Authorization", "/logs/", "/events/"),
    "scope's end": lambda h: changed(h, "Authorization", "aws4_request", "aws5_request"),
    "scope too short": lambda h: changed(h, "Authorization", "/logs/aws4_request", ""),
    "date changed": lambda h: changed(h, "X-Amz-Date", r".Z$", lambda m: ("0" if m[0][0] != "0" else "1") + "Z"),
    "date is none": lambda h: h | {"X-Amz-Date": "yesterday"},
    "date missing": lambda h: without(h, "X-Amz-Date"),
    "target changed": lambda h: h | {"X-Amz-Target": f"{LOGS}.DeleteLogGroup"},
    "content type changed": lambda h: h | {"Content-Type": "application/x-amz-json-1.0"},
    "host not signed": lambda h: changed(h, "Authorization", ";host", ""),
    "target not signed": lambda h: changed(h, "Authorization", ";x-amz-target", ""),
    "header not signed": lambda h: h | {"X-Amz-Security-Token": "bm90IHNpZ25lZA=="},
    "signed header missing": lambda h: changed(h, "Authorization", ";host", ";host;x-amz-colour"),
}
OF_SIGNATURES = {
    "InvalidSignatureException",
    "IncompleteSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
    "MissingAuthenticationToken",
}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled_signature_does_nothing(hub, how):
    """A01"""
    name, body = creation()
    reply = hub.raw(headers=SPOILED[how](signed_json(hub, f"{LOGS}.CreateLogGroup", body)), body=body)
    assert reply.status_code in (400, 401, 403)
    assert json_error(reply)[0] in OF_SIGNATURES
    assert not exists(hub, name)


def test_two_authorizations_are_refused(hub):
    """A01: what one reads in the first and another in the last is neither."""
    name, body = creation()
    headers = signed_json(hub, f"{LOGS}.CreateLogGroup", body)
    lines = [*headers.items(), ("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request")]
    assert 400 <= by_hand(hub, lines, body) < 500
    assert not exists(hub, name)


def test_by_hand_is_as_good_as_any(hub):
    """Or the test before would show nothing."""
    name, body = creation()
    assert by_hand(hub, list(signed_json(hub, f"{LOGS}.CreateLogGroup", body).items()), body) == 200
    assert exists(hub, name)


def test_body_is_part_of_the_signature(hub):
    """A01: a good request sent again with another body."""
    name, body = creation()
    other_name, other = creation()
    headers = signed_json(hub, f"{LOGS}.CreateLogGroup", body)
    assert hub.raw(headers=headers, body=body).status_code == 200
    assert json_error(hub.raw(headers=headers, body=other))[0] == "InvalidSignatureException"
    assert exists(hub, name) and not exists(hub, other_name)


def test_declared_hash_of_a_body_has_to_be_its_own(hub):
    """A01: signed, but of another body."""
    name, body = creation()
    headers = json_headers(f"{LOGS}.CreateLogGroup") | {"X-Amz-Content-SHA256": hashlib.sha256(b"other").hexdigest()}
    reply = hub.raw(headers=hub.sign("logs", headers=headers, body=body), body=body)
    assert reply.status_code in (400, 403)
    assert not exists(hub, name)


def test_unsigned_payload_is_for_the_object_store_only(hub):
    """A01"""
    name, body = creation()
    headers = json_headers(f"{LOGS}.CreateLogGroup") | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    reply = hub.raw(headers=hub.sign("logs", headers=headers, body=body), body=body)
    assert reply.status_code in (400, 403)
    assert not exists(hub, name)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clock_may_be_a_little_wrong(hub, minutes):
    """A01"""
    reply = ask(hub, "DescribeLogGroups", at=datetime.now(timezone.utc) + timedelta(minutes=minutes))
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("minutes", [-60 * 24 * 8, -20, 20, 60 * 24 * 8])
def test_clock_may_not_be_very_wrong(hub, minutes):
    """A01: the message says that it is about time."""
    at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    code, message = json_error(ask(hub, "DescribeLogGroups", at=at))
    assert code in ("InvalidSignatureException", "RequestExpired")
    assert re.search("expired|time|current", message)


def test_clock_of_a_query_may_not_be_very_wrong(hub):
    """A01"""
    body = f"Action=ListUsers&Version={IAM_VERSION}".encode()
    at = datetime.now(timezone.utc) - timedelta(minutes=20)
    code, _ = xml_error(hub.raw(headers=hub.sign("iam", headers={"Content-Type": FORM}, body=body, at=at), body=body))
    assert code in ("SignatureDoesNotMatch", "RequestExpired")


# -- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"}",
        b"not json",
        b'{"logGroupName": "a"',
        b'{"logGroupName": "a",}',
        b"{'logGroupName': 'a'}",
        b'{"logGroupName": "a"} more',
        b'{"logGroupName": "\xff\xfe"}',
        b'{"logGroupName": "\xc3"}',
        b'{"logGroupName": "\\ud800"}',
        b'{"logGroupName": "a\nb"}',
        b"\x00",
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b"NaN",
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"n": ' + b"9" * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_body_that_is_no_object_is_refused(hub, body):
    code, _ = json_error(ask(hub, "CreateLogGroup", body))
    assert code in ("SerializationException", "InvalidParameterException")
    assert ask(hub, "DescribeLogGroups").status_code == 200


@pytest.mark.parametrize(
    "operation, body",
    [
        ("CreateLogGroup", {"logGroupName": 5}),
        ("CreateLogGroup", {"logGroupName": ["a"]}),
        ("CreateLogGroup", {"logGroupName": {"a": 1}}),
        ("CreateLogGroup", {"logGroupName": "a", "tags": ["x"]}),
        ("CreateLogGroup", {"logGroupName": "a", "tags": {"x": {}}}),
        ("DescribeLogGroups", {"limit": "many"}),
        ("DescribeLogGroups", {"limit": {}}),
        ("PutRetentionPolicy", {"logGroupName": "a", "retentionInDays": [7]}),
        ("PutLogEvents", {"logGroupName": "a", "logStreamName": "b", "logEvents": {}}),
        ("PutLogEvents", {"logGroupName": "a", "logStreamName": "b", "logEvents": ["x"]}),
        (
            "PutLogEvents",
            {"logGroupName": "a", "logStreamName": "b", "logEvents": [{"timestamp": "x", "message": "m"}]},
        ),
        ("FilterLogEvents", {"logGroupName": "a", "interleaved": "perhaps"}),
    ],
)
def test_members_of_a_wrong_type_are_refused(hub, operation, body):
    code, _ = json_error(ask(hub, operation, body))
    assert code == "SerializationException"


@pytest.mark.parametrize("body", [b"{}", b'{"logGroupName": null}', b'{"LOGGROUPNAME": "a"}'])
def test_member_that_has_to_be_there(hub, body):
    code, _ = json_error(ask(hub, "CreateLogGroup", body))
    assert code in ("InvalidParameterException", "ValidationException")


def test_unknown_members_are_left_out(hub):
    """A newer client's: AWS takes no notice of them either."""
    name, _ = creation()
    body = {"logGroupName": name, "colour": "red", "deep": [{"er": [1.5e300, None, True]}]}
    assert ask(hub, "CreateLogGroup", body).status_code == 200
    assert exists(hub, name)


def test_escapes_of_json_are_read(hub):
    name, _ = creation()
    body = b'{"logGroupName": "' + "".join(f"\\u{ord(letter):04x}" for letter in name).encode() + b'"}'
    assert ask(hub, "CreateLogGroup", body).status_code == 200
    assert exists(hub, name)


@pytest.mark.parametrize("body", [b"Action=ListUsers%zz", b"%", b"&&&=&=", b"\xff\xfe", b"Action=%ff", b"=" * 100_000])
def test_broken_forms_are_refused(hub, body):
    assert xml_error(query(hub, body=body))[0]
    assert query(hub, "ListUsers").status_code == 200


@pytest.mark.parametrize(
    "parameters", [{"MaxItems": "many"}, {"MaxItems": "0"}, {"MaxItems": "-1"}, {"MaxItems": "9" * 40}]
)
def test_numbers_of_a_form_are_looked_at(hub, parameters):
    code, _ = xml_error(query(hub, "ListUsers", **parameters))
    assert code in ("ValidationError", "MalformedInput", "InvalidParameterValue", "InvalidInput")


def test_refusal_in_xml_quotes_what_was_sent(hub):
    """Well-formed, whatever the name was."""
    code, _ = xml_error(query(hub, "GetRole", RoleName="<a>&\"b'</Message>"))
    assert code in ("ValidationError", "NoSuchEntity")
    code, _ = xml_error(query(hub, "GetRole", RoleName="nul\0bel\x07"))
    assert code in ("ValidationError", "NoSuchEntity", "MalformedInput")


def test_body_that_is_too_large(hub):
    """Refused, at once or while it comes, and the hub is none the worse: 64 MiB is 64 times what any of these takes."""
    body = b'{"logGroupName": "' + b"x" * (64 << 20) + b'"}'
    try:
        assert ask(hub, "CreateLogGroup", body).status_code in (400, 413)
    except requests.ConnectionError:
        pass
    assert ask(hub, "DescribeLogGroups").status_code == 200


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999", str(1 << 40)])
def test_impossible_lengths_are_refused(hub, length):
    parts = urlsplit(hub.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {length}\r\n\r\n".encode())
        line = connection.makefile("rb").readline()
    assert not line or 400 <= int(line.split()[1]) < 500
    assert ask(hub, "DescribeLogGroups").status_code == 200


def test_client_that_goes_away_in_the_middle_does_nothing(hub):
    name, body = creation()
    headers = signed_json(hub, f"{LOGS}.CreateLogGroup", body)
    parts = urlsplit(hub.url)
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        head = f"POST / HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        connection.sendall(head.encode() + body[:-5])
    assert ask(hub, "DescribeLogGroups").status_code == 200
    assert not exists(hub, name)


def test_refusals_of_a_service_come_through_boto3(hub):
    """The classes that boto3 makes of the modelled errors are the ones that are raised."""
    logs = hub.client("logs")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_log_group(logGroupName=fresh("/nothing"))
    iam = hub.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=fresh("nobody"))
    with refused("ResourceNotFoundException"):
        hub.client("secretsmanager").get_secret_value(SecretId=fresh("nothing"))
