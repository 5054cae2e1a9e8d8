#!/usr/bin/env python3
"""Addresses that boto3 presigns with Signature Version 2, one JSON object a line, for SignatureTwoVectorTests."""
import json
import random
import urllib.parse

import boto3
import botocore.auth
from botocore.config import Config

chance = random.Random(20261120)
KEYS = ["plain", "a/b/c.bin", "with space+plus", "ünïcode/漢字.txt", "100%/[x]", "tilde~'()*!", "a//b"]
ASKS = [
    ("get_object", {}),
    ("get_object", {"VersionId": "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"}),
    ("get_object", {"ResponseContentType": "text/plain; charset=utf-8", "ResponseContentDisposition": 'attachment; filename="ä b.txt"'}),
    ("get_object", {"ResponseCacheControl": "no-cache", "ResponseExpires": "2026-12-01T00:00:00Z", "ResponseContentLanguage": "de", "ResponseContentEncoding": "gzip"}),
    ("head_object", {}),
    ("put_object", {}),
    ("put_object", {"ContentType": "image/png"}),
    ("put_object", {"ContentType": "text/plain", "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "Metadata": {"Part": "7", "colour": "blue green"}}),
    ("put_object", {"ACL": "private", "StorageClass": "STANDARD_IA", "ServerSideEncryption": "AES256"}),
    ("delete_object", {}),
    ("create_multipart_upload", {"ContentType": "video/mp4"}),
    ("upload_part", {"UploadId": "u+/=1", "PartNumber": 3}),
    ("list_parts", {"UploadId": "u1"}),
    ("get_object_tagging", {}),
    ("get_object_acl", {}),
    ("list_objects_v2", {"Prefix": "a/", "Delimiter": "/"}),
    ("list_object_versions", {}),
    ("get_bucket_versioning", {}),
    ("get_bucket_location", {}),
    ("head_bucket", {}),
]


def client(style, key, secret, token):
    config = Config(signature_version="s3", s3={"addressing_style": style})
    where = {"endpoint_url": "http://127.0.0.1:8400"} if style == "path" else {}
    return boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
        config=config, **where)


def vector(style, operation, asked):
    key, secret = f"AKIA{chance.randrange(10**12):012}", f"secret/{chance.randrange(10**18)}+"
    token = f"token/{chance.randrange(10**18)}+==" if chance.random() < 0.4 else None
    now, seconds = chance.randrange(1_767_225_600, 1_900_000_000), chance.randint(1, 604_800)
    botocore.auth.time.time = lambda: now
    s3 = client(style, key, secret, token)
    wanted = {"Bucket": "line-7"} | asked
    shape = s3.meta.service_model.operation_model("".join(map(str.capitalize, operation.split("_")))).input_shape
    if "Key" in shape.members:
        wanted["Key"] = chance.choice(KEYS)
    texts = []
    plain = botocore.auth.HmacV1QueryAuth.canonical_string
    botocore.auth.HmacV1QueryAuth.canonical_string = lambda *given, **named: texts.append(plain(*given, **named)) or texts[-1]
    url = urllib.parse.urlsplit(s3.generate_presigned_url(operation, Params=wanted, ExpiresIn=seconds))
    botocore.auth.HmacV1QueryAuth.canonical_string = plain
    return {
        "method": texts[0].split("\n")[0], "host": url.netloc, "path": url.path, "query": url.query, "key": key,
        "secret": secret, "token": token, "bucket": "line-7" if url.netloc.startswith("line-7.") else None,
        "expires": now + seconds, "text": texts[0],
    }


for operation, asked in ASKS:
    for style in ["path", "virtual"]:
        print(json.dumps(vector(style, operation, asked), ensure_ascii=False, separators=(",", ":")))
