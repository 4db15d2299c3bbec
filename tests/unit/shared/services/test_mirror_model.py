"""Whatever happens in whatever order, in the end the group shows what the conversations say."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.commands.commands import AddNote, Close, GiveBack, Reopen, TakeOver
from shared.domain.conversations import Status
from shared.domain.tasks import MirrorTask
from shared.errors import DeskError
from shared.policy.topic_names import name_of
from tests.support.forum import MemoryTopic
from tests.support.machine import WORKSPACE
from tests.unit.shared.services.mirror_rig import Rig, rigged

CUSTOMERS = st.sampled_from(["Анна", "Пётр", "Лев"])
HAPPENINGS = st.one_of(
    st.tuples(st.just("writes"), CUSTOMERS),
    st.tuples(st.just("writes"), CUSTOMERS),
    st.tuples(st.just("says"), CUSTOMERS),
    st.tuples(st.just("notes"), CUSTOMERS),
    st.tuples(st.sampled_from([TakeOver(), GiveBack(), Close(), Reopen()]), CUSTOMERS),
    st.tuples(st.just("deletes"), CUSTOMERS),
    st.tuples(st.just("waits"), st.integers(1, 90)),
    st.tuples(st.sampled_from(["works", "loses", "sweeps", "uses up", "goes on"]), st.none()),
)


class Play:
    """What must be seen in the end, and how to bring it about."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.words: dict[str, list[str]] = {}

    async def happens(self, what: object, whom: object) -> None:
        rig, customer = self.rig, str(whom)
        match what:
            case "writes":
                self.words.setdefault(customer, []).append(await rig.writes(customer))
            case "says" if customer in self.words:
                self.words[customer].append(await rig.says(customer))
            case "notes" if customer in self.words:
                note = f"<заметка {customer} {len(self.words[customer])}>"
                await rig.does(customer, AddNote(text=note))
                self.words[customer].append(note)
            case TakeOver() | GiveBack() | Close() | Reopen() if customer in self.words:
                await rig.does(customer, what)
            case "deletes":
                self._deletes(customer)
            case "waits":
                assert isinstance(whom, int)
                rig.machine.clock.advance(whom)
            case _:
                await self._runs(str(what))

    async def _runs(self, what: str) -> None:
        rig = self.rig
        match what:
            case "works":
                await rig.machine.pump()
            case "loses":
                rig.loses_work()
            case "sweeps":
                await rig.machine.desk.sweep()
            case "uses up":
                rig.forum.calls += [(rig.machine.clock.now(), "somebody else")] * 20
            case "goes on":
                group = await rig.group()
                task = MirrorTask(workspace_id=WORKSPACE, work_group_id=group.id)
                with suppress(DeskError):
                    await rig.machine.desk.groups.mirror.go_on(task)

    def _deletes(self, customer: str) -> None:
        for topic in self.rig.forum.living():
            if customer in topic.name:
                topic.is_deleted = True

    async def holds(self) -> None:
        rig = self.rig
        assert (await rig.group()).due_at is None
        for customer, said in self.words.items():
            assert {words: rig.forum.shown(words) for words in said} == dict.fromkeys(said, 1)
            conversation, living = await rig.conversation(customer), self._living(customer)
            assert len(living) <= 1
            for topic in living:
                assert topic.name == name_of(conversation)
                assert topic.is_closed == (conversation.status is Status.CLOSED)
                assert topic.pinned[-1:] == [(await rig.topic(customer)).card]

    def _living(self, customer: str) -> list[MemoryTopic]:
        return [topic for topic in self.rig.forum.living() if customer in topic.name]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings=st.lists(HAPPENINGS, max_size=25))
async def test_in_the_end_everything_is_shown_once(happenings: list[tuple[object, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with rigged(Path(folder)) as rig:
            play = Play(rig)
            for what, whom in happenings:
                await play.happens(what, whom)
            await rig.settle(9)
            await play.holds()
