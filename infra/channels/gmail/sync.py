"""What is new in a mailbox: by its history, and by a full sync where the history does not reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from infra.channels.gmail.client import GmailClient
from infra.channels.gmail.failures import GONE
from infra.channels.gmail.wire import SKIPPED_LABELS, Cursor, added_messages, arrival_of, placeholder_for
from shared.domain.arrivals import Echo, Page, Received
from shared.errors import ChannelRejected, CredentialsRejected, InvalidInput
from shared.ports.clock import Clock

_LETTERS = 100
"""Letters a page: 2,000 of the 6,000 units that a mailbox has a minute."""
_LISTED = 500


@dataclass(frozen=True, slots=True)
class _Read:
    """One letter in our words; `is_broken`: a placeholder stands in for it."""

    arrival: Received | Echo
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class MailboxSync:
    """Reads one mailbox forward from a cursor."""

    client: GmailClient
    clock: Clock
    account: str

    async def fresh(self) -> tuple[str, Cursor]:
        """Whose mailbox it is, and a cursor from now on."""
        profile = await self.client.call(lambda users: users.getProfile(userId="me"))
        return str(profile["emailAddress"]).lower(), Cursor(int(profile["historyId"]), self._seconds())

    async def forward(self, cursor: Cursor) -> Page:
        """The next page. Raises the `ChannelError` family; then the same cursor is to be tried again."""
        if cursor.sync_from is None:
            if (page := await self._by_history(cursor)) is not None:
                return page
            # The new id comes first: what arrives during the sync is in the history behind it.
            _, fresh = await self.fresh()
            cursor = cursor.resynced(fresh.history_id, self.clock.now())
        return await self._by_listing(cursor, cursor.sync_from or 0)

    async def _by_history(self, cursor: Cursor) -> Page | None:
        """One page by history. None: the cursor is older than Gmail remembers, or ahead of the mailbox."""
        ids: dict[str, None] = {}
        latest = cursor.history_id
        try:
            async for answer in self._history(cursor.history_id):
                latest = int(answer["historyId"])
                for reached, added in added_messages(answer):
                    ids.update(dict.fromkeys(added))
                    if len(ids) >= _LETTERS:
                        return _page(await self._letters(ids), Cursor(reached, cursor.at), more=True)
        except CredentialsRejected:
            raise
        except ChannelRejected:
            return None
        if latest < cursor.history_id:
            return None
        # While nothing happens the cursor stays as it is, so that an empty pull has nothing to store.
        moved = cursor if latest == cursor.history_id else Cursor(latest, self._seconds())
        return _page(await self._letters(ids), moved)

    async def listing(self, since: int) -> Page:
        """A page of what Gmail holds from a second on, oldest first. Its cursor is the second to go on from."""
        reads, onward = await self._oldest_letters(since)
        return _page(reads, "" if onward is None else str(onward), more=onward is not None)

    async def _by_listing(self, cursor: Cursor, since: int) -> Page:
        """One page of a full sync: each leaves a cursor to go on from."""
        reads, onward = await self._oldest_letters(since)
        return _page(reads, Cursor(cursor.history_id, cursor.at, onward), more=onward is not None)

    async def _oldest_letters(self, since: int) -> tuple[list[_Read], int | None]:
        """Some letters from a second on, and the second where the rest begins; None: that is all.

        Not of the inbox alone: what the owner has archived is a customer's letter all the same.
        """
        ids = await self._oldest_first(f"after:{since - 1}")
        for start in range(0, len(ids), _LETTERS):
            found = await self._letters(ids[start : start + _LETTERS])
            reads = sorted(found, key=lambda read: read.arrival.at)
            if start + _LETTERS >= len(ids):
                return reads, None
            if reads:  # else all of them are drafts and the like
                # One second on at least: a page of letters from one second would be read for ever.
                return reads, max(int(reads[-1].arrival.at.timestamp()), since + 1)
        return [], None

    async def _history(self, start: int) -> AsyncIterator[dict[str, Any]]:
        query: dict[str, Any] = {"startHistoryId": str(start), "historyTypes": "messageAdded", "maxResults": _LISTED}
        while True:
            answer = await self.client.call(lambda users: users.history().list(userId="me", **query))
            yield answer
            if "nextPageToken" not in answer:
                return
            query["pageToken"] = answer["nextPageToken"]

    async def _oldest_first(self, search: str) -> list[str]:
        query: dict[str, Any] = {"q": search, "maxResults": _LISTED}
        ids: list[str] = []
        while True:
            answer = await self.client.call(lambda users: users.messages().list(userId="me", **query))
            ids += [str(message["id"]) for message in answer.get("messages", ())]
            if "nextPageToken" not in answer:
                return ids[::-1]
            query["pageToken"] = answer["nextPageToken"]

    async def _letters(self, ids: Iterable[str]) -> list[_Read]:
        reads = await asyncio.gather(*(self._letter(id) for id in ids))
        return [read for read in reads if read is not None]

    async def _letter(self, id: str) -> _Read | None:
        try:
            message = await self.client.call(lambda users: users.messages().get(userId="me", id=id, format="raw"))
        except ChannelRejected as error:
            if error.code == GONE:  # deleted meanwhile
                return None
            raise
        if SKIPPED_LABELS & set(message.get("labelIds", ())):
            return None
        try:
            return _Read(arrival_of(message, self.account))
        except InvalidInput:
            return _Read(placeholder_for(message), is_broken=True)

    def _seconds(self) -> int:
        return int(self.clock.now().timestamp())


def _page(reads: list[_Read], cursor: Cursor | str, *, more: bool = False) -> Page:
    return Page(
        arrivals=tuple(read.arrival for read in reads),
        cursor=str(cursor),
        more=more,
        problems=tuple(read.arrival.source_id for read in reads if read.is_broken),
    )
