"""The lines that put a web chat on a site."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ApiDep, Viewer
from api.schemas.common import Listing
from api.schemas.problems import responses
from api.schemas.web_chat_embed import EmbedOut
from shared.errors import NotFound

router = APIRouter(prefix="/workspaces/{workspace_id}", tags=["web chat"], responses=responses(401, 403, 404, 422))


@router.get("/embed")
async def list_embeds(seat: Viewer, api: ApiDep) -> Listing[EmbedOut]:
    """Every web chat of the workspace, with its address and the code for a site."""
    known = await api.workspaces.get(seat.workspace_id)
    if known is None:
        raise NotFound("no such workspace")
    chats = await api.web_chats.all(known.workspace)
    url = api.desk.settings.public_url
    return Listing(items=[EmbedOut.of(chat, url, is_first=number == 0) for number, chat in enumerate(chats)])
