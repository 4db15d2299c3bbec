"""Answering questions and reviews: one answer each, changed at most once, and read back because it may not be shown."""

from __future__ import annotations

from infra.channels.same_words import same_words
from infra.channels.wildberries.feedbacks_api import FeedbacksApi
from infra.channels.wildberries.shapes import Answer, Publication
from infra.channels.wildberries.threads import Thread
from infra.channels.wildberries.wire import answer_id
from shared.domain.arrivals import Receipt
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear
from shared.ports.clock import Clock

LOOKS = (1.0, 2.0, 4.0)
"""Seconds before each look at the answer: Wildberries takes few calls at once, and may be slow to show it."""


class Answerer:
    """Answers publications."""

    def __init__(self, api: FeedbacksApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def answer(self, thread: Thread, text: str) -> Receipt:
        """Answer, or change the answer where Wildberries still lets us.

        Raises `ChannelRejected`: `thread_unknown`, `answer_final` (it was changed once, or is too old), and after
        reading back `answer_rejected`, `answer_changed`, `answer_not_shown`.
        """
        item = await self._api.item(thread)
        if item is None:
            raise ChannelRejected("Wildberries has no such publication", code="thread_unknown")
        if is_answered_with(item, text):
            return _receipt(thread, item)
        if item.answer is not None and not item.answer.is_editable:
            raise ChannelRejected("the answer can no longer be changed", code="answer_final")
        await self._api.answer(thread, text, is_edit=item.answer is not None)
        try:
            return await self._read_back(thread, text, item.answer)
        except ChannelUnavailable as error:
            raise ChannelUnclear("the answer was taken and cannot be read back now") from error

    async def find(self, thread: Thread, text: str) -> Receipt | None:
        """Whether this answer stands under the publication."""
        item = await self._api.item(thread)
        return _receipt(thread, item) if item is not None and is_answered_with(item, text) else None

    async def _read_back(self, thread: Thread, text: str, before: Answer | None) -> Receipt:
        found: Answer | None = None
        for seconds in LOOKS:
            await self._clock.sleep(seconds)
            item = await self._api.item(thread)
            if item is not None and is_answered_with(item, text):
                return _receipt(thread, item)
            found = item.answer if item else None
            if found is not None and found.state == "rejected":
                raise ChannelRejected("Wildberries' moderation refused the answer", code="answer_rejected")
        if found is not None and found != before:
            raise ChannelRejected("Wildberries shows another answer", code="answer_changed")
        raise ChannelRejected("Wildberries does not show the answer", code="answer_not_shown")


def is_answered_with(item: Publication, text: str) -> bool:
    """Whether these words are what is shown under it."""
    answer = item.shown_answer
    return answer is not None and same_words(answer.text, text)


def _receipt(thread: Thread, item: Publication) -> Receipt:
    answer = item.answer or Answer()
    return Receipt(source_id=answer_id(thread, answer.text), at=answer.created_at)
