"""The assistant's turn: the reply, the draft or the handoff."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal
from infra.push_envelope import event_of
from shared.domain.events import MessageReceived


@functions_framework.http
@internal
async def llm_reply(request: Request) -> None:
    """The assistant's turn: the reply, the draft or the handoff."""
    await desk().answer(event_of(await body_of(request), MessageReceived))
