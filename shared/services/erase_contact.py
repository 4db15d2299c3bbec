"""Delete all that is known of one customer. Safe to stop anywhere and to run again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from shared.domain.conversations import Conversation
from shared.domain.ids import ContactId, ConversationId, InboxId
from shared.domain.topics import ForumTopic
from shared.domain.uploads import Upload
from shared.domain.work_groups import work_group_id
from shared.errors import Stale
from shared.ports.blob_store import BlobStore
from shared.ports.document_store import (
    DELETE,
    At,
    Delete,
    Document,
    DocumentStore,
    Exists,
    FieldPath,
    Filter,
    Merge,
    Query,
    ValueOrDelete,
)
from shared.services.deletions import PAGE, Deletions
from shared.store.codec import noun_of, noun_or_none
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations
from shared.store.inboxes import Inboxes
from shared.store.topics import Topics
from shared.store.workspace import WorkspaceStore


@dataclass
class ContactErased:
    """What a run has deleted, and where people can still read it."""

    deletions: Deletions
    topics: list[str] = field(default_factory=list)
    """Topics of the work group, by Telegram's ids."""


@dataclass(frozen=True, slots=True)
class EraseContact:
    """A conversation goes after its messages, and the contact last: a run that died is found to be unfinished."""

    store: DocumentStore
    blobs: Callable[[], BlobStore]

    async def count(self, store: WorkspaceStore, contact: ContactId) -> int | None:
        """How many conversations there are; None: nothing at all is stored of this contact."""
        conversations, leads = [
            await store.count(Query(store.path(name), (Filter("contact_id", "==", contact),)))
            for name in ("conversations", "leads")
        ]
        is_known = conversations or leads or await Contacts(store).get(contact)
        return conversations if is_known else None

    async def __call__(self, store: WorkspaceStore, contact: ContactId) -> ContactErased:
        """Everything. Raises `Unavailable`."""
        erased = ContactErased(Deletions(self.store, self.blobs))
        async for found in _those_of(store, "conversations", "contact_id", contact):
            conversation = noun_of(Conversation, found.data)
            await self._beside(store, conversation, erased)
            await self._conversation(store, conversation.id, erased.deletions)
        async for lead in _those_of(store, "leads", "contact_id", contact):
            await erased.deletions.documents("leads", [lead.path])
        if await Contacts(store).get(contact) is not None:
            await erased.deletions.documents("contacts", [Contacts(store).path(contact)])
        return erased

    async def _beside(self, store: WorkspaceStore, conversation: Conversation, erased: ContactErased) -> None:
        """What other documents know of a conversation."""
        async for found in _those_of(store, "uploads", "conversation_id", conversation.id):
            await erased.deletions.file(noun_of(Upload, found.data).attachment.blob)
            await erased.deletions.documents("uploads", [found.path])
        path = Topics(store, work_group_id(store.workspace_id)).path(conversation.id)
        topic = noun_or_none(ForumTopic, await store.get(path))
        if topic is not None:
            await erased.deletions.documents("topics", [path])
            erased.topics += [topic.topic] if topic.topic else []
        await _forget_aliases(store, conversation.inbox_id, conversation.source_id)

    async def _conversation(self, store: WorkspaceStore, id: ConversationId, deletions: Deletions) -> None:
        """With its messages, also with those that come meanwhile."""
        conversations = Conversations(store)
        while known := await conversations.get(id):
            await self._messages(store, id, deletions)
            try:
                await store.commit([Delete(conversations.path(id), At(known.version))])
            except Stale:
                continue
            deletions.counts["conversations"] += 1

    async def _messages(self, store: WorkspaceStore, id: ConversationId, deletions: Deletions) -> None:
        query = Query(store.path("conversations", id, "messages"), limit=PAGE)
        while found := await store.query(query):
            for message in found:
                if message.data.get("attachments"):
                    await deletions.files_below(f"{store.workspace_id}/{message.id}/")
            await deletions.documents("messages", [message.path for message in found])


async def _those_of(store: WorkspaceStore, collection: str, name: str, value: str) -> AsyncIterator[Document]:
    """Documents with this value, until there are none: each must be deleted before the next one is asked for."""
    query = Query(store.path(collection), (Filter(name, "==", value),), limit=1)
    while found := await store.query(query):
        yield found[0]


async def _forget_aliases(store: WorkspaceStore, inbox: InboxId, thread: str) -> None:
    """Other ids that the vendor has given to a thread."""
    known = await Inboxes(store).get(inbox)
    aliases = known.inbox.thread_aliases.items() if known else ()
    fields: dict[FieldPath, ValueOrDelete] = {("thread_aliases", new): DELETE for new, old in aliases if old == thread}
    if fields:
        await store.commit([Merge(Inboxes(store).path(inbox), fields, condition=Exists())])
