"""Leads: contacts that a customer left."""

from __future__ import annotations

from shared.domain.ids import ContactId, ConversationId, InboxId
from shared.domain.model import Instant, Noun


class Lead(Noun):
    """What one customer left in one conversation, the newest words of each kind."""

    id: str
    inbox_id: InboxId
    conversation_id: ConversationId
    contact_id: ContactId
    name: str = ""
    email: str = ""
    phone: str = ""
    text: str = ""
    page: str = ""
    """Where they left it."""
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1
