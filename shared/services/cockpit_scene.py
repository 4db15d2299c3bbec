"""Where and by whom something was done in a work group, and how the bot answers there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.commands.effects import Actor
from shared.domain.cockpit import GroupUser
from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, UserId, WorkspaceId
from shared.domain.model import to_micros
from shared.domain.people import Role
from shared.domain.texts import Language
from shared.domain.topics import ForumTopic
from shared.domain.work_groups import GroupReply, WorkGroup
from shared.errors import NotAllowed, NotFound
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.mirror_lease import Turns
from shared.store.conversations import Conversations
from shared.store.members import Members
from shared.store.topics import Topics
from shared.store.users import Users
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore

_WORDS_LAST: Final = timedelta(minutes=10)
_PRESS_LASTS: Final = timedelta(seconds=140)
TELEGRAM: Final = "telegram:"
"""In front of the id of somebody who is no member of ours."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that somebody did."""

    store: WorkspaceStore
    group: WorkGroup
    topic: ForumTopic | None
    """The topic of a conversation; None: another place of the group."""
    thread: str
    """Where the bot answers: a topic's id, or empty for General."""
    user: GroupUser
    key: str
    """Of what was done: the same delivery again has the same."""
    at: datetime

    @property
    def language(self) -> Language:
        """What the bot speaks in this group."""
        return self.group.language

    @property
    def workspace(self) -> WorkspaceId:
        """The tenant."""
        return self.group.workspace_id

    @property
    def target(self) -> ConversationId:
        """The conversation. Raises `NotFound` (`group_which_customer`) where none is meant."""
        if self.topic is None:
            raise NotFound("no conversation is meant", code="group_which_customer")
        return self.topic.conversation_id

    async def conversation(self) -> Conversation:
        """Raises `NotFound`."""
        known = await Conversations(self.store).get(self.target)
        if known is None:
            raise NotFound("no such conversation")
        return known.conversation


@dataclass(frozen=True, slots=True)
class Voice:
    """The bot's words. They are kept with the group and said in its turn: nobody here waits for Telegram."""

    turns: Turns
    clock: Clock

    async def say(self, scene: Scene, words: str, *, cancels_edit: bool = False) -> None:
        """A message where the thing was done."""
        until = self.clock.now() + _WORDS_LAST
        await self._keep(scene, GroupReply(topic=scene.thread, text=words, cancels_edit=cancels_edit, expires_at=until))

    async def answer(self, scene: Scene, press: str, words: str) -> None:
        """A line for the one who pressed a button."""
        until = self.clock.now() + _PRESS_LASTS
        await self._keep(scene, GroupReply(press_id=press, text=words, expires_at=until))

    async def wake(self, scene: Scene, writes: Sequence[Write], reason: str) -> None:
        """Something is owed since these writes. The same reason again wakes nobody."""
        now = self.clock.now()
        await scene.store.commit(writes)
        await self.turns.wake(scene.group, now, reason)

    async def _keep(self, scene: Scene, reply: GroupReply) -> None:
        what = "answers" if reply.press_id else "says"
        key = f"{to_micros(scene.at):020d}-{scene.key}-{what}"
        await self.wake(scene, [WorkGroups(scene.store).saying({key: reply})], key)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who somebody in the group is to the desk."""

    users: Users

    async def actor(self, scene: Scene) -> Actor:
        """A member in their own name; anybody else whom the group has let in, in their Telegram name.

        Raises `NotAllowed` (`group_viewer`) for a member who may only read.
        """
        user = scene.user
        if user.is_anonymous:
            return Actor(UserId(f"{TELEGRAM}anonymous"), user.name or scene.group.title)
        known = await self.users.by_telegram(user.source_id)
        member = None if known is None else await Members(scene.store).get(known.id)
        if member is not None and not member.role.includes(Role.MANAGER):
            raise NotAllowed("this member may only read", code="group_viewer")
        if member is None:
            return Actor(UserId(TELEGRAM + user.source_id), user.name or user.username or user.source_id)
        return Actor(member.user_id, member.name or user.name or member.email)

    async def remember(self, scene: Scene, actor: Actor) -> None:
        """So that the card can name who has the conversation, though the desk has no such member."""
        topic = scene.topic
        if topic is None or not actor.user_id.startswith(TELEGRAM) or topic.people.get(actor.user_id) == actor.name:
            return
        named = Topics(scene.store, scene.group.id).merge(
            topic.conversation_id, {("people", actor.user_id): actor.name}
        )
        await scene.store.commit([named])
