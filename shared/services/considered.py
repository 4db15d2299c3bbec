"""Changes that must look before they write: read, decide, write only if nobody wrote in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from shared.domain.ids import ConversationId
from shared.errors import AlreadyExists, Stale, Unavailable
from shared.ports.document_store import Write
from shared.store.conversations import Conversations, Versioned
from shared.store.workspace import WorkspaceStore

Decide = Callable[[Versioned | None], Awaitable[Sequence[Write]]]
ATTEMPTS = 8


async def considered(store: WorkspaceStore, conversation: ConversationId, decide: Decide) -> bool:
    """Run `decide` on the newest state and commit what it answers; again when the state moved meanwhile.

    `decide` conditions its write of the conversation on the version it was given (or creates it), and answers
    nothing when nothing is to be done. False: nothing was. Raises `Unavailable` when the conversation never
    stood still: the caller's caller tries again.
    """
    conversations = Conversations(store)
    for _ in range(ATTEMPTS):
        writes = await decide(await conversations.get(conversation))
        if not writes:
            return False
        try:
            await store.commit(writes)
        except (Stale, AlreadyExists):
            continue
        return True
    raise Unavailable("the conversation is too busy")
