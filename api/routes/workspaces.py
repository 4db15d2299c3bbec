"""Workspaces."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ApiDep, CallerDep, Viewer
from api.schemas.common import Listing
from api.schemas.problems import responses
from api.schemas.workspaces import WorkspaceIn, WorkspaceOut
from shared.domain.people import Role, Workspace
from shared.errors import NotFound

router = APIRouter(prefix="/workspaces", tags=["workspaces"], responses=responses(401, 403, 422))


@router.get("")
async def list_workspaces(caller: CallerDep, api: ApiDep) -> Listing[WorkspaceOut]:
    """The workspaces that the caller is a member of."""
    seats = await api.workspaces.of_user(caller.user.id)
    return Listing(items=[_workspace(workspace, role) for workspace, role in seats])


@router.post("", status_code=201, responses=responses(409))
async def create_workspace(given: WorkspaceIn, caller: CallerDep, api: ApiDep) -> WorkspaceOut:
    """Create a workspace; the caller becomes its owner."""
    workspace = await api.membership.create_workspace(caller.user, given.name, given.slug)
    return _workspace(workspace, Role.OWNER)


@router.get("/{workspace_id}", responses=responses(404))
async def get_workspace(seat: Viewer, api: ApiDep) -> WorkspaceOut:
    """One workspace."""
    known = await api.workspaces.get(seat.workspace_id)
    if known is None:
        raise NotFound("no such workspace")
    return _workspace(known.workspace, seat.role)


def _workspace(workspace: Workspace, role: Role) -> WorkspaceOut:
    return WorkspaceOut(
        id=workspace.id, slug=workspace.slug, name=workspace.name, role=role, created_at=workspace.created_at
    )
