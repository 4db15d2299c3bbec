"""Each minute: which inboxes are due for a pull."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import internal


@functions_framework.http
@internal
async def schedule_pulls(request: Request) -> None:
    """Each minute: which inboxes are due for a pull."""
    del request
    await desk().schedule_pulls()
