"""Requests that run at once, and the threads and tasks that they start, each know their own ids and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.log_context import ID_FIELDS, RequestContext, carried, current, entered, ids_of, learn
from infra.trace_context import new_trace
from shared.domain.channels import ChannelKind
from shared.domain.events import MessageReceived
from shared.domain.ids import ConversationId, InboxId, MessageId, WorkspaceId
from shared.domain.tasks import DeliverTask, RedeliverTask, RespondTask
from tests.support.clock import ManualClock

EVENT = MessageReceived(
    workspace_id=WorkspaceId("w"),
    inbox_id=InboxId("i"),
    conversation_id=ConversationId("c"),
    message_id=MessageId("m"),
    received_at=ManualClock().now(),
)


def request(**ids: str) -> RequestContext:
    context = RequestContext("deliver", "parley", new_trace())
    context.learn(ids)
    return context


@dataclass
class Seen:
    """What one request knew whenever it looked."""

    ids: set[tuple[tuple[str, str], ...]]
    traces: set[str]

    def look(self) -> None:
        here = current()
        assert here is not None
        self.ids.add(tuple(sorted(here.known().items())))
        self.traces.add(here.trace.trace_id)


async def work(number: int, steps: list[int]) -> Seen:
    seen = Seen(set(), set())

    def in_a_thread() -> None:
        learn({"message_id": f"m{number}"})
        seen.look()

    with entered(request(workspace_id=f"w{number}")):
        for step in steps:
            await asyncio.sleep(0)
            match step % 3:
                case 0:
                    learn({"conversation_id": f"c{number}"})
                case 1:
                    await asyncio.to_thread(in_a_thread)
                case _:
                    await asyncio.create_task(asyncio.sleep(0))
            seen.look()
    return seen


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), min_size=2, max_size=8))
def test_requests_that_run_at_once_know_only_their_own(plans: list[list[int]]) -> None:
    async def all_at_once() -> list[Seen]:
        return await asyncio.gather(*(work(number, steps) for number, steps in enumerate(plans)))

    everything = asyncio.run(all_at_once())

    for number, seen in enumerate(everything):
        values = {value[1:] for ids in seen.ids for _, value in ids}
        assert values == {str(number)}
        assert len(seen.traces) == 1
    assert len({trace for seen in everything for trace in seen.traces}) == len(plans)


async def test_a_task_that_outlives_its_request_speaks_for_nobody() -> None:
    may_go = asyncio.Event()

    async def later() -> RequestContext | None:
        await may_go.wait()
        return current()

    with entered(request(workspace_id="w")):
        left_behind = asyncio.create_task(later())
        await asyncio.sleep(0)
    may_go.set()

    assert await left_behind is None
    assert current() is None


def test_a_step_is_about_its_own_inbox_and_the_request_stays_what_it_was() -> None:
    with entered(request(workspace_id="w", inbox_id="a")) as whole:
        with entered(whole.step(whole.trace, {"inbox_id": "b"})) as step:
            learn({"message_id": "m"})
            assert step.known() == {"workspace_id": "w", "inbox_id": "b", "message_id": "m"}
        assert current() is whole
        assert whole.known() == {"workspace_id": "w", "inbox_id": "a"}


def test_a_request_about_several_conversations_names_none() -> None:
    with entered(request(workspace_id="w")) as context:
        for conversation in ("a", "b", "a"):
            learn({"conversation_id": conversation})

        assert context.known() == {"workspace_id": "w"}


@given(
    st.dictionaries(st.one_of(st.sampled_from(ID_FIELDS), st.text()), st.one_of(st.text(), st.integers(), st.none()))
)
def test_only_what_is_shaped_like_an_id_is_kept(odd: Mapping[str, Any]) -> None:
    context = request()

    context.learn(odd)

    assert set(context.known()) <= set(ID_FIELDS)
    assert all(value.isascii() and " " not in value and "@" not in value for value in context.known().values())


def test_events_and_tasks_tell_what_they_are_about() -> None:
    about = {"workspace_id": "w", "inbox_id": "i", "conversation_id": "c", "message_id": "m"}
    deliver = DeliverTask(workspace_id=WorkspaceId("w"), conversation_id=ConversationId("c"))
    redeliver = RedeliverTask(channel=ChannelKind.AVITO, inbox_id="i", body="{}", shown="x")

    assert ids_of(EVENT) == ids_of(RespondTask(event=EVENT)) == about
    assert ids_of(deliver) == {"workspace_id": "w", "conversation_id": "c"}
    assert ids_of(redeliver) == {"inbox_id": "i"}


def test_outside_of_a_request_nothing_is_carried_or_learnt() -> None:
    learn({"workspace_id": "w"})

    assert carried() == {}
