"""/openapi.json is valid OpenAPI 3 in structure, and says what the server routes. Requirement serve-openapi-1."""

import re

import pytest

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OF_A_MODEL = ["", "/ready", "/config", "/stats"]
DOCUMENTED = [
    ("post", "/infer"),
    ("post", "/reload-model"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/ping"),
    ("post", "/invocations"),
    ("get", "/metrics"),
    ("get", "/v2"),
    ("get", "/v2/health/live"),
    ("get", "/v2/health/ready"),
    ("get", "/v2/models/stats"),
    *(("get", "/v2/models/{}" + rest) for rest in OF_A_MODEL),
    *(("get", "/v2/models/{}/versions/{}" + rest) for rest in OF_A_MODEL),
    ("post", "/v2/models/{}/infer"),
    ("post", "/v2/models/{}/versions/{}/infer"),
    ("post", "/v2/repository/index"),
    ("post", "/v2/repository/models/{}/load"),
    ("post", "/v2/repository/models/{}/unload"),
]


@pytest.fixture(scope="module")
def server(start, models):
    return start(models, "--active", "inspect")


@pytest.fixture(scope="module")
def document(server):
    reply = server.get("/openapi.json")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    return reply.json()


@pytest.fixture(scope="module")
def operations(document):
    """[(method, path, operation, parameters)], a path's shared parameters joined to its operations' own."""
    found = []
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            found.append((method, path, item[method], item.get("parameters", []) + item[method].get("parameters", [])))
    return found


def test_head(document):
    assert re.fullmatch(r"3\.[01]\.\d+", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    assert document["paths"]


def test_every_path_and_operation_is_well_formed(document, operations):
    assert all(path.startswith("/") for path in document["paths"])
    assert len(operations) >= len(document["paths"])
    for method, path, operation, _ in operations:
        assert operation["responses"], (method, path)
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5](\d\d|XX)|default", status), (method, path, status)
            assert "$ref" in response or isinstance(response["description"], str), (method, path, status)


def test_operation_ids_are_unique(operations):
    ids = [operation["operationId"] for _, _, operation, _ in operations if "operationId" in operation]
    assert len(ids) == len(set(ids))


def test_path_parameters_are_declared(document, operations):
    for method, path, _, parameters in operations:
        resolved = [resolve(document, parameter) for parameter in parameters]
        assert all(parameter["in"] in ("path", "query", "header", "cookie") for parameter in resolved)
        assert all("schema" in parameter or "content" in parameter for parameter in resolved)
        in_path = {parameter["name"] for parameter in resolved if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{([^}]*)}", path)), (method, path)
        assert all(parameter["required"] is True for parameter in resolved if parameter["in"] == "path")


def test_request_bodies_have_media_types(document, operations):
    for method, path, operation, _ in operations:
        if "requestBody" in operation:
            content = resolve(document, operation["requestBody"])["content"]
            assert all(re.fullmatch(r"[\w.*+-]+/[\w.*+-]+", media_type) for media_type in content), (method, path)


def resolve(document, node):
    """What a `$ref` points at, or the node itself."""
    if "$ref" not in node:
        return node
    target = document
    assert node["$ref"].startswith("#/"), node
    for key in node["$ref"][2:].split("/"):
        target = target[key.replace("~1", "/").replace("~0", "~")]
    return target


def test_every_reference_leads_somewhere(document):
    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                resolve(document, node)
            node = list(node.values())
        for child in node if isinstance(node, list) else []:
            walk(child)

    walk(document)


def test_both_media_types_of_infer(document):
    """[serve-infer-1] [serve-infer-2]"""
    content = document["paths"]["/infer"]["post"]["requestBody"]["content"]
    assert {"application/json", "application/octet-stream"} <= set(content)


def told(document, method, path, status):
    """The schema of an answer; None when its body is empty, and a failure when it is not listed."""
    content = document["paths"][path][method]["responses"][str(status)].get("content")
    return content and content["application/json"]["schema"]


V2 = "/v2/models/{model}"
LOAD, UNLOAD, INDEX = ("/v2/repository/" + rest for rest in ("models/{model}/load", "models/{model}/unload", "index"))


def test_answers_are_of_the_kind_that_is_served(document):
    """[serve-openapi-1]"""
    for method, path in [
        ("get", "/v2/health/live"),
        ("get", "/v2/health/ready"),
        ("get", V2 + "/ready"),
        ("post", LOAD),
        ("post", UNLOAD),
    ]:
        assert told(document, method, path, 200) is None, path
    assert told(document, "post", INDEX, 200)["type"] == "array"
    assert len(told(document, "post", "/reload-model", 422)["anyOf"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/invocations", 404),
        ("post", "/infer", 415),
        *(("post", path, 401) for path in ("/reload-model", LOAD, UNLOAD)),
        *(("get", V2 + rest, 503) for rest in ("", "/ready", "/config")),
    ],
)
def test_refusals_are_listed(document, method, path, status):
    """[serve-openapi-1]"""
    assert told(document, method, path, status)


@pytest.mark.parametrize("path", [LOAD, INDEX])
def test_bodies_that_may_be_sent_are_listed(document, path):
    """[serve-openapi-1]"""
    assert "application/json" in document["paths"][path]["post"]["requestBody"]["content"]


@pytest.mark.parametrize(("method", "path"), DOCUMENTED, ids=[f"{method} {path}" for method, path in DOCUMENTED])
def test_it_lists_every_documented_path(operations, method, path):
    """[serve-openapi-1]"""
    assert (method, path) in {(method, re.sub(r"{[^}]*}", "{}", path)) for method, path, *_ in operations}


def test_what_it_lists_is_routed(server, operations):
    """[serve-openapi-1]: neither unknown nor of another method"""
    values = {"m": "inspect", "model": "inspect", "name": "inspect", "v": "1", "version": "1"}
    for method, path, *_ in operations:
        if path.endswith("/unload"):
            continue
        filled = re.sub(r"{([^}]*)}", lambda match: values.get(match.group(1), "inspect"), path)
        filled = re.sub(r"/versions/[^/]+", "/versions/1", filled)
        reply = server.session.request(method, server.url + filled, timeout=30)
        assert reply.status_code not in (404, 405, 501), (method, filled)


def test_what_it_does_not_list_is_405(server, operations):
    """[serve-openapi-1] [serve-limits-1]"""
    listed = {}
    for method, path, *_ in operations:
        listed.setdefault(path, set()).add(method)
    for path, methods in listed.items():
        filled = re.sub(r"/versions/{[^}]*}", "/versions/1", path)
        reply = server.session.delete(server.url + re.sub(r"{[^}]*}", "inspect", filled), timeout=30)
        if "delete" not in methods:
            assert reply.status_code == 405, path
            assert methods <= {method.strip().lower() for method in reply.headers["Allow"].split(",")}, path
