"""The main job on real input: a customer writes on each channel, an answer arrives, a person takes over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.domain.channels import ChannelKind
from shared.domain.conversations import Status
from tests.conftest import open_store
from tests.support.machine import FAQ, Machine, running_machine

DELIVERY = "Сколько стоит доставка?"


@pytest.fixture
async def machine(store_kind: str, tmp_path: Path) -> AsyncIterator[Machine]:
    store = open_store(store_kind, tmp_path)
    async with running_machine(tmp_path, lambda: store) as running:
        yield running
    await store.close()


@pytest.mark.parametrize("kind", list(ChannelKind))
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
