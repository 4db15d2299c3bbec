"""How often visitors may do what: counted where every process sees it, refused where it costs nothing.

A key that has spent its minute is remembered in memory: a flood above the limit touches no document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.ids import stable_id
from shared.domain.model import from_micros, to_micros
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore, FieldPath, Increment, Merge, Value
from shared.services.attempts import WINDOW, TooManyAttempts

SHARDS: Final = 8
"""Counters of one inbox: a document takes about one write a second."""
CALLS_PER_ADDRESS: Final = 600
"""Calls of any kind, in one process: what only reads is not worth a document."""
STREAMS_PER_ADDRESS: Final = 20
"""Open at once, in one process."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often a minute."""

    what: str
    per_visitor: int
    per_address: int
    per_inbox: int


MESSAGES: Final = Allowance("messages", 20, 60, 600)
FILES: Final = Allowance("files", 5, 20, 120)
LEADS: Final = Allowance("leads", 3, 10, 60)


class TooManyRequests(TooManyAttempts):
    """Come back later. `retry_after` says when."""

    code = "too_many_requests"


class WebChatLimits:
    """`attempts/{key}`: one counter a visitor, an address and a part of an inbox, and minute."""

    def __init__(self, store: DocumentStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._spent: dict[str, datetime] = {}
        self._calls: Counter[str] = Counter()
        self._calls_since = clock.now()
        self._streams: Counter[str] = Counter()

    def knock(self, address: str) -> None:
        """One call of whatever kind. Raises `TooManyRequests`."""
        self.check_calls(address)
        self._calls[address] += 1

    def check_calls(self, address: str) -> None:
        """Whether one more call would be let in. Raises `TooManyRequests`."""
        now = self._clock.now()
        if now - self._calls_since >= WINDOW:
            self._calls.clear()
            self._calls_since = now
        if self._calls[address] >= CALLS_PER_ADDRESS:
            raise TooManyRequests(self._calls_since + WINDOW - now)

    async def spend(self, allowance: Allowance, visitor: str, address: str, inbox: str) -> None:
        """One deed, counted before it is done. Raises `TooManyRequests`."""
        start, end = self._minute()
        shard = ord(stable_id("shard", visitor)[-1]) % SHARDS
        limits = {
            _path(allowance, "visitor", visitor, start): allowance.per_visitor,
            _path(allowance, "address", address, start): allowance.per_address,
            _path(allowance, "inbox", f"{inbox}/{shard}", start): max(allowance.per_inbox // SHARDS, 1),
        }
        self._refuse_if_spent(limits, end)
        expiry: dict[FieldPath, Value] = {("expire_at",): end}
        await self._store.commit([Merge(path, expiry, {("count",): Increment(1)}) for path in limits])
        counted = await self._store.get_many(list(limits))
        for found, (path, most) in zip(counted, limits.items(), strict=True):
            if found is not None and int(str(found.data["count"])) > most:
                self._spent[path] = end
        self._refuse_if_spent(limits, end)

    @property
    def streams(self) -> int:
        """How many are open in this process."""
        return self._streams.total()

    @contextmanager
    def streaming(self, address: str) -> Iterator[None]:
        """One open stream, as long as it is open. Raises `TooManyRequests` where there is no room for it."""
        if self._streams[address] >= STREAMS_PER_ADDRESS:
            raise TooManyRequests(timedelta(seconds=30))
        self._streams[address] += 1
        try:
            yield
        finally:
            self._streams[address] -= 1
            if not self._streams[address]:
                del self._streams[address]

    def _refuse_if_spent(self, paths: dict[str, int], end: datetime) -> None:
        now = self._clock.now()
        self._spent = {path: until for path, until in self._spent.items() if until > now}
        if any(path in self._spent for path in paths):
            raise TooManyRequests(end - now)

    def _minute(self) -> tuple[datetime, datetime]:
        """The minute that this moment belongs to."""
        micros = to_micros(self._clock.now())
        start = from_micros(micros - micros % (WINDOW // timedelta(microseconds=1)))
        return start, start + WINDOW


def _path(allowance: Allowance, kind: str, key: str, start: datetime) -> str:
    return f"attempts/{stable_id('web_chat', allowance.what, kind, key, str(to_micros(start)))}"
