"""Leads."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import Viewer
from api.schemas.common import Cursor, Limit, Listing
from api.schemas.leads import LeadOut
from api.schemas.problems import responses
from shared.store.leads import Leads

router = APIRouter(prefix="/workspaces/{workspace_id}/leads", tags=["leads"], responses=responses(401, 403, 404, 422))


@router.get("")
async def list_leads(seat: Viewer, cursor: Cursor = None, limit: Limit = 50) -> Listing[LeadOut]:
    """Contacts that customers left, the newest first."""
    page = await Leads(seat.store).page(limit=limit, after=cursor)
    return Listing(items=[LeadOut.model_validate(lead) for lead in page.items], next_cursor=page.next_cursor)
