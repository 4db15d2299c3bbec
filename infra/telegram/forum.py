"""A work group over the Bot API: the adapter of `shared.ports.forum`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from infra.telegram.api import BotApi
from infra.telegram.files import check_size, fetch, way_of
from infra.telegram.objects import Done, Membership, Party, Sent, Topic
from infra.telegram.posts import file_parameters, method_of, text_parameters
from infra.telegram.refusals import ChatMoved, Unchanged
from infra.telegram.wire import sendable
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, CredentialsRejected, GroupGone, RecipientUnreachable
from shared.ports.forum import ForumState, Post

T = TypeVar("T")
NEEDED_RIGHTS = ("can_manage_topics", "can_delete_messages", "can_pin_messages")
ANSWER_LIMIT = 200
"""Characters that whoever pressed a button is shown."""
_MOST_DELETED = 100
_OUTSIDE = frozenset({"left", "kicked"})


class TelegramForum:
    """One group, seen by its bot. A group that became a supergroup is followed."""

    def __init__(self, api: BotApi, chat: str) -> None:
        self._api = api
        self._chat = chat

    async def examine(self) -> ForumState:
        """Title and rights, as Telegram has them now."""
        chat = await self._in_group(lambda: self._api.call("getChat", Party, self._here()))
        asked = {"user_id": int(self._api.bot_id)}
        bot = await self._in_group(lambda: self._api.call("getChatMember", Membership, self._here(**asked)))
        if bot.status in _OUTSIDE:
            raise GroupGone("the bot is not in the group")
        missing = tuple(right for right in NEEDED_RIGHTS if bot.status != "creator" and not getattr(bot, right))
        return ForumState(chat=self._chat, title=chat.title, is_forum=chat.is_forum, missing_rights=missing)

    async def create_topic(self, name: str) -> str:
        """A new topic's id."""
        name = sendable(name)
        topic = await self._in_group(lambda: self._api.call_once("createForumTopic", Topic, self._here(name=name)))
        return str(topic.message_thread_id)

    async def rename_topic(self, topic: str, name: str) -> None:
        """Does nothing when it is called so already."""
        await self._change_topic("editForumTopic", topic, name=sendable(name))

    async def close_topic(self, topic: str) -> None:
        """Does nothing when it is closed."""
        await self._change_topic("closeForumTopic", topic)

    async def reopen_topic(self, topic: str) -> None:
        """Does nothing when it is open."""
        await self._change_topic("reopenForumTopic", topic)

    async def post(self, topic: str, post: Post) -> str:
        """Put a message into a topic (empty: General); its id."""
        sent = await self._in_group(lambda: self._post(topic, post))
        if topic and str(sent.message_thread_id) != topic:
            await self._take_back(sent)
        return str(sent.message_id)

    async def edit(self, message: str, post: Post) -> None:
        """Replace text and buttons of an own message without a file."""
        parameters = {"message_id": int(message), **text_parameters(post)}
        with suppress(Unchanged):
            await self._in_group(lambda: self._api.call("editMessageText", Sent, self._here(**parameters)))

    async def pin(self, message: str) -> None:
        """Pin an own message in its topic, without a sound."""
        await self._do("pinChatMessage", message_id=int(message), disable_notification=True)

    async def delete(self, messages: Sequence[str]) -> None:
        """Delete messages, as far as they are there and may be deleted."""
        for start in range(0, len(messages), _MOST_DELETED):
            numbers = [int(message) for message in messages[start : start + _MOST_DELETED]]
            try:
                await self._do("deleteMessages", message_ids=numbers)
            except (CredentialsRejected, GroupGone):
                raise
            except ChannelRejected:
                continue  # too old, or not ours to delete

    async def answer_press(self, press_id: str, text: str) -> None:
        """Tell the one who pressed a button what came of it; too late is no error."""
        parameters = {"callback_query_id": press_id, "text": sendable(text)[:ANSWER_LIMIT]}
        with suppress(Unchanged):
            await self._api.call("answerCallbackQuery", Done, parameters)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that somebody put into the group."""
        return await fetch(self._api, attachment)

    async def _post(self, topic: str, post: Post) -> Sent:
        place: dict[str, Any] = self._here(disable_notification=post.is_silent)
        if topic:
            place["message_thread_id"] = int(topic)
        if post.file is None:
            return await self._api.call_once(method_of(post), Sent, {**place, **text_parameters(post)})
        check_size(post.file)
        files = {way_of(post.file).field: post.file}
        return await self._api.upload_once(method_of(post), Sent, {**place, **file_parameters(post)}, files)

    async def _take_back(self, sent: Sent) -> None:
        """Where topics are switched off, Telegram puts the words before everybody."""
        await self.delete([str(sent.message_id)])
        raise ChannelRejected("the group has no topics any more", code="not_a_forum")

    async def _change_topic(self, method: str, topic: str, **parameters: Any) -> None:
        with suppress(Unchanged):
            await self._do(method, message_thread_id=int(topic), **parameters)

    async def _do(self, method: str, **parameters: Any) -> None:
        await self._in_group(lambda: self._api.call(method, Done, self._here(**parameters)))

    async def _in_group(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call, once more where the group has moved; refusals in the group's words."""
        try:
            return await self._followed(call)
        except RecipientUnreachable as error:
            raise GroupGone(str(error), vendor_code=error.vendor_code) from error

    async def _followed(self, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await call()
        except ChatMoved as moved:
            self._chat = moved.new_thread
            return await call()

    def _here(self, **parameters: Any) -> dict[str, Any]:
        return {"chat_id": self._chat, **parameters}
