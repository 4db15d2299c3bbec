"""Daily: compares what the vendors hold with what we hold."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import internal


@functions_framework.http
@internal
async def compare_inboxes(request: Request) -> None:
    """Daily: compares what the vendors hold with what we hold."""
    del request
    await desk().schedule_comparisons()
