"""Messages, their files and the evidence behind them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import CodedText, Out
from shared.domain.messages import Attachment, AttachmentKind, Author, Delivery, Direction, Message
from shared.domain.model import Instant, Strict
from shared.domain.replies import Decision
from shared.domain.texts import Language, text
from shared.domain.uploads import Upload
from shared.services.store_attachments import GONE


class SendIn(Strict):
    """A text, or the draft as it stands, or the draft with an edited text."""

    text: str = Field(default="", max_length=50_000)
    draft_id: str | None = Field(default=None, max_length=64)
    attachments: list[Annotated[str, Field(pattern=r"^[a-z2-7]{26}$")]] = Field(default=[], max_length=10)
    """Ids of files that were put beside this conversation, in the order in which they are shown."""


class UploadOut(Out):
    """A file that waits to be sent with `send`."""

    id: str
    kind: AttachmentKind
    name: str
    mime_type: str
    size: int | None

    @classmethod
    def of(cls, upload: Upload) -> UploadOut:
        """An upload."""
        file = upload.attachment
        return cls(id=upload.id, kind=file.kind, name=file.name, mime_type=file.mime_type, size=file.size)


class CheckOut(Out):
    """One rule of the gate with its verdict."""

    rule: str
    passed: bool
    detail: str


class UsageOut(Out):
    """Tokens."""

    input_tokens: int
    output_tokens: int


class EvidenceOut(Out):
    """Why an automatic message was allowed, with the versions it used."""

    decision: Decision
    checks: list[CheckOut]
    citations: list[str]
    assistant_id: str | None
    assistant_version: int
    knowledge_version: int
    model: str
    usage: UsageOut
    latency_ms: int
    approved_by: str


class AttachmentOut(Out):
    """A file of a message. Its bytes are at `attachments/{index}` below the message."""

    index: int
    kind: AttachmentKind
    name: str
    mime_type: str
    size: int | None
    url: str
    problem: CodedText | None
    """Why there is no file and never will be."""

    @classmethod
    def of(cls, index: int, attachment: Attachment, language: Language) -> AttachmentOut:
        """An attachment for a reader of this language."""
        gone = attachment.blob.removeprefix(GONE) if attachment.blob.startswith(GONE) else None
        return cls(
            index=index,
            kind=attachment.kind,
            name=attachment.name,
            mime_type=attachment.mime_type,
            size=attachment.size,
            url=attachment.url,
            problem=CodedText.of(gone, language),
        )


class MessageOut(Out):
    """One entry of a conversation."""

    id: str
    direction: Direction
    author: Author
    author_id: str
    author_name: str
    text: str
    html: str
    quoted: str
    subject: str
    source_id: str
    group_id: str
    reply_to: str
    attachments: list[AttachmentOut]
    at: Instant
    edited_at: Instant | None
    deleted_at: Instant | None
    delivery: Delivery | None
    problem: CodedText | None
    """Why it was not sent; on an activity, what happened."""
    evidence: EvidenceOut | None
    is_automatic: bool

    @classmethod
    def of(cls, message: Message, language: Language) -> MessageOut:
        """A message for a reader of this language."""
        return cls(
            id=message.id,
            direction=message.direction,
            author=message.author,
            author_id=message.author_id,
            author_name=_author_name(message, language),
            text=message.text,
            html=message.html,
            quoted=message.quoted,
            subject=message.subject,
            source_id=message.source_id,
            group_id=message.group_id,
            reply_to=message.reply_to,
            attachments=[AttachmentOut.of(n, file, language) for n, file in enumerate(message.attachments)],
            at=message.at,
            edited_at=message.edited_at,
            deleted_at=message.deleted_at,
            delivery=message.delivery,
            problem=CodedText.of(message.problem, language),
            evidence=EvidenceOut.model_validate(message.evidence) if message.evidence else None,
            is_automatic=message.is_automatic,
        )


def _author_name(message: Message, language: Language) -> str:
    """The auto-responder is called what it is in the reader's language."""
    return text("auto_responder", language) if message.author is Author.AUTO_RESPONDER else message.author_name
