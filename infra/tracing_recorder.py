"""Spans by OpenTelemetry's SDK, sent as OTLP over HTTP: in the cloud to Google, elsewhere to where the standard
variable OTEL_EXPORTER_OTLP_ENDPOINT points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from infra.settings import Settings
from infra.trace_context import TraceContext

if TYPE_CHECKING:
    from requests import Session

GOOGLE = "https://telemetry.googleapis.com/v1/traces"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
EXPORT_SECONDS = 2.0
"""For one batch, all attempts together."""
MOST_WAITING = 1000
"""Spans; what comes when so many wait takes the place of the oldest. They leave as one batch: a collector that hangs
must not keep a process from ending in the ten seconds that Cloud Run gives it."""
_NAMESPACE = "parley"
_KINDS = {
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "producer": SpanKind.PRODUCER,
    "client": SpanKind.CLIENT,
}


class Recorder:
    """One a process. Who asks has decided already what is recorded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exporter = LateExporter(settings)
        self._processor = BatchSpanProcessor(self._exporter, MOST_WAITING, max_export_batch_size=MOST_WAITING)
        self._tracers: dict[str, Tracer] = {}

    def begin(self, service: str, name: str, kind: str, parent: TraceContext | None) -> Recorded:
        """A span that has begun now; without a parent, the first of its trace."""
        context = set_span_in_context(NonRecordingSpan(_remote(parent))) if parent else None
        return Recorded(self._tracer(service).start_span(name, context, _KINDS[kind]))

    def flush(self) -> bool:
        """Send what has ended; whether the collector took what it was sent last. Blocks for `EXPORT_SECONDS`."""
        self._processor.force_flush()
        return not self._exporter.is_failing

    def _tracer(self, service: str) -> Tracer:
        """In the embedded product one process is all services."""
        if service not in self._tracers:
            resource = Resource(
                {
                    "service.name": service,
                    "service.namespace": _NAMESPACE,
                    "gcp.project_id": self._settings.project,
                }
            )
            provider = TracerProvider(ALWAYS_ON, resource)
            provider.add_span_processor(self._processor)
            self._tracers[service] = provider.get_tracer(_NAMESPACE)
        return self._tracers[service]


class Recorded:
    """A span that is recorded."""

    def __init__(self, span: Span) -> None:
        self._span = span
        place = span.get_span_context()
        self.trace = TraceContext(f"{place.trace_id:032x}", f"{place.span_id:016x}", is_sampled=True)

    def note(self, facts: Mapping[str, object]) -> None:
        """Attributes."""
        for name, value in facts.items():
            self._span.set_attribute(name, value if isinstance(value, (bool, int, float)) else str(value))

    def fail(self, code: str) -> None:
        """An error's code; its words may quote a customer."""
        self._span.set_status(StatusCode.ERROR, code)

    def rename(self, name: str) -> None:
        """A better name."""
        self._span.update_name(name)

    def end(self) -> None:
        """It will be sent with the next batch."""
        self._span.end()


class LateExporter(SpanExporter):
    """Made when the first batch leaves, in the thread that sends it: finding credentials may ask a server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.is_failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        self.is_failing = True
        result = self._exporter.export(spans)
        self.is_failing = result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        """Let go of the connection."""
        if "_exporter" in self.__dict__:
            self._exporter.shutdown()  # type: ignore[no-untyped-call]

    @cached_property
    def _exporter(self) -> OTLPSpanExporter:
        if self._settings.stack == "cloud":
            return google_exporter(google_session())
        return OTLPSpanExporter(timeout=EXPORT_SECONDS)


def google_session() -> Session:
    """Requests with this service account's token."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=[SCOPE])
    session: Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    return session


def google_exporter(session: Session, endpoint: str = GOOGLE) -> OTLPSpanExporter:
    """To Cloud Trace."""
    return OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS, compression=Compression.Gzip, session=session)


def _remote(parent: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int(parent.trace_id, 16), int(parent.span_id, 16), is_remote=True, trace_flags=flags)
