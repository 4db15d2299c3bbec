"""Workspaces and members."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import Out
from shared.domain.model import Instant, Strict
from shared.domain.people import Role


class WorkspaceIn(Strict):
    """A new workspace. Without a slug it gets one."""

    name: str = Field(min_length=1, max_length=100)
    slug: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{1,38}[a-z0-9])?$")


class WorkspaceOut(Out):
    """A workspace, and the caller's role in it."""

    id: str
    slug: str
    name: str
    role: Role
    created_at: Instant


class MemberIn(Strict):
    """A user who has signed up, by e-mail."""

    email: str = Field(min_length=3, max_length=320)
    role: Role


class RoleIn(Strict):
    """Another role."""

    role: Role


class MemberOut(Out):
    """A user in a workspace."""

    user_id: str
    name: str
    email: str
    role: Role
    joined_at: Instant
