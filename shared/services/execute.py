"""Carry out a command on a conversation: one considered commit, then what it wakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.commands.commands import Command
from shared.commands.effects import Actor, Effect, effect_of
from shared.domain.conversations import Conversation
from shared.domain.events import Topic
from shared.domain.ids import ConversationId, MessageId, WorkspaceId, stable_id
from shared.domain.messages import Author, Direction, Message
from shared.errors import NotFound
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import considered
from shared.services.followers import Followers
from shared.services.pending import cancellable, cancellations, left_unanswered, taking_back
from shared.services.turns import GRACE, FieldChanges, noticing, reopening, waiting_turn
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
    followers: Followers

    async def __call__(
        self, workspace: WorkspaceId, target: ConversationId, command: Command, actor: Actor, *, key: str = ""
    ) -> Conversation:
        """The conversation afterwards. A command that leaves a line is carried out once for each key.

        Raises `NotFound`, `Conflict`.
        """
        line = MessageId(stable_id("line", target, key) if key else self.ids.new())
        store = self.platform.workspace(workspace)
        woken: list[Conversation] = []

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None:
                raise NotFound("no such conversation")
            if key and await Messages(store).get(target, line) is not None:
                return []
            now = self.clock.now()
            effect = effect_of(command, known.conversation, actor, now)
            woken[:] = [known.conversation] if effect.wakes_assistant else []
            return self._writes(store, known, effect, _line(known.conversation, line, effect, actor, now))

        has_changed = await considered(store, target, decide)
        for conversation in woken:
            await self.bus.publish(Topic.MESSAGE_RECEIVED, waiting_turn(conversation))
        after = await Conversations(store).get(target)
        if after is None:
            raise NotFound("no such conversation")
        if has_changed:
            await self.followers.tell_of(after.conversation)
        return after.conversation

    def _writes(self, store: WorkspaceStore, known: Versioned, effect: Effect, line: Message) -> list[Write]:
        conversation, now = known.conversation, line.at
        writes: list[Write] = []
        changes: FieldChanges = dict(effect.changes)
        if effect.cancels:
            pending = cancellable(conversation)
            changes |= taking_back(conversation, pending)
            writes += cancellations(store, conversation, pending, effect.cancels)
            changes |= _waiting_again(conversation, pending, effect, now)
        if effect.note or effect.event:
            writes.append(Messages(store).creation(line))
            changes |= noticing(conversation, line.id, now)
        if not changes and not writes:
            return []
        changes[("updated_at",)] = now
        if effect.wakes_assistant:
            changes |= {("due_at",): now + GRACE, ("sweeps",): 0}
        return [Conversations(store).merge(conversation.id, changes, version=known.version), *writes]


def _line(conversation: Conversation, id: MessageId, effect: Effect, actor: Actor, now: datetime) -> Message:
    return Message(
        id=id,
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
