"""Commands that people type in a work group: everything that the dashboard can do to a conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from shared.commands.commands import AddNote, SetLabels
from shared.commands.spoken import Spoken, Verb, labels_of
from shared.domain.texts import text
from shared.errors import InvalidInput
from shared.policy.topic_names import name_of
from shared.services.cockpit_actions import Actions
from shared.services.cockpit_scene import Scene, Voice

Handler = Callable[[Scene, str], Awaitable[None]]
_EXAMPLES = {Verb.NOTE: "/note перезвонить в шесть", Verb.ASSIGN: "/assign me", Verb.LABEL: "/label vip, опт"}


@dataclass(frozen=True)
class Commands:
    """Runs one. What leaves a line in the history needs no other answer: the topic shows it."""

    actions: Actions
    voice: Voice

    async def __call__(self, scene: Scene, spoken: Spoken) -> None:
        """Raises what the services of the desk raise."""
        if spoken.verb is None:
            await self.voice.say(scene, text("group_unknown_command", scene.language))
            return
        if spoken.verb in _EXAMPLES and not spoken.argument:
            example = text("group_needs_text", scene.language).format(example=_EXAMPLES[spoken.verb])
            await self.voice.say(scene, example)
            return
        await self._handlers[spoken.verb](scene, spoken.argument)

    @cached_property
    def _handlers(self) -> dict[Verb, Handler]:
        actions = self.actions

        def plain(verb: Verb) -> Handler:
            return lambda scene, _: actions.plain(scene, verb)

        return {
            **{verb: plain(verb) for verb in (Verb.TAKE, Verb.GIVE, Verb.CLOSE, Verb.REOPEN)},
            Verb.NOTE: self._note,
            Verb.LABEL: self._label,
            Verb.ASSIGN: actions.assign,
            Verb.DRAFT: lambda scene, _: actions.show_draft(scene),
            Verb.APPROVE: lambda scene, _: actions.approve(scene, ""),
            Verb.EDIT: lambda scene, _: actions.begin_edit(scene, ""),
            Verb.DISCARD: lambda scene, _: actions.discard(scene, ""),
            Verb.REGENERATE: lambda scene, _: actions.another_draft(scene),
            Verb.CANCEL: lambda scene, _: self._cancel(scene),
            Verb.CARD: lambda scene, _: actions.show_card(scene),
            Verb.STATUS: lambda scene, _: self._status(scene),
            Verb.HELP: lambda scene, _: self.voice.say(scene, text("group_help", scene.language)),
            Verb.ID: lambda scene, _: self._ids(scene),
            # Its vendor is told as well: a task does it.
            Verb.READ: lambda scene, _: self._read(scene),
        }

    async def _read(self, scene: Scene) -> None:
        await self.actions.cast.actor(scene)
        await self.voice.say(scene, text("group_done", scene.language))

    async def _note(self, scene: Scene, argument: str) -> None:
        if len(argument) > 4000:
            raise InvalidInput("at most 4000 characters", code="too_large")
        await self.actions.run(scene, AddNote(text=argument))

    async def _label(self, scene: Scene, argument: str) -> None:
        await self.actions.run(scene, SetLabels(labels=labels_of(argument)))
        await self.voice.say(scene, text("group_done", scene.language))

    async def _cancel(self, scene: Scene) -> None:
        was_editing = await self.actions.end_edit(scene)
        await self.voice.say(scene, text("group_edit_cancelled" if was_editing else "group_no_edit", scene.language))

    async def _status(self, scene: Scene) -> None:
        conversation = await scene.conversation()
        language = scene.language
        status = text(f"group_status_{conversation.status.value}", language)
        lines = [
            name_of(conversation),
            f"{text('group_status', language)}: {status}",
            *([text(conversation.handoff.reason, language)] if conversation.handoff else []),
            *([f"{text('group_labels', language)}: {', '.join(conversation.labels)}"] if conversation.labels else []),
        ]
        await self.voice.say(scene, "\n".join(lines))

    async def _ids(self, scene: Scene) -> None:
        ids = {"chat": scene.group.chat, "topic": scene.thread or "General", "user": scene.user.source_id}
        await self.voice.say(scene, text("group_ids", scene.language).format(**ids))
