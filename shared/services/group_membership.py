"""A bot is let into a group or thrown out, rights change, topics are switched off, a group gets another id: which
groups can be picked, and whether ours still works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.arrivals import ThreadMoved
from shared.domain.cockpit import GroupMembership
from shared.domain.inboxes import Inbox
from shared.domain.work_groups import GroupCandidate, WorkGroup
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
            author=f"@{change.author.username}" if change.author.username else change.author.name,
            seen_at=change.at,
        )
        listed: Write = (
            groups.candidacy(candidate) if change.is_member else groups.candidacy_removal(inbox.id, change.chat)
        )
        await store.commit([listed])
        await self._look_at_ours(store, inbox, change)
        return True

    async def overhear(self, inbox: Inbox, chat: str) -> bool:
        """Whether this is our group, heard by an account that does not serve it, or by its bot though its topics are
        off: the next turn finds that out."""
        store = self.platform.workspace(inbox.workspace_id)
        known = await WorkGroups(store).get()
        if known is None or known.group.chat != chat:
            return False
        if known.group.is_usable and known.group.bot_inbox_id == inbox.id:
            await self._look_again(store, known.group, {})
        return True

    async def follow(self, inbox: Inbox, move: ThreadMoved) -> bool:
        """Whether it is our group that has become a supergroup. Wherever the old id is kept, the new one is."""
        store = self.platform.workspace(inbox.workspace_id)
        await self._follow_candidate(store, inbox, move)
        known = await WorkGroups(store).get()
        if known is None or known.group.bot_inbox_id != inbox.id:
            return False
        if known.group.chat == move.old_thread:
            await self._look_again(store, known.group, {"chat": move.new_thread})
        return known.group.chat in (move.old_thread, move.new_thread)

    async def _follow_candidate(self, store: WorkspaceStore, inbox: Inbox, move: ThreadMoved) -> None:
        groups = WorkGroups(store)
        for candidate in await groups.candidates():
            if (candidate.bot_inbox_id, candidate.chat) == (inbox.id, move.old_thread):
                moved = candidate.model_copy(update={"chat": move.new_thread})
                await store.commit([groups.candidacy(moved), groups.candidacy_removal(inbox.id, move.old_thread)])

    async def _look_at_ours(self, store: WorkspaceStore, inbox: Inbox, change: GroupMembership) -> None:
        known = await WorkGroups(store).get()
        if known is None or known.group.chat != change.chat or known.group.bot_inbox_id != inbox.id:
            return
        problem = known.group.problem if change.is_member else "group_gone"
        await self._look_again(store, known.group, {"problem": problem})

    async def _look_again(self, store: WorkspaceStore, group: WorkGroup, found: dict[str, Any]) -> None:
        """The next turn, now, examines the group before it does anything there."""
        now = self.clock.now()
        changes = {**found, "examined_at": None, "due_at": now, "updated_at": now}
        await store.commit([WorkGroups(store).change(changes)])
        await self.turns.wake(group, now)
