"""A workspace or a contact goes for good: nothing is left of it, its neighbours and the installation go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.domain.channels import ChannelKind
from shared.domain.cockpit import GroupMessage, GroupUser
from shared.domain.conversations import Conversation
from shared.domain.events import ConversationChanged, Event, InboxPull, MessageQueued, MessageReceived, Topic
from shared.domain.ids import ContactId
from shared.domain.tasks import (
    AutoRespondTask,
    CompareTask,
    DeliverTask,
    DescribeTask,
    GroupTask,
    MirrorTask,
    RedeliverTask,
    RespondTask,
    StoreAttachmentsTask,
    Task,
)
from shared.domain.work_groups import work_group_id
from shared.errors import ChannelUnavailable
from shared.ports.document_store import Create, Set
from shared.services.erase_contact import ContactErased, EraseContact
from shared.services.erase_workspace import Erased, EraseWorkspace
from shared.store.telegram_accounts import AccountLeases
from tests.support.clock import ManualClock
from tests.support.full_workspace import (
    ACCOUNT,
    AVITO,
    BOT,
    DELIVERY,
    NEIGHBOURS,
    OFF_TOPIC,
    PHONE,
    add_neighbours,
    documents,
    fill,
)
from tests.support.machine import FAQ, WORKSPACE, Machine, Site, machine_on, running_machine
from tests.support.watching import Killed, Probe

DELETING = ("store.commit", "blobs.delete", "channel.disconnect")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path / "machine") as running:
        yield running


async def erase(machine: Machine) -> Erased:
    desk, ports = machine.desk, machine.desk.ports
    return await EraseWorkspace(ports.store, lambda: ports.blobs, desk.manage_inbox, ports.clock)(WORKSPACE, "shop")


async def erase_contact(machine: Machine, contact: ContactId) -> ContactErased:
    ports = machine.desk.ports
    work = EraseContact(ports.store, lambda: ports.blobs)
    return await work(machine.desk.platform.workspace(WORKSPACE), contact)


def files(machine: Machine) -> list[str]:
    folder = machine.settings.data_dir / "blobs"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def left(machine: Machine) -> set[str]:
    """What still stands under the workspace's id, or names it."""
    found = documents(machine.settings.data_dir)
    named = {path for path, data in found.items() if f'"{WORKSPACE}"' in data and path.split("/")[1] not in NEIGHBOURS}
    below = {path for path in found if path.split("/")[:2] == ["workspaces", WORKSPACE]}
    return named | below | {key for key in files(machine) if key.startswith(f"{WORKSPACE}/")}


async def pending(machine: Machine) -> None:
    """What lies beside the workspaces for a while, and names one."""
    now = machine.clock.now()
    for collection in ("telegram_account_logins", "telegram_account_calls", "consents"):
        fields = {"workspace_id": WORKSPACE, "expire_at": now}
        await machine.desk.ports.store.commit([Create(f"{collection}/one", fields)])
        await machine.desk.ports.store.commit([Create(f"{collection}/other", {**fields, "workspace_id": "ws10"})])
    await machine.desk.ports.blobs.put("telegram_account_calls/one/0", b"a file", content_type="image/png")
    await machine.desk.ports.blobs.put(f"{WORKSPACE}/m1/never-named", b"a file", content_type="image/png")


async def test_nothing_is_left_of_a_workspace_and_its_neighbours_stay_as_they_were(machine: Machine) -> None:
    await fill(machine)
    await pending(machine)
    await add_neighbours(machine)
    found, kept = documents(machine.settings.data_dir), files(machine)
    neighbours = {path: data for path, data in found.items() if path.split("/")[1] in NEIGHBOURS}

    report = await erase(machine)

    assert left(machine) == set()
    after = documents(machine.settings.data_dir)
    assert {path: after.get(path) for path in neighbours} == neighbours
    assert [key for key in kept if key.split("/")[0] in NEIGHBOURS] == files(machine)
    assert {f"{name}/other" for name in ("telegram_account_logins", "telegram_account_calls", "consents")} < set(after)
    assert {"users/oleg", "routes/email:oleg@shop.example"} < set(after), "users belong to the platform"
    assert report.lonely_users == 1
    counts = report.deletions.counts
    assert {"messages", "conversations", "contacts", "leads", "topics", "files", "members"} < set(counts)
    assert counts["messages"] == sum("/messages/" in path and path.split("/")[1] == WORKSPACE for path in found)


async def test_vendors_are_told_and_one_that_is_down_is_named(machine: Machine) -> None:
    telegram = await machine.connect(BOT)
    await machine.connect(ACCOUNT)
    simulated: Any = machine.outside.standins[ACCOUNT]
    simulated.faults.outage = True

    report = await erase(machine)
    machine.requests.clear()
    await telegram.write(BOT.value, "Вера", DELIVERY)
    await machine.run()

    assert not any(path.startswith("/hooks/") for path in machine.requests), "Telegram still calls us"
    assert report.disconnected == [BOT.value]
    assert report.not_disconnected == {ACCOUNT.value: ChannelUnavailable.code}
    assert left(machine) == set()
    assert (await erase(machine)).deletions.counts.total() == 0, "erasing again finds nothing"


async def test_an_inbox_whose_keys_are_lost_does_not_keep_a_workspace_from_going(machine: Machine) -> None:
    await machine.connect(AVITO)
    (machine.settings.data_dir / "secrets/encryption-keys").write_text("")
    machine.reboot()

    report = await erase(machine)

    assert list(report.not_disconnected) == [AVITO.value]
    assert left(machine) == set()


@pytest.mark.timeout(240)
async def test_an_erasure_that_is_killed_anywhere_is_finished_by_the_next_one(tmp_path: Path) -> None:
    async with Site().listening() as site:
        async with machine_on(site, tmp_path / "full") as machine:
            await fill(machine)
            await pending(machine)
        undisturbed = Probe()
        async with copied(site, tmp_path / "full", tmp_path / "undisturbed", undisturbed) as machine:
            await erase(machine)
            assert left(machine) == set()
        points = [number for number, call in enumerate(undisturbed.calls) if call in DELETING]
        assert len(points) > 20
        for number in points:
            async with copied(site, tmp_path / "full", tmp_path / "killed", Probe(at=number, when="after")) as machine:
                with pytest.raises(Killed):
                    await erase(machine)
                machine.reboot(Probe())
                await erase(machine)
                assert left(machine) == set(), f"killed after {undisturbed.calls[number]} ({number})"


def copied(site: Site, full: Path, folder: Path, probe: Probe) -> Any:
    """A machine on a copy of a folder, under observation."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(full, folder)
    opened = machine_on(site, folder)

    class Opened:
        async def __aenter__(self) -> Machine:
            machine = await opened.__aenter__()
            machine.reboot(probe)
            return machine

        async def __aexit__(self, *error: Any) -> None:
            await opened.__aexit__(*error)

    return Opened()


async def test_what_comes_while_a_workspace_is_erased_goes_with_it(machine: Machine) -> None:
    full = await fill(machine)
    conversation = await full.conversation(BOT)
    stored = await machine.desk.ports.store.get(f"workspaces/{WORKSPACE}/conversations/{conversation.id}")
    assert stored is not None

    class Late(ManualClock):
        """Somebody's call that was under way stores what it had."""

        async def sleep(self, seconds: float) -> None:
            path = f"workspaces/{WORKSPACE}/conversations/late"
            await machine.desk.ports.store.commit([Set(path, stored.data), Set(f"{path}/messages/m", {"text": "late"})])

    ports = machine.desk.ports
    await EraseWorkspace(ports.store, lambda: ports.blobs, machine.desk.manage_inbox, Late())(WORKSPACE, "shop")

    assert left(machine) == set()


def events(conversation: Conversation) -> list[tuple[Topic, Event]]:
    ids = {"workspace_id": WORKSPACE, "conversation_id": conversation.id}
    message = next(iter(conversation.window))
    received = MessageReceived(
        **ids, inbox_id=conversation.inbox_id, message_id=message, received_at=conversation.created_at
    )
    return [
        (Topic.MESSAGE_RECEIVED, received),
        (Topic.MESSAGE_QUEUED, MessageQueued(**ids)),
        (Topic.CONVERSATION_CHANGED, ConversationChanged(**ids)),
        (Topic.INBOX_PULL, InboxPull(workspace_id=WORKSPACE, inbox_id=conversation.inbox_id)),
    ]


def tasks(conversation: Conversation, received: Any) -> list[Task]:
    ids: dict[str, Any] = {"workspace_id": WORKSPACE, "conversation_id": conversation.id}
    channel, inbox = conversation.channel, conversation.inbox_id
    said = GroupMessage(
        chat="-100", source_id="1", author=GroupUser(source_id="7"), text="Привет", at=conversation.created_at
    )
    return [
        RespondTask(event=received),
        DeliverTask(**ids, channel=channel),
        StoreAttachmentsTask(**ids, channel=channel, message_id=received.message_id),
        DescribeTask(**ids, channel=channel),
        RedeliverTask(channel=channel, inbox_id=inbox, body="{}", shown=""),
        AutoRespondTask(**ids),
        GroupTask(workspace_id=WORKSPACE, inbox_id=inbox, message=said),
        MirrorTask(workspace_id=WORKSPACE, work_group_id=work_group_id(WORKSPACE)),
        CompareTask(workspace_id=WORKSPACE, inbox_id=inbox, channel=channel),
    ]


async def worked(machine: Machine) -> list[tuple[str, int]]:
    """Work all that is due once; which target answered what."""
    answers = []
    while rows := machine.queue.due(machine.clock.now(), 50):
        for row in rows:
            answers.append((row.target, await machine._post(row.target, row.body)))
            machine.queue.finish(row, machine.clock.now())
    return answers


@pytest.mark.parametrize("is_rebooted", [False, True], ids=["warm", "cold"])
@pytest.mark.parametrize("channel", [BOT, AVITO])
async def test_events_and_tasks_that_still_point_to_an_erased_workspace_end_quietly(
    machine: Machine, channel: ChannelKind, is_rebooted: bool
) -> None:
    full = await fill(machine)
    conversation = await full.conversation(channel)
    await erase(machine)
    if is_rebooted:
        machine.reboot()

    pointing = events(conversation)
    for topic, event in pointing:
        await machine.desk.ports.bus.publish(topic, event)
    for number, task in enumerate(tasks(conversation, pointing[0][1])):
        await machine.desk.ports.tasks.enqueue(task, run_at=machine.clock.now(), name=f"late-{number}")
    answers = await worked(machine)

    assert len(answers) >= 4 + 9
    assert [(target, status) for target, status in answers if status not in (200, 204)] == []
    assert left(machine) == set(), "nothing comes back"


async def test_the_schedules_of_a_running_installation_do_not_stumble_over_what_was_erased(machine: Machine) -> None:
    full = await fill(machine)
    await machine.outside.standins[AVITO].write(AVITO.value, "Пётр", OFF_TOPIC)
    assert await full.conversation(AVITO)
    await erase(machine)

    ticks = ("sweep", "schedule_pulls", "compare_inboxes", "gmail_watch")
    for _ in range(3):
        assert {name: await machine._post(name, b"") for name in ticks} == dict.fromkeys(ticks, 204)
        assert [(target, status) for target, status in await worked(machine) if status not in (200, 204)] == []
        await machine.accounts.round()
        machine.clock.advance(61)

    assert left(machine) == set()
    assert await AccountLeases(machine.desk.ports.store).all() == []


async def test_another_workspace_is_answered_while_one_is_erased(machine: Machine) -> None:
    await fill(machine)
    await erase(machine)
    standin = await machine.connect(BOT)

    await standin.write(BOT.value, "Вера", DELIVERY)
    await machine.run(10)

    assert [m.text for m in standin.seen_by(BOT.value, "Вера") if m.sender == "shop"][-1] == FAQ[DELIVERY]


async def test_a_contact_goes_with_all_that_is_known_of_it_and_the_others_stay(machine: Machine) -> None:
    full = await fill(machine)
    gone, other = await full.conversation(ChannelKind.WEB_CHAT), await full.conversation(AVITO)
    before = documents(machine.settings.data_dir)
    (path,) = [path for path in before if path.endswith(f"/topics/{gone.id}")]

    report = await erase_contact(machine, gone.contact_id)

    after = documents(machine.settings.data_dir)
    lost = set(before) - set(after)
    assert set(after) <= set(before)
    assert not any(gone.id in path or gone.contact_id in path for path in after)
    assert not any(gone.id in data or PHONE in data for path, data in after.items() if "/work_groups/" not in path)
    theirs = (gone.id, gone.contact_id)
    assert all(any(id in path + before[path] for id in theirs) for path in lost), "only what is theirs"
    assert any(f"/{other.id}/messages/" in path for path in after)
    assert report.deletions.counts["leads"] == report.deletions.counts["contacts"] == 1
    assert report.deletions.counts["files"] == 1
    assert report.topics == [json.loads(before[path])["topic"]]
    assert sum(path.startswith(f"{WORKSPACE}/") for path in files(machine)) == 2


async def test_an_erasure_of_a_contact_that_is_killed_anywhere_is_finished_by_the_next_one(tmp_path: Path) -> None:
    async with Site().listening() as site:
        async with machine_on(site, tmp_path / "full") as machine:
            conversation = await (await fill(machine)).conversation(BOT)
        undisturbed = Probe()
        async with copied(site, tmp_path / "full", tmp_path / "undisturbed", undisturbed) as machine:
            await erase_contact(machine, conversation.contact_id)
            whole = set(documents(machine.settings.data_dir)), files(machine)
        points = [number for number, call in enumerate(undisturbed.calls) if call in DELETING]
        assert len(points) > 4
        for number in points:
            async with copied(site, tmp_path / "full", tmp_path / "killed", Probe(at=number, when="after")) as machine:
                with pytest.raises(Killed):
                    await erase_contact(machine, conversation.contact_id)
                machine.reboot(Probe())
                await erase_contact(machine, conversation.contact_id)
                assert (set(documents(machine.settings.data_dir)), files(machine)) == whole


async def test_a_message_that_comes_while_its_contact_is_erased_leaves_no_orphan(machine: Machine) -> None:
    conversation = await (await fill(machine)).conversation(BOT)
    path = f"workspaces/{WORKSPACE}/conversations/{conversation.id}"
    ports = machine.desk.ports
    stored = await ports.store.get(path)
    assert stored is not None
    probe = Probe()
    machine.reboot(probe)
    real = ports.store

    class Busy:
        """A store that takes in another message of the customer right before the conversation is deleted, once."""

        def __init__(self) -> None:
            self.is_done = False

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        async def commit(self, writes: Any) -> Any:
            if not self.is_done and any(write.path == path for write in writes):
                self.is_done = True
                late = [Set(path, {**stored.data, "unread": 9}), Set(f"{path}/messages/late", {"text": "late"})]
                await real.commit(late)
            return await real.commit(writes)

    busy: Any = Busy()
    store = type(machine.desk.platform)(busy).workspace(WORKSPACE)
    await EraseContact(busy, lambda: ports.blobs)(store, conversation.contact_id)

    assert busy.is_done
    assert not any(conversation.id in found for found in documents(machine.settings.data_dir))
