"""Traces: nothing where nobody takes them; else a request, its command and the turn it became, in one trace."""

from __future__ import annotations

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from doorward.adapters.traces import OtelTracer, tracer_of
from doorward.ports.tracing import UNTRACED
from tests.live.orders import order
from tests.live.server import running


def test_off_unless_somebody_takes_them() -> None:
    assert tracer_of("api", {}) is UNTRACED
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}
    assert tracer_of("api", told) is UNTRACED
    with UNTRACED.span("anything", turn=1) as span:
        span.say(more=2)
    assert span.carried == "" and not UNTRACED.on


def test_spans_stand_within_each_other_over_processes() -> None:
    kept = InMemorySpanExporter()
    here, there = (OtelTracer(name, SimpleSpanProcessor(kept)) for name in ("api", "writer"))
    with here.span("ask", http__route="/orders") as asking:
        carried = asking.carried
    with there.span("commit"), there.span("command", carried, turn=7) as command:
        command.say(asker=3)
    there.did("service", 0.5, turn=8)
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert (
        spans["command"].context.trace_id == spans["ask"].context.trace_id != spans["commit"].context.trace_id
    )
    assert (
        spans["command"].parent is not None
        and spans["command"].parent.span_id == spans["ask"].context.span_id
    )
    assert dict(spans["command"].attributes or {}) == {"doorward.turn": 7, "doorward.asker": 3}
    assert dict(spans["ask"].attributes or {}) == {"http.route": "/orders"}
    service = spans["service"]
    assert service.start_time and service.end_time and service.end_time - service.start_time == 500_000_000


class Collector(BaseHTTPRequestHandler):
    """Takes traces by OTLP over HTTP."""

    spans: dict[str, dict[str, object]] = {}  # noqa: RUF012 - of one test

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    about = {a.key: a.value.int_value or a.value.string_value for a in span.attributes}
                    self.spans.setdefault(span.name, {"trace": span.trace_id, **about})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    return server


def test_a_real_server_tells_a_collector_what_an_order_became(
    collector: ThreadingHTTPServer, tmp_path: Path
) -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ
    with (
        running(tmp_path / "metro", "--scale", "0.01", "--begin", "1 06:00") as server,
        server.client() as client,
    ):
        sku = client.get("/api/v1/items").json()["items"][0]["sku"]
        caller = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
        placed = client.post("/api/v1/orders", json=order("traced", sku), headers={"traceparent": caller})
        assert placed.status_code == 201
        wanted = {"HTTP POST", "ask promise.place", "command promise.place", "commit"}
        until = time.monotonic() + 20
        while not wanted <= set(Collector.spans) or not any(
            n.startswith("service ") for n in Collector.spans
        ):
            assert time.monotonic() < until, sorted(Collector.spans)
            time.sleep(0.1)
    collector.shutdown()
    collector.server_close()
    spans = Collector.spans
    traced = {spans[name]["trace"] for name in ("HTTP POST", "ask promise.place", "command promise.place")}
    assert traced == {bytes.fromhex("ab" * 16)}, "one trace from the caller to the turn"
    assert spans["HTTP POST"]["http.route"] == "/api/v1/orders"
    assert spans["HTTP POST"]["http.response.status_code"] == 201
    assert spans["ask promise.place"]["doorward.turn"] == spans["command promise.place"]["doorward.turn"]
    said = repr(spans)
    assert server.key not in said and "traced" not in said, "neither keys nor references are told"
