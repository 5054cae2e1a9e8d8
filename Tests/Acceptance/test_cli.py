"""The command line: version, help, settings from the environment, exit statuses. D07.

0 ok, 2 usage, 69 unavailable, 78 bad configuration.
"""

import re
import socket

import pytest

VERBS = [
    "serve",
    "engine",
    "run",
    "inspect",
    "preprocess",
    "surfaces",
    "bench",
    "doctor",
    "recipe",
    "trace",
    "ledger",
    "camera",
    "station",
    "io",
    "plc-sim",
    "drill",
]
SERVE_FLAGS = [
    "--host",
    "--port",
    "--metrics-port",
    "--active",
    "--tls-cert",
    "--tls-key",
    "--tls-client-ca",
    "--token-file",
    "--provider",
    "--threads",
    "--instances",
    "--optimization",
    "--spinning",
    "--batch-max",
    "--batch-delay-us",
    "--timeout",
    "--body-max",
    "--connections-max",
    "--header-timeout",
    "--body-timeout",
    "--idle-timeout",
    "--preload",
    "--memory-budget",
]
ANY_PORT = ["--port", "0", "--metrics-port", "0"]


def test_version(lineside):
    finished = lineside("--version")
    assert finished.returncode == 0
    assert re.search(r"\d+\.\d+", finished.stdout)


@pytest.mark.parametrize("arguments", [["--help"], *([verb, "--help"] for verb in VERBS)], ids=" ".join)
def test_help(lineside, arguments):
    finished = lineside(*arguments)
    assert finished.returncode == 0
    assert "usage" in finished.stdout.lower()
    assert "lineside" in finished.stdout
    assert finished.stderr == ""


def test_help_names_every_verb(lineside):
    text = lineside("--help").stdout
    assert all(verb in text for verb in VERBS)


@pytest.mark.parametrize("flag", SERVE_FLAGS)
def test_help_of_serve_names_every_flag(lineside, flag):
    assert re.search(rf"{flag}\b", lineside("serve", "--help").stdout)


@pytest.mark.parametrize("verb", VERBS)
def test_unknown_flag_is_2_and_named(lineside, verb):
    finished = lineside(verb, "--no-such-flag")
    assert finished.returncode == 2
    assert "--no-such-flag" in finished.stderr


def test_unknown_verb_is_2_and_named(lineside):
    finished = lineside("destroy")
    assert finished.returncode == 2
    assert "destroy" in finished.stderr


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--port", "abc"),
        ("--port", "65536"),
        ("--port", "-1"),
        ("--threads", "many"),
        ("--timeout", "soon"),
        ("--body-max", "80 elephants"),
        ("--provider", "abacus"),
        ("--optimization", "magic"),
        ("--batch-max", "-1"),
    ],
)
def test_a_bad_value_of_a_flag_is_2_and_named(lineside, models, flag, value):
    values = {"--port": 0, "--metrics-port": 0} | {flag: value}
    flags = [argument for pair in values.items() for argument in pair]
    finished = lineside("serve", models, "--active", "inspect", *flags)
    assert finished.returncode == 2
    assert flag in finished.stderr


def test_a_flag_without_its_value_is_2(lineside, models):
    assert lineside("serve", models, "--port").returncode == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORT_THREADS", "abc"),
        ("ORT_THREADS", "-1"),
        ("ORT_THREADS", "1.5"),
        ("METRICS_PORT", "http"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", "-1"),
        ("INFER_TIMEOUT_S", "abc"),
        ("INFER_TIMEOUT_S", "0"),
        ("INFER_TIMEOUT_S", "-0.04"),
        ("INFER_TIMEOUT_S", "nan"),
        ("INFER_TIMEOUT_S", "40ms"),
        ("TENSOR_MIN", "low"),
        ("TENSOR_MIN", "nan"),
        ("TENSOR_MAX", "high"),
        ("ACTIVE_MODEL", "../../etc/passwd"),
    ],
)
def test_an_invalid_setting_is_78_and_named(lineside, models, name, value):
    """serve: settings from the environment, D07"""
    env = {"METRICS_PORT": "0", "ACTIVE_MODEL": "inspect"} | {name: value}
    finished = lineside("serve", models, "--port", "0", env=env)
    assert finished.returncode == 78
    assert name in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("verb", ["serve", "inspect", "run", "bench"])
def test_a_missing_file_is_named(lineside, tmp_path, verb):
    path = tmp_path / "nowhere.onnx"
    finished = lineside(verb, path, *(ANY_PORT if verb == "serve" else []))
    assert finished.returncode not in (0, None)
    assert "nowhere.onnx" in finished.stderr


def test_a_certificate_needs_its_key(lineside, models, tmp_path):
    (tmp_path / "cert.pem").write_text("")
    finished = lineside("serve", models, "--active", "inspect", *ANY_PORT, "--tls-cert", tmp_path / "cert.pem")
    assert finished.returncode in (2, 78)
    assert "--tls-key" in finished.stderr


@pytest.mark.parametrize("flag", ["--port", "--metrics-port"])
def test_a_port_in_use_is_69_and_named(lineside, models, flag):
    """D07: the collision is explained"""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"--port": 0, "--metrics-port": 0} | {flag: port}
        flags = [argument for pair in ports.items() for argument in pair]
        finished = lineside("serve", models, "--active", "inspect", *flags)
    assert finished.returncode == 69
    assert str(port) in finished.stderr


def test_start_prints_one_line(start, models):
    """serve: on start one line goes to stdout, logs to stderr"""
    server = start(models, "--active", "inspect", ready=False, announce=())
    assert re.match(r"lineside serve: http://127\.0\.0\.1:\d+ ready, .", server.first_line)
    server.stop()
    assert server.stdout_path.read_text().count("\n") == 1


def test_start_prints_one_json_object(start, models):
    """serve: -o json"""
    with start(models, "--active", "inspect") as server:
        assert re.match(r"http://127\.0\.0\.1:\d+$", server.url)
    assert server.stdout_path.read_text().count("\n") == 1


def test_inspect_tells_inputs_and_outputs(lineside, models):
    finished = lineside("inspect", models / "two_out_heatmap.onnx")
    assert finished.returncode == 0
    assert all(name in finished.stdout for name in ("image", "score", "heatmap"))


def test_inspect_refuses_what_is_no_model(lineside, mixed_models):
    finished = lineside("inspect", mixed_models / "corrupt.onnx")
    assert finished.returncode not in (0, 2)
    assert "corrupt" in finished.stderr


def test_doctor_names_the_runtime(lineside):
    finished = lineside("doctor")
    assert finished.returncode in (0, 1)
    assert "onnx" in (finished.stdout + finished.stderr).lower()


@pytest.mark.parametrize("words", [["serve", "/dev/null"], ["run", "/tmp", "input.json"]], ids=["device", "folder"])
def test_what_is_there_and_is_no_file(lineside, words):
    """78, and not that it does not exist."""
    finished = lineside(*words)
    assert finished.returncode == 78
    assert words[1] in finished.stderr and "no file that can be read" in finished.stderr
