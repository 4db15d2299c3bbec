"""Reading from a vendor in several places at the same time: an instance that waits is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def together(reads: Sequence[Awaitable[T]]) -> list[T]:
    """What all of them bring, in order. Where some fail the others end first, then the first one's error is raised."""
    results = await asyncio.gather(*reads, return_exceptions=True)
    found: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found
