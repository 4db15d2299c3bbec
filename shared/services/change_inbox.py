"""Write some fields of an inbox, together with its look-ups, and let this process notice at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.inboxes import Inbox
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.directory import InboxDirectory
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class ChangeInbox:
    """One commit. Other processes notice within a few seconds."""

    platform: Platform
    directory: InboxDirectory
    clock: Clock

    async def __call__(self, inbox: Inbox, fields: Mapping[str, Any], routes: Sequence[Write] = ()) -> Inbox:
        """The inbox afterwards; None removes a field. Raises `Stale` where the inbox is unknown."""
        changes = {**fields, "updated_at": self.clock.now()}
        change = Inboxes(self.platform.workspace(inbox.workspace_id)).change(inbox.id, changes)
        await self.platform.commit([change, *routes])
        self.directory.forget(inbox.workspace_id, inbox.id)
        return inbox.model_copy(update=changes)
