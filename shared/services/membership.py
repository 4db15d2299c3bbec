"""Workspaces and who belongs to them. A workspace always has an owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.ids import UserId, WorkspaceId
from shared.domain.people import Member, Role, User, Workspace
from shared.errors import AlreadyExists, Conflict, NotFound, Stale, Unavailable
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.store.members import Members
from shared.store.platform import Platform
from shared.store.users import Users
from shared.store.workspaces import Workspaces

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Membership:
    """Every change of roles also writes the workspace in the version that was read: two cannot miss each other."""

    platform: Platform
    workspaces: Workspaces
    users: Users
    clock: Clock
    ids: Ids

    async def create_workspace(self, creator: User, name: str, slug: str = "") -> Workspace:
        """A workspace with its creator as owner. Raises `Conflict` (`slug_taken`)."""
        workspace, writes = self.founding(creator, name, slug)
        try:
            await self.workspaces.commit(writes)
        except AlreadyExists as error:
            raise Conflict("this slug is taken", code="slug_taken") from error
        return workspace

    def founding(self, creator: User, name: str, slug: str = "") -> tuple[Workspace, list[Write]]:
        """The same as writes, for who has more to commit with them: they fail when the slug is taken."""
        id = WorkspaceId(self.ids.new())
        workspace = Workspace(id=id, slug=slug or f"w-{id[-12:]}", name=name, created_at=self.clock.now())
        owner = _member(creator, Role.OWNER, self.clock)
        return workspace, [*self.workspaces.creation(workspace), self._members(id).creation(owner)]

    async def add(self, workspace: WorkspaceId, email: str, role: Role) -> Member:
        """Let a known user in. Raises `NotFound` (`no_such_user`) and `Conflict` (`already_member`)."""
        user = await self.users.by_email(email)
        if user is None:
            raise NotFound("nobody has signed up with this address", code="no_such_user")
        member = _member(user, role, self.clock)
        try:
            await self.workspaces.commit([self._members(workspace).creation(member)])
        except AlreadyExists as error:
            raise Conflict("this user is a member already", code="already_member") from error
        return member

    async def change_role(self, workspace: WorkspaceId, user: UserId, role: Role) -> Member:
        """Give a member another role. Raises `NotFound` and `Conflict` (`last_owner`)."""
        members = self._members(workspace)
        member = await self._guarded(workspace, user, role, lambda: members.change(user, role))
        return member.model_copy(update={"role": role})

    async def remove(self, workspace: WorkspaceId, user: UserId) -> None:
        """Show a member out. Raises `NotFound` and `Conflict` (`last_owner`)."""
        members = self._members(workspace)
        await self._guarded(workspace, user, None, lambda: members.removal(user))

    async def _guarded(
        self, workspace: WorkspaceId, user: UserId, role: Role | None, write: Callable[[], Write]
    ) -> Member:
        """Commit a change of one member, unless it would leave no owner; answers the member as it was."""
        for _ in range(_ATTEMPTS):
            known = await self.workspaces.get(workspace)
            roster = {member.user_id: member for member in await self._members(workspace).all()}
            if known is None or user not in roster:
                raise NotFound("no such member")
            owners = {id for id, member in roster.items() if member.role is Role.OWNER}
            if owners == {user} and role is not Role.OWNER:
                raise Conflict("the last owner stays", code="last_owner")
            try:
                await self.workspaces.commit([self.workspaces.roster_change(known), write()])
            except Stale:
                continue
            return roster[user]
        raise Unavailable("the members keep changing")

    def _members(self, workspace: WorkspaceId) -> Members:
        return Members(self.platform.workspace(workspace))


def _member(user: User, role: Role, clock: Clock) -> Member:
    return Member(user_id=user.id, role=role, name=user.name, email=user.email, joined_at=clock.now())
