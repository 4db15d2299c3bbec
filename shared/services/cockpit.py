"""The second cockpit: what people do in a work group becomes what they could have done in the dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from shared.commands.commands import Close, Reopen
from shared.commands.spoken import addressee
from shared.domain.arrivals import Echo, FromWorkGroup, Received, ThreadMoved
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange
from shared.domain.inboxes import Inbox
from shared.domain.tasks import GroupTask
from shared.domain.texts import text
from shared.domain.work_groups import WorkGroup
from shared.errors import DeskError, InvalidInput, NotAllowed
from shared.services.cockpit_actions import Actions
from shared.services.cockpit_messages import GroupMessages
from shared.services.cockpit_presses import GroupPresses
from shared.services.cockpit_scene import Scene, Voice
from shared.services.followers import Followers
from shared.services.group_membership import GroupMemberships
from shared.store.platform import Platform
from shared.store.topics import Topics, VersionedTopic
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore

Deed = GroupMessage | GroupPress | GroupTopicChange


@dataclass(frozen=True, slots=True)
class Cockpit:
    """Takes what a bot hears in groups. Only the workspace's own work group is obeyed."""

    platform: Platform
    memberships: GroupMemberships
    messages: GroupMessages
    presses: GroupPresses
    actions: Actions
    voice: Voice
    followers: Followers

    async def __call__(self, inbox: Inbox, arrival: FromWorkGroup) -> bool:
        """Whether it was for us. Safe to repeat."""
        if isinstance(arrival, GroupMembership):
            return await self.memberships(inbox, arrival)
        if isinstance(arrival, GroupMessage) and _is_for_another_bot(arrival, inbox):
            return False
        store = self.platform.workspace(inbox.workspace_id)
        known = await WorkGroups(store).get()
        if known is None or known.group.bot_inbox_id != inbox.id or known.group.chat != arrival.chat:
            return False
        scene = await _scene(store, known.group, arrival)
        try:
            await self._act(scene, arrival)
        except DeskError as error:
            if error.retryable:
                raise
            await self._explain(scene, arrival, error)
        return True

    async def claims(self, inbox: Inbox, arrival: Received | Echo | ThreadMoved) -> bool:
        """Whether what looks like a customer's is our work group's: its topics are off, or it got another id."""
        if isinstance(arrival, ThreadMoved):
            return await self.memberships.follow(inbox, arrival)
        return await self.memberships.overhear(inbox, arrival.thread)

    async def later(self, task: GroupTask) -> None:
        """What the webhook has left to a task."""
        store = self.platform.workspace(task.workspace_id)
        known = await WorkGroups(store).get()
        if known is None or known.group.chat != task.message.chat:
            return
        scene = await _scene(store, known.group, task.message)
        try:
            await self.messages.later(scene, task.message)
        except DeskError as error:
            if error.retryable:
                raise
            await self._explain(scene, task.message, error)

    async def _act(self, scene: Scene, arrival: Deed) -> None:
        match arrival:
            case GroupMessage():
                await self.messages(scene, arrival)
            case GroupPress():
                await self.presses(scene, arrival)
            case GroupTopicChange():
                await self._turned(scene, arrival)

    async def _turned(self, scene: Scene, change: GroupTopicChange) -> None:
        """A topic closed by hand closes its conversation, unless the customer has written on since then, or who did
        it may not: then the mirror opens it again."""
        if scene.topic is None:
            return
        known = Topics(scene.store, scene.group.id).merge(scene.target, {("is_closed",): change.is_closed})
        await scene.store.commit([known])
        conversation = await scene.conversation()
        written = [conversation.window[id].received_at for id in conversation.open_turn()]
        if change.is_closed and any(moment > change.at for moment in written):
            await self.followers.tell_of(conversation)
            return
        try:
            await self.actions.run(scene, Close() if change.is_closed else Reopen())
        except NotAllowed:
            await self.followers.tell_of(conversation)
            raise

    async def _explain(self, scene: Scene, arrival: Deed, error: DeskError) -> None:
        """Refusals are said where they arose; those that name themselves stand alone."""
        language = scene.language
        why = text(error.code, language)
        if isinstance(error, InvalidInput) and error.code == "group_unknown_member":
            why = why.format(names=error)
        if isinstance(arrival, GroupPress):
            await self.voice.answer(scene, arrival.press_id, why)
            return
        is_said = isinstance(arrival, GroupMessage) and not arrival.text.startswith("/")
        if not error.code.startswith("group_"):
            why = text("group_not_sent" if is_said else "group_not_done", language).format(reason=why)
        await self.voice.say(scene, why)


def _is_for_another_bot(message: GroupMessage, ours: Inbox) -> bool:
    return addressee(message.text) not in ("", ours.account.removeprefix("@").lower())


async def _scene(store: WorkspaceStore, group: WorkGroup, arrival: Deed) -> Scene:
    found = await _topic(Topics(store, group.id), arrival)
    return Scene(
        store=store,
        group=group,
        topic=found.topic if found else None,
        thread=arrival.topic,
        user=arrival.author,
        key=_key(arrival),
        at=arrival.at,
    )


async def _topic(topics: Topics, arrival: Deed) -> VersionedTopic | None:
    """The topic in which it was done; in General that of the message which is quoted or pressed."""
    if arrival.topic and (found := await topics.of_thread(arrival.chat, arrival.topic)):
        return found
    match arrival:
        case GroupMessage(reply_to=quoted) if quoted:
            return await topics.of_post(arrival.chat, quoted)
        case GroupPress():
            return await topics.of_post(arrival.chat, arrival.source_id)
        case _:
            return None


def _key(arrival: Deed) -> str:
    match arrival:
        case GroupMessage():
            return f"telegram:{arrival.chat}:{arrival.source_id}"
        case GroupPress():
            return f"press:{arrival.press_id}"
        case GroupTopicChange():
            return f"topic:{arrival.topic}:{arrival.is_closed}:{arrival.at.timestamp():.0f}"
