"""The auto-responder's time has come: queue its text, wait on, or drop it. Once a conversation and interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.conversations import Conversation, Status
from shared.domain.events import MessageQueued, Topic
from shared.domain.ids import MessageId
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.tasks import AutoRespondTask
from shared.policy.auto_reply import Case, Silence, Speak, Wait, at_its_time
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import considered
from shared.services.followers import Followers
from shared.services.plan_auto_reply import PlanAutoReply
from shared.services.turns import GRACE, FieldChanges, no_auto_reply, outbox_entry, trimming
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class AutoRespond:
    """Looks at the state first: a task that comes twice, late or for nothing does no harm."""

    platform: Platform
    bus: EventBus
    clock: Clock
    ids: Ids
    plan: PlanAutoReply
    followers: Followers

    async def __call__(self, task: AutoRespondTask) -> None:
        """One look. What it decides is written only if nobody has touched the conversation meanwhile."""
        store = self.platform.workspace(task.workspace_id)
        decided: list[tuple[Conversation, Speak | Wait | Silence]] = []

        async def decide(known: Versioned | None) -> Sequence[Write]:
            decided.clear()
            if known is None or known.conversation.auto_reply_due_at is None:
                return []  # somebody has answered
            case, now = await self.plan.case(known.conversation), self.clock.now()
            ruling = at_its_time(case, now) if case else Silence("auto_responder_off")
            decided.append((known.conversation, ruling))
            return self._writes(store, known, case, ruling, now)

        await considered(store, task.conversation_id, decide)
        for conversation, ruling in decided:
            await self._follow_up(conversation, ruling)

    def _writes(
        self, store: WorkspaceStore, known: Versioned, case: Case | None, ruling: Speak | Wait | Silence, now: datetime
    ) -> list[Write]:
        conversation = known.conversation
        creations: list[Write] = []
        changes: FieldChanges = {}
        match ruling:
            case Speak(start):
                assert case is not None
                message = self._message(conversation, case.settings.text.strip(), now)
                creations = [Messages(store).creation(message)]
                changes = _speaking(conversation, message, start, now)
            case Wait(until):
                changes = _waiting(conversation, until)
            case Silence():
                changes = {**no_auto_reply(conversation), **_owed(conversation, None)}
        merge = Conversations(store).merge(conversation.id, changes, version=known.version)
        return [*creations, merge] if changes else []

    def _message(self, conversation: Conversation, text: str, now: datetime) -> Message:
        """It names no answered messages: whoever wrote still waits."""
        return Message(
            id=MessageId(self.ids.new()),
            conversation_id=conversation.id,
            inbox_id=conversation.inbox_id,
            direction=Direction.OUTGOING,
            author=Author.AUTO_RESPONDER,
            text=text,
            context=conversation.reply_context,
            at=now,
            received_at=now,
            delivery=Delivery.QUEUED,
            is_automatic=True,
        )

    async def _follow_up(self, conversation: Conversation, ruling: Speak | Wait | Silence) -> None:
        if isinstance(ruling, Wait):
            await self.plan.schedule(conversation, ruling.until)
        elif isinstance(ruling, Speak):
            queued = MessageQueued(workspace_id=conversation.workspace_id, conversation_id=conversation.id)
            await self.bus.publish(Topic.MESSAGE_QUEUED, queued)
            await self.followers.tell_of(conversation)


def _speaking(conversation: Conversation, message: Message, start: datetime, now: datetime) -> FieldChanges:
    return {
        **trimming(conversation),
        ("outbox", message.id): outbox_entry(message, now),
        ("auto_replied_in",): start,
        ("auto_reply_due_at",): None,
        ("due_at",): now + GRACE,
        ("sweeps",): 0,
        ("updated_at",): now,
    }


def _waiting(conversation: Conversation, until: datetime) -> FieldChanges:
    if conversation.auto_reply_due_at == until:
        return {}
    return {("auto_reply_due_at",): until, **_owed(conversation, until + GRACE)}


def _owed(conversation: Conversation, look: datetime | None) -> FieldChanges:
    """When `sweep` looks, unless it looks for the sake of something else."""
    is_otherwise = conversation.outbox or conversation.status is Status.AWAITING_RESPONSE
    return {} if is_otherwise else {("due_at",): look, ("sweeps",): 0}
