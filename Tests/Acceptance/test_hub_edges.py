"""What a hub has to stand: rights that nobody gave, two who change the same thing at once, figures that cannot be."""

import json
import sqlite3
import threading
from urllib.parse import quote

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hub import Hub, credentials_of, fresh, refused
from store import ask, code, keys_of, make_bucket, put, read

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def person(hub, *statements, path="/"):
    """A user with these rights: the name and a key."""
    iam, name = hub.client("iam"), fresh("person")
    iam.create_user(UserName=name, Path=path)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
    return name, credentials_of(iam.create_access_key(UserName=name)["AccessKey"])


def session(hub, key, name, *statements):
    """Lent keys of a role with these rights, that the key's owner may assume under any name."""
    iam, role = hub.client("iam"), fresh("role")
    trust = policy(TRUST | {"Principal": {"AWS": hub.account}})
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=policy(*statements))
    lent = hub.client("sts", **key).assume_role(RoleArn=arn, RoleSessionName=name)
    return role, credentials_of(lent["Credentials"])


# -- rights -----------------------------------------------------------------------------------------------------------


def test_a_session_is_not_the_user_whose_name_it_took(hub):
    """A10: whoever assumes a role chooses the session's name, and `administrator` is one."""
    _, key = person(hub, allow("sts:AssumeRole"))
    role, lent = session(hub, key, "administrator", allow("logs:DescribeLogGroups"))
    hub.client("logs", **lent).describe_log_groups()
    with refused("AccessDenied"):
        hub.client("iam", **lent).list_users()
    with refused("AccessDenied"):
        hub.client("sts", **lent).get_session_token()
    iam = hub.client("iam")
    iam.delete_role_policy(RoleName=role, PolicyName="own")
    iam.delete_role(RoleName=role)
    with refused("AccessDenied"):
        hub.client("iam", **lent).list_users()
    with refused("AccessDeniedException"):
        hub.client("logs", **lent).describe_log_groups()


def test_lent_keys_of_a_user_have_the_users_rights(hub):
    _, key = person(hub, allow("logs:DescribeLogGroups"))
    lent = credentials_of(hub.client("sts", **key).get_session_token()["Credentials"])
    hub.client("logs", **lent).describe_log_groups()
    with refused("AccessDenied"):
        hub.client("iam", **lent).list_users()


def test_a_denial_holds_wherever_the_caller_says_to_be(hub):
    """A10: the region of a signature is the caller's to choose."""
    group = fresh("audit")
    hub.client("logs").create_log_group(logGroupName=group)
    deny = {"Effect": "Deny", "Action": "*", "Resource": hub.arn("logs", "log-group:audit*")}
    _, key = person(hub, allow("logs:*"), deny)
    body = json.dumps({"logGroupName": group}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DeleteLogGroup"}
    for region in ("us-east-1", "eu-west-9"):
        reply = hub.raw(headers=hub.sign("logs", headers=headers, body=body, region=region, **key), body=body)
        assert reply.status_code == 400 and "AccessDenied" in reply.text, (region, reply.text)
    for odd in (f"arn:aws:logs:eu-west-9:1:log-group:{group}", f"arn:aws:x:y:z:w:{group}"):
        with refused("AccessDeniedException"):
            hub.client("logs", **key).tag_resource(resourceArn=odd, tags={"a": "b"})


def test_a_key_is_made_for_those_alone_who_may(hub):
    """A10: users are judged where they are, also below a path."""
    admin, _ = person(hub, path="/admins/")
    deny = {"Effect": "Deny", "Action": "iam:*", "Resource": f"arn:aws:iam::{hub.account}:user/admins/*"}
    name, key = person(hub, allow("iam:*"), deny)
    with refused("AccessDenied"):
        hub.client("iam", **key).create_access_key(UserName=admin)
    assert hub.client("iam", **key).get_user()["User"]["UserName"] == name


def test_who_may_see_herself_needs_no_name(hub):
    own = f"arn:aws:iam::{hub.account}:user/" + "${aws:username}"
    name, key = person(hub, allow("iam:GetUser", own))
    assert hub.client("iam", **key).get_user()["User"]["UserName"] == name


def test_a_role_looks_where_its_caller_comes_from(hub):
    """A08: conditions of a trust policy count."""
    _, key = person(hub, allow("sts:AssumeRole"))
    for source, is_let in (("127.0.0.0/8", True), ("10.0.0.0/8", False)):
        near = {"Principal": {"AWS": hub.account}, "Condition": {"IpAddress": {"aws:SourceIp": source}}}
        role = hub.client("iam").create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=policy(TRUST | near))
        arn = role["Role"]["Arn"]
        if is_let:
            hub.client("sts", **key).assume_role(RoleArn=arn, RoleSessionName="near")
        else:
            with refused("AccessDenied"):
                hub.client("sts", **key).assume_role(RoleArn=arn, RoleSessionName="far")


def test_a_bucket_that_locked_itself_can_be_opened(hub, s3):
    """The policy that wants TLS of everybody, on a hub without."""
    bucket = make_bucket(hub)
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    locked = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything, "Condition": insecure}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(locked))
    with pytest.raises(ClientError):
        s3.list_objects_v2(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert keys_of(s3, bucket) == []


# -- figures that cannot be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ["1e300", "-1e300", "NaN", "1e19", "Infinity"])
def test_an_impossible_time_is_refused(hub, figure):
    targets = {
        "cloudtrail": ("CloudTrail_20131101.LookupEvents", '{"StartTime": %s}'),
        "monitoring": (
            "GraniteServiceVersion20100801.PutMetricData",
            '{"Namespace": "N", "MetricData": [{"MetricName": "M", "Value": 1, "Timestamp": %s}]}',
        ),
    }
    for service, (target, text) in targets.items():
        body = (text % figure).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        reply = hub.raw(headers=hub.sign(service, headers=headers, body=body), body=body)
        assert 400 <= reply.status_code < 500, (service, reply.text)
    assert hub.client("sts").get_caller_identity()["Account"]


def test_an_impossible_count_is_refused(hub, s3, bucket):
    token = quote(s3.list_buckets(MaxBuckets=1).get("ContinuationToken", "YWZ0ZXI6YQ=="), safe="")
    for count in ("9223372036854775807", "-1", "0", "9" * 30):
        reply = ask(hub, "GET", f"/?continuation-token={token}&max-buckets={count}")
        assert (reply.status, code(reply)) == (400, "InvalidArgument"), count


def test_a_long_request_may_come_packed(hub):
    """As boto3 sends it: what is signed are the packed bytes."""
    space = fresh("Line")
    rows = [{"MetricName": "Latency", "Value": float(number)} for number in range(500)]
    hub.client("cloudwatch").put_metric_data(Namespace=space, MetricData=rows)
    assert len(hub.client("cloudwatch").list_metrics(Namespace=space)["Metrics"]) == 1


def test_a_stranger_brings_no_large_body(hub):
    body = b'{"x": "' + b"x" * (2 << 20) + b'"}'
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}
    assert hub.raw(headers=headers, body=body).status_code == 413


# -- two at once ------------------------------------------------------------------------------------------------------


class Together:
    """Threads that go on until the block ends; what they could not stand is raised then."""

    def __init__(self, *works):
        self.over, self.troubles = False, []
        self.threads = [threading.Thread(target=self.keep_on, args=(work,), daemon=True) for work in works]

    def keep_on(self, work):
        while not self.over:
            try:
                work()
            except (AssertionError, BotoCoreError, ClientError) as trouble:
                self.troubles.append(trouble)
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for thread in self.threads:
            thread.join(20)
        assert self.troubles == []


def test_tags_do_not_bring_an_old_object_back(hub, s3, bucket):
    """Tagged while it is overwritten: it is the last that was put, and can be read."""
    put(s3, bucket, "part", b"0" * 1000)
    tags = {"TagSet": [{"Key": "line", "Value": "7"}]}
    with Together(lambda: s3.put_object_tagging(Bucket=bucket, Key="part", Tagging=tags)):
        for number in range(100):
            body = f"{number:04}".encode() * 250
            put(s3, bucket, "part", body)
            assert read(s3, bucket, "part") == body


def test_reading_is_not_cut_off_by_writing(hub, s3, bucket):
    """Every answer is one whole object, whichever."""
    size = 300_000
    put(s3, bucket, "part", b"a" * size)

    def look():
        body = read(s3, bucket, "part")
        assert len(body) == size and len(set(body)) == 1

    with Together(look, look, look):
        for number in range(60):
            put(s3, bucket, "part", bytes([97 + number % 26]) * size)


def test_a_part_that_comes_late_finds_no_upload(hub, s3, bucket):
    """Sent again and again while the upload is completed: the object has one or the other, and can be read."""
    for _ in range(10):
        upload = s3.create_multipart_upload(Bucket=bucket, Key="part")["UploadId"]
        where = {"Bucket": bucket, "Key": "part", "UploadId": upload, "PartNumber": 1}
        etag = s3.upload_part(Body=b"x" * 1000, **where)["ETag"]

        def again(where=where):
            try:
                s3.upload_part(Body=b"x" * 1000, **where)
            except ClientError as caught:
                assert caught.response["Error"]["Code"] == "NoSuchUpload"

        with Together(again, again):
            parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
            s3.complete_multipart_upload(Bucket=bucket, Key="part", UploadId=upload, MultipartUpload=parts)
            assert read(s3, bucket, "part") == b"x" * 1000


# -- starts -----------------------------------------------------------------------------------------------------------


def test_a_first_start_that_was_cut_gives_a_key_that_works(make_hub):
    """The key was made, and nobody was told: the next start tells one that is believed."""
    hub = make_hub()
    hub.kill()
    (hub.data / "administrator.json").unlink()
    hub.start()
    hub.__dict__.pop("key", None)
    assert hub.client("sts").get_caller_identity()["Arn"].endswith("user/administrator")


def test_a_missing_key_file_is_missed(make_hub):
    """Nothing is sealed under another, or putting it back would lose that."""
    hub = make_hub()
    assert hub.stop() == 0
    kept = (hub.data / "master.key").read_text()
    (hub.data / "master.key").unlink()
    hub.start(wait=False)
    hub.job.process.wait(20)
    assert hub.job.process.returncode != 0 and "master.key" in hub.log()
    (hub.data / "master.key").write_text(kept)
    assert hub.start().client("sts").get_caller_identity()["Account"]


def test_a_second_hub_is_kept_out(make_hub, binary):
    hub = make_hub()
    second = Hub(binary, hub.folder)
    second.start(wait=False)
    second.job.process.wait(20)
    assert second.job.process.returncode != 0 and "another hub" in second.log()
    assert hub.client("sts").get_caller_identity()["Account"]


def test_an_audit_whose_index_lies_is_broken(make_hub):
    """B04: what LookupEvents searches by says what the entry says."""
    hub = make_hub()
    hub.client("iam").list_users()
    assert hub.stop() == 0
    with sqlite3.connect(hub.data / "audit.db") as database:
        database.execute("UPDATE calls SET name = 'Nothing' WHERE name = 'ListUsers'")
    finished = hub.verb("audit", "verify")
    assert finished.returncode == 1, finished.stdout
