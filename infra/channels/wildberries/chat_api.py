"""The methods of buyers' chats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
from pydantic import ValidationError

from infra.channels.wildberries.api import Wildberries, part
from infra.channels.wildberries.pace import Group
from infra.channels.wildberries.refusals import as_json
from infra.channels.wildberries.shapes import Chat, EventsPage, each
from shared.domain.arrivals import OutgoingFile
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear

MODERATED = 451
MODERATION_TAKES = timedelta(seconds=30)
LONGEST_MODERATION = 3600


class ChatApi:
    """Four methods."""

    def __init__(self, wildberries: Wildberries) -> None:
        self._api = wildberries

    @property
    def takes_more_events(self) -> bool:
        """Whether events may be asked for again at once."""
        return not self._api.is_base and Group.EVENTS not in self._api.spent

    async def chats(self) -> list[Chat]:
        """The seller's chats; observed empty or short while there are events."""
        answer = as_json(await self._api.chat("GET", "/api/v1/seller/chats", Group.CHATS))
        entries = answer.get("result") if isinstance(answer, dict) else None
        return each(Chat, entries if isinstance(entries, list) else [])[0]

    async def events(self, since: int) -> EventsPage:
        """A page of events behind a moment in unix milliseconds, oldest first."""
        query = {"next": str(max(since, 1))}
        answer = as_json(await self._api.chat("GET", "/api/v1/seller/events", Group.EVENTS, params=query))
        try:
            return EventsPage.model_validate(answer.get("result") if isinstance(answer, dict) else None)
        except ValidationError:
            raise ChannelUnavailable("Wildberries answered without events") from None

    async def send(self, sign: str, text: str, files: Sequence[OutgoingFile]) -> tuple[Any, str]:
        """Post a message: when it was taken (unix milliseconds) and the chat's newest signature, if told.

        Raises `InvalidSignature`; `ChannelRejected` (`file_refused`) where the text was taken and a file was not.
        """
        parts: list[tuple[str, Any]] = [("replySign", (None, sign))]
        if text:
            parts.append(("message", (None, text)))
        parts += [("file", (file.name or "file", file.content, file.mime_type)) for file in files]
        response = await self._api.chat("POST", "/api/v1/seller/message", Group.MESSAGE, files=parts)
        answer = as_json(response)
        result = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(result, dict):
            raise ChannelUnclear("Wildberries took the message and did not say so")
        if answer.get("errors"):
            raise ChannelRejected("Wildberries refused a file of the message", code="file_refused")
        newest = result.get("sign")
        return result.get("addTime"), newest if isinstance(newest, str) else ""

    async def download(self, id: str) -> bytes:
        """A file's bytes. Raises `ChannelUnavailable` while it is moderated, `ChannelRejected` once it was refused."""
        response = await self._api.chat("GET", f"/api/v1/seller/download/{part(id)}", Group.DOWNLOAD)
        if response.status_code == MODERATED:
            raise ChannelRejected("Wildberries' moderation refused the file", code="attachment_moderated")
        if response.status_code == 202:
            raise ChannelUnavailable("the file is still moderated", retry_after=_retry_after(response))
        return response.content


def _retry_after(response: httpx.Response) -> timedelta:
    answer = as_json(response)
    seconds = answer.get("retrySeconds") if isinstance(answer, dict) else None
    is_told = isinstance(seconds, int) and 0 < seconds <= LONGEST_MODERATION
    return timedelta(seconds=seconds) if is_told and seconds else MODERATION_TAKES
