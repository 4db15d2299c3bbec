"""What is known of the request at hand: its place in a trace, and the ids that it is about. Every log line says it.

Kept in a context variable: requests that run at once, and the threads that they start, each have their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from infra.trace_context import TRACEPARENT, TraceContext

ID_FIELDS: Final = ("workspace_id", "inbox_id", "conversation_id", "message_id")
_ID_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
"""Ids also come from addresses that strangers call: what is shaped otherwise is not repeated."""


@dataclass(slots=True)
class RequestContext:
    """One request, or one step of it."""

    service: str
    """The function, or `api`."""
    project: str
    trace: TraceContext
    ids: dict[str, str | None] = field(default_factory=dict)
    """None: several, so that none is named."""
    has_ended: bool = False

    def learn(self, ids: Mapping[str, object]) -> None:
        """It is about these, too; other fields and odd values are left out."""
        for name, value in _ids_in(ids).items():
            self.ids[name] = value if self.ids.get(name, value) == value else None

    def known(self) -> dict[str, str]:
        """The ids that it is about."""
        return {name: value for name, value in self.ids.items() if value is not None}

    def step(self, trace: TraceContext, ids: Mapping[str, object]) -> RequestContext:
        """A part of it that is about these ids; what it learns, it learns for itself."""
        return RequestContext(self.service, self.project, trace, {**self.ids, **_ids_in(ids)})


_current: ContextVar[RequestContext | None] = ContextVar("parley_request", default=None)


def current() -> RequestContext | None:
    """The request at hand. None outside of one, also in a task that has outlived the request that started it."""
    context = _current.get()
    return None if context is None or context.has_ended else context


@contextmanager
def entered(context: RequestContext) -> Iterator[RequestContext]:
    """Be in this request until the end of the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        context.has_ended = True
        _current.reset(token)


def learn(ids: Mapping[str, object]) -> None:
    """The request at hand is about these, too."""
    context = current()
    if context is not None:
        context.learn(ids)


def ids_of(noun: object) -> dict[str, object]:
    """The ids in an event or a task."""
    told = getattr(noun, "event", noun)  # a task may carry the event that it goes on with
    return {name: value for name in ID_FIELDS if (value := getattr(told, name, None)) is not None}


def carried() -> dict[str, str]:
    """What goes with an event or a task, so that its trace goes on; empty outside of a request."""
    context = current()
    return {} if context is None else {TRACEPARENT: context.trace.traceparent()}


def _ids_in(ids: Mapping[str, object]) -> dict[str, str]:
    return {name: str(ids[name]) for name in ID_FIELDS if name in ids and _ID_SHAPE.fullmatch(str(ids[name]))}
