"""The assistant's turn: the reply, the draft or the handoff."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal, reply_task_in
from infra.push_envelope import event_of
from shared.domain.events import MessageReceived


@functions_framework.http
@internal
async def llm_reply(request: Request) -> None:
    """The assistant's turn: from Pub/Sub when the customer writes, from Cloud Tasks when the quiet time is over."""
    body = await body_of(request)
    if (task := reply_task_in(body)) is not None:
        await desk().respond(task.event)
    else:
        await desk().answer(event_of(body, MessageReceived))
