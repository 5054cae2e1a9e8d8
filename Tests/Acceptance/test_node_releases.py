"""Signed releases on a node: from a repository or a stick, and every way of being refused (docs/spec/node.md)."""

import contextlib
import functools
import os
import shutil
import signal
import threading
import time
from http.server import SimpleHTTPRequestHandler

import fixtures
import pytest
from local_server import LocalServer
from releases import Feed, Repository, at_time, deploy_good, good, on, version_at_work
from server import command_line, wait_until

needs_faketime = pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")


class Shelf(LocalServer):
    """Serves a folder over HTTP."""

    def __init__(self, folder, door=None):
        super().__init__(functools.partial(door or Quiet, directory=str(folder)))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Trickle(Quiet):
    """Sends a model at two and a half bytes a second, while it has no time."""

    pause = 0.4

    def copyfile(self, source, outputfile):
        if not self.path.endswith("model.onnx"):
            return super().copyfile(source, outputfile)
        with contextlib.suppress(OSError):
            while piece := source.read(1 if Trickle.pause else 1 << 20):
                outputfile.write(piece)
                time.sleep(Trickle.pause)


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
    # What came with it goes right after it is told to be over.
    wait_until(lambda: files(node) == before, "the depot to be as before")
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
        (spoil_signature, "signed by 0 of"),
        (spoil_threshold, "signed by 0 of"),
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
    repository.publish("brightness-2", good(tmp_path, "2", model=fixtures.inspect_b))
    for path in repository.targets("model.onnx"):
        if "brightness-1" in str(path):
            path.unlink()
    spoil(repository)
    reason = refusal(node, on(release="brightness-2"))
    assert words in reason.lower(), reason
    assert version_at_work(line) == "1" and line.plc.judge(5).result.verdict == "PASS"


@needs_faketime
def test_an_expired_repository(make_station, binary, tmp_path):
    """D24: what was good a month ago is refused."""
    repository = Repository(binary, tmp_path / "repository").publish("brightness-1", good(tmp_path), shift="-30d")
    node, _ = make_station(releases=trusting(repository))
    assert "expired" in refusal(node, on(release="brightness-1"))
    assert node.place("station/demo").get("active") is None


@needs_faketime
def test_a_reset_clock_revives_nothing(make_station, binary, tmp_path):
    """D24: last month's repository and last month's clock, on a node that has seen this month's."""
    repository = Repository(binary, tmp_path / "repository").publish("brightness-1", good(tmp_path), shift="-30d")
    kept = repository.snapshot()
    repository.publish("brightness-2", good(tmp_path, "2"))
    node, line = make_station(releases=trusting(repository))
    deploy_good(node, line, "brightness-2")
    node.stop()
    repository.put_back(kept)
    node.start(prefix=at_time("-25d"))
    reason = refusal(node, on(release="brightness-1") | {"creationTimestamp": int(time.time() * 1000)})
    assert "version" in reason or "expired" in reason, reason
    line.plc.wait_ready(30)
    assert version_at_work(line) == "2"


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
    assert "signed by 0 of" in refusal(node, on(release="brightness-1"))


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


class SlowShelf(Shelf):
    """Serves metadata at once and a model a byte at a time."""

    def __init__(self, folder):
        self.over = threading.Event()
        super().__init__(folder, Slow)

    def __exit__(self, *_):
        self.over.set()
        super().__exit__()


class Slow(Quiet):
    def copyfile(self, source, output):
        if "model.onnx" not in self.path:
            return super().copyfile(source, output)
        with contextlib.suppress(OSError):
            while (byte := source.read(1)) and not self.server.over.wait(0.3):
                output.write(byte)


def test_cancel(make_station, repository):
    """A39: while nothing has changed: at once, also in the middle of a download; what judges goes on judging."""
    with SlowShelf(repository.public) as shelf:
        node, line = make_station(releases=trusting(repository, shelf.url, allow_unsigned=True))
        deploy_good(node, line, good(node.folder, "0", model=fixtures.inspect_b))
        before = files(node)
        assert node.submit(on(release="brightness-1") | {"deploymentId": "slow"}).status_code == 202
        wait_until(lambda: node.deployment("slow").get("phase"), "its phase", 10)
        time.sleep(1)
        begun = time.monotonic()
        said = node.verb("deploy", "cancel")
        assert said.returncode == 0, said
        assert node.wait_over("slow", 10)["result"] == "CANCELED"
        assert time.monotonic() - begun < 3
        assert version_at_work(line) == "0" and line.plc.judge(5).result.verdict == "PASS"
        wait_until(lambda: files(node) == before, "the depot to be as before")
        assert node.verb("deploy", "cancel").returncode in (1, 78)


def test_a_node_that_downloads_looks_after_its_lines(make_station, repository):
    """A slow uplink is no reason for a station to stay down."""
    with SlowShelf(repository.public) as shelf:
        node, line = make_station(releases=trusting(repository, shelf.url, allow_unsigned=True))
        deploy_good(node, line, good(node.folder, "0", model=fixtures.inspect_b))
        assert node.submit(on(release="brightness-1") | {"deploymentId": "slow"}).status_code == 202
        time.sleep(0.5)
        before = [pid for pid in node.processes() if command_line(pid)[1:2] in (["line"], ["station"])]
        for pid in before:
            # A station may have gone with its line by then.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        def stations():
            return [pid for pid in node.processes() if command_line(pid)[1:2] == ["station"] and pid not in before]

        wait_until(stations, "another station", 10)
        line.plc.wait_ready(10)
        assert node.status()["deployment"]["id"] == "slow"


def test_a_repository_that_cannot_be_reached(make_station, repository):
    """A43: the station goes on; the deployment waits or fails with the address, and can be cancelled."""
    node, line = make_station(releases=trusting(repository, "http://127.0.0.1:9/"))
    reply = node.submit(on(release="brightness-1") | {"deploymentId": "far"})
    if reply.status_code in (422, 503):
        said = reply.json()["error"]
    else:
        wait_until(lambda: node.deployment("far")["reason"] or node.deployment("far")["result"], "a reason", 20)
        said = node.deployment("far")["reason"]
        if not node.deployment("far")["result"]:
            assert node.post("/node/deployments/cancel").status_code == 200
            assert node.wait_over("far")["result"] == "CANCELED"
    assert "127.0.0.1" in said, said


def test_a_slow_repository_holds_up_nobody(make_station, repository, monkeypatch):
    """[node-slow-1] Plans are answered and SIGTERM is heard meanwhile; what has come is there after the next start."""
    with Shelf(repository.public, Trickle) as shelf:
        node, line = make_station(releases=trusting(repository, shelf.url))
        identifier = node.submit(on(release="brightness-1")).json()["id"]
        folder = node.root / "depot" / "partial"
        partial = lambda: [path for path in folder.iterdir() if path.stat().st_size]  # noqa: E731
        wait_until(partial, "the model's first bytes", 20)
        began = time.monotonic()
        assert node.plan(on(release="brightness-1")).status_code == 200
        assert time.monotonic() - began < 8
        began = time.monotonic()
        assert node.stop() == 0
        assert time.monotonic() - began < 10
        assert partial()
        monkeypatch.setattr(Trickle, "pause", 0)
        node.start()
        with Feed(line):
            assert node.wait_over(identifier)["result"] == "SUCCEEDED"
        assert version_at_work(line) == "1"
