"""Members of a workspace."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ApiDep, Owner, Viewer
from api.schemas.common import Id, Listing
from api.schemas.problems import responses
from api.schemas.workspaces import MemberIn, MemberOut, RoleIn
from shared.domain.ids import UserId
from shared.store.members import Members

router = APIRouter(
    prefix="/workspaces/{workspace_id}/members", tags=["members"], responses=responses(401, 403, 404, 422)
)


@router.get("")
async def list_members(seat: Viewer) -> Listing[MemberOut]:
    """Everybody in the workspace."""
    members = await Members(seat.store).all()
    return Listing(items=[MemberOut.model_validate(member) for member in members])


@router.post("", status_code=201, responses=responses(409))
async def add_member(given: MemberIn, seat: Owner, api: ApiDep) -> MemberOut:
    """Let a user in who has signed up."""
    member = await api.membership.add(seat.workspace_id, given.email, given.role)
    return MemberOut.model_validate(member)


@router.patch("/{user_id}", responses=responses(409))
async def change_member(user_id: Id, given: RoleIn, seat: Owner, api: ApiDep) -> MemberOut:
    """Give a member another role. The last owner stays one."""
    member = await api.membership.change_role(seat.workspace_id, UserId(user_id), given.role)
    return MemberOut.model_validate(member)


@router.delete("/{user_id}", status_code=204, responses=responses(409))
async def remove_member(user_id: Id, seat: Owner, api: ApiDep) -> None:
    """Show a member out. The last owner stays."""
    await api.membership.remove(seat.workspace_id, UserId(user_id))
