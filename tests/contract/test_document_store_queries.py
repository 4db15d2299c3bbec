"""What the port promises of queries, on both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.ports.document_store import Document, DocumentStore, Filter, Order, Query, Set

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
IN_ORDER: list[Any] = [
    None,
    False,
    True,
    -(2**63),
    -1.5,
    0,
    1,
    2**53,
    2**53 + 1,
    2**63 - 1,
    1e300,
    MOMENT,
    MOMENT.replace(microsecond=1),
    "",
    "A",
    "a",
    "a\x00",
    "ab",
    "я",
    "ﬀ",
    "😀",
    b"",
    b"\x00",
    b"\xff",
    [],
    [1],
    [1, 0],
    ["a"],
    ["a\x00"],
    ["ab"],
    {},
    {"a": 1},
    {"a": 1, "b": 0},
    {"a": 2},
    {"b": 0},
]
"""Values of every type as Firestore sorts them; code points, not UTF-16 units, decide between ﬀ and 😀."""


async def fill(store: DocumentStore, documents: dict[str, dict[str, Any]], collection: str = "c") -> None:
    await store.commit([Set(f"{collection}/{name}", data) for name, data in documents.items()])


async def ids(store: DocumentStore, query: Query) -> list[str]:
    return [document.id for document in await store.query(query)]


async def values(store: DocumentStore, *filters: Filter, order: tuple[Order, ...] = ()) -> list[Any]:
    return [document.data["v"] for document in await store.query(Query("c", filters, order))]


async def fill_with_every_type(store: DocumentStore) -> None:
    # Ids against the order, so that nothing is right by luck.
    await fill(store, {f"{99 - at:02}": {"v": value} for at, value in enumerate(IN_ORDER)} | {"lacks": {"w": 1}})


class TestOrder:
    async def test_values_of_all_types_have_one_order(self, document_store: DocumentStore) -> None:
        await fill_with_every_type(document_store)

        assert await values(document_store, order=(Order("v"),)) == IN_ORDER
        assert await values(document_store, order=(Order("v", descending=True),)) == IN_ORDER[::-1]

    async def test_without_an_order_paths_decide(self, document_store: DocumentStore) -> None:
        names = ["a", "B", "10", "9", "я", "a-b", "a b", "ab", "😀", "ﬀ"]
        await fill(document_store, {name: {} for name in names})

        assert await ids(document_store, Query("c")) == sorted(names)

    async def test_ties_go_by_path_in_the_direction_of_the_last_order(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": 1, "w": 2}, "b": {"v": 1, "w": 2}, "c": {"v": 1, "w": 1}})

        async def ordered(*order: Order) -> str:
            return "".join(await ids(document_store, Query("c", order=order)))

        assert await ordered(Order("v")) == "abc"
        assert await ordered(Order("v", descending=True)) == "cba"
        assert await ordered(Order("v"), Order("w", descending=True)) == "bac"
        assert await ordered(Order("v", descending=True), Order("w")) == "cab"

    async def test_equal_numbers_of_both_types_tie(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": 1.0}, "b": {"v": 1}, "c": {"v": 0}, "d": {"v": -0.0}})

        assert await ids(document_store, Query("c", order=(Order("v"),))) == ["c", "d", "a", "b"]

    async def test_documents_without_the_field_are_left_out(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": None}, "b": {}, "c": {"v": 1}, "d": {"v": 2, "w": 1}})

        assert await ids(document_store, Query("c", order=(Order("v"),))) == ["a", "c", "d"]
        assert await ids(document_store, Query("c", order=(Order("v"), Order("w")))) == ["d"]

    async def test_a_range_without_an_order_sorts_by_its_field(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": 3}, "b": {"v": 2}, "c": {"v": 1}, "d": {"v": 2}})

        assert await ids(document_store, Query("c", (Filter("v", ">", 1),))) == ["b", "d", "a"]

    async def test_a_range_on_a_field_beside_the_order_breaks_its_ties(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": 1, "w": 3}, "b": {"v": 1, "w": 5}, "c": {"v": 2, "w": 4}, "d": {"v": 1}})
        query = Query("c", (Filter("w", ">=", 3),), (Order("v", descending=True),))

        assert await ids(document_store, query) == ["c", "b", "a"]


class TestFilters:
    @pytest.mark.parametrize("index", range(1, len(IN_ORDER)), ids=lambda at: repr(IN_ORDER[at]))
    async def test_ranges_compare_values_of_the_same_type_only(self, document_store: DocumentStore, index: int) -> None:
        border = IN_ORDER[index]
        same = [value for value in IN_ORDER if _type(value) is _type(border)]
        at = same.index(border)
        await fill_with_every_type(document_store)

        assert await values(document_store, Filter("v", "<", border)) == same[:at]
        assert await values(document_store, Filter("v", "<=", border)) == same[: at + 1]
        assert await values(document_store, Filter("v", ">", border)) == same[at + 1 :]
        assert await values(document_store, Filter("v", ">=", border)) == same[at:]
        assert await values(document_store, Filter("v", "==", border)) == [border]

    async def test_none_can_be_asked_for_and_is_not_a_missing_field(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": None}, "b": {}, "c": {"v": 0}})

        assert await ids(document_store, Query("c", (Filter("v", "==", None),))) == ["a"]

    async def test_numbers_are_equal_whatever_their_type_and_truths_are_no_numbers(
        self, document_store: DocumentStore
    ) -> None:
        await fill(document_store, {"a": {"v": 1}, "b": {"v": 1.0}, "c": {"v": True}, "d": {"v": "1"}})

        assert await ids(document_store, Query("c", (Filter("v", "==", 1),))) == ["a", "b"]
        assert await ids(document_store, Query("c", (Filter("v", "in", [1.0, "1"]),))) == ["a", "b", "d"]
        assert await ids(document_store, Query("c", (Filter("v", "==", True),))) == ["c"]

    async def test_in_takes_any_of_its_values(self, document_store: DocumentStore) -> None:
        await fill_with_every_type(document_store)
        wanted = ["a", 2**53 + 1, [1], {"a": 1}, b"", "not there", MOMENT]

        found = await values(document_store, Filter("v", "in", wanted), order=(Order("v"),))

        assert found == [value for value in IN_ORDER if value in wanted and value is not True]

    async def test_array_contains_looks_at_the_items_of_lists(self, document_store: DocumentStore) -> None:
        await fill(
            document_store,
            {
                "a": {"v": ["x", 1]},
                "b": {"v": [["no"]][0]},
                "c": {"v": "x"},
                "d": {"v": {"x": 1}},
                "e": {"v": ["y", {"k": "x"}]},
                "f": {},
            },
        )

        async def holding(value: Any) -> str:
            return "".join(await ids(document_store, Query("c", (Filter("v", "array_contains", value),))))

        assert await holding("x") == "a"
        assert await holding(1.0) == "a"
        assert await holding({"k": "x"}) == "e"
        assert await holding("z") == ""

    async def test_all_filters_must_hold(self, document_store: DocumentStore) -> None:
        await fill(
            document_store,
            {f"{n}": {"n": n, "even": n % 2 == 0, "third": n % 3, "list": [n % 5]} for n in range(30)},
        )
        query = Query(
            "c",
            (
                Filter("even", "==", True),
                Filter("third", "in", [0, 1]),
                Filter("list", "array_contains", 2),
                Filter("n", ">", 2),
            ),
            (Order("n", descending=True),),
        )

        assert await ids(document_store, query) == ["22", "12"]
        assert await document_store.count(query) == 2

    async def test_odd_field_names_can_be_asked_for(self, document_store: DocumentStore) -> None:
        for name in ["7", "a.b", "a`b", "a\\", "с пробелом", "👋"]:
            await fill(document_store, {"a": {name: 2}, "b": {name: 1}, "c": {"a": {"b": 1}}})

            assert await ids(document_store, Query("c", (Filter(name, ">", 0),), (Order(name),))) == ["b", "a"]

    async def test_neighbours_are_other_collections(self, document_store: DocumentStore) -> None:
        for path in ["c/x", "c/x/c/y", "cc/x", "d/x/c/z", "c-/x"]:
            await document_store.commit([Set(path, {"v": 1})])

        assert await ids(document_store, Query("c", (Filter("v", "==", 1),))) == ["x"]
        assert await ids(document_store, Query("c/x/c")) == ["y"]


class TestPages:
    async def test_a_limit_takes_the_first_ones(self, document_store: DocumentStore) -> None:
        await fill(document_store, {name: {"v": ord(name)} for name in "abc"})

        assert await ids(document_store, Query("c", order=(Order("v", descending=True),), limit=2)) == ["c", "b"]

    @pytest.mark.parametrize(
        "order",
        [
            (),
            (Order("v"),),
            (Order("v", descending=True),),
            (Order("v"), Order("w", descending=True)),
            (Order("w", descending=True), Order("v", descending=True)),
        ],
        ids=str,
    )
    async def test_pages_over_ties_and_all_types_show_each_document_once(
        self, document_store: DocumentStore, order: tuple[Order, ...]
    ) -> None:
        several: list[Any] = [None, True, 1, 1.0, "a", b"a", MOMENT, [1], {"a": 1}]
        await fill(
            document_store, {f"{at}": {"v": several[at % 9], "w": several[at * 7 % 4], "z": at} for at in range(40)}
        )
        query = Query("c", (), order)
        whole = await ids(document_store, query)

        paged: list[str] = []
        after: Document | None = None
        while page := await document_store.query(replace(query, limit=7, after=after)):
            paged += [document.id for document in page]
            after = page[-1]

        assert paged == whole
        assert len(paged) == 40

    async def test_a_page_starts_behind_a_place_even_when_nothing_is_there_now(
        self, document_store: DocumentStore
    ) -> None:
        await fill(document_store, {name: {"v": 1} for name in "abd"})
        gone = Document("c/c", {"v": 1}, "")

        query = Query("c", order=(Order("v"),), after=gone)

        assert await ids(document_store, query) == ["d"]

    async def test_a_place_needs_the_fields_of_the_order(self, document_store: DocumentStore) -> None:
        with pytest.raises(InvalidInput):
            await document_store.query(Query("c", order=(Order("v"),), after=Document("c/a", {"w": 1}, "")))


class TestGroups:
    PATHS = ("c/1", "p/a-b/c/1", "p/a/c/1", "p/a/c/1/c/9", "p/a/c/2", "p/a b/c/1", "p/я/c/1")

    async def test_a_group_reaches_all_collections_of_a_name(self, document_store: DocumentStore) -> None:
        await document_store.commit([Set(path, {"v": at % 2}) for at, path in enumerate(self.PATHS)])
        await document_store.commit([Set("p/a/cc/1", {"v": 1}), Set("p/c", {"v": 1}), Set("c/1/d/1", {"v": 1})])

        async def paths(query: Query) -> list[str]:
            return [document.path for document in await document_store.query(query)]

        segment_by_segment = sorted(self.PATHS, key=lambda path: path.split("/"))
        assert await paths(Query("c", group=True)) == segment_by_segment
        by_value = Query("c", (Filter("v", "==", 1),), (Order("v", descending=True),), group=True)
        ones = [path for path in segment_by_segment[::-1] if self.PATHS.index(path) % 2]
        assert await paths(by_value) == ones
        assert await document_store.count(by_value) == len(ones)

    async def test_pages_of_a_group(self, document_store: DocumentStore) -> None:
        await document_store.commit([Set(path, {"due_at": 1}) for path in self.PATHS])
        query = Query("c", (Filter("due_at", "<=", 5),), (Order("due_at"),), limit=3, group=True)

        first = await document_store.query(query)
        second = await document_store.query(replace(query, after=first[-1]))
        third = await document_store.query(replace(query, after=second[-1]))

        found = [document.path for document in [*first, *second, *third]]
        assert found == sorted(self.PATHS, key=lambda path: path.split("/"))


class TestCount:
    async def test_order_limit_and_cursor_do_not_matter(self, document_store: DocumentStore) -> None:
        await fill(document_store, {"a": {"v": 1}, "b": {"v": 2}, "c": {"w": 1}})
        after = Document("c/a", {"v": 1}, "")

        assert await document_store.count(Query("c", (), (Order("v"),), limit=1, after=after)) == 3
        assert await document_store.count(Query("c", (Filter("v", ">", 1),), limit=1)) == 1

    async def test_nothing_is_zero(self, document_store: DocumentStore) -> None:
        total = await document_store.count(Query("c"))

        assert total == 0
        assert type(total) is int


class TestRefusals:
    @pytest.mark.parametrize(
        "query",
        [
            Query("c/d"),
            Query(""),
            Query("c//d"),
            Query("__c__"),
            Query("p/a/c", group=True),
            Query("c", limit=0),
            Query("c", limit=-1),
            Query("c", (Filter("", "==", 1),)),
            Query("c", (Filter("v", "==", "\ud800"),)),
            Query("c", (Filter("v", "==", [[1]]),)),
            Query("c", (Filter("v", ">", float("nan")),)),
            Query("c", (Filter("v", "<", None),)),
            Query("c", (Filter("v", "array_contains", None),)),
            Query("c", (Filter("v", "in", []),)),
            Query("c", (Filter("v", "in", "text"),)),
            Query("c", (Filter("v", "in", [None]),)),
            Query("c", (Filter("v", "in", list(range(31))),)),
            Query("c", (Filter("v", "in", list(range(6))), Filter("w", "in", list(range(6))))),
            Query("c", (Filter("v", "array_contains", 1), Filter("w", "array_contains", 1))),
            Query("c", (Filter("v", "!=", 1),)),  # type: ignore[arg-type]
            Query("c", order=(Order("__x__"),)),
            Query("c", order=(Order("v"), Order("v", descending=True))),
            Query("c", after=Document("c", {}, "")),
        ],
        ids=str,
    )
    async def test_queries_that_cannot_be_asked(self, document_store: DocumentStore, query: Query) -> None:
        with pytest.raises(InvalidInput):
            await document_store.query(query)
        with pytest.raises(InvalidInput):
            await document_store.count(query)


def _type(value: Any) -> type:
    return float if type(value) is int else type(value)
