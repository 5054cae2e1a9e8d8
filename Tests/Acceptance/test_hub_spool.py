"""A node's events on their way into a hub: the spool sends, the hub's rules take over. [hub-event-2]"""

import json
import subprocess

from hub import fresh, logged
from server import clean_environment, wait_until


def spool(hub, folder, *words):
    """A verb of `lineside spool`, with the hub's administrator as the one who signs."""
    key = {
        "AWS_ACCESS_KEY_ID": hub.key["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": hub.key["aws_secret_access_key"],
    }
    command = [str(hub.binary), "spool", *map(str, words), "--state", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=clean_environment(key))


def listen(hub):
    """A log group that every event of the spool's drill goes to."""
    events, logs, group, rule = hub.client("events"), hub.client("logs"), fresh("/line/events"), fresh("spool")
    logs.create_log_group(logGroupName=group)
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["lineside.drill"]}))
    arn = hub.arn("logs", f"log-group:{group}")
    assert events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])["FailedEntryCount"] == 0
    return group


def test_what_a_node_kept_arrives_in_the_hub(make_hub, tmp_path):
    """A43: each event that waited is in the log group, under the id that it has had from the beginning."""
    hub = make_hub()
    group = listen(hub)
    filled = spool(hub, tmp_path / "spool", "fill", "--events", 500)
    assert filled.returncode == 0, filled.stderr
    drained = spool(hub, tmp_path / "spool", "drain", "--endpoint", hub.url)
    assert drained.returncode == 0, drained.stderr

    def found():
        return {json.loads(row["message"])["detail"]["lineside_event_id"] for row in logged(hub, group)}

    wait_until(lambda: len(found()) >= 500, "all events", 30)
    assert sorted(found()) == sorted(filled.stdout.split())


def test_a_key_that_may_not_put_events_puts_none(make_hub, tmp_path):
    """A10: refused for good is not tried for ever; the events wait, and the trouble is told."""
    hub = make_hub()
    group = listen(hub)
    iam = hub.client("iam")
    iam.create_user(UserName="line")
    key = iam.create_access_key(UserName="line")["AccessKey"]
    assert spool(hub, tmp_path / "spool", "fill", "--events", 20).returncode == 0
    hub.__dict__["key"] = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    drained = spool(hub, tmp_path / "spool", "drain", "--endpoint", hub.url, "--within", 2)
    del hub.__dict__["key"]
    assert drained.returncode != 0 and "AccessDenied" in drained.stdout + drained.stderr, drained
    assert logged(hub, group) == []
