"""The repair path: what the webhooks did not bring, read from the chats that changed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.channels.avito.api import LAST_OFFSET, LIMIT, AvitoApi
from infra.channels.avito.content import read_content
from infra.channels.avito.shapes import Chat, Message, each
from infra.channels.avito.wire import read_history, unix
from shared.domain.arrivals import Arrival, Page
from shared.domain.model import EPOCH
from shared.errors import ChannelUnavailable

OVERLAP = timedelta(seconds=60)
"""Looked at again each time: Avito's clock has whole seconds and its lists may lag."""
SETTLED = timedelta(minutes=5)
"""By then a message stands in Avito's lists, however the clocks differ: a quiet chat is not read for ever."""
FRESH = timedelta(hours=24)
CHATS_A_PAGE = 30
_CURSOR = re.compile(r"([0-9]{1,11})(?::([0-9]{1,11}):(.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Messages up to `since` are known; inside a long pull, so are the chats up to `handled` (time, id)."""

    since: int
    handled: tuple[int, str] | None = None

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """The cursor in its written form; None for none, or for what is not ours."""
        match = _CURSOR.fullmatch(text or "")
        if match is None:
            return None
        since, newest, chat = match.groups()
        return cls(int(since), (int(newest), chat) if chat else None)

    def __str__(self) -> str:
        return f"{self.since}:{self.handled[0]}:{self.handled[1]}" if self.handled else str(self.since)


class Pull:
    """One pull of one account."""

    def __init__(self, api: AvitoApi, user: str, now: datetime) -> None:
        self._api = api
        self._user = user
        self._now = now
        self._found: list[tuple[datetime, Arrival]] = []
        self._problems: list[str] = []
        self._newest = 0

    async def page(self, text: str | None) -> Page:
        """The arrivals behind a cursor, oldest first. None: of unread chats in the last day.

        A few chats a page, the quietest first, so that neither a time limit nor a limit on requests loses work.
        """
        cursor = Cursor.read(text)
        start = cursor or Cursor(unix(self._now - FRESH))
        since = EPOCH + timedelta(seconds=start.since) - (OVERLAP if cursor else timedelta())
        chats = await self._changed(since, unread_only=cursor is None)
        waiting = sorted((chat for chat in chats if _place(chat) > (start.handled or (0, ""))), key=_place)
        done = await self._read_chats(waiting[:CHATS_A_PAGE], since)
        more = done < len(waiting)
        # While nothing happens the cursor stays as it is, so that an empty pull has nothing to store.
        is_quiet = cursor is not None and not waiting
        latest = start.since if is_quiet else max(self._newest, start.since, unix(self._now - SETTLED))
        return Page(
            arrivals=tuple(arrival for _, arrival in sorted(self._found, key=lambda found: found[0])),
            cursor=str(Cursor(start.since, _place(waiting[done - 1])) if more else Cursor(latest)),
            more=more,
            problems=tuple(dict.fromkeys(self._problems)),
        )

    async def history_page(self, since: datetime, text: str | None) -> Page:
        """Messages since a moment of the chats behind a cursor, the quietest first: a chat in which somebody writes
        meanwhile moves to the end and is read again."""
        start = Cursor.read(text) or Cursor(unix(since))
        chats = await self._changed(since, unread_only=False)
        waiting = sorted((chat for chat in chats if _place(chat) > (start.handled or (0, ""))), key=_place)
        done = await self._read_chats(waiting[:CHATS_A_PAGE], since)
        more = done < len(waiting)
        return Page(
            arrivals=tuple(arrival for _, arrival in sorted(self._found, key=lambda found: found[0])),
            cursor=str(Cursor(start.since, _place(waiting[done - 1]))) if more else None,
            more=more,
            problems=tuple(dict.fromkeys(self._problems)),
        )

    async def _changed(self, since: datetime, *, unread_only: bool) -> list[Chat]:
        """Chats with something newer. A chat that a colleague opened is no longer unread: hence both lists."""
        found = {chat.id: chat async for chat in self._chats(unread_only=True, until=EPOCH) if chat.newest >= since}
        if not unread_only:
            async for chat in self._chats(unread_only=False, until=since):
                if chat.newest >= since:
                    found[chat.id] = chat
        return list(found.values())

    async def _chats(self, *, unread_only: bool, until: datetime) -> AsyncIterator[Chat]:
        for offset in range(0, LAST_OFFSET + 1, LIMIT):
            entries = await self._api.chats(self._user, unread_only=unread_only, offset=offset)
            chats, problems = each(Chat, entries)
            self._problems += problems
            for chat in chats:
                yield chat
            if len(entries) < LIMIT or (chats and max(chat.newest for chat in chats) < until):
                return

    async def _read_chats(self, chats: list[Chat], since: datetime) -> int:
        """How many were read before Avito had enough; what was read is kept. Raises where it is none."""
        for done, chat in enumerate(chats):
            if done and self._api.calls_left == 0:
                return done
            try:
                await self._read_chat(chat, since)
            except ChannelUnavailable:
                if not done:
                    raise
                return done
        return len(chats)

    async def _read_chat(self, chat: Chat, since: datetime) -> None:
        messages, problems = await history(self._api, self._user, chat.id, since)
        self._problems += problems
        for message in messages:
            self._found.append((message.created, read_history(message, chat, self._user)))
            self._newest = max(self._newest, unix(message.created))
            if message.type != "deleted" and not read_content(message.type, message.content).is_readable:
                self._problems.append(message.id)


def _place(chat: Chat) -> tuple[int, str]:
    """Where a chat stands in the order of a pull."""
    return unix(chat.newest), chat.id


async def history(api: AvitoApi, user: str, chat_id: str, since: datetime) -> tuple[list[Message], list[str]]:
    """Messages of a chat from `since` on, oldest first, and the ids of those that cannot be read."""
    found: list[Message] = []
    unreadable: list[str] = []
    for offset in range(0, LAST_OFFSET + 1, LIMIT):
        entries = await api.messages(user, chat_id, offset=offset)
        messages, problems = each(Message, entries)
        unreadable += problems
        found += [message for message in messages if message.created >= since]
        if len(entries) < LIMIT or (messages and min(message.created for message in messages) < since):
            break
    found.reverse()  # Avito lists the newest first, and its clock has whole seconds
    return sorted(found, key=lambda message: message.created), unreadable
