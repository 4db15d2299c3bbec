"""The master bot and work groups: it lists those that a user's own bots are in, and binds the one that is picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.domain.ids import WorkspaceId
from shared.domain.master_bot import MasterMessage, MasterPress
from shared.domain.master_words import say
from shared.domain.texts import Language, text
from shared.domain.work_groups import GroupCandidate, WorkGroup
from shared.errors import ChannelError, NotFound
from shared.ports.forum import Button
from shared.ports.master_bot import MasterBot
from shared.services.bind_group import BindGroup, GroupChoice
from shared.services.workspace_owners import WorkspaceOwners

PICK: Final = "group"
"""The first word of what our buttons carry; the candidate's id follows."""
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class MasterBotGroups:
    """Whose workspace it is, is asked at each press anew: a button is worth nothing in other hands. Both methods raise
    `NotAllowed`, as `WorkspaceOwners` does."""

    bind: Callable[[], BindGroup]
    """Made only where it is asked for: few people pick a group."""
    owners: WorkspaceOwners

    async def offer(self, bot: MasterBot, message: MasterMessage, language: Language) -> None:
        """A button for each group, the one seen last first."""
        workspace = await self.owners.workspace_of(message.author)
        candidates = (await self.bind().candidates(workspace))[:_MOST]
        if not candidates:
            await bot.say(message.chat, say("no_groups", language))
            return
        buttons = [[Button(label=one.title or one.chat, data=f"{PICK}:{one.id}")] for one in candidates]
        await bot.say(message.chat, say("which_group", language), buttons)

    async def pick(self, bot: MasterBot, press: MasterPress, candidate: str, language: Language) -> None:
        """Bind it, and say what is missing. The question gives way to the answer."""
        await bot.answer_press(press.press_id)
        outcome = await self._bound(await self.owners.workspace_of(press.author), candidate, language)
        await bot.replace(press.chat, press.source_id, outcome)

    async def _bound(self, workspace: WorkspaceId, id: str, language: Language) -> str:
        bind = self.bind()
        chosen = next((one for one in await bind.candidates(workspace) if one.id == id), None)
        if chosen is None:
            return say("no_groups", language)
        try:
            group = await bind.bind(workspace, GroupChoice(chosen.chat, chosen.bot_inbox_id, language))
        except (NotFound, ChannelError) as error:
            return say("group_lacks", language, title=chosen.title, problem=text(error.code, language))
        return _told(group, chosen, language)


def _told(group: WorkGroup, chosen: GroupCandidate, language: Language) -> str:
    title = group.title or chosen.title
    problem = text(group.problem, language) if group.problem else ""
    if not group.is_usable:
        return say("group_lacks", language, title=title, problem=problem)
    return "\n\n".join(part for part in (say("group_bound", language, title=title), problem) if part)
