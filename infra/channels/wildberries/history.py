"""Everything that Wildberries still holds since a moment: events first, then questions, then reviews."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from infra.channels.wildberries.api import Wildberries
from infra.channels.wildberries.chat_api import ChatApi
from infra.channels.wildberries.chats import ChatReader, event_id, following
from infra.channels.wildberries.feedbacks_api import MOST_SKIPPED, TAKE, FeedbacksApi
from infra.channels.wildberries.shapes import Event, EventsPage, Publication, each, millis, unix
from infra.channels.wildberries.wire import read_answer, read_publication
from shared.domain.arrivals import Arrival, Page
from shared.domain.channels import ThreadKind
from shared.domain.model import Noun
from shared.errors import ChannelRejected

PAUSE_SECONDS = 1.0
"""Wildberries gives back one call a second."""


class Step(Noun):
    """One list, and where its next page starts: milliseconds for chats, entries to skip for the others."""

    kind: ThreadKind
    is_answered: bool = False
    at: int = 0
    seen: tuple[str, ...] = ()
    """Events of the page before that come again."""


_LISTS = (
    Step(kind="question"),
    Step(kind="question", is_answered=True),
    Step(kind="review"),
    Step(kind="review", is_answered=True),
)
"""Unanswered ones first: what is answered meanwhile is then seen in the second list."""


class History:
    """Pages of all lists, one after another."""

    def __init__(self, wildberries: Wildberries, chats: ChatReader, chat_api: ChatApi, feedbacks: FeedbacksApi) -> None:
        self._clock = wildberries.context.clock
        self._chats = chats
        self._chat_api = chat_api
        self._feedbacks = feedbacks

    async def page(self, since: datetime, cursor: str | None) -> Page:
        """The first page (None), or the one at a cursor of ours."""
        if cursor is None:
            step = Step(kind="chat", at=millis(since) - 1)
        else:
            step = _step(cursor)
            await self._clock.sleep(PAUSE_SECONDS)
        return await self._events(step) if step.kind == "chat" else await self._listed(step, since)

    async def _events(self, step: Step) -> Page:
        page = await self._chat_api.events(step.at)
        arrivals, problems = await self._chats.arrivals([one for one in page.events if event_id(one) not in step.seen])
        after = _behind(page, step) if page.total else _LISTS[0]
        return Page(arrivals=arrivals, cursor=after.model_dump_json(), more=True, problems=problems)

    async def _listed(self, step: Step, since: datetime) -> Page:
        entries = await self._feedbacks.listed(step.kind, is_answered=step.is_answered, since=unix(since), skip=step.at)
        items, _ = each(Publication, entries)
        arrivals: list[Arrival] = []
        for item in items:
            answer = read_answer(step.kind, item, None)
            arrivals += [read_publication(step.kind, item), *([answer] if answer else [])]
        after = _after(step, is_whole=len(entries) < TAKE)
        return Page(arrivals=tuple(arrivals), cursor=after.model_dump_json() if after else None, more=after is not None)


def _behind(page: EventsPage, step: Step) -> Step:
    at = following(page, step.at)
    again = (event.id for event in each(Event, page.events)[0] if millis(event.at) > at)
    return step.model_copy(update={"at": at, "seen": tuple(again)})


def _after(step: Step, *, is_whole: bool) -> Step | None:
    if not is_whole and step.at + TAKE <= MOST_SKIPPED[step.kind]:
        return step.model_copy(update={"at": step.at + TAKE})
    place = _LISTS.index(step.model_copy(update={"at": 0}))
    return _LISTS[place + 1] if place + 1 < len(_LISTS) else None


def _step(cursor: str) -> Step:
    try:
        return Step.model_validate_json(cursor)
    except ValidationError:
        raise ChannelRejected("not a cursor of this history", code="bad_cursor") from None
