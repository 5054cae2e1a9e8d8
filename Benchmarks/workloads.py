"""What is asked of the servers: one request, sent over and over on some number of connections."""

import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# Connections each workload is measured with. A single one shows the cost, many show what contention adds.
CONNECTIONS = {
    "iris_json": [1, 64],
    "mobilenet_binary": [8, 32],
    "defect_binary": [1],
    "defect_json": [1],
}
# The model that a workload runs, for those that bare ONNX Runtime is measured with too.
FLOOR_MODELS = {"mobilenet_binary": "mobilenet.onnx", "defect_binary": "defect.onnx"}


@dataclass
class Request:
    path: str
    body: Path
    headers: dict = field(default_factory=dict)
    # The values of the right answer, where they are known.
    expected: list | None = None


def requests_of_lineside(bodies):
    """Workload to request. The large JSON goes to the inspection door, as on the service it is compared with."""
    headers = json.loads((bodies / "headers.json").read_text())
    expected = json.loads((bodies / "expected.json").read_text())

    def request(path, body, model):
        return Request(path, bodies / body, headers[body], expected[model])

    return {
        "iris_json": request("/v2/models/iris/infer", "iris_v2.json", "iris"),
        "mobilenet_binary": request("/v2/models/mobilenet/infer", "mobilenet_v2.bin", "mobilenet"),
        "defect_binary": request("/v2/models/defect/infer", "defect_v2.bin", "defect"),
        "defect_json": request("/infer", "defect_infer.json", "defect"),
    }


def ask(url, request, timeout=5):
    """One request on a connection of its own: status, headers and body."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)
    try:
        connection.request("POST", request.path, request.body.read_bytes(), request.headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
