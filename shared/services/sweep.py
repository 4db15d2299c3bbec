"""Find what the state says is still owed and publish it again: no event is ever the only copy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.conversations import Conversation, Status
from shared.domain.events import MessageQueued, Topic
from shared.errors import Stale
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
from shared.services.for_each import for_each
from shared.services.mirror_heal import HealGroups
from shared.services.plan_auto_reply import PlanAutoReply
from shared.services.turns import (
    GRACE,
    FieldChanges,
    calling_people,
    look_for_auto_reply,
    silencing_assistant,
    waiting_turn,
)
from shared.store.conversations import Conversations
from shared.store.platform import Due, Platform

AT_ONCE = 20
"""Conversations."""
WORKING = 40.0
"""Seconds in which conversations are begun: the next tick goes on, and work groups need time, too."""
PATIENCE = 6
"""After so many pushes a turn goes to people."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Writes nothing where nothing is owed."""

    platform: Platform
    bus: EventBus
    clock: Clock
    auto_reply: PlanAutoReply
    heal_groups: HealGroups

    async def __call__(self) -> int:
        """How many conversations were pushed on. What fails stops none of the others, and is raised at the end."""
        try:
            pushed = await for_each(self._due(), self._push_on, at_once=AT_ONCE)
        except Exception:
            await self.heal_groups()
            raise
        await self.heal_groups()
        return pushed

    async def _due(self) -> AsyncIterator[Due]:
        """The longest first, while there is time."""
        end = self.clock.monotonic() + WORKING
        async for due in self.platform.due_conversations(self.clock.now()):
            if self.clock.monotonic() >= end:
                return
            yield due

    async def _push_on(self, due: Due) -> bool:
        # Publish before writing: a crash in between publishes twice, never not at all.
        now = self.clock.now()
        await self._publish(due.conversation, now)
        store = self.platform.workspace(due.conversation.workspace_id)
        changes = next_look(due.conversation, now)
        merge = Conversations(store).merge(due.conversation.id, changes, version=due.version)
        with suppress(Stale):  # somebody is at it
            await store.commit([merge])
        return True

    async def _publish(self, conversation: Conversation, now: datetime) -> None:
        if conversation.outbox:
            queued = MessageQueued(workspace_id=conversation.workspace_id, conversation_id=conversation.id)
            await self.bus.publish(Topic.MESSAGE_QUEUED, queued)
        if waits_for_reply(conversation):
            await self.bus.publish(Topic.MESSAGE_RECEIVED, waiting_turn(conversation))
        auto_reply = conversation.auto_reply_due_at
        if auto_reply is not None and auto_reply <= now:
            await self.auto_reply.schedule(conversation, auto_reply, again=conversation.sweeps + 1)


def waits_for_reply(conversation: Conversation) -> bool:
    """A customer's turn that nobody has decided about."""
    return conversation.status is Status.AWAITING_RESPONSE and bool(conversation.open_turn())


def next_look(conversation: Conversation, now: datetime) -> FieldChanges:
    """When to look again, ever more rarely; a turn that cannot be answered goes to people."""
    if conversation.sweeps >= PATIENCE and waits_for_reply(conversation) and not conversation.outbox:
        look_at = look_for_auto_reply(conversation)
        return {**calling_people("turn_stuck", now), **silencing_assistant(), ("due_at",): look_at}
    if not conversation.outbox and not waits_for_reply(conversation):
        look_at = look_for_auto_reply(conversation)
        if look_at is None or look_at > now:
            return {("due_at",): look_at, ("sweeps",): 0}
    pause = min(GRACE * (1 << min(conversation.sweeps, 6)), timedelta(hours=1))
    return {("due_at",): now + pause, ("sweeps",): conversation.sweeps + 1}
