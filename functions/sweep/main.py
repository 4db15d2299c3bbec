"""Each minute: publishes again what the state says is owed."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import internal


@functions_framework.http
@internal
async def sweep(request: Request) -> None:
    """Each minute: publishes again what the state says is owed."""
    del request
    await desk().sweep()
