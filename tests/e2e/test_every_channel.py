"""What every channel must do, over its stand-in, on both stores: a new channel is tested by being registered.

Beside this stand the suites of the same kind: `test_a_question_is_answered` (answer, hand-off, a person's answer,
outage, refused credentials), `test_completeness`, `faults/` and `contract/channels/test_doctor`.
"""

from __future__ import annotations

import pytest

from infra.channels.registry import REGISTRY, channel_class, sandbox_class
from infra.sandbox.standin import CustomerFile
from shared.domain.channels import ChannelKind
from shared.domain.conversations import ASSISTANT, Status
from shared.domain.ids import InboxId
from shared.domain.inboxes import Health
from shared.domain.messages import AttachmentKind, Delivery, Direction
from shared.store.inboxes import Inboxes
from tests.support.files import A_FILE_OF
from tests.support.machine import FAQ, WORKSPACE, Machine

DELIVERY, HOW_LONG = FAQ
EVERY_CHANNEL = pytest.mark.parametrize("kind", list(REGISTRY))
FILES = [(kind, file) for kind in REGISTRY for file in sorted(sandbox_class(kind).sendable)]  # type: ignore[attr-defined]
WITH_APP = [kind for kind in REGISTRY if sandbox_class(kind).has_vendor_app]  # type: ignore[attr-defined]
PUSHED = [kind for kind in REGISTRY if channel_class(kind).capabilities.pushes]


def shop_texts(machine: Machine, kind: ChannelKind, customer: str = "Пётр") -> list[str]:
    seen = machine.outside.standins[kind].seen_by(kind.value, customer)
    return [message.text for message in seen if message.sender == "shop"]


async def incoming(machine: Machine) -> list[str]:
    """What customers wrote, as it is stored, in the order of the history."""
    lines = []
    for conversation in await machine.conversations():
        messages = await machine.messages(conversation)
        lines += [message.text for message in messages if message.direction is Direction.INCOMING]
    return lines


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda value: str(value))
async def test_a_customers_file_of_each_kind_is_kept(machine: Machine, kind: ChannelKind, file: AttachmentKind) -> None:
    standin = await machine.connect(kind)
    sent: CustomerFile = A_FILE_OF[file]

    await standin.write(kind.value, "Пётр", "", [sent])
    await machine.settle(3)

    (conversation,) = await machine.conversations()
    stored = [attachment for message in await machine.messages(conversation) for attachment in message.attachments]
    assert [attachment.kind for attachment in stored] == [file]
    assert await machine.desk.ports.blobs.get(stored[0].blob) == sent.data
    assert conversation.preview


@pytest.mark.parametrize("kind", PUSHED)
async def test_deliveries_that_come_twice_and_backwards_are_stored_once_and_answered_once(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)
    texts = ["Здравствуйте", "Я тут впервые", DELIVERY]
    standin.faults.double_pushes = True

    machine.outside.pusher.hold()
    for text in texts:
        await standin.write(kind.value, "Пётр", text)
        machine.clock.advance(1)
    await machine.outside.pusher.release_backwards()
    await machine.settle(3)

    assert await incoming(machine) == texts
    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]


@EVERY_CHANNEL
async def test_work_that_is_done_twice_sends_nothing_twice(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)

    await standin.write(kind.value, "Пётр", DELIVERY)
    for _ in range(3):
        await machine.desk.pull_inbox(WORKSPACE, InboxId(kind.value))
        await machine.settle(1)

    assert await incoming(machine) == [DELIVERY]
    assert shop_texts(machine, kind) == [FAQ[DELIVERY]]


@pytest.mark.parametrize("kind", WITH_APP)
async def test_an_answer_typed_at_the_vendor_counts_and_silences_the_assistant(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", "Есть ли скидка для постоянных?")
    await machine.settle(2)

    await standin.answer_in_vendor_app(kind.value, "Пётр", "Для вас бесплатно")
    await machine.settle(6)

    assert shop_texts(machine, kind) == ["Для вас бесплатно"]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_HUMAN
    assert conversation.owner != ASSISTANT
    assert conversation.handoff is None
    history = await machine.messages(conversation)
    assert [message.delivery for message in history if message.direction is Direction.OUTGOING] == [Delivery.SENT]


@EVERY_CHANNEL
async def test_new_credentials_bring_the_inbox_back_with_all_that_waited(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.settle(2)

    renewed = standin.renew_credentials(kind.value)
    await standin.write(kind.value, "Пётр", HOW_LONG)
    await machine.settle(3)
    store = Inboxes(machine.desk.platform.workspace(WORKSPACE))
    known = await store.get(InboxId(kind.value))
    assert known is not None
    inbox = await machine.desk.connect_inbox.replace_credentials(known.inbox, renewed)
    assert (inbox.health, inbox.problem) == (Health.CONNECTED, None)
    await machine.settle(40)

    assert await incoming(machine) == [DELIVERY, HOW_LONG]
    assert shop_texts(machine, kind) == [FAQ[DELIVERY], FAQ[HOW_LONG]]
    (conversation,) = await machine.conversations()
    assert conversation.status is Status.ANSWERED_BY_LLM


@EVERY_CHANNEL
async def test_two_customers_have_a_conversation_each(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)

    await standin.write(kind.value, "Пётр", DELIVERY)
    await standin.write(kind.value, "Мария", HOW_LONG)
    await machine.settle(3)

    assert len(await machine.conversations()) == 2
    assert shop_texts(machine, kind, "Пётр") == [FAQ[DELIVERY]]
    assert shop_texts(machine, kind, "Мария") == [FAQ[HOW_LONG]]
