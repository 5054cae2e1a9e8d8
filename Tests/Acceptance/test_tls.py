"""TLS and mutual TLS, with certificates made by the openssl command line."""

import json
import socket
import ssl
import subprocess

import numpy as np
import pytest
import requests
import tritonclient.http as triton
from samples import pixels
from server import wait_until


def openssl(*arguments, folder):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def make_authority(folder, name):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
    openssl("req", "-x509", *key, "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}", folder=folder)


def make_certificate(folder, authority, name, extensions):
    (folder / f"{name}.ext").write_text(extensions)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
    openssl("req", *key, "-out", f"{name}.csr", "-subj", f"/CN={name}", folder=folder)
    signer = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial"]
    openssl(
        "x509", "-req", "-in", f"{name}.csr", *signer, "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        folder=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """plant.pem signs server.pem and client.pem; stranger.pem signs foreign.pem."""
    folder = tmp_path_factory.mktemp("certificates")
    for authority in ("plant", "stranger"):
        make_authority(folder, authority)
    make_certificate(folder, "plant", "server", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    make_certificate(folder, "plant", "client", "extendedKeyUsage=clientAuth\n")
    make_certificate(folder, "stranger", "foreign", "extendedKeyUsage=clientAuth\n")
    return folder


def pair(folder, name):
    return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


def tls_flags(folder):
    certificate, key = pair(folder, "server")
    return ["--tls-cert", certificate, "--tls-key", key]


def trusting(server, folder, client=None):
    """Lets the server's session trust the plant, and show a certificate of its own."""
    server.session.verify = str(folder / "plant.pem")
    server.session.cert = pair(folder, client) if client else None
    return server


@pytest.fixture(scope="module")
def server(start, models, certificates):
    server = start(models, "--active", "inspect", *tls_flags(certificates), ready=False)
    return trusting(server, certificates).wait_ready()


@pytest.fixture(scope="module")
def mutual(start, models, certificates):
    flags = [*tls_flags(certificates), "--tls-client-ca", certificates / "plant.pem"]
    server = start(models, "--active", "inspect", *flags, ready=False)
    return trusting(server, certificates, "client").wait_ready()


def test_the_announced_address_is_https(server):
    assert server.url.startswith("https://127.0.0.1:")


def test_requests_over_tls(server):
    """serve: --tls-cert --tls-key"""
    reply = server.post("/infer", json={"tensor": pixels(0.25)})
    assert (reply.status_code, reply.json()["score"]) == (200, 0.25)


def test_curl_over_tls(server, certificates, curl, tmp_path):
    (tmp_path / "body").write_text(json.dumps({"tensor": pixels(0.25)}))
    arguments = ["--cacert", certificates / "plant.pem", "-H", "Content-Type: application/json"]
    status, body = curl(*arguments, "--data", f"@{tmp_path / 'body'}", server.url + "/infer")
    assert (status, json.loads(body)["score"]) == (200, 0.25)


def test_tritonclient_over_tls(server, certificates):
    def context():
        return ssl.create_default_context(cafile=str(certificates / "plant.pem"))

    with triton.InferenceServerClient(server.address, ssl=True, ssl_context_factory=context) as client:
        image = triton.InferInput("image", [1, 3, 8, 8], "FP32")
        image.set_data_from_numpy(np.full((1, 3, 8, 8), 0.25, np.float32))
        assert client.infer("inspect", [image]).as_numpy("score")[0, 0] == 0.25


def test_who_does_not_trust_the_plant_refuses(server, certificates):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(server.url + "/healthz", verify=str(certificates / "stranger.pem"), timeout=10)


def test_plain_http_to_the_tls_port_is_not_served(server):
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            answer = connection.recv(4096)
        except ConnectionResetError:
            answer = b""
    assert b" 200 " not in answer.split(b"\r\n")[0]
    assert server.get("/healthz").status_code == 200


def test_handshakes_left_half_way_do_not_stop_it(server):
    connections = [socket.create_connection((server.host, server.port)) for _ in range(50)]
    try:
        for connection in connections:
            connection.sendall(b"\x16\x03\x01\x02\x00")
        assert server.get("/healthz").status_code == 200
    finally:
        for connection in connections:
            connection.close()


def test_mutual_tls_with_a_certificate_of_the_plant(mutual):
    """serve: --tls-client-ca"""
    reply = mutual.post("/infer", json={"tensor": pixels(0.25)})
    assert (reply.status_code, reply.json()["score"]) == (200, 0.25)


@pytest.mark.parametrize("client", [None, "foreign"])
def test_mutual_tls_refuses_anyone_else(mutual, certificates, client):
    """serve: --tls-client-ca"""
    with pytest.raises((requests.exceptions.SSLError, requests.exceptions.ConnectionError)):
        requests.get(
            mutual.url + "/healthz",
            verify=str(certificates / "plant.pem"),
            cert=pair(certificates, client) if client else None,
            timeout=10,
        )
    assert mutual.get("/healthz").status_code == 200


@pytest.mark.parametrize("spoiled", ["--tls-cert", "--tls-key", "--tls-client-ca"])
@pytest.mark.parametrize("state", ["missing", "no-pem"])
def test_a_bad_file_stops_the_start_and_is_named(lineside, models, certificates, tmp_path, spoiled, state):
    path = tmp_path / "spoiled.pem"
    if state == "no-pem":
        path.write_text("no certificate, no key")
    certificate, key = pair(certificates, "server")
    files = {"--tls-cert": certificate, "--tls-key": key} | {spoiled: path}
    flags = [argument for pair_of_flag in files.items() for argument in pair_of_flag]
    finished = lineside("serve", models, "--active", "inspect", "--port", 0, "--metrics-port", 0, *flags)
    assert finished.returncode not in (0, None)
    assert "spoiled.pem" in finished.stderr or spoiled in finished.stderr


def test_an_address_is_still_free_after_a_stop(start, models, certificates):
    """A restart on the same port works at once"""
    server = start(models, "--active", "inspect", *tls_flags(certificates), ready=False)
    trusting(server, certificates).wait_ready()
    port = server.port
    server.stop()
    again = start(models, "--active", "inspect", "--port", port, *tls_flags(certificates), ready=False)
    trusting(again, certificates)
    wait_until(lambda: again.get("/healthz").status_code == 200, "the second start")
