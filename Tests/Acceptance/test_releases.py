"""Signed releases (D24, D32, D40): what a node believes of repositories that the reference implementation made and a
test then spoiled, and what the reference client believes of ours."""

import hashlib
import json
import os
import shutil
import ssl
import stat
import subprocess

import pytest
from repository import Repository, Web, endless, in_days
from securesystemslib.formats import encode_canonical
from test_tls import make_authority, make_certificate
from tuf.api.metadata import Metadata, MetaFile
from tuf.ngclient import Updater


class Node:
    """A client with a folder of its own."""

    def __init__(self, lineside, binary, folder, repository):
        self.lineside, self.binary, self.folder = lineside, binary, folder
        self.url = repository.web.url
        (folder / "first.json").write_bytes(repository.web.files["metadata/1.root.json"])
        begun = self.run("init", folder / "first.json")
        assert begun.returncode == 0, begun.stderr

    def run(self, *words, at=None):
        """`at`: the time of day that the node's clock shows."""
        words = ["tuf", "--metadata-dir", self.folder / "node", *words]
        if at is None:
            return self.lineside(*words, seconds=30)
        command = ["faketime", f"{at:%Y-%m-%d %H:%M:%S}", str(self.binary), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, env=os.environ | {"TZ": "UTC"})

    def refresh(self, at=None):
        return self.run("--metadata-url", f"{self.url}/metadata", "refresh", at=at)

    def download(self, *names, at=None):
        wanted = [word for name in names for word in ("--target-name", name)]
        where = ["--target-base-url", f"{self.url}/targets", "--target-dir", self.folder / "targets"]
        return self.run("--metadata-url", f"{self.url}/metadata", *wanted, *where, "download", at=at)

    def version(self, role):
        path = self.folder / "node" / f"{role}.json"
        return json.loads(path.read_bytes())["signed"]["version"] if path.exists() else None

    @property
    def files(self):
        folder = self.folder / "targets"
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def repository():
    made = Repository()
    yield made
    made.web.stop()


@pytest.fixture
def node(lineside, binary, tmp_path, repository):
    return Node(lineside, binary, tmp_path, repository)


def refused(run, reason):
    """Exit code 1, one line, and the reason its first words."""
    assert run.returncode == 1, run.stderr
    assert run.stderr.startswith(f"lineside: {reason}: ") and run.stderr.count("\n") == 1, run.stderr
    return True


def accepted(run):
    assert run.returncode == 0, run.stderr
    return True


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_takes_what_the_reference_signs(lineside, binary, tmp_path, kind):
    repository = Repository(kind)
    repository.add("line-4/model.onnx", b"weights", digests=("sha256", "sha512"))
    repository.publish()
    node = Node(lineside, binary, tmp_path, repository)
    assert accepted(node.download("line-4/model.onnx"))
    assert node.files == {"line-4%2Fmodel.onnx": b"weights"}
    repository.web.stop()


def test_nothing_is_fetched_twice(node, repository):
    repository.add("m", b"weights")
    repository.publish()
    assert accepted(node.download("m"))
    repository.web.asked.clear()
    assert accepted(node.download("m"))
    assert repository.web.asked == ["/metadata/2.root.json", "/metadata/timestamp.json"]


def test_timestamp_rollback(node, repository):
    old = repository.web.files["metadata/timestamp.json"]
    repository.publish(["timestamp"])
    assert accepted(node.refresh())
    repository.web.files["metadata/timestamp.json"] = old
    assert refused(node.refresh(), "rollback") and node.version("timestamp") == 2


def test_snapshot_rollback(node, repository):
    repository.publish()
    assert accepted(node.refresh())
    repository.timestamp.snapshot_meta = MetaFile(1)
    repository.publish(["timestamp"])
    assert refused(node.refresh(), "rollback") and node.version("timestamp") == 2


def test_targets_rollback(node, repository):
    repository.publish()
    assert accepted(node.refresh())
    repository.snapshot.meta["targets.json"] = MetaFile(1)
    repository.publish(["snapshot", "timestamp"])
    assert refused(node.refresh(), "rollback") and node.version("snapshot") == 2


def test_a_role_that_vanished(node, repository):
    repository.delegate("line-4", ["line-4/*"])
    repository.publish()
    assert accepted(node.refresh())
    del repository.snapshot.meta["line-4.json"]
    repository.publish(["snapshot", "timestamp"])
    assert refused(node.refresh(), "rollback")


def test_freeze(node, repository):
    """Nothing new is shown until what there is has expired."""
    repository.timestamp.expires = in_days(7)
    repository.publish(["timestamp"])
    assert accepted(node.refresh(at=in_days(6)))
    assert refused(node.refresh(at=in_days(8)), "expired")


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_expired(node, repository, role):
    getattr(repository, role).expires = in_days(-1)
    repository.new_root() if role == "root" else repository.publish()
    assert refused(node.refresh(), "expired")


def test_a_reset_clock_revives_nothing(node, repository):
    """The power is gone, the clock begins anew, and somebody serves what had expired before."""
    repository.timestamp.expires = in_days(4)
    repository.publish(["timestamp"])
    assert accepted(node.refresh(at=in_days(3)))
    repository.snapshot.expires = in_days(2)
    repository.publish(["snapshot", "timestamp"])
    assert refused(node.refresh(at=in_days(-900)), "expired")
    repository.snapshot.expires = in_days(30)
    repository.publish(["snapshot", "timestamp"])
    assert accepted(node.refresh(at=in_days(-900)))


def test_mix_and_match(node, repository):
    """The snapshot of one release under the timestamp of another."""
    repository.publish()
    files = repository.web.files
    files["metadata/2.snapshot.json"] = files["metadata/1.snapshot.json"]
    assert refused(node.refresh(), "mix and match") and node.version("snapshot") is None


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json", "2.root.json"])
def test_endless_metadata(node, repository, name):
    repository.web.files[f"metadata/{name}"] = endless
    assert refused(node.refresh(), "too long")


def test_endless_target(node, repository):
    path = repository.add("m", b"weights")
    repository.publish()
    repository.web.files[path] = endless
    assert refused(node.download("m"), "too long") and node.files == {}


def test_changed_target(node, repository):
    path = repository.add("m", b"weights")
    repository.publish()
    repository.web.files[path] = b"WEIGHTS"
    assert refused(node.download("m"), "wrong digest") and node.files == {}


def test_changed_metadata(node, repository):
    repository.publish()
    text = repository.web.files["metadata/2.targets.json"]
    repository.web.files["metadata/2.targets.json"] = text.replace(b":", b" : ", 1)
    assert accepted(node.refresh()), "white space is not signed for"
    repository.publish()
    changed = json.loads(repository.web.files["metadata/3.targets.json"])
    changed["signed"]["x"] = 1
    repository.web.files["metadata/3.targets.json"] = json.dumps(changed).encode()
    assert refused(node.refresh(), "not signed") and node.version("targets") == 2


def test_a_download_that_was_cut_goes_on(node, repository):
    data = os.urandom(300_000)
    path = repository.add("m", data)
    repository.publish()
    ranges = []

    def cut(handler):
        first = int((handler.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        ranges.append(first)
        rest = data[first:]
        handler.send_response(206 if first else 200)
        handler.send_header("Content-Length", str(len(rest)))
        if first:
            handler.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        handler.end_headers()
        handler.wfile.write(rest[:100_000])
        handler.close_connection = True

    repository.web.files[path] = cut
    runs = [node.download("m").returncode for _ in range(3)]
    assert runs[-1] == 0 and runs[0] == 1, runs
    assert node.files == {"m": data} and ranges[0] == 0 and ranges == sorted(ranges) and ranges[-1] >= 100_000


def test_threshold(node, repository):
    repository.rotate("targets", count=3, threshold=2)
    repository.new_root()
    signers = repository.signers["targets"]
    repository.publish()
    assert accepted(node.refresh())
    repository.signers["targets"] = signers[:1]
    repository.publish()
    assert refused(node.refresh(), "not signed") and node.version("targets") == 2


def test_rotation_from_the_first_root_to_the_last(node, repository):
    """A node that slept through all of them follows the chain."""
    kinds = ["ecdsa", "rsa", "ed25519", "ecdsa", "ed25519"]
    for number, kind in enumerate(kinds):
        before = repository.rotate("root", count=3, threshold=number % 3 + 1, kind=kind)
        repository.new_root(also=before)
    assert accepted(node.refresh()) and node.version("root") == 6


def test_a_root_by_the_new_keys_alone(node, repository):
    repository.rotate("root")
    repository.new_root()
    assert refused(node.refresh(), "not signed") and node.version("root") == 1


def test_a_compromised_key_is_rotated_away(node, repository):
    """Fast-forward: whoever had the keys made versions that nobody could pass; new keys begin anew."""
    for role in (repository.timestamp, repository.snapshot, repository.targets):
        role.version = 99_998
    repository.publish()
    assert accepted(node.refresh()) and node.version("snapshot") == 99_999
    repository.rotate("timestamp")
    repository.rotate("snapshot")
    repository.rotate("targets")
    repository.new_root()
    for role in (repository.timestamp, repository.snapshot, repository.targets):
        role.version = 1
    repository.publish()
    assert accepted(node.refresh()) and node.version("snapshot") == 2 and node.version("targets") == 2


def test_delegation(node, repository):
    repository.delegate("lines", ["line-*/*"])
    repository.delegate("line-4", ["line-4/*"], by="lines")
    repository.add("line-4/m", b"four", role="line-4")
    repository.add("line-5/m", b"five", role="line-4")
    repository.publish()
    assert accepted(node.download("line-4/m")) and node.files == {"line-4%2Fm": b"four"}
    assert refused(node.download("line-5/m"), "unlisted target")


@pytest.mark.parametrize("together", [True, False], ids=["one process", "kept from before"])
def test_kept_metadata_are_good_only_under_their_delegator(node, repository, together):
    """Two roles let a third answer, under different keys; it is signed for one of them."""
    repository.delegate("a", ["a*"])
    repository.delegate("b", ["b*"])
    good = repository.delegate("shared", ["*"], by="a")
    repository.delegate("shared", ["*"], by="b")
    repository.signers["shared"] = [good]
    repository.add("a1", b"a", role="shared")
    repository.add("b1", b"b", role="shared")
    repository.publish()
    if not together:
        assert accepted(node.download("a1"))
    assert refused(node.download("a1", "b1") if together else node.download("b1"), "not signed")
    assert node.files == {"a1": b"a"}


@pytest.mark.parametrize("role", ["../escape", "/root", "?", "#", "a b", "ä", ".."])
def test_strange_role_names_stay_in_their_folder(node, repository, role):
    repository.delegate(role, ["*"])
    repository.publish(["snapshot", "timestamp"])
    before = {path for path in node.folder.rglob("*")}
    assert node.download("nothing").returncode == 1
    new = {path for path in node.folder.rglob("*")} - before
    assert {path.parent for path in new} <= {node.folder, node.folder / "node"}


def test_what_kept_metadata_were_spoiled_is_fetched_again(node, repository):
    repository.add("m", b"weights")
    repository.publish()
    assert accepted(node.download("m"))
    for role in ("timestamp", "snapshot", "targets"):
        (node.folder / "node" / f"{role}.json").write_bytes(b"{")
    assert accepted(node.refresh()) and node.version("targets") == 2
    (node.folder / "node" / "root.json").write_bytes(b"{")
    assert refused(node.refresh(), "malformed metadata")


def test_only_over_the_right_certificates(lineside, binary, tmp_path, repository):
    """A node shows its own certificate, and wants one that its plant's authority signed."""
    make_authority(tmp_path, "plant")
    make_authority(tmp_path, "stranger")
    for name in ("server", "client"):
        make_certificate(tmp_path, "plant", name, "subjectAltName=IP:127.0.0.1\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "plant.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    socket = repository.web.server.socket
    repository.web.server.socket = context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)
    node = Node(lineside, binary, tmp_path, repository)
    node.url = node.url.replace("http:", "https:")
    url = ["--metadata-url", f"{node.url}/metadata"]
    mine = ["--cert", tmp_path / "client.pem", "--cert-key", tmp_path / "client.key"]
    assert refused(node.run(*url, *mine, "--ca", tmp_path / "stranger.pem", "refresh"), "tls")
    assert refused(node.run(*url, *mine, "refresh"), "tls")
    assert node.run(*url, "--ca", tmp_path / "plant.pem", "refresh").returncode == 1
    assert accepted(node.run(*url, *mine, "--ca", tmp_path / "plant.pem", "refresh"))


# What the owner does.


@pytest.fixture
def owner(lineside, tmp_path):
    """owner(*words): runs `lineside release` for a repository that has been begun."""

    def run(*words, code=0):
        done = lineside("release", *words, seconds=30)
        assert done.returncode == code, done.stderr
        return done

    run.folder = tmp_path / "releases"
    run("init", run.folder)
    return run


@pytest.fixture
def shop(owner):
    """The owner's folder as a web server has it."""
    web = Web()
    public = owner.folder / "public"

    class Files(dict):
        def get(self, path):
            return (public / path).read_bytes() if (public / path).is_file() else None

    web.files = Files()
    yield web
    web.stop()


def reference(shop, owner, folder):
    """The reference client, beginning with the owner's first root."""
    for name in ("metadata", "targets"):
        (folder / name).mkdir(exist_ok=True)
    shutil.copy(owner.folder / "public/metadata/1.root.json", folder / "metadata/root.json")
    return Updater(str(folder / "metadata"), f"{shop.url}/metadata/", str(folder / "targets"), f"{shop.url}/targets/")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_the_reference_takes_what_we_sign(lineside, tmp_path, kind):
    folder, model, custom = tmp_path / "r", tmp_path / "model", tmp_path / "custom.json"
    model.write_bytes(b"weights")
    custom.write_text('{"threshold": 3, "note": "ä \\" \\\\ \\u0001"}')
    adding = ["add", folder, model, "--name", "a/m", "--custom", custom]
    for words in (["init", folder, "--kind", kind], adding, ["publish", folder]):
        done = lineside("release", *words, seconds=60)
        assert done.returncode == 0, done.stderr
    metadata = folder / "public/metadata"
    root = Metadata.from_file(str(metadata / "1.root.json"))
    root.verify_delegate("root", root)
    for role, file in (("timestamp", "timestamp.json"), ("snapshot", "1.snapshot.json"), ("targets", "1.targets.json")):
        root.verify_delegate(role, Metadata.from_file(str(metadata / file)))
    target = Metadata.from_file(str(metadata / "1.targets.json")).signed.targets["a/m"]
    target.verify_length_and_hashes(b"weights")
    assert target.custom == {"threshold": 3, "note": 'ä " \\ \u0001'}
    assert all(key.keyid == json_key_id(key) for key in root.signed.keys.values())


def json_key_id(key):
    """A key is called by the digest of its canonical form."""
    return hashlib.sha256(encode_canonical(key.to_dict()).encode()).hexdigest()


def test_the_reference_follows_rotations_and_delegations(owner, shop, tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"one")
    owner("add", owner.folder, model, "--name", "m")
    owner("publish", owner.folder)
    first = reference(shop, owner, tmp_path)
    first.refresh()
    for role in ("timestamp", "snapshot", "targets", "root", "root"):
        owner("rotate", owner.folder, role)
        owner("publish", owner.folder)
    owner("keygen", tmp_path / "alice", "--kind", "ecdsa")
    owner("delegate", owner.folder, "line-4", "--add", tmp_path / "alice.pub", "--path", "line-4/*")
    model.write_bytes(b"four")
    owner("add", owner.folder, model, "--name", "line-4/m", "--role", "line-4")
    owner("publish", owner.folder, code=1)
    owner("publish", owner.folder, "--key", tmp_path / "alice")
    updater = reference(shop, owner, tmp_path)
    for name, data in (("m", b"one"), ("line-4/m", b"four")):
        path = updater.download_target(updater.get_targetinfo(name))
        assert open(path, "rb").read() == data


def test_keys_kept_elsewhere(owner, tmp_path):
    """The root's keys are on two sticks: each signs in its turn, and nothing is published before both have."""
    keys = owner.folder / "keys"
    roots = sorted(keys.glob("root-*.pem"))
    for number, path in enumerate(roots):
        path.rename(tmp_path / f"stick-{number}")
    owner("publish", owner.folder)
    owner("rotate", owner.folder, "timestamp")
    refused_run = owner("publish", owner.folder, code=1)
    assert "0 of the 2 signatures" in refused_run.stderr
    owner("sign", owner.folder, "root", "--key", tmp_path / "stick-0")
    owner("publish", owner.folder, code=1)
    owner("sign", owner.folder, "root", "--key", tmp_path / "stick-2")
    assert "root 2" in owner("publish", owner.folder).stdout


def test_secrets_stay_secret(lineside, tmp_path):
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse\n")
    folder = tmp_path / "r"
    done = lineside("release", "init", folder, "--passphrase-file", secret, seconds=30)
    assert done.returncode == 0
    for path in (folder / "keys").glob("*.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and "ENCRYPTED" in path.read_text()
    assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700
    for public in (folder / "public").rglob("*"):
        assert public.is_dir() or "PRIVATE" not in public.read_text()
    locked = lineside("release", "publish", folder)
    assert locked.returncode == 1 and "not signed" not in locked.stdout
    opened = lineside("release", "publish", folder, "--passphrase-file", secret)
    assert opened.returncode == 0 and "correct horse" not in opened.stdout + opened.stderr


def test_a_stick_instead_of_a_network(owner, lineside, tmp_path):
    model = tmp_path / "release"
    (model / "labels").mkdir(parents=True)
    (model / "model.onnx").write_bytes(os.urandom(100_000))
    (model / "labels" / "de.json").write_text("{}")
    owner("add", owner.folder, model, "--name", "line-4/7")
    owner("publish", owner.folder)
    stick = tmp_path / "stick.tar"
    made = lineside("bundle", "create", owner.folder, "-o", stick)
    assert made.returncode == 0, made.stderr
    root = owner.folder / "public/metadata/1.root.json"
    seen = json.loads(lineside("bundle", "inspect", stick, "--root", root, "--json").stdout)
    assert [target["name"] for target in seen["targets"]] == ["line-4/7/labels/de.json", "line-4/7/model.onnx"]
    node = ["tuf", "--metadata-dir", tmp_path / "node"]
    assert lineside(*node, "init", root).returncode == 0
    shutil.rmtree(owner.folder / "public")
    wanted = ["--target-name", "line-4/7/model.onnx", "--target-dir", tmp_path / "out"]
    done = lineside(*node, "--bundle", stick, *wanted, "download")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "line-4%2F7%2Fmodel.onnx").read_bytes() == (model / "model.onnx").read_bytes()
    stick.write_bytes(stick.read_bytes().replace(b'"timestamp","spec', b'"timestomp","spec'))
    assert refused(lineside(*node, "--bundle", stick, "refresh"), "malformed metadata")


def test_help_says_what_to_type(lineside):
    for verb in ("release", "bundle", "tuf"):
        done = lineside(verb, "--help")
        assert done.returncode == 0 and "usage:" in done.stdout
        assert lineside(verb).returncode == 2
