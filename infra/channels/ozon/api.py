"""Ozon's methods over HTTP: all are posts with a JSON body; faults are our errors."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.ozon.refusals import NEXT_SECOND, as_json, refusal
from infra.channels.ozon.shapes import ChatPage, Endpoint, HistoryPage, Key, Seller, each, number
from infra.channels.ozon.wire import NEEDED_PUSHES
from shared.domain.model import Noun
from shared.errors import ChannelUnavailable

MESSAGES_A_PAGE = 100
ShapeT = TypeVar("ShapeT", bound=Noun)


class OzonApi:
    """One account's methods. Every error is a `ChannelError`."""

    def __init__(self, context: ChannelContext) -> None:
        self._http = context.http
        self._base = context.vendors.ozon_api_url.rstrip("/")
        self.keys = {
            "Client-Id": _header(context.credentials.get("client_id", "")),
            "Api-Key": _header(context.credentials.get("api_key", "")),
        }

    async def key(self) -> Key:
        """What the key may do, and until when."""
        return _read(Key, await self._call("/v1/roles"))

    async def seller(self) -> Seller:
        """Whose account it is, and what they pay for."""
        return _read(Seller, await self._call("/v1/seller/info"))

    async def chats(self, cursor: str = "", *, limit: int, unread_only: bool = False) -> ChatPage:
        """A page of the list, of at most 100, in an order that Ozon does not tell."""
        body: dict[str, Any] = {"limit": limit, "filter": {"chat_status": "All", "unread_only": unread_only}}
        if cursor:
            body["cursor"] = cursor
        return _read(ChatPage, await self._call("/v3/chat/list", body))

    async def history(self, chat: str, *, before: str = "") -> HistoryPage:
        """A page of a chat's messages, newest first; `before`: from this one on, perhaps with it."""
        body: dict[str, Any] = {"chat_id": chat, "direction": "Backward", "limit": MESSAGES_A_PAGE}
        if before:
            body["from_message_id"] = number(before)
        return _read(HistoryPage, await self._call("/v3/chat/history", body))

    async def send_text(self, chat: str, text: str) -> None:
        """Post a text. Ozon does not say under which id."""
        await self._call("/v1/chat/send/message", {"chat_id": chat, "text": text}, repeatable=False)

    async def send_file(self, chat: str, name: str, content: bytes) -> None:
        """Post a file."""
        body = {"chat_id": chat, "name": name, "base64_content": b64encode(content).decode()}
        await self._call("/v1/chat/send/file", body, repeatable=False)

    async def mark_read(self, chat: str, message: str) -> None:
        """Mark a message and all older ones as read; the whole chat where it has no number."""
        up_to = {"from_message_id": number(message)} if number(message) else {}
        await self._call("/v2/chat/read", {"chat_id": chat, **up_to})

    async def endpoints(self) -> list[Endpoint]:
        """The addresses that Ozon pushes to."""
        answer = await self._call("/v1/notification/list")
        urls = answer.get("urls") if isinstance(answer, dict) else None
        found, _ = each(Endpoint, urls if isinstance(urls, list) else [])
        return found

    async def add_endpoint(self, url: str) -> None:
        """Have everything about chats pushed to one more address."""
        await self._call("/v1/notification/set", {"url": url, "types": list(NEEDED_PUSHES)})

    async def move_endpoint(self, id: int, url: str) -> None:
        """Have everything about chats pushed to another address than before."""
        await self._call("/v1/notification/update", {"id": id, "url": url, "types": list(NEEDED_PUSHES)})

    async def enable_endpoint(self, id: int) -> None:
        """Go on with an address that Ozon has suspended."""
        await self._call("/v1/notification/enable", {"id": id, "enabled": True})

    async def remove_endpoint(self, id: int) -> None:
        """Push there no more."""
        await self._call("/v1/notification/delete", {"id": id})

    async def reaches(self, url: str) -> bool:
        """Whether Ozon gets the answer it wants there: it asks at once."""
        answer = await self._call("/v1/notification/check", {"url": url})
        return isinstance(answer, dict) and answer.get("is_active") is True

    async def _call(self, path: str, body: Mapping[str, Any] | None = None, *, repeatable: bool = True) -> Any:
        request = self._http.build_request("POST", self._base + path, json=dict(body or {}), headers=self.keys)
        try:
            response = await call_vendor(self._http, request, repeatable=repeatable)
        except ChannelUnavailable as error:
            if error.vendor_code == "429":
                error.retry_after = error.retry_after or NEXT_SECOND
            raise
        if response.is_success:
            return as_json(response)
        raise refusal(response)


def _header(value: str) -> str:
    """What a person pasted, as far as a header can carry it."""
    return value.strip().encode("ascii", "replace").decode() if value.strip().isprintable() else ""


def _read(shape: type[ShapeT], answer: Any) -> ShapeT:
    """An answer's shape, with or without the wrapper that older versions put around it."""
    wrapped = answer.get("result") if isinstance(answer, dict) else None
    try:
        return shape.model_validate(wrapped if isinstance(wrapped, dict) else answer)
    except ValidationError as error:
        raise ChannelUnavailable(f"Ozon answered in an unknown shape: {error.error_count()} faults") from None
