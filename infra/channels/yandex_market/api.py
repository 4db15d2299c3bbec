"""Market's methods over HTTP: the token on every call, few at the same time, faults as our errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx

from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.yandex_market.refusals import as_json, is_crowded, refusal
from shared.domain.arrivals import OutgoingFile
from shared.errors import ChannelUnavailable, ChannelUnclear

AT_ONCE = 2
"""Requests of ours at the same time: Market counts them per cabinet and refuses more."""
CROWDED = (0.3, 0.7)
"""Seconds before we try again where others of ours call for the same cabinet: sending and pulling run apart."""
MOST_PAGES = 1000
"""Of one listing: a page token that leads round in a circle ends here."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, unread, and the token of the next one; empty: it was the last."""

    entries: Sequence[Any]
    token: str = ""


class MarketApi:
    """One cabinet's methods. Every error is a `ChannelError`."""

    def __init__(self, context: ChannelContext) -> None:
        self._http = context.http
        self._clock = context.clock
        self._base = context.vendors.yandex_market_api_url.rstrip("/")
        self._key = context.credentials.get("api_key", "").strip().encode()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def scopes(self) -> list[str]:
        """What the token may be used for."""
        answer = await self._read("POST", "/v2/auth/token")
        key = _part(_part(answer, "result"), "apiKey")
        return [scope for scope in key.get("authScopes") or () if isinstance(scope, str)]

    async def campaigns(self, token: str = "") -> Listing:
        """Shops of the token's cabinet."""
        answer = await self._read("GET", "/v2/campaigns", {"limit": "100", **_paging(token)})
        return _listing(answer, "campaigns")

    async def chats(self, business: str, statuses: Sequence[str] = (), token: str = "", limit: int = 20) -> Listing:
        """Chats, in an order that Market does not state."""
        body = {"statuses": list(statuses)} if statuses else {}
        query = {"limit": str(limit), **_paging(token)}
        return _listing(await self._read("POST", f"{_v2(business)}/chats", query, body), "chats")

    async def messages(self, business: str, chat: str, since: str = "", token: str = "") -> Listing:
        """Messages of a chat from the one with the id `since` on, perhaps with it, in an order that is not stated."""
        query = {"chatId": chat, "limit": "100", **_paging(token)}
        body = {"messageIdFrom": int(since)} if since else {}
        return _listing(await self._read("POST", f"{_v2(business)}/chats/history", query, body), "messages")

    async def say(self, business: str, chat: str, text: str) -> None:
        """Post a text into a chat. Market does not say under which id."""
        await self._write(f"{_v2(business)}/chats/message", {"message": text}, query={"chatId": chat}, said=text)

    async def send_file(self, business: str, chat: str, file: OutgoingFile) -> None:
        """Post a file into a chat."""
        part = {"file": (file.name or "file", file.content, file.mime_type)}
        await self._write(f"{_v2(business)}/chats/file/send", None, query={"chatId": chat}, files=part)

    async def questions(
        self, business: str, first: date, last: date, *, needs_answer: bool = False, token: str = ""
    ) -> Listing:
        """Questions created on these days: at most a month."""
        body = {"dateFrom": first.isoformat(), "dateTo": last.isoformat(), "needAnswer": needs_answer}
        query = {"limit": "50", **_paging(token)}
        return _listing(await self._read("POST", f"{_v1(business)}/goods-questions", query, body), "questions")

    async def answers(self, business: str, question: str, token: str = "") -> Listing:
        """Answers to a question, with the comments on them."""
        query = {"limit": "50", **_paging(token)}
        body = {"questionId": int(question)}
        return _listing(await self._read("POST", f"{_v1(business)}/goods-questions/answers", query, body), "answers")

    async def answer(self, business: str, parent: str, parent_type: str, text: str) -> str:
        """Answer a `QUESTION`, or comment on an `ANSWER`; the id of what was made."""
        body = {
            "operationType": "CREATE",
            "parentEntityId": {"id": int(parent), "type": parent_type},
            "text": text,
        }
        answer = await self._write(f"{_v1(business)}/goods-questions/update", body, said=text)
        return _made(_part(_part(answer, "result"), "entity"))

    async def reviews(self, business: str, since: datetime, token: str = "") -> Listing:
        """Reviews created after a moment, at most six months ago."""
        body = {"reactionStatus": "ALL", "dateTimeFrom": since.isoformat()}
        query = {"limit": "50", **_paging(token)}
        return _listing(await self._read("POST", f"{_v2(business)}/goods-feedback", query, body), "feedbacks")

    async def comments(self, business: str, review: str, token: str = "") -> Listing:
        """Comments below a review, and below each other."""
        query, body = {"limit": "50", **_paging(token)}, {"feedbackId": int(review)}
        return _listing(await self._read("POST", f"{_v2(business)}/goods-feedback/comments", query, body), "comments")

    async def comment(self, business: str, review: str, parent: str, text: str) -> str:
        """Comment on a review, or on a comment below it (`parent`); the id of the comment."""
        comment = {"text": text, **({"parentId": int(parent)} if parent else {})}
        body = {"feedbackId": int(review), "comment": comment}
        answer = await self._write(f"{_v2(business)}/goods-feedback/comments/update", body, said=text)
        return _made(_part(answer, "result"))

    async def _read(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> Any:
        is_post = method == "POST"
        request = self._request(method, path, query, json=(body or {}) if is_post else None)
        return await self._answer(request, repeatable=True)

    async def _write(
        self, path: str, body: Any, *, query: Mapping[str, str] | None = None, files: Any = None, said: str = ""
    ) -> Any:
        request = self._request("POST", path, query, json=body, files=files)
        return await self._answer(request, repeatable=False, said=said)

    def _request(self, method: str, path: str, query: Mapping[str, str] | None, **content: Any) -> httpx.Request:
        return self._http.build_request(
            method, self._base + path, params=query, headers={b"Api-Key": self._key}, **content
        )

    async def _answer(self, request: httpx.Request, *, repeatable: bool, said: str = "") -> dict[str, Any]:
        response = await self._sent(request, repeatable=repeatable)
        answer = as_json(response)
        if response.is_success and answer.get("status") != "ERROR":
            return answer
        refused = refusal(response, self._clock.now(), said)
        # A list is asked for in the same words each time: a 200 that says ERROR is the vendor's trouble.
        raise ChannelUnavailable(str(refused)) if repeatable and response.is_success else refused

    async def _sent(self, request: httpx.Request, *, repeatable: bool) -> httpx.Response:
        for pause in (*CROWDED, None):
            async with self._turns:
                response = await call_vendor(self._http, request, repeatable=repeatable)
            if pause is None or not is_crowded(response):
                break
            await self._clock.sleep(pause)
        return response


async def every(page: Callable[[str], Awaitable[Listing]]) -> AsyncIterator[Sequence[Any]]:
    """The entries of page after page, until the last one."""
    token = ""
    for _ in range(MOST_PAGES):
        listing = await page(token)
        yield listing.entries
        if not listing.token or listing.token == token:
            return
        token = listing.token


def _v1(business: str) -> str:
    return f"/v1/businesses/{business}"


def _v2(business: str) -> str:
    return f"/v2/businesses/{business}"


def _paging(token: str) -> dict[str, str]:
    return {"pageToken": token} if token else {}


def _part(holder: Any, name: str) -> dict[str, Any]:
    part = holder.get(name) if isinstance(holder, dict) else None
    return part if isinstance(part, dict) else {}


def _listing(answer: Any, name: str) -> Listing:
    """A list under `result`, or beside it (campaigns), with the token of the next page."""
    holder = _part(answer, "result") or answer
    entries = holder.get(name)
    if not isinstance(entries, list):
        raise ChannelUnavailable(f"Market answered without {name}")
    token = _part(holder, "paging").get("nextPageToken")
    return Listing(entries, token if isinstance(token, str) else "")


def _made(thing: dict[str, Any]) -> str:
    if not thing.get("id"):
        raise ChannelUnclear("Market took the text and did not say under which id")
    return str(thing["id"])
