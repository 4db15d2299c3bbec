"""Reviews of products as a source of arrivals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from infra.channels.yandex_market.api import Listing, MarketApi, every
from infra.channels.yandex_market.cursor import Mark
from infra.channels.yandex_market.following import DEEP_EVERY, EVERY, FOLLOWED, following, has_news, heard, reach
from infra.channels.yandex_market.posts import read_comments, read_review
from infra.channels.yandex_market.shapes import Remark, Review, each, millis
from infra.channels.yandex_market.sources import Heard, Listed, Look
from shared.domain.channels import ThreadKind

HALF_YEAR = timedelta(days=180)
"""The longest period of a list."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews and the comments below them."""

    api: MarketApi
    business: str
    kind: ClassVar[ThreadKind] = "review"
    every: ClassVar[timedelta] = EVERY
    deep_every: ClassVar[timedelta] = DEEP_EVERY
    kept: ClassVar[timedelta] = FOLLOWED

    async def listed(self, look: Look) -> Sequence[Listed[Review]]:
        """Reviews in sight."""
        start = max(look.start(reach(look)), look.now - HALF_YEAR)
        return following([as_listed(review) async for review in self._since(start)])

    async def _since(self, start: datetime) -> AsyncIterator[Review]:
        async def page(token: str) -> Listing:
            return await self.api.reviews(self.business, start, token)

        async for entries in every(page):
            for review in each(Review, entries)[0]:
                yield review

    def has_news(self, listed: Listed[Review], mark: Mark | None, *, is_deep: bool, is_sure: bool) -> bool:
        """It is new, or was commented on, or may have got more comments."""
        return has_news(listed, mark, is_deep=is_deep)

    async def read(self, listed: Listed[Review], mark: Mark | None, look: Look) -> Heard:
        """The review where it is new, and what stands below it where that has changed."""
        comments = await self.comments(listed.id) if listed.is_answered else ()
        return heard(listed, mark, read_review(listed.talk), read_comments(listed.talk, comments, look.now))

    async def comments(self, review: str) -> list[Remark]:
        """All comments below a review, in the order of publication."""

        async def page(token: str) -> Listing:
            return await self.api.comments(self.business, review, token)

        return [comment async for entries in every(page) for comment in each(Remark, entries)[0]]


def as_listed(review: Review) -> Listed[Review]:
    """As the list shows it."""
    return Listed(review.id, millis(review.created_at), review, is_answered=review.statistics.comments > 0)
