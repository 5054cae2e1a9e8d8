"""Objects of the hub's object store: put, read, listed, copied, tagged and deleted, with and without versions.

The tests are after the service model and the documentation of S3. A04 A05 A07.
"""

import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError
from hub import refused
from store import MIB, etag_of, fields_of, keys_of, make_bucket, put, read, status_of, turned_down, version

TEN = b"0123456789"


# -- put and read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"x", b"\r\n\0\xff" * 1000, bytes(range(256)) * 4096], ids=len)
def test_object_comes_back_as_it_was(s3, bucket, body):
    """A05"""
    answer = put(s3, bucket, "part", body)
    assert answer["ETag"] == etag_of(body)
    assert answer["ServerSideEncryption"] == "AES256"
    assert "VersionId" not in answer
    told = s3.get_object(Bucket=bucket, Key="part")
    assert told["Body"].read() == body
    assert (told["ContentLength"], told["ETag"]) == (len(body), etag_of(body))
    assert told["ServerSideEncryption"] == "AES256"
    assert told["ContentType"] == "binary/octet-stream"
    assert told["AcceptRanges"] == "bytes"
    assert abs(told["LastModified"] - datetime.now(timezone.utc)) < timedelta(minutes=2)


def test_head_is_told_what_get_is(s3, bucket):
    put(s3, bucket, "part", TEN, ContentType="text/plain", Metadata={"line": "7"})
    calls = (s3.get_object, s3.head_object)
    get, head = (fields_of(call(Bucket=bucket, Key="part", ChecksumMode="ENABLED")) for call in calls)
    own = {"date", "x-amz-request-id", "x-amzn-requestid", "x-amz-id-2", "connection"}
    assert {name: get[name] for name in get.keys() - own} == {name: head[name] for name in head.keys() - own}


def test_later_object_takes_the_place_of_the_earlier(s3, bucket):
    put(s3, bucket, "part", b"old and longer", ContentType="text/plain", Metadata={"line": "7"})
    put(s3, bucket, "part", b"new")
    told = s3.get_object(Bucket=bucket, Key="part")
    assert (told["Body"].read(), told["ContentType"], told["Metadata"]) == (b"new", "binary/octet-stream", {})


FIELDS = {
    "ContentType": "application/x-onnx; v=1",
    "ContentDisposition": 'attachment; filename="model 1.onnx"',
    "ContentEncoding": "gzip",
    "ContentLanguage": "de-DE",
    "CacheControl": "max-age=60, private",
}


def test_fields_of_an_object_are_kept(s3, bucket):
    put(s3, bucket, "part", Expires=datetime(2030, 1, 2, 3, 4, 5), **FIELDS)
    for call in (s3.get_object, s3.head_object):
        told = call(Bucket=bucket, Key="part")
        assert {name: told[name] for name in FIELDS} == FIELDS
        assert told["ExpiresString"] == "Wed, 02 Jan 2030 03:04:05 GMT"


def test_metadata_are_kept(s3, bucket):
    """Their names are of one case."""
    put(s3, bucket, "part", Metadata={"Line": "7", "serial-number": "A/1+2=3; x", "empty": "", "long": "m" * 1000})
    told = s3.head_object(Bucket=bucket, Key="part")["Metadata"]
    assert told == {"line": "7", "serial-number": "A/1+2=3; x", "empty": "", "long": "m" * 1000}


def test_metadata_of_more_than_two_kilobytes_are_refused(s3, bucket):
    put(s3, bucket, "part", Metadata={"a": "m" * 2047})
    with turned_down(400, "MetadataTooLarge"):
        put(s3, bucket, "other", Metadata={"a": "m" * 1024, "b": "m" * 1024})
    assert keys_of(s3, bucket) == ["part"]


def test_storage_class_is_told(s3, bucket):
    """STANDARD is not, but in a list."""
    put(s3, bucket, "cold", StorageClass="STANDARD_IA")
    put(s3, bucket, "warm", StorageClass="STANDARD")
    assert s3.head_object(Bucket=bucket, Key="cold")["StorageClass"] == "STANDARD_IA"
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="warm")
    rows = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [(row["Key"], row["StorageClass"]) for row in rows] == [("cold", "STANDARD_IA"), ("warm", "STANDARD")]
    with turned_down(400, "InvalidStorageClass"):
        put(s3, bucket, "odd", StorageClass="LUKEWARM")


def test_encryption_that_is_asked_for_is_told(s3, bucket):
    """A07: `s3 cp --sse AES256`."""
    assert put(s3, bucket, "part", ServerSideEncryption="AES256")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="part")["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize(
    "arguments",
    [
        {"ServerSideEncryption": "ROT13"},
        {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32},
        {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": datetime(2040, 1, 1)},
    ],
    ids=lambda arguments: next(iter(arguments)),
)
def test_promise_that_is_not_kept_is_not_made(s3, bucket, arguments):
    """A key of the caller's, a lock: taken and then forgotten would be worse than refused."""
    with pytest.raises(ClientError) as caught:
        put(s3, bucket, "part", **arguments)
    assert status_of(caught.value.response) in (400, 501), caught.value.response
    assert keys_of(s3, bucket) == []


def test_object_that_is_not_there(s3, bucket):
    with turned_down(404, "NoSuchKey") as caught:
        read(s3, bucket, "nothing")
    assert caught.value.response["Error"]["Key"] == "nothing"
    with turned_down(404, "404"):
        s3.head_object(Bucket=bucket, Key="nothing")
    with pytest.raises(s3.exceptions.NoSuchKey):
        read(s3, bucket, "nothing")


def test_object_that_is_read_while_it_goes_away(s3, bucket):
    """Who has begun to read it reads it to its end, and nothing of the next."""
    body = bytes(range(256)) * (64 << 10)
    for change in (lambda: put(s3, bucket, "part", b"new" * MIB), lambda: s3.delete_object(Bucket=bucket, Key="part")):
        put(s3, bucket, "part", body)
        stream = s3.get_object(Bucket=bucket, Key="part")["Body"]
        start = stream.read(1000)
        change()
        assert start + stream.read() == body


def test_one_of_many_writers_wins_and_wholly(hub, s3, bucket):
    bodies = [bytes([number]) * (200_000 + number) for number in range(8)]
    threads = [threading.Thread(target=put, args=(s3, bucket, "part", body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = s3.get_object(Bucket=bucket, Key="part")
    body = told["Body"].read()
    assert body in bodies
    assert told["ETag"] == etag_of(body)


# -- keys -------------------------------------------------------------------------------------------------------------

NOT_IN_XML = "bell\x07"
ODD_KEYS = [
    "two words",
    " lead and trail ",
    "a+b",
    "100%",
    "%41",
    "%2F",
    "a%2fb",
    "a&b=c?d#e;f",
    "<a>\"b'&amp;",
    "`{|}\\^[]~",
    "!-_.*'()",
    "$@=:,",
    "Süd/Prüfung",
    "日本/部品",
    "🏭",
    "composed \u00e9",
    "decomposed e\u0301",
    "a//b",
    "a///",
    "/lead",
    "//",
    "/",
    "folder/",
    "folder",
    "folder/part",
    ".",
    "./a",
    "a/./b",
    "a/b/../c",
    ".hidden",
    "con",
    "part.json.tmp",
    "tab\tnew\nline\rreturn",
    NOT_IN_XML,
    "\u202eright to left",
    "null",
    "k" * 255 + "/" + "k" * 255,
    "k" * 1024,
    "ü" * 512,
    "d/" * 512,
]


@pytest.fixture(scope="module")
def odd(hub):
    """A bucket with every one of these keys, each object's body its key."""
    name, s3 = make_bucket(hub), hub.client("s3")
    for key in ODD_KEYS:
        put(s3, name, key, key.encode(), Metadata={"number": str(ODD_KEYS.index(key))})
    return name


@pytest.mark.parametrize("key", ODD_KEYS, ids=lambda key: ascii(key)[1:25])
def test_odd_key_is_a_key(s3, odd, key):
    """Its object is its own: no other key, however alike, is the same."""
    told = s3.get_object(Bucket=odd, Key=key)
    assert told["Body"].read() == key.encode()
    assert told["Metadata"] == {"number": str(ODD_KEYS.index(key))}
    assert s3.head_object(Bucket=odd, Key=key)["ContentLength"] == len(key.encode())
    assert key in [row["Key"] for row in s3.list_objects_v2(Bucket=odd, Prefix=key)["Contents"]]


def test_odd_keys_are_listed_in_the_order_of_their_bytes(s3, odd):
    expected = sorted(ODD_KEYS, key=str.encode)
    assert keys_of(s3, odd) == expected
    assert keys_of(s3, odd, MaxKeys=3) == expected
    rows = s3.list_object_versions(Bucket=odd)["Versions"]
    assert [row["Key"] for row in rows] == expected


def test_odd_keys_are_copied_and_deleted(hub, s3, odd):
    other = make_bucket(hub)
    for key in ODD_KEYS:
        s3.copy_object(Bucket=other, Key=key, CopySource={"Bucket": odd, "Key": key})
    assert read(s3, other, "a%2fb") == b"a%2fb"
    alone = ("folder/", "composed \u00e9", NOT_IN_XML)
    for key in alone:
        s3.delete_object(Bucket=other, Key=key)
    left = [key for key in ODD_KEYS if key not in alone]
    assert keys_of(s3, other) == sorted(left, key=str.encode)
    answer = s3.delete_objects(Bucket=other, Delete={"Objects": [{"Key": key} for key in left]})
    assert "Errors" not in answer
    assert sorted(row["Key"] for row in answer["Deleted"]) == sorted(left)
    s3.delete_bucket(Bucket=other)


@pytest.mark.parametrize("key", ["k" * 1025, "ü" * 512 + "k", "d/" * 512 + "k"], ids=["k", "ü", "d/"])
def test_key_of_more_than_1024_bytes_is_refused(s3, bucket, key):
    with turned_down(400, "KeyTooLongError"):
        put(s3, bucket, key)
    assert keys_of(s3, bucket) == []


# -- parts of an object, and conditions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "range, expected, content_range",
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=0-9", TEN, "bytes 0-9/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=0-", TEN, "bytes 0-9/10"),
        ("bytes=7-99", b"789", "bytes 7-9/10"),
        ("bytes=9-9", b"9", "bytes 9-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", TEN, "bytes 0-9/10"),
        ("bytes=0-99999999999999999999", TEN, "bytes 0-9/10"),
    ],
)
def test_range_of_an_object(s3, bucket, range, expected, content_range):
    put(s3, bucket, "part", TEN)
    for call in (s3.get_object, s3.head_object):
        told = call(Bucket=bucket, Key="part", Range=range)
        assert status_of(told) == 206
        assert (told["ContentRange"], told["ContentLength"]) == (content_range, len(expected))
        assert told["ETag"] == etag_of(TEN)
    assert read(s3, bucket, "part", Range=range) == expected


@pytest.mark.parametrize("range", ["bytes=5-2", "lines=0-1", "bytes=a-b", "bytes=", "bytes=0-1,4-5", "0-1", "bytes=-"])
def test_range_that_is_none_is_no_range(s3, bucket, range):
    """Several at once are not offered by S3 either."""
    put(s3, bucket, "part", TEN)
    told = s3.get_object(Bucket=bucket, Key="part", Range=range)
    assert (status_of(told), told["Body"].read()) == (200, TEN)


@pytest.mark.parametrize(
    "body, range", [(TEN, "bytes=10-"), (TEN, "bytes=10-20"), (TEN, "bytes=-0"), (b"", "bytes=0-"), (b"", "bytes=0-0")]
)
def test_range_behind_the_end_is_refused(s3, bucket, body, range):
    put(s3, bucket, "part", body)
    with turned_down(416, "InvalidRange") as caught:
        read(s3, bucket, "part", Range=range)
    assert caught.value.response["Error"]["ActualObjectSize"] == str(len(body))
    with turned_down(416, "416"):
        s3.head_object(Bucket=bucket, Key="part", Range=range)


def test_ranges_of_a_large_object(s3, bucket):
    """A05: `s3 cp` reads a large object so, each part with the ETag of the first answer."""
    body = b"".join(number.to_bytes(4, "big") for number in range(700_000))
    put(s3, bucket, "part", body)
    for start in (0, 1, 65_535, 65_536, MIB - 1, MIB, 2 * MIB + 17, len(body) - 5):
        told = s3.get_object(Bucket=bucket, Key="part", Range=f"bytes={start}-{start + 99_999}", IfMatch=etag_of(body))
        assert told["Body"].read() == body[start : start + 100_000], start


RIGHT, WRONG = etag_of(TEN), etag_of(b"other")
BEFORE, AFTER = timedelta(hours=-1), timedelta(hours=1)


@pytest.mark.parametrize(
    "conditions, status",
    [
        ({"IfMatch": RIGHT}, 200),
        ({"IfMatch": RIGHT.strip('"')}, 200),
        ({"IfMatch": WRONG}, 412),
        ({"IfNoneMatch": WRONG}, 200),
        ({"IfNoneMatch": RIGHT}, 304),
        ({"IfModifiedSince": BEFORE}, 200),
        ({"IfModifiedSince": timedelta()}, 304),
        ({"IfUnmodifiedSince": AFTER}, 200),
        ({"IfUnmodifiedSince": timedelta()}, 200),
        ({"IfUnmodifiedSince": BEFORE}, 412),
        ({"IfMatch": RIGHT, "IfUnmodifiedSince": BEFORE}, 200),
        ({"IfMatch": WRONG, "IfUnmodifiedSince": AFTER}, 412),
        ({"IfNoneMatch": RIGHT, "IfModifiedSince": BEFORE}, 304),
        ({"IfMatch": RIGHT, "IfNoneMatch": RIGHT}, 304),
        ({"IfMatch": WRONG, "Range": "bytes=0-1"}, 412),
        ({"IfMatch": RIGHT, "Range": "bytes=0-1"}, 206),
    ],
)
def test_conditions_of_reading(s3, bucket, conditions, status):
    put(s3, bucket, "part", TEN)
    written = s3.head_object(Bucket=bucket, Key="part")["LastModified"]
    given = {name: written + value if isinstance(value, timedelta) else value for name, value in conditions.items()}
    for call, code in ((s3.get_object, "PreconditionFailed"), (s3.head_object, "412")):
        if status < 300:
            assert status_of(call(Bucket=bucket, Key="part", **given)) == status
            continue
        with pytest.raises(ClientError) as caught:
            call(Bucket=bucket, Key="part", **given)
        response = caught.value.response
        assert (status_of(response), response["Error"]["Code"]) == (status, code if status == 412 else "304")
        assert status == 412 or fields_of(response)["etag"] == RIGHT


def test_fields_of_an_answer_may_be_others(s3, bucket):
    put(s3, bucket, "part", TEN, **FIELDS)
    expires = datetime(2031, 1, 1, tzinfo=timezone.utc)
    told = s3.get_object(
        Bucket=bucket,
        Key="part",
        ResponseContentType="image/png",
        ResponseContentDisposition='inline; filename="a b.png"',
        ResponseContentEncoding="identity",
        ResponseContentLanguage="en",
        ResponseCacheControl="no-store",
        ResponseExpires=expires,
    )
    assert told["ContentType"] == "image/png"
    assert told["ContentDisposition"] == 'inline; filename="a b.png"'
    assert (told["ContentEncoding"], told["ContentLanguage"], told["CacheControl"]) == ("identity", "en", "no-store")
    assert parsedate_to_datetime(told["ExpiresString"]) == expires
    assert s3.head_object(Bucket=bucket, Key="part")["ContentType"] == FIELDS["ContentType"]


def test_field_of_an_answer_is_one_field(s3, bucket):
    """Whoever makes a link cannot write more fields than its own."""
    put(s3, bucket, "part", TEN)
    try:
        told = s3.get_object(Bucket=bucket, Key="part", ResponseContentType="text/plain\r\nx-amz-meta-forged: 1")
    except ClientError as caught:
        assert status_of(caught.response) == 400
    else:
        assert "x-amz-meta-forged" not in fields_of(told)


def test_object_is_put_only_where_there_is_none(s3, bucket):
    put(s3, bucket, "part", b"first", IfNoneMatch="*")
    with turned_down(412, "PreconditionFailed"):
        put(s3, bucket, "part", b"second", IfNoneMatch="*")
    assert read(s3, bucket, "part") == b"first"
    s3.delete_object(Bucket=bucket, Key="part")
    put(s3, bucket, "part", b"third", IfNoneMatch="*")


def test_delete_marker_is_no_object(s3, versioned):
    put(s3, versioned, "part")
    s3.delete_object(Bucket=versioned, Key="part")
    put(s3, versioned, "part", b"again", IfNoneMatch="*")
    assert read(s3, versioned, "part") == b"again"


def test_object_is_put_only_over_the_one_that_is_meant(s3, bucket):
    old = put(s3, bucket, "part", b"old")["ETag"]
    new = put(s3, bucket, "part", b"new", IfMatch=old)["ETag"]
    with turned_down(412, "PreconditionFailed"):
        put(s3, bucket, "part", b"newer", IfMatch=old)
    assert read(s3, bucket, "part") == b"new"
    with turned_down(404, "NoSuchKey"):
        put(s3, bucket, "nothing", IfMatch=new)


def test_one_of_many_is_the_first(s3, bucket):
    """If-None-Match: * is what a lock is made of."""
    won = []

    def attempt(number):
        try:
            put(s3, bucket, "lock", str(number).encode(), IfNoneMatch="*")
            won.append(number)
        except ClientError as caught:
            assert caught.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert read(s3, bucket, "lock") == str(won[0]).encode()


# -- copies -----------------------------------------------------------------------------------------------------------


def copy(s3, bucket, source, key="copy", **arguments):
    return s3.copy_object(Bucket=bucket, Key=key, CopySource=source, **arguments)


@pytest.fixture
def original(s3, bucket):
    """A bucket with the object `part`, which has all that an object can have."""
    put(s3, bucket, "part", TEN, ContentType="text/plain", Metadata={"line": "7"}, Tagging="plant=south")
    return bucket


def tags_of(s3, bucket, key, **arguments):
    answer = s3.get_object_tagging(Bucket=bucket, Key=key, **arguments)
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


def test_copy_is_alike(hub, s3, original):
    """Its fields, metadata and tags too; into another bucket or its own."""
    for there in (original, make_bucket(hub)):
        answer = copy(s3, there, f"{original}/part")
        assert answer["CopyObjectResult"]["ETag"] == etag_of(TEN)
        assert abs(answer["CopyObjectResult"]["LastModified"] - datetime.now(timezone.utc)) < timedelta(minutes=2)
        assert answer["ServerSideEncryption"] == "AES256"
        told = s3.get_object(Bucket=there, Key="copy")
        assert (told["Body"].read(), told["ContentType"], told["Metadata"]) == (TEN, "text/plain", {"line": "7"})
        assert tags_of(s3, there, "copy") == {"plant": "south"}


def test_copy_stays_when_the_original_goes(s3, original):
    copy(s3, original, f"{original}/part")
    put(s3, original, "part", b"other")
    s3.delete_object(Bucket=original, Key="part")
    assert read(s3, original, "copy") == TEN


def test_copy_may_have_other_metadata(s3, original):
    """Those that are given count only when they are said to replace the others."""
    copy(s3, original, f"{original}/part", "kept", Metadata={"line": "8"}, ContentType="image/png")
    replace = {"MetadataDirective": "REPLACE", "Metadata": {"line": "8"}, "ContentType": "image/png"}
    copy(s3, original, f"{original}/part", "replaced", **replace)
    kept, replaced = (s3.head_object(Bucket=original, Key=key) for key in ("kept", "replaced"))
    assert (kept["Metadata"], kept["ContentType"]) == ({"line": "7"}, "text/plain")
    assert (replaced["Metadata"], replaced["ContentType"]) == ({"line": "8"}, "image/png")
    assert tags_of(s3, original, "replaced") == {"plant": "south"}


def test_copy_may_have_other_tags(s3, original):
    copy(s3, original, f"{original}/part", TaggingDirective="REPLACE", Tagging="plant=north&shift=night")
    assert tags_of(s3, original, "copy") == {"plant": "north", "shift": "night"}
    assert s3.head_object(Bucket=original, Key="copy")["Metadata"] == {"line": "7"}
    copy(s3, original, f"{original}/part", "bare", TaggingDirective="REPLACE")
    assert tags_of(s3, original, "bare") == {}


def test_copy_onto_itself_has_to_change_something(s3, original):
    with turned_down(400, "InvalidRequest"):
        copy(s3, original, f"{original}/part", "part")
    copy(s3, original, f"{original}/part", "part", MetadataDirective="REPLACE", Metadata={"line": "9"})
    told = s3.get_object(Bucket=original, Key="part")
    assert (told["Body"].read(), told["Metadata"]) == (TEN, {"line": "9"})
    copy(s3, original, f"{original}/part", "part", StorageClass="STANDARD_IA")
    assert read(s3, original, "part") == TEN


def test_copy_of_an_old_version(s3, versioned):
    old = put(s3, versioned, "part", b"old")["VersionId"]
    put(s3, versioned, "part", b"new")
    answer = copy(s3, versioned, {"Bucket": versioned, "Key": "part", "VersionId": old}, "part")
    assert answer["CopySourceVersionId"] == old
    assert answer["VersionId"] not in (old, "null")
    assert read(s3, versioned, "part") == b"old"
    assert len(s3.list_object_versions(Bucket=versioned)["Versions"]) == 3


@pytest.mark.parametrize(
    "source, status, code",
    [
        ("{bucket}/nothing", 404, "NoSuchKey"),
        ("no-such-bucket-anywhere/part", 404, "NoSuchBucket"),
        ("{bucket}", 400, "InvalidArgument"),
        ("", 400, "InvalidArgument"),
        ("/", 400, "InvalidArgument"),
        ("{bucket}/part?versionId=nonsense", 400, "InvalidArgument"),
    ],
)
def test_copy_of_nothing_is_refused(s3, original, source, status, code):
    with pytest.raises(ClientError) as caught:
        copy(s3, original, source.replace("{bucket}", original))
    response = caught.value.response
    absent = [(404, "NoSuchVersion")] if "nonsense" in source else []
    assert (status_of(response), response["Error"]["Code"]) in [(status, code), *absent]
    assert keys_of(s3, original) == ["part"]


def test_copy_of_what_was_deleted_is_refused(s3, versioned):
    put(s3, versioned, "part")
    marker = s3.delete_object(Bucket=versioned, Key="part")["VersionId"]
    with turned_down(404, "NoSuchKey"):
        copy(s3, versioned, f"{versioned}/part")
    with turned_down(400, "InvalidRequest"):
        copy(s3, versioned, f"{versioned}/part?versionId={marker}")


def test_conditions_of_a_copy(s3, original):
    copy(s3, original, f"{original}/part", CopySourceIfMatch=RIGHT, CopySourceIfNoneMatch=WRONG)
    for conditions in ({"CopySourceIfMatch": WRONG}, {"CopySourceIfNoneMatch": RIGHT}):
        with turned_down(412, "PreconditionFailed"):
            copy(s3, original, f"{original}/part", "other", **conditions)
    assert keys_of(s3, original) == ["copy", "part"]


# -- deleted ----------------------------------------------------------------------------------------------------------


def test_deleted_object_is_gone(s3, bucket):
    """And what was never there is deleted as well."""
    put(s3, bucket, "part")
    for key in ("part", "part", "nothing"):
        answer = s3.delete_object(Bucket=bucket, Key=key)
        assert status_of(answer) == 204
        assert "DeleteMarker" not in answer and "VersionId" not in answer
    with turned_down(404, "NoSuchKey"):
        read(s3, bucket, "part")


def delete_many(s3, bucket, *objects, **arguments):
    rows = [{"Key": given} if isinstance(given, str) else given for given in objects]
    return s3.delete_objects(Bucket=bucket, Delete={"Objects": rows} | arguments)


def test_many_are_deleted_at_once(s3, bucket):
    for key in ("a", "b", "c"):
        put(s3, bucket, key)
    answer = delete_many(s3, bucket, "a", "b", "nothing")
    assert sorted(row["Key"] for row in answer["Deleted"]) == ["a", "b", "nothing"]
    assert all(set(row) == {"Key"} for row in answer["Deleted"])
    assert "Errors" not in answer
    assert keys_of(s3, bucket) == ["c"]


def test_many_are_deleted_quietly(s3, bucket):
    put(s3, bucket, "a")
    answer = delete_many(s3, bucket, "a", "nothing", Quiet=True)
    assert "Deleted" not in answer and "Errors" not in answer
    assert keys_of(s3, bucket) == []


def test_many_versions_are_deleted_at_once(s3, versioned):
    """A version is told as it was asked for, a new marker by its own id, a marker that went by both."""
    old = put(s3, versioned, "part", b"old")["VersionId"]
    put(s3, versioned, "part", b"new")
    (row,) = delete_many(s3, versioned, "part")["Deleted"]
    marker = row["DeleteMarkerVersionId"]
    assert row == {"Key": "part", "DeleteMarker": True, "DeleteMarkerVersionId": marker}
    answer = delete_many(
        s3, versioned, {"Key": "part", "VersionId": old}, {"Key": "part", "VersionId": marker}, "never there"
    )
    rows = {(row["Key"], row.get("VersionId")): row for row in answer["Deleted"]}
    assert rows["part", old] == {"Key": "part", "VersionId": old}
    assert rows["part", marker] == {
        "Key": "part",
        "VersionId": marker,
        "DeleteMarker": True,
        "DeleteMarkerVersionId": marker,
    }
    assert rows["never there", None]["DeleteMarker"] is True
    assert read(s3, versioned, "part") == b"new"


def test_object_is_deleted_only_as_it_is_meant(s3, bucket):
    """[hub-object-14] Whoever says what should go is not to take what came meanwhile."""
    etag = put(s3, bucket, "part", b"new")["ETag"]
    with turned_down(412, "PreconditionFailed"):
        s3.delete_object(Bucket=bucket, Key="part", IfMatch=etag_of(b"old"))
    with turned_down(404, "NoSuchKey"):
        s3.delete_object(Bucket=bucket, Key="nothing", IfMatch="*")
    for condition in ({"IfMatchSize": 3}, {"IfMatchLastModifiedTime": datetime(2026, 1, 1)}):
        with turned_down(501, "NotImplemented"):
            s3.delete_object(Bucket=bucket, Key="part", **condition)
    assert read(s3, bucket, "part") == b"new"
    s3.delete_object(Bucket=bucket, Key="part", IfMatch=etag)
    put(s3, bucket, "part")
    s3.delete_object(Bucket=bucket, Key="part", IfMatch="*")
    assert keys_of(s3, bucket) == []


def test_version_is_deleted_only_as_it_is_meant(s3, versioned):
    """[hub-object-14] The one that would go is compared; a marker is no object."""
    old, new = (put(s3, versioned, "part", body) for body in (b"old", b"new"))
    for arguments in ({"IfMatch": old["ETag"]}, {"VersionId": old["VersionId"], "IfMatch": new["ETag"]}):
        with turned_down(412, "PreconditionFailed"):
            s3.delete_object(Bucket=versioned, Key="part", **arguments)
    assert len(history(s3, versioned)) == 2
    s3.delete_object(Bucket=versioned, Key="part", VersionId=old["VersionId"], IfMatch=old["ETag"])
    assert s3.delete_object(Bucket=versioned, Key="part", IfMatch=new["ETag"])["DeleteMarker"] is True
    with turned_down(404, "NoSuchKey"):
        s3.delete_object(Bucket=versioned, Key="part", IfMatch="*")
    assert len(history(s3, versioned)) == 2


def test_many_are_deleted_only_as_they_are_meant(s3, bucket):
    """[hub-object-14] An entry for each that stays; the others go."""
    for key in ("kept", "gone", "sized"):
        put(s3, bucket, key, key.encode())
    answer = delete_many(
        s3,
        bucket,
        {"Key": "kept", "ETag": etag_of(b"other")},
        {"Key": "gone", "ETag": etag_of(b"gone")},
        {"Key": "nothing", "ETag": "*"},
        {"Key": "sized", "Size": 1},
    )
    assert [row["Key"] for row in answer["Deleted"]] == ["gone"]
    assert {row["Key"]: row["Code"] for row in answer["Errors"]} == {
        "kept": "PreconditionFailed",
        "nothing": "NoSuchKey",
        "sized": "NotImplemented",
    }
    assert keys_of(s3, bucket) == ["kept", "sized"]


def test_nothing_and_too_many_are_refused(s3, bucket):
    put(s3, bucket, "0")
    for count in (0, 1001, 10_000):
        with turned_down(400, "MalformedXML"):
            delete_many(s3, bucket, *map(str, range(count)))
    assert keys_of(s3, bucket) == ["0"]


def test_more_than_a_thousand(s3, bucket):
    """They are listed in two parts, and deleted in two."""
    keys = [f"frame-{number:04}" for number in range(1005)]

    def write(start):
        for key in keys[start::8]:
            put(s3, bucket, key, b"")

    threads = [threading.Thread(target=write, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for arguments in ({}, {"MaxKeys": 5000}):
        first = s3.list_objects_v2(Bucket=bucket, **arguments)
        assert (first["KeyCount"], first["IsTruncated"]) == (1000, True)
    assert keys_of(s3, bucket) == keys
    assert len(delete_many(s3, bucket, *keys[:1000])["Deleted"]) == 1000
    assert keys_of(s3, bucket) == keys[1000:]


# -- lists ------------------------------------------------------------------------------------------------------------

TREE = ["a", "a/1", "a/2", "a/b/3", "b-1", "b/1", "b/2", "c", "ä", "\ufffd", "🏭"]


@pytest.fixture(scope="module")
def listed(hub):
    """A bucket with all these keys, that nobody changes."""
    name, s3 = make_bucket(hub, "listed"), hub.client("s3")
    for key in reversed(TREE):
        put(s3, name, key, key.encode())
    return name


def found(answer):
    """The keys and the common prefixes of an answer."""
    keys = [row["Key"] for row in answer.get("Contents", [])]
    return keys, [row["Prefix"] for row in answer.get("CommonPrefixes", [])]


def test_list_tells_of_each_object(s3, listed):
    answer = s3.list_objects_v2(Bucket=listed)
    assert found(answer) == (TREE, [])
    assert (answer["Name"], answer["KeyCount"], answer["MaxKeys"]) == (listed, len(TREE), 1000)
    assert answer["IsTruncated"] is False and "NextContinuationToken" not in answer
    row = answer["Contents"][1]
    assert (row["Size"], row["ETag"], row["StorageClass"]) == (3, etag_of(b"a/1"), "STANDARD")
    # To the second, as HEAD has it: `s3 sync --exact-timestamps` compares the two.
    assert row["LastModified"] == s3.head_object(Bucket=listed, Key="a/1")["LastModified"]
    assert "Owner" not in row


def test_owner_is_told_when_asked_for(s3, listed):
    rows = s3.list_objects_v2(Bucket=listed, FetchOwner=True)["Contents"]
    assert {row["Owner"]["ID"] for row in rows} == {s3.list_buckets()["Owner"]["ID"]}


@pytest.mark.parametrize(
    "arguments, keys, prefixes",
    [
        ({"Prefix": "a/"}, ["a/1", "a/2", "a/b/3"], []),
        ({"Prefix": "b"}, ["b-1", "b/1", "b/2"], []),
        ({"Prefix": "nothing"}, [], []),
        ({"Delimiter": "/"}, ["a", "b-1", "c", "ä", "\ufffd", "🏭"], ["a/", "b/"]),
        ({"Delimiter": "/", "Prefix": "a/"}, ["a/1", "a/2"], ["a/b/"]),
        ({"Delimiter": "/", "Prefix": "a"}, ["a"], ["a/"]),
        ({"Delimiter": "/b/"}, [key for key in TREE if key != "a/b/3"], ["a/b/"]),
        ({"Delimiter": "-"}, [key for key in TREE if key != "b-1"], ["b-"]),
        ({"StartAfter": "b"}, TREE[4:], []),
        ({"StartAfter": "b-1"}, TREE[5:], []),
        ({"StartAfter": "c"}, TREE[8:], []),
        ({"StartAfter": "zzz\U0010ffff"}, TREE[8:], []),
        ({"StartAfter": "\U0010ffff"}, [], []),
        ({"StartAfter": "a/1", "Prefix": "a/", "Delimiter": "/"}, ["a/2"], ["a/b/"]),
        ({"MaxKeys": 2}, TREE[:2], []),
        ({"MaxKeys": 0}, [], []),
    ],
    ids=ascii,
)
def test_list_of_some(s3, listed, arguments, keys, prefixes):
    answer = s3.list_objects_v2(Bucket=listed, **arguments)
    assert found(answer) == (keys, prefixes)
    assert answer["KeyCount"] == len(keys) + len(prefixes)
    assert answer["IsTruncated"] is (arguments.get("MaxKeys", 0) > 0)
    for name in ("Prefix", "Delimiter", "StartAfter", "MaxKeys"):
        if name in arguments:
            assert answer[name] == arguments[name]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11])
@pytest.mark.parametrize(
    "arguments", [{}, {"Delimiter": "/"}, {"Prefix": "a", "Delimiter": "/"}, {"StartAfter": "a/1"}], ids=str
)
def test_list_in_parts_is_the_list(s3, listed, arguments, size):
    """No key and no common prefix twice, none left out, and no empty part at the end."""
    whole, parts = found(s3.list_objects_v2(Bucket=listed, **arguments)), ([], [])
    for answer in continued(s3, Bucket=listed, MaxKeys=size, **arguments):
        assert 0 < answer["KeyCount"] <= size
        for part, more in zip(parts, found(answer), strict=True):
            part.extend(more)
    assert parts == whole


def continued(s3, **arguments):
    while True:
        answer = s3.list_objects_v2(**arguments)
        yield answer
        if not answer["IsTruncated"]:
            return
        arguments["ContinuationToken"] = answer["NextContinuationToken"]


def test_list_goes_on_after_what_has_changed(s3, bucket):
    """A key that is gone, or new, between two parts does not lead astray."""
    for key in "abcde":
        put(s3, bucket, key)
    token = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)["NextContinuationToken"]
    for key in "abc":
        s3.delete_object(Bucket=bucket, Key=key)
    put(s3, bucket, "cc")
    assert found(s3.list_objects_v2(Bucket=bucket, ContinuationToken=token))[0] == ["cc", "d", "e"]


@pytest.mark.parametrize("arguments", [{"ContinuationToken": "nonsense"}, {"MaxKeys": -1}, {"ContinuationToken": ""}])
def test_impossible_lists_are_refused(s3, listed, arguments):
    with turned_down(400, "InvalidArgument"):
        s3.list_objects_v2(Bucket=listed, **arguments)


def test_older_list(s3, listed):
    """It goes on behind a key; the next is told only where there is a delimiter."""
    assert found(s3.list_objects(Bucket=listed)) == (TREE, [])
    first = s3.list_objects(Bucket=listed, MaxKeys=3)
    assert first["IsTruncated"] is True and "NextMarker" not in first
    assert all(row["Owner"]["ID"] for row in first["Contents"])
    second = s3.list_objects(Bucket=listed, Marker=first["Contents"][-1]["Key"])
    assert found(second) == (TREE[3:], [])
    assert second["Marker"] == TREE[2]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_older_list_in_parts(s3, listed, size):
    whole, parts = found(s3.list_objects(Bucket=listed, Delimiter="/")), ([], [])
    for answer in older(s3, Bucket=listed, Delimiter="/", MaxKeys=size):
        for part, more in zip(parts, found(answer), strict=True):
            part.extend(more)
    assert parts == whole


def older(s3, **arguments):
    while True:
        answer = s3.list_objects(**arguments)
        yield answer
        if not answer["IsTruncated"]:
            return
        arguments["Marker"] = answer["NextMarker"]


def test_paginators_of_boto3_see_all(s3, listed):
    for name in ("list_objects_v2", "list_objects", "list_object_versions"):
        answers = s3.get_paginator(name).paginate(Bucket=listed, PaginationConfig={"PageSize": 4})
        rows = [row for page in answers for row in page.get("Contents", []) + page.get("Versions", [])]
        assert [row["Key"] for row in rows] == TREE, name


# -- versions ---------------------------------------------------------------------------------------------------------


def history(s3, bucket, **arguments):
    """(key, version, whether it is the latest, whether it is a marker) of all, in order of keys and newest first."""
    answer = s3.list_object_versions(Bucket=bucket, **arguments)
    rows = [(row, False) for row in answer.get("Versions", [])]
    rows += [(row, True) for row in answer.get("DeleteMarkers", [])]
    return {(row["Key"], row["VersionId"]): (row["IsLatest"], marker) for row, marker in rows}


def test_every_version_is_kept(s3, versioned):
    """A04"""
    ids = [put(s3, versioned, "part", body)["VersionId"] for body in (b"1", b"2", b"3")]
    assert len(set(ids)) == 3 and "null" not in ids
    assert read(s3, versioned, "part") == b"3"
    for version_id, body in zip(ids, (b"1", b"2", b"3"), strict=True):
        told = s3.get_object(Bucket=versioned, Key="part", VersionId=version_id)
        assert (told["Body"].read(), told["VersionId"]) == (body, version_id)
        assert s3.head_object(Bucket=versioned, Key="part", VersionId=version_id)["ETag"] == etag_of(body)


def test_versions_are_listed_newest_first(s3, versioned):
    """A04: in the order of their keys, the delete markers among them."""
    first, second = (put(s3, versioned, "b", body)["VersionId"] for body in (b"1", b"22"))
    other = put(s3, versioned, "a")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="b")["VersionId"]
    third = put(s3, versioned, "b", b"333")["VersionId"]
    answer = s3.list_object_versions(Bucket=versioned)
    told = [(row["Key"], row["VersionId"], row["IsLatest"], row["Size"]) for row in answer["Versions"]]
    assert told == [("a", other, True, 5), ("b", third, True, 3), ("b", second, False, 2), ("b", first, False, 1)]
    (row,) = answer["DeleteMarkers"]
    assert (row["Key"], row["VersionId"], row["IsLatest"]) == ("b", marker, False)
    assert row["Owner"]["ID"] and answer["Versions"][0]["Owner"]["ID"]
    assert answer["IsTruncated"] is False


def test_versions_in_parts(s3, versioned):
    """A04: by a key and a version that stand before the next."""
    for key in ("a", "b", "c"):
        for number in range(3):
            put(s3, versioned, key, str(number).encode())
        s3.delete_object(Bucket=versioned, Key=key)
    whole = history(s3, versioned)
    assert len(whole) == 12
    for size in (1, 2, 5, 11, 12):
        parts, arguments, count = {}, {"MaxKeys": size}, 0
        while True:
            answer = s3.list_object_versions(Bucket=versioned, **arguments)
            rows = answer.get("Versions", []) + answer.get("DeleteMarkers", [])
            assert 0 < len(rows) <= size
            count += len(rows)
            parts |= history(s3, versioned, **arguments)
            if not answer["IsTruncated"]:
                break
            arguments |= {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}
        assert (parts, count) == (whole, 12), size


def test_versions_of_some(s3, versioned):
    for key in ("a", "a/1", "a/2", "b"):
        put(s3, versioned, key)
    answer = s3.list_object_versions(Bucket=versioned, Prefix="a", Delimiter="/")
    assert [row["Key"] for row in answer["Versions"]] == ["a"]
    assert [row["Prefix"] for row in answer["CommonPrefixes"]] == ["a/"]
    answer = s3.list_object_versions(Bucket=versioned, KeyMarker="a/1")
    assert [row["Key"] for row in answer["Versions"]] == ["a/2", "b"]
    with turned_down(400, "InvalidArgument"):
        s3.list_object_versions(Bucket=versioned, VersionIdMarker="abc")


def test_deleting_leaves_a_marker(s3, versioned):
    """A04: nothing is lost, and taking the marker away brings the object back."""
    kept = put(s3, versioned, "part", b"kept")["VersionId"]
    answer = s3.delete_object(Bucket=versioned, Key="part")
    assert (status_of(answer), answer["DeleteMarker"]) == (204, True)
    marker = answer["VersionId"]
    assert keys_of(s3, versioned) == []
    assert history(s3, versioned) == {("part", kept): (False, False), ("part", marker): (True, True)}
    assert read(s3, versioned, "part", VersionId=kept) == b"kept"
    gone = s3.delete_object(Bucket=versioned, Key="part", VersionId=marker)
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker)
    assert read(s3, versioned, "part") == b"kept"


def test_what_a_marker_answers(s3, versioned):
    """404 to who asks for the key, 405 to who asks for the marker; both are told that it is one."""
    put(s3, versioned, "part")
    marker = s3.delete_object(Bucket=versioned, Key="part")["VersionId"]
    for call, code in ((s3.get_object, "NoSuchKey"), (s3.head_object, "404")):
        with turned_down(404, code) as caught:
            call(Bucket=versioned, Key="part")
        told = fields_of(caught.value.response)
        assert (told["x-amz-delete-marker"], told["x-amz-version-id"]) == ("true", marker)
    for call, code in ((s3.get_object, "MethodNotAllowed"), (s3.head_object, "405")):
        with turned_down(405, code) as caught:
            call(Bucket=versioned, Key="part", VersionId=marker)
        told = fields_of(caught.value.response)
        assert (told["x-amz-delete-marker"], told["allow"]) == ("true", "DELETE")
        assert parsedate_to_datetime(told["last-modified"])


def test_deleted_version_is_gone(s3, versioned):
    """The one before it is the latest then."""
    old, new = (put(s3, versioned, "part", body)["VersionId"] for body in (b"old", b"new"))
    answer = s3.delete_object(Bucket=versioned, Key="part", VersionId=new)
    assert answer["VersionId"] == new and "DeleteMarker" not in answer
    assert read(s3, versioned, "part") == b"old"
    assert history(s3, versioned) == {("part", old): (True, False)}
    with turned_down(404, "NoSuchVersion") as caught:
        read(s3, versioned, "part", VersionId=new)
    said = caught.value.response["Error"]
    assert (said["Key"], said["VersionId"]) == ("part", new)
    assert status_of(s3.delete_object(Bucket=versioned, Key="part", VersionId=new)) == 204


def test_version_that_cannot_be_one(s3, versioned):
    put(s3, versioned, "part")
    with refused("InvalidArgument", "NoSuchVersion"):
        read(s3, versioned, "part", VersionId="../../etc/passwd")


def test_version_of_another_key_is_not_its_own(s3, versioned):
    put(s3, versioned, "mine")
    other = put(s3, versioned, "yours", b"yours")["VersionId"]
    with turned_down(404, "NoSuchVersion"):
        read(s3, versioned, "mine", VersionId=other)
    with suppress(ClientError):
        s3.delete_object(Bucket=versioned, Key="mine", VersionId=other)
    assert read(s3, versioned, "yours") == b"yours"


def test_object_from_before_is_the_version_null(s3, bucket):
    put(s3, bucket, "part", b"before")
    assert read(s3, bucket, "part", VersionId="null") == b"before"
    assert history(s3, bucket) == {("part", "null"): (True, False)}
    version(s3, bucket)
    after = put(s3, bucket, "part", b"after")["VersionId"]
    assert read(s3, bucket, "part", VersionId="null") == b"before"
    assert history(s3, bucket) == {("part", "null"): (False, False), ("part", after): (True, False)}
    s3.delete_object(Bucket=bucket, Key="part", VersionId="null")
    assert history(s3, bucket) == {("part", after): (True, False)}


def test_suspended_bucket_keeps_what_it_has(s3, versioned):
    """What comes now takes the place of `null` alone; so does a delete marker."""
    kept = put(s3, versioned, "part", b"kept")["VersionId"]
    version(s3, versioned, "Suspended")
    for body in (b"1", b"2"):
        assert put(s3, versioned, "part", body).get("VersionId", "null") == "null"
    assert history(s3, versioned) == {("part", "null"): (True, False), ("part", kept): (False, False)}
    assert read(s3, versioned, "part") == b"2"
    answer = s3.delete_object(Bucket=versioned, Key="part")
    assert (answer["DeleteMarker"], answer["VersionId"]) == (True, "null")
    assert history(s3, versioned) == {("part", "null"): (True, True), ("part", kept): (False, False)}
    assert read(s3, versioned, "part", VersionId=kept) == b"kept"


# -- tags -------------------------------------------------------------------------------------------------------------


def tag_set(tags):
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


def test_tags_of_an_object(s3, bucket):
    put(s3, bucket, "part", b"kept", Metadata={"line": "7"})
    assert tags_of(s3, bucket, "part") == {}
    for tags in ({"line": "7", "plant": "Süd + Nord: 1", "empty": ""}, {"line": "8"}):
        s3.put_object_tagging(Bucket=bucket, Key="part", Tagging=tag_set(tags))
        assert tags_of(s3, bucket, "part") == tags
        assert s3.get_object(Bucket=bucket, Key="part")["TagCount"] == len(tags)
    assert status_of(s3.delete_object_tagging(Bucket=bucket, Key="part")) == 204
    assert tags_of(s3, bucket, "part") == {}
    told = s3.get_object(Bucket=bucket, Key="part")
    assert (told["Body"].read(), told["Metadata"]) == (b"kept", {"line": "7"})
    assert "TagCount" not in told


def test_tags_come_with_an_object(s3, bucket):
    put(s3, bucket, "part", Tagging="line=7&plant=S%C3%BCd+%2B%20Nord%3A%201&bare")
    assert tags_of(s3, bucket, "part") == {"line": "7", "plant": "Süd + Nord: 1", "bare": ""}
    put(s3, bucket, "part")
    assert tags_of(s3, bucket, "part") == {}


def test_tags_of_versions_are_their_own(s3, versioned):
    old = put(s3, versioned, "part", Tagging="line=7")["VersionId"]
    new = put(s3, versioned, "part")["VersionId"]
    s3.put_object_tagging(Bucket=versioned, Key="part", Tagging=tag_set({"line": "8"}))
    assert tags_of(s3, versioned, "part", VersionId=old) == {"line": "7"}
    assert tags_of(s3, versioned, "part", VersionId=new) == {"line": "8"}
    s3.delete_object_tagging(Bucket=versioned, Key="part", VersionId=old)
    assert tags_of(s3, versioned, "part", VersionId=old) == {}
    assert tags_of(s3, versioned, "part") == {"line": "8"}


@pytest.mark.parametrize(
    "tags",
    [
        [(f"k{number}", "v") for number in range(11)],
        [("k", "1"), ("k", "2")],
        [("k" * 129, "v")],
        [("k", "v" * 257)],
        [("", "v")],
        [("aws:line", "v")],
    ],
    ids=["eleven", "twice", "long key", "long value", "no key", "of AWS"],
)
def test_impossible_tags_are_refused(s3, bucket, tags):
    put(s3, bucket, "part", Tagging="line=7")
    rows = [{"Key": key, "Value": value} for key, value in tags]
    with refused("InvalidTag", "BadRequest", "MalformedXML"):
        s3.put_object_tagging(Bucket=bucket, Key="part", Tagging={"TagSet": rows})
    assert tags_of(s3, bucket, "part") == {"line": "7"}
    with refused("InvalidTag", "BadRequest", "InvalidArgument"):
        put(s3, bucket, "new", Tagging="&".join(f"{key}={value}" for key, value in tags))
    assert keys_of(s3, bucket) == ["part"]


def test_tags_of_what_is_not_there(s3, bucket):
    for call, arguments in (
        (s3.get_object_tagging, {}),
        (s3.put_object_tagging, {"Tagging": tag_set({"line": "7"})}),
    ):
        with turned_down(404, "NoSuchKey"):
            call(Bucket=bucket, Key="nothing", **arguments)
