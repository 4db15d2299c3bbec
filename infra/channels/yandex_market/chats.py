"""Chats as a source of arrivals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from infra.channels.together import together
from infra.channels.yandex_market.api import Listing, MarketApi, every
from infra.channels.yandex_market.cursor import Mark
from infra.channels.yandex_market.shapes import Chat, Message, each, millis
from infra.channels.yandex_market.sources import MILLISECOND, Heard, Listed, Look
from infra.channels.yandex_market.wire import message_source, read_messages
from shared.domain.channels import ThreadKind
from shared.domain.model import EPOCH

WAITING = ("NEW", "WAITING_FOR_PARTNER")
"""States of chats that wait for the shop: the work list."""
OVERLAP = timedelta(hours=1)
"""Longer than the pause between two deep looks: what the quick ones between did not see is still in sight."""
SETTLED = timedelta(minutes=5)
"""By then a message stands in the history of the chat whose list announced it."""
SAME_MOMENT = timedelta(seconds=5)
"""After so long no message can get the moment that the list shows: some of Market's times have whole seconds."""


@dataclass(frozen=True, slots=True)
class Chats:
    """Chats with buyers. The order of their list is not stated: a quick look takes the work list and what stands in
    front of the whole list, a deep one the whole list."""

    api: MarketApi
    business: str
    kind: ClassVar[ThreadKind] = "chat"
    every: ClassVar[timedelta] = timedelta()
    deep_every: ClassVar[timedelta] = timedelta(minutes=30)
    kept: ClassVar[timedelta] = OVERLAP

    async def listed(self, look: Look) -> Sequence[Listed[Chat]]:
        """Chats in which something was written lately."""
        start = look.start(OVERLAP)
        # What both lists show is taken from the whole one.
        lists = [self._all(())] if look.is_deep else [self._all(WAITING), self._all((), until=start)]
        found = {chat.id: chat for chats in await together(lists) for chat in chats}
        return [Listed(id, millis(chat.updated_at), chat) for id, chat in found.items() if chat.updated_at >= start]

    async def _all(self, statuses: Sequence[str], until: datetime | None = None) -> list[Chat]:
        """Page after page, to the first one on which nothing was written since a moment."""
        found = list[Chat]()
        async for chats in self._pages(statuses):
            found += chats
            if until is not None and all(chat.updated_at < until for chat in chats):
                break
        return found

    async def _pages(self, statuses: Sequence[str]) -> AsyncIterator[list[Chat]]:
        async def page(token: str) -> Listing:
            return await self.api.chats(self.business, statuses, token)

        async for entries in every(page):
            yield each(Chat, entries)[0]

    def has_news(self, listed: Listed[Chat], mark: Mark | None, *, is_deep: bool, is_sure: bool) -> bool:
        """Something was written since it was read, or may have been."""
        return mark is None or mark.at != listed.at or not is_sure

    async def read(self, listed: Listed[Chat], mark: Mark | None, look: Look) -> Heard:
        """Messages behind the last known one; of a chat that is not known, those in sight."""
        last = mark.state if mark else ""
        messages, problems = await history(self.api, self.business, listed.id, last)
        if last:
            fresh = [message for message in messages if int(message.id) > int(last)]
        else:
            fresh = [message for message in messages if message.created_at >= look.start(OVERLAP)]
        newest = max((message.id for message in messages), key=int, default=last)
        is_sure = _is_whole(messages, listed, look.now)
        named = [message_source(listed.id, problem) for problem in problems]
        return Heard(Mark(listed.at, newest), read_messages(fresh, listed.talk), named, is_sure)


async def history(api: MarketApi, business: str, chat: str, since: str = "") -> tuple[list[Message], list[str]]:
    """All messages of a chat from an id on, in no order, and the ids of those that cannot be read."""

    async def page(token: str) -> Listing:
        return await api.messages(business, chat, since, token)

    found, unreadable = list[Message](), list[str]()
    async for entries in every(page):
        messages, problems = each(Message, entries)
        found += messages
        unreadable += problems
    return found, unreadable


def _is_whole(messages: Sequence[Message], listed: Listed[Chat], now: datetime) -> bool:
    """The history holds all that the list announced, or has had the time to."""
    age = now - (EPOCH + listed.at * MILLISECOND)
    newest = max((millis(message.created_at) for message in messages), default=0)
    return age >= SETTLED or (age >= SAME_MOMENT and newest // 1000 >= listed.at // 1000)
