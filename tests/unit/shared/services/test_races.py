"""Two things at once in one conversation: nothing is lost, nothing is doubled, and it stays readable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.commands.commands import Close, GiveBack, TakeOver
from shared.domain.arrivals import Deleted
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import WINDOW_SIZE, Status
from shared.domain.messages import Delivery
from tests.support.machine import FAQ
from tests.unit.shared.services.office import DELIVERY, HOW_LONG, OFF_TOPIC, Office, notice, office


@pytest.fixture
async def avito(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, ChannelKind.AVITO) as opened:
        yield opened


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, ChannelKind.TELEGRAM_BOT) as opened:
        yield opened


async def test_a_reply_that_surely_was_not_sent_stays_here_once_a_person_has_taken_over(avito: Office) -> None:
    await avito.asks()
    await avito.responds()
    await avito.dies_before_sending()

    await avito.commands(TakeOver())
    await avito.delivers()

    assert avito.shop_texts() == []
    conversation = await avito.conversation()
    assert conversation.outbox == {}
    assert len(conversation.open_turn()) == 1


async def test_a_question_whose_reply_was_taken_back_waits_again(telegram: Office) -> None:
    await telegram.asks()
    await telegram.responds()

    taken = await telegram.commands(TakeOver())
    assert len(taken.open_turn()) == 1

    await telegram.commands(GiveBack())
    await telegram.machine.run()
    assert telegram.shop_texts() == [FAQ[DELIVERY]]


async def test_taking_over_from_a_waiting_reply_ends_with_people_not_as_answered(telegram: Office) -> None:
    await telegram.asks()
    await telegram.responds()
    await telegram.commands(TakeOver())

    await telegram.machine.settle()

    assert telegram.shop_texts() == []
    assert (await telegram.conversation()).status is Status.NEEDS_HUMAN


async def test_a_late_echo_does_not_answer_a_question_that_was_asked_after_it(avito: Office) -> None:
    await avito.asks()
    await avito.machine.run()
    thread = (await avito.conversation()).source_id
    avito.machine.clock.advance(60)
    await avito.asks(HOW_LONG)
    await avito.responds()

    await avito.hears(avito.echo("Вам бесплатно", ago=30, thread=thread))

    conversation = await avito.conversation()
    assert conversation.outbox == {}
    assert [conversation.window[id].text for id in conversation.open_turn()] == [HOW_LONG]
    await avito.machine.settle(3)
    assert (await avito.conversation()).status is Status.NEEDS_HUMAN
    assert FAQ[HOW_LONG] not in avito.shop_texts()


async def test_a_message_taken_back_while_its_reply_waits_leaves_the_conversation_readable(avito: Office) -> None:
    source_id = await avito.asks()
    avito.standin.faults.outage = True
    await avito.responds()
    thread = (await avito.conversation()).source_id
    await avito.hears(Deleted(source_id=source_id, thread=thread, at=avito.machine.clock.now()))

    await avito.asks(HOW_LONG)
    await avito.responds()

    assert [entry.text for entry in (await avito.conversation()).window.values()] == [HOW_LONG]


async def test_a_question_is_answered_though_a_later_one_was_taken_back(avito: Office) -> None:
    await avito.asks()
    await avito.responds()
    source_id = await avito.asks("Ой")
    thread = (await avito.conversation()).source_id

    await avito.hears(Deleted(source_id=source_id, thread=thread, at=avito.machine.clock.now()))
    await avito.machine.settle(3)

    assert avito.shop_texts() == [FAQ[DELIVERY]]
    assert (await avito.conversation()).status is Status.ANSWERED_BY_LLM


async def test_a_flood_behind_a_reply_that_cannot_leave_is_answered_once(telegram: Office) -> None:
    telegram.standin.faults.outage = True
    for _ in range(WINDOW_SIZE + 3):
        await telegram.asks()
        await telegram.responds()
        await telegram.delivers()

    telegram.standin.faults.outage = False
    await telegram.machine.settle(15)

    assert telegram.shop_texts() == [FAQ[DELIVERY]]
    conversation = await telegram.conversation()
    assert (conversation.status, conversation.open_turn()) == (Status.ANSWERED_BY_LLM, [])


async def test_thanks_for_a_reply_that_is_on_its_way_is_not_answered_with_the_same_reply(avito: Office) -> None:
    await avito.asks()
    await avito.responds()
    avito.standin.faults.lose_pushes = True
    avito.standin.faults.lose_answers = 1
    await avito.delivers()
    assert avito.shop_texts() == [FAQ[DELIVERY]]

    avito.standin.faults.lose_pushes = False
    await avito.asks("Понял, ясно")
    await avito.machine.settle(3)

    assert avito.shop_texts() == [FAQ[DELIVERY]]


async def test_thanks_for_an_unconfirmed_reply_is_not_answered_with_the_same_reply(telegram: Office) -> None:
    await telegram.asks()
    await telegram.responds()
    telegram.standin.faults.lose_answers = 1
    await telegram.delivers()
    assert {message.delivery for message in await telegram.messages()} == {None, Delivery.UNCONFIRMED}

    await telegram.asks("Понял, ясно")
    await telegram.machine.settle(3)

    assert telegram.shop_texts() == [FAQ[DELIVERY]]


async def test_what_surely_did_not_leave_is_tried_again_though_the_customer_wrote_meanwhile(telegram: Office) -> None:
    await telegram.asks(OFF_TOPIC)
    await telegram.machine.run()
    await telegram.sends("Канберра")
    telegram.standin.faults.outage = True

    async def customer_writes() -> None:
        await telegram.asks(OFF_TOPIC)

    telegram.store.strike(1, customer_writes)  # the lease is taken, the vendor has refused
    await telegram.delivers()
    telegram.standin.faults.outage = False
    await telegram.machine.settle(3)

    assert telegram.shop_texts() == ["Канберра"]


async def test_a_persons_words_leave_though_the_conversation_was_closed_and_the_event_lost(telegram: Office) -> None:
    await telegram.asks(OFF_TOPIC)
    await telegram.machine.run()
    await telegram.sends("Канберра")
    telegram.loses_work()

    await telegram.commands(Close())
    await telegram.machine.settle(3)

    assert telegram.shop_texts() == ["Канберра"]
    assert (await telegram.conversation()).status is Status.CLOSED


async def test_a_repeated_event_leaves_the_draft_that_a_person_is_reading(tmp_path: Path) -> None:
    async with office(tmp_path, ChannelKind.TELEGRAM_BOT, Mode.DRAFT) as telegram:
        await telegram.asks()
        await telegram.responds()
        first = (await telegram.conversation()).draft
        telegram.machine.clock.advance(30)

        await telegram.responds()

        assert first is not None
        assert (await telegram.conversation()).draft == first


@pytest.mark.parametrize("is_automatic", [False, True])
async def test_what_was_taken_back_before_it_came_holds_up_nobody(avito: Office, is_automatic: bool) -> None:
    """The first words of a conversation, and already gone."""
    gone = avito.echo("Здравствуйте", source_id="gone", thread="t1")
    await avito.hears(Deleted(source_id="gone", thread="t1", at=gone.at))
    late = notice("gone", "t1", gone.at) if is_automatic else gone

    assert await avito.hears(late) is False

    assert await avito.machine.conversations() == []


async def test_notices_without_end_fill_no_window(avito: Office) -> None:
    for number in range(40):
        avito.machine.clock.advance(1)
        await avito.hears(notice(f"n{number}", "t1", avito.machine.clock.now()))

    assert len((await avito.conversation()).window) <= WINDOW_SIZE + 1


async def test_a_persons_answers_without_end_fill_no_window(avito: Office) -> None:
    for number in range(40):
        avito.machine.clock.advance(1)
        await avito.hears(avito.echo("Да", source_id=f"a{number}", thread="t1"))

    assert len((await avito.conversation()).window) <= WINDOW_SIZE + 1


async def test_an_answer_in_the_vendors_app_forgets_no_words_that_are_still_owed(avito: Office) -> None:
    await avito.asks(OFF_TOPIC)
    await avito.machine.run()
    await avito.sends("Канберра")
    avito.loses_work()
    thread = (await avito.conversation()).source_id

    await avito.hears(avito.echo("И пингвинов нет", thread=thread))
    await avito.machine.settle(3)

    assert "Канберра" in avito.shop_texts()


async def test_a_question_of_the_same_second_as_an_answer_in_the_vendors_app_still_waits(avito: Office) -> None:
    """Nobody answers within a second, and the vendor's clock has no parts of one."""
    await avito.asks()
    conversation = await avito.conversation()
    (asked,) = conversation.window.values()
    ago = (avito.machine.clock.now() - asked.at).total_seconds()

    await avito.hears(avito.echo("Перезвоним", ago=ago, thread=conversation.source_id))
    await avito.machine.settle(3)

    conversation = await avito.conversation()
    assert len(conversation.open_turn()) == 1
    assert conversation.status is Status.NEEDS_HUMAN


@pytest.mark.parametrize("commits", range(6))
async def test_taking_over_at_any_moment_of_two_deliveries_leaves_open_what_was_not_answered(
    avito: Office, commits: int
) -> None:
    await avito.asks()
    await avito.responds()
    await avito.dies_before_sending()
    await avito.asks(HOW_LONG)
    await avito.responds()
    assert len((await avito.conversation()).outbox) == 2
    avito.loses_work()

    avito.store.strike(commits, lambda: avito.commands(TakeOver()))
    await avito.delivers()
    avito.standin.faults.outage = True  # a pull would show the question once more
    await avito.machine.settle(3)

    conversation = await avito.conversation()
    left = [answer for question, answer in FAQ.items() if answer not in avito.shop_texts()]
    assert [FAQ[conversation.window[id].text] for id in conversation.open_turn()] == left
    assert conversation.status is (Status.NEEDS_HUMAN if left else Status.ANSWERED_BY_LLM)
