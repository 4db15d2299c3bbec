"""Whether this process can serve."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from api.deps import ApiDep
from api.schemas.common import Out
from api.schemas.problems import responses

router = APIRouter(tags=["health"])


class HealthOut(Out):
    """All is up."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", responses=responses(503))
async def healthz(api: ApiDep) -> HealthOut:
    """Answers when the store does."""
    await api.desk.ports.store.get("settings/llm")
    return HealthOut()
