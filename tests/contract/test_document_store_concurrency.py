"""Many writers at once, and transactions, on both stores."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.errors import AlreadyExists, Stale
from shared.ports.document_store import (
    At,
    Create,
    Document,
    DocumentStore,
    Increment,
    Merge,
    Reader,
    Set,
    Write,
)
from tests.support.documents import put, read


class TestConcurrency:
    async def test_of_many_creates_one_wins(self, document_store: DocumentStore) -> None:
        answers = await asyncio.gather(
            *(document_store.commit([Create("c/d", {"by": number}), Set(f"c/{number}", {})]) for number in range(50)),
            return_exceptions=True,
        )

        [winner] = [number for number, answer in enumerate(answers) if isinstance(answer, list)]
        assert sum(isinstance(answer, AlreadyExists) for answer in answers) == 49
        assert await read(document_store) == {"by": winner}
        others = await document_store.get_many([f"c/{number}" for number in range(50)])
        assert [number for number, other in enumerate(others) if other] == [winner]

    async def test_of_many_writers_of_one_version_one_wins(self, document_store: DocumentStore) -> None:
        version = await put(document_store, {"by": None})

        answers = await asyncio.gather(
            *(document_store.commit([Merge("c/d", {("by",): n}, condition=At(version))]) for n in range(20)),
            return_exceptions=True,
        )

        [winner] = [number for number, answer in enumerate(answers) if isinstance(answer, list)]
        assert sum(isinstance(answer, Stale) for answer in answers) == 19
        assert await read(document_store) == {"by": winner}

    async def test_increments_are_never_lost(self, document_store: DocumentStore) -> None:
        await asyncio.gather(*(document_store.commit([Merge("c/d", {}, {("n",): Increment(1)})]) for _ in range(100)))

        assert await read(document_store) == {"n": 100}


class TestTransaction:
    async def test_what_it_decides_on_reads_is_committed(self, document_store: DocumentStore) -> None:
        await put(document_store, {"n": 4})

        async def double(reader: Reader) -> tuple[str, list[Write]]:
            document = await reader.get("c/d")
            missing = await reader.get("c/missing")
            assert document is not None
            assert missing is None
            return "done", [Set("c/d", {"n": int(document.data["n"]) * 2}), Create("c/new", {})]  # type: ignore[call-overload]

        assert await document_store.transaction(double) == "done"
        assert await read(document_store) == {"n": 8}
        assert await read(document_store, "c/new") == {}

    async def test_competing_ones_see_each_others_work(self, document_store: DocumentStore) -> None:
        both_have_read = asyncio.Barrier(2)
        runs = 0

        async def add_one(reader: Reader) -> tuple[None, list[Write]]:
            nonlocal runs
            runs += 1
            document = await reader.get("c/d")
            if runs <= 2:
                await both_have_read.wait()
            count: Any = document.data["n"] if document else 0
            return None, [Set("c/d", {"n": count + 1})]

        await asyncio.gather(document_store.transaction(add_one), document_store.transaction(add_one))

        assert await read(document_store) == {"n": 2}
        assert runs >= 3

    async def test_an_error_of_the_body_is_its_own_and_nothing_is_written(self, document_store: DocumentStore) -> None:
        async def fail(reader: Reader) -> tuple[None, list[Write]]:
            await reader.get("c/d")
            raise LookupError("mine")

        with pytest.raises(LookupError, match="mine"):
            await document_store.transaction(fail)

        await put(document_store, {"free": True})

    async def test_a_condition_that_fails_is_not_tried_again(self, document_store: DocumentStore) -> None:
        await put(document_store, {})
        runs = 0

        async def create(reader: Reader) -> tuple[None, list[Write]]:
            nonlocal runs
            runs += 1
            return None, [Create("c/d", {})]

        with pytest.raises(AlreadyExists):
            await document_store.transaction(create)

        assert runs == 1

    async def test_reads_alone_answer_too(self, document_store: DocumentStore) -> None:
        async def look(reader: Reader) -> tuple[Document | None, list[Write]]:
            return await reader.get("c/d"), []

        assert await document_store.transaction(look) is None
