"""Avito's methods over HTTP: a token on every call, renewed once when it is refused, faults as our errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx

from infra.channels.avito.refusals import DENIED, as_json, refusal
from infra.channels.avito.shapes import Chat, Message, each
from infra.channels.avito.tokens import Tokens
from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from shared.domain.arrivals import OutgoingFile
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear

LIMIT = 100
"""Most chats or messages of one answer."""
LAST_OFFSET = 1000
MINUTE = timedelta(minutes=1)
"""What Avito's limit on requests is counted in."""
OUR_CHATS = "u2i,u2u"


class AvitoApi:
    """One account's methods. Answers are parsed JSON; every error is a `ChannelError`."""

    def __init__(self, context: ChannelContext) -> None:
        self._http = context.http
        self._base = context.vendors.avito_api_url.rstrip("/")
        self._tokens = Tokens(context)
        self.calls_left: int | None = None
        """How many calls Avito still takes in this minute, as it last said."""

    async def me(self) -> Mapping[str, Any]:
        """Who these credentials belong to: `id`, `name` and more."""
        answer = await self._call("GET", "/core/v1/accounts/self")
        if not isinstance(answer, dict) or not answer.get("id"):
            raise ChannelUnavailable("Avito does not say whose account this is")
        return answer

    async def chats(self, user: str, *, unread_only: bool, offset: int = 0, limit: int = LIMIT) -> list[Any]:
        """Chats with customers, observed newest first."""
        query = {
            "unread_only": str(unread_only).lower(),
            "chat_types": OUR_CHATS,
            "limit": str(limit),
            "offset": str(offset),
        }
        return _entries(await self._call("GET", f"/messenger/v2/accounts/{_part(user)}/chats", query=query), "chats")

    async def chat(self, user: str, chat: str) -> Chat | None:
        """One chat; None where Avito's answer is none."""
        found, _ = each(Chat, [await self._call("GET", f"/messenger/v2/accounts/{_part(user)}/chats/{_part(chat)}")])
        return found[0] if found else None

    async def messages(self, user: str, chat: str, *, offset: int = 0) -> list[Any]:
        """Messages of a chat, observed newest first. Does not mark them as read."""
        path = f"/messenger/v3/accounts/{_part(user)}/chats/{_part(chat)}/messages/"
        query = {"limit": str(LIMIT), "offset": str(offset)}
        return _entries(await self._call("GET", path, query=query), "messages")

    async def send_text(self, user: str, chat: str, text: str) -> Message:
        """Post a text; the message as Avito stored it. Must not be repeated blindly."""
        path = f"/messenger/v1/accounts/{_part(user)}/chats/{_part(chat)}/messages"
        body = {"type": "text", "message": {"text": text}}
        return _sent(await self._call("POST", path, body=body, repeatable=False, said=text))

    async def upload_image(self, user: str, file: OutgoingFile) -> Mapping[str, Mapping[str, Any]]:
        """Hand in an image for a later message: its id with the addresses of its sizes. Twice does no harm."""
        files = {"uploadfile[]": (file.name or "image", file.content, file.mime_type)}
        answer = await self._call("POST", f"/messenger/v1/accounts/{_part(user)}/uploadImages", files=files)
        if not isinstance(answer, dict) or not all(isinstance(sizes, dict) for sizes in answer.values()) or not answer:
            raise ChannelUnavailable("Avito took the image and did not say under which id")
        return answer

    async def send_image(self, user: str, chat: str, image_id: str) -> Message:
        """Post an uploaded image; the message as Avito stored it. Must not be repeated blindly."""
        path = f"/messenger/v1/accounts/{_part(user)}/chats/{_part(chat)}/messages/image"
        return _sent(await self._call("POST", path, body={"image_id": image_id}, repeatable=False))

    async def mark_read(self, user: str, chat: str) -> None:
        """Mark a whole chat as read."""
        await self._call("POST", f"/messenger/v1/accounts/{_part(user)}/chats/{_part(chat)}/read")

    async def voice_address(self, user: str, voice_id: str) -> str:
        """Where a voice message can be fetched for an hour; empty where Avito has none."""
        path = f"/messenger/v1/accounts/{_part(user)}/getVoiceFiles"
        answer = await self._call("GET", path, query={"voice_ids": voice_id})
        addresses = answer.get("voices_urls") if isinstance(answer, dict) else None
        address = addresses.get(voice_id) if isinstance(addresses, dict) else None
        return address if isinstance(address, str) else ""

    async def subscribe(self, url: str) -> None:
        """Have new messages posted to a URL; repeating it changes nothing."""
        await self._call("POST", "/messenger/v3/webhook", body={"url": url})

    async def unsubscribe(self, url: str) -> None:
        """Stop posting to a URL."""
        await self._call("POST", "/messenger/v1/webhook/unsubscribe", body={"url": url})

    async def subscriptions(self) -> list[str]:
        """The URLs that messages are posted to."""
        entries = _entries(await self._call("POST", "/messenger/v1/subscriptions"), "subscriptions")
        urls = (entry.get("url") for entry in entries if isinstance(entry, dict))
        return [url for url in urls if isinstance(url, str)]

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        repeatable: bool = True,
        said: str = "",
    ) -> Any:
        def request(token: str) -> httpx.Request:
            headers = {"Authorization": f"Bearer {token}"}
            url = self._base + path
            return self._http.build_request(method, url, params=query, json=body, files=files, headers=headers)

        response = await self._exchange(request(await self._tokens.current()), repeatable=repeatable)
        if response.status_code in DENIED:
            response = await self._exchange(request(await self._tokens.renewed()), repeatable=repeatable)
        if response.is_success:
            return as_json(response)
        raise refusal(response, said)

    async def _exchange(self, request: httpx.Request, *, repeatable: bool) -> httpx.Response:
        try:
            response = await call_vendor(self._http, request, repeatable=repeatable)
        except ChannelUnavailable as error:
            if error.vendor_code == "429":
                error.retry_after = error.retry_after or MINUTE
            raise
        left = response.headers.get("x-ratelimit-remaining", "")
        self.calls_left = int(left) if left.isdecimal() else None
        return response


def _sent(answer: Any) -> Message:
    sent, _ = each(Message, [answer])
    if not sent:
        raise ChannelUnclear("Avito took the message and did not say under which id")
    return sent[0]


def _part(value: str) -> str:
    """One part of a path. Raises `ChannelRejected` for what would lead elsewhere."""
    if value in ("", ".", ".."):
        raise ChannelRejected("not an id of Avito", code="thread_unknown")
    return quote(value, safe="")


def _entries(answer: Any, name: str) -> list[Any]:
    """A list that comes bare or under a name."""
    entries = answer.get(name) if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        raise ChannelUnavailable(f"Avito answered without {name}")
    return entries
