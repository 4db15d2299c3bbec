"""Hands a conversation's outbox to its channel."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal
from infra.push_envelope import event_of
from shared.domain.events import MessageQueued


@functions_framework.http
@internal
async def deliver(request: Request) -> None:
    """Hands a conversation's outbox to its channel."""
    await desk().deliver(event_of(await body_of(request), MessageQueued))
