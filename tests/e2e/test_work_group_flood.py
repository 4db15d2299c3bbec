"""Three hundred messages in five minutes into one work group, against a Telegram that counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean

import pytest

from shared.domain.channels import ChannelKind
from tests.support.machine import FAQ, Machine, running_machine
from tests.support.work_group import BOT, Stage, open_stage

AVITO = ChannelKind.AVITO
CUSTOMERS = 50
MESSAGES = 300
EASY = "Сколько стоит доставка?"
"""The assistant answers it."""
HARD = "Какая столица у Австралии и сколько там пингвинов?"
"""People are called."""


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


@dataclass
class Flood:
    """Every fifth customer needs people from the beginning; each message can be told from all others."""

    stage: Stage
    sent_at: dict[str, datetime] = field(default_factory=dict)
    shown_at: dict[str, datetime] = field(default_factory=dict)

    async def come(self) -> None:
        machine = self.stage.machine
        standin = machine.outside.standins[AVITO]
        for number in range(MESSAGES):
            customer, mark = number % CUSTOMERS, f"№{number:03d}"
            await standin.write(AVITO.value, f"Клиент {customer}", f"{HARD if customer % 5 == 0 else EASY} {mark}")
            self.sent_at[mark] = machine.clock.now()
            await machine.run(1)
            self.look()

    async def until_quiet(self) -> int:
        """Minutes until nothing is owed."""
        for minute in range(60):
            if (await self.stage.group()).due_at is None:
                return minute
            for _ in range(6):
                await self.stage.machine.run(10)
                self.look()
        raise AssertionError("the group is never in step")

    def look(self) -> None:
        now = self.stage.machine.clock.now()
        text = "\n".join(self.texts())
        for mark in self.sent_at.keys() - self.shown_at.keys():
            if mark in text:
                self.shown_at[mark] = now

    def texts(self) -> list[str]:
        return [post.text for topic in self.stage.view().topics for post in topic.posts]

    def waits(self, *, urgent: bool) -> list[float]:
        """Seconds between a message and its post."""
        return [
            (self.shown_at[mark] - sent).total_seconds()
            for mark, sent in self.sent_at.items()
            if (int(mark[1:]) % CUSTOMERS % 5 == 0) == urgent
        ]


@pytest.mark.timeout(300)
async def test_a_flood_loses_nothing_and_lets_urgent_words_go_first(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    await machine.connect(AVITO)
    flood = Flood(await open_stage(machine))
    began = machine.clock.now()

    await flood.come()
    assert machine.clock.now() - began < timedelta(seconds=MESSAGES + 30)
    minutes = await flood.until_quiet()

    texts = flood.texts()
    assert {mark: sum(text.count(mark) for text in texts) for mark in flood.sent_at} == dict.fromkeys(flood.sent_at, 1)
    assert len(flood.stage.view().topics) == CUSTOMERS
    refusals = flood.stage.telegram.refused_as_too_many(BOT.value)
    assert refusals == 0
    urgent, calm = flood.waits(urgent=True), flood.waits(urgent=False)
    assert mean(urgent) < mean(calm) / 2
    assert all(
        FAQ[EASY] in "".join(flood.stage.texts(f"Клиент {number} ")) for number in range(CUSTOMERS) if number % 5
    )
    with capsys.disabled():
        print(
            f"\n{MESSAGES} messages of {CUSTOMERS} customers in 5 minutes: all shown once, {refusals} answers 429; "
            f"urgent ones waited {mean(urgent):.0f} s (at most {max(urgent):.0f}), others {mean(calm):.0f} s "
            f"(at most {max(calm):.0f}); quiet after {minutes} more minutes, {len(texts)} posts"
        )
