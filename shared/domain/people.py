"""Users, their sessions, and the workspaces they are members of."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.ids import UserId, WorkspaceId
from shared.domain.model import Instant, Noun


class Role(StrEnum):
    """What a member may do in a workspace, least first."""

    VIEWER = "viewer"
    MANAGER = "manager"
    OWNER = "owner"

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


class User(Noun):
    """A person who can sign in."""

    id: UserId
    email: str
    """Lower-case; unique through its own document `routes/email:...`. Empty: came by Telegram."""
    telegram_id: str = ""
    """Unique through its own document `routes/telegram:...`."""
    name: str = ""
    password_hash: str = ""
    is_superuser: bool = False
    language: str = "ru"
    created_at: Instant
    schema_version: int = 1


class Session(Noun):
    """A sign-in on one device. Refresh tokens rotate: the one in use has number `generation`."""

    id: str
    user_id: UserId
    refresh_hash: str
    generation: int = 0
    user_agent: str = ""
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    revoked_at: Instant | None = None
    schema_version: int = 1


class Workspace(Noun):
    """A tenant."""

    id: WorkspaceId
    slug: str
    name: str
    created_at: Instant
    schema_version: int = 1


class Member(Noun):
    """A user in a workspace."""

    user_id: UserId
    role: Role
    name: str = ""
    email: str = ""
    joined_at: Instant
    schema_version: int = 1
