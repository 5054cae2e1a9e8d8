"""Who may do what in the object store, where it depends on tags, fields and how a request is signed. A05."""

import pytest
from botocore.config import Config
from hub import ONE_TRY
from store import MIB, allow, deny, keys_of, put, read, turned_down, user_with

SECRET = {"TagSet": [{"Key": "class", "Value": "secret"}]}
IS_SECRET = {"StringEquals": {"s3:ExistingObjectTag/class": "secret"}}
ASKS_SECRET = {"StringEquals": {"s3:RequestObjectTag/class": "secret"}}


def person(hub, *statements):
    return hub.client("s3", **user_with(hub, *statements))


def of_bucket(bucket):
    """Its objects, and itself."""
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def one_less(hub, bucket, action, **condition):
    """Who may do everything in a bucket but this."""
    return person(hub, allow("s3:*", of_bucket(bucket)), deny(action, of_bucket(bucket), **condition))


# -- what else has to be allowed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, arguments", [("put_object", {"Body": b"new"}), ("create_multipart_upload", {}), ("copy_object", {})]
)
def test_tags_come_only_by_leave(hub, s3, bucket, method, arguments):
    """[hub-object-15] s3:PutObjectTagging beside s3:PutObject, when there are any."""
    put(s3, bucket, "source", Tagging="class=open")
    put(s3, bucket, "bare")
    writer = person(hub, allow(["s3:PutObject", "s3:GetObject", "s3:GetObjectTagging"], of_bucket(bucket)))
    where = {"Bucket": bucket, "Key": "part"} | arguments
    plain, tagged = where, where | {"Tagging": "class=open"}
    if method == "copy_object":
        plain, tagged = where | {"CopySource": f"{bucket}/bare"}, where | {"CopySource": f"{bucket}/source"}
    getattr(writer, method)(**plain)
    with turned_down(403, "AccessDenied") as caught:
        getattr(writer, method)(**tagged)
    assert "s3:PutObjectTagging" in caught.value.response["Error"]["Message"]
    if method == "copy_object":
        writer.copy_object(**tagged, TaggingDirective="REPLACE")
        with turned_down(403, "AccessDenied"):
            writer.copy_object(**tagged, TaggingDirective="REPLACE", Tagging="class=open")


def test_tags_are_not_read_by_copying(hub, s3, versioned):
    """[hub-object-15] s3:GetObjectTagging, of a version s3:GetObjectVersionTagging."""
    version = put(s3, versioned, "source", Tagging="class=open")["VersionId"]
    where = {"Bucket": versioned, "Key": "copy"}
    for action, source in (
        ("s3:GetObjectTagging", f"{versioned}/source"),
        ("s3:GetObjectVersionTagging", f"{versioned}/source?versionId={version}"),
    ):
        copier = one_less(hub, versioned, action)
        with turned_down(403, "AccessDenied") as caught:
            copier.copy_object(**where, CopySource=source)
        assert f"{action} on" in caught.value.response["Error"]["Message"]
        copier.copy_object(**where, CopySource=source, TaggingDirective="REPLACE")


@pytest.mark.parametrize("of", ["Object", "ObjectVersion"])
def test_attributes_need_two_permissions(hub, s3, versioned, of):
    """[hub-object-15] Those of a version others than those of the newest."""
    version = put(s3, versioned, "part")["VersionId"]
    where = {"Bucket": versioned, "Key": "part", "ObjectAttributes": ["ETag"]}
    where |= {"VersionId": version} if of == "ObjectVersion" else {}
    both = [f"s3:Get{of}", f"s3:Get{of}Attributes"]
    for actions in ([both[0]], [both[1]], ["s3:GetObject", "s3:GetObjectAttributes"] * (of == "ObjectVersion")):
        with turned_down(403, "AccessDenied"):
            person(hub, *([allow(actions, of_bucket(versioned))] if actions else [])).get_object_attributes(**where)
    assert person(hub, allow(both, of_bucket(versioned))).get_object_attributes(**where)["ETag"]


def test_comparing_what_is_deleted_is_reading(hub, s3, bucket):
    """[hub-object-15] s3:GetObject too, or who may only delete could find out what is there."""
    etag = put(s3, bucket, "part")["ETag"]
    sweeper = person(hub, allow("s3:DeleteObject", of_bucket(bucket)))
    with turned_down(403, "AccessDenied"):
        sweeper.delete_object(Bucket=bucket, Key="part", IfMatch=etag)
    answer = sweeper.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "part", "ETag": etag}]})
    assert [row["Code"] for row in answer["Errors"]] == ["AccessDenied"]
    sweeper.delete_object(Bucket=bucket, Key="part", IfMatch="*")


# -- tags as conditions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, action, arguments",
    [
        ("get_object", "GetObject", {}),
        ("head_object", "GetObject", {}),
        ("get_object_attributes", "GetObjectAttributes", {"ObjectAttributes": ["ETag"]}),
        ("get_object_acl", "GetObjectAcl", {}),
        ("get_object_tagging", "GetObjectTagging", {}),
        ("put_object_tagging", "PutObjectTagging", {"Tagging": {"TagSet": []}}),
        ("delete_object_tagging", "DeleteObjectTagging", {}),
    ],
)
def test_denial_of_what_has_a_tag_holds(hub, s3, bucket, method, action, arguments):
    """[hub-object-16] s3:ExistingObjectTag: what is tagged stays shut, and keeps its tag."""
    for key, tags in (("shut", "class=secret"), ("open", "class=open"), ("bare", "")):
        put(s3, bucket, key, b"x", **({"Tagging": tags} if tags else {}))
    reader = one_less(hub, bucket, f"s3:{action}", Condition=IS_SECRET)
    with turned_down(403, "403" if method == "head_object" else "AccessDenied"):
        getattr(reader, method)(Bucket=bucket, Key="shut", **arguments)
    assert s3.get_object_tagging(Bucket=bucket, Key="shut")["TagSet"] == SECRET["TagSet"]
    for key in ("open", "bare"):
        getattr(reader, method)(Bucket=bucket, Key=key, **arguments)


def test_tag_lets_in_too(hub, s3, versioned):
    """[hub-object-16] The tags are those of the version that is asked for."""
    old = put(s3, versioned, "part", b"old", Tagging="class=secret")["VersionId"]
    put(s3, versioned, "part", b"new")
    actions = ["s3:GetObject", "s3:GetObjectVersion"]
    reader = person(hub, allow(actions, of_bucket(versioned), Condition=IS_SECRET))
    assert read(reader, versioned, "part", VersionId=old) == b"old"
    for key in ("part", "nothing"):
        with turned_down(403, "AccessDenied"):
            read(reader, versioned, key)


def test_source_of_a_copy_has_tags_too(hub, s3, bucket):
    """[hub-object-16] Whole, and a part."""
    put(s3, bucket, "shut", b"x" * MIB, Tagging="class=secret")
    copier = one_less(hub, bucket, "s3:GetObject", Condition=IS_SECRET)
    upload = copier.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    where = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/shut"}
    with turned_down(403, "AccessDenied"):
        copier.copy_object(**where)
    with turned_down(403, "AccessDenied"):
        copier.upload_part_copy(**where, UploadId=upload, PartNumber=1)
    assert keys_of(s3, bucket) == ["shut"]


def test_denial_of_giving_a_tag_holds(hub, s3, bucket):
    """[hub-object-16] s3:RequestObjectTag and s3:RequestObjectTagKeys, in a field as in a document."""
    put(s3, bucket, "part", b"old")
    put(s3, bucket, "shut", Tagging="class=secret")
    some = {"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": ["class"]}}
    for condition in (ASKS_SECRET, some):
        tagger = one_less(hub, bucket, ["s3:PutObject", "s3:PutObjectTagging"], Condition=condition)
        with turned_down(403, "AccessDenied"):
            put(tagger, bucket, "part", Tagging="line=7&class=secret")
        with turned_down(403, "AccessDenied"):
            tagger.put_object_tagging(Bucket=bucket, Key="part", Tagging=SECRET)
        with turned_down(403, "AccessDenied"):
            tagger.copy_object(Bucket=bucket, Key="part", CopySource=f"{bucket}/shut")
        assert read(s3, bucket, "part") == b"old"
        assert s3.get_object_tagging(Bucket=bucket, Key="part")["TagSet"] == []
        put(tagger, bucket, "other", Tagging="line=7")


# -- fields as conditions ---------------------------------------------------------------------------------------------


def equals(key, value):
    return {"StringEquals": {key: value}}


def absent(key):
    return {"Null": {key: "true"}}


@pytest.mark.parametrize(
    "method, condition, arguments, others",
    [
        ("put_object", equals("s3:x-amz-acl", "private"), {"ACL": "private"}, {}),
        ("put_object", equals("s3:x-amz-storage-class", "GLACIER"), {"StorageClass": "GLACIER"}, {}),
        (
            "put_object",
            {"Null": {"s3:x-amz-server-side-encryption": "true"}},
            {},
            {"ServerSideEncryption": "AES256"},
        ),
        ("put_object", absent("s3:if-none-match"), {}, {"IfNoneMatch": "*"}),
        ("copy_object", equals("s3:x-amz-metadata-directive", "REPLACE"), {"MetadataDirective": "REPLACE"}, {}),
        ("copy_object", {"StringLike": {"s3:x-amz-copy-source": "*/shut/*"}}, {"CopySource": "{}/shut/a"}, {}),
        ("copy_object", {"StringLike": {"s3:x-amz-copy-source": "*/shut/*"}}, {"CopySource": "/{}/shut/a"}, {}),
        ("delete_object", absent("s3:if-match"), {}, {"IfMatch": "*"}),
        ("list_objects_v2", equals("s3:prefix", "shut/"), {"Prefix": "shut/"}, {"Prefix": "open/"}),
        ("list_objects_v2", absent("s3:max-keys"), {}, {"MaxKeys": 7}),
        ("list_objects_v2", equals("s3:delimiter", "/"), {"Delimiter": "/"}, {}),
    ],
)
def test_denial_that_names_a_field_holds(hub, s3, bucket, method, condition, arguments, others):
    """[hub-object-16] A key that is never there would let everybody pass."""
    for key in ("shut/a", "open/a"):
        put(s3, bucket, key)
    if method == "delete_object":
        put(s3, bucket, "part")
    where = {"Bucket": bucket} | ({} if method.startswith("list") else {"Key": "part"})
    where |= {"CopySource": f"{bucket}/open/a"} if method == "copy_object" else {}
    action = {"list_objects_v2": "ListBucket", "delete_object": "DeleteObject"}.get(method, "PutObject")
    client = one_less(hub, bucket, f"s3:{action}", Condition=condition)
    filled = {name: value.format(bucket) if isinstance(value, str) else value for name, value in arguments.items()}
    with turned_down(403, "AccessDenied"):
        getattr(client, method)(**where | filled)
    getattr(client, method)(**where | others)


def test_version_is_a_condition(hub, s3, versioned):
    """[hub-object-16] s3:versionid, of one and of many."""
    kept, gone = (put(s3, versioned, "part")["VersionId"] for _ in range(2))
    client = one_less(hub, versioned, "s3:*", Condition=equals("s3:versionid", kept))
    with turned_down(403, "AccessDenied"):
        client.delete_object(Bucket=versioned, Key="part", VersionId=kept)
    with turned_down(403, "AccessDenied"):
        client.copy_object(Bucket=versioned, Key="copy", CopySource=f"{versioned}/part?versionId={kept}")
    rows = [{"Key": "part", "VersionId": version} for version in (kept, gone)]
    answer = client.delete_objects(Bucket=versioned, Delete={"Objects": rows})
    assert [row["VersionId"] for row in answer["Deleted"]] == [gone]
    assert [row["VersionId"] for row in answer["Errors"]] == [kept]


@pytest.mark.parametrize(
    "condition, works",
    [
        (equals("s3:authType", "REST-QUERY-STRING"), set()),
        (equals("s3:signatureversion", "AWS"), {"s3v4"}),
        (equals("s3:signatureversion", "AWS4-HMAC-SHA256"), {"s3"}),
        ({"NumericGreaterThan": {"s3:signatureAge": "600000"}}, {"s3", "s3v4"}),
        ({"NumericLessThan": {"s3:signatureAge": "600000"}}, {"s3"}),
    ],
)
def test_way_of_signing_is_a_condition(hub, s3, bucket, condition, works):
    """[hub-object-16] Links of either version, and a field."""
    put(s3, bucket, "part", b"x")
    key = user_with(hub, allow("s3:*", of_bucket(bucket)), deny("s3:GetObject", of_bucket(bucket), Condition=condition))
    for version in ("s3", "s3v4"):
        config = ONE_TRY.merge(Config(signature_version=version))
        client = hub.boto.client("s3", endpoint_url=hub.url, region_name="us-east-1", config=config, **key)
        url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "part"})
        assert (hub.session.get(url).status_code == 200) == (version in works), version
    if "StringEquals" in condition and "s3:authType" in condition["StringEquals"]:
        assert read(hub.client("s3", **key), bucket, "part") == b"x"


def test_making_at_once_is_a_condition(hub, s3, bucket):
    """[hub-object-16] s3:ObjectCreationOperation: nothing is overwritten, and parts may come."""
    condition = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    writer = one_less(hub, bucket, "s3:PutObject", Condition=condition)
    with turned_down(403, "AccessDenied"):
        put(writer, bucket, "part")
    where = {"Bucket": bucket, "Key": "part"}
    upload = writer.create_multipart_upload(**where)["UploadId"]
    etag = writer.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    named = where | {"UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}}
    with turned_down(403, "AccessDenied"):
        writer.complete_multipart_upload(**named)
    writer.complete_multipart_upload(**named, IfNoneMatch="*")
    assert keys_of(s3, bucket) == ["part"]
