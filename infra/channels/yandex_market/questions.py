"""Questions about products as a source of arrivals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from infra.channels.yandex_market.api import Listing, MarketApi, every
from infra.channels.yandex_market.cursor import Mark
from infra.channels.yandex_market.following import DEEP_EVERY, EVERY, FOLLOWED, following, has_news, heard, reach
from infra.channels.yandex_market.posts import read_answers, read_question
from infra.channels.yandex_market.shapes import Answer, Question, each, millis
from infra.channels.yandex_market.sources import Heard, Listed, Look
from shared.domain.channels import ThreadKind

DAY = timedelta(days=1)
"""Market lists by days and does not say of which time zone."""
MONTH = timedelta(days=28)
"""The longest period of one list."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions and all that is said below them."""

    api: MarketApi
    business: str
    kind: ClassVar[ThreadKind] = "question"
    every: ClassVar[timedelta] = EVERY
    deep_every: ClassVar[timedelta] = DEEP_EVERY
    kept: ClassVar[timedelta] = FOLLOWED

    async def listed(self, look: Look) -> Sequence[Listed[Question]]:
        """Questions in sight; those that wait for no answer have one."""
        start = look.start(reach(look))
        found = {question.ids.id: question async for question in self._since(start, look.now)}
        if not found:
            return []
        waiting = {question.ids.id async for question in self._since(start, look.now, needs_answer=True)}
        return following(
            [
                Listed(id, millis(question.created_at), question, is_answered=id not in waiting)
                for id, question in found.items()
            ]
        )

    async def _since(self, start: datetime, now: datetime, *, needs_answer: bool = False) -> AsyncIterator[Question]:
        for first, last in months(start, now):

            async def page(token: str, first: date = first, last: date = last) -> Listing:
                return await self.api.questions(self.business, first, last, needs_answer=needs_answer, token=token)

            async for entries in every(page):
                for question in each(Question, entries)[0]:
                    yield question

    def has_news(self, listed: Listed[Question], mark: Mark | None, *, is_deep: bool, is_sure: bool) -> bool:
        """It is new, or was answered, or may have got comments."""
        return has_news(listed, mark, is_deep=is_deep)

    async def read(self, listed: Listed[Question], mark: Mark | None, look: Look) -> Heard:
        """The question where it is new, and what stands below it where that has changed."""
        below, problems = read_answers(listed.talk, await self.answers(listed.id) if listed.is_answered else ())
        return heard(listed, mark, read_question(listed.talk), below, problems)

    async def answers(self, question: str) -> list[Answer]:
        """All answers to a question, with the comments on them."""

        async def page(token: str) -> Listing:
            return await self.api.answers(self.business, question, token)

        return [answer async for entries in every(page) for answer in each(Answer, entries)[0]]


def months(start: datetime, now: datetime) -> list[tuple[date, date]]:
    """Periods from a moment until now that Market answers, oldest first: first day and last day."""
    first, end = start.date() - DAY, now.date() + DAY
    periods = []
    while first < end:
        last = min(first + MONTH, end)
        periods.append((first, last))
        first = last
    return periods
