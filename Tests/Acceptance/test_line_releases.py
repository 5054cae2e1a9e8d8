"""Releases, cameras and frames that are not as they should be: a message that helps, or a fail-safe, and never a PASS."""

import json
import shutil
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from line import MODEL, trace
from server import wait_until

METADATA = json.loads((MODEL / "metadata.json").read_text())
JUDGED = ("OK", "DEFECT")


def write_release(folder, changes=None, model=MODEL / "model.onnx"):
    """A release like the sample, with changes: keys with a dot are in preprocessing, None takes a key away."""
    metadata = json.loads(json.dumps(METADATA))
    metadata.pop("golden_set")
    for key, value in (changes or {}).items():
        place = metadata
        if key.startswith("preprocessing."):
            place, key = metadata["preprocessing"], key.partition(".")[2]
        place.pop(key, None) if value is None else place.update({key: value})
    folder.mkdir(parents=True, exist_ok=True)
    if model:
        shutil.copy(model, folder / "model.onnx")
    (folder / "metadata.json").write_text(json.dumps(metadata))
    return str(folder)


def refused(line, status=78):
    """What `lineside station` says before it ends with this status."""
    station = line.start_station(wait=False)
    wait_until(lambda: not station.is_running, "the station to refuse")
    assert station.process.returncode == status, station.log()
    assert station.log().count("\n") == 1
    return station.log()


# -- releases ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold": None}, "threshold is not a number from 0 to 1"),
        ({"threshold": "0.5"}, "threshold is not a number from 0 to 1"),
        ({"threshold": 1.01}, "threshold is not a number from 0 to 1"),
        ({"review": [0.5]}, "review is not [low, high] with 0 <= low <= threshold <= high <= 1"),
        ({"review": [0.5, 0.4]}, "review is not [low, high] with 0 <= low <= threshold <= high <= 1"),
        ({"review": ["a", "b"]}, "review is not [low, high] with 0 <= low <= threshold <= high <= 1"),
        ({"review": 0.5}, "review is not [low, high] with 0 <= low <= threshold <= high <= 1"),
        ({"preprocessing": None}, "preprocessing is missing"),
        ({"preprocessing": []}, "preprocessing is missing"),
        ({"preprocessing.mode": "stretch"}, "preprocessing.mode 'stretch' is none of bilinear, area, letterbox, centre-crop"),
        ({"preprocessing.width": None}, "preprocessing.width and height must be whole numbers above 0"),
        ({"preprocessing.height": 0}, "preprocessing.width and height must be whole numbers above 0"),
        ({"preprocessing.width": 1 << 40}, "out of bounds"),
        ({"preprocessing.channels": 2}, "a model's input has 1 or 3|2 channels"),
        ({"preprocessing.order": "grb"}, "preprocessing.order is neither rgb nor bgr"),
        ({"preprocessing.mean": [1, 2]}, "preprocessing.mean is not one number or three"),
        ({"preprocessing.std": 0}, "deviation|preprocessing.std is not one number or three"),
        ({"preprocessing.std": [0, 1, 1]}, "deviation 0"),
        ({"preprocessing.pad": 256}, "a pad of 256 is not a level from 0 to 255"),
        ({"preprocessing.golden_sha256": "abc"}, "preprocessing.golden_sha256 is no SHA-256"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_metadata_that_cannot_be(make_line, tmp_path, changes, words):
    """[line-release-3] The message names the key and the file."""
    line = make_line(None, model=write_release(tmp_path / "release", changes))
    said = refused(line)
    assert any(word in said for word in words.split("|")), said
    assert "metadata.json" in said


def test_another_golden_tensor(make_line, tmp_path):
    """[line-release-3] Training meant another preprocessing."""
    digest = "0" * 64
    line = make_line(None, model=write_release(tmp_path / "release", {"preprocessing.golden_sha256": digest}))
    said = refused(line, 78)
    assert digest in said and METADATA["preprocessing"]["golden_sha256"] in said


@pytest.mark.parametrize("missing", ["folder", "model.onnx", "metadata.json"])
def test_half_a_release(make_line, tmp_path, missing):
    """[line-config-3]"""
    folder = tmp_path / "release"
    if missing != "folder":
        write_release(folder)
        (folder / missing).unlink()
    said = refused(make_line(None, model="release"))
    assert str(folder) in said
    assert "metadata.json" in said if missing == "metadata.json" else "no model at" in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preprocessing.width": 225, "preprocessing.golden_sha256": None}, ["225", "224"]),
        ({"preprocessing.channels": 3, "preprocessing.golden_sha256": None}, ["3", "224"]),
        ("not a model", ["model.onnx"]),
    ],
    ids=["width", "channels", "no model"],
)
def test_a_release_that_does_not_fit_its_model(make_line, tmp_path, changes, words):
    """[line-release-4] NO_MODEL, an alarm that names both, and the fail-safe; a right one is loaded over the page."""
    folder = tmp_path / "release"
    write_release(folder, changes if isinstance(changes, dict) else None)
    if isinstance(changes, str):
        (folder / "model.onnx").write_text(changes)
    line = make_line(model=str(folder))
    line.start_station(wait=False)
    line.start_io()
    wait_until(lambda: line.url, "the page")
    alarm = wait_until(
        lambda: next((alarm for alarm in line.state()["alarms"] if alarm["code"] == "MODEL"), None), "the alarm"
    )
    assert all(word in alarm["text"] for word in words), alarm
    line.plc.wait("no model", lambda result: result.state in ("NO_MODEL", "WARMING") and "ready" not in result.status)
    part = line.plc.judge(1)
    assert (part.gate, part.result.reason) == ("REJECT", "NO_MODEL")
    assert line.post("/station/release", {"model": str(MODEL)}).status_code == 200
    line.plc.wait_ready()
    assert line.plc.judge(2).result.reason in JUDGED


def test_a_release_that_does_not_load_over_the_page(running, tmp_path):
    """[line-release-4] The one at work goes on."""
    plc = running.plc
    code = plc.judge(1).result["MODEL_CODE"]
    for path in (tmp_path / "nothing", write_release(tmp_path / "bad", {"threshold": 7})):
        answer = running.post("/station/release", {"model": str(path)})
        assert answer.status_code == 422 and str(path) in answer.json()["error"]
    (tmp_path / "broken").mkdir()
    broken = write_release(tmp_path / "broken")
    (tmp_path / "broken" / "model.onnx").write_bytes(b"\x08\x08")
    assert running.post("/station/release", {"model": broken}).status_code == 200
    wait_until(lambda: "MODEL" in [alarm["code"] for alarm in running.state()["alarms"]], "the alarm")
    after = plc.judge(2).result
    assert after.reason in JUDGED and after["MODEL_CODE"] == code


def test_a_release_changes_between_two_parts(running, tmp_path):
    """[line-release-5] No part is lost, and each result's code is of a release that was active."""
    strict = write_release(tmp_path / "strict", {"threshold": 0.0, "review": None, "model_version": "2"})
    plc = running.plc
    # More than anybody waits for: they last until the release is at work, however long it takes to load.
    plc.feed(range(1, 1001))
    wait_until(lambda: len(plc.gone) >= 20, "the first parts")
    assert running.post("/station/release", {"model": strict}).status_code == 200
    wait_until(lambda: running.state()["release"]["version"] == "2", "the release", 20)
    before = len(plc.gone)
    wait_until(lambda: len(plc.gone) >= before + 20, "parts of the new release")
    plc.belt.clear()
    plc.wait_done()
    codes = [part.result["MODEL_CODE"] for part in plc.gone if part.result.reason in JUDGED]
    assert codes == sorted(codes) and len(set(codes)) == 2
    assert {part.result.verdict for part in plc.gone if part.result["MODEL_CODE"] == max(codes)} == {"REJECT"}
    assert all(part.result.reason in JUDGED for part in plc.gone), {part.result.reason for part in plc.gone}
    assert running.state()["release"]["version"] == "2"
    assert running.state()["counts"]["release_switches"] == 1


def replay(lineside, line, entry, *flags):
    return lineside("replay", entry, "--state", line.state_folder, *flags)


def test_a_replay_finds_the_release_that_judged(make_line, tmp_path, lineside):
    """A43: by its digest, through the ledger; and says so when it is gone or another."""
    first = write_release(tmp_path / "first", {"model_version": "1"})
    second = write_release(tmp_path / "second", {"model_version": "2", "threshold": 0.0, "review": None})
    line = make_line(model=str(first), frames={"pass_sample": 1}).start()
    line.plc.judge(1)
    assert line.post("/station/release", {"model": second}).status_code == 200
    wait_until(lambda: line.state()["release"]["version"] == "2", "the second release")
    line.plc.judge(2)
    line.station.stop()
    numbers = [trace(lineside, line, part)[0]["entry"]["n"] for part in (1, 2)]
    for number in numbers:
        again = replay(lineside, line, number)
        assert again.returncode == 0 and "identical, every output byte" in again.stdout, again.stdout + again.stderr
    (Path(first) / "metadata.json").write_text((Path(second) / "metadata.json").read_text())
    changed = replay(lineside, line, numbers[0])
    assert changed.returncode == 78 and "was judged by release" in changed.stderr, changed.stderr
    shutil.rmtree(first)
    gone = replay(lineside, line, numbers[0])
    assert gone.returncode != 0 and "no model at" in gone.stderr, gone.stderr


# -- routes -----------------------------------------------------------------------------------------------------------


def test_routes_choose_the_model(make_line, tmp_path):
    """[line-route-1] By PART_NUMBER and by size; the rest goes to the default model."""
    strict = write_release(tmp_path / "strict", {"threshold": 0.0, "review": None, "model_name": "strict"})
    line = make_line(routes=[{"name": "tiles", "model": strict, "part_number": [10, 19]}]).start()
    plc = line.plc
    verdicts = {}
    for part, number in enumerate((0, 9, 10, 19, 20), start=1):
        plc.part_number = number
        verdicts[number] = plc.judge(part).result.verdict
    assert [verdicts[number] for number in (10, 19)] == ["REJECT"] * 2
    assert all(verdicts[number] != "REJECT" for number in (0, 9, 20)), "of these surfaces none is defective"
    # The PLC hears of a part before the page does.
    wait_until(lambda: line.state()["counts"]["by_route"] == {"tiles": 2, "default": 3}, "the counts")


def test_routes_that_stations_share(make_line, tmp_path):
    """[line-route-1] Each station takes those for its camera, and does not even load the others."""
    strict = write_release(tmp_path / "strict", {"threshold": 0.0, "review": None, "model_name": "strict"})
    routes = [
        {"name": "ours", "model": strict, "camera": "sim://*"},
        {"name": "theirs", "model": strict, "camera": "gige://*"},
    ]
    line = make_line(routes=routes).start()
    assert [line.plc.judge(part).result.verdict for part in (1, 2)] == ["REJECT"] * 2
    wait_until(lambda: line.state()["counts"]["by_route"] == {"ours": 2, "default": 0}, "the counts")


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ({}, "routes must be an array"),
        pytest.param(
            [1],
            "routes[0] must be a JSON object",
        ),
        (["x"], "routes[0] must be a JSON object"),
        ([{"part_number": 1}], "routes[0].model is missing"),
        ([{"model": "MODEL"}], "routes[0] fits every part"),
        ([{"model": "MODEL", "colour": "red"}], "there is no key 'routes[0].colour'"),
        ([{"model": "MODEL", "part_number": -1}], "routes[0].part_number must be a whole number, or [low, high], from 0 to 65535"),
        ([{"model": "MODEL", "part_number": [5, 4]}], "routes[0].part_number must be"),
        ([{"model": "MODEL", "brightness": [0, 256]}], "routes[0].brightness must be [low, high] from 0.0 to 255.0"),
        ([{"model": "MODEL", "width": 0}], "routes[0].width must be a whole number, or [low, high], from 1 to 16384"),
        ([{"model": "MODEL", "height": "tall"}], "routes[0].height must be"),
        ([{"model": "MODEL", "part_number": 1}, {"model": "MODEL", "width": 640}], "fit the same parts"),
        ([{"model": "MODEL", "camera": "sim://*"}, {"model": "MODEL", "width": 640}], "fit the same parts"),
        ([{"model": "MODEL", "camera": 7}], "routes[0].camera must be"),
        ([{"model": "/no/such/model", "part_number": 1}], "no model at /no/such/model"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_routes_that_cannot_be(make_line, routes, words):
    """[line-route-2]"""
    routes = json.loads(json.dumps(routes).replace("MODEL", str(MODEL)))
    assert words in refused(make_line(None, routes=routes))


# -- cameras ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        ("sim", "sim"),
        ("http://127.0.0.1/", "http"),
        ("sim://?sead=1", "'sead' is not a setting of sim://"),
        ("sim://?seed", "seed"),
        ("sim://?seed=-1", "seed must be a whole number from 0"),
        ("sim://?texture=wood", "no texture 'wood'"),
        ("sim://?defect_rate=1.5", "defect_rate must be a number from 0.0 to 1.0"),
        ("sim://?noise=nan", "noise must be a number from 0.0 to 64.0"),
        ("sim://?size=640", "WIDTHxHEIGHT"),
        ("sim://?size=8x8", "sides from 16 to 4096"),
        ("folder:///no/such/folder", "no folder at /no/such/folder"),
        ("folder://EMPTY", "no pictures in"),
        ("folder://EMPTY?loop=maybe", "loop is yes or no"),
        ("gige://?speed=1", "speed"),
        ("rtsp://", "rtsp"),
        ("v4l2:///dev/video0?speed=1", "speed"),
    ],
    ids=lambda value: value,
)
def test_addresses_that_cannot_be_understood(make_line, tmp_path, camera, words):
    """[line-camera-1]"""
    (tmp_path / "empty").mkdir()
    line = make_line(None, camera=camera.replace("EMPTY", str(tmp_path / "empty")))
    assert words in refused(line)


# -- frames -----------------------------------------------------------------------------------------------------------


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=b""):
    """A grey PNG that declares this size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def bmp(width, height, pixels=b""):
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    offset = 54 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", (offset + len(pixels)) & 0xFFFFFFFF, 0, 0, offset)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, 0, 0, 0, 256, 0) + palette + pixels


def surface(width=640, height=480, colour=False):
    """A plain bright surface with a little noise."""
    noise = np.random.default_rng(width).normal(120, 3, (height, width)).astype(np.uint8)
    return cv2.cvtColor(noise, cv2.COLOR_GRAY2BGR) if colour else noise


def encode(kind, picture):
    return cv2.imencode(kind, picture)[1].tobytes()


GOOD = {
    "png": encode(".png", surface()),
    "bmp": encode(".bmp", surface()),
    "jpg": encode(".jpg", surface()),
    "smaller.png": encode(".png", surface(320, 240)),
    "larger.jpg": encode(".jpg", surface(1280, 960)),
    "colour.png": encode(".png", surface(colour=True)),
    "colour.bmp": encode(".bmp", surface(800, 600, colour=True)),
    "upright.png": encode(".png", surface(240, 320)),
    "one-pixel.png": encode(".png", surface(1, 1)),
}
BAD = {
    "empty.png": b"",
    "empty.jpg": b"",
    "text.png": b"this is not a picture\n" * 20,
    "half.png": GOOD["png"][: len(GOOD["png"]) // 2],
    "head.png": GOOD["png"][:20],
    "half.jpg": GOOD["jpg"][: len(GOOD["jpg"]) // 2],
    "half.bmp": GOOD["bmp"][: len(GOOD["bmp"]) // 2],
    "flipped.png": GOOD["png"][:2000] + bytes([GOOD["png"][2000] ^ 0xFF]) + GOOD["png"][2001:],
    "zero-wide.png": png(0, 480),
    "zero-high.bmp": bmp(640, 0),
    "no-width.bmp": bmp(0, 0),
    "negative.bmp": bmp(-640, 480, bytes(640 * 480)),
    "twenty-thousand.png": png(20_000, 20_000, bytes(20_001) * 100),
    "twenty-thousand.bmp": bmp(20_000, 20_000, bytes(1000)),
    "enormous.png": png(0x7FFFFFFF, 0x7FFFFFFF),
    "enormous.bmp": bmp(0x7FFFFFFF, 0x7FFFFFFF),
    "bright.png": b"\xff" * 5000,
}


def test_frames_of_every_kind(make_line, tmp_path):
    """[line-frame-1] Each bad frame is INPUT_INVALID and the next part is fine."""
    folder = tmp_path / "frames"
    folder.mkdir()
    expected = []
    good = list(GOOD.items())
    for turn, (name, data) in enumerate(BAD.items()):
        better, picture = good[turn % len(good)]
        for kind, (word, content) in enumerate(((name, data), (better, picture))):
            file = folder / f"{turn:02}-{kind}-{word if '.' in word else 'plain.' + word}"
            file.write_bytes(content)
            expected.append((file.name, kind == 1))
    line = make_line(camera=f"folder://{folder}", decide_within_ms=1000, frame_within_ms=900)
    line.plc.window = 2
    line.start()
    for number, (name, is_good) in enumerate(expected, start=1):
        part = line.plc.judge(number)
        if is_good:
            assert part.result.reason in JUDGED, f"{name}: {part}"
        else:
            assert (part.gate, part.result.reason) == ("REJECT", "INPUT_INVALID"), f"{name}: {part}"
            assert part.result["MODEL_CODE"] == 0
    assert line.state()["counts"]["engine_restarts"] == 0


def test_a_jpeg_after_one_that_breaks_off_in_its_head(make_line, tmp_path):
    """[line-frame-1]"""
    folder = tmp_path / "frames"
    folder.mkdir()
    for name, data in (("1.jpg", GOOD["jpg"]), ("2.jpg", GOOD["jpg"][:300]), ("3.jpg", GOOD["jpg"])):
        (folder / name).write_bytes(data)
    line = make_line(camera=f"folder://{folder}").start()
    assert line.plc.judge(1).result.reason in JUDGED
    assert line.plc.judge(2).result.reason == "INPUT_INVALID"
    assert line.plc.judge(3).result.reason in JUDGED


def test_a_folder_that_has_been_shown(make_line, tmp_path):
    """`loop=no`: after the last picture there is none."""
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "1.png").write_bytes(GOOD["png"])
    line = make_line(camera=f"folder://{folder}?loop=no").start()
    assert line.plc.judge(1).result.reason in JUDGED
    part = line.plc.judge(2)
    assert (part.gate, part.result.reason) == ("REJECT", "DEVICE_FAULT")


def test_a_folder_that_is_emptied_while_the_line_runs(make_line, tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        (folder / name).write_bytes(GOOD["png"])
    line = make_line(camera=f"folder://{folder}").start()
    assert line.plc.judge(1).result.reason in JUDGED
    (folder / "2.png").unlink()
    part = line.plc.judge(2)
    assert part.gate == "REJECT" and part.result.reason in ("INPUT_INVALID", "DEVICE_FAULT")
    assert line.plc.judge(3).result.reason in JUDGED
