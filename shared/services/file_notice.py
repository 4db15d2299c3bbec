"""An automatic letter or a service notice: stored and shown, never answered by a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.arrivals import Received
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import contact_id
from shared.domain.inboxes import Inbox
from shared.domain.messages import Message
from shared.domain.model import to_micros
from shared.ports.clock import Clock
from shared.ports.document_store import FieldPath, Increment, Maximum, Transform, Write
from shared.services.considered import considered
from shared.services.receive import incoming
from shared.services.turns import FieldChanges, preview_of, trimming, window_entry
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class FileNotice:
    """Adds the notice to its conversation without opening a turn; a new conversation starts closed."""

    platform: Platform
    clock: Clock

    async def __call__(self, inbox: Inbox, arrival: Received) -> bool:
        """Whether it was new."""
        store = self.platform.workspace(inbox.workspace_id)
        message = incoming(inbox, arrival, self.clock.now())

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if await Messages(store).get(message.conversation_id, message.id) is not None:
                return []
            first: Write
            if known is None:
                first = Conversations(store).creation(_begun(inbox, arrival, message))
            else:
                first = self._added(store, known, message)
            sighting = Contacts(store).sighting(inbox.id, arrival.contact, arrival.at)
            return [first, Messages(store).creation(message), sighting]

        return await considered(store, message.conversation_id, decide)

    def _added(self, store: WorkspaceStore, known: Versioned, message: Message) -> Write:
        changes: FieldChanges = {
            **trimming(known.conversation),
            ("window", message.id): window_entry(message),
            ("preview",): preview_of(message),
            ("is_unread",): True,
            ("updated_at",): message.received_at,
        }
        counters: dict[FieldPath, Transform] = {
            ("unread",): Increment(1),
            ("last_message_at",): Maximum(to_micros(message.at)),
        }
        return Conversations(store).merge(message.conversation_id, changes, counters, version=known.version)


def _begun(inbox: Inbox, arrival: Received, message: Message) -> Conversation:
    return Conversation(
        id=message.conversation_id,
        workspace_id=inbox.workspace_id,
        inbox_id=inbox.id,
        channel=inbox.channel,
        contact_id=contact_id(inbox.id, arrival.contact.source_id),
        source_id=arrival.thread,
        kind=arrival.kind,
        facts=arrival.facts,
        contact_name=arrival.contact.name or arrival.contact.username,
        subject=arrival.subject,
        status=Status.CLOSED,
        unread=1,
        is_unread=True,
        preview=preview_of(message),
        window={message.id: window_entry(message)},
        created_at=message.at,
        updated_at=message.received_at,
        last_message_at=message.at,
    )
