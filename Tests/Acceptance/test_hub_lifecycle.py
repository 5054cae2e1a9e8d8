"""Objects of the hub's store that have had their time: rules on it, and what they take. A04 A06.

A rule with a date that has passed takes what it means as soon as it is set; what counts in days is looked at under a
clock that runs ahead.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
from hub import at_time, false_time, fresh
from server import wait_until
from store import (
    allow,
    ask,
    ask_xml,
    code,
    etag_of,
    fields_of,
    keys_of,
    make_bucket,
    path,
    put,
    read,
    status_of,
    turned_down,
    user_with,
    version,
)
from test_hub_notices import listen, notify, told

PAST = datetime(2020, 1, 1, tzinfo=timezone.utc)
DAYS = {"Days": 1}
needs_false_time = pytest.mark.skipif(not false_time(), reason="libfaketime is not installed")


def rule(id="rule", status="Enabled", filter=None, expiration=None, **others):
    """One rule; for everything, unless it has a filter."""
    own = {"ID": id, "Status": status, "Filter": {"Prefix": ""} if filter is None else filter} | others
    return own | ({"Expiration": expiration} if expiration else {})


def past(id="rule", **others):
    """A rule whose day has come."""
    return rule(id, expiration={"Date": PAST}, **others)


def age(s3, bucket, *rules, **arguments):
    return s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)}, **arguments
    )


def rules_of(s3, bucket):
    return s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]


def wait_gone(s3, bucket, *keys):
    """Until the newest of these are no more to be seen."""
    wait_until(lambda: not set(keys) & set(keys_of(s3, bucket)), f"the end of {keys} in {bucket}", 20)


def versions_of(s3, bucket):
    """Every version as (key, id, whether it is the newest), and every marker likewise."""
    answer = s3.list_object_versions(Bucket=bucket)
    lists = answer.get("Versions", []), answer.get("DeleteMarkers", [])
    return [[(row["Key"], row["VersionId"], row["IsLatest"]) for row in rows] for rows in lists]


def blobs(hub):
    return [path for path in hub.files() if "blobs" in path.parts]


# -- rules are set ----------------------------------------------------------------------------------------------------


def test_rules_are_told_as_they_were_put(s3, bucket):
    tags = [{"Key": "tmp", "Value": "yes"}, {"Key": "line", "Value": ""}]
    both = {"Prefix": "a & b/", "Tags": tags, "ObjectSizeGreaterThan": 0, "ObjectSizeLessThan": 1 << 40}
    rules = [
        rule("everything", expiration={"Days": 30}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}),
        rule("off", "Disabled", {"Prefix": "frames/"}, {"Date": datetime(2099, 1, 1, tzinfo=timezone.utc)}),
        rule("tag", filter={"Tag": tags[0]}, expiration={"Days": 2147483647}),
        rule("size", filter={"ObjectSizeGreaterThan": 0}, expiration=DAYS),
        rule("small", filter={"ObjectSizeLessThan": 9}, NoncurrentVersionExpiration={"NoncurrentDays": 3}),
        rule(
            "both",
            filter={"And": both},
            NoncurrentVersionExpiration={"NoncurrentDays": 3, "NewerNoncurrentVersions": 100},
        ),
        rule("märkers ✓", expiration={"ExpiredObjectDeleteMarker": True}),
    ]
    answer = age(s3, bucket, *rules)
    assert fields_of(answer)["x-amz-transition-default-minimum-object-size"] == "all_storage_classes_128K"
    assert rules_of(s3, bucket) == rules
    age(s3, bucket, *rules[:1], TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["Rules"] == rules[:1]
    assert fields_of(answer)["x-amz-transition-default-minimum-object-size"] == "varies_by_storage_class"
    for _ in range(2):
        assert status_of(s3.delete_bucket_lifecycle(Bucket=bucket)) == 204
        with turned_down(404, "NoSuchLifecycleConfiguration"):
            rules_of(s3, bucket)


def test_rules_of_the_old_kind(s3, bucket):
    """With a prefix of their own; the older operations have the same address."""
    old = {"ID": "old", "Prefix": "frames/", "Status": "Enabled", "Expiration": DAYS}
    s3.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rules": [old]})
    assert s3.get_bucket_lifecycle(Bucket=bucket)["Rules"] == [old]
    assert rules_of(s3, bucket) == [old]


def test_rule_without_a_name_gets_one(s3, bucket):
    bare = rule(expiration=DAYS)
    del bare["ID"]
    age(s3, bucket, bare, bare)
    first, second = [row["ID"] for row in rules_of(s3, bucket)]
    assert first and second and first != second


WITH_TAG = {"Tag": {"Key": "k", "Value": "v"}}


@pytest.mark.parametrize(
    "rules, status, code",
    [
        ([], 400, "MalformedXML"),
        ([rule(status="On", expiration=DAYS)], 400, "MalformedXML"),
        ([rule(filter={"Prefix": "a", **WITH_TAG}, expiration=DAYS)], 400, "MalformedXML"),
        ([rule(Prefix="a", expiration=DAYS)], 400, "MalformedXML"),
        ([rule(expiration={"Days": 1, "Date": PAST})], 400, "MalformedXML"),
        ([rule(expiration={"Days": 1, "ExpiredObjectDeleteMarker": True})], 400, "MalformedXML"),
        ([rule(expiration=DAYS)] * 2, 400, "InvalidArgument"),
        ([rule("n" * 256, expiration=DAYS)], 400, "InvalidArgument"),
        ([rule(expiration={"Days": 0})], 400, "InvalidArgument"),
        ([rule(expiration={"Days": -1})], 400, "InvalidArgument"),
        ([rule(expiration={"Date": PAST + timedelta(hours=1)})], 400, "InvalidArgument"),
        ([rule(NoncurrentVersionExpiration={"NoncurrentDays": 0})], 400, "InvalidArgument"),
        ([rule(NoncurrentVersionExpiration={"NewerNoncurrentVersions": 1})], 400, "InvalidArgument"),
        ([rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 0})], 400, "InvalidArgument"),
        ([rule()], 400, "InvalidRequest"),
        ([rule(filter={"Prefix": "p" * 1025}, expiration=DAYS)], 400, "InvalidRequest"),
        ([rule(filter=WITH_TAG, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1})], 400, "InvalidRequest"),
        ([rule(filter=WITH_TAG, expiration={"ExpiredObjectDeleteMarker": True})], 400, "InvalidRequest"),
        (
            [rule(), {"ID": "old", "Status": "Enabled", "Prefix": "", "Expiration": DAYS}],
            400,
            "InvalidRequest",
        ),
        ([rule(expiration=DAYS, Transitions=[{"Days": 1, "StorageClass": "GLACIER"}])], 501, "NotImplemented"),
        (
            [rule(NoncurrentVersionTransitions=[{"NoncurrentDays": 1, "StorageClass": "GLACIER"}])],
            501,
            "NotImplemented",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused(s3, bucket, rules, status, code):
    """And what was set before stays."""
    before = rule("before", expiration={"Days": 9})
    age(s3, bucket, before)
    with turned_down(status, code):
        age(s3, bucket, *rules)
    assert rules_of(s3, bucket) == [before]


@pytest.mark.parametrize(
    "text", ["", "<", "{}", "<Other/>", "<LifecycleConfiguration><Rule/></LifecycleConfiguration>"]
)
def test_rules_that_are_no_document_are_refused(hub, bucket, text):
    assert code(ask_xml(hub, "PUT", path(bucket, query="lifecycle"), text)) == "MalformedXML"


def test_strange_size_is_refused(s3, bucket):
    with turned_down(400, "InvalidArgument"):
        age(s3, bucket, rule(expiration=DAYS), TransitionDefaultMinimumObjectSize="small")


def test_bucket_that_is_not_there(s3):
    for call in (
        lambda name: age(s3, name, rule(expiration=DAYS)),
        lambda name: rules_of(s3, name),
        lambda name: s3.delete_bucket_lifecycle(Bucket=name),
    ):
        with turned_down(404, "NoSuchBucket"):
            call(fresh("nowhere"))


def test_rules_ask_for_leave(hub, s3, bucket):
    """A10: under the names that policies know."""
    reader = hub.client("s3", **user_with(hub, allow("s3:GetLifecycleConfiguration")))
    writer = hub.client("s3", **user_with(hub, allow("s3:PutLifecycleConfiguration")))
    with turned_down(403, "AccessDenied"):
        age(reader, bucket, rule(expiration=DAYS))
    age(writer, bucket, rule(expiration=DAYS))
    assert len(rules_of(reader, bucket)) == 1
    with turned_down(403, "AccessDenied"):
        rules_of(writer, bucket)
    with turned_down(403, "AccessDenied"):
        reader.delete_bucket_lifecycle(Bucket=bucket)
    writer.delete_bucket_lifecycle(Bucket=bucket)


def test_rules_outlive_a_kill(make_hub):
    hub = make_hub()
    bucket, rules = make_bucket(hub), [rule(expiration={"Days": 9})]
    age(hub.client("s3"), bucket, *rules)
    hub.restart_killed()
    assert rules_of(hub.client("s3"), bucket) == rules


# -- what is told of it -----------------------------------------------------------------------------------------------


def expiry(answer):
    """When an object goes, and by which rule."""
    found = re.fullmatch(r'expiry-date="([^"]+ GMT)", rule-id="([^"]+)"', answer["Expiration"])
    return parsedate_to_datetime(found[1]), found[2]


def midnight(days):
    """The one that so many days end at which begin now."""
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days + 1)


def test_object_tells_when_it_goes(s3, bucket):
    """By the rule that takes it first; its name is percent-encoded."""
    age(
        s3,
        bucket,
        rule("slow", expiration={"Days": 30}),
        rule("a b/c", filter={"Prefix": "frames/"}, expiration={"Days": 3}),
        rule("tags", filter=WITH_TAG, expiration={"Days": 2}),
        rule("off", "Disabled", expiration=DAYS),
    )
    before = midnight(3)
    answers = [put(s3, bucket, "frames/1"), s3.head_object(Bucket=bucket, Key="frames/1")]
    answers.append(s3.get_object(Bucket=bucket, Key="frames/1"))
    answers.append(s3.copy_object(Bucket=bucket, Key="frames/2", CopySource=f"{bucket}/frames/1"))
    for answer in answers:
        assert expiry(answer)[0] in (before, midnight(3))
        assert expiry(answer)[1] == "a%20b%2Fc"
    assert expiry(put(s3, bucket, "other"))[1] == "slow"
    assert expiry(put(s3, bucket, "other", Tagging="k=v"))[1] == "tags"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="frames/1")


def test_date_is_told_as_it_is(s3, bucket):
    day = datetime(2099, 12, 21, tzinfo=timezone.utc)
    age(s3, bucket, rule(expiration={"Date": day}))
    put(s3, bucket, "part")
    assert expiry(s3.head_object(Bucket=bucket, Key="part")) == (day, "rule")


def test_days_beyond_the_calendar(s3, bucket):
    """They are taken, and no answer breaks on them."""
    age(
        s3,
        bucket,
        rule("days", filter={"Prefix": "days"}, expiration={"Days": 2147483647}),
        rule("date", filter={"Prefix": "date"}, expiration={"Date": datetime(9999, 12, 31, tzinfo=timezone.utc)}),
        rule("first", filter={"Prefix": "first"}, expiration={"Date": datetime(1970, 1, 1, tzinfo=timezone.utc)}),
    )
    assert "Expiration" not in put(s3, bucket, "days")
    assert expiry(put(s3, bucket, "date"))[0].year == 9999
    assert expiry(put(s3, bucket, "first"))[0].year == 1970
    assert rules_of(s3, bucket)[1]["Expiration"]["Date"].year == 9999


def test_old_version_does_not_go_by_the_rule_of_the_newest(s3, versioned):
    age(s3, versioned, rule(expiration=DAYS))
    old = put(s3, versioned, "part")["VersionId"]
    new = put(s3, versioned, "part")["VersionId"]
    assert "Expiration" not in s3.head_object(Bucket=versioned, Key="part", VersionId=old)
    assert "Expiration" in s3.head_object(Bucket=versioned, Key="part", VersionId=new)


def test_upload_tells_when_it_is_given_up(s3, bucket):
    days = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}
    age(s3, bucket, rule("big ones", filter={"Prefix": "big/"}, **days))
    before = midnight(2)
    begun = s3.create_multipart_upload(Bucket=bucket, Key="big/1")
    listed = s3.list_parts(Bucket=bucket, Key="big/1", UploadId=begun["UploadId"])
    for answer in (begun, listed):
        assert answer["AbortDate"] in (before, midnight(2))
        assert answer["AbortRuleId"] == "big%20ones"
    assert "AbortDate" not in s3.create_multipart_upload(Bucket=bucket, Key="small/1")


# -- what it takes ----------------------------------------------------------------------------------------------------


def test_object_that_has_had_its_time_is_gone(hub, s3, bucket):
    """Its bytes too."""
    before = len(blobs(hub))
    for number in range(5):
        put(s3, bucket, f"frames/{number}")
    put(s3, bucket, "models/1")
    assert len(blobs(hub)) == before + 6
    age(s3, bucket, past(filter={"Prefix": "frames/"}))
    wait_gone(s3, bucket, *(f"frames/{number}" for number in range(5)))
    assert keys_of(s3, bucket) == ["models/1"]
    with turned_down(404, "404"):
        s3.head_object(Bucket=bucket, Key="frames/0")
    wait_until(lambda: len(blobs(hub)) == before + 1, "the end of their bytes", 20)
    assert versions_of(s3, bucket) == [[("models/1", "null", True)], []]


def test_filters_choose(s3, bucket):
    """All conditions of a rule hold, or it is not meant; a rule that is off takes nothing."""
    put(s3, bucket, "a/tagged", b"12345", Tagging="tmp=yes&line=7")
    put(s3, bucket, "a/other", b"12345", Tagging="tmp=no")
    put(s3, bucket, "a/plain", b"12345")
    put(s3, bucket, "a/large", b"1" * 100, Tagging="tmp=yes")
    put(s3, bucket, "b/tagged", b"12345", Tagging="tmp=yes")
    put(s3, bucket, "c/empty", b"")
    put(s3, bucket, "c/full", b"1")
    put(s3, bucket, "d", b"1")
    wanted = {"Prefix": "a/", "Tags": [{"Key": "tmp", "Value": "yes"}], "ObjectSizeLessThan": 100}
    age(
        s3,
        bucket,
        past("and", filter={"And": wanted}),
        past("off", filter={"Prefix": "b/"}, status="Disabled"),
        past("size", filter={"And": {"Prefix": "c/", "ObjectSizeGreaterThan": 0}}),
        rule("later", filter={"Prefix": "d"}, expiration=DAYS),
    )
    wait_gone(s3, bucket, "a/tagged", "c/full")
    assert keys_of(s3, bucket) == ["a/large", "a/other", "a/plain", "b/tagged", "c/empty", "d"]


def test_many_objects_go(s3, bucket):
    """More than are looked at at once."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(s3, bucket, f"{number:04}", b""), range(1203)))
    put(s3, bucket, "zz", b"last")
    age(s3, bucket, past("all", filter={"ObjectSizeLessThan": 1}))
    wait_until(lambda: keys_of(s3, bucket) == ["zz"], "an empty bucket", 30)


def test_versioned_object_is_hidden(s3, versioned):
    """And can be had back."""
    old = put(s3, versioned, "part", b"old")["VersionId"]
    new = put(s3, versioned, "part", b"new")["VersionId"]
    age(s3, versioned, past())
    wait_gone(s3, versioned, "part")
    versions, markers = versions_of(s3, versioned)
    assert versions == [("part", new, False), ("part", old, False)]
    ((_, marker, is_latest),) = markers
    assert is_latest and marker not in (old, new, "null")
    with turned_down(404, "NoSuchKey"):
        read(s3, versioned, "part")
    assert read(s3, versioned, "part", VersionId=new) == b"new"
    s3.delete_bucket_lifecycle(Bucket=versioned)
    s3.delete_object(Bucket=versioned, Key="part", VersionId=marker)
    assert read(s3, versioned, "part") == b"new"


def test_suspended_bucket_loses_its_null_version(s3, versioned):
    """As with a deletion: a null marker takes its place."""
    old = put(s3, versioned, "part", b"old")["VersionId"]
    version(s3, versioned, "Suspended")
    put(s3, versioned, "part", b"null")
    age(s3, versioned, past())
    wait_gone(s3, versioned, "part")
    assert versions_of(s3, versioned) == [[("part", old, False)], [("part", "null", True)]]


def test_marker_that_hides_nothing_goes(s3, versioned):
    """One that hides a version stays."""
    kept = put(s3, versioned, "kept")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="kept")["VersionId"]
    s3.delete_object(Bucket=versioned, Key="lone")
    elsewhere = s3.delete_object(Bucket=versioned, Key="other/lone")["VersionId"]
    filter = {"And": {"Prefix": "other/", "Tags": [{"Key": "k", "Value": "v"}]}}
    age(
        s3,
        versioned,
        rule("k", filter={"Prefix": "k"}, expiration={"ExpiredObjectDeleteMarker": True}),
        rule("l", filter={"Prefix": "l"}, expiration={"ExpiredObjectDeleteMarker": True}),
        past("markers have no tags", filter=filter),
    )
    wait_until(lambda: len(versions_of(s3, versioned)[1]) == 2, "the end of the lone marker", 20)
    assert versions_of(s3, versioned) == [
        [("kept", kept, False)],
        [("kept", marker, True), ("other/lone", elsewhere, True)],
    ]


def test_deletion_is_announced(hub, s3, versioned, bucket):
    """A29: as EventBridge tells it, by S3 itself and for its own reason."""
    for name in (bucket, versioned):
        put(s3, name, "part", b"bytes")
        notify(s3, name)
    groups = listen(hub, bucket), listen(hub, versioned)
    for name in (bucket, versioned):
        age(s3, name, past())
    plain, hidden = [told(hub, group, 1, 20)[0] for group in groups]
    for event, kind in ((plain, "Permanently Deleted"), (hidden, "Delete Marker Created")):
        assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Deleted")
        detail = event["detail"]
        assert (detail["reason"], detail["deletion-type"]) == ("Lifecycle Expiration", kind)
        assert detail["requester"] == "s3.amazonaws.com"
        assert "source-ip-address" not in detail
        assert detail["object"]["key"] == "part"
    assert plain["detail"]["object"]["etag"] == etag_of(b"bytes").strip('"')
    assert hidden["detail"]["object"]["version-id"] == versions_of(s3, versioned)[1][0][1]


# -- days go by -------------------------------------------------------------------------------------------------------


class Days:
    """A hub that is started again at other times. What comes late into its last bucket goes at each start, and last."""

    def __init__(self, hub):
        self.hub, self.canary = hub, make_bucket(hub, "zz-canary")
        age(hub.client("s3"), self.canary, past())

    def sweep(self, shift, hours):
        """Starts the hub with its clock ahead, lets its rules take what they will, and sets the clock right again."""
        put(self.hub.client("s3"), self.canary, "late")
        self.hub.stop()
        self.hub.start(env=at_time(shift))
        later = lambda: datetime.now(timezone.utc) + timedelta(hours=hours)  # noqa: E731
        wait_until(
            lambda: ask(self.hub, "HEAD", path(self.canary, "late"), at=later()).status == 404, f"rules at {shift}", 20
        )
        self.hub.stop()
        self.hub.start()
        return self.hub.client("s3")


@needs_false_time
def test_days_go_by(make_hub):
    """A day is not over after twelve hours, and is over after two days."""
    hub = make_hub()
    s3, plain, kept = hub.client("s3"), make_bucket(hub, "plain"), make_bucket(hub, "kept", "Enabled")
    put(s3, plain, "frames/1")
    put(s3, plain, "models/1")
    ids = [put(s3, kept, "part", body)["VersionId"] for body in (b"1", b"2", b"3", b"4")]
    lone = s3.delete_object(Bucket=kept, Key="lone")["VersionId"]
    upload = s3.create_multipart_upload(Bucket=plain, Key="frames/upload")["UploadId"]
    s3.upload_part(Bucket=plain, Key="frames/upload", UploadId=upload, PartNumber=1, Body=b"part")
    long_one = s3.create_multipart_upload(Bucket=plain, Key="models/upload")["UploadId"]
    upload_days = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    age(s3, plain, rule(filter={"Prefix": "frames/"}, expiration=DAYS, **upload_days))
    few = {"NoncurrentDays": 1, "NewerNoncurrentVersions": 1}
    age(
        s3,
        kept,
        rule("few", filter={"Prefix": "part"}, NoncurrentVersionExpiration=few),
        rule("lone", filter={"Prefix": "lone"}, expiration=DAYS),
    )
    days = Days(hub)
    s3 = days.sweep("+12h", 12)
    assert keys_of(s3, plain) == ["frames/1", "models/1"]
    assert [row[1] for row in versions_of(s3, kept)[0]] == ids[::-1]
    assert versions_of(s3, kept)[1] == [("lone", lone, True)]
    assert len(s3.list_multipart_uploads(Bucket=plain)["Uploads"]) == 2
    s3 = days.sweep("+2d", 48)
    assert keys_of(s3, plain) == ["models/1"]
    assert versions_of(s3, kept) == [[("part", ids[3], True), ("part", ids[2], False)], []]
    assert [row["UploadId"] for row in s3.list_multipart_uploads(Bucket=plain)["Uploads"]] == [long_one]
    with turned_down(404, "NoSuchUpload"):
        s3.list_parts(Bucket=plain, Key="frames/upload", UploadId=upload)
    assert read(s3, kept, "part") == b"4" and read(s3, kept, "part", VersionId=ids[2]) == b"3"
    # models/1 and two versions: the bytes of all else are gone, those of the part with them.
    assert len(blobs(hub)) == 3
