"""Messages of an inbox that its owner has paused or let go, and messages that no store takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.domain.channels import ChannelKind
from shared.domain.conversations import Status
from shared.domain.inboxes import Health
from shared.domain.messages import Delivery
from shared.services.change_inbox import ChangeInbox
from shared.services.manage_inbox import ManageInbox
from tests.unit.shared.services.office import CUSTOMER, OFF_TOPIC, Office, office


@pytest.fixture
async def avito(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, ChannelKind.AVITO) as opened:
        yield opened


def manage(given: Office) -> ManageInbox:
    desk, ports = given.machine.desk, given.machine.desk.ports
    change = ChangeInbox(desk.platform, desk.directory, ports.clock)
    return ManageInbox(desk.platform, ports.opener, change, desk.pull_inbox)


async def test_words_for_a_removed_inbox_fail_with_a_reason_and_wait_for_no_repair(avito: Office) -> None:
    await avito.asks(OFF_TOPIC)
    await avito.machine.run()
    await manage(avito).remove(await avito.inbox())
    await avito.sends("Канберра")

    await avito.machine.settle(3)

    failed = [message for message in await avito.messages() if message.text == "Канберра"]
    assert [(message.delivery, bool(message.problem)) for message in failed] == [(Delivery.FAILED, True)]
    conversation = await avito.conversation()
    assert (conversation.status, conversation.outbox) == (Status.NEEDS_HUMAN, {})
    assert (await avito.inbox()).health is Health.PAUSED


async def test_a_paused_inbox_stays_paused_whatever_its_vendor_says(avito: Office) -> None:
    await avito.asks(OFF_TOPIC)
    await avito.machine.run()
    await manage(avito).pause(await avito.inbox())
    avito.standin.faults.reject_credentials = True
    await avito.sends("Канберра")
    await avito.machine.settle(2)
    assert (await avito.inbox()).health is Health.PAUSED

    avito.standin.faults.reject_credentials = False
    await avito.machine.settle(10)

    assert avito.shop_texts() == ["Канберра"]
    assert (await avito.inbox()).health is Health.PAUSED


async def test_a_pulled_message_that_no_store_takes_stops_nothing_behind_it(avito: Office) -> None:
    avito.standin.faults.lose_pushes = True
    await avito.standin.write("avito", CUSTOMER, "Длинно " * 200_000)
    avito.machine.clock.advance(1)
    await avito.standin.write("avito", CUSTOMER, OFF_TOPIC)

    assert await manage(avito).pull(await avito.inbox()) == 2

    long, short = await avito.messages()
    assert long.text.startswith("Длинно Длинно")
    assert short.text == OFF_TOPIC
    assert await manage(avito).pull(await avito.inbox()) == 0
