"""Find what the state says is still owed and publish it again: no event is ever the only copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.conversations import Conversation, Status
from shared.domain.events import MessageQueued, Topic
from shared.errors import Stale
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
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

BATCH = 100
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
        """How many conversations were pushed on."""
        now = self.clock.now()
        due = await self.platform.due_conversations(now, limit=BATCH)
        for found in due:
            await self._push_on(found, now)
        await self.heal_groups()
        return len(due)

    async def _push_on(self, due: Due, now: datetime) -> None:
        # Publish before writing: a crash in between publishes twice, never not at all.
        await self._publish(due.conversation, now)
        store = self.platform.workspace(due.conversation.workspace_id)
        changes = next_look(due.conversation, now)
        merge = Conversations(store).merge(due.conversation.id, changes, version=due.version)
        try:
            await store.commit([merge])
        except Stale:
            return  # somebody is at it

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
