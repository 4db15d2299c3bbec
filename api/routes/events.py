"""Server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import StreamingResponse

from api.auth.access import Seat, authorise
from api.context import Api
from api.deps import ApiDep, LanguageDep, Viewer
from api.events import PAGE, Stream, StreamEnded, next_change
from api.schemas.conversations import ConversationRow
from api.schemas.problems import responses
from shared.domain.conversations import Conversation
from shared.domain.model import from_micros, to_micros
from shared.domain.people import Role
from shared.domain.texts import Language
from shared.errors import DeskError
from shared.store.conversations import Conversations

router = APIRouter(prefix="/workspaces/{workspace_id}", tags=["events"], responses=responses(401, 403, 404, 422))
RETRY = "retry: 3000\n\n"
ALIVE = ": alive\n\n"
RESET = "event: reset\ndata: {}\n\n"
"""More has changed than is worth replaying: load the list anew."""


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Changed conversations, as they change"}},
)
async def stream_events(
    seat: Viewer,
    api: ApiDep,
    language: LanguageDep,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", max_length=32)] = "",
) -> StreamingResponse:
    """Events `conversation` with the row of the list as data; `reset` says to load the list anew."""
    body = _events(api, seat, language, last_event_id)
    return StreamingResponse(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(api: Api, seat: Seat, language: Language, last_event_id: str) -> AsyncIterator[str]:
    pace = api.events.pace
    with api.events.listening(seat.workspace_id) as stream:
        yield RETRY
        async for event in _missed(seat, language, last_event_id):
            yield event
        deadline = None if pace.longest is None else asyncio.get_running_loop().time() + pace.longest
        while deadline is None or asyncio.get_running_loop().time() < deadline:
            try:
                change = await _next(api, seat, stream)
            except StreamEnded:
                return
            yield ALIVE if change is None else _event(change, language)


async def _next(api: Api, seat: Seat, stream: Stream) -> Conversation | None:
    async def is_welcome() -> bool:
        try:
            identity = await api.signed_in.find(seat.caller.session_id)
            await authorise(
                api, type(seat.caller)(identity.user, seat.caller.session_id), seat.workspace_id, Role.VIEWER
            )
        except DeskError:
            return False
        return True

    return await next_change(stream, api.events.pace.heartbeat, is_welcome)


async def _missed(seat: Seat, language: Language, last_event_id: str) -> AsyncIterator[str]:
    """What changed while the browser was away."""
    since = _moment(last_event_id)
    if since is None:
        return
    missed = await Conversations(seat.store).changed_since(since, limit=PAGE)
    if len(missed) == PAGE:
        yield RESET
        return
    for conversation in missed:
        yield _event(conversation, language)


def _moment(last_event_id: str) -> datetime | None:
    is_ours = last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) <= 16
    return from_micros(int(last_event_id)) if is_ours else None


def _event(conversation: Conversation, language: Language) -> str:
    data = ConversationRow.of(conversation, language).model_dump_json()
    return f"id: {to_micros(conversation.updated_at)}\nevent: conversation\ndata: {data}\n\n"
