"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter

from api.deps import ApiDep
from api.schemas.common import Out
from api.schemas.problems import responses

probes: Final = APIRouter(tags=["health"])
router: Final = APIRouter(tags=["health"])


class HealthOut(Out):
    """All is up."""

    status: Literal["ok"] = "ok"


@probes.get("/healthz")
async def healthz() -> HealthOut:
    """The process lives. Asks nobody."""
    return HealthOut()


@probes.get("/readyz", responses=responses(503))
async def readyz(api: ApiDep) -> HealthOut:
    """The store answers and the key material can be read, as of a few seconds ago; if not, the problem says which."""
    await api.desk.ports.readiness.check(with_keys=True)
    return HealthOut()


@router.get("/health", responses=responses(503))
async def health(api: ApiDep) -> HealthOut:
    """The same for callers outside: Google's front end keeps some addresses that end in z for itself."""
    return await readyz(api)
