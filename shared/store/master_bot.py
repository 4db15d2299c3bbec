"""`settings/master_bot`: the platform's own bot."""

from __future__ import annotations

from shared.domain.master_bot import MasterBotSettings
from shared.ports.document_store import Delete, DocumentStore, Set
from shared.store.codec import fields_of, noun_or_none

PATH = "settings/master_bot"


class MasterBots:
    """There is one, or none."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def get(self) -> MasterBotSettings | None:
        """Its settings; None: no admin has set it up."""
        return noun_or_none(MasterBotSettings, await self._store.get(PATH))

    async def save(self, settings: MasterBotSettings) -> None:
        """Set it up, or another in its place."""
        await self._store.commit([Set(PATH, fields_of(settings))])

    async def remove(self) -> None:
        """Have none."""
        await self._store.commit([Delete(PATH)])
