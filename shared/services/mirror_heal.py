"""Find what a work group has missed: conversations whose change nobody told of, and turns that nobody took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.conversations import Conversation
from shared.domain.work_groups import WorkGroup
from shared.errors import Conflict
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.for_each import for_each
from shared.services.mirror_enlist import Enlist
from shared.services.mirror_lease import Turns
from shared.store.conversations import Conversations
from shared.store.platform import Platform
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore

BATCH: Final = 100
AT_ONCE: Final = 20
"""Groups."""
SETTLING: Final = timedelta(minutes=2)
"""A commit may come this much later than the moment that it carries."""
OVERDUE: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class HealGroups:
    """For each group two reads while nothing happens, and no write."""

    platform: Platform
    clock: Clock
    enlist: Enlist
    turns: Turns

    async def __call__(self) -> int:
        """How many groups were found behind."""
        return await for_each(self.platform.work_groups(), self._heal, at_once=AT_ONCE)

    async def _heal(self, group: WorkGroup) -> bool:
        store, now = self.platform.workspace(group.workspace_id), self.clock.now()
        changed = await Conversations(store).changed_since(group.in_step_at, limit=BATCH)
        news = [conversation for conversation in changed if conversation.updated_at > group.in_step_at]
        behind = await self._behind(store, group, news)
        if news:
            await self._catch_up(store, group, min(news[-1].updated_at, now - SETTLING), behind)
        is_overdue = group.due_at is not None and group.due_at < now - OVERDUE
        if behind or is_overdue:
            await self.turns.wake(group, now)
        return bool(behind)

    async def _behind(self, store: WorkspaceStore, group: WorkGroup, changed: Sequence[Conversation]) -> list[Write]:
        return [write for conversation in changed for write in await self.enlist(store, group, conversation)]

    async def _catch_up(
        self, store: WorkspaceStore, group: WorkGroup, until: datetime, behind: Sequence[Write]
    ) -> None:
        """The topics have their places before the group forgets to look at them."""
        changes = {"in_step_at": max(until, group.in_step_at)}
        if behind and group.due_at is None:
            changes["due_at"] = self.clock.now()
        try:
            if behind:
                await store.commit(behind)
            if behind or changes["in_step_at"] > group.in_step_at:
                await store.commit([WorkGroups(store).change(changes)])
        except Conflict:
            return  # somebody is at it: the next minute looks again
