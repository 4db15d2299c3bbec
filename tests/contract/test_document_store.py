"""What the port promises, on both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.errors import AlreadyExists, Conflict, InvalidInput, Stale
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    At,
    Create,
    Delete,
    DocumentStore,
    Exists,
    Increment,
    Maximum,
    Merge,
    Minimum,
    Set,
    Write,
)
from tests.support.documents import put, read

MOMENT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
EVERY_TYPE: dict[str, Any] = {
    "nothing": None,
    "yes": True,
    "no": False,
    "small": -(2**63),
    "large": 2**63 - 1,
    "float": 0.1,
    "minus_zero": -0.0,
    "text": "Привет 👋🏽 \x00 \u2028 ﷽ e\u0301",
    "empty": "",
    "bytes": b"\x00\xff",
    "moment": MOMENT,
    "list": [1, "a", {"in": [b"x", MOMENT, {}], "empty": []}, {}],
    "map": {"1 starts with a digit": {"a.b`c\\d": {"👋": 1}}},
}


async def test_every_type_comes_back_as_it_was(document_store: DocumentStore) -> None:
    await put(document_store, EVERY_TYPE)

    found = await read(document_store)

    assert found == EVERY_TYPE
    assert {name: type(value) for name, value in found.items() if name != "moment"} == {
        name: type(value) for name, value in EVERY_TYPE.items() if name != "moment"
    }
    assert str(found["minus_zero"]) == "-0.0"
    assert found["moment"].utcoffset() == timedelta(0)


async def test_a_moment_of_another_zone_comes_back_in_utc(document_store: DocumentStore) -> None:
    await put(document_store, {"at": MOMENT.astimezone(timezone(timedelta(hours=5)))})

    found = await read(document_store)

    assert found is not None
    assert found["at"] == MOMENT
    assert found["at"].utcoffset() == timedelta(0)


async def test_tuples_are_lists(document_store: DocumentStore) -> None:
    await put(document_store, {"list": (1, 2)})

    assert await read(document_store) == {"list": [1, 2]}


async def test_what_is_missing_is_none(document_store: DocumentStore) -> None:
    await put(document_store, {}, "c/d/e/f")

    assert await document_store.get("c/d") is None
    assert await document_store.get("c/other") is None


async def test_many_documents_come_in_the_order_they_were_asked_for(document_store: DocumentStore) -> None:
    await document_store.commit([Set(f"c/{name}", {"name": name}) for name in "abc"])

    found = await document_store.get_many(["c/c", "c/missing", "c/a", "c/c"])

    assert [document and document.data["name"] for document in found] == ["c", None, "a", "c"]
    assert await document_store.get_many([]) == []


async def test_a_read_document_knows_its_path_and_id(document_store: DocumentStore) -> None:
    await put(document_store, {}, "c/Вася 👋")

    document = await document_store.get("c/Вася 👋")

    assert document is not None
    assert (document.path, document.id) == ("c/Вася 👋", "Вася 👋")


class TestCommit:
    async def test_all_writes_are_done(self, document_store: DocumentStore) -> None:
        await put(document_store, {"old": 1}, "c/gone")

        versions = await document_store.commit(
            [Create("c/a", {"a": 1}), Set("c/b", {"b": 1}), Merge("c/c", {("c",): 1}), Delete("c/gone")]
        )

        found = await document_store.get_many(["c/a", "c/b", "c/c", "c/gone"])
        assert [document and document.data for document in found] == [{"a": 1}, {"b": 1}, {"c": 1}, None]
        assert versions == [document and document.version for document in found]

    async def test_no_write_is_done_when_one_fails(self, document_store: DocumentStore) -> None:
        await document_store.commit([Set("c/known", {}), Set("c/old", {"a": 1}), Set("c/older", {})])

        with pytest.raises(AlreadyExists):
            await document_store.commit(
                [Set("c/a", {}), Merge("c/old", {("a",): 2}), Delete("c/older"), Create("c/known", {})]
            )

        assert await read(document_store, "c/a") is None
        assert await read(document_store, "c/old") == {"a": 1}
        assert await read(document_store, "c/older") == {}

    async def test_nothing_to_write_is_fine(self, document_store: DocumentStore) -> None:
        assert await document_store.commit([]) == []

    async def test_a_document_is_written_once_a_commit(self, document_store: DocumentStore) -> None:
        with pytest.raises(InvalidInput):
            await document_store.commit([Set("c/d", {}), Merge("c/d", {("a",): 1})])

    async def test_a_create_meets_a_document(self, document_store: DocumentStore) -> None:
        await put(document_store, {"first": 1})

        with pytest.raises(AlreadyExists):
            await document_store.commit([Create("c/d", {"second": 1})])

        assert await read(document_store) == {"first": 1}

    async def test_a_set_replaces_the_whole_document(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": 1, "b": {"c": 1}})
        await put(document_store, {"b": {"d": 2}})

        assert await read(document_store) == {"b": {"d": 2}}

    async def test_a_deleted_document_can_be_created_again_in_a_new_version(
        self, document_store: DocumentStore
    ) -> None:
        first = await put(document_store, {"a": 1})
        await document_store.commit([Delete("c/d")])
        await document_store.commit([Delete("c/d")])

        [second] = await document_store.commit([Create("c/d", {"a": 1})])

        assert second != first

    async def test_deleting_leaves_what_lies_below(self, document_store: DocumentStore) -> None:
        await put(document_store, {}, "c/d")
        await put(document_store, {"still": "here"}, "c/d/e/f")

        await document_store.commit([Delete("c/d")])

        assert await read(document_store, "c/d/e/f") == {"still": "here"}


class TestConditions:
    @pytest.mark.parametrize("condition", [Exists(), At("2026-11-20T12:00:00.123456Z")], ids=["exists", "at"])
    @pytest.mark.parametrize("kind", [Set, Merge, Delete])
    async def test_a_condition_on_a_missing_document_is_stale(
        self, document_store: DocumentStore, kind: Any, condition: Any
    ) -> None:
        write: Write = kind("c/d", condition=condition) if kind is Delete else kind("c/d", {}, condition=condition)

        with pytest.raises(Stale):
            await document_store.commit([write, Set("c/other", {})])

        assert await read(document_store, "c/other") is None

    @pytest.mark.parametrize("kind", [Set, Merge, Delete])
    async def test_an_old_version_is_stale_and_the_current_one_is_not(
        self, document_store: DocumentStore, kind: Any
    ) -> None:
        def write(version: str) -> Write:
            if kind is Delete:
                return Delete("c/d", At(version))
            return kind("c/d", {("a",): 3} if kind is Merge else {"a": 3}, condition=At(version))  # type: ignore[no-any-return]

        old = await put(document_store, {"a": 1})
        current = await put(document_store, {"a": 2})

        with pytest.raises(Stale):
            await document_store.commit([write(old)])
        assert await read(document_store) == {"a": 2}

        await document_store.commit([write(current)])
        assert await read(document_store) == (None if kind is Delete else {"a": 3})

    async def test_the_version_read_is_the_version_written(self, document_store: DocumentStore) -> None:
        written = await put(document_store, {"a": 1})

        document = await document_store.get("c/d")

        assert document is not None
        assert document.version == written

    async def test_a_merge_that_must_meet_a_document_does(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": 1})

        await document_store.commit([Merge("c/d", {("b",): 2}, condition=Exists())])

        assert await read(document_store) == {"a": 1, "b": 2}

    async def test_stale_and_already_exists_are_conflicts(self) -> None:
        assert issubclass(Stale, Conflict)
        assert issubclass(AlreadyExists, Conflict)


class TestMerge:
    async def test_only_the_named_paths_are_written(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": 1, "m": {"x": {"keep": 1}, "y": 2}})

        await document_store.commit([Merge("c/d", {("m", "x", "new"): 3, ("b",): 4})])

        assert await read(document_store) == {"a": 1, "b": 4, "m": {"x": {"keep": 1, "new": 3}, "y": 2}}

    async def test_a_map_replaces_the_stored_map(self, document_store: DocumentStore) -> None:
        await put(document_store, {"m": {"x": {"old": 1}, "y": 2}})

        await document_store.commit([Merge("c/d", {("m", "x"): {"new": 1}})])

        assert await read(document_store) == {"m": {"x": {"new": 1}, "y": 2}}

    async def test_a_missing_document_and_maps_on_the_way_are_created(self, document_store: DocumentStore) -> None:
        await document_store.commit([Merge("c/d", {("a", "b", "c"): 1}), Merge("c/empty")])

        assert await read(document_store) == {"a": {"b": {"c": 1}}}
        assert await read(document_store, "c/empty") == {}

    async def test_something_else_than_a_map_on_the_way_gives_way(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": "text", "b": [1], "n": 5})

        await document_store.commit([Merge("c/d", {("a", "x"): 1, ("b", "y"): 2}, {("n", "z"): Increment(3)})])

        assert await read(document_store) == {"a": {"x": 1}, "b": {"y": 2}, "n": {"z": 3}}

    async def test_names_that_are_no_identifiers_are_names_all_the_same(self, document_store: DocumentStore) -> None:
        names = ["7abc", "a.b", "a`b", "a\\b", "с пробелом", "👋", "*", "a/b", "[0]", '"', "\n"]
        await put(document_store, {"m": dict.fromkeys(names, 0)})

        await document_store.commit(
            [Merge("c/d", {("m", name): 1 for name in names}, {(name,): Increment(2) for name in names})]
        )

        assert await read(document_store) == {"m": dict.fromkeys(names, 1)} | dict.fromkeys(names, 2)

    async def test_deleted_fields_are_gone(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": 1, "b": 2, "m": {"x": 1, "y": 2}, "text": "t"})

        await document_store.commit(
            [
                Merge(
                    "c/d",
                    {
                        ("a",): DELETE,
                        ("m", "x"): DELETE,
                        ("missing",): DELETE,
                        ("none", "deep"): DELETE,
                        ("text", "in"): DELETE,
                        ("n",): 1,
                    },
                )
            ]
        )

        assert await read(document_store) == {"b": 2, "m": {"y": 2}, "text": "t", "n": 1}

    async def test_a_deleted_last_entry_leaves_an_empty_map(self, document_store: DocumentStore) -> None:
        await put(document_store, {"m": {"x": 1}})

        await document_store.commit([Merge("c/d", {("m", "x"): DELETE})])

        assert await read(document_store) == {"m": {}}

    @pytest.mark.parametrize(
        ("fields", "transforms"),
        [
            ({("a",): 1, ("a", "b"): 2}, {}),
            ({("a",): DELETE}, {("a", "b", "c"): Increment(1)}),
            ({("a", "b"): 1}, {("a",): ArrayUnion((1,))}),
            ({("a",): 1}, {("a",): Increment(1)}),
            ({("a",): 1, ("a!",): 1, ("a", "b"): 1}, {}),
        ],
    )
    async def test_a_path_that_is_a_prefix_of_another_is_refused(
        self, document_store: DocumentStore, fields: Any, transforms: Any
    ) -> None:
        with pytest.raises(InvalidInput):
            await document_store.commit([Merge("c/d", fields, transforms)])

    async def test_names_that_only_start_alike_are_no_prefixes(self, document_store: DocumentStore) -> None:
        await document_store.commit([Merge("c/d", {("a",): 1, ("ab",): 2, ("b", "a"): 3}, {("b", "ab"): Increment(4)})])

        assert await read(document_store) == {"a": 1, "ab": 2, "b": {"a": 3, "ab": 4}}


class TestTransforms:
    @pytest.mark.parametrize(
        ("stored", "transform", "expected"),
        [
            (5, Increment(-7), -2),
            (1.5, Increment(2), 3.5),
            (2**63 - 1, Increment(1), 2**63 - 1),
            (-(2**63), Increment(-1), -(2**63)),
            ("text", Increment(2), 2),
            (True, Increment(2), 2),
            (None, Increment(2), 2),
            (5, Maximum(7), 7),
            (5, Maximum(3), 5),
            (5.5, Maximum(5), 5.5),
            (5.5, Maximum(6), 6),
            (2.0, Maximum(2), 2.0),
            ("text", Maximum(-3), -3),
            (False, Maximum(-3), -3),
            (5, Minimum(7), 5),
            (5, Minimum(3), 3),
            (2.0, Minimum(2), 2.0),
            ([1], Minimum(3), 3),
            ([1, "a"], ArrayUnion(("a", 2, 2, 1.0)), [1, "a", 2]),
            ([{"a": 1}], ArrayUnion(({"a": 1}, {"a": 2}, None, True, 1)), [{"a": 1}, {"a": 2}, None, True, 1]),
            ({"no": "list"}, ArrayUnion((1,)), [1]),
            ([], ArrayUnion(()), []),
        ],
    )
    async def test_what_a_transform_makes_of_a_stored_value(
        self, document_store: DocumentStore, stored: Any, transform: Any, expected: Any
    ) -> None:
        await put(document_store, {"m": {"x": stored}})

        await document_store.commit([Merge("c/d", {}, {("m", "x"): transform})])

        found = await read(document_store)
        assert found == {"m": {"x": expected}}
        assert type(found["m"]["x"]) is type(expected)

    @pytest.mark.parametrize(
        ("transform", "expected"), [(Increment(3), 3), (Maximum(-3), -3), (Minimum(3), 3), (ArrayUnion((1, 1)), [1])]
    )
    async def test_a_missing_field_and_document(
        self, document_store: DocumentStore, transform: Any, expected: Any
    ) -> None:
        await document_store.commit([Merge("c/d", {("a",): 1}, {("x",): transform, ("m", "y"): transform})])

        assert await read(document_store) == {"a": 1, "x": expected, "m": {"y": expected}}
