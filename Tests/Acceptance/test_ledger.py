"""The ledger: what was judged can be found again, and nothing can be changed without it being seen.

The chain is checked here with sqlite3 and hashlib alone, not with the program that wrote it.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import contextmanager

import pytest
from server import wait_until

PARTS = 100
ENTRIES = 1 + 2 * PARTS


def rows(state):
    with sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True) as database:
        return database.execute("SELECT n, kind, part, wall_ns, body, hash FROM entries ORDER BY n").fetchall()


def first_broken(state):
    """The number of the first entry that does not follow from the one before; None for a whole ledger."""
    previous = bytes(32)
    for expected, (n, kind, _, _, body, digest) in enumerate(rows(state), start=1):
        previous = hashlib.sha256(previous + bytes([kind]) + body).digest()
        if n != expected or digest != previous:
            return expected
    return None


@pytest.fixture(scope="module")
def written(lineside, tmp_path_factory):
    """A ledger that nobody writes to any more, in one file."""
    state = tmp_path_factory.mktemp("written") / "state"
    finished = lineside("ledger", "fill", "--entries", ENTRIES, state)
    assert finished.returncode == 0, finished.stderr
    return state


@pytest.fixture
def state(written, tmp_path):
    return shutil.copytree(written, tmp_path / "state")


def tamper(state, sql, *values):
    with sqlite3.connect(state / "ledger.db") as database:
        database.execute(sql, values)


def verify(lineside, state, *flags):
    finished = lineside("ledger", "verify", "--state", state, "-o", "json", *flags)
    assert finished.stderr == ""
    return finished.returncode, json.loads(finished.stdout)


# -- the chain --------------------------------------------------------------------------------------------------------


def test_anybody_can_check_the_chain(lineside, written):
    assert first_broken(written) is None
    entries = rows(written)
    assert [row[0] for row in entries] == list(range(1, ENTRIES + 1))
    status, answer = verify(lineside, written)
    assert status == 0
    assert answer == {
        "ok": True,
        "entries": ENTRIES,
        "last": ENTRIES,
        "lost": 0,
        "head": entries[-1][5].hex(),
        "broken": None,
    }


def test_the_columns_say_what_the_body_says(written):
    kinds = {1: "part", 2: "acknowledgement", 3: "operator", 4: "event"}
    for n, kind, part, wall, body, _ in rows(written):
        entry = json.loads(body)
        assert (entry["n"], entry["kind"], entry.get("part"), entry["wall_ns"]) == (n, kinds[kind], part, wall)


def test_a_part_s_entry_tells_everything(written):
    entry = json.loads(rows(written)[1][4])
    assert entry["station"] and entry["verdict"] == "PASS" and entry["reason"] == "OK"
    assert set(entry["us"]) == {"acquire", "preprocess", "queue", "run", "decide", "total"}
    assert {"sequence", "scores", "threshold", "frame_sha256", "frame_file", "release", "model", "model_version"} <= set(entry)
    assert entry["environment"] == 1


def test_head_prints_what_verify_finds(lineside, written):
    finished = lineside("ledger", "head", "--state", written)
    assert finished.stdout == f"{rows(written)[-1][5].hex()}  entry {ENTRIES}\n"
    answer = json.loads(lineside("ledger", "head", "--state", written, "-o", "json").stdout)
    assert answer == {"entries": ENTRIES, "head": rows(written)[-1][5].hex()}


def test_a_restart_goes_on_with_the_chain(lineside, state):
    assert lineside("ledger", "fill", "--entries", 10, state).returncode == 0
    assert len(rows(state)) == ENTRIES + 10
    assert first_broken(state) is None
    assert verify(lineside, state)[0] == 0


# -- tampering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 77, ENTRIES])
@pytest.mark.parametrize("column", ["body", "hash", "kind"])
def test_one_changed_byte_is_found(lineside, state, n, column):
    value = rows(state)[n - 1][{"kind": 1, "body": 4, "hash": 5}[column]]
    changed = value % 4 + 1 if column == "kind" else value[:-3] + bytes([value[-3] ^ 1]) + value[-2:]
    tamper(state, f"UPDATE entries SET {column} = ? WHERE n = ?", changed, n)
    assert first_broken(state) == n
    status, answer = verify(lineside, state)
    assert (status, answer["ok"], answer["broken"]["entry"]) == (1, False, n)
    assert answer["entries"] == n - 1


@pytest.mark.parametrize("n", [1, 2, 77, ENTRIES - 1])
def test_a_deleted_entry_is_found(lineside, state, n):
    tamper(state, "DELETE FROM entries WHERE n = ?", n)
    assert first_broken(state) == n
    status, answer = verify(lineside, state)
    assert (status, answer["broken"]["entry"]) == (1, n)
    assert "missing" in answer["broken"]["what"]


@pytest.mark.parametrize("column", ["part", "wall_ns"])
def test_a_column_that_disagrees_with_its_body_is_found(lineside, state, column):
    """The hash covers the body alone: a part that cannot be found by its number would be as good as deleted"""
    tamper(state, f"UPDATE entries SET {column} = {column} + 1 WHERE n = 20")
    status, answer = verify(lineside, state)
    assert (status, answer["broken"]["entry"]) == (1, 20)
    assert column in answer["broken"]["what"]


def test_a_chain_made_up_anew_is_found_by_the_noted_head(lineside, state):
    head = rows(state)[-1][5].hex()
    with sqlite3.connect(state / "ledger.db") as database:
        previous = bytes(32)
        for n, kind, _, _, body, _ in rows(state):
            body = body.replace(b'"REJECT"', b'"PASS"')
            previous = hashlib.sha256(previous + bytes([kind]) + body).digest()
            database.execute("UPDATE entries SET body = ?, hash = ? WHERE n = ?", (body, previous, n))
    assert verify(lineside, state)[0] == 0
    status, answer = verify(lineside, state, "--head", head)
    assert (status, answer["ok"], answer["noted_entry"]) == (1, False, None)


def test_a_cut_tail_is_found_by_the_noted_head(lineside, state):
    head = rows(state)[-1][5].hex()
    assert verify(lineside, state, "--head", head)[0] == 0
    tamper(state, "DELETE FROM entries WHERE n > 90")
    assert verify(lineside, state)[0] == 0
    assert verify(lineside, state, "--head", head)[0] == 1
    assert verify(lineside, state, "--head", rows(state)[49][5].hex().upper())[1]["noted_entry"] == 50
    finished = lineside("ledger", "verify", "--state", state, "--head", head)
    assert finished.returncode == 1
    assert "CUT" in finished.stdout


def test_a_broken_ledger_is_told_to_people(lineside, state):
    tamper(state, "UPDATE entries SET body = replace(body, 'PASS', 'FAIL') WHERE n = 2")
    finished = lineside("ledger", "verify", "--state", state)
    assert finished.returncode == 1
    assert "entry 2" in finished.stdout
    assert "keep the file" in finished.stdout


def test_a_damaged_file_is_no_whole_ledger(lineside, state):
    with sqlite3.connect(state / "ledger.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray((state / "ledger.db").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = os.urandom(4096)
    (state / "ledger.db").write_bytes(data)
    finished = lineside("ledger", "verify", "--state", state)
    assert finished.returncode not in (0, 2)
    assert "ledger.db" in finished.stdout + finished.stderr


# -- power, space, company --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("milliseconds", [150, 300, 450, 700])
def test_kill_9_leaves_a_whole_ledger(lineside, binary, tmp_path, milliseconds):
    state = tmp_path / "state"
    writer = subprocess.Popen([binary, "ledger", "fill", "--entries", "10000000", "--rate", "4000", state])
    try:
        wait_until(lambda: (state / "ledger.db").exists() and count(state) > 0, "a first commit")
        time.sleep(milliseconds / 1e3)
        before = count(state)
    finally:
        writer.kill()
    assert writer.wait() == -signal.SIGKILL
    assert before > 0
    assert first_broken(state) is None
    status, answer = verify(lineside, state)
    assert status == 0
    assert answer["entries"] >= before
    assert lineside("ledger", "fill", "--entries", 10, state).returncode == 0
    assert verify(lineside, state)[1]["entries"] == answer["entries"] + 10


def test_is_read_and_verified_while_it_is_written(lineside, binary, tmp_path):
    state = tmp_path / "state"
    writer = subprocess.Popen([binary, "ledger", "fill", "--entries", "1000000", "--rate", "2000", state])
    try:
        wait_until(lambda: (state / "ledger.db").exists() and count(state) > 500, "500 entries")
        assert verify(lineside, state)[0] == 0
        assert lineside("trace", "part", 7, "--state", state).returncode == 0
        second = lineside("ledger", "fill", "--entries", 5, state)
        assert second.returncode == 69
        assert "another lineside" in second.stderr
    finally:
        writer.kill()
        writer.wait()


def count(state):
    try:
        with sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True) as database:
            return database.execute("SELECT max(n) FROM entries").fetchone()[0] or 0
    except sqlite3.OperationalError:
        return 0


@contextmanager
def small_disk(folder, size):
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_named_and_what_was_written_is_whole(lineside, tmp_path):
    with small_disk(tmp_path / "disk", "48m") as disk:
        finished = lineside("ledger", "fill", "--entries", 200_000, disk / "state", seconds=60)
        assert finished.returncode == 69
        assert "full" in finished.stderr
        assert 0 < len(rows(disk / "state"))
        assert first_broken(disk / "state") is None
        assert verify(lineside, disk / "state")[0] == 0


# -- entries of another hand ------------------------------------------------------------------------------------------


def append(state, kind, **members):
    """Adds an entry as the contract says, and gives its number: whoever knows the contract can write a ledger."""
    kinds = {"part": 1, "acknowledgement": 2, "operator": 3, "event": 4}
    with sqlite3.connect(state / "ledger.db") as database:
        last, previous = database.execute("SELECT n, hash FROM entries ORDER BY n DESC LIMIT 1").fetchone()
        n = members.pop("n", last + 1)
        wall = 1_763_622_841_123_456_789
        body = json.dumps({"n": n, "kind": kind, "wall_ns": wall} | members).encode()
        digest = hashlib.sha256(previous + bytes([kinds[kind]]) + body).digest()
        row = (n, kinds[kind], members.get("part"), wall, body, digest)
        database.execute("INSERT INTO entries VALUES(?, ?, ?, ?, ?, ?)", row)
    return n


@pytest.fixture
def judged(state):
    """A rejected part with everything that can be said about it; gives its number."""
    machine = append(state, "event", event="environment", station="press-3", text="ONNX Runtime 1.31, AVX2", facts={})
    template = json.loads(rows(state)[1][4])
    frame = f"{machine + 1}-777777-REJECT.jpg"
    part = {name: template[name] for name in template if name not in ("n", "kind", "wall_ns")} | {
        "station": "press-3",
        "part": 777_777,
        "verdict": "REJECT",
        "reason": "DEFECT",
        "environment": machine,
        "frame_file": frame,
    }
    n = append(state, "part", **part)
    (state / "frames" / frame).write_bytes(b"a frame")
    append(state, "acknowledgement", entry=n, part=777_777, sequence=1, us=3_100)
    hand = {"station": "press-3", "person": "Anna", "entry": n, "part": 777_777}
    append(state, "operator", action="confirm", verdict=None, comment="", **hand)
    append(state, "operator", action="override", verdict="PASS", comment="dust on the lens", **hand)
    return n


def test_a_ledger_of_another_hand_verifies(lineside, state, judged):
    assert verify(lineside, state) == (0, verify(lineside, state)[1] | {"ok": True, "entries": judged + 3})


def test_everything_about_a_part_is_on_its_card(lineside, state, judged):
    text = lineside("trace", "part", 777_777, "--state", state).stdout
    for line in (
        r"^part +777777, trigger \d+ at station press-3$",
        r"^verdict +REJECT, DEFECT$",
        r"^judged +2025-11-20 07:14:01\.123 UTC, in ",
        rf"^computed +ONNX Runtime 1\.31, AVX2 \(entry {judged - 1}\)$",
        rf"^frame +{re.escape(str(state))}/frames/{judged}-777777-REJECT\.jpg$",
        rf"^acknowledged +after 3\.100 ms \(entry {judged + 1}\)$",
        rf"^operator +confirm by Anna, 2025-11-20 07:14:01\.123 UTC \(entry {judged + 2}\)$",
        rf"^operator +override to PASS by Anna, .*: dust on the lens \(entry {judged + 3}\)$",
    ):
        assert re.search(line, text, re.MULTILINE), (line, text)


def test_a_frame_that_had_to_go_is_said_to_be_gone(lineside, state, judged):
    answer = json.loads(lineside("trace", "part", 777_777, "--state", state, "-o", "json").stdout)
    [judgement] = answer["judgements"]
    assert judgement["frame_path"] == f"{state}/frames/{judged}-777777-REJECT.jpg"
    assert [operation["entry"]["action"] for operation in judgement["operations"]] == ["confirm", "override"]
    os.remove(judgement["frame_path"])
    assert "no longer there" in lineside("trace", "part", 777_777, "--state", state).stdout
    answer = json.loads(lineside("trace", "part", 777_777, "--state", state, "-o", "json").stdout)
    assert answer["judgements"][0]["frame_path"] is None


def test_the_table_shows_what_the_operator_said(lineside, state, judged):
    first = lineside("trace", "last", 1, "--state", state).stdout.splitlines()[1]
    assert first.split()[1] == "777777"
    assert first.split()[7:9] == ["yes", "PASS"]


def test_a_gap_speaks_for_the_numbers_it_names(lineside, state):
    facts = {"first": ENTRIES + 1, "last": ENTRIES + 7, "lost": 7}
    append(state, "event", n=ENTRIES + 7, event="gap", station=None, text="7 entries could not be written", facts=facts)
    status, answer = verify(lineside, state)
    assert (status, answer["entries"], answer["last"], answer["lost"]) == (0, ENTRIES + 1, ENTRIES + 7, 7)
    assert "lost        7" in lineside("ledger", "verify", "--state", state).stdout


@pytest.mark.parametrize("facts", [{}, {"first": ENTRIES + 2, "last": ENTRIES + 7}, {"first": ENTRIES + 1, "last": ENTRIES + 6}])
def test_a_gap_speaks_for_no_others(lineside, state, facts):
    append(state, "event", n=ENTRIES + 7, event="gap", station=None, text="", facts=facts)
    status, answer = verify(lineside, state)
    assert (status, answer["broken"]["entry"]) == (1, ENTRIES + 1)


def test_a_part_taken_out_of_the_index_is_found(lineside, state):
    """Nobody would find it by its number any more, though the chain is whole"""
    is_hidden = hide_from_index(state, ENTRIES - 1)
    assert is_hidden, "the index can be changed behind SQLite's back"
    status, answer = verify(lineside, state)
    assert status == 1
    assert answer["broken"]["entry"] == ENTRIES - 1


def hide_from_index(state, n):
    """Hides entry `n` by renaming its part within the index alone, and says whether it could be done."""
    part = next(row[2] for row in rows(state) if row[0] == n)
    with sqlite3.connect(state / "ledger.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = (state / "ledger.db").read_bytes()
    # An index row of two one-byte integers: header of three bytes, then the part and the number (above 127: two bytes).
    row = bytes([3, 1, 2, part, n >> 8, n & 255])
    if data.count(row) != 1:
        return False
    (state / "ledger.db").write_bytes(data.replace(row, bytes([3, 1, 2, part + 1, n >> 8, n & 255])))
    return True


# -- tracing ----------------------------------------------------------------------------------------------------------


def test_a_part_is_shown_to_people(lineside, written):
    finished = lineside("trace", "part", 50, "--state", written)
    assert finished.returncode == 0
    card = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in finished.stdout.splitlines())
    assert card["part"].startswith("50,")
    assert card["verdict"] == "REJECT, DEFECT"
    assert card["score"] == "0.5251, threshold 0.5000"
    assert "run 9.050 ms" in card["stages"]
    assert card["acknowledged"] == "after 4.000 ms (entry 101)"
    assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC, in 16\.250 ms", card["judged"])
    assert rows(written)[99][5].hex() in card["entry"]


def test_a_part_is_shown_to_programs(lineside, written):
    answer = json.loads(lineside("trace", "part", 50, "--state", written, "-o", "json").stdout)
    assert answer["part"] == 50
    [judgement] = answer["judgements"]
    _, _, _, _, body, digest = rows(written)[99]
    assert judgement["entry"] == json.loads(body)
    assert judgement["hash"] == digest.hex()
    assert judgement["acknowledgement"]["entry"]["entry"] == 100
    assert judgement["operations"] == []
    assert judgement["frame_path"] is None


def test_a_number_that_comes_again(lineside, state):
    """A PLC counts from the beginning again after a restart"""
    lineside("ledger", "fill", "--entries", ENTRIES, state)
    newest = json.loads(lineside("trace", "part", 3, "--state", state, "-o", "json").stdout)["judgements"]
    every = json.loads(lineside("trace", "part", 3, "--all", "--state", state, "-o", "json").stdout)["judgements"]
    assert [j["entry"]["n"] for j in every] == [ENTRIES + 6, 6]
    assert newest == every[:1]
    assert len(lineside("trace", "part", 3, "--all", "--state", state).stdout.splitlines()) == 3


def test_the_last_parts_are_a_table(lineside, written):
    lines = lineside("trace", "last", 3, "--state", written).stdout.splitlines()
    assert lines[0].split() == "ENTRY PART VERDICT REASON SCORE TOTAL ACK OPERATOR STATION JUDGED".split()
    assert [line.split()[1] for line in lines[1:]] == ["100", "99", "98"]
    assert len(lineside("trace", "last", "--state", written).stdout.splitlines()) == 21
    answer = json.loads(lineside("trace", "last", 2, "--state", written, "-o", "json").stdout)
    assert [judgement["entry"]["part"] for judgement in answer["judgements"]] == [100, 99]


def test_the_state_folder_may_stand_in_the_environment(lineside, written):
    finished = lineside("ledger", "verify", env={"LINESIDE_STATE": str(written)})
    assert finished.returncode == 0
    assert "whole" in finished.stdout


@pytest.mark.parametrize("arguments", [["trace", "part", "1"], ["trace", "last"], ["ledger", "verify"], ["ledger", "head"]])
def test_a_missing_ledger_is_named_with_what_to_do(lineside, tmp_path, arguments):
    finished = lineside(*arguments, "--state", tmp_path / "nowhere")
    assert finished.returncode == 78
    assert "nowhere" in finished.stderr
    assert "--state" in finished.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_part_that_is_not_there(lineside, written):
    finished = lineside("trace", "part", 4_000_000, "--state", written)
    assert finished.returncode == 1
    assert "4000000" in finished.stderr
    assert "trace last" in finished.stderr
    finished = lineside("trace", "part", 4_000_000, "--state", written, "-o", "json")
    assert json.loads(finished.stdout) == {"part": 4_000_000, "judgements": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ["trace"],
        ["trace", "part"],
        ["trace", "part", "x"],
        ["trace", "part", "-1"],
        ["trace", "part", str(1 << 32)],
        ["trace", "last", "0"],
        ["trace", "first"],
        ["ledger"],
        ["ledger", "burn"],
        ["ledger", "verify", "--head", "abc"],
        ["ledger", "fill", "x"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_understood_is_2(lineside, arguments):
    finished = lineside(*arguments)
    assert finished.returncode == 2
    assert "--help" in finished.stderr


def test_a_file_that_is_no_ledger(lineside, tmp_path):
    (tmp_path / "ledger.db").write_text("this is a letter, not a ledger; it is long enough to look like a header." * 20)
    finished = lineside("ledger", "verify", "--state", tmp_path)
    assert finished.returncode not in (0, 2)
    assert "ledger.db" in finished.stderr
