"""Inboxes of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.comparisons import Comparison
from shared.domain.ids import InboxId
from shared.domain.inboxes import Inbox
from shared.ports.document_store import (
    At,
    Create,
    Delete,
    Exists,
    FieldPath,
    Merge,
    Order,
    Query,
    Set,
    Version,
    Write,
)
from shared.store.codec import fields_of, noun_of, noun_or_none, top_level
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class VersionedInbox:
    """An inbox with the version to condition a write on."""

    inbox: Inbox
    version: Version


class Inboxes:
    """`workspaces/{ws}/inboxes/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, inbox: InboxId) -> str:
        """Where an inbox lies."""
        return self._store.path("inboxes", inbox)

    def creation(self, inbox: Inbox) -> Create:
        """A write that fails when the inbox is known."""
        return Create(self.path(inbox.id), fields_of(inbox))

    def change(self, inbox: InboxId, fields: Mapping[str, Any], *, version: Version | None = None) -> Merge:
        """A write to top-level fields of a known inbox. None removes a field."""
        return Merge(self.path(inbox), top_level(fields), condition=At(version) if version else Exists())

    def alias(self, inbox: InboxId, new_thread: str, old_thread: str) -> Merge:
        """A write that lets a moved thread find its conversation again."""
        path: FieldPath = ("thread_aliases", new_thread)
        return Merge(self.path(inbox), {path: old_thread}, condition=Exists())

    async def get(self, inbox: InboxId) -> VersionedInbox | None:
        """One inbox."""
        document = await self._store.get(self.path(inbox))
        return None if document is None else VersionedInbox(noun_of(Inbox, document.data), document.version)

    async def vault_removals(self, inbox: InboxId) -> list[Write]:
        """Writes that forget the access tokens that its adapter has kept."""
        kept = await self._store.query(Query(f"{self.path(inbox)}/vault"))
        return [Delete(document.path) for document in kept]

    def comparison(self, comparison: Comparison) -> Set:
        """A write that keeps the latest comparison of an inbox."""
        return Set(f"{self.path(comparison.inbox_id)}/comparisons/latest", fields_of(comparison))

    async def latest_comparison(self, inbox: InboxId) -> Comparison | None:
        """The latest comparison; None: there was none."""
        return noun_or_none(Comparison, await self._store.get(f"{self.path(inbox)}/comparisons/latest"))

    async def all(self) -> list[Inbox]:
        """Every inbox of the workspace, oldest first. A workspace has a handful."""
        query = Query(self._store.path("inboxes"), order=(Order("created_at"),), limit=200)
        return [noun_of(Inbox, document.data) for document in await self._store.query(query)]
