"""Workspaces, one a slug."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.domain.ids import UserId, WorkspaceId
from shared.domain.people import Member, Role, Workspace
from shared.ports.document_store import (
    At,
    Create,
    Delete,
    DocumentStore,
    Filter,
    Increment,
    Merge,
    Query,
    Version,
    Write,
)
from shared.store.codec import fields_of, noun_of

MOST_MEMBERSHIPS = 200
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class VersionedWorkspace:
    """A workspace with the version to condition a write on."""

    workspace: Workspace
    version: Version


class Workspaces:
    """`workspaces/{id}`, and `routes/slug:{slug}` that keeps the slug unique."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def creation(self, workspace: Workspace) -> list[Write]:
        """Writes that fail when the workspace or the slug is known."""
        return [
            Create(f"workspaces/{workspace.id}", fields_of(workspace)),
            Create(f"routes/slug:{workspace.slug}", {"workspace_id": workspace.id}),
        ]

    async def removal(self, workspace: WorkspaceId, slug: str) -> list[Write]:
        """Writes that forget the workspace and its slug, unless another one has taken that. What lies below stays."""
        route = await self._store.get(f"routes/slug:{slug}")
        is_own = route is not None and route.data.get("workspace_id") == workspace
        slugs = [Delete(route.path, At(route.version))] if route is not None and is_own else []
        return [Delete(f"workspaces/{workspace}"), *slugs]

    def roster_change(self, known: VersionedWorkspace) -> Merge:
        """A write that goes with each change of the members' roles, so that two of them cannot miss each other."""
        path = f"workspaces/{known.workspace.id}"
        return Merge(path, {}, {("roster_changes",): Increment(1)}, At(known.version))

    async def get(self, workspace: WorkspaceId) -> VersionedWorkspace | None:
        """One workspace."""
        found = await self._store.get(f"workspaces/{workspace}")
        return None if found is None else VersionedWorkspace(noun_of(Workspace, found.data), found.version)

    async def by_slug(self, slug: str) -> Workspace | None:
        """The workspace of a slug; None also for what can be none."""
        if not SLUG.fullmatch(slug):
            return None
        route = await self._store.get(f"routes/slug:{slug}")
        known = await self.get(WorkspaceId(str(route.data["workspace_id"]))) if route else None
        return known.workspace if known else None

    async def of_user(self, user: UserId) -> list[tuple[Workspace, Role]]:
        """The workspaces that a user is a member of, and as what, oldest first."""
        query = Query("members", (Filter("user_id", "==", user),), limit=MOST_MEMBERSHIPS, group=True)
        members = await self._store.query(query)
        paths = [member.path.partition("/members/")[0] for member in members]
        found = await self._store.get_many(paths) if paths else []
        seats = [
            (noun_of(Workspace, document.data), noun_of(Member, member.data).role)
            for document, member in zip(found, members, strict=True)
            if document is not None
        ]
        return sorted(seats, key=lambda seat: (seat[0].created_at, seat[0].id))

    async def commit(self, writes: list[Write]) -> None:
        """All of these writes, or none."""
        await self._store.commit(writes)
