"""Components under the built binary: real scripts, real users, real kills (docs/spec/components.md)."""

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from components import House, component, is_alive, marked
from server import wait_until

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may run things as somebody else")

# Leaves its parent, its group and its session, and does not care for requests to end.
STRAY = """python3 -c '
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("stray.new", "w").write(str(os.getpid()))
        os.rename("stray.new", "stray")
        time.sleep(999)
'
"""


@pytest.fixture
def house(binary):
    made = []

    def make(*flags, env=None):
        made.append(House(binary, *flags, env=env))
        return made[-1]

    yield make
    for one in made:
        one.clean_up()


# -- steps and time ----------------------------------------------------------------------------------------------------


def test_installs_then_runs(house):
    """[component-step-1]"""
    it = house().start(component("a", install="echo installing", run="echo hello; echo oops >&2; sleep 999"))
    it.wait("a", "RUNNING")
    assert it.states("a") == ["INSTALLED", "STARTING", "RUNNING"]
    # Each of the two comes through a pipe of its own.
    wait_until(lambda: all(word in it.log("a") for word in ("out hello", "oops")), "its output")
    assert re.search(r"^\d{4}-\d\d-\d\dT[\d:.]+Z install out installing$", it.log("a"), re.M)
    assert re.search(r"Z run out hello$", it.log("a"), re.M) and re.search(r"Z run err oops$", it.log("a"), re.M)
    assert it.stop() == 0
    assert it.states("a")[-2:] == ["STOPPING", "FINISHED"]


def test_an_install_past_its_time_is_killed(house):
    """[component-timeout-1] A16: killed within 3 s of its start, with everything it started."""
    begun = time.monotonic()
    it = house().start(component("a", install={"script": f"echo $$ > pid; {STRAY} sleep 999", "timeout": 2}))
    pid, stray = int(it.read("a", "pid")), int(it.read("a", "stray"))
    it.wait("a", "ERRORED")
    wait_until(lambda: not is_alive(pid) and not is_alive(stray), "their end", 3)
    assert time.monotonic() - begun < 4
    it.wait("a", "BROKEN", 15)
    assert it.states("a").count("ERRORED") == 2
    wait_until(lambda: not it.processes(), "no process to be left", 3)
    assert "did not end in time" in it.rows("a")[-1]["reason"]


def test_three_errors_break_it(house):
    """[component-error-1] A22: with a pause before each new attempt, and its recover."""
    it = house().start(component("a", run="date +%s.%N >> runs; exit 1", recover="echo r >> recovers"))
    it.wait("a", "BROKEN", 15)
    runs = [float(line) for line in (it.work("a") / "runs").read_text().split()]
    assert len(runs) == 3 and len((it.work("a") / "recovers").read_text().split()) == 2
    assert runs[1] - runs[0] >= 0.5 and runs[2] - runs[1] >= 1.0
    assert "exit status 1" in it.rows("a")[-1]["reason"]


def test_an_install_runs_once_for_a_version(house):
    """[component-step-2] Also when the node starts again; another version installs again."""
    it = house().start(component("a", install="echo i >> ../installs-a; echo i >> installs", run="echo r >> runs"))
    it.wait("a", "FINISHED")
    it.stop()
    it.start(component("a", install="echo i >> ../installs-a; echo i >> installs", run="echo r >> runs"))
    it.wait("a", "FINISHED", count=2)
    assert (it.work("a") / "installs").read_text().split() == ["i"]
    assert (it.work("a") / "runs").read_text().split() == ["r", "r"]
    it.change(component("a", version="1.0.1", install="echo i >> installs", run="echo r >> runs"))
    wait_until(lambda: (it.work("a") / "installs").read_text().split() == ["i", "i"], "the second version's install")


@pytest.mark.parametrize("condition", ["exists /etc/passwd", "onpath sh", "!exists /no/such/place", "! onpath no-such"])
def test_skipif(house, condition):
    """[component-skip-1]"""
    it = house().start(component("a", run={"script": "echo ran > ran; sleep 999", "skipIf": condition}))
    assert "skipped" in it.wait("a", "FINISHED")["reason"]
    assert not (it.work("a") / "ran").exists()


def test_a_bad_skipif_is_an_error(house):
    """[component-skip-1]"""
    it = house().start(component("a", run={"script": "true", "skipIf": "whenever it rains"}))
    assert "whenever it rains" in it.wait("a", "ERRORED")["reason"]


@pytest.mark.parametrize(("status", "request_"), [(100, "restart"), (101, "reboot")])
def test_a_bootstrap_asks_for_a_restart(house, status, request_):
    """[component-bootstrap-1] It waits; after the restart its install follows, and the bootstrap is not repeated."""
    spec = component("a", bootstrap=f"echo b >> bootstraps; exit {status}", install="true", run="sleep 999")
    it = house().start(spec)
    wait_until(lambda: {"component": "a", "request": request_} in it.news(), "the request")
    assert "INSTALLED" not in it.states("a")
    it.stop()
    it.start(spec)
    it.wait("a", "RUNNING")
    assert (it.work("a") / "bootstraps").read_text().split() == ["b"]


# -- ends --------------------------------------------------------------------------------------------------------------


def test_a_stop_is_graceful_and_complete(house):
    """[component-stop-1] SIGTERM first; what ignores it, and what ran away, is killed."""
    it = house().start(
        component("polite", run="trap 'echo bye > bye; exit 0' TERM; echo 1 > up; while :; do sleep 0.05; done"),
        component("stray", startup=STRAY, shutdown={"script": "true", "timeout": 1}),
    )
    it.read("polite", "up")
    stray = int(it.read("stray", "stray"))
    it.wait("stray", "RUNNING")
    assert is_alive(stray)
    assert it.stop() == 0
    assert (it.work("polite") / "bye").exists() and not is_alive(stray)
    assert not marked(str(it.folder))


def test_the_shutdown_of_the_old_version_ends_it(house):
    """[component-change-1]"""
    it = house().start(component("a", run="sleep 999", shutdown="echo one >> ../../ended"))
    (it.folder / "ended").touch()
    (it.folder / "ended").chmod(0o666)
    it.wait("a", "RUNNING")
    it.change(component("a", version="2.0.0", run="sleep 999", shutdown="echo two >> ../../ended"))
    it.wait("a", "RUNNING", count=2)
    assert (it.folder / "ended").read_text().split() == ["one"]
    it.change()
    it.wait("a", "UNINSTALLED")
    assert (it.folder / "ended").read_text().split() == ["one", "two"]


def test_dependents_stop_first_and_start_last(house):
    """[component-order-1]"""
    it = house().start(
        component("c", on=["b"], run="sleep 999"),
        component("b", on=["a"], run="sleep 999"),
        component("a", install="sleep 0.3", run="sleep 999"),
    )
    it.wait("c", "RUNNING")
    order = [row["component"] for row in it.news() if row.get("state") == "RUNNING"]
    assert order == ["a", "b", "c"]
    it.stop()
    assert [row["component"] for row in it.news() if row.get("state") == "FINISHED"] == ["c", "b", "a"]


def test_a_hard_dependent_follows_an_error(house):
    """[component-order-2] A soft one does not."""
    it = house().start(
        component("base", run="echo $$ > pid; exec sleep 999"),
        component("hard", on=["base"], run="sleep 999"),
        component("soft", on={"base": "SOFT"}, run="sleep 999"),
    )
    it.wait("hard", "RUNNING")
    it.wait("soft", "RUNNING")
    os.kill(it.wait("base", "RUNNING")["pid"], signal.SIGKILL)
    it.wait("base", "RUNNING", count=2)
    it.wait("hard", "RUNNING", count=2)
    assert it.states("soft").count("RUNNING") == 1
    assert "signal 9" in next(row for row in it.rows("base") if row["state"] == "ERRORED")["reason"]


def test_a_removed_dependency_takes_nobody_with_it(house):
    """[component-order-3]"""
    hard = component("hard", on=["base"], run="sleep 999")
    it = house().start(component("base", run="sleep 999", uninstall="echo u > ../../gone"), hard)
    (it.folder / "gone").touch()
    (it.folder / "gone").chmod(0o666)
    it.wait("hard", "RUNNING")
    it.change(hard)
    it.wait("base", "UNINSTALLED")
    assert it.states("hard")[-1] == "RUNNING" and (it.folder / "gone").read_text() == "u\n"


def test_nothing_outlives_a_killed_node(house):
    """[component-kill-1] kill -9 of the node: within a second nothing that it started is left."""
    it = house().start(component("a", run=f"{STRAY} exec sleep 999"), component("b", startup=STRAY, run="true"))
    it.read("a", "stray")
    it.read("b", "stray")
    it.wait("b", "RUNNING")
    everything = it.processes()
    assert len(everything) >= 4
    it.process.kill()
    it.process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in everything), "everything to end", 1)
    assert not marked(str(it.folder))


@root_only
def test_a_killed_warden_takes_its_step_with_it(house):
    """[component-kill-2]"""
    it = house().start(component("a", run=f"{STRAY} exec sleep 999"))
    stray = int(it.read("a", "stray"))
    pid = it.wait("a", "RUNNING")["pid"]
    warden = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert warden != it.process.pid
    os.kill(warden, signal.SIGKILL)
    it.wait("a", "RUNNING", count=2)
    assert not is_alive(pid) and not is_alive(stray)
    assert "warden was killed" in next(row for row in it.rows("a") if row["state"] == "ERRORED")["reason"]


@root_only
def test_what_a_killed_household_left_is_ended_at_the_next_start(house):
    """[component-kill-3] Node and wardens killed at one instant: the strays are found when the node is back."""
    it = house().start(component("a", run=f"{STRAY} exec sleep 999"))
    stray = int(it.read("a", "stray"))
    pid = it.wait("a", "RUNNING")["pid"]
    warden = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    # A node that stands still hears nothing of its warden's end: to the two it is one instant. (Not the other way
    # round: the kernel wakes a stopped warden when its node dies, and it may end the stray before it is killed.)
    os.kill(it.process.pid, signal.SIGSTOP)
    stands = lambda: Path(f"/proc/{it.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    wait_until(stands, "the node to stand still", 1)
    os.kill(warden, signal.SIGKILL)
    it.process.kill()
    it.process.wait()
    wait_until(lambda: not is_alive(pid), "the step's end", 1)
    assert is_alive(stray)
    (it.work("a") / "stray").unlink()
    it.start(component("a", run="sleep 999"))
    wait_until(lambda: not is_alive(stray), "the stray's end", 5)
    wait_until(lambda: "left from before" in it.errors(), "a word about it")


def test_a_hundred_restarts_leave_nothing(house):
    """[component-leak-1] No descriptor and no process more than before."""
    it = house()

    def spec(number):
        return component("a", run=f"echo {number} > n; exec sleep 999", setenv={"NUMBER": str(number)})

    def count():
        return len(os.listdir(f"/proc/{it.process.pid}/fd")), len(it.processes())

    it.start(spec(0)).wait("a", "RUNNING")
    for number in range(1, 6):
        it.change(spec(number))
        it.wait("a", "RUNNING", count=number + 1)
    before = wait_until(lambda: count() if count()[1] == 2 else None, "one step and its warden")
    for number in range(6, 106):
        it.change(spec(number))
        it.wait("a", "RUNNING", count=number + 1)
    wait_until(lambda: count() == before, f"as much as before ({before}, now {count()})", 5)
    zombies = [pid for pid in it.processes() if not is_alive(pid)]
    assert not zombies


# -- who and with what -------------------------------------------------------------------------------------------------


@root_only
def test_components_have_no_privilege_unless_they_ask(house):
    """[component-user-1]"""
    it = house().start(
        component("plain", run="touch /etc/lineside-was-here; id -u > new; id -G >> new; mv new id; sleep 999"),
        component("root", run={"script": "id -u > new; mv new id; sleep 999", "requiresPrivilege": True}),
        component("named", user="daemon:games", run="id -un > new; id -gn >> new; mv new id; sleep 999"),
    )
    assert it.read("plain", "id").split() == ["65534", "65534"]
    assert it.read("root", "id") == "0"
    assert it.read("named", "id").split() == ["daemon", "games"]
    assert not Path("/etc/lineside-was-here").exists()


@root_only
def test_a_user_that_is_not_there(house):
    """[component-user-2]"""
    it = house().start(component("a", user="no-such-user", run="true"))
    assert "no user \"no-such-user\"" in it.wait("a", "ERRORED")["reason"]


def test_the_environment_is_clean(house):
    """[component-env-1] A23: what components expect, and nothing of the node's own."""
    it = house("--thing", "node-7", "--region", "eu-central-1", "--endpoint", "http://127.0.0.1:8400", env={"SECRET": "x"})
    it.start(component("a", setenv={"EVENT_BUS_NAME": "bus", "B": "life"},
                       run={"script": "env -0 > new; mv new env; sleep 999", "setenv": {"B": "step"}}))  # fmt: skip
    words = it.read("a", "env").split("\0")
    env = dict(word.split("=", 1) for word in words if "=" in word)
    expected = {
        "AWS_IOT_THING_NAME": "node-7",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:8400",
        "GGC_VERSION": "0.1.0",
        "HOME": str(it.work("a")),
        "EVENT_BUS_NAME": "bus",
        "B": "step",
    }
    assert {name: env.get(name) for name in expected} == expected
    assert env["SVCUID"] == env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert env["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")
    shell_adds = {"PWD", "OLDPWD", "SHLVL", "_"}
    base = {"PATH", "LANG", "LINESIDE_HOUSE", "SVCUID", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}
    assert set(env) - shell_adds == set(expected) | base


def test_variables_do_not_reach_the_warden(house):
    """[component-env-2] What a component sets is no way into a process that has more rights."""
    it = house().start(component("a", setenv={"LD_PRELOAD": "/no/such.so", "CANARY": "bird"}, run="exec sleep 999"))
    pid = it.wait("a", "RUNNING")["pid"]
    warden = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    # Empty for the moment in which the shell becomes sleep.
    wait_until(lambda: b"bird" in Path(f"/proc/{pid}/environ").read_bytes(), "the variable of the component")
    assert b"bird" not in Path(f"/proc/{warden}/environ").read_bytes()
    assert b"bird" not in Path(f"/proc/{warden}/cmdline").read_bytes()


def test_a_step_has_no_descriptors_of_the_node(house):
    """[component-env-3]"""
    it = house().start(component("a", run="ls /proc/self/fd > new; mv new fds; cat /proc/self/status > new; mv new status; sleep 999"))
    # ls opens one to look.
    assert set(it.read("a", "fds").split()) <= {"0", "1", "2", "3"}
    status = it.read("a", "status")
    masks = {name: int(re.search(rf"^{name}:\s(\w+)$", status, re.M)[1], 16) for name in ("SigBlk", "SigIgn")}
    # The C library keeps 32 and 33 to itself, and has whatever it spawns ignore them.
    assert masks["SigBlk"] == 0 and masks["SigIgn"] & ~(3 << 31) == 0


BOTO = """
import boto3, json
found = boto3.Session().get_credentials().get_frozen_credentials()
open("found.new", "w").write(json.dumps([found.access_key, found.secret_key, found.token]))
import os; os.rename("found.new", "found"); import time; time.sleep(999)
"""


def test_boto3_finds_its_credentials(house):
    """[component-credentials-1] A23, with the container provider of a real boto3."""
    paths = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    it = house()
    # With privilege, because the interpreter of the tests may lie where only its owner may go.
    run = {"script": f'exec {os.path.realpath(sys.executable)} -c "$CODE"', "requiresPrivilege": True}
    it.start(component("a", setenv={"PYTHONPATH": paths, "CODE": BOTO}, run=run))
    key, secret, token = json.loads(it.read("a", "found", 30))
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", key) and len(secret) == 40 and token


def test_who_gets_credentials(house, curl):
    """[component-credentials-2]"""
    it = house().start(component("a", run="env > env.new; mv env.new env; sleep 999"))
    env = dict(line.split("=", 1) for line in it.read("a", "env").splitlines() if "=" in line)
    url, token = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    status, body = curl("-H", f"Authorization: {token}", url)
    assert status == 200 and set(json.loads(body)) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", json.loads(body)["Expiration"])
    assert curl("-H", f"Authorization: {token}x", url)[0] == 403
    assert curl("-H", f"Authorization: {token[:-1]}", url)[0] == 403
    assert curl(url)[0] == 400
    assert curl("-X", "POST", "-H", f"Authorization: {token}", url)[0] == 405


def test_a_folder_has_one_house(house, lineside):
    """[component-file-3] A second one would end the first one's components."""
    it = house().start(component("a", run="sleep 999"))
    it.wait("a", "RUNNING")
    finished = lineside("component", "run", it.spec)
    assert finished.returncode == 69 and "another lineside" in finished.stderr
    assert it.states("a")[-1] == "RUNNING"


# -- logs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("--raw-logs",)])
def test_a_flood_is_bounded(house, flags):
    """[component-log-2] 200 MB of output: the log stays under its cap, the node small, and the component is not held up."""
    it = house("--log-bytes", "4MiB", *flags)
    it.start(component("a", run="yes 0123456789012345678901234567890123456789 | head -c 200000000; echo over > over; sleep 999"))
    most = 0
    deadline = time.monotonic() + 60
    while not (it.work("a") / "over").exists():
        assert time.monotonic() < deadline
        most = max(most, it.log_bytes("a"))
        time.sleep(0.02)
    expected = ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    wait_until(lambda: sorted(path.name for path in (it.folder / "logs").iterdir()) == expected, "four files")
    assert most <= 4 << 20
    rss = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{it.process.pid}/status").read_text())[1]
    assert int(rss) < 64 << 10


# -- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "components is missing"),
        ('{"components": [{}]}', "components[0].name"),
        ('{"components": [{"name": ".."}]}', "components[0].name"),
        ('{"components": [{"name": "a", "lifecycle": {"runn": "x"}}]}', "components[0].lifecycle.runn is unknown"),
        ('{"components": [{"name": "a", "lifecycle": {"run": {"script": "x", "timeout": -1}}}]}', "run.timeout"),
        ('{"components": [{"name": "a", "dependencies": {"b": "MAYBE"}}]}', "neither HARD nor SOFT"),
        ('{"components": [{"name": "a"}, {"name": "a"}]}', "named twice"),
        ('{"components": [{"name": "a", "dependencies": {"b": "HARD"}}, {"name": "b", "dependencies": {"a": "SOFT"}}]}', "ring"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong(lineside, tmp_path, text, said):
    """[component-file-1]"""
    (tmp_path / "spec.json").write_text(text)
    finished = lineside("component", "run", tmp_path / "spec.json")
    assert finished.returncode == 78 and said in finished.stderr, finished.stderr


def test_a_wrong_file_changes_nothing(house):
    """[component-file-2]"""
    it = house().start(component("a", run="sleep 999"))
    it.wait("a", "RUNNING")
    it.spec.write_text("{")
    it.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "nothing is changed" in it.errors(), "the refusal")
    assert it.states("a")[-1] == "RUNNING"
