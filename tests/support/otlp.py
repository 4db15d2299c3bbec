"""A collector of spans: a loopback HTTP server that takes OTLP's own protobuf, as Google's endpoint does."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue


@dataclass(frozen=True, slots=True)
class Spotted:
    """A span as it arrived. Ids are hexadecimal; `parent` is empty for the first of a trace."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    facts: Mapping[str, Any]
    is_error: bool


@dataclass
class Collector:
    """What has arrived so far."""

    url: str = ""
    spans: list[Spotted] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    resources: list[Mapping[str, Any]] = field(default_factory=list)

    def named(self, name: str) -> list[Spotted]:
        return [span for span in self.spans if span.name == name]

    def ancestors(self, span: Spotted) -> list[str]:
        """The names above a span, the nearest first."""
        by_id = {other.id: other for other in self.spans}
        names = []
        while span.parent in by_id:
            span = by_id[span.parent]
            names.append(span.name)
        return names

    def take(self, body: bytes) -> None:
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {pair.key: _value(pair.value) for pair in group.resource.attributes}
            self.resources.append(resource)
            for scope in group.scope_spans:
                self.spans += [
                    Spotted(
                        service=str(resource["service.name"]),
                        name=span.name,
                        kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        facts={pair.key: _value(pair.value) for pair in span.attributes},
                        is_error=span.status.code == span.status.STATUS_CODE_ERROR,
                    )
                    for span in scope.spans
                ]


@contextmanager
def collecting(*, status: int = 200) -> Iterator[Collector]:
    """A collector that listens; with another status, one that refuses."""
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            is_taken = status == 200 and self.path == "/v1/traces"
            if is_taken:
                collector.take(body)
            self.send_response(status if self.path == "/v1/traces" else 404)
            self.send_header("content-type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _value(value: AnyValue) -> Any:
    return getattr(value, value.WhichOneof("value") or "string_value")
