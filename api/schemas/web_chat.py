"""The public web chat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Out
from shared.domain.conversations import Conversation, Status
from shared.domain.messages import AttachmentKind, Author, Direction, Message
from shared.domain.model import Instant, Strict
from shared.domain.web_chat import FILE_LIMIT, TEXT_LIMIT
from shared.services.web_chat_talk import Told, has_person
from shared.services.web_chats import WebChat

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""The caller's own id of a message: the same again is the same message."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Address = Annotated[str, StringConstraints(max_length=2000)]
ReplyStatus = Literal["answered", "needs_human", "waiting"]


class SayIn(Strict):
    """A visitor's message."""

    message: Words
    client_id: ClientId | None = None
    dialog_id: str | None = Field(default=None, max_length=64)
    """Must be the caller's own, if given."""
    user_id: Label = ""
    """A label for the staff. Never an identity: that is the token."""
    name: Label = ""
    page: Address = ""
    referrer: Address = ""

    def told(self, language: str) -> Told:
        """What the visitor says of themselves."""
        return Told(name=self.name or self.user_id, language=language, page=self.page, referrer=self.referrer)


class ContactsIn(Strict):
    """The offline form. An e-mail address or a phone number is needed."""

    name: Label = ""
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=320)] = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_LIMIT)] = ""
    client_id: ClientId | None = None
    page: Address = ""
    referrer: Address = ""

    def told(self, language: str) -> Told:
        """What the visitor says of themselves."""
        return Told(self.name, self.email, self.phone, language, self.page, self.referrer)


class ChatOut(Out):
    """A web chat as everybody may know it."""

    slug: str
    inbox_id: str
    title: str
    greeting: str
    accent: str
    quick_replies: list[str]
    is_open: bool
    """False: contacts can be left, messages cannot."""
    text_limit: int = TEXT_LIMIT
    file_limit: int = FILE_LIMIT

    @classmethod
    def of(cls, chat: WebChat) -> ChatOut:
        """A chat for its visitors."""
        settings = chat.settings
        return cls(
            slug=chat.workspace.slug,
            inbox_id=chat.inbox.id,
            title=chat.title,
            greeting=settings.greeting,
            accent=settings.accent,
            quick_replies=list(settings.quick_replies),
            is_open=chat.is_open,
        )


class SessionOut(Out):
    """Who the visitor is from now on. Keep the token: it is all that makes them themselves."""

    token: str = Field(repr=False)
    dialog_id: str
    is_new: bool
    chat: ChatOut


class StateOut(Out):
    """Whose turn it is."""

    status: Status | None
    """None: nothing has been said."""
    is_typing: bool
    """The assistant is about to answer."""
    has_person: bool
    """A person answers, or will."""

    @classmethod
    def of(cls, conversation: Conversation | None) -> StateOut:
        """The state of a conversation."""
        if conversation is None:
            return cls(status=None, is_typing=False, has_person=False)
        person = has_person(conversation)
        waits = conversation.status is Status.AWAITING_RESPONSE or bool(conversation.outbox)
        return cls(status=conversation.status, is_typing=waits and not person, has_person=person)


class ChatFileOut(Out):
    """A file of a message. Its bytes are at `files/{index}` below the message."""

    index: int
    kind: AttachmentKind
    name: str
    mime_type: str
    size: int | None


class ChatMessageOut(Out):
    """A message as the visitor sees it."""

    id: str
    sender: Literal["visitor", "shop"]
    client_id: str
    """The sender's own id, for the visitor's own messages."""
    author: Literal["visitor", "assistant", "person", "auto_responder"]
    author_name: str
    text: str
    at: Instant
    files: list[ChatFileOut]

    @classmethod
    def of(cls, message: Message) -> ChatMessageOut:
        """A message for its visitor. An e-mail address of the staff is no name."""
        is_own = message.direction is Direction.INCOMING
        authors: dict[Author, Literal["assistant", "person", "auto_responder"]] = {
            Author.ASSISTANT: "assistant",
            Author.AUTO_RESPONDER: "auto_responder",
        }
        return cls(
            id=message.id,
            sender="visitor" if is_own else "shop",
            client_id=message.source_id.partition(":")[2] if is_own else "",
            author="visitor" if is_own else authors.get(message.author, "person"),
            author_name="" if "@" in message.author_name else message.author_name,
            text=message.text,
            at=message.at,
            files=[
                ChatFileOut(index=index, kind=file.kind, name=file.name, mime_type=file.mime_type, size=file.size)
                for index, file in enumerate(message.attachments)
            ],
        )


class HistoryOut(Out):
    """A page of the conversation, the newest first."""

    items: list[ChatMessageOut]
    next_cursor: str | None
    state: StateOut


class AcceptedOut(Out):
    """A message was taken."""

    id: str
    client_id: str
    dialog_id: str


class ReplyOut(Out):
    """The answer to a message; null when none came in time, and `status` says why."""

    reply: str | None
    status: ReplyStatus
    messages: list[ChatMessageOut]
    dialog_id: str
    token: str = Field(repr=False)
    """The caller's, or a new one for a caller who had none."""
