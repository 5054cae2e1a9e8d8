"""A running hub: `lineside hub` over a folder of its own, boto3 clients of it, and raw requests that botocore signs."""

import glob
import hashlib
import itertools
import json
import os
import re
import subprocess
import threading
import uuid
from contextlib import contextmanager
from functools import cached_property

import boto3
import pytest
import requests
from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from line import Job
from server import clean_environment, wait_until

REGION = "us-east-1"
ANNOUNCEMENT = re.compile(r"hub at (http://\S+?:\d+)(?=\D)")
PORTS = ("--port", "--device-port", "--message-port")
MESSAGES = re.compile(r"messages at mqtts://(\S+):(\d+)(?=\D)")
ONE_TRY = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=5,
    read_timeout=20,
    proxies={},
    max_pool_connections=20,
    inject_host_prefix=False,
    parameter_validation=False,
)
NUMBERS = itertools.count(1)


class Hub:
    """`lineside hub` over `folder`/data, on a port of its own choice at each start; not started yet."""

    def __init__(self, binary, folder, *flags):
        self.binary, self.folder, self.flags = binary, folder, flags
        self.data = folder / "data"
        self.region = flags[flags.index("--region") + 1] if "--region" in flags else REGION
        self.job = None
        self.clients, self.lock = {}, threading.Lock()
        self.boto = boto3.session.Session()
        self.session = requests.Session()
        self.session.trust_env = False

    # -- the process

    def start(self, wait=True, env=None):
        ports = [word for name in PORTS if name not in self.flags for word in (name, 0)]
        self.job = Job(self.binary, "hub", "--data", self.data, *ports, *self.flags, folder=self.folder, env=env)
        return self.wait_started() if wait else self

    def wait_started(self, seconds=20):
        wait_until(lambda: self.url or not self.job.is_running, f"the hub\n{self.log()}", seconds)
        assert self.job.is_running, self.log()
        return self

    def stop(self):
        """SIGTERM; the exit status."""
        return self.job.stop() if self.job else 0

    def kill(self):
        """SIGKILL: whatever it had not kept by now is lost."""
        self.job.kill()

    def restart_killed(self):
        self.kill()
        return self.start()

    @property
    def url(self):
        """Where it listens, as it says itself; None before it does."""
        found = ANNOUNCEMENT.search(self.log())
        return found and found[1]

    @property
    def broker(self):
        """Host and port for messages, as it says itself."""
        found = MESSAGES.search(self.log())
        return found and (found[1], int(found[2]))

    def log(self):
        return self.job.log() if self.job else ""

    def files(self):
        """Every file below the data folder, but for the one that the broker writes now and then, and renames."""
        return [path for path in self.data.rglob("*") if path.is_file() and path.name != "mosquitto.db.new"]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # -- the verbs beside it

    def verb(self, *words, seconds=20):
        """Another verb that is told the data folder; the finished process."""
        return subprocess.run(
            [str(self.binary), *map(str, words), "--data", str(self.data)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            env=clean_environment(),
        )

    def environment(self):
        """What `lineside env` says, as an object."""
        finished = self.verb("env", "-o", "json")
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    @property
    def administrator(self):
        """The administrator's key, as boto3 wants it."""
        said = self.environment()
        return {
            "aws_access_key_id": said["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": said["AWS_SECRET_ACCESS_KEY"],
        }

    # -- talking to it

    def client(self, service, **credentials):
        """A client of boto3 that tries once; the administrator's, unless it is given a key.

        It checks no parameters: that is for the hub to do.
        """
        with self.lock:
            name = (self.url, service, *sorted(credentials.items()))
            if name not in self.clients:
                self.clients[name] = self.boto.client(
                    service,
                    endpoint_url=self.url,
                    region_name=self.region,
                    config=ONE_TRY,
                    **(credentials or self.key),
                )
            return self.clients[name]

    def client_in(self, protocol, service):
        """A client that speaks one protocol of a service's model; botocore would choose itself."""
        model = self.boto._session.get_component("data_loader").load_service_model(service, "service-2")
        kept = {name: model["metadata"].get(name) for name in ("protocol", "protocols")}
        model["metadata"].update(protocol=protocol, protocols=[protocol])
        try:
            return self.boto.client(
                service, endpoint_url=self.url, region_name=self.region, config=ONE_TRY.merge(Config()), **self.key
            )
        finally:
            model["metadata"].update(kept)

    @cached_property
    def key(self):
        """The administrator's, asked for once: it outlives every start."""
        return self.administrator

    @cached_property
    def account(self):
        return self.client("sts").get_caller_identity()["Account"]

    def arn(self, service, resource):
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def sign(self, service, method="POST", path="/", headers=None, body=b"", at=None, region=None, **credentials):
        """The headers with botocore's signature over all of them; `at` is the clock of the one who signs."""
        key = credentials or self.key
        owner = Credentials(key["aws_access_key_id"], key["aws_secret_access_key"], key.get("aws_session_token"))
        request = AWSRequest(method, self.url + path, dict(headers or {}), body)
        signer = ObjectSigner if service == "s3" else Signer
        signer(owner, service, region or self.region, at).add_auth(request)
        return dict(request.headers)

    def raw(self, method="POST", path="/", headers=None, body=b""):
        """A request as it is given, signed or not."""
        return self.session.request(
            method, self.url + path, headers=headers, data=body, timeout=20, allow_redirects=False
        )


class Signer(SigV4Auth):
    """botocore's, with a clock that can be wrong."""

    def __init__(self, credentials, service, region, at=None):
        super().__init__(credentials, service, region)
        self.at = at

    def _modify_request_before_signing(self, request):
        if self.at:
            request.context["timestamp"] = self.at.strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)


class ObjectSigner(Signer):
    """For the object store: a path is signed as it stands, and the hash of a body is a field, which may be given."""

    def _normalize_url_path(self, path):
        return path

    def _modify_request_before_signing(self, request):
        super()._modify_request_before_signing(request)
        if "X-Amz-Content-SHA256" not in request.headers:
            request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(request.body or b"").hexdigest()


# -- the clock --------------------------------------------------------------------------------------------------------


def false_time():
    """libfaketime for programs with threads; None where it is not installed."""
    return next(iter(glob.glob("/usr/lib*/*/faketime/libfaketimeMT.so.1")), None)


def at_time(shift):
    """The environment of a program whose clock is off, as in "+30d"; only the time of day is."""
    return {"LD_PRELOAD": false_time(), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


# -- what the tests say often -----------------------------------------------------------------------------------------


def fresh(stem):
    """A name that no other test uses, also not in another process."""
    return f"{stem}-{os.getpid()}-{next(NUMBERS)}"


def token():
    """A ClientRequestToken."""
    return str(uuid.uuid4())


@contextmanager
def refused(*codes):
    """The call in it is refused with one of these codes, as a fault of the caller's, and with a request id."""
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    assert response["Error"]["Code"] in codes, response
    assert 400 <= response["ResponseMetadata"]["HTTPStatusCode"] < 500, response
    assert response["ResponseMetadata"].get("RequestId"), response


def credentials_of(key):
    """An access key of IAM's, or the credentials of a session of STS's, as boto3 wants them."""
    given = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return given | ({"aws_session_token": key["SessionToken"]} if "SessionToken" in key else {})


def pages(call, token="nextToken", **arguments):
    """The answers of a call that is asked again with the token of its last answer."""
    while True:
        answer = call(**arguments)
        yield answer
        if not answer.get(token):
            return
        arguments[token] = answer[token]


def logged(hub, group, **arguments):
    """Every event of a log group, as FilterLogEvents tells them."""
    answers = pages(hub.client("logs").filter_log_events, logGroupName=group, **arguments)
    return [event for answer in answers for event in answer["events"]]
