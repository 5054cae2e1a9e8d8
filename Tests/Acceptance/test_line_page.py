"""The page's doors on a running line: who may change something, what is refused, and listeners of every kind."""

import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from line import Screen, trace
from server import descendants, resident_bytes, wait_until

TOKEN = "s3cret-of-the-line"
BY = {"by": "anna", "reason": "checked by hand"}
CHANGES = [
    ("/station/parts/{number}/confirm", BY),
    ("/station/parts/{number}/override", BY | {"verdict": "REJECT"}),
    ("/station/bypass", BY | {"on": False}),
    ("/station/reset", BY),
    ("/station/release", {}),
    ("/station/release/check", {}),
]
LISTENERS = 40


@pytest.fixture
def locked(make_line, tmp_path):
    """A line whose page has a token, with one part judged."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    line = make_line(page={"token_file": "token"}).start()
    line.plc.judge(1)
    return line


def newest(line, part=None):
    """The page's newest part, once it is this one: the PLC hears of a part before the page does."""
    return wait_until(lambda: (last := line.state()["last"]) and part in (None, last["part"]) and last, "the part")


@pytest.mark.parametrize(("path", "body"), CHANGES, ids=[path for path, _ in CHANGES])
def test_what_changes_something_needs_the_token(locked, path, body):
    """[line-page-1]"""
    path = path.format(number=newest(locked)["number"])
    for header in (None, "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN):
        headers = {} if header is None else {"Authorization": header}
        assert locked.post(path, body, headers=headers).status_code == 401
    assert newest(locked)["operator"] is None
    assert locked.post(path, body, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_what_only_shows_needs_none(locked):
    number = newest(locked)["number"]
    for path in ("/", "/station/state", "/healthz", f"/station/parts/{number}/frame", f"/station/parts/{number}/heatmap"):
        assert locked.get(path).status_code == 200


@pytest.mark.parametrize("token", ["", " \n"], ids=repr)
def test_an_empty_token_file_is_refused(make_line, tmp_path, token):
    """[line-exit-1]"""
    (tmp_path / "token").write_text(token)
    line = make_line(None, page={"token_file": "token"})
    station = line.start_station(wait=False)
    wait_until(lambda: not station.is_running, "the refusal", 5)
    assert station.process.returncode == 78 and "is empty" in station.log()


def test_a_token_file_that_is_not_there(make_line):
    """[line-exit-1]"""
    line = make_line(None, page={"token_file": "no-such-token"})
    station = line.start_station(wait=False)
    wait_until(lambda: not station.is_running, "the refusal", 5)
    assert station.process.returncode == 78 and "no-such-token" in station.log()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/station/parts/x/confirm", BY, 400),
        ("/station/parts/999999/confirm", BY, 404),
        ("/station/parts/{number}/confirm", {}, 422),
        ("/station/parts/{number}/confirm", BY | {"by": "a" * 201}, 422),
        ("/station/parts/{number}/confirm", BY | {"reason": "a" * 2001}, 422),
        ("/station/parts/{number}/override", BY, 422),
        ("/station/parts/{number}/override", BY | {"verdict": "NONE"}, 422),
        ("/station/parts/{number}/override", BY | {"verdict": "pass"}, 422),
        ("/station/bypass", BY, 422),
        ("/station/bypass", BY | {"on": "yes"}, 422),
        ("/station/bypass", [], 400),
        ("/station/release", {"model": "/no/such/model"}, 422),
        ("/station/release/check", {"model": "/no/such/model"}, 422),
        ("/station/release/check", [], 400),
        ("/station/nothing", {}, 404),
    ],
)
def test_what_is_refused(running, path, body, status):
    """[line-page-2] With a sentence, and nothing changes."""
    running.plc.judge(1)
    answer = running.post(path.format(number=newest(running)["number"]), body)
    assert answer.status_code == status
    said = answer.json()
    assert len(str(said.get("error") or said.get("detail"))) > 8
    assert newest(running)["operator"] is None and not running.state()["bypass"]["on"]


@pytest.mark.parametrize("body", [b"", b"{", b"1", b'"x"', b"\xff\xfe", b"[" * 20_000], ids=lambda body: repr(body[:4]))
def test_bodies_that_are_no_object(running, body):
    """[line-page-2]"""
    answer = running.session.post(running.url + "/station/bypass", data=body, timeout=10)
    assert answer.status_code == 400 and not running.state()["bypass"]["on"]


def test_a_person_s_word_is_in_the_ledger(running, lineside):
    """[line-page-2]"""
    part = running.plc.judge(7)
    number = newest(running)["number"]
    other = "REJECT" if part.gate == "PASS" else "PASS"
    assert running.post(f"/station/parts/{number}/override", BY | {"verdict": other}).status_code == 200
    shown = newest(running)
    assert shown["operator"] == {"action": "override", "verdict": other, "by": "anna", "reason": "checked by hand"}
    assert shown["verdict"] == part.gate, "what the PLC was told stays"
    running.station.stop()
    (judgement,) = trace(lineside, running, 7)
    (operation,) = [item["entry"] for item in judgement["operations"]]
    assert (operation["action"], operation["person"], operation["comment"]) == ("override", "anna", "checked by hand")
    assert operation["verdict"] == other and judgement["entry"]["verdict"] == part.gate


def test_frame_and_heat_map_are_the_part_s_own(running):
    running.plc.judge(1)
    first = newest(running)
    running.plc.judge(2)
    second = newest(running, 2)
    frames = [running.get(f"/station/parts/{part['number']}/frame") for part in (first, second)]
    assert [frame.headers["Content-Type"] for frame in frames] == ["image/bmp"] * 2
    assert frames[0].content != frames[1].content
    heat = running.get(f"/station/parts/{first['number']}/heatmap").json()
    assert len(heat["values"]) == heat["width"] * heat["height"] and set(heat["values"]) <= set(range(256))


# -- listeners --------------------------------------------------------------------------------------------------------


def silent_listener(url):
    """Asks for events and never reads."""
    at = urlsplit(url)
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.connect((at.hostname, at.port))
    end.sendall(b"GET /station/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return end


def test_many_listeners_and_one_that_does_not_read(running):
    """[line-page-3] Each of them hears of every part; the one that does not read costs nobody anything."""
    plc = running.plc
    silent = [silent_listener(running.url) for _ in range(3)]
    screens = [Screen(running) for _ in range(LISTENERS)]
    try:
        wait_until(lambda: all(screen.states for screen in screens), "a first state for each")
        began = time.monotonic()
        plc.feed(range(1, 91))
        plc.wait_done()
        last = (90, plc.sequence)
        wait_until(lambda: all(last in screen.parts for screen in screens), "the last part on each screen", 5)
        seconds = time.monotonic() - began
        assert all(part.result is not None and part.result.reason in ("OK", "DEFECT") for part in plc.gone)
        assert {len(screen.parts) for screen in screens} == {90}
        assert min(screen.states for screen in screens) > 5 * seconds
        assert resident_bytes(running.station.pid) < 256 << 20
    finally:
        for end in silent:
            end.close()
        for screen in screens:
            screen.close()
    assert running.get("/healthz").status_code == 200


def test_listeners_that_come_and_go(running):
    """[line-page-3] No descriptor and no listener stays behind."""
    from cameras import descriptors

    running.get("/healthz")
    before = descriptors(running.station.pid)
    for _ in range(60):
        with suppress(OSError):
            silent_listener(running.url).close()
    wait_until(lambda: descriptors(running.station.pid) <= before + 1, "closed connections", 5)
    assert len(descendants(running.station.pid)) == 1


def test_frames_are_pushed(make_line):
    from test_line_releases import GOOD

    line = make_line(camera="push://").start()
    answer = line.session.post(line.url + "/station/frames", data=GOOD["png"], headers={"Lineside-Part": "1"}, timeout=5)
    assert answer.status_code == 200
    assert line.plc.judge(1).result.reason in ("OK", "DEFECT")
