"""What is measured of requests, and said of them in a log or a trace: method, route, status and time. Never who asked or what.

A route is the template (`/v1/events/{event_id}`), never the address itself, so that no word of a question and no id gets in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import Scope

from app.settings import Settings

log = logging.getLogger("nextcircle.access")

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# Answered before any route was looked for, where the answer was still known.
_REMEMBERED: Final = frozenset({"/v1/events", "/v1/groups"})
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_NO_SPAN: Final = nullcontext()
Span = Callable[[Scope], AbstractContextManager[Any]]


class Observer:
    """The measurements of one process. `done` costs two microseconds a request."""

    def __init__(self, settings: Settings) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "nextcircle_request_seconds",
            "Time from the first byte of a request to the last of its answer",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        # Finding a child by its labels costs more than observing.
        self._children: dict[tuple[str, str, int], Any] = {}
        self._logging = settings.access_log == "on"
        self.span: Span = _spans() if settings.tracing == "on" else lambda _: _NO_SPAN

    def done(self, scope: Scope, status: int, seconds: float) -> None:
        """A request was answered."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = route_of(scope)
        named = (method, route, status)
        child = self._children.get(named)
        if child is None:
            child = self._children[named] = self._seconds.labels(method, route, str(status))
        child.observe(seconds)
        if self._logging:
            state = scope.get("state", {})
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "request_id": state.get("request_id"),
            }
            log.info("%s %s %d", method, route, status, extra={"fields": fields})


def route_of(scope: Scope) -> str:
    """The template of the route that answered; `other` where none did."""
    route = getattr(scope.get("route"), "path", None)
    path: str = scope["path"]
    if route is None:
        return path if path in _REMEMBERED else "other"
    # A router inside of another one knows its own part alone; what stands before is the same for all of it.
    before = path.count("/") - str(route).count("/")
    return "/".join(path.split("/")[: before + 1]) + str(route) if before > 0 else str(route)


def _spans() -> Span:
    """Spans by OpenTelemetry's SDK, set by its own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`)."""
    from opentelemetry import trace

    tracer = trace.get_tracer("nextcircle")

    @contextmanager
    def span(scope: Scope) -> Iterator[None]:
        with tracer.start_as_current_span(scope["method"], kind=trace.SpanKind.SERVER) as current:
            try:
                yield
            finally:
                route = route_of(scope)
                current.update_name(f"{scope['method']} {route}")
                current.set_attribute("http.request.method", scope["method"])
                current.set_attribute("http.route", route)
                status = scope.get("state", {}).get("status")
                if status is not None:
                    current.set_attribute("http.response.status_code", status)

    return span


def trace_to_collector() -> None:
    """Send spans where `OTEL_EXPORTER_OTLP_ENDPOINT` says. Raises ImportError with what to install."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ImportError(
            "NEXTCIRCLE_TRACING is on, and OpenTelemetry is not installed: pip install 'nextcircle[otel]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "nextcircle"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
