"""A member answers: the words are queued, the conversation is theirs, and the assistant's pending reply is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.commands.effects import Actor
from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation, Status
from shared.domain.events import MessageQueued, Topic
from shared.domain.ids import ConversationId, MessageId, WorkspaceId, stable_id
from shared.domain.messages import Attachment, Author, Delivery, Direction, Message
from shared.domain.replies import EvidenceCard
from shared.errors import Conflict, NotFound
from shared.policy.linter import lint
from shared.policy.reply_window import is_closed
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import Decide, considered
from shared.services.directory import InboxDirectory
from shared.services.followers import Followers
from shared.services.pending import cancellable, cancellations, taking_back
from shared.services.refusals import refused
from shared.services.turns import GRACE, FieldChanges, closing, no_auto_reply, outbox_entry, trimming
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a member wants to be sent."""

    actor: Actor
    key: str
    text: str
    draft_id: MessageId | None
    files: tuple[Attachment, ...]

    def id(self, target: ConversationId, part: int = 0) -> MessageId:
        """The same key again is the same message. Only a chat's files have further parts."""
        return sent_id(target, self.actor, self.key, part)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Text of a member's own with files, or a draft as it stands or edited.

    A letter takes text and files together. In a chat the files are a message of their own in front of the text, as
    messengers show them: each message is one call of the vendor, which happens or does not.
    """

    platform: Platform
    bus: EventBus
    clock: Clock
    opener: ChannelOpener
    directory: InboxDirectory
    followers: Followers

    async def __call__(
        self,
        workspace: WorkspaceId,
        target: ConversationId,
        actor: Actor,
        *,
        key: str,
        text: str = "",
        draft_id: MessageId | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Message:
        """The queued message, the one with the text where there are two; with a key that was used before, that of
        then.

        Raises `NotFound`, `InvalidInput` and `TooLarge` (codes of the linter) and `Conflict` (`draft_changed`: the
        draft is another one by now; `key_reused`: the key stands for something else; `replies_not_allowed`;
        `window_closed`).
        """
        store = self.platform.workspace(workspace)
        wish = _Wish(actor, key, text.strip(), draft_id, tuple(attachments))
        earlier = await self._earlier(store, target, wish)
        if not earlier:
            await considered(store, target, self._decision(store, wish))
            earlier = await self._earlier(store, target, wish)
        if not earlier:
            raise NotFound("no such message")
        if not _is_the_same(earlier, wish):
            raise Conflict("the key was used for another message", code="key_reused")
        await self.bus.publish(Topic.MESSAGE_QUEUED, MessageQueued(workspace_id=workspace, conversation_id=target))
        await self.followers.tell(await self.directory.inbox(workspace, earlier[0].inbox_id), target)
        return earlier[-1]

    async def _earlier(self, store: WorkspaceStore, target: ConversationId, wish: _Wish) -> list[Message]:
        """What this key stands for already, in order."""
        first = await Messages(store).get(target, wish.id(target))
        if first is None or not first.attachments or first.text:
            return [first] if first else []
        second = await Messages(store).get(target, wish.id(target, 1))
        return [first, second] if second else [first]

    def _decision(self, store: WorkspaceStore, wish: _Wish) -> Decide:
        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None:
                raise NotFound("no such conversation")
            if await self._earlier(store, known.conversation.id, wish):
                return []  # the same key, sent at the same time
            now = self.clock.now()
            return self._writes(store, known, await self._messages(known.conversation, wish, now), now)

        return decide

    async def _messages(self, conversation: Conversation, wish: _Wish, now: datetime) -> list[Message]:
        capabilities = self.opener.capabilities(conversation.channel)
        words, evidence = _words(conversation, wish)
        await self._check(conversation, capabilities, words, wish.files, now)
        parts = [(words, wish.files)]
        if words and wish.files and not capabilities.html:
            parts = [("", wish.files), (words, ())]
        return [
            Message(
                id=wish.id(conversation.id, number),
                conversation_id=conversation.id,
                inbox_id=conversation.inbox_id,
                direction=Direction.OUTGOING,
                author=Author.MEMBER,
                author_id=wish.actor.user_id,
                author_name=wish.actor.name,
                text=text,
                context=conversation.reply_context,
                attachments=files,
                at=now + number * timedelta(microseconds=1),
                received_at=now + number * timedelta(microseconds=1),
                delivery=Delivery.QUEUED,
                answers=tuple(conversation.open_turn()),
                evidence=evidence,
            )
            for number, (text, files) in enumerate(parts)
        ]

    async def _check(
        self,
        conversation: Conversation,
        capabilities: Capabilities,
        words: str,
        files: Sequence[Attachment],
        now: datetime,
    ) -> None:
        """Raises where the inbox or its vendor surely lets nothing, or not this, be sent."""
        inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
        if not inbox.allows_replies:
            raise Conflict("replies are switched off for this inbox", code="replies_not_allowed")
        if is_closed(conversation, capabilities, now):
            raise Conflict("the customer wrote too long ago", code="window_closed")
        if code := lint(words, files, capabilities, conversation.kind):
            raise refused(code)

    def _writes(
        self, store: WorkspaceStore, known: Versioned, messages: Sequence[Message], now: datetime
    ) -> list[Write]:
        conversation, first = known.conversation, messages[0]
        pending = cancellable(conversation)
        changes: FieldChanges = {
            **trimming(conversation),
            **closing(conversation, first.answers),
            **taking_back(conversation, pending),
            **no_auto_reply(conversation),
            **{("outbox", message.id): outbox_entry(message, message.at) for message in messages},
            ("owner",): first.author_id,
            ("assignee",): conversation.assignee or first.author_id,
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
        return [*(Messages(store).creation(message) for message in messages), merge, *taken_back]


def sent_id(target: ConversationId, actor: Actor, key: str, part: int = 0) -> MessageId:
    """The id of the message, or of one of its parts, that a key of this person stands for."""
    return MessageId(stable_id("send", target, actor.user_id, key, *([str(part)] if part else [])))


def _words(conversation: Conversation, wish: _Wish) -> tuple[str, EvidenceCard | None]:
    if wish.draft_id is None:
        return wish.text, None
    draft = conversation.draft
    if draft is None or draft.id != wish.draft_id:
        raise Conflict("the draft has changed", code="draft_changed")
    return wish.text or draft.text, draft.evidence.model_copy(update={"approved_by": wish.actor.user_id})


def _is_the_same(earlier: Sequence[Message], wish: _Wish) -> bool:
    """A draft that was sent as it stood is asked for without its words."""
    text = "".join(message.text for message in earlier)
    blobs = [file.blob for message in earlier for file in message.attachments]
    return wish.text in ("", text) and blobs == [file.blob for file in wish.files]
