"""Limits that need no simulation: how much one team uses of each, and so at how many teams it is reached.

What the code says is read from the code; what Google and the vendors say is from their documentation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from infra.channels.registry import channel_class
from infra.task_queues import QUEUES, REPLIES, queue_name
from shared.domain.channels import ChannelKind
from shared.policy import pace
from shared.policy.spread import spread
from shared.services import for_each, mirror_heal, renew_registrations, schedule_comparisons, sweep
from shared.services.cache import Cache
from tests.bench.cost_assumptions import value
from tests.bench.cost_services import limits
from tests.bench.scale_desk import BURST, BUSIEST_HOUR, MODEL_A_MINUTE, TEAM_INBOXES, TEAM_MESSAGES
from tests.bench.scale_engine import Action, Gate, Simulation

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
LISTED, PUBLISHED = 0.0006, 0.0023
"""Seconds a piece, on the emulators: an inbox that is read in a page; an event or a task of many at once."""
MENDED, HEALED = 0.0062, 0.0035
"""The same: a conversation that the sweep pushes on, and a work group that it looks at."""
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
    found = [*_caches(), *_answers(), *_ticks(), *_google()]
    return sorted(found, key=lambda limit: limit.teams)


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
            "nothing but the bill: the whole knowledge is read again for each message",
            "code: `size` of the cache of briefings",
        ),
    ]


def _answers() -> list[Limit]:
    queue, writer = QUEUES[REPLIES], limits()["llm_reply"]
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
            queue.at_once / respond / PEAK,
            f"the queue `replies` lets {queue.at_once} be under way, and each waits {respond:.1f} s for the model",
            "`infra/task_queues.py`: `_WRITING`",
            "answers come late, by minutes in a burst, and for good from three times as many teams on",
            "code: `Rate(at_once=...)` of `replies`, up to 5,000; terraform: `instances` of `llm-reply`",
        ),
        Limit(
            queue.per_second / PEAK,
            f"the queue `replies` starts {queue.per_second} a second",
            "`infra/task_queues.py`: `_WRITING`",
            "answers come seconds late in a burst",
            "code: `Rate(per_second=...)`, up to 500",
        ),
        Limit(
            writer.concurrency * writer.instances / respond / PEAK,
            f"`llm-reply` has {writer.instances} instances of {writer.concurrency} requests",
            "terraform/functions.tf",
            "answers come late in a burst",
            "terraform: `instances` of `llm-reply`",
        ),
    ]


def _ticks() -> list[Limit]:
    timeouts = {name: limits()[name].timeout for name in ("schedule_pulls", "gmail_watch", "compare_inboxes", "sweep")}
    pulled, read = _pulls_a_minute(), TEAM_INBOXES * LISTED
    renewal = value("own") + value("vendor") + value("commit") + 2 * value("lookup")
    queue = QUEUES[queue_name(ChannelKind.AVITO)]
    return [
        Limit(
            timeouts["schedule_pulls"] / (read + pulled * PUBLISHED),
            f"`schedule_pulls` reads all inboxes and publishes {for_each.AT_ONCE} at once, "
            f"{pulled:.1f} a minute and team, in {timeouts['schedule_pulls']:.0f} s",
            "`shared/services/schedule_pulls.py`",
            "the tick is cut off, before the same inboxes each time: their letters and chats stay away",
            "code: one tick a shard of inboxes",
        ),
        Limit(
            timeouts["gmail_watch"] / (read + max(renewal / renew_registrations.AT_ONCE, value("own"))),
            f"`gmail_watch` renews {renew_registrations.AT_ONCE} mailboxes at once: {renewal:.2f} s each, "
            f"{timeouts['gmail_watch']:.0f} s in all (with one mailbox a team)",
            "`shared/services/renew_registrations.py`",
            "nothing up to six times as many: Scheduler calls again, and it goes on with the others",
            "code: one task a mailbox, as comparisons have",
        ),
        Limit(
            timeouts["compare_inboxes"] / (read + _listable() * PUBLISHED),
            f"`compare_inboxes` reads all inboxes and makes {for_each.AT_ONCE} tasks at once, "
            f"in {timeouts['compare_inboxes']:.0f} s",
            "`shared/services/schedule_comparisons.py`",
            "inboxes at the end are not compared any more",
            "terraform: a longer timeout; code: one tick a shard of inboxes",
        ),
        Limit(
            schedule_comparisons.SPREAD.total_seconds() * queue.at_once / COMPARISON,
            f"comparisons of {schedule_comparisons.SPREAD.total_seconds() / 3600:.0f} hours fill the queue of their "
            "kind of channel",
            "`shared/services/schedule_comparisons.py`: `SPREAD`; `infra/task_queues.py`",
            "for hours a day the names of new customers and their files are late",
            "code: a longer `SPREAD`, or a wider queue where the vendor allows it",
        ),
        Limit(
            (timeouts["sweep"] - sweep.WORKING) / HEALED,
            f"the sweep looks at every work group: {timeouts['sweep'] - sweep.WORKING:.0f} s, {mirror_heal.AT_ONCE} "
            "at once (with one a team)",
            "`shared/services/mirror_heal.py`",
            "what a work group has missed is never mended in the groups behind",
            "code: look only at groups whose workspace changed",
        ),
        Limit(
            PATIENCE * sweep.WORKING / MENDED / (STEADY * OUTAGE),
            f"the sweep mends about {_round(sweep.WORKING / MENDED)} conversations a minute",
            "`shared/services/sweep.py`: `WORKING`",
            f"after {OUTAGE / 60:.0f} minutes of lost events in the busiest hour answers are late by over an hour",
            "code: several sweeps, a shard each",
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
            "code: several queues for `replies`, chosen by the conversation's id",
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


def stampede(teams: int, over: float = schedule_comparisons.SPREAD.total_seconds()) -> float:
    """Seconds that the unluckiest of the files of new messages waits, one a minute, while the Avito inboxes of so many
    teams are compared, begun within `over` seconds."""
    rate, simulation, waits = QUEUES[queue_name(ChannelKind.AVITO)], Simulation(), list[float]()
    gate = Gate(simulation, at_once=rate.at_once, per_second=rate.per_second)

    def come(seconds: float, *, is_file: bool) -> None:
        came = simulation.now

        def begin(done: Action) -> None:
            waits.extend([simulation.now - came] * is_file)
            simulation.after(seconds, done)

        gate.submit(begin)

    for number in range(teams):
        simulation.at(spread(f"inbox{number}", int(over)), lambda: come(COMPARISON, is_file=False))
    for minute in range(int(over) // 60 + 1):
        simulation.at(60 * minute, lambda: come(value("vendor"), is_file=True))
    simulation.run(1e9)
    return max(waits)


def behind(teams: float) -> float:
    """Seconds that the last change of a busiest hour is late in one team's work group, if nothing can be joined."""
    calls = teams * STEADY * GROUP_CALLS * 3600
    return max(calls / (pace.MOST / pace.MINUTE.total_seconds()) - 3600, 0.0)


def _pulls_a_minute() -> float:
    """Of one lively team: its Avito and its Wildberries inbox."""
    paces = [channel_class(kind).capabilities.pull_every for kind in (ChannelKind.AVITO, ChannelKind.WILDBERRIES)]
    return sum(60 / every.total_seconds() for every in paces if every is not None)


def _listable() -> int:
    """Of one team's inboxes: those whose vendor can be asked for everything."""
    kinds = (ChannelKind.TELEGRAM_BOT, ChannelKind.AVITO, ChannelKind.WILDBERRIES)
    return sum(channel_class(kind).capabilities.history_listable for kind in kinds)


def _round(number: float) -> str:
    return f"{round(number, -2):,.0f}"
