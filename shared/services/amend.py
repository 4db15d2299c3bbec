"""What happens to messages and threads that are already known: edited, taken back, blocked, moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.arrivals import Deleted, Edited, Reachability, ThreadMoved
from shared.domain.conversations import WINDOW_TEXT, Status
from shared.domain.ids import ConversationId, conversation_id, message_id
from shared.domain.inboxes import Inbox
from shared.domain.messages import Author, Direction, Message
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.considered import considered
from shared.services.turns import FieldChanges, no_auto_reply, noticing
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations, Versioned
from shared.store.inboxes import Inboxes
from shared.store.messages import Messages
from shared.store.platform import Platform

KEPT_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Amend:
    """One method a kind of arrival; each is safe to repeat."""

    platform: Platform
    clock: Clock

    async def edited(self, inbox: Inbox, arrival: Edited) -> bool:
        """The text changed: keep the earlier one beside it. An edit of a message never seen changes nothing."""
        store = self.platform.workspace(inbox.workspace_id)
        home = _home(inbox, arrival.thread)
        target = message_id(inbox.id, arrival.source_id)

        async def decide(known: Versioned | None) -> Sequence[Write]:
            message = await Messages(store).get(home, target)
            if known is None or message is None or message.text == arrival.text or message.deleted_at:
                return []
            texts = (*message.previous_texts, message.text)[-KEPT_TEXTS:]
            fields = {"text": arrival.text, "edited_at": arrival.at, "previous_texts": texts}
            now = self.clock.now()
            changes: FieldChanges = {("updated_at",): now, **noticing(known.conversation, target, now)}
            if target in known.conversation.window:
                changes[("window", target, "text")] = arrival.text[:WINDOW_TEXT]
            merge = Conversations(store).merge(home, changes, version=known.version)
            return [Messages(store).change(home, target, fields), merge]

        return await considered(store, home, decide)

    async def deleted(self, inbox: Inbox, arrival: Deleted) -> bool:
        """Taken back: the text stays for the staff, the assistant no longer sees it. Before its message came
        it leaves a tombstone, so that the message does not appear afterwards."""
        store = self.platform.workspace(inbox.workspace_id)
        home = _home(inbox, arrival.thread)
        target = message_id(inbox.id, arrival.source_id)

        async def decide(known: Versioned | None) -> Sequence[Write]:
            message = await Messages(store).get(home, target)
            if message is None:
                return [Messages(store).creation(self._tombstone(inbox, arrival, home))]
            if message.deleted_at is not None or known is None:
                return []
            now = self.clock.now()
            noticed = noticing(known.conversation, target, now)
            changes: FieldChanges = {("updated_at",): now, ("window", target): None, **noticed}
            if known.conversation.open_turn() == [target] and not known.conversation.outbox:
                changes |= {("status",): Status.CLOSED, ("due_at",): None, ("draft",): None, ("handoff",): None}
                changes |= no_auto_reply(known.conversation)
            merge = Conversations(store).merge(home, changes, version=known.version)
            return [Messages(store).change(home, target, {"deleted_at": arrival.at}), merge]

        return await considered(store, home, decide)

    async def reachability(self, inbox: Inbox, arrival: Reachability) -> bool:
        """The customer blocked us, or let us in again."""
        store = self.platform.workspace(inbox.workspace_id)
        write = Contacts(store).blocking(inbox.id, arrival.contact_source_id, arrival.at, is_blocked=arrival.is_blocked)
        await store.commit([write])
        return True

    async def moved(self, inbox: Inbox, arrival: ThreadMoved) -> bool:
        """Answers go to the new address, and what comes from there belongs to the same conversation."""
        store = self.platform.workspace(inbox.workspace_id)
        origin = inbox.thread_aliases.get(arrival.old_thread, arrival.old_thread)
        if inbox.thread_aliases.get(arrival.new_thread) == origin:
            return False
        writes: list[Write] = [Inboxes(store).alias(inbox.id, arrival.new_thread, origin)]
        home = conversation_id(inbox.id, origin)
        if await Conversations(store).get(home) is not None:
            writes.append(Conversations(store).touch(home, {("source_id",): arrival.new_thread}))
        await store.commit(writes)
        return True

    def _tombstone(self, inbox: Inbox, arrival: Deleted, home: ConversationId) -> Message:
        return Message(
            id=message_id(inbox.id, arrival.source_id),
            conversation_id=home,
            inbox_id=inbox.id,
            direction=Direction.INCOMING,
            author=Author.CONTACT,
            text="",
            source_id=arrival.source_id,
            at=arrival.at,
            received_at=self.clock.now(),
            deleted_at=arrival.at,
        )


def _home(inbox: Inbox, thread: str) -> ConversationId:
    return conversation_id(inbox.id, inbox.thread_aliases.get(thread, thread))
