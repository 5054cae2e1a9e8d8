"""Which bucket the host of a request names: a bucket that was not meant is never touched. A03."""

import socket

import pytest
from botocore.config import Config
from hub import ONE_TRY, Hub, fresh
from store import ask, code, good, keys_of, put, read, tree

NAME = "hub.test"


@pytest.fixture(scope="module")
def named(binary, tmp_path_factory):
    """A hub of two names."""
    with Hub(binary, tmp_path_factory.mktemp("named"), "--name", NAME, "--name", "store.plant.example") as hub:
        yield hub


@pytest.fixture
def pair(named):
    """Two buckets: one whose objects must stay as they are, and one that is meant."""
    s3, (golden, backup) = named.client("s3"), (fresh("golden"), fresh("backup"))
    for bucket in (golden, backup):
        s3.create_bucket(Bucket=bucket)
    put(s3, golden, "line.onnx", b"golden")
    return golden, backup


def at(hub, host):
    """The field of a host at the port of the hub."""
    return {"Host": f"{host}:{hub.url.rpartition(':')[2]}"}


@pytest.mark.parametrize(
    "below",
    [NAME, f"s3.{NAME}", "store.plant.example", "localhost", "s3.us-east-1.amazonaws.com", NAME.upper(), socket.gethostname()],
)  # fmt: skip
def test_host_names_the_bucket(named, pair, below):
    """[hub-object-1] The first part of the path is a part of the key then."""
    (golden, backup), s3 = pair, named.client("s3")
    host, target = at(named, f"{backup}.{below}"), f"/{golden}/line.onnx"
    good(ask(named, "PUT", target, b"old copy", host))
    assert keys_of(s3, backup) == [f"{golden}/line.onnx"]
    assert tree(ask(named, "GET", "/?list-type=2", headers=host)).findtext("Name") == backup
    good(ask(named, "DELETE", target, headers=host))
    assert (keys_of(s3, backup), read(s3, golden, "line.onnx")) == ([], b"golden")


@pytest.mark.parametrize("host", [NAME, f"s3.{NAME}", "store.plant.example", "10.1.2.3", "plant-hub", "localhost"])
def test_path_names_the_bucket(named, pair, host):
    """[hub-object-1] Under a name that is the hub's, an address, and a single name: no bucket can be before it."""
    golden, _ = pair
    assert good(ask(named, "GET", f"/{golden}/line.onnx", headers=at(named, host))).body == b"golden"


@pytest.mark.parametrize("below", ["hub.elsewhere", "factory.example", "amazonaws.com"])
def test_host_that_may_be_either_is_refused(named, pair, below):
    """[hub-object-11] Nothing is done, whether the bucket is there or not, and it is said what to do."""
    (golden, backup), s3 = pair, named.client("s3")
    for bucket in (backup, fresh("nothing")):
        host = at(named, f"{bucket}.{below}")
        for method in ("PUT", "DELETE", "GET"):
            reply = ask(named, method, f"/{golden}/line.onnx", b"old copy" if method == "PUT" else b"", host)
            assert (reply.status, code(reply)) == (400, "InvalidRequest")
            assert f"{bucket}.{below}" in reply.body.decode() and "--name" in reply.body.decode()
    assert (keys_of(s3, backup), read(s3, golden, "line.onnx")) == ([], b"golden")


@pytest.mark.parametrize("style", ["virtual", "path"])
def test_client_of_boto3_by_name(named, pair, style, monkeypatch):
    """[hub-object-1] With either style of addresses."""
    (golden, backup), asked = pair, socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: asked("127.0.0.1", *rest, **named))
    url = f"http://{NAME}:{named.url.rpartition(':')[2]}"
    config = ONE_TRY.merge(Config(s3={"addressing_style": style}))
    s3 = named.boto.client("s3", endpoint_url=url, region_name="us-east-1", config=config, **named.key)
    put(s3, backup, f"{golden}/line.onnx", b"old copy")
    assert (keys_of(s3, backup), read(s3, golden, "line.onnx")) == ([f"{golden}/line.onnx"], b"golden")
    s3.delete_object(Bucket=backup, Key=f"{golden}/line.onnx")
    assert read(s3, golden, "line.onnx") == b"golden"


def test_bucket_that_would_be_another_as_a_host(hub):
    """[hub-object-11] `a.s3.NAME` is the bucket `a` at `s3.NAME`."""
    reply = ask(hub, "PUT", f"/{fresh('a')}.s3")
    assert code(reply) == "InvalidBucketName"
