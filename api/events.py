"""Changed conversations as server-sent events: one look a workspace and process, shared by all open dashboards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, WorkspaceId
from shared.errors import DeskError
from shared.ports.clock import Clock
from shared.store.conversations import Conversations
from shared.store.platform import Platform

OVERLAP: Final = timedelta(seconds=5)
"""Clocks of several machines differ, and a commit takes a moment: what was written this long ago is looked at again."""
PAGE: Final = 200
_MOST_WAITING: Final = 500
_MOST_REMEMBERED: Final = 5000
log = logging.getLogger("parley.api")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between looks and between signs of life; `longest`: a stream ends after this, to be opened again."""

    look_every: float
    heartbeat: float = 15.0
    longest: float | None = None


@dataclass(slots=True, eq=False)
class Stream:
    """What waits for one open dashboard. Cut off when its reader falls too far behind."""

    waiting: asyncio.Queue[Conversation] = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))
    is_cut: bool = False

    def offer(self, conversation: Conversation) -> None:
        """Queue a change."""
        try:
            self.waiting.put_nowait(conversation)
        except asyncio.QueueFull:
            self.is_cut = True


class _Feed:
    """The changes of one workspace, for as long as somebody looks."""

    def __init__(self, conversations: Conversations, clock: Clock, look_every: float) -> None:
        self.streams: set[Stream] = set()
        self._conversations = conversations
        self._clock = clock
        self._look_every = look_every
        self._shown: dict[ConversationId, datetime] = {}
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Look no more."""
        self._task.cancel()

    async def _run(self) -> None:
        since = self._clock.now()
        while True:
            began = self._clock.now()
            try:
                await self._look(since - OVERLAP)
                since = began
            except DeskError as error:
                log.warning("events delayed", extra={"code": error.code})
            await asyncio.sleep(self._look_every)

    async def _look(self, since: datetime) -> None:
        while True:
            changed = await self._conversations.changed_since(since, limit=PAGE)
            self._show(changed)
            if len(changed) < PAGE or changed[-1].updated_at <= since:
                break
            since = changed[-1].updated_at
        if len(self._shown) > _MOST_REMEMBERED:
            self._shown = {id: at for id, at in self._shown.items() if at >= since}

    def _show(self, changed: Sequence[Conversation]) -> None:
        for conversation in changed:
            if self._shown.get(conversation.id) == conversation.updated_at:
                continue
            self._shown[conversation.id] = conversation.updated_at
            for stream in self.streams:
                stream.offer(conversation)


class EventHub:
    """The feeds of this process."""

    def __init__(self, platform: Platform, clock: Clock, pace: Pace) -> None:
        self.pace = pace
        self._platform = platform
        self._clock = clock
        self._feeds: dict[WorkspaceId, _Feed] = {}

    @contextmanager
    def listening(self, workspace: WorkspaceId) -> Iterator[Stream]:
        """A stream of changes from now on. The first one starts the looking, the last one ends it."""
        feed = self._feeds.get(workspace)
        if feed is None:
            conversations = Conversations(self._platform.workspace(workspace))
            feed = self._feeds[workspace] = _Feed(conversations, self._clock, self.pace.look_every)
        stream = Stream()
        feed.streams.add(stream)
        try:
            yield stream
        finally:
            feed.streams.discard(stream)
            if not feed.streams and self._feeds.get(workspace) is feed:
                del self._feeds[workspace]
                feed.stop()

    @property
    def watched(self) -> int:
        """How many workspaces are looked at."""
        return len(self._feeds)


async def next_change(
    stream: Stream, patience: float, is_welcome: Callable[[], Awaitable[bool]]
) -> Conversation | None:
    """The next change; None after `patience` seconds without one. Raises `StreamEnded`."""
    if stream.is_cut and stream.waiting.empty():
        raise StreamEnded
    try:
        async with asyncio.timeout(patience):
            change = await stream.waiting.get()
    except TimeoutError:
        change = None
    if not await is_welcome():
        raise StreamEnded
    return change


class StreamEnded(Exception):
    """The reader fell behind, or may no longer read."""
