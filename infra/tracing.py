"""Spans of what this process does. OpenTelemetry is loaded for the first one that is recorded; without any, a request
costs a random number, and its trace's id still joins the log lines of one turn."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, Protocol

from infra.log_context import RequestContext, current, entered
from infra.logs import told
from infra.trace_context import TraceContext, new_trace

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.tracing_recorder import Recorder

Kind = Literal["server", "consumer", "producer", "client"]
FLUSH_SECONDS: Final = 3.0
"""At the end of a request: afterwards Cloud Run gives the process no CPU."""
PAUSE_SECONDS: Final = 60.0
"""After a hand-over that failed or took too long nobody waits for the next ones: spans may be lost, calls are not held
up."""
_OUTSIDE_OF_REQUESTS: Final = "parley"
log = logging.getLogger("parley.tracing")


class Span(Protocol):
    """One step, while it lasts."""

    @property
    def trace(self) -> TraceContext:
        """Its place."""
        ...

    def note(self, facts: Mapping[str, object]) -> None:
        """Say more of it: ids, kinds, outcomes; never text."""
        ...

    def fail(self, code: str) -> None:
        """It did not go well."""
        ...

    def rename(self, name: str) -> None:
        """What it is about turned out later."""
        ...

    def end(self) -> None:
        """It is over."""
        ...


class Unrecorded:
    """The span of a step that nobody will look at. It adds no place to the trace."""

    def __init__(self, trace: TraceContext) -> None:
        self.trace = trace

    def note(self, facts: Mapping[str, object]) -> None:
        """Nobody reads it."""

    def fail(self, code: str) -> None:
        """Nobody reads it."""

    def rename(self, name: str) -> None:
        """Nobody reads it."""

    def end(self) -> None:
        """Nobody waits."""


class Tracing:
    """One a process."""

    def __init__(self, settings: Settings, *, dice: Callable[[], float] = random.random) -> None:
        self.service = _OUTSIDE_OF_REQUESTS
        """Who does what no request asked for."""
        self._settings = settings
        self._dice = dice
        self._is_broken = False
        self._paused_until = float("-inf")

    @contextmanager
    def request(self, service: str, kind: Kind, caller: TraceContext | None, *, is_caller_ours: bool) -> Iterator[Span]:
        """Answer a request within this block.

        A caller of ours has decided whether spans are recorded. At an open door the dice decide: neither a stranger
        nor Google's front end, which has a rate of its own, may decide what is paid for.
        """
        is_sampled = self.is_sampled(caller if is_caller_ours else None)
        span = self._begun(service, service, kind, caller, is_sampled=is_sampled)
        with self._within(span, RequestContext(service, self._settings.project, span.trace)) as context:
            yield span
            span.note({"service": service, **context.known()})

    @contextmanager
    def span(self, name: str, kind: Kind, ids: Mapping[str, object]) -> Iterator[Span]:
        """A step of the request at hand, about these ids; a trace of its own where there is no request."""
        here = current()
        if here is None:
            is_sampled = self.is_sampled(None)
            span = self._begun(self.service, name, kind, None, is_sampled=is_sampled)
            here = RequestContext(self.service, self._settings.project, span.trace)
        else:
            span = self._begun(here.service, name, kind, here.trace, is_sampled=here.trace.is_sampled)
        with self._within(span, here.step(span.trace, ids)) as context:
            span.note(context.known())
            yield span

    def is_sampled(self, caller: TraceContext | None) -> bool:
        """Whether a request is recorded. `caller`: one of ours, who has decided; None: nobody has."""
        ratio = self._settings.trace_ratio
        if not ratio or self._is_broken:
            return False
        return self._dice() < ratio if caller is None else caller.is_sampled

    async def flush(self) -> None:
        """Hand over what was recorded so far. Never fails, and never takes longer than `FLUSH_SECONDS`."""
        loop = asyncio.get_running_loop()
        if "_recorder" not in self.__dict__ or loop.time() < self._paused_until:
            return
        is_sent = False
        with suppress(TimeoutError, RuntimeError):  # the latter: this process ends, and starts no threads any more
            flushing = loop.run_in_executor(self._flusher, self._recorder.flush)
            is_sent = await asyncio.wait_for(flushing, FLUSH_SECONDS)
        if not is_sent:
            self._paused_until = loop.time() + PAUSE_SECONDS

    @contextmanager
    def _within(self, span: Span, context: RequestContext) -> Iterator[RequestContext]:
        with entered(context):
            try:
                yield context
            finally:
                span.end()

    def _begun(self, service: str, name: str, kind: Kind, parent: TraceContext | None, *, is_sampled: bool) -> Span:
        if is_sampled and not self._is_broken:
            try:
                return self._recorder.begin(service, name, kind, parent)
            except Exception as error:  # whatever it is, no customer waits because nobody can watch
                self._is_broken = True
                log.error("tracing is off", extra=told(error))
        here = parent or new_trace()
        return Unrecorded(TraceContext(here.trace_id, here.span_id, is_sampled=False))

    @cached_property
    def _recorder(self) -> Recorder:
        from infra.tracing_recorder import Recorder

        return Recorder(self._settings)

    @cached_property
    def _flusher(self) -> ThreadPoolExecutor:
        """One thread: however many requests end at once, one of them exports and the others find nothing left."""
        return ThreadPoolExecutor(1, "flush")
