"""A second forum: in memory, with Telegram's limits and its accidents, for tests that need thousands of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.messages import Attachment
from shared.domain.work_groups import WorkGroup
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear, GroupGone, TopicGone
from shared.ports.forum import CAPTION_LIMIT, POST_LIMIT, Forum, ForumState, Post
from tests.support.clock import ManualClock

MOST, MINUTE = 20, timedelta(seconds=60)


@dataclass
class MemoryTopic:
    """One topic as Telegram has it."""

    id: str
    name: str
    is_closed: bool = False
    is_deleted: bool = False
    pinned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MemoryPost:
    """One message of the bot's."""

    id: str
    topic: str
    post: Post
    at: datetime

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.post.title, self.post.text) if part)


class MemoryForum:
    """A `Forum`. Every call that people would notice counts against the limit, as the strictest reading has it."""

    def __init__(self, clock: ManualClock, chat: str = "-1001") -> None:
        self.chat = chat
        self.clock = clock
        self.topics: dict[str, MemoryTopic] = {}
        self.posts: dict[str, MemoryPost] = {}
        self.answers: list[str] = []
        self.calls: list[tuple[datetime, str]] = []
        self.refusals = 0
        self.lost_answers = 0
        """The next calls are done, and nobody hears of it."""
        self.is_gone = False
        self.pause = 0.0
        """Seconds of real time that each call takes, so that others come in between."""
        self.meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}
        """What happens elsewhere while a call of this kind is under way, once."""
        self._number = 0

    async def examine(self) -> ForumState:
        if self.is_gone:
            raise GroupGone("gone")
        return ForumState(chat=self.chat, title="Группа", is_forum=True)

    async def create_topic(self, name: str) -> str:
        await self._count("create")
        if not 1 <= len(name) <= 128:
            raise ChannelRejected("a name has 1 to 128 characters")
        id = self._next()
        self.topics[id] = MemoryTopic(id, name)
        self._lose()
        return id

    async def rename_topic(self, topic: str, name: str) -> None:
        await self._count("rename")
        self._topic(topic).name = name
        self._lose()

    async def close_topic(self, topic: str) -> None:
        await self._count("close")
        self._topic(topic).is_closed = True

    async def reopen_topic(self, topic: str) -> None:
        await self._count("reopen")
        self._topic(topic).is_closed = False

    async def post(self, topic: str, post: Post) -> str:
        await self._count("post")
        if topic:
            self._topic(topic)
        words = "\n".join(part for part in (post.title, post.text) if part)
        limit = CAPTION_LIMIT if post.file else POST_LIMIT
        if not (words or post.file) or len(words.encode("utf-16-le")) // 2 > limit:
            raise ChannelRejected("a post has words, and not too many")
        if any(len(button.data.encode()) > 64 for row in post.buttons for button in row):
            raise ChannelRejected("a button carries 64 bytes")
        id = self._next()
        self.posts[id] = MemoryPost(id, topic, post, self.clock.now())
        self._lose()
        return id

    async def edit(self, message: str, post: Post) -> None:
        await self._count("edit")
        known = self.posts.get(message)
        if known is None or self.topics[known.topic].is_deleted:
            raise ChannelRejected("message to edit not found", code="gone")
        self.posts[message] = replace(known, post=post)

    async def pin(self, message: str) -> None:
        await self._count("pin")
        known = self.posts.get(message)
        if known is None or self.topics[known.topic].is_deleted:
            raise ChannelRejected("message to pin not found", code="gone")
        self.topics[known.topic].pinned.append(message)

    async def delete(self, messages: Sequence[str]) -> None:
        await self._count("delete")
        for message in messages:
            self.posts.pop(message, None)

    async def answer_press(self, press_id: str, text: str) -> None:
        self.answers.append(text)

    async def fetch(self, attachment: Attachment) -> bytes:
        return attachment.reference.encode()

    def living(self) -> list[MemoryTopic]:
        return [topic for topic in self.topics.values() if not topic.is_deleted]

    def shown(self, words: str) -> int:
        """In how many posts these words stand as news, also in deleted topics. What is repeated as history is none."""
        return sum(words in post.text for post in self.posts.values() if not post.post.title.startswith("🕘"))

    async def _count(self, call: str) -> None:
        if call in self.meanwhile:
            await self.meanwhile.pop(call)()
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.is_gone:
            raise GroupGone("gone")
        now = self.clock.now()
        lately = [at for at, _ in self.calls if at > now - MINUTE]
        if len(lately) >= MOST:
            self.refusals += 1
            raise ChannelUnavailable("too many", retry_after=lately[0] + MINUTE - now)
        self.calls.append((now, call))

    def _lose(self) -> None:
        if self.lost_answers:
            self.lost_answers -= 1
            raise ChannelUnclear("no answer")

    def _topic(self, id: str) -> MemoryTopic:
        topic = self.topics.get(id)
        if topic is None or topic.is_deleted:
            raise TopicGone("gone")
        return topic

    def _next(self) -> str:
        self._number += 1
        return str(self._number)


@dataclass
class MemoryForums:
    """The `ForumOpener` of one forum."""

    forum: MemoryForum

    async def open(self, group: WorkGroup) -> Forum:
        return self.forum
