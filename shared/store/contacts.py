"""Contacts of a workspace."""

from __future__ import annotations

from datetime import datetime

from shared.domain.contacts import Contact, ContactRef
from shared.domain.ids import ContactId, InboxId, contact_id
from shared.domain.model import to_micros
from shared.ports.document_store import FieldPath, Maximum, Merge, Minimum, Order, Query, Transform, Value
from shared.store.codec import noun_or_none
from shared.store.pages import Page, page_of
from shared.store.workspace import WorkspaceStore


class Contacts:
    """`workspaces/{ws}/contacts/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, contact: ContactId) -> str:
        """Where a contact lies."""
        return self._store.path("contacts", contact)

    def sighting(self, inbox: InboxId, ref: ContactRef, at: datetime) -> Merge:
        """A write that notes what a channel told of a customer, keeping what it did not tell."""
        identity = contact_id(inbox, ref.source_id)
        fields: dict[FieldPath, Value] = {
            ("id",): identity,
            ("inbox_id",): inbox,
            ("source_id",): ref.source_id,
            ("is_blocked",): False,
        }
        fields |= {(name,): value for name, value in ref if value}
        seen: dict[FieldPath, Transform] = {
            ("first_seen_at",): Minimum(to_micros(at)),
            ("last_seen_at",): Maximum(to_micros(at)),
        }
        return Merge(self.path(identity), fields, seen)

    def blocking(self, inbox: InboxId, source_id: str, at: datetime, *, is_blocked: bool) -> Merge:
        """A write that notes whether the customer lets us write."""
        identity = contact_id(inbox, source_id)
        fields: dict[FieldPath, Value] = {
            ("id",): identity,
            ("inbox_id",): inbox,
            ("source_id",): source_id,
            ("is_blocked",): is_blocked,
        }
        moment = to_micros(at)
        seen: dict[FieldPath, Transform] = {
            ("first_seen_at",): Minimum(moment),
            ("last_seen_at",): Maximum(moment),
        }
        return Merge(self.path(identity), fields, seen)

    async def get(self, contact: ContactId) -> Contact | None:
        """One contact."""
        return noun_or_none(Contact, await self._store.get(self.path(contact)))

    async def page(self, *, limit: int, after: str | None = None) -> Page[Contact]:
        """Contacts, last seen first."""
        query = Query(self._store.path("contacts"), order=(Order("last_seen_at", descending=True),), limit=limit)
        return await page_of(self._store, query, Contact, after)
