"""Gmail says that a mailbox changed: pull it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.services.directory import InboxDirectory
from shared.services.pull_inbox import PullInbox


@dataclass(frozen=True, slots=True)
class NotifyMailbox:
    """A notification is a hint: what it says of the state is not used."""

    directory: InboxDirectory
    pull_inbox: PullInbox

    async def __call__(self, email: str) -> int:
        """How many arrivals were news. Raises `NotFound` for a mailbox that is not connected."""
        opened = await self.directory.find_mailbox(email)
        return await self.pull_inbox(opened.inbox.workspace_id, opened.inbox.id)
