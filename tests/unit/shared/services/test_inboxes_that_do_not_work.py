"""Messages of an inbox that its owner has paused or let go, and messages that no store takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.domain.arrivals import Page, Received
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.conversations import Status
from shared.domain.inboxes import Health, Inbox
from shared.domain.messages import Delivery
from shared.ports.channel import Channel
from shared.ports.document_store import Query
from shared.services.directory import InboxDirectory
from shared.services.manage_inbox import ManageInbox
from shared.services.pull_inbox import PullInbox
from tests.support.machine import WORKSPACE
from tests.unit.shared.services.office import CUSTOMER, OFF_TOPIC, Office, office


@pytest.fixture
async def avito(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, ChannelKind.AVITO) as opened:
        yield opened


def manage(given: Office) -> ManageInbox:
    return given.machine.desk.manage_inbox


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


async def test_a_removed_inbox_leaves_no_secret_behind(avito: Office) -> None:
    await avito.asks()
    await avito.machine.run()
    vault = Query(f"workspaces/{WORKSPACE}/inboxes/{ChannelKind.AVITO.value}/vault")
    assert await avito.store.query(vault)

    await manage(avito).remove(await avito.inbox())

    removed = await avito.inbox()
    assert (removed.credentials, removed.webhook_secret) == ("", "")
    assert await avito.store.query(vault) == []


async def test_a_pulled_message_that_no_store_takes_is_reported_and_holds_back_nothing(avito: Office) -> None:
    desk = avito.machine.desk
    directory = InboxDirectory(desk.platform, Heaps(), avito.machine.clock)
    pull = PullInbox(desk.platform, avito.machine.clock, directory, desk.ingest)
    inbox = await avito.inbox()

    assert await pull(inbox.workspace_id, inbox.id) == 2

    assert sorted(found.contact_name for found in await avito.machine.conversations()) == ["first", "last"]
    after = await avito.inbox()
    assert (after.cursor, after.health, after.problem) == ("moved", Health.CONNECTED, "message_unreadable")


class Heap(Channel):
    """A channel whose pull brings three messages, the second one with half a character."""

    capabilities = Capabilities(text_limit=1)

    async def pull(self, cursor: str | None) -> Page:
        texts = {"first": "a", "broken": "\ud800", "last": "c"}
        at = datetime(2026, 11, 20, tzinfo=UTC)
        heap = [
            Received(source_id=name, thread=name, contact=ContactRef(source_id=name, name=name), text=text, at=at)
            for name, text in texts.items()
        ]
        return Page(arrivals=tuple(heap), cursor="moved")


class Heaps:
    """Opens every inbox as a heap."""

    async def open(self, inbox: Inbox) -> Channel:
        return Heap()

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        return Heap.capabilities
