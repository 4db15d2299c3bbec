"""What an assistant knows, piece by piece. A change works within five seconds everywhere."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.access import Seat
from api.deps import ApiDep, Owner, Viewer
from api.routes.assistants import assistant_of
from api.schemas.assistants import ChunkIn, ChunkOut, ChunkPatch
from api.schemas.common import Id, Listing
from api.schemas.problems import responses
from shared.domain.assistants import Chunk
from shared.domain.ids import AssistantId, ChunkId
from shared.errors import Conflict, NotFound
from shared.store.assistants import MOST_CHUNKS, Assistants

router = APIRouter(
    prefix="/workspaces/{workspace_id}/assistants/{assistant_id}/chunks",
    tags=["assistants"],
    responses=responses(401, 403, 404, 422),
)


@router.get("")
async def list_chunks(assistant_id: Id, seat: Viewer) -> Listing[ChunkOut]:
    """All pieces, in the order of the prompt."""
    await assistant_of(seat, assistant_id)
    chunks = await Assistants(seat.store).chunks(AssistantId(assistant_id))
    return Listing(items=[ChunkOut.model_validate(chunk) for chunk in chunks])


@router.post("", status_code=201, responses=responses(409))
async def create_chunk(assistant_id: Id, given: ChunkIn, seat: Owner, api: ApiDep) -> ChunkOut:
    """Add a piece."""
    await assistant_of(seat, assistant_id)
    assistants, id = Assistants(seat.store), AssistantId(assistant_id)
    known = await assistants.chunks(id)
    if len(known) >= MOST_CHUNKS:
        raise Conflict(f"at most {MOST_CHUNKS} pieces", code="too_many_chunks")
    now = api.desk.ports.clock.now()
    behind = known[-1].position + 1 if known else 0
    chunk = Chunk(
        id=ChunkId(api.desk.ports.ids.new()),
        question=given.question,
        answer=given.answer,
        position=behind if given.position is None else given.position,
        created_at=now,
        updated_at=now,
    )
    await seat.store.commit(assistants.chunk_creation(id, chunk))
    return ChunkOut.model_validate(chunk)


@router.get("/{chunk_id}")
async def get_chunk(assistant_id: Id, chunk_id: Id, seat: Viewer) -> ChunkOut:
    """One piece."""
    return ChunkOut.model_validate(await _chunk(seat, assistant_id, chunk_id))


@router.patch("/{chunk_id}")
async def change_chunk(assistant_id: Id, chunk_id: Id, given: ChunkPatch, seat: Owner, api: ApiDep) -> ChunkOut:
    """Change what is named."""
    await _chunk(seat, assistant_id, chunk_id)
    if changes := given.changes():
        changes["updated_at"] = api.desk.ports.clock.now()
        writes = Assistants(seat.store).chunk_change(AssistantId(assistant_id), ChunkId(chunk_id), changes)
        await seat.store.commit(writes)
    return ChunkOut.model_validate(await _chunk(seat, assistant_id, chunk_id))


@router.delete("/{chunk_id}", status_code=204)
async def delete_chunk(assistant_id: Id, chunk_id: Id, seat: Owner) -> None:
    """Remove a piece."""
    await _chunk(seat, assistant_id, chunk_id)
    await seat.store.commit(Assistants(seat.store).chunk_deletion(AssistantId(assistant_id), ChunkId(chunk_id)))


async def _chunk(seat: Seat, assistant_id: str, chunk_id: str) -> Chunk:
    chunk = await Assistants(seat.store).chunk(AssistantId(assistant_id), ChunkId(chunk_id))
    if chunk is None:
        raise NotFound("no such piece of knowledge")
    return chunk
