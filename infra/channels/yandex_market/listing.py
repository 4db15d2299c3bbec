"""Everything that Market still holds since a moment, page by page, whatever its state."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from infra.channels.yandex_market.api import Listing, MarketApi
from infra.channels.yandex_market.chats import history
from infra.channels.yandex_market.cursor import KINDS
from infra.channels.yandex_market.posts import read_answers, read_comments, read_question, read_review
from infra.channels.yandex_market.questions import Questions, months
from infra.channels.yandex_market.reviews import HALF_YEAR, Reviews
from infra.channels.yandex_market.shapes import Chat, Question, Review, each
from infra.channels.yandex_market.wire import message_source, read_messages
from shared.domain.arrivals import Arrival, Page
from shared.domain.channels import ThreadKind
from shared.errors import ChannelRejected, CredentialsRejected

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing goes on: a kind of talk, a period of it (questions have several), a page of that."""

    kind: ThreadKind = "chat"
    period: int = 0
    token: str = ""

    @classmethod
    def read(cls, text: str | None) -> Place:
        """The place in its written form; the beginning for none, or for what is not ours."""
        try:
            kind, period, token = json.loads(text or "")
            return cls(kind if kind in KINDS else "chat", int(period), str(token))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return cls()

    def __str__(self) -> str:
        return json.dumps([self.kind, self.period, self.token], separators=(",", ":"))


class Everything:
    """One page of one listing.

    A post counts by its own moment, with all that stands below it: Market gives comments on reviews no time.
    """

    def __init__(self, api: MarketApi, business: str, now: datetime, since: datetime) -> None:
        self._api = api
        self._business = business
        self._now = now
        self._since = since
        self._found: list[Arrival] = []
        self._problems: list[str] = []

    async def page(self, cursor: str | None) -> Page:
        """One page of one of Market's lists, with all that was said in its talks."""
        place = Place.read(cursor)
        reader = {"chat": self._chats, "question": self._questions, "review": self._reviews}[place.kind]
        following = self._following(place, (await reader(place)).token)
        return Page(
            arrivals=tuple(self._found),
            cursor=str(following) if following else None,
            more=following is not None,
            problems=tuple(self._problems),
        )

    def _following(self, place: Place, token: str) -> Place | None:
        if token and token != place.token:
            return replace(place, token=token)
        if place.kind == "question" and place.period + 1 < len(months(self._since, self._now)):
            return Place("question", place.period + 1)
        later = KINDS[KINDS.index(place.kind) + 1 :]
        return Place(later[0]) if later else None

    async def _chats(self, place: Place) -> Listing:
        listing = await self._api.chats(self._business, token=place.token)
        for chat in each(Chat, listing.entries)[0]:
            if chat.updated_at < self._since:
                continue
            try:
                messages, unread = await history(self._api, self._business, chat.id)
            except ChannelRejected as error:
                self._pass_over(error, f"chat:{chat.id}")
                continue
            self._found += read_messages((one for one in messages if one.created_at >= self._since), chat)
            self._problems += [message_source(chat.id, id) for id in unread]
        return listing

    async def _questions(self, place: Place) -> Listing:
        periods, source = months(self._since, self._now), Questions(self._api, self._business)
        first, last = periods[min(place.period, len(periods) - 1)]
        listing = await self._api.questions(self._business, first, last, token=place.token)
        for question in each(Question, listing.entries)[0]:
            if question.created_at < self._since:
                continue
            try:
                below, unread = read_answers(question, await source.answers(question.ids.id))
            except ChannelRejected as error:
                self._pass_over(error, f"question:{question.ids.id}")
                continue
            self._found += [read_question(question), *below]
            self._problems += unread
        return listing

    async def _reviews(self, place: Place) -> Listing:
        since, source = max(self._since, self._now - HALF_YEAR), Reviews(self._api, self._business)
        # The period of the list does not include its first moment.
        listing = await self._api.reviews(self._business, since - _TICK, place.token)
        for review in each(Review, listing.entries)[0]:
            if review.created_at < self._since:
                continue
            try:
                comments = await source.comments(review.id) if review.statistics.comments else ()
            except ChannelRejected as error:
                self._pass_over(error, f"review:{review.id}")
                continue
            self._found += [read_review(review), *read_comments(review, comments, self._now)]
        return listing

    def _pass_over(self, error: ChannelRejected, talk: str) -> None:
        """One bad talk never stops the ones behind it; bad credentials do."""
        if isinstance(error, CredentialsRejected):
            raise error
        self._problems.append(talk)
