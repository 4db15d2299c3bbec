"""One message on its way out, as the steps of delivery hand it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.domain.conversations import OutboxEntry
from shared.domain.messages import Message
from shared.ports.document_store import Version
from shared.services.directory import OpenInbox
from shared.services.pending import MACHINES
from shared.store.conversations import Versioned
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Sending:
    """A message with the conversation, as read, and the inbox it leaves by."""

    store: WorkspaceStore
    opened: OpenInbox
    known: Versioned
    message: Message

    @property
    def entry(self) -> OutboxEntry:
        """What the conversation says of it."""
        return self.known.conversation.outbox[self.message.id]

    def marked(self, entry: OutboxEntry, version: Version) -> Sending:
        """The same after our own write of its entry."""
        conversation = self.known.conversation
        outbox = {**conversation.outbox, self.message.id: entry}
        return replace(self, known=Versioned(conversation.model_copy(update={"outbox": outbox}), version))

    def outgoing(self, files: tuple[OutgoingFile, ...], now: datetime) -> Outgoing:
        """What the channel is asked to send."""
        return Outgoing(
            message_id=self.message.id,
            thread=self.known.conversation.source_id,
            text=self.message.text,
            subject=self.message.subject or self.known.conversation.subject,
            kind=self.known.conversation.kind,
            files=files,
            context=self.message.context,
            is_automatic=self.message.author in MACHINES,
            first_tried_at=self.entry.first_tried_at or now,
        )
