"""Vendors that let us write only so long after the customer's last message."""

from __future__ import annotations

import pytest

from infra.channels.registry import REGISTRY, channel_class
from shared.commands.commands import GiveBack
from shared.commands.effects import Actor
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import UserId
from shared.errors import Conflict
from tests.support.machine import FAQ, WORKSPACE, Machine

DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
OLEG = Actor(UserId("oleg"), "Олег")
LIMITED = [kind for kind in REGISTRY if channel_class(kind).capabilities.reply_window is not None]
EVERY_LIMITED = pytest.mark.parametrize("kind", LIMITED)


def shop_texts(machine: Machine, kind: ChannelKind) -> list[str]:
    seen = machine.outside.standins[kind].seen_by(kind.value, "Пётр")
    return [message.text for message in seen if message.sender == "shop"]


async def asked(machine: Machine, kind: ChannelKind, text: str) -> Conversation:
    await machine.outside.standins[kind].write(kind.value, "Пётр", text)
    await machine.settle(2)
    (conversation,) = await machine.conversations()
    return conversation


def until_it_closes(machine: Machine, kind: ChannelKind, conversation: Conversation) -> float:
    window = channel_class(kind).capabilities.reply_window
    assert window is not None
    return (conversation.last_message_at + window - machine.clock.now()).total_seconds()


@EVERY_LIMITED
async def test_a_person_may_answer_until_the_window_closes_and_again_after_the_next_message(
    machine: Machine, kind: ChannelKind
) -> None:
    await machine.connect(kind)
    conversation = await asked(machine, kind, OFF_TOPIC)
    machine.clock.advance(until_it_closes(machine, kind, conversation) + 1)

    with pytest.raises(Conflict) as refused:
        await machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key="late", text="Канберра")
    assert refused.value.code == "window_closed"

    await asked(machine, kind, "Вы ещё здесь?")
    await machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key="in time", text="Канберра")
    await machine.settle(2)
    assert shop_texts(machine, kind) == ["Канберра"]


@EVERY_LIMITED
async def test_the_assistant_says_nothing_after_it_and_people_see_why(machine: Machine, kind: ChannelKind) -> None:
    await machine.connect(kind)
    conversation = await asked(machine, kind, OFF_TOPIC)
    machine.clock.advance(until_it_closes(machine, kind, conversation) + 1)

    await machine.desk.execute(WORKSPACE, conversation.id, GiveBack(), OLEG)
    await machine.settle(2)

    (conversation,) = await machine.conversations()
    assert conversation.status is Status.NEEDS_HUMAN
    assert conversation.handoff is not None
    assert conversation.handoff.reason == "window_closed"
    assert shop_texts(machine, kind) == []


@EVERY_LIMITED
async def test_a_reply_that_waited_for_the_vendor_too_long_is_taken_back(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()
    await machine.run(2)
    standin.faults.outage = True
    await machine.settle(3)
    (conversation,) = await machine.conversations()
    if not conversation.outbox:
        pytest.skip("this vendor's message could not be heard before the outage")
    machine.clock.advance(until_it_closes(machine, kind, conversation) + 1)
    standin.faults.outage = False
    await machine.settle(6)

    assert FAQ[DELIVERY] not in shop_texts(machine, kind)
    (conversation,) = await machine.conversations()
    assert (conversation.status, conversation.outbox) == (Status.NEEDS_HUMAN, {})
