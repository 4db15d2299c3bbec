"""Brings a work group in step with a conversation that has changed."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal
from infra.push_envelope import event_of
from shared.domain.events import ConversationChanged


@functions_framework.http
@internal
async def mirror(request: Request) -> None:
    """Brings a work group in step with a conversation that has changed."""
    await desk().groups.mirror(event_of(await body_of(request), ConversationChanged))
