"""Carry out a command on a conversation: one considered commit, then what it wakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.commands.commands import Command
from shared.commands.effects import Actor, Effect, effect_of
from shared.domain.conversations import Conversation
from shared.domain.events import Topic
from shared.domain.ids import ConversationId, MessageId, WorkspaceId
from shared.domain.messages import Author, Direction, Message
from shared.errors import NotFound
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import considered
from shared.services.pending import cancellable, cancellations, left_unanswered, taking_back
from shared.services.turns import GRACE, FieldChanges, reopening, waiting_turn
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Execute:
    """One way for every cockpit."""

    platform: Platform
    bus: EventBus
    clock: Clock
    ids: Ids

    async def __call__(
        self, workspace: WorkspaceId, target: ConversationId, command: Command, actor: Actor
    ) -> Conversation:
        """The conversation afterwards. Raises `NotFound`, `Conflict`."""
        store = self.platform.workspace(workspace)
        woken: list[Conversation] = []

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None:
                raise NotFound("no such conversation")
            now = self.clock.now()
            effect = effect_of(command, known.conversation, actor, now)
            woken[:] = [known.conversation] if effect.wakes_assistant else []
            return self._writes(store, known, effect, actor, now)

        await considered(store, target, decide)
        for conversation in woken:
            await self.bus.publish(Topic.MESSAGE_RECEIVED, waiting_turn(conversation))
        after = await Conversations(store).get(target)
        if after is None:
            raise NotFound("no such conversation")
        return after.conversation

    def _writes(
        self, store: WorkspaceStore, known: Versioned, effect: Effect, actor: Actor, now: datetime
    ) -> list[Write]:
        conversation = known.conversation
        writes: list[Write] = []
        changes: FieldChanges = dict(effect.changes)
        if effect.cancels:
            pending = cancellable(conversation)
            changes |= taking_back(pending)
            writes += cancellations(store, conversation, pending, effect.cancels)
            changes |= _waiting_again(conversation, pending, effect, now)
        if effect.note or effect.event:
            writes.append(Messages(store).creation(self._line(conversation, effect, actor, now)))
        if not changes and not writes:
            return []
        changes[("updated_at",)] = now
        if effect.wakes_assistant:
            changes |= {("due_at",): now + GRACE, ("sweeps",): 0}
        return [Conversations(store).merge(conversation.id, changes, version=known.version), *writes]

    def _line(self, conversation: Conversation, effect: Effect, actor: Actor, now: datetime) -> Message:
        return Message(
            id=MessageId(self.ids.new()),
            conversation_id=conversation.id,
            inbox_id=conversation.inbox_id,
            direction=Direction.ACTIVITY,
            author=Author.MEMBER if effect.note else Author.SYSTEM,
            author_id=actor.user_id,
            author_name=actor.name,
            text=effect.note,
            problem=effect.event or None,
            at=now,
            received_at=now,
        )


def _waiting_again(
    conversation: Conversation, pending: Sequence[MessageId], effect: Effect, now: datetime
) -> FieldChanges:
    """The questions of replies that are taken back, unless the command settles them."""
    if ("status",) in effect.changes:
        return {}
    questions = [id for reply in pending for id in left_unanswered(conversation, conversation.outbox[reply])]
    return {**reopening(conversation, tuple(questions)), ("due_at",): now + GRACE} if questions else {}
