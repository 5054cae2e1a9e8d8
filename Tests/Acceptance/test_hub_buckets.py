"""Buckets of the hub's object store: made, told and taken away, what is set on them, and who may do what.

The tests are after the service model and the documentation of S3. A03 A04 A07.
"""

import json
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError
from hub import fresh, refused
from store import (
    allow,
    ask,
    ask_xml,
    code,
    deny,
    document,
    error,
    fields_of,
    good,
    keys_of,
    make_bucket,
    path,
    put,
    read,
    send,
    status_of,
    tree,
    turned_down,
    user_with,
    version,
)

# -- made and taken away ----------------------------------------------------------------------------------------------


def names(s3, **arguments):
    return [row["Name"] for row in s3.list_buckets(**arguments)["Buckets"]]


def test_bucket_comes_and_goes(s3):
    """A03"""
    name = fresh("edge-models")
    answer = s3.create_bucket(Bucket=name)
    assert answer["Location"] == f"/{name}"
    assert name in names(s3)
    assert status_of(s3.head_bucket(Bucket=name)) == 200
    assert status_of(s3.delete_bucket(Bucket=name)) == 204
    assert name not in names(s3)
    with turned_down(404, "404"):
        s3.head_bucket(Bucket=name)


def test_own_bucket_may_be_made_again_in_us_east_1(s3, bucket):
    """A03: and what is in it stays."""
    put(s3, bucket, "part", b"kept")
    assert status_of(s3.create_bucket(Bucket=bucket)) == 200
    assert read(s3, bucket, "part") == b"kept"


def test_own_bucket_may_not_be_made_again_elsewhere(make_hub):
    """A03: nor without a word on where, as every other region wants."""
    s3, name = make_hub("--region", "eu-west-1").client("s3"), fresh("bucket")
    here = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3.create_bucket(Bucket=name, **here)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert fields_of(s3.head_bucket(Bucket=name))["x-amz-bucket-region"] == "eu-west-1"
    with turned_down(409, "BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket=name, **here)
    with turned_down(400, "IllegalLocationConstraintException"):
        s3.create_bucket(Bucket=fresh("bucket"))


def test_bucket_tells_its_region(s3, bucket):
    """A03: us-east-1 is told as nothing at all, but by name in a field."""
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert fields_of(s3.head_bucket(Bucket=bucket))["x-amz-bucket-region"] == "us-east-1"


@pytest.mark.parametrize("place", ["nowhere-1", "us-east-1"])
def test_strange_places_are_refused(s3, place):
    """us-east-1 is one: there a bucket has no constraint."""
    name = fresh("bucket")
    with turned_down(400, "InvalidLocationConstraint"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": place})
    assert name not in names(s3)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "a.b.c", "1-2", "000", "a--b"])
def test_unusual_names_are_good(hub, name):
    good(ask(hub, "PUT", path(name)))
    good(ask(hub, "HEAD", path(name)))
    good(ask(hub, "DELETE", path(name)))


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "a" * 64,
        "Upper",
        "under_score",
        "-start",
        "end-",
        ".start",
        "end.",
        "two..dots",
        "192.168.5.4",
        "xn--name",
        "name-s3alias",
        "two%20words",
        "a%00b",
        "b%C3%BCro",
        "%2E%2E",
        "..",
        ".",
    ],
)
def test_impossible_names_are_refused(hub, name):
    """A03"""
    before = names(hub.client("s3"))
    assert code(ask(hub, "PUT", f"/{name}")) in ("InvalidBucketName", "InvalidURI")
    assert names(hub.client("s3")) == before


def test_names_of_the_hubs_own_files_are_names_like_others(hub, s3):
    """They are good names of buckets, and nothing of the hub's is behind them."""
    own = [path.name for path in hub.data.iterdir() if "." in path.name.strip(".")]
    for name in [*own, "lost.found", "objects", "data", "tmp"]:
        reply = ask(hub, "PUT", path(name))
        if reply.status != 200:
            assert code(reply) == "InvalidBucketName"
            continue
        assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 0
        put(s3, name, name, b"mine")
        assert read(s3, name, name) == b"mine"
        s3.delete_object(Bucket=name, Key=name)
        s3.delete_bucket(Bucket=name)
    assert len(hub.client("sts").get_caller_identity()["Account"]) == 12


def test_bucket_with_an_object_is_not_deleted(s3, bucket):
    put(s3, bucket, "part")
    with turned_down(409, "BucketNotEmpty"):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="part")
    s3.delete_bucket(Bucket=bucket)


def test_bucket_with_a_version_is_not_deleted(s3, versioned):
    """A06: an old version or a delete marker is enough."""
    old = put(s3, versioned, "part")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="part")["VersionId"]
    assert keys_of(s3, versioned) == []
    with turned_down(409, "BucketNotEmpty"):
        s3.delete_bucket(Bucket=versioned)
    s3.delete_object(Bucket=versioned, Key="part", VersionId=old)
    with turned_down(409, "BucketNotEmpty"):
        s3.delete_bucket(Bucket=versioned)
    s3.delete_object(Bucket=versioned, Key="part", VersionId=marker)
    s3.delete_bucket(Bucket=versioned)


def test_deleted_bucket_takes_its_settings_along(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    version(s3, name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "line", "Value": "7"}]})
    s3.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)
    assert "Status" not in s3.get_bucket_versioning(Bucket=name)
    with turned_down(404, "NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=name)


@pytest.mark.parametrize(
    "method, arguments",
    [
        ("delete_bucket", {}),
        ("get_bucket_location", {}),
        ("get_bucket_versioning", {}),
        ("get_bucket_encryption", {}),
        ("get_bucket_tagging", {}),
        ("list_objects_v2", {}),
        ("list_objects", {}),
        ("list_object_versions", {}),
        ("list_multipart_uploads", {}),
        ("put_object", {"Key": "k", "Body": b"x"}),
        ("get_object", {"Key": "k"}),
        ("delete_object", {"Key": "k"}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "k"}]}}),
        ("get_object_tagging", {"Key": "k"}),
        ("create_multipart_upload", {"Key": "k"}),
        ("copy_object", {"Key": "k", "CopySource": "no-such-bucket/k"}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    ],
)
def test_bucket_that_is_not_there(s3, method, arguments):
    with turned_down(404, "NoSuchBucket") as caught:
        getattr(s3, method)(Bucket=fresh("nothing"), **arguments)
    assert caught.value.response["Error"]["BucketName"]


# -- told -------------------------------------------------------------------------------------------------------------


def test_buckets_are_listed_by_name(hub, s3):
    stem = fresh("listed")
    for letter in "cab":
        s3.create_bucket(Bucket=f"{stem}-{letter}")
    answer = s3.list_buckets()
    rows = [row for row in answer["Buckets"] if row["Name"].startswith(stem)]
    assert [row["Name"] for row in rows] == [f"{stem}-{letter}" for letter in "abc"]
    assert answer["Owner"]["ID"]
    for row in rows:
        assert abs(row["CreationDate"] - datetime.now(timezone.utc)) < timedelta(minutes=2)


def test_buckets_are_listed_by_prefix_and_by_pages(s3):
    stem = fresh("paged")
    expected = [f"{stem}-{number}" for number in range(5)]
    for name in expected:
        s3.create_bucket(Bucket=name)
    assert names(s3, Prefix=stem) == expected
    found, token = [], {}
    while True:
        answer = s3.list_buckets(Prefix=stem, MaxBuckets=2, **token)
        assert len(answer["Buckets"]) <= 2
        found += [row["Name"] for row in answer["Buckets"]]
        if "ContinuationToken" not in answer:
            break
        token = {"ContinuationToken": answer["ContinuationToken"]}
    assert found == expected


def test_bucket_in_the_name_of_the_host(hub, s3, bucket):
    """A03: as SDKs do that are not told otherwise."""
    host = {"Host": f"{bucket}.localhost:{hub.url.rpartition(':')[2]}"}
    good(ask(hub, "PUT", "/folder/part", b"by host", host))
    assert read(s3, bucket, "folder/part") == b"by host"
    assert good(ask(hub, "GET", "/folder/part", headers=host)).body == b"by host"
    assert tree(ask(hub, "GET", "/?list-type=2", headers=host)).findtext("Name") == bucket


# -- versions and encryption ------------------------------------------------------------------------------------------


def test_versioning_is_off_until_it_is_set(s3, bucket):
    """A04"""
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for status in ("Enabled", "Suspended", "Enabled"):
        version(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status


@pytest.mark.parametrize("status", ["Off", "enabled", ""])
def test_impossible_versioning_is_refused(s3, bucket, status):
    with refused("MalformedXML", "IllegalVersioningConfigurationException"):
        version(s3, bucket, status)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def encryption_of(s3, bucket):
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    return rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]


def test_encryption_is_on_from_the_beginning(s3, bucket):
    """A07: and deleting its configuration sets it back to just that."""
    assert encryption_of(s3, bucket) == "AES256"
    assert status_of(s3.delete_bucket_encryption(Bucket=bucket)) == 204
    assert encryption_of(s3, bucket) == "AES256"


def test_encryption_of_the_recipe(s3, bucket):
    """A07"""
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    assert encryption_of(s3, bucket) == "AES256"
    assert put(s3, bucket, "part")["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("rules", [[], [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "ROT13"}}]])
def test_impossible_encryption_is_refused(s3, bucket, rules):
    """A07: what is said to be encrypted so is so, or it is not said."""
    with refused("MalformedXML", "InvalidArgument", "InvalidRequest", "InvalidEncryptionAlgorithmError"):
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    assert encryption_of(s3, bucket) == "AES256"


# -- what else is set on a bucket -------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """One configuration: its operations' stem, the argument and what it is given, what is told, its code if absent."""

    stem: str
    argument: str
    given: object
    told: tuple
    absent: str
    deleted_by: str = ""


ORIGINS = [
    {
        "ID": "console",
        "AllowedMethods": ["GET", "PUT"],
        "AllowedOrigins": ["https://plant.example"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 600,
    }
]
AGES = [
    {
        "ID": "frames",
        "Status": "Enabled",
        "Filter": {"Prefix": "frames/"},
        "Expiration": {"Days": 30},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
    {"ID": "off", "Status": "Disabled", "Filter": {"Tag": {"Key": "keep", "Value": "no"}}, "Expiration": {"Days": 1}},
]
BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": False,
}
OWNERS = [{"ObjectOwnership": "BucketOwnerEnforced"}]
TAGS = [{"Key": "line", "Value": "7"}, {"Key": "plant", "Value": "Süd + Nord: 1"}]
SETTINGS = {
    setting.stem: setting
    for setting in [
        Setting(
            "public_access_block",
            "PublicAccessBlockConfiguration",
            BLOCK,
            ("PublicAccessBlockConfiguration",),
            "NoSuchPublicAccessBlockConfiguration",
        ),
        Setting(
            "bucket_ownership_controls",
            "OwnershipControls",
            {"Rules": OWNERS},
            ("OwnershipControls", "Rules"),
            "OwnershipControlsNotFoundError",
        ),
        Setting("bucket_tagging", "Tagging", {"TagSet": TAGS}, ("TagSet",), "NoSuchTagSet"),
        Setting("bucket_cors", "CORSConfiguration", {"CORSRules": ORIGINS}, ("CORSRules",), "NoSuchCORSConfiguration"),
        Setting(
            "bucket_lifecycle_configuration",
            "LifecycleConfiguration",
            {"Rules": AGES},
            ("Rules",),
            "NoSuchLifecycleConfiguration",
            "delete_bucket_lifecycle",
        ),
    ]
}


@pytest.mark.parametrize("stem", SETTINGS)
def test_setting_is_put_told_and_deleted(s3, bucket, stem):
    """After it is deleted it is absent, with its own code; a second time is no fault."""
    setting = SETTINGS[stem]
    delete = getattr(s3, setting.deleted_by or f"delete_{stem}")
    getattr(s3, f"put_{stem}")(Bucket=bucket, **{setting.argument: setting.given})
    told = getattr(s3, f"get_{stem}")(Bucket=bucket)
    for name in setting.told:
        told = told[name]
    expected = setting.given if len(setting.given) > 1 else next(iter(setting.given.values()))
    assert told == expected
    for _ in range(2):
        assert status_of(delete(Bucket=bucket)) == 204
        with turned_down(404, setting.absent):
            getattr(s3, f"get_{stem}")(Bucket=bucket)


@pytest.mark.parametrize("stem", ["bucket_tagging", "bucket_cors", "bucket_lifecycle_configuration"])
def test_new_bucket_has_no_such_setting(s3, bucket, stem):
    with turned_down(404, SETTINGS[stem].absent):
        getattr(s3, f"get_{stem}")(Bucket=bucket)


@pytest.mark.parametrize(
    "method, code",
    [
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ],
)
def test_setting_that_nobody_can_put_is_absent_or_not_offered(s3, bucket, method, code):
    """Terraform asks each bucket for these, and takes their absence for an answer."""
    with pytest.raises(Exception) as caught:
        getattr(s3, method)(Bucket=bucket)
    assert caught.value.response["Error"]["Code"] in (code, "NotImplemented"), caught.value.response


@pytest.mark.parametrize("stem", SETTINGS)
def test_setting_that_is_no_xml_is_refused(hub, bucket, stem):
    word = {"bucket_lifecycle_configuration": "lifecycle", "public_access_block": "publicAccessBlock"}.get(
        stem, stem.removeprefix("bucket_").partition("_controls")[0].replace("ownership", "ownershipControls")
    )
    for text in ("", "<", "<Wrong/>", "{}"):
        reply = ask_xml(hub, "PUT", path(bucket, query=word), text)
        assert code(reply) in ("MalformedXML", "MissingRequestBodyError"), text


def test_tags_that_are_too_many_or_twice_are_refused(s3, bucket):
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
    for tags in (many, [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}], [{"Key": "", "Value": "1"}]):
        with refused("InvalidTag", "BadRequest", "InvalidTagError", "MalformedXML"):
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": many[:50]})
    assert len(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]) == 50


def test_policy_of_a_bucket_is_told_as_it_was_put(s3, bucket):
    with turned_down(404, "NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)
    text = document(deny("s3:DeleteBucket", f"arn:aws:s3:::{bucket}", Principal="*"))
    assert status_of(s3.put_bucket_policy(Bucket=bucket, Policy=text)) in (200, 204)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(text)
    s3.delete_bucket_policy(Bucket=bucket)
    with turned_down(404, "NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "",
        document(allow("s3:GetObject", "arn:aws:s3:::{bucket}/*")),
        document(allow("s3:GetObject", "arn:aws:s3:::somebody-elses/*", Principal="*")),
        document(allow("logs:PutLogEvents", "arn:aws:s3:::{bucket}/*", Principal="*")),
        document(allow("s3:GetObject", "arn:aws:s3:::{bucket}/*", Principal="*", Colour="red")),
    ],
    ids=["broken", "a list", "empty", "nobody", "elsewhere", "another service", "unknown word"],
)
def test_policy_that_means_nothing_here_is_refused(s3, bucket, text):
    with refused("MalformedPolicy", "MissingRequestBodyError"):
        s3.put_bucket_policy(Bucket=bucket, Policy=text.replace("{bucket}", bucket))
    with turned_down(404, "NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)


# -- who may do what --------------------------------------------------------------------------------------------------

MODELS = "arn:aws:s3:::sagemaker-*"


@pytest.fixture(scope="module")
def models(hub):
    """A bucket with an object that its reader may read."""
    name = make_bucket(hub, "sagemaker-models")
    put(hub.client("s3"), name, "model.onnx", b"weights")
    return name


@pytest.fixture(scope="module")
def reader(hub):
    """The client of a user who may read the objects of sagemaker-*, and nothing else."""
    return hub.client("s3", **user_with(hub, allow("s3:GetObject", MODELS)))


def test_reader_reads_what_is_hers(reader, models):
    """The recipe's policy: s3:GetObject on arn:aws:s3:::sagemaker-*."""
    assert read(reader, models, "model.onnx") == b"weights"
    assert reader.head_object(Bucket=models, Key="model.onnx")["ContentLength"] == 7
    assert reader.get_object(Bucket=models, Key="model.onnx", Range="bytes=0-0")["Body"].read() == b"w"


def test_reader_reads_nothing_elsewhere(s3, reader, bucket):
    put(s3, bucket, "sagemaker-part", b"secret")
    with turned_down(403, "AccessDenied"):
        read(reader, bucket, "sagemaker-part")
    with turned_down(403, "403"):
        reader.head_object(Bucket=bucket, Key="sagemaker-part")


@pytest.mark.parametrize(
    "method, arguments",
    [
        ("put_object", {"Key": "model.onnx", "Body": b"spoiled"}),
        ("delete_object", {"Key": "model.onnx"}),
        ("list_objects_v2", {}),
        ("list_object_versions", {}),
        ("list_multipart_uploads", {}),
        ("create_multipart_upload", {"Key": "model.onnx"}),
        ("get_object_tagging", {"Key": "model.onnx"}),
        ("put_object_tagging", {"Key": "model.onnx", "Tagging": {"TagSet": []}}),
        ("get_bucket_versioning", {}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        ("get_bucket_location", {}),
        ("put_bucket_policy", {"Policy": "{}"}),
        ("delete_bucket", {}),
        ("copy_object", {"Key": "copy", "CopySource": "{bucket}/model.onnx"}),
    ],
)
def test_reader_does_nothing_else(s3, reader, models, method, arguments):
    arguments = {
        name: value.replace("{bucket}", models) if isinstance(value, str) else value
        for name, value in arguments.items()
    }
    with turned_down(403, "AccessDenied"):
        getattr(reader, method)(Bucket=models, **arguments)
    assert read(s3, models, "model.onnx") == b"weights"


def test_reader_lists_and_makes_no_buckets(reader):
    with turned_down(403, "AccessDenied"):
        reader.list_buckets()
    with turned_down(403, "AccessDenied"):
        reader.create_bucket(Bucket=fresh("sagemaker-new"))


def test_refused_message_says_what_was_not_allowed(reader, models):
    with turned_down(403, "AccessDenied") as caught:
        put(reader, models, "model.onnx")
    assert "s3:PutObject" in caught.value.response["Error"]["Message"]


def test_absence_is_told_only_to_those_who_may_list(hub, reader, models):
    """Or a reader could find out names by asking."""
    with turned_down(403, "AccessDenied"):
        read(reader, models, "nothing")
    may_list = user_with(hub, allow("s3:GetObject", MODELS), allow("s3:ListBucket", MODELS))
    with turned_down(404, "NoSuchKey"):
        read(hub.client("s3", **may_list), models, "nothing")


def test_old_versions_need_a_permission_of_their_own(hub, s3, versioned):
    old, objects = put(s3, versioned, "part", b"old")["VersionId"], f"arn:aws:s3:::{versioned}/*"
    person = hub.client("s3", **user_with(hub, allow(["s3:GetObject", "s3:DeleteObject"], objects)))
    assert read(person, versioned, "part") == b"old"
    with turned_down(403, "AccessDenied"):
        read(person, versioned, "part", VersionId=old)
    with turned_down(403, "AccessDenied"):
        person.delete_object(Bucket=versioned, Key="part", VersionId=old)
    assert person.delete_object(Bucket=versioned, Key="part")["DeleteMarker"] is True
    historian = hub.client("s3", **user_with(hub, allow("s3:GetObjectVersion", objects)))
    assert read(historian, versioned, "part", VersionId=old) == b"old"


def test_copy_needs_both_ends(hub, s3, bucket, models):
    there = make_bucket(hub)
    put(s3, bucket, "part", b"secret")
    objects = f"arn:aws:s3:::{there}/*"
    person = hub.client("s3", **user_with(hub, allow("s3:PutObject", objects), allow("s3:GetObject", MODELS)))
    person.copy_object(Bucket=there, Key="mine", CopySource=f"{models}/model.onnx")
    with turned_down(403, "AccessDenied"):
        person.copy_object(Bucket=there, Key="not-mine", CopySource=f"{bucket}/part")
    assert keys_of(s3, there) == ["mine"]


def test_each_key_of_many_is_asked_for(hub, s3, bucket):
    """What may be deleted is, and what may not is told by name."""
    for key in ("mine/1", "yours/1"):
        put(s3, bucket, key)
    person = hub.client("s3", **user_with(hub, allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/mine/*")))
    answer = person.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "mine/1"}, {"Key": "yours/1"}]})
    assert [row["Key"] for row in answer["Deleted"]] == ["mine/1"]
    assert [(row["Key"], row["Code"]) for row in answer["Errors"]] == [("yours/1", "AccessDenied")]
    assert keys_of(s3, bucket) == ["yours/1"]


def test_prefix_that_is_listed_is_a_condition(hub, s3, bucket):
    put(s3, bucket, "mine/1")
    condition = {"StringLike": {"s3:prefix": "mine/*"}}
    person = hub.client("s3", **user_with(hub, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=condition)))
    assert keys_of(person, bucket, Prefix="mine/") == ["mine/1"]
    for arguments in ({}, {"Prefix": "yours/"}, {"Prefix": "min"}):
        with turned_down(403, "AccessDenied"):
            person.list_objects_v2(Bucket=bucket, **arguments)


def test_denial_decides(hub, s3, bucket):
    put(s3, bucket, "part", b"kept")
    person = user_with(hub, allow("s3:*"), deny("s3:DeleteObject*", f"arn:aws:s3:::{bucket}/*"))
    with turned_down(403, "AccessDenied"):
        hub.client("s3", **person).delete_object(Bucket=bucket, Key="part")
    assert read(s3, bucket, "part") == b"kept"


def test_policy_of_a_bucket_counts(hub, s3, bucket):
    """It allows a user of its account who has nothing else, and denies one who has all."""
    put(s3, bucket, "part", b"kept")
    objects = f"arn:aws:s3:::{bucket}/*"
    nobody, all_powerful = user_with(hub), user_with(hub, allow("s3:*"))
    who = {"AWS": f"arn:aws:iam::{hub.account}:root"}
    anybody_here = {"StringEquals": {"aws:PrincipalAccount": hub.account}}
    text = document(
        allow("s3:GetObject", objects, Principal={"AWS": "*"}, Condition=anybody_here),
        deny("s3:DeleteObject", objects, Principal=who),
    )
    with turned_down(403, "AccessDenied"):
        read(hub.client("s3", **nobody), bucket, "part")
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert read(hub.client("s3", **nobody), bucket, "part") == b"kept"
    with turned_down(403, "AccessDenied"):
        hub.client("s3", **all_powerful).delete_object(Bucket=bucket, Key="part")


@pytest.mark.parametrize("method, key", [("GET", ""), ("GET", "part"), ("PUT", "new"), ("DELETE", "part")])
def test_nobody_in_particular_may_do_nothing(hub, s3, bucket, method, key):
    """Not even where somebody has asked for it to be public."""
    put(s3, bucket, "part")
    ask(hub, "PUT", path(bucket, "part", "acl"), headers={"x-amz-acl": "public-read"})
    said = error(send(hub, method, path(bucket, key)))
    assert said["Code"] == "AccessDenied"
    assert keys_of(s3, bucket) == ["part"]


def test_owner_who_is_expected_has_to_be_the_owner(hub, s3, bucket):
    put(s3, bucket, "part", b"kept", ExpectedBucketOwner=hub.account)
    with turned_down(403, "AccessDenied"):
        put(s3, bucket, "part", b"new", ExpectedBucketOwner="000000000001")
    assert read(s3, bucket, "part", ExpectedBucketOwner=hub.account) == b"kept"
