"""Calls to our webhooks, made as vendors make them: in the background, in order per chat, retried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from infra.sandbox.world import World

_DELAYS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 20.0, 30.0)


class Pusher:
    """One queue a key: a call that fails holds back the ones behind it, as at Telegram.

    With a world, calls that were not answered are made again after a restart.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        world: World | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._world = world
        self._sleep = sleep
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._held: list[tuple[dict[str, Any], int | None]] | None = None

    def push(self, key: str, url: str, body: Any, headers: Mapping[str, str] | None = None, *, times: int = 1) -> None:
        """Queue a JSON call behind the earlier ones of this key."""
        call = {"key": key, "url": url, "body": body, "headers": dict(headers or {})}
        for _ in range(times):
            owed = (call, self._world.owe_push(call) if self._world else None)
            if self._held is None:
                self._queue(*owed)
            else:
                self._held.append(owed)

    def hold(self) -> None:
        """Keep calls back from now on."""
        self._held = self._held or []

    async def release_backwards(self) -> None:
        """Make the calls that were kept back, the newest first, one after the other."""
        held, self._held = self._held or [], None
        for call, seq in reversed(held):
            self._queue(call, seq)
            await self.drained()

    def resume(self) -> None:
        """Queue what an earlier process left unanswered."""
        for seq, call in self._world.owed_pushes() if self._world else ():
            self._queue(call, seq)

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while pending := [task for task in self._tails.values() if not task.done()]:
            await asyncio.wait(pending)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tails.values():
            task.cancel()
        await asyncio.gather(*self._tails.values(), return_exceptions=True)

    def _queue(self, call: dict[str, Any], seq: int | None) -> None:
        before = self._tails.get(call["key"])
        delivering = self._deliver(before, call, seq)
        self._tails[call["key"]] = asyncio.get_running_loop().create_task(delivering)

    async def _deliver(self, before: asyncio.Task[None] | None, call: dict[str, Any], seq: int | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        for delay in _DELAYS:
            await self._sleep(delay)
            try:
                response = await self._client.post(
                    call["url"], json=call["body"], headers=call["headers"], timeout=10.0
                )
            except httpx.HTTPError:
                continue
            if response.is_success:
                if self._world is not None and seq is not None:
                    self._world.settle_push(seq)
                return
