"""Daily: renews every registration that its vendor forgets."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import internal


@functions_framework.http
@internal
async def gmail_watch(request: Request) -> None:
    """Daily: renews every registration that its vendor forgets."""
    del request
    await desk().renew_registrations()
