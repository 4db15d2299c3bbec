"""Calls on Wildberries' two hosts: the token, the limits, faults as our errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx

from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.wildberries.pace import Group, Pace
from infra.channels.wildberries.refusals import DENIED, refusal
from infra.channels.wildberries.tokens import CHAT_BIT, FEEDBACKS_BIT, TokenKind, read_token
from shared.errors import ChannelRejected, ChannelUnavailable

LONG = timedelta(minutes=1)
"""A wish to wait that is worth remembering."""


class Wildberries:
    """One token's calls. Answers are successes; every error is a `ChannelError`."""

    def __init__(self, context: ChannelContext) -> None:
        self.context = context
        token = context.credentials.get("token", "").strip()
        self.token = read_token(token)
        self.is_base = self.token.kind is TokenKind.BASE
        self.pace = Pace(context, is_base=self.is_base)
        self.spent: set[Group] = set()
        """Groups of which Wildberries takes no other call at once."""
        can_be_sent = token and token.isascii() and token.isprintable()
        self._headers = {"Authorization": f"Bearer {token}"} if can_be_sent else {}

    async def chat(self, method: str, path: str, group: Group, **body: Any) -> httpx.Response:
        """A call on the host of buyers' chats."""
        return await self._call(method, self.context.vendors.wildberries_chat_api_url, path, group, CHAT_BIT, body)

    async def feedbacks(self, method: str, path: str, **body: Any) -> httpx.Response:
        """A call on the host of questions and reviews."""
        base = self.context.vendors.wildberries_feedbacks_api_url
        return await self._call(method, base, path, Group.FEEDBACKS, FEEDBACKS_BIT, body)

    async def _call(
        self, method: str, base: str, path: str, group: Group, section: int, body: Mapping[str, Any]
    ) -> httpx.Response:
        await self.pace.spend(group)
        request = self.context.http.build_request(method, base.rstrip("/") + path, headers=self._headers, **body)
        hearing = _Hearing(self.context.http)
        try:
            response = await call_vendor(cast("httpx.AsyncClient", hearing), request, repeatable=method == "GET")
        except ChannelUnavailable as error:
            error.retry_after = hearing.wish or error.retry_after
            if error.retry_after is not None and error.retry_after > LONG:
                await self.pace.hold(group, error.retry_after)
            raise
        (self.spent.add if response.headers.get("x-ratelimit-remaining") == "0" else self.spent.discard)(group)
        if response.is_success or response.status_code == 451:
            return response
        raise refusal(response, self.token, section, self.context.clock.now())

    async def ping(self, base: str) -> httpx.Response | None:
        """Ask one host whether it takes the token; its refusal, or None."""
        request = self.context.http.build_request("GET", base.rstrip("/") + "/ping", headers=self._headers)
        response = await call_vendor(self.context.http, request, repeatable=True)
        if response.status_code in DENIED:
            return response
        if not response.is_success:
            raise ChannelUnavailable(f"Wildberries answered {response.status_code}")
        return None


class _Hearing:
    """A client that remembers how long Wildberries wants us to wait: it says so in a header of its own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.wish: timedelta | None = None

    async def send(self, request: httpx.Request) -> httpx.Response:
        response = await self._http.send(request)
        seconds = response.headers.get("x-ratelimit-retry", "")
        self.wish = timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 7 else None
        return response


def part(value: str) -> str:
    """One part of a path. Raises `ChannelRejected` for what would lead elsewhere."""
    if value in ("", ".", ".."):
        raise ChannelRejected("not an id of Wildberries", code="attachment_gone")
    return quote(value, safe="")
