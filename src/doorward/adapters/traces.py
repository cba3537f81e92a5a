"""Traces for OpenTelemetry: on where OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) says where they go.

The other variables of the standard hold too: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS ...
Needs `pip install 'doorward[otel]'`. Names of HTTP attributes: OpenTelemetry semantic conventions for HTTP.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from doorward.core.errors import BadInput
from doorward.ports.clock import wall_s
from doorward.ports.tracing import UNTRACED, Span, Tracer

SAYS_WHERE = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PREFIX = "doorward."


def tracer_of(process: str, environment: Mapping[str, str] = os.environ) -> Tracer:
    """The tracer of a process, by its environment. BadInput if traces are asked for and the extra is missing."""
    where = next((environment[name] for name in SAYS_WHERE if environment.get(name)), "")
    if not where or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return UNTRACED
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise BadInput(
            "traces cannot be sent", where=SAYS_WHERE[1], rule="the extra `otel` is installed",
            remedy="pip install 'doorward[otel]', or unset the variable",
        ) from error  # fmt: skip
    return OtelTracer(process, BatchSpanProcessor(OTLPSpanExporter()))


class OtelTracer:
    """Gives spans to a processor of the OpenTelemetry SDK."""

    on = True

    def __init__(self, process: str, processor: Any) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        name = os.environ.get("OTEL_SERVICE_NAME", "doorward")
        resource = Resource.create(
            {"service.name": name, "service.namespace": "doorward", "process.title": process}
        )
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("doorward")
        self._carrier = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, parent: str = "", **about: int | float | str) -> Iterator[Span]:
        """See ports.tracing.Tracer."""
        around = self._carrier.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(name, context=around, attributes=_named(about)) as span:
            carried: dict[str, str] = {}
            self._carrier.inject(carried)
            yield _Span(span, carried.get("traceparent", ""))

    def did(self, name: str, seconds: float, **about: int | float | str) -> None:
        """See ports.tracing.Tracer."""
        end = round(wall_s() * 1e9)
        span = self._tracer.start_span(name, start_time=end - round(seconds * 1e9), attributes=_named(about))
        span.end(end)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


class _Span:
    def __init__(self, span: Any, carried: str) -> None:
        self._span, self.carried = span, carried

    def say(self, **about: int | float | str) -> None:
        """See ports.tracing.Span."""
        self._span.set_attributes(_named(about))


def _named(about: Mapping[str, int | float | str]) -> dict[str, int | float | str]:
    """Attributes under our own prefix, but for those of the conventions, whose dots are written as two underscores."""
    return {
        name.replace("__", ".") if "__" in name else PREFIX + name: value for name, value in about.items()
    }
