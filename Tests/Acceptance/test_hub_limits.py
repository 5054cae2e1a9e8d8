"""What nobody may do by a detour: limits of sessions, names that come again, roles that are handed on, and refusals that hold
even where nobody can tell what they depend on. What is not offered is refused, and never left out in silence.

[hub-id-3] decisions, [hub-id-4] sessions, [hub-id-5] what is not offered, [hub-job-4]. A08, A11.
"""

import json
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.exceptions import ClientError
from devices import Device
from hub import REGION, credentials_of, fresh
from store import allow, deny, document, make_bucket, put, read, turned_down, user_with

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def trusting(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(hub, principal=None, name=None, *statements):
    iam, name = hub.client("iam"), name or fresh("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(principal or {"AWS": f"arn:aws:iam::{hub.account}:root"}))
    iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=document(*(statements or [allow("*")])))
    return role["Role"]["Arn"]


def remove_role(hub, name):
    hub.client("iam").delete_role_policy(RoleName=name, PolicyName="only")
    hub.client("iam").delete_role(RoleName=name)


def assume(hub, role, **arguments):
    return credentials_of(hub.client("sts").assume_role(RoleArn=role, RoleSessionName="night", **arguments)["Credentials"])


@pytest.fixture
def bucket(hub):
    name = make_bucket(hub)
    put(hub.client("s3"), name, "kept")
    return name


# -- sessions ---------------------------------------------------------------------------------------------------------


def test_policies_of_a_session_limit_it(hub, bucket):
    """[hub-id-4] Any of those that it was lent with allows, and nothing beyond them."""
    s3 = hub.client("s3", **assume(hub, make_role(hub), PolicyArns=[{"arn": READER}]))
    assert read(s3, bucket, "kept") == b"frame"
    with turned_down(403, "AccessDenied"):
        put(s3, bucket, "more")
    writing = document(allow("s3:PutObject"))
    s3 = hub.client("s3", **assume(hub, make_role(hub), PolicyArns=[{"arn": READER}], Policy=writing))
    put(s3, bucket, "more")
    with turned_down(403, "AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="more")


def test_limit_that_is_gone_allows_nothing(hub, bucket):
    """[hub-id-4]"""
    iam, name = hub.client("iam"), fresh("limit")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    s3 = hub.client("s3", **assume(hub, make_role(hub), PolicyArns=[{"arn": arn}]))
    assert read(s3, bucket, "kept") == b"frame"
    iam.delete_policy(PolicyArn=arn)
    with turned_down(403, "AccessDenied"):
        read(s3, bucket, "kept")


def test_unknown_limit_is_refused(hub):
    with turned_down(400, "MalformedPolicyDocument"):
        assume(hub, make_role(hub), PolicyArns=[{"arn": "arn:aws:iam::aws:policy/NoneOfOurs"}])


@pytest.mark.parametrize(
    "wish",
    [{"Tags": [{"Key": "a", "Value": "b"}]}, {"TransitiveTagKeys": ["a"]}, {"SourceIdentity": "ann"}, {"SerialNumber": "arn:aws:iam::1:mfa/a", "TokenCode": "123456"}],
    ids=["tags", "transitive", "source", "second factor"],
)  # fmt: skip
def test_wishes_of_a_session_that_are_not_heeded(hub, wish):
    """[hub-id-5]"""
    with turned_down(400, "ValidationError") as caught:
        assume(hub, make_role(hub), **wish)
    assert next(iter(wish)) in str(caught.value)


def test_name_that_is_given_again_is_somebody_else(hub):
    """[hub-id-4] Sessions of a user or a role that is gone stay without rights."""
    iam, name = hub.client("iam"), fresh("phoenix")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = credentials_of(hub.client("sts", **credentials_of(key)).get_session_token()["Credentials"])
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    with turned_down(403, "AccessDenied"):
        hub.client("iam", **session).list_users()

    role = fresh("role")
    session = assume(hub, make_role(hub, None, role))
    hub.client("iam", **session).list_users()
    remove_role(hub, role)
    make_role(hub, None, role)
    with turned_down(403, "AccessDenied"):
        hub.client("iam", **session).list_users()


# -- decisions --------------------------------------------------------------------------------------------------------


def test_policy_that_must_not_be_attached(hub):
    """[hub-id-3] iam:PolicyARN is told."""
    iam, name = hub.client("iam"), fresh("user")
    iam.create_user(UserName=name)
    condition = {"ArnEquals": {"iam:PolicyARN": ADMINISTRATOR}}
    keeper = user_with(hub, allow("iam:AttachUserPolicy"), deny("iam:AttachUserPolicy", Condition=condition))
    hub.client("iam", **keeper).attach_user_policy(UserName=name, PolicyArn=READER)
    with turned_down(403, "AccessDenied"):
        hub.client("iam", **keeper).attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"secretsmanager:ResourceTag/class": "top"}},
        {"StringLike": {"aws:ResourceTag/class": "t*"}},
        {"ForAnyValue:StringEquals": {"secretsmanager:anything": "x"}},
        {"Null": {"secretsmanager:ResourceTag/class": "false"}},
        {"StringEquals": {"aws:RequestTag/class": "top"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "class"}},
    ],
    ids=["service", "resource", "any", "null", "request", "keys of tags"],
)
def test_refusal_by_what_nobody_can_tell_holds(hub, condition):
    """[hub-id-3] What nobody can tell of a request is no reason to let it pass."""
    secrets, name = hub.client("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="x", Tags=[{"Key": "class", "Value": "top"}])
    reader = user_with(hub, allow("*"), deny("secretsmanager:GetSecretValue", Condition=condition))
    with turned_down(400, "AccessDeniedException"):
        hub.client("secretsmanager", **reader).get_secret_value(SecretId=name)
    # And says nothing about anything else.
    hub.client("secretsmanager", **reader).describe_secret(SecretId=name)


@pytest.mark.parametrize(
    "condition, may",
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Bool": {"aws:ViaAWSService": "true"}}, True),
        ({"StringLike": {"aws:ResourceAccount": "*"}}, False),
        ({"StringEquals": {"aws:ResourceAccount": "111122223333"}}, True),
        ({"StringLike": {"aws:userid": "AIDA*"}}, False),
        ({"StringNotLike": {"aws:userId": "AIDA*"}}, True),
    ],
)  # fmt: skip
def test_refusal_by_what_is_known_is_decided(hub, bucket, condition, may):
    """[hub-id-3] What there is none of here is absent, as AWS has it."""
    s3 = hub.client("s3", **user_with(hub, allow("s3:*"), deny("s3:GetObject", Condition=condition)))
    if may:
        assert read(s3, bucket, "kept") == b"frame"
    else:
        with turned_down(403, "AccessDenied"):
            read(s3, bucket, "kept")


def test_reader_of_everything_reads_no_secrets(hub):
    """[hub-id-5] ReadOnlyAccess as AWS has it."""
    name, user = fresh("secret"), fresh("reader")
    hub.client("secretsmanager").create_secret(Name=name, SecretString="x")
    iam = hub.client("iam")
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    key = credentials_of(iam.create_access_key(UserName=user)["AccessKey"])
    secrets = hub.client("secretsmanager", **key)
    assert secrets.describe_secret(SecretId=name)["Name"] == name
    hub.client("greengrassv2", **key).list_deployments()
    hub.client("logs", **key).describe_log_groups()
    with turned_down(400, "AccessDeniedException"):
        secrets.get_secret_value(SecretId=name)


# -- roles that are handed on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["create_role_alias", "update_role_alias"])
def test_role_is_not_handed_to_devices_without_leave(hub, operation):
    """[hub-id-3] Whoever makes an alias could take the role for himself."""
    role, alias = make_role(hub, {"Service": "credentials.iot.amazonaws.com"}), fresh("alias")
    if operation == "update_role_alias":
        hub.client("iot").create_role_alias(roleAlias=alias, roleArn=role)
    with turned_down(403, "AccessDeniedException") as caught:
        getattr(hub.client("iot", **user_with(hub, allow("iot:*"))), operation)(roleAlias=alias, roleArn=role)
    assert "iam:PassRole" in str(caught.value)
    passing = allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "credentials.iot.amazonaws.com"}})
    getattr(hub.client("iot", **user_with(hub, allow("iot:*"), passing)), operation)(roleAlias=alias, roleArn=role)


def test_devices_have_a_role_no_longer_than_it_allows(hub, tmp_path):
    """[hub-device-2] The alias may ask for more."""
    device, alias = Device(hub, tmp_path), fresh("alias")
    role = make_role(hub, {"Service": "credentials.iot.amazonaws.com"})
    hub.client("iot").create_role_alias(roleAlias=alias, roleArn=role, credentialDurationSeconds=43_200)
    status, said = device.ask("GET", f"/role-aliases/{alias}/credentials")
    assert status == 200
    keys = said["credentials"]
    session = boto3.session.Session(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"], region_name=REGION)
    session.client("sts", endpoint_url=hub.url).get_caller_identity()
    ends = datetime.fromisoformat(keys["expiration"].replace("Z", "+00:00"))
    assert ends - datetime.now(timezone.utc) < timedelta(seconds=3601)


def test_job_is_for_whom_one_may_give_jobs(hub):
    """[hub-job-1] Its things and groups are asked for too."""
    iot, thing = hub.client("iot"), fresh("press")
    iot.create_thing(thingName=thing)
    target = hub.arn("iot", f"thing/{thing}")
    wish = {"targets": [target], "document": '{"op": "wipe"}'}
    for statements in ([allow("iot:*", hub.arn("iot", "job/*"))], [allow("*"), deny("iot:*", target)]):
        with turned_down(403, "AccessDeniedException"):
            hub.client("iot", **user_with(hub, *statements)).create_job(jobId=fresh("job"), **wish)
    assert iot.list_job_executions_for_thing(thingName=thing)["executionSummaries"] == []
    hub.client("iot", **user_with(hub, allow("iot:CreateJob"))).create_job(jobId=fresh("job"), **wish)


# -- what is not offered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "service, operation, arguments",
    [
        ("iam", "create_user", {"UserName": "u", "PermissionsBoundary": READER}),
        ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": trusting({"AWS": "*"}), "PermissionsBoundary": READER}),
        ("iot", "create_job", {"jobId": "j", "targets": ["T"], "document": "{}", "schedulingConfig": {"startTime": "2027-05-01 10:00"}}),
        ("iot", "create_job", {"jobId": "j", "targets": ["T"], "document": "{}", "jobExecutionsRetryConfig": {"criteriaList": [{"failureType": "ALL", "numberOfRetries": 1}]}}),
        ("iot", "create_job", {"jobId": "j", "targets": ["T"], "document": "{}", "presignedUrlConfig": {"roleArn": "arn:aws:iam::1:role/rolename"}}),
        ("iot", "create_job", {"jobId": "j", "targets": ["T"], "document": "{}", "jobTemplateArn": "arn:aws:iot:us-east-1:1:jobtemplate/t"}),
        ("iot", "list_jobs", {"thingGroupId": "g"}),
        ("events", "create_event_bus", {"Name": "b", "KmsKeyIdentifier": "k"}),
        ("events", "create_archive", {"ArchiveName": "a", "EventSourceArn": "arn:aws:events:us-east-1:1:event-bus/b", "KmsKeyIdentifier": "k"}),
    ],
)  # fmt: skip
def test_what_would_not_be_done_is_refused(hub, service, operation, arguments):
    """[hub-id-5] [hub-job-4] By its name, and nothing is done."""
    thing = fresh("press")
    hub.client("iot").create_thing(thingName=thing)
    if "targets" in arguments:
        arguments = arguments | {"jobId": fresh("job"), "targets": [hub.arn("iot", f"thing/{thing}")]}
    with pytest.raises(ClientError) as caught:
        getattr(hub.client(service), operation)(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert list(arguments)[-1] in str(caught.value) and "not offered" in str(caught.value)
    assert hub.client("iot").list_job_executions_for_thing(thingName=thing)["executionSummaries"] == []


def test_jobs_of_a_group(hub):
    """[hub-job-1] With their tags."""
    iot, group = hub.client("iot"), fresh("hall")
    target = iot.create_thing_group(thingGroupName=group)["thingGroupArn"]
    tags = [{"Key": "line", "Value": "7"}]
    made = iot.create_job(jobId=fresh("job"), targets=[target], document="{}", tags=tags)
    assert [row["jobId"] for row in iot.list_jobs(thingGroupName=group)["jobs"]] == [made["jobId"]]
    assert iot.list_jobs(thingGroupName=fresh("none"))["jobs"] == []
    assert iot.list_tags_for_resource(resourceArn=made["jobArn"])["tags"] == tags
