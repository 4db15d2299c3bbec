"""Kill the process at every port call on the way of a message, before it and after it, and look what the customer
got once redelivery and sweep have run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from infra.channels.registry import REGISTRY, channel_class
from shared.domain.channels import ChannelKind
from shared.domain.messages import Delivery
from tests.support.machine import FAQ, Machine, Site, machine_on
from tests.support.watching import Probe

DELIVERY = "Сколько стоит доставка?"
SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")


async def asked(machine: Machine, kind: ChannelKind, probe: Probe) -> None:
    """One customer's question, until all that it set off is done."""
    await machine.connect(kind)
    machine.reboot(probe)
    await machine.outside.standins[kind].write(kind.value, "Пётр", DELIVERY)
    await machine.run()


async def assert_answered_once(machine: Machine, kind: ChannelKind, where: str) -> None:
    standin = machine.outside.standins[kind]
    replies = [message.text for message in standin.seen_by(kind.value, "Пётр") if message.sender == "shop"]
    (conversation,) = await machine.conversations()
    messages = await machine.messages(conversation)
    assert [message.text for message in messages].count(DELIVERY) == 1, where
    assert conversation.outbox == {}, where
    unconfirmed = [message for message in messages if message.delivery is Delivery.UNCONFIRMED]
    if unconfirmed:
        can_ask = channel_class(kind).capabilities.history_readable
        assert not can_ask, f"{where}: this vendor's history could have been asked"
        assert len(unconfirmed) == 1, where
        assert len(replies) <= 1, where
    else:
        assert replies == [FAQ[DELIVERY]], where


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", list(REGISTRY))
async def test_a_crash_at_any_port_call_leaves_one_reply(
    tmp_path: Path, kind: ChannelKind, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Site().listening() as site:
        undisturbed = Probe()
        async with machine_on(site, tmp_path / "undisturbed") as machine:
            await asked(machine, kind, undisturbed)
            calls = list(undisturbed.calls)
            await assert_answered_once(machine, kind, "undisturbed")

        for number, side in (points := [(number, side) for number in range(len(calls)) for side in SIDES]):
            probe = Probe(at=number, when=side)
            async with machine_on(site, tmp_path / f"{number}-{side}") as machine:
                await asked(machine, kind, probe)
                assert probe.has_fired
                await machine.settle()
                await assert_answered_once(machine, kind, f"killed {side} {calls[number]} (call {number})")
    with capsys.disabled():
        print(f"\n{kind.value}: killed at {len(points)} points, before and after each of {len(calls)} port calls")
