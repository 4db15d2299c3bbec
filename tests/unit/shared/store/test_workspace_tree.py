"""All that lies below a workspace is found page by page, orphans too, and nothing of its neighbours. On each store."""

from __future__ import annotations

import pytest

from shared.domain.ids import WorkspaceId
from shared.errors import InvalidInput
from shared.ports.document_store import DocumentStore, Set
from shared.store.workspace_tree import PAGE, WorkspaceTree


async def found(store: DocumentStore, collection: str, after: str | None = None) -> list[str]:
    pages = [page async for page in WorkspaceTree(store, WorkspaceId("ws1")).pages(collection, after)]
    assert all(pages)
    assert all(len(page) <= PAGE for page in pages)
    return [document.path for page in pages for document in page]


async def test_documents_without_a_parent_are_found_and_those_of_neighbours_are_not(
    document_store: DocumentStore,
) -> None:
    own = ["workspaces/ws1/conversations/a/messages/1", "workspaces/ws1/conversations/a-b/messages/2"]
    others = [f"workspaces/{id}/conversations/a/messages/1" for id in ("ws", "ws10", "ws1-b", "ws2", "WS1")]
    beside = ["messages/1", "settings/llm", "workspaces/ws1/settings/auto_responder"]
    await document_store.commit([Set(path, {"n": 1}) for path in [*own, *others, *beside]])

    assert await found(document_store, "messages") == own
    assert await found(document_store, "settings") == [beside[2]]
    assert await found(document_store, "leads") == []


@pytest.mark.parametrize("many", [PAGE - 1, PAGE, PAGE + 1])
async def test_pages_go_on_where_the_one_before_ended(document_store: DocumentStore, many: int) -> None:
    own = [f"workspaces/ws1/leads/{number:04}" for number in range(many)]
    await document_store.commit([Set(path, {"n": 1}) for path in own])
    await document_store.commit([Set("workspaces/ws2/leads/0", {"n": 1})])

    assert await found(document_store, "leads") == own
    assert await found(document_store, "leads", own[PAGE - 9]) == own[PAGE - 8 :]
    assert await found(document_store, "leads", own[-1]) == []


@pytest.mark.parametrize("id", ["", "a/b"])
def test_an_id_that_is_none_reaches_nothing(id: str) -> None:
    store: DocumentStore = None  # type: ignore[assignment]
    with pytest.raises(InvalidInput):
        WorkspaceTree(store, WorkspaceId(id))
