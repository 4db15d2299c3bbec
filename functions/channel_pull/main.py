"""Pulls one inbox from its cursor."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal
from infra.push_envelope import event_of
from shared.domain.events import InboxPull


@functions_framework.http
@internal
async def channel_pull(request: Request) -> None:
    """Pulls one inbox from its cursor."""
    event = event_of(await body_of(request), InboxPull)
    await desk().pull_inbox(event.workspace_id, event.inbox_id, event.hinted_at)
