"""What a visitor says, and what a visitor may see of the conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.arrivals import Received
from shared.domain.contacts import ContactRef
from shared.domain.conversations import ASSISTANT, Conversation, Status, WindowEntry
from shared.domain.ids import MessageId, message_id
from shared.domain.messages import Attachment, Delivery, Direction, Message
from shared.domain.web_chat import page_of
from shared.ports.clock import Clock
from shared.services.ingest import Ingest
from shared.services.web_chat_visitors import Visitor
from shared.services.web_chats import WebChat, conversation_thread, visitor_source_id
from shared.store.conversations import Conversations
from shared.store.messages import Messages
from shared.store.pages import Page
from shared.store.platform import Platform

_NOT_SHOWN = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED, Delivery.CANCELLED})


@dataclass(frozen=True, slots=True)
class Told:
    """What a visitor says of themselves and of the page: shown to the staff, believed by nobody."""

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    page: str = ""
    referrer: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """One message. The same `client_id` again is the same message."""

    client_id: str
    text: str
    told: Told = field(default_factory=Told)
    attachments: tuple[Attachment, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebChatTalk:
    """A visitor's side of a conversation."""

    platform: Platform
    ingest: Ingest
    clock: Clock

    async def say(self, chat: WebChat, visitor: Visitor, saying: Saying) -> MessageId:
        """Take one message in."""
        source_id = visitor_source_id(visitor.id, saying.client_id)
        told = saying.told
        pages = {"page": page_of(told.page), "referrer": page_of(told.referrer)}
        received = Received(
            source_id=source_id,
            thread=conversation_thread(visitor.id),
            contact=ContactRef(
                source_id=visitor.id, name=told.name, email=told.email, phone=told.phone, language=told.language
            ),
            text=saying.text,
            at=self.clock.now(),
            attachments=saying.attachments,
            facts={name: value for name, value in {**pages, **saying.facts}.items() if value},
        )
        await self.ingest(chat.inbox, received)
        return message_id(chat.inbox.id, source_id)

    async def conversation(self, chat: WebChat, visitor: Visitor) -> Conversation | None:
        """The visitor's conversation; None: they have said nothing yet."""
        store = Conversations(self.platform.workspace(chat.workspace.id))
        known = await store.get(visitor.conversation_id)
        return known.conversation if known else None

    async def history(self, chat: WebChat, visitor: Visitor, *, limit: int, after: str | None) -> Page[Message]:
        """Messages, the newest first. A page may hold fewer than `limit`: some are not the visitor's business."""
        messages = Messages(self.platform.workspace(chat.workspace.id))
        page = await messages.page(visitor.conversation_id, limit=limit, after=after)
        return Page([message for message in page.items if is_shown(message)], page.next_cursor)

    async def message(self, chat: WebChat, visitor: Visitor, id: MessageId) -> Message | None:
        """One message, if it is there and the visitor may see it."""
        messages = Messages(self.platform.workspace(chat.workspace.id))
        message = await messages.get(visitor.conversation_id, id)
        return message if message is not None and is_shown(message) else None


def is_shown(message: Message) -> bool:
    """Whether visitors see a message: their own, and what has been sent to them."""
    return (
        message.direction is not Direction.ACTIVITY
        and message.deleted_at is None
        and message.delivery not in _NOT_SHOWN
    )


def entries_since(conversation: Conversation, moment: datetime | None) -> list[tuple[MessageId, WindowEntry]]:
    """Recent messages that visitors see, from a moment on, oldest first."""
    return [
        (id, entry)
        for id, entry in conversation.ordered_window()
        if entry.direction is not Direction.ACTIVITY and (moment is None or entry.at >= moment)
    ]


def is_settled(conversation: Conversation, message: MessageId) -> bool:
    """Whether all that there is to say to a message has been said: it is answered, or people have been called."""
    if conversation.outbox:
        return False
    if conversation.status in (Status.NEEDS_HUMAN, Status.CLOSED):
        return True
    entry = conversation.window.get(message)
    return entry is None or not entry.is_open


def has_person(conversation: Conversation) -> bool:
    """Whether people answer here, not the assistant."""
    return conversation.owner != ASSISTANT or conversation.status is Status.NEEDS_HUMAN
