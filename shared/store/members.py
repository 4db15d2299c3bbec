"""Members of a workspace."""

from __future__ import annotations

from shared.domain.ids import UserId
from shared.domain.people import Member, Role
from shared.ports.document_store import Create, Delete, Exists, Merge, Query
from shared.store.codec import fields_of, noun_of, noun_or_none, top_level
from shared.store.workspace import WorkspaceStore

MOST_MEMBERS = 200


class Members:
    """`workspaces/{ws}/members/{user_id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, user: UserId) -> str:
        """Where a member lies."""
        return self._store.path("members", user)

    def creation(self, member: Member) -> Create:
        """A write that fails when the user is a member already."""
        return Create(self.path(member.user_id), fields_of(member))

    def change(self, user: UserId, role: Role) -> Merge:
        """A write of a known member's role."""
        return Merge(self.path(user), top_level({"role": role}), condition=Exists())

    def removal(self, user: UserId) -> Delete:
        """A write that removes a known member."""
        return Delete(self.path(user), Exists())

    async def get(self, user: UserId) -> Member | None:
        """One member."""
        return noun_or_none(Member, await self._store.get(self.path(user)))

    async def all(self) -> list[Member]:
        """Every member, the earliest first."""
        query = Query(self._store.path("members"), limit=MOST_MEMBERS)
        members = [noun_of(Member, found.data) for found in await self._store.query(query)]
        return sorted(members, key=lambda member: (member.joined_at, member.user_id))
