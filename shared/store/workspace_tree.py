"""Everything below a workspace, by the names of its collections: for who takes all of it out, or away.

A separate, named door, as `Platform` is: nothing that serves a member's request opens it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from shared.domain.ids import WorkspaceId
from shared.ports.document_store import Document, DocumentStore, Query
from shared.store.workspace import WorkspaceStore

COLLECTIONS: Final = (
    *("messages", "topics", "chunks", "vault", "comparisons"),
    *("uploads", "leads", "conversations", "contacts"),
    *("group_candidates", "work_groups", "assistants", "inboxes", "settings", "members"),
)
"""What lies below another document comes before it: who deletes in this order leaves nothing without a parent."""
SECRET_COLLECTIONS: Final = frozenset({"vault"})
"""Access tokens: they never leave the store."""
SECRET_FIELDS: Final = {"inboxes": frozenset({"credentials", "webhook_secret"})}
"""So do these fields, by collection."""
PAGE: Final = 100
"""Documents of a page: as many as one commit may delete beside others."""


class WorkspaceTree:
    """Finds documents by their collection group, so that those whose parent is gone are found too."""

    def __init__(self, store: DocumentStore, workspace: WorkspaceId) -> None:
        """Raises `InvalidInput` for what is no id."""
        self._store = store
        self._root = WorkspaceStore(store, workspace).path()

    async def pages(self, collection: str, after: str | None = None) -> AsyncIterator[list[Document]]:
        """The documents of all collections of this name, in the order of their paths; `after`: behind this path."""
        start = Document(after or self._root, {}, "")
        query = Query(collection, limit=PAGE, after=start, group=True)
        while True:
            found = await self._store.query(query)
            own = [document for document in found if document.path.startswith(f"{self._root}/")]
            if own:
                yield own
            if len(own) < PAGE:
                return
            query = replace(query, after=own[-1])
