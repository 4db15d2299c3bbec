"""Assistants."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.access import Seat
from api.deps import ApiDep, Owner, Viewer
from api.schemas.assistants import AssistantIn, AssistantOut, AssistantPatch
from api.schemas.common import Id, Listing
from api.schemas.problems import responses
from shared.domain.assistants import Assistant
from shared.domain.ids import AssistantId
from shared.errors import NotFound
from shared.store.assistants import Assistants

router = APIRouter(
    prefix="/workspaces/{workspace_id}/assistants", tags=["assistants"], responses=responses(401, 403, 404, 422)
)


async def assistant_of(seat: Seat, id: str) -> Assistant:
    """An assistant of the caller's workspace. Raises `NotFound`."""
    found = await Assistants(seat.store).get(AssistantId(id))
    if found is None:
        raise NotFound("no such assistant")
    return found


@router.get("")
async def list_assistants(seat: Viewer) -> Listing[AssistantOut]:
    """Every assistant, oldest first."""
    assistants = await Assistants(seat.store).all()
    return Listing(items=[AssistantOut.model_validate(assistant) for assistant in assistants])


@router.post("", status_code=201)
async def create_assistant(given: AssistantIn, seat: Owner, api: ApiDep) -> AssistantOut:
    """Create an assistant. It proposes drafts until it is made autonomous."""
    ports = api.desk.ports
    now = ports.clock.now()
    assistant = Assistant(
        id=AssistantId(ports.ids.new()),
        workspace_id=seat.workspace_id,
        name=given.name,
        instructions=given.instructions,
        tone=given.tone,
        mode=given.mode,
        debounce_seconds=given.debounce_seconds,
        created_at=now,
        updated_at=now,
    )
    await seat.store.commit([Assistants(seat.store).creation(assistant)])
    return AssistantOut.model_validate(assistant)


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: Id, seat: Viewer) -> AssistantOut:
    """One assistant."""
    return AssistantOut.model_validate(await assistant_of(seat, assistant_id))


@router.patch("/{assistant_id}")
async def change_assistant(assistant_id: Id, given: AssistantPatch, seat: Owner, api: ApiDep) -> AssistantOut:
    """Change what is named. Works within five seconds everywhere."""
    await assistant_of(seat, assistant_id)
    if changes := given.changes():
        change = Assistants(seat.store).change(AssistantId(assistant_id), changes, api.desk.ports.clock.now())
        await seat.store.commit([change])
    return AssistantOut.model_validate(await assistant_of(seat, assistant_id))
