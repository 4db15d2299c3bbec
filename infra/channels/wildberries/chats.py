"""Reading buyers' chats: the events behind a position, none skipped and none told twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.channels.wildberries.chat_api import ChatApi
from infra.channels.wildberries.cursor import EventsPosition
from infra.channels.wildberries.own import OwnMessages
from infra.channels.wildberries.shapes import Event, EventsPage, each, millis
from infra.channels.wildberries.signs import Signs
from infra.channels.wildberries.threads import Thread
from infra.channels.wildberries.wire import SELLER, UNKNOWN, read_event
from shared.domain.arrivals import Arrival, Received
from shared.domain.contacts import ContactRef
from shared.errors import ChannelUnavailable
from shared.ports.clock import Clock

OVERLAP = 60_000
"""Milliseconds behind the position that are read again: events may appear late."""
SETTLED = timedelta(minutes=5)
"""Nothing appears later than this: then only the last millisecond is read again, because events of one moment may lie
on both sides of a page's end."""
SHORT = 20
"""A page with fewer events is no full one: the vendor's have been seen with some fifty."""
MANY = 50
"""News that are handed on before more are asked for."""
MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A page of news with the position behind it."""

    arrivals: tuple[Arrival, ...]
    position: EventsPosition
    problems: tuple[str, ...] = ()
    more: bool = False


class ChatReader:
    """Events to arrivals."""

    def __init__(self, api: ChatApi, own: OwnMessages, signs: Signs, clock: Clock) -> None:
        self._api = api
        self._own = own
        self._signs = signs
        self._clock = clock

    async def news(self, position: EventsPosition) -> Found:
        """What is behind the position until there is no more, or enough; it stays where it is when there is nothing.

        Raises `ChannelUnavailable` where nothing could be read; what was read before that is handed on.
        """
        is_settled = millis(self._clock.now() - SETTLED) > position.next
        since = position.next - (1 if is_settled else OVERLAP)
        new: list[Any] = []
        for _ in range(MOST_PAGES):
            try:
                page = await self._api.events(since)
            except ChannelUnavailable:
                if not new:
                    raise
                break
            fresh = [entry for entry in page.events if event_id(entry) and event_id(entry) not in position.edge]
            position = moved(position, page) if fresh else position
            new += fresh
            if len(new) >= MANY or is_last(page, since) or not self._api.takes_more_events:
                break
            since = following(page, since)
        arrivals, problems = await self.arrivals(new)
        return Found(arrivals, position, problems, more=len(new) >= MANY and self._api.takes_more_events)

    async def arrivals(self, entries: list[Any]) -> tuple[tuple[Arrival, ...], tuple[str, ...]]:
        """What events tell, and the ids of those that cannot be read: placeholders stand for them."""
        events, broken = each(Event, entries)
        found: list[Arrival] = []
        for event in events:
            await self._signs.keep(event.chat, event.sign)
            arrival = read_event(event, await self._own.message_of(event))
            if arrival is not None:
                found.append(arrival)
        now = self._clock.now()
        found += [stand_in for entry in broken if (stand_in := _unreadable(entry, now)) is not None]
        return tuple(found), tuple(event_id(entry) or "?" for entry in broken)


def is_last(page: EventsPage, since: int) -> bool:
    """Nothing is behind this page: it is empty, or a short one that ends with the millisecond that was asked for."""
    return not page.total or (page.next <= since + 1 and len(page.events) < SHORT)


def following(page: EventsPage, since: int) -> int:
    """Where the page behind this one starts: a little before its end, and further than before."""
    return max(page.next - 1, since + 1)


def moved(position: EventsPosition, page: EventsPage) -> EventsPosition:
    """The position behind a page, with what was seen in its last minute."""
    events, _ = each(Event, page.events)
    times = {event.id: millis(event.at) for event in events}
    latest = max([position.next, *times.values()])
    # What cannot be read is remembered as the latest, so that it is told once.
    unread = {id: latest for entry in page.events if (id := event_id(entry)) and id not in times}
    edge = {id: at for id, at in {**position.edge, **unread, **times}.items() if at >= latest - OVERLAP}
    return EventsPosition(next=latest, edge=edge)


def event_id(entry: Any) -> str:
    """Its own id; empty where it has none."""
    id = entry.get("eventID") if isinstance(entry, dict) else None
    return id if isinstance(id, str) else ""


def _unreadable(entry: Any, now: datetime) -> Received | None:
    """Stands for a customer's event that cannot be read, where it at least says which chat it is of."""
    chat = entry.get("chatID") if isinstance(entry, dict) else None
    if not isinstance(chat, str) or not chat or not event_id(entry) or entry.get("sender") == SELLER:
        return None
    return Received(
        source_id=event_id(entry),
        thread=str(Thread("chat", chat)),
        contact=ContactRef(source_id=chat),
        text=UNKNOWN,
        at=now,
    )
