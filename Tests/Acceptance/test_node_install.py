"""`lineside node install` and `uninstall`: a unit of systemd, and nothing that stays behind (A33)."""

import subprocess

import pytest
from server import clean_environment, wait_until

CONFIG = "services: {lineside.Node: {configuration: {door: {port: 0}}}}\n"


@pytest.fixture
def places(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "units").mkdir()
    return tmp_path


def flags(places):
    return "--root", places / "root", "--unit-dir", places / "units"


def test_a_node_comes_and_goes_without_a_trace(lineside, places):
    """The unit starts it as it was asked to; a node that runs is ended; folder and unit are gone."""
    installed = lineside("node", "install", "--config", places / "config.yaml", *flags(places))
    assert installed.returncode == 0, installed.stderr
    (unit,) = (places / "units").iterdir()
    command = next(line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
    words = [word.strip('"') for word in command.removeprefix("ExecStart=").split(" ")]
    assert words[1:] == ["node", "--config", str(places / "config.yaml"), "--root", str(places / "root")]
    node = subprocess.Popen(words, env=clean_environment(), stderr=subprocess.DEVNULL)
    try:
        wait_until((places / "root" / "door.json").exists, "the node's door", 10)
        removed = lineside("node", "uninstall", *flags(places))
        assert removed.returncode == 0, removed.stderr
        node.wait(10)
    finally:
        node.kill()
    assert sorted(path.name for path in places.iterdir()) == ["config.yaml", "units"]
    assert not list((places / "units").iterdir())


def test_what_is_kept_is_kept(lineside, places):
    lineside("node", "install", "--config", places / "config.yaml", *flags(places))
    (places / "root" / "depot").mkdir()
    assert lineside("node", "uninstall", "--keep", *flags(places)).returncode == 0
    assert (places / "root" / "depot").exists() and not list((places / "units").iterdir())


@pytest.mark.parametrize("words", [("install",), ("install", "--config", "/no/such/file")])
def test_an_installation_that_cannot_be(lineside, places, words):
    refused = lineside("node", *words, *flags(places))
    assert refused.returncode in (2, 78) and refused.stderr
    assert not list((places / "units").iterdir())


def test_a_folder_of_somebody_else_is_left_alone(lineside, places):
    (places / "root").mkdir()
    (places / "root" / "letter.txt").write_text("dear Anna")
    refused = lineside("node", "uninstall", *flags(places))
    assert refused.returncode == 78 and "left alone" in refused.stderr
    assert (places / "root" / "letter.txt").exists()
