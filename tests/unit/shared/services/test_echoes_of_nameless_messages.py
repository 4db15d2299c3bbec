"""Vendors that give no id for what we send show it to us later: it is ours, not a person's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.domain.channels import ChannelKind
from shared.domain.conversations import NOBODY, Conversation, Status
from shared.domain.messages import Author, Delivery
from tests.support.machine import FAQ
from tests.support.watching import Killed, Probe
from tests.unit.shared.services.office import DELIVERY, Office, office


class DiesAfterSending(Probe):
    """Dies when the channel has answered."""

    def left(self, number: int) -> None:
        if self.calls[number] == "channel.send":
            raise Killed("channel.send")


@pytest.fixture
async def unsure(tmp_path: Path) -> AsyncIterator[Office]:
    """A reply left, the process ended before it was booked, and Telegram cannot be asked."""
    async with office(tmp_path, ChannelKind.TELEGRAM_BOT) as opened:
        await opened.asks()
        await opened.responds()
        opened.machine.reboot(DiesAfterSending())
        with pytest.raises(Killed):
            await opened.delivers()
        opened.machine.reboot(Probe())
        opened.machine.clock.advance(61)
        await opened.delivers()
        assert (await opened.conversation()).status is Status.NEEDS_HUMAN
        yield opened


async def heard(office: Office, text: str) -> Conversation:
    thread = (await office.conversation()).source_id
    await office.hears(office.echo(text, source_id="seen1", thread=thread))
    return await office.conversation()


async def test_its_echo_confirms_it(unsure: Office) -> None:
    conversation = await heard(unsure, f"  {FAQ[DELIVERY]}\n")

    reply = (await unsure.messages())[-1]
    assert (reply.author, reply.delivery, reply.source_id) == (Author.ASSISTANT, Delivery.SENT, "seen1")
    assert reply.problem is None
    assert (conversation.status, conversation.handoff) == (Status.ANSWERED_BY_LLM, None)


async def test_the_same_echo_again_changes_nothing(unsure: Office) -> None:
    before = await heard(unsure, FAQ[DELIVERY])

    assert await heard(unsure, FAQ[DELIVERY]) == before
    assert len(await unsure.messages()) == 2


async def test_other_words_are_a_persons_answer(unsure: Office) -> None:
    conversation = await heard(unsure, "Для вас бесплатно")

    assert conversation.owner == NOBODY
    assert (await unsure.messages())[-1].author is Author.MEMBER


async def test_the_same_words_much_later_are_a_persons_answer(unsure: Office) -> None:
    unsure.machine.clock.advance(16 * 60)

    await heard(unsure, FAQ[DELIVERY])

    assert [message.author for message in await unsure.messages()][-2:] == [Author.ASSISTANT, Author.MEMBER]
