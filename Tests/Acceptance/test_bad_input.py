"""What must not hurt: malformed HTTP, oversized and slow requests, hostile JSON and tensors, broken models.

Requirements serve-limits-1, serve-infer-3, serve-v2-2, serve-reload-1; C06, C12, D09. After every test of this file the
same process must still be there, healthy, and answer a good request.
"""

import gzip
import io
import itertools
import json
import random
import socket
import struct
import tarfile
import time
import zlib

import numpy as np
import pytest
from samples import IMAGE_8_SIZE, IRIS_ROWS, OCTETS, json_bytes, pixel_bytes, pixels
from server import wait_until
from wire import Connection, exchange, request_bytes

JSON = ["Content-Type: application/json"]
OCTET_LINES = ["Content-Type: application/octet-stream"]
GOOD_BODY = pixel_bytes(0.5)
GIGABYTE = 1 << 30
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def server(start, mixed_models):
    """Short limits on time, so that slow senders are found out soon."""
    return start(mixed_models, "--active", "inspect", "--header-timeout", 1, "--body-timeout", 2)


@pytest.fixture(autouse=True)
def still_alive(server):
    pid = server.pid
    yield
    assert server.is_running(), server.log()
    assert server.pid == pid
    assert server.get("/healthz").json() == {"status": "ok", "active_model": "inspect"}
    good = server.post("/infer", data=GOOD_BODY, headers=OCTETS)
    assert (good.status_code, good.json()["score"]) == (200, 0.5)


def infer_request(*lines, body=GOOD_BODY, length=True):
    return request_bytes("POST", "/infer", [*OCTET_LINES, *lines], body, length=length)


# -- malformed HTTP ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 768", "Content-Length: 767"],
        ["Content-Length: 768", "Content-Length: 768"],
        ["Content-Length: 768, 768"],
        ["Content-Length: -1"],
        ["Content-Length: +768"],
        ["Content-Length: 7e2"],
        ["Content-Length: 0x300"],
        ["Content-Length: abc"],
        ["Content-Length: 7 68"],
        ["Content-Length:"],
        ["Content-Length: 768", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 768"],
        ["Content-Length : 768"],
        ["Content-Length: 768", "X-Bad Name: 1"],
        ["Content-Length: 768", "no colon here"],
        ["Content-Length: 768", ": no name"],
        ["Content-Length: 768", b"X-Zero: a\x00b"],
    ],
    ids=lambda lines: b" + ".join(line if isinstance(line, bytes) else line.encode() for line in lines).decode(),
)
def test_bad_headers_are_400(server, lines):
    """[serve-limits-1]"""
    reply = exchange(server, infer_request(*lines, length=False))
    assert reply is not None and reply.status == 400


def test_a_length_beyond_all_numbers_is_refused(server):
    """[serve-limits-1]"""
    reply = exchange(server, infer_request("Content-Length: 99999999999999999999999", length=False))
    assert reply.status in (400, 413)


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        (["Transfer-Encoding: rot13"], (501,)),
        (["Transfer-Encoding: xchunked"], (501,)),
        (["Transfer-Encoding: gzip, chunked"], (501,)),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], (400, 501)),
        (["Transfer-Encoding: identity", "Transfer-Encoding: chunked"], (400, 501)),
        (["Transfer-Encoding: chunked, identity"], (400, 501)),
        (["Transfer-Encoding: chunked, chunked"], (400, 501)),
    ],
    ids=lambda value: " + ".join(value) if isinstance(value, list) else "",
)
def test_unknown_and_conflicting_transfer_encodings_are_refused(server, lines, statuses):
    """[serve-limits-1]"""
    reply = exchange(server, infer_request(*lines, body=chunked([GOOD_BODY]), length=False))
    assert reply is not None and reply.status in statuses


def chunked(chunks):
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /heal\x00thz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"/healthz GET HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n folded\r\n\r\n",
    ],
    ids=["bare-lf", "one-bare-lf", "http-0.9", "no-host", "two-hosts", "two-spaces", "zero", "swapped", "folded"],
)
def test_a_malformed_head_is_400(server, head):
    """[serve-limits-1]; a server may also hang up on what is no HTTP at all"""
    with Connection(server) as connection:
        connection.send(head)
        reply = connection.reply()
    assert reply is None or reply.status == 400


def test_bare_lf_is_not_a_way_to_smuggle(server):
    """[serve-limits-1]: refused with an answer, never served"""
    reply = exchange(server, b"GET /healthz HTTP/1.1\nHost: localhost\n\n")
    assert reply is not None and reply.status == 400


@pytest.mark.parametrize(
    "noise",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", bytes(100), b"\r\n" * 2000, b"a" * 1000],
    ids=["tls", "zeros", "blank-lines", "word"],
)
def test_noise_gets_an_error_or_nothing(server, noise):
    """[serve-limits-1]: TLS to a plain port, zeros, blank lines, a word without end"""
    with Connection(server) as connection:
        connection.send(noise)
        reply = connection.reply()
    assert reply is None or 400 <= reply.status < 500


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n",
        b"-300\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n",
        b"300\r\n" + GOOD_BODY + b"XX0\r\n\r\n",
        b"ffffffffffffffffff\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n",
    ],
    ids=["no-hex", "negative", "no-crlf", "overflow"],
)
def test_malformed_chunks_are_refused(server, body):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(infer_request("Transfer-Encoding: chunked", body=body, length=False))
        reply = connection.reply()
    assert reply is None or reply.status in (400, 413)


def test_good_chunks_are_a_good_body(server):
    """A chunked body is served like any other"""
    body = chunked([GOOD_BODY[:1], GOOD_BODY[1:500], GOOD_BODY[500:]])
    reply = exchange(server, infer_request("Transfer-Encoding: chunked", body=body, length=False))
    assert (reply.status, json.loads(reply.body)["score"]) == (200, 0.5)


# -- lengths that do not match ----------------------------------------------------------------------------------------


def test_more_announced_than_sent_is_408(server):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(infer_request("Content-Length: 1000", length=False))
        reply = connection.reply()
        assert reply is not None and reply.status == 408
        assert connection.is_closed_by_server()


def test_more_announced_than_sent_and_then_the_end_is_no_answer_to_wait_for(server):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(infer_request("Content-Length: 1000", length=False))
        connection.close_writing()
        reply = connection.reply()
        assert reply is None or reply.status in (400, 408)


def test_less_announced_than_sent_answers_what_was_announced(server):
    """[serve-limits-1] [serve-infer-3]: the rest is no request"""
    with Connection(server) as connection:
        connection.send(infer_request("Content-Length: 8", length=False))
        first = connection.reply()
        assert first.status == 422
        assert "not 2" in first.text
        second = connection.reply()
        assert second is None or second.status == 400


# -- oversized --------------------------------------------------------------------------------------------------------


def test_a_gigabyte_announced_is_413_at_once(server):
    """[serve-limits-1]"""
    reply = exchange(server, infer_request(f"Content-Length: {GIGABYTE}", body=b"", length=False), seconds=5)
    assert reply is not None and reply.status == 413


def test_a_gigabyte_announced_with_expect_is_413_and_never_100(server):
    """[serve-limits-1]"""
    lines = [f"Content-Length: {GIGABYTE}", "Expect: 100-continue"]
    with Connection(server) as connection:
        connection.send(infer_request(*lines, body=b"", length=False))
        assert connection.reply().status == 413


@pytest.mark.parametrize("way", ["length", "chunked"])
def test_a_gigabyte_sent_is_413_and_not_kept(server, way):
    """[serve-limits-1]"""
    before = server.resident_bytes()
    block = bytes(4 * MEGABYTE)
    line = f"Content-Length: {GIGABYTE}" if way == "length" else "Transfer-Encoding: chunked"
    blocks = (block if way == "length" else chunked([block])[:-5] for _ in range(GIGABYTE // len(block)))
    with Connection(server, seconds=60) as connection:
        connection.send_all(itertools.chain([infer_request(line, body=b"", length=False)], blocks))
        reply = connection.reply()
    assert reply is not None and reply.status == 413
    assert server.resident_bytes() - before < 256 * MEGABYTE


def test_a_small_limit_counts_what_is_unpacked(start, mixed_models):
    """[serve-limits-1] [serve-v2-3]: a bomb of 64 MiB in 64 KiB"""
    with start(mixed_models, "--active", "inspect", "--body-max", "1MiB") as small:
        inside, outside = bytes(MEGABYTE), bytes(MEGABYTE + 1)
        assert small.post("/infer", data=inside, headers=OCTETS).status_code == 422
        assert small.post("/infer", data=outside, headers=OCTETS).status_code == 413
        for encoding, packed in [("gzip", gzip.compress), ("deflate", zlib.compress)]:
            headers = {"Content-Encoding": encoding}
            reply = small.post("/v2/models/simple/infer", data=packed(b" " * (64 * MEGABYTE)), headers=headers)
            assert reply.status_code == 413
        assert small.resident_bytes() < 256 * MEGABYTE
        assert small.post("/infer", data=GOOD_BODY, headers=OCTETS).status_code == 200


def test_a_hundred_thousand_headers_are_431(server):
    """[serve-limits-1]"""
    lines = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(100_000))
    with Connection(server) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n")
        reply = connection.reply()
    assert reply is not None and reply.status == 431


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([f"X-{number}: 1" for number in range(100)], 200),
        ([f"X-{number}: 1" for number in range(129)], 431),
        (["X-Long: " + "a" * 30_000], 200),
        (["X-Long: " + "a" * 70_000], 431),
    ],
    ids=["100-fields", "130-fields", "30-kb", "70-kb"],
)
def test_the_limits_of_headers(server, lines, status):
    """[serve-limits-1]: 64 KiB, 128 fields"""
    reply = exchange(server, request_bytes("GET", "/healthz", lines))
    assert reply is not None and reply.status == status


def test_a_path_without_end_is_refused(server):
    """[serve-limits-1]"""
    reply = exchange(server, request_bytes("GET", "/" + "a" * 70_000))
    assert reply is not None and reply.status in (414, 431)


# -- slow -------------------------------------------------------------------------------------------------------------


def dribble(connection, data):
    """Sends a byte at a time until the server answers or hangs up; gives the answer."""
    position = 0

    def one_more():
        nonlocal position
        sent = connection.send(data[position : position + 1])
        position += 1
        return not sent or position == len(data)

    wait_until(one_more, "the server's patience to end", seconds=20)
    return connection.reply()


def test_a_slow_head_is_408(server):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        reply = dribble(connection, b"X-Slow: " + b"a" * 5000)
        assert reply is not None and reply.status == 408
        assert connection.is_closed_by_server()


def test_a_slow_body_is_408(server):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(infer_request("Content-Length: 100000", body=b"", length=False))
        reply = dribble(connection, bytes(5000))
        assert reply is not None and reply.status == 408
        assert connection.is_closed_by_server()


def test_many_slow_senders_do_not_delay_a_good_one(server):
    """[serve-limits-1]"""
    slow = [Connection(server) for _ in range(100)]
    try:
        for connection in slow:
            connection.send(b"POST /infer HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for _ in range(20):
            assert server.post("/infer", data=GOOD_BODY, headers=OCTETS).status_code == 200
        assert all(connection.reply().status == 408 for connection in slow)
    finally:
        for connection in slow:
            connection.socket.close()


def test_an_idle_connection_is_closed(start, mixed_models):
    """--idle-timeout"""
    with start(mixed_models, "--active", "inspect", "--idle-timeout", 1) as idle, Connection(idle) as connection:
        connection.send(infer_request())
        assert connection.reply().status == 200
        assert connection.is_closed_by_server()


def test_too_many_connections_are_503_and_later_ones_served(start, mixed_models):
    """[serve-limits-1]"""
    with start(mixed_models, "--active", "inspect", "--connections-max", 8) as narrow:
        narrow.session.close()
        held = [Connection(narrow) for _ in range(8)]
        refused = exchange(narrow, request_bytes("GET", "/healthz"))
        assert refused is not None and refused.status == 503
        for connection in held:
            connection.socket.close()
        wait_until(lambda: answers_ok(narrow), "room for another connection")


def answers_ok(server):
    reply = exchange(server, request_bytes("GET", "/healthz"))
    return reply is not None and reply.status == 200


# -- half-closed, pipelined, expecting --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_data",
    [infer_request(), request_bytes("GET", "/healthz"), request_bytes("POST", "/infer", JSON, b"{")],
    ids=["infer", "health", "refused"],
)
def test_a_half_closed_socket_is_still_answered(server, request_data):
    """[serve-limits-1]"""
    with Connection(server) as connection:
        connection.send(request_data)
        connection.close_writing()
        reply = connection.reply()
        assert reply is not None and reply.status in (200, 422)
        assert connection.is_closed_by_server()


def test_a_caller_that_leaves_is_forgotten(server):
    """No descriptor stays behind"""
    before = server.descriptors()
    for _ in range(50):
        with Connection(server) as connection:
            connection.send(infer_request())
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: server.descriptors() <= before + 2, "the descriptors to be closed")


def test_pipelined_requests_are_answered_in_order(server):
    with Connection(server) as connection:
        connection.send(b"".join(infer_request(f"X-Correlation-Id: {number}") for number in range(5)))
        answers = [json.loads(connection.reply().body)["correlation_id"] for _ in range(5)]
    assert answers == ["0", "1", "2", "3", "4"]


def test_expect_continue_is_answered_first(server):
    with Connection(server) as connection:
        connection.send(infer_request("Expect: 100-continue", "Content-Length: 768", body=b"", length=False))
        assert connection.reply().status == 100
        connection.send(GOOD_BODY)
        assert connection.reply().status == 200


ORIGIN = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (ORIGIN + "/ping", 200),
        ("HTTPS://plant.example/ping", 200),
        (ORIGIN + "/ping?a=http://b/c", 200),
        (ORIGIN + "/v2/models/inspect", 200),
        (ORIGIN, 404),
        (ORIGIN + "?a=b", 404),
        (ORIGIN + "/nowhere", 404),
    ],
)
def test_a_target_may_name_scheme_and_host(server, target, status):
    """[serve-limits-1]: RFC 9112, 3.2.2"""
    assert exchange(server, request_bytes("GET", target)).status == status


def old_request(*lines, body=b""):
    """The same as HTTP/1.0."""
    return infer_request(*lines, body=body, length=False).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1)


def test_an_old_client_hears_that_its_connection_stays(server):
    """HTTP/1.0 knows no connection that stays unless both say so"""
    request = old_request("Connection: keep-alive", "Content-Length: 768", body=GOOD_BODY)
    with Connection(server) as connection:
        for _ in range(2):
            connection.send(request)
            reply = connection.reply()
            assert (reply.status, reply.headers.get("connection", "").lower()) == (200, "keep-alive")
        connection.send(old_request("Content-Length: 768", body=GOOD_BODY))
        assert connection.reply().headers["connection"] == "close"
        assert connection.is_closed_by_server()
    assert "connection" not in exchange(server, infer_request()).headers


def test_an_old_client_is_never_told_to_continue(server):
    """RFC 9110, 10.1.1"""
    with Connection(server) as connection:
        connection.send(old_request("Expect: 100-continue", "Content-Length: 768"))
        time.sleep(0.2)
        connection.send(GOOD_BODY)
        assert connection.reply().status == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0", None),
        ("gzip; q=0.000 , deflate", "deflate"),
        ("gzip;q=0.2, deflate;q=0.8", "deflate"),
        ("gzip;q=0.8,deflate;q=0.8", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("identity;q=0.1, deflate;q=0.5", "deflate"),
        ("gzipped", None),
        ("gzip;q=many", None),
        ("br, *;q=0.1", None),
    ],
)
def test_what_is_liked_best_is_sent(server, accepted, coding):
    """[serve-v2-3]"""
    assert server.get("/openapi.json", headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding") == coding


def test_gzip_may_have_several_members(server):
    """[serve-v2-3]: RFC 1952, 2.2"""
    body = json_bytes({"tensor": pixels(0.5)})
    packed = gzip.compress(body[:100]) + gzip.compress(b"") + gzip.compress(body[100:])
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    reply = server.post("/infer", data=packed, headers=headers)
    assert (reply.status_code, reply.json()["score"]) == (200, 0.5)
    for end in (b"junk", b"\x1f\x8b", zlib.compress(b"")):
        assert server.post("/infer", data=packed + end, headers=headers).status_code == 400


@pytest.mark.parametrize("step", [1, 7, 100])
def test_a_request_in_small_pieces_is_whole(server, step):
    data = infer_request()
    with Connection(server) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert connection.send_all(data[start : start + step] for start in range(0, len(data), step))
        assert connection.reply().status == 200


# -- hostile JSON -----------------------------------------------------------------------------------------------------

DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_OBJECTS = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
NOT_UTF8 = json_bytes({"tensor": pixels(0.5), "correlation_id": "X"}).replace(b'"X"', b'"\xff\xfe"')


@pytest.mark.parametrize("body", [DEEP, b'{"tensor":' + DEEP + b"}", DEEP_OBJECTS, b"[" * 100_000], ids=range(4))
def test_deep_json_is_422_on_infer(server, body):
    """[serve-infer-3]"""
    reply = exchange(server, request_bytes("POST", "/infer", JSON, body))
    assert reply is not None and reply.status == 422
    assert json.loads(reply.body)["detail"][0]["msg"]
    assert len(reply.body) < 4096


@pytest.mark.parametrize("body", [DEEP, b'{"inputs":' + DEEP + b"}", DEEP_OBJECTS], ids=range(3))
def test_deep_json_is_400_elsewhere(server, body):
    """[serve-invocations-3] serve-v2"""
    for path in ("/invocations", "/v2/models/simple/infer"):
        reply = exchange(server, request_bytes("POST", path, JSON, body))
        assert reply is not None and reply.status == 400
        assert json.loads(reply.body)["error"]


def test_deep_data_is_400(server):
    """[serve-invocations-3] serve-v2: where nesting is expected, too"""
    tensor = b'{"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,16],"data":' + DEEP + b"}]}"
    assert exchange(server, request_bytes("POST", "/v2/models/simple/infer", JSON, tensor)).status == 400
    rows = b'{"instances":[[' + DEEP + b"]]}"
    assert exchange(server, request_bytes("POST", "/invocations", JSON, rows)).status == 400


def test_invalid_utf8_is_refused(server):
    """[serve-infer-3]"""
    reply = exchange(server, request_bytes("POST", "/infer", JSON, NOT_UTF8))
    assert reply.status == 422
    assert json.loads(reply.body)["detail"][0]["msg"] == "JSON decode error"
    for path in ("/invocations", "/v2/models/simple/infer"):
        assert exchange(server, request_bytes("POST", path, JSON, b'{"id":"\xff"}')).status == 400


def test_invalid_utf8_in_a_header_is_no_fault_of_the_server(server):
    reply = exchange(server, infer_request(b"X-Correlation-Id: \xff\xfe"))
    assert reply.status in (200, 400, 422)
    json.loads(reply.body.decode())


def test_half_a_surrogate_is_no_fault_of_the_server(server):
    body = json_bytes({"tensor": pixels(0.5), "correlation_id": "X"}).replace(b'"X"', b'"\\ud800"')
    reply = exchange(server, request_bytes("POST", "/infer", JSON, body))
    assert reply.status in (200, 422)
    json.loads(reply.body.decode())


def test_a_list_of_a_million_wrong_things_has_a_short_answer(server):
    """[serve-infer-3]"""
    body = b'{"tensor":[' + b",".join([b"null"] * IMAGE_8_SIZE) + b"]}"
    reply = exchange(server, request_bytes("POST", "/infer", JSON, body))
    assert reply.status == 422
    wide = b'{"tensor":[' + b",".join([b"null"] * 1_000_000) + b"]}"
    reply = exchange(server, request_bytes("POST", "/infer", JSON, wide), seconds=30)
    assert reply.status == 422
    assert len(reply.body) < MEGABYTE


def test_ragged_arrays_are_refused(server):
    """[serve-invocations-3] [serve-infer-3] serve-v2"""
    ragged = {"name": "INPUT0", "datatype": "INT32", "shape": [2, 16], "data": [[1] * 16, [1] * 15]}
    assert v2(server, "simple", [ragged]).status_code == 400
    rows = {"instances": [*IRIS_ROWS, [1, 2]]}
    reply = server.post("/invocations", json=rows, headers={"X-Amzn-SageMaker-Target-Model": "iris"})
    assert (reply.status_code, reply.json()) == (
        400,
        {"error": "Invalid input: Instance 3 must have exactly 4 features"},
    )
    image = pixels(0.5)
    image[10] = [0.5, 0.5]
    fault = server.post("/infer", json={"tensor": image}).json()["detail"][0]
    assert (fault["loc"], fault["msg"]) == (["body", "tensor", 10], "Input should be a valid number")


# -- hostile tensors --------------------------------------------------------------------------------------------------


def v2(server, model, inputs, **request):
    return server.post(f"/v2/models/{model}/infer", json={"inputs": inputs, **request})


def binary_request(body, header_length, model="identity_fp32", **tensor):
    """A v2 request whose JSON and whose header say what the test wants."""
    described = {"name": "INPUT", "datatype": "FP32", "shape": [1, 4]} | tensor
    head = json_bytes({"inputs": [described]})
    length = len(head) if header_length is None else header_length
    lines = [f"Inference-Header-Content-Length: {length}"]
    return request_bytes("POST", f"/v2/models/{model}/infer", lines, head + body)


SIXTEEN = np.arange(4, dtype="<f4").tobytes()


def size(count):
    return {"parameters": {"binary_data_size": count}}


def test_the_binary_request_these_tests_spoil_is_good(server):
    """[serve-v2-2]"""
    assert exchange(server, binary_request(SIXTEEN, None, **size(16))).status == 200


@pytest.mark.parametrize(
    ("body", "header_length", "tensor"),
    [
        (SIXTEEN[:15], None, size(16)),
        (b"", None, size(16)),
        (SIXTEEN + b"x", None, size(16)),
        (SIXTEEN[:15], None, size(15)),
        (SIXTEEN, None, size(12)),
        (SIXTEEN, None, size(-1)),
        (SIXTEEN, None, size(2**63)),
        (SIXTEEN, None, size(2**64 + 16)),
        (SIXTEEN, None, size("sixteen")),
        (SIXTEEN, None, size(16.5)),
        (SIXTEEN, None, size(None)),
        (SIXTEEN, None, {}),
        (SIXTEEN, 10, size(16)),
        (SIXTEEN, 100_000, size(16)),
        (SIXTEEN, -1, size(16)),
        (SIXTEEN, "many", size(16)),
        (SIXTEEN, 2**64, size(16)),
        (SIXTEEN, None, size(16) | {"shape": [1, 5]}),
        (SIXTEEN, None, size(16) | {"shape": [-1, 4]}),
        (SIXTEEN, None, size(16) | {"shape": [-1, -4]}),
        (SIXTEEN, None, size(16) | {"shape": [2**32, 2**32]}),
        (SIXTEEN, None, size(16) | {"shape": [2**62, 4]}),
        (SIXTEEN, None, size(16) | {"shape": [2**64, 4]}),
        (SIXTEEN, None, size(16) | {"shape": [10**9, 1000]}),
        (SIXTEEN, None, size(16) | {"shape": [4]}),
        (SIXTEEN, None, size(16) | {"shape": [1] * 10_000}),
        (SIXTEEN, None, size(16) | {"shape": None}),
        (SIXTEEN, None, size(16) | {"datatype": "FP64"}),
        (SIXTEEN, None, size(16) | {"datatype": "BYTES"}),
    ],
    ids=lambda value: f"{len(value)}-bytes" if isinstance(value, bytes) else str(value)[:60],
)
def test_spoiled_binary_data_is_400(server, body, header_length, tensor):
    """[serve-v2-2]"""
    reply = exchange(server, binary_request(body, header_length, **tensor))
    assert reply is not None and reply.status == 400, reply
    assert json.loads(reply.body)["error"]


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<I", 5) + b"abc",
        struct.pack("<I", 0xFFFFFFFF) + b"abc",
        struct.pack("<I", 3) + b"abc" + b"\x01",
        struct.pack("<I", 3) + b"abc",
        b"\x01\x00",
    ],
    ids=["past-the-end", "4-gib", "tail", "one-of-two", "half-a-length"],
)
def test_spoiled_byte_strings_are_400(server, body):
    """[serve-v2-2]"""
    tensor = {"datatype": "BYTES", "shape": [1, 2]} | size(len(body))
    reply = exchange(server, binary_request(body, None, "identity_string", **tensor))
    assert reply is not None and reply.status == 400
    assert json.loads(reply.body)["error"]


def test_a_shape_of_terabytes_asks_for_no_memory(server):
    """[serve-v2-1]"""
    before = server.resident_bytes()
    tensor = {"name": "INPUT", "datatype": "FP64", "shape": [10**6, 10**6], "data": [1.0]}
    assert v2(server, "identity_fp64", [tensor]).status_code == 400
    assert server.resident_bytes() - before < 64 * MEGABYTE


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("body", [b"not packed", b"", gzip.compress(b"{}")[:-6], zlib.compress(b"{}")[:-3]])
def test_spoiled_compression_is_400(server, encoding, body):
    """[serve-v2-3]"""
    reply = server.post("/v2/models/simple/infer", data=body, headers={"Content-Encoding": encoding})
    assert reply.status_code == 400


def test_an_unknown_compression_is_refused(server):
    """[serve-v2-3]"""
    reply = server.post("/v2/models/simple/infer", data=b"{}", headers={"Content-Encoding": "lzma"})
    assert reply.status_code in (400, 415)


def test_nan_is_refused_where_bounds_hold_and_served_where_not(server):
    """[serve-infer-3] D09"""
    values = np.full(IMAGE_8_SIZE, np.nan, "<f4")
    reply = server.post("/infer", data=values.tobytes(), headers=OCTETS)
    assert reply.status_code == 422
    assert "got min=nan, max=nan." in reply.json()["detail"][0]["msg"]
    nans = np.full(4, np.nan, "<f4").tobytes()
    assert exchange(server, binary_request(nans, None, **size(16))).status == 200


def test_unknown_models_are_404(server):
    """[serve-v2-5] [serve-models-4]"""
    for name in ("nowhere", "..%2F..%2Fetc%2Fpasswd", "%00", "a" * 2000, ".hidden", "%ff"):
        reply = server.post(f"/v2/models/{name}/infer", json={"inputs": []})
        assert reply.status_code in (400, 404), name
        assert reply.json()["error"]


# -- broken models ----------------------------------------------------------------------------------------------------

BROKEN = ["corrupt", "truncated", "opset_too_new", "external_missing", "wrong_meta"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_is_refused_and_named_by_v2(server, name):
    """[serve-models-3]: text as ONNX, half a file, opset 99, weights that are not there, metadata that contradicts"""
    for path in (f"/v2/repository/models/{name}/load", f"/v2/models/{name}/infer"):
        reply = server.post(path, json={"inputs": []} if path.endswith("infer") else {})
        assert 400 <= reply.status_code < 600
        assert name in reply.json()["error"]
    assert server.get(f"/v2/models/{name}/ready").status_code != 200


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_leaves_no_engine(server, name):
    """[serve-reload-1]"""
    before = len(server.engines())
    assert server.reload(name).status_code == 422
    wait_until(lambda: len(server.engines()) <= before, "the engine of the refused model to end")


def archive(folder, members):
    """model.tar.gz of {name: bytes, or a link's target as text}."""
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "ABSOLUTE"])
def test_an_archive_that_climbs_out_writes_nothing_outside(lineside, mixed_models, tmp_path, name):
    """C06"""
    target = tmp_path / "evil.txt"
    inside = tmp_path / "inside"
    inside.mkdir()
    name = str(target) if name == "ABSOLUTE" else name
    path = archive(inside, {"model.onnx": (mixed_models / "inspect.onnx").read_bytes(), name: b"evil"})
    finished = lineside("serve", path, "--port", 0, "--metrics-port", 0)
    assert finished.returncode not in (0, None)
    assert "evil.txt" in finished.stderr
    assert not target.exists()


def test_an_archive_with_a_link_out_is_refused(lineside, mixed_models, tmp_path):
    """C06"""
    path = archive(tmp_path, {"model.onnx": (mixed_models / "inspect.onnx").read_bytes(), "passwd": "/etc/passwd"})
    finished = lineside("serve", path, "--port", 0, "--metrics-port", 0)
    assert finished.returncode not in (0, None)
    assert "passwd" in finished.stderr


# -- noise ------------------------------------------------------------------------------------------------------------


def spoil(data, chance):
    """The request with a few bytes changed, dropped or doubled."""
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(spoiled))
        action = chance.randrange(3)
        if action == 0:
            spoiled[place] = chance.randrange(256)
        elif action == 1:
            del spoiled[place]
        else:
            spoiled[place:place] = spoiled[place : place + 4]
    return bytes(spoiled)


@pytest.mark.parametrize("seed", range(3))
def test_spoiled_requests_never_crash_it(server, seed):
    """C12: 100 requests a seed, whatever the answers"""
    chance = random.Random(seed)
    good = [
        infer_request(),
        request_bytes("POST", "/infer", JSON, json_bytes({"tensor": pixels(0.5), "threshold": 0.5})),
        request_bytes("POST", "/invocations", JSON, json_bytes({"instances": IRIS_ROWS})),
        binary_request(SIXTEEN, None, **size(16)),
    ]
    for _ in range(100):
        with Connection(server) as connection:
            connection.send(spoil(chance.choice(good), chance))
            connection.close_writing()
            connection.is_closed_by_server()
