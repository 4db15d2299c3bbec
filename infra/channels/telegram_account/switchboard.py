"""Finds an account's connection: in this process where its worker runs here, else by way of the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from infra.channels.telegram_account.line import Line
from shared.domain.ids import InboxId, WorkspaceId


class Host(Protocol):
    """The worker, for who runs beside it."""

    async def reach(self, workspace: WorkspaceId, inbox: InboxId) -> Line:
        """The connection of an account, made if need be. Raises the `ChannelError` family."""
        ...


@dataclass(slots=True)
class Switchboard:
    """One a process. Implements `infra.channels.context.Lines`."""

    remote: Callable[[WorkspaceId, InboxId], Line]
    host: Host | None = None

    async def reach(self, workspace_id: str, inbox_id: str) -> Line:
        """A way to the connection."""
        workspace, inbox = WorkspaceId(workspace_id), InboxId(inbox_id)
        if self.host is not None:
            return await self.host.reach(workspace, inbox)
        return self.remote(workspace, inbox)
