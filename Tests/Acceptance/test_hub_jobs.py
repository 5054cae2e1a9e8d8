"""Jobs of AWS IoT: what many things are to do, from above and by the things themselves, over HTTP and by message.

[hub-job-1] jobs, [hub-job-2] what things make of them, [hub-job-3] by message, [hub-job-4] rollout, abort and time. A42.
"""

import json
import time

import pytest
from botocore.exceptions import ClientError
from devices import Device, Wire
from hub import Hub, fresh, pages
from server import wait_until

DOCUMENT = json.dumps({"do": "blink"})


@pytest.fixture(scope="module")
def iot(hub):
    return hub.client("iot")


@pytest.fixture(scope="module")
def own(hub):
    return hub.client("iot-jobs-data")


def make_thing(hub):
    name = fresh("press")
    hub.client("iot").create_thing(thingName=name)
    return name


def make_group(hub, *things):
    name = fresh("hall")
    hub.client("iot").create_thing_group(thingGroupName=name)
    for thing in things:
        hub.client("iot").add_thing_to_thing_group(thingGroupName=name, thingName=thing)
    return name


def make_job(hub, *things, group=None, **others):
    targets = [hub.arn("iot", f"thing/{thing}") for thing in things]
    targets += [hub.arn("iot", f"thinggroup/{group}")] if group else []
    name = fresh("job")
    hub.client("iot").create_job(**({"jobId": name, "targets": targets, "document": DOCUMENT} | others))
    return name


def status(iot, job):
    return iot.describe_job(jobId=job)["job"]["status"]


def run_of(iot, thing, job):
    return iot.describe_job_execution(thingName=thing, jobId=job)["execution"]["status"]


def refused(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


# -- jobs -------------------------------------------------------------------------------------------------------------


def test_job_from_beginning_to_end(hub, iot, own):
    """[hub-job-1] [hub-job-2] Of a thing and a group: each is counted, and the job is over with the last."""
    first, second = make_thing(hub), make_thing(hub)
    job = make_job(hub, first, group=make_group(hub, second, first), description="of the press")
    said = iot.describe_job(jobId=job)["job"]
    assert (said["status"], said["targetSelection"], said["description"]) == ("IN_PROGRESS", "SNAPSHOT", "of the press")
    assert said["jobProcessDetails"]["numberOfQueuedThings"] == 2
    assert iot.get_job_document(jobId=job)["document"] == DOCUMENT
    pending = own.get_pending_job_executions(thingName=first)
    assert [row["jobId"] for row in pending["queuedJobs"]] == [job] and pending["inProgressJobs"] == []
    started = own.start_next_pending_job_execution(thingName=first, statusDetails={"step": "1"})["execution"]
    assert (started["jobId"], started["status"], started["versionNumber"]) == (job, "IN_PROGRESS", 2)
    assert (json.loads(started["jobDocument"]), started["statusDetails"]) == (json.loads(DOCUMENT), {"step": "1"})
    own.update_job_execution(jobId=job, thingName=first, status="SUCCEEDED")
    own.update_job_execution(jobId=job, thingName=second, status="FAILED", statusDetails={"why": "no light"})
    said = iot.describe_job(jobId=job)["job"]
    counts = said["jobProcessDetails"]
    assert (said["status"], counts["numberOfSucceededThings"], counts["numberOfFailedThings"]) == ("COMPLETED", 1, 1)
    details = iot.describe_job_execution(thingName=second, jobId=job)["execution"]["statusDetails"]["detailsMap"]
    assert details == {"why": "no light"}
    rows = iot.list_job_executions_for_job(jobId=job, status="FAILED")["executionSummaries"]
    assert [row["thingArn"] for row in rows] == [hub.arn("iot", f"thing/{second}")]
    rows = iot.list_job_executions_for_thing(thingName=first)["executionSummaries"]
    assert [(row["jobId"], row["jobExecutionSummary"]["status"]) for row in rows] == [(job, "SUCCEEDED")]


@pytest.mark.parametrize(
    "spoilt, code",
    [
        ({"document": "no json"}, "InvalidRequestException"),
        ({"document": "[1]"}, "InvalidRequestException"),
        ({"targets": ["arn:aws:iot:us-east-1:1:thing/x"]}, "InvalidRequestException"),
        ({"targets": ["none"]}, "InvalidRequestException"),
        ({"jobId": "two words"}, "InvalidRequestException"),
        ({"documentSource": "https://x/y", "document": None}, "InvalidRequestException"),
        ({"abortConfig": {"criteriaList": [{"failureType": "BAD", "action": "CANCEL", "thresholdPercentage": 1.0, "minNumberOfExecutedThings": 1}]}}, "InvalidRequestException"),
    ],
    ids=["garbage", "list", "another account", "no ARN", "name", "source", "abort"],
)  # fmt: skip
def test_what_is_no_job(hub, iot, spoilt, code):
    """[hub-job-1] Nothing is left of it."""
    thing = make_thing(hub)
    arguments = {"jobId": fresh("job"), "targets": [hub.arn("iot", f"thing/{thing}")], "document": DOCUMENT} | spoilt
    arguments = {key: value for key, value in arguments.items() if value is not None}
    refused(code, iot.create_job, **arguments)
    assert iot.list_job_executions_for_thing(thingName=thing)["executionSummaries"] == []


def test_unknown_names(hub, iot, own):
    missing = "ResourceNotFoundException"
    thing = make_thing(hub)
    for call in (iot.describe_job, iot.cancel_job, iot.delete_job, iot.get_job_document, iot.list_job_executions_for_job):
        refused(missing, call, jobId="none")
    refused(missing, iot.describe_job_execution, jobId="none", thingName=thing)
    refused(missing, own.describe_job_execution, jobId="none", thingName=thing)
    refused(missing, own.update_job_execution, jobId="none", thingName=thing, status="FAILED")
    refused(missing, iot.create_job, jobId=fresh("j"), targets=[hub.arn("iot", "thing/none")], document=DOCUMENT)
    assert "execution" not in own.describe_job_execution(jobId="$next", thingName=thing)


def test_same_id_twice(hub, iot):
    job = make_job(hub, make_thing(hub))
    arn = hub.arn("iot", f"thing/{make_thing(hub)}")
    refused("ResourceAlreadyExistsException", iot.create_job, jobId=job, targets=[arn], document=DOCUMENT)


def test_jobs_are_listed_in_parts(hub, iot):
    made = {make_job(hub, make_thing(hub)) for _ in range(5)}
    found = [row["jobId"] for page in pages(iot.list_jobs, "nextToken", maxResults=2) for row in page["jobs"]]
    assert made <= set(found) and len(found) == len(set(found))
    assert {row["status"] for row in iot.list_jobs(status="IN_PROGRESS", maxResults=250)["jobs"]} == {"IN_PROGRESS"}


def test_cancel_and_delete(hub, iot, own):
    """[hub-job-1] What is queued is taken back; what is under way with force alone."""
    busy, idle = make_thing(hub), make_thing(hub)
    job = make_job(hub, busy, idle)
    own.start_next_pending_job_execution(thingName=busy)
    refused("InvalidStateTransitionException", iot.delete_job, jobId=job)
    iot.cancel_job(jobId=job, comment="enough")
    assert (status(iot, job), run_of(iot, busy, job), run_of(iot, idle, job)) == ("CANCELED", "IN_PROGRESS", "CANCELED")
    iot.cancel_job(jobId=job, force=True)
    assert run_of(iot, busy, job) == "CANCELED"
    iot.delete_job(jobId=job)
    refused("ResourceNotFoundException", iot.describe_job, jobId=job)


def test_one_run_is_canceled(hub, iot, own):
    thing, other = make_thing(hub), make_thing(hub)
    job = make_job(hub, thing, other)
    own.start_next_pending_job_execution(thingName=thing)
    refused("InvalidStateTransitionException", iot.cancel_job_execution, jobId=job, thingName=thing)
    refused("VersionConflictException", iot.cancel_job_execution, jobId=job, thingName=other, expectedVersion=9)
    iot.cancel_job_execution(jobId=job, thingName=other)
    iot.cancel_job_execution(jobId=job, thingName=thing, force=True)
    assert {run_of(iot, name, job) for name in (thing, other)} == {"CANCELED"}


def test_what_is_over_stays_so(hub, iot, own):
    """[hub-job-2]"""
    thing = make_thing(hub)
    job = make_job(hub, thing)
    refused("InvalidRequestException", own.update_job_execution, jobId=job, thingName=thing, status="CANCELED")
    with pytest.raises(ClientError):
        own.update_job_execution(jobId=job, thingName=thing, status="SUCCEEDED", expectedVersion=9)
    answer = own.update_job_execution(
        jobId=job, thingName=thing, status="SUCCEEDED", includeJobExecutionState=True, includeJobDocument=True
    )
    assert answer["executionState"]["status"] == "SUCCEEDED" and json.loads(answer["jobDocument"]) == json.loads(DOCUMENT)
    refused("InvalidStateTransitionException", own.update_job_execution, jobId=job, thingName=thing, status="FAILED")
    assert run_of(iot, thing, job) == "SUCCEEDED"


def test_lasting_job_takes_those_who_come_later(hub, iot, own):
    """[hub-job-1] CONTINUOUS: also into a group below."""
    group = make_group(hub, make_thing(hub))
    below = fresh("cell")
    iot.create_thing_group(thingGroupName=below, parentGroupName=group)
    job = make_job(hub, group=group, targetSelection="CONTINUOUS")
    late = make_thing(hub)
    iot.add_thing_to_thing_group(thingGroupName=below, thingName=late)
    assert run_of(iot, late, job) == "QUEUED"
    own.update_job_execution(jobId=job, thingName=late, status="SUCCEEDED")
    assert status(iot, job) == "IN_PROGRESS"


# -- by message -------------------------------------------------------------------------------------------------------


def test_job_by_message(hub, iot, tmp_path):
    """[hub-job-3] Told, asked for, begun and ended, with the thing's own tokens; and what comes next is told."""
    device = Device(hub, tmp_path)
    jobs = f"$aws/things/{device.name}/jobs/"
    with Wire(device) as wire:
        assert wire.subscribe(jobs + "#")
        job = make_job(hub, device.name)
        assert wire.wait(jobs + "notify-next")["execution"]["jobDocument"] == json.loads(DOCUMENT)
        assert [row["jobId"] for row in wire.wait(jobs + "notify")["jobs"]["QUEUED"]] == [job]
        wire.publish(jobs + "get", {"clientToken": "a"})
        assert wire.wait(jobs + "get/accepted")["clientToken"] == "a"
        wire.publish(jobs + "start-next", {})
        assert wire.wait(jobs + "start-next/accepted")["execution"]["status"] == "IN_PROGRESS"
        wire.publish(jobs + f"{job}/update", {"status": "SUCCEEDED", "clientToken": "b"})
        assert wire.wait(jobs + f"{job}/update/accepted")["clientToken"] == "b"
        wire.wait(jobs + "notify-next", fits=lambda said: "execution" not in said)
        wire.publish(jobs + f"{job}/update", {"status": "FAILED", "clientToken": "c"})
        refusal = wire.wait(jobs + f"{job}/update/rejected")
        assert (refusal["code"], refusal["clientToken"]) == ("InvalidStateTransition", "c")
        wire.publish(jobs + "none/get", {})
        assert wire.wait(jobs + "none/get/rejected")["code"] == "ResourceNotFound"
        wire.publish(jobs + f"{job}/update", b"no json")
        wire.wait(jobs + f"{job}/update/rejected", fits=lambda said: said["code"] == "InvalidJson")
    assert status(iot, job) == "COMPLETED"


def test_namespace_has_topics_of_its_own(hub, iot, tmp_path):
    """[hub-job-3] As Greengrass's deployments come."""
    device, space = Device(hub, tmp_path), "namespace-of-ours"
    jobs = f"$aws/things/{device.name}/jobs/"
    with Wire(device) as wire:
        assert wire.subscribe(jobs + "#")
        job = make_job(hub, device.name, namespaceId=space)
        assert wire.wait(f"{jobs}notify-next-{space}")["execution"]["jobId"] == job
        wire.publish(f"{jobs}$next/{space}/get", {"jobId": "$next", "thingName": device.name, "includeJobDocument": True})
        assert wire.wait(f"{jobs}$next/{space}/get/accepted")["execution"]["jobId"] == job
        wire.publish(jobs + "$next/get", {})
        assert "execution" not in wire.wait(jobs + "$next/get/accepted")
        wire.publish(f"{jobs}{job}/{space}/update", {"status": "SUCCEEDED"})
        wire.wait(f"{jobs}{job}/{space}/update/accepted")
    assert status(iot, job) == "COMPLETED"


# -- rollout ----------------------------------------------------------------------------------------------------------


def test_rollout_goes_by_its_rate(hub, iot, own):
    """[hub-job-4] Two of five in the first minute; the rest do not know of it yet."""
    things = [make_thing(hub) for _ in range(5)]
    job = make_job(hub, *things, jobExecutionsRolloutConfig={"maximumPerMinute": 2})
    known = lambda: sum(bool(own.get_pending_job_executions(thingName=thing)["queuedJobs"]) for thing in things)
    wait_until(lambda: known() == 2, "the first two")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert known() == 2
    assert iot.describe_job(jobId=job)["job"]["jobProcessDetails"]["numberOfQueuedThings"] == 5


@pytest.mark.parametrize("threshold, wanted", [(50.0, "CANCELED"), (80.0, "IN_PROGRESS")])
def test_abort(hub, iot, own, threshold, wanted):
    """[hub-job-4] Too many that fail break it off: nobody else begins."""
    things = [make_thing(hub) for _ in range(5)]
    criterion = {"failureType": "FAILED", "action": "CANCEL", "thresholdPercentage": threshold, "minNumberOfExecutedThings": 3}
    job = make_job(hub, *things, abortConfig={"criteriaList": [criterion]})
    for thing, word in zip(things, ["FAILED", "SUCCEEDED", "FAILED"], strict=False):
        assert status(iot, job) == "IN_PROGRESS"
        own.update_job_execution(jobId=job, thingName=thing, status=word)
    assert status(iot, job) == wanted
    assert run_of(iot, things[4], job) == ("CANCELED" if wanted == "CANCELED" else "QUEUED")


def test_jobs_outlive_a_killed_hub(binary, tmp_path):
    with Hub(binary, tmp_path) as hub:
        thing = make_thing(hub)
        job = make_job(hub, thing)
        hub.client("iot-jobs-data").start_next_pending_job_execution(thingName=thing)
        hub.restart_killed()
        assert run_of(hub.client("iot"), thing, job) == "IN_PROGRESS"
        hub.client("iot-jobs-data").update_job_execution(jobId=job, thingName=thing, status="SUCCEEDED")
        assert status(hub.client("iot"), job) == "COMPLETED"
