"""A node's stations and their releases: switched in, proved or taken back, whole or not at all (docs/spec/node.md)."""

import os
import random
import signal
import time

import fixtures
import pytest
from node import document, recipe
from releases import WATCH, Feed, deploy, deploy_good, failing, good, on, version_at_work, write_release
from server import command_line, wait_until

# -- stations ---------------------------------------------------------------------------------------------------------


def test_a_station_without_a_model(make_station):
    """D18: no part passes, and nothing pretends otherwise; the first release wakes it."""
    node, line = make_station()
    station = wait_until(lambda: node.station("demo"), "its row", 5)
    assert station["state"] in (None, "NO_MODEL") and station["release"] is None, station
    time.sleep(1)
    assert not line.plc.result or "ready" not in line.plc.result.status
    deploy_good(node, line, good(node.folder))
    station = wait_until(lambda: (row := node.station("demo"))["phase"] == "proved" and row, "the news", 5)
    assert station["state"] in ("READY", "BUSY") and station["release"], station
    assert line.plc.judge(5).result.verdict == "PASS"
    place = node.place("station/demo")
    assert place["active"] == place["good"] and place["candidate"] is None, place


def test_a_station_with_a_model_of_its_own(make_station, tmp_path):
    """Without a deployment a station judges with what its line.json says."""
    node, line = make_station(model=good(tmp_path))
    line.plc.wait_ready(30)
    assert line.plc.judge(5).result.verdict == "PASS"
    wait_until(lambda: node.verb("node", "status").returncode == 0, "all to be as wanted", 5)


@pytest.mark.parametrize("word", ["station", "io"])
def test_what_dies_is_started_again(make_station, word):
    """Back soon, with the release that was deployed."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    (pid,) = [pid for pid in node.processes() if command_line(pid)[1:2] == [word]]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid not in node.processes(), "its end", 5)
    line.plc.wait_ready(10)
    wait_until(lambda: line.plc.judge(7).result and line.plc.gone[-1].result.verdict == "PASS", "a PASS", 10)
    assert version_at_work(line) == "1"


def test_a_node_that_starts_again_has_the_deployed_release(make_station, tmp_path):
    """[node-start-1] Not what line.json names."""
    node, line = make_station(model=good(tmp_path, "0"))
    deploy_good(node, line, good(node.folder, "1"))
    assert node.stop() == 0 and node.left_over() == []
    node.start()
    line.plc.wait_ready(30)
    assert line.plc.judge(5).result.verdict == "PASS"
    assert version_at_work(line) == "1"


def test_a_line_outlives_its_node(make_station):
    """[node-start-1] kill -9 of the node: parts are judged all the while, and the next node finds the line."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    before = len(line.plc.gone)
    with Feed(line):
        time.sleep(0.5)
        node.kill()
        time.sleep(1)
        node.start()
        wait_until(lambda: node.station("demo").get("state") in ("READY", "BUSY"), "the station's word", 20)
    parts = line.plc.gone[before:]
    assert len(parts) > 30
    assert [str(part) for part in parts if not part.result or part.result.verdict != "PASS"] == []
    assert version_at_work(line) == "1"
    deploy_good(node, line, good(node.folder, "2", threshold=0.95))
    assert node.stop() == 0
    wait_until(lambda: not node.left_over(), f"the end of {node.left_over()}", 5)


# -- switching --------------------------------------------------------------------------------------------------------


def test_a_release_is_switched_in_between_two_parts(make_station):
    """D17, D34, A41: every part is judged by one release or the other, none gets the fail-safe."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder, "1"))
    before = len(line.plc.gone)
    over = deploy(node, line, on(release=str(good(node.folder, "2", threshold=0.95))))
    assert over["result"] == "SUCCEEDED", over
    during = line.plc.gone[before:]
    assert len(during) > 20
    assert {(part.result.verdict, part.result.reason) for part in during if part.result} == {("PASS", "OK")}
    assert all(part.result for part in during), [str(part) for part in during if not part.result]
    assert version_at_work(line) == "2"
    wait_until(lambda: node.station("demo")["phase"] == "proved", "the news")
    place = node.place("station/demo")
    assert place["active"] == place["good"]


def test_a_bad_release_is_taken_back_and_held(make_station):
    """D37, A36: FAILED_ROLLBACK_COMPLETE with the trigger's name; it comes again only when a person lets it."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    bad = failing(node.folder)
    over = deploy(node, line, on(release=str(bad)))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    line.plc.wait_ready()
    assert line.plc.judge(5).result.verdict == "PASS" and version_at_work(line) == "1"
    place = node.place("station/demo")
    assert place["active"] == place["good"] and len(place["held"]) == 1
    again = node.submit(on(release=str(bad)))
    said = again.json().get("error") or node.wait_over(again.json()["id"])["reason"]
    assert "held" in said or "rolled back" in said, said
    assert version_at_work(line) == "1"
    over = deploy(node, line, on(release=str(bad)) | {"takes_held": True})
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over


def test_a_change_of_the_threshold_is_a_release(make_station):
    """D34: another digest, and `undo` brings the threshold back."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder, "1", threshold=0.9))
    first = node.place("station/demo")["active"]
    release = write_release(node.folder / "strict", fixtures.inspect(fixtures.IMAGE_8), "1", threshold=0.8)
    deploy_good(node, line, release)
    assert node.place("station/demo")["active"] != first and line.state()["release"]["threshold"] == 0.8
    with Feed(line):
        said = node.verb("deploy", "undo")
    assert said.returncode == 0, said
    assert node.place("station/demo")["active"] == first and line.state()["release"]["threshold"] == 0.9


def test_a_deployment_of_both_is_whole_or_not_at_all(make_station):
    """A36: a broken component takes the new release back with it, and a bad release the new component."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    name = "com.example.widget"
    first, broken = recipe(name, "1.0.0", "exec sleep 900001"), recipe(name, "2.0.0", "exit 1")
    assert node.deploy(document({name: "1.0.0"}), first)["result"] == "SUCCEEDED"
    wanted = on(release=str(good(node.folder, "2", threshold=0.95))) | document({name: "2.0.0"})
    over = deploy(node, line, wanted, broken)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and name in over["reason"], over
    assert version_at_work(line) == "1" and node.versions() == {name: "1.0.0"} and node.sleeps() == ["900001"]
    wanted = on(release=str(failing(node.folder, "3"))) | document({name: "3.0.0"})
    over = deploy(node, line, wanted, recipe(name, "3.0.0", "exec sleep 900003"))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    assert version_at_work(line) == "1" and node.sleeps() == ["900001"]


def test_killed_at_any_moment_a_station_has_one_release_or_the_other(make_station):
    """A36, [node-start-1]: and parts are judged again, by a release that was deployed."""
    node, line = make_station()
    releases = {version: good(node.folder, version, threshold=0.9 + int(version) / 100) for version in ("1", "2")}
    deploy_good(node, line, releases["1"])
    chance, now = random.Random(4), "1"
    for _ in range(4):
        target = "2" if now == "1" else "1"
        with Feed(line):
            assert node.submit(on(release=str(releases[target]))).status_code == 202
            time.sleep(chance.uniform(0, 2))
            node.kill()
            node.start()
            node.wait_idle(60)
        line.plc.wait_ready(20)
        now = version_at_work(line)
        place = node.place("station/demo")
        assert now in ("1", "2") and place["active"] == place["good"] and place["candidate"] is None, place
        assert line.plc.judge(5).result.verdict == "PASS"


def test_a_bad_first_release_leaves_the_station_its_own_model(make_station, tmp_path):
    """A36: before the first deployment there was line.json's model: it judges again, and the line goes on."""
    node, line = make_station(model=good(tmp_path, "0"))
    line.plc.wait_ready(30)
    with Feed(line):
        wait_until(lambda: line.state()["release"]["phase"] == "proved", "the first model to prove itself", 20)
    over = deploy(node, line, on(release=str(failing(node.folder))))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    line.plc.wait_ready(10)
    assert line.plc.judge(5).result.verdict == "PASS" and version_at_work(line) == "0"


def test_a_release_alone_leaves_the_components(make_station):
    """A35: `components` that are left out stay as they are."""
    node, line = make_station()
    name = "com.example.widget"
    assert node.deploy(document({name: "1.0.0"}), recipe(name, "1.0.0", "exec sleep 900010"))["result"] == "SUCCEEDED"
    pid = node.component(name)["pid"]
    deploy_good(node, line, good(node.folder))
    assert node.component(name)["pid"] == pid and node.sleeps() == ["900010"]


def test_components_have_their_limit_beside_a_release(make_station):
    """`limits.proving_s` is the components', whatever time a release has: one that is never healthy takes both back."""
    node, line = make_station(limits={"proving_s": 10})
    deploy_good(node, line, good(node.folder))
    name = "com.example.widget"
    wanted = on(release=str(good(node.folder, "2", threshold=0.95))) | document({name: "1.0.0"})
    over = deploy(node, line, wanted, recipe(name, "1.0.0", startup="sleep 100"), seconds=30)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE", over
    assert version_at_work(line) == "1"
    wait_until(lambda: node.versions() == {}, "the component to be gone", 10)


def test_a_held_release_can_come_again(make_station):
    """D37: after an escape, when a person lets it: it is judged by what it does now."""
    node, line = make_station(watch=WATCH | {"healthy": {"parts": 60, "after_s": 0}})
    deploy_good(node, line, good(node.folder))
    second = good(node.folder, "2", threshold=0.95)
    identifier = node.submit(on(release=str(second))).json()["id"]
    wait_until(lambda: version_at_work(line) == "2", "the second release", 20)
    # Far fewer than it needs to prove itself, however long this takes.
    assert [line.plc.judge(part).result.verdict for part in range(5, 9)] == ["PASS"] * 4
    passed = wait_until(lambda: by_release(line), "a part of its own", 10)
    line.post(f"/station/parts/{passed}/override", {"by": "Anna", "reason": "a crack", "verdict": "REJECT"})
    over = node.wait_over(identifier)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "ESCAPE" in over["reason"], over
    over = deploy(node, line, on(release=str(second)) | {"takes_held": True})
    assert over["result"] == "SUCCEEDED", over
    assert version_at_work(line) == "2" and node.place("station/demo")["held"] == []


def by_release(line):
    """The number of a part that the release at work has passed."""
    state = line.state()
    if state["release"]["parts"] < 3:
        return None
    return next((part["number"] for part in state["recent"] if part["verdict"] == "PASS"), None)


def test_after_a_refused_release_a_good_one_is_taken(make_station):
    """What was said of the one before is not held against the next."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    bad = good(node.folder, "2")
    (bad / "model.onnx").write_text("This is the placeholder text of a model, and no model.\n" * 20)
    assert deploy(node, line, on(release=str(bad)))["result"] != "SUCCEEDED"
    deploy_good(node, line, good(node.folder, "3", threshold=0.95))
    assert version_at_work(line) == "3"


def test_undo_takes_back_the_last_deployment_alone(make_station):
    """Components 1 and 2, then releases 1 and 2: undone is the release, the components stay."""
    node, line = make_station()
    name = "com.example.widget"
    for version, seconds in (("1.0.0", 900021), ("2.0.0", 900022)):
        over = node.deploy(document({name: version}), recipe(name, version, f"exec sleep {seconds}"))
        assert over["result"] == "SUCCEEDED", over
    deploy_good(node, line, good(node.folder))
    deploy_good(node, line, good(node.folder, "2", threshold=0.95))
    with Feed(line):
        assert node.verb("deploy", "undo").returncode == 0
    assert version_at_work(line) == "1" and node.sleeps() == ["900022"]


def test_a_station_that_waits_for_a_person_is_not_as_wanted(make_station):
    """D32, D37: an escape of a release that had been proved lets no part pass: the node tells it."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    deploy_good(node, line, good(node.folder, "2", threshold=0.95))
    line.plc.judge(3)
    passed = line.state()["last"]["number"]
    words = {"by": "Anna", "reason": "a crack", "verdict": "REJECT"}
    assert line.post(f"/station/parts/{passed}/override", words).status_code == 200
    held = lambda: {alarm["code"] for alarm in line.state()["alarms"]} & {"RELEASE_HELD", "ROLLED_BACK"}  # noqa: E731
    wait_until(held, "the alarm", 10)
    time.sleep(2)
    # The node asks its stations every half second, and writes down every second what they say.
    said = wait_until(lambda: (said := node.verb("node", "status")).returncode == 1 and said, "the node's word")
    assert "demo" in said.stdout, said


@pytest.mark.parametrize(
    ("stations", "words"),
    [
        ({"nobody": {"release": "/x"}}, "nobody"),
        ({"demo": {"release": "/nowhere/at/all"}}, "/nowhere/at/all"),
        ({"demo": {"realese": "/x"}}, "realese"),
        ({"demo": {}}, "release"),
        ({"demo": {"release": 7}}, "release"),
    ],
    ids=["station", "path", "key", "nothing", "number"],
)
def test_releases_that_cannot_be(make_station, stations, words):
    """Refused by name before anything changes."""
    node, line = make_station()
    reply = node.submit(document(stations=stations))
    assert reply.status_code in (200, 202, 422), reply.text
    said = reply.json().get("error") or node.wait_over(reply.json()["id"])["reason"]
    assert words in said, said
    assert reply.status_code == 422 or node.history()[0]["result"] == "FAILED_NO_STATE_CHANGE"


def test_a_release_that_does_not_load_changes_nothing(make_station):
    """The file is no model: the second engine does not come up, and the first goes on without missing a part."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    bad = good(node.folder, "2")
    (bad / "model.onnx").write_text("This is the placeholder text of a model, and no model.\n" * 20)
    before = len(line.plc.gone)
    over = deploy(node, line, on(release=str(bad)))
    assert over["result"] in ("FAILED_NO_STATE_CHANGE", "FAILED_ROLLBACK_COMPLETE") and over["reason"], over
    assert version_at_work(line) == "1"
    assert [str(part) for part in line.plc.gone[before:] if not part.result or part.result.verdict != "PASS"] == []


def test_plan_names_the_stations(make_station):
    """`lineside plan`: from which release to which, on which station; nothing is done."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    active = node.place("station/demo")["active"]
    reply = node.plan(on(release=str(good(node.folder, "2"))))
    assert reply.status_code == 200, reply.text
    (row,) = reply.json()["stations"]
    assert row["name"] == "demo" and row["from"] and row["to"] and row["from"] != row["to"]
    assert node.place("station/demo")["active"] == active and version_at_work(line) == "1"


def test_drift_of_a_release_is_put_back(make_station):
    """[node-drift-1] D32: somebody writes over the model at work; the file comes back, and the parts do not notice."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    copies = [path for path in node.root.rglob("model.onnx") if path.is_file()]
    assert copies, "the release's file under the node's folder"
    whole = copies[0].read_bytes()
    copies[0].chmod(0o644)
    copies[0].write_bytes(b"somebody else's model")
    wait_until(lambda: copies[0].read_bytes() == whole, "the repair", 60)
    # The file is whole a moment before the walk that found it is over, and only then is it told.
    wait_until(
        lambda: any(row["path"].endswith("model.onnx") and row["repaired"] for row in node.status()["drift"]),
        "the row that tells of the repair",
    )
    assert line.plc.judge(5).result.verdict == "PASS"
