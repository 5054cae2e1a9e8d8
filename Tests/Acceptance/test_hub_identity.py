"""Who calls the hub, and what they may do: its account and keys, STS, IAM, secrets, and the audit. A01 A02."""

import base64
import json
import os
import re
import sqlite3
import string
import subprocess
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from hub import credentials_of, fresh, pages, refused, token
from server import wait_until

TOKEN_EXCHANGE = "arn:aws:iam::aws:policy/GreengrassV2TokenExchangeRoleAccess"
RECIPE_PASSWORD = {
    "PasswordLength": 6,
    "ExcludePunctuation": True,
    "ExcludeUppercase": True,
    "RequireEachIncludedType": True,
}
SEEN_SECONDS = 5


def statement(effect, action, resource="*", **others):
    return {"Effect": effect, "Action": action, "Resource": resource} | others


def allow(action, resource="*", **others):
    return statement("Allow", action, resource, **others)


def deny(action, resource="*", **others):
    return statement("Deny", action, resource, **others)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def several(value):
    """A policy says one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def trust(principal, **others):
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} | others)


def root_of(hub):
    return {"AWS": f"arn:aws:iam::{hub.account}:root"}


def groups(hub, name):
    """The resource of CreateLogGroup for this name or pattern."""
    return hub.arn("logs", f"log-group:{name}")


def make_user(hub, *statements):
    """A user with one inline policy, and the credentials of its key."""
    iam, name = hub.client("iam"), fresh("user")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document(*statements))
    return name, credentials_of(iam.create_access_key(UserName=name)["AccessKey"])


def make_role(hub, trusted, *statements, **others):
    """A role with one inline policy; its ARN and its name."""
    iam, name = hub.client("iam"), fresh("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **others)["Role"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=document(*statements))
    return role["Arn"], name


def make_policy(hub, *statements):
    """A customer's managed policy; its ARN."""
    made = hub.client("iam").create_policy(
        PolicyName=fresh("policy"), PolicyDocument=document(*(statements or [allow("s3:GetObject")]))
    )
    return made["Policy"]["Arn"]


def assume(hub, arn, session="night-shift", **arguments):
    return hub.client("sts").assume_role(RoleArn=arn, RoleSessionName=session, **arguments)


def may_create(hub, credentials, name):
    """Whether these credentials may make this log group; made is made."""
    try:
        hub.client("logs", **credentials).create_log_group(logGroupName=name)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException", error
        return False
    return True


# -- the program ------------------------------------------------------------------------------------------------------


def test_a_shell_gets_all_it_needs_from_env(hub):
    """A01: what `lineside env` prints is for `eval`."""
    said, names = hub.verb("env"), hub.environment()
    assert said.returncode == 0, said.stderr
    assert {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} < set(names)
    words = " ".join(f'"${name}"' for name in names)
    script = f"{said.stdout}\nprintf '%s\\n' {words}"
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": os.defpath})
    assert printed.stdout.splitlines() == [str(value) for value in names.values()]


def test_env_names_this_hub_and_its_region(hub):
    """A01"""
    said = hub.environment()
    assert said["AWS_ENDPOINT_URL"].rstrip("/") == hub.url
    assert said["AWS_REGION"] == "us-east-1"


def test_config_file_of_env_sends_blobs_as_they_are(hub):
    """A14: without this, CLI v2 decodes a recipe as base64 before it sends it."""
    with open(hub.environment()["AWS_CONFIG_FILE"]) as file:
        assert re.search(r"^\s*cli_binary_format\s*=\s*raw-in-base64-out\s*$", file.read(), re.MULTILINE)


def test_it_ends_at_sigterm_and_is_the_same_account_afterwards(make_hub):
    """A01"""
    hub = make_hub()
    before, key = hub.client("sts").get_caller_identity(), hub.administrator
    assert hub.stop() == 0
    hub.start()
    after = hub.client("sts").get_caller_identity()
    assert (after["Account"], after["Arn"], after["UserId"]) == (before["Account"], before["Arn"], before["UserId"])
    assert hub.administrator == key


# -- STS --------------------------------------------------------------------------------------------------------------


def test_caller_is_of_an_account_of_twelve_digits(hub):
    """A01"""
    identity = hub.client("sts").get_caller_identity()
    assert re.fullmatch(r"\d{12}", identity["Account"])
    assert identity["Arn"].startswith(f"arn:aws:iam::{identity['Account']}:")
    assert identity["UserId"]


def test_wrong_secret_is_refused(hub):
    """A01"""
    wrong = hub.administrator | {"aws_secret_access_key": "not" + hub.administrator["aws_secret_access_key"]}
    with refused("SignatureDoesNotMatch") as caught:
        hub.client("sts", **wrong).get_caller_identity()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with refused("InvalidSignatureException"):
        hub.client("logs", **wrong).describe_log_groups()


def test_unknown_key_is_refused(hub):
    """A01"""
    unknown = hub.administrator | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    with refused("InvalidClientTokenId") as caught:
        hub.client("sts", **unknown).get_caller_identity()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with refused("UnrecognizedClientException"):
        hub.client("logs", **unknown).describe_log_groups()


def test_everybody_may_ask_who_they_are(hub):
    """A01: GetCallerIdentity needs no permission, not even where one is denied."""
    name, key = make_user(hub, deny("sts:*"))
    assert hub.client("sts", **key).get_caller_identity()["Arn"] == f"arn:aws:iam::{hub.account}:user/{name}"


def test_role_is_assumed_by_whom_it_trusts(hub):
    """A08"""
    arn, name = make_role(hub, trust(root_of(hub)))
    before = datetime.now(timezone.utc)
    answer = assume(hub, arn, DurationSeconds=900)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{hub.account}:assumed-role/{name}/night-shift"
    assert re.fullmatch(r"AROA[A-Z0-9]+:night-shift", answer["AssumedRoleUser"]["AssumedRoleId"])
    given = answer["Credentials"]
    assert given["AccessKeyId"].startswith("ASIA") and given["SessionToken"]
    assert abs(given["Expiration"] - before - timedelta(seconds=900)) < timedelta(seconds=30)


def test_session_lasts_an_hour_unless_it_is_told_otherwise(hub):
    """A08"""
    arn, _ = make_role(hub, trust(root_of(hub)))
    left = assume(hub, arn)["Credentials"]["Expiration"] - datetime.now(timezone.utc)
    assert abs(left - timedelta(hours=1)) < timedelta(seconds=30)


def test_session_is_who_it_says(hub):
    """A08"""
    arn, name = make_role(hub, trust(root_of(hub)))
    answer = assume(hub, arn)
    identity = hub.client("sts", **credentials_of(answer["Credentials"])).get_caller_identity()
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert identity["Account"] == hub.account


@pytest.mark.parametrize("service", ["credentials.iot.amazonaws.com", "sagemaker.amazonaws.com"])
def test_role_of_a_service_is_not_for_people(hub, service):
    """A08: the recipes' two roles trust a service each."""
    arn, _ = make_role(hub, trust({"Service": service}))
    with refused("AccessDenied"):
        assume(hub, arn)


def test_role_that_is_not_there_cannot_be_assumed(hub):
    """A08"""
    with refused("AccessDenied"):
        assume(hub, f"arn:aws:iam::{hub.account}:role/{fresh('nobody')}")


def test_user_needs_the_trust_of_the_role_and_a_permission(hub):
    """A08: the account's root in a trust policy leaves it to the users' own policies."""
    arn, _ = make_role(hub, trust(root_of(hub)))
    _, nobody = make_user(hub)
    with refused("AccessDenied"):
        hub.client("sts", **nobody).assume_role(RoleArn=arn, RoleSessionName="night-shift")
    _, somebody = make_user(hub, allow("sts:AssumeRole", arn))
    assert hub.client("sts", **somebody).assume_role(RoleArn=arn, RoleSessionName="night-shift")["Credentials"]


def test_user_whom_the_role_names_needs_nothing_else(hub):
    """A08"""
    name, key = make_user(hub)
    arn, _ = make_role(hub, trust({"AWS": f"arn:aws:iam::{hub.account}:user/{name}"}))
    assert hub.client("sts", **key).assume_role(RoleArn=arn, RoleSessionName="night-shift")["Credentials"]
    _, other = make_user(hub)
    with refused("AccessDenied"):
        hub.client("sts", **other).assume_role(RoleArn=arn, RoleSessionName="night-shift")


def test_conditions_of_a_trust_policy_count(hub):
    """A08"""
    arn, _ = make_role(hub, trust(root_of(hub), Condition={"StringEquals": {"sts:ExternalId": "line-7"}}))
    with refused("AccessDenied"):
        assume(hub, arn)
    with refused("AccessDenied"):
        assume(hub, arn, ExternalId="line-8")
    assert assume(hub, arn, ExternalId="line-7")["Credentials"]


def test_changed_trust_policy_counts_from_now_on(hub):
    """A08"""
    arn, name = make_role(hub, trust(root_of(hub)))
    assume(hub, arn)
    hub.client("iam").update_assume_role_policy(
        RoleName=name, PolicyDocument=trust({"Service": "sagemaker.amazonaws.com"})
    )
    with refused("AccessDenied"):
        assume(hub, arn)


@pytest.mark.parametrize("seconds", [899, 3601, 43201])
def test_session_may_not_last_longer_than_its_role_says(hub, seconds):
    """A08: a role allows an hour unless it says otherwise, and no session is shorter than a quarter of one."""
    arn, _ = make_role(hub, trust(root_of(hub)))
    with refused("ValidationError"):
        assume(hub, arn, DurationSeconds=seconds)


@pytest.mark.parametrize("name", ["x", "two words", "a/b", "n" * 65])
def test_strange_session_names_are_refused(hub, name):
    """A08"""
    arn, _ = make_role(hub, trust(root_of(hub)))
    with refused("ValidationError"):
        assume(hub, arn, session=name)


def test_session_may_what_its_role_may(hub):
    """A10"""
    arn, _ = make_role(hub, trust(root_of(hub)), allow("logs:CreateLogGroup", groups(hub, "/role/*")))
    key = credentials_of(assume(hub, arn)["Credentials"])
    assert may_create(hub, key, fresh("/role/g"))
    assert not may_create(hub, key, fresh("/elsewhere/g"))


def test_policy_of_a_session_only_takes_away(hub):
    """A10"""
    arn, _ = make_role(hub, trust(root_of(hub)), allow("logs:CreateLogGroup", groups(hub, "/role/*")))
    session = document(allow("logs:*", groups(hub, "/role/a/*")), allow("logs:*", groups(hub, "/other/*")))
    key = credentials_of(assume(hub, arn, Policy=session)["Credentials"])
    assert may_create(hub, key, fresh("/role/a/g"))
    assert not may_create(hub, key, fresh("/role/b/g"))
    assert not may_create(hub, key, fresh("/other/g"))


@pytest.mark.parametrize("service, code", [("sts", "InvalidClientTokenId"), ("logs", "UnrecognizedClientException")])
@pytest.mark.parametrize("spoil", ["changed", "missing", "of another session"])
def test_session_token_belongs_to_its_key(hub, service, code, spoil):
    """A08"""
    arn, _ = make_role(hub, trust(root_of(hub)), allow("logs:*"))
    key = credentials_of(assume(hub, arn)["Credentials"])
    good = key["aws_session_token"]
    if spoil == "missing":
        del key["aws_session_token"]
    elif spoil == "changed":
        key["aws_session_token"] = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    else:
        key["aws_session_token"] = assume(hub, arn)["Credentials"]["SessionToken"]
    client = hub.client(service, **key)
    with refused(code):
        client.get_caller_identity() if service == "sts" else client.describe_log_groups()


def test_session_outlives_a_killed_hub(make_hub):
    """A08"""
    hub = make_hub()
    arn, _ = make_role(hub, trust(root_of(hub)))
    answer = assume(hub, arn)
    hub.restart_killed()
    identity = hub.client("sts", **credentials_of(answer["Credentials"])).get_caller_identity()
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]


# -- random passwords -------------------------------------------------------------------------------------------------


def password(hub, **flags):
    return hub.client("secretsmanager").get_random_password(**flags)["RandomPassword"]


def kinds(text):
    """The types of characters in it."""
    of = {
        "lower": string.ascii_lowercase,
        "upper": string.ascii_uppercase,
        "digit": string.digits,
        "punctuation": string.punctuation,
        "space": " ",
    }
    found = {kind for kind, letters in of.items() if set(text) & set(letters)}
    assert not set(text) - set("".join(of.values())), text
    return found


def test_thousand_passwords_of_the_recipe(hub):
    """A02"""
    made = [password(hub, **RECIPE_PASSWORD) for _ in range(1000)]
    assert all(re.fullmatch(r"[a-z0-9]{6}", text) and kinds(text) == {"lower", "digit"} for text in made)
    assert len(set(made)) >= 999
    assert set("".join(made)) == set(string.ascii_lowercase + string.digits)


@pytest.mark.parametrize(
    "flags, length, expected",
    [
        ({}, 32, {"lower", "upper", "digit", "punctuation"}),
        ({"PasswordLength": 4}, 4, {"lower", "upper", "digit", "punctuation"}),
        ({"PasswordLength": 4096}, 4096, {"lower", "upper", "digit", "punctuation"}),
        ({"ExcludeNumbers": True}, 32, {"lower", "upper", "punctuation"}),
        ({"ExcludePunctuation": True}, 32, {"lower", "upper", "digit"}),
        ({"ExcludeUppercase": True}, 32, {"lower", "digit", "punctuation"}),
        ({"ExcludeLowercase": True}, 32, {"upper", "digit", "punctuation"}),
        ({"PasswordLength": 3, "ExcludeLowercase": True}, 3, {"upper", "digit", "punctuation"}),
        ({"PasswordLength": 2, "ExcludeUppercase": True, "ExcludePunctuation": True}, 2, {"lower", "digit"}),
        ({"ExcludeCharacters": string.digits[1:], "PasswordLength": 8}, 8, {"lower", "upper", "digit", "punctuation"}),
    ],
)
def test_password_has_each_type_that_is_not_left_out(hub, flags, length, expected):
    """A02: one of each is what AWS does unless it is told not to."""
    for _ in range(20):
        made = password(hub, **flags)
        assert (len(made), kinds(made)) == (length, expected)


def test_password_without_certain_characters(hub):
    """A02"""
    made = "".join(password(hub, ExcludeCharacters="abcXYZ019 /\"'@") for _ in range(100))
    assert not set(made) & set("abcXYZ019/\"'@")


def test_password_with_spaces(hub):
    """A02"""
    made = [password(hub, IncludeSpace=True) for _ in range(100)]
    assert {len(text) for text in made} == {32}
    assert any("space" in kinds(text) for text in made)


def test_password_need_not_have_each_type(hub):
    """A02"""
    made = [password(hub, PasswordLength=1, RequireEachIncludedType=False) for _ in range(100)]
    assert {len(text) for text in made} == {1}
    assert len({kind for text in made for kind in kinds(text)}) > 1


@pytest.mark.parametrize(
    "flags",
    [
        {"PasswordLength": 0},
        {"PasswordLength": -1},
        {"PasswordLength": 4097},
        {"PasswordLength": 3},
        {"PasswordLength": 1, "ExcludePunctuation": True, "ExcludeUppercase": True},
        {"ExcludeLowercase": True, "ExcludeUppercase": True, "ExcludeNumbers": True, "ExcludePunctuation": True},
        {"ExcludeCharacters": string.digits, "RequireEachIncludedType": True},
    ],
)
def test_impossible_passwords_are_refused(hub, flags):
    """A02"""
    with refused("InvalidParameterException", "ValidationException"):
        password(hub, **flags)


# -- secrets ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secrets(hub):
    return hub.client("secretsmanager")


def make_secret(secrets, value="one", **arguments):
    """The answer of CreateSecret for a new name."""
    return secrets.create_secret(Name=fresh("line/secret"), SecretString=value, **arguments)


def value_of(secrets, name, **arguments):
    return secrets.get_secret_value(SecretId=name, **arguments)["SecretString"]


def test_secret_is_read_as_it_was_written(hub, secrets):
    made = make_secret(secrets, 'pässword "one"\n{}')
    assert re.fullmatch(re.escape(hub.arn("secretsmanager", f"secret:{made['Name']}-")) + r"\w{6}", made["ARN"])
    read = secrets.get_secret_value(SecretId=made["Name"])
    assert read["SecretString"] == 'pässword "one"\n{}'
    assert (read["ARN"], read["Name"], read["VersionId"]) == (made["ARN"], made["Name"], made["VersionId"])
    assert read["VersionStages"] == ["AWSCURRENT"]
    assert "SecretBinary" not in read


def test_secret_of_bytes(secrets):
    name, value = fresh("bytes"), bytes(range(256))
    secrets.create_secret(Name=name, SecretBinary=value)
    read = secrets.get_secret_value(SecretId=name)
    assert read["SecretBinary"] == value
    assert "SecretString" not in read


@pytest.mark.parametrize("shorten", [lambda made: made["ARN"], lambda made: made["ARN"][:-7]])
def test_secret_is_found_by_its_arn(secrets, shorten):
    """Whole, and without the six characters at its end."""
    made = make_secret(secrets)
    assert value_of(secrets, shorten(made)) == "one"


def test_two_secrets_of_one_name_are_refused(secrets):
    made = make_secret(secrets)
    with refused("ResourceExistsException"):
        secrets.create_secret(Name=made["Name"], SecretString="one")


def test_secret_is_made_once_for_one_token(secrets):
    """ClientRequestToken: the same again is the same secret, something else under it is refused."""
    name, once = fresh("once"), token()
    made = secrets.create_secret(Name=name, SecretString="one", ClientRequestToken=once)
    again = secrets.create_secret(Name=name, SecretString="one", ClientRequestToken=once)
    assert made["VersionId"] == once
    assert (again["ARN"], again["VersionId"]) == (made["ARN"], made["VersionId"])
    with refused("ResourceExistsException"):
        secrets.create_secret(Name=name, SecretString="two", ClientRequestToken=once)


def test_value_is_put_once_for_one_token(secrets):
    name, once = make_secret(secrets)["Name"], token()
    for _ in range(2):
        put = secrets.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=once)
        assert put["VersionId"] == once
    with refused("ResourceExistsException"):
        secrets.put_secret_value(SecretId=name, SecretString="three", ClientRequestToken=once)
    assert value_of(secrets, name, VersionStage="AWSPREVIOUS") == "one"
    assert value_of(secrets, name) == "two"


def test_value_before_is_kept(secrets):
    made = make_secret(secrets)
    put = secrets.put_secret_value(SecretId=made["Name"], SecretString="two")
    assert put["VersionStages"] == ["AWSCURRENT"]
    assert value_of(secrets, made["Name"]) == "two"
    assert value_of(secrets, made["Name"], VersionStage="AWSPREVIOUS") == "one"
    assert value_of(secrets, made["Name"], VersionId=made["VersionId"]) == "one"
    stages = secrets.describe_secret(SecretId=made["Name"])["VersionIdsToStages"]
    assert stages == {made["VersionId"]: ["AWSPREVIOUS"], put["VersionId"]: ["AWSCURRENT"]}


def test_secret_is_described_without_its_value(secrets):
    made = make_secret(secrets, "hidden", Description="of the press", Tags=[{"Key": "line", "Value": "7"}])
    said = secrets.describe_secret(SecretId=made["Name"])
    assert (said["ARN"], said["Name"], said["Description"]) == (made["ARN"], made["Name"], "of the press")
    assert said["Tags"] == [{"Key": "line", "Value": "7"}]
    assert abs(said["CreatedDate"] - datetime.now(timezone.utc)) < timedelta(minutes=2)
    assert "hidden" not in json.dumps(said, default=str)


def test_secret_is_updated(secrets):
    made = make_secret(secrets)
    secrets.update_secret(SecretId=made["Name"], Description="new words")
    assert value_of(secrets, made["Name"]) == "one"
    updated = secrets.update_secret(SecretId=made["Name"], SecretString="two")
    assert updated["VersionId"] != made["VersionId"]
    assert value_of(secrets, made["Name"]) == "two"
    assert secrets.describe_secret(SecretId=made["Name"])["Description"] == "new words"


def test_secret_may_have_no_value_yet(secrets):
    name = fresh("empty")
    secrets.create_secret(Name=name)
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=name)
    secrets.put_secret_value(SecretId=name, SecretString="one")
    assert value_of(secrets, name) == "one"


@pytest.mark.parametrize(
    "call",
    [
        lambda secrets, name: secrets.get_secret_value(SecretId=name),
        lambda secrets, name: secrets.put_secret_value(SecretId=name, SecretString="x"),
        lambda secrets, name: secrets.describe_secret(SecretId=name),
        lambda secrets, name: secrets.update_secret(SecretId=name, SecretString="x"),
        lambda secrets, name: secrets.delete_secret(SecretId=name),
        lambda secrets, name: secrets.restore_secret(SecretId=name),
    ],
    ids=["get", "put", "describe", "update", "delete", "restore"],
)
def test_secret_that_is_not_there(secrets, call):
    with refused("ResourceNotFoundException"):
        call(secrets, fresh("nothing"))


def test_version_that_is_not_there(secrets):
    name = make_secret(secrets)["Name"]
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=name, VersionId=token())
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")


def test_deleted_secret_can_be_restored(secrets):
    name = make_secret(secrets)["Name"]
    deleted = secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert abs(deleted["DeletionDate"] - datetime.now(timezone.utc) - timedelta(days=7)) < timedelta(minutes=2)
    with refused("InvalidRequestException"):
        secrets.get_secret_value(SecretId=name)
    assert secrets.describe_secret(SecretId=name)["DeletedDate"]
    secrets.restore_secret(SecretId=name)
    assert value_of(secrets, name) == "one"
    assert "DeletedDate" not in secrets.describe_secret(SecretId=name)


@pytest.mark.parametrize(
    "call",
    [
        lambda secrets, name: secrets.put_secret_value(SecretId=name, SecretString="x"),
        lambda secrets, name: secrets.update_secret(SecretId=name, SecretString="x"),
        lambda secrets, name: secrets.create_secret(Name=name, SecretString="x"),
    ],
    ids=["put", "update", "create"],
)
def test_deleted_secret_is_not_written(secrets, call):
    """Its name stays taken until its recovery window is over."""
    name = make_secret(secrets)["Name"]
    secrets.delete_secret(SecretId=name)
    with refused("InvalidRequestException"):
        call(secrets, name)


def test_recovery_window_is_thirty_days_unless_it_is_told(secrets):
    name = make_secret(secrets)["Name"]
    deleted = secrets.delete_secret(SecretId=name)
    assert abs(deleted["DeletionDate"] - datetime.now(timezone.utc) - timedelta(days=30)) < timedelta(minutes=2)


@pytest.mark.parametrize(
    "how",
    [
        {"RecoveryWindowInDays": 6},
        {"RecoveryWindowInDays": 31},
        {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
    ],
)
def test_impossible_recovery_windows_are_refused(secrets, how):
    name = make_secret(secrets)["Name"]
    with refused("InvalidParameterException"):
        secrets.delete_secret(SecretId=name, **how)
    assert value_of(secrets, name) == "one"


def test_secret_deleted_by_force_is_gone(secrets):
    name = make_secret(secrets)["Name"]
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=name)
    with refused("ResourceNotFoundException"):
        secrets.restore_secret(SecretId=name)
    secrets.create_secret(Name=name, SecretString="again")
    assert value_of(secrets, name) == "again"


def test_list_of_secrets_leaves_out_the_deleted(secrets):
    kept, gone = make_secret(secrets)["Name"], make_secret(secrets)["Name"]
    secrets.delete_secret(SecretId=gone)

    def names(**arguments):
        answers = pages(secrets.list_secrets, "NextToken", **arguments)
        return {row["Name"] for answer in answers for row in answer["SecretList"]}

    assert kept in names() and gone not in names()
    assert {kept, gone} <= names(IncludePlannedDeletion=True)


def test_list_of_secrets_by_pages_and_by_name(secrets):
    stem = fresh("paged")
    made = {f"{stem}/{number}" for number in range(5)}
    for name in made:
        secrets.create_secret(Name=name, SecretString="hidden")
    found = []
    filters = [{"Key": "name", "Values": [stem]}]
    for answer in pages(secrets.list_secrets, "NextToken", MaxResults=2, Filters=filters):
        assert len(answer["SecretList"]) <= 2
        assert "hidden" not in json.dumps(answer, default=str)
        found += [row["Name"] for row in answer["SecretList"]]
    assert sorted(found) == sorted(made)


PRESS, OVEN, BELT = "pressQuokka7", "oven", "belt"


@pytest.fixture(scope="module")
def filtered(secrets):
    """Three secrets: what their names begin with."""
    stem = fresh("filtered")
    for name, words, tag in ((PRESS, "Of the press", "line"), (OVEN, "of the quokka", "Line"), (BELT, "", "")):
        tags = [{"Key": f"{stem}-{tag}", "Value": f"{stem}-{name}"}] if tag else []
        secrets.create_secret(Name=f"{stem}/{name}", SecretString="x", Description=words, Tags=tags)
    return stem


@pytest.mark.parametrize(
    "filters, found",
    [
        ({}, {PRESS, OVEN, BELT}),
        ({"name": ["{}/press"]}, {PRESS}),
        ({"name": ["{}/Press"]}, set()),
        ({"name": ["{}/o", "{}/b"]}, {OVEN, BELT}),
        ({"name": ["!{}/press"]}, {OVEN, BELT}),
        ({"name": ["!{}/press", "!{}/oven"]}, {BELT}),
        ({"name": ["{}", "!{}/oven"]}, {PRESS, BELT}),
        ({"description": ["OF THE"]}, {PRESS, OVEN}),
        ({"description": ["!of the p"]}, {OVEN, BELT}),
        ({"tag-key": ["{}-line"]}, {PRESS}),
        ({"tag-key": ["!{}"]}, {BELT}),
        ({"tag-value": ["{}-o"]}, {OVEN}),
        ({"tag-key": ["{}-"], "tag-value": ["{}-p"]}, {PRESS}),
        ({"all": ["QUOKKA"]}, {PRESS, OVEN}),
        ({"all": ["nothing_quokka"]}, {PRESS, OVEN}),
        ({"all": ["quokk"]}, set()),
        ({"all": ["!quokka"]}, {BELT}),
        ({"primary-region": ["us-"]}, {PRESS, OVEN, BELT}),
        ({"primary-region": ["eu-"]}, set()),
        ({"owning-service": ["rds"]}, set()),
        ({"owning-service": ["!rds"]}, {PRESS, OVEN, BELT}),
    ],
)
def test_filters_of_secrets(secrets, filtered, filters, found):
    """hub-secret-2"""
    rows = [{"Key": key, "Values": [value.format(filtered) for value in values]} for key, values in filters.items()]
    listed = secrets.list_secrets(Filters=[{"Key": "name", "Values": [filtered]}, *rows])["SecretList"]
    assert {row["Name"].removeprefix(f"{filtered}/") for row in listed} == found


@pytest.mark.parametrize(
    "row", [{"Key": "colour", "Values": ["x"]}, {"Key": "name"}, {"Key": "name", "Values": []}, {"Values": ["x"]}]
)
def test_impossible_filters_of_secrets_are_refused(secrets, row):
    with refused("InvalidParameterException"):
        secrets.list_secrets(Filters=[row])


@pytest.mark.parametrize(
    "order, names",
    [
        ({}, [PRESS, OVEN, BELT]),
        ({"SortOrder": "desc"}, [BELT, OVEN, PRESS]),
        ({"SortBy": "created-date", "SortOrder": "asc"}, [PRESS, OVEN, BELT]),
        ({"SortBy": "last-changed-date"}, [PRESS, OVEN, BELT]),
        ({"SortBy": "name"}, [BELT, OVEN, PRESS]),
        ({"SortBy": "name", "SortOrder": "desc"}, [PRESS, OVEN, BELT]),
    ],
)
def test_secrets_in_an_order(secrets, filtered, order, names):
    """hub-secret-2: over all pages."""
    filters = [{"Key": "name", "Values": [filtered]}]
    answers = pages(secrets.list_secrets, "NextToken", Filters=filters, MaxResults=1, **order)
    listed = [row["Name"].removeprefix(f"{filtered}/") for answer in answers for row in answer["SecretList"]]
    assert listed == names


@pytest.mark.parametrize(
    "name, call",
    [
        ("KmsKeyId", lambda secrets, of: secrets.create_secret(Name=fresh("s"), SecretString="x", KmsKeyId="alias/k")),
        (
            "AddReplicaRegions",
            lambda secrets, of: secrets.create_secret(
                Name=fresh("s"), SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}]
            ),
        ),
        ("Type", lambda secrets, of: secrets.create_secret(Name=fresh("s"), SecretString="x", Type="partner")),
        ("KmsKeyId", lambda secrets, of: secrets.update_secret(SecretId=of, KmsKeyId="alias/k")),
        ("Type", lambda secrets, of: secrets.update_secret(SecretId=of, Type="partner")),
        (
            "RotationToken",
            lambda secrets, of: secrets.put_secret_value(SecretId=of, SecretString="y", RotationToken="t" * 36),
        ),
        ("last-accessed-date", lambda secrets, of: secrets.list_secrets(SortBy="last-accessed-date")),
    ],
)
def test_what_secrets_do_not_offer_is_refused_by_name(secrets, name, call):
    """hub-secret-1"""
    made = make_secret(secrets)["Name"]
    with refused("InvalidParameterException") as caught:
        call(secrets, made)
    assert name in str(caught.value)
    assert value_of(secrets, made) == "one"


def test_what_asks_for_nothing_more_is_taken(secrets):
    """Terraform says that no replica is to be overwritten, whatever it makes."""
    name = fresh("plain")
    secrets.create_secret(Name=name, SecretString="one", AddReplicaRegions=[], ForceOverwriteReplicaSecret=False)
    assert secrets.get_resource_policy(SecretId=name, PolicyName="default")["Name"] == name
    with refused("ResourceNotFoundException"):
        secrets.get_resource_policy(SecretId=name, PolicyName="other")


@pytest.mark.parametrize(
    "arguments",
    [
        {"Name": ""},
        {"Name": "n" * 513},
        {"Name": "two words"},
        {"Name": "ok", "SecretString": "a", "SecretBinary": b"a"},
        {"Name": "ok", "SecretString": "a", "ClientRequestToken": "short"},
    ],
)
def test_impossible_secrets_are_refused(secrets, arguments):
    with refused("InvalidParameterException", "ValidationException"):
        secrets.create_secret(**arguments)


def test_no_file_of_the_hub_has_a_secret_in_it(make_hub):
    """A07, of secrets: neither while it runs nor afterwards, neither as it is nor as it was on the wire."""
    hub = make_hub()
    secrets, marker = hub.client("secretsmanager"), f"marker-{uuid.uuid4()}"
    name = make_secret(secrets, marker)["Name"]
    secrets.put_secret_value(SecretId=name, SecretBinary=marker.encode() * 3)
    secrets.update_secret(SecretId=name, SecretString=f"<{marker}>")
    secrets.get_secret_value(SecretId=name)
    secrets.delete_secret(SecretId=name)
    spellings = {marker.encode(), base64.b64encode(marker.encode() * 3)}

    def betrayed():
        places = [*hub.files(), hub.job.log_path, hub.job.stdout_path]
        return [path for path in places if any(spelling in path.read_bytes() for spelling in spellings)]

    assert betrayed() == []
    assert hub.stop() == 0
    assert betrayed() == []


# -- roles, users and policies ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def iam(hub):
    return hub.client("iam")


def test_role_of_the_recipe(hub, iam):
    """A08"""
    trusted, name = trust({"Service": "credentials.iot.amazonaws.com"}), fresh("exchange")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, Description="für <Geräte> & 'Linien'")[
        "Role"
    ]
    assert made["Arn"] == f"arn:aws:iam::{hub.account}:role/{name}"
    assert re.fullmatch(r"AROA[A-Z0-9]{12,}", made["RoleId"])
    read = iam.get_role(RoleName=name)["Role"]
    assert read["AssumeRolePolicyDocument"] == json.loads(trusted)
    assert (read["Path"], read["Description"]) == ("/", "für <Geräte> & 'Linien'")
    assert read["MaxSessionDuration"] == 3600
    assert read["CreateDate"] == made["CreateDate"]


def test_path_is_part_of_an_arn(hub, iam):
    name = fresh("role")
    made = iam.create_role(RoleName=name, Path="/plant/two/", AssumeRolePolicyDocument=trust(root_of(hub)))["Role"]
    assert made["Arn"] == f"arn:aws:iam::{hub.account}:role/plant/two/{name}"
    found = iam.list_roles(PathPrefix="/plant/")["Roles"]
    assert name in {role["RoleName"] for role in found}


def test_policies_of_a_role_by_the_recipe(hub, iam):
    """A09: its steps in order, and its clean-up in the wrong and the right one."""
    _, role = make_role(hub, trust({"Service": "sagemaker.amazonaws.com"}))
    own = make_policy(hub, allow("s3:GetObject", "arn:aws:s3:::sagemaker-*/*"))
    for arn in (own, TOKEN_EXCHANGE):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert {row["PolicyArn"] for row in attached} == {own, TOKEN_EXCHANGE}
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 1
    with refused("DeleteConflict"):
        iam.delete_role(RoleName=role)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=own)
    for arn in (own, TOKEN_EXCHANGE):
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    iam.delete_policy(PolicyArn=own)
    iam.delete_role(RoleName=role)
    with refused("NoSuchEntity"):
        iam.get_role(RoleName=role)


def test_policy_of_the_token_exchange_is_there(iam):
    """A09: it resolves offline."""
    policy = iam.get_policy(PolicyArn=TOKEN_EXCHANGE)["Policy"]
    assert (policy["PolicyName"], policy["Arn"]) == ("GreengrassV2TokenExchangeRoleAccess", TOKEN_EXCHANGE)
    version = iam.get_policy_version(PolicyArn=TOKEN_EXCHANGE, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    actions = {action for row in version["Document"]["Statement"] for action in several(row["Action"])}
    assert {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "s3:GetBucketLocation"} <= actions


def test_policy_of_a_customer(hub, iam):
    """A09"""
    name, words = fresh("policy"), document(allow("s3:GetObject", "arn:aws:s3:::sagemaker-*"))
    made = iam.create_policy(PolicyName=name, PolicyDocument=words, Description="models")["Policy"]
    assert made["Arn"] == f"arn:aws:iam::{hub.account}:policy/{name}"
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True)
    version = iam.get_policy_version(PolicyArn=made["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(words)
    assert version["IsDefaultVersion"] is True
    listed = {
        row["Arn"]
        for answer in iam.get_paginator("list_policies").paginate(Scope="Local")
        for row in answer["Policies"]
    }
    assert made["Arn"] in listed and TOKEN_EXCHANGE not in listed


def test_inline_policy_of_a_role(hub, iam):
    """A09"""
    _, role = make_role(hub, trust(root_of(hub)))
    words = document(allow("s3:GetObject"))
    iam.put_role_policy(RoleName=role, PolicyName="first", PolicyDocument=document(deny("*")))
    iam.put_role_policy(RoleName=role, PolicyName="first", PolicyDocument=words)
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["first"]
    assert iam.get_role_policy(RoleName=role, PolicyName="first")["PolicyDocument"] == json.loads(words)
    with refused("DeleteConflict"):
        iam.delete_role(RoleName=role)
    iam.delete_role_policy(RoleName=role, PolicyName="first")
    with refused("NoSuchEntity"):
        iam.get_role_policy(RoleName=role, PolicyName="first")
    iam.delete_role(RoleName=role)


def test_user_comes_and_goes(hub, iam):
    name = fresh("user")
    made = iam.create_user(UserName=name)["User"]
    assert made["Arn"] == f"arn:aws:iam::{hub.account}:user/{name}"
    assert re.fullmatch(r"AIDA[A-Z0-9]{12,}", made["UserId"])
    assert iam.get_user(UserName=name)["User"]["UserId"] == made["UserId"]
    iam.delete_user(UserName=name)
    with refused("NoSuchEntity"):
        iam.get_user(UserName=name)


def test_access_keys_of_a_user(iam):
    name = fresh("user")
    iam.create_user(UserName=name)
    keys = [iam.create_access_key(UserName=name)["AccessKey"] for _ in range(2)]
    for key in keys:
        assert re.fullmatch(r"AKIA[A-Z0-9]{16}", key["AccessKeyId"])
        assert len(key["SecretAccessKey"]) == 40
        assert key["Status"] == "Active"
    listed = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert {row["AccessKeyId"] for row in listed} == {key["AccessKeyId"] for key in keys}
    assert not any("SecretAccessKey" in row for row in listed)
    with refused("LimitExceeded"):
        iam.create_access_key(UserName=name)


def test_user_with_a_key_or_a_policy_is_not_deleted(hub, iam):
    name, key = make_user(hub, allow("s3:GetObject"))
    with refused("DeleteConflict"):
        iam.delete_user(UserName=name)
    iam.delete_access_key(UserName=name, AccessKeyId=key["aws_access_key_id"])
    with refused("DeleteConflict"):
        iam.delete_user(UserName=name)
    iam.delete_user_policy(UserName=name, PolicyName="only")
    iam.delete_user(UserName=name)


def test_tags_of_a_role(hub, iam):
    _, role = make_role(hub, trust(root_of(hub)), Tags=[{"Key": "line", "Value": "7"}])
    iam.tag_role(RoleName=role, Tags=[{"Key": "line", "Value": "8"}, {"Key": "plant", "Value": "Süd"}])
    tags = {row["Key"]: row["Value"] for row in iam.list_role_tags(RoleName=role)["Tags"]}
    assert tags == {"line": "8", "plant": "Süd"}
    iam.untag_role(RoleName=role, TagKeys=["line"])
    assert iam.list_role_tags(RoleName=role)["Tags"] == [{"Key": "plant", "Value": "Süd"}]


def test_users_by_pages(iam):
    path = f"/{fresh('paged')}/"
    names = [f"{fresh('user')}" for _ in range(5)]
    for name in names:
        iam.create_user(UserName=name, Path=path)
    first = iam.list_users(PathPrefix=path, MaxItems=2)
    assert (len(first["Users"]), first["IsTruncated"]) == (2, True)
    second = iam.list_users(PathPrefix=path, MaxItems=3, Marker=first["Marker"])
    assert (len(second["Users"]), second["IsTruncated"]) == (3, False)
    assert {row["UserName"] for row in first["Users"] + second["Users"]} == set(names)


@pytest.mark.parametrize("operation, member", [("list_roles", "Roles"), ("list_policies", "Policies")])
def test_paginators_see_each_row_once(hub, iam, operation, member):
    for _ in range(3):
        make_role(hub, trust(root_of(hub))), make_policy(hub)
    rows = [
        row["Arn"]
        for page in iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2})
        for row in page[member]
    ]
    whole = [row["Arn"] for row in getattr(iam, operation)(MaxItems=1000)[member]]
    assert len(rows) == len(set(rows))
    assert sorted(rows) == sorted(whole)


def test_strange_marker_is_refused(iam):
    with refused("InvalidInput", "ValidationError", "InvalidMarker"):
        iam.list_users(Marker="not one of yours")


@pytest.mark.parametrize(
    "call",
    [
        lambda hub, iam, name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(root_of(hub))),
        lambda hub, iam, name: iam.create_user(UserName=name),
        lambda hub, iam, name: iam.create_policy(PolicyName=name, PolicyDocument=document(allow("*"))),
    ],
    ids=["role", "user", "policy"],
)
def test_names_are_taken_once(hub, iam, call):
    name = fresh("taken")
    call(hub, iam, name)
    with refused("EntityAlreadyExists") as caught:
        call(hub, iam, name)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


@pytest.mark.parametrize(
    "call",
    [
        lambda iam, name, arn: iam.get_role(RoleName=name),
        lambda iam, name, arn: iam.delete_role(RoleName=name),
        lambda iam, name, arn: iam.attach_role_policy(RoleName=name, PolicyArn=TOKEN_EXCHANGE),
        lambda iam, name, arn: iam.detach_role_policy(RoleName=name, PolicyArn=TOKEN_EXCHANGE),
        lambda iam, name, arn: iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(allow("*"))),
        lambda iam, name, arn: iam.get_user(UserName=name),
        lambda iam, name, arn: iam.delete_user(UserName=name),
        lambda iam, name, arn: iam.create_access_key(UserName=name),
        lambda iam, name, arn: iam.list_access_keys(UserName=name),
        lambda iam, name, arn: iam.get_policy(PolicyArn=arn),
        lambda iam, name, arn: iam.delete_policy(PolicyArn=arn),
        lambda iam, name, arn: iam.get_policy_version(PolicyArn=TOKEN_EXCHANGE, VersionId="v99"),
    ],
)
def test_what_is_not_there_is_no_such_entity(hub, iam, call):
    name = fresh("nobody")
    with refused("NoSuchEntity") as caught:
        call(iam, name, f"arn:aws:iam::{hub.account}:policy/{name}")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_policy_that_is_not_there_is_not_attached(hub, iam):
    _, role = make_role(hub, trust(root_of(hub)))
    with refused("NoSuchEntity"):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::{hub.account}:policy/{fresh('nothing')}")
    with refused("NoSuchEntity"):
        iam.detach_role_policy(RoleName=role, PolicyArn=TOKEN_EXCHANGE)


@pytest.mark.parametrize(
    "words",
    [
        "not JSON",
        "[]",
        "{}",
        '{"Version": "2012-10-17", "Statement": [{"Action": "s3:*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps", "Action": "s3:*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}',
        '{"Version": "1999-01-01", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "nothing", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "no arn"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Colour": "red"}]}',
    ],
)
def test_malformed_policies_are_refused(hub, iam, words):
    """A09"""
    name, _ = make_user(hub)
    with refused("MalformedPolicyDocument"):
        iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=words)
    with refused("MalformedPolicyDocument"):
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=words)


@pytest.mark.parametrize(
    "words",
    ["not JSON", document(allow("sts:AssumeRole")), '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'],
)
def test_malformed_trust_policies_are_refused(iam, words):
    """A08: a trust policy has a principal and no resource."""
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=words)


def test_what_is_no_arn_is_refused(hub, iam):
    _, role = make_role(hub, trust(root_of(hub)))
    with refused("InvalidInput", "ValidationError"):
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:nothing")


@pytest.mark.parametrize("name", ["two words", "a/b", "", "n" * 65])
def test_strange_names_are_refused(hub, iam, name):
    with refused("ValidationError", "InvalidInput"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(root_of(hub)))


# -- policies are evaluated -------------------------------------------------------------------------------------------


def test_user_without_a_policy_may_nothing(hub):
    """A10: AccessDeniedException from JSON services, AccessDenied from query ones."""
    _, key = make_user(hub)
    with refused("AccessDeniedException"):
        hub.client("logs", **key).create_log_group(logGroupName=fresh("/plant/g"))
    with refused("AccessDeniedException"):
        hub.client("secretsmanager", **key).list_secrets()
    with refused("AccessDeniedException"):
        hub.client("events", **key).list_event_buses()
    with refused("AccessDenied") as caught:
        hub.client("iam", **key).list_users()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_permission_holds_for_its_action_and_its_prefix_only(hub):
    """A10"""
    _, key = make_user(hub, allow("logs:CreateLogGroup", groups(hub, "/plant/*")))
    name = fresh("/plant/g")
    assert may_create(hub, key, name)
    assert not may_create(hub, key, fresh("/office/g"))
    with refused("AccessDeniedException"):
        hub.client("logs", **key).delete_log_group(logGroupName=name)
    with refused("AccessDenied"):
        hub.client("iam", **key).create_user(UserName=fresh("user"))


def test_refusal_names_who_and_what(hub):
    """A10"""
    name, key = make_user(hub)
    with refused("AccessDeniedException") as caught:
        hub.client("logs", **key).create_log_group(logGroupName=fresh("/plant/g"))
    words = caught.value.response["Error"]["Message"]
    assert f"user/{name}" in words and "logs:CreateLogGroup" in words


def statements_of(hub, rows):
    """The statements of a row of the table below, with whole resources."""
    return [
        row | {key: groups(hub, row[key]) for key in ("Resource", "NotResource") if row.get(key, "*") != "*"}
        for row in rows
    ]


@pytest.mark.parametrize(
    "allowed, rows",
    [
        (True, [allow("*")]),
        (True, [allow("logs:*")]),
        (True, [allow("LOGS:createloggroup")]),
        (True, [allow("logs:Create*")]),
        (True, [allow("logs:CreateLogGrou?")]),
        (True, [allow(["s3:GetObject", "logs:CreateLogGroup"])]),
        (True, [allow("logs:CreateLogGroup", "/table/*")]),
        (False, [allow("logs:Delete*")]),
        (False, [allow("s3:*")]),
        (False, [allow("logs:CreateLogGroup", "/TABLE/*")]),
        (False, [allow("logs:CreateLogGroup", "/table/")]),
        (False, [allow("*"), deny("logs:CreateLogGroup")]),
        (False, [deny("*"), allow("logs:CreateLogGroup", "/table/*")]),
        (True, [allow("*"), deny("logs:CreateLogGroup", "/office/*")]),
        (True, [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
        (False, [{"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}]),
        (True, [{"Effect": "Allow", "Action": "logs:*", "NotResource": "/office/*"}]),
        (False, [{"Effect": "Allow", "Action": "logs:*", "NotResource": "/table/*"}]),
        (True, [allow("logs:*", Condition={"StringLike": {"aws:username": "user-*"}})]),
        (False, [allow("logs:*", Condition={"StringEquals": {"aws:username": "somebody"}})]),
        (True, [allow("logs:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})]),
        (False, [allow("logs:*", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})]),
        (True, [allow("logs:*", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})]),
        (False, [allow("logs:*", Condition={"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}})]),
        (False, [allow("logs:*", Condition={"Bool": {"aws:SecureTransport": "true"}})]),
        (False, [allow("logs:*", Condition={"StringEquals": {"aws:PrincipalTag/line": "7"}})]),
    ],
)
def test_statements_are_evaluated(hub, allowed, rows):
    """A10: explicit Deny wins, and what nobody allows is denied."""
    _, key = make_user(hub, *statements_of(hub, rows))
    assert may_create(hub, key, fresh("/table/g")) is allowed


def test_variable_of_a_policy_is_the_caller(hub):
    """A10"""
    name, key = make_user(hub, allow("logs:CreateLogGroup", groups(hub, "/home/${aws:username}/*")))
    assert may_create(hub, key, fresh(f"/home/{name}/g"))
    assert not may_create(hub, key, fresh("/home/other/g"))


def test_deny_of_an_attached_policy_wins_over_an_inline_allow(hub, iam):
    """A10: until it is detached."""
    name, key = make_user(hub, allow("logs:*"))
    policy = make_policy(hub, deny("logs:CreateLogGroup"))
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    assert not may_create(hub, key, fresh("g"))
    iam.detach_user_policy(UserName=name, PolicyArn=policy)
    assert may_create(hub, key, fresh("g"))


def test_default_version_of_a_policy_is_what_counts(hub, iam):
    """A09 A10"""
    policy = make_policy(hub, allow("s3:GetObject"))
    name, key = make_user(hub)
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    assert not may_create(hub, key, fresh("g"))
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(allow("logs:*")))
    assert not may_create(hub, key, fresh("g"))
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    assert may_create(hub, key, fresh("g"))


@pytest.mark.parametrize("service, code", [("sts", "InvalidClientTokenId"), ("logs", "UnrecognizedClientException")])
def test_inactive_key_is_refused_until_it_is_active_again(hub, iam, service, code):
    """A01"""
    name, key = make_user(hub, allow("*"))

    def call():
        client = hub.client(service, **key)
        return client.get_caller_identity() if service == "sts" else client.describe_log_groups()

    call()
    iam.update_access_key(UserName=name, AccessKeyId=key["aws_access_key_id"], Status="Inactive")
    with refused(code):
        call()
    iam.update_access_key(UserName=name, AccessKeyId=key["aws_access_key_id"], Status="Active")
    call()


def test_deleted_key_is_refused(hub, iam):
    """A01"""
    name, key = make_user(hub)
    iam.delete_access_key(UserName=name, AccessKeyId=key["aws_access_key_id"])
    with refused("InvalidClientTokenId"):
        hub.client("sts", **key).get_caller_identity()


# -- what a killed hub still knows ------------------------------------------------------------------------------------


def known(hub):
    """All that this file's tests can make, as the hub tells it."""
    iam, secrets = hub.client("iam"), hub.client("secretsmanager")
    roles = iam.list_roles()["Roles"]
    users = [row["UserName"] for row in iam.list_users()["Users"]]
    names = [row["RoleName"] for row in roles]
    return {
        "roles": roles,
        "attached": [iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] for name in names],
        "inline": [iam.list_role_policies(RoleName=name)["PolicyNames"] for name in names],
        "users": users,
        "keys": [iam.list_access_keys(UserName=name)["AccessKeyMetadata"] for name in users],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "secrets": secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"],
    }


def test_everything_is_still_there_after_a_kill(make_hub):
    """A01 A08 A09 A10"""
    hub = make_hub()
    iam, secrets = hub.client("iam"), hub.client("secretsmanager")
    _, key = make_user(hub, allow("logs:CreateLogGroup", groups(hub, "/plant/*")))
    _, role = make_role(hub, trust(root_of(hub)), allow("logs:*"))
    iam.attach_role_policy(RoleName=role, PolicyArn=make_policy(hub))
    kept, gone = make_secret(secrets, "kept")["Name"], make_secret(secrets)["Name"]
    secrets.put_secret_value(SecretId=kept, SecretString="kept again")
    secrets.delete_secret(SecretId=gone)
    before = known(hub)
    hub.restart_killed()
    assert known(hub) == before
    assert value_of(hub.client("secretsmanager"), kept) == "kept again"
    assert value_of(hub.client("secretsmanager"), kept, VersionStage="AWSPREVIOUS") == "kept"
    assert may_create(hub, key, fresh("/plant/g"))
    assert not may_create(hub, key, fresh("/office/g"))


def test_last_acknowledged_call_is_kept_each_time(make_hub):
    """A01: killed right after the answer, ten times."""
    hub, made = make_hub(), set()
    for _ in range(10):
        name = fresh("user")
        hub.client("iam").create_user(UserName=name)
        made.add(name)
        hub.restart_killed()
    assert made <= {row["UserName"] for row in hub.client("iam").list_users()["Users"]}


# -- the audit --------------------------------------------------------------------------------------------------------


def lookup(hub, key, value):
    """The events of CloudTrail with this attribute, the newest first."""
    attributes = [{"AttributeKey": key, "AttributeValue": value}]
    answers = pages(hub.client("cloudtrail").lookup_events, "NextToken", LookupAttributes=attributes)
    return [event for answer in answers for event in answer["Events"]]


def seen(hub, key, value, name):
    """The first event with this attribute that speaks of `name`, once it is there."""
    return wait_until(
        lambda: next((event for event in lookup(hub, key, value) if name in event["CloudTrailEvent"]), None),
        f"{value} of {name} in the audit",
        SEEN_SECONDS,
    )


def test_call_is_found_by_the_name_of_its_operation(hub):
    """B04"""
    name = fresh("/audit/g")
    hub.client("logs").create_log_group(logGroupName=name)
    event = seen(hub, "EventName", "CreateLogGroup", name)
    assert (event["EventName"], event["EventSource"]) == ("CreateLogGroup", "logs.amazonaws.com")
    assert event["EventId"]
    assert abs(event["EventTime"] - datetime.now(timezone.utc)) < timedelta(minutes=2)
    whole = json.loads(event["CloudTrailEvent"])
    assert whole["requestParameters"]["logGroupName"] == name
    assert whole["userIdentity"]["accountId"] == hub.account
    assert whole["sourceIPAddress"] == "127.0.0.1"
    assert whole["eventID"] == event["EventId"]


def test_calls_are_found_by_who_made_them(hub):
    """B04"""
    name, key = make_user(hub, allow("logs:*"))
    first, second = fresh("/audit/g"), fresh("/audit/g")
    for group in (first, second):
        hub.client("logs", **key).create_log_group(logGroupName=group)
    seen(hub, "Username", name, second)
    events = lookup(hub, "Username", name)
    assert {event["Username"] for event in events} == {name}
    assert [json.loads(event["CloudTrailEvent"])["requestParameters"]["logGroupName"] for event in events] == [
        second,
        first,
    ]


def test_refused_call_is_in_the_audit_too(hub):
    """B04 A10"""
    name, key = make_user(hub)
    group = fresh("/audit/g")
    assert not may_create(hub, key, group)
    whole = json.loads(seen(hub, "Username", name, "CreateLogGroup")["CloudTrailEvent"])
    assert whole["errorCode"] in ("AccessDenied", "AccessDeniedException")
    assert name in whole["errorMessage"]


def test_audit_is_read_by_pages(hub):
    """B04"""
    name, key = make_user(hub, allow("logs:*"))
    for _ in range(5):
        hub.client("logs", **key).create_log_group(logGroupName=fresh("/audit/g"))
    wait_until(lambda: len(lookup(hub, "Username", name)) == 5, "five events", SEEN_SECONDS)
    attributes = [{"AttributeKey": "Username", "AttributeValue": name}]
    trail, sizes, found = hub.client("cloudtrail"), [], set()
    for answer in pages(trail.lookup_events, "NextToken", LookupAttributes=attributes, MaxResults=2):
        sizes.append(len(answer["Events"]))
        found |= {event["EventId"] for event in answer["Events"]}
    assert (max(sizes), len(found)) == (2, 5)


def test_audit_is_read_between_two_times(hub):
    """B04"""
    trail = hub.client("cloudtrail")
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert trail.lookup_events(StartTime=later, EndTime=later + timedelta(hours=1))["Events"] == []
    with refused("InvalidTimeRangeException"):
        trail.lookup_events(StartTime=later, EndTime=later - timedelta(hours=1))


def test_unknown_attribute_of_the_audit_is_refused(hub):
    """B04"""
    with refused("InvalidLookupAttributesException", "ValidationException"):
        lookup(hub, "Colour", "red")


def test_audit_has_no_value_of_a_secret(hub):
    """B04"""
    secrets, marker = hub.client("secretsmanager"), f"marker-{uuid.uuid4()}"
    name = make_secret(secrets, marker)["Name"]
    assert marker not in seen(hub, "EventName", "CreateSecret", name)["CloudTrailEvent"]


def audited(hub):
    """A hub with some calls in its audit."""
    for _ in range(10):
        hub.client("logs").create_log_group(logGroupName=fresh("/audit/g"))
    return hub


def spoil(data, place=4):
    """Changes one byte of the body of a record of the audit; the record's number."""
    with sqlite3.connect(data / "audit.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in tables}
        table = next(name for name in tables if "hash" in columns[name])
        row = database.execute(f"SELECT rowid, body FROM {table} ORDER BY rowid LIMIT 1 OFFSET ?", (place,)).fetchone()
        changed = bytearray(row[1] if isinstance(row[1], bytes) else row[1].encode())
        changed[len(changed) // 2] ^= 1
        body = bytes(changed) if isinstance(row[1], bytes) else changed.decode()
        database.execute(f"UPDATE {table} SET body = ? WHERE rowid = ?", (body, row[0]))
    return row[0]


def test_audit_verifies_while_the_hub_runs_and_afterwards(make_hub):
    """B04"""
    hub = audited(make_hub())
    running = hub.verb("audit", "verify")
    assert running.returncode == 0, running.stdout + running.stderr
    hub.restart_killed()
    assert hub.verb("audit", "verify").returncode == 0
    assert hub.stop() == 0
    assert hub.verb("audit", "verify").returncode == 0


def test_changed_byte_of_the_audit_is_found(make_hub):
    """B04: the first broken record is named, not one after it."""
    hub = audited(make_hub())
    assert hub.stop() == 0
    spoil(hub.data, 7)
    number = spoil(hub.data, 4)
    finished = hub.verb("audit", "verify")
    assert finished.returncode == 1
    assert re.search(rf"\b{number}\b", finished.stdout + finished.stderr)


def test_audit_forgets_what_is_old_enough(make_hub):
    """[hub-audit-3] The chain holds from then on, and says what went; a byte changed behind it is found."""
    hub = audited(make_hub("--audit-days", 3))
    assert hub.stop() == 0
    with sqlite3.connect(hub.data / "audit.db") as database:
        newest = database.execute("SELECT max(n) FROM calls").fetchone()[0]
        database.execute("UPDATE calls SET at = at - ? WHERE n < ?", (4 * 86_400_000, newest))
    hub.start()
    told = json.loads(seen(hub, "EventName", "ForgetCalls", "through")["CloudTrailEvent"])
    assert told["requestParameters"] == {"through": newest - 1, "afterDays": 3}
    hub.client("logs").create_log_group(logGroupName=fresh("/audit/later"))
    assert hub.stop() == 0
    finished = hub.verb("audit", "verify", "-o", "json")
    said = json.loads(finished.stdout)
    assert (finished.returncode, said["whole"], said["first"]) == (0, True, newest), said
    assert "let go" in hub.verb("audit", "verify").stdout
    number = spoil(hub.data, 1)
    said = json.loads(hub.verb("audit", "verify", "-o", "json").stdout)
    assert said["broken_at"] == number


@pytest.mark.parametrize("days", ["0", "x", "-1"])
def test_impossible_times_of_the_audit(hub, days):
    finished = hub.verb("hub", "--audit-days", days)
    assert finished.returncode == 2 and "audit-days" in finished.stderr
