"""Leads of a workspace."""

from __future__ import annotations

from shared.domain.leads import Lead
from shared.domain.model import to_micros
from shared.ports.document_store import FieldPath, Merge, Minimum, Order, Query, Transform
from shared.store.codec import fields_of, top_level
from shared.store.pages import Page, page_of
from shared.store.workspace import WorkspaceStore


class Leads:
    """`workspaces/{ws}/leads/{id}`, one a conversation."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def sighting(self, lead: Lead) -> Merge:
        """A write that adds what a customer left to what they left before."""
        told = {name: value for name, value in fields_of(lead).items() if value and name != "created_at"}
        begun: dict[FieldPath, Transform] = {("created_at",): Minimum(to_micros(lead.created_at))}
        return Merge(self._store.path("leads", lead.id), top_level(told), begun)

    async def page(self, *, limit: int, after: str | None = None) -> Page[Lead]:
        """Leads, the newest first."""
        query = Query(self._store.path("leads"), order=(Order("created_at", descending=True),), limit=limit)
        return await page_of(self._store, query, Lead, after)
