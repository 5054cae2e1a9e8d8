"""With a token configured, whatever changes state needs it. Requirement serve-auth-1; D16."""

import pytest
from samples import OCTETS, pixel_bytes

TOKEN = "s3cret-of-the-plant"
CHANGES = [
    ("/reload-model", {"model_name": "inspect_b"}),
    ("/v2/repository/models/simple/load", {}),
    ("/v2/repository/models/simple/unload", {}),
]
READS = ["/healthz", "/readyz", "/ping", "/metrics", "/openapi.json", "/v2", "/v2/health/ready", "/v2/models/inspect"]


@pytest.fixture(scope="module", params=["file", "environment"])
def server(request, start, models, tmp_path_factory):
    if request.param == "environment":
        return start(models, "--active", "inspect", env={"LINESIDE_TOKEN": TOKEN})
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(TOKEN + "\n")
    return start(models, "--active", "inspect", "--token-file", path)


@pytest.mark.parametrize(("path", "body"), CHANGES, ids=[path for path, _ in CHANGES])
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
    ],
)
def test_without_the_token_nothing_changes(server, path, body, header):
    """[serve-auth-1]"""
    headers = {} if header is None else {"Authorization": header}
    assert server.post(path, json=body, headers=headers).status_code == 401
    assert server.get("/healthz").json()["active_model"] == "inspect"


@pytest.mark.parametrize(("path", "body"), CHANGES, ids=[path for path, _ in CHANGES])
def test_with_the_token_it_changes(server, path, body):
    """[serve-auth-1]"""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert server.post(path, json=body, headers=headers).status_code == 200
    assert server.post("/reload-model", json={"model_name": "inspect"}, headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_may_be_written_in_any_case(server, scheme):
    """[serve-auth-1]: RFC 9110, 11.1"""
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert server.post("/reload-model", json={"model_name": "inspect"}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_reading_needs_no_token(server, path):
    """[serve-auth-1]"""
    assert server.get(path).status_code == 200


def test_inference_needs_no_token(server):
    """[serve-auth-1]"""
    assert server.post("/infer", data=pixel_bytes(0.5), headers=OCTETS).status_code == 200
    assert server.post("/v2/repository/index").status_code == 200


def test_the_token_is_not_in_the_log(server):
    """[serve-auth-1]"""
    server.post("/reload-model", json={"model_name": "inspect"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert TOKEN not in server.log()


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_token_file_without_a_token_stops_the_start(lineside, models, tmp_path, content):
    """[serve-auth-1]: never open by mistake"""
    if content is not None:
        (tmp_path / "token").write_text(content)
    flags = ["--port", 0, "--metrics-port", 0, "--token-file", tmp_path / "token"]
    finished = lineside("serve", models, "--active", "inspect", *flags)
    assert finished.returncode not in (0, None)
    assert "token" in finished.stderr
