"""What vendors read as our answer: some stop delivering to who says the wrong thing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId
from shared.domain.inboxes import Health
from shared.store.inboxes import Inboxes
from tests.functions.doors import AVITO, SECRET, Doors
from tests.support.machine import WORKSPACE, running_machine

OZON = f"/hooks/ozon/ozon/{SECRET}"
MESSAGE = {
    "message_type": "TYPE_NEW_MESSAGE",
    "chat_id": "b646d975",
    "chat_type": "Buyer_Seller",
    "message_id": 3000000001817031942,
    "created_at": "2026-11-20T12:00:00Z",
    "user": {"id": "1", "type": "Сustomer"},
    "data": ["Подойдёт?"],
}


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with running_machine(tmp_path) as machine:
        for kind in (ChannelKind.AVITO, ChannelKind.OZON):
            await machine.connect(kind)
        opened = Doors(machine, tmp_path)
        yield opened
        opened.close()


async def answer(doors: Doors, path: str, body: Any) -> tuple[int, Any]:
    called = await doors.call(path, json.dumps(body).encode())
    return called.status, called.body


async def test_each_vendor_reads_what_it_wants_to_read(doors: Doors) -> None:
    status, greeting = await answer(doors, OZON, {"message_type": "TYPE_PING", "time": "2026-11-20T12:00:00Z"})

    assert (status, set(greeting)) == (200, {"version", "name", "time"})
    assert await answer(doors, OZON, MESSAGE) == (200, {"result": True})
    assert await answer(doors, OZON, MESSAGE) == (200, {"result": True})
    assert await answer(doors, AVITO, {}) == (200, {})


async def test_what_nobody_can_read_is_acknowledged_all_the_same(doors: Doors) -> None:
    assert await answer(doors, OZON, {**MESSAGE, "message_id": 3.5}) == (200, {"result": True})

    assert len(await doors.letters()) == 1


async def test_a_paused_inbox_acknowledges_and_takes_nothing(doors: Doors) -> None:
    store = doors.machine.desk.platform.workspace(WORKSPACE)
    await store.commit([Inboxes(store).change(InboxId("ozon"), {"health": Health.PAUSED})])
    doors.machine.desk.directory.forget(WORKSPACE, InboxId("ozon"))

    assert await answer(doors, OZON, MESSAGE) == (200, {"result": True})
    assert await doors.machine.conversations() == []


async def test_a_stranger_is_told_nothing(doors: Doors) -> None:
    status, body = await answer(doors, OZON.replace(SECRET, "guessed"), MESSAGE)

    assert status == 401
    assert "result" not in body
