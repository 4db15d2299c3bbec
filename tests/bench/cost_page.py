"""The tables of `docs/cost.md`."""

from __future__ import annotations

from collections.abc import Mapping

from infra.channels.registry import REGISTRY
from infra.topology import FUNCTIONS, SCHEDULES
from shared.domain.channels import ChannelKind
from tests.bench.cost_assumptions import A, seconds, secret_names, value
from tests.bench.cost_charges import Played, instance_seconds, month, per_thousand, use_of
from tests.bench.cost_desk import API, WORKER
from tests.bench.cost_formula import (
    Use,
    bill,
    dollars,
    min_instance_month,
    model_dollars,
    open_hour,
    worker_pool_month,
)
from tests.bench.cost_idle import Idle, dashboard_hour, defaults_month, inbox_month
from tests.bench.cost_member import deployed_pace
from tests.bench.cost_prices import MINUTES, prices
from tests.bench.cost_services import limits
from tests.bench.cost_tables import Table
from tests.bench.cost_turns import AT_ONCE, PIECES, Turn

MONTHS = (1_000, 10_000, 40_000, 100_000, 300_000, 1_000_000)
REFERENCE = ChannelKind.TELEGRAM_BOT.value
PARTS = ("CPU", "memory", "requests", "Firestore", "Pub/Sub", "tasks", "egress", "logs", "secrets")


def tables_of(kinds: Mapping[str, Played], variants: Mapping[str, Turn], idle: Idle) -> list[Table]:
    """All, in the order of the page."""
    return [
        thousand(kinds),
        operations(kinds),
        parts(kinds[REFERENCE]),
        others(variants),
        months(kinds[REFERENCE], idle),
        idling(idle),
        silent(idle),
        extras(idle),
        model(kinds[REFERENCE]),
        functions(kinds[REFERENCE]),
        compared(kinds[REFERENCE], idle),
        fixed(),
        assumptions(),
        listed(),
    ]


def thousand(kinds: Mapping[str, Played]) -> Table:
    """Dollars by channel and state."""
    rows = [
        [played.name, *(_money(per_thousand(played, state)) for state in ("quiet", "busy", "asleep"))]
        for played in kinds.values()
    ]
    return Table("thousand", "1,000 automatic turns, without the model", ["channel", "quiet", "busy", "asleep"], rows)


def operations(kinds: Mapping[str, Played]) -> Table:
    """What was counted."""
    rows = []
    for played in kinds.values():
        quiet, busy = played.quiet.tally, played.busy.tally
        rows.append(
            [
                played.name,
                *(f"{_n(getattr(quiet, name))} / {_n(getattr(busy, name))}" for name in ("requests", "reads")),
                *(_n(getattr(quiet, name)) for name in ("writes", "deletes", "pushes")),
                _n(quiet.creations + quiet.dispatches),
                f"{_n(quiet.vendor_calls + quiet.vendor_sessions)} in {_n(quiet.vendor_waits + quiet.vendor_sessions)}",
                f"{instance_seconds(played.quiet, 'quiet'):.1f} s",
                _n(played.asleep.tally.reads),
            ]
        )
    columns = ["channel", "requests, quiet / busy", "reads, quiet / busy", "writes", "deletes", "Pub/Sub", "task ops"]
    columns += ["vendor calls, in waits", "instance, quiet", "reads, asleep"]
    return Table("operations", "Counted for one turn", columns, rows)


def parts(played: Played) -> Table:
    """The reference turn's price by heading."""
    bills = [bill(use_of(played.turn(state), state) * 1000) for state in ("quiet", "busy", "asleep")]
    rows = [[part, *(_money(one[part]) for one in bills)] for part in PARTS]
    rows.append(["**together**", *(f"**{_money(sum(one.values()))}**" for one in bills)])
    return Table("parts", f"1,000 turns on {played.name}, by part", ["part", "quiet", "busy", "asleep"], rows)


def others(variants: Mapping[str, Turn]) -> Table:
    """Turns that go another way."""
    rows = []
    for name, turn in variants.items():
        tally = turn.tally
        price = _money(1000 * dollars(use_of(turn, "quiet")))
        rows.append([name, price, *(_n(getattr(tally, one)) for one in ("requests", "reads", "writes"))])
    return Table(
        "others", "Other turns on Telegram, quiet", ["turn", "1,000 of them", "requests", "reads", "writes"], rows
    )


def months(played: Played, idle: Idle) -> Table:
    """Month totals of the reference channel, with what an idle desk costs."""
    standing = sum(defaults_month(idle).values(), Use())
    rows = []
    for messages in MONTHS:
        use = month(played, messages)
        whole = use + standing
        rows.append(
            [f"{messages:,}", _cents(dollars(use)), _cents(dollars(whole)), _cents(dollars(whole, is_free=True))]
        )
    columns = ["answered messages a month", "they alone, gross", "with the idle desk, gross", "after the free tier"]
    return Table("months", f"A month on {played.name}", columns, rows)


def idling(idle: Idle) -> Table:
    """An idle month by part."""
    month = defaults_month(idle)
    rows = [[name, _cents(dollars(use)), _cents(dollars(use, is_free=True))] for name, use in month.items()]
    whole = sum(month.values(), Use())
    rows.append(["**together**", f"**{_cents(dollars(whole))}**", f"**{_cents(dollars(whole, is_free=True))}**"])
    return Table("idling", "A month in which nobody writes, no inbox", ["part", "gross", "after the free tier"], rows)


def silent(idle: Idle) -> Table:
    """What one silent inbox adds."""
    rows = []
    for kind, entry in REGISTRY.items():
        use = inbox_month(idle, kind)
        pulls = use.requests - (1 if use.requests else 0)
        rows.append([entry.title, _n(round(pulls, -2)), _n(round(use.vcpu_seconds, -2)), _cents(dollars(use))])
    columns = ["one silent inbox", "pulls a month, about", "vCPU-seconds", "gross a month"]
    return Table("silent", "What a silent inbox adds", columns, rows)


def extras(idle: Idle) -> Table:
    """What is off by default, or grows with the people who look."""
    vcpu, gib = value("vcpu"), limits()[API].memory
    store, hour = prices()["firestore"], dollars(dashboard_hour(idle))
    worker = Use(reads=idle.worker.reads, writes=idle.worker.writes) * MINUTES
    pool = worker_pool_month(vcpu, limits()[WORKER].memory)
    rows = [
        ["an open dashboard, an hour alone on its instance", f"${hour:.3f}"],
        ["… 8 hours on 22 days; more dashboards on that instance add their reads only", _cents(hour * 176)],
        ["an open chat window of a visitor, an hour alone on its instance", f"${open_hour(vcpu, gib):.3f}"],
        ["a min instance of the API, a month", _cents(min_instance_month(vcpu, gib))],
        ["a min instance of a webhook, a month", _cents(min_instance_month(vcpu, limits()["telegram_webhook"].memory))],
        ["the worker pool of personal Telegram accounts, a month", _cents(pool)],
        ["… and the documents that it reads and writes for one silent account, gross", _cents(dollars(worker))],
        ["point-in-time recovery, a GiB of data and month", f"${store['pitr_gib_month']:.3f}"],
        ["a daily backup that is kept for 7 days, a GiB of data and month", f"${7 * store['backup_gib_month']:.3f}"],
        ["data above the first GiB, a GiB and month", f"${store['gib_month']:.3f}"],
    ]
    return Table("extras", "What is off by default, or grows with the people who look", ["what", "price"], rows)


def model(played: Played) -> Table:
    """The model's price by the size of the prompt."""
    asked, told = played.quiet.tally.prompt_tokens, value("output")
    rows = [
        [name, f"{tokens:,.0f}", f"{told:,.0f}", _cents(1000 * model_dollars(tokens, told))]
        for name, tokens in (
            (f"counted: {PIECES} pieces of knowledge, Russian", asked),
            ("a third of that", asked / 3),
            ("three times as much", asked * 3),
        )
    ]
    return Table("model", "The model, 1,000 turns", ["prompt", "tokens in", "tokens out", "1,000 turns"], rows)


def functions(played: Played) -> Table:
    """Where the time of the reference turn goes."""
    rows = []
    for one in played.quiet.served:
        if one.function != WORKER:
            tally = one.tally
            waits = [_n(getattr(tally, name)) for name in ("lookups", "commits", "publishes", "creations")]
            rows.append(
                [f"`{one.function}`", *waits, _n(tally.vendor_calls), _n(tally.model_calls), f"{seconds(tally):.2f} s"]
            )
    columns = ["function", "lookups", "commits", "publishes", "new tasks", "vendor calls", "model calls", "takes"]
    return Table("functions", f"A quiet turn on {played.name}, function by function", columns, rows)


def assumptions() -> Table:
    """What was not counted."""
    rows = [[one.what, f"{one.value:g} {one.unit}".strip(), one.why] for one in A.values()]
    return Table("assumptions", "What is assumed", ["what", "figure", "why"], rows)


def listed() -> Table:
    """The price table."""
    rows = [
        [
            service.name,
            ", ".join(f"{name} {amount:g}" for name, amount in service.figures.items()),
            service.shared_by,
            service.source,
        ]
        for service in prices().values()
    ]
    return Table("prices", "Prices in dollars", ["service", "figures", "free allowance shared by", "source"], rows)


def compared(played: Played, idle: Idle) -> Table:
    """Beside the smallest sensible machine for Chatwoot."""
    other, standing = prices()["chatwoot"], sum(defaults_month(idle).values(), Use())
    rows = [
        [
            "Chatwoot on e2-medium, all on one machine, half the recommended cores",
            f"{_cents(other['least_month'])} to {_cents(other['most_month'])}",
        ],
        [
            "Chatwoot on e2-standard-4, the recommended cores, without its disk",
            _cents(other["recommended_machine_month"]),
        ],
        ["Parley, nobody writes", _cents(dollars(standing, is_free=True))],
        *(
            [
                f"Parley, {messages:,} answered messages",
                _cents(dollars(month(played, messages) + standing, is_free=True)),
            ]
            for messages in MONTHS
        ),
        [
            "Parley, one dashboard open on 22 days for 8 hours, beside the above",
            _cents(176 * dollars(dashboard_hour(idle))),
        ],
        ["as many answered messages as e2-medium costs, gross", f"{break_even(played, other['least_month']):,}"],
    ]
    return Table("compared", "A month beside Chatwoot", ["what", "a month"], rows)


def break_even(played: Played, budget: float) -> int:
    """Messages a month that cost this much before any free allowance, to the nearest thousand below."""
    thousands = 1
    while dollars(month(played, (thousands + 1) * 1000)) <= budget:
        thousands += 1
    return thousands * 1000


def fixed() -> Table:
    """What the code says, not we."""
    rows = [
        ["functions, and the API", f"{len(FUNCTIONS)} + 1", "`infra/topology.py`"],
        ["scheduler jobs", f"{len(SCHEDULES)}", "`infra/topology.py`"],
        ["secrets with one version each", f"{len(secret_names())}", "`infra/settings.py`, `infra/cipher.py`"],
        ["seconds between two looks of open dashboards", f"{deployed_pace()['look']:g}", "`api/app.py`"],
        ["customers who write at once on a busy desk", f"{AT_ONCE}", "`tests/bench/cost_turns.py`"],
    ]
    return Table("fixed", "What the code says", ["what", "figure", "where"], rows)


def _money(amount: float) -> str:
    return f"${amount:.3f}"


def _cents(amount: float) -> str:
    return f"${amount:,.2f}"


def _n(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
