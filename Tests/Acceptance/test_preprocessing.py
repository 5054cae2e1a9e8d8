"""What a model sees: `lineside preprocess` against cv2 and numpy, bit for bit."""

import hashlib
import json
import struct
import zlib

import cv2
import numpy as np
import pytest

SEED = 20
METHODS = {"bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}


@pytest.fixture(scope="module")
def dice():
    return np.random.default_rng(SEED)


def texture(dice, width, height, channels=3):
    """Gradients with noise: every level occurs, and neighbours differ."""
    y, x = np.mgrid[0:height, 0:width]
    ramp = x * 255 / width if width > height else y * 255 / height
    noise = dice.integers(-60, 60, (height, width, channels))
    levels = np.clip(ramp[..., None] + noise, 0, 255).astype(np.uint8)
    return levels if channels == 3 else levels[..., 0]


def read(path, channels):
    if channels == 1:
        return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def planes(levels):
    levels = levels[..., None] if levels.ndim == 2 else levels
    return np.ascontiguousarray((levels.astype(np.float32) / np.float32(255)).transpose(2, 0, 1))


def fitted(picture_size, size, cover):
    """The size of a letterboxed or centre-cropped picture, as training computes it."""
    (pw, ph), (w, h) = picture_size, size
    is_wide = pw * h >= ph * w
    if is_wide != cover:
        return w, max(h if cover else 1, round(ph * w / pw))
    return max(w if cover else 1, round(pw * h / ph)), h


def resized(levels, size, mode, pad=114):
    height, width = levels.shape[:2]
    if mode in METHODS:
        return cv2.resize(levels, size, interpolation=METHODS[mode])
    (w, h), full = size, fitted((width, height), size, cover=mode == "centre-crop")
    inner = cv2.resize(levels, full, interpolation=cv2.INTER_LINEAR)
    x, y = abs(full[0] - w) // 2, abs(full[1] - h) // 2
    if mode == "centre-crop":
        return inner[y : y + h, x : x + w]
    box = np.full((h, w, *levels.shape[2:]), pad, np.uint8)
    box[y : y + full[1], x : x + full[0]] = inner
    return box


class Jobs:
    """Images on disk and the tensors wanted of them, run as one process."""

    def __init__(self, lineside, folder):
        self.lineside, self.folder, self.lines, self.wanted = lineside, folder, [], []

    def add(self, levels, size, mode, channels, ending="png", options=()):
        path = self.folder / f"{len(self.lines)}.{ending}"
        bgr = cv2.cvtColor(levels, cv2.COLOR_RGB2BGR) if levels.ndim == 3 else levels
        assert cv2.imwrite(str(path), bgr, list(options))
        self.add_file(path, size, mode, channels)

    def add_file(self, path, size, mode, channels):
        out = self.folder / f"{len(self.lines)}.f32"
        self.lines.append(f"{path} {size[0]} {size[1]} {mode} {channels} {out}")
        self.wanted.append((planes(resized(read(path, channels), size, mode)), out))

    def run(self, *flags):
        path = self.folder / "jobs"
        path.write_text("\n".join(self.lines) + "\n")
        finished = self.lineside("preprocess", "--list", path, *flags, seconds=120)
        assert finished.returncode == 0, finished.stderr

    def strangers(self):
        """The jobs whose tensor differs in any bit."""
        return [
            f"{line}: {differences(wanted, out)}"
            for line, (wanted, out) in zip(self.lines, self.wanted)
            if out.read_bytes() != wanted.tobytes()
        ]


def differences(wanted, out):
    values = np.fromfile(out, np.float32)
    if values.size != wanted.size:
        return f"{values.size} values instead of {wanted.size}"
    apart = np.abs(values - wanted.ravel()) * 255
    return f"{np.count_nonzero(apart)} of {apart.size} values, up to {apart.max():.3f} levels"


@pytest.fixture
def jobs(lineside, tmp_path):
    return Jobs(lineside, tmp_path)


def side(dice, most):
    """Small sizes are where the edges are."""
    return int(dice.integers(1, dice.choice([4, 20, most]) + 1))


def test_bilinear_is_cv2_for_400_sizes(jobs, dice):
    for number in range(400):
        channels = (3, 1)[number % 4 == 3]
        width, height = side(dice, 400), side(dice, 400)
        size = (width, height) if number % 50 == 0 else (side(dice, 300), side(dice, 300))
        jobs.add(texture(dice, width, height, channels), size, "bilinear", channels, ("png", "bmp")[number % 2])
    jobs.run()
    assert jobs.strangers() == []


@pytest.mark.parametrize("size", [(512, 512), (224, 224), (640, 360), (960, 540), (1920, 1080), (2000, 1200)])
def test_bilinear_of_a_camera_frame(jobs, dice, size):
    jobs.add(texture(dice, 1920, 1080), size, "bilinear", 3, "jpg", (cv2.IMWRITE_JPEG_QUALITY, 90))
    jobs.run()
    assert jobs.strangers() == []


def test_area_is_cv2_for_400_sizes(jobs, dice):
    """Whole factors, fractions, one side whole, one or both growing."""
    for number in range(400):
        channels = (3, 1)[number % 4 == 3]
        width, height = side(dice, 60), side(dice, 60)
        across, down = (int(factor) for factor in dice.integers(1, 8, 2))
        shapes = [
            (width * across, height * down),
            (width * across + int(dice.integers(0, 9)), height * down + int(dice.integers(0, 9))),
            (width * 2, height * 2),
            (side(dice, 300), side(dice, 300)),
        ]
        jobs.add(texture(dice, *shapes[number // 4 % 4], channels), (width, height), "area", channels)
    jobs.run()
    assert jobs.strangers() == []


@pytest.mark.parametrize("factor", [49, 98, 103, 107])
def test_area_of_factors_whose_division_is_inexact(jobs, dice, factor):
    jobs.add(texture(dice, 5 * factor, 3 * factor), (5, 3), "area", 3)
    jobs.add(texture(dice, factor, 2 * factor), (1, 2), "area", 3)
    jobs.run()
    assert jobs.strangers() == []


@pytest.mark.parametrize("size", [(512, 512), (480, 270), (640, 360), (960, 540), (224, 224)])
def test_area_of_a_camera_frame(jobs, dice, size):
    jobs.add(texture(dice, 1920, 1080), size, "area", 3)
    jobs.run()
    assert jobs.strangers() == []


@pytest.mark.parametrize("mode", ["letterbox", "centre-crop"])
def test_fitting_follows_its_formula(jobs, dice, mode):
    for number in range(150):
        channels = (3, 1)[number % 4 == 3]
        picture = texture(dice, side(dice, 200), side(dice, 200), channels)
        jobs.add(picture, (side(dice, 100), side(dice, 100)), mode, channels)
    jobs.run()
    assert jobs.strangers() == []


def test_colour_to_one_channel_is_rgb2gray(jobs, dice):
    for _ in range(40):
        jobs.add(texture(dice, side(dice, 200), side(dice, 200)), (side(dice, 100), side(dice, 100)), "bilinear", 3)
    jobs.lines = [line.replace(" 3 ", " 1 ") for line in jobs.lines]
    for number, line in enumerate(jobs.lines):
        path, width, height, *_, out = line.split()
        grey = cv2.cvtColor(read(path, 3), cv2.COLOR_RGB2GRAY)
        jobs.wanted[number] = (planes(cv2.resize(grey, (int(width), int(height)))), jobs.wanted[number][1])
    jobs.run("--as", "rgb")
    assert jobs.strangers() == []


def test_mean_deviation_and_order(lineside, dice, tmp_path):
    picture, path, out = texture(dice, 90, 70), tmp_path / "picture.png", tmp_path / "out"
    cv2.imwrite(str(path), picture)
    mean, deviation = [np.array(text.split(","), np.float32) for text in ("0.485,0.456,0.406", "0.229,0.224,0.225")]
    flags = ("--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--order", "bgr", "--size", "64x48")
    finished = lineside("preprocess", path, *flags, "--out", out)
    assert finished.returncode == 0, finished.stderr
    # Written without an exchange of colours, so read as BGR it is the picture itself.
    levels = cv2.resize(picture, (64, 48)).astype(np.float32) / np.float32(255)
    assert out.read_bytes() == np.ascontiguousarray(((levels - mean) / deviation).transpose(2, 0, 1)).tobytes()


@pytest.mark.parametrize("mode", ["bilinear", "area", "letterbox", "centre-crop"])
@pytest.mark.parametrize("channels", [3, 1])
def test_the_golden_tensor_is_what_training_computes(lineside, tmp_path, mode, channels):
    y, x, c = np.mgrid[0:480, 0:640, 0:3]
    picture = (((x * 7 + y * 13 + c * 29) ^ ((x * y) >> 4)) & 255).astype(np.uint8)
    picture = picture if channels == 3 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    out = tmp_path / "golden"
    flags = ("--golden", "--size", "224x192", "--mode", mode, "--channels", channels, "--out", out)
    assert lineside("preprocess", *flags).returncode == 0
    wanted = planes(resized(picture, (224, 192), mode)).tobytes()
    assert hashlib.sha256(out.read_bytes()).hexdigest() == hashlib.sha256(wanted).hexdigest()


# -- decoding ---------------------------------------------------------------------------------------------------------

SUBSAMPLINGS = {
    name: getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{name}") for name in ("411", "420", "422", "440", "444")
}


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("channels", [3, 1])
def test_jpeg_is_decoded_as_cv2_does(jobs, dice, subsampling, progressive, channels):
    options = (
        *(cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SUBSAMPLINGS[subsampling]),
        *(cv2.IMWRITE_JPEG_PROGRESSIVE, progressive, cv2.IMWRITE_JPEG_RST_INTERVAL, 4 * progressive),
    )
    for width, height in [(640, 480), (101, 67), (16, 16), (1, 1), (9, 200)]:
        jobs.add(texture(dice, width, height), (width, height), "bilinear", channels, "jpg", options)
        jobs.add(texture(dice, width, height, 1), (width, height), "bilinear", channels, "jpg", options[:2])
    jobs.run()
    assert jobs.strangers() == []


def exif(orientation, order):
    return struct.pack(
        order + "2sHIHHHIHHI", {"<": b"II", ">": b"MM"}[order], 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0
    )


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("order", ["<", ">"])
def test_pictures_are_turned_upright(jobs, dice, tmp_path, orientation, order):
    bgr = texture(dice, 40, 30)
    block = b"Exif\0\0" + exif(orientation, order)
    jpeg = cv2.imencode(".jpg", bgr)[1].tobytes()
    (tmp_path / "turned.jpg").write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
    png = cv2.imencode(".png", bgr)[1].tobytes()
    (tmp_path / "turned.png").write_bytes(png[:33] + chunk(b"eXIf", exif(orientation, order)) + png[33:])
    for name in ("turned.jpg", "turned.png"):
        for channels in (3, 1):
            jobs.add_file(tmp_path / name, (20, 20), "bilinear", channels)
    jobs.run()
    assert jobs.strangers() == []


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


@pytest.mark.parametrize("channels", [3, 1])
def test_an_interlaced_png_is_decoded_as_cv2_does(jobs, dice, tmp_path, channels):
    for width, height in [(1, 1), (3, 5), (8, 8), (21, 18)]:
        levels = texture(dice, width, height, channels)
        passes = [levels[top::down, left::right] for left, top, right, down in ADAM7]
        data = b"".join(b"\0" + row.tobytes() for part in passes if part.size for row in part)
        header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 1: 0}[channels], 0, 0, 1)
        chunks = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
        path = tmp_path / f"{width}.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
        assert np.array_equal(read(path, channels), levels)
        jobs.add_file(path, (width, height), "bilinear", channels)
    jobs.run()
    assert jobs.strangers() == []


def png_file(rows, depth, kind, *extra):
    """A PNG of rows of bytes, as they lie in the file."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    width = rows.shape[1] * 8 // (depth * samples)
    header = struct.pack(">IIBBBBB", width, rows.shape[0], depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks), (width, rows.shape[0])


@pytest.mark.parametrize(
    ("kind", "depth"),
    [
        *((0, depth) for depth in (1, 2, 4, 8, 16)),
        *((3, depth) for depth in (1, 4, 8)),
        *((kind, depth) for kind in (2, 4, 6) for depth in (8, 16)),
    ],
)
@pytest.mark.parametrize("gamma", [False, True])
def test_png_is_decoded_as_cv2_does(jobs, dice, tmp_path, kind, depth, gamma):
    bytes_across = {0: 24, 2: 36, 3: 24, 4: 24, 6: 48}[kind]
    rows = dice.integers(0, 256, (17, bytes_across), dtype=np.uint8)
    extra = [chunk(b"gAMA", struct.pack(">I", 45455))] if gamma else []
    extra += [chunk(b"PLTE", dice.integers(0, 256, 768, dtype=np.uint8).tobytes()[: 3 << depth])] if kind == 3 else []
    extra += [chunk(b"tRNS", bytes([0, 128]))] if kind == 3 else []
    data, size = png_file(rows, depth, kind, *extra)
    (tmp_path / "picture.png").write_bytes(data)
    for channels in (3, 1):
        jobs.add_file(tmp_path / "picture.png", size, "bilinear", channels)
    jobs.run()
    assert jobs.strangers() == []


def bitmap_file(rows, width, height, bits, palette=b"", used=0):
    start = 54 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, rows.size, 2835, 2835, used, 0)
    return b"BM" + struct.pack("<IHHI", start + rows.size, 0, 0, start) + header + palette + rows.tobytes()


@pytest.mark.parametrize("bits", [8, 24, 32])
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("used", [0, 100])
def test_bmp_is_decoded_as_cv2_does(jobs, dice, tmp_path, bits, direction, used):
    palette = dice.integers(0, 256, 4 * (used or 256), dtype=np.uint8).tobytes() if bits == 8 else b""
    for width, height in [(1, 1), (7, 5), (64, 48)]:
        rows = dice.integers(0, 256, (height, (width * bits + 31) // 32 * 4), dtype=np.uint8)
        path = tmp_path / f"{width}.bmp"
        path.write_bytes(bitmap_file(rows, width, direction * height, bits, palette, used if bits == 8 else 0))
        for channels in (3, 1):
            jobs.add_file(path, (width, height), "bilinear", channels)
    jobs.run()
    assert jobs.strangers() == []


# -- refusals and figures ---------------------------------------------------------------------------------------------


def test_a_truncated_jpeg_is_refused(lineside, dice, tmp_path):
    """cv2 would paint the rest grey."""
    data = cv2.imencode(".jpg", texture(dice, 320, 240))[1].tobytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    finished = lineside("preprocess", tmp_path / "cut.jpg", "--size", "64x64", "--out", tmp_path / "out")
    assert finished.returncode == 78
    assert "cut.jpg" in finished.stderr and "remature end" in finished.stderr
    assert not (tmp_path / "out").exists()


def test_a_picture_of_20000_by_20000_is_refused_unread(lineside, dice, tmp_path):
    jpeg = bytearray(cv2.imencode(".jpg", texture(dice, 16, 16))[1].tobytes())
    frame = jpeg.index(b"\xff\xc0") + 5
    jpeg[frame : frame + 4] = struct.pack(">HH", 20_000, 20_000)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    files = {
        "large.jpg": bytes(jpeg),
        "large.png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        "large.bmp": bitmap_file(np.zeros((1, 4), np.uint8), 20_000, 20_000, 24),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        finished = lineside("preprocess", tmp_path / name, "--size", "64x64", "--out", tmp_path / "out", seconds=2)
        assert finished.returncode == 78
        assert f"{name}" in finished.stderr and "20000 x 20000" in finished.stderr


def test_repeat_tells_figures(lineside, dice, tmp_path):
    cv2.imwrite(str(tmp_path / "picture.jpg"), texture(dice, 320, 240))
    finished = lineside("preprocess", tmp_path / "picture.jpg", "--size", "64x64", "--repeat", "20", "-o", "json")
    figures = json.loads(finished.stdout)
    assert figures["iterations"] == 20
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


@pytest.mark.parametrize(
    "flags", [("--size", "64"), ("--size", "64x64", "--mode", "cubic"), ("--size", "64x64", "--mean", "1,2"), ()]
)
def test_a_bad_value_is_a_usage_fault(lineside, tmp_path, flags):
    finished = lineside("preprocess", tmp_path / "picture.jpg", *flags, "--out", tmp_path / "out")
    assert finished.returncode == 2
