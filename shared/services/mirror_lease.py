"""Who may write into a work group now: one at a time, and no more often than Telegram allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from shared.domain.model import to_micros
from shared.domain.tasks import MirrorTask
from shared.domain.work_groups import WorkGroup
from shared.errors import AlreadyExists, Stale, Unavailable
from shared.policy.pace import allowance, next_chance, recent
from shared.policy.topic_debts import Rank, moment_of, rank_of
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Version, Write
from shared.ports.task_queue import TaskQueue
from shared.services.turns import GRACE
from shared.store.topics import Topics
from shared.store.work_groups import VersionedGroup, WorkGroups
from shared.store.workspace import WorkspaceStore

LEASE: Final = timedelta(seconds=60)
WORKING: Final = timedelta(seconds=25)
"""Of the lease; the rest is for the call that is under way at its end. Where clocks differ, the calls that a turn has
reserved keep others off for longer still."""
RECHECK: Final = timedelta(hours=1)
"""How often the rights are looked at."""
RETRY: Final = timedelta(minutes=10)
"""How often a group that cannot be used, and in which something is owed, is tried again."""
_BREATH: Final = timedelta(seconds=1)
ATTEMPTS: Final = 8
T = TypeVar("T")


@dataclass(slots=True)
class Turn:
    """The right to write into a group for a while, and what came of it."""

    store: WorkspaceStore
    group: WorkGroup
    """As it is now: what this turn has found out is in it."""
    version: Version
    began_at: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    """To be written when the turn ends."""

    def learn(self, **changes: Any) -> None:
        """Something about the group itself."""
        self.changes |= changes
        self.group = self.group.model_copy(update=changes)

    def spend(self, now: datetime) -> None:
        """Telegram is called: that counts against its limit."""
        self.group = self.group.model_copy(update={"spent": (*self.group.spent, now)})

    def may_go_on(self, now: datetime) -> bool:
        """There is time, the group can be used, and Telegram takes more."""
        is_paused = self.group.paused_until is not None and self.group.paused_until > now
        has_time = now < self.began_at + WORKING
        return has_time and not is_paused and self.group.is_usable and allowance(self.group.spent, now) > 0


@dataclass(frozen=True, slots=True)
class Turns:
    """Gives turns and takes them back. What cannot be done now is done by a task, at the time when it can."""

    tasks: TaskQueue
    clock: Clock
    ids: Ids

    async def take(self, store: WorkspaceStore, known: VersionedGroup, writes: Sequence[Write]) -> Turn | None:
        """Commit these writes and take the turn; None: they are committed, and somebody else or a task goes on.

        Raises `Stale` or `AlreadyExists` when the group, or what the writes are conditioned on, moved.
        """
        now, groups, group = self.clock.now(), WorkGroups(store), known.group
        if group.lease_until is not None and group.lease_until > now:
            await store.commit([*writes, groups.knock()])
            await self.wake(group, group.lease_until)  # should they die meanwhile
            return None
        later = _not_before(group, now)
        if later is not None:
            await self._plan(store, known, writes, later)
            return None
        lease, until = self.ids.new(), now + LEASE
        spent = recent(group.spent, now)
        # Until the turn ends well, all calls that it may make count as made at its last moment.
        reserved = (*spent, *[now + WORKING] * allowance(spent, now))
        taking = {"lease": lease, "lease_until": until, "due_at": until, "spent": reserved}
        *_, version = await store.commit([*writes, groups.change(taking, version=known.version)])
        taken = group.model_copy(update={"lease": lease, "lease_until": until, "spent": spent})
        return Turn(store, taken, version or "", now)

    async def end(self, turn: Turn) -> bool:
        """Give it back. False: something has come up meanwhile, and the turn goes on."""
        now, groups = self.clock.now(), WorkGroups(turn.store)
        due = await self._due(turn, now)
        spent = recent(turn.group.spent, now)
        ended = {**turn.changes, "lease": "", "lease_until": None, "due_at": due, "spent": spent}
        try:
            await turn.store.commit([groups.change(ended, version=turn.version)])
        except Stale:
            return not await self._is_still_ours(turn)
        if due is not None and turn.group.is_usable:
            await self.wake(turn.group, due)
        return True

    async def wake(self, group: WorkGroup, at: datetime, reason: str = "") -> None:
        """Let somebody go on then: once for each moment, or for each reason."""
        task = MirrorTask(workspace_id=group.workspace_id, work_group_id=group.id)
        await self.tasks.enqueue(task, run_at=at, name=f"mirror-{group.id}-{reason or to_micros(at)}")

    async def _is_still_ours(self, turn: Turn) -> bool:
        """Read the group again: somebody has written to it."""
        known = await WorkGroups(turn.store).get()
        if known is None or known.group.lease != turn.group.lease:
            return False
        turn.group = known.group.model_copy(update={"spent": turn.group.spent, **turn.changes})
        turn.version = known.version
        return True

    async def _plan(
        self, store: WorkspaceStore, known: VersionedGroup, writes: Sequence[Write], later: datetime
    ) -> None:
        due = known.group.due_at
        if due is not None and self.clock.now() < due <= later + GRACE:  # somebody has planned it
            if writes:
                await store.commit(writes)
            return
        await store.commit([*writes, WorkGroups(store).change({"due_at": later}, version=known.version)])
        await self.wake(known.group, later)

    async def _due(self, turn: Turn, now: datetime) -> datetime | None:
        """When somebody must go on; None: all is done."""
        group = turn.group
        first = await Topics(turn.store, group.id).first_place()
        if first is None and not group.replies:
            return None
        if not group.is_usable:
            return now + RETRY
        ready = _not_before(group, now) or now + _BREATH
        is_parked = first is not None and rank_of(first) is Rank.PARKED and not group.replies
        return max(ready, moment_of(first)) if is_parked and first is not None else ready


async def insist(body: Callable[[], Awaitable[T]]) -> T:
    """Run it again while the group, or the topic, moves under it. Raises `Unavailable` when it never stands still."""
    for _ in range(ATTEMPTS):
        try:
            return await body()
        except (Stale, AlreadyExists):
            continue
    raise Unavailable("the work group is too busy")


def _not_before(group: WorkGroup, now: datetime) -> datetime | None:
    """When Telegram takes more; None: now."""
    if group.paused_until is not None and group.paused_until > now:
        return group.paused_until
    return None if allowance(group.spent, now) else next_chance(group.spent, now)
