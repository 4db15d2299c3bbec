"""Who writes replies: only the function that holds the model's key and no channel's."""

from __future__ import annotations

import json
from typing import Any

from shared.domain.conversations import Status
from tests.functions.doors import Doors, Events


def _after_the_quiet_time(events: Events) -> bytes:
    return json.dumps({"kind": "respond", "event": _received(events)}).encode()


def _received(events: Events) -> dict[str, Any]:
    (received,) = events["llm_reply"]
    return dict(received)


async def _status(doors: Doors) -> Status:
    (conversation,) = await doors.machine.conversations()
    return conversation.status


async def test_a_turn_that_has_just_come_waits_for_more_and_one_whose_time_is_over_is_answered(
    doors: Doors, events: Events
) -> None:
    pushed = doors.pushed(json.dumps(_received(events)).encode())

    assert await doors.post("llm_reply", pushed) == 204
    assert await _status(doors) is Status.AWAITING_RESPONSE

    assert await doors.post("llm_reply", _after_the_quiet_time(events)) == 204
    assert await _status(doors) is not Status.AWAITING_RESPONSE


async def test_a_reply_is_refused_by_who_holds_the_channels_keys(doors: Doors, events: Events) -> None:
    assert await doors.post("run_task", _after_the_quiet_time(events)) == 400
    assert await _status(doors) is Status.AWAITING_RESPONSE


async def test_other_work_is_refused_by_who_holds_the_models_key(doors: Doors, events: Events) -> None:
    for task in events["run_task"]:
        assert await doors.post("llm_reply", json.dumps(task).encode()) == 400


async def test_the_quiet_time_ends_in_the_same_function(doors: Doors, events: Events) -> None:
    await doors.post("llm_reply", doors.pushed(json.dumps(_received(events)).encode()))

    later = doors.machine.clock.now().replace(year=2100)
    waiting = [row.target for row in doors.machine.queue.due(later, 10) if b"respond" in row.body]
    assert waiting == ["llm_reply"]
