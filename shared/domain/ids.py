"""Identifiers. Derived ids make a repeated step harmless; random ones come from the Ids port."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256
from typing import NewType

WorkspaceId = NewType("WorkspaceId", str)
UserId = NewType("UserId", str)
InboxId = NewType("InboxId", str)
ContactId = NewType("ContactId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
AssistantId = NewType("AssistantId", str)
ChunkId = NewType("ChunkId", str)
WorkGroupId = NewType("WorkGroupId", str)


def stable_id(*parts: str) -> str:
    """26 characters [a-z2-7] that depend on the parts and their borders, and on nothing else."""
    digest = sha256(
        "".join(f"{len(part.encode('utf-8', 'surrogatepass'))}:{part}" for part in parts).encode(
            "utf-8", "surrogatepass"
        )
    ).digest()
    return b32encode(digest).decode()[:26].lower()


def conversation_id(inbox: InboxId, thread: str) -> ConversationId:
    """One conversation a thread of an inbox."""
    return ConversationId(stable_id("conversation", inbox, thread))


def message_id(inbox: InboxId, source_id: str) -> MessageId:
    """The same delivery twice has the same id."""
    return MessageId(stable_id("message", inbox, source_id))


def contact_id(inbox: InboxId, source_id: str) -> ContactId:
    """A customer as one inbox knows them."""
    return ContactId(stable_id("contact", inbox, source_id))


def reply_id(answered: MessageId, round: int) -> MessageId:
    """The assistant's one answer to an incoming message, in one round of the conversation."""
    return MessageId(stable_id("reply", answered, str(round)))
