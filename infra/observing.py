"""What every call to somebody outside leaves behind: a span, and a line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from infra.log_events import LogEvent
from infra.tracing import Tracing
from shared.errors import DeskError
from shared.ports.clock import Clock

log = logging.getLogger("parley.calls")
OK = "ok"
CANCELLED = "cancelled"
"""Nobody waits for it any more: the caller has gone, or this process ends."""


class Observer:
    """One a process."""

    def __init__(self, tracing: Tracing, clock: Clock) -> None:
        self._tracing = tracing
        self._clock = clock

    @contextmanager
    def call(
        self, event: LogEvent, name: str, ids: Mapping[str, object], facts: Mapping[str, object]
    ) -> Iterator[dict[str, object]]:
        """Make the call within this block: how it ended and how long it took goes with its facts, and with those that
        the block adds to what it is given."""
        more: dict[str, object] = {}
        started = self._clock.monotonic()
        outcome = OK
        with self._tracing.span(name, "client", ids) as span:
            try:
                yield more
            except BaseException as error:
                more["error"] = type(error).__name__
                outcome = _outcome_of(error)
                span.fail(outcome)
                raise
            finally:
                all_facts = {**facts, **more, "outcome": outcome, "latency_ms": self._millis_since(started)}
                span.note(all_facts)
                level = logging.INFO if outcome in (OK, CANCELLED) else logging.WARNING
                log.log(level, event, extra=all_facts)

    @contextmanager
    def handing_on(
        self, event: LogEvent, name: str, ids: Mapping[str, object], facts: Mapping[str, object]
    ) -> Iterator[None]:
        """Publish or enqueue within this block; the line is written once it is done, and no line where it fails."""
        with self._tracing.span(name, "producer", ids) as span:
            span.note(facts)
            try:
                yield
            except DeskError as error:
                span.fail(error.code)
                raise
            log.info(event, extra=dict(facts))

    def _millis_since(self, started: float) -> int:
        return round((self._clock.monotonic() - started) * 1000)


def _outcome_of(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return CANCELLED
    return error.code if isinstance(error, DeskError) else "bug"
