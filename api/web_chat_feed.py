"""What a visitor hears while the conversation goes on: events out of the workspace's one feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from api.context import Api
from api.events import Stream, StreamEnded, next_change
from api.schemas.web_chat import ChatMessageOut, ReplyStatus, StateOut
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import MessageId
from shared.domain.messages import Direction
from shared.errors import DeskError
from shared.services.web_chat_talk import Saying, entries_since, is_settled
from shared.services.web_chat_visitors import Visitor
from shared.services.web_chats import WebChat

EventKind = Literal["session", "accepted", "typing", "message", "state", "handoff", "done", "timeout"]


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One event, its data ready for JSON."""

    kind: EventKind
    data: dict[str, Any] = field(default_factory=dict)
    message: ChatMessageOut | None = None


@dataclass
class VisitorFeed:
    """One visitor's conversation. Messages are told once, whole."""

    api: Api
    chat: WebChat
    visitor: Visitor
    told: set[MessageId] = field(default_factory=set)
    state: StateOut | None = None

    async def present(self) -> Conversation | None:
        """The conversation as it is now."""
        return await self.api.web_chat_talk.conversation(self.chat, self.visitor)

    async def next(self, stream: Stream, patience: float) -> Conversation | None:
        """The conversation when it has changed; None after `patience` seconds. Raises `StreamEnded`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while (left := end - loop.time()) > 0:
            change = await next_change(stream, left, self._is_welcome)
            if change is not None and change.id == self.visitor.conversation_id:
                return change
        return None

    async def news(
        self, conversation: Conversation, since: datetime | None, *, own: bool = True
    ) -> AsyncIterator[ChatEvent]:
        """Messages that have not been told yet, of the shop only unless `own`."""
        for id, entry in entries_since(conversation, since):
            if id in self.told or (entry.direction is Direction.INCOMING and not own):
                continue
            self.told.add(id)
            message = await self.api.web_chat_talk.message(self.chat, self.visitor, id)
            if message is not None:
                shown = ChatMessageOut.of(message)
                yield ChatEvent("message", shown.model_dump(mode="json"), shown)

    def turn(self, conversation: Conversation | None) -> list[ChatEvent]:
        """Whose turn it is, when that has changed."""
        state = StateOut.of(conversation)
        if state == self.state:
            return []
        self.state = state
        return [ChatEvent("state", state.model_dump(mode="json"))]

    async def _is_welcome(self) -> bool:
        """The chat is there still, and its tokens hold."""
        try:
            found = await self.api.web_chats.find(self.chat.workspace.slug, self.chat.inbox.id)
        except DeskError:
            return False
        return found.word == self.chat.word


async def asked(feed: VisitorFeed, saying: Saying, wait: float) -> AsyncIterator[ChatEvent]:
    """Say something, and hear all that comes of it within `wait` seconds."""
    api, chat = feed.api, feed.chat
    with api.events.listening(chat.workspace.id) as stream:
        since = api.desk.ports.clock.now()
        id = await api.web_chat_talk.say(chat, feed.visitor, saying)
        yield ChatEvent("accepted", {"id": id, "dialog_id": feed.visitor.conversation_id})
        loop = asyncio.get_running_loop()
        end, is_typing = loop.time() + wait, False
        conversation = await feed.present()
        while conversation is not None:
            entry = conversation.window.get(id)
            async for event in feed.news(conversation, entry.at if entry else since, own=False):
                yield event
            if is_settled(conversation, id):
                break
            if StateOut.of(conversation).is_typing and not is_typing:
                is_typing = True
                yield ChatEvent("typing")
            try:
                conversation = await feed.next(stream, end - loop.time())
            except StreamEnded:
                conversation = None
        for event in _ending(conversation):
            yield event


def _ending(conversation: Conversation | None) -> list[ChatEvent]:
    """What is said at the end; None: it did not come in time."""
    if conversation is None:
        return [ChatEvent("timeout", {"status": "waiting"})]
    if conversation.status is Status.NEEDS_HUMAN:
        return [ChatEvent("handoff"), ChatEvent("done", {"status": "needs_human"})]
    return [ChatEvent("done", {"status": "answered"})]


def status_at_end(event: ChatEvent) -> ReplyStatus:
    """What the last event says of the whole."""
    status: ReplyStatus = event.data["status"]
    return status
