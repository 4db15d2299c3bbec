"""After a new encryption key: every inbox's secrets move under it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.ids import InboxId, WorkspaceId
from shared.errors import InvalidInput, Stale
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes, VersionedInbox
from shared.store.platform import Platform

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many inboxes were moved, and which could not be: their key is lost, or they never stood still."""

    moved: int
    failed: tuple[InboxId, ...]


@dataclass(frozen=True, slots=True)
class Reseal:
    """Safe to repeat, and beside running traffic: a write that met another one is made again."""

    platform: Platform
    secrets: InboxSecrets

    async def __call__(self) -> Resealed:
        """Walk all inboxes of all workspaces. Raises `Unavailable`."""
        moved, failed = 0, []
        async for known in self.platform.every_inbox():
            if await self._moved(known):
                moved += 1
            else:
                failed.append(known.inbox.id)
        return Resealed(moved, tuple(failed))

    async def _moved(self, known: VersionedInbox) -> bool:
        latest: VersionedInbox | None = known
        for _ in range(_ATTEMPTS):
            if latest is None:
                return True  # gone meanwhile
            try:
                await self._move(latest)
            except InvalidInput:
                return False
            except Stale:
                latest = await self._inboxes(known.inbox.workspace_id).get(known.inbox.id)
                continue
            return True
        return False

    async def _move(self, known: VersionedInbox) -> None:
        sealed = await self.secrets.resealed(known.inbox)
        if sealed:
            change = self._inboxes(known.inbox.workspace_id).change(known.inbox.id, sealed, version=known.version)
            await self.platform.commit([change])

    def _inboxes(self, workspace: WorkspaceId) -> Inboxes:
        return Inboxes(self.platform.workspace(workspace))
