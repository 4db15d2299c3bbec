"""Reading questions and reviews: what is new, and what somebody answered in the cabinet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.channels.together import together
from infra.channels.wildberries.cursor import ListPosition
from infra.channels.wildberries.feedbacks_api import MOST_SKIPPED, TAKE, FeedbacksApi
from infra.channels.wildberries.shapes import Publication, each, unix
from infra.channels.wildberries.threads import Thread
from infra.channels.wildberries.wire import read_answer, read_publication
from shared.domain.arrivals import Arrival, Echo, Received
from shared.domain.channels import ThreadKind

LATE = 3600
"""Seconds behind the position that are read again: Wildberries looks at what customers write before it shows it."""
OPEN_FOR = timedelta(days=30)
"""Then Wildberries archives a review that nobody answered."""
MOST_OPEN = 500
MOST_LOOKED_UP = 2
"""Entries looked at one by one in a pull: the lists take four calls of the six that Wildberries takes at once."""


@dataclass(frozen=True, slots=True)
class News:
    """What came, with the position behind it."""

    arrivals: tuple[Arrival, ...]
    position: ListPosition
    problems: tuple[str, ...] = ()


class PublicationReader:
    """One kind of publication."""

    def __init__(self, api: FeedbacksApi, kind: ThreadKind, now: datetime, *, is_base: bool) -> None:
        self._api = api
        self._kind = kind
        self._now = now
        self._is_base = is_base

    async def news(self, position: ListPosition) -> News:
        """New entries, and answers to known ones; the position stays as it is when there is neither."""
        known, recent = {**position.open, **position.done}, position.since - LATE
        lists = [self._all(is_answered=False, since=min([recent, *position.open.values()]))]
        if not self._is_base:  # its few calls go into what nobody has answered
            lists.append(self._all(is_answered=True, since=recent))
        (waiting, strange), *more = await together(lists)
        answered = [item for items, _ in more for item in items]
        strange = [*strange, *(entry for _, unreadable in more for entry in unreadable)]
        waiting = [item for item in waiting if item.id in known or item.created >= recent]
        left = {item.id for item in (*waiting, *answered)}
        gone = [id for id in position.open if id not in left][:MOST_LOOKED_UP]
        answered += await self._looked_up(gone)
        told = [read_publication(self._kind, item) for item in (*waiting, *answered) if item.id not in known]
        echoes = [read_answer(self._kind, item, self._now) for item in answered if item.id not in position.done]
        arrivals: list[Received | Echo] = [*told, *(echo for echo in echoes if echo)]
        arrivals.sort(key=lambda arrival: arrival.at)
        return News(
            tuple(arrivals),
            self._moved(position, waiting, answered, gone),
            tuple(id for entry in strange if (id := _id(entry)) not in known),
        )

    def _moved(
        self, position: ListPosition, waiting: list[Publication], answered: list[Publication], gone: list[str]
    ) -> ListPosition:
        since = max([position.since, *(item.created for item in (*waiting, *answered))])
        closed = {item.id: item.created for item in answered}
        opened = {**position.open, **{item.id: item.created for item in waiting}}
        still = {id: at for id, at in opened.items() if id not in closed and id not in gone}
        done = {id: at for id, at in {**position.done, **closed}.items() if at >= since - LATE}
        oldest = unix(self._now - OPEN_FOR)
        newest = sorted(still, key=lambda id: (still[id], id))[-MOST_OPEN:]
        is_quiet = since == position.since and set(still) == set(position.open) and set(done) == set(position.done)
        return (
            position
            if is_quiet
            else ListPosition(since=since, open={id: still[id] for id in newest if still[id] >= oldest}, done=done)
        )

    async def _looked_up(self, gone: list[str]) -> list[Publication]:
        """Entries that left the list of unanswered ones: answered, rejected, archived or deleted."""
        found = [await self._api.item(Thread(self._kind, id)) for id in gone]
        return [item for item in found if item is not None]

    async def _all(self, *, is_answered: bool, since: int) -> tuple[list[Publication], list[Any]]:
        items: list[Publication] = []
        strange: list[Any] = []
        async for entries in self.pages(is_answered=is_answered, since=since):
            good, bad = each(Publication, entries)
            items, strange = items + good, strange + bad
        return items, strange

    async def pages(self, *, is_answered: bool, since: int) -> AsyncIterator[list[Any]]:
        """A whole list, page by page."""
        for skip in range(0, MOST_SKIPPED[self._kind] + 1, TAKE):
            entries = await self._api.listed(self._kind, is_answered=is_answered, since=since, skip=skip)
            yield entries
            if len(entries) < TAKE:
                return


def _id(entry: Any) -> str:
    id = entry.get("id") if isinstance(entry, dict) else None
    return id if isinstance(id, str) else "?"
