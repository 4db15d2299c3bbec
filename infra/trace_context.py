"""Where a call belongs in a trace: W3C's `traceparent`, and the older header of Google's front end.

Own code, because every cold start would pay for OpenTelemetry's: it is loaded only for calls that are recorded.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TRACEPARENT: Final = "traceparent"
_CLOUD: Final = "x-cloud-trace-context"
_W3C_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_CLOUD_FORM = re.compile(r"([0-9a-fA-F]{32})/([0-9]{1,20})(?:;o=([0-9]{1,3}))?", re.ASCII)
_SAMPLED = 1
_LARGEST_SPAN = 2**64 - 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A point in a trace: hexadecimal ids of 32 and 16 digits. `is_sampled`: its spans are recorded."""

    trace_id: str
    span_id: str
    is_sampled: bool

    def traceparent(self) -> str:
        """As W3C writes it."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.is_sampled):02x}"


def new_trace() -> TraceContext:
    """The beginning of a trace that nobody records: its id still joins the log lines of one turn."""
    return TraceContext(secrets.token_hex(16), secrets.token_hex(8), is_sampled=False)


def read_headers(headers: Mapping[str, str]) -> TraceContext | None:
    """Where the caller stands, or None where it does not say. Names are lower-case."""
    return read_traceparent(headers.get(TRACEPARENT, "")) or _read_cloud(headers.get(_CLOUD, ""))


def read_traceparent(text: str) -> TraceContext | None:
    """W3C's form, also of later versions; None for anything else."""
    match = _W3C_FORM.fullmatch(text.strip(" \t"))
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    is_known = version != "ff" and not (version == "00" and more)
    if not is_known or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def _read_cloud(text: str) -> TraceContext | None:
    """`TRACE/SPAN;o=1`, with the span in decimal."""
    match = _CLOUD_FORM.fullmatch(text.strip(" \t"))
    if match is None:
        return None
    trace_id, span, options = match.groups()
    if not int(trace_id, 16) or not 0 < int(span) <= _LARGEST_SPAN:
        return None
    return TraceContext(trace_id.lower(), f"{int(span):016x}", bool(int(options or 0) & _SAMPLED))
