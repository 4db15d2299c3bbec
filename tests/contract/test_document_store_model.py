"""The embedded store and Firestore's emulator, driven by the same random operations, answer the same.

The emulator is the judge of what Firestore does. No place is known where the answers differ.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.documents import SqliteDocumentStore
from shared.errors import DeskError
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    At,
    Create,
    Delete,
    Document,
    DocumentStore,
    Exists,
    Filter,
    Increment,
    Maximum,
    Merge,
    Minimum,
    Order,
    Query,
    Set,
    Write,
)
from tests.support.emulators import fresh_project

pytestmark = pytest.mark.emulators

# Two of the fields have an index in the embedded store and one has none: both of its ways are driven.
FIELDS = ("status", "last_message_at", "m")
COLLECTIONS = ("conversations", "workspaces/w-1/conversations", "workspaces/w/conversations")
PATHS = tuple(f"{collection}/{name}" for collection in COLLECTIONS for name in ("a", "я"))
MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CURRENT, OLD = At("current"), At("old")
"""Stand for versions, which each store has of its own."""

NUMBERS = [-1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, -0.0, 0.5, 1.0, 2.0**53, 1e300]
TEXTS = ["", "a", "a\x00", "ab", "я", "ﬀ", "😀", b"", b"a"]

scalars = st.sampled_from([None, False, True, *NUMBERS, *TEXTS, MOMENT, MOMENT.replace(microsecond=1)])
names = st.sampled_from(["x", "y", "1"])
items = st.one_of(scalars, st.dictionaries(names, scalars, max_size=2))
maps = st.dictionaries(names, st.one_of(scalars, st.lists(scalars)), max_size=2)
# A few values come often, so that documents tie and filters find some.
frequent: st.SearchStrategy[Any] = st.sampled_from([1, 1.0, "a", "я", [1, "a"], {"x": 1}])
values = st.one_of(frequent, frequent, frequent, scalars, st.lists(items, max_size=3), maps)
refused = st.sampled_from([2**63, "\ud800", [[1]], {"": 1}, float("nan"), datetime(2026, 1, 1)])


def mostly(usual: st.SearchStrategy[Any], seldom: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 40).flatmap(lambda number: seldom if number == 40 else usual)


field_names = st.sampled_from(FIELDS)
documents = st.dictionaries(field_names, mostly(values, refused), max_size=3)
numbers = st.sampled_from([-1, 0, 1, 2**53 + 1, 2**63 - 1, -(2**63)])
transforms = st.one_of(
    numbers.map(Increment),
    numbers.map(Maximum),
    numbers.map(Minimum),
    st.lists(items, max_size=3).map(lambda found: ArrayUnion(tuple(found))),
)
below = st.sampled_from([(), (), ("x",), ("1",), ("x", "deep")])
"""Where below a field a merge writes. Seldom two of its paths are in each other's way: then it is refused."""
changes = st.lists(
    st.tuples(field_names, below, st.one_of(mostly(values, refused), transforms, st.just(DELETE))), max_size=3
)
conditions = st.sampled_from([None, None, Exists(), CURRENT, CURRENT, OLD])
paths = st.sampled_from(PATHS)


def merge(path: str, changed: list[tuple[str, tuple[str, ...], Any]], condition: Any) -> Merge:
    found = {(name, *rest): value for name, rest, value in changed}
    is_transform = (Increment, Maximum, Minimum, ArrayUnion)
    return Merge(
        path,
        {at: value for at, value in found.items() if not isinstance(value, is_transform)},
        {at: value for at, value in found.items() if isinstance(value, is_transform)},
        condition,
    )


writes: st.SearchStrategy[Write] = st.one_of(
    st.builds(Create, paths, documents),
    st.builds(Delete, paths, conditions),
    *[st.builds(Set, paths, documents, conditions)] * 2,
    *[st.builds(merge, paths, changes, conditions)] * 4,
)
commits = st.lists(writes, min_size=1, max_size=3, unique_by=lambda write: write.path)
beginnings = st.lists(
    st.fixed_dictionaries(dict.fromkeys(FIELDS, values)), min_size=len(PATHS), max_size=len(PATHS)
).map(lambda found: [Set(path, data) for path, data in zip(PATHS, found, strict=True)])
asked = mostly(values.filter(lambda value: value is not None), st.sampled_from([None, [[1]], "\ud800"]))
filters = st.one_of(
    st.builds(Filter, field_names, st.sampled_from(["<", "<=", ">", ">="]), asked),
    st.builds(Filter, field_names, st.just("=="), values),
    st.builds(Filter, field_names, st.just("in"), st.lists(asked, min_size=1, max_size=6)),
    st.builds(Filter, field_names, st.just("array_contains"), asked),
)
whole_documents = st.fixed_dictionaries(dict.fromkeys(FIELDS, values))
places = st.builds(Document, paths, whole_documents, st.just(""))
queries = st.builds(
    Query,
    st.sampled_from(COLLECTIONS),
    st.one_of(
        st.just(()), st.lists(filters, min_size=1, max_size=1).map(tuple), st.lists(filters, max_size=2).map(tuple)
    ),
    st.lists(st.builds(Order, field_names, st.booleans()), max_size=2, unique_by=lambda order: order.field).map(tuple),
    st.one_of(st.none(), st.integers(1, 3)),
    st.one_of(st.none(), st.none(), places),
    st.booleans(),
).map(lambda query: replace(query, collection="conversations") if query.group else query)
operations = st.builds(
    lambda beginning, rest: [beginning, *rest],
    beginnings,
    st.lists(st.one_of(commits, queries), min_size=4, max_size=14),
)


@dataclass
class Driven:
    """A store, and every version that it ever gave to a document, the newest last."""

    store: DocumentStore
    never: str
    versions: dict[str, list[str]] = field(default_factory=lambda: {path: [] for path in PATHS})

    async def do(self, operation: Sequence[Write] | Query) -> Any:
        """The answer in a form that can be compared: documents, numbers, or the name of the error."""
        if isinstance(operation, Query):
            return [
                await _answer(lambda: self.store.query(operation)),
                await _answer(lambda: self.store.count(operation)),
            ]
        writes = [self._with_version(write) for write in operation]
        return [await _answer(lambda: self._commit(writes)), await self._state()]

    async def _commit(self, writes: Sequence[Write]) -> list[bool]:
        """Which documents are there afterwards."""
        return [version is not None for version in await self.store.commit(writes)]

    async def _state(self) -> list[Any]:
        """All documents, and which of them have another version than before."""
        state = []
        for path, document in zip(PATHS, await self.store.get_many(PATHS), strict=True):
            known = self.versions[path]
            changed = document is not None and document.version not in known[-1:]
            if document is not None and changed:
                assert document.version not in known, "a version was used twice"
                known.append(document.version)
            state.append((plain(document), changed))
        return state

    def _with_version(self, write: Write) -> Write:
        condition = getattr(write, "condition", None)
        if isinstance(write, Create) or not isinstance(condition, At):
            return write
        known = [self.never, *self.versions[write.path]]
        return replace(write, condition=At(known[-1] if condition == CURRENT else known[max(-2, -len(known))]))


async def _answer(call: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return plain(await call())
    except DeskError as error:
        return type(error).__name__


def plain(value: Any) -> Any:
    """A value in which 1, 1.0 and True differ, as do 0.0 and -0.0, and the order of a map's names does not matter."""
    if isinstance(value, Document):
        return value.path, plain(value.data)
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else repr(value)


@given(operations)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_embedded_store_answers_as_firestore_does(
    firestore_emulator: str, operations: list[Sequence[Write] | Query]
) -> None:
    asyncio.run(_compare(operations))


async def _compare(operations: list[Sequence[Write] | Query]) -> None:
    from infra.gcp.firestore import FirestoreDocumentStore

    firestore = Driven(FirestoreDocumentStore(fresh_project()), "2020-01-01T00:00:00Z")
    with tempfile.TemporaryDirectory() as folder:
        embedded = Driven(SqliteDocumentStore(Path(folder) / "documents.db"), "0")
        try:
            for operation in operations:
                expected, found = await asyncio.gather(firestore.do(operation), embedded.do(operation))
                assert found == expected, operation
        finally:
            await embedded.store.close()
            await firestore.store.close()
