"""What people do in a work group: answers, asides, commands, buttons, files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.people import person
from shared.commands.spoken import Verb
from shared.domain.assistants import Mode
from shared.domain.cockpit import GroupMessage, GroupTopicChange, GroupUser
from shared.domain.conversations import NOBODY, Status
from shared.domain.ids import UserId
from shared.domain.messages import Author
from shared.domain.people import Member, Role, User
from shared.store.members import Members
from shared.store.users import Users
from tests.support.machine import FAQ, WORKSPACE, Machine, running_machine
from tests.support.work_group import BOT, Stage, machine_inboxes, open_stage

DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
PHOTO = CustomerFile("image", "photo.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(40))


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


@pytest.fixture
async def stage(machine: Machine) -> Stage:
    """Peter has asked what the assistant cannot answer."""
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", OFF_TOPIC)
    await machine.run(10)
    return stage


@pytest.fixture
async def with_draft(machine: Machine) -> Stage:
    """Peter has asked, and a draft waits."""
    await machine.connect(BOT, mode=Mode.DRAFT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", DELIVERY)
    await machine.run(10)
    return stage


def heard(stage: Stage, customer: str = "Пётр") -> list[str]:
    """What the shop has said to the customer."""
    return [seen.text for seen in stage.telegram.seen_by(BOT.value, customer) if seen.sender == "shop"]


async def linked(stage: Stage, role: Role) -> UserId:
    """Oleg of Telegram is a member of the workspace."""
    platform = stage.machine.desk.platform
    now, id = stage.machine.clock.now(), UserId("oleg")
    user = User(id=id, email="oleg@shop.example", telegram_id=str(person("Олег")["id"]), created_at=now)
    member = Member(user_id=id, role=role, name="Олег Сергеевич", joined_at=now)
    writes = Users(stage.machine.desk.ports.store).creation(user)
    await platform.commit([*writes, Members(platform.workspace(WORKSPACE)).creation(member)])
    return id


async def test_asides_service_messages_and_unknown_commands_are_never_relayed(stage: Stage) -> None:
    await stage.writes("// кто возьмёт?", "Пётр")
    await stage.writes("//тоже", "Пётр")
    await stage.writes("/vzyat", "Пётр")
    await stage.telegram.staff_closes_topic(BOT.value, stage.chat, stage.topic("Пётр").id)
    await stage.machine.run(5)

    assert heard(stage) == []
    assert "Такой команды нет, клиент её не увидел. Список: /help" in stage.texts("Пётр")


async def test_a_quoted_message_tells_in_general_whom_an_answer_is_for(stage: Stage) -> None:
    await stage.telegram.write(BOT.value, "Анна", "Когда вы работаете по выходным и праздникам?")
    await stage.machine.run(10)
    quoted = stage.posts("Анна")[0].id

    await stage.telegram.staff_writes(BOT.value, stage.chat, "Олег", "С десяти", reply_to=quoted)
    await stage.machine.run(10)

    assert (heard(stage, "Анна"), heard(stage)) == (["С десяти"], [])
    assert stage.texts("Анна")[-1] == "💬 Олег\nС десяти"


async def test_without_a_quote_the_bot_asks_whom_it_is_for(stage: Stage) -> None:
    await stage.writes("Добрый день!", "")

    assert heard(stage) == []
    assert "Кому это ответ?" in stage.view().general[-1].text


async def test_somebody_without_an_account_acts_in_their_telegram_name(stage: Stage) -> None:
    await stage.writes("/take", "Пётр")

    conversation = await stage.conversation("Пётр")
    assert conversation.owner == f"telegram:{person('Олег')['id']}"
    assert "Ведёт: Олег" in stage.topic("Пётр").posts[0].text


async def test_a_linked_member_acts_in_their_own_name(stage: Stage) -> None:
    oleg = await linked(stage, Role.MANAGER)

    await stage.writes("Канберра", "Пётр")

    conversation = await stage.conversation("Пётр")
    (answer,) = [one for one in await stage.machine.messages(conversation) if one.author is Author.MEMBER]
    assert (conversation.owner, answer.author_id, answer.author_name) == (oleg, oleg, "Олег Сергеевич")


async def test_a_viewer_may_neither_write_nor_press(stage: Stage) -> None:
    await linked(stage, Role.VIEWER)

    await stage.writes("Канберра", "Пётр")
    told = await stage.presses("Пётр", "Взять")

    assert heard(stage) == []
    assert told == "У вас есть право только читать: клиент этого не увидел"
    assert stage.texts("Пётр")[-1] == told
    assert (await stage.conversation("Пётр")).owner == NOBODY


async def test_an_anonymous_administrator_is_heard(stage: Stage) -> None:
    await stage.writes("Канберра", "Пётр", name="")

    assert heard(stage) == ["Канберра"]
    assert (await stage.conversation("Пётр")).owner == "telegram:anonymous"


async def test_a_message_that_comes_twice_goes_out_once(stage: Stage) -> None:
    stage.telegram.faults.double_pushes = True

    await stage.writes("Канберра", "Пётр")
    await stage.writes("/note Любит пингвинов", "Пётр")

    assert heard(stage) == ["Канберра"]
    assert sum("Любит пингвинов" in text for text in stage.texts("Пётр")) == 2, "as written, and as a note"


async def test_a_photo_of_the_staffs_goes_to_the_customer_with_its_words(stage: Stage) -> None:
    await stage.writes("Вот карта", "Пётр", files=(PHOTO,))
    await stage.machine.run(10)

    seen = [one for one in stage.telegram.seen_by(BOT.value, "Пётр") if one.sender == "shop"]
    assert [file for one in seen for file in one.files] == ["photo"]
    assert "Вот карта" in "".join(one.text for one in seen)
    assert not any(text.startswith("💬") for text in stage.texts("Пётр"))


async def test_an_answer_that_may_not_go_out_is_refused_with_the_reason(stage: Stage) -> None:
    inbox = await stage.machine.desk.directory.inbox(WORKSPACE, (await stage.conversation("Пётр")).inbox_id)
    await stage.machine.desk.change_inbox(inbox, {"allows_replies": False})

    await stage.writes("Канберра", "Пётр")

    assert heard(stage) == []
    assert stage.texts("Пётр")[-1] == "Не отправлено: В этом канале ответы выключены"


async def test_correcting_a_sent_message_is_answered_with_what_that_means(stage: Stage) -> None:
    id = await stage.writes("Канбера", "Пётр")

    await stage.telegram.staff_edits(BOT.value, stage.chat, id, "Канберра")
    await stage.machine.run(5)

    assert heard(stage) == ["Канбера"]
    assert stage.texts("Пётр")[-1].startswith("Клиент уже получил прежний текст")


async def test_rewording_a_draft_can_be_called_off(with_draft: Stage) -> None:
    stage = with_draft
    assert await stage.presses("Пётр", "Изменить") == "Готово"
    assert "пришлите исправленный ответ" in stage.texts("Пётр")[-1]

    assert await stage.presses("Пётр", "Отмена") == "Исправление отменено"
    await stage.writes("/cancel", "Пётр")

    assert stage.texts("Пётр")[-1] == "Вы ничего не исправляете"
    assert (await stage.conversation("Пётр")).draft is not None


async def test_only_who_asked_for_it_rewords_the_draft(with_draft: Stage) -> None:
    stage = with_draft
    await stage.presses("Пётр", "Изменить", name="Олег")

    await stage.writes("Доставим за 300", "Пётр", name="Олег")

    conversation = await stage.conversation("Пётр")
    (answer,) = [one for one in await stage.machine.messages(conversation) if one.author is Author.MEMBER]
    assert heard(stage) == ["Доставим за 300"]
    assert answer.evidence is not None
    assert conversation.draft is None


async def test_pressing_twice_sends_once(with_draft: Stage) -> None:
    stage = with_draft
    draft = stage.posts("Пётр")[-1]
    data = draft.buttons[0][0].data
    for name in ("Олег", "Олег", "Анна"):
        await stage.telegram.staff_presses(BOT.value, stage.chat, name, draft.id, data)
    await stage.machine.run(10)

    assert heard(stage) == [FAQ[DELIVERY]]
    assert sorted(stage.view().answers) == ["Отправляем клиенту", "Отправляем клиенту", "Черновик уже другой"]


async def test_every_command_answers_or_shows(stage: Stage) -> None:
    (bot,) = await machine_inboxes(stage.machine)
    shown = {
        Verb.NOTE: ("/note Перезвонить", "📝 Заметка · Олег\nПерезвонить"),
        Verb.LABEL: ("/метки vip, опт", "Готово"),
        Verb.ASSIGN: ("/assign me", "ℹ️ Назначен ответственный\nОлег"),
        Verb.READ: ("/read", "Готово"),
        Verb.DRAFT: ("/draft", "Черновика нет"),
        Verb.APPROVE: ("/approve", "Черновика нет"),
        Verb.EDIT: ("/edit", "Черновика нет"),
        Verb.DISCARD: ("/discard", "Черновика нет"),
        Verb.REGENERATE: ("/regenerate", "Не получилось: Диалог ведут люди"),
        Verb.CANCEL: ("/cancel", "Вы ничего не исправляете"),
        Verb.STATUS: ("/status", "Статус: нужен человек"),
        Verb.HELP: (f"/help{bot.account}", "/take взять диалог"),
        Verb.ID: ("/id", f"Группа: {stage.chat}."),
        Verb.TAKE: ("/взять", "ℹ️ Диалог взял на себя человек\nОлег"),
        Verb.GIVE: ("/отдать", "ℹ️ Диалог возвращён ассистенту\nОлег"),
        Verb.CLOSE: ("/закрыть", "ℹ️ Диалог закрыт\nОлег"),
        Verb.REOPEN: ("/открыть", "ℹ️ Диалог открыт снова\nОлег"),
    }
    assert {*Verb} - shown.keys() == {Verb.CARD}
    for verb, (typed, answer) in shown.items():
        await stage.writes(typed, "Пётр")
        await stage.machine.run(30)
        assert any(answer in text for text in stage.texts("Пётр")), verb
    conversation = await stage.conversation("Пётр")
    assert conversation.labels == ("vip", "опт")
    assert conversation.status is Status.NEEDS_HUMAN
    assert heard(stage) == []

    await stage.writes("/card", "Пётр")
    await stage.machine.run(30)
    assert len(stage.topic("Пётр").pinned) == 2


async def test_a_command_without_its_text_says_what_it_needs(stage: Stage) -> None:
    await stage.writes("/note", "Пётр")
    await stage.writes("/assign Зинаида", "Пётр")

    told = stage.texts("Пётр")[2:]
    assert [text.partition(",")[0].partition(".")[0] for text in told] == [
        "/note",
        "После команды нужен текст",
        "/assign Зинаида",
        "Нет такого сотрудника",
    ]


async def test_what_is_said_in_another_group_is_nobodys_business(stage: Stage) -> None:
    other = await stage.telegram.open_group(BOT.value, "Чужая группа")
    await stage.telegram.staff_writes(BOT.value, other, "Олег", "Всем привет")
    await stage.machine.run(5)

    assert stage.telegram.group_view(BOT.value, other).general[0].text == "Всем привет"
    assert len(stage.telegram.group_view(BOT.value, other).general) == 1
    assert [one.contact_name for one in await stage.machine.conversations()] == ["Пётр"]


async def test_people_in_a_topic_of_their_own_are_told_once_that_nobody_hears_them(stage: Stage) -> None:
    forum = await stage.machine.desk.ports.forums.open(await stage.group())
    topic = await forum.create_topic("Курилка")
    for text in ("Кто сегодня?", "Я"):
        await stage.telegram.staff_writes(BOT.value, stage.chat, "Олег", text, topic=topic)
        await stage.machine.run(5)

    assert stage.texts("Курилка") == ["Кто сегодня?", "Эта тема не связана ни с одним диалогом", "Я"]
    assert heard(stage) == []


async def test_a_late_closing_does_not_bury_what_the_customer_has_written_since(stage: Stage) -> None:
    topic, closed_at = stage.topic("Пётр").id, stage.machine.clock.now()
    stage.machine.clock.advance(5)
    await stage.telegram.write(BOT.value, "Пётр", "И ещё вопрос про кенгуру и коал")
    await stage.machine.run(10)
    opened = await stage.machine.desk.directory.find(BOT.value)
    oleg = GroupUser(source_id="1", name="Олег")
    late = GroupTopicChange(chat=stage.chat, topic=topic, is_closed=True, author=oleg, at=closed_at)
    forum = await stage.machine.desk.ports.forums.open(await stage.group())
    await forum.close_topic(topic)

    await stage.machine.desk.ingest(opened.inbox, late)
    await stage.machine.run(10)

    assert (await stage.conversation("Пётр")).status is Status.NEEDS_HUMAN
    assert not stage.topic("Пётр").is_closed


async def test_what_no_channel_can_carry_is_not_put_into_words(stage: Stage) -> None:
    opened = await stage.machine.desk.directory.find(BOT.value)
    poll = GroupMessage(
        chat=stage.chat,
        source_id="900001",
        topic=stage.topic("Пётр").id,
        author=GroupUser(source_id="1", name="Олег"),
        text="[unsupported content: poll]",
        at=stage.machine.clock.now(),
    )

    await stage.machine.desk.ingest(opened.inbox, poll)
    await stage.machine.run(5)

    assert heard(stage) == []
    assert stage.texts("Пётр")[-1] == "Бот не умеет передавать такое: клиент этого не увидел"
