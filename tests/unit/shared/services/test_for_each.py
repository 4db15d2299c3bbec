"""The same act for many: none is left out, however the others fare."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Unavailable
from shared.services.for_each import for_each
from tests.support.watching import Killed


class Acts:
    """What was done, and how many were under way at the same time."""

    def __init__(self, *, failing: frozenset[int] = frozenset(), deadly: int | None = None) -> None:
        self.failing = failing
        self.deadly = deadly
        self.taken = self.ended = self.under_way = self.most = 0
        self.done: list[int] = []

    async def items(self, count: int, *, broken_at: int | None = None) -> AsyncIterator[int]:
        for item in range(count):
            if item == broken_at:
                raise Unavailable("the store")
            self.taken += 1
            await asyncio.sleep(0)
            yield item

    async def act(self, item: int) -> bool:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        assert self.taken <= self.ended + self.under_way + 1, "nothing is taken in advance"
        for _ in range(item % 7):
            await asyncio.sleep(0)
        self.under_way -= 1
        self.ended += 1
        if item == self.deadly:
            raise Killed("here")
        if item in self.failing:
            raise Unavailable(f"number {item}")
        self.done.append(item)
        return item % 2 == 0


@settings(deadline=None, max_examples=50)
@given(count=st.integers(0, 60), at_once=st.integers(1, 70), failing=st.frozensets(st.integers(0, 59)))
def test_each_is_done_once_some_at_once_and_an_error_is_told_at_the_end(
    count: int, at_once: int, failing: frozenset[int]
) -> None:
    acts = Acts(failing=failing)
    wrong = failing & set(range(count))

    async def run() -> int:
        return await for_each(acts.items(count), acts.act, at_once=at_once)

    if wrong:
        with pytest.raises(Unavailable):
            asyncio.run(run())
    else:
        assert asyncio.run(run()) == (count + 1) // 2
    assert sorted(acts.done) == sorted(set(range(count)) - wrong)
    assert acts.most <= at_once


async def test_as_many_as_may_be_are_under_way_at_once() -> None:
    together = asyncio.Barrier(20)
    acts = Acts()

    async def act(item: int) -> bool:
        async with asyncio.timeout(5):
            await together.wait()
        return True

    assert await for_each(acts.items(100), act, at_once=20) == 100


async def test_where_the_items_end_in_an_error_those_before_it_are_done() -> None:
    acts = Acts()
    with pytest.raises(Unavailable, match="the store"):
        await for_each(acts.items(60, broken_at=37), acts.act, at_once=10)
    assert sorted(acts.done) == list(range(37))


async def test_who_dies_takes_the_others_along() -> None:
    acts = Acts(deadly=14)
    with pytest.raises(Killed):
        await for_each(acts.items(1000), acts.act, at_once=10)
    known = len(acts.done)
    await asyncio.sleep(0.01)
    assert len(acts.done) == known < 40
