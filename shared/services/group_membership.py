"""A bot is let into a group, given rights, or thrown out: what groups can be picked, and whether ours still works."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.cockpit import GroupMembership
from shared.domain.inboxes import Inbox
from shared.domain.work_groups import GroupCandidate
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.mirror_lease import Turns
from shared.store.platform import Platform
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class GroupMemberships:
    """Keeps the list of candidates, and lets the mirror look at a group whose rights have changed."""

    platform: Platform
    turns: Turns
    clock: Clock

    async def __call__(self, inbox: Inbox, change: GroupMembership) -> bool:
        """Always news."""
        store = self.platform.workspace(inbox.workspace_id)
        groups = WorkGroups(store)
        candidate = GroupCandidate(
            bot_inbox_id=inbox.id,
            chat=change.chat,
            title=change.title,
            is_forum=change.is_forum,
            is_admin=change.is_admin,
            seen_at=change.at,
        )
        listed: Write = (
            groups.candidacy(candidate) if change.is_member else groups.candidacy_removal(inbox.id, change.chat)
        )
        await store.commit([listed])
        await self._look_at_ours(store, inbox, change)
        return True

    async def _look_at_ours(self, store: WorkspaceStore, inbox: Inbox, change: GroupMembership) -> None:
        known = await WorkGroups(store).get()
        if known is None or known.group.chat != change.chat or known.group.bot_inbox_id != inbox.id:
            return
        now = self.clock.now()
        found = {"examined_at": None, "problem": known.group.problem if change.is_member else "group_gone"}
        await store.commit([WorkGroups(store).change({**found, "due_at": now, "updated_at": now})])
        await self.turns.wake(known.group, now)
