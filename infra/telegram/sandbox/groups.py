"""Groups in the simulated Telegram: topics, pins, and what the bot may do there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from infra.telegram.sandbox.bot import Place, SimulatedBot

ALL_RIGHTS = ("can_manage_topics", "can_delete_messages", "can_pin_messages")


@dataclass(frozen=True, slots=True)
class SimulatedTopic:
    """A forum topic. One that was deleted is remembered as such."""

    name: str
    is_closed: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A group with a bot in it. `moved_to`: it became a supergroup with that id."""

    id: int
    title: str
    is_forum: bool
    status: str = "administrator"
    """The bot's: administrator, member, left or kicked."""
    rights: tuple[str, ...] = ()
    topics: dict[str, SimulatedTopic] = field(default_factory=dict)
    pinned: tuple[int, ...] = ()
    moved_to: int | None = None

    @property
    def type(self) -> str:
        """Telegram tells supergroups by their ids."""
        return "supergroup" if self.id < -1_000_000_000_000 else "group"

    @property
    def vendor(self) -> dict[str, Any]:
        """The `Chat` object."""
        chat = {"id": self.id, "type": self.type, "title": self.title}
        return {**chat, "is_forum": True} if self.is_forum else chat

    def has(self, right: str) -> bool:
        """Whether the bot may do this."""
        return self.status == "administrator" and right in self.rights

    def member(self, bot: SimulatedBot) -> dict[str, Any]:
        """The bot as a `ChatMember`."""
        if self.status != "administrator":
            return {"status": self.status, "user": bot.user}
        return {"status": self.status, "user": bot.user, **{right: right in self.rights for right in ALL_RIGHTS}}

    def with_topic(self, topic: str, changed: SimulatedTopic) -> Group:
        """The same with a new or changed topic."""
        return replace(self, topics={**self.topics, topic: changed})


class Groups:
    """The groups of one bot."""

    def __init__(self, bot: SimulatedBot) -> None:
        self._bot = bot

    def new(self, title: str, *, is_forum: bool, rights: tuple[str, ...]) -> Group:
        """A group that a bot is let into: with rights as administrator, else as a plain member."""
        number = self._bot.next_id("group")
        id = -1_002_100_000_000 - number if is_forum else -4_100_000_000 - number
        status = "administrator" if rights else "member"
        # The first message tells that the group was made. Its number is also that of General.
        self._bot.next_id(f"message/{id}")
        self._bot.world.learn(self._bot.key("groups"), [*self.ids(), str(id)])
        return self.keep(Group(id, title, is_forum, status, rights))

    def ids(self) -> list[str]:
        """All of them, oldest first."""
        return list(self._bot.world.fact(self._bot.key("groups")) or [])

    def get(self, chat_id: str | int) -> Group | None:
        """A group by its id."""
        fields = self._bot.world.fact(self._bot.key(f"group/{chat_id}"))
        if fields is None:
            return None
        topics = {topic: SimulatedTopic(**told) for topic, told in fields["topics"].items()}
        lists = {name: tuple(fields[name]) for name in ("rights", "pinned")}
        return Group(**{**fields, **lists, "topics": topics})

    def keep(self, group: Group) -> Group:
        """Remember it as it is now."""
        self._bot.world.learn(self._bot.key(f"group/{group.id}"), asdict(group))
        return group

    def place(self, group: Group, topic: str = "") -> Place:
        """Where its messages are. Ids of messages are counted by group."""
        shelf = (f"{self._bot.kind}_groups", self._bot.account, str(group.id))
        extra = {"message_thread_id": int(topic), "is_topic_message": True} if topic else {}
        return Place(group.vendor, shelf, f"message/{group.id}", is_group=True, extra=extra)
