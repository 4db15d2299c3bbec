"""Scheduled jobs reach the last inbox, conversation and work group, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.documents import SqliteDocumentStore
from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.work_groups import WorkGroup, work_group_id
from shared.errors import ChannelUnavailable, Unavailable
from shared.ports.document_store import Create
from shared.services import renew_registrations, sweep
from shared.services.directory import InboxDirectory
from shared.services.for_each import AT_ONCE
from shared.services.mirror_enlist import Enlist
from shared.services.mirror_heal import HealGroups
from shared.services.mirror_lease import Turns
from shared.services.renew_registrations import RenewRegistrations
from shared.services.schedule_comparisons import SPREAD, ScheduleComparisons
from shared.services.schedule_pulls import SchedulePulls
from shared.services.sweep import Sweep
from shared.store.codec import fields_of
from shared.store.platform import Platform
from tests.support.clock import CountingIds
from tests.unit.shared.builders import NOW, a_conversation, an_entry
from tests.unit.shared.services.crowd import Line, Opener, connect, fill, keep, names

MANY = 2500
ABLE = Capabilities(text_limit=1, pull_every=timedelta(minutes=1), renew_every=timedelta(days=1), history_listable=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteDocumentStore]:
    opened = SqliteDocumentStore(tmp_path / "desk.db")
    yield opened
    await opened.close()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def platform(store: SqliteDocumentStore) -> Platform:
    return Platform(store)


def the_sweep(platform: Platform, line: Line) -> Any:
    """Nothing here is about the auto-responder."""
    opener: Any = Opener(line, ABLE)
    directory = InboxDirectory(platform, opener, line.clock)
    heal = HealGroups(platform, line.clock, Enlist(directory), Turns(line, line.clock, CountingIds()))
    nobody: Any = None
    return Sweep(platform, line, line.clock, nobody, heal)


def renewals(platform: Platform, line: Line) -> RenewRegistrations:
    opener: Any = Opener(line, ABLE)
    return RenewRegistrations(platform, line.clock, opener, InboxDirectory(platform, opener, line.clock))


def waiting(name: str, minutes: int = 1) -> Conversation:
    """A customer's turn that nobody has looked at."""
    return a_conversation(
        id=name, workspace_id=f"ws{name}", window={"m1": an_entry()}, due_at=NOW - timedelta(minutes=minutes)
    )


async def still_due(platform: Platform, line: Line) -> int:
    return len([found async for found in platform.due_conversations(line.clock.now())])


async def test_every_inbox_is_pulled_whatever_becomes_of_the_others(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    await connect(store, MANY)
    opener: Any = Opener(line, ABLE)
    schedule = SchedulePulls(platform, line, line.clock, opener)

    assert await schedule() == MANY

    assert sorted(line.named) == names(MANY)
    assert line.most == AT_ONCE
    line.named.clear()
    line.refused = {"00000", "00400", "02499"}
    with pytest.raises(Unavailable):
        await schedule()
    assert sorted(line.named) == sorted(set(names(MANY)) - line.refused)


async def test_comparisons_of_all_inboxes_are_spread_over_hours_each_at_its_own_time(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    await connect(store, MANY)
    opener: Any = Opener(line, ABLE)
    schedule = ScheduleComparisons(platform, line, line.clock, opener)
    line.refused = {"00007"}

    with pytest.raises(Unavailable):
        await schedule()
    assert len(line.tasks) == MANY - 1
    first = dict(line.tasks)
    line.clock.advance(600)
    line.refused.clear()
    assert await schedule() == MANY

    assert line.most == AT_ONCE
    assert {name: line.tasks[name] for name in first} == first, "the second run adds only what the first one lacks"
    assert len(line.tasks) == MANY
    begun = Counter(int((at - NOW) / (SPREAD / 8)) for at in first.values())
    assert sorted(begun) == list(range(8))
    assert max(begun.values()) < 1.3 * MANY / 8
    line.clock.advance(86_400 - 600)
    await schedule()
    another_day = {name[8:13]: at for name, at in line.tasks.items() if name not in first}
    assert all(another_day[name[8:13]] - at == timedelta(days=1) for name, at in first.items())


async def test_every_mailbox_is_renewed_whatever_becomes_of_the_others(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    await connect(store, 1100)
    renew = renewals(platform, line)
    line.refused = {"00003", "00300"}
    with pytest.raises(Unavailable):
        await renew()
    assert sorted(line.named) == sorted(set(names(1100)) - line.refused)
    assert line.most == renew_registrations.AT_ONCE

    line.refused = {"00003"}
    line.error = ChannelUnavailable("the vendor")
    line.named.clear()
    assert await renew() == 1
    assert line.named == ["00300"], "what is renewed is left alone, and a vendor's fault is tried at the next run"


async def test_the_sweep_pushes_on_all_that_is_owed_whatever_becomes_of_the_others(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    await keep(store, [waiting(name) for name in names(600)])
    line.refused = {"00000", "00150"}

    with pytest.raises(Unavailable):
        await the_sweep(platform, line)()

    assert sorted(line.named) == sorted(set(names(600)) - line.refused)
    assert line.most == sweep.AT_ONCE
    assert await still_due(platform, line) == 2
    line.refused.clear()
    assert await the_sweep(platform, line)() == 2
    assert await still_due(platform, line) == 0


async def test_a_sweep_ends_in_time_and_the_next_one_goes_on(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    await keep(store, [waiting(name, minutes=1000 - number) for number, name in enumerate(names(100))])
    line.takes = 1.0

    first = await the_sweep(platform, line)()

    assert sweep.WORKING <= first <= sweep.WORKING + sweep.AT_ONCE
    assert sorted(line.named) == names(first), "the longest first, and each begun is ended"
    while await the_sweep(platform, line)():
        pass
    assert set(line.named) == set(names(100))


async def test_work_groups_are_mended_however_many_and_whatever_the_sweep_has_met(
    store: SqliteDocumentStore, platform: Platform, line: Line
) -> None:
    overdue = [a_group(f"ws{name}") for name in names(1100)]
    await fill(
        store, [Create(f"workspaces/{one.workspace_id}/work_groups/{one.id}", fields_of(one)) for one in overdue]
    )
    await keep(store, [waiting("00001")])
    line.refused = {"00001", "ws00002"}

    with pytest.raises(Unavailable):
        await the_sweep(platform, line)()

    assert sorted(line.named) == sorted({group.workspace_id for group in overdue} - line.refused)
    assert 1 < line.most <= 20


def a_group(workspace: str) -> WorkGroup:
    """Somebody should have gone on long ago."""
    return WorkGroup(
        id=work_group_id(WorkspaceId(workspace)),
        workspace_id=WorkspaceId(workspace),
        bot_inbox_id=InboxId("bot"),
        chat="-100",
        bound_at=NOW,
        in_step_at=NOW,
        due_at=NOW - timedelta(minutes=5),
        created_at=NOW,
        updated_at=NOW,
    )
