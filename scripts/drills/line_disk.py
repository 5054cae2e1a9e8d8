#!/usr/bin/env python3
"""The disk becomes full while parts come, stays full, and has room again.

The state folder lies on a small file system of its own, whose room a ballast file takes. Verdicts stay what they were,
the page shows an alarm, frames go before records do; with room again the ledger catches up, or says how many entries it
lost, and verifies. Needs root, to mount; skipped otherwise. [line-disk-1]
"""

import errno
import os
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from client import Client
from drill import run
from footprint import quantile
from line import Belt, Line, is_judged, line
from line_record import check_all_gone, compare, differences, entries_of, gaps_of, tally_text, verify
from results import StolenTime, add_out, keep

# Room for frames and the beginning; and for what two entries a part take in the file and its log.
SIZE_MB, PART_KB, PIECE = 48, 3, 1 << 16
FRAMES = {"bytes_max": "16MiB", "free_bytes_min": "2MiB", "pass_sample": 10}
ALARM_WITHIN_S, CAUGHT_UP_WITHIN_S = 30, 10
LOOK_S, REFERENCE_S = 0.1, 60
SHARE_MAY_FALL = 0.001
COLUMNS = ["disk", "s", "parts", "judged", "fail-safe", "PLC's own reject", "trigger to result ms p50 / p99 / max"]


def add_arguments(parser):
    parser.add_argument("--seconds", type=float, default=120, help="all phases together (120)")
    parser.add_argument("--room", type=float, default=20, help="seconds with room, before and after (20)")
    parser.add_argument("--rate", type=float, default=30, help="parts a second (30); 200 for 300 s fills the queue")
    parser.add_argument("--file-system", choices=["tmpfs", "ext4"], default="tmpfs", help="ext4 lies in a file (tmpfs)")
    add_out(parser, "line_disk")


class CannotMount(Exception):
    pass


@contextmanager
def small_disk(folder, kind, size_mb):
    """A small file system at `folder`/disk."""
    if os.geteuid() != 0:
        raise CannotMount("mounting a small file system needs root")
    place = Path(folder) / "disk"
    place.mkdir()
    if kind == "tmpfs":
        call("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "lineside-drill", place)
    else:
        image = Path(folder) / "disk.image"
        call("truncate", "-s", f"{size_mb}M", image)
        call("mkfs.ext4", "-q", "-m", "0", image)
        call("mount", "-o", "loop", image, place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def call(*words):
    try:
        finished = subprocess.run([*map(str, words)], capture_output=True, text=True)
    except FileNotFoundError as error:
        raise CannotMount(str(error)) from None
    if finished.returncode:
        raise CannotMount(f"{words[0]}: {finished.stderr.strip()}")


class Ballast(threading.Thread):
    """Takes all the room there is, and whatever becomes free, as long as the block lasts."""

    def __init__(self, place):
        super().__init__(daemon=True)
        self.path, self.over = place / "ballast", threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(10)
        self.path.unlink(missing_ok=True)

    def run(self):
        with open(self.path, "wb", buffering=0) as file:
            while not self.over.is_set():
                try:
                    file.write(bytes(PIECE))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    self.fill_the_rest(file)
                    time.sleep(0.01)

    @staticmethod
    def fill_the_rest(file):
        """To the last block: less than a piece may be left."""
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            return


class Watch(threading.Thread):
    """Looks at the page's state ten times a second."""

    def __init__(self, line_):
        super().__init__(daemon=True)
        self.line, self.over, self.seen = line_, threading.Event(), []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(10)

    def run(self):
        with Client(self.line.url, timeout=5) as client:
            while not self.over.wait(LOOK_S):
                try:
                    state = client.get("/station/state").json
                except OSError:
                    continue
                codes = {alarm["code"] for alarm in state["alarms"]}
                self.seen.append((time.monotonic(), codes, state["ledger"]))

    def first(self, since, fits):
        return next((seen for seen in self.seen if seen[0] >= since and fits(seen)), None)


def drill(arguments, report):
    size_mb = SIZE_MB + int(arguments.seconds * arguments.rate * PART_KB / 1024)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="lineside-disk-") as folder,
            small_disk(folder, arguments.file_system, size_mb) as disk,
            Line(folder, state=disk / "state", frames=FRAMES) as line_,
            StolenTime() as stolen,
        ):
            story = full_disk(arguments, report, line_, disk)
    except CannotMount as error:
        report.say(f"skipped: {error}")
        return
    tell(arguments, report, story, reference_run(arguments, report), stolen)


class Story:
    """What happened, and when."""

    def __init__(self):
        self.began = self.full = self.free = self.over = 0.0
        self.parts, self.tally, self.watch, self.io = [], {}, None, {}
        self.entries, self.answer, self.gaps = {}, {}, 0


def full_disk(arguments, report, line_, disk):
    story = Story()
    line_.start_station()
    line_.wait_until_ready()
    line_.start_io()
    belt = Belt(line_, rate=arguments.rate)
    belt.wait_for_judged()
    with Watch(line_) as story.watch:
        story.began = time.monotonic()
        time.sleep(arguments.room)
        with Ballast(disk):
            story.full = time.monotonic()
            time.sleep(arguments.seconds - 2 * arguments.room)
        story.free = time.monotonic()
        report.say(f"full for {story.free - story.full:.0f} s: {story.watch.seen[-1][2]}")
        time.sleep(arguments.room)
        story.over = time.monotonic()
    story.parts, story.tally = belt.finish(), belt.tally
    story.io = line_.stop_io()
    report.check(line_.stop("station") == 0, "the station ends as it should")
    report.check(not line_.left_over(), "nobody is left behind")
    story.entries, story.answer = entries_of(line_.state_folder), verify(line_.state_folder)
    story.gaps = gaps_of(line_.state_folder)
    return story


def reference_run(arguments, report):
    """The same parts with all the room of the machine."""
    report.say("the same parts again, with room")
    with line() as line_:
        line_.start_station()
        line_.wait_until_ready()
        line_.start_io()
        belt = Belt(line_, seconds=min(arguments.seconds, REFERENCE_S), rate=arguments.rate)
        belt.process.wait(arguments.seconds + 30)
        return belt.finish()


def tell(arguments, report, story, reference, stolen):
    report.say(f"{len(story.parts)} parts: {tally_text(story.parts)}")
    other, both = differences(story.parts, reference)
    report.check(both > 0 and not other, f"{both} parts judged in both runs, {len(other)} differently")
    check_all_gone(report, story.parts, story.tally)
    check_alarms(report, story)
    check_records(report, story)
    times = [story.began, story.full, story.free, story.over]
    phases = list(zip(("with room", "full", "room again"), times, times[1:]))
    rows = [row(name, begin, end, story.parts) for name, begin, end in phases]
    shares = {name: judged_share(begin, end, story.parts) for name, begin, end in phases}
    enough = shares["full"] >= shares["with room"] - SHARE_MAY_FALL
    report.check(enough, f"judged by the model: {shares['with room']:.2%} with room, {shares['full']:.2%} without")
    figures = {"drill": "line_disk", "file_system": arguments.file_system, "tally": story.tally, "io": story.io}
    figures |= {"phases": rows, "ledger": story.answer, "stolen_by_host": round(stolen.share, 4)}
    keep(report, arguments.out, figures, COLUMNS, rows)


def check_alarms(report, story):
    watch = story.watch
    alarmed = watch.first(story.full, lambda seen: seen[1] & {"LEDGER", "FRAMES"})
    within = alarmed[0] - story.full if alarmed else float("inf")
    codes = sorted(alarmed[1]) if alarmed else "none"
    report.check(within <= ALARM_WITHIN_S, f"an alarm after {within:.1f} s of a full disk: {codes}")
    ledger = watch.first(story.full, lambda seen: "LEDGER" in seen[1])
    if ledger:
        frames = ledger[2]["frames"]
        report.check(frames == 0, f"entries wait after {ledger[0] - story.full:.1f} s, when {frames} frames are left")
    report.check(watch.seen[-1][2]["waiting"] < 1000, f"{watch.seen[-1][2]['waiting']} entries wait at the end")
    most = max(seen[2]["waiting"] for seen in watch.seen)
    report.say(f"at most {most} entries waited, {watch.seen[-1][2]['frames_dropped']} frames were dropped")
    calm = watch.first(story.free, lambda seen: not seen[1] & {"LEDGER", "FRAMES"} and seen[2]["waiting"] < 100)
    within = calm[0] - story.free if calm else float("inf")
    report.check(within <= CAUGHT_UP_WITHIN_S, f"{within:.1f} s after there is room no alarm stands and nothing waits")


def check_records(report, story):
    answer, lost = story.answer, story.watch.seen[-1][2]["lost"]
    report.check(answer["ok"], f"the ledger verifies, {answer.get('entries')} entries {answer.get('said', '')}")
    told = answer.get("lost") == lost == story.gaps
    report.check(told, f"entries lost: {lost} says the page, {answer.get('lost')} verify, {story.gaps} the gap events")
    judged = [(part["part"], part["sequence"]) for part in story.parts if is_judged(part)]
    missing = [turn for turn in judged if turn not in story.entries]
    report.check(len(missing) <= lost, f"{len(missing)} judged parts without an entry, {lost} lost")
    if lost == 0:
        compare(story.parts, story.entries).check(report)


def within(begin, end, parts):
    return [part for part in parts if begin <= part["at"] < end]


def judged_share(begin, end, parts):
    here = within(begin, end, parts)
    return sum(map(is_judged, here)) / max(len(here), 1)


def row(name, begin, end, parts):
    here = within(begin, end, parts)
    judged, answered = sum(map(is_judged, here)), [part["ms"] for part in here if part["verdict"] is not None]
    times = " / ".join(f"{quantile(answered, share):.1f}" for share in (0.5, 0.99, 1)) if answered else "none"
    return [name, round(end - begin), len(here), judged, len(answered) - judged, len(here) - len(answered), times]


if __name__ == "__main__":
    run("line_disk", __doc__, add_arguments, drill, limit_seconds=1200)
