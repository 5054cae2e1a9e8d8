"""lineside camera: GigE Vision against Aravis's own camera on loopback, RTSP against gst-rtsp-server, and pipelines.

And what happens when cameras, their processes or their addresses go wrong. V4L2 needs a device: only its absence is
tested.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cameras import GIGE_CAMERA, SYSTEM_PYTHON, GigECamera, RTSPServer, Watch, alive, descriptors, monotonic_ns
from server import clean_environment, wait_until

TEST_PICTURES = "gst:videotestsrc is-live=true ! video/x-raw,format=GRAY8,width=320,height=240,framerate=50/1"
MILLISECOND = 1_000_000


def has_rtsp_server():
    if not os.access(SYSTEM_PYTHON, os.X_OK):
        return False
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    return subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


gige = pytest.mark.skipif(not shutil.which(GIGE_CAMERA), reason="needs the Debian package aravis-tools")
rtsp = pytest.mark.skipif(not has_rtsp_server(), reason="needs gir1.2-gst-rtsp-server-1.0 and python3-gi")
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a mount of its own")


@pytest.fixture
def watch(binary):
    """watch(address, *flags): a running look at a camera, ended with the test."""
    started = []

    def start(address, *flags):
        started.append(Watch(binary, address, *map(str, flags)))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def look(binary):
    """look(address, *flags): a look at a camera to its end, for people."""

    def run(address, *flags, seconds=40):
        command = [str(binary), "camera", address, *map(str, flags)]
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=seconds, env=clean_environment()
        )

    return run


@pytest.fixture(scope="module")
def stream():
    with RTSPServer() as server:
        yield server


# -- GigE Vision ------------------------------------------------------------------------------------------------------


def distance(earlier, later):
    """Between two of the standard's 16-bit frame numbers, which go round."""
    return (later - earlier) % 65535 if later < earlier else later - earlier


@gige
def test_gige_frames_arrive_and_every_number_is_accounted_for(watch):
    with GigECamera():
        seen = watch("gige://?size=1920x1080", "--count", 60, "--in-order")
        summary = seen.finish()
    frames = seen.frames
    assert {(frame["width"], frame["height"], frame["format"], frame["clock"]) for frame in frames} == {
        (1920, 1080, "grey8", "camera")
    }
    losses = [summary[name] for name in ("missing", "dropped", "damaged", "skipped")]
    span = distance(frames[0]["id"], frames[-1]["id"]) + 1
    assert len(frames) == 60
    assert 60 <= span <= 60 + sum(losses)
    assert seen.of("connected")[0]["name"].endswith("LINESIDE")


@gige
def test_gige_times_go_forward(watch):
    with GigECamera():
        seen = watch("gige://127.0.0.1", "--count", 40)
        seen.finish()
    for name in ("device_ns", "arrived_ns"):
        values = [frame[name] for frame in seen.frames]
        assert all(earlier < later for earlier, later in zip(values, values[1:]))
    # The camera's clock and ours measure the same spans, give or take the scheduling of a busy machine.
    first, last = seen.frames[0], seen.frames[-1]
    spans = [last[name] - first[name] for name in ("device_ns", "arrived_ns")]
    assert abs(spans[0] - spans[1]) < 300 * MILLISECOND


@gige
def test_a_killed_gige_camera_is_lost_in_time_and_found_again(watch):
    """A missing frame is a loss, silence of the stated timeout opens the camera anew; it is taken as soon as it is back."""
    with GigECamera() as camera:
        seen = watch("gige://?timeout=300", "--count", 0)
        seen.wait_for("frame", 10)
        camera.kill()
        missed, silent = seen.wait_for("lost", 2)[:2]
    last = seen.frames[-1]
    late = [(lost["at_ns"] - last["arrived_ns"]) / MILLISECOND for lost in (missed, silent)]
    # A frame's period is about 40 ms. The rest is a busy machine's.
    assert 60 <= late[0] < 80 + 500
    assert 300 <= late[1] < 300 + 40 + 500
    assert (missed["losses"], silent["losses"]) == (1, 1)
    assert "they came every" in missed["error"] and "300 ms" in silent["error"]
    with GigECamera():
        seen.wait_for("connected", 2, seconds=30)
        before = len(seen.frames)
        wait_until(lambda: len(seen.frames) > before + 10, "frames of the camera that came back")
        summary = seen.stop()
    assert summary["losses"] == 1
    assert summary["openings"] == 2


@gige
def test_gige_lost_packets_are_counted_and_their_frames_not_used(watch):
    with GigECamera(lost_per_thousand=1):
        seen = watch("gige://?retention=20&timeout=3000", "--duration", 6, "--in-order")
        summary = seen.finish()
    assert summary["damaged"] > 0
    assert seen.of("unusable")
    ids = [frame["id"] for frame in seen.frames]
    assert len(ids) == len(set(ids)) > 0
    unseen = sum(distance(earlier, later) - 1 for earlier, later in zip(ids, ids[1:]))
    assert unseen <= sum(summary[name] for name in ("damaged", "missing", "dropped", "skipped"))


@gige
def test_gige_software_trigger_gives_a_frame_a_pull(watch):
    with GigECamera():
        seen = watch("gige://?trigger=Software", "--count", 5, "--pull", 200)
        summary = seen.finish()
    assert summary["losses"] == 0
    assert summary["interval_p50_ns"] > 150 * MILLISECOND


@gige
def test_gige_pixel_format_that_is_not_ours_is_named(look):
    with GigECamera():
        finished = look("gige://?format=BayerRG8", "--count", 1)
        assert finished.returncode == 69
        assert "BayerRG8" in finished.stderr
        finished = look("gige://?format=RGB8", "--count", 3)
        assert finished.returncode == 0
        assert "rgb8" in finished.stdout


@gige
def test_gige_settings_reach_the_camera(watch):
    with GigECamera():
        seen = watch("gige://LINESIDE?rate=10&exposure=1000", "--count", 15)
        summary = seen.finish()
    assert 80 * MILLISECOND < summary["interval_p50_ns"] < 130 * MILLISECOND


@gige
def test_gige_camera_that_another_has(look, watch):
    """The one who came second disturbs nobody: a loss each time would be theirs, one in three is a busy machine's."""
    with GigECamera():
        assert any(losses_of_the_first_of_two(look, watch) == 0 for _ in range(3))


def losses_of_the_first_of_two(look, watch):
    first = watch("gige://", "--count", 0)
    first.wait_for("frame", 3)
    finished = look("gige://", "--count", 1)
    assert finished.returncode == 69
    assert "another program" in finished.stderr
    before = len(first.frames)
    wait_until(lambda: len(first.frames) > before + 5, "the first to go on")
    return first.stop()["losses"]


@gige
def test_gige_frames_that_nobody_could_take_are_counted(watch):
    """The camera's process stops for half a second: less than its promise, more than its queue holds."""
    with GigECamera():
        seen = watch("gige://?size=1920x1080&timeout=3000", "--count", 60, "--in-order")
        seen.wait_for("frame", 10)
        stopped = monotonic_ns()
        os.kill(seen.helper(), signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(seen.helper(), signal.SIGCONT)
        resumed = monotonic_ns()
        summary = seen.finish()
    ids = [frame["id"] for frame in seen.frames]
    unseen = sum(distance(earlier, later) - 1 for earlier, later in zip(ids, ids[1:]))
    counted = sum(summary[name] for name in ("missing", "dropped", "damaged", "skipped"))
    assert 0 < unseen <= counted
    # On a busy machine the camera itself may stutter later, and that is a loss.
    assert not [loss for loss in seen.of("lost") if stopped <= loss["at_ns"] <= resumed + 100 * MILLISECOND]


@gige
def test_gige_camera_is_taken_again_when_its_process_was_killed(watch):
    """The camera holds on to the dead one until its heartbeat has run out."""
    with GigECamera():
        seen = watch("gige://", "--count", 0)
        seen.wait_for("frame", 5)
        os.kill(seen.helper(), signal.SIGKILL)
        seen.wait_for("connected", 2, seconds=40)
        before = len(seen.frames)
        wait_until(lambda: len(seen.frames) > before + 5, "frames of the new process")
        seen.stop()


@gige
def test_gige_camera_that_is_not_there_is_named(look):
    with GigECamera():
        finished = look("gige://NOBODY", "--count", 1)
    assert finished.returncode == 69
    assert "NOBODY" in finished.stderr


# -- RTSP -------------------------------------------------------------------------------------------------------------


@rtsp
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_rtsp_frames_arrive(watch, stream, transport):
    seen = watch(f"rtsp://127.0.0.1:{stream.port}/live?transport={transport}", "--count", 25)
    summary = seen.finish()
    assert {(frame["width"], frame["height"], frame["format"]) for frame in seen.frames} == {(640, 360, "rgb8")}
    assert {frame["clock"] for frame in seen.frames} == {"stream"}
    assert summary["losses"] == 0


@rtsp
def test_rtsp_in_grey(watch, stream):
    seen = watch(f"rtsp://127.0.0.1:{stream.port}/jpeg?pixels=grey", "--count", 5)
    seen.finish()
    assert {frame["format"] for frame in seen.frames} == {"grey8"}


@rtsp
def test_rtsp_password_opens_and_is_seen_by_nobody(watch):
    with RTSPServer("--password") as server:
        seen = watch(f"rtsp://anna:s%22e%40cret@127.0.0.1:{server.port}/jpeg", "--count", 0)
        seen.wait_for("frame", 3)
        for place in ("cmdline", "environ"):
            assert b"cret" not in Path(f"/proc/{seen.helper()}/{place}").read_bytes()
        seen.stop()


@rtsp
def test_rtsp_wrong_password_is_told_without_it(look):
    with RTSPServer("--password") as server:
        finished = look(f"rtsp://anna:wrong-one@127.0.0.1:{server.port}/jpeg", "--count", 1)
    assert finished.returncode == 69
    assert "wrong-one" not in finished.stderr + finished.stdout
    assert "anna:***@" in finished.stderr


@rtsp
def test_rtsp_nobody_there(look):
    finished = look("rtsp://127.0.0.1:9/live?connect=3000", "--count", 1)
    assert finished.returncode == 69
    assert "rtsp://127.0.0.1:9/live" in finished.stderr


@rtsp
def test_a_missing_decoder_is_named_with_its_package(binary, stream):
    command = [str(binary), "camera", f"rtsp://127.0.0.1:{stream.port}/live", "--count", "1"]
    none = clean_environment({"GST_PLUGIN_FEATURE_RANK": "avdec_h264:NONE,openh264dec:NONE"})
    finished = subprocess.run(command, capture_output=True, text=True, timeout=30, env=none)
    assert finished.returncode == 69
    assert "gstreamer1.0-libav" in finished.stderr


@rtsp
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_rtsp_server_killed_and_back(watch, transport):
    with RTSPServer() as server:
        seen = watch(f"rtsp://127.0.0.1:{server.port}/jpeg?transport={transport}&timeout=500", "--count", 0)
        seen.wait_for("frame", 5)
        server.kill()
        seen.wait_for("lost")
        with RTSPServer("--port", str(server.port)):
            seen.wait_for("connected", 2, seconds=30)
            before = len(seen.frames)
            wait_until(lambda: len(seen.frames) > before + 5, "frames of the server that came back")
            assert seen.stop()["losses"] >= 1


# -- pipelines --------------------------------------------------------------------------------------------------------


def test_a_pipeline_of_ones_own(look, tmp_path):
    finished = look(TEST_PICTURES, "--count", 3, "--in-order", "--out", tmp_path / "frames")
    assert finished.returncode == 0, finished.stderr
    assert "320 x 240 grey8" in finished.stdout
    files = sorted((tmp_path / "frames").iterdir())
    assert [file.suffix for file in files] == [".pgm"] * 3
    assert all(file.read_bytes().startswith(b"P5\n320 240\n255\n") for file in files)
    assert {file.stat().st_size for file in files} == {len(b"P5\n320 240\n255\n") + 320 * 240}


def test_colours_are_where_they_belong(look, tmp_path):
    """An odd width, so that rows have a gap behind them: red is red on every row."""
    red = "gst:videotestsrc is-live=true pattern=red ! video/x-raw,format=I420,width=321,height=50,framerate=20/1"
    assert look(red, "--count", 1, "--out", tmp_path).returncode == 0
    (file,) = tmp_path.glob("*.ppm")
    pixels = file.read_bytes().split(b"255\n", 1)[1]
    assert len(pixels) == 321 * 50 * 3
    assert all(pixels[n] > 240 and pixels[n + 1] < 12 and pixels[n + 2] < 12 for n in range(0, len(pixels), 3))


def test_bayer_by_a_pipeline(look):
    raw = "gst:videotestsrc is-live=true ! video/x-bayer,format=rggb,width=320,height=240,framerate=20/1 ! bayer2rgb"
    finished = look(raw, "--count", 2)
    if "plugins-bad" in finished.stderr:
        pytest.skip("needs gstreamer1.0-plugins-bad")
    assert finished.returncode == 0, finished.stderr
    assert "320 x 240 rgb8" in finished.stdout


def test_a_camera_that_changes_its_size(watch, tmp_path):
    small = "videotestsrc is-live=true num-buffers=20 ! video/x-raw,format=GRAY8,width=320,height=240,framerate=50/1"
    large = "videotestsrc is-live=true num-buffers=20 ! video/x-raw,format=RGB,width=1280,height=720,framerate=50/1"
    address = f"gst:{small} ! both. {large} ! both. concat name=both"
    seen = watch(address, "--count", 30, "--in-order", "--out", tmp_path)
    seen.finish()
    shapes = [(frame["width"], frame["height"], frame["format"]) for frame in seen.frames]
    assert shapes[0] == (320, 240, "grey8")
    assert (1280, 720, "rgb8") in shapes
    for file in tmp_path.glob("*.p?m"):
        head, pixels = file.read_bytes().split(b"\n255\n", 1)
        width, height = map(int, head.split()[1:])
        assert len(pixels) == width * height * (3 if file.suffix == ".ppm" else 1)


def test_a_frame_that_is_too_large_is_told_and_not_copied(watch):
    seen = watch(TEST_PICTURES, "--duration", 2, "--cell", 40_000)
    told = seen.wait_for("unusable")
    assert "320 x 240" in told[0]["error"]
    assert seen.finish()["oversized"] > 0
    assert not seen.frames


def test_a_stream_that_ends_is_lost_and_begun_again(watch):
    seen = watch("gst:videotestsrc is-live=true num-buffers=5 ! video/x-raw,width=64,height=48", "--count", 0)
    seen.wait_for("connected", 2)
    assert "ended" in seen.of("lost")[0]["error"]
    assert seen.stop()["losses"] >= 1


def test_silence_is_a_loss(watch):
    short = "videotestsrc is-live=true num-buffers=5 ! video/x-raw,width=64,height=48"
    stuck = "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! valve drop=true"
    address = f"gst?timeout=400:{short} ! both. {stuck} ! both. concat name=both"
    seen = watch(address, "--count", 0)
    # A frame that is missed is told too, before the silence, and on a busy machine more than one.
    wait_until(lambda: any("no frame for 400 ms" in lost["error"] for lost in seen.of("lost")), "the loss", 20)


# -- addresses and what is missing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("nonsense", "gige://"),
        ("ftp://camera/", "ftp://camera/"),
        ("gige://?exposre=1", "exposre"),
        ("gige://?exposure=long", "exposure=long"),
        ("v4l2://video0", "v4l2:///dev/video0"),
        ("rtsp://", "host"),
        ("rtsp://h/p?transport=pigeon", "transport=pigeon"),
        ("gst:", "empty"),
    ],
)
def test_a_garbage_address_is_2_and_named(look, address, named):
    finished = look(address)
    assert finished.returncode == 2
    assert named in finished.stderr


def test_no_address_is_2(lineside):
    assert lineside("camera").returncode == 2


def test_a_missing_v4l2_device_is_69_and_named(look):
    finished = look("v4l2:///dev/video9", "--count", 1)
    assert finished.returncode == 69
    assert "/dev/video9" in finished.stderr
    assert "No such file" in finished.stderr


@pytest.mark.parametrize(
    ("pipeline", "named"),
    [
        ("nosuchelement", "nosuchelement"),
        ("videotestsrc ! ! videoconvert", "syntax error"),
        ("videotestsrc pattern=nonsense", "nonsense"),
        ("fakesrc num-buffers=1", "fakesrc"),
    ],
)
def test_a_broken_pipeline_is_69_and_named(look, pipeline, named):
    finished = look(f"gst:{pipeline}", "--count", 1)
    assert finished.returncode == 69
    assert named in finished.stderr


@root
@pytest.mark.parametrize(
    ("library", "address", "package"),
    [
        ("libaravis-0.8.so.0", "gige://", "libaravis-0.8-0"),
        ("libgstapp-1.0.so.0", "gst:videotestsrc", "gstreamer1.0-plugins-base"),
    ],
)
def test_a_missing_library_is_named_with_its_package(binary, library, address, package):
    found = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    paths = [line.split("=> ")[1] for line in found.splitlines() if line.strip().startswith(library)]
    if not paths:
        pytest.skip(f"{library} is not installed")
    hidden = f"mount --bind /dev/null {os.path.realpath(paths[0])} && exec {binary} camera '{address}' --count 1"
    finished = subprocess.run(["unshare", "-m", "sh", "-c", hidden], capture_output=True, text=True, timeout=40)
    if "unshare" in finished.stderr or "mount:" in finished.stderr:
        pytest.skip("mounts are not allowed here")
    assert finished.returncode == 69
    assert library in finished.stderr
    assert package in finished.stderr


def test_no_other_process_pays_for_the_libraries(binary):
    linked = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=True).stdout
    assert not any(name in linked for name in ("aravis", "libgst", "libglib"))


# -- the camera's own process -----------------------------------------------------------------------------------------


def test_a_killed_camera_process_is_told_and_replaced(watch):
    seen = watch(TEST_PICTURES, "--count", 0)
    seen.wait_for("frame", 5)
    last = seen.frames[-1]["number"]
    os.kill(seen.helper(), signal.SIGKILL)
    lost = seen.wait_for("lost")[0]
    assert "signal 9" in lost["error"]
    seen.wait_for("connected", 2)
    wait_until(lambda: seen.frames[-1]["number"] > last + 10, "frames of the new process")
    numbers = [frame["number"] for frame in seen.frames]
    assert all(earlier < later for earlier, later in zip(numbers, numbers[1:]))
    assert seen.stop()["openings"] == 2


def test_a_hanging_camera_process_is_ended_and_replaced(watch):
    seen = watch(TEST_PICTURES, "--count", 0)
    seen.wait_for("frame", 5)
    os.kill(seen.helper(), signal.SIGSTOP)
    lost = seen.wait_for("lost")[0]
    assert "hung" in lost["error"]
    seen.wait_for("connected", 2)
    seen.stop()


def test_the_camera_process_ends_with_the_one_that_started_it(watch):
    seen = watch(TEST_PICTURES, "--count", 0)
    seen.wait_for("frame", 5)
    helper = seen.helper()
    seen.kill()
    wait_until(lambda: not alive(helper), "the camera process to end")


def test_a_camera_lost_again_and_again_leaves_nothing_behind(watch):
    two_frames = "gst:videotestsrc is-live=true num-buffers=2 ! video/x-raw,width=64,height=48,framerate=50/1"
    seen = watch(two_frames, "--count", 0)
    seen.wait_for("connected", 3)
    helper = seen.helper()
    before = descriptors(helper)
    seen.wait_for("connected", 10, seconds=40)
    assert descriptors(helper) <= before + 8
    assert seen.helper() == helper
    seen.stop()
