"""Questions over all workspaces are answered in full, and never more than a page of the answer is held."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from shared.domain.ids import ConversationId, InboxId, WorkGroupId, WorkspaceId
from shared.domain.inboxes import Health
from shared.domain.work_groups import WorkGroup
from shared.ports.document_store import Create, Document, DocumentStore, Query
from shared.store.codec import fields_of
from shared.store.platform import PAGE, Platform
from tests.unit.shared.builders import NOW, a_conversation, an_inbox

T = TypeVar("T")
COUNTS = [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE]


class Pages:
    """A store that notes what was asked and how much it gave."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self.given: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def query(self, query: Query) -> list[Document]:
        found = await self._store.query(query)
        self.given.append(len(found))
        return found


async def fill(store: DocumentStore, documents: Sequence[Create]) -> None:
    for start in range(0, len(documents), 400):
        await store.commit(documents[start : start + 400])


async def every(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]


def inboxes(count: int, **fields: Any) -> list[Create]:
    made = [an_inbox(id=InboxId(f"{n:05}"), workspace_id=WorkspaceId(f"ws{n % 7}"), **fields) for n in range(count)]
    return [Create(f"workspaces/{one.workspace_id}/inboxes/{one.id}", fields_of(one)) for one in made]


@pytest.mark.parametrize("count", COUNTS)
async def test_every_connected_inbox_is_found_once(document_store: DocumentStore, count: int) -> None:
    pages = Pages(document_store)
    others = [Create(f"{one.path}-off", one.data) for one in inboxes(20, health=Health.PAUSED)]
    await fill(document_store, [*inboxes(count, health=Health.CONNECTED), *others])

    found = await every(Platform(pages).connected_inboxes())

    assert sorted(inbox.id for inbox in found) == [f"{n:05}" for n in range(count)]
    assert all(given <= PAGE for given in pages.given)
    assert len(pages.given) == count // PAGE + 1


async def test_every_inbox_is_found_whatever_its_health(document_store: DocumentStore) -> None:
    await fill(document_store, inboxes(PAGE + 3, health=Health.AUTH_FAILED))

    found = await every(Platform(document_store).every_inbox())

    assert len({known.inbox.id for known in found}) == len(found) == PAGE + 3
    assert all(known.version for known in found)


async def test_every_work_group_is_found_once(document_store: DocumentStore) -> None:
    await fill(document_store, groups(PAGE + 3))

    found = await every(Platform(document_store).work_groups())

    assert len({group.id for group in found}) == len(found) == PAGE + 3


async def test_all_due_conversations_are_found_the_longest_first(document_store: DocumentStore) -> None:
    due = [NOW - timedelta(minutes=n * 37 % 1000) for n in range(PAGE + 3)]
    owing = [a_conversation(id=ConversationId(f"{n:05}"), due_at=at) for n, at in enumerate(due)]
    later = a_conversation(id=ConversationId("later"), due_at=NOW + timedelta(microseconds=1))
    paths = [f"workspaces/ws{n % 7}/conversations/{one.id}" for n, one in enumerate([*owing, later])]
    await fill(document_store, [Create(path, fields_of(one)) for path, one in zip(paths, [*owing, later], strict=True)])

    found = await every(Platform(document_store).due_conversations(NOW))

    assert [one.conversation.due_at for one in found] == sorted(due)
    assert len({one.conversation.id for one in found}) == len(found)


def groups(count: int) -> list[Create]:
    made = [
        WorkGroup(
            id=WorkGroupId(f"{n:05}"),
            workspace_id=WorkspaceId(f"ws{n}"),
            bot_inbox_id=InboxId("bot"),
            chat="-100",
            bound_at=NOW,
            in_step_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        )
        for n in range(count)
    ]
    return [Create(f"workspaces/{one.workspace_id}/work_groups/{one.id}", fields_of(one)) for one in made]
