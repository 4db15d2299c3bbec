"""From somebody's Telegram account to the workspace that is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.cockpit import GroupUser
from shared.domain.ids import WorkspaceId
from shared.domain.people import Role
from shared.errors import NotAllowed
from shared.store.users import Users
from shared.store.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class WorkspaceOwners:
    """What the master bot does for a person it does in their own workspace."""

    users: Users
    workspaces: Workspaces

    async def workspace_of(self, author: GroupUser) -> WorkspaceId:
        """The first one that they own. Raises `NotAllowed`; its code is a phrase of `shared.domain.master_words`."""
        user = await self.users.by_telegram(author.source_id)
        if user is None:
            raise NotAllowed("this Telegram account is nobody's", code="sign_in_first")
        for workspace, role in await self.workspaces.of_user(user.id):
            if role is Role.OWNER:
                return workspace.id
        raise NotAllowed("this user owns no workspace", code="not_owner")
