"""Any order of what customers, people, vendors and crashes do: nothing is lost, nothing is doubled, nobody waits
unseen.

An example is a list of steps on one channel. A step may also strike while another one is about to commit, which is
where all races are. Afterwards the faults end, time passes, and what then holds is checked.

PARLEY_MODEL_EXAMPLES=1000 plays that many examples a channel, other ones in each run.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from infra.local.documents import SqliteDocumentStore
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import WINDOW_SIZE, Conversation, Status
from shared.domain.messages import Delivery, Direction, Message
from tests.faults.play_of_a_conversation import (
    TELEGRAM,
    Crash,
    Do,
    Fault,
    GoesOn,
    LoseAnswers,
    Meanwhile,
    Passes,
    Person,
    Play,
    Reboot,
    Rig,
    Step,
    Switch,
    Tick,
    Weather,
    Work,
    Writes,
)
from tests.support.machine import FAQ, Site
from tests.unit.shared.services.busy_store import BusyStore

EXAMPLES = int(os.environ.get("PARLEY_MODEL_EXAMPLES", "25"))
QUESTIONS = tuple(FAQ)
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
THANKS = "Понял, ясно"
FLOOD = 34
SLACK = 3
"""Entries of a window that wait for the next step to trim it."""


async def assert_all_is_well(play: Play) -> None:
    """What holds once everything has settled."""
    conversation = await play.conversation()
    written = play.seen("customer")
    if conversation is None:
        assert written == []
        return
    messages = await play.messages(conversation)
    stored = [message.text for message in messages if message.direction is Direction.INCOMING]
    assert Counter(stored) == Counter(written), "a customer's message is lost or doubled"
    _assert_nothing_is_doubled(play, written)
    _assert_nothing_is_owed(play.kind, conversation, messages)
    _assert_somebody_saw_it(play, conversation, messages)
    assert len(conversation.window) <= WINDOW_SIZE + play.most_open + SLACK
    assert conversation.unread >= 0
    assert conversation.is_unread == (conversation.unread > 0)


def _assert_nothing_is_doubled(play: Play, written: Sequence[str]) -> None:
    said = Counter(play.seen("shop"))
    for question, answer in FAQ.items():
        assert said[answer] <= written.count(question), f"answered {said[answer]} times: {question}"
    assert all(times == 1 for words, times in said.items() if words not in FAQ.values()), "a person's words came twice"


def _assert_nothing_is_owed(kind: ChannelKind, conversation: Conversation, messages: Sequence[Message]) -> None:
    assert conversation.outbox == {}
    assert conversation.due_at is None
    assert conversation.status is not Status.AWAITING_RESPONSE, "nobody has decided about this turn"
    states = {message.delivery for message in messages if message.delivery is not None}
    assert not states & {Delivery.QUEUED, Delivery.SENDING}
    assert kind in TELEGRAM or Delivery.UNCONFIRMED not in states


def _assert_somebody_saw_it(play: Play, conversation: Conversation, messages: Sequence[Message]) -> None:
    """What the desk says of people's words and of the last question is what the customer sees."""
    said = play.seen("shop")
    for message in messages:
        if message.text in play.said and message.delivery is Delivery.SENT:
            assert message.text in said, "said to be sent, and never seen"
        if message.text in play.said:
            assert message.delivery in (Delivery.SENT, Delivery.UNCONFIRMED), "a person's words were dropped"
    if conversation.status in (Status.ANSWERED_BY_LLM, Status.ANSWERED_BY_HUMAN) and not play.has_unsent:
        last = play.whole_chat()[-1]
        assert last.sender == "shop", "said to be answered, and the customer waits"


WRITES = st.builds(Writes, st.sampled_from([*QUESTIONS, *QUESTIONS, OFF_TOPIC, THANKS]))
ACTS = st.builds(Person, st.sampled_from(get_args(Do)))
FAR = st.builds(Work, st.integers(1, 3))
TURN = st.tuples(WRITES, st.just(Work(1)), st.just(Passes(3)), FAR)
"""A question, and its answer so far on its way."""
FAULT = st.one_of(
    st.builds(Crash, st.integers(0, 14), st.sampled_from(["before", "after"])),
    st.builds(Meanwhile, st.integers(0, 5), st.one_of(WRITES, ACTS)),
    st.builds(LoseAnswers, st.integers(1, 2)),
)
WEATHER = st.builds(Weather, st.sampled_from(get_args(Fault)), st.booleans())
GOES_ON = st.builds(GoesOn, st.integers(1, 6))
PASSES = st.builds(Passes, st.sampled_from([1, 12, 70, 400]))
RARE = st.one_of(
    st.builds(Switch, st.sampled_from(Mode)),
    st.builds(Tick, st.sampled_from(["sweep", "schedule_pulls"])),
    st.sampled_from([Reboot(), Writes(THANKS, FLOOD)]),
)
PHRASES = st.one_of(
    TURN,
    TURN,
    st.tuples(FAULT, TURN).map(lambda both: (both[0], *both[1])),
    st.tuples(FAULT, GOES_ON),
    st.tuples(ACTS),
    st.tuples(ACTS, FAR),
    st.tuples(WEATHER),
    st.tuples(PASSES, FAR),
    st.tuples(GOES_ON),
    st.tuples(RARE),
)
SCRIPTS = st.lists(PHRASES, min_size=3, max_size=12).map(lambda phrases: list(chain.from_iterable(phrases)))


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[asyncio.Runner, Site]]:
    """One event loop and one address for all examples."""
    with asyncio.Runner() as runner:
        site = Site()
        listening = site.listening()
        runner.run(listening.__aenter__())
        yield runner, site
        runner.run(listening.__aexit__(None, None, None))


async def play_through(site: Site, folder: Path, kind: ChannelKind, steps: Sequence[Step]) -> None:
    store = BusyStore(SqliteDocumentStore(folder / "desk.db"))
    machine = Rig(folder, site.url, store)
    site.app = Starlette(routes=[Mount("/sandbox", app=machine.outside.app()), Mount("/", app=machine)])
    try:
        await machine.outside.start()
        await machine.connect(kind)
        play = Play(machine, kind, store)
        for step in steps:
            await play.take(step)
        await play.heal()
        await assert_all_is_well(play)
    finally:
        await machine.close()
        await store.close()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    "kind", [*TELEGRAM, ChannelKind.AVITO, ChannelKind.IMAP, ChannelKind.WILDBERRIES, ChannelKind.WEB_CHAT]
)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="PARLEY_MODEL_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(steps=SCRIPTS)
def test_whatever_happens_in_whatever_order_nothing_is_lost_doubled_or_stuck(
    stage: tuple[asyncio.Runner, Site], kind: ChannelKind, steps: list[Step]
) -> None:
    runner, site = stage
    with TemporaryDirectory() as folder:
        runner.run(play_through(site, Path(folder), kind, steps))
