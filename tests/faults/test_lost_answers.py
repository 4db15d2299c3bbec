"""The vendor took our message and its answer was lost: nothing is sent twice, nothing is dropped silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.channels.registry import REGISTRY
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Status
from shared.domain.messages import Delivery
from tests.support.machine import FAQ, running_machine

DELIVERY = "Сколько стоит доставка?"


@pytest.mark.parametrize("kind", list(REGISTRY))
async def test_a_lost_answer_to_a_send(tmp_path: Path, kind: ChannelKind) -> None:
    async with running_machine(tmp_path) as machine:
        standin = await machine.connect(kind)
        await standin.write(kind.value, "Пётр", DELIVERY)
        await machine.run(2)
        opened = await machine.desk.directory.find(kind.value)
        standin.faults.lose_answers = 1
        standin.faults.lose_pushes = True  # else Avito's and Gmail's echo tells us anyway

        await machine.settle()

        seen = [message.text for message in standin.seen_by(kind.value, "Пётр")]
        assert seen == [DELIVERY, FAQ[DELIVERY]]
        (conversation,) = await machine.conversations()
        reply = (await machine.messages(conversation))[-1]
        if opened.channel.capabilities.history_readable:
            assert reply.delivery is Delivery.SENT
            assert reply.source_id
            assert conversation.status is Status.ANSWERED_BY_LLM
        else:
            assert reply.delivery is Delivery.UNCONFIRMED
            assert conversation.status is Status.NEEDS_HUMAN
            assert conversation.handoff is not None
            assert conversation.handoff.reason == "unconfirmed"
