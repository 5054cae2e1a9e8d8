"""A hub under load: the process, clients of it, and requests that are signed by hand because a client's own work costs most."""

import json
import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from drill import PROGRAM, DrillOver

REGION = "us-east-1"
LISTENS = re.compile(r"hub at (http://\S+?:\d+) ")
START_SECONDS = 20
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20, max_pool_connections=32)


class Hub:
    """`lineside hub` over a folder, started as often as it is killed."""

    def __init__(self, folder):
        self.data, self.log = folder / "data", folder / "hub.log"
        self.process, self.url, self.key = None, None, None

    def start(self):
        began = time.monotonic()
        with open(self.log, "wb") as log:
            words = [PROGRAM, "hub", "--data", self.data, "--port", "0", "--device-port", "0", "--message-port", "0"]
            self.process = subprocess.Popen(list(map(str, words)), stderr=log, stdin=subprocess.DEVNULL)
        while not (found := LISTENS.search(self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise DrillOver(f"the hub does not start: {self.log.read_text()[-500:]}")
            time.sleep(0.01)
        self.url = found[1]
        self.key = self.key or self.environment()
        return time.monotonic() - began

    def environment(self):
        said = subprocess.run(
            [str(PROGRAM), "env", "--data", str(self.data), "-o", "json"], capture_output=True, check=True, timeout=20
        )
        told = json.loads(said.stdout)
        return Credentials(told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.key.access_key,
            aws_secret_access_key=self.key.secret_key,
            config=ONE_TRY,
        )

    def signed(self, service, target, body):
        """The fields of a request of the JSON protocol."""
        fields = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        request = AWSRequest("POST", self.url + "/", fields, body)
        SigV4Auth(self.key, service, REGION).add_auth(request)
        return dict(request.headers)

    def resident_kb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_hub(folder):
    hub = Hub(folder)
    hub.start()
    try:
        yield hub
    finally:
        if hub.process.poll() is None:
            hub.kill()


def send_events_to_a_group(hub, bus="drill", group="/drill/events"):
    """A bus whose every event goes to a log group; gives their names."""
    account = hub.client("sts").get_caller_identity()["Account"]
    events, logs = hub.client("events"), hub.client("logs")
    events.create_event_bus(Name=bus)
    events.put_rule(Name="all", EventBusName=bus, EventPattern=json.dumps({"source": ["drill"]}))
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{account}:log-group:{group}"
    events.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    return bus, group


def numbers_in(hub, group):
    """The numbers of the drill's events in a log group, each with how often it is there."""
    logs, found, token = hub.client("logs"), {}, {}
    while True:
        answer = logs.filter_log_events(logGroupName=group, **token)
        for event in answer["events"]:
            number = json.loads(event["message"])["detail"]["number"]
            found[number] = found.get(number, 0) + 1
        if not answer.get("nextToken"):
            return found
        token = {"nextToken": answer["nextToken"]}
