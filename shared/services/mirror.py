"""Keep a work group's topics in step with the workspace's conversations.

The state is the truth: each topic keeps what it shows, so what it owes is computed, and quick messages become one
post by themselves. Topics that owe something have a place in a queue. One process at a time works it, the most
urgent first, as fast as Telegram allows; a task goes on when it allows more.

After a crash between Telegram's answer and our commit one post, or one empty topic, may be there twice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from shared.domain.conversations import Conversation
from shared.domain.events import ConversationChanged
from shared.domain.tasks import MirrorTask
from shared.domain.work_groups import WorkGroup
from shared.errors import ChannelError, NotFound
from shared.ports.clock import Clock
from shared.ports.forum import ForumOpener
from shared.services.mirror_enlist import Enlist
from shared.services.mirror_lease import Turn, Turns, insist
from shared.services.mirror_round import Round
from shared.store.conversations import Conversations
from shared.store.platform import Platform
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore

MOST_LAPS = 20


@dataclass(frozen=True, slots=True)
class Mirror:
    """Safe to run twice at once, late, and for nothing."""

    platform: Platform
    clock: Clock
    enlist: Enlist
    opener: ForumOpener
    turns: Turns
    round: Round

    async def __call__(self, event: ConversationChanged) -> None:
        """A conversation looks different: put its topic into the queue, and work the queue if nobody does."""
        store = self.platform.workspace(event.workspace_id)
        found = await Conversations(store).get(event.conversation_id)
        if found is not None:
            await self._begin(store, found.conversation)

    async def go_on(self, task: MirrorTask) -> None:
        """Work the queue, where there is one."""
        store = self.platform.workspace(task.workspace_id)
        known = await WorkGroups(store).get()
        if known is None or (known.group.due_at is None and not known.group.replies):
            return
        await self._answer_presses(store, known.group)
        await self._begin(store, None)

    async def _begin(self, store: WorkspaceStore, conversation: Conversation | None) -> None:
        async def take() -> Turn | None:
            known = await WorkGroups(store).get()
            if known is None:
                return None
            writes = await self.enlist(store, known.group, conversation) if conversation else []
            if conversation is not None and not writes:
                return None
            return await self.turns.take(store, known, writes)

        turn = await insist(take)
        if turn is not None:
            await self._work(turn)

    async def _work(self, turn: Turn) -> None:
        try:
            forum = await self.opener.open(turn.group)
        except NotFound:  # the bot was let go
            turn.learn(problem="group_gone")
            await self.turns.end(turn)
            return
        for _ in range(MOST_LAPS):
            await self.round(turn, forum)
            if await self.turns.end(turn):
                return

    async def _answer_presses(self, store: WorkspaceStore, group: WorkGroup) -> None:
        """Whoever pressed a button looks at a waiting sign: this waits for no turn and counts for no limit."""
        presses = {key: reply for key, reply in group.replies.items() if reply.press_id}
        if not presses:
            return
        with suppress(NotFound, ChannelError):
            forum = await self.opener.open(group)
            for reply in presses.values():
                await forum.answer_press(reply.press_id, reply.text)
        await store.commit([WorkGroups(store).said(*presses)])
