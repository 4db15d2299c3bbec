"""The worker of personal accounts: one connection an account, whoever asks, and nothing lost when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.channels.telegram_account.worker import AccountWorker
from infra.telegram.sandbox.people import person
from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId
from shared.domain.inboxes import Health
from shared.domain.messages import Attachment
from shared.errors import ChannelUnavailable, ChannelUnclear, CredentialsRejected
from shared.store.inboxes import Inboxes
from shared.store.telegram_accounts import AccountCalls, AccountLeases
from tests.support.clock import CountingIds, ManualClock
from tests.support.files import PNG
from tests.support.machine import WORKSPACE, Machine, running_machine

KIND = ChannelKind.TELEGRAM_ACCOUNT
INBOX = InboxId(KIND.value)
ANNA = "Анна"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        await running.connect(KIND)
        yield running


class PatientClock(ManualClock):
    """The machine's time; who sleeps really lets the others work."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.002)


def another_process(machine: Machine, clock: ManualClock | None = None) -> Desk:
    """A desk over the same files, without a worker of its own."""
    ports = Ports(machine.settings)
    ports.__dict__ |= {"clock": clock or machine.clock, "ids": CountingIds("other")}
    return Desk(ports)


def worker_in(desk: Desk, machine: Machine, holder: str) -> AccountWorker:
    simulated: Any = machine.outside.standins[KIND]
    return desk.account_worker(holder, simulated=simulated.client)


@asynccontextmanager
async def at_work(worker: AccountWorker) -> AsyncIterator[None]:
    """The worker goes on beside what happens."""

    async def work() -> None:
        while True:
            await worker.round()
            await asyncio.sleep(0.001)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def outgoing(machine: Machine, text: str = "Да, есть", **changes: Any) -> Outgoing:
    told = {"message_id": "m1", "thread": str(person(ANNA)["id"]), "first_tried_at": machine.clock.now()}
    return Outgoing(**{**told, "text": text, **changes})


def shop_texts(machine: Machine) -> list[str]:
    seen = machine.outside.standins[KIND].seen_by(INBOX, ANNA)
    return [message.text for message in seen if message.sender == "shop"]


async def lease_of(machine: Machine) -> tuple[str, int]:
    (lease,) = await AccountLeases(machine.desk.ports.store).all()
    return lease.holder, lease.fencing


async def test_a_second_worker_waits_for_the_lease_of_the_first_and_takes_over_when_it_has_run_out(
    machine: Machine,
) -> None:
    other_desk = another_process(machine)
    other = worker_in(other_desk, machine, "other")
    await other.round()
    assert (await lease_of(machine))[0] == machine.settings.public_url
    with pytest.raises(ChannelUnavailable):
        await other.reach(WORKSPACE, INBOX)

    simulated: Any = machine.outside.standins[KIND]
    simulated.hang_up()  # the first one died
    machine.clock.advance(31)
    await simulated.write(INBOX, ANNA, "Кто-нибудь тут?")
    await other.round()

    assert (await lease_of(machine))[0] == "other"
    (conversation,) = await machine.conversations()
    assert conversation.preview == "Кто-нибудь тут?"
    await other.close()


async def test_who_has_lost_the_lease_hangs_up_before_telegram_notices(machine: Machine) -> None:
    line = await machine.accounts.reach(WORKSPACE, INBOX)
    machine.clock.advance(31)
    other = worker_in(another_process(machine), machine, "other")
    lease = await other.parts.leases.take(WORKSPACE, INBOX)
    assert lease is not None

    await machine.accounts.renew()

    assert not line.is_connected()
    assert await lease_of(machine) == ("other", lease.fencing)


async def test_a_lease_is_kept_as_long_as_it_is_renewed(machine: Machine) -> None:
    other = worker_in(another_process(machine), machine, "other")
    for _ in range(10):
        machine.clock.advance(11)
        await machine.accounts.renew()
        assert await other.parts.leases.take(WORKSPACE, INBOX) is None


async def test_a_worker_that_ends_saves_hangs_up_and_lets_the_account_go_at_once(machine: Machine) -> None:
    standin = machine.outside.standins[KIND]
    await standin.write(INBOX, ANNA, "Первое")
    await machine.accounts.round()
    stop = asyncio.Event()
    stop.set()
    await machine.accounts.run(stop)
    assert (await lease_of(machine))[0] == ""

    other = worker_in(another_process(machine), machine, "other")
    line = await other.reach(WORKSPACE, INBOX)

    assert line.session.get_update_state(0) is not None
    await line.send(outgoing(machine))  # with the access hash that the first one has met
    assert shop_texts(machine) == ["Да, есть"]
    await other.close()


async def test_other_processes_ask_through_the_store_and_leave_nothing_there(machine: Machine, tmp_path: Path) -> None:
    standin: Any = machine.outside.standins[KIND]
    await standin.write(INBOX, ANNA, "Есть размер 38?")
    worker = worker_in(machine.desk, machine, machine.settings.public_url)
    standin.hang_up()
    desk = another_process(machine, PatientClock(machine.clock))
    line = (await desk.directory.open(WORKSPACE, INBOX)).channel
    file = OutgoingFile(kind="file", name="scan.png", mime_type="image/png", content=PNG)
    async with at_work(worker):
        connection = await line.connect("")
        page = await line.pull('{"id": 0}')
        receipt = await line.send(outgoing(machine, "Вот счёт", files=(file,)))
        found = await line.find_sent(outgoing(machine, "Вот счёт", files=(file,)))
        history = await line.history(machine.clock.now() - timedelta(days=1), None)
        reference = f"{person(ANNA)['id']}:{receipt.source_id}"
        fetched = await line.fetch(Attachment(kind="file", reference=reference), receipt.source_id)
        await line.mark_read(str(person(ANNA)["id"]), receipt.source_id)
        diagnosis = await line.test()

    assert connection.account == str(person(INBOX)["id"])
    assert len(page.arrivals) == 1
    assert receipt == found
    assert shop_texts(machine) == ["Вот счёт"]
    assert len(history.arrivals) == 2
    assert fetched == PNG
    assert standin.is_read(INBOX, ANNA)
    assert diagnosis.problem is None
    assert await AccountCalls(machine.desk.ports.store).asked() == []
    assert not [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()]
    await worker.close()


async def test_what_the_worker_finds_wrong_is_raised_where_it_was_asked(machine: Machine) -> None:
    standin: Any = machine.outside.standins[KIND]
    await standin.write(INBOX, ANNA, "Есть?")
    worker = worker_in(machine.desk, machine, machine.settings.public_url)
    standin.hang_up()
    desk = another_process(machine, PatientClock(machine.clock))
    line = (await desk.directory.open(WORKSPACE, INBOX)).channel
    async with at_work(worker):
        await line.connect("")
        standin.faults.rate_limited = 1
        with pytest.raises(ChannelUnavailable) as wait:
            await line.send(outgoing(machine))
        standin.afflict(INBOX, "session_ended")
        with pytest.raises(CredentialsRejected) as ended:
            await line.send(outgoing(machine))

    assert wait.value.retry_after == timedelta(seconds=21)
    assert ended.value.code == "session_ended"
    await worker.close()


async def test_without_a_worker_a_message_is_surely_not_sent_and_its_call_is_withdrawn(machine: Machine) -> None:
    line = (await another_process(machine).directory.open(WORKSPACE, INBOX)).channel

    with pytest.raises(ChannelUnavailable):
        await line.send(outgoing(machine))

    assert await AccountCalls(machine.desk.ports.store).asked() == []


async def test_a_worker_that_dies_over_a_message_leaves_it_unclear(machine: Machine) -> None:
    line = (await another_process(machine).directory.open(WORKSPACE, INBOX)).channel
    calls = AccountCalls(machine.desk.ports.store)

    async def take_and_die() -> None:
        await asyncio.sleep(0)
        asked = await calls.asked()
        await calls.change(asked[0], {"state": "taken"})

    with pytest.raises(ChannelUnclear):
        await asyncio.gather(line.send(outgoing(machine)), take_and_die())


async def test_a_session_that_was_ended_while_nobody_looked_marks_the_inbox(machine: Machine) -> None:
    standin: Any = machine.outside.standins[KIND]
    machine.reboot()
    standin.afflict(INBOX, "session_ended")

    await machine.accounts.round()

    known = await Inboxes(machine.desk.platform.workspace(WORKSPACE)).get(INBOX)
    assert known is not None
    assert (known.inbox.health, known.inbox.problem) == (Health.AUTH_FAILED, "session_ended")
