"""The tables of `docs/scale.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.channels import ChannelKind
from tests.bench.cost_assumptions import value
from tests.bench.cost_charges import Played
from tests.bench.cost_charges import counted as counted_use
from tests.bench.cost_formula import Use, dollars, model_dollars
from tests.bench.cost_idle import Idle, inbox_month
from tests.bench.cost_prices import DAYS, MINUTES
from tests.bench.cost_services import limits
from tests.bench.cost_tables import Table
from tests.bench.scale_desk import (
    BURST,
    BUSIEST_HOUR,
    MODEL_A_MINUTE,
    PUSH_SECONDS,
    TEAM_INBOXES,
    TEAM_MESSAGES,
    WINDOW,
    Outcome,
    Setting,
)
from tests.bench.scale_limits import (
    COMPARISON,
    GROUP_CALLS,
    HEALED,
    LISTED,
    MENDED,
    OUTAGE,
    PEAK,
    PUBLISHED,
    RISING_INDEX,
    STEADY,
    Limit,
    behind,
    deep,
    stampede,
    wide,
)

TEAMS = (1, 10, 100, 1_000, 10_000)
PULLED = (ChannelKind.AVITO, ChannelKind.WILDBERRIES)


@dataclass(frozen=True, slots=True)
class Runs:
    """The simulated windows by number of teams."""

    as_it_is: Mapping[int, Outcome]
    turned: Mapping[int, Outcome]
    turned_to: Setting


def tables_of(runs: Runs, played: Played, idle: Idle) -> list[Table]:
    """All, in the order of the page."""
    return [
        flow("asis", "As it is deployed", runs.as_it_is),
        flow("turned", "With what can be turned", runs.turned),
        turned_to(runs.turned_to),
        ladder("wide", "Many teams", wide()),
        ladder("deep", "One team that grows", deep()),
        first(runs),
        costs(runs, played, idle),
        once_a_day(),
        group(),
        premises(),
    ]


def flow(name: str, title: str, outcomes: Mapping[int, Outcome]) -> Table:
    """What customers meet."""
    rows = []
    for teams, outcome in outcomes.items():
        rows.append(
            [
                f"{teams:,}x",
                f"{teams * TEAM_MESSAGES:,}",
                f"{outcome.messages:,}",
                _seconds(outcome.percentile(50)),
                _seconds(outcome.percentile(95)),
                f"{outcome.in_time():.0%}",
                f"{outcome.to_people / max(outcome.messages, 1):.0%}",
                f"{outcome.backlog:,}",
                f"{outcome.instances.get('llm_reply', 0)}",
            ]
        )
    columns = ["teams", "messages a day", "simulated", "answer, median", "answer, 95 %", "within 3 min"]
    columns += ["to people by the model's limit", "waiting at the end", "`llm-reply` instances"]
    return Table(name, title, columns, rows)


def turned_to(setting: Setting) -> Table:
    """What was turned for the second table."""
    before = Setting()
    rows = [
        ["`infra/task_queues.py`: `at_once` of `replies`", f"{before.at_once}", f"{setting.at_once}"],
        ["`infra/task_queues.py`: `per_second` of `replies`", f"{before.per_second}", f"{setting.per_second}"],
        ["the model's requests a minute", f"{before.model_a_minute:,}", f"{setting.model_a_minute:,}"],
        *(
            [
                f"terraform/functions.tf: `instances` of `{name.replace('_', '-')}`",
                f"{one.instances}",
                f"{now.instances}",
            ]
            for name, one in before.services.items()
            if (now := setting.services[name]) != one
        ),
    ]
    return Table("turnedto", "What was turned", ["what", "as it is", "turned"], rows)


def ladder(name: str, title: str, found: Sequence[Limit]) -> Table:
    """Limits, the first one first."""
    rows = [[_round(limit.teams), limit.what, limit.where, limit.seen, limit.turn] for limit in found]
    return Table(name, title, ["reached at", "limit", "where", "what people notice", "what to turn"], rows)


def first(runs: Runs) -> Table:
    """The answer in one line a size."""
    rows = []
    for teams in TEAMS[1:]:
        hit = [limit for limit in wide() if limit.teams <= teams]
        outcome = runs.as_it_is[teams]
        answer = f"{_seconds(outcome.percentile(95))} at the 95th percentile"
        name = hit[0].what if hit else f"none; the nearest is at {_round(wide()[0].teams)}"
        rows.append([f"{teams:,}x", f"{len(hit)}", name, answer])
    return Table("first", "Which limit is hit first", ["teams", "limits reached", "the first", "an answer takes"], rows)


def costs(runs: Runs, played: Played, idle: Idle) -> Table:
    """A month, gross, with instances as they were simulated with what can be turned."""
    rows = []
    for teams, outcome in runs.turned.items():
        messages = teams * TEAM_MESSAGES * DAYS
        per_thousand = 1000 * dollars(_use(played, outcome))
        answers = per_thousand * messages / 1000
        pulls = teams * sum(dollars(inbox_month(idle, kind)) for kind in PULLED)
        looks = dollars(Use(reads=teams * TEAM_INBOXES * MINUTES))
        model = messages * model_dollars(played.quiet.tally.prompt_tokens, value("output"))
        rows.append(
            [f"{teams:,}x", f"${per_thousand:.3f}", *(f"${sum_:,.0f}" for sum_ in (answers, pulls, looks, model))]
        )
    columns = [
        "teams",
        "1,000 answers",
        "answers",
        "pulls of silent inboxes",
        "reading every inbox each minute",
        "the model",
    ]
    return Table("costs", "What it costs a month, gross", columns, rows)


def once_a_day() -> Table:
    """The daily comparison in the queue of a kind of channel."""
    rows = [
        [f"{teams:,}x", _seconds(stampede(teams)), _seconds(stampede(teams, over=1.0))]
        for teams in (100, 1_000, 10_000, 20_000)
    ]
    columns = ["teams", "waits at most", "if all began at once"]
    return Table("stampede", "A file that comes while inboxes are compared", columns, rows)


def group() -> Table:
    """One team's work group after the busiest hour."""
    rows = [[f"{size}x", f"{behind(size) / 60:,.0f} min"] for size in (1, 10, 15, 20, 50, 100)]
    return Table("group", "A work group after the busiest hour", ["one team of", "is behind by"], rows)


def premises() -> Table:
    """What the simulation stands on."""
    rows = [
        [
            "1x",
            f"{TEAM_INBOXES} inboxes (Telegram, Avito, Wildberries), {TEAM_MESSAGES} messages a day",
            "our definition",
        ],
        ["the busiest hour", f"{BUSIEST_HOUR:.0%} of a day: {STEADY:.4f} messages a second and team", "assumed"],
        ["a burst", f"{BURST:g} times that for a minute: {PEAK:.3f} a second", "assumed"],
        [
            "simulated",
            f"{WINDOW:.0f} s of the busiest hour, longer for few teams; Poisson arrivals, seed 1, all asleep at first",
            "",
        ],
        ["time of each request", "what it waits for, by the counted calls of a quiet turn", "`docs/cost.md`"],
        ["Pub/Sub, publish to call", f"{PUSH_SECONDS} s", "assumed"],
        [
            "the model",
            f"lognormal, mean {value('model'):g} s, {MODEL_A_MINUTE} requests a minute",
            "assumed: a first paid tier",
        ],
        ["services", "concurrency, instances, timeouts", "terraform/functions.tf"],
        ["queues", "starts a second, under way at once", "`infra/task_queues.py`"],
        ["an index that only grows", f"{RISING_INDEX:.0f} writes a second", "Firestore's documentation"],
        ["a comparison of an inbox", f"{COMPARISON:g} s", "assumed"],
        [
            "many at once: an inbox read, an event published, a conversation mended, a group looked at",
            ", ".join(f"{1000 * taken:.1f}" for taken in (LISTED, PUBLISHED, MENDED, HEALED)) + " ms",
            "measured on the emulators, two cores",
        ],
        ["calls for a mirrored turn", f"{GROUP_CALLS}", "counted by a test"],
        ["an outage", f"{OUTAGE / 60:.0f} min", "assumed"],
    ]
    return Table("premises", "What it stands on", ["what", "figure", "from where"], rows)


def _use(played: Played, outcome: Outcome) -> Use:
    """One message: the counted operations of a busy desk, and the instances as simulated."""
    held = Use()
    for name, taken in outcome.billed.items():
        share = taken / max(outcome.messages, 1)
        held += Use(vcpu_seconds=share * value("vcpu"), gib_seconds=share * limits()[name].memory)
    return counted_use(played.busy.tally) + held


def _seconds(taken: float) -> str:
    return f"{taken:.0f} s" if taken < 120 else f"{taken / 60:.0f} min"


def _round(teams: float) -> str:
    digits = max(len(f"{teams:.0f}") - 2, 0)
    return f"{round(teams, -digits):,.0f}x"
