"""Deployments of components, whole or not at all, through the door and the verb (docs/spec/node.md 2, 3 and 4)."""

import json
import os
import random
import time
import zipfile

import pytest
from components import is_alive
from node import document, merging, recipe, rows
from server import wait_until

WIDGET, GADGET = "com.example.widget", "com.example.gadget"
KILLS = 20


def sleeper(name, version, seconds, **more):
    """A component that sleeps for so many seconds: the process table says which version runs."""
    return recipe(name, version, f"exec sleep {seconds}", **more)


def broken(name, version, **more):
    """A component whose run fails at once."""
    return recipe(name, version, "echo 'this one is broken' >&2; exit 3", **more)


def run_and_settle(node, deployed, *recipes, **others):
    over = node.deploy(deployed, *recipes, **others)
    assert over["result"] == "SUCCEEDED", over
    return over


# -- results ----------------------------------------------------------------------------------------------------------


def test_succeeded(node):
    """[node-result-1] A35: what was deployed runs, and the door tells of it."""
    over = node.deploy(document({WIDGET: "1.0.0"}, deploymentId="first"), sleeper(WIDGET, "1.0.0", 700001))
    assert (over["id"], over["group"], over["result"]) == ("first", "LOCAL_DEPLOYMENT", "SUCCEEDED")
    assert over["finished"]
    widget = node.component(WIDGET)
    assert (widget["version"], widget["state"]) == ("1.0.0", "RUNNING")
    assert is_alive(widget["pid"]) and widget["starts"] == 1
    assert node.sleeps() == ["700001"]
    assert node.status()["deployment"] is None


def test_the_verb_waits_and_says_how_it_ended(node):
    """A35: exit 0 for SUCCEEDED, 1 for any other result, with its reason; -o json for programs."""
    good = node.apply(document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700002))
    assert good.returncode == 0 and "SUCCEEDED" in good.stdout, good
    bad = node.apply(document({WIDGET: "2.0.0"}), broken(WIDGET, "2.0.0"), flags=["-o", "json"])
    assert bad.returncode == 1, bad
    said = json.loads(bad.stdout)
    assert said["result"] == "FAILED_ROLLBACK_COMPLETE" and WIDGET in said["reason"]
    assert node.sleeps() == ["700002"]


def test_the_verb_need_not_wait(node):
    """--no-wait; `deploy status ID` then tells."""
    said = node.apply(
        document({WIDGET: "1.0.0"}, deploymentId="later"), sleeper(WIDGET, "1.0.0", 1), flags=["--no-wait"]
    )
    assert said.returncode == 0, said
    node.wait_over("later")
    status = node.verb("deploy", "status", "later", "-o", "json")
    assert status.returncode == 0 and json.loads(status.stdout)["result"] == "SUCCEEDED", status


def test_a_yaml_document_with_greengrass_words(node):
    """A35: targetArn names the group; recipes may be YAML."""
    folder = node.write_papers({}, [])
    (folder / "deployment.yaml").write_text(
        "targetArn: arn:aws:iot:eu-central-1:000000000000:thing/press-7\n"
        f"components:\n  {WIDGET}:\n    componentVersion: 1.0.0\n"
        "deploymentPolicies:\n  failureHandlingPolicy: ROLLBACK\n"
        "  componentUpdatePolicy: {action: NOTIFY_COMPONENTS, timeoutInSeconds: 60}\n"
    )
    (folder / "recipes" / "widget.yaml").write_text(
        f"RecipeFormatVersion: '2020-01-25'\ncomponentname: {WIDGET}\nComponentVersion: 1.0.0\n"
        "Manifests:\n- Platform: {os: linux}\n  Lifecycle:\n    Run: exec sleep 700003\n"
    )
    said = node.verb("deploy", "apply", folder / "deployment.yaml", "--recipes", folder / "recipes")
    assert said.returncode == 0, said
    assert node.sleeps() == ["700003"]
    assert node.history()[0]["group"].endswith("thing/press-7")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"compnents": {}}, "compnents"),
        ({"components": {WIDGET: {"version": "1.0.0"}}}, "version"),
        ({"components": {WIDGET: {"componentVersion": "1.0.0", "configurationUpdate": {"mrge": {}}}}}, "mrge"),
        ({"components": {}, "deploymentPolicies": {"failureHandling": "ROLLBACK"}}, "failureHandling"),
        ({"components": {}, "deploymentPolicies": {"failureHandlingPolicy": "SHRUG"}}, "failureHandlingPolicy"),
        ({"components": {}, "creationTimestamp": "yesterday"}, "creationTimestamp"),
        ({"components": {}, "deploymentId": "x" * 257}, "256"),
        ({}, "components"),
        ({"components": {"no such name!": {"componentVersion": "1.0.0"}}}, "no such name!"),
        ({"components": {WIDGET: {"componentVersion": "one"}}}, "one"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_documents_that_cannot_be(node, members, words):
    """A35: unknown keys and values that cannot be are refused by name, and nothing is begun."""
    refused = node.submit(members)
    assert refused.status_code == 422 and words in refused.json()["error"], refused.text
    assert node.status()["deployment"] is None
    said = node.apply(members)
    assert said.returncode in (1, 78) and words in said.stderr, said


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"document": 7}', b'{"document": {}, "artefacts": "x"}'])
def test_bodies_that_cannot_be(node, text):
    """An error that says so, and a node that goes on."""
    reply = node.session.post(f"{node.url}/node/deployments", data=text, headers=node.authority(), timeout=10)
    assert reply.status_code in (400, 422) and reply.json()["error"], reply.text


def test_the_same_id_again_answers_with_what_became_of_it(node):
    """A35: 200, the first one's result, and nothing is done."""
    deployed = document({WIDGET: "1.0.0"}, deploymentId="once")
    run_and_settle(node, deployed, sleeper(WIDGET, "1.0.0", 700004))
    pid = node.component(WIDGET)["pid"]
    again = node.submit(document({}, deploymentId="once"))
    assert again.status_code == 200 and again.json()["id"] == "once", again.text
    assert node.deployment("once")["result"] == "SUCCEEDED"
    assert node.component(WIDGET)["pid"] == pid and len(node.history()) == 1


def test_a_stale_deployment_is_rejected(node):
    """A35: of one group the newest counts; another group's clock is its own."""
    now = int(time.time() * 1000)
    run_and_settle(node, document({WIDGET: "1.0.0"}, creationTimestamp=now), sleeper(WIDGET, "1.0.0", 700005))
    stale = node.deploy(document({}, creationTimestamp=now - 1000))
    assert stale["result"] == "REJECTED" and stale["reason"]
    assert node.sleeps() == ["700005"]
    other = node.deploy(
        document({GADGET: "1.0.0"}, creationTimestamp=now - 1000, groupName="line-4"), sleeper(GADGET, "1.0.0", 700006)
    )
    assert other["result"] == "SUCCEEDED"
    assert node.sleeps() == ["700005", "700006"]


def test_one_at_a_time(node):
    """409 while another is under way, and the one under way does not mind."""
    slow = recipe(WIDGET, "1.0.0", "exec sleep 700007", install="sleep 2")
    first = node.submit(document({WIDGET: "1.0.0"}, deploymentId="slow"), [slow])
    assert first.status_code == 202 and first.json()["id"] == "slow", first.text
    second = node.submit(document({}, deploymentId="second"))
    assert second.status_code == 409 and "slow" in second.json()["error"], second.text
    assert node.status()["deployment"]["id"] == "slow" and node.status()["deployment"]["phase"]
    assert node.deployment("slow")["result"] is None
    assert node.history()[0]["id"] == "slow", "the one under way is listed too"
    again = node.submit(document({WIDGET: "1.0.0"}, deploymentId="slow"), [slow])
    assert again.status_code in (200, 202) and again.json()["id"] == "slow", again.text
    assert node.wait_over("slow")["result"] == "SUCCEEDED"
    assert node.deployment("second") == {}


# -- what is on the node ----------------------------------------------------------------------------------------------


def test_what_is_not_named_any_more_stops_and_is_gone(node):
    """A35: A and B, then B alone: A has ended and is gone, B was not disturbed; history has both, the newest first."""
    recipes = [sleeper(WIDGET, "1.0.0", 700010), sleeper(GADGET, "1.0.0", 700011)]
    run_and_settle(node, document({WIDGET: "1.0.0", GADGET: "1.0.0"}, deploymentId="both"), *recipes)
    gadget = node.component(GADGET)["pid"]
    run_and_settle(node, document({GADGET: "1.0.0"}, deploymentId="one"), *recipes)
    assert node.sleeps() == ["700011"]
    assert node.component(WIDGET) == {} and node.component(GADGET)["pid"] == gadget
    assert [entry["id"] for entry in node.history()] == ["one", "both"]
    said = node.verb("deploy", "history", "-o", "json")
    assert [entry["id"] for entry in rows(json.loads(said.stdout))] == ["one", "both"]


def test_an_empty_map_takes_everything_away(node):
    """A35"""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700012))
    run_and_settle(node, document({}))
    assert node.sleeps() == [] and node.component(WIDGET) == {}


def test_groups_share_a_node(node):
    """A35: what any group wants is there; an emptied group takes only its own away."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700013))
    run_and_settle(node, document({GADGET: "1.0.0"}, groupName="presses"), sleeper(GADGET, "1.0.0", 700014))
    assert node.sleeps() == ["700013", "700014"]
    run_and_settle(node, document({}, groupName="presses"))
    assert node.sleeps() == ["700013"]


def test_the_highest_version_in_range(node):
    """A21: of 1.0.0, 1.4.2 and 2.0.0 the range takes 1.4.2, as a dependency and as a root."""
    recipes = [
        sleeper(WIDGET, version, seconds) for version, seconds in (("1.0.0", 71), ("1.4.2", 7142), ("2.0.0", 72))
    ]
    recipes += [sleeper(GADGET, "1.0.0", 700015, needs={WIDGET: ">=1.0.0 <2.0.0"})]
    run_and_settle(node, document({GADGET: "1.0.0"}), *recipes)
    assert node.versions()[WIDGET] == "1.4.2" and node.sleeps() == ["700015", "7142"]
    run_and_settle(node, document({WIDGET: "^1.0.0"}), *recipes)
    assert node.versions() == {WIDGET: "1.4.2"}


def test_a_conflict_names_every_party(node):
    """A21: both who want it and what they want; nothing has changed."""
    recipes = [sleeper(WIDGET, "1.0.0", 71), sleeper(WIDGET, "2.0.0", 72)]
    recipes += [sleeper("com.example.a", "1.0.0", 1, needs={WIDGET: ">=1.0.0 <2.0.0"})]
    recipes += [sleeper("com.example.b", "1.0.0", 1, needs={WIDGET: ">=2.0.0 <3.0.0"})]
    both = document({"com.example.a": "1.0.0", "com.example.b": "1.0.0"})
    parties = ["com.example.a", "com.example.b", WIDGET, ">=1.0.0 <2.0.0", ">=2.0.0 <3.0.0"]
    over = outcome(node, both, *recipes)
    assert over["result"] == "FAILED_NO_STATE_CHANGE"
    assert all(party in over["reason"] for party in parties), over
    said = node.apply(both, *recipes, verb=["plan"])
    assert said.returncode == 78 and all(party in said.stderr for party in parties), said
    assert node.versions() == {}


def outcome(node, deployed, *recipes, **others):
    """The result of a deployment that may be refused right away: {result, reason}."""
    reply = node.submit(deployed, recipes, **others)
    if reply.status_code == 422:
        return {"result": "FAILED_NO_STATE_CHANGE", "reason": reply.json()["error"]}
    assert reply.status_code in (200, 202), reply.text
    return node.wait_over(reply.json()["id"])


@pytest.mark.parametrize(
    ("recipes", "words"),
    [
        ([recipe(WIDGET, run="true", platform="windows")], [WIDGET, "platform"]),
        ([sleeper(WIDGET, "1.0.0", 1, needs={GADGET: ">=1.0.0"})], [WIDGET, GADGET, ">=1.0.0"]),
        ([sleeper(WIDGET, "2.0.0", 1)], [WIDGET, "1.0.0", "2.0.0"]),
        ([], [WIDGET]),
        (
            [
                sleeper(WIDGET, "1.0.0", 1, needs={GADGET: ">=1.0.0"}),
                sleeper(GADGET, "1.0.0", 1, needs={WIDGET: ">=1.0.0"}),
            ],
            [WIDGET, GADGET],
        ),
    ],
    ids=["windows", "dependency", "version", "recipe", "circle"],
)
def test_what_cannot_be_resolved_changes_nothing(node, recipes, words):
    """A15, A21: FAILED_NO_STATE_CHANGE that names who and what, over something good that runs on."""
    run_and_settle(node, document({"com.example.good": "1.0.0"}), sleeper("com.example.good", "1.0.0", 700020))
    pid = node.component("com.example.good")["pid"]
    over = outcome(node, document({WIDGET: "1.0.0", "com.example.good": "1.0.0"}), *recipes)
    assert over["result"] == "FAILED_NO_STATE_CHANGE"
    assert all(word in over["reason"] for word in words), over
    assert node.component("com.example.good")["pid"] == pid and node.sleeps() == ["700020"]


def test_the_first_manifest_that_fits_counts(node):
    """A15: windows, then linux, then anything: the linux one."""
    made = recipe(WIDGET, run="exec sleep 700021")
    windows = recipe(WIDGET, run="exec sleep 1", platform="windows")["Manifests"]
    anything = [{"Lifecycle": {"Run": "exec sleep 2"}}]
    made["Manifests"] = windows + made["Manifests"] + anything
    run_and_settle(node, document({WIDGET: "1.0.0"}), made)
    assert node.sleeps() == ["700021"]


def test_built_in_components_are_there(node):
    """[node-recipe-1] A40: nobody brings a recipe for the command line, the token exchange or the nucleus."""
    built_in = {"aws.greengrass.Cli": "2.12.0", "aws.greengrass.Nucleus": "2.12.0"}
    made = sleeper(WIDGET, "1.0.0", 700022, needs={"aws.greengrass.TokenExchangeService": ">=2.0.0 <3.0.0"})
    run_and_settle(node, document(built_in | {WIDGET: "1.0.0"}), made)
    assert node.component(WIDGET)["state"] == "RUNNING"
    said = node.verb("component", "list")
    assert said.returncode == 0 and WIDGET in said.stdout, said


# -- the way back -----------------------------------------------------------------------------------------------------


def test_a_broken_version_is_taken_back_with_its_configuration(node):
    """A36: FAILED_ROLLBACK_COMPLETE; version 1 runs with its own configuration, its neighbour was not disturbed."""
    first = sleeper(WIDGET, "1.0.0", 700030, defaults={"Pace": 10, "Mode": "slow"})
    beside = sleeper(GADGET, "1.0.0", 700031)
    run_and_settle(node, document({WIDGET: merging("1.0.0", Pace=20), GADGET: "1.0.0"}), first, beside)
    before, gadget = node.effective(WIDGET), node.component(GADGET)["pid"]
    assert before == {"Pace": 20, "Mode": "slow"}
    second = broken(WIDGET, "2.0.0", defaults={"Pace": 1, "Mode": "fast", "New": True})
    over = node.deploy(document({WIDGET: merging("2.0.0", Pace=99, Other="x"), GADGET: "1.0.0"}), second, beside)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and WIDGET in over["reason"], over
    assert node.component(WIDGET)["version"] == "1.0.0" and node.component(WIDGET)["state"] == "RUNNING"
    assert node.effective(WIDGET) == before
    assert node.component(GADGET)["pid"] == gadget
    assert node.sleeps() == ["700030", "700031"]


@pytest.mark.parametrize(
    "second",
    [
        recipe(WIDGET, "2.0.0", "exec sleep 5", install="exit 1"),
        recipe(WIDGET, "2.0.0", startup="exit 1"),
        recipe(WIDGET, "2.0.0", "sleep 0.4; exit 1"),
        recipe(WIDGET, "2.0.0", {"Script": "exec sleep 5", "Timeout": 1}),
    ],
    ids=["install", "startup", "soon", "timeout"],
)
def test_every_way_of_being_broken_leads_back(node, second):
    """A36, A16, A22"""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700032))
    over = node.deploy(document({WIDGET: "2.0.0"}), second)
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE", over
    node.wait_state(WIDGET, "RUNNING")
    assert node.versions() == {WIDGET: "1.0.0"} and node.sleeps() == ["700032"]


def test_a_component_that_is_never_healthy_runs_out_of_time(make_node):
    """A36: `limits.proving_s`."""
    node = make_node(limits={"proving_s": 5}).start()
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700033))
    begun = time.monotonic()
    over = node.deploy(document({WIDGET: "2.0.0"}), recipe(WIDGET, "2.0.0", startup="sleep 60"))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE" and "5 s" in over["reason"], over
    assert time.monotonic() - begun < 15
    assert node.sleeps() == ["700033"]


def test_a_broken_first_deployment_leaves_nothing(node):
    """A36: back to nothing."""
    over = node.deploy(document({WIDGET: "1.0.0"}), broken(WIDGET, "1.0.0"))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE", over
    assert node.versions() == {} and node.sleeps() == []


def test_doing_nothing_leaves_it_as_it_is(node):
    """A36: DO_NOTHING: FAILED_ROLLBACK_NOT_REQUESTED, and the next good one mends it."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700034))
    policies = {"failureHandlingPolicy": "DO_NOTHING"}
    over = node.deploy(document({WIDGET: "2.0.0"}, deploymentPolicies=policies), broken(WIDGET, "2.0.0"))
    assert over["result"] == "FAILED_ROLLBACK_NOT_REQUESTED", over
    assert node.component(WIDGET)["version"] == "2.0.0"
    said = node.verb("node", "status")
    assert said.returncode == 1 and WIDGET in said.stdout, said
    run_and_settle(node, document({WIDGET: "3.0.0"}), sleeper(WIDGET, "3.0.0", 700035))
    assert node.sleeps() == ["700035"]
    assert node.verb("node", "status").returncode == 0


def test_a_removed_component_comes_back(node):
    """A36: B replaces A and is broken: A runs again, B is gone."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700036))
    over = node.deploy(document({GADGET: "1.0.0"}), broken(GADGET, "1.0.0"))
    assert over["result"] == "FAILED_ROLLBACK_COMPLETE", over
    node.wait_state(WIDGET, "RUNNING")
    assert node.versions() == {WIDGET: "1.0.0"} and node.sleeps() == ["700036"]


def test_nothing_to_cancel(node):
    """A39: 409, exit 1."""
    assert node.post("/node/deployments/cancel").status_code == 409
    said = node.verb("deploy", "cancel")
    assert said.returncode in (1, 78) and said.stderr, said


def test_what_has_begun_to_change_is_not_cancelled(node):
    """A39: 409; the deployment ends in its own way."""
    slow = recipe(WIDGET, "1.0.0", "exec sleep 700038", install="sleep 3")
    assert node.submit(document({WIDGET: "1.0.0"}, deploymentId="begun"), [slow]).status_code == 202
    wait_until(lambda: "3" in node.sleeps(), "the install", 10)
    assert node.post("/node/deployments/cancel").status_code == 409
    assert node.wait_over("begun")["result"] == "SUCCEEDED"


def test_undo(node):
    """[node-undo-1] Back to what was good before, configuration and all; what was undone is not undone again."""
    assert node.verb("deploy", "undo").returncode in (1, 78), "nothing to go back to"
    recipes = [sleeper(WIDGET, "1.0.0", 700039, defaults={"Pace": 1}), sleeper(WIDGET, "2.0.0", 700040)]
    run_and_settle(node, document({WIDGET: merging("1.0.0", Pace=5)}), *recipes)
    run_and_settle(node, document({WIDGET: merging("2.0.0", Pace=7)}), *recipes)
    said = node.verb("deploy", "undo")
    assert said.returncode == 0, said
    assert node.sleeps() == ["700039"] and node.effective(WIDGET) == {"Pace": 5}
    again = node.post("/node/undo")
    assert again.status_code in (404, 409, 422) and again.json()["error"], again.text
    assert node.sleeps() == ["700039"]
    run_and_settle(node, document({WIDGET: "2.0.0"}), *recipes)
    assert node.sleeps() == ["700040"] and node.effective(WIDGET) == {"Pace": 5}


def test_a_clock_that_was_ahead(node):
    """A deployment that names no time of its own comes after the newest of its group; so does an undo."""
    ahead = int((time.time() + 86_400) * 1000)
    run_and_settle(node, document({WIDGET: "1.0.0"}, creationTimestamp=ahead), sleeper(WIDGET, "1.0.0", 700071))
    run_and_settle(node, document({WIDGET: "2.0.0"}), sleeper(WIDGET, "2.0.0", 700072))
    assert node.sleeps() == ["700072"] and node.history()[0]["created"] == ahead + 1
    stale = node.deploy(document({WIDGET: "1.0.0"}, creationTimestamp=ahead), sleeper(WIDGET, "1.0.0", 700071))
    assert stale["result"] == "REJECTED", stale
    assert node.verb("deploy", "undo").returncode == 0
    assert node.sleeps() == ["700071"]


def test_undo_while_it_is_proved(node):
    """[node-watch-1] A person wants the last good one back before the new one has proved itself."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700065))
    slow = recipe(WIDGET, "2.0.0", startup="sleep 30")
    assert node.submit(document({WIDGET: "2.0.0"}, deploymentId="slow"), [slow]).status_code == 202
    wait_until(lambda: "30" in node.sleeps(), "the startup", 10)
    said = node.verb("deploy", "undo")
    assert said.returncode in (0, 1), said
    assert node.wait_over("slow", 20)["result"] == "FAILED_ROLLBACK_COMPLETE"
    node.wait_state(WIDGET, "RUNNING")
    assert node.sleeps() == ["700065"]


# -- only what changed ------------------------------------------------------------------------------------------------


def test_only_the_changed_component_restarts(node):
    """A41: a new model; runtime and application keep their process."""
    model = "com.example.model"
    runtime = sleeper("com.example.runtime", "1.0.0", 700041)
    app = sleeper("com.example.app", "1.0.0", 700042, needs={"com.example.runtime": "^1.0.0"})
    versions = [sleeper(model, "1.0.0", 700043), sleeper(model, "2.0.0", 700044)]
    common = {"com.example.runtime": "1.0.0", "com.example.app": "1.0.0"}
    run_and_settle(node, document(common | {model: "1.0.0"}), runtime, app, *versions)
    before = {row["name"]: row["pid"] for row in node.status()["components"]}
    run_and_settle(node, document(common | {model: "2.0.0"}), runtime, app, *versions)
    after = {row["name"]: row["pid"] for row in node.status()["components"]}
    assert {name for name in before if before[name] != after[name]} == {model}
    assert node.sleeps() == ["700041", "700042", "700044"]


def test_a_configuration_that_no_step_uses_restarts_nobody(node):
    """A18, A41: it is there at once, and one that a step does use restarts its component alone."""
    quiet = sleeper(WIDGET, "1.0.0", 700045, defaults={"Note": "a"})
    loud = recipe(GADGET, "1.0.0", "exec sleep {configuration:/Seconds}", defaults={"Seconds": 700046})
    run_and_settle(node, document({WIDGET: "1.0.0", GADGET: "1.0.0"}), quiet, loud)
    widget, gadget = node.component(WIDGET)["pid"], node.component(GADGET)["pid"]
    run_and_settle(
        node, document({WIDGET: merging("1.0.0", Note="b"), GADGET: merging("1.0.0", Seconds=700047)}), quiet, loud
    )
    assert node.effective(WIDGET) == {"Note": "b"} and node.component(WIDGET)["pid"] == widget
    assert node.component(GADGET)["pid"] != gadget and node.sleeps() == ["700045", "700047"]


# -- what would change ------------------------------------------------------------------------------------------------


def test_plan_says_what_would_change_and_does_nothing(node):
    """`lineside plan`: which component, from where to where, and what became of the configuration."""
    recipes = [sleeper(WIDGET, "1.0.0", 700050, defaults={"Pace": 1}), sleeper(GADGET, "1.0.0", 700051)]
    run_and_settle(node, document({WIDGET: "1.0.0", GADGET: "1.0.0"}), *recipes)
    pids = {row["name"]: row["pid"] for row in node.status()["components"]}
    new = [*recipes, sleeper(WIDGET, "1.1.0", 700052), sleeper("com.example.new", "1.0.0", 700053)]
    wanted = document({WIDGET: merging("1.1.0", Pace=3), "com.example.new": "1.0.0"})
    reply = node.plan(wanted, *new)
    assert reply.status_code == 200, reply.text
    planned = {row["name"]: row for row in reply.json()["components"]}
    assert (planned[WIDGET]["from"], planned[WIDGET]["to"]) == ("1.0.0", "1.1.0") and planned[WIDGET]["change"]
    assert (planned["com.example.new"]["from"], planned["com.example.new"]["to"]) == (None, "1.0.0")
    assert (planned[GADGET]["from"], planned[GADGET]["to"]) == ("1.0.0", None)
    assert reply.json()["stations"] == [] and "configuration" in reply.json()
    said = node.apply(wanted, *new, verb=["plan"])
    assert said.returncode == 0 and all(word in said.stdout for word in (WIDGET, "1.1.0", "com.example.new")), said
    assert {row["name"]: row["pid"] for row in node.status()["components"]} == pids
    assert len(node.history()) == 1


# -- limits -----------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_not_begun(make_node):
    """The store's cap counts all of a deployment before its first byte; the message says how much."""
    node = make_node(nucleus={"componentStoreMaxSizeBytes": 2_000_000}).start()
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700054))
    before = sorted(path for path in (node.root / "depot").rglob("*") if path.is_file())
    for part in ("a", "b"):
        (node.folder / part).write_bytes(random.Random(part).randbytes(1_200_000))
    artifacts = [{"URI": f"file://{node.folder}/{part}"} for part in ("a", "b")]
    over = outcome(node, document({WIDGET: "2.0.0"}), sleeper(WIDGET, "2.0.0", 1, artifacts=artifacts))
    assert over["result"] == "FAILED_NO_STATE_CHANGE" and over["reason"], over
    assert node.sleeps() == ["700054"]
    kept = lambda: sorted(path for path in (node.root / "depot").rglob("*") if path.is_file())  # noqa: E731
    # What came with it goes right after it is told to be over.
    wait_until(lambda: kept() == before, "the depot to be as before")


# -- ends -------------------------------------------------------------------------------------------------------------


def test_a_stop_takes_everything_along(node):
    """[node-start-1] SIGTERM: exit 0, shutdown scripts have run, nobody is left; the next start has the same again."""
    made = recipe(WIDGET, "1.0.0", "exec sleep 700060", install="echo i >> installs", shutdown="echo s >> stops")
    run_and_settle(node, document({WIDGET: merging("1.0.0", A=1)}), made)
    assert node.stop() == 0, node.log()
    assert node.left_over() == []
    node.start()
    node.wait_state(WIDGET, "RUNNING")
    assert node.sleeps() == ["700060"] and node.effective(WIDGET) == {"A": 1}
    assert node.read(WIDGET, "installs") == "i" and node.read(WIDGET, "stops") == "s"
    assert len(node.history()) == 1


def test_a_killed_node_leaves_nobody(node):
    """[node-start-1] kill -9: its components die within a second, and run again after the next start."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700061))
    node.kill()
    wait_until(lambda: not node.left_over(), f"the end of {node.left_over()}", 1)
    node.start()
    node.wait_state(WIDGET, "RUNNING")
    assert node.sleeps() == ["700061"]


def check_whole(node, seconds):
    """Both components are of the version that the status says, with its configuration, and nothing else runs."""
    node.wait_idle(30)
    for name in (WIDGET, GADGET):
        node.wait_state(name, "RUNNING")
    versions = set(node.versions().values())
    assert len(versions) == 1, node.status()
    (version,) = versions
    assert node.sleeps() == sorted(seconds[version]), (version, node.sleeps())
    assert {node.effective(name)["Of"] for name in (WIDGET, GADGET)} == {version}
    place = node.place("components")
    assert place["active"] == place["good"] and place["candidate"] is None
    return version


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_it_is_one_version_or_the_other(node, seed):
    """A36, [node-start-1]: kill -9 in the middle of deployments, good ones and broken ones: never a mixture."""
    seconds = {"1.0.0": ["81001", "81002"], "2.0.0": ["82001", "82002"]}
    recipes = {
        version: [sleeper(WIDGET, version, widget), sleeper(GADGET, version, gadget)]
        for version, (widget, gadget) in seconds.items()
    }
    recipes["3.0.0"] = [sleeper(WIDGET, "3.0.0", 1), broken(GADGET, "3.0.0")]

    def wanted(version):
        return document({name: merging(version, Of=version) for name in (WIDGET, GADGET)})

    run_and_settle(node, wanted("1.0.0"), *recipes["1.0.0"])
    chance, version, landed = random.Random(seed), "1.0.0", []
    for _ in range(KILLS // 2):
        target = "3.0.0" if chance.random() < 0.3 else "2.0.0" if version == "1.0.0" else "1.0.0"
        assert node.submit(wanted(target), recipes[target]).status_code in (200, 202)
        time.sleep(chance.uniform(0, 1.2 if target == "3.0.0" else 0.6))
        node.kill()
        node.start()
        now = check_whole(node, seconds)
        assert now in (version, target) and now != "3.0.0"
        landed.append(now == target)
        version = now
    # What nobody needs any more goes right after a deployment is told to be over.
    wait_until(lambda: not list((node.root / "depot" / "partial").glob("*")), "nothing by half")


def test_killed_again_and_again_while_it_is_proved_it_goes_back(node):
    """A36: a version that takes the node with it is not committed: after three starts the good one runs."""
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700062))
    slow = recipe(WIDGET, "2.0.0", startup="sleep 40")
    assert node.submit(document({WIDGET: "2.0.0"}, deploymentId="deadly"), [slow]).status_code == 202
    for _ in range(4):
        wait_until(lambda: node.sleeps() or node.deployment("deadly")["result"], "something to run", 10)
        if node.deployment("deadly")["result"]:
            break
        node.kill()
        node.start()
    assert node.wait_over("deadly", 20)["result"] == "FAILED_ROLLBACK_COMPLETE"
    node.wait_state(WIDGET, "RUNNING")
    assert node.sleeps() == ["700062"]


# -- drift ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["changed", "removed", "not executable"])
def test_drift_is_found_told_and_put_back(node, how):
    """[node-drift-1] D32: a tool that somebody spoiled is as it was within a minute, and the status says so."""
    tool = "#!/bin/sh\nexec sleep 700063\n"
    artifact = {"URI": "data:," + tool.replace("\n", "%0A").replace(" ", "%20")}
    artifact |= {"Permission": {"Read": "ALL", "Execute": "ALL"}}
    run_and_settle(
        node, document({WIDGET: "1.0.0"}), recipe(WIDGET, run="exec {artifacts:path}/tool", artifacts=[artifact])
    )
    (path,) = [path for path in (node.root / "packages").rglob("tool") if path.is_file()]
    spoil(path, how)
    wait_until(lambda: path.exists() and path.read_text() == tool and os.access(path, os.X_OK), "the repair", 60)
    assert path.stat().st_mode & 0o111 == 0o111, "executable for everybody, as its recipe says"
    if how != "not executable":
        drift = wait_until(lambda: node.status()["drift"], "the report")
        assert drift[-1]["path"].endswith("tool") and drift[-1]["at"] and drift[-1]["repaired"], drift
        said = node.verb("node", "status", "-o", "json")
        assert json.loads(said.stdout)["drift"], said


def spoil(path, how):
    if how == "not executable":
        path.chmod(0o644)
    elif how == "changed":
        path.write_text("something else")
    else:
        path.unlink()


def test_drift_of_what_was_unpacked(node):
    """[node-drift-1] D32: files out of an archive are the component's too."""
    with zipfile.ZipFile(node.folder / "pack.zip", "w") as archive:
        archive.writestr("words.txt", "the words")
    artifact = {"URI": f"file://{node.folder}/pack.zip", "Unarchive": "ZIP", "Permission": {"Read": "ALL"}}
    run_and_settle(node, document({WIDGET: "1.0.0"}), sleeper(WIDGET, "1.0.0", 700064, artifacts=[artifact]))
    (path,) = list((node.root / "packages").rglob("words.txt"))
    path.chmod(0o644)
    path.write_text("other words")
    wait_until(lambda: path.read_text() == "the words", "the repair", 60)
