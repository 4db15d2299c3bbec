"""The main job on real input: a customer writes on each channel, an answer arrives, a person takes over."""

from __future__ import annotations

import pytest

from infra.channels.registry import REGISTRY, channel_class
from shared.commands.commands import Close, GiveBack, TakeOver
from shared.commands.effects import Actor
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import ASSISTANT, Conversation, Status
from shared.domain.ids import InboxId, UserId
from shared.domain.inboxes import Health
from shared.domain.messages import Author, Delivery, Direction
from tests.support.machine import FAQ, WORKSPACE, Machine

DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
OLEG = Actor(UserId("oleg"), "Олег")
EVERY_CHANNEL = pytest.mark.parametrize("kind", list(REGISTRY))
NAMELESS = {ChannelKind.OZON: "Покупатель "}
"""Vendors that never tell a customer's name, and how the name that stands for it begins."""
HAS_CREDENTIALS = pytest.mark.parametrize("kind", [kind for kind in REGISTRY if kind is not ChannelKind.WEB_CHAT])
"""The web chat sends through nobody who could refuse it."""


def shop_texts(machine: Machine, kind: ChannelKind, customer: str = "Пётр") -> list[str]:
    seen = machine.outside.standins[kind].seen_by(kind.value, customer)
    return [message.text for message in seen if message.sender == "shop"]


async def send(machine: Machine, conversation: Conversation, text: str, key: str = "k") -> None:
    await machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key=key, text=text)


@EVERY_CHANNEL
async def test_a_known_question_is_answered_on_the_same_channel_in_the_same_thread(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)

    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()

    seen = standin.seen_by(kind.value, "Пётр")
    assert [(message.sender, message.text) for message in seen] == [("customer", DELIVERY), ("shop", FAQ[DELIVERY])]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_LLM
    assert conversation.unread == 1
    assert conversation.contact_name.startswith(NAMELESS.get(kind, "Пётр"))
    assert conversation.due_at is None
    question, answer = await machine.messages(conversation)
    assert (question.direction, answer.direction) == (Direction.INCOMING, Direction.OUTGOING)
    assert answer.delivery is Delivery.SENT
    assert answer.author is Author.ASSISTANT
    assert answer.evidence is not None
    assert answer.evidence.citations


@EVERY_CHANNEL
async def test_an_unknown_question_goes_to_people_and_their_answer_arrives(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.run()
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.NEEDS_HUMAN
    assert conversation.handoff is not None
    assert shop_texts(machine, kind) == []

    await send(machine, conversation, "Канберра, пингвинов нет.")
    await machine.run()

    assert shop_texts(machine, kind) == ["Канберра, пингвинов нет."]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_HUMAN
    assert conversation.owner == OLEG.user_id


@EVERY_CHANNEL
async def test_several_short_messages_get_one_answer(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)

    for text in ("Здравствуйте", "подскажите", DELIVERY):
        await standin.write(kind.value, "Пётр", text)
        await machine.run(1)
    await machine.run()

    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]
    (conversation,) = await machine.conversations()
    assert conversation.open_turn() == []


async def test_the_assistant_stays_silent_once_a_person_has_taken_over(machine: Machine) -> None:
    kind = ChannelKind.TELEGRAM_BOT
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()
    (conversation,) = await machine.conversations()

    await machine.desk.execute(WORKSPACE, conversation.id, TakeOver(), OLEG)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()
    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]

    await machine.desk.execute(WORKSPACE, conversation.id, GiveBack(), OLEG)
    await machine.run()
    assert shop_texts(machine, kind) == [FAQ[DELIVERY]] * 2


async def test_a_closed_conversation_opens_again_with_the_assistant_as_owner(machine: Machine) -> None:
    kind = ChannelKind.TELEGRAM_BOT
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.run()
    (conversation,) = await machine.conversations()

    closed = await machine.desk.execute(WORKSPACE, conversation.id, Close(), OLEG)
    assert closed.status is Status.CLOSED
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()

    (conversation,) = await machine.conversations()
    assert (conversation.status, conversation.owner) == (Status.ANSWERED_BY_LLM, ASSISTANT)
    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]


@pytest.mark.parametrize("kind", [ChannelKind.AVITO, ChannelKind.GMAIL, ChannelKind.IMAP, ChannelKind.TELEGRAM_ACCOUNT])
async def test_an_answer_typed_in_the_vendors_app_cancels_what_the_assistant_was_about_to_send(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()

    machine.clock.advance(1)
    await standin.answer_in_vendor_app(kind.value, "Пётр", "Для вас бесплатно")
    await machine.run()

    assert shop_texts(machine, kind) == ["Для вас бесплатно"]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_HUMAN
    assert conversation.owner != ASSISTANT


async def test_in_draft_mode_nothing_is_sent_until_a_person_approves(machine: Machine) -> None:
    kind = ChannelKind.TELEGRAM_BOT
    standin = await machine.connect(kind, mode=Mode.DRAFT)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.NEEDS_HUMAN
    assert conversation.draft is not None
    assert shop_texts(machine, kind) == []

    await machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key="k", draft_id=conversation.draft.id)
    await machine.run()

    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]
    (conversation,) = await machine.conversations()
    answer = (await machine.messages(conversation))[-1]
    assert answer.evidence is not None
    assert answer.evidence.approved_by == OLEG.user_id


@EVERY_CHANNEL
async def test_half_an_hour_without_the_vendor_loses_and_doubles_nothing(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()
    standin.faults.outage = True
    await machine.settle(30)
    assert shop_texts(machine, kind) == []

    standin.faults.outage = False
    await machine.settle(12)

    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_LLM


@HAS_CREDENTIALS
async def test_with_refused_credentials_messages_wait_until_somebody_repairs_the_inbox(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()
    if kind in (ChannelKind.GMAIL, ChannelKind.YANDEX_MARKET):
        await machine.pump()  # what only rang must be fetched before the credentials die
    elif not channel_class(kind).capabilities.pushes:
        await machine.run(1)  # so must what nobody rings for
    if not channel_class(kind).capabilities.pushes:
        await machine.desk.pull_inbox(WORKSPACE, InboxId(kind.value))
    standin.faults.reject_credentials = True
    await machine.settle(3)
    opened = await machine.desk.directory.find(kind.value)
    assert opened.inbox.health is Health.AUTH_FAILED
    assert opened.inbox.problem
    assert shop_texts(machine, kind) == []

    standin.faults.reject_credentials = False
    await machine.settle(12)

    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]
    opened = await machine.desk.directory.find(kind.value)
    assert (opened.inbox.health, opened.inbox.problem) == (Health.CONNECTED, None)
