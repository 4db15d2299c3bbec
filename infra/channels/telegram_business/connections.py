"""Which connections to accounts the bot has, as far as we have met them. Telegram has no list of them.

They are learned from what waits at Telegram when the inbox is connected, and from the threads that are answered; kept
in the vault, so that the doctor can look after them, and a changed connection is found again by its owner.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import RootModel, ValidationError

from infra.channels.context import Vault
from infra.telegram.api import BotApi
from infra.telegram.objects import BusinessConnection, BusinessRights, Party, WaitingUpdates
from infra.telegram.refusals import ConnectionGone
from shared.domain.model import Noun
from shared.ports.clock import Clock

_NAME = "connections"
_KEPT = timedelta(days=365)
_MOST = 50


class Known(Noun):
    """A connection and whose it is."""

    id: str
    owner: str
    date: int


class _Book(RootModel[tuple[Known, ...]]):
    """All that are known, the newest last."""


class Connections:
    """Of one bot."""

    def __init__(self, api: BotApi, vault: Vault, clock: Clock) -> None:
        self._api = api
        self._vault = vault
        self._clock = clock
        self._book: tuple[Known, ...] | None = None

    async def learn(self, id: str) -> None:
        """Remember whose connection this is, asking Telegram once."""
        if all(known.id != id for known in await self._read()):
            await self._add(await self._ask(id))

    async def learn_waiting(self) -> None:
        """Look through what waits at Telegram while no webhook is set; it stays there."""
        updates = (await self._api.call("getUpdates", WaitingUpdates)).root
        for update in updates:
            if update.business_connection is not None:
                await self._add(update.business_connection)

    async def successor(self, id: str) -> str | None:
        """The newest connection to the same account, where this one is over."""
        book = await self._read(afresh=True)
        owner = next((known.owner for known in book if known.id == id), None)
        newest = [known.id for known in book if known.owner == owner and owner is not None]
        return newest[-1] if newest and newest[-1] != id else None

    async def present(self) -> list[BusinessConnection]:
        """The newest of each owner, as Telegram has it now; one that is over is shown as disabled."""
        newest = {known.owner: known for known in await self._read(afresh=True)}
        return [await self._ask_or_over(known) for known in newest.values()]

    async def _ask_or_over(self, known: Known) -> BusinessConnection:
        try:
            return await self._ask(known.id)
        except ConnectionGone:
            owner = Party(id=int(known.owner))
            return BusinessConnection(
                id=known.id, user=owner, date=known.date, is_enabled=False, rights=BusinessRights()
            )

    async def _ask(self, id: str) -> BusinessConnection:
        return await self._api.call("getBusinessConnection", BusinessConnection, {"business_connection_id": id})

    async def _add(self, found: BusinessConnection) -> None:
        known = Known(id=found.id, owner=str(found.user.id), date=found.date)
        others = tuple(other for other in await self._read(afresh=True) if other.id != found.id)
        self._book = tuple(sorted((*others, known), key=lambda each: each.date))[-_MOST:]
        written = _Book(self._book).model_dump_json()
        await self._vault.put(_NAME, written, expires_at=self._clock.now() + _KEPT)

    async def _read(self, *, afresh: bool = False) -> tuple[Known, ...]:
        if self._book is None or afresh:
            kept = await self._vault.get(_NAME)
            try:
                self._book = _Book.model_validate_json(kept).root if kept else ()
            except ValidationError:
                self._book = ()
        return self._book
