"""Uploads: files that a member has put beside a conversation and not necessarily sent yet."""

from __future__ import annotations

from shared.domain.ids import ConversationId
from shared.domain.messages import Attachment
from shared.domain.model import Instant, Noun


class Upload(Noun):
    """A file in our own store. The same file beside the same conversation is one upload, however often it comes."""

    id: str
    conversation_id: ConversationId
    attachment: Attachment
    created_at: Instant
    schema_version: int = 1
