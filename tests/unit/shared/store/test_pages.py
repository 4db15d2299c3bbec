from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.documents import SqliteDocumentStore
from shared.domain.ids import ConversationId, WorkspaceId
from shared.errors import InvalidInput
from shared.store.conversations import ConversationFilter, Conversations
from shared.store.workspace import WorkspaceStore
from tests.unit.shared.builders import INSTANTS, a_conversation

NUMBERS = st.integers().map(str)
CURSORS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.builds("{}~{}".format, NUMBERS, st.text(st.characters(exclude_categories=()))),
    st.lists(st.one_of(NUMBERS, st.text("~/._1a\x00\ud800"), st.just("c1")), max_size=4).map("~".join),
)


@asynccontextmanager
async def a_desk() -> AsyncIterator[Conversations]:
    with TemporaryDirectory() as folder:
        store = SqliteDocumentStore(Path(folder) / "desk.db")
        yield Conversations(WorkspaceStore(store, WorkspaceId("ws1")))
        await store.close()


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Conversations:
    store = SqliteDocumentStore(tmp_path_factory.mktemp("pages") / "desk.db")
    return Conversations(WorkspaceStore(store, WorkspaceId("ws1")))


@settings(deadline=None)
@given(cursor=CURSORS)
async def test_any_string_as_a_cursor_gives_a_page_or_is_refused(shared_desk: Conversations, cursor: str) -> None:
    with suppress(InvalidInput):
        assert (await shared_desk.page(ConversationFilter(), limit=3, after=cursor)).items == []


@settings(deadline=None)
@given(moments=st.lists(INSTANTS, max_size=12), limit=st.integers(1, 5))
async def test_pages_together_are_the_whole_list_once_and_in_order(moments: list, limit: int) -> None:  # type: ignore[type-arg]
    """Also where many have the same moment."""
    async with a_desk() as desk:
        for number, moment in enumerate(moments):
            conversation = a_conversation(id=ConversationId(f"c{number}"), last_message_at=moment)
            await desk._store.commit([desk.creation(conversation)])
        cursor, found = None, []
        while True:
            page = await desk.page(ConversationFilter(), limit=limit, after=cursor)
            found += page.items
            assert len(page.items) == limit or page.next_cursor is None
            cursor = page.next_cursor
            if cursor is None:
                break
    assert sorted(conversation.id for conversation in found) == sorted(f"c{number}" for number in range(len(moments)))
    shown = [conversation.last_message_at for conversation in found]
    assert shown == sorted(shown, reverse=True)
