"""What can be done to a conversation from a work group, by a button or by a command: the dashboard's own services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.commands.commands import Assign, Close, Command, DiscardDraft, GiveBack, Reopen, TakeOver
from shared.commands.effects import Actor
from shared.commands.spoken import Verb
from shared.domain.conversations import Conversation
from shared.domain.ids import MessageId, UserId
from shared.domain.people import Member
from shared.domain.texts import text
from shared.errors import Conflict, InvalidInput, NotFound
from shared.policy.topic_debts import Rank, place
from shared.ports.clock import Clock
from shared.ports.document_store import FieldPath
from shared.services.cockpit_scene import Cast, Scene, Voice
from shared.services.execute import Execute
from shared.services.regenerate import Regenerate
from shared.services.send_message import SendMessage
from shared.store.members import Members
from shared.store.topics import Topics
from shared.store.work_groups import WorkGroups

_PLAIN: dict[Verb, type[TakeOver | GiveBack | Close | Reopen]] = {
    Verb.TAKE: TakeOver,
    Verb.GIVE: GiveBack,
    Verb.CLOSE: Close,
    Verb.REOPEN: Reopen,
}


@dataclass(frozen=True, slots=True)
class Actions:
    """Each raises what its service raises, for the caller to put into words."""

    execute: Execute
    send_message: SendMessage
    regenerate: Regenerate
    cast: Cast
    voice: Voice
    clock: Clock

    async def run(self, scene: Scene, command: Command) -> Conversation:
        """A command of the dashboard's."""
        actor = await self.cast.actor(scene)
        target = scene.target
        if isinstance(command, TakeOver):
            await self.cast.remember(scene, actor)
        return await self.execute(scene.workspace, target, command, actor, key=scene.key)

    async def plain(self, scene: Scene, verb: Verb) -> None:
        """Take over, give back, close or reopen."""
        await self.run(scene, _PLAIN[verb]())

    async def approve(self, scene: Scene, draft: str) -> None:
        """Send the draft as it stands: the same draft twice is sent once."""
        actor = await self.cast.actor(scene)
        id = await self._draft(scene, draft)
        await self.cast.remember(scene, actor)
        await self.send_message(scene.workspace, scene.target, actor, key=f"draft-{id}", draft_id=id)

    async def discard(self, scene: Scene, draft: str) -> None:
        """Drop it."""
        await self.run(scene, DiscardDraft(draft_id=await self._draft(scene, draft)))

    async def begin_edit(self, scene: Scene, draft: str) -> None:
        """The next message of this person, in this topic, takes the draft's place."""
        await self.cast.actor(scene)
        id = await self._draft(scene, draft)
        present = (await scene.conversation()).draft
        if present is None or present.id != id:
            raise Conflict("the draft has changed", code="draft_changed")
        await self._note_edit(scene, id)
        words = text("group_edit_asked", scene.language).format(name=scene.user.name or scene.user.username)
        await self.voice.say(scene, words, cancels_edit=True)

    async def end_edit(self, scene: Scene) -> bool:
        """Whether this person was editing a draft here."""
        if scene.topic is None or scene.user.source_id not in scene.topic.edited_drafts:
            return False
        await self._note_edit(scene, None)
        return True

    async def another_draft(self, scene: Scene) -> None:
        """Let the assistant try again."""
        await self.cast.actor(scene)
        await self.regenerate(scene.workspace, scene.target)

    async def show_draft(self, scene: Scene) -> None:
        """Post the draft again, with its buttons."""
        if (await scene.conversation()).draft is None:
            raise NotFound("there is no draft", code="group_no_draft")
        anew: dict[FieldPath, Any] = {("draft_id",): None, ("draft_post",): ""}
        await self._show_anew(scene, anew, Rank.PEOPLE)

    async def show_card(self, scene: Scene) -> None:
        """Post the card again, and pin it."""
        anew: dict[FieldPath, Any] = {("card",): "", ("card_digest",): "", ("is_pinned",): False}
        await self._show_anew(scene, anew, Rank.TIDINESS)

    async def assign(self, scene: Scene, name: str) -> None:
        """To a member by name or address, to oneself, or to nobody. Raises `InvalidInput` (`group_unknown_member`)."""
        actor = await self.cast.actor(scene)
        members = await Members(scene.store).all()
        user = None if name == "-" else _meant(name, members, actor)
        await self.run(scene, Assign(user_id=user))

    async def _draft(self, scene: Scene, draft: str) -> MessageId:
        if draft:
            return MessageId(draft)
        present = (await scene.conversation()).draft
        if present is None:
            raise NotFound("there is no draft", code="group_no_draft")
        return present.id

    async def _note_edit(self, scene: Scene, draft: MessageId | None) -> None:
        topics = Topics(scene.store, scene.group.id)
        noted = topics.merge(scene.target, {("edited_drafts", scene.user.source_id): draft})
        await scene.store.commit([noted])

    async def _show_anew(self, scene: Scene, changes: dict[FieldPath, Any], rank: Rank) -> None:
        topics = Topics(scene.store, scene.group.id)
        wanted = place(rank, self.clock.now())
        known = scene.topic.place if scene.topic else None
        best = wanted if known is None else min(known, wanted)
        owed = WorkGroups(scene.store).change({"due_at": self.clock.now()})
        await self.voice.wake(
            scene, [topics.merge(scene.target, {**changes, ("place",): best}), owed], f"{scene.key}-shows"
        )


def _meant(name: str, members: list[Member], actor: Actor) -> UserId:
    if name.lower() in ("me", "я", "мне"):
        return actor.user_id
    wanted = name.lstrip("@").lower()
    for member in members:
        if wanted in (member.name.lower(), member.email.lower(), member.email.lower().partition("@")[0]):
            return member.user_id
    raise InvalidInput(", ".join(member.name or member.email for member in members), code="group_unknown_member")
