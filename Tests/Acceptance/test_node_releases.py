"""Releases on a node's stations: signed or refused, switched in, proved or taken back (docs/spec/node.md)."""

import functools
import os
import random
import signal
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import fixtures
import pytest
from node import StationOfNode, document, recipe
from plc import ServedPLC
from releases import FAKETIME, Repository, at_time, write_release
from server import command_line, wait_until

# Small limits, so that tests do not last for hours.
WATCH = {"healthy": {"parts": 20, "after_s": 0}, "cooldown_s": 0, "reject_rate": {"parts_min": 30}}
needs_faketime = pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed")


def good(folder, version="1", threshold=0.9):
    """Passes every surface: their mean is near a half."""
    return write_release(folder / f"release-{version}", fixtures.inspect(fixtures.IMAGE_8), version, threshold)


def failing(folder, version="2"):
    """Gives no verdict on anything."""
    return write_release(folder / f"failing-{version}", fixtures.failing(), version, mean=-1)


def on(station="demo", **releases):
    """A deployment of releases alone."""
    return document(stations={station: releases})


@pytest.fixture
def make_station(make_node):
    """make_station(**keys of the node): (node, line), started; the station has no model until one is deployed."""
    plcs = []

    def make(model="nowhere", watch=WATCH, start=True, **own):
        node = make_node()
        plc = ServedPLC().start()
        plcs.append(plc)
        line = StationOfNode(node, plc=plc, model=str(model), watch=watch)
        node.configure(stations=[str(line.config_path)], **({"releases": {"allow_unsigned": True}} | own))
        return (node.start() if start else node), line

    yield make
    for plc in plcs:
        plc.stop()


class Feed:
    """Parts that keep coming while a block runs."""

    def __init__(self, line, first=1000, per_second=30):
        self.line, self.next, self.per_second, self.over = line, first, per_second, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.over.wait(0.1):
            if len(self.line.plc.belt) < self.per_second // 3:
                self.line.plc.feed(range(self.next, self.next + self.per_second // 3), self.per_second)
                self.next += self.per_second // 3

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(5)
        self.line.plc.belt.clear()
        self.line.plc.wait_done()


def deploy(node, line, wanted, *recipes, seconds=60, **others):
    """A deployment under parts that keep coming: a release proves itself by judging."""
    with Feed(line, first=len(line.plc.gone) + 1000):
        return node.deploy(wanted, *recipes, seconds=seconds, **others)


def deploy_good(node, line, release):
    over = deploy(node, line, on(release=str(release)))
    assert over["result"] == "SUCCEEDED", over
    line.plc.wait_ready()


def version_at_work(line):
    release = line.state()["release"]
    return release and release["version"]


# -- stations ---------------------------------------------------------------------------------------------------------


def test_a_station_without_a_model(make_station):
    """[node-files-1] D18: it runs, says NO_MODEL, passes nothing; the first release wakes it."""
    node, line = make_station()
    wait_until(lambda: line.url, "the station's page", 20)
    station = node.station("demo")
    assert station["state"] == "NO_MODEL" and station["release"] is None, station
    line.plc.wait("NO_MODEL", lambda said: said.state == "NO_MODEL", 10)
    deploy_good(node, line, good(node.folder))
    station = node.station("demo")
    assert station["state"] in ("READY", "BUSY") and station["phase"] == "proved" and station["release"], station
    assert line.plc.judge(5).result.verdict == "PASS"
    place = node.place("station/demo")
    assert place["active"] == place["good"] and place["candidate"] is None, place


def test_a_station_with_a_model_of_its_own(make_station, tmp_path):
    """Without a deployment a station judges with what its line.json says."""
    node, line = make_station(model=good(tmp_path))
    line.plc.wait_ready(30)
    assert line.plc.judge(5).result.verdict == "PASS"
    assert node.verb("node", "status").returncode == 0


@pytest.mark.parametrize("word", ["station", "io"])
def test_what_dies_is_started_again(make_station, word):
    """Back within a second or two, with the release that was deployed."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    (pid,) = [pid for pid in node.processes() if command_line(pid)[1:2] == [word]]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid not in node.processes(), "its end", 5)
    line.plc.wait_ready(10)
    wait_until(lambda: line.plc.judge(7).result and line.plc.gone[-1].result.verdict == "PASS", "a PASS", 10)
    assert version_at_work(line) == "1"


def test_a_node_that_starts_again_has_the_deployed_release(make_station, tmp_path):
    """[node-start-1] Not what line.json names."""
    node, line = make_station(model=good(tmp_path, "0"))
    deploy_good(node, line, good(node.folder, "1"))
    node.kill()
    wait_until(lambda: not node.left_over(), f"the end of {node.left_over()}", 2)
    node.start()
    line.plc.wait_ready(30)
    assert line.plc.judge(5).result.verdict == "PASS"
    assert version_at_work(line) == "1"
    assert node.stop() == 0 and node.left_over() == []


# -- switching --------------------------------------------------------------------------------------------------------


def test_a_release_is_switched_in_between_two_parts(make_station):
    """D17, D34, A41: every part is judged by one release or the other, none gets the fail-safe."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder, "1"))
    before = len(line.plc.gone)
    over = deploy(node, line, on(release=str(good(node.folder, "2", threshold=0.95))))
    assert over["result"] == "SUCCEEDED", over
    during = line.plc.gone[before:]
    assert len(during) > 20
    assert {(part.result.verdict, part.result.reason) for part in during if part.result} == {("PASS", "OK")}
    assert all(part.result for part in during), [str(part) for part in during if not part.result]
    assert version_at_work(line) == "2" and node.station("demo")["phase"] == "proved"
    place = node.place("station/demo")
    assert place["active"] == place["good"]


def test_a_bad_release_is_taken_back_and_held(make_station):
    """D37, A36: FAILED_ROLLBACK_COMPLETE with the trigger's name; it comes again only when a person lets it."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    bad = failing(node.folder)
    over = deploy(node, line, on(release=str(bad)))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    line.plc.wait_ready()
    assert line.plc.judge(5).result.verdict == "PASS" and version_at_work(line) == "1"
    place = node.place("station/demo")
    assert place["active"] == place["good"] and len(place["held"]) == 1
    again = node.submit(on(release=str(bad)))
    said = again.json().get("error") or node.wait_over(again.json()["id"])["reason"]
    assert "held" in said or "rolled back" in said, said
    assert version_at_work(line) == "1"
    over = deploy(node, line, on(release=str(bad)) | {"takes_held": True})
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over


def test_a_change_of_the_threshold_is_a_release(make_station):
    """D34: another digest, and `undo` brings the threshold back."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder, "1", threshold=0.9))
    first = node.place("station/demo")["active"]
    release = write_release(node.folder / "strict", fixtures.inspect(fixtures.IMAGE_8), "1", threshold=0.8)
    deploy_good(node, line, release)
    assert node.place("station/demo")["active"] != first and line.state()["release"]["threshold"] == 0.8
    with Feed(line):
        said = node.verb("deploy", "undo")
    assert said.returncode == 0, said
    assert node.place("station/demo")["active"] == first and line.state()["release"]["threshold"] == 0.9


def test_a_deployment_of_both_is_whole_or_not_at_all(make_station):
    """A36: a broken component takes the new release back with it, and a bad release the new component."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    name = "com.example.widget"
    first, broken = recipe(name, "1.0.0", "exec sleep 900001"), recipe(name, "2.0.0", "exit 1")
    assert node.deploy(document({name: "1.0.0"}), first)["result"] == "SUCCEEDED"
    wanted = on(release=str(good(node.folder, "2", threshold=0.95))) | document({name: "2.0.0"})
    over = deploy(node, line, wanted, broken)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and name in over["reason"], over
    assert version_at_work(line) == "1" and node.versions() == {name: "1.0.0"} and node.sleeps() == ["900001"]
    wanted = on(release=str(failing(node.folder, "3"))) | document({name: "3.0.0"})
    over = deploy(node, line, wanted, recipe(name, "3.0.0", "exec sleep 900003"))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    assert version_at_work(line) == "1" and node.sleeps() == ["900001"]


def test_killed_at_any_moment_a_station_has_one_release_or_the_other(make_station):
    """A36, [node-start-1]: and parts are judged again, by a release that was deployed."""
    node, line = make_station()
    releases = {version: good(node.folder, version, threshold=0.9 + int(version) / 100) for version in ("1", "2")}
    deploy_good(node, line, releases["1"])
    chance, now = random.Random(4), "1"
    for _ in range(4):
        target = "2" if now == "1" else "1"
        with Feed(line):
            assert node.submit(on(release=str(releases[target]))).status_code == 202
            time.sleep(chance.uniform(0, 2))
            node.kill()
            node.start()
            node.wait_idle(60)
        line.plc.wait_ready(20)
        now = version_at_work(line)
        place = node.place("station/demo")
        assert now in ("1", "2") and place["active"] == place["good"] and place["candidate"] is None, place
        assert line.plc.judge(5).result.verdict == "PASS"


@pytest.mark.parametrize(
    ("stations", "words"),
    [
        ({"nobody": {"release": "/x"}}, "nobody"),
        ({"demo": {"release": "/nowhere/at/all"}}, "/nowhere/at/all"),
        ({"demo": {"realese": "/x"}}, "realese"),
        ({"demo": {}}, "release"),
        ({"demo": {"release": 7}}, "release"),
    ],
    ids=["station", "path", "key", "nothing", "number"],
)
def test_releases_that_cannot_be(make_station, stations, words):
    """Refused by name before anything changes."""
    node, line = make_station()
    reply = node.submit(document(stations=stations))
    said = reply.json().get("error") or node.wait_over(reply.json()["id"])["reason"]
    assert words in said, said
    assert reply.status_code == 422 or node.history()[0]["result"] == "FAILED_NO_STATE_CHANGE"


def test_a_release_that_does_not_load_changes_nothing(make_station):
    """The file is no model: the second engine does not come up, and the first goes on without missing a part."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    bad = good(node.folder, "2")
    (bad / "model.onnx").write_text("This is the placeholder text of a model, and no model.\n" * 20)
    before = len(line.plc.gone)
    over = deploy(node, line, on(release=str(bad)))
    assert over["result"] in ("FAILED_NO_STATE_CHANGE", "FAILED_ROLLBACK_COMPLETE") and over["reason"], over
    assert version_at_work(line) == "1"
    assert all(part.result and part.result.verdict == "PASS" for part in line.plc.gone[before:])


def test_plan_names_the_stations(make_station):
    """`lineside plan`: from which release to which, on which station; nothing is done."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    active = node.place("station/demo")["active"]
    reply = node.plan(on(release=str(good(node.folder, "2"))))
    assert reply.status_code == 200, reply.text
    (row,) = reply.json()["stations"]
    assert row["name"] == "demo" and row["from"] and row["to"] and row["from"] != row["to"]
    assert node.place("station/demo")["active"] == active and version_at_work(line) == "1"


def test_drift_of_a_release_is_put_back(make_station):
    """[node-drift-1] D32: somebody writes over the model at work; the file comes back, and the parts do not notice."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    copies = [path for path in node.root.rglob("model.onnx") if path.is_file()]
    assert copies, "the release's file under the node's folder"
    whole = copies[0].read_bytes()
    copies[0].chmod(0o644)
    copies[0].write_bytes(b"somebody else's model")
    wait_until(lambda: copies[0].read_bytes() == whole, "the repair", 60)
    assert any(row["path"].endswith("model.onnx") and row["repaired"] for row in node.status()["drift"])
    assert line.plc.judge(5).result.verdict == "PASS"


# -- signatures (D24) -------------------------------------------------------------------------------------------------


class Shelf(ThreadingHTTPServer):
    """Serves a folder over HTTP."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def repository(binary, tmp_path):
    return Repository(binary, tmp_path / "repository").publish("brightness-1", good(tmp_path))


def trusting(repository, address=None, **more):
    """The node's own keys for a repository."""
    return {"repository": str(address or repository.public), "root": str(repository.root)} | more


def refusal(node, wanted):
    """Why a release was refused; that it left no trace is checked on the way."""
    before = files(node)
    reply = node.submit(wanted)
    if reply.status_code == 422:
        reason = reply.json()["error"]
    else:
        over = node.wait_over(reply.json()["id"])
        assert over["result"] == "FAILED_NO_STATE_CHANGE", over
        reason = over["reason"]
    assert files(node) == before
    return reason


def files(node):
    return sorted(path for path in (node.root / "depot").rglob("*") if path.is_file() and path.name != "record")


@pytest.mark.parametrize("how", ["folder", "http"])
def test_a_signed_release(make_station, repository, how):
    """D24: from a folder and from a server, by its name."""
    with Shelf(repository.public) as shelf:
        node, line = make_station(releases=trusting(repository, shelf.url if how == "http" else None))
        deploy_good(node, line, "brightness-1")
        assert line.plc.judge(5).result.verdict == "PASS" and version_at_work(line) == "1"


def test_an_unsigned_release_is_refused(make_station, repository, tmp_path):
    """D24: a path, where only signed ones are allowed; a name that nobody signed."""
    node, line = make_station(releases=trusting(repository))
    assert "sign" in refusal(node, on(release=str(good(tmp_path, "2"))))
    assert "brightness-9" in refusal(node, on(release="brightness-9"))
    node.stop()
    node.configure(stations=[str(line.config_path)])
    node.start()
    assert "sign" in refusal(node, on(release=str(good(tmp_path, "3"))))


def longer_life(whole):
    whole["signed"]["expires"] = "2099-01-01T00:00:00Z"


def no_signatures(whole):
    whole["signatures"] = []


def spoil_signature(repository):
    repository.edit("timestamp", longer_life)


def spoil_threshold(repository):
    repository.edit("timestamp", no_signatures)


def spoil_digest(repository):
    (model,) = repository.targets("model.onnx")
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)


def spoil_length(repository):
    (model,) = repository.targets("model.onnx")
    model.write_bytes(model.read_bytes() + b"and more")


def spoil_mix(repository):
    repository.edit("snapshot", longer_life)


def spoil_json(repository):
    repository.metadata("timestamp").write_text("<html>404</html>")


def spoil_gone(repository):
    repository.metadata("timestamp").unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_signature, "signature"),
        (spoil_threshold, "signature"),
        (spoil_digest, "digest"),
        (spoil_length, "bytes"),
        (spoil_mix, "snapshot"),
        (spoil_json, "timestamp"),
        (spoil_gone, "timestamp"),
    ],
    ids=lambda value: value.__name__[6:] if callable(value) else "",
)
def test_a_spoiled_repository(make_station, repository, tmp_path, spoil, words):
    """D24: refused with the reason, without a trace, and what judges goes on judging."""
    node, line = make_station(releases=trusting(repository))
    deploy_good(node, line, "brightness-1")
    repository.publish("brightness-2", good(tmp_path, "2"))
    for path in repository.targets("model.onnx"):
        if "brightness-1" in str(path):
            path.unlink()
    spoil(repository)
    reason = refusal(node, on(release="brightness-2"))
    assert words in reason.lower(), reason
    assert version_at_work(line) == "1" and line.plc.judge(5).result.verdict == "PASS"


@needs_faketime
def test_an_expired_repository_and_a_reset_clock(make_station, binary, tmp_path):
    """D24: what was good a month ago is refused, also after the node's clock was set back to when it was good."""
    repository = Repository(binary, tmp_path / "repository").publish("brightness-1", good(tmp_path), shift="-30d")
    node, line = make_station(releases=trusting(repository))
    assert "expired" in refusal(node, on(release="brightness-1"))
    node.stop()
    node.start(env=at_time("-25d"))
    reason = refusal(node, on(release="brightness-1"))
    assert "expired" in reason or "clock" in reason, reason
    assert node.place("station/demo").get("active") is None


def test_an_older_repository(make_station, repository, tmp_path):
    """D24: who has seen version 2 does not take version 1 again."""
    kept = repository.snapshot()
    repository.publish("brightness-2", good(tmp_path, "2"))
    node, line = make_station(releases=trusting(repository))
    deploy_good(node, line, "brightness-2")
    repository.put_back(kept)
    assert "version" in refusal(node, on(release="brightness-1"))
    assert version_at_work(line) == "2"


def test_another_owner(make_station, repository, binary, tmp_path):
    """D24: a repository that is whole, and signed by somebody else."""
    other = Repository(binary, tmp_path / "other").publish("brightness-1", good(tmp_path, "7"))
    node, _ = make_station(releases=trusting(other) | {"root": str(repository.root)})
    assert "signature" in refusal(node, on(release="brightness-1"))


@pytest.mark.parametrize("how", ["whole", "one byte"])
def test_a_bundle(make_station, repository, tmp_path, how):
    """[node-bundle-1] D32: from a stick, with no network and no repository to be reached: the same checks."""
    bundle = repository.bundle(tmp_path / "stick.bundle")
    if how == "one byte":
        content = bytearray(bundle.read_bytes())
        at = content.find(b"model_version")
        content[at] ^= 1
        bundle.write_bytes(content)
    node, line = make_station(releases=trusting(repository, "http://127.0.0.1:9/"))
    wanted = on(release="brightness-1")
    with Feed(line):
        said = node.apply(wanted, flags=["--bundle", bundle])
    if how == "whole":
        assert said.returncode == 0, said
        assert line.plc.judge(5).result.verdict == "PASS"
    else:
        assert said.returncode == 1 and ("digest" in said.stderr or "digest" in said.stdout), said
        assert node.place("station/demo").get("active") is None


def test_a_repository_that_cannot_be_reached(make_station, repository):
    """A43: the station goes on; the deployment waits or fails with the address, and can be cancelled."""
    node, line = make_station(releases=trusting(repository, "http://127.0.0.1:9/"))
    reply = node.submit(on(release="brightness-1") | {"deploymentId": "far"})
    if reply.status_code == 422:
        said = reply.json()["error"]
    else:
        wait_until(lambda: node.deployment("far")["reason"] or node.deployment("far")["result"], "a reason", 20)
        said = node.deployment("far")["reason"]
        if not node.deployment("far")["result"]:
            assert node.post("/node/deployments/cancel").status_code == 200
            assert node.wait_over("far")["result"] == "CANCELED"
    assert "127.0.0.1" in said, said
