"""What the hub's store keeps: sealed on the disk, over kill -9, in the middle of writes, and with how much memory.

A04 A05 A07.
"""

import hashlib
import os
import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from server import wait_until
from store import (
    MIB,
    PART,
    checksum,
    etag_of,
    good,
    keys_of,
    make_bucket,
    path,
    put,
    read,
    send,
    sha256,
    streaming,
    turned_down,
    unsigned_chunks,
)

MARKER = b"lineside plain text marker "
LARGE_MIB = 300
ALLOWED_MIB = 64


# -- sealed -----------------------------------------------------------------------------------------------------------


def files_with(hub, text):
    """The files below the hub's folder that hold these bytes; its own data alone, not what the test has put there."""
    return [str(file) for file in hub.files() if text in file.read_bytes()]


def test_nothing_that_was_put_is_found_on_the_disk(hub, s3, bucket):
    """A07: however it came, and also while an upload is not complete; but it is read as it was."""
    text = MARKER + os.urandom(16).hex().encode()
    put(s3, bucket, "small", text)
    put(s3, bucket, "large", text * 40_000)
    chunks = unsigned_chunks(text, trailer=f"x-amz-checksum-crc32:{checksum('CRC32', text)}")
    fields = streaming("STREAMING-UNSIGNED-PAYLOAD-TRAILER", text, "x-amz-checksum-crc32")
    target = path(bucket, "chunks")
    good(send(hub, "PUT", target, hub.sign("s3", "PUT", target, fields), chunks))
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/small")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=text * 1000)
    assert files_with(hub, text) == []
    assert files_with(hub, text[:32]) == []
    for key, body in (("small", text), ("large", text * 40_000), ("chunks", text), ("copy", text)):
        answer = s3.get_object(Bucket=bucket, Key=key)
        assert (answer["Body"].read(), answer["ServerSideEncryption"]) == (body, "AES256"), key


def test_equal_objects_are_not_alike_on_the_disk(make_hub):
    """A07: nobody sees from outside that two are the same, nor the pattern in one."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    block = bytes(64)
    for key in ("one", "two"):
        put(s3, bucket, key, block * 20_000)
    texts = [file.read_bytes() for file in hub.files() if file.stat().st_size > 64 * 20_000]
    assert len({sha256(text) for text in texts}) == len(texts)
    for text in texts:
        assert text.count(block) < 100


def test_spoiled_object_is_not_given_out(make_hub):
    """A07: a byte that was changed on the disk is found; what has been sent by then is never the whole."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    body = os.urandom(3 * MIB)
    put(s3, bucket, "part", body)
    put(s3, bucket, "other", b"kept")
    hub.stop()
    file = max(hub.files(), key=lambda file: file.stat().st_size)
    with open(file, "r+b") as stream:
        stream.seek(file.stat().st_size // 2)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))
    s3 = hub.start().client("s3")
    with pytest.raises((ClientError, BotoCoreError, OSError)):
        assert read(s3, bucket, "part") == body
    assert read(s3, bucket, "other") == b"kept"


# -- up and down ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7_900_000, 9_000_000], ids=["1 B", "7.9 MB", "9 MB"])
def test_file_goes_up_and_comes_down(s3, bucket, tmp_path, size):
    """A05: as `aws s3 cp` does it; from 8 MiB on in parts."""
    up, down = tmp_path / "up", tmp_path / "down"
    up.write_bytes(os.urandom(size))
    s3.upload_file(str(up), bucket, "models/v1.0.0/model.onnx")
    told = s3.head_object(Bucket=bucket, Key="models/v1.0.0/model.onnx")
    assert told["ContentLength"] == size
    assert told["ETag"].strip('"').endswith("-2") == (size > 8 * MIB)
    s3.download_file(bucket, "models/v1.0.0/model.onnx", str(down))
    assert sha256(down.read_bytes()) == sha256(up.read_bytes())


def peak_growth(hub, work):
    """By how many MiB the hub's memory grew at its highest while `work` was done."""
    process = Path(f"/proc/{hub.job.pid}")
    before = memory(process, "VmRSS")
    (process / "clear_refs").write_text("5")
    work()
    return max(memory(process, "VmHWM"), memory(process, "VmRSS")) - before


def memory(process, name):
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) // 1024


def test_large_object_needs_little_memory(hub, s3, bucket, tmp_path):
    """A05: 300 MB in one piece, up and down."""
    file, digest, block = tmp_path / "large", hashlib.sha256(), os.urandom(MIB)
    with open(file, "wb") as stream:
        for number in range(LARGE_MIB):
            piece = number.to_bytes(8, "big") + block[8:]
            stream.write(piece)
            digest.update(piece)
    put(s3, bucket, "warm", block)
    read(s3, bucket, "warm")

    def up():
        with open(file, "rb") as stream:
            put(s3, bucket, "large", stream)

    def down():
        found = hashlib.sha256()
        for piece in s3.get_object(Bucket=bucket, Key="large")["Body"].iter_chunks(MIB):
            found.update(piece)
        assert found.hexdigest() == digest.hexdigest()

    assert peak_growth(hub, up) < ALLOWED_MIB
    assert peak_growth(hub, down) < ALLOWED_MIB
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/large"}
    assert peak_growth(hub, lambda: s3.copy_object(**copy)) < ALLOWED_MIB
    s3.delete_object(Bucket=bucket, Key="large")
    s3.delete_object(Bucket=bucket, Key="copy")


def room(hub):
    """The bytes of all its files."""
    total = 0
    for file in hub.files():
        # The hub takes files away while they are counted.
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def test_deleted_objects_give_their_room_back(make_hub):
    """Also parts of an upload that was abandoned, and what a complete one left out."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    before, body = room(hub), os.urandom(8 * MIB)
    for _ in range(2):
        put(s3, bucket, "part", body)
        upload = s3.create_multipart_upload(Bucket=bucket, Key="abandoned")["UploadId"]
        s3.upload_part(Bucket=bucket, Key="abandoned", UploadId=upload, PartNumber=1, Body=body)
        s3.abort_multipart_upload(Bucket=bucket, Key="abandoned", UploadId=upload)
        with turned_down(400, "BadDigest"):
            put(s3, bucket, "part", body, ChecksumSHA256=checksum("SHA256", b"other"))
    s3.delete_object(Bucket=bucket, Key="part")
    wait_until(lambda: room(hub) - before < 4 * MIB, "room on the disk")


# -- kill -9 ----------------------------------------------------------------------------------------------------------


def everything(s3, bucket):
    """All versions, what they hold and what is set on the bucket."""
    answer = s3.list_object_versions(Bucket=bucket)
    rows = answer.get("Versions", [])
    bodies = [read(s3, bucket, row["Key"], VersionId=row["VersionId"]) for row in rows]
    heads = [s3.head_object(Bucket=bucket, Key=row["Key"], VersionId=row["VersionId"])["Metadata"] for row in rows]
    tags = [s3.get_object_tagging(Bucket=bucket, Key=row["Key"], VersionId=row["VersionId"])["TagSet"] for row in rows]
    settings = [
        s3.get_bucket_versioning(Bucket=bucket)["Status"],
        s3.get_bucket_tagging(Bucket=bucket)["TagSet"],
        s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
    ]
    return rows, answer.get("DeleteMarkers", []), bodies, heads, tags, settings


def test_everything_is_still_there_after_a_kill(make_hub):
    """A04: versions, markers, metadata, tags and settings, each under its own id."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub, versioning="Enabled")
    for number in range(2):
        put(s3, bucket, "model", f"v{number}".encode(), Metadata={"number": str(number)}, Tagging=f"number={number}")
    put(s3, bucket, "gone")
    s3.delete_object(Bucket=bucket, Key="gone")
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "line", "Value": "7"}]})
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    before = everything(s3, bucket)
    s3 = hub.restart_killed().client("s3")
    assert everything(s3, bucket) == before
    assert before[2] == [b"frame", b"v1", b"v0"]
    with turned_down(404, "NoSuchKey"):
        read(s3, bucket, "gone")


def test_upload_goes_on_after_a_kill(make_hub):
    """A05: its parts are there, and it is completed with those before and those after."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    bodies = os.urandom(PART), os.urandom(100)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="part", Metadata={"line": "7"})["UploadId"]
    where = {"Bucket": bucket, "Key": "part", "UploadId": upload}
    s3.upload_part(PartNumber=1, Body=bodies[0], **where)
    s3 = hub.restart_killed().client("s3")
    assert [row["UploadId"] for row in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    s3.upload_part(PartNumber=2, Body=bodies[1], **where)
    parts = [{"PartNumber": number, "ETag": etag_of(body)} for number, body in enumerate(bodies, 1)]
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **where)
    s3 = hub.restart_killed().client("s3")
    answer = s3.get_object(Bucket=bucket, Key="part")
    assert (answer["Body"].read(), answer["Metadata"]) == (b"".join(bodies), {"line": "7"})


class Writers:
    """Threads that put and delete until the hub is gone, and what each key may hold then: None is nothing."""

    def __init__(self, hub, bucket, count=6):
        self.hub, self.bucket, self.lock = hub, bucket, threading.Lock()
        self.may_hold, self.answers = {}, 0
        self.threads = [threading.Thread(target=self.write, args=(line,)) for line in range(count)]

    def write(self, line):
        s3, chance = self.hub.client("s3"), random.Random(line)
        try:
            for number in range(100_000):
                key = f"{line}/{number % 60}"
                body = f"{key} {number} ".encode() * chance.choice([1, 100, 10_000])
                self.change(key, body, s3.put_object, Body=body)
                if number % 7 == 3:
                    self.change(key, None, s3.delete_object)
        except (ClientError, BotoCoreError):
            return

    def change(self, key, value, call, **arguments):
        """Until it is answered the key holds what it held or the new value, then the new one."""
        with self.lock:
            self.may_hold[key] = self.may_hold.get(key, {None}) | {value}
        call(Bucket=self.bucket, Key=key, **arguments)
        with self.lock:
            self.may_hold[key] = {value}
            self.answers += 1

    def run_until_killed(self, answers):
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.answers > answers, "answers", 30)
        self.hub.kill()
        for thread in self.threads:
            thread.join()


def test_what_was_answered_is_kept_through_a_kill(make_hub):
    """Killed while six threads write: what was answered is there with its digest, and nothing is there by half."""
    hub = make_hub()
    bucket = make_bucket(hub)
    writers = Writers(hub, bucket)
    writers.run_until_killed(answers=300)
    s3 = hub.start().client("s3")
    found = {key: read(s3, bucket, key) for key in keys_of(s3, bucket)}
    assert set(found) <= set(writers.may_hold)
    for key, bodies in writers.may_hold.items():
        assert found.get(key) in bodies, key
    rows = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert all((row["Size"], row["ETag"]) == (len(found[row["Key"]]), etag_of(found[row["Key"]])) for row in rows)
    verified = hub.verb("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_killed_upload_leaves_no_trace(make_hub):
    """Killed in the middle of a large object: the one before is whole, and at the next start its room is given back."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub)
    put(s3, bucket, "part", b"before")
    before, sent = room(hub), threading.Event()

    def slowly():
        for number in range(64):
            if number == 32:
                sent.set()
            yield bytes(MIB)

    def upload():
        target = path(bucket, "part")
        headers = hub.sign("s3", "PUT", target, {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
        try:
            send(hub, "PUT", target, headers | {"Content-Length": str(64 * MIB)}, slowly())
        except OSError:
            pass

    thread = threading.Thread(target=upload)
    thread.start()
    sent.wait(20)
    hub.kill()
    thread.join()
    s3 = hub.start().client("s3")
    assert read(s3, bucket, "part") == b"before"
    assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) == 1
    wait_until(lambda: room(hub) - before < 4 * MIB, "room on the disk")
