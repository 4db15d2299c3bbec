"""Knowledge is hundreds of documents: only who writes a reply reads it, and only when it has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.domain.assistants import Chunk
from shared.domain.channels import ChannelKind
from shared.domain.ids import ChunkId
from shared.store.assistants import Assistants
from tests.support.machine import ASSISTANT, FAQ, WORKSPACE, Machine, running_machine


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        await running.connect(ChannelKind.WEB_CHAT)
        running.clock.advance(60)
        running.probe.reset()
        yield running


async def test_who_asks_for_a_switch_reads_one_document(machine: Machine) -> None:
    briefings = machine.desk.briefings

    assert await briefings.assistant(WORKSPACE, ASSISTANT) is not None
    assert machine.probe.reads == 1
    briefing = await briefings.briefing(WORKSPACE, ASSISTANT)
    assert briefing is not None
    assert len(briefing.chunks) == len(FAQ)
    assert machine.probe.reads == 1 + len(FAQ)


async def test_knowledge_that_has_not_changed_is_not_read_again(machine: Machine) -> None:
    await machine.desk.briefings.briefing(WORKSPACE, ASSISTANT)
    machine.probe.reset()
    for _ in range(3):
        machine.clock.advance(600)
        await machine.desk.briefings.briefing(WORKSPACE, ASSISTANT)

    assert machine.probe.reads == 3


async def test_a_chunk_works_within_five_seconds_though_the_switches_were_asked_for_meanwhile(machine: Machine) -> None:
    briefings = machine.desk.briefings
    await briefings.briefing(WORKSPACE, ASSISTANT)
    machine.clock.advance(3)
    await briefings.assistant(WORKSPACE, ASSISTANT)
    now = machine.clock.now()
    piece = Chunk(id=ChunkId("new"), question="Оплата?", answer="Картой.", position=9, created_at=now, updated_at=now)
    await machine.desk.platform.commit(
        Assistants(machine.desk.platform.workspace(WORKSPACE)).chunk_creation(ASSISTANT, piece)
    )
    machine.clock.advance(2)
    await briefings.assistant(WORKSPACE, ASSISTANT)
    machine.clock.advance(3)

    briefing = await briefings.briefing(WORKSPACE, ASSISTANT)

    assert briefing is not None
    assert briefing.chunks[-1].answer == "Картой."


async def test_an_inbox_without_an_assistant_reads_nothing(machine: Machine) -> None:
    assert await machine.desk.briefings.briefing(WORKSPACE, None) is None
    assert machine.probe.reads == 0
