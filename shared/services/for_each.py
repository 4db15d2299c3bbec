"""The same act for many, some at once: what scheduled jobs do with all inboxes, conversations or groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

AT_ONCE = 50
"""Acts under way: each mostly waits for Google."""
T = TypeVar("T")


async def for_each(items: AsyncIterator[T], act: Callable[[T], Awaitable[bool]], *, at_once: int = AT_ONCE) -> int:
    """For how many the act was true. Takes an item only when somebody is free to work on it.

    One that fails stops no other: when all are through the first error is raised, so that the caller tries again.
    """
    done, failures, turn = 0, list[Exception](), asyncio.Lock()

    async def work() -> None:
        nonlocal done
        while True:
            try:
                async with turn:
                    item = await anext(items)
                if await act(item):
                    done += 1
            except StopAsyncIteration:
                return
            except Exception as error:
                failures.append(error)

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
    if failures:
        raise failures[0]
    return done
