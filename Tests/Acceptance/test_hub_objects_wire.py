"""The object store's wire: requests as they stand, digests, signed links, bodies in chunks, hostile XML and paths.

Requests are made by hand and signed by botocore or here, so that a test can spoil them afterwards. A01 A05.
"""

import re
import socket
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from hub import ONE_TRY, credentials_of, fresh, refused
from store import (
    MIB,
    NAMESPACE,
    RAW_CHECKSUMS,
    UNSIGNED,
    ChunkSigner,
    allow,
    ask,
    ask_xml,
    base64_of,
    checksum,
    code,
    document,
    error,
    etag_of,
    good,
    keys_of,
    md5,
    path,
    put,
    read,
    send,
    sha256,
    streaming,
    tree,
    turned_down,
    unsigned_chunks,
    user_with,
)

BODY = b"one frame of camera 2"


# -- the form of answers ----------------------------------------------------------------------------------------------


def test_refusal_is_of_the_form_of_s3(hub, bucket):
    """No namespace, no envelope; the id in the body is the one in the field."""
    reply = ask(hub, "GET", path(bucket, "not here"))
    said = error(reply)
    assert (reply.status, said["Code"], said["Key"]) == (404, "NoSuchKey", "not here")
    assert reply.body.startswith(b"<?xml")
    nothing = fresh("nothing")
    reply = ask(hub, "GET", path(nothing, "k"))
    said = error(reply)
    assert (reply.status, said["Code"], said["BucketName"]) == (404, "NoSuchBucket", nothing)


def test_refusal_quotes_what_was_sent(hub, bucket):
    """Well-formed, whatever it was."""
    assert error(ask(hub, "GET", path(bucket, "<a>&\"b'</Key>")))["Key"] == "<a>&\"b'</Key>"
    assert code(ask(hub, "GET", path(bucket, "bell\x07"))) == "NoSuchKey"


def test_every_answer_has_an_id_of_its_own(hub, s3, bucket):
    put(s3, bucket, "part")
    targets = [path(), path(bucket), path(bucket, "part"), path(bucket, "nothing"), path(bucket, query="nonsense")]
    replies = [ask(hub, method, target) for target in targets for method in ("GET", "HEAD")]
    replies += [send(hub, "GET", path(bucket)), send(hub, "PUT", path(bucket, "k"), {}, b"x")]
    ids = [reply.headers["x-amz-request-id"] for reply in replies]
    assert all(ids) and len(set(ids)) == len(ids)


def test_refusal_of_head_has_no_body(hub, bucket):
    for target in (path(bucket, "nothing"), path(fresh("nothing"))):
        head, _, rest = exchange(hub, "HEAD", target, {"Connection": "close"}).partition(b"\r\n\r\n")
        assert (status_line(head), rest) == (404, b"")


def test_lists_are_in_the_namespace_of_s3(hub, s3, bucket):
    """Without encoding-type a key is as it is, in well-formed XML."""
    put(s3, bucket, "<a> & b+c")
    for query in ("list-type=2", "", "versions", "uploads"):
        tree(ask(hub, "GET", path(bucket, query=query)))
    listed = tree(ask(hub, "GET", path(bucket, query="list-type=2")))
    assert listed.findtext("Contents/Key") == "<a> & b+c"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", listed.findtext("Contents/LastModified"))
    assert re.fullmatch(r'"[0-9a-f]{32}"', listed.findtext("Contents/ETag"))


def test_keys_are_encoded_when_asked_for(hub, s3, bucket):
    """Every part that holds a key; the slash stays."""
    for key in ("a b/ü+1", "a b/ü+2", "a b/z/x"):
        put(s3, bucket, key)
    query = "delimiter=%2F&encoding-type=url&list-type=2&max-keys=2&prefix=a%20b%2F&start-after=a%20b"
    listed = tree(ask(hub, "GET", path(bucket, query=query)))
    assert listed.findtext("EncodingType") == "url"
    prefix = listed.findtext("Prefix")
    assert prefix in ("a+b/", "a%20b/")
    assert listed.findtext("Contents/Key") == f"{prefix}%C3%BC%2B1"
    assert listed.findtext("CommonPrefixes/Prefix") == f"{prefix}z/"
    assert listed.findtext("Delimiter") in ("/", "%2F")
    with_nonsense = ask(hub, "GET", path(bucket, query="encoding-type=rot13&list-type=2"))
    assert code(with_nonsense) == "InvalidArgument"


@pytest.mark.parametrize("query", ["max-keys=many", "max-keys=-1", "max-keys=", "max-keys=99999999999999999999"])
def test_numbers_of_a_query_are_looked_at(hub, bucket, query):
    reply = ask(hub, "GET", path(bucket, query=f"list-type=2&{query}"))
    assert (reply.status, query) == (200, "max-keys=") or code(reply) == "InvalidArgument"


# -- what is not offered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, query, named",
    [
        ("GET", "torrent", "torrent"),
        ("POST", "restore", "restore"),
        ("POST", "select&select-type=2", "select"),
        ("PUT", "legal-hold", "legal"),
        ("PUT", "retention", "retention"),
        ("PUT", "renameObject", "renameObject"),
        ("PATCH", "", "PATCH"),
    ],
)
def test_operation_that_is_not_offered_is_not_taken_for_another(hub, s3, bucket, method, query, named):
    """`PUT key?legal-hold` is no PutObject: what is there stays."""
    put(s3, bucket, "part", BODY)
    reply = ask(hub, method, path(bucket, "part", query), b"<x/>" if method in ("PUT", "POST") else b"")
    assert code(reply) in ("NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidArgument")
    assert named.lower() in reply.body.decode().lower()
    assert read(s3, bucket, "part") == BODY


@pytest.mark.parametrize(
    "method, arguments, named",
    [
        ("list_bucket_analytics_configurations", {}, "Analytics"),
        ("get_bucket_intelligent_tiering_configuration", {"Id": "x"}, "IntelligentTiering"),
        ("list_bucket_inventory_configurations", {}, "Inventory"),
        ("put_bucket_website", {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "i"}}}, "Website"),
        ("put_bucket_replication", {"ReplicationConfiguration": {"Role": "r", "Rules": []}}, "Replication"),
    ],
)
def test_setting_that_is_not_offered_is_named(s3, bucket, method, arguments, named):
    """Nor is it taken for the making or the listing of a bucket."""
    with pytest.raises(ClientError) as caught:
        getattr(s3, method)(Bucket=bucket, **arguments)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    assert status == 501 or 400 <= status < 500, response
    assert response["Error"]["Code"] in ("NotImplemented", "MethodNotAllowed"), response
    assert named.lower() in str(response["Error"]).lower().replace("-", ""), response


# -- signatures -------------------------------------------------------------------------------------------------------


def attempt(hub, bucket, spoil=lambda headers: headers, body=BODY, **signing):
    """A PUT of the object `part`, whose fields are spoiled after they were signed."""
    target = path(bucket, "part")
    return send(hub, "PUT", target, spoil(hub.sign("s3", "PUT", target, {}, BODY, **signing)), body)


def test_good_request_by_hand(hub, s3, bucket):
    """Or the tests below would show nothing."""
    good(attempt(hub, bucket))
    assert read(s3, bucket, "part") == BODY


def a_second_off(date):
    return date[:-2] + ("1Z" if date.endswith("0Z") else "0Z")


SPOILED = {
    "signature": (lambda h: h | {"Authorization": h["Authorization"][:-4] + "0000"}, "SignatureDoesNotMatch"),
    "none": (lambda h: {}, "AccessDenied"),
    "no authorization": (lambda h: without(h, "Authorization"), "AccessDenied"),
    "field": (lambda h: h | {"X-Amz-Date": a_second_off(h["X-Amz-Date"])}, "SignatureDoesNotMatch"),
    "unsigned field": (lambda h: h | {"X-Amz-Meta-Forged": "1"}, "AccessDenied"),
    "unsigned copy": (lambda h: h | {"X-Amz-Copy-Source": "/other/secret"}, "AccessDenied"),
    "no hash": (lambda h: without(h, "X-Amz-Content-SHA256"), "InvalidRequest"),
    "hash of another": (lambda h: h | {"X-Amz-Content-SHA256": sha256(b"other")}, "SignatureDoesNotMatch"),
    "unsigned body": (lambda h: h | {"X-Amz-Content-SHA256": UNSIGNED}, "SignatureDoesNotMatch"),
    "garbage": (lambda h: h | {"Authorization": "AWS4-HMAC-SHA256 ===,,"}, "AuthorizationHeaderMalformed"),
    "password": (lambda h: h | {"Authorization": "Basic QVdTOnBhc3N3b3Jk"}, "InvalidArgument"),
}
OF_FORM = {expected for _, expected in SPOILED.values()} | {"XAmzContentSHA256Mismatch"}


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled_signature_puts_nothing(hub, s3, bucket, how):
    """A01: a wrong signature is told as such; a wrong form in one of several ways."""
    spoil, expected = SPOILED[how]
    told = code(attempt(hub, bucket, spoil))
    strict = how in ("signature", "none", "no authorization", "field", "unsigned body")
    assert told == expected or (not strict and told in OF_FORM), told
    assert keys_of(s3, bucket) == []


def test_key_that_nobody_has(hub, bucket):
    """A01"""
    wrong = hub.key | {"aws_secret_access_key": "x" * 40}
    assert code(attempt(hub, bucket, **wrong)) == "SignatureDoesNotMatch"
    assert code(attempt(hub, bucket, **wrong | {"aws_access_key_id": "AKIANOBODYNOBODY1234"})) == "InvalidAccessKeyId"


@pytest.mark.parametrize("minutes, expected", [(-4, 200), (4, 200), (-20, 403), (20, 403)])
def test_clocks(hub, bucket, minutes, expected):
    reply = attempt(hub, bucket, at=datetime.now(timezone.utc) + timedelta(minutes=minutes))
    assert reply.status == expected
    assert expected == 200 or code(reply) == "RequestTimeTooSkewed"


def test_body_has_to_be_the_one_that_was_signed(hub, s3, bucket):
    """A05"""
    reply = attempt(hub, bucket, body=BODY[::-1])
    assert (reply.status, code(reply)) == (400, "XAmzContentSHA256Mismatch")
    assert keys_of(s3, bucket) == []


def test_unsigned_body(hub, s3, bucket):
    """A05: CRT, and every client over TLS."""
    good(ask(hub, "PUT", path(bucket, "part"), BODY, {"X-Amz-Content-SHA256": UNSIGNED}))
    assert read(s3, bucket, "part") == BODY


def test_path_is_signed_as_it_stands(hub, s3, bucket):
    """Neither tidied up nor encoded twice; small or large hex, it is the same key."""
    for target, key in (
        ("a//b/./c", "a//b/./c"),
        ("%7Etilde~", "~tilde~"),
        ("s%C3%BCd%2b%2B", "süd++"),
        ("%61", "a"),
        ("x%252F", "x%2F"),
        ("p;q=1,2", "p;q=1,2"),
    ):
        good(ask(hub, "PUT", f"/{bucket}/{target}", key.encode()))
        assert read(s3, bucket, key) == key.encode(), target


# -- paths that lead astray -------------------------------------------------------------------------------------------

TRICKS = [
    "../escape",
    "../../escape",
    "../../../../../../../../tmp/escape",
    "a/../../escape",
    "..%2Fescape",
    "..%2F..%2F..%2Fescape",
    "%2E%2E/%2E%2E/escape",
    "%2e%2e%2f%2e%2e%2fescape",
    "..%5C..%5Cescape",
    "%2Ftmp%2Fescape",
    "/tmp/escape",
    "//tmp/escape",
    "%252e%252e%252fescape",
    "..;/escape",
    "..%00/escape",
    "%C0%AE%C0%AE/escape",
    "CON:escape",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_path_does_not_leave_the_bucket(hub, s3, bucket, trick):
    """It is a key like others, or it is refused; no file comes of it where none should be."""
    other = fresh("escape")
    s3.create_bucket(Bucket=other)
    outside = [hub.folder, hub.folder.parent]
    before = {file for folder in outside for file in folder.iterdir()}
    reply = ask(hub, "PUT", f"/{bucket}/{trick}", BODY)
    if reply.status == 200:
        assert good(ask(hub, "GET", f"/{bucket}/{trick}")).body == BODY
        assert len(keys_of(s3, bucket)) == 1
    else:
        assert code(reply) in ("InvalidURI", "InvalidRequest", "InvalidArgument", "KeyTooLongError", "NoSuchBucket")
    assert {file for folder in outside for file in folder.iterdir()} == before
    assert not [file for file in hub.files() if "escape" in file.name and other not in str(file)]
    assert keys_of(s3, other) == []


@pytest.mark.parametrize("name", ["hub.json", "master.key", "administrator.json"])
def test_files_of_the_hub_are_no_objects(hub, s3, bucket, name):
    put(s3, bucket, "part")
    for steps in range(1, 6):
        for slash in ("/", "%2F"):
            reply = ask(hub, "GET", f"/{bucket}/{slash.join(['..'] * steps)}{slash}{name}")
            assert code(reply) in ("NoSuchKey", "NoSuchBucket", "InvalidURI", "InvalidRequest", "InvalidBucketName")


@pytest.mark.parametrize("key", ["%ff", "a%C3", "%zz", "%", "a%4", "%ED%A0%80"])
def test_path_that_is_no_text_is_refused(hub, s3, bucket, key):
    assert code(ask(hub, "PUT", f"/{bucket}/{key}", BODY)) in ("InvalidURI", "InvalidRequest", "SignatureDoesNotMatch")
    assert keys_of(s3, bucket) == []


# -- digests ----------------------------------------------------------------------------------------------------------


def with_fields(hub, bucket, body=BODY, **fields):
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return ask(hub, "PUT", path(bucket, "part"), body, headers)


@pytest.mark.parametrize("algorithm", RAW_CHECKSUMS)
@pytest.mark.parametrize("body", [b"", b"123456789", bytes(range(256)) * 300], ids=len)
def test_right_checksum_is_kept_and_told(hub, bucket, algorithm, body):
    """A05: at once, and to those who ask for it later."""
    name, value = f"x-amz-checksum-{algorithm.lower()}", checksum(algorithm, body)
    reply = good(with_fields(hub, bucket, body, **{name: value}))
    assert (reply.headers[name], reply.headers["x-amz-checksum-type"]) == (value, "FULL_OBJECT")
    for method in ("GET", "HEAD"):
        told = good(ask(hub, method, path(bucket, "part"), headers={"x-amz-checksum-mode": "ENABLED"}))
        assert (told.headers[name], told.headers["x-amz-checksum-type"]) == (value, "FULL_OBJECT")
    assert name not in ask(hub, "HEAD", path(bucket, "part")).headers
    rows = tree(ask(hub, "GET", path(bucket, query="list-type=2")))
    assert rows.findtext("Contents/ChecksumAlgorithm") == algorithm


def test_checksums_here_are_those_of_the_world():
    """The values that everybody checks their CRCs with."""
    assert RAW_CHECKSUMS["CRC32"](b"123456789").hex() == "cbf43926"
    assert RAW_CHECKSUMS["CRC32C"](b"123456789").hex() == "e3069283"
    assert RAW_CHECKSUMS["CRC64NVME"](b"123456789").hex() == "ae8b14860a799888"


@pytest.mark.parametrize("algorithm", RAW_CHECKSUMS)
def test_wrong_checksum_puts_nothing(hub, s3, bucket, algorithm):
    """A05: BadDigest for one of another body, InvalidRequest for what cannot be one."""
    name = f"x-amz-checksum-{algorithm.lower()}"
    put(s3, bucket, "part", b"kept")
    reply = with_fields(hub, bucket, **{name: checksum(algorithm, b"other")})
    assert (reply.status, code(reply)) == (400, "BadDigest")
    right = checksum(algorithm, BODY)
    for value in ("nonsense!", base64_of(b"xyz"), RAW_CHECKSUMS[algorithm](BODY).hex(), right[:-1]):
        reply = with_fields(hub, bucket, **{name: value})
        assert (reply.status, code(reply)) == (400, "InvalidRequest"), value
    assert read(s3, bucket, "part") == b"kept"


def test_two_checksums_or_a_promised_one_are_refused(hub, s3, bucket):
    both = {f"x-amz-checksum-{name.lower()}": checksum(name, BODY) for name in ("CRC32", "SHA256")}
    assert code(with_fields(hub, bucket, **both)) == "InvalidRequest"
    assert code(with_fields(hub, bucket, x_amz_sdk_checksum_algorithm="CRC32")) == "InvalidRequest"
    unknown = with_fields(hub, bucket, x_amz_sdk_checksum_algorithm="ROT13")
    assert code(unknown) == "InvalidRequest"
    assert keys_of(s3, bucket) == []


def test_checksum_is_of_the_object_and_not_of_a_range(hub, bucket):
    """Or a client that checks it would refuse a good answer."""
    good(with_fields(hub, bucket, x_amz_checksum_crc32=checksum("CRC32", BODY)))
    fields = {"x-amz-checksum-mode": "ENABLED", "Range": "bytes=0-3"}
    reply = good(ask(hub, "GET", path(bucket, "part"), headers=fields))
    assert reply.headers.get("x-amz-checksum-crc32", checksum("CRC32", BODY)) in (
        checksum("CRC32", BODY),
        checksum("CRC32", BODY[:4]),
    )
    assert "x-amz-checksum-crc32" not in reply.headers


@pytest.mark.parametrize(
    "value, expected",
    [
        (md5(BODY), None),
        (md5(b"other"), "BadDigest"),
        ("", "InvalidDigest"),
        ("nonsense!", "InvalidDigest"),
        (base64_of(b"short"), "InvalidDigest"),
        (sha256(BODY), "InvalidDigest"),
    ],
)
def test_content_md5(hub, s3, bucket, value, expected):
    """A05"""
    reply = with_fields(hub, bucket, Content_MD5=value)
    if expected:
        assert (reply.status, code(reply)) == (400, expected)
        assert keys_of(s3, bucket) == []
    else:
        assert good(reply).headers["ETag"] == etag_of(BODY)


# -- links that are signed --------------------------------------------------------------------------------------------

VERSIONS = {"V2": "s3", "V4": "s3v4"}


@pytest.fixture(params=VERSIONS)
def link(hub, request):
    """link(operation, expires=60, method=None, **parameters): a link, signed with Signature Version 2 or 4."""

    def make(operation, expires=60, method=None, credentials=None, **parameters):
        client = hub.boto.client(
            "s3",
            endpoint_url=hub.url,
            region_name="us-east-1",
            config=ONE_TRY.merge(Config(signature_version=VERSIONS[request.param])),
            **(credentials or hub.key),
        )
        url = client.generate_presigned_url(operation, Params=parameters, ExpiresIn=expires, HttpMethod=method)
        assert ("X-Amz-Signature" in url) == (request.param == "V4") != ("AWSAccessKeyId" in url)
        return url

    make.version = request.param
    return make


def follow(url, method="GET", body=None, **headers):
    return requests.request(method, url, data=body, headers=headers, timeout=20)


def told(reply):
    """The code of a refusal, None when it is none."""
    found = re.search("<Code>(.*?)</Code>", reply.text)
    return found and found[1]


def test_link_as_boto3_makes_it(hub, s3, bucket):
    """In us-east-1 that is Signature Version 2, unless somebody sets another."""
    put(s3, bucket, "a folder/ü+1", BODY)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a folder/ü+1"})
    assert follow(url).content == BODY


def test_link_gets(link, s3, bucket):
    for key in ("part", "a folder/ü+1 %41&x=y"):
        put(s3, bucket, key, BODY)
        reply = follow(link("get_object", Bucket=bucket, Key=key))
        assert (reply.status_code, reply.content) == (200, BODY)
    assert follow(link("get_object", Bucket=bucket, Key="part"), Range="bytes=0-2").content == BODY[:3]
    assert follow(link("head_object", Bucket=bucket, Key="part"), "HEAD").headers["Content-Length"] == str(len(BODY))
    assert told(follow(link("get_object", Bucket=bucket, Key="nothing"))) == "NoSuchKey"


def test_link_puts(link, s3, bucket):
    reply = follow(link("put_object", Bucket=bucket, Key="part"), "PUT", BODY)
    assert (reply.status_code, reply.headers["ETag"]) == (200, etag_of(BODY))
    assert read(s3, bucket, "part") == BODY


@pytest.mark.parametrize("link", ["V4"], indirect=True)
def test_link_puts_of_one_kind_only(link, s3, bucket):
    """Version 2 has these fields in the link itself."""
    url = link("put_object", Bucket=bucket, Key="part", ContentType="image/png", Metadata={"line": "7"})
    good_fields = {"Content-Type": "image/png", "x-amz-meta-line": "7"}
    for fields in ({}, good_fields | {"Content-Type": "text/html"}, good_fields | {"x-amz-meta-line": "8"}):
        assert follow(url, "PUT", BODY, **fields).status_code == 403
    assert keys_of(s3, bucket) == []
    assert follow(url, "PUT", BODY, **good_fields).status_code == 200
    answer = s3.head_object(Bucket=bucket, Key="part")
    assert (answer["ContentType"], answer["Metadata"]) == ("image/png", {"line": "7"})


def test_link_says_how_it_is_answered(link, s3, bucket):
    put(s3, bucket, "part", BODY)
    said = 'attachment; filename="part 1.png"'
    fields = {"ResponseContentDisposition": said, "ResponseContentType": "image/png"}
    url = link("get_object", Bucket=bucket, Key="part", **fields)
    reply = follow(url)
    assert (reply.headers["Content-Disposition"], reply.headers["Content-Type"]) == (said, "image/png")
    assert told(follow(url.replace("image%2Fpng", "text%2Fhtml"))) == "SignatureDoesNotMatch"


def test_link_to_a_version_and_to_a_list(link, s3, versioned):
    old = put(s3, versioned, "part", b"old")["VersionId"]
    put(s3, versioned, "part", b"new")
    assert follow(link("get_object", Bucket=versioned, Key="part", VersionId=old)).content == b"old"
    assert b"<Key>part</Key>" in follow(link("list_objects_v2", Bucket=versioned, Prefix="p")).content
    assert follow(link("get_object_tagging", Bucket=versioned, Key="part")).status_code == 200


def test_spoiled_link_is_refused(link, s3, bucket):
    put(s3, bucket, "part", BODY)
    put(s3, bucket, "other", b"secret")
    url = link("get_object", Bucket=bucket, Key="part")
    signature = re.search(r"[?&](?:X-Amz-)?Signature=([^&]+)", url)[1]
    for spoiled in (
        url.replace(f"{bucket}/part", f"{bucket}/other"),
        url.replace(signature, ("A" if signature[0] not in "aA" else "B") + signature[1:]),
        re.sub(r"Expires=(\d+)", lambda found: f"Expires={int(found[1]) + 100}", url),
        f"{url}&versionId=null",
        f"{url}&response-content-type=text%2Fhtml",
    ):
        assert spoiled != url
        reply = follow(spoiled)
        assert (reply.status_code, told(reply)) == (403, "SignatureDoesNotMatch"), spoiled
    for method in ("PUT", "DELETE"):
        assert follow(url, method, b"new" if method == "PUT" else None).status_code == 403
    without_signature = re.sub(r"[?&](X-Amz-)?Signature=[^&]+", "", url)
    assert follow(without_signature).status_code in (400, 403)
    assert read(s3, bucket, "part") == BODY
    assert follow(url).content == BODY


def test_link_is_of_its_maker(link, hub, s3, bucket):
    """What they may not do, their link may not either; who is unknown makes none."""
    put(s3, bucket, "part", BODY)
    nobody, reader = user_with(hub), user_with(hub, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    assert follow(link("get_object", credentials=reader, Bucket=bucket, Key="part")).content == BODY
    assert told(follow(link("get_object", credentials=nobody, Bucket=bucket, Key="part"))) == "AccessDenied"
    stranger = {"aws_access_key_id": "AKIANOBODYNOBODY1234", "aws_secret_access_key": "x" * 40}
    assert told(follow(link("get_object", credentials=stranger, Bucket=bucket, Key="part"))) == "InvalidAccessKeyId"


def test_link_of_a_session(link, hub, s3, bucket):
    """Of a role's key, which has a token that is a part of the link."""
    put(s3, bucket, "part", BODY)
    trust = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{hub.account}:root"})
    del trust["Resource"]
    iam, name = hub.client("iam"), fresh("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
    reading = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=reading)
    lent = hub.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="night-shift")["Credentials"]
    url = link("get_object", credentials=credentials_of(lent), Bucket=bucket, Key="part")
    assert follow(url).content == BODY
    without_token = re.sub(r"&?[Xx]-[Aa]mz-[Ss]ecurity-[Tt]oken=[^&]+", "", url)
    assert without_token != url
    assert follow(without_token).status_code in (400, 403)


def test_link_that_has_expired(link, s3, bucket):
    put(s3, bucket, "part", BODY)
    # Whole seconds are signed: of one there may be next to nothing left when it is followed.
    url = link("get_object", expires=2, Bucket=bucket, Key="part")
    assert follow(url).content == BODY
    time.sleep(3.1)
    reply = follow(url)
    assert (reply.status_code, told(reply)) == (403, "AccessDenied")
    assert "expired" in reply.text


@pytest.mark.parametrize("expires", [0, -1, 604_801, 10**30])
def test_link_of_version_4_lasts_a_week_at_most(hub, s3, bucket, expires):
    put(s3, bucket, "part", BODY)
    config = ONE_TRY.merge(Config(signature_version="s3v4"))
    client = hub.boto.client("s3", endpoint_url=hub.url, region_name="us-east-1", config=config, **hub.key)
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "part"}, ExpiresIn=expires)
    reply = follow(url)
    assert (reply.status_code, told(reply)) in ((400, "AuthorizationQueryParametersError"), (403, "AccessDenied"))


def test_link_and_a_field_are_too_much(hub, s3, bucket):
    """A request is signed once."""
    put(s3, bucket, "part", BODY)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "part"})
    target = url.removeprefix(hub.url)
    assert send(hub, "GET", target, hub.sign("s3", "GET", target)).status in (400, 403)


# -- bodies in chunks -------------------------------------------------------------------------------------------------

TRAILER_FORM = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED_FORM = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER_FORM = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
LARGE = bytes(range(256)) * 600
PIECES = [LARGE[:65_536], LARGE[65_536:131_072], LARGE[131_072:]]


def unsigned_trailer(hub, bucket, wire, body=LARGE, trailer="x-amz-checksum-crc32", **fields):
    """A PUT of `body`, which goes over the wire as `wire`."""
    target, headers = path(bucket, "part"), streaming(TRAILER_FORM, body, trailer, **fields)
    return send(hub, "PUT", target, hub.sign("s3", "PUT", target, headers, b""), wire)


@pytest.mark.parametrize("algorithm", RAW_CHECKSUMS)
def test_checksum_behind_the_chunks(hub, s3, bucket, algorithm):
    """A05: CLI v2, and every SDK over TLS. What is kept is the object, without a trace of the chunks."""
    name, value = f"x-amz-checksum-{algorithm.lower()}", checksum(algorithm, LARGE)
    reply = unsigned_trailer(hub, bucket, unsigned_chunks(*PIECES, trailer=f"{name}:{value}"), trailer=name)
    assert (good(reply).headers["ETag"], reply.headers[name]) == (etag_of(LARGE), value)
    answer = s3.get_object(Bucket=bucket, Key="part")
    assert answer["Body"].read() == LARGE
    assert "ContentEncoding" not in answer
    assert answer["ContentLength"] == len(LARGE)


def test_other_encodings_stay(hub, s3, bucket):
    wire = unsigned_chunks(BODY, trailer=f"x-amz-checksum-crc32:{checksum('CRC32', BODY)}")
    for given, kept in (("aws-chunked,gzip", "gzip"), ("gzip,aws-chunked", "gzip"), ("gzip, aws-chunked", "gzip")):
        good(unsigned_trailer(hub, bucket, wire, BODY, **{"Content-Encoding": given}))
        assert s3.head_object(Bucket=bucket, Key="part")["ContentEncoding"] == kept


def test_chunks_in_chunks(hub, s3, bucket):
    """As boto3 sends over TLS: aws-chunked in a body whose own length nobody knows."""
    wire = unsigned_chunks(*PIECES, trailer=f"x-amz-checksum-crc32:{checksum('CRC32', LARGE)}")
    good(unsigned_trailer(hub, bucket, (wire[start : start + 10_000] for start in range(0, len(wire), 10_000))))
    assert read(s3, bucket, "part") == LARGE


def test_empty_object_in_chunks(hub, s3, bucket):
    good(unsigned_trailer(hub, bucket, unsigned_chunks(trailer="x-amz-checksum-crc32:AAAAAA=="), b""))
    assert read(s3, bucket, "part") == b""


RIGHT, WRONG = (f"x-amz-checksum-crc32:{checksum('CRC32', body)}" for body in (LARGE, b"other"))
GOOD_WIRE = unsigned_chunks(*PIECES, trailer=RIGHT)
WRONG_CHUNKS = {
    "wrong checksum": (unsigned_chunks(*PIECES, trailer=WRONG), "BadDigest"),
    "changed byte": (GOOD_WIRE.replace(LARGE[:100], b"x" * 100, 1), "BadDigest"),
    "no checksum": (unsigned_chunks(*PIECES), "MalformedTrailerError"),
    "other trailer": (unsigned_chunks(*PIECES, trailer="x-amz-checksum-sha1:AAAA"), "MalformedTrailerError"),
    "malformed checksum": (unsigned_chunks(*PIECES, trailer="x-amz-checksum-crc32:nonsense"), "InvalidRequest"),
    "too short": (unsigned_chunks(*PIECES[:2], trailer=RIGHT), "IncompleteBody"),
    "too long": (unsigned_chunks(*PIECES, b"more", trailer=RIGHT), "IncompleteBody"),
    "no hex": (b"zz" + GOOD_WIRE, "InvalidChunkSizeError"),
    "negative": (b"-" + GOOD_WIRE, "InvalidChunkSizeError"),
    "huge": (b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n", "InvalidChunkSizeError"),
    "endless size": (b"0" * 100_000, "InvalidChunkSizeError"),
    "no line ends": (GOOD_WIRE.replace(b"\r\n", b""), "InvalidChunkSizeError"),
    "ends in the middle": (GOOD_WIRE[: len(GOOD_WIRE) // 2], "IncompleteBody"),
    "ends before its end": (GOOD_WIRE[: GOOD_WIRE.index(b"0\r\nx-amz")], "IncompleteBody"),
    "nothing": (b"", "IncompleteBody"),
    "no chunks at all": (LARGE, "InvalidChunkSizeError"),
}
OF_CHUNKS = {"IncompleteBody", "InvalidChunkSizeError", "MalformedTrailerError", "InvalidRequest", "BadDigest"}


@pytest.mark.parametrize("how", WRONG_CHUNKS)
def test_wrong_chunks_put_nothing(hub, s3, bucket, how):
    """A05: a wrong checksum is told as such; a wrong form in one of several ways."""
    put(s3, bucket, "part", b"kept")
    wire, expected = WRONG_CHUNKS[how]
    reply = unsigned_trailer(hub, bucket, wire)
    assert reply.status == 400
    assert code(reply) in ({expected} if expected == "BadDigest" else OF_CHUNKS)
    assert read(s3, bucket, "part") == b"kept"
    assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) == 1


def test_length_of_what_is_in_the_chunks_has_to_be_told(hub, s3, bucket):
    target, headers = path(bucket, "part"), streaming(TRAILER_FORM, LARGE, "x-amz-checksum-crc32")
    for length in (None, "many", "-1", str(len(LARGE) - 1), str(len(LARGE) + 1), str(1 << 70)):
        fields = without(headers, "X-Amz-Decoded-Content-Length")
        fields |= {"X-Amz-Decoded-Content-Length": length} if length else {}
        reply = send(hub, "PUT", target, hub.sign("s3", "PUT", target, fields), GOOD_WIRE)
        assert code(reply) in OF_CHUNKS | {"MissingContentLength", "InvalidArgument", "EntityTooLarge"}, length
    assert keys_of(s3, bucket) == []


def signed_chunks(hub, bucket, spoil=lambda wire: wire, form=SIGNED_FORM, trailer=None):
    """A PUT of LARGE in signed chunks, spoiled on the way."""
    target = path(bucket, "part")
    headers = hub.sign("s3", "PUT", target, streaming(form, LARGE, trailer and trailer.partition(":")[0]))
    return send(hub, "PUT", target, headers, spoil(ChunkSigner(hub, headers).body(*PIECES, trailer=trailer)))


def test_signed_chunks(hub, s3, bucket):
    """A05: Java, and older SDKs."""
    good(signed_chunks(hub, bucket))
    assert read(s3, bucket, "part") == LARGE
    assert "ContentEncoding" not in s3.head_object(Bucket=bucket, Key="part")


def test_signed_chunks_with_a_signed_trailer(hub, s3, bucket):
    reply = good(signed_chunks(hub, bucket, form=SIGNED_TRAILER_FORM, trailer=RIGHT))
    assert f"x-amz-checksum-crc32:{reply.headers['x-amz-checksum-crc32']}" == RIGHT
    assert read(s3, bucket, "part") == LARGE


def swapped(wire):
    """The first two chunks, which are as long as each other, in the other order."""
    size = wire.index(PIECES[0]) + len(PIECES[0]) + 2
    return wire[size : 2 * size] + wire[:size] + wire[2 * size :]


TAMPERED = {
    "first chunk": lambda wire: wire.replace(PIECES[0], bytes(65_536), 1),
    "last byte": lambda wire: wire.replace(PIECES[2], PIECES[2][:-1] + b"x"),
    "signature": lambda wire: re.sub(rb"signature=....", b"signature=0000", wire, count=1),
    "signature of the end": lambda wire: wire[:-8] + b"0000\r\n\r\n",
    "order": swapped,
    "without signatures": lambda wire: re.sub(rb";chunk-signature=[0-9a-f]+", b"", wire),
    "without its end": lambda wire: wire[: wire.rindex(b"0;chunk")],
    "without a chunk": lambda wire: wire[wire.index(PIECES[0]) + len(PIECES[0]) + 2 :],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_chunks_put_nothing(hub, s3, bucket, how):
    """A01 A05"""
    put(s3, bucket, "part", b"kept")
    reply = signed_chunks(hub, bucket, TAMPERED[how])
    assert code(reply) == "SignatureDoesNotMatch" or (how.startswith("without") and code(reply) in OF_CHUNKS)
    assert read(s3, bucket, "part") == b"kept"


def test_tampered_trailer_puts_nothing(hub, s3, bucket):
    for spoil in (
        lambda wire: re.sub(rb"trailer-signature:....", b"trailer-signature:0000", wire),
        lambda wire: re.sub(rb"\r\nx-amz-trailer-signature:[0-9a-f]+", b"", wire),
        lambda wire: wire.replace(RIGHT.encode(), WRONG.encode()),
    ):
        reply = signed_chunks(hub, bucket, spoil, SIGNED_TRAILER_FORM, RIGHT)
        assert code(reply) in {"SignatureDoesNotMatch", *OF_CHUNKS}
    assert keys_of(s3, bucket) == []


def test_part_of_an_upload_in_chunks(hub, s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="part")["UploadId"]
    target = path(bucket, "part", f"partNumber=1&uploadId={quote(upload, safe='')}")
    headers = hub.sign("s3", "PUT", target, streaming(TRAILER_FORM, LARGE, "x-amz-checksum-crc32"))
    assert good(send(hub, "PUT", target, headers, GOOD_WIRE)).headers["ETag"] == etag_of(LARGE)
    (part,) = s3.list_parts(Bucket=bucket, Key="part", UploadId=upload)["Parts"]
    assert (part["Size"], part["ETag"]) == (len(LARGE), etag_of(LARGE))


# -- HTTP -------------------------------------------------------------------------------------------------------------


def head_of(hub, method, target, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if name.lower() != "host")
    return f"{method} {target} HTTP/1.1\r\nHost: {urlsplit(hub.url).netloc}\r\n{lines}\r\n".encode()


def connect(hub):
    parts = urlsplit(hub.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def exchange(hub, method, target, fields=None, body=b"", **signing):
    """Everything that is answered to one signed request until the connection closes."""
    headers = hub.sign("s3", method, target, {}, body, **signing) | (fields or {})
    with connect(hub) as connection:
        connection.sendall(head_of(hub, method, target, headers) + body)
        return connection.makefile("rb").read()


def status_line(head):
    return int(head.split(None, 2)[1])


def expect(hub, target, body=BODY, length=None, **credentials):
    """The statuses that come to a PUT with Expect: 100-continue, whose body is sent only after a 100."""
    headers = hub.sign("s3", "PUT", target, {}, body, **credentials)
    headers |= {"Expect": "100-continue", "Content-Length": str(length or len(body)), "Connection": "close"}
    with connect(hub) as connection:
        connection.sendall(head_of(hub, "PUT", target, headers))
        stream = connection.makefile("rb")
        statuses = [status_line(stream.readline())]
        if statuses == [100]:
            assert stream.readline() == b"\r\n"
            connection.sendall(body)
            statuses.append(status_line(stream.readline()))
        return statuses


def test_body_is_waited_for(hub, s3, bucket):
    """A05: boto3 sends its body after the 100 only."""
    assert expect(hub, path(bucket, "part")) == [100, 200]
    assert read(s3, bucket, "part") == BODY


def test_leave_is_given_to_send_nothing_too(hub, s3, bucket):
    """Older clients take the next answer on the connection for the 100 that they have not had, and stall for a minute."""
    assert expect(hub, path(bucket, "empty"), body=b"") == [100, 200]
    assert read(s3, bucket, "empty") == b""


def test_body_that_nobody_wants_is_not_waited_for(hub, s3, bucket):
    """Refused by its header: before the body has come, or at the latest after."""
    assert expect(hub, path(fresh("nothing"), "part"))[-1] == 404
    wrong = hub.key | {"aws_secret_access_key": "x" * 40}
    assert expect(hub, path(bucket, "part"), **wrong)[-1] == 403
    assert keys_of(s3, bucket) == []


def test_object_of_more_than_five_gigabytes_is_refused(hub, bucket):
    """At once: nobody has to send it first."""
    assert expect(hub, path(bucket, "part"), length=(5 << 30) + 1) in ([400], [413])


def test_body_without_a_length_is_refused(hub, s3, bucket):
    headers = hub.sign("s3", "PUT", path(bucket, "part"), {}, BODY)
    with connect(hub) as connection:
        connection.sendall(head_of(hub, "PUT", path(bucket, "part"), headers | {"Connection": "close"}))
        answer = connection.makefile("rb").read()
    assert status_line(answer) in (400, 411)
    assert keys_of(s3, bucket) == []


def test_client_that_goes_away_in_the_middle_puts_nothing(hub, s3, bucket):
    put(s3, bucket, "part", b"kept")
    body = LARGE * 4
    headers = hub.sign("s3", "PUT", path(bucket, "part"), {"X-Amz-Content-SHA256": UNSIGNED}, body)
    headers["Content-Length"] = str(len(body))
    for sent in (0, 1, 1000, len(body) - 1):
        with connect(hub) as connection:
            connection.sendall(head_of(hub, "PUT", path(bucket, "part"), headers) + body[:sent])
    time.sleep(0.2)
    assert read(s3, bucket, "part") == b"kept"
    assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) == 1


def test_refused_body_does_not_spoil_the_connection(hub, s3, bucket):
    """Whatever was left of it is read or the connection ends: it is never taken for the next request."""
    hidden = path(bucket, "hidden")
    body = head_of(hub, "PUT", hidden, hub.sign("s3", "PUT", hidden) | {"Content-Length": "0"})
    target, answer = path(fresh("nothing"), "part"), b""
    headers = hub.sign("s3", "PUT", target, {}, body) | {"Content-Length": str(len(body))}
    with connect(hub) as connection:
        connection.sendall(head_of(hub, "PUT", target, headers) + body)
        with suppress(TimeoutError, ConnectionResetError):
            while more := connection.recv(65_536):
                answer += more
                # The first answer has all the time that it needs; a second one would be close behind it.
                connection.settimeout(1)
    assert answer.count(b"HTTP/1.1 ") == 1 and status_line(answer) == 404
    assert keys_of(s3, bucket) == []


# -- XML --------------------------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE Tagging [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><Tagging><TagSet><Tag><Key>k</Key><Value>&a9;</Value></Tag></TagSet></Tagging>"
)
TAG = "<TagSet><Tag><Key>k</Key><Value>{}</Value></Tag></TagSet>"
HOSTILE = {
    "bomb": BOMB,
    "bomb of one entity": f'<!DOCTYPE t [<!ENTITY a "{"x" * 50_000}">]><Tagging>{"&a;" * 50_000}</Tagging>',
    "entity of a file": f'<!DOCTYPE t [<!ENTITY f SYSTEM "file:///etc/passwd">]><Tagging>{TAG.format("&f;")}</Tagging>',
    "document type": "<!DOCTYPE Tagging><Tagging>" + TAG.format("v") + "</Tagging>",
    "unknown entity": "<Tagging>" + TAG.format("&nothing;") + "</Tagging>",
    "deep": "<a>" * 100_000,
    "deep and closed": "<a>" * 100_000 + "</a>" * 100_000,
    "many attributes": "<Tagging " + " ".join(f'a{n}="x"' for n in range(50_000)) + "/>",
    "not closed": "<Tagging>" + TAG.format("v"),
    "crossed": "<Tagging><TagSet></Tagging></TagSet>",
    "two roots": "<Tagging><TagSet/></Tagging><Tagging/>",
    "other root": "<CORSConfiguration/>",
    "text": "line=7",
    "json": '{"TagSet": []}',
    "no text": b"<Tagging>" + TAG.format("\xff").encode("latin-1") + b"</Tagging>",
    "NUL": "<Tagging>" + TAG.format("\0") + "</Tagging>",
    "reference to NUL": "<Tagging>" + TAG.format("&#0;") + "</Tagging>",
    "huge reference": "<Tagging>" + TAG.format("&#99999999999;") + "</Tagging>",
}


@pytest.mark.parametrize("how", HOSTILE)
def test_hostile_xml_is_refused_quickly(hub, s3, bucket, how):
    start = time.monotonic()
    reply = ask_xml(hub, "PUT", path(bucket, query="tagging"), HOSTILE[how])
    assert time.monotonic() - start < 1
    assert (reply.status, code(reply)) == (400, "MalformedXML")
    with turned_down(404, "NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=bucket)


def test_xml_of_many_megabytes_is_refused(hub, bucket):
    reply = ask_xml(hub, "PUT", path(bucket, query="tagging"), "<Tagging>" + " " * (16 * MIB) + "</Tagging>")
    assert reply.status in (400, 413)
    assert ask(hub, "GET", path(bucket)).status == 200


@pytest.mark.parametrize(
    "text",
    [
        "<Tagging>" + TAG.format("v") + "</Tagging>",
        f'<Tagging xmlns="{NAMESPACE}">' + TAG.format("v") + "</Tagging>",
        f'<s:Tagging xmlns:s="{NAMESPACE}">' + re.sub(r"<(/?)", r"<\1s:", TAG.format("v")) + "</s:Tagging>",
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- by hand -->\n<Tagging>\n ' + TAG.format("v") + "\n</Tagging>\n",
        "\ufeff<Tagging>" + TAG.format("v") + "</Tagging>",
        "<Tagging>" + TAG.format("<![CDATA[v]]>") + "</Tagging>",
        "<Tagging>" + TAG.format("&#118;") + "</Tagging>",
        "<Tagging>" + TAG.format("&#x76;") + "<Unknown/></Tagging>",
    ],
    ids=["bare", "namespace", "prefix", "comment", "mark", "CDATA", "number", "hex"],
)
def test_good_xml_of_any_hand(hub, s3, bucket, text):
    good(ask_xml(hub, "PUT", path(bucket, query="tagging"), text))
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "k", "Value": "v"}]


def deletion(*keys):
    rows = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    return f"<Delete>{rows}</Delete>".encode()


def test_many_are_deleted_only_with_a_digest(hub, s3, bucket):
    """AWS asks for one here, because a spoiled list deletes what nobody meant."""
    put(s3, bucket, "part")
    target, body = path(bucket, query="delete"), deletion("part")
    assert code(ask(hub, "POST", target, body)) == "InvalidRequest"
    assert code(ask(hub, "POST", target, body, {"Content-MD5": md5(b"other")})) == "BadDigest"
    assert code(ask(hub, "POST", target, body, {"x-amz-checksum-sha256": checksum("SHA256", b"x")})) == "BadDigest"
    assert keys_of(s3, bucket) == ["part"]
    good(ask(hub, "POST", target, body, {"x-amz-checksum-crc32": checksum("CRC32", body)}))
    assert keys_of(s3, bucket) == []


def test_ten_thousand_keys_are_refused(hub, s3, bucket):
    put(s3, bucket, "0")
    reply = ask_xml(hub, "POST", path(bucket, query="delete"), deletion(*range(10_000)))
    assert (reply.status, code(reply)) == (400, "MalformedXML")
    assert keys_of(s3, bucket) == ["0"]


def test_keys_in_xml_are_read_as_they_are(hub, s3, bucket):
    """Escapes, references, and the spaces at both ends."""
    keys = ["<a>&b", " spaces ", "ü", "line\nend", "a\tb", "%41"]
    for key in keys:
        put(s3, bucket, key)
    texts = ["&lt;a&gt;&amp;b", " spaces ", "&#xFC;", "line&#10;end", "a&#x9;b", "%41"]
    good(ask_xml(hub, "POST", path(bucket, query="delete"), deletion(*texts)))
    assert keys_of(s3, bucket) == []


def test_spoiled_settings_are_refused(hub, s3, bucket):
    """Their digest is looked at too."""
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    target = path(bucket, query="versioning")
    assert code(ask(hub, "PUT", target, body, {"Content-MD5": md5(b"other")})) == "BadDigest"
    assert code(ask(hub, "PUT", target, body, {"x-amz-checksum-crc32": checksum("CRC32", b"x")})) == "BadDigest"
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    good(ask(hub, "PUT", target, body, {"x-amz-checksum-crc64nvme": checksum("CRC64NVME", body)}))
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_unknown_fields_are_passed_over(hub, s3, bucket):
    """A newer client's: `x-amz-object-annotation-directive` of CLI v2, say."""
    good(with_fields(hub, bucket, x_amz_object_annotation_directive="EXCLUDE", x_amz_colour="red"))
    assert read(s3, bucket, "part") == BODY
    with refused("NoSuchKey"):
        read(s3, bucket, "other")
