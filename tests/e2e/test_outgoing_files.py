"""A member sends a file on each channel that takes one: the customer sees it once, whatever breaks on the way."""

from __future__ import annotations

import pytest

from infra.channels.registry import REGISTRY, channel_class
from shared.commands.effects import Actor
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import InboxId, UserId
from shared.domain.messages import Author, Delivery, Message
from shared.services.stage_file import NewFile
from shared.store.inboxes import Inboxes
from tests.support.files import PNG
from tests.support.machine import WORKSPACE, Machine

OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
OLEG = Actor(UserId("oleg"), "Олег")
AVITO = ChannelKind.AVITO
TAKE_FILES = [kind for kind in REGISTRY if channel_class(kind).capabilities.files is not None]


async def asked(machine: Machine, kind: ChannelKind) -> Conversation:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.settle(2)
    (conversation,) = await machine.conversations()
    return conversation


async def send(machine: Machine, conversation: Conversation, text: str = "", content: bytes = PNG) -> Message:
    file = NewFile("photo.png", "image/png", content)
    upload = await machine.desk.stage_file(WORKSPACE, conversation.id, file)
    return await machine.desk.send_message(
        WORKSPACE, conversation.id, OLEG, key="k", text=text, attachments=[upload.attachment]
    )


def seen_files(machine: Machine, kind: ChannelKind) -> int:
    seen = machine.outside.standins[kind].seen_by(kind.value, "Пётр")
    return sum(len(message.files) for message in seen if message.sender == "shop")


async def by_members(machine: Machine) -> list[Message]:
    (conversation,) = await machine.conversations()
    return [message for message in await machine.messages(conversation) if message.author is Author.MEMBER]


@pytest.mark.parametrize("kind", TAKE_FILES)
async def test_a_file_with_a_text_reaches_the_customer_once(machine: Machine, kind: ChannelKind) -> None:
    conversation = await asked(machine, kind)

    await send(machine, conversation, "Вот фото")
    await machine.settle(6)

    assert seen_files(machine, kind) == 1
    shown = machine.outside.standins[kind].seen_by(kind.value, "Пётр")
    assert [message.text for message in shown if message.sender == "shop" and message.text] == ["Вот фото"]
    sent = await by_members(machine)
    assert len(sent) == (1 if channel_class(kind).capabilities.html else 2)
    assert {message.delivery for message in sent} == {Delivery.SENT}
    (conversation,) = await machine.conversations()
    assert (conversation.status, conversation.outbox) == (Status.ANSWERED_BY_HUMAN, {})


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_an_image_whose_answers_are_lost_is_shown_once(machine: Machine, lost: int) -> None:
    conversation = await asked(machine, AVITO)
    await send(machine, conversation)

    machine.outside.standins[AVITO].faults.lose_answers = lost
    machine.outside.standins[AVITO].faults.lose_pushes = True
    await machine.settle(8)

    assert seen_files(machine, AVITO) == 1
    assert [message.delivery for message in await by_members(machine)] == [Delivery.SENT]


async def test_a_file_that_is_gone_fails_and_people_are_told(machine: Machine) -> None:
    conversation = await asked(machine, AVITO)
    message = await send(machine, conversation)

    await machine.desk.ports.blobs.delete(message.attachments[0].blob)
    await machine.settle(3)

    (failed,) = await by_members(machine)
    assert (failed.delivery, failed.problem) == (Delivery.FAILED, "file_gone")
    assert (await machine.conversations())[0].status is Status.NEEDS_HUMAN


async def test_words_queued_before_replies_were_switched_off_fail_with_that_reason(machine: Machine) -> None:
    conversation = await asked(machine, AVITO)
    await send(machine, conversation, "Вот фото")

    inboxes = Inboxes(machine.desk.platform.workspace(WORKSPACE))
    await machine.desk.platform.commit([inboxes.change(InboxId(AVITO.value), {"allows_replies": False})])
    machine.clock.advance(5)
    await machine.settle(3)

    assert seen_files(machine, AVITO) == 0
    assert {(message.delivery, message.problem) for message in await by_members(machine)} == {
        (Delivery.FAILED, "replies_not_allowed")
    }
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.NEEDS_HUMAN
    assert conversation.outbox == {}
