#!/usr/bin/env python3
"""Signs random requests with botocore, one JSON object a line, for VectorTests: signatures.py > signatures.jsonl"""
import datetime
import json
import random
import string
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

chance = random.Random(20261120)
SERVICES = ["events", "s3", "sts", "greengrass", "iotdata", "sagemaker"]
REGIONS = ["us-east-1", "eu-central-1", "plant-7"]
LETTERS = string.ascii_letters + string.digits + "-._~"
STRANGE = LETTERS + " !\"#$%&'()*+,/:;<=>?@[]^`{|}äß漢é🙂"


def text(letters, low, high):
    return "".join(chance.choice(letters) for _ in range(chance.randint(low, high)))


def path(service):
    segments = [text(STRANGE.replace("/", ""), 0, 8) for _ in range(chance.randint(0, 4))]
    if service != "s3" and chance.random() < 0.3:
        segments.insert(chance.randint(0, len(segments)), chance.choice([".", "..", ""]))
    quoted = [urllib.parse.quote(segment, safe="-._~") for segment in segments]
    return "/" + "/".join(quoted) + ("/" if chance.random() < 0.2 else "")


def query():
    pairs = {}
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        name = urllib.parse.quote(text(STRANGE, 1, 6), safe="-._~")
        pairs[name] = urllib.parse.quote(text(STRANGE, 0, 9), safe="-._~")
    return "&".join(f"{name}={value}" for name, value in pairs.items())


def headers():
    names = ["Content-Type", "X-Amz-Target", "x-amz-meta-Part", "X-Custom", "Accept", "User-Agent", "Amz-Sdk-Request"]
    chance.shuffle(names)
    plain = [letter for letter in STRANGE if ord(letter) < 127]
    return {
        name: text(plain, 1, 4) + " " * chance.randint(0, 3) + text(plain, 0, 9) + text(LETTERS, 1, 1)
        for name in names[: chance.randint(0, 5)]
    }


def vector(moment):
    service, region = chance.choice(SERVICES), chance.choice(REGIONS)
    token = text(LETTERS + "/+=", 20, 60) if chance.random() < 0.4 else None
    key = Credentials("AKIA" + text(string.ascii_uppercase, 16, 16), text(LETTERS + "/+", 40, 40), token)
    host = chance.choice(["127.0.0.1:8400", "events.eu-central-1.amazonaws.com", "hub.plant"])
    target, asked = path(service), query()
    body = text(STRANGE, 0, 60).encode()
    presigned = chance.random() < 0.3
    method = "GET" if presigned else chance.choice(["GET", "POST", "PUT", "DELETE"])
    given = {"Host": host} if presigned else {"Host": host} | headers()
    url = f"http://{host}{target}" + ("?" + asked if asked else "")
    request = AWSRequest(method, url, headers=given, data=b"" if presigned else body)
    seconds = chance.randint(1, 604800)
    if presigned:
        kind = botocore.auth.S3SigV4QueryAuth if service == "s3" else botocore.auth.SigV4QueryAuth
        signer = kind(key, service, region, expires=seconds)
    else:
        signer = (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)(key, service, region)
    seen = {}
    plain = signer.canonical_request
    signer.canonical_request = lambda request: seen.setdefault("canonical", plain(request))
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    signer.add_auth(request)
    out = {
        "service": service, "region": region, "key": key.access_key, "secret": key.secret_key, "token": token,
        "time": moment.strftime("%Y%m%dT%H%M%SZ"), "method": method, "path": target, "query": asked,
        "headers": list(map(list, given.items())), "body": "" if presigned else body.decode(),
        "canonical": seen["canonical"],
    }
    if presigned:
        out |= {"expires": seconds, "signed_query": urllib.parse.urlsplit(request.url).query}
    else:
        out |= {"authorization": request.headers["Authorization"]}
    return out


start = datetime.datetime(2026, 1, 1)
for _ in range(300):
    moment = start + datetime.timedelta(seconds=chance.randint(0, 5 * 365 * 86400))
    print(json.dumps(vector(moment), ensure_ascii=False, separators=(",", ":")))
