"""A store opened for one workspace cannot name a document of another one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.documents import SqliteDocumentStore
from shared.domain.ids import WorkspaceId
from shared.errors import InvalidInput
from shared.ports.document_store import Create, Delete, Merge, Query, Set, Write
from shared.store.workspace import WorkspaceStore

OURS, THEIRS = WorkspaceId("ws1"), WorkspaceId("ws10")
SECRET = {"words": "of another tenant"}
SEGMENTS = st.sampled_from(
    ["workspaces", "ws1", "ws10", "inboxes", "i1", "..", ".", "", "users", "u1", "%2e%2e", "\x00"]
)
PATHS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(SEGMENTS, max_size=8).map("/".join),
    st.lists(SEGMENTS, max_size=6).map(lambda parts: "/".join(["workspaces", "ws1", *parts])),
    st.lists(SEGMENTS, max_size=6).map(lambda parts: "/".join(["workspaces", "ws10", *parts])),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> SqliteDocumentStore:
    return SqliteDocumentStore(tmp_path_factory.mktemp("workspace") / "desk.db")


@settings(deadline=None)
@given(path=PATHS)
async def test_no_path_reads_or_changes_what_another_workspace_has(whole: SqliteDocumentStore, path: str) -> None:
    others = ["workspaces/ws10/inboxes/i1", "workspaces/ws10", "users/u1"]
    await whole.commit([Set(other, SECRET) for other in others])
    before = await whole.get_many(others)
    ours = WorkspaceStore(whole, OURS)

    with suppress(InvalidInput):
        found = await ours.get(path)
        assert found is None or found.data != SECRET
    with suppress(InvalidInput):
        assert all(found is None or found.data != SECRET for found in await ours.get_many([path]))
    with suppress(InvalidInput):
        assert all(found.data != SECRET for found in await ours.query(Query(path)))
    with suppress(InvalidInput):
        await ours.count(Query(path))
        assert path.startswith("workspaces/ws1/")
    writes: list[Write] = [Set(path, {"x": 1}), Merge(path, {("x",): 1}), Delete(path)]
    for write in writes:
        with suppress(InvalidInput):
            await ours.commit([write])
            assert path.startswith("workspaces/ws1/")

    assert await whole.get_many(others) == before


@settings(deadline=None)
@given(path=PATHS)
async def test_one_foreign_path_stops_the_whole_commit(whole: SqliteDocumentStore, path: str) -> None:
    ours = WorkspaceStore(whole, OURS)
    if not path.startswith("workspaces/ws1/"):
        with pytest.raises(InvalidInput):
            await ours.commit([Create("workspaces/ws1/inboxes/new", {}), Set(path, {})])
        assert await whole.get("workspaces/ws1/inboxes/new") is None


@settings(deadline=None)
@given(segments=st.lists(st.one_of(SEGMENTS, st.text()), min_size=1, max_size=4))
async def test_a_path_is_made_of_the_ids_it_was_given(segments: list[str]) -> None:
    ours = WorkspaceStore(None, OURS)  # type: ignore[arg-type]
    if any(not segment or "/" in segment for segment in segments):
        with pytest.raises(InvalidInput):
            ours.path(*segments)
    else:
        assert ours.path(*segments).split("/") == ["workspaces", "ws1", *segments]


async def test_questions_over_all_workspaces_are_not_asked_here(tmp_path: Path) -> None:
    ours = WorkspaceStore(SqliteDocumentStore(tmp_path / "desk.db"), OURS)
    for collection in ("inboxes", "workspaces/ws1/inboxes"):
        with pytest.raises(InvalidInput):
            await ours.query(Query(collection, group=True))
        with pytest.raises(InvalidInput):
            await ours.count(Query(collection, group=True))


@pytest.mark.parametrize("id", ["", "a/b", "/", "ws1/inboxes/i1"])
def test_a_workspace_id_is_one_segment(id: str) -> None:
    with pytest.raises(InvalidInput):
        WorkspaceStore(None, WorkspaceId(id))  # type: ignore[arg-type]
