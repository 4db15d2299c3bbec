"""Where a pull starts: one value holds the positions of chats, questions and reviews."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from infra.channels.wildberries.shapes import millis, unix
from shared.domain.model import Noun
from shared.errors import ChannelRejected


class EventsPosition(Noun):
    """Events up to `next` (unix milliseconds) are known; `edge`: ids and times of the last minute's."""

    next: int
    edge: dict[str, int] = {}


class ListPosition(Noun):
    """Entries written up to `since` (unix seconds) are known. Ids come with the time of writing."""

    since: int
    open: dict[str, int] = {}
    """Nobody has answered them yet, as far as we saw."""
    done: dict[str, int] = {}
    """Answered ones of the last hour."""


class Cursor(Noun):
    """The three together."""

    events: EventsPosition
    questions: ListPosition
    reviews: ListPosition

    @classmethod
    def starting(cls, now: datetime) -> Cursor:
        """From now: what is older was answered, or not, before we came."""
        fresh = ListPosition(since=unix(now))
        return cls(events=EventsPosition(next=millis(now)), questions=fresh, reviews=fresh)

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The inverse of `str`. Raises `ChannelRejected`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise ChannelRejected("not a cursor of this channel", code="bad_cursor") from None

    def __str__(self) -> str:
        return self.model_dump_json()
