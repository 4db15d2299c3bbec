"""What stands in a customer's topic, and what becomes of the topic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.sandbox.standin import CustomerFile
from shared.commands.commands import AddNote, Close, SetLabels
from shared.commands.effects import Actor
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Status
from shared.domain.ids import InboxId, UserId
from shared.domain.people import Member, Role
from shared.store.members import Members
from tests.support.machine import FAQ, WORKSPACE, Machine, running_machine
from tests.support.work_group import BOT, Stage, open_stage

AVITO = ChannelKind.AVITO
DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
ANNA = Actor(UserId("anna"), "Анна Петровна")
PHOTO = CustomerFile("image", "photo.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(40))


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


@pytest.fixture
async def stage(machine: Machine) -> Stage:
    await machine.connect(BOT)
    return await open_stage(machine)


async def asks(
    stage: Stage, text: str = DELIVERY, customer: str = "Пётр", files: tuple[CustomerFile, ...] = ()
) -> None:
    await stage.telegram.write(BOT.value, customer, text, files)
    await stage.machine.run(10)


async def test_a_call_for_people_says_why(stage: Stage) -> None:
    await asks(stage, OFF_TOPIC)

    assert stage.topic("Пётр").name.startswith("🆘 Telegram · Пётр")
    assert stage.texts("Пётр")[1].startswith("ℹ️ Ассистент попросил человека\n")


async def test_quick_messages_are_one_post(stage: Stage) -> None:
    for text in ("Здравствуйте", "Есть размер 42?", "И синий?"):
        await stage.telegram.write(BOT.value, "Пётр", text)
    await stage.machine.run(10)

    assert stage.texts("Пётр")[0] == "👤 Пётр\nЗдравствуйте\n\nЕсть размер 42?\n\nИ синий?"


async def test_a_photo_comes_with_its_words(stage: Stage) -> None:
    await asks(stage, "Вот такой брак", files=(PHOTO,))

    posts = stage.posts("Пётр")
    assert any("Вот такой брак" in post.text for post in posts)
    assert [file for post in posts for file in post.files] == ["photo"]


async def test_a_file_that_never_comes_is_named(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    await avito.write(AVITO.value, "Пётр", "", (PHOTO,))
    await machine.outside.pusher.drained()
    avito.faults.outage = True

    await machine.settle(1)
    assert stage.texts("")[1:] == ["👤 Клиент\n[файл загружается]"]

    await machine.settle(20)
    assert stage.texts("")[1:] == ["👤 Клиент\n[файл загружается]", "👤 Клиент\n[фото]"]


async def test_a_colleagues_answer_from_the_dashboard_bears_their_name(stage: Stage) -> None:
    await asks(stage, OFF_TOPIC)
    conversation = await stage.conversation("Пётр")

    await stage.machine.desk.send_message(WORKSPACE, conversation.id, ANNA, key="1", text="Канберра")
    await stage.machine.run(10)

    assert stage.texts("Пётр")[-1] == "💬 Анна Петровна\nКанберра"


async def test_notes_and_closing_from_the_dashboard_stand_in_the_topic(stage: Stage) -> None:
    await asks(stage)
    conversation = await stage.conversation("Пётр")

    await stage.machine.desk.execute(WORKSPACE, conversation.id, AddNote(text="Постоянный клиент"), ANNA)
    await stage.machine.desk.execute(WORKSPACE, conversation.id, SetLabels(labels=("vip",)), ANNA)
    await stage.machine.desk.execute(WORKSPACE, conversation.id, Close(), ANNA)
    await stage.machine.run(10)

    topic = stage.topic("Пётр")
    assert stage.texts("Пётр")[2] == "📝 Заметка · Анна Петровна\nПостоянный клиент\n\nℹ️ Диалог закрыт\nАнна Петровна"
    assert topic.is_closed
    assert topic.name.startswith("⚪")
    assert "Метки: vip" in topic.posts[0].text
    assert [button.data for row in topic.posts[0].buttons for button in row] == ["take:", "reopen:"]


async def test_a_customer_who_writes_again_opens_the_topic(stage: Stage) -> None:
    await asks(stage)
    conversation = await stage.conversation("Пётр")
    await stage.machine.desk.execute(WORKSPACE, conversation.id, Close(), ANNA)
    await stage.machine.run(10)

    await asks(stage, "How long does delivery take?")

    assert not stage.topic("Пётр").is_closed
    assert stage.texts("Пётр")[-1] == f"🤖 Ассистент\n{FAQ['How long does delivery take?']}"


async def test_a_refused_message_is_shown_with_its_reason(stage: Stage) -> None:
    await asks(stage, OFF_TOPIC)
    await stage.telegram.block(BOT.value, "Пётр")

    await stage.writes("Канберра", "Пётр")
    await stage.machine.run(10)

    assert "⚠️ Не доставлено: Клиенту нельзя написать\nКанберра" in stage.texts("Пётр")[-1]
    assert stage.topic("Пётр").name.startswith("🆘")


async def test_an_edit_of_the_customers_is_shown(stage: Stage) -> None:
    id = await stage.telegram.write(BOT.value, "Пётр", OFF_TOPIC)
    await stage.machine.run(10)

    await stage.telegram.edit(BOT.value, "Пётр", id, "Какая столица у Новой Зеландии?")
    await stage.machine.run(10)

    assert stage.texts("Пётр")[-1] == "✏️ Исправлено · Пётр\nКакая столица у Новой Зеландии?"


async def test_a_long_letter_is_cut_and_goes_along_whole(stage: Stage) -> None:
    await asks(stage, "Очень длинный вопрос. " * 186)
    await asks(stage, "Коротко", "Анна")

    (post, *_) = stage.posts("Пётр")
    assert post.text.startswith("👤 Пётр\nОчень длинный")
    assert post.files == ("message.txt",)
    assert stage.texts("Анна")[0] == "👤 Анна\nКоротко"


async def test_a_draft_is_posted_with_its_buttons_and_settled_later(machine: Machine) -> None:
    await machine.connect(BOT, mode=Mode.DRAFT)
    stage = await open_stage(machine)
    await asks(stage)

    draft = stage.posts("Пётр")[-1]
    assert draft.text == f"📝 Черновик ответа\n{FAQ[DELIVERY]}"
    assert [button.label for row in draft.buttons for button in row] == ["✅ Отправить", "✏️ Изменить", "🗑 Отклонить"]

    assert await stage.presses("Пётр", "Отправить") == "Отправляем клиенту"
    await machine.run(10)

    assert [message.text for message in stage.telegram.seen_by(BOT.value, "Пётр")] == [DELIVERY, FAQ[DELIVERY]]
    settled = next(post for post in stage.posts("Пётр") if post.id == draft.id)
    assert (settled.text, settled.buttons) == ("📝 Черновик больше не нужен", ())
    assert stage.texts("Пётр")[-1] == f"💬 Олег\n{FAQ[DELIVERY]}"


async def test_a_deleted_topic_comes_back_with_its_card_and_a_short_history(stage: Stage) -> None:
    await asks(stage)
    await stage.telegram.staff_deletes_topic(BOT.value, stage.chat, stage.topic("Пётр").id)

    await asks(stage, "How long does delivery take?")

    topic = stage.topic("Пётр")
    assert topic.pinned == (topic.posts[0].id,)
    assert stage.texts("Пётр") == [
        f"🕘 Раньше в этом диалоге\n← {DELIVERY}\n→ {FAQ[DELIVERY]}",
        "👤 Пётр\nHow long does delivery take?",
        f"🤖 Ассистент\n{FAQ['How long does delivery take?']}",
    ]


async def test_a_deleted_topic_of_which_nothing_is_owed_stays_deleted(stage: Stage) -> None:
    await asks(stage)
    await stage.telegram.staff_deletes_topic(BOT.value, stage.chat, stage.topic("Пётр").id)

    await stage.machine.settle(3)

    assert stage.view().topics == ()


async def test_a_topic_closed_by_hand_closes_the_conversation(stage: Stage) -> None:
    await asks(stage, OFF_TOPIC)
    topic = stage.topic("Пётр").id

    await stage.telegram.staff_closes_topic(BOT.value, stage.chat, topic)
    await stage.machine.run(10)
    assert (await stage.conversation("Пётр")).status is Status.CLOSED
    assert stage.topic("Пётр").name.startswith("⚪")

    await stage.telegram.staff_reopens_topic(BOT.value, stage.chat, topic)
    await stage.machine.run(10)
    assert (await stage.conversation("Пётр")).status is Status.NEEDS_HUMAN
    assert not stage.topic("Пётр").is_closed


async def test_conversations_from_before_begin_with_their_history(machine: Machine) -> None:
    await machine.connect(BOT)
    standin = machine.outside.standins[BOT]
    await standin.write(BOT.value, "Пётр", DELIVERY)
    await machine.run(10)
    stage = await open_stage(machine)
    assert stage.view().topics == ()

    await asks(stage, "How long does delivery take?")

    assert stage.texts("Пётр")[:2] == [
        f"🕘 Раньше в этом диалоге\n← {DELIVERY}\n→ {FAQ[DELIVERY]}",
        "👤 Пётр\nHow long does delivery take?",
    ]


async def test_an_inbox_that_is_switched_off_is_not_mirrored(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    await machine.desk.groups.bind.switch(WORKSPACE, InboxId(AVITO.value), is_mirrored=False)

    await avito.write(AVITO.value, "Пётр", DELIVERY)
    await asks(stage, customer="Анна")

    assert [topic.name.partition(" · ")[2] for topic in stage.view().topics] == ["Анна"]


async def test_where_topics_are_switched_off_nothing_is_put_before_everybody(stage: Stage) -> None:
    await asks(stage)
    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=False)

    await asks(stage, OFF_TOPIC)
    await stage.machine.settle(3)

    assert stage.view().general == ()
    assert (await stage.group()).problem == "not_a_forum"

    await stage.telegram.switch_topics(BOT.value, stage.chat, is_forum=True)
    await stage.machine.settle(65)

    assert (await stage.group()).problem is None
    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1


async def test_a_bot_that_was_thrown_out_goes_on_when_it_is_let_in_again(stage: Stage) -> None:
    await asks(stage)
    await stage.telegram.throw_out(BOT.value, stage.chat)
    await stage.machine.run(5)
    assert (await stage.group()).problem == "group_gone"

    await asks(stage, OFF_TOPIC)
    await stage.telegram.change_rights(BOT.value, stage.chat, ["can_manage_topics", "can_pin_messages"])
    await stage.machine.settle(3)

    group = await stage.group()
    assert (group.problem, group.missing_rights) == ("group_rights_missing", ("can_delete_messages",))
    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1


async def test_telegrams_wish_to_wait_is_obeyed(stage: Stage) -> None:
    await asks(stage)
    stage.telegram.faults.rate_limited = 1

    await asks(stage, OFF_TOPIC)
    await stage.machine.settle(3)

    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1
    assert (await stage.group()).failures == 0


async def test_an_outage_of_half_an_hour_loses_nothing(machine: Machine) -> None:
    avito = await machine.connect(AVITO)
    stage = await open_stage(machine)
    stage.telegram.faults.outage = True
    await avito.write(AVITO.value, "Пётр", OFF_TOPIC)
    await machine.settle(30)

    stage.telegram.faults.outage = False
    await machine.settle(12)

    assert sum(OFF_TOPIC in text for text in stage.texts("Пётр")) == 1


async def test_the_owners_name_stands_on_the_card(stage: Stage) -> None:
    store = stage.machine.desk.platform.workspace(WORKSPACE)
    member = Member(user_id=ANNA.user_id, role=Role.MANAGER, name=ANNA.name, joined_at=stage.machine.clock.now())
    await store.commit([Members(store).creation(member)])
    await asks(stage, OFF_TOPIC)
    conversation = await stage.conversation("Пётр")

    await stage.machine.desk.send_message(WORKSPACE, conversation.id, ANNA, key="1", text="Канберра")
    await stage.machine.run(10)

    assert "Ведёт: Анна Петровна" in stage.topic("Пётр").posts[0].text
