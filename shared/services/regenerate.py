"""Another proposal, please: the draft goes, and the assistant is woken for the same turn.

The model is asked where it always is, behind the bus: whoever clicks does not wait for it, and the new draft
arrives as a change of the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.conversations import ASSISTANT, Conversation, Status
from shared.domain.events import Topic
from shared.domain.ids import ConversationId, WorkspaceId
from shared.errors import Conflict, NotFound
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.ports.event_bus import EventBus
from shared.services.considered import considered
from shared.services.followers import Followers
from shared.services.turns import GRACE, FieldChanges, waiting_turn
from shared.store.conversations import Conversations, Versioned
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Begins a new round of the open turn, so that the next draft has an id of its own."""

    platform: Platform
    bus: EventBus
    clock: Clock
    followers: Followers

    async def __call__(self, workspace: WorkspaceId, target: ConversationId) -> Conversation:
        """The conversation afterwards. Raises `NotFound` and `Conflict` (`nothing_to_answer`, `owned_by_people`)."""
        store = self.platform.workspace(workspace)

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None:
                raise NotFound("no such conversation")
            return [Conversations(store).merge(target, self._changes(known.conversation), version=known.version)]

        await considered(store, target, decide)
        after = await Conversations(store).get(target)
        if after is None:
            raise NotFound("no such conversation")
        await self._wake(after.conversation)
        await self.followers.tell_of(after.conversation)
        return after.conversation

    def _changes(self, conversation: Conversation) -> FieldChanges:
        if not conversation.open_turn():
            raise Conflict("no message waits for an answer", code="nothing_to_answer")
        if conversation.owner != ASSISTANT:
            raise Conflict("give the conversation back to the assistant first", code="owned_by_people")
        now = self.clock.now()
        return {
            ("draft",): None,
            ("handoff",): None,
            ("round",): conversation.round + 1,
            ("status",): Status.AWAITING_RESPONSE,
            ("due_at",): now + GRACE,
            ("sweeps",): 0,
            ("updated_at",): now,
        }

    async def _wake(self, conversation: Conversation) -> None:
        if conversation.open_turn():  # else answered meanwhile
            await self.bus.publish(Topic.MESSAGE_RECEIVED, waiting_turn(conversation))
