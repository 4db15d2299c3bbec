"""A member answers: the words are queued, the conversation is theirs, and the assistant's pending reply is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.commands.effects import Actor
from shared.domain.conversations import Conversation, Status
from shared.domain.events import MessageQueued, Topic
from shared.domain.ids import ConversationId, MessageId, WorkspaceId, stable_id
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.replies import EvidenceCard
from shared.errors import Conflict, InvalidInput, NotFound, TooLarge
from shared.policy.gate import length
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import Decide, considered
from shared.services.pending import cancellable, cancellations, taking_back
from shared.services.turns import GRACE, FieldChanges, closing, outbox_entry, trimming
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Text of a member's own, or a draft as it stands or edited."""

    platform: Platform
    bus: EventBus
    clock: Clock
    opener: ChannelOpener

    async def __call__(
        self,
        workspace: WorkspaceId,
        target: ConversationId,
        actor: Actor,
        *,
        key: str,
        text: str = "",
        draft_id: MessageId | None = None,
    ) -> Message:
        """The queued message; with a key that was used before, the message of that time.

        Raises `NotFound`, `InvalidInput` (nothing to say), `TooLarge` (too long for the channel) and `Conflict`
        (`draft_changed`: the draft is another one by now; `key_reused`: the key stands for another text).
        """
        store = self.platform.workspace(workspace)
        id = MessageId(stable_id("send", target, actor.user_id, key))
        earlier = await Messages(store).get(target, id)
        if earlier is None:
            await considered(store, target, self._decision(store, id, actor, text.strip(), draft_id))
            earlier = await Messages(store).get(target, id)
        if earlier is None:
            raise NotFound("no such message")
        if text.strip() and earlier.text != text.strip():
            raise Conflict("the key was used for another text", code="key_reused")
        await self.bus.publish(Topic.MESSAGE_QUEUED, MessageQueued(workspace_id=workspace, conversation_id=target))
        return earlier

    def _decision(
        self, store: WorkspaceStore, id: MessageId, actor: Actor, text: str, draft_id: MessageId | None
    ) -> Decide:
        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None:
                raise NotFound("no such conversation")
            if await Messages(store).get(known.conversation.id, id) is not None:
                return []  # the same key, sent at the same time
            now = self.clock.now()
            message = self._message(known.conversation, id, actor, text, draft_id, now)
            return self._writes(store, known, message, now)

        return decide

    def _message(
        self,
        conversation: Conversation,
        id: MessageId,
        actor: Actor,
        text: str,
        draft_id: MessageId | None,
        now: datetime,
    ) -> Message:
        words, evidence = self._words(conversation, actor, text, draft_id)
        capabilities = self.opener.capabilities(conversation.channel)
        if length(words, capabilities) > capabilities.text_limit:
            raise TooLarge(f"at most {capabilities.text_limit} characters", code="text_too_long")
        return Message(
            id=id,
            conversation_id=conversation.id,
            inbox_id=conversation.inbox_id,
            direction=Direction.OUTGOING,
            author=Author.MEMBER,
            author_id=actor.user_id,
            author_name=actor.name,
            text=words,
            context=conversation.reply_context,
            at=now,
            received_at=now,
            delivery=Delivery.QUEUED,
            answers=tuple(conversation.open_turn()),
            evidence=evidence,
        )

    def _words(
        self, conversation: Conversation, actor: Actor, text: str, draft_id: MessageId | None
    ) -> tuple[str, EvidenceCard | None]:
        if draft_id is None:
            if not text:
                raise InvalidInput("nothing to send", code="empty_text")
            return text, None
        draft = conversation.draft
        if draft is None or draft.id != draft_id:
            raise Conflict("the draft has changed", code="draft_changed")
        return text or draft.text, draft.evidence.model_copy(update={"approved_by": actor.user_id})

    def _writes(self, store: WorkspaceStore, known: Versioned, message: Message, now: datetime) -> list[Write]:
        conversation = known.conversation
        pending = cancellable(conversation)
        entry = outbox_entry(message, now)
        changes: FieldChanges = {
            **trimming(conversation),
            **closing(conversation, message.answers),
            **taking_back(pending),
            ("outbox", message.id): entry,
            ("owner",): message.author_id,
            ("assignee",): conversation.assignee or message.author_id,
            ("draft",): None,
            ("handoff",): None,
            ("unread",): 0,
            ("is_unread",): False,
            ("due_at",): now + GRACE,
            ("sweeps",): 0,
            ("updated_at",): now,
        }
        if conversation.status is Status.CLOSED:
            changes |= {("status",): Status.ANSWERED_BY_HUMAN, ("closed_at",): None}
        merge = Conversations(store).merge(conversation.id, changes, version=known.version)
        taken_back = cancellations(store, conversation, pending, "human_answered")
        return [Messages(store).creation(message), merge, *taken_back]
