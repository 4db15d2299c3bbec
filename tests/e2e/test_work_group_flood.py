"""Three hundred messages in five minutes into one work group, against a Telegram that counts."""

from __future__ import annotations

from shared.domain.channels import ChannelKind
from tests.support.machine import FAQ, Machine
from tests.support.work_group import BOT, Stage, open_stage

AVITO = ChannelKind.AVITO
CUSTOMERS = 25
MESSAGES = 300
SECONDS = 300


async def test_a_flood_loses_nothing(machine: Machine) -> None:
    standin = await machine.connect(AVITO)
    stage = await open_stage(machine)
    for number in range(MESSAGES):
        await standin.write(AVITO.value, f"Клиент{number % CUSTOMERS}", f"Вопрос номер {number}, пожалуйста")
        await machine.run(1)
    print("after flood", machine.clock.now(), stage.telegram.refused_as_too_many(BOT.value))
    for minute in range(30):
        await machine.run(60)
        left = (await stage.group()).due_at
        print(minute, left, len(stage.view().topics), sum(len(t.posts) for t in stage.view().topics))
        if left is None:
            break
    text = "\n".join(post.text for topic in stage.view().topics for post in topic.posts)
    missing = [n for n in range(MESSAGES) if text.count(f"Вопрос номер {n},") != 1]
    print(missing, stage.telegram.refused_as_too_many(BOT.value))
    assert not missing
