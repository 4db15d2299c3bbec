"""Ports that count what Google bills, request by request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import datetime
from math import ceil
from typing import Any, TypeVar

import httpx

from infra.llm.rendering import render
from shared.domain.llm_settings import LlmSettings
from shared.domain.tasks import Task
from shared.ports.document_store import Delete, Document, DocumentStore, Query, Reader, Version, Write
from shared.ports.event_bus import EventBus
from shared.ports.language_model import Completion, LanguageModel, Prompt
from shared.ports.model_picker import ModelPicker
from shared.ports.secret_store import SecretStore
from shared.ports.task_queue import TaskQueue

T = TypeVar("T")
PER_AGGREGATION = 1000
"""Index entries that one billed read of a count covers."""


@dataclass(slots=True)
class Tally:
    """What one request, or several together, made Google and the vendors do."""

    requests: float = 0
    """Of Cloud Run."""
    reads: float = 0
    writes: float = 0
    deletes: float = 0
    due_writes: float = 0
    """Of them those that move `due_at`, which one index over all workspaces holds."""
    lookups: float = 0
    """Round trips that read."""
    commits: float = 0
    """Round trips that write."""
    publishes: float = 0
    pushes: float = 0
    """Deliveries by Pub/Sub: each subscription of a topic gets every message of it."""
    creations: float = 0
    """Tasks that were scheduled, also under a name that was taken."""
    dispatches: float = 0
    """Calls by Cloud Tasks."""
    secret_reads: float = 0
    vendor_calls: float = 0
    """HTTP requests to vendors."""
    vendor_waits: float = 0
    """How often they were waited for: those that were under way at the same time, once."""
    vendor_bytes: float = 0
    """Sent with them: lines, headers and bodies."""
    vendor_sessions: float = 0
    """Calls of vendors that speak something else than HTTP."""
    model_calls: float = 0
    prompt_bytes: float = 0
    prompt_tokens: float = 0
    log_lines: float = 0
    log_bytes: float = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in _NAMES))

    def __truediv__(self, parts: float) -> Tally:
        """One of so many equal parts."""
        return Tally(*(getattr(self, name) / parts for name in _NAMES))


_NAMES = tuple(one.name for one in fields(Tally))


@dataclass(slots=True)
class Served:
    """One request that a function has answered."""

    function: str
    tally: Tally = field(default_factory=lambda: Tally(requests=1))


_current: ContextVar[Tally | None] = ContextVar("current", default=None)


class Meter:
    """Keeps what was served since the last reset. What happens outside of a request is not counted."""

    def __init__(self) -> None:
        self.served: list[Served] = []

    @contextmanager
    def serving(self, function: str, **first: float) -> Iterator[Tally]:
        """Count what is done inside for this function."""
        one = Served(function, Tally(requests=1) + Tally(**first))
        self.served.append(one)
        token = _current.set(one.tally)
        try:
            yield one.tally
        finally:
            _current.reset(token)

    def reset(self) -> None:
        """Count from here."""
        self.served = []

    def total(self) -> Tally:
        """All together."""
        return sum((one.tally for one in self.served), Tally())


def count(**amounts: float) -> None:
    """Add to the request under way."""
    tally = _current.get()
    if tally is not None:
        for name, amount in amounts.items():
            setattr(tally, name, getattr(tally, name) + amount)


class CountingStore:
    """A `DocumentStore` by Firestore's price rules: an empty query is one read."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def get(self, path: str) -> Document | None:
        count(reads=1, lookups=1)
        return await self._store.get(path)

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        count(reads=len(set(paths)), lookups=bool(paths))
        return await self._store.get_many(paths)

    async def query(self, query: Query) -> list[Document]:
        found = await self._store.query(query)
        count(reads=max(len(found), 1), lookups=1)
        return found

    async def count(self, query: Query) -> int:
        total = await self._store.count(query)
        count(reads=max(ceil(total / PER_AGGREGATION), 1), lookups=1)
        return total

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        _count_writes(writes)
        return await self._store.commit(writes)

    async def transaction(self, body: Callable[[Reader], Awaitable[tuple[T, Sequence[Write]]]]) -> T:
        async def counted(reader: Reader) -> tuple[T, Sequence[Write]]:
            count(lookups=1)  # it begins
            result, writes = await body(_CountingReader(reader))
            _count_writes(writes)
            return result, writes

        return await self._store.transaction(counted)

    async def close(self) -> None:
        await self._store.close()


@dataclass(frozen=True, slots=True)
class _CountingReader:
    reader: Reader

    async def get(self, path: str) -> Document | None:
        count(reads=1, lookups=1)
        return await self.reader.get(path)


def _count_writes(writes: Sequence[Write]) -> None:
    deletes = sum(isinstance(write, Delete) for write in writes)
    due = sum("due_at" in {path[0] if isinstance(path, tuple) else path for path in _fields(write)} for write in writes)
    count(writes=len(writes) - deletes, deletes=deletes, commits=bool(writes), due_writes=due)


def _fields(write: Write) -> Iterable[Any]:
    return getattr(write, "data", None) or getattr(write, "fields", None) or ()


@dataclass(frozen=True, slots=True)
class CountingBus:
    """An `EventBus`."""

    bus: EventBus

    async def publish(self, topic: Any, event: Any) -> None:
        count(publishes=1)
        await self.bus.publish(topic, event)


@dataclass(frozen=True, slots=True)
class CountingTasks:
    """A `TaskQueue`."""

    tasks: TaskQueue

    async def enqueue(self, task: Task, *, run_at: datetime, name: str) -> None:
        count(creations=1)
        await self.tasks.enqueue(task, run_at=run_at, name=name)


@dataclass(frozen=True, slots=True)
class CountingSecrets:
    """A `SecretStore`."""

    secrets: SecretStore

    async def get(self, name: str) -> str | None:
        count(secret_reads=1)
        return await self.secrets.get(name)

    async def put(self, name: str, value: str) -> None:
        await self.secrets.put(name, value)


@dataclass(frozen=True, slots=True)
class CountingModels:
    """A `ModelPicker` whose models are those of the desk; what a server would be sent is rendered and measured."""

    pick: ModelPicker

    def __call__(self, settings: LlmSettings) -> LanguageModel:
        return _CountingModel(self.pick(settings))


@dataclass(frozen=True, slots=True)
class _CountingModel:
    model: LanguageModel

    async def complete(self, prompt: Prompt) -> Completion:
        text = "".join(part["content"] for part in render(prompt))
        count(model_calls=1, prompt_bytes=len(text.encode()), prompt_tokens=tokens(text))
        return await self.model.complete(prompt)


def tokens(text: str) -> int:
    """About how many a model counts: 4 characters of English, 2.5 of Russian. Tokenizers differ by a fifth."""
    plain = sum(char.isascii() for char in text)
    return ceil(plain / 4 + (len(text) - plain) / 2.5)


class CountingOpener:
    """A `ChannelOpener`; calls over HTTP are counted where they arrive."""

    def __init__(self, opener: Any, silent: Mapping[Any, Mapping[str, float]]) -> None:
        """`silent`: the kinds whose vendor is not called over HTTP, and what a call of theirs does besides."""
        self._opener = opener
        self._silent = silent
        self.capabilities = opener.capabilities

    async def open(self, inbox: Any) -> Any:
        channel = await self._opener.open(inbox)
        extra = self._silent.get(inbox.channel)
        return channel if extra is None else _CountingChannel(channel, extra)


class _CountingChannel:
    """A channel whose vendor speaks no HTTP."""

    _CALLS = frozenset({"pull", "send", "find_sent", "history", "mark_read", "fetch", "describe", "renew"})

    def __init__(self, channel: Any, extra: Mapping[str, float]) -> None:
        self._channel = channel
        self._extra = extra

    def __getattr__(self, name: str) -> Any:
        if name in self._CALLS:
            count(vendor_sessions=1, **self._extra)
        return getattr(self._channel, name)


class CountingWaits(httpx.AsyncBaseTransport):
    """In front of the network: what one request asks at the same time ends at the same time, and is one wait."""

    def __init__(self, transport: httpx.AsyncBaseTransport, path: str) -> None:
        """`path`: below it are the vendors."""
        self._transport = transport
        self._path = path
        self._open: dict[int, _Wait] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        tally = _current.get()
        if tally is None or not request.url.path.startswith(self._path):
            return await self._transport.handle_async_request(request)
        wait = self._open.get(id(tally))
        if wait is None:
            wait = self._open[id(tally)] = _Wait()
            tally.vendor_waits += 1
        wait.under_way += 1
        try:
            return await self._transport.handle_async_request(request)
        finally:
            wait.under_way -= 1
            if not wait.under_way:
                del self._open[id(tally)]
                wait.over.set()
            await wait.over.wait()

    async def aclose(self) -> None:
        await self._transport.aclose()


@dataclass(slots=True)
class _Wait:
    under_way: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class CountingLog(logging.Handler):
    """Counts the lines that a request writes, as Cloud Logging gets them."""

    def emit(self, record: logging.LogRecord) -> None:
        count(log_lines=1, log_bytes=len(self.format(record).encode()) + 1)
