"""Buttons of the bot's that people press in a work group. Each press is answered."""

from __future__ import annotations

from dataclasses import dataclass

from shared.commands.spoken import Verb
from shared.domain.cockpit import GroupPress
from shared.domain.texts import text
from shared.errors import InvalidInput
from shared.services.cockpit_actions import Actions
from shared.services.cockpit_scene import Scene, Voice

_PLAIN = frozenset({Verb.TAKE, Verb.GIVE, Verb.CLOSE, Verb.REOPEN})


@dataclass(frozen=True, slots=True)
class GroupPresses:
    """`data` of a button is a verb and, behind a colon, what it is about."""

    actions: Actions
    voice: Voice

    async def __call__(self, scene: Scene, press: GroupPress) -> None:
        """Raises what the services of the desk raise."""
        word, _, about = press.data.partition(":")
        await self.voice.answer(scene, press.press_id, text(await self._do(scene, word, about), scene.language))

    async def _do(self, scene: Scene, word: str, about: str) -> str:
        """The code of what the one who pressed is told."""
        try:
            verb = Verb(word)
        except ValueError:
            raise InvalidInput("no such button") from None
        match verb:
            case Verb.APPROVE:
                await self.actions.approve(scene, about)
                return "group_sent"
            case Verb.EDIT:
                await self.actions.begin_edit(scene, about)
            case Verb.DISCARD:
                await self.actions.discard(scene, about)
            case Verb.CANCEL:
                return "group_edit_cancelled" if await self.actions.end_edit(scene) else "group_no_edit"
            case _ if verb in _PLAIN:
                await self.actions.plain(scene, verb)
            case _:
                raise InvalidInput("no such button")
        return "group_done"
