"""One pull of an inbox: chats, then questions and reviews. A part that cannot be read now stays where it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from infra.channels.wildberries.api import Wildberries
from infra.channels.wildberries.chats import ChatReader
from infra.channels.wildberries.cursor import Cursor
from infra.channels.wildberries.feedbacks_api import FeedbacksApi
from infra.channels.wildberries.pace import Group, TooSoon
from infra.channels.wildberries.publications import PublicationReader
from shared.domain.arrivals import Arrival, Page
from shared.domain.channels import ThreadKind
from shared.errors import ChannelUnavailable


@dataclass(slots=True)
class Pull:
    """Collects what the parts bring. One host that is down does not hold back what the other one has."""

    wildberries: Wildberries
    chats: ChatReader
    feedbacks: FeedbacksApi
    cursor: Cursor
    _arrivals: list[Arrival] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)
    _faults: list[ChannelUnavailable] = field(default_factory=list)
    _has_read: bool = False

    async def page(self) -> Page:
        """What came. Raises `ChannelUnavailable` only where no part could be read."""
        more = await self._chats()
        if not more:
            await self._publications()
        if self._faults and not self._has_read:
            raise self._faults[0]
        return Page(arrivals=tuple(self._arrivals), cursor=str(self.cursor), more=more, problems=tuple(self._problems))

    async def _chats(self) -> bool:
        """Whether there may be more right now."""
        try:
            found = await self.chats.news(self.cursor.events)
        except ChannelUnavailable as error:
            self._failed(error)
            return False
        self._has_read = True
        self._arrivals += found.arrivals
        self._problems += found.problems
        self.cursor = self.cursor.model_copy(update={"events": found.position})
        return found.more

    async def _publications(self) -> None:
        try:
            await self.wildberries.pace.spend(Group.LISTS)
            await self._publications_of("question", "questions")
            await self._publications_of("review", "reviews")
        except ChannelUnavailable as error:
            self._failed(error)

    async def _publications_of(self, kind: ThreadKind, name: str) -> None:
        now, is_base = self.wildberries.context.clock.now(), self.wildberries.is_base
        reader = PublicationReader(self.feedbacks, kind, now, is_base=is_base)
        news = await reader.news(getattr(self.cursor, name))
        self._has_read = True
        self._arrivals += news.arrivals
        self._problems += news.problems
        self.cursor = self.cursor.model_copy(update={name: news.position})

    def _failed(self, error: ChannelUnavailable) -> None:
        if not isinstance(error, TooSoon):  # a base token's hour is not over: nothing is wrong
            self._faults.append(error)
