"""Who is calling, and the ONE function that says what they may do in a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.auth.origin import check_forgery
from api.context import Api
from shared.commands.effects import Actor
from shared.domain.ids import WorkspaceId
from shared.domain.people import Role, User
from shared.errors import NotAllowed, NotFound, UntrustedDelivery
from shared.store.members import Members
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user."""

    user: User
    session_id: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A caller in a workspace that they may enter, with the store of that workspace and no other."""

    caller: Caller
    workspace_id: WorkspaceId
    role: Role
    store: WorkspaceStore

    @property
    def actor(self) -> Actor:
        """As commands name them."""
        return Actor(self.caller.user.id, self.caller.user.name or self.caller.user.email)


async def identify(request: Request, api: Api, bearer: str | None) -> Caller:
    """The caller by their bearer token, else by the dashboard's cookie. Raises `UntrustedDelivery`, `NotAllowed`."""
    token = bearer or api.cookies.access_token(request)
    if token is None:
        raise UntrustedDelivery("sign in first", code="not_signed_in")
    claims = await api.tokens.read(token)
    identity = await api.signed_in.find(claims.session_id)
    if identity.user.id != claims.user_id:
        raise UntrustedDelivery("sign in again", code="not_signed_in")
    if bearer is None:
        check_forgery(request, api.desk.settings.public_url)
    return Caller(identity.user, claims.session_id)


async def authorise(api: Api, caller: Caller, workspace_id: str, least: Role) -> Seat:
    """The caller's seat in a workspace. A superuser may do all.

    Raises `NotFound` where they are no member, as for a workspace that does not exist, and `NotAllowed` where
    their role is less than `least`.
    """
    workspace = WorkspaceId(workspace_id)
    store = api.desk.platform.workspace(workspace)
    if caller.user.is_superuser:
        if await api.workspaces.get(workspace) is None:
            raise NotFound("no such workspace")
        return Seat(caller, workspace, Role.OWNER, store)
    member = await Members(store).get(caller.user.id)
    if member is None:
        raise NotFound("no such workspace")
    if not member.role.includes(least):
        raise NotAllowed(f"this takes the role {least.value}", code="role_too_low")
    return Seat(caller, workspace, member.role, store)
