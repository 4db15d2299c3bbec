"""Ask the vendor who writes in a conversation, where its pushed messages do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.arrivals import ThreadFacts
from shared.domain.tasks import DescribeTask
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.considered import considered
from shared.services.directory import InboxDirectory
from shared.services.followers import Followers
from shared.services.turns import FieldChanges
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations, Versioned
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class DescribeConversation:
    """Once a conversation, outside of the turn: nobody waits for it."""

    platform: Platform
    clock: Clock
    directory: InboxDirectory
    followers: Followers

    async def __call__(self, task: DescribeTask) -> None:
        """Fill in the contact and the subject."""
        store = self.platform.workspace(task.workspace_id)
        found = await Conversations(store).get(task.conversation_id)
        if found is None or found.conversation.contact_name:
            return
        opened = await self.directory.open(task.workspace_id, found.conversation.inbox_id)
        facts = await opened.channel.describe(found.conversation.source_id)
        if facts is None:
            return

        async def decide(known: Versioned | None) -> Sequence[Write]:
            return [] if known is None else self._told(store, known, facts)

        await considered(store, task.conversation_id, decide)
        await self.followers.tell(opened.inbox, task.conversation_id)

    def _told(self, store: WorkspaceStore, known: Versioned, facts: ThreadFacts) -> list[Write]:
        conversation = known.conversation
        name = facts.contact.name or facts.contact.username
        changes: FieldChanges = {
            ("contact_name",): name or conversation.contact_name,
            ("subject",): facts.subject or conversation.subject,
            ("facts",): {**conversation.facts, **facts.facts},
            ("updated_at",): self.clock.now(),
        }
        sighting = Contacts(store).sighting(conversation.inbox_id, facts.contact, conversation.last_message_at)
        return [Conversations(store).merge(conversation.id, changes, version=known.version), sighting]
