"""One pull: what the lists show against what is known, and what was said in the difference."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from infra.channels.together import together
from infra.channels.yandex_market.api import AT_ONCE
from infra.channels.yandex_market.cursor import Cursor, Mark, Watch
from infra.channels.yandex_market.pace import Pace, Seen
from infra.channels.yandex_market.shapes import millis
from infra.channels.yandex_market.sources import MILLISECOND, Heard, Listed, Look, Source
from infra.channels.yandex_market.wire import Said
from shared.domain.arrivals import Page
from shared.domain.channels import ThreadKind
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected

FRESH = timedelta(hours=24)
TALKS_A_PAGE = 50


@dataclass(slots=True)
class Pull:
    """A notification carries ids only and a pull does not know which: it finds the news by the lists, whose marks the
    cursor keeps."""

    sources: Sequence[Source[Any]]
    pace: Pace
    now: datetime
    _found: list[Said] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)
    _seen: Seen = field(default_factory=Seen)

    async def page(self, text: str | None) -> Page:
        """The arrivals behind a cursor; None: of the last day. The cursor stays as it is while nothing happens."""
        self.pace.settle(text)
        known = Cursor.read(text)
        start = known or Cursor.starting(self.now - FRESH)
        chats, *posts = self.sources
        looks = [await self._look(chats, start)]
        looks += await together([self._look_if_due(source, start) for source in posts])
        cursor = start
        for source, (watch, _) in zip(self.sources, looks, strict=True):
            cursor = cursor.having(source.kind, watch)
        following = text if known is not None and cursor == known else str(cursor)
        self.pace.promise(following, self._seen)
        self._found.sort(key=lambda said: said.at)
        return Page(
            arrivals=tuple(self._found),
            cursor=following,
            more=not all(is_done for _, is_done in looks),
            problems=tuple(dict.fromkeys(self._problems)),
        )

    async def _look_if_due(self, source: Source[Any], cursor: Cursor) -> tuple[Watch, bool]:
        """Where Market does not show these now, their marks stay where they are, and the next pull asks again."""
        if self.pace.is_due(source, self.now):
            with suppress(ChannelUnavailable):
                return await self._look(source, cursor)
        return cursor.watches[source.kind], True

    async def _look(self, source: Source[Any], cursor: Cursor) -> tuple[Watch, bool]:
        """Where the next look starts, and whether this one saw everything."""
        watch, is_deep = cursor.watches[source.kind], self.pace.is_deep_due(source, self.now)
        look = Look(self.now, watch.since, is_deep)
        listed = [talk for talk in await source.listed(look) if talk.at >= cursor.floor]
        self.pace.keep_only(source.kind, {talk.id for talk in listed})
        known = dict(watch.known)
        news = [talk for talk in listed if self._has_news(source, talk, known.get(talk.id), is_deep=is_deep)]
        fresh = {talk.id for talk in news if talk.id not in known or known[talk.id].at != talk.at}
        # What is surely new goes before what is only looked at again, or a tight limit would never let it through.
        news.sort(key=lambda talk: (talk.id not in fresh, talk.at, talk.id))
        is_done = await self._read(source, news[:TALKS_A_PAGE], known, look) >= len(fresh)
        if is_done:
            self._seen.add(source.kind, self.now, is_deep=is_deep)
        if known != watch.known:
            watch = self._moved_on(source, known) if is_done else Watch(watch.since, known)
        return watch, is_done

    def _has_news(self, source: Source[Any], talk: Listed[Any], mark: Mark | None, *, is_deep: bool) -> bool:
        is_sure = self.pace.is_sure(source.kind, talk.id, talk.at)
        return source.has_news(talk, mark, is_deep=is_deep, is_sure=is_sure)

    async def _read(self, source: Source[Any], news: Sequence[Listed[Any]], known: dict[str, Mark], look: Look) -> int:
        """How many were read before Market had enough; what was read is kept. Raises where it is none."""
        for first in range(0, len(news), AT_ONCE):
            talks = news[first : first + AT_ONCE]
            readings = await together([_reading(source, talk, known.get(talk.id), look) for talk in talks])
            for done, (talk, (heard, error)) in enumerate(zip(talks, readings, strict=True), first):
                if isinstance(error, ChannelUnavailable):
                    if not done:
                        raise error
                    return done
                if heard is None:
                    # One bad talk never stops the ones behind it; unmarked, it is tried again next time.
                    self._problems.append(f"{source.kind}:{talk.id}")
                else:
                    known[talk.id] = heard.mark
                    self._keep(source.kind, talk, heard)
        return len(news)

    def _keep(self, kind: ThreadKind, talk: Listed[Any], heard: Heard) -> None:
        if heard.is_sure:
            self._seen.sure[kind, talk.id] = talk.at
        self._found += heard.arrivals
        self._problems += heard.problems

    def _moved_on(self, source: Source[Any], known: dict[str, Mark]) -> Watch:
        oldest = millis(self.now) - source.kept // MILLISECOND
        return Watch(millis(self.now), {id: mark for id, mark in known.items() if mark.at >= oldest})


async def _reading(
    source: Source[Any], talk: Listed[Any], mark: Mark | None, look: Look
) -> tuple[Heard | None, ChannelError | None]:
    """What is said in one talk, or why it cannot be read. Raises `CredentialsRejected`: then none can."""
    try:
        return await source.read(talk, mark, look), None
    except CredentialsRejected:
        raise
    except (ChannelRejected, ChannelUnavailable) as error:
        return None, error
