"""docs/spec/line.md and the program say the same: keys, ranges, registers, members."""

import csv
import io
import json
import re

import plc
import pytest
import spec
from server import wait_until

KEYS = spec.keys()
RANGE = re.compile(r"(a whole number|milliseconds) from (\S+) to (\S+)")


def refused(lineside, folder, verb="io", **configuration):
    """What a verb says to this configuration, which it must refuse as one."""
    path = folder / "line.json"
    path.write_text(json.dumps({"model": "model.onnx"} | configuration))
    finished = lineside(verb, "--config", path)
    assert finished.returncode == 78, finished.stderr
    assert finished.stdout == "" and finished.stderr.count("\n") == 1
    return finished.stderr


def nest(key, value):
    """{"plc": {"hold_ms": value}} of "plc.hold_ms"."""
    for word in reversed(key.split(".")):
        value = {word: value}
    return value


def number(text):
    value = float(text)
    return int(value) if value == int(value) else value


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["", "plc", "page", "frames", "routes[]"])
def test_the_page_lists_every_key(lineside, tmp_path, group):
    """[line-config-1]"""
    prefix = group + "." if group else ""
    listed = [key.removeprefix(prefix) for key in KEYS if key.startswith(prefix) and "." not in key[len(prefix) :]]
    place = "routes[0]." if group == "routes[]" else prefix
    wrong = {"routes": [{"no_such_key": 1}]} if group == "routes[]" else nest(prefix + "no_such_key", 1)
    said = refused(lineside, tmp_path, **wrong)
    assert f"there is no key '{place}no_such_key'" in said
    assert said.rpartition("there are ")[2].strip().split(", ") == listed


@pytest.mark.parametrize("key", [key for key, (_, allowed) in KEYS.items() if RANGE.search(allowed)])
def test_the_page_tells_every_range(lineside, tmp_path, key):
    """[line-config-1] One below and one above are refused, and so is a text, by a message that tells key and range."""
    kind, low, high = RANGE.search(KEYS[key][1]).groups()
    for wrong in (number(low) - 1, number(high) + 1, "5", [5], True):
        said = refused(lineside, tmp_path, **nest(key, wrong))
        found = re.search(rf"{re.escape(key)} must be {kind} from (\S+) to (\S+)\n", said)
        assert found, said
        assert (float(found[1]), float(found[2])) == (float(low), float(high))


@pytest.mark.parametrize("key", [key for key, (_, allowed) in KEYS.items() if allowed.startswith("one of ")])
def test_the_page_tells_every_choice(lineside, tmp_path, key):
    for wrong in ("PASS", "", 1, ["REJECT"]):
        assert f"{key} must be {KEYS[key][1]}\n" in refused(lineside, tmp_path, **nest(key, wrong))


@pytest.mark.parametrize("key", [key for key, (_, allowed) in KEYS.items() if allowed.startswith(("a text", "a number of"))])
def test_the_page_tells_every_other_kind(lineside, tmp_path, key):
    for wrong in ("" if "text" in KEYS[key][1] else "many", {}, ["x"], -1):
        assert f"{key} must be {KEYS[key][1]}\n" in refused(lineside, tmp_path, **nest(key, wrong))


@pytest.mark.parametrize("group", ["plc", "page", "frames"])
@pytest.mark.parametrize("wrong", [1, "x", []], ids=str)
def test_groups_are_objects(lineside, tmp_path, group, wrong):
    assert f"{group} must be a JSON object" in refused(lineside, tmp_path, **{group: wrong})


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"station": "left gate"}, "station must be letters, digits, - and _, at most 64"),
        ({"station": "x" * 65}, "at most 64"),
        ({"model": None}, "model is missing"),
        ({"frame_within_ms": 100}, "frame_within_ms must be below decide_within_ms (100)"),
        ({"frame_after_ms": 60}, "frame_after_ms must be below frame_within_ms (60)"),
        ({"plc": {"period_ms": 50}}, "plc.period_ms must be milliseconds from 0.1 to 10.0"),
        ({"plc": {"period_ms": 500}}, "plc.period_ms must be milliseconds from 0.1 to 10.0"),
        (
            {"decide_within_ms": 29, "plc": {"period_ms": 10}},
            "decide_within_ms must be milliseconds from 30.0 to 60000.0, 3 times plc.period_ms",
        ),
        ({"age_limit_ms": 5}, "age_limit_ms must be milliseconds from 15.0 to 60000.0, 3 times plc.period_ms"),
        (
            {"plc": {"period_ms": 10, "plc_silence_ms": 10}},
            "plc.plc_silence_ms must be milliseconds from 20.0 to 60000.0, 2 times plc.period_ms",
        ),
        ({"plc": {"result_base": 15}}, "plc.request_base and plc.result_base must lie at least 16 apart"),
        ({"plc": {"address": "127.0.0.1:502"}}, "it does not begin with modbus://"),
        ({"plc": {"address": "modbus://"}}, "it names no host"),
        ({"plc": {"address": "modbus://127.0.0.1:0"}}, "the port must be 1 to 65535"),
        ({"plc": {"address": "modbus://127.0.0.1:x"}}, "the port must be 1 to 65535"),
        ({"plc": {"address": "modbus://127.0.0.1?unit=248"}}, "unit must be 0 to 247, or 255"),
        ({"plc": {"address": "modbus://127.0.0.1?unit"}}, "unit must be 0 to 247, or 255"),
        ({"plc": {"address": "modbus://127.0.0.1?slave=1"}}, "'slave' is not a setting of it; unit is"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be(lineside, tmp_path, configuration, words):
    """[line-config-2]"""
    assert words in refused(lineside, tmp_path, **configuration)


@pytest.mark.parametrize("verb", ["io", "station"])
@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"model": "x"} x', '{"model": "\\ud800"}', "\0"], ids=repr)
def test_what_is_no_object(lineside, tmp_path, verb, text):
    (tmp_path / "line.json").write_text(text)
    finished = lineside(verb, "--config", tmp_path / "line.json")
    assert finished.returncode == 78 and str(tmp_path / "line.json") in finished.stderr


@pytest.mark.parametrize("verb", ["io", "station"])
def test_no_file(lineside, tmp_path, verb):
    """[line-config-3]"""
    finished = lineside(verb, "--config", tmp_path / "none.json")
    assert finished.returncode == 78 and f"no configuration at {tmp_path}/none.json" in finished.stderr


@pytest.mark.parametrize("verb", ["io", "station"])
def test_words_that_nobody_knows(lineside, verb):
    """[line-exit-1]"""
    assert lineside(verb, "no-such-word").returncode == 2
    assert lineside(verb, "--no-such-flag").returncode == 2


@pytest.mark.parametrize(
    "values",
    [
        {"decide_within_ms": 5, "frame_within_ms": 1, "plc": {"period_ms": 0.1}},
        {"decide_within_ms": 60_000, "age_limit_ms": 60_000, "frame_within_ms": 59_999, "queue_depth": 64, "threads": 64},
        {"decide_within_ms": 30, "plc": {"period_ms": 10, "plc_silence_ms": 20, "station_silence_ms": 20}},
        {"frame_after_ms": 59, "frame_late_ms": 0},
        {"plc": {"request_base": 65_000, "result_base": 0, "priority": 0, "reply_within_ms": 1}, "fail_safe": "REVIEW"},
        {"frames": {"bytes_max": 0, "free_bytes_min": "1GiB", "pass_sample": 0}, "plc": None, "camera": None},
    ],
    ids=["least", "most", "slow", "frames", "registers", "bytes"],
)
def test_the_ends_of_ranges_are_taken(lineside, tmp_path, values):
    path = tmp_path / "line.json"
    path.write_text(json.dumps({"model": "model.onnx", "mailbox": "mailbox"} | values))
    assert lineside("io", "--config", path, "--cycles", 2).returncode == 0


# -- registers --------------------------------------------------------------------------------------------------------


def blocks():
    """The page's two tables of registers: rows of offset, name and meaning."""
    return [rows[1:] for rows in spec.tables() if rows[0] == ("offset", "name", "meaning")]


@pytest.mark.parametrize(("request_base", "result_base"), [(0, 100), (300, 20)])
def test_the_map_is_the_page_s(lineside, request_base, result_base):
    finished = lineside("io", "map", "--csv", "--request-base", request_base, "--result-base", result_base)
    rows = list(csv.DictReader(io.StringIO(finished.stdout)))
    for name, base, block in zip(("plc_to_node", "node_to_plc"), (request_base, result_base), blocks(), strict=True):
        said = [(row["offset"], row["name"], row["meaning"]) for row in rows if row["block"] == name]
        assert said == block
        assert all(int(row["register"]) == base + int(row["offset"]) for row in rows if row["block"] == name)
    assert {row["type"] for row in rows} == {"UINT16"}


def test_the_map_for_people_is_the_same(lineside):
    said = lineside("io", "map").stdout.splitlines()
    assert len(said) == sum(map(len, blocks()))
    assert all(f"{name}: {meaning}" in said[place] for place, (_, name, meaning) in enumerate(sum(blocks(), [])))


def test_the_plc_of_these_tests_knows_the_page():
    assert [[name for _, name, _ in rows] for rows in blocks()] == [plc.REQUEST, plc.RESULT]
    assert [row[1] for row in spec.table("code", "reason", "when")] == plc.REASONS
    assert [row[1] for row in spec.table("code", "state", "meaning", "READY")] == plc.STATES
    meanings = {name: meaning for _, name, meaning in blocks()[1]}
    for register, words in (("STATE", plc.STATES), ("REASON", plc.REASONS)):
        assert meanings[register] == "; ".join(f"{code} {word}" for code, word in enumerate(words))


# -- the screen -------------------------------------------------------------------------------------------------------


def test_the_page_lists_every_member(running):
    """[line-page-1] /station/state has these members, and no others."""
    running.plc.judge(1)
    wait_until(lambda: running.state()["last"], "a part")
    state = running.state()
    listed = {}
    for names, inner in spec.table("member", "what"):
        for name in spec.members(names):
            listed[name] = spec.members(inner)
    assert set(state) == set(listed)
    for name in ("release", "plc", "camera", "ledger", "rates", "budget", "counts", "bypass"):
        assert set(state[name]) <= set(listed[name]), name
    assert set(state["last"]) <= set(listed["last"])
    assert all(set(stage) <= set(listed["stages"]) for stage in state["stages"])
    assert set(state["counts"]["by_reason"]) == set(plc.REASONS)


def test_the_defaults_that_can_be_seen(make_line):
    """[line-config-1]"""
    line = make_line(None)
    page = {"model": line.configuration["model"], "mailbox": "mailbox", "page": {"port": 0}}
    line.config_path.write_text(json.dumps(page))
    state = line.start_station() and line.state()
    seen = {
        "station": state["station"],
        "camera": state["camera"]["source"],
        "plc.address": state["plc"]["text"],
        "decide_within_ms": str(round(state["budget"]["window_ms"])),
        "state": next(path.name for path in line.folder.iterdir() if path.is_dir()),
    }
    assert seen == {key: KEYS[key][0] for key in seen}


def test_the_counts_of_the_loop(make_line):
    """[line-io-1]"""
    line = make_line(None)
    line.start_io("--cycles", 10)
    wait_until(lambda: not line.io.is_running, "ten cycles")
    promised = re.search(r"\[line-io-1\].*?\n\n|\[line-io-1\].*?\n- ", spec.PAGE.read_text(), re.DOTALL)[0]
    listed = spec.members(promised)[1:]
    said = line.io.answer()
    assert set(said) | set(said["late_us"]) == set(listed)
