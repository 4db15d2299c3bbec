"""Several reads at the same time: all of them end, in order or with the first one's error."""

from __future__ import annotations

import asyncio

import pytest

from infra.channels.together import together
from shared.errors import ChannelRejected, ChannelUnavailable


async def test_reads_wait_for_each_other_and_answer_in_order() -> None:
    second_runs = asyncio.Event()

    async def first() -> str:
        await second_runs.wait()
        return "first"

    async def second() -> str:
        second_runs.set()
        return "second"

    async with asyncio.timeout(5):
        assert await together([first(), second()]) == ["first", "second"]


async def test_where_one_fails_the_others_end_before_the_first_error_is_raised() -> None:
    ended = []

    async def fails() -> None:
        raise ChannelRejected("no")

    async def ends() -> None:
        for _ in range(9):
            await asyncio.sleep(0)
        ended.append("ends")
        raise ChannelUnavailable("down")

    with pytest.raises(ChannelRejected):
        await together([fails(), ends()])

    assert ended == ["ends"]
