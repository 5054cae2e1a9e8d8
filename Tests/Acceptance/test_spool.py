"""The spool: events reach an endpoint that speaks EventBridge, whatever happens in between, and none is taken twice for two.

The receiver is Python's, and believes a request only when botocore signs it the same way.
"""

import json
import signal
import sqlite3
import subprocess
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.auth
import botocore.exceptions
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from server import clean_environment, wait_until

KEY, SECRET, TOKEN = "AKIASPOOLTEST0000001", "a/secret+of/forty+characters/for/tests00", "a/token+of=a lender"
ID = "lineside_event_id"


class Receiver(ThreadingHTTPServer):
    """Takes PutEvents. `mood(number, entries)` may give a status, "hang", "lost" (taken, and no answer), or failures by place."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.taken, self.requests, self.unsigned = [], 0, []
        self.mood = lambda number, entries: None
        self.guard = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def ids(self):
        with self.guard:
            return [json.loads(entry["Detail"])[ID] for entry in self.taken]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def is_believed(self, body):
        given = self.headers["Authorization"]
        names = given.split("SignedHeaders=")[1].split(",")[0].split(";")
        region = given.split("/")[2]
        request = AWSRequest(self.command, self.server.url + self.path, data=body)
        for name in names:
            request.headers[name] = self.headers[name]
        token = self.headers.get("X-Amz-Security-Token")
        signer = botocore.auth.SigV4Auth(Credentials(KEY, SECRET, token), "events", region)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return given.endswith("Signature=" + signer.signature(text, request))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        with server.guard:
            server.requests += 1
            number = server.requests
            if not self.is_believed(body):
                server.unsigned.append(dict(self.headers))
                return self.answer(403, {"__type": "InvalidSignatureException", "message": "not signed so"})
            assert self.headers["X-Amz-Target"] == "AWSEvents.PutEvents"
            entries = json.loads(body)["Entries"]
            mood = server.mood(number, entries)
            failed = mood if isinstance(mood, dict) else {}
            if not isinstance(mood, int):
                server.taken += [entry for place, entry in enumerate(entries) if place not in failed]
        if isinstance(mood, int):
            return self.answer(mood, {"__type": "InternalFailure"})
        if mood == "lost":
            self.close_connection = True
            return None
        results = [
            {"ErrorCode": failed[place], "ErrorMessage": "made up"} if place in failed else {"EventId": str(uuid.uuid4())}
            for place in range(len(entries))
        ]
        return self.answer(200, {"FailedEntryCount": len(failed), "Entries": results})


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    assert server.unsigned == []
    server.shutdown()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def spool(binary, state):
    """spool(verb, *flags): runs it to its end."""

    def run(*arguments, seconds=60, token=None):
        env = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "plant-7"}
        if token:
            env["AWS_SESSION_TOKEN"] = token
        return subprocess.run(
            [str(binary), "spool", *map(str, arguments), "--state", str(state)],
            capture_output=True, text=True, timeout=seconds, env=clean_environment(env),
        )

    return run


def fill(spool, count):
    finished = spool("fill", "--events", count)
    assert finished.returncode == 0, finished.stderr
    ids = finished.stdout.split()
    assert len(set(ids)) == count
    return ids


def status(spool):
    return json.loads(spool("status", "-o", "json").stdout)


# MARK: the way out


def test_every_event_arrives_once_signed(spool, receiver):
    ids = fill(spool, 250)
    finished = spool("drain", "--endpoint", receiver.url, "-o", "json")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["sent"] == 250
    assert sorted(receiver.ids) == sorted(ids)
    assert receiver.requests == 25
    entry = receiver.taken[0]
    assert entry["DetailType"] == "Lineside Escape" and entry["Source"] == "lineside.drill"
    assert isinstance(entry["Time"], (int, float))


def test_a_session_token_goes_along(spool, receiver):
    fill(spool, 3)
    assert spool("drain", "--endpoint", receiver.url, token=TOKEN).returncode == 0
    assert len(receiver.taken) == 3


def test_failures_of_every_kind_lose_nothing(spool, receiver):
    ids = fill(spool, 300)
    kinds = [500, "lost", {0: "InternalFailure", 3: "ThrottlingException"}, None, 503, None]
    receiver.mood = lambda number, entries: kinds[number % len(kinds)] if number < 60 else None
    finished = spool("drain", "--endpoint", receiver.url, "--within", 120, seconds=150)
    assert finished.returncode == 0, finished.stderr
    assert set(receiver.ids) == set(ids)
    assert len(receiver.ids) > len(ids), "what was taken without an answer came again, under the same id"
    assert status(spool)["set_aside"] == 0


def test_an_endpoint_that_is_not_there_costs_nothing(spool):
    fill(spool, 20)
    finished = spool("drain", "--endpoint", "http://127.0.0.1:9", "--within", 2)
    assert finished.returncode == 69 and "127.0.0.1:9" in finished.stderr
    assert status(spool)["events"] == 20


def test_what_can_never_be_taken_is_set_aside(spool, receiver):
    ids = fill(spool, 12)
    receiver.mood = lambda number, entries: {
        place: "MalformedDetail" for place, entry in enumerate(entries) if json.loads(entry["Detail"])["part"] == 5
    }
    assert spool("drain", "--endpoint", receiver.url).returncode == 0
    after = status(spool)
    assert (after["events"], after["sent"], after["set_aside"]) == (0, 11, 1)
    listed = json.loads(spool("list", "--set-aside", "-o", "json").stdout)
    assert [row["id"] for row in listed] == [ids[5]] or listed[0]["id"] in ids
    assert "MalformedDetail" in listed[0]["reason"]


def test_killed_while_sending(binary, spool, receiver, state):
    ids = set(fill(spool, 1500))
    env = clean_environment({"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})
    for kill in range(8):
        before = receiver.requests
        child = subprocess.Popen(
            [str(binary), "spool", "drain", "--endpoint", receiver.url, "--state", str(state)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env,
        )
        wait_until(lambda: receiver.requests >= before + 3 + kill or child.poll() is not None, "requests", 30)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert spool("drain", "--endpoint", receiver.url).returncode == 0
    assert set(receiver.ids) == ids


def test_killed_while_taking_in(binary, spool, receiver, state):
    """An id is printed when its event is on the disk: from then on no kill may lose it."""
    printed = set()
    for _ in range(6):
        child = subprocess.Popen(
            [str(binary), "spool", "fill", "--events", "100000", "--state", str(state)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=clean_environment(),
        )
        for _ in range(400):
            printed.add(child.stdout.readline().strip())
        child.send_signal(signal.SIGKILL)
        printed |= {line for line in child.stdout.read().split("\n") if len(line) == 36}
        child.wait()
    printed.discard("")
    with sqlite3.connect(f"file:{state}/spool.db?mode=ro", uri=True) as database:
        kept = {row[0] for row in database.execute("SELECT id FROM events")}
    assert len(printed) > 2000 and printed <= kept


# MARK: the door for components


@contextmanager
def door(binary, state, *flags):
    env = clean_environment({"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "plant-7"})
    child = subprocess.Popen(
        [str(binary), "spool", "serve", "--port", "0", "-o", "json", "--state", str(state), *flags],
        stdout=subprocess.PIPE, text=True, env=env,
    )
    try:
        yield json.loads(child.stdout.readline())["url"]
    finally:
        child.terminate()
        assert child.wait(10) == 0


def client(url, key=KEY, secret=SECRET, region="plant-7", token=None):
    return boto3.client(
        "events", endpoint_url=url, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
        aws_session_token=token, config=Config(retries={"total_max_attempts": 1}),
    )


def entry(**changes):
    whole = {"Source": "component", "DetailType": "Inference", "Detail": json.dumps({"confidence": 0.9, "text": "ä"})}
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_a_component_puts_events_and_they_arrive(binary, state, receiver):
    with door(binary, state, "--endpoint", receiver.url) as url:
        answer = client(url).put_events(
            Entries=[entry(), entry(EventBusName="lines", Resources=["urn:part:7"], Time=1_795_000_000)]
        )
        assert answer["FailedEntryCount"] == 0
        ids = [one["EventId"] for one in answer["Entries"]]
        wait_until(lambda: sorted(receiver.ids) == sorted(ids), "the events")
    first, second = sorted(receiver.taken, key=lambda taken: "EventBusName" in taken)
    assert json.loads(first["Detail"]) == {ID: json.loads(first["Detail"])[ID], "confidence": 0.9, "text": "ä"}
    assert second["EventBusName"] == "lines" and second["Resources"] == ["urn:part:7"] and second["Time"] == 1_795_000_000


def test_entries_are_refused_one_by_one(binary, state, spool):
    with door(binary, state) as url:
        answer = client(url).put_events(
            Entries=[
                entry(), entry(Detail="[1]"), entry(Detail="{"), entry(Source=None), entry(DetailType=None),
                entry(Detail=None), entry(Source="aws.ec2"), entry(),
            ]
        )
    codes = [one.get("ErrorCode") for one in answer["Entries"]]
    assert codes == [
        None, "MalformedDetail", "MalformedDetail", "InvalidArgument", "InvalidArgument", "InvalidArgument",
        "NotAuthorizedForSourceException", None,
    ]
    assert answer["FailedEntryCount"] == 6
    assert status(spool)["events"] == 2


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def test_requests_are_refused_as_a_whole(binary, state, spool):
    with door(binary, state) as url:
        ours = client(url)
        heavy = entry(Detail=json.dumps({"fill": "x" * 140_000}))
        assert refusal(ours.put_events, Entries=[entry()] * 11) == (400, "ValidationException")
        assert refusal(ours.put_events, Entries=[heavy, heavy]) == (400, "ValidationException")
        assert refusal(ours.list_rules) == (400, "UnknownOperationException")
        assert refusal(ours.create_event_bus, Name="lines") == (400, "UnknownOperationException")
        for stranger, code in [
            (client(url, secret="guess"), "InvalidSignatureException"),
            (client(url, key="AKIANOBODY0000000000"), "UnrecognizedClientException"),
        ]:
            assert refusal(stranger.put_events, Entries=[entry()]) == (403, code)
    assert status(spool)["events"] == 0


def test_the_door_says_yes_only_to_what_is_on_the_disk(binary, state, spool):
    """Killed right after its answers: everything that was acknowledged is there."""
    env = clean_environment({"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})
    child = subprocess.Popen(
        [str(binary), "spool", "serve", "--port", "0", "-o", "json", "--state", str(state)],
        stdout=subprocess.PIPE, text=True, env=env,
    )
    ours = client(json.loads(child.stdout.readline())["url"])
    ids = [one["EventId"] for _ in range(5) for one in ours.put_events(Entries=[entry()] * 10)["Entries"]]
    child.send_signal(signal.SIGKILL)
    child.wait()
    listed = json.loads(spool("list", "--count", 100, "-o", "json").stdout)
    assert [row["id"] for row in listed] == ids
