"""Delayed work."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import internal, task_of


@functions_framework.http
@internal
async def run_task(request: Request) -> None:
    """Delayed work."""
    await desk().run_task(await task_of(request))
