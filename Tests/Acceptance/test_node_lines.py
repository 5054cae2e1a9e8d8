"""A node leaves its lines to their work: its own end, a full disk, a locked page, a bad release (docs/spec/node.md)."""

import json
import socket
import time

import pytest
from node import document, recipe
from releases import WATCH, Feed, deploy, deploy_good, failing, good, on, version_at_work
from server import wait_until

# As a station has it that says nothing of it.
WITH_COOLDOWN = {key: value for key, value in WATCH.items() if key != "cooldown_s"}


def folder_of(node, station="demo"):
    return node.root / "stations" / station


def number_of(node):
    """The process of the station's line."""
    return int((folder_of(node) / "line.pid").read_text())


def obstruct(path):
    """Nobody can write a file whose neighbour, by way of which it is written, is a folder."""
    neighbour = path.with_name(path.name + ".new")
    neighbour.mkdir()
    return neighbour


def unanswered(parts):
    return [str(part) for part in parts if not part.result or part.result.verdict != "PASS"]


# -- the cooldown -----------------------------------------------------------------------------------------------------


def test_a_rollback_is_not_delayed_by_its_own_cooldown(make_station):
    """[watch-2], [node-check-1] With the default cooldown: the way back is complete; the next one waits, and is not held."""
    node, line = make_station(watch=WITH_COOLDOWN)
    deploy_good(node, line, good(node.folder))
    over = deploy(node, line, on(release=str(failing(node.folder))))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "INFERENCE_FAILURE" in over["reason"], over
    assert version_at_work(line) == "1"
    place = node.place("station/demo")
    assert place["active"] == place["good"] and len(place["held"]) == 1, place
    third = good(node.folder, "3", threshold=0.95)
    over = deploy(node, line, on(release=str(third)))
    assert over["result"] == "FAILED_NO_STATE_CHANGE" and "went back" in over["reason"], over
    assert node.place("station/demo")["held"] == place["held"] and version_at_work(line) == "1"
    # A person who has looked needs not wait.
    over = deploy(node, line, on(release=str(third)) | {"takes_held": True})
    assert over["result"] == "SUCCEEDED" and version_at_work(line) == "3", over


# -- a node that starts again -----------------------------------------------------------------------------------------


def test_a_line_that_proves_a_release_outlives_its_node(make_station):
    """[node-start-2] kill -9 while a release proves itself: the same process judges on, and so goes the deployment."""
    node, line = make_station(watch=WATCH | {"healthy": {"parts": 200, "after_s": 0}})
    deploy_good(node, line, good(node.folder))
    number, before = number_of(node), len(line.plc.gone)
    with Feed(line, first=before + 1000):
        identifier = node.submit(on(release=str(good(node.folder, "2", threshold=0.95)))).json()["id"]
        wait_until(lambda: version_at_work(line) == "2", "the second release", 20)
        node.kill()
        node.start()
        assert node.wait_over(identifier)["result"] == "SUCCEEDED"
    assert number_of(node) == number and version_at_work(line) == "2"
    assert unanswered(line.plc.gone[before:]) == []


def test_a_start_on_a_disk_that_takes_nothing(make_station):
    """[node-start-2] Neither line.json nor door.json can be written: the line goes on, and the door is found later."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    number, before = number_of(node), len(line.plc.gone)
    with Feed(line, first=before + 1000):
        node.kill()
        obstruct(folder_of(node) / "line.json")
        door = obstruct(node.root / "door.json")
        node.run("--config", node.config_path, "--root", node.root)
        wait_until(lambda: "door.json cannot be written" in node.log() or not node.job.is_running, "the alarm", 20)
        time.sleep(1)
        assert node.job.is_running, node.log()
        door.rmdir()
        node.wait_started(40)
    assert number_of(node) == number
    assert unanswered(line.plc.gone[before:]) == []
    assert node.verb("node", "status").returncode == 0


def test_a_station_that_cannot_be_brought_back_is_tried_again(make_station):
    """[node-start-1] Its line.json cannot be written: exit 1 says so, and it is started as soon as it can be."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    node.stop()
    (folder_of(node) / "line.json").unlink()
    obstacle = obstruct(folder_of(node) / "line.json")
    node.start()
    said = node.verb("node", "status")
    assert said.returncode == 1 and "station/demo cannot be brought back" in said.stdout, said
    obstacle.rmdir()
    line.plc.wait_ready(40)
    assert line.plc.judge(5).result.verdict == "PASS" and version_at_work(line) == "1"
    wait_until(lambda: node.verb("node", "status").returncode == 0, "peace")


# -- releases that cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_before", [False, True], ids=["first", "second"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"preprocessing": {"width": 8, "height": 8, "channels": 3, "golden_sha256": "0" * 64}}, "golden"),
        ({"threshold": 2}, "threshold"),
    ],
    ids=["golden", "threshold"],
)
def test_a_release_that_no_station_reads_changes_nothing(make_station, change, words, has_before):
    """[node-check-1] Found out before anything is stopped, also where nothing runs yet, in the station's own words."""
    node, line = make_station()
    if has_before:
        deploy_good(node, line, good(node.folder))
    bad = good(node.folder, "2")
    metadata = bad / "metadata.json"
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | change))
    over = deploy(node, line, on(release=str(bad)), seconds=30)
    assert over["result"] == "FAILED_NO_STATE_CHANGE" and words in over["reason"], over
    place = node.place("station/demo")
    assert place.get("active") == place.get("good") and not place.get("held"), place
    assert not has_before or version_at_work(line) == "1"


def test_a_station_that_does_not_answer_is_not_waited_for(make_station):
    """[store-deploy-4] Somebody else has its port: over within `limits.proving_s`, with the last line that it printed."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        node, line = make_station(start=False, limits={"proving_s": 5})
        line.configuration["page"] = {"port": port}
        line.config_path.write_text(json.dumps(line.configuration))
        node.start()
        over = node.deploy(on(release=str(good(node.folder))), seconds=40)
        assert over["result"] == "FAILED_ROLLBACK_COMPLETE", over
        assert "does not answer within 5 s" in over["reason"] and str(port) in over["reason"], over


def test_what_a_station_prints_is_in_the_nodes_log(make_station):
    """[node-files-1] And in a file of its own, which outlives the node."""
    node, line = make_station()
    deploy_good(node, line, good(node.folder))
    wait_until(lambda: "station demo: page at" in node.log(), "the station's line", 5)
    assert "station demo: page at" in (folder_of(node) / "line.log").read_text()


# -- its page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [{"token_file": "page-token"}, {"host": "127.0.0.2"}, {"host": "0.0.0.0"}],
    ids=["token", "host", "anywhere"],
)
def test_a_page_that_is_locked_or_elsewhere(make_station, page):
    """[node-page-1] The node asks where, and with what, the station's line.json says: both releases prove themselves."""
    node, line = make_station(start=False)
    (line.folder / "page-token").write_text("s3cret-of-the-line\n")
    line.configuration["page"] |= page
    line.config_path.write_text(json.dumps(line.configuration))
    node.start()
    deploy_good(node, line, good(node.folder))
    deploy_good(node, line, good(node.folder, "2", threshold=0.95))
    assert version_at_work(line) == "2" and node.verb("node", "status").returncode == 0


# -- undo -------------------------------------------------------------------------------------------------------------


def test_undo_knows_the_last_deployment_after_a_kill(make_station):
    """[node-undo-1], [store-record-4] What it was about is told in one stroke with its end: nothing else is written."""
    node, line = make_station()
    name = "com.example.widget"
    deploy_good(node, line, good(node.folder))
    for version, seconds in (("1.0.0", 900031), ("2.0.0", 900032)):
        made = recipe(name, version, f"exec sleep {seconds}")
        assert node.deploy(document({name: version}), made)["result"] == "SUCCEEDED"
    # An earlier edition kept it in a file beside the record.
    obstruct(node.root / "last-deployment.json")
    deploy_good(node, line, good(node.folder, "2", threshold=0.95))
    node.kill()
    node.start()
    with Feed(line, first=5000):
        assert node.verb("deploy", "undo").returncode == 0
    assert version_at_work(line) == "1" and node.sleeps() == ["900032"]
