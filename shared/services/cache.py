"""A small cache with an age limit, for what is read on every message and changes rarely."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from shared.ports.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

MAX_AGE_SECONDS = 4.0
"""Settings and knowledge that somebody edits must work within five seconds, everywhere."""


class Cache(Generic[K, V]):
    """Remembers up to `size` values for `max_age` seconds, the longest unused leave first."""

    def __init__(self, clock: Clock, *, size: int = 1000, max_age: float = MAX_AGE_SECONDS) -> None:
        self._clock = clock
        self._size = size
        self._max_age = max_age
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    async def get(self, key: K, load: Callable[[V | None], Awaitable[V]]) -> V:
        """The value; when it is missing or too old, what `load` makes of the old one."""
        kept = self._kept.get(key)
        now = self._clock.monotonic()
        if kept is not None and now - kept[0] < self._max_age:
            self._kept.move_to_end(key)
            return kept[1]
        value = await load(kept[1] if kept else None)
        self._keep(key, now, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Remember what was just read elsewhere."""
        self._keep(key, self._clock.monotonic(), value)

    def forget(self, key: K) -> None:
        """Load it anew next time."""
        self._kept.pop(key, None)

    def _keep(self, key: K, at: float, value: V) -> None:
        self._kept[key] = (at, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
