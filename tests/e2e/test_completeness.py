"""After lost webhooks, dead credentials, killed workers and a month without us, we hold what the vendor holds."""

from __future__ import annotations

from typing import Any

import pytest

from infra.channels.registry import REGISTRY, channel_class
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId
from shared.domain.messages import Direction
from shared.services.schedule_comparisons import SPREAD
from tests.support.machine import FAQ, WORKSPACE, Machine
from tests.support.watching import Probe

DELIVERY, HOW_LONG = FAQ
LISTABLE = [kind for kind in REGISTRY if channel_class(kind).capabilities.history_listable]
EVERY_LISTABLE = pytest.mark.parametrize("kind", LISTABLE)
MONTH = 30 * 24 * 60 * 60


async def missing(machine: Machine, kind: ChannelKind, *, repair: bool = True) -> tuple[int, int]:
    found = await machine.desk.compare_inbox.at_once(WORKSPACE, InboxId(kind.value), repair=repair)
    assert found.problem is None
    return found.missing, found.repaired


async def stored(machine: Machine) -> list[tuple[Direction, str]]:
    """Both sides' words of every conversation."""
    lines = []
    for conversation in await machine.conversations():
        lines += [(message.direction, message.text) for message in await machine.messages(conversation)]
    return sorted(line for line in lines if line[0] is not Direction.ACTIVITY)


def read_elsewhere(standin: Any, kind: ChannelKind, ids: list[str]) -> None:
    """Somebody opens the letters in a mail program of their own."""
    if kind is ChannelKind.IMAP:
        shelf = standin.shelf(kind.value)
        for letter in shelf.letters("INBOX"):
            shelf.flag(letter, ["\\Seen"])
    elif kind is ChannelKind.GMAIL:
        for id in ids:
            standin.archive(kind.value, id)


@EVERY_LISTABLE
async def test_after_chaos_the_difference_is_none(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Анна", DELIVERY)
    await machine.run()
    machine.reboot(Probe(at=3))
    await standin.write(kind.value, "Глеб", "Пока это принимают, процесс умирает")
    await machine.run(2)
    standin.faults.lose_pushes = True
    unseen = [
        await standin.write(kind.value, "Борис", "Первое, о чём никто не сказал"),
        await standin.write(kind.value, "Вера", HOW_LONG),
    ]
    read_elsewhere(standin, kind, unseen)
    if standin.has_vendor_app:
        await standin.answer_in_vendor_app(kind.value, "Вера", "Отвечаю из приложения")
    standin.faults.reject_credentials = True
    await machine.settle(1)
    machine.reboot(Probe())
    machine.clock.advance(MONTH)
    standin.faults.reject_credentials = standin.faults.lose_pushes = False
    await standin.write(kind.value, "Анна", "А ещё вопрос")

    await missing(machine, kind)

    assert await missing(machine, kind) == (0, 0)
    await machine.settle(8)
    assert await missing(machine, kind) == (0, 0)
    for customer in ("Анна", "Борис", "Вера", "Глеб"):
        for seen in standin.seen_by(kind.value, customer):
            direction = Direction.INCOMING if seen.sender == "customer" else Direction.OUTGOING
            assert [line for line in await stored(machine) if line[0] is direction].count((direction, seen.text)) == 1


@EVERY_LISTABLE
async def test_looking_only_names_what_is_missing_and_stores_nothing(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Анна", DELIVERY)
    await machine.run()
    standin.faults.lose_pushes = True
    await standin.write(kind.value, "Борис", HOW_LONG)
    before = await stored(machine)

    assert await missing(machine, kind, repair=False) == (1, 0)

    assert await stored(machine) == before
    assert await missing(machine, kind) == (1, 1)


@EVERY_LISTABLE
async def test_the_daily_job_fetches_what_is_missing_and_keeps_the_result(machine: Machine, kind: ChannelKind) -> None:
    standin = await machine.connect(kind)
    standin.faults.lose_pushes = True
    await standin.write(kind.value, "Борис", HOW_LONG)

    assert await machine.desk.schedule_comparisons() == 1
    assert await machine.desk.schedule_comparisons() == 1
    machine.clock.advance(SPREAD.total_seconds())
    await machine.run()

    seen = standin.seen_by(kind.value, "Борис")
    assert [message.text for message in seen if message.sender == "shop"] == [FAQ[HOW_LONG]]


@EVERY_LISTABLE
async def test_what_was_said_before_the_account_was_connected_opens_no_turn(
    machine: Machine, kind: ChannelKind
) -> None:
    standin = machine.outside.standins[kind]
    machine.outside.present(kind, kind.value, kind.value)
    await standin.write(kind.value, "Борис", HOW_LONG)
    machine.clock.advance(60 * 60)
    await machine.connect(kind)
    before = await stored(machine)

    await missing(machine, kind)

    assert await stored(machine) == before
