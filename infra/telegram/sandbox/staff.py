"""Hands of the staff in simulated work groups: for tests, and for who plays them on the sandbox's page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.bot import Kind, Place, SimulatedBot
from infra.telegram.sandbox.files import pieces_of
from infra.telegram.sandbox.groups import ALL_RIGHTS, Group, Groups, SimulatedTopic
from infra.telegram.sandbox.people import ANONYMOUS, person
from infra.telegram.sandbox.telegram import SimulatedTelegram
from infra.telegram.sandbox.views import SeenGroup, SeenTopic, is_service, seen_post
from shared.errors import InvalidInput

ANONYMOUS_ADMIN = ""
"""As a person: an administrator who writes as the group itself."""


class Staff:
    """What people do in groups where the bot of an account is. Ids are strings; unknown ones are `InvalidInput`."""

    kind: Kind
    _telegram: SimulatedTelegram

    async def open_group(
        self, account: str, title: str, *, is_forum: bool = True, rights: Collection[str] = ALL_RIGHTS
    ) -> str:
        """Somebody makes a group and lets the bot in, with rights as an administrator; its id."""
        bot = self._bot(account)
        group = Groups(bot).new(title, is_forum=is_forum, rights=tuple(rights))
        self._tell_membership(bot, replace(group, status="left"), group)
        return str(group.id)

    async def change_rights(self, account: str, group: str, rights: Collection[str]) -> None:
        """The owner of the group gives the bot other rights; without any it is a plain member."""
        bot, before = self._group(account, group)
        status = "administrator" if rights else "member"
        self._tell_membership(bot, before, Groups(bot).keep(replace(before, status=status, rights=tuple(rights))))

    async def throw_out(self, account: str, group: str) -> None:
        """The bot is removed from the group."""
        bot, before = self._group(account, group)
        self._tell_membership(bot, before, Groups(bot).keep(replace(before, status="kicked", rights=())))

    async def switch_topics(self, account: str, group: str, *, is_forum: bool) -> None:
        """The owner of a supergroup switches topics on or off. Nobody tells the bot."""
        bot, known = self._group(account, group)
        Groups(bot).keep(replace(known, is_forum=is_forum))

    async def upgrade_group(self, account: str, group: str) -> str:
        """A group becomes a supergroup with topics; its new id."""
        bot, old = self._group(account, group)
        groups = Groups(bot)
        new = groups.new(old.title, is_forum=True, rights=old.rights)
        groups.keep(replace(old, moved_to=new.id))
        for here, news in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            self._announce(bot, bot.post(groups.place(here), ANONYMOUS, self._now(), news))
        return str(new.id)

    async def staff_writes(
        self,
        account: str,
        group: str,
        name: str,
        text: str,
        *,
        topic: str = "",
        reply_to: str = "",
        files: Sequence[CustomerFile] = (),
    ) -> str:
        """Somebody writes, into General or a topic; the id of the first message. Each file is a message."""
        bot, known = self._group(account, group)
        place = self._place(bot, known, topic)
        quoted = self._quoted(bot, place, reply_to or topic)
        sender, as_group = self._author(known, name)
        pieces = pieces_of(bot, text, files)
        messages = [bot.post(place, sender, self._now(), {**as_group, **quoted, **piece}) for piece in pieces]
        for message in messages:
            if self._is_shown(bot, known, message):
                self._announce(bot, message)
        return str(messages[0]["message_id"])

    async def staff_edits(self, account: str, group: str, message_id: str, text: str) -> None:
        """Somebody changes what they wrote."""
        bot, known = self._group(account, group)
        record = bot.message(Groups(bot).place(known), message_id)
        if record is None or record.data["from"]["id"] == bot.id:
            raise InvalidInput("people have not written such a message")
        field = "text" if "text" in record.data else "caption"
        message = bot.rewrite(record, **{field: text, "edit_date": self._now()})
        self._telegram.deliveries.announce(bot, "edited_message", message)

    async def staff_presses(self, account: str, group: str, name: str, message_id: str, data: str) -> str:
        """Somebody presses a button of the bot's; the id of the press."""
        bot, known = self._group(account, group)
        return self._press(bot, Groups(bot).place(known), group, name, message_id, data)

    async def staff_closes_topic(self, account: str, group: str, topic: str, name: str = "Олег") -> None:
        """Somebody closes a topic by hand."""
        self._turn_topic(account, group, topic, name, is_closed=True)

    async def staff_reopens_topic(self, account: str, group: str, topic: str, name: str = "Олег") -> None:
        """Somebody opens it again."""
        self._turn_topic(account, group, topic, name, is_closed=False)

    async def staff_deletes_topic(self, account: str, group: str, topic: str) -> None:
        """Somebody deletes a topic with all its messages. Nobody tells the bot."""
        bot, known = self._group(account, group)
        place = self._place(bot, known, topic)
        Groups(bot).keep(known.with_topic(topic, replace(known.topics[topic], is_deleted=True)))
        for record in bot.messages(place):
            if str(record.data.get("message_thread_id")) == topic:
                bot.rewrite(record, is_deleted=True)

    def group_view(self, account: str, group: str) -> SeenGroup:
        """The group as its members see it."""
        bot, known = self._group(account, group)
        messages = [record.data for record in bot.messages(Groups(bot).place(known)) if not is_service(record.data)]
        topics = [_seen_topic(known, id, topic, messages) for id, topic in known.topics.items() if not topic.is_deleted]
        answers = [bot.world.fact(bot.key(f"query/{press}")) for press in self._presses(bot)]
        return SeenGroup(
            id=str(known.id),
            title=known.title,
            is_forum=known.is_forum,
            topics=tuple(topics),
            general=tuple(seen_post(message) for message in messages if "message_thread_id" not in message),
            answers=tuple(query["answer"] for query in answers if query["group"] == group and "answer" in query),
        )

    def groups_of(self, account: str) -> list[str]:
        """Ids of the groups that the bot of an account was ever let into, oldest first."""
        return Groups(self._bot(account)).ids()

    def refused_as_too_many(self, account: str) -> int:
        """How often the bot of an account was told to wait: a storm would show here."""
        return self._telegram.limits.refusals[self._bot(account).id]

    def _bot(self, account: str) -> SimulatedBot:
        return SimulatedBot(self._telegram.world, account, self.kind)

    def _now(self) -> int:
        return int(self._telegram.clock.now().timestamp())

    def _announce(self, bot: SimulatedBot, message: dict[str, Any]) -> None:
        self._telegram.deliveries.announce(bot, "message", message)

    def _group(self, account: str, group: str) -> tuple[SimulatedBot, Group]:
        bot = self._bot(account)
        known = Groups(bot).get(group)
        if known is None:
            raise InvalidInput("there is no such group")
        return bot, known

    def _place(self, bot: SimulatedBot, group: Group, topic: str) -> Place:
        known = group.topics.get(topic)
        if topic and (known is None or known.is_deleted):
            raise InvalidInput("there is no such topic")
        return Groups(bot).place(group, topic)

    def _press(self, bot: SimulatedBot, place: Place, chat: str, name: str, message_id: str, data: str) -> str:
        record = bot.message(place, message_id)
        rows = seen_post(record.data).buttons if record else ()
        if record is None or not any(button.data == data for row in rows for button in row):
            raise InvalidInput("there is no such button")
        press = f"{bot.id}{bot.next_id('query'):06d}"
        bot.world.learn(bot.key(f"query/{press}"), {"at": self._now(), "group": chat})
        query = {"id": press, "from": person(name), "chat_instance": chat, "data": data, "message": record.data}
        self._telegram.deliveries.announce(bot, "callback_query", query)
        return press

    def _quoted(self, bot: SimulatedBot, place: Place, number: str) -> dict[str, Any]:
        """What a message quotes: in a topic at least the message that opened it."""
        record = bot.message(place, number) if number else None
        if number and record is None:
            raise InvalidInput("there is no such message")
        nested = ("reply_to_message", "reply_markup")
        return {"reply_to_message": {k: v for k, v in record.data.items() if k not in nested}} if record else {}

    def _author(self, group: Group, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        if name == ANONYMOUS_ADMIN:
            told = {key: value for key, value in group.vendor.items() if key != "is_forum"}
            return dict(ANONYMOUS), {"sender_chat": told}
        return person(name), {}

    def _is_shown(self, bot: SimulatedBot, group: Group, message: dict[str, Any]) -> bool:
        """Privacy mode: a plain member sees commands and answers to itself only. A stranger sees nothing."""
        if group.status == "administrator":
            return True
        is_answer = message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id
        return group.status == "member" and (is_answer or message.get("text", "").startswith("/"))

    def _turn_topic(self, account: str, group: str, topic: str, name: str, *, is_closed: bool) -> None:
        bot, known = self._group(account, group)
        place = self._place(bot, known, topic)
        Groups(bot).keep(known.with_topic(topic, replace(known.topics[topic], is_closed=is_closed)))
        sender, as_group = self._author(known, name)
        what = "forum_topic_closed" if is_closed else "forum_topic_reopened"
        self._announce(bot, bot.post(place, sender, self._now(), {**as_group, what: {}}))

    def _tell_membership(self, bot: SimulatedBot, before: Group, after: Group) -> None:
        change = {
            "chat": after.vendor,
            "from": person("Олег"),
            "date": self._now(),
            "old_chat_member": before.member(bot),
            "new_chat_member": after.member(bot),
        }
        self._telegram.deliveries.announce(bot, "my_chat_member", change)

    def _presses(self, bot: SimulatedBot) -> list[str]:
        pressed = bot.world.fact(bot.key("last-query")) or 0
        return [f"{bot.id}{number:06d}" for number in range(1, int(pressed) + 1)]


def _seen_topic(group: Group, id: str, topic: SimulatedTopic, messages: Sequence[dict[str, Any]]) -> SeenTopic:
    posts = [seen_post(message) for message in messages if str(message.get("message_thread_id")) == id]
    ids = {post.id for post in posts}
    pinned = tuple(str(number) for number in group.pinned if str(number) in ids)
    return SeenTopic(id, topic.name, topic.is_closed, pinned, tuple(posts))
