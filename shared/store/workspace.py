"""A store opened for ONE workspace: it cannot name a document outside of it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.ids import WorkspaceId
from shared.errors import InvalidInput
from shared.ports.document_store import Document, DocumentStore, Query, Version, Write


class WorkspaceStore:
    """Paths given and answered are relative to `workspaces/{id}`, so no other workspace can be reached."""

    def __init__(self, store: DocumentStore, workspace_id: WorkspaceId) -> None:
        if not workspace_id or "/" in workspace_id:
            raise InvalidInput("a workspace id is one path segment")
        self.workspace_id = workspace_id
        self._store = store
        self._root = f"workspaces/{workspace_id}"

    def path(self, *segments: str) -> str:
        """The absolute path of a document or collection of this workspace."""
        if any(not segment or "/" in segment for segment in segments):
            raise InvalidInput("an id is one path segment")
        return "/".join((self._root, *segments))

    async def get(self, path: str) -> Document | None:
        """A document of this workspace."""
        return await self._store.get(self._own(path))

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        """Documents of this workspace, in one request."""
        return await self._store.get_many([self._own(path) for path in paths])

    async def query(self, query: Query) -> list[Document]:
        """A query on a collection of this workspace."""
        self._own(query.collection)
        if query.group:
            raise InvalidInput("a collection group reaches into other workspaces")
        return await self._store.query(query)

    async def count(self, query: Query) -> int:
        """How many documents of a collection of this workspace match."""
        self._own(query.collection)
        if query.group:
            raise InvalidInput("a collection group reaches into other workspaces")
        return await self._store.count(query)

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        """All of these writes to this workspace, or none."""
        for write in writes:
            self._own(write.path)
        return await self._store.commit(writes)

    def _own(self, path: str) -> str:
        if not path.startswith(self._root + "/"):
            raise InvalidInput("a path outside the workspace")
        return path
