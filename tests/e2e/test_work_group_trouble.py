"""A work group in trouble: what goes wrong in Telegram, at the vendors, and between two workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.people import person
from shared.domain.arrivals import Echo, Edited
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Status
from shared.domain.ids import InboxId, UserId
from shared.domain.inboxes import Health
from shared.domain.people import Member, Role, User
from shared.services.bind_group import GroupChoice
from shared.store.members import Members
from shared.store.users import Users
from tests.support.machine import WORKSPACE, Machine, running_machine
from tests.support.work_group import BOT, Stage, machine_inboxes, open_stage

AVITO = ChannelKind.AVITO
DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
PHOTO = CustomerFile("image", "photo.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(40))


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


@pytest.fixture
async def stage(machine: Machine) -> Stage:
    """Peter has asked the bot what the assistant cannot answer."""
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await asks(stage, OFF_TOPIC)
    return stage


async def asks(stage: Stage, text: str = DELIVERY, customer: str = "Пётр") -> None:
    await stage.telegram.write(BOT.value, customer, text)
    await stage.machine.run(10)


def heard(stage: Stage, customer: str = "Пётр") -> list[str]:
    return [seen.text for seen in stage.telegram.seen_by(BOT.value, customer) if seen.sender == "shop"]


async def become_viewer(stage: Stage) -> None:
    """Oleg of Telegram may only read."""
    platform = stage.machine.desk.platform
    now, id = stage.machine.clock.now(), UserId("oleg")
    user = User(id=id, email="oleg@shop.example", telegram_id=str(person("Олег")["id"]), created_at=now)
    member = Member(user_id=id, role=Role.VIEWER, name="Олег", joined_at=now)
    writes = Users(stage.machine.desk.ports.store).creation(user)
    await platform.commit([*writes, Members(platform.workspace(WORKSPACE)).creation(member)])


async def test_where_topics_are_off_the_staffs_words_open_no_conversation(stage: Stage) -> None:
    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=False)

    await stage.telegram.staff_writes(BOT.value, stage.chat, "Олег", DELIVERY)
    await stage.machine.run(10)

    assert [one.contact_name for one in await stage.machine.conversations()] == ["Пётр"]
    assert [post.text for post in stage.view().general] == [DELIVERY], "the assistant answers customers"
    assert (await stage.group()).problem == "not_a_forum"

    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=True)
    await asks(stage, DELIVERY)
    assert (await stage.group()).problem is None


async def test_another_account_that_reads_along_in_the_group_makes_no_customers_of_the_staff(stage: Stage) -> None:
    (inbox,) = await machine_inboxes(stage.machine)
    other = inbox.model_copy(update={"id": InboxId("own-account")})
    words = Echo(source_id="1", thread=stage.chat, text="Кто возьмёт?", at=stage.machine.clock.now(), is_group=True)

    assert not await stage.machine.desk.ingest(other, words)

    assert len(await stage.machine.conversations()) == 1
    assert (await stage.group()).examined_at is not None


async def test_a_group_that_customers_talk_in_is_a_conversation(stage: Stage) -> None:
    other = await stage.telegram.open_group(BOT.value, "Жильцы", is_forum=False)

    await stage.telegram.staff_writes(BOT.value, other, "Вера", DELIVERY)
    await stage.machine.run(10)

    assert len(await stage.machine.conversations()) == 2


async def test_the_binding_follows_a_group_that_becomes_a_supergroup(machine: Machine) -> None:
    await machine.connect(BOT)
    standin = machine.outside.standins[BOT]
    old = await standin.open_group(BOT.value, "Смена", is_forum=False)  # type: ignore[attr-defined]
    await machine.run(2)
    bind = machine.desk.groups.bind
    assert (await bind.bind(WORKSPACE, GroupChoice(old, InboxId(BOT.value), "ru"))).problem == "not_a_forum"

    new = await standin.upgrade_group(BOT.value, old)  # type: ignore[attr-defined]
    stage = Stage(machine, new)
    await machine.run(3)

    group = await bind.get(WORKSPACE)
    assert (group.chat, group.problem) == (new, None)
    assert [one.chat for one in await bind.candidates(WORKSPACE)] == [new]
    await asks(stage, OFF_TOPIC)
    await stage.writes("Канберра", "Пётр")
    assert heard(stage) == ["Канберра"]


async def test_what_waited_for_a_repair_is_shown_when_the_owner_looks(stage: Stage) -> None:
    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=False)
    await asks(stage, DELIVERY)
    assert (await stage.group()).problem == "not_a_forum"
    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=True)

    assert (await stage.machine.desk.groups.bind.test(WORKSPACE)).problem is None
    await stage.machine.run(3)

    assert sum(DELIVERY in text for text in stage.texts("Пётр")) == 1


async def test_a_bot_whose_token_was_renewed_goes_on_by_itself(stage: Stage) -> None:
    stage.telegram.afflict(BOT.value, "credentials_rejected")
    avito = await stage.machine.connect(AVITO)
    await stage.machine.desk.groups.bind.switch(WORKSPACE, InboxId(AVITO.value), is_mirrored=True)
    await avito.write(AVITO.value, "Анна", OFF_TOPIC)
    await stage.machine.settle(2)
    assert (await stage.group()).problem == "credentials_rejected"

    inbox = await stage.machine.desk.directory.inbox(WORKSPACE, InboxId(BOT.value))
    renewed = stage.telegram.renew_credentials(BOT.value)
    sealed = await stage.machine.desk.inbox_secrets.sealed_credentials(inbox.id, renewed)
    await stage.machine.desk.change_inbox(inbox, {"credentials": sealed})
    await stage.machine.settle(12)

    assert (await stage.group()).problem is None
    assert any(OFF_TOPIC in text for text in stage.texts("Анна"))


async def test_an_inbox_that_is_switched_on_again_shows_who_waits(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    bind = machine.desk.groups.bind
    await avito.write(AVITO.value, "Пётр", DELIVERY)
    await machine.run(10)
    await bind.switch(WORKSPACE, InboxId(AVITO.value), is_mirrored=False)
    await avito.write(AVITO.value, "Пётр", OFF_TOPIC)
    await machine.settle(4)
    assert not any(OFF_TOPIC in text for text in stage.texts("Пётр"))

    await bind.switch(WORKSPACE, InboxId(AVITO.value), is_mirrored=True)
    await machine.run(5)

    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1
    assert sum(DELIVERY in text for text in stage.texts("Пётр")) == 1
    assert stage.topic("Пётр").name.startswith("🆘")


async def test_a_new_group_begins_with_those_who_wait(machine: Machine) -> None:
    await machine.connect(BOT)
    standin = machine.outside.standins[BOT]
    await standin.write(BOT.value, "Пётр", OFF_TOPIC)
    await standin.write(BOT.value, "Анна", DELIVERY)
    await machine.run(10)
    machine.clock.advance(3600)

    stage = await open_stage(machine)
    await machine.run(5)

    assert [topic.name for topic in stage.view().topics] == ["🆘 Telegram · Пётр"]
    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1


async def test_an_answer_that_waits_for_the_repair_of_its_inbox_says_so_once(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    await avito.write(AVITO.value, "Пётр", OFF_TOPIC)
    await machine.run(10)
    avito.afflict(AVITO.value, "credentials_rejected")

    await stage.writes("Канберра", "Пётр")
    await machine.settle(12)

    told = [text for text in stage.texts("Пётр") if text.startswith("⚠️")]
    assert len(told) == 1
    assert told[0].endswith("\nКанберра")

    inbox = await machine.desk.directory.inbox(WORKSPACE, InboxId(AVITO.value))
    renewed = avito.renew_credentials(AVITO.value)
    sealed = await machine.desk.inbox_secrets.sealed_credentials(inbox.id, renewed)
    await machine.desk.change_inbox(inbox, {"credentials": sealed})
    await machine.settle(6)

    assert [seen.text for seen in avito.seen_by(AVITO.value, "Пётр")] == [OFF_TOPIC, "Канберра"]
    assert stage.texts("Пётр")[-1] == "✅ Доставлено\nКанберра"


async def test_what_is_edited_in_the_vendors_app_is_no_failure(stage: Stage) -> None:
    (inbox,) = await machine_inboxes(stage.machine)
    thread, now = (await stage.conversation("Пётр")).source_id, stage.machine.clock.now()
    ingest = stage.machine.desk.ingest
    await ingest(inbox, Echo(source_id="own1", thread=thread, text="Канбера", at=now))
    await stage.machine.run(3)

    await ingest(inbox, Edited(source_id="own1", thread=thread, text="Канберра", at=now))
    await stage.machine.run(3)

    assert stage.texts("Пётр")[-1] == "✏️ Исправлено · 💬 Сотрудник\nКанберра"


async def test_while_the_bots_own_inbox_is_paused_the_group_goes_on(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    await avito.write(AVITO.value, "Пётр", OFF_TOPIC)
    await machine.run(10)
    inbox = await machine.desk.directory.inbox(WORKSPACE, InboxId(BOT.value))
    await machine.desk.change_inbox(inbox, {"health": Health.PAUSED})

    await stage.writes("Канберра", "Пётр")
    await stage.telegram.write(BOT.value, "Анна", DELIVERY)
    await machine.run(3)

    assert [seen.text for seen in avito.seen_by(AVITO.value, "Пётр")] == [OFF_TOPIC, "Канберра"]
    assert [one.contact_name for one in await machine.conversations()] == ["Пётр"]


async def test_an_answer_to_a_closed_conversation_opens_it(stage: Stage) -> None:
    await stage.writes("/close", "Пётр")
    await stage.machine.run(5)
    assert stage.topic("Пётр").is_closed

    await stage.writes("Канберра", "Пётр")
    await stage.machine.run(5)

    assert heard(stage) == ["Канберра"]
    assert (await stage.conversation("Пётр")).status is Status.ANSWERED_BY_HUMAN
    assert not stage.topic("Пётр").is_closed


async def test_commands_for_other_bots_are_none_of_ours(stage: Stage) -> None:
    posts = len(stage.posts("Пётр"))

    await stage.writes("/close@other_bot", "Пётр")
    await stage.writes("/weather@other_bot Канберра", "Пётр")

    assert (await stage.conversation("Пётр")).status is Status.NEEDS_HUMAN
    assert heard(stage) == []
    assert len(stage.posts("Пётр")) == posts + 2, "what was typed, and no word of ours"


async def test_commands_for_this_bot_are_ours(stage: Stage) -> None:
    inbox = await stage.machine.desk.directory.inbox(WORKSPACE, InboxId(BOT.value))

    await stage.writes(f"/close{inbox.account.upper()}", "Пётр")
    await stage.machine.run(5)

    assert (await stage.conversation("Пётр")).status is Status.CLOSED


async def test_an_edit_that_changes_no_words_is_no_correction(stage: Stage) -> None:
    id = await stage.writes("Вот карта", "Пётр", files=(PHOTO,))
    await stage.machine.run(10)
    before = stage.texts("Пётр")

    await stage.telegram.staff_edits(BOT.value, stage.chat, id, "Вот карта")
    await stage.machine.run(5)

    assert stage.texts("Пётр") == before


async def test_each_correction_is_answered(stage: Stage) -> None:
    id = await stage.writes("Канбера", "Пётр")
    for text in ("Канберра", "Канберра!"):
        await stage.telegram.staff_edits(BOT.value, stage.chat, id, text)
        await stage.machine.run(5)

    assert sum(text.startswith("Клиент уже получил") for text in stage.texts("Пётр")) == 2


async def test_a_viewer_neither_approves_a_draft_nor_closes_a_topic(machine: Machine) -> None:
    await machine.connect(BOT, mode=Mode.DRAFT)
    stage = await open_stage(machine)
    await asks(stage)
    await become_viewer(stage)

    assert (await stage.presses("Пётр", "Отправить")).startswith("У вас есть право только читать")
    await stage.telegram.staff_closes_topic(BOT.value, stage.chat, stage.topic("Пётр").id)
    await machine.run(5)

    assert heard(stage) == []
    assert (await stage.conversation("Пётр")).status is not Status.CLOSED
    assert not stage.topic("Пётр").is_closed


async def test_a_bot_that_may_not_pin_keeps_nobody_waiting(stage: Stage) -> None:
    await stage.telegram.change_rights(BOT.value, stage.chat, ["can_manage_topics"])
    await asks(stage, DELIVERY, "Анна")

    await asks(stage, OFF_TOPIC, "Анна")

    assert any(OFF_TOPIC in text for text in stage.texts(""))
    assert (await stage.group()).due_at is None


async def test_a_card_that_people_have_deleted_keeps_nobody_waiting(stage: Stage) -> None:
    forum = await stage.machine.desk.ports.forums.open(await stage.group())
    await forum.delete([stage.topic("Пётр").posts[0].id])
    await stage.writes("/take", "Пётр")
    await stage.machine.run(5)
    assert stage.topic("Пётр").pinned == (stage.topic("Пётр").posts[-1].id,)

    await asks(stage, DELIVERY)

    assert sum(DELIVERY in text for text in stage.texts("Пётр")) == 1


@pytest.mark.parametrize("name", ["Ж" * 300, "👩‍👩‍👧" * 60, "‮ нос\nвтора\x7fя\tстрока", "﷽" * 130])
async def test_odd_and_long_names_cost_no_message(machine: Machine, name: str) -> None:
    await machine.connect(BOT)
    stage = await open_stage(machine)

    await stage.telegram.write(BOT.value, name, OFF_TOPIC + "🐧" * 1990)
    await machine.run(10)

    (topic,) = stage.view().topics
    assert len(topic.name) <= 128
    assert "\n" not in topic.name
    assert sum(OFF_TOPIC in post.text for post in topic.posts) == 1
    assert (await stage.group()).due_at is None
