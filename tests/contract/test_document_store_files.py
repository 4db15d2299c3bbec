"""What the embedded document store owes to its file: crashes, other processes, older files, and its indexes."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.documents import SqliteDocumentStore
from infra.local.documents.file import open_file
from infra.local.documents.selection import select
from shared.errors import Unavailable
from shared.ports.document_store import Document, Filter, Order, Query, Reader, Set, Write
from shared.store.indexes import INDEXES, Index

ROOT = Path(__file__).parents[2]
NEWEST = (Order("last_message_at", descending=True),)

COMMITTING = """
import asyncio, sys
from pathlib import Path
from infra.local.documents import SqliteDocumentStore
from shared.ports.document_store import Create, Increment, Merge

async def main(file, worker, most):
    store = SqliteDocumentStore(Path(file))
    for number in range(int(most)):
        name = f"{worker}-{number}"
        await store.commit([
            Create(f"c/{name}", {"text": "x" * (number % 7 * 1000)}),
            Create(f"c/{name}/below/twin", {"number": number}),
            Merge("c/total", {}, {("n",): Increment(1)}),
        ])
        print(name, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def committing(file: Path, worker: str, most: int) -> subprocess.Popen[str]:
    """A process that commits in a loop and prints each acknowledged commit."""
    command = [sys.executable, "-c", COMMITTING, str(file), worker, str(most)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_what_was_acknowledged_survives_kill_9_and_nothing_is_half_done(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    acknowledged: list[str] = []
    for life in range(3):
        process = committing(file, f"life{life}", 1_000_000)
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(150 + 100 * life)]
        process.kill()
        # Lines that were still in the pipe were acknowledged too; a cut one was not.
        acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
        process.wait()

    store = SqliteDocumentStore(file)
    kept = {document.id for document in await store.query(Query("c"))} - {"total"}
    twins = {document.path.split("/")[1] for document in await store.query(Query("below", group=True))}
    total = await store.get("c/total")
    await store.close()

    assert len(acknowledged) >= 750
    assert kept >= set(acknowledged)
    assert len(kept) <= len(acknowledged) + 3
    assert twins == kept
    assert total is not None
    assert total.data == {"n": len(kept)}


async def test_several_processes_write_one_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    processes = [committing(file, f"worker{number}", 100) for number in range(3)]
    outputs = await asyncio.gather(*(asyncio.to_thread(process.communicate, timeout=60) for process in processes))

    store = SqliteDocumentStore(file)
    total = await store.get("c/total")
    await store.close()

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [len(output.splitlines()) for output, _ in outputs] == [100, 100, 100]
    assert total is not None
    assert total.data == {"n": 300}


async def test_a_lock_of_another_process_is_waited_for_while_the_loop_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    store = SqliteDocumentStore(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    waiting = asyncio.create_task(store.commit([Set("c/d", {"a": 1})]))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert await store.get("c/d") is None  # readers are not held up

    other.execute("COMMIT")
    other.close()
    await waiting
    assert await store.get("c/d") is not None
    await store.close()


async def test_a_transaction_sees_all_it_reads_at_one_moment(tmp_path: Path) -> None:
    # Firestore holds the other writer up instead, so this cannot be asked of both.
    store = SqliteDocumentStore(tmp_path / "documents.db")
    await store.commit([Set("c/a", {"n": 0}), Set("c/b", {"n": 0})])
    seen: list[tuple[Any, Any]] = []

    async def look(reader: Reader) -> tuple[None, list[Write]]:
        first = await reader.get("c/a")
        if not seen:
            seen.append(("overtaken", None))
            await store.commit([Set("c/a", {"n": 1}), Set("c/b", {"n": 1})])
        second = await reader.get("c/b")
        seen.append((first and first.data, second and second.data))
        return None, []

    await store.transaction(look)
    await store.close()

    assert seen == [("overtaken", None), ({"n": 1}, {"n": 1})]


async def test_documents_are_there_after_a_restart(tmp_path: Path) -> None:
    first = SqliteDocumentStore(tmp_path / "new folder" / "documents.db")
    [version] = await first.commit([Set("c/d", {"a": 1})])
    await first.close()

    second = SqliteDocumentStore(tmp_path / "new folder" / "documents.db")
    found = await second.get("c/d")
    await second.close()

    assert found == Document("c/d", {"a": 1}, str(version))


async def test_a_closed_store_and_a_file_that_cannot_be_opened_are_unavailable(tmp_path: Path) -> None:
    store = SqliteDocumentStore(tmp_path / "documents.db")
    await store.close()
    with pytest.raises(Unavailable):
        await store.get("c/d")

    (tmp_path / "noise.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable):
        SqliteDocumentStore(tmp_path / "noise.db")


async def test_an_index_that_is_declared_later_covers_older_documents(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    store = SqliteDocumentStore(file)
    await store.commit([Set(f"conversations/{n}", {"status": "closed", "last_message_at": n}) for n in range(9)])
    await store.close()
    with sqlite3.connect(file) as old:
        for (name,) in old.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'by_%'").fetchall():
            old.execute(f"DROP INDEX {name}")
        old.execute("ALTER TABLE documents DROP COLUMN key_status")
        old.execute("UPDATE documents SET key_last_message_at = NULL")
        old.execute("CREATE INDEX by_conversations_no_longer_declared ON documents (version)")
    old.close()

    store = SqliteDocumentStore(file)
    found = await store.query(Query("conversations", (Filter("status", "==", "closed"),), NEWEST, limit=3))
    await store.close()

    assert [document.id for document in found] == ["8", "7", "6"]
    with sqlite3.connect(file) as now:
        assert not now.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE '%no_longer%'").fetchall()
    now.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """100,000 conversations, as far as a query plan can see them."""
    connection = open_file(tmp_path_factory.mktemp("plans") / "documents.db")
    connection.execute(
        """INSERT INTO documents (path, collection, kin, version, data,
            key_status, key_inbox_id, key_last_message_at)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
        SELECT printf('w%sx%sconversations%s%06d', char(9), char(9), char(9), i),
            printf('w%sx%sconversations', char(9), char(9)), 'conversations', 1, '{}',
            CAST(i % 5 AS BLOB), CAST(i % 7 AS BLOB), CAST(printf('%06d', i) AS BLOB) FROM n"""
    )
    yield connection
    connection.close()


class TestPlans:
    @staticmethod
    def plan(file: sqlite3.Connection, query: Query) -> str:
        sql = select(query)
        rows = file.execute("EXPLAIN QUERY PLAN " + sql.text, sql.values).fetchall()
        return "\n".join(row[3] for row in rows)

    @staticmethod
    def query_of(index: Index, *, descending: bool) -> Query:
        """The query that an index is declared for: filters on its first fields, ordered by its last."""
        *compared, (last, _) = index.fields
        filters = [
            Filter(name, "array_contains" if direction == "contains" else "==", "x") for name, direction in compared
        ]
        collection = index.collection if index.group else f"w/x/{index.collection}"
        return Query(collection, tuple(filters), (Order(last, descending),), limit=50, group=index.group)

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("place", [None, 5])
    @pytest.mark.parametrize("index", INDEXES, ids=str)
    def test_a_page_reads_only_the_rows_it_shows(
        self, file: sqlite3.Connection, index: Index, place: Any, descending: bool
    ) -> None:
        query = self.query_of(index, descending=descending)
        if place is not None:
            after = Document(f"w/x/{index.collection}/id", {query.order[0].field: place}, "")
            query = replace(query, after=after)

        plan = self.plan(file, query)

        comparable = [name for name, direction in index.fields if direction != "contains"]
        equalities = [f"key_{name}=?" for name in comparable[:-1]]
        terms = " AND ".join(["kin=?" if index.group else "collection=?", *equalities, f"key_{comparable[-1]}>?"])
        name = f"by_{index.collection}_{'_'.join(comparable)}{'_group' if index.group else ''}"
        assert plan.startswith(f"SEARCH documents USING INDEX {name} ({terms}")
        assert "TEMP B-TREE" not in plan

    def test_filters_that_stand_together_still_read_in_order(self, file: sqlite3.Connection) -> None:
        query = Query(
            "w/x/conversations",
            (
                Filter("channel", "==", "avito"),
                Filter("is_unread", "==", True),
                Filter("labels", "array_contains", "x"),
            ),
            NEWEST,
            limit=50,
        )

        plan = self.plan(file, query)

        assert "_last_message_at (collection=? AND key_" in plan
        assert "TEMP B-TREE" not in plan

    def test_a_collection_without_an_index_is_read_alone(self, file: sqlite3.Connection) -> None:
        plan = self.plan(file, Query("w/x/labels", (Filter("name", "==", "x"),)))

        assert plan == "SEARCH documents USING INDEX members (kin=? AND collection=?)"

    def test_one_document_is_found_by_its_path(self, file: sqlite3.Connection) -> None:
        rows = file.execute("EXPLAIN QUERY PLAN SELECT data FROM documents WHERE path IN (?, ?)", ("a", "b")).fetchall()

        assert "USING INDEX sqlite_autoindex_documents_1 (path=?)" in rows[0][3]
