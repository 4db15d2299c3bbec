"""What somebody writes in a work group: to the customer, to the bot, or to colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.commands.effects import Actor
from shared.commands.spoken import Verb, is_aside, spoken
from shared.domain.cockpit import GroupMessage
from shared.domain.messages import Attachment
from shared.domain.tasks import GroupTask
from shared.domain.texts import text
from shared.domain.topics import part_of
from shared.errors import InvalidInput
from shared.ports.clock import Clock
from shared.ports.document_store import FieldPath
from shared.ports.forum import ForumOpener
from shared.ports.task_queue import TaskQueue
from shared.services.cockpit_actions import Actions
from shared.services.cockpit_commands import Commands
from shared.services.cockpit_scene import Scene, Voice
from shared.services.mark_read import MarkAsRead
from shared.services.send_message import SendMessage, sent_id
from shared.services.stage_file import NewFile, StageFile
from shared.store.messages import Messages
from shared.store.topics import Topics
from shared.store.work_groups import WorkGroups

_BEFORE = timedelta(minutes=1)
"""What becomes of a message later is news, whatever the clocks of two machines say."""
_QUIET = timedelta(hours=12)
UNREADABLE = "[unsupported content"
"""How the words begin of what no channel of ours reads: polls, games. Nothing that a customer should get."""


@dataclass(frozen=True, slots=True)
class GroupMessages:
    """One message. What a vendor must be asked for is left to a task: the webhook answers at once."""

    actions: Actions
    commands: Commands
    voice: Voice
    send_message: SendMessage
    mark_read: MarkAsRead
    stage_file: StageFile
    opener: ForumOpener
    tasks: TaskQueue
    clock: Clock

    async def __call__(self, scene: Scene, message: GroupMessage) -> None:
        """Raises what the services of the desk raise."""
        command = spoken(message.text)
        if message.is_edit:
            await self._edited(scene, message)
        elif is_aside(message.text):
            return
        elif command is not None:
            if command.verb is Verb.READ and scene.target:
                await self._later(scene, message)
            await self.commands(scene, command)
        elif message.text.startswith(UNREADABLE) and scene.topic is not None:
            raise InvalidInput("the bot cannot read this", code="group_unreadable")
        elif scene.topic is None:
            await self._ask_whom(scene)
        elif any(file.reference for file in message.attachments):
            await self._later(scene, message)
        else:
            await self.relay(scene, message, ())

    async def later(self, scene: Scene, message: GroupMessage) -> None:
        """What the webhook has left over."""
        command = spoken(message.text)
        if command is not None:
            actor = await self.actions.cast.actor(scene)
            await self.mark_read(scene.workspace, scene.target, actor)
            return
        await self.relay(scene, message, await self._staged(scene, message))

    async def relay(self, scene: Scene, message: GroupMessage, files: tuple[Attachment, ...]) -> None:
        """To the customer, once. A draft that this person is editing is replaced by it."""
        actor = await self.actions.cast.actor(scene)
        assert scene.topic is not None
        draft = scene.topic.edited_drafts.get(scene.user.source_id)
        names = [file.name for file in message.attachments if not file.reference]
        words = "\n".join(part for part in (message.text.strip(), *names) if part)
        await self._mark(scene, actor, message)
        await self.send_message(
            scene.workspace,
            scene.target,
            actor,
            key=scene.key,
            text=words,
            draft_id=draft if words else None,
            attachments=files,
        )

    async def _mark(self, scene: Scene, actor: Actor, message: GroupMessage) -> None:
        """It stands in its topic already: it must not be mirrored there again. The editing of a draft ends."""
        topic = scene.topic
        assert topic is not None
        changes: dict[FieldPath, object] = {("edited_drafts", scene.user.source_id): None}
        if message.topic == topic.topic:
            marked = self.clock.now() - _BEFORE
            first, second = (sent_id(topic.conversation_id, actor, scene.key, part) for part in range(2))
            files = [part_of(first, number) for number, _ in enumerate(message.attachments)]
            keys = [part_of(first), *files, *([part_of(second)] if files else [])]
            changes |= {("shown", key): marked for key in keys}
        await scene.store.commit([Topics(scene.store, scene.group.id).merge(topic.conversation_id, changes)])
        await self.actions.cast.remember(scene, actor)

    async def _staged(self, scene: Scene, message: GroupMessage) -> tuple[Attachment, ...]:
        forum = await self.opener.open(scene.group)
        staged = []
        for file in message.attachments:
            if file.reference:
                new = NewFile(file.name or file.kind, file.mime_type, await forum.fetch(file))
                staged.append((await self.stage_file(scene.workspace, scene.target, new)).attachment)
        return tuple(staged)

    async def _edited(self, scene: Scene, message: GroupMessage) -> None:
        """What the customer has got cannot be changed from here."""
        if scene.topic is None:
            return
        actor = await self.actions.cast.actor(scene)
        parts = [sent_id(scene.target, actor, scene.key, part) for part in range(2)]
        sent = [part.text for part in await Messages(scene.store).several(scene.target, parts)]
        if sent and message.text.strip() not in sent:
            await self.voice.say(scene, text("group_edit_not_sent", scene.language))

    async def _ask_whom(self, scene: Scene) -> None:
        """Always in General. In a topic that people have made for themselves now and then: it could also be one
        that was made for a customer twice."""
        if not scene.thread:
            await self.voice.say(scene, text("group_which_customer", scene.language))
            return
        told, now = scene.group.strangers.get(scene.thread), self.clock.now()
        if told is None or told < now - _QUIET:
            await scene.store.commit([WorkGroups(scene.store).stranger(scene.thread, now)])
            await self.voice.say(scene, text("group_no_conversation", scene.language))

    async def _later(self, scene: Scene, message: GroupMessage) -> None:
        task = GroupTask(workspace_id=scene.workspace, inbox_id=scene.group.bot_inbox_id, message=message)
        await self.tasks.enqueue(task, run_at=self.clock.now(), name=f"group-{scene.workspace}-{scene.key}")
