"""The work group: pick it, see whether it works, choose what is mirrored there."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ApiDep, LanguageDep, Owner, Viewer
from api.schemas.common import Id, Listing
from api.schemas.inboxes import InboxOut
from api.schemas.problems import responses
from api.schemas.work_group import CandidateOut, WorkGroupIn, WorkGroupOut
from shared.domain.ids import InboxId
from shared.services.bind_group import GroupChoice

router = APIRouter(
    prefix="/workspaces/{workspace_id}/work-group", tags=["work group"], responses=responses(401, 403, 404, 422)
)


@router.get("")
async def get_work_group(seat: Viewer, api: ApiDep, language: LanguageDep) -> WorkGroupOut:
    """The workspace's group. Without one the answer is 404 with the code `no_work_group`."""
    return WorkGroupOut.of(await api.desk.groups.bind.get(seat.workspace_id), language)


@router.get("/candidates")
async def list_work_group_candidates(seat: Viewer, api: ApiDep) -> Listing[CandidateOut]:
    """Groups that bots of this workspace were let into, the latest first."""
    candidates = await api.desk.groups.bind.candidates(seat.workspace_id)
    return Listing(items=[CandidateOut.of(candidate) for candidate in candidates])


@router.put("", responses=responses(424, 503))
async def bind_work_group(given: WorkGroupIn, seat: Owner, api: ApiDep, language: LanguageDep) -> WorkGroupOut:
    """Pick a group. All inboxes are mirrored there; `problem` and `missing_rights` say what the bot still lacks."""
    choice = GroupChoice(given.chat, InboxId(given.inbox_id), given.language)
    return WorkGroupOut.of(await api.desk.groups.bind.bind(seat.workspace_id, choice), language)


@router.delete("", status_code=204)
async def unbind_work_group(seat: Owner, api: ApiDep) -> None:
    """Mirror nothing any more. What stands in the group stays there."""
    await api.desk.groups.bind.unbind(seat.workspace_id)


@router.post("/test", responses=responses(503))
async def test_work_group(seat: Owner, api: ApiDep, language: LanguageDep) -> WorkGroupOut:
    """Ask Telegram whether the group still works."""
    return WorkGroupOut.of(await api.desk.groups.bind.test(seat.workspace_id), language)


@router.put("/inboxes/{inbox_id}")
async def mirror_inbox(inbox_id: Id, seat: Owner, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Mirror this inbox's conversations."""
    inbox = await api.desk.groups.bind.switch(seat.workspace_id, InboxId(inbox_id), is_mirrored=True)
    return InboxOut.of(inbox, language)


@router.delete("/inboxes/{inbox_id}")
async def leave_inbox_out(inbox_id: Id, seat: Owner, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Leave this inbox's conversations out."""
    inbox = await api.desk.groups.bind.switch(seat.workspace_id, InboxId(inbox_id), is_mirrored=False)
    return InboxOut.of(inbox, language)
