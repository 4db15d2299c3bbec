"""The auto-responder over the simulated world and both stores: when it speaks, when it does not, and after a crash."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from infra.channels.registry import REGISTRY
from shared.commands.commands import Close, TakeOver
from shared.commands.effects import Actor
from shared.domain.assistants import Mode
from shared.domain.auto_responder import AutoResponder, Interval
from shared.domain.channels import ChannelKind
from shared.domain.conversations import NOBODY, Conversation, Status
from shared.domain.ids import InboxId, UserId
from shared.domain.messages import Author, Delivery, Message
from shared.store.inboxes import Inboxes
from tests.support.machine import FAQ, WORKSPACE, Machine

DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
CANNED = "Мы ответим утром."
OLEG = Actor(UserId("oleg"), "Олег")
TELEGRAM, AVITO = ChannelKind.TELEGRAM_BOT, ChannelKind.AVITO
NIGHT = Interval(start=time(22), end=time(8))


async def switch(machine: Machine, *, is_on: bool = True, **fields: object) -> AutoResponder:
    known: dict[str, object] = {"is_on": is_on, "text": CANNED, "time_zone": "UTC", "updated_at": machine.clock.now()}
    return await machine.desk.auto_responder_settings.change(WORKSPACE, AutoResponder.model_validate(known | fields))


async def asks(machine: Machine, kind: ChannelKind = TELEGRAM, text: str = OFF_TOPIC) -> None:
    await machine.outside.standins[kind].write(kind.value, "Пётр", text)
    await machine.run(4)


def shop_texts(machine: Machine, kind: ChannelKind = TELEGRAM) -> list[str]:
    seen = machine.outside.standins[kind].seen_by(kind.value, "Пётр")
    return [message.text for message in seen if message.sender == "shop"]


async def conversation_of(machine: Machine) -> Conversation:
    (conversation,) = await machine.conversations()
    return conversation


async def automatic(machine: Machine) -> list[Message]:
    history = await machine.messages(await conversation_of(machine))
    return [message for message in history if message.author is Author.AUTO_RESPONDER]


async def wait(machine: Machine, seconds: float) -> None:
    machine.clock.advance(seconds)
    await machine.run(2)


@pytest.mark.parametrize("kind", list(REGISTRY))
async def test_a_customer_whom_nobody_answers_in_time_is_answered_once_and_still_waits(
    machine: Machine, kind: ChannelKind
) -> None:
    await machine.connect(kind)
    await switch(machine)
    standin = machine.outside.standins[kind]
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.settle(6)

    assert shop_texts(machine, kind) == [CANNED]
    conversation = await conversation_of(machine)
    assert (conversation.status, conversation.owner) == (Status.NEEDS_HUMAN, NOBODY)
    assert len(conversation.open_turn()) == 1
    assert (conversation.outbox, conversation.due_at, conversation.auto_reply_due_at) == ({}, None, None)
    (reply,) = await automatic(machine)
    assert (reply.delivery, reply.is_automatic, reply.answers) == (Delivery.SENT, True, ())


async def test_the_delay_starts_anew_with_each_message_of_the_customer(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    for _ in range(4):
        await asks(machine)
        await wait(machine, 60)
        assert shop_texts(machine) == []

    await wait(machine, 10)

    assert shop_texts(machine) == [CANNED]


async def test_a_person_who_answers_in_time_spares_the_customer_the_auto_responder(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    await asks(machine)

    await machine.desk.send_message(WORKSPACE, (await conversation_of(machine)).id, OLEG, key="k", text="Канберра")
    await machine.settle(4)

    assert shop_texts(machine) == ["Канберра"]
    assert (await conversation_of(machine)).auto_reply_due_at is None


async def test_an_answer_typed_in_the_vendors_app_counts(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    await switch(machine)
    await asks(machine, AVITO)

    await standin.answer_in_vendor_app(AVITO.value, "Пётр", "Канберра")
    await machine.settle(4)

    assert shop_texts(machine, AVITO) == ["Канберра"]


async def test_a_closed_conversation_is_not_answered(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    await asks(machine)

    await machine.desk.execute(WORKSPACE, (await conversation_of(machine)).id, Close(), OLEG)
    await machine.settle(4)

    assert shop_texts(machine) == []


async def test_the_assistants_answer_is_an_answer(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)

    await asks(machine, text=DELIVERY)
    await machine.settle(4)

    assert shop_texts(machine) == [FAQ[DELIVERY]]


@pytest.mark.parametrize("mode", [Mode.DRAFT, Mode.OFF])
async def test_a_draft_is_no_answer_and_neither_is_taking_over(machine: Machine, mode: Mode) -> None:
    await machine.connect(TELEGRAM, mode=mode)
    await switch(machine)
    await asks(machine, text=DELIVERY)
    await machine.desk.execute(WORKSPACE, (await conversation_of(machine)).id, TakeOver(), OLEG)

    await machine.settle(3)

    assert shop_texts(machine) == [CANNED]
    assert (await conversation_of(machine)).owner == OLEG.user_id


async def test_once_in_an_interval_and_again_in_the_next(machine: Machine) -> None:
    machine.clock.advance(11 * 3600)  # 23:00
    await machine.connect(TELEGRAM)
    await switch(machine, mode="intervals", intervals=(NIGHT,))
    for hour in range(5):
        await asks(machine)
        await wait(machine, 80)
        await wait(machine, 3600)
        assert shop_texts(machine) == [CANNED], hour

    machine.clock.advance(8 * 3600)  # past noon: nobody's hours
    await asks(machine)
    await wait(machine, 80)
    assert shop_texts(machine) == [CANNED]

    machine.clock.advance(10 * 3600)
    await asks(machine)
    await wait(machine, 80)
    assert shop_texts(machine) == [CANNED] * 2
    assert (await conversation_of(machine)).auto_replied_in == datetime(2026, 11, 21, 22, tzinfo=UTC)


async def test_switched_off_and_on_it_may_answer_everybody_again(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    await asks(machine)
    await wait(machine, 80)
    await switch(machine, text="Другой текст")
    await asks(machine)
    await wait(machine, 80)
    assert shop_texts(machine) == [CANNED]

    await switch(machine, is_on=False)
    await switch(machine, text="Другой текст")
    await asks(machine)
    await wait(machine, 80)

    assert shop_texts(machine) == [CANNED, "Другой текст"]


async def test_switched_off_while_it_waits_it_says_nothing(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    await asks(machine)

    await switch(machine, is_on=False)
    await machine.settle(4)

    assert shop_texts(machine) == []
    assert (await conversation_of(machine)).due_at is None


async def test_other_inboxes_than_the_chosen_ones_stay_silent(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine, inbox_ids=frozenset({InboxId("another")}))
    await asks(machine)
    await machine.settle(3)

    assert shop_texts(machine) == []


@pytest.mark.parametrize("is_lost", [False, True], ids=["the task is there", "the task is lost"])
async def test_a_restart_loses_none(machine: Machine, is_lost: bool) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    await asks(machine)

    machine.reboot()
    if is_lost:
        for row in machine.queue.due(machine.clock.now().replace(year=2030), 100):
            machine.queue.finish(row, machine.clock.now())
    await machine.settle(5)

    assert shop_texts(machine) == [CANNED]
    assert (await conversation_of(machine)).due_at is None


async def test_a_message_that_comes_while_the_vendor_is_down_postpones_what_was_queued(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    await switch(machine)
    await asks(machine, AVITO)
    standin.faults.outage = True
    await wait(machine, 80)
    assert [message.delivery for message in await automatic(machine)] == [Delivery.QUEUED]
    standin.faults.outage = False
    await asks(machine, AVITO)
    await wait(machine, 40)
    assert shop_texts(machine, AVITO) == []

    await machine.settle(6)

    assert shop_texts(machine, AVITO) == [CANNED]


async def test_what_could_not_leave_in_one_interval_is_said_in_the_next_and_counts_there(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    morning, evening = Interval(start=time(9), end=time(12, 30)), Interval(start=time(12, 30), end=time(18))
    await switch(machine, mode="intervals", intervals=(morning, evening))
    await asks(machine, AVITO)
    standin.faults.outage = True
    await machine.settle(40)
    standin.faults.outage = False

    await machine.settle(15)

    assert shop_texts(machine, AVITO) == [CANNED]
    assert (await conversation_of(machine)).auto_replied_in == datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


async def test_what_is_queued_is_taken_back_when_a_person_answers_first(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    await switch(machine)
    await asks(machine, AVITO)
    standin.faults.outage = True
    await wait(machine, 80)

    await machine.desk.send_message(WORKSPACE, (await conversation_of(machine)).id, OLEG, key="k", text="Канберра")
    standin.faults.outage = False
    await machine.settle(6)

    assert shop_texts(machine, AVITO) == ["Канберра"]
    assert [message.delivery for message in await automatic(machine)] == [Delivery.CANCELLED]
    assert (await conversation_of(machine)).auto_replied_in is None


async def test_an_inbox_without_replies_stays_silent(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await switch(machine)
    inboxes = Inboxes(machine.desk.platform.workspace(WORKSPACE))
    await machine.desk.platform.commit([inboxes.change(InboxId(TELEGRAM.value), {"allows_replies": False})])
    machine.clock.advance(5)
    await asks(machine)
    await machine.settle(3)

    assert shop_texts(machine) == []


async def test_a_turn_that_people_have_costs_one_cached_read_more_and_no_write(machine: Machine) -> None:
    await machine.connect(TELEGRAM)
    await asks(machine)
    spent = []
    for is_on in (False, True):
        await switch(machine, is_on=is_on)
        await machine.desk.auto_responder_settings.of(WORKSPACE)
        await machine.outside.standins[TELEGRAM].write(TELEGRAM.value, "Пётр", OFF_TOPIC)
        await machine.outside.pusher.drained()
        machine.clock.advance(3)
        await machine.desk.directory.find(TELEGRAM.value)
        await machine.desk.briefings.llm_settings()
        machine.probe.reset()
        await machine.pump()
        spent.append((machine.probe.reads, machine.probe.writes))

    assert spent[1][1] == spent[0][1]
    assert spent[1][0] <= spent[0][0] + 1
