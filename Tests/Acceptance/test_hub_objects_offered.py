"""What S3 can be asked and this store does not offer: refused by name, and nothing is done in its place.

The table is botocore's model of S3, so that what S3 learns tomorrow is in it as soon as botocore knows it. A01.
"""

import json
import re

import botocore.session
import pytest
from botocore.exceptions import ClientError
from hub import fresh
from store import ask, code, error, keys_of, make_bucket, path, put, read, status_of, turned_down

MODEL = botocore.session.get_session().get_service_model("s3")
BODY = b"precious"
# The same requests as their successors make, or as ListBuckets.
OLDER_NAMES = {
    "GetBucketLifecycle",
    "PutBucketLifecycle",
    "GetBucketNotification",
    "PutBucketNotification",
    "ListDirectoryBuckets",
}


@pytest.fixture(scope="module")
def offered(hub):
    finished = hub.verb("hub", "operations", "-o", "json")
    assert finished.returncode == 0, finished.stderr
    return {name for row in json.loads(finished.stdout) if row["service"] == "s3" for name in row["operations"]}


def request_of(name, bucket, key):
    """Method and target of an operation, with the parameters that it must have."""
    operation = MODEL.operation_model(name)
    target = operation.http["requestUri"].replace("{Bucket}", bucket).replace("{Key+}", key)
    shape = operation.input_shape
    for member in shape.required_members if shape else []:
        place = shape.members[member].serialization
        if place.get("location") == "querystring":
            target += f"{'&' if '?' in target else '?'}{place['name']}=x"
    return operation.http["method"], target


def test_model_is_the_one_that_is_known(offered):
    """Or the table below would show nothing."""
    assert offered <= set(MODEL.operation_names)
    assert {"PutObjectAnnotation", "DeleteBucketMetadataConfiguration"} <= set(MODEL.operation_names) - offered


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_operation_that_is_not_offered_does_nothing(hub, s3, offered, name):
    """[hub-object-12] The bucket and its object stay, and the subresource is named."""
    if name in offered | OLDER_NAMES:
        return
    bucket = make_bucket(hub)
    put(s3, bucket, "part", BODY)
    method, target = request_of(name, bucket, "part")
    reply = ask(hub, method, target, b"<x/>" if method in ("PUT", "POST") else b"")
    assert (reply.status, code(reply)) == (501, "NotImplemented"), name
    for word in re.findall(r"[?&]([^=&]+)", target):
        assert word in error(reply)["Message"], name
    assert (keys_of(s3, bucket), read(s3, bucket, "part")) == (["part"], BODY)
    empty = make_bucket(hub)
    ask(hub, *request_of(name, empty, "part"))
    assert status_of(s3.head_bucket(Bucket=empty)) == 200


@pytest.mark.parametrize(
    "method, key", [("PUT", "part"), ("DELETE", "part"), ("GET", "part"), ("DELETE", ""), ("GET", "")]
)
def test_parameter_that_nobody_knows_is_refused(hub, s3, bucket, method, key):
    """[hub-object-12] What begins with `x-` is passed over, as S3 does."""
    put(s3, bucket, "part", BODY)
    reply = ask(hub, method, path(bucket, key, "tomorrow"), b"new" if method == "PUT" else b"")
    assert (reply.status, code(reply)) == (501, "NotImplemented") and "tomorrow" in reply.body.decode()
    assert read(s3, bucket, "part") == BODY
    assert ask(hub, "GET", path(bucket, "part", "x-id=GetObject&x-shift=night")).body == BODY


# -- fields -----------------------------------------------------------------------------------------------------------

OWNER = "000000000001"


@pytest.mark.parametrize(
    "arguments, refusal, named",
    [
        ({"ACL": "public-read"}, "AccessControlListNotSupported", "x-amz-acl"),
        ({"GrantRead": "id=x"}, "AccessControlListNotSupported", "x-amz-grant-read"),
        ({"ObjectLockEnabledForBucket": True}, "NotImplemented", "x-amz-bucket-object-lock-enabled"),
        ({"BucketNamespace": "account-regional"}, "NotImplemented", "x-amz-bucket-namespace"),
        ({"CreateBucketConfiguration": {"Tags": [{"Key": "a", "Value": "b"}]}}, "NotImplemented", "Tags"),
        ({"ObjectOwnership": "Nobody"}, "InvalidArgument", "x-amz-object-ownership"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_bucket_is_not_made_without_what_was_asked_for(s3, arguments, refusal, named):
    """[hub-object-13] A lock that is promised and not kept would be believed."""
    name = fresh("wanted")
    with pytest.raises(ClientError) as caught:
        s3.create_bucket(Bucket=name, **arguments)
    said = caught.value.response["Error"]
    assert said["Code"] == refusal and named in said["Message"], said
    with turned_down(404, "404"):
        s3.head_bucket(Bucket=name)


def test_bucket_whose_owner_is_said(s3):
    """[hub-object-13] Private lists ask for nothing; whose the objects are is kept and told."""
    name = fresh("owned")
    s3.create_bucket(
        Bucket=name, ACL="private", ObjectLockEnabledForBucket=False, ObjectOwnership="BucketOwnerPreferred"
    )
    controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}


@pytest.mark.parametrize(
    "arguments, refusal, named",
    [
        ({"ACL": "public-read"}, "AccessControlListNotSupported", "x-amz-acl"),
        ({"GrantFullControl": "id=x"}, "AccessControlListNotSupported", "x-amz-grant-full-control"),
        ({"WriteOffsetBytes": 1}, "NotImplemented", "x-amz-write-offset-bytes"),
        ({"SSEKMSKeyId": "k"}, "NotImplemented", "x-amz-server-side-encryption-aws-kms-key-id"),
        ({"SSEKMSEncryptionContext": "e30="}, "NotImplemented", "x-amz-server-side-encryption-context"),
        ({"ObjectLockLegalHoldStatus": "ON"}, "NotImplemented", "x-amz-object-lock-legal-hold"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_object_is_not_put_without_what_was_asked_for(s3, bucket, arguments, refusal, named):
    """[hub-object-13] However it is put: whole, in parts, or as a copy."""
    put(s3, bucket, "source")
    where = {"Bucket": bucket, "Key": "part"}
    calls = [(s3.put_object, {"Body": b"new"}), (s3.create_multipart_upload, {})]
    calls.append((s3.copy_object, {"CopySource": f"{bucket}/source"}))
    for call, others in calls:
        if not set(arguments) <= set(MODEL.operation_model(named_as(call)).input_shape.members):
            continue
        with pytest.raises(ClientError) as caught:
            call(**where, **others, **arguments)
        said = caught.value.response["Error"]
        assert said["Code"] == refusal and named in said["Message"], said
    assert keys_of(s3, bucket) == ["source"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    put(s3, bucket, "part", ACL="bucket-owner-full-control")


def named_as(call):
    return "".join(word.capitalize() for word in call.__name__.split("_"))


def test_owner_of_a_source_who_is_expected(hub, s3, bucket):
    """[hub-object-13] As the owner of the bucket is."""
    put(s3, bucket, "source")
    where = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/source"}
    with turned_down(403, "AccessDenied"):
        s3.copy_object(**where, ExpectedSourceBucketOwner=OWNER)
    assert keys_of(s3, bucket) == ["source"]
    s3.copy_object(**where, ExpectedSourceBucketOwner=hub.account)


@pytest.mark.parametrize("field", ["If-Unmodified-Since", "If-Modified-Since"])
def test_condition_that_is_not_heeded_is_refused(hub, s3, bucket, field):
    """[hub-object-13] Whoever says it counts on it."""
    put(s3, bucket, "part", BODY)
    for method in ("PUT", "DELETE"):
        body, fields = b"new" if method == "PUT" else b"", {field: "Thu, 01 Jan 2026 00:00:00 GMT"}
        reply = ask(hub, method, path(bucket, "part"), body, fields)
        assert (reply.status, code(reply)) == (501, "NotImplemented")
    assert read(s3, bucket, "part") == BODY


def test_strange_checksum_is_not_passed_over(hub, s3, bucket):
    """[hub-object-2] One that is not computed here cannot be compared."""
    for field in ("x-amz-checksum-sha512", "x-amz-checksum-md5", "x-amz-checksum-xxhash64"):
        reply = ask(hub, "PUT", path(bucket, "part"), BODY, {field: "AAAA"})
        assert (reply.status, code(reply)) == (501, "NotImplemented") and field in reply.body.decode()
    assert keys_of(s3, bucket) == []


def test_second_factor_for_deletions_is_not_promised(s3, bucket):
    """[hub-object-13]"""
    with turned_down(501, "NotImplemented"):
        s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Enabled"}, MFA="x 123456"
        )
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_buckets_of_a_region(hub, s3, bucket):
    """[hub-object-1]"""
    for region, found in ((hub.region, [bucket]), ("eu-north-1", [])):
        rows = s3.list_buckets(Prefix=bucket, BucketRegion=region)["Buckets"]
        assert [row["Name"] for row in rows] == found


def test_link_of_version_2_takes_nothing_on(hub, s3, bucket):
    """[hub-object-2] What its signature does not cover could be added by anybody who has it."""
    put(s3, bucket, "part", BODY)
    url = s3.generate_presigned_url("delete_object", Params={"Bucket": bucket, "Key": "part"})
    assert "AWSAccessKeyId" in url
    for more in ("annotation&annotationName=n", "tomorrow", "attributes"):
        assert hub.session.delete(f"{url}&{more}").status_code == 403
    assert read(s3, bucket, "part") == BODY


def test_copy_in_an_address_is_no_empty_object(hub, s3, bucket):
    """[hub-object-13] Its source would be in the query, where no field is."""
    put(s3, bucket, "source")
    put(s3, bucket, "part", BODY)
    url = s3.generate_presigned_url(
        "copy_object", Params={"Bucket": bucket, "Key": "part", "CopySource": f"{bucket}/source"}
    )
    assert hub.session.put(url).status_code == 501
    assert read(s3, bucket, "part") == BODY
