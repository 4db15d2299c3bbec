"""The methods of questions and reviews. An answer may say `error` beside a 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import ValidationError

from infra.channels.wildberries.api import Wildberries
from infra.channels.wildberries.refusals import GONE, as_json
from infra.channels.wildberries.shapes import Publication
from infra.channels.wildberries.threads import Thread
from shared.domain.channels import ThreadKind
from shared.errors import ChannelRejected, ChannelUnavailable

TAKE = 1000
"""Entries of one answer; Wildberries allows 10 000 questions or 5000 reviews."""
MOST_SKIPPED: Mapping[str, int] = {"question": 9000, "review": 199_000}
"""A list goes no further: skip and take together for questions, skip alone for reviews."""
_LISTS: Mapping[str, tuple[str, str]] = {
    "question": ("/api/v1/questions", "questions"),
    "review": ("/api/v1/feedbacks", "feedbacks"),
}
_ITEMS: Mapping[str, str] = {"question": "/api/v1/question", "review": "/api/v1/feedback"}


class FeedbacksApi:
    """Both kinds under one set of names."""

    def __init__(self, wildberries: Wildberries) -> None:
        self._api = wildberries

    async def listed(self, kind: ThreadKind, *, is_answered: bool, since: int, skip: int = 0) -> list[Any]:
        """Questions or reviews written since a moment in unix seconds, oldest first."""
        path, name = _LISTS[kind]
        query = {
            "isAnswered": str(is_answered).lower(),
            "take": str(TAKE),
            "skip": str(skip),
            "order": "dateAsc",
            "dateFrom": str(max(since, 0)),
        }
        data = _data(await self._api.feedbacks("GET", path, params=query))
        entries = data.get(name) if isinstance(data, dict) else None
        if not isinstance(entries, list):
            raise ChannelUnavailable(f"Wildberries answered without {name}")
        return entries

    async def item(self, thread: Thread) -> Publication | None:
        """One question or review; None where Wildberries has none."""
        try:
            response = await self._api.feedbacks("GET", _ITEMS[thread.kind], params={"id": thread.id})
        except ChannelRejected as error:
            if error.vendor_code in {str(status) for status in GONE}:
                return None
            raise
        try:
            return Publication.model_validate(_data(response))
        except ValidationError:
            raise ChannelUnavailable(f"Wildberries answered without a {thread.kind}") from None

    async def answer(self, thread: Thread, text: str, *, is_edit: bool) -> None:
        """Answer, or change the answer. What is accepted may still not be shown: read it back."""
        if thread.kind == "question":
            body: dict[str, Any] = {"id": thread.id, "answer": {"text": text}, "state": "wbRu"}
            _data(await self._api.feedbacks("PATCH", "/api/v1/questions", json=body))
        else:
            method = "PATCH" if is_edit else "POST"
            await self._api.feedbacks(method, "/api/v1/feedbacks/answer", json={"id": thread.id, "text": text})

    async def mark_viewed(self, question: str) -> None:
        """A person has seen a question; reviews know no such mark."""
        await self._api.feedbacks("PATCH", "/api/v1/questions", json={"id": question, "wasViewed": True})


def _data(response: httpx.Response) -> Any:
    answer = as_json(response)
    if isinstance(answer, dict) and not answer.get("error"):
        return answer.get("data")
    if response.request.method == "GET":
        raise ChannelUnavailable("Wildberries answered with an error")
    raise ChannelRejected("Wildberries answered with an error", vendor_code=str(response.status_code))
