"""The repair path: what the pushes did not bring, and what colleagues wrote in Ozon's cabinet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.reading import Found, all_chats, history
from infra.channels.ozon.shapes import Listed, each
from shared.domain.arrivals import Echo, Page, Received
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected

SETTLED = timedelta(minutes=3)
"""By then a message stands in Ozon's lists; younger ones are looked at once more."""
FRESH = timedelta(hours=24)
CHATS_A_PAGE = 30
_CURSOR = re.compile(r"([0-9]{1,40})(?::([0-9]{1,40}))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Messages up to number `mark` are known; inside a long pull, so are the chats whose last one is `handled`."""

    mark: int
    handled: int = 0

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """The cursor in its written form; None for none, or for what is not ours."""
        match = _CURSOR.fullmatch(text or "")
        return cls(int(match[1]), int(match[2] or 0)) if match else None

    def __str__(self) -> str:
        return f"{self.mark}:{self.handled}" if self.handled else str(self.mark)


async def newest_number(api: OzonApi) -> int:
    """The number of the newest message of all chats."""
    return max([listed.newest async for listed in all_chats(api, [])], default=0)


class Pull:
    """One pull of one account. Ozon's list tells no times, but numbers that grow: those say which chats changed."""

    def __init__(self, api: OzonApi, now: datetime) -> None:
        self._api = api
        self._now = now
        self._arrivals: list[Received | Echo] = []
        self._problems: list[str] = []
        self._settled = 0

    async def page(self, text: str | None) -> Page:
        """The arrivals behind a cursor, oldest first. None: those of unread chats in the last day.

        A few chats a page, the quietest first: whatever stops us, what was read is kept and the rest comes next.
        """
        cursor = Cursor.read(text)
        if cursor is None:
            return await self._fresh()
        chats = [chat async for chat in all_chats(self._api, self._problems) if chat.newest > cursor.mark]
        waiting = sorted((chat for chat in chats if chat.newest > cursor.handled), key=lambda chat: chat.newest)
        done = await self._read(waiting[:CHATS_A_PAGE], cursor.mark)
        if done < len(waiting):
            return self._page(Cursor(cursor.mark, waiting[done - 1].newest), more=True)
        return self._page(Cursor(max(cursor.mark, self._settled)), more=False)

    async def _fresh(self) -> Page:
        newest = await newest_number(self._api)
        since = self._now - FRESH
        unread = [chat async for chat in all_chats(self._api, self._problems, unread_only=True)]
        for chat in unread:
            self._keep(chat, await history(self._api, chat.chat.chat_id, lambda message: message.created_at < since))
        return self._page(Cursor(newest), more=False)

    async def _read(self, chats: list[Listed], mark: int) -> int:
        """How many were read before Ozon had enough; what was read is kept. Raises where it is none."""
        for done, chat in enumerate(chats):
            try:
                found = await history(self._api, chat.chat.chat_id, lambda message: 0 < message.number <= mark)
            except CredentialsRejected:
                raise
            except ChannelRejected:
                self._problems.append(chat.chat.chat_id)  # it must not hold back the ones behind it
            except ChannelUnavailable:
                if not done:
                    raise
                return done
            else:
                self._keep(chat, found)
        return len(chats)

    def _keep(self, chat: Listed, found: Found) -> None:
        self._arrivals += found.arrivals(chat.chat)
        self._problems += found.problems
        settled = (message.number for message in found.messages if message.created_at <= self._now - SETTLED)
        self._settled = max([self._settled, *settled])

    def _page(self, cursor: Cursor, *, more: bool) -> Page:
        return page_of(self._arrivals, str(cursor), more=more, problems=self._problems)


async def everything(api: OzonApi, since: datetime, cursor: str | None) -> Page:
    """A page of all that Ozon holds since a moment, some chats at a time in Ozon's own order."""
    listing = await api.chats(cursor or "", limit=CHATS_A_PAGE)
    chats, problems = each(Listed, listing.chats)
    arrivals: list[Received | Echo] = []
    for chat in chats:
        found = await history(api, chat.chat.chat_id, lambda message: message.created_at < since)
        arrivals += found.arrivals(chat.chat)
        problems += found.problems
    more = listing.has_next and listing.cursor not in ("", cursor)
    return page_of(arrivals, listing.cursor if more else None, more=more, problems=problems)


def page_of(arrivals: Sequence[Received | Echo], cursor: str | None, *, more: bool, problems: Sequence[str]) -> Page:
    """Oldest first, whatever chat they come from."""
    ordered = sorted(arrivals, key=lambda arrival: arrival.at)
    return Page(arrivals=tuple(ordered), cursor=cursor, more=more, problems=tuple(dict.fromkeys(problems)))
