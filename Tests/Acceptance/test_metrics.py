"""Prometheus metrics: names, labels, counts that equal what was sent, series that stay few. serve-metrics-1; D19."""

import shutil

import fixtures
import pytest
import requests
from plc import free_port
from prometheus import parse, scrape, select, total
from samples import OCTETS, pixel_bytes, pixels
from server import wait_until

STAGES = {"read", "parse", "queue", "run", "write"}
OUTCOMES = {"ok", "defective", "timeout", "error"}


@pytest.fixture(scope="module")
def server(start, mixed_models):
    return start(mixed_models, "--active", "inspect")


def infer(server, value, times=1):
    """The statuses of `times` requests."""
    body = pixel_bytes(value)
    return {server.post("/infer", data=body, headers=OCTETS).status_code for _ in range(times)}


def test_the_text_format(server):
    infer(server, 0.5)
    reply = server.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("text/plain")
    samples, types = parse(reply.text)
    series = [(name, tuple(sorted(labels.items()))) for name, labels, _ in samples]
    assert len(series) == len(set(series)), "a series appears twice"
    families = {name for name in types}
    for name, _, _ in samples:
        assert name in families or any(name.removesuffix(end) in families for end in ("_bucket", "_sum", "_count")), (
            name
        )


def test_types_are_told(server):
    """[serve-metrics-1]"""
    infer(server, 0.5)
    types = scrape(server)[1]
    assert types["lineside_stage_seconds"] == "histogram"
    for name in ("lineside_inferences_total", "lineside_reloads_total", "lineside_engine_restarts_total"):
        assert types[name] == "counter"
    for name in ("lineside_process_resident_bytes", "lineside_engine_resident_bytes"):
        assert types[name] == "gauge"
    assert types["lineside_model_load_seconds"] in ("gauge", "histogram", "summary")


def test_stages_are_histograms(server):
    """[serve-metrics-1]"""
    before = stage_counts(server)
    infer(server, 0.5, times=3)
    wait_until(lambda: all(stage_counts(server)[stage] >= before.get(stage, 0) + 3 for stage in STAGES), "the counts")
    samples, _ = scrape(server)
    assert {labels["stage"] for labels, _ in select(samples, "lineside_stage_seconds_count", model="inspect")} == STAGES
    for labels, count in select(samples, "lineside_stage_seconds_count", model="inspect"):
        buckets = select(samples, "lineside_stage_seconds_bucket", **labels)
        bounds = [float(found["le"]) for found, _ in buckets]
        values = [value for _, value in buckets]
        assert bounds == sorted(bounds) and bounds[-1] == float("inf")
        assert values == sorted(values) and values[-1] == count
        assert select(samples, "lineside_stage_seconds_sum", **labels)[0][1] >= 0


def stage_counts(server):
    """{stage: count} of the model `inspect`."""
    return {
        labels["stage"]: value
        for labels, value in select(scrape(server)[0], "lineside_stage_seconds_count", model="inspect")
    }


def inferences(server, model):
    """{outcome: count} of a model."""
    return {outcome: total(server, "lineside_inferences_total", outcome=outcome, model=model) for outcome in OUTCOMES}


def test_ten_of_each_outcome(start, models):
    """[serve-metrics-1] D19"""
    with start(models, "--active", "inspect") as server:
        assert infer(server, 0.25, times=10) == {200}
        assert infer(server, 0.75, times=10) == {200}
        assert inferences(server, "inspect") == {"ok": 10, "defective": 10, "timeout": 0, "error": 0}
        server.reload("failing")
        assert infer(server, 0.75, times=10) == {500}
        assert inferences(server, "failing") == {"ok": 0, "defective": 0, "timeout": 0, "error": 10}
        check_labels(server)
    # A narrow ceiling for what is to miss it, and for nothing else.
    with start(models, "--active", "slow", env={"INFER_TIMEOUT_S": "0.25"}) as server:
        assert infer(server, 0.75, times=10) == {503}
        assert inferences(server, "slow") == {"ok": 0, "defective": 0, "timeout": 10, "error": 0}
        check_labels(server)


def check_labels(server):
    labels = [labels for labels, _ in select(scrape(server)[0], "lineside_inferences_total")]
    assert all(set(found) == {"outcome", "model", "version"} for found in labels)
    assert {found["outcome"] for found in labels} <= OUTCOMES


def test_what_is_refused_is_no_inference(server):
    """[serve-metrics-1]"""
    before = inferences(server, "inspect")
    assert server.post("/infer", json={"tensor": pixels(2)}).status_code == 422
    assert server.post("/infer", data=b"{", headers={"Content-Type": "application/json"}).status_code == 422
    assert inferences(server, "inspect") == before


def test_reloads_are_counted_by_result(server):
    """[serve-metrics-1]"""
    before = total(server, "lineside_reloads_total")
    assert server.reload("inspect_b").status_code == 200
    assert server.reload("corrupt").status_code == 422
    assert server.reload("inspect").status_code == 200
    samples, _ = scrape(server)
    series = select(samples, "lineside_reloads_total")
    assert all(set(labels) == {"result"} for labels, _ in series)
    assert len([value for _, value in series if value > 0]) >= 2
    assert total(server, "lineside_reloads_total") == before + 3


def test_sizes_and_times(server):
    """[serve-metrics-1]"""
    samples, _ = scrape(server)
    ((_, own),) = select(samples, "lineside_process_resident_bytes")
    assert own == pytest.approx(server.resident_bytes(), rel=0.5)
    ((_, engine),) = select(samples, "lineside_engine_resident_bytes", model="inspect")
    assert 1 << 20 < engine < 1 << 30
    assert select(samples, "lineside_engine_restarts_total")
    loads = [value for name, labels, value in samples if is_load_time(name) and labels.get("model") == "inspect"]
    assert any(0 < value < 60 for value in loads)


def is_load_time(name):
    """A gauge, or the sum of a histogram."""
    return name.removesuffix("_sum") == "lineside_model_load_seconds"


@pytest.mark.parametrize("way", ["flag", "environment"])
def test_the_second_listener(start, models, way):
    """[serve-metrics-1] D19"""
    port = free_port()
    flags = ["--metrics-port", port] if way == "flag" else []
    env = {} if way == "flag" else {"METRICS_PORT": str(port)}
    with start(models, "--active", "inspect", *flags, env=env) as server, requests.Session() as session:
        session.trust_env = False
        reply = session.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
        assert reply.status_code == 200
        assert "lineside_process_resident_bytes" in reply.text
        refused = session.post(f"http://127.0.0.1:{port}/reload-model", json={"model_name": "inspect"}, timeout=10)
        assert refused.status_code in (404, 405), "only metrics belong on that port"
        assert server.get("/metrics").status_code == 200


def test_series_stay_few(start, models, tmp_path):
    """[serve-metrics-1] D19: at most three versions of a model, whatever is reloaded"""
    shutil.copy(models / "inspect.onnx", tmp_path / "line.onnx")
    with start(tmp_path) as server:
        for number in range(1, 8):
            fixtures.write_metadata(tmp_path / "line.metadata.json", model_version=f"{number}.0.0")
            assert server.reload("line").status_code == 200
            assert infer(server, 0.25, times=2) == {200}
        versions = {
            labels["version"] for labels, _ in select(scrape(server)[0], "lineside_inferences_total", model="line")
        }
        assert 1 <= len(versions) <= 3
        series = len(scrape(server)[0])
        for _ in range(10):
            assert server.reload("line").status_code == 200
            infer(server, 0.25)
        assert len(scrape(server)[0]) <= series
