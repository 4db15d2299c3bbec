"""How often somebody may try to sign in: few per account and address, counted where every process sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.ids import stable_id
from shared.domain.model import from_micros, to_micros
from shared.errors import NotAllowed
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore, FieldPath, Increment, Merge, Value

WINDOW = timedelta(minutes=1)
PER_ACCOUNT = 5
PER_ADDRESS = 20


class TooManyAttempts(NotAllowed):
    """Come back later. `retry_after` says when."""

    code = "too_many_attempts"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many attempts, try again later")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Attempts:
    """`attempts/{key}`: one counter an account or address and minute, removed by the store after `expire_at`."""

    store: DocumentStore
    clock: Clock

    async def spend(self, account: str, address: str) -> None:
        """Count one attempt before it is made, so that many at once do not slip through.

        Raises `TooManyAttempts`.
        """
        paths = self._paths(account, address)
        await self._add(paths, 1)
        counted = await self.store.get_many(paths)
        limits = (PER_ACCOUNT, PER_ADDRESS)
        if any(found and int(str(found.data["count"])) > most for found, most in zip(counted, limits, strict=True)):
            raise TooManyAttempts(self._window()[1] - self.clock.now())

    async def give_back(self, account: str, address: str) -> None:
        """It was the right person: only failures count."""
        await self._add(self._paths(account, address), -1)

    def _paths(self, account: str, address: str) -> list[str]:
        minute = str(to_micros(self._window()[0]))
        kinds = (("account", account.strip().lower()), ("address", address))
        return [f"attempts/{stable_id(kind, value, minute)}" for kind, value in kinds]

    async def _add(self, paths: list[str], number: int) -> None:
        expiry: dict[FieldPath, Value] = {("expire_at",): self._window()[1]}
        await self.store.commit([Merge(path, expiry, {("count",): Increment(number)}) for path in paths])

    def _window(self) -> tuple[datetime, datetime]:
        """The minute that this moment belongs to."""
        micros = to_micros(self.clock.now())
        start = from_micros(micros - micros % (WINDOW // timedelta(microseconds=1)))
        return start, start + WINDOW
