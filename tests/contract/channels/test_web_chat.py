"""The adapter, its stand-in and the public API together, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.channels.web_chat.sandbox import WebChatSandbox
from infra.sandbox.standin import CustomerFile
from shared.domain.channels import ChannelKind
from tests.support.machine import FAQ, Machine, running_machine

KIND = ChannelKind.WEB_CHAT
QUESTION = "Сколько стоит доставка?"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


@pytest.fixture
async def standin(machine: Machine) -> WebChatSandbox:
    connected = await machine.connect(KIND)
    assert isinstance(connected, WebChatSandbox)
    return connected


def seen(standin: WebChatSandbox, customer: str = "Пётр") -> list[tuple[str, str]]:
    return [(message.sender, message.text) for message in standin.seen_by(KIND.value, customer)]


async def test_connecting_finds_the_chats_own_address(machine: Machine, standin: WebChatSandbox) -> None:
    opened = await machine.desk.directory.find(KIND.value)

    assert opened.inbox.account == "shop"
    assert (await opened.channel.test()).problem is None


async def test_what_did_not_get_through_is_sent_again_once(machine: Machine, standin: WebChatSandbox) -> None:
    standin.faults.outage = True
    await standin.write(KIND.value, "Пётр", QUESTION)
    waiting = seen(standin)
    await machine.run(2)
    before = await machine.conversations()
    standin.faults.outage = False
    standin.faults.lose_answers = 1
    await machine.run()

    assert waiting == [("customer", QUESTION)]
    assert before == []
    assert seen(standin) == [("customer", QUESTION), ("shop", FAQ[QUESTION])]
    (conversation,) = await machine.conversations()
    assert conversation.unread == 1


async def test_double_clicks_are_one_message(machine: Machine, standin: WebChatSandbox) -> None:
    standin.faults.double_pushes = True
    await standin.write(KIND.value, "Пётр", QUESTION)
    await machine.run()

    assert seen(standin) == [("customer", QUESTION), ("shop", FAQ[QUESTION])]


async def test_a_message_that_was_not_sent_survives_a_restart(machine: Machine, standin: WebChatSandbox) -> None:
    await standin.write(KIND.value, "Пётр", QUESTION)
    machine.reboot()
    await machine.run()

    assert seen(standin)[-1] == ("shop", FAQ[QUESTION])


async def test_the_shops_files_reach_the_visitor(machine: Machine, standin: WebChatSandbox) -> None:
    picture = CustomerFile("image", "Стол.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(9))

    await standin.write(KIND.value, "Пётр", "", [picture])
    await machine.run()

    (message,) = standin.seen_by(KIND.value, "Пётр")
    assert message.files == ("Стол.png",)


async def test_a_site_that_moved_is_told_by_the_doctor_until_the_list_is_right(
    machine: Machine, standin: WebChatSandbox
) -> None:
    moved = standin.renew_credentials(KIND.value)
    opened = await machine.desk.directory.find(KIND.value)
    wrong = await opened.channel.test()
    await machine.desk.connect_inbox.replace_credentials(opened.inbox, moved)
    right = await (await machine.desk.directory.find(KIND.value)).channel.test()

    assert (wrong.problem, right.problem) == ("origins_wrong", None)
    await standin.write(KIND.value, "Пётр", QUESTION)
    await machine.run()
    assert seen(standin)[-1] == ("shop", FAQ[QUESTION])


async def test_a_turn_costs_what_it_costs(machine: Machine, standin: WebChatSandbox) -> None:
    """Taking a message in: one commit of three counters and their one read, then one commit and one event."""
    await standin.write(KIND.value, "Пётр", "Здравствуйте")
    machine.probe.reset()
    await standin.write(KIND.value, "Пётр", QUESTION)

    assert machine.probe.commits == [3, 3]
    assert machine.probe.tally()["bus.publish"] == 1
