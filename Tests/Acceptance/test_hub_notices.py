"""What a bucket tells the event bus of its objects: each change once it is there, and nothing else. A03, A29."""

import json
import time

import pytest
from botocore.exceptions import ClientError
from hub import fresh, logged, refused
from server import wait_until
from store import allow, make_bucket, put, user_with

ON = {"EventBridgeConfiguration": {}}
EMPTY_LIST = {"EventBridgeConfiguration", "TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"}


def notify(s3, bucket, setting=None):
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=ON if setting is None else setting)


def listen(hub, bucket, **detail):
    """A log group that a rule of the default bus fills with what this bucket tells."""
    events, group = hub.client("events"), fresh("/aws/events/notices")
    hub.client("logs").create_log_group(logGroupName=group)
    rule = fresh("notices")
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}} | detail}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    answer = events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": hub.arn("logs", f"log-group:{group}")}])
    assert answer["FailedEntryCount"] == 0
    return group


def told(hub, group, count, seconds=10):
    """The events of a group, once there are so many, in the order in which they happened."""
    wait_until(lambda: len(logged(hub, group)) >= count, f"{count} notices in {group}", seconds)
    events = [json.loads(row["message"]) for row in logged(hub, group)]
    assert len(events) == count, [event["detail-type"] for event in events]
    return sorted(events, key=lambda event: event["detail"]["object"]["sequencer"])


@pytest.fixture
def watched(hub, s3, bucket):
    """A bucket that tells, and the log group that hears."""
    notify(s3, bucket)
    return bucket, listen(hub, bucket)


def test_setting_is_kept_and_taken_back(s3, bucket):
    get = lambda: set(s3.get_bucket_notification_configuration(Bucket=bucket)) & EMPTY_LIST  # noqa: E731
    assert get() == set()
    notify(s3, bucket)
    assert get() == {"EventBridgeConfiguration"}
    notify(s3, bucket, {})
    assert get() == set()


@pytest.mark.parametrize(
    "other",
    [
        {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:1:t", "Events": ["s3:ObjectCreated:*"]}]},
        {"QueueConfigurations": [{"QueueArn": "arn:aws:sqs:us-east-1:1:q", "Events": ["s3:ObjectCreated:*"]}]},
        {
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": "arn:aws:lambda:us-east-1:1:function:f", "Events": ["s3:ObjectRemoved:*"]}
            ]
        },
    ],
    ids=["topic", "queue", "function"],
)
def test_what_nobody_would_hear_is_refused(s3, bucket, other):
    """And what was set before stays."""
    notify(s3, bucket)
    with pytest.raises(ClientError) as caught:
        notify(s3, bucket, ON | other)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
    assert "EventBridgeConfiguration" in caught.value.response["Error"]["Message"]
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_bucket_that_is_not_there(s3):
    with refused("NoSuchBucket"):
        notify(s3, fresh("nowhere"))


def test_setting_asks_for_leave(hub, s3, bucket):
    """A10"""
    other = hub.client("s3", **user_with(hub, allow("s3:GetBucketNotification")))
    other.get_bucket_notification_configuration(Bucket=bucket)
    with refused("AccessDenied"):
        notify(other, bucket)


def test_put_object_is_told_as_aws_tells_it(hub, s3, watched):
    bucket, group = watched
    answer = s3.put_object(Bucket=bucket, Key="models/naïve part.onnx", Body=b"weights")
    (event,) = told(hub, group, 1)
    assert (event["version"], event["source"], event["detail-type"]) == ("0", "aws.s3", "Object Created")
    assert (event["account"], event["region"]) == (hub.account, "us-east-1")
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    detail = event["detail"]
    assert detail["bucket"] == {"name": bucket}
    thing = detail["object"]
    assert (thing["key"], thing["size"], thing["etag"]) == ("models/naïve part.onnx", 7, answer["ETag"].strip('"'))
    assert "version-id" not in thing
    assert int(thing["sequencer"], 16) > 0
    assert detail["request-id"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    assert (detail["requester"], detail["source-ip-address"], detail["reason"]) == (
        hub.account,
        "127.0.0.1",
        "PutObject",
    )


def test_every_way_to_make_an_object_has_its_reason(hub, s3, watched):
    bucket, group = watched
    put(s3, bucket, "a", b"one")
    s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    etag = s3.upload_part(Bucket=bucket, Key="c", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="c", UploadId=upload, MultipartUpload=parts)
    events = told(hub, group, 3)
    assert [(event["detail"]["object"]["key"], event["detail"]["reason"]) for event in events] == [
        ("a", "PutObject"),
        ("b", "CopyObject"),
        ("c", "CompleteMultipartUpload"),
    ]
    assert len({event["id"] for event in events}) == 3


def test_deletions_are_told_and_what_was_not_there_is_not(hub, s3, watched):
    bucket, group = watched
    for key in ("a", "b", "c"):
        put(s3, bucket, key, b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_object(Bucket=bucket, Key="never there")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "nor this"}, {"Key": "c"}]})
    gone = told(hub, group, 6)[3:]
    assert [event["detail-type"] for event in gone] == ["Object Deleted"] * 3
    assert [event["detail"]["object"]["key"] for event in gone] == ["a", "b", "c"]
    assert {event["detail"]["deletion-type"] for event in gone} == {"Permanently Deleted"}
    assert {event["detail"]["reason"] for event in gone} == {"DeleteObject"}


def test_versions_and_markers_are_told_apart(hub, s3, watched):
    bucket, group = watched
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="a", VersionId=version)
    made, hidden, gone = (event["detail"] for event in told(hub, group, 3))
    assert made["object"]["version-id"] == version
    assert (hidden["deletion-type"], hidden["object"]["version-id"]) == ("Delete Marker Created", marker)
    assert (gone["deletion-type"], gone["object"]["version-id"]) == ("Permanently Deleted", version)


def test_tags_are_told(hub, s3, watched):
    bucket, group = watched
    put(s3, bucket, "a", b"x")
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": [{"Key": "stage", "Value": "gold"}]})
    s3.delete_object_tagging(Bucket=bucket, Key="a")
    assert [event["detail-type"] for event in told(hub, group, 3)[1:]] == ["Object Tags Added", "Object Tags Deleted"]


def test_what_did_not_happen_is_not_told(hub, s3, watched):
    """Nor what happens in a bucket that was not asked to tell, or is not any more."""
    bucket, group = watched
    with refused("PreconditionFailed"):
        put(s3, bucket, "a", b"1")
        s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*")
    silent = make_bucket(hub)
    unheard = listen(hub, silent)
    put(s3, silent, "a", b"1")
    notify(s3, bucket, {})
    put(s3, bucket, "b", b"1")
    notify(s3, bucket)
    put(s3, bucket, "c", b"1")
    assert [event["detail"]["object"]["key"] for event in told(hub, group, 2)] == ["a", "c"]
    assert logged(hub, unheard) == []


def test_rules_choose_by_the_key(hub, s3, bucket):
    notify(s3, bucket)
    group = listen(hub, bucket, object={"key": [{"prefix": "models/"}]})
    put(s3, bucket, "frames/1.png", b"x")
    put(s3, bucket, "models/1.onnx", b"x")
    (event,) = told(hub, group, 1)
    assert event["detail"]["object"]["key"] == "models/1.onnx"


def test_a_hub_that_was_killed_tells_what_it_owes(make_hub):
    """Every object that was acknowledged is told, whatever moment the kill came at; one that is told twice has one id."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    notify(s3, bucket)
    group, known = listen(hub, bucket), set()
    for life in range(4):
        s3 = hub.client("s3")
        for number in range(25):
            key = f"{life}-{number}"
            put(s3, bucket, key, b"x")
            known.add(key)
        hub.restart_killed()
    heard = lambda: [json.loads(row["message"]) for row in logged(hub, group)]  # noqa: E731
    until = time.monotonic() + 10
    while {event["detail"]["object"]["key"] for event in heard()} < known and time.monotonic() < until:
        time.sleep(0.1)
    events = heard()
    assert {event["detail"]["object"]["key"] for event in events} == known
    assert len({event["id"] for event in events}) == len(known)
