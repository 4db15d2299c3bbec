"""A customer in a work group: what the staff sees there. On each document store."""

from __future__ import annotations

from shared.commands.commands import AddNote
from shared.commands.effects import Actor
from shared.domain.channels import ChannelKind
from shared.domain.ids import UserId
from tests.support.machine import FAQ, WORKSPACE, Machine
from tests.support.work_group import BOT, open_stage

AVITO = ChannelKind.AVITO
ANNA = Actor(UserId("anna"), "Анна")
DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"


async def test_a_conversation_gets_a_topic_with_its_pinned_card(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    stage = await open_stage(machine)

    await standin.write(AVITO.value, "Пётр", DELIVERY)
    await machine.run(10)

    topic = stage.topic("Пётр")
    card = topic.posts[0]
    assert topic.name == "🟢 Avito · Пётр · Велосипед горный 26 дюймов"
    assert topic.pinned == (card.id,)
    assert card.bold == "Пётр"
    for line in ("Цена: 12 500 ₽", "Ссылка: https://avito.ru/", "Аккаунт: Avito, avito ", "Ведёт: 🤖 Ассистент"):
        assert line in card.text
    assert stage.texts("Пётр") == [f"👤 Клиент\n{DELIVERY}", f"🤖 Ассистент\n{FAQ[DELIVERY]}"]
    assert (await stage.group()).due_at is None


async def test_an_answer_in_the_topic_goes_to_the_customer_and_stands_there_once(machine: Machine) -> None:
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", OFF_TOPIC)
    await machine.run(10)
    assert stage.topic("Пётр").name.startswith("🆘")

    await stage.writes("Канберра, а пингвинов не считали", "Пётр")
    await machine.run(10)

    seen = [message.text for message in stage.telegram.seen_by(BOT.value, "Пётр")]
    assert seen == [OFF_TOPIC, "Канберра, а пингвинов не считали"]
    assert stage.texts("Пётр")[-1] == "Канберра, а пингвинов не считали"
    assert sum("пингвинов не считали" in text for text in stage.texts("Пётр")) == 1
    assert stage.topic("Пётр").name.startswith("🟢")
    assert "Ведёт: Олег" in stage.topic("Пётр").posts[0].text


async def test_a_lost_event_is_healed_by_the_sweep(machine: Machine) -> None:
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", DELIVERY)
    await machine.run(10)
    conversation = await stage.conversation("Пётр")
    machine.clock.advance(1)
    await machine.desk.execute(WORKSPACE, conversation.id, AddNote(text="Позвонить"), ANNA)
    for row in machine.queue.due(machine.clock.now(), 100):
        machine.queue.finish(row, machine.clock.now())

    await machine.settle(3)

    assert stage.texts("Пётр")[2:] == ["📝 Заметка · Анна\nПозвонить"]


async def test_an_idle_minute_costs_two_reads_and_no_write(machine: Machine) -> None:
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", DELIVERY)
    await machine.settle(5)
    machine.probe.reset()

    await machine.desk.groups.heal()

    assert machine.probe.writes == 0
    assert machine.probe.reads == 2
    assert set(machine.probe.calls) == {"store.query"}


async def test_without_a_group_nothing_is_published_for_one(machine: Machine) -> None:
    standin = await machine.connect(BOT)

    await standin.write(BOT.value, "Пётр", DELIVERY)
    await machine.run(10)

    assert "mirror" not in machine.requests
