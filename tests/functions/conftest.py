"""A desk whose doors are open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.channels.registry import REGISTRY
from shared.domain.channels import ChannelKind
from tests.functions.doors import Doors, Events
from tests.support.machine import WORKSPACE, running_machine


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    """One inbox of each channel; nobody has written."""
    async with running_machine(tmp_path) as machine:
        for kind in REGISTRY:
            await machine.connect(kind)
        opened = Doors(machine, tmp_path)
        yield opened
        opened.close()


@pytest.fixture
async def events(doors: Doors) -> Events:
    """What the functions are called with once a customer has written."""
    machine = doors.machine
    await machine.outside.standins[ChannelKind.TELEGRAM_BOT].write("telegram_bot", "Пётр", "Здравствуйте")
    await machine.outside.pusher.drained()
    (conversation,) = await machine.conversations()
    (message,) = await machine.messages(conversation)
    ids = {"workspace_id": WORKSPACE, "conversation_id": conversation.id}
    moment = message.received_at.isoformat()
    received = {**ids, "inbox_id": "telegram_bot", "message_id": message.id, "received_at": moment, "attachments": 0}
    return {
        "gmail_push": [{"emailAddress": "gmail@shop.example", "historyId": 10**12}],
        "llm_reply": [received],
        "deliver": [ids],
        "channel_pull": [{"workspace_id": WORKSPACE, "inbox_id": "avito"}],
        "run_task": [
            {"kind": "deliver", **ids},
            {"kind": "store_attachments", **ids, "message_id": message.id},
            {"kind": "describe", **ids},
            {"kind": "redeliver", "channel": "avito", "inbox_id": "avito", "body": "{}", "shown": "x"},
        ],
    }
