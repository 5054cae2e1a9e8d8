"""Objects of the hub's store that come in parts: begun, put, copied, listed, completed, abandoned. A05 A07."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hub import refused
from store import PART, RAW_CHECKSUMS, checksum, etag_of, keys_of, make_bucket, put, read, status_of, turned_down

FIRST, SECOND, LAST = b"1" * PART, b"2" * (PART + 17), b"the end"
WHOLE = FIRST + SECOND + LAST


def begin(s3, bucket, key="part", **arguments):
    return s3.create_multipart_upload(Bucket=bucket, Key=key, **arguments)["UploadId"]


def give(s3, bucket, upload, number, body, key="part", **arguments):
    """Puts one part; what CompleteMultipartUpload wants to know of it: a checksum only if one was asked for."""
    answer = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body, **arguments)
    checksums = {name: value for name, value in answer.items() if name.startswith("Checksum")}
    return {"PartNumber": number, "ETag": answer["ETag"]} | (checksums if arguments else {})


def complete(s3, bucket, upload, *parts, key="part", **arguments):
    return s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": list(parts)}, **arguments
    )


def etag_of_parts(*bodies):
    digest = hashlib.md5(b"".join(hashlib.md5(body).digest() for body in bodies)).hexdigest()
    return f'"{digest}-{len(bodies)}"'


def uploads_of(s3, bucket, **arguments):
    answer = s3.list_multipart_uploads(Bucket=bucket, **arguments)
    return [(row["Key"], row["UploadId"]) for row in answer.get("Uploads", [])]


# -- completed --------------------------------------------------------------------------------------------------------


def test_object_of_three_parts(s3, bucket):
    """A05 A07: and of what was said when it was begun."""
    said = {"ContentType": "application/x-onnx", "Metadata": {"line": "7"}, "Tagging": "plant=south"}
    begun = s3.create_multipart_upload(Bucket=bucket, Key="part", **said)
    assert (begun["Bucket"], begun["Key"], begun["ServerSideEncryption"]) == (bucket, "part", "AES256")
    upload = begun["UploadId"]
    parts = [give(s3, bucket, upload, number, body) for number, body in enumerate((FIRST, SECOND, LAST), 1)]
    assert [part["ETag"] for part in parts] == [etag_of(body) for body in (FIRST, SECOND, LAST)]
    assert keys_of(s3, bucket) == []
    answer = complete(s3, bucket, upload, *parts)
    assert answer["ETag"] == etag_of_parts(FIRST, SECOND, LAST)
    assert (answer["Bucket"], answer["Key"]) == (bucket, "part")
    assert answer["Location"].endswith(f"{bucket}/part") or f"{bucket}." in answer["Location"]
    told = s3.get_object(Bucket=bucket, Key="part")
    assert told["Body"].read() == WHOLE
    assert (told["ETag"], told["ContentLength"]) == (answer["ETag"], len(WHOLE))
    assert (told["ContentType"], told["Metadata"], told["TagCount"]) == ("application/x-onnx", {"line": "7"}, 1)
    assert told["ServerSideEncryption"] == "AES256"
    assert uploads_of(s3, bucket) == []
    (row,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert (row["Size"], row["ETag"]) == (len(WHOLE), answer["ETag"])


def test_parts_may_come_in_any_order_at_once(s3, bucket):
    """Their numbers may have gaps, and one that comes twice counts as it came last."""
    upload, parts = begin(s3, bucket), {}
    give(s3, bucket, upload, 7, b"wrong")

    def write(number, body):
        parts[number] = give(s3, bucket, upload, number, body)

    bodies = {7: FIRST, 10_000: LAST, 20: SECOND}
    threads = [threading.Thread(target=write, args=pair) for pair in bodies.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    complete(s3, bucket, upload, *(parts[number] for number in (7, 20, 10_000)))
    assert read(s3, bucket, "part") == WHOLE


def test_part_that_is_not_named_is_left_out(s3, bucket):
    upload = begin(s3, bucket)
    give(s3, bucket, upload, 1, FIRST)
    second = give(s3, bucket, upload, 2, b"only")
    assert complete(s3, bucket, upload, second)["ETag"] == etag_of_parts(b"only")
    assert read(s3, bucket, "part") == b"only"


def test_parts_of_an_object_are_read_by_number(s3, bucket):
    upload = begin(s3, bucket)
    parts = [give(s3, bucket, upload, number, body) for number, body in ((1, FIRST), (2, SECOND), (3, LAST))]
    complete(s3, bucket, upload, *parts)
    told = s3.get_object(Bucket=bucket, Key="part", PartNumber=3)
    assert (status_of(told), told["PartsCount"], told["Body"].read()) == (206, 3, LAST)
    attributes = s3.get_object_attributes(Bucket=bucket, Key="part", ObjectAttributes=["ObjectParts", "ObjectSize"])
    assert (attributes["ObjectParts"]["TotalPartsCount"], attributes["ObjectSize"]) == (3, len(FIRST + SECOND + LAST))
    told = s3.head_object(Bucket=bucket, Key="part", PartNumber=2)
    assert told["ContentLength"] == len(SECOND)
    assert told["ContentRange"] == f"bytes {PART}-{PART + len(SECOND) - 1}/{len(WHOLE)}"
    with turned_down(416, "InvalidPartNumber"):
        read(s3, bucket, "part", PartNumber=4)


def test_range_over_the_edge_of_two_parts(s3, bucket):
    upload = begin(s3, bucket)
    parts = [give(s3, bucket, upload, number, body) for number, body in ((1, FIRST), (2, SECOND))]
    complete(s3, bucket, upload, *parts)
    for start, end in ((PART - 3, PART + 3), (0, PART), (PART, PART), (1, 2 * PART), (PART - 1, 2 * PART + 16)):
        assert read(s3, bucket, "part", Range=f"bytes={start}-{end}") == WHOLE[start : end + 1], (start, end)


def test_completed_upload_makes_a_version(s3, versioned):
    """A04"""
    old = put(s3, versioned, "part", b"old")["VersionId"]
    upload = begin(s3, versioned)
    new = complete(s3, versioned, upload, give(s3, versioned, upload, 1, b"new"))["VersionId"]
    assert read(s3, versioned, "part") == b"new"
    assert read(s3, versioned, "part", VersionId=old) == b"old"
    assert [row["VersionId"] for row in s3.list_object_versions(Bucket=versioned)["Versions"]] == [new, old]


def test_two_uploads_of_one_key(s3, bucket):
    """Each is its own; what is completed last is the object."""
    one, two = begin(s3, bucket), begin(s3, bucket)
    assert one != two
    of_one, of_two = give(s3, bucket, one, 1, b"one"), give(s3, bucket, two, 1, b"two")
    complete(s3, bucket, two, of_two)
    assert read(s3, bucket, "part") == b"two"
    complete(s3, bucket, one, of_one)
    assert read(s3, bucket, "part") == b"one"


def test_completion_that_is_asked_for_again_is_answered_again(make_hub):
    """A client that lost the answer asks once more, also after the hub was killed; nothing is made a second time."""
    hub = make_hub()
    s3, bucket = hub.client("s3"), make_bucket(hub, versioning="Enabled")
    upload = begin(s3, bucket, ChecksumAlgorithm="SHA256")
    parts = [
        give(s3, bucket, upload, number, body, ChecksumAlgorithm="SHA256") for number, body in ((1, FIRST), (3, LAST))
    ]
    first = complete(s3, bucket, upload, *parts)
    told = ("ETag", "VersionId", "ChecksumSHA256", "Bucket", "Key")
    for step in (None, hub.restart_killed):
        if step:
            step()
        s3 = hub.client("s3")
        again = complete(s3, bucket, upload, *parts, IfNoneMatch="*")
        assert {name: again[name] for name in told} == {name: first[name] for name in told}
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1
    assert read(s3, bucket, "part") == FIRST + LAST


def test_completion_is_answered_again_only_for_what_it_made(s3, bucket, two_parts):
    """Not for other parts, and not when its object has been overwritten or deleted."""
    upload, parts = two_parts
    complete(s3, bucket, upload, *parts)
    for others in (parts[:1], parts[::-1], [parts[0], parts[1] | {"ETag": etag_of(b"other")}]):
        with turned_down(404, "NoSuchUpload"):
            complete(s3, bucket, upload, *others)
    with turned_down(404, "NoSuchUpload"):
        complete(s3, bucket, upload, *parts, key="other")
    with turned_down(404, "NoSuchUpload"):
        s3.list_parts(Bucket=bucket, Key="part", UploadId=upload)
    put(s3, bucket, "part", b"overwritten")
    with turned_down(404, "NoSuchUpload"):
        complete(s3, bucket, upload, *parts)
    assert read(s3, bucket, "part") == b"overwritten"


def test_completions_at_once_make_one_object(s3, versioned):
    upload = begin(s3, versioned)
    part = give(s3, versioned, upload, 1, b"only")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: complete(s3, versioned, upload, part), range(8)))
    (row,) = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert {(answer["ETag"], answer["VersionId"]) for answer in answers} == {(row["ETag"], row["VersionId"])}


def test_upload_is_completed_only_where_there_is_no_object(s3, bucket):
    upload = begin(s3, bucket)
    part = give(s3, bucket, upload, 1, b"second")
    put(s3, bucket, "part", b"first")
    with turned_down(412, "PreconditionFailed"):
        complete(s3, bucket, upload, part, IfNoneMatch="*")
    assert read(s3, bucket, "part") == b"first"


def test_object_of_many_parts_is_copied(s3, bucket):
    """The copy came in one piece, and its ETag says so."""
    upload = begin(s3, bucket)
    complete(s3, bucket, upload, give(s3, bucket, upload, 1, FIRST), give(s3, bucket, upload, 2, LAST))
    answer = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/part")
    assert answer["CopyObjectResult"]["ETag"] == etag_of(FIRST + LAST)
    assert read(s3, bucket, "copy") == FIRST + LAST


# -- refused ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_parts(s3, bucket):
    """An upload of two good parts: its id, and the parts."""
    upload = begin(s3, bucket)
    return upload, [give(s3, bucket, upload, number, body) for number, body in ((1, FIRST), (2, LAST))]


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda one, two: [two, one], "InvalidPartOrder"),
        (lambda one, two: [one, one], "InvalidPartOrder InvalidPart"),
        (lambda one, two: [one, two | {"PartNumber": 3}], "InvalidPart"),
        (lambda one, two: [one, two | {"ETag": one["ETag"]}], "InvalidPart"),
        (lambda one, two: [one, two | {"ETag": '"nonsense"'}], "InvalidPart"),
        (lambda one, two: [], "MalformedXML InvalidRequest"),
        (lambda one, two: [{"ETag": one["ETag"]}], "MalformedXML"),
    ],
    ids=["order", "twice", "unknown", "another's ETag", "no ETag", "none", "no number"],
)
def test_wrong_parts_are_refused(s3, bucket, two_parts, change, expected):
    """A05: and the upload is there still, to be completed rightly."""
    upload, parts = two_parts
    with refused(*expected.split()):
        complete(s3, bucket, upload, *change(*parts))
    assert keys_of(s3, bucket) == []
    complete(s3, bucket, upload, *parts)
    assert read(s3, bucket, "part") == FIRST + LAST


def test_small_part_may_only_be_the_last(s3, bucket):
    upload = begin(s3, bucket)
    parts = [give(s3, bucket, upload, number, body) for number, body in ((1, b"1" * (PART - 1)), (2, b"2"))]
    with turned_down(400, "EntityTooSmall"):
        complete(s3, bucket, upload, *parts)
    assert keys_of(s3, bucket) == []


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_number_that_no_part_can_have(s3, bucket, number):
    with turned_down(400, "InvalidArgument"):
        give(s3, bucket, begin(s3, bucket), number, b"x")


def test_abandoned_upload_is_gone(s3, bucket, two_parts):
    upload, parts = two_parts
    assert status_of(s3.abort_multipart_upload(Bucket=bucket, Key="part", UploadId=upload)) == 204
    assert uploads_of(s3, bucket) == []
    with turned_down(404, "NoSuchUpload"):
        complete(s3, bucket, upload, *parts)
    with turned_down(404, "NoSuchUpload"):
        give(s3, bucket, upload, 3, b"x")
    with turned_down(404, "NoSuchUpload"):
        s3.abort_multipart_upload(Bucket=bucket, Key="part", UploadId=upload)
    assert keys_of(s3, bucket) == []


@pytest.mark.parametrize("of", ["nobody", "path", "another key", "another bucket"])
def test_upload_that_is_not_there(s3, hub, bucket, versioned, of):
    """Nor is it anybody else's."""
    upload = {"nobody": "nonsense", "path": "../../x"}.get(of) or begin(s3, bucket)
    where = {"bucket": versioned if of == "another bucket" else bucket, "upload": upload}
    key = "other" if of == "another key" else "part"
    with turned_down(404, "NoSuchUpload"):
        give(s3, number=1, body=b"x", key=key, **where)
    with turned_down(404, "NoSuchUpload"):
        s3.list_parts(Bucket=where["bucket"], Key=key, UploadId=upload)
    with turned_down(404, "NoSuchUpload"):
        s3.abort_multipart_upload(Bucket=where["bucket"], Key=key, UploadId=upload)
    with turned_down(404, "NoSuchUpload"):
        complete(s3, where["bucket"], upload, {"PartNumber": 1, "ETag": etag_of(b"x")}, key=key)


# -- parts that are copied --------------------------------------------------------------------------------------------


def give_copy(s3, bucket, upload, number, source, **arguments):
    answer = s3.upload_part_copy(
        Bucket=bucket, Key="part", UploadId=upload, PartNumber=number, CopySource=source, **arguments
    )
    return answer, {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}


def test_parts_are_copied_whole_and_in_ranges(s3, bucket):
    put(s3, bucket, "source", FIRST + LAST)
    upload = begin(s3, bucket)
    answer, whole = give_copy(s3, bucket, upload, 1, f"{bucket}/source")
    assert answer["CopyPartResult"]["ETag"] == etag_of(FIRST + LAST)
    assert answer["CopyPartResult"]["LastModified"]
    _, some = give_copy(s3, bucket, upload, 2, f"{bucket}/source", CopySourceRange=f"bytes={PART}-{PART + 2}")
    complete(s3, bucket, upload, whole, some)
    assert read(s3, bucket, "part") == FIRST + LAST + LAST[:3]


def test_part_is_copied_of_an_old_version(s3, versioned):
    old = put(s3, versioned, "source", b"old")["VersionId"]
    put(s3, versioned, "source", b"new")
    upload = begin(s3, versioned)
    answer, part = give_copy(s3, versioned, upload, 1, f"{versioned}/source?versionId={old}")
    assert answer["CopySourceVersionId"] == old
    complete(s3, versioned, upload, part)
    assert read(s3, versioned, "part") == b"old"


@pytest.mark.parametrize("range", ["bytes=0-", "bytes=-3", "0-2", "bytes=2-1", "bytes=0-999", "bytes=900-999"])
def test_range_of_a_copied_part_has_both_ends(s3, bucket, range):
    put(s3, bucket, "source", b"0123456789")
    with refused("InvalidArgument", "InvalidRequest", "InvalidRange"):
        give_copy(s3, bucket, begin(s3, bucket), 1, f"{bucket}/source", CopySourceRange=range)


def test_part_is_copied_of_nothing(s3, bucket):
    upload = begin(s3, bucket)
    with turned_down(404, "NoSuchKey"):
        give_copy(s3, bucket, upload, 1, f"{bucket}/nothing")
    put(s3, bucket, "source")
    with turned_down(412, "PreconditionFailed"):
        give_copy(s3, bucket, upload, 1, f"{bucket}/source", CopySourceIfMatch=etag_of(b"other"))
    with turned_down(404, "NoSuchUpload"):
        give_copy(s3, bucket, "nonsense", 1, f"{bucket}/source")


# -- lists ------------------------------------------------------------------------------------------------------------


def test_parts_are_listed(s3, bucket):
    upload = begin(s3, bucket, StorageClass="STANDARD_IA")
    for number, body in ((5, b"five"), (1, b"one"), (3, b"three")):
        give(s3, bucket, upload, number, body)
    answer = s3.list_parts(Bucket=bucket, Key="part", UploadId=upload)
    told = [(row["PartNumber"], row["Size"], row["ETag"]) for row in answer["Parts"]]
    assert told == [(1, 3, etag_of(b"one")), (3, 5, etag_of(b"three")), (5, 4, etag_of(b"five"))]
    assert all(row["LastModified"] for row in answer["Parts"])
    assert (answer["Bucket"], answer["Key"], answer["UploadId"]) == (bucket, "part", upload)
    assert (answer["StorageClass"], answer["IsTruncated"]) == ("STANDARD_IA", False)
    assert answer["Initiator"]["ID"] and answer["Owner"]["ID"]


def test_parts_are_listed_in_pages(s3, bucket):
    upload, found, marker = begin(s3, bucket), [], {}
    for number in range(1, 8):
        give(s3, bucket, upload, number, b"x")
    while True:
        answer = s3.list_parts(Bucket=bucket, Key="part", UploadId=upload, MaxParts=3, **marker)
        assert len(answer["Parts"]) <= 3
        found += [row["PartNumber"] for row in answer["Parts"]]
        if not answer["IsTruncated"]:
            break
        marker = {"PartNumberMarker": answer["NextPartNumberMarker"]}
    assert found == list(range(1, 8))


def test_uploads_are_listed(s3, bucket):
    """In the order of their keys, and of their beginning."""
    expected = [(key, begin(s3, bucket, key)) for key in ("a", "a/1", "a/2", "b", "b")]
    assert uploads_of(s3, bucket) == expected
    assert uploads_of(s3, bucket, Prefix="a/") == expected[1:3]
    assert uploads_of(s3, bucket, KeyMarker="a/1") == expected[2:]
    answer = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [row["Key"] for row in answer["Uploads"]] == ["a", "b", "b"]
    assert [row["Prefix"] for row in answer["CommonPrefixes"]] == ["a/"]
    row = answer["Uploads"][0]
    assert row["Initiated"] and row["Initiator"]["ID"] and row["Owner"]["ID"]
    assert row["StorageClass"] == "STANDARD"


@pytest.mark.parametrize("size", [1, 2, 4])
def test_uploads_are_listed_in_pages(s3, bucket, size):
    expected, found, markers = [(key, begin(s3, bucket, key)) for key in ("ä b", "ä b", "ö", "ü+")], [], {}
    while True:
        answer = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=size, **markers)
        assert len(answer["Uploads"]) <= size
        found += [(row["Key"], row["UploadId"]) for row in answer["Uploads"]]
        if not answer["IsTruncated"]:
            break
        markers = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}
    assert found == expected


# -- checksums --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksum_of_checksums(s3, bucket, algorithm):
    """COMPOSITE: of the parts' own, with their number."""
    upload = begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType="COMPOSITE")
    parts = [
        give(s3, bucket, upload, number, body, ChecksumAlgorithm=algorithm) for number, body in ((1, FIRST), (2, LAST))
    ]
    name = f"Checksum{algorithm}"
    assert [part[name] for part in parts] == [checksum(algorithm, body) for body in (FIRST, LAST)]
    answer = complete(s3, bucket, upload, *parts)
    of_all = checksum(algorithm, b"".join(RAW_CHECKSUMS[algorithm](body) for body in (FIRST, LAST)))
    assert (answer[name], answer["ChecksumType"]) == (f"{of_all}-2", "COMPOSITE")
    told = s3.head_object(Bucket=bucket, Key="part", ChecksumMode="ENABLED")
    assert (told[name], told["ChecksumType"]) == (f"{of_all}-2", "COMPOSITE")


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC64NVME"])
def test_checksum_of_the_whole(s3, bucket, algorithm):
    """FULL_OBJECT, which the CLI takes: as if it had come in one piece. The size may be told with it."""
    upload = begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    name, bodies = f"Checksum{algorithm}", (FIRST, LAST)
    parts = [
        give(s3, bucket, upload, number, body, **{name: checksum(algorithm, body)})
        for number, body in enumerate(bodies, 1)
    ]
    of_all = {name: checksum(algorithm, FIRST + LAST), "ChecksumType": "FULL_OBJECT"}
    with turned_down(400, "BadDigest"):
        complete(s3, bucket, upload, *parts, **of_all | {name: checksum(algorithm, b"other")})
    with turned_down(400, "InvalidRequest"):
        complete(s3, bucket, upload, *parts, MpuObjectSize=str(len(FIRST)), **of_all)
    answer = complete(s3, bucket, upload, *parts, MpuObjectSize=str(len(FIRST + LAST)), **of_all)
    assert {key: answer[key] for key in of_all} == of_all
    told = s3.head_object(Bucket=bucket, Key="part", ChecksumMode="ENABLED")
    assert {key: told[key] for key in of_all} == of_all


@pytest.mark.parametrize("algorithm, kind", [("CRC32", "FULL_OBJECT"), ("SHA256", "COMPOSITE")])
def test_part_that_is_copied_has_a_checksum_too(s3, bucket, algorithm, kind):
    """[hub-object-2] Or the whole would have none."""
    put(s3, bucket, "source", FIRST)
    name, upload = f"Checksum{algorithm}", begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    answer, copied = give_copy(s3, bucket, upload, 1, f"{bucket}/source")
    assert answer["CopyPartResult"][name] == checksum(algorithm, FIRST)
    given = give(s3, bucket, upload, 2, LAST, ChecksumAlgorithm=algorithm)
    complete(s3, bucket, upload, copied, given)
    told = s3.head_object(Bucket=bucket, Key="part", ChecksumMode="ENABLED")
    of_parts = checksum(algorithm, b"".join(RAW_CHECKSUMS[algorithm](body) for body in (FIRST, LAST)))
    whole = checksum(algorithm, FIRST + LAST) if kind == "FULL_OBJECT" else f"{of_parts}-2"
    assert (told[name], told["ChecksumType"]) == (whole, kind)


def test_checksum_of_the_whole_that_nobody_can_compare_is_refused(s3, bucket):
    """[hub-object-2] The upload was begun without, or as another."""
    for begun in ({}, {"ChecksumAlgorithm": "SHA256"}):
        upload = begin(s3, bucket, **begun)
        part = give(s3, bucket, upload, 1, FIRST)
        with turned_down(400, "InvalidRequest"):
            complete(s3, bucket, upload, part, ChecksumCRC32=checksum("CRC32", FIRST))
    upload = begin(s3, bucket, ChecksumAlgorithm="CRC32", ChecksumType="COMPOSITE")
    part = give(s3, bucket, upload, 1, FIRST, ChecksumAlgorithm="CRC32")
    with turned_down(400, "InvalidRequest"):
        complete(s3, bucket, upload, part, ChecksumType="FULL_OBJECT")
    assert keys_of(s3, bucket) == []


def test_checksum_of_a_part_has_to_be_its_own(s3, bucket):
    upload = begin(s3, bucket, ChecksumAlgorithm="SHA256")
    with turned_down(400, "BadDigest"):
        give(s3, bucket, upload, 1, b"frame", ChecksumSHA256=checksum("SHA256", b"other"))
    assert "Parts" not in s3.list_parts(Bucket=bucket, Key="part", UploadId=upload)
    part = give(s3, bucket, upload, 1, b"frame", ChecksumSHA256=checksum("SHA256", b"frame"))
    with refused("InvalidPart", "BadDigest"):
        complete(s3, bucket, upload, part | {"ChecksumSHA256": checksum("SHA256", b"other")})
    complete(s3, bucket, upload, part)


def test_hash_has_no_full_object(s3, bucket):
    """Nobody can put two of them together."""
    with turned_down(400, "InvalidRequest"):
        begin(s3, bucket, ChecksumAlgorithm="SHA256", ChecksumType="FULL_OBJECT")
