"""The price of the desk: what is demanded of it, the arithmetic, and the page that shows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from infra.channels.registry import REGISTRY
from infra.topology import FUNCTIONS, SCHEDULES
from tests.bench.cost import BUSY, IDLE, QUIET, Counted, counted, report_of
from tests.bench.cost_assumptions import A, billed, seconds, secret_names
from tests.bench.cost_charges import Played, instance_seconds, month, use_of
from tests.bench.cost_counting import Served, Tally, tokens
from tests.bench.cost_desk import API, WORKER
from tests.bench.cost_formula import Use, bill, dollars, min_instance_month, model_dollars, open_hour, pubsub_bytes
from tests.bench.cost_idle import defaults_month
from tests.bench.cost_prices import DAYS, prices
from tests.bench.cost_services import limits
from tests.bench.cost_tables import DOCS, Table, rewritten
from tests.bench.cost_turns import AT_ONCE, PIECES, Turn


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """Everything, played once."""
    return asyncio.run(counted(tmp_path_factory.mktemp("cost")))


def worked(reads: float, writes: float, taken: float) -> Use:
    """A message of the cases that were worked out by hand: 1 vCPU, 0.5 GiB, 4 requests, 20 KB out, 5 KB of logs."""
    return Use(
        vcpu_seconds=taken,
        gib_seconds=taken * 0.5,
        requests=4,
        reads=reads,
        writes=writes,
        deletes=2,
        operations=2,
        pubsub_bytes=pubsub_bytes(1),
        egress_kb=20,
        log_kb=5,
    )


@pytest.mark.parametrize(
    ("use", "sums", "noted"),
    [
        (worked(30, 12, 4.55), (0.114889, 0.0016, 0.0220, 0.0008, 0.000073, 0.002289, 0.002384), 0.145),
        (worked(30, 12, 1.05), (0.026513, 0.0016, 0.0220, 0.0008, 0.000073, 0.002289, 0.002384), 0.056),
        (worked(15, 6, 0.40), (0.010100, 0.0016, 0.01111, 0.0008, 0.000073, 0.002289, 0.002384), 0.027),
    ],
    ids=["a quiet desk", "a busy desk", "people without a model"],
)
def test_the_formula_gives_what_was_worked_out_by_hand(use: Use, sums: tuple[float, ...], noted: float) -> None:
    """By hand: instances, requests, Firestore, tasks, Pub/Sub, egress, logs. `noted`: as the price research has it."""
    assert dollars(use * 1000) == pytest.approx(sum(sums), abs=2e-6)
    assert dollars(use * 1000) == pytest.approx(noted, abs=0.0015)


def test_each_part_of_a_bill_is_what_was_worked_out_by_hand() -> None:
    parts = bill(worked(30, 12, 4.55) * 1000)

    assert round(parts["CPU"], 4) == 0.1092
    assert round(parts["memory"], 5) == 0.00569
    assert round(parts["Firestore"], 5) == 0.022
    assert round(parts["Pub/Sub"], 6) == 0.000073
    assert round(parts["egress"] + parts["logs"], 5) == 0.00467
    assert round(model_dollars(3000, 200) * 1000, 2) == 1.52
    assert round(min_instance_month(1, 0.5), 2) == 9.86
    assert round(open_hour(1, 0.5), 3) == 0.091


def test_the_free_allowances_are_of_a_month_or_of_each_day_and_make_nothing_negative() -> None:
    within = Use(vcpu_seconds=180_000, reads=50_000 * DAYS, jobs=3, secret_versions=6, requests=10)
    beyond = within + Use(vcpu_seconds=1000, reads=100_000, jobs=1)

    assert dollars(within, is_free=True) == 0
    assert round(dollars(beyond, is_free=True), 6) == round(1000 * 2.4e-5 + 0.033 + 0.10, 6)


def test_every_price_names_where_and_when_it_was_seen() -> None:
    assert all("2026" in service.source or "stored copy" in service.source for service in prices().values())
    assert all(service.shared_by for service in prices().values())


def test_the_time_of_a_request_is_the_sum_of_its_waits_and_only_the_models_is_shared() -> None:
    request = Tally(requests=1, lookups=2, commits=1, model_calls=1)
    own = A["own"].value + 2 * A["lookup"].value + A["commit"].value

    assert seconds(request) == pytest.approx(own + A["model"].value)
    assert seconds(request, sharing=8) == pytest.approx(own + A["model"].value / 8)
    assert [billed(taken) for taken in (0.001, 0.1, 0.101)] == [pytest.approx(step) for step in (0.1, 0.1, 0.2)]


def flat(taken: Tally) -> Played:
    """A turn of one request of one function, whatever the state."""
    turn = Turn((Served("deliver", taken),), 1)
    return Played("flat", turn, turn, turn)


def test_a_turn_that_finds_a_service_asleep_pays_for_its_start() -> None:
    turn = Turn((Served("deliver"), Served("deliver"), Served(WORKER, Tally())), 1)

    assert instance_seconds(turn, "quiet") == pytest.approx(0.2)
    assert instance_seconds(turn, "asleep") == pytest.approx(0.2 + A["start"].value)
    assert use_of(turn, "quiet").gib_seconds == pytest.approx(0.2 * limits()["deliver"].memory)


def test_few_messages_a_month_pay_for_starts_and_many_share_instances() -> None:
    wait = flat(Tally(requests=1, model_calls=1))
    alone = seconds(wait.quiet.tally)

    few, some, many = (month(wait, messages).vcpu_seconds / messages for messages in (100, 20_000, 5_000_000))

    assert few == pytest.approx(alone + A["start"].value, rel=0.05)
    assert some == pytest.approx(alone, rel=0.05)
    assert many < alone / 10


def test_turns_cost_no_more_than_is_demanded_on_every_kind_of_channel(desk: Counted) -> None:
    report = report_of(desk)

    assert report.met, report.as_text()
    assert {kind: price for kind, price in desk.prices("quiet").items() if price > QUIET} == {}
    assert {kind: price for kind, price in desk.prices("busy").items() if price > BUSY} == {}


def test_only_who_writes_the_reply_wakes_up_to_the_knowledge(desk: Counted) -> None:
    played = desk.kinds["telegram_bot"]

    reading = {one.function for one in played.asleep.served if one.tally.reads > PIECES}

    assert reading == {"llm_reply"}
    assert played.asleep.tally.reads - played.quiet.tally.reads <= PIECES


def test_hints_of_one_second_are_two_pulls(desk: Counted) -> None:
    """One for the first, one for those that came meanwhile."""
    pulls = [one.tally for one in desk.kinds["yandex_market"].busy.served if one.function == "channel_pull"]

    assert len(pulls) == AT_ONCE
    assert sum(pull.vendor_calls > 0 for pull in pulls) == 2


@pytest.mark.parametrize("kind", ["wildberries", "yandex_market"])
def test_marketplaces_are_asked_in_several_places_at_the_same_time(desk: Counted, kind: str) -> None:
    (pull,) = (one.tally for one in desk.kinds[kind].quiet.served if one.function == "channel_pull")

    assert pull.vendor_waits <= 4 < pull.vendor_calls


def test_an_idle_month_costs_less_than_is_demanded(desk: Counted) -> None:
    assert desk.idle_month() < IDLE
    assert dollars(sum(defaults_month(desk.idle).values(), Use())) < 2 * IDLE, "also without a free tier it is small"


def test_every_kind_of_channel_is_played_and_asks_the_model_once(desk: Counted) -> None:
    assert desk.kinds.keys() == {kind.value for kind in REGISTRY}
    for played in desk.kinds.values():
        assert [played.turn(state).tally.model_calls for state in ("quiet", "busy", "asleep")] == [1, 1, 1]
        assert played.busy.tally.reads < played.quiet.tally.reads < played.asleep.tally.reads
        assert played.quiet.tally.requests <= 6


def test_the_lines_of_the_log_are_no_longer_than_assumed(desk: Counted) -> None:
    lines = sum((played.quiet.tally for played in desk.kinds.values()), Tally())

    assert lines.log_bytes / lines.log_lines <= A["line"].value * 1024


def test_jobs_secrets_and_services_come_from_the_code(desk: Counted) -> None:
    standing = sum(defaults_month(desk.idle).values(), Use())

    assert standing.jobs == len(SCHEDULES)
    assert standing.secret_versions == len(secret_names())
    assert "encryption-keys" in secret_names()
    assert not any("demo" in name for name in secret_names())
    assert limits().keys() == {*FUNCTIONS, API, WORKER}


def test_the_page_shows_what_the_script_prints(desk: Counted) -> None:
    page = (DOCS / "cost.md").read_text(encoding="utf-8")

    assert rewritten(page, report_of(desk).tables) == page, "run `python3 run.py bench cost --write`"


def test_a_page_without_the_marker_of_a_table_is_refused(tmp_path: Path) -> None:
    table = Table("one", "One", ["a", "b"], [["1", "2"]])

    assert rewritten("x\n<!-- generated: one -->\nold\n<!-- end -->\ny", [table]) == (
        "x\n<!-- generated: one -->\n| a | b |\n| --- | --- |\n| 1 | 2 |\n<!-- end -->\ny"
    )
    with pytest.raises(KeyError):
        rewritten("nothing", [table])


def test_russian_takes_more_tokens_than_english_of_the_same_length() -> None:
    assert tokens("a" * 100) == 25
    assert tokens("я" * 100) == 40
