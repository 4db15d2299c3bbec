"""Conversations, as rows of a list and whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import CodedText, Out
from api.schemas.messages import EvidenceOut
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Handoff, Status
from shared.domain.model import Instant, Strict
from shared.domain.replies import Draft
from shared.domain.texts import Language


class AssignIn(Strict):
    """Who is to answer; null: anybody."""

    user_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None


class NoteIn(Strict):
    """A line that only the staff sees."""

    text: str = Field(min_length=1, max_length=4000)


class LabelsIn(Strict):
    """All labels of the conversation."""

    labels: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(max_length=20)


class HandoffOut(Out):
    """Why people were called."""

    reason: CodedText
    detail: str
    at: Instant

    @classmethod
    def of(cls, handoff: Handoff, language: Language) -> HandoffOut:
        """A handoff for a reader of this language."""
        reason = CodedText.of(handoff.reason, language) or CodedText(code="", text="")
        return cls(reason=reason, detail=handoff.detail, at=handoff.at)


class DraftOut(Out):
    """The assistant's proposal, with its evidence."""

    id: str
    text: str
    language: str
    answers: list[str]
    evidence: EvidenceOut
    created_at: Instant

    @classmethod
    def of(cls, draft: Draft) -> DraftOut:
        """A draft."""
        return cls.model_validate(draft)


class ConversationRow(Out):
    """A conversation in a list, and in an event."""

    id: str
    inbox_id: str
    channel: ChannelKind
    contact_id: str
    contact_name: str
    subject: str
    preview: str
    status: Status
    owner: str
    assignee: str | None
    unread: int
    labels: list[str]
    language: str
    handoff: HandoffOut | None
    draft_id: str | None
    pending: int
    """Outgoing messages that the channel has not confirmed yet."""
    created_at: Instant
    updated_at: Instant
    last_message_at: Instant
    closed_at: Instant | None

    @classmethod
    def of(cls, conversation: Conversation, language: Language) -> ConversationRow:
        """A conversation for a reader of this language."""
        return cls(**_row(conversation, language))


class ConversationOut(ConversationRow):
    """A conversation with its draft. Messages are a list of their own."""

    draft: DraftOut | None

    @classmethod
    def of(cls, conversation: Conversation, language: Language) -> ConversationOut:
        """A conversation for a reader of this language."""
        draft = DraftOut.of(conversation.draft) if conversation.draft else None
        return cls(**_row(conversation, language), draft=draft)


def _row(conversation: Conversation, language: Language) -> dict[str, object]:
    return {
        "id": conversation.id,
        "inbox_id": conversation.inbox_id,
        "channel": conversation.channel,
        "contact_id": conversation.contact_id,
        "contact_name": conversation.contact_name,
        "subject": conversation.subject,
        "preview": conversation.preview,
        "status": conversation.status,
        "owner": conversation.owner,
        "assignee": conversation.assignee,
        "unread": conversation.unread,
        "labels": list(conversation.labels),
        "language": conversation.language,
        "handoff": HandoffOut.of(conversation.handoff, language) if conversation.handoff else None,
        "draft_id": conversation.draft.id if conversation.draft else None,
        "pending": len(conversation.outbox),
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "last_message_at": conversation.last_message_at,
        "closed_at": conversation.closed_at,
    }
