"""The public web chat as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.deps import AddressDep, ApiDep, LanguageDep
from api.events import StreamEnded
from api.schemas.problems import responses
from api.schemas.web_chat import SayIn
from api.web_chat_calls import PATIENCE, ChatDep, PassDep, VisitorDep, Wait, prepared
from api.web_chat_feed import ChatEvent, VisitorFeed, asked
from shared.domain.model import from_micros, to_micros
from shared.services.web_chat_talk import Saying
from shared.services.web_chat_visitors import Pass

router = APIRouter(prefix="/chat", tags=["web chat"], responses=responses(401, 403, 404, 422, 429, 503))
RETRY: Final = "retry: 3000\n\n"
ALIVE: Final = ": alive\n\n"
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events, as they come"}
}
LastEvent = Annotated[str, Header(alias="Last-Event-ID", pattern=r"^[0-9]{0,16}$")]


@router.post("/{slug}", response_class=StreamingResponse, responses=_STREAM)
async def ask_streaming(
    given: SayIn,
    chat: ChatDep,
    admitted: PassDep,
    api: ApiDep,
    address: AddressDep,
    language: LanguageDep,
    wait: Wait = PATIENCE,
) -> StreamingResponse:
    """Say something. Events: `session`, `accepted`, `typing`, `message`, `handoff`, and `done` or `timeout` last."""
    saying = await prepared(api, chat, admitted.visitor, given, address, language)
    feed = VisitorFeed(api, chat, admitted.visitor)
    # No place among the streams: how many of these are open is held by the limit of messages, and each ends by itself.
    return _Stream(_answered(feed, admitted, saying, wait), nullcontext())


@router.get("/{slug}/events", response_class=StreamingResponse, responses=_STREAM)
async def chat_events(
    chat: ChatDep, visitor: VisitorDep, api: ApiDep, address: AddressDep, last_event_id: LastEvent = ""
) -> StreamingResponse:
    """What is said from now on, or since the last event: `message` and `state`. A message may come again."""
    return _Stream(_heard(VisitorFeed(api, chat, visitor), last_event_id), api.web_chat_limits.streaming(address))


class _Stream(StreamingResponse):
    """Takes its place among the streams of an address when it is made, and leaves it however it ends."""

    def __init__(self, body: AsyncIterator[str], place: AbstractContextManager[None]) -> None:
        super().__init__(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._place = ExitStack()
        self._place.enter_context(place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._place:
            await super().__call__(scope, receive, send)


async def _answered(feed: VisitorFeed, admitted: Pass, saying: Saying, wait: float) -> AsyncIterator[str]:
    yield _line(ChatEvent("session", {"token": admitted.token, "dialog_id": admitted.visitor.conversation_id}))
    async for event in asked(feed, saying, wait):
        yield _line(event)


async def _heard(feed: VisitorFeed, last_event_id: str) -> AsyncIterator[str]:
    hub = feed.api.events
    now = feed.api.desk.ports.clock.now()
    since = from_micros(int(last_event_id)) if last_event_id else now
    end = None if hub.pace.longest is None else asyncio.get_running_loop().time() + hub.pace.longest
    with hub.listening(feed.chat.workspace.id) as stream:
        yield RETRY
        conversation = await feed.present()
        while True:
            if conversation is not None:
                async for event in feed.news(conversation, since):
                    yield _line(event)
            for event in feed.turn(conversation) if conversation else ():
                yield _line(event)
            if end is not None and asyncio.get_running_loop().time() >= end:
                return
            try:
                conversation = await feed.next(stream, hub.pace.heartbeat)
            except StreamEnded:
                return
            if conversation is None:
                yield ALIVE


def _line(event: ChatEvent) -> str:
    """One event; a message's moment is its id, so that a stream can go on from there."""
    place = f"id: {to_micros(event.message.at)}\n" if event.message else ""
    return f"{place}event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=True)}\n\n"
