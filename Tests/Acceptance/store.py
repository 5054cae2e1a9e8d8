"""The object store from outside: what tests put into it, requests of S3 as they stand, its errors and its checksums."""

import base64
import hashlib
import hmac
import http.client
import json
import xml.etree.ElementTree as ElementTree
import zlib
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError
from hub import credentials_of, fresh

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
MIB = 1 << 20
PART = 5 * MIB
UNSIGNED = "UNSIGNED-PAYLOAD"


# -- buckets, objects and people --------------------------------------------------------------------------------------


def make_bucket(hub, stem="bucket", versioning=None):
    """A new bucket's name; `versioning` is Enabled or Suspended."""
    name, s3 = fresh(stem), hub.client("s3")
    s3.create_bucket(Bucket=name)
    if versioning:
        version(s3, name, versioning)
    return name


def version(s3, bucket, status="Enabled"):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def put(s3, bucket, key, body=b"frame", **arguments):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **arguments)


def read(s3, bucket, key, **arguments):
    """The bytes of an object."""
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


def keys_of(s3, bucket, **arguments):
    """Every key of a bucket, by as many pages as it takes."""
    found = []
    while True:
        answer = s3.list_objects_v2(Bucket=bucket, **arguments)
        found += [row["Key"] for row in answer.get("Contents", [])]
        if not answer["IsTruncated"]:
            return found
        arguments["ContinuationToken"] = answer["NextContinuationToken"]


def status_of(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def fields_of(answer):
    """The header fields of an answer of boto3's."""
    return answer["ResponseMetadata"]["HTTPHeaders"]


def user_with(hub, *statements):
    """The credentials of a new user with these statements and no others."""
    iam, name = hub.client("iam"), fresh("user")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document(*statements))
    return credentials_of(iam.create_access_key(UserName=name)["AccessKey"])


def document(*statements):
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **others):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | others


def deny(action, resource="*", **others):
    return allow(action, resource, **others) | {"Effect": "Deny"}


@contextmanager
def turned_down(status, code):
    """The call in it is refused with just this status and code; what was answered is `caught.value.response`."""
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    assert (status_of(response), response["Error"]["Code"]) == (status, code), response
    assert response["ResponseMetadata"].get("RequestId"), response


# -- requests as they stand -------------------------------------------------------------------------------------------


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def path(bucket="", key="", query=""):
    """The target of a request; the query is encoded already."""
    target = f"/{bucket}/{quote(key, safe='/~')}" if key else f"/{bucket}"
    return f"{target}?{query}" if query else target


def send(hub, method, target, headers=None, body=b""):
    """A request as it is given: neither its path nor its fields are tidied up."""
    parts = urlsplit(hub.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(method, target, body or None, headers or {})
    reply = connection.getresponse()
    answer = Reply(reply.status, reply.headers, reply.read())
    connection.close()
    return answer


def ask(hub, method, target, body=b"", headers=None, **signing):
    """A request that is signed as it stands."""
    return send(hub, method, target, hub.sign("s3", method, target, headers, body, **signing), body)


def ask_xml(hub, method, target, text, **headers):
    """The same with a document, and the digest that some operations want."""
    body = text if isinstance(text, bytes) else text.encode()
    return ask(hub, method, target, body, {"Content-Type": "application/xml", "Content-MD5": md5(body)} | headers)


def good(reply):
    """The same reply, which is no refusal."""
    assert 200 <= reply.status < 300, (reply.status, reply.body[:1000])
    return reply


def error(reply):
    """What a refusal says, whose form is looked at."""
    assert 400 <= reply.status < 500 or reply.status == 501, (reply.status, reply.body[:1000])
    assert reply.headers["Content-Type"].startswith("application/xml"), reply.headers
    root = ElementTree.fromstring(reply.body)
    assert root.tag == "Error"
    said = {element.tag: element.text or "" for element in root}
    assert said["Code"] and said["Message"]
    assert said["RequestId"] == reply.headers["x-amz-request-id"]
    return said


def code(reply):
    return error(reply)["Code"]


def tree(reply):
    """An answer in XML, its namespace looked at and taken away."""
    root = ElementTree.fromstring(good(reply).body)
    assert root.tag.startswith(f"{{{NAMESPACE}}}"), root.tag
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


# -- digests ----------------------------------------------------------------------------------------------------------


def base64_of(raw):
    return base64.b64encode(raw).decode()


def md5(body):
    return base64_of(hashlib.md5(body).digest())


def sha256(body):
    return hashlib.sha256(body).hexdigest()


def etag_of(body):
    """The ETag of a body that came in one piece."""
    return f'"{hashlib.md5(body).hexdigest()}"'


def reflected(polynomial, bits):
    """A CRC of this many bits, bytes taken from their low end, all ones at both ends."""
    table, ones = [], (1 << bits) - 1
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        table.append(value)

    def crc(body):
        value = ones
        for byte in body:
            value = table[(value ^ byte) & 0xFF] ^ value >> 8
        return (value ^ ones).to_bytes(bits // 8, "big")

    return crc


crc32c = reflected(0x82F63B78, 32)
crc64nvme = reflected(0x9A6C9329AC4BC9B5, 64)
RAW_CHECKSUMS = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "CRC32C": crc32c,
    "CRC64NVME": crc64nvme,
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}


def checksum(algorithm, body):
    return base64_of(RAW_CHECKSUMS[algorithm](body))


# -- bodies in aws-chunked --------------------------------------------------------------------------------------------


def streaming(form, body, trailer=None, **others):
    """The fields of a PUT whose body comes in the chunks of this form."""
    fields = {
        "X-Amz-Content-SHA256": form,
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": str(len(body)),
    }
    return fields | ({"X-Amz-Trailer": trailer} if trailer else {}) | others


def unsigned_chunks(*pieces, trailer=""):
    """The body of STREAMING-UNSIGNED-PAYLOAD-TRAILER; `trailer` is `name:value`, or nothing."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + b"0\r\n" + (f"{trailer}\r\n" if trailer else "").encode() + b"\r\n"


class ChunkSigner:
    """The chain of signatures of a body in chunks, from the signature of its header on."""

    def __init__(self, hub, headers):
        authorization = headers["Authorization"]
        self.last = authorization.rpartition("Signature=")[2]
        self.scope = authorization.partition("Credential=")[2].partition(",")[0].partition("/")[2]
        self.date = headers["X-Amz-Date"]
        self.key = f"AWS4{hub.key['aws_secret_access_key']}".encode()
        for part in self.scope.split("/"):
            self.key = hmac.new(self.key, part.encode(), hashlib.sha256).digest()

    def sign(self, kind, *hashes):
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", self.date, self.scope, self.last, *hashes])
        self.last = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return self.last

    def chunk(self, piece):
        signature = self.sign("PAYLOAD", sha256(b""), sha256(piece))
        return b"%x;chunk-signature=%b\r\n%b\r\n" % (len(piece), signature.encode(), piece)

    def body(self, *pieces, trailer=None):
        """Every chunk and the last, empty one; after it the trailer `name:value` with its own signature."""
        chunks = b"".join(self.chunk(piece) for piece in pieces)
        if trailer is None:
            return chunks + self.chunk(b"")
        end = self.chunk(b"")[:-2]
        signature = self.sign("TRAILER", sha256(f"{trailer}\n".encode()))
        return chunks + end + f"{trailer}\r\nx-amz-trailer-signature:{signature}\r\n\r\n".encode()
