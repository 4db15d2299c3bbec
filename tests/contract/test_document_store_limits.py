"""What both stores refuse, and that neither refuses more than it must."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from shared.errors import InvalidInput, TooLarge
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    Create,
    Delete,
    DocumentStore,
    Increment,
    Merge,
    Set,
)
from tests.support.documents import put, read


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"m": value}
    return value


class TestRefusals:
    @pytest.mark.parametrize(
        "value",
        [
            2**63,
            -(2**63) - 1,
            float("nan"),
            float("inf"),
            "lone \ud800 surrogate",
            {"lone \udfff surrogate": 1},
            {"": 1},
            {"__reserved__": 1},
            {"k" * 1501: 1},
            [[1]],
            [1, ([],)],
            nested(21),
            [nested(20)],
            datetime(2026, 1, 1),
            datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
            {1, 2},
            object(),
            1j,
        ],
        ids=lambda value: type(value).__name__,
    )
    async def test_values_that_cannot_be_stored(self, document_store: DocumentStore, value: Any) -> None:
        for write in (
            Create("c/d", {"a": value}),
            Set("c/d", {"a": value}),
            Merge("c/d", {("a",): value}),
            Merge("c/d", {}, {("a",): ArrayUnion((value,))}),
        ):
            with pytest.raises(InvalidInput):
                await document_store.commit([write])

    async def test_the_deepest_values_that_can_be_stored(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": nested(20), "b": [nested(19)]})

        await document_store.commit([Merge("c/e", {("a", "m", "m"): nested(18)})])
        with pytest.raises(InvalidInput):
            await document_store.commit([Merge("c/e", {("a", "m", "m"): nested(19)})])

        assert await read(document_store, "c/e") == {"a": nested(20)}

    async def test_a_refusal_does_not_show_the_value(self, document_store: DocumentStore) -> None:
        with pytest.raises(InvalidInput) as caught:
            await put(document_store, {"a": "secret \ud800"})

        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("name", ["", "__x__", "\ud800", "k" * 1501])
    async def test_names_that_cannot_be_fields(self, document_store: DocumentStore, name: str) -> None:
        writes = [
            Set("c/d", {name: 1}),
            Merge("c/d", {(name,): 1}),
            Merge("c/d", {("a", name): DELETE}),
            Merge("c/d", {}, {("a", name): Increment(1)}),
        ]
        for write in writes:
            with pytest.raises(InvalidInput):
                await document_store.commit([write])

    async def test_an_empty_field_path(self, document_store: DocumentStore) -> None:
        with pytest.raises(InvalidInput):
            await document_store.commit([Merge("c/d", {(): 1})])

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "c",
            "c/d/e",
            "/c/d",
            "c/d/",
            "c//d/e",
            "c/.",
            "c/..",
            "../d",
            "c/__x__",
            "__c__/d",
            "c/\ud800",
            "c/a\x00b",
            "c/" + "я" * 751,
        ],
    )
    async def test_paths_that_are_no_documents(self, document_store: DocumentStore, path: str) -> None:
        for call in (
            document_store.get(path),
            document_store.get_many(["c/d", path]),
            document_store.commit([Set(path, {})]),
            document_store.commit([Set("c/ok", {}), Delete(path)]),
        ):
            with pytest.raises(InvalidInput):
                await call
        assert await read(document_store, "c/ok") is None

    async def test_odd_paths_that_are_documents(self, document_store: DocumentStore) -> None:
        paths = ["c/" + "я" * 750, "c/...", "c/__", "c/___", "c/a b", "c/%2F", "c/\\", "c/'\"`", "c/*"]
        await document_store.commit([Set(path, {"path": path}) for path in paths])

        found = await document_store.get_many(paths)

        assert [document and document.data["path"] for document in found] == paths


class TestSize:
    BIG = 1_000_000
    HALF = 600_000

    @pytest.mark.parametrize("unit", ["a", "я", "👋"])
    async def test_text_counts_in_bytes(self, document_store: DocumentStore, unit: str) -> None:
        fits = unit * (self.BIG // len(unit.encode()))
        await put(document_store, {"text": fits})

        for write in (Create("c/new", {"a": fits, "b": fits}), Set("c/d", {"a": fits, "b": fits})):
            with pytest.raises(TooLarge):
                await document_store.commit([write])

    async def test_a_merge_that_makes_a_document_too_large(self, document_store: DocumentStore) -> None:
        await put(document_store, {"a": "a" * self.HALF})

        with pytest.raises(TooLarge):
            await document_store.commit([Merge("c/d", {("b",): "b" * self.HALF}), Set("c/other", {})])

        assert await read(document_store, "c/other") is None
        assert list(await read(document_store) or {}) == ["a"]

    async def test_small_numbers_count_eight_bytes(self, document_store: DocumentStore) -> None:
        with pytest.raises(TooLarge):
            await put(document_store, {"numbers": [1] * 140_000})

    async def test_truths_count_one_byte(self, document_store: DocumentStore) -> None:
        await put(document_store, {"truths": [False] * 180_000})

        found = await read(document_store)

        assert found is not None
        assert found["truths"] == [False] * 180_000
