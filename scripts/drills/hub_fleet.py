#!/usr/bin/env python3
"""10, 100 and 1,000 simulated nodes join one hub, and one deployment goes to the group of all of them.

A node is a thing with a certificate: MQTT over mutual TLS, its health, the job that it is told of, the component asked for over
HTTPS, and what came of it. Eight processes drive them, without a thread per node; one whose line breaks comes again after a
second. Every node has SUCCEEDED once, is HEALTHY and runs the component; memory and processor time are the hub's and its
broker's. [hub-green-7] [hub-job-3] [hub-message-4]
"""

import http.client
import json
import multiprocessing
import os
import queue
import re
import resource
import selectors
import shutil
import ssl
import subprocess
import tempfile
import time
import traceback
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from drill import PROGRAM, DrillOver, run
from hub import running_hub
from results import add_out, keep

SIZE_JUDGED, DEPLOY_SECONDS_MAX, HUB_MB_MAX = 1000, 120, 400
PHASE_SECONDS, WORKERS_MAX, ASKING_AT_ONCE = 300, 8, 8
JOBS, GROUP, POLICY, PART, VERSION = "namespace-aws-gg-deployment", "fleet", "fleet", "com.drill.part", "1.0.0"
COLUMNS = ["nodes", "join s", "deploy s", "hub MB", "broker MB", "hub CPU s", "broker CPU s"]
# What the workers count: nodes, and what went wrong.
COUNTERS = ["registered", "connected", "joined", "given", "done", "lost", "failed", "broken"]
GREETING = re.compile(r"messages at|hub at|devices at|another terminal|run as root")
RECIPE = {"RecipeFormatVersion": "2020-01-25", "ComponentName": PART, "ComponentVersion": VERSION} | {
    "Manifests": [{"Platform": {"os": "linux"}, "Lifecycle": {"Run": "sleep 1000"}}]
}
CANDIDATES = {
    "componentCandidates": [{"componentName": PART, "versionRequirements": {"requirements": VERSION}}],
    "platform": {"name": "linux", "attributes": {"os": "linux", "architecture": "amd64", "runtime": "aws_nucleus_lite"}},
}
SYSTEM = {"ggcVersion": "2.12.0", "platform": "linux", "architecture": "amd64", "runtime": "aws_nucleus_lite"}
RUNNING = {"componentName": PART, "version": VERSION, "fleetConfigArns": [], "isRoot": True, "status": "RUNNING"}


def add_arguments(parser):
    sizes = lambda text: [int(word) for word in text.split(",")]
    parser.add_argument("--sizes", type=sizes, default=[10, 100, 1000], help="nodes, each time with a new hub (10,100,1000)")
    add_out(parser, "hub_fleet")


# -- a node -----------------------------------------------------------------------------------------------------------


class Node:
    """A simulated node; everything but `resolve` happens on its worker's one thread."""

    def __init__(self, worker, name):
        self.worker, self.name, self.prefix = worker, name, f"$aws/things/{name}/"
        self.client, self.context, self.sequence, self.last_report = None, None, 0, None
        self.is_joined, self.is_done, self.taken, self.over = False, False, set(), set()

    def register(self, iot):
        """A thing of the group, with a certificate for a key that stays here."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        pem = request.public_bytes(serialization.Encoding.PEM).decode()
        iot.create_thing(thingName=self.name)
        made = iot.create_certificate_from_csr(certificateSigningRequest=pem, setAsActive=True)
        iot.attach_policy(policyName=POLICY, target=made["certificateArn"])
        iot.attach_thing_principal(thingName=self.name, principal=made["certificateArn"])
        iot.add_thing_to_thing_group(thingGroupName=GROUP, thingName=self.name)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self.worker.fleet.folder / f"{self.name}.pem"
        file.write_text(key.private_bytes(*form).decode() + made["certificatePem"])
        self.context = ssl.create_default_context(cafile=str(self.worker.fleet.hub.data / "ca.pem"))
        self.context.load_cert_chain(file)

    def open(self):
        """A line to the broker, driven by the worker's selector."""
        self.client = client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, self.name, protocol=mqtt.MQTTv5)
        client.tls_set_context(self.context)
        selector, read, both = self.worker.selector, selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE
        client.on_socket_open = lambda _, __, line: selector.register(line, read, self)
        client.on_socket_close = lambda _, __, line: selector.unregister(line)
        client.on_socket_register_write = lambda _, __, line: selector.modify(line, both, self)
        client.on_socket_unregister_write = lambda _, __, line: selector.modify(line, read, self)
        client.on_connect, client.on_disconnect = self.on_connect, self.on_disconnect
        client.on_message, client.on_publish = self.on_message, self.on_publish
        client.on_subscribe = lambda _, __, ___, codes, ____: [self.fail(code) for code in codes if code.is_failure]
        client.connect(*self.worker.fleet.broker, keepalive=60)

    def fail(self, what):
        self.worker.complain("failed", f"{self.name}: {what}")

    def on_connect(self, _, __, ___, code, ____):
        if code.is_failure:
            return self.fail(f"CONNECT: {code}")
        self.worker.count("connected")
        words = f"notify-next-{JOBS}", f"$next/{JOBS}/get/accepted"
        self.client.subscribe([(f"{self.prefix}jobs/{word}", 1) for word in words])
        self.tell_health("COMPLETE", "NUCLEUS_LAUNCH")
        asked = {"jobId": "$next", "thingName": self.name, "includeJobDocument": True}
        self.publish(f"jobs/$next/{JOBS}/get", asked)

    def on_disconnect(self, _, __, ___, code, ____):
        self.worker.complain("lost", f"{self.name}: {code}")
        self.worker.later.append((time.monotonic() + 1, self))

    def on_message(self, _, __, message):
        if message.topic.endswith("/get/accepted") and not self.is_joined:
            self.is_joined = True
            self.worker.count("joined")
        execution = json.loads(message.payload).get("execution") or {}
        job = execution.get("jobId")
        if job is None or job in self.taken:
            return
        self.taken.add(job)
        self.worker.count("given")
        self.publish(f"jobs/{job}/{JOBS}/update", {"status": "IN_PROGRESS"})
        self.worker.ask(self, job, execution["jobDocument"]["components"][PART]["version"])

    def resolve(self, version):
        """One request over a line of its own. Anything but the component is an exception."""
        connection = http.client.HTTPSConnection(*self.worker.fleet.door, context=self.context, timeout=30)
        try:
            fields = {"Content-Type": "application/json", "Connection": "close"}
            connection.request("POST", "/greengrass/v2/resolveComponentCandidates", json.dumps(CANDIDATES), fields)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{answer.status} {said[:300]}"
        (found,) = json.loads(said)["resolvedComponentVersions"]
        assert (found["componentName"], found["componentVersion"]) == (PART, version), found

    def finish(self, job, wrong):
        if wrong:
            self.fail(f"no component: {wrong!r}")
        self.over.add(job)
        self.publish(f"jobs/{job}/{JOBS}/update", {"status": "FAILED" if wrong else "SUCCEEDED"})
        self.last_report = self.tell_health("PARTIAL", "THING_GROUP_DEPLOYMENT")

    def tell_health(self, kind, trigger):
        self.sequence += 1
        report = {"thing": self.name, "sequenceNumber": self.sequence, "timestamp": int(time.time() * 1000)}
        report |= {"messageType": kind, "trigger": trigger, "overallDeviceStatus": "HEALTHY"}
        return self.publish("greengrassv2/health/json", SYSTEM | report | {"components": [RUNNING] if self.over else []})

    def on_publish(self, _, __, number, ___, ____):
        """The broker has it: with the last report the node is done."""
        if number == self.last_report and not self.is_done:
            self.is_done = True
            self.worker.count("done")

    def publish(self, topic, document):
        return self.client.publish(self.prefix + topic, json.dumps(document), qos=1).mid

    def pump(self, mask):
        if mask & selectors.EVENT_READ:
            self.client.loop_read()
            while (line := self.client.socket()) and line.pending():
                self.client.loop_read()
        if mask & selectors.EVENT_WRITE and self.client.socket():
            self.client.loop_write()


class Worker:
    """The nodes of one process."""

    def __init__(self, fleet, number, names):
        self.fleet, self.number = fleet, number
        self.later, self.answers, self.nodes = deque(), deque(), [Node(self, name) for name in names]

    def count(self, what):
        self.fleet.counts[self.number * len(COUNTERS) + COUNTERS.index(what)] += 1

    def complain(self, what, text):
        self.count(what)
        with suppress(queue.Full):
            self.fleet.said.put_nowait(text)

    def ask(self, node, job, version):
        asked = self.pool.submit(node.resolve, version)
        asked.add_done_callback(lambda outcome: self.answers.append((node, job, outcome.exception())))

    def work(self):
        try:
            self.selector, self.pool = selectors.DefaultSelector(), ThreadPoolExecutor(ASKING_AT_ONCE)
            iot = self.fleet.hub.client("iot")
            for node in self.nodes:
                node.register(iot)
                self.count("registered")
            self.fleet.may_join.wait()
            self.later.extend((0, node) for node in self.nodes)
            self.drive()
        except Exception:
            self.complain("broken", traceback.format_exc())

    def drive(self):
        """Until the parent ends this process, or is no more."""
        parent, tend_at = os.getppid(), time.monotonic()
        while os.getppid() == parent:
            for key, mask in self.selector.select(0.02):
                key.data.pump(mask)
            while self.answers:
                node, job, wrong = self.answers.popleft()
                node.finish(job, wrong)
            if self.later and self.later[0][0] <= time.monotonic():
                self.open(self.later.popleft()[1])
            if time.monotonic() > tend_at:
                tend_at = time.monotonic() + 1
                for node in [node for node in self.nodes if node.client]:
                    node.client.loop_misc()

    def open(self, node):
        """What was not reported for certain is reported anew."""
        if not node.is_done:
            node.taken.clear()
        try:
            node.open()
        except OSError as error:
            self.complain("lost", f"{node.name}: {error!r}")
            self.later.append((time.monotonic() + 1, node))


# -- all of them ------------------------------------------------------------------------------------------------------


class Fleet:
    """The workers, what they count, and what they say."""

    def __init__(self, hub, folder, size):
        self.hub, self.folder, self.size, self.workers = hub, folder, size, min(WORKERS_MAX, size)
        self.broker, self.door = (self.place(scheme) for scheme in ("mqtts", "https"))
        self.broker_process = broker_of(hub)
        self.may_join, self.said = multiprocessing.Event(), multiprocessing.Queue(20)
        self.counts = multiprocessing.Array("i", self.workers * len(COUNTERS), lock=False)
        self.names = [f"node-{number:04}" for number in range(size)]
        works = [Worker(self, number, self.names[number :: self.workers]) for number in range(self.workers)]
        self.processes = [multiprocessing.Process(target=work.work, daemon=True) for work in works]

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.join()

    def place(self, scheme):
        """Host and port, as the hub says them."""
        until = time.monotonic() + 10
        while not (found := re.search(rf"{scheme}://(\S+):(\d+)\s", self.hub.log.read_text())):
            if time.monotonic() > until:
                raise DrillOver(f"the hub says nothing of {scheme}: {self.hub.log.read_text()[-500:]}")
            time.sleep(0.05)
        return found[1], int(found[2])

    def counted(self, what):
        return sum(self.counts[COUNTERS.index(what) :: len(COUNTERS)])

    def told(self):
        """What was counted, and the first complaints."""
        words = []
        with suppress(queue.Empty):
            while len(words) < 5:
                words.append(self.said.get(timeout=0.1))
        return "; ".join([", ".join(f"{self.counted(name)} {name}" for name in COUNTERS), *words])

    def wait(self, phase, is_over, missing=lambda: "things are missing"):
        """Until it is over, or for as long as a phase may take: then it says what was missing."""
        until = time.monotonic() + PHASE_SECONDS
        while not is_over():
            if self.hub.process.poll() is not None:
                raise DrillOver(f"{phase}: the hub ended; of {self.size} nodes {self.told()}")
            if self.counted("broken") or time.monotonic() > until:
                raise DrillOver(f"{phase}: given up; of {self.size} nodes {self.told()}; {missing()}")
            time.sleep(0.1)

    @contextmanager
    def phase(self, name, report, figures):
        """How long it took, and who worked in it."""
        groups = {"hub": [self.hub.process.pid], "broker": [self.broker_process]}
        groups["workers"] = [process.pid for process in self.processes]
        began, before = time.monotonic(), {group: seconds_of(these) for group, these in groups.items()}
        yield
        spent = {group: seconds_of(these) - before[group] for group, these in groups.items()}
        figures[name] = {"seconds": time.monotonic() - began, "processor_seconds": spent}
        words = ", ".join(f"{group} {seconds:.1f} s" for group, seconds in spent.items())
        report.say(f"{self.size} nodes {name} in {figures[name]['seconds']:.1f} s; processor: {words}")


def broker_of(hub):
    said = subprocess.run(["pgrep", "-P", str(hub.process.pid), "mosquitto"], capture_output=True, text=True, check=True)
    return int(said.stdout)


def peak_mb(process):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1]) / 1024


def seconds_of(processes):
    fields = [Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split() for process in processes]
    return sum(int(row[11]) + int(row[12]) for row in fields) / os.sysconf("SC_CLK_TCK")


def rows_of(call, key, **arguments):
    """All rows of a list that comes in parts."""
    answer = call(maxResults=100, **arguments)
    more = answer.get("nextToken")
    return answer[key] + (rows_of(call, key, **arguments | {"nextToken": more}) if more else [])


# -- the drill --------------------------------------------------------------------------------------------------------


def measure(size, report):
    figures = {"nodes": size}
    with tempfile.TemporaryDirectory(prefix="lineside-drill-") as folder, running_hub(Path(folder)) as hub:
        iot, green = hub.client("iot"), hub.client("greengrassv2")
        statement = {"Effect": "Allow", "Action": ["iot:*", "greengrass:*"], "Resource": "*"}
        iot.create_policy(policyName=POLICY, policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        group = iot.create_thing_group(thingGroupName=GROUP)["thingGroupArn"]
        with stopped_in_the_end(hub, report), Fleet(hub, Path(folder), size) as fleet, told_in_the_end(hub, report):
            with fleet.phase("registered", report, figures):
                fleet.wait("registering", lambda: fleet.counted("registered") == size)
            with fleet.phase("joined", report, figures):
                join(fleet, green)
            green.create_component_version(inlineRecipe=json.dumps(RECIPE))
            with fleet.phase("deployed", report, figures):
                made = deploy(fleet, green, group)
            check(fleet, iot, green, made, report)
            for name, process in (("hub", hub.process.pid), ("broker", fleet.broker_process)):
                figures |= {f"{name}_mb": peak_mb(process), f"{name}_cpu": seconds_of([process])}
    return figures


@contextmanager
def stopped_in_the_end(hub, report):
    """One that is killed, or crashes, leaves its sockets' folder."""
    try:
        yield
    finally:
        status = hub.stop()
        report.check(status == 0, f"the hub ends with {status}")
        for left in Path("/tmp").glob(f"lineside-broker-{hub.process.pid}-*"):
            shutil.rmtree(left)


def join(fleet, green):
    fleet.may_join.set()
    cores = lambda: {row["coreDeviceThingName"] for row in rows_of(green.list_core_devices, "coreDevices")}
    is_over = lambda: fleet.counted("joined") == fleet.size == len(cores())
    fleet.wait("joining", is_over, lambda: f"{len(cores())} are core devices, not {sorted(set(fleet.names) - cores())[:5]}")


def deploy(fleet, green, group):
    """The job, once the deployment is completed and every node has reported."""
    made = green.create_deployment(targetArn=group, components={PART: {"componentVersion": VERSION}})
    status = lambda: green.get_deployment(deploymentId=made["deploymentId"])["deploymentStatus"]
    is_over = lambda: fleet.counted("done") == fleet.size and status() == "COMPLETED"
    fleet.wait("deploying", is_over, lambda: f"the deployment is {status()}")
    return made["iotJobId"]


def check(fleet, iot, green, job, report):
    runs = rows_of(iot.list_job_executions_for_job, "executionSummaries", jobId=job)
    found = Counter((row["thingArn"].rpartition("/")[2], row["jobExecutionSummary"]["status"]) for row in runs)
    tally = dict(Counter(row["jobExecutionSummary"]["status"] for row in runs))
    is_good = found == Counter((name, "SUCCEEDED") for name in fleet.names)
    report.check(is_good, f"{fleet.size} nodes: runs {tally}, each node once")

    def is_running(name):
        rows = green.list_installed_components(coreDeviceThingName=name)["installedComponents"]
        return [(row["componentName"], row["lifecycleState"]) for row in rows] == [(PART, "RUNNING")]

    idle = set(fleet.names)
    while_idle = lambda: idle.difference_update([name for name in sorted(idle) if is_running(name)]) or not idle
    fleet.wait("health", while_idle, lambda: f"the component does not run on {sorted(idle)[:5]}")
    cores = Counter(row["coreDeviceThingName"] for row in rows_of(green.list_core_devices, "coreDevices", status="HEALTHY"))
    report.check(cores == Counter(fleet.names), f"{fleet.size} nodes: {len(cores)} HEALTHY core devices, the component on each")
    is_quiet = broker_of(fleet.hub) == fleet.broker_process and not fleet.counted("lost") + fleet.counted("failed")
    report.check(is_quiet, f"{fleet.size} nodes: {fleet.told()}; one broker all the time")


@contextmanager
def told_in_the_end(hub, report):
    """What the hub said beside its greeting, before the nodes are killed, which the broker tells too."""
    try:
        yield
    finally:
        lines = [line for line in hub.log.read_text(errors="replace").splitlines() if not GREETING.search(line)]
        if lines:
            report.say("\n".join([f"{len(lines)} lines in the hub's log:", *(line[:300] for line in lines[:5])]))


def drill(arguments, report):
    if not PROGRAM.exists():
        raise DrillOver(f"{PROGRAM} is not there: build it, or name it in LINESIDE")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sizes, rows = [], []
    for size in arguments.sizes:
        try:
            sizes.append(measure(size, report))
        except DrillOver as error:
            report.check(False, f"{size} nodes: {error}")
            break
    for one in sizes:
        took, memory = one["deployed"]["seconds"], one["hub_mb"]
        if one["nodes"] == SIZE_JUDGED:
            report.check(took <= DEPLOY_SECONDS_MAX, f"{SIZE_JUDGED} nodes: deployed to in {took:.1f} s (at most 120)")
            report.check(memory < HUB_MB_MAX, f"{SIZE_JUDGED} nodes: the hub's peak is {memory:.0f} MB (below 400)")
        cells = [one["joined"]["seconds"], took, memory, one["broker_mb"], one["hub_cpu"], one["broker_cpu"]]
        rows.append([one["nodes"], *(f"{cell:.1f}" for cell in cells)])
    keep(report, arguments.out, {"sizes": sizes}, COLUMNS, rows)


if __name__ == "__main__":
    run("hub_fleet", __doc__, add_arguments, drill, limit_seconds=1800)
