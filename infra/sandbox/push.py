"""Calls to our webhooks, made as vendors make them: in the background, in order per chat, retried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

_DELAYS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 20.0, 30.0)


class Pusher:
    """One queue a key: a call that fails holds back the ones behind it, as at Telegram."""

    def __init__(self, client: httpx.AsyncClient, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self._tails: dict[str, asyncio.Task[None]] = {}

    def push(self, key: str, url: str, body: Any, headers: Mapping[str, str] | None = None, *, times: int = 1) -> None:
        """Queue a JSON call behind the earlier ones of this key."""
        for _ in range(times):
            before = self._tails.get(key)
            self._tails[key] = asyncio.get_running_loop().create_task(
                self._deliver(before, url, body, dict(headers or {}))
            )

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while pending := [task for task in self._tails.values() if not task.done()]:
            await asyncio.wait(pending)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tails.values():
            task.cancel()
        await asyncio.gather(*self._tails.values(), return_exceptions=True)

    async def _deliver(self, before: asyncio.Task[None] | None, url: str, body: Any, headers: dict[str, str]) -> None:
        if before is not None:
            await asyncio.wait([before])
        for delay in _DELAYS:
            await self._sleep(delay)
            try:
                response = await self._client.post(url, json=body, headers=headers, timeout=10.0)
            except httpx.HTTPError:
                continue
            if response.is_success:
                return
