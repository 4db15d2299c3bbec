"""Contacts: customers as one inbox knows them."""

from __future__ import annotations

from shared.domain.ids import ContactId, InboxId
from shared.domain.model import Instant, Noun


class ContactRef(Noun):
    """What a channel tells of a customer together with a message. Empty means: not told."""

    source_id: str
    name: str = ""
    username: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    avatar_url: str = ""


class Contact(Noun):
    """A customer as one inbox knows them."""

    id: ContactId
    inbox_id: InboxId
    source_id: str
    name: str = ""
    username: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    avatar_url: str = ""
    is_blocked: bool = False
    """The customer blocked us: nothing can be sent until they write again."""
    first_seen_at: Instant
    last_seen_at: Instant
    schema_version: int = 1
