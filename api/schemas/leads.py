"""Leads."""

from __future__ import annotations

from api.schemas.common import Out
from shared.domain.model import Instant


class LeadOut(Out):
    """Contacts that a customer left, and where."""

    id: str
    inbox_id: str
    conversation_id: str
    name: str
    email: str
    phone: str
    text: str
    page: str
    created_at: Instant
    updated_at: Instant
