from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.services.cache import Cache
from tests.support.clock import ManualClock


class Source:
    """Counts, and remembers what it was shown of the old value."""

    def __init__(self) -> None:
        self.loads: list[int | None] = []

    async def __call__(self, old: int | None) -> int:
        self.loads.append(old)
        return len(self.loads)


async def test_a_value_is_kept_until_it_is_too_old_and_then_made_from_the_old_one() -> None:
    clock, source = ManualClock(), Source()
    cache: Cache[str, int] = Cache(clock, max_age=4)

    assert [await cache.get("k", source), await cache.get("k", source)] == [1, 1]
    clock.advance(3.9)
    assert await cache.get("k", source) == 1
    clock.advance(0.1)
    assert await cache.get("k", source) == 2
    assert source.loads == [None, 1]


async def test_use_does_not_make_a_value_younger() -> None:
    clock, source = ManualClock(), Source()
    cache: Cache[str, int] = Cache(clock, max_age=4)
    for _ in range(9):
        await cache.get("k", source)
        clock.advance(1)
    assert len(source.loads) == 3


async def test_what_is_forgotten_is_loaded_anew() -> None:
    source = Source()
    cache: Cache[str, int] = Cache(ManualClock())
    await cache.get("k", source)
    cache.forget("k")
    cache.forget("never there")
    assert await cache.get("k", source) == 2
    assert source.loads == [None, None]


async def test_a_load_that_fails_leaves_the_old_value_for_the_next_one() -> None:
    clock, source = ManualClock(), Source()
    cache: Cache[str, int] = Cache(clock, max_age=4)
    await cache.get("k", source)
    clock.advance(5)

    async def failing(old: int | None) -> int:
        raise LookupError

    with pytest.raises(LookupError):
        await cache.get("k", failing)
    assert await cache.get("k", source) == 2
    assert source.loads == [None, 1]


@settings(deadline=None)
@given(keys=st.lists(st.integers(0, 6), max_size=40), size=st.integers(1, 4))
async def test_it_remembers_what_was_used_last_and_no_more(keys: list[int], size: int) -> None:
    cache: Cache[int, int] = Cache(ManualClock(), size=size)
    recent: list[int] = []
    for key in keys:
        source = Source()
        await cache.get(key, source)
        assert bool(source.loads) == (key not in recent[-size:])
        recent = [*(known for known in recent if known != key), key]
