"""The connector doctor: each problem of its table is recognised by `test` and by `connect`, in plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.schemas.inboxes import DiagnosisOut, InboxOut
from infra.channels.registry import REGISTRY, remedies_of
from infra.channels.remedies import WEBHOOK_MISSING
from infra.sandbox.standin import ByHand, Standin
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId
from shared.domain.inboxes import Health, Inbox
from shared.domain.texts import TEXTS
from shared.store.inboxes import Inboxes
from tests.support.machine import WORKSPACE, Machine, running_machine

EVERY_CHANNEL = pytest.mark.parametrize("kind", list(REGISTRY))
TABLE = [(kind, problem) for kind in REGISTRY for problem in remedies_of(kind)]
EVERY_PROBLEM = pytest.mark.parametrize(("kind", "problem"), TABLE, ids=lambda value: str(value))


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


async def inbox_of(machine: Machine, kind: ChannelKind) -> Inbox:
    known = await Inboxes(machine.desk.platform.workspace(WORKSPACE)).get(InboxId(kind.value))
    assert known is not None
    return known.inbox


@EVERY_CHANNEL
async def test_an_inbox_that_works_has_no_problem(machine: Machine, kind: ChannelKind) -> None:
    await machine.connect(kind)

    diagnosis = await machine.desk.manage_inbox.test(await inbox_of(machine, kind))

    assert diagnosis.problem is None


@EVERY_PROBLEM
async def test_a_test_of_the_inbox_names_the_problem(machine: Machine, kind: ChannelKind, problem: str) -> None:
    standin = await machine.connect(kind)

    await afflict(machine, standin, kind, problem)
    diagnosis = await machine.desk.manage_inbox.test(await inbox_of(machine, kind))

    assert diagnosis.problem == problem
    assert (await inbox_of(machine, kind)).health in (Health.AUTH_FAILED, Health.ATTENTION)


@EVERY_PROBLEM
async def test_connecting_names_the_problem_unless_it_mends_it(
    machine: Machine, kind: ChannelKind, problem: str
) -> None:
    standin = await machine.connect(kind)

    await afflict(machine, standin, kind, problem)
    inbox = await machine.desk.connect_inbox.register(await inbox_of(machine, kind))

    if inbox.problem is None:  # connecting has told the vendor our address, or it is the owner who must
        assert (await machine.desk.manage_inbox.test(inbox)).problem in (None, WEBHOOK_MISSING)
    else:
        assert inbox.problem == problem
        assert inbox.health in (Health.AUTH_FAILED, Health.ATTENTION)


@EVERY_PROBLEM
async def test_owners_are_told_what_to_do_at_this_very_vendor(
    machine: Machine, kind: ChannelKind, problem: str
) -> None:
    remedy = remedies_of(kind)[problem]
    inbox = (await machine_inbox(machine, kind)).model_copy(update={"problem": problem})

    shown = InboxOut.of(inbox, "ru")

    assert shown.advice == remedy.ru
    assert InboxOut.of(inbox, "en").advice == remedy.en
    assert problem in TEXTS
    assert any("а" <= letter <= "я" for letter in remedy.ru.lower())
    assert not any("а" <= letter <= "я" for letter in remedy.en.replace("«", "").lower() if "»" not in remedy.en)
    assert DiagnosisOut.of(kind, await machine.desk.manage_inbox.test(inbox), "ru").advice is None


async def afflict(machine: Machine, standin: Standin, kind: ChannelKind, problem: str) -> None:
    standin.afflict(kind.value, problem)
    if problem == WEBHOOK_MISSING and isinstance(standin, ByHand):
        # An inbox whose address was never pasted: nobody has called it.
        await machine.desk.change_inbox(await inbox_of(machine, kind), {"called_at": None})


async def machine_inbox(machine: Machine, kind: ChannelKind) -> Inbox:
    await machine.connect(kind)
    return await inbox_of(machine, kind)
