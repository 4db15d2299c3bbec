"""Limits that need no simulation: how much one team uses of each, and so at how many teams it is reached.

What the code says is read from the code; what Google and the vendors say is from their documentation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from infra.channels.registry import channel_class
from infra.task_queues import QUEUES, queue_name
from shared.domain.channels import ChannelKind
from shared.policy import pace
from shared.services import sweep
from shared.services.cache import Cache
from shared.store.platform import Platform
from tests.bench.cost_assumptions import value
from tests.bench.cost_services import limits
from tests.bench.scale_desk import BURST, BUSIEST_HOUR, MODEL_A_MINUTE, TEAM_INBOXES, TEAM_MESSAGES
from tests.bench.scale_engine import Gate, Simulation

STEADY = TEAM_MESSAGES * BUSIEST_HOUR / 3600
"""Messages a second of one team in the busiest hour."""
PEAK = STEADY * BURST
RISING_INDEX = 500.0
"""Writes a second to an indexed field that only grows, in one collection or group: Firestore's documentation."""
DUE_WRITES = 4
"""Commits of a turn that move `due_at`: ingest, respond, the mark before sending, the receipt."""
DISPATCHES = 500.0
"""Cloud Tasks, a second and queue: its documentation."""
OUTAGE, PATIENCE = 600.0, 60.0
"""Seconds in which every event is lost, and minutes within which the sweep should have mended it."""
COMPARISON = 5.0
"""Seconds of one inbox's daily comparison: some twenty calls of the vendor and a few commits."""
PAUSE = 900.0
"""Seconds that somebody's files and names may be late once a day."""
GROUP_CALLS = 4
"""Calls of Telegram for one mirrored turn: `tests/e2e/test_op_budget.py` counts two posts and two renames."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `teams`: at how many it is reached."""

    teams: float
    what: str
    where: str
    seen: str
    """What people notice."""
    turn: str
    """What to turn."""


def default_of(function: Callable[..., object], parameter: str) -> float:
    """A limit that stands in a signature."""
    return float(inspect.signature(function).parameters[parameter].default)


def wide() -> list[Limit]:
    """Many teams of 1x, each with its own workspace; the first limit first."""
    found = [*_pages(), *_caches(), *_answers(), *_ticks(), *_google()]
    return sorted(found, key=lambda limit: limit.teams)


def _pages() -> list[Limit]:
    inboxes = default_of(Platform.connected_inboxes, "limit")
    return [
        Limit(
            inboxes / TEAM_INBOXES,
            f"`connected_inboxes` answers {inboxes:,.0f} inboxes and nobody asks for the next page",
            "`shared/store/platform.py`; `schedule_pulls`, `schedule_comparisons`, `renew_registrations`",
            "inboxes behind the first ones are never pulled, compared or renewed: their letters and chats stay away",
            "code: page by cursor, or one query a shard of inboxes",
        ),
        Limit(
            default_of(Platform.work_groups, "limit"),
            "`work_groups` answers 1,000 groups and nobody asks for the next page; the sweep reads them one by one",
            "`shared/store/platform.py`, `shared/services/mirror_heal.py`",
            "what a work group has missed is never mended in the groups behind",
            "code: page, or look only at groups whose workspace changed",
        ),
    ]


def _caches() -> list[Limit]:
    kept = default_of(Cache.__init__, "size")
    return [
        Limit(
            kept / TEAM_INBOXES,
            f"caches hold {kept:,.0f} inboxes and adapters a process",
            "`shared/services/cache.py`, `directory.py`",
            "nothing but the bill: a read or two more a message; adapters forget tokens and paces",
            "code: `size` of the cache of inboxes",
        ),
        Limit(
            kept,
            f"caches hold {kept:,.0f} briefings a process",
            "`shared/services/briefing.py`",
            "nothing but the bill: the whole knowledge is read again for each message, three times",
            "code: keep what lacks no piece longer; read only the assistant where only its switches are asked for",
        ),
    ]


def _answers() -> list[Limit]:
    tasks, run_task = QUEUES[queue_name(None)], limits()["run_task"]
    respond = value("model") + 0.1
    return [
        Limit(
            MODEL_A_MINUTE / 60 / PEAK,
            f"the model's vendor takes {MODEL_A_MINUTE} requests a minute",
            "the vendor's tier; `shared/services/respond.py`: a refusal hands the turn to people at once",
            "in a burst a part of the customers is handed to people",
            "a higher tier; code: put the task off when the model says 429, hand off only after minutes",
        ),
        Limit(
            tasks.at_once / respond / PEAK,
            f"the queue `tasks` lets {tasks.at_once} tasks be under way, and each waits {respond:.1f} s for the model",
            "`infra/task_queues.py`: `_QUICK`",
            "answers come late, by minutes in a burst, and for good from three times as many teams on",
            "code: `Rate(at_once=...)` of `tasks`, up to 5,000; terraform: `instances` of `run-task`",
        ),
        Limit(
            tasks.per_second / PEAK,
            f"the queue `tasks` starts {tasks.per_second} tasks a second",
            "`infra/task_queues.py`: `_QUICK`",
            "answers come seconds late in a burst",
            "code: `Rate(per_second=...)`, up to 500",
        ),
        Limit(
            run_task.concurrency * run_task.instances / respond / PEAK,
            f"`run-task` has {run_task.instances} instances of {run_task.concurrency} requests",
            "terraform/functions.tf",
            "answers come late in a burst",
            "terraform: `instances` of `run-task`",
        ),
    ]


def _ticks() -> list[Limit]:
    watch, pulled = limits()["gmail_watch"], _pulls_a_minute()
    renewal = value("own") + value("vendor") + value("commit") + 2 * value("lookup")
    return [
        Limit(
            watch.timeout / renewal,
            f"`gmail_watch` renews one mailbox after the other: {renewal:.2f} s each, {watch.timeout:.0f} s in all "
            "(with one mailbox a team)",
            "`shared/services/renew_registrations.py`",
            "mailboxes at the end lose their push after a week; letters come by pull, minutes late",
            "code: one task a mailbox, as comparisons have; or some at once",
        ),
        Limit(
            PATIENCE * sweep.BATCH / (STEADY * OUTAGE),
            f"the sweep mends {sweep.BATCH} conversations a minute",
            "`shared/services/sweep.py`: `BATCH`",
            f"after {OUTAGE / 60:.0f} minutes of lost events in the busiest hour answers are late by over an hour",
            "code: go on with pages while there is time",
        ),
        Limit(
            PAUSE * QUEUES[queue_name(ChannelKind.AVITO)].at_once / COMPARISON,
            "all comparisons of a kind of channel begin at the same minute, in the queue of its other work",
            "`shared/services/schedule_comparisons.py`, `infra/task_queues.py`",
            "once a day the names of new customers and their files are late by a quarter of an hour",
            "code: `run_at` spread over the day by the inbox's id",
        ),
        Limit(
            limits()["schedule_pulls"].timeout / value("publish") / pulled,
            f"`schedule_pulls` publishes one by one: {value('publish')} s each, {pulled:.1f} a minute and team",
            "`shared/services/schedule_pulls.py`",
            "(behind the first limit) the tick is cut off, always before the same inboxes",
            "code: publish together; one tick a shard",
        ),
    ]


def _google() -> list[Limit]:
    return [
        Limit(
            RISING_INDEX / (DUE_WRITES * PEAK),
            f"`due_at` is indexed over all workspaces: {RISING_INDEX:.0f} writes a second, {DUE_WRITES} a turn",
            "`shared/store/indexes.py`",
            "commits slow down and are refused in bursts; vendors and Pub/Sub try again",
            "code: a shard in front of `due_at`, and do not move it where it stays in the same minute",
        ),
        Limit(
            DISPATCHES / PEAK,
            f"one queue of Cloud Tasks starts {DISPATCHES:.0f} a second at most",
            "Cloud Tasks",
            "answers come late in a burst",
            "code: several queues for `tasks`, chosen by the conversation's id",
        ),
    ]


def deep() -> list[Limit]:
    """One team that grows, in one workspace."""
    found = [
        Limit(
            pace.MOST / 60 / (GROUP_CALLS * PEAK),
            f"a work group takes {pace.MOST} calls a minute, a mirrored turn needs up to {GROUP_CALLS}",
            "Telegram: 20 a minute and group; `shared/policy/pace.py`",
            "the group lags behind in a burst; quick messages become one post, the dashboard is not affected",
            "a second work group for a part of the inboxes: there is one a workspace today, so a second workspace",
        ),
        Limit(
            10 / PEAK,
            "the web chat takes 600 messages a minute and inbox",
            "`shared/services/web_chat_limits.py`",
            "visitors are asked to wait a moment",
            "code: `MESSAGES`",
        ),
        Limit(
            30 / PEAK,
            "a Telegram bot sends about 30 messages a second",
            "Telegram; `deliver` waits as long as it is told",
            "answers come late by seconds",
            "several bots",
        ),
        Limit(
            RISING_INDEX / (DUE_WRITES * PEAK),
            f"`updated_at` and `last_message_at` are indexed in a workspace: {RISING_INDEX:.0f} writes a second",
            "`shared/store/indexes.py`",
            "commits slow down in bursts",
            "several workspaces",
        ),
    ]
    return sorted(found, key=lambda limit: limit.teams)


def stampede(teams: float) -> float:
    """Seconds that a file of a new message waits when all Avito inboxes are compared at once."""
    rate, simulation = QUEUES[queue_name(ChannelKind.AVITO)], Simulation()
    gate = Gate(simulation, at_once=rate.at_once, per_second=rate.per_second)
    for _ in range(int(teams) + 1):  # one Avito inbox a team; the last one is the file
        gate.submit(lambda done: simulation.after(COMPARISON, done))
    simulation.run(1e9)
    return gate.waited[-1]


def behind(teams: float) -> float:
    """Seconds that the last change of a busiest hour is late in one team's work group, if nothing can be joined."""
    calls = teams * STEADY * GROUP_CALLS * 3600
    return max(calls / (pace.MOST / pace.MINUTE.total_seconds()) - 3600, 0.0)


def _pulls_a_minute() -> float:
    """Of one lively team: its Avito and its Wildberries inbox."""
    paces = [channel_class(kind).capabilities.pull_every for kind in (ChannelKind.AVITO, ChannelKind.WILDBERRIES)]
    return sum(60 / every.total_seconds() for every in paces if every is not None)
