"""The simulator against queueing theory and the real desk, and the page that shows what it says."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from math import exp, factorial

import pytest

from tests.bench.cost_charges import Played
from tests.bench.cost_idle import Idle
from tests.bench.cost_services import Limits
from tests.bench.cost_tables import DOCS, rewritten
from tests.bench.scale import SMOOTH, TURNED, played, report_of
from tests.bench.scale_desk import DEBOUNCE, Hop, Setting, hops_of, simulated
from tests.bench.scale_engine import Action, Fleet, Gate, Simulation
from tests.bench.scale_limits import DUE_WRITES, behind, deep, stampede, wide

ONE = Limits(timeout=60, concurrency=1000, memory=0.5, instances=1)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Idle]:
    """A turn of the real desk, played once."""
    return asyncio.run(played(tmp_path_factory.mktemp("scale")))


def erlang_wait(servers: int, a_second: float, takes: float) -> float:
    """Mean wait in an M/M/c queue, by Erlang's C formula."""
    offered = a_second * takes
    busy = offered**servers / factorial(servers) * servers / (servers - offered)
    waits = busy / (sum(offered**k / factorial(k) for k in range(servers)) + busy)
    return waits * takes / (servers - offered)


def poisson(simulation: Simulation, dice: random.Random, a_second: float, until: float, arrive: Action) -> None:
    """Let something arrive again and again."""

    def came() -> None:
        arrive()
        after = dice.expovariate(a_second)
        if simulation.now + after < until:
            simulation.after(after, came)

    simulation.after(dice.expovariate(a_second), came)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (4, 0.8), (20, 0.8)])
def test_waits_are_those_of_queueing_theory(servers: int, load: float) -> None:
    takes, waited = 2.0, []
    a_second = load * servers / takes
    for seed in (1, 2, 3):
        simulation, dice = Simulation(), random.Random(seed)
        gate = Gate(simulation, at_once=servers)

        def work(done: Action, simulation: Simulation = simulation, dice: random.Random = dice) -> None:
            simulation.after(dice.expovariate(1 / takes), done)

        poisson(simulation, dice, a_second, 60_000 / a_second, lambda gate=gate, work=work: gate.submit(work))
        simulation.run(float("inf"))
        waited += gate.waited

    assert sum(waited) / len(waited) == pytest.approx(erlang_wait(servers, a_second, takes), rel=0.08)


def test_a_queue_starts_no_more_a_second_than_it_may() -> None:
    simulation, starts = Simulation(), []
    gate = Gate(simulation, at_once=100, per_second=10)

    def work(done: Action) -> None:
        starts.append(simulation.now)
        simulation.after(0.01, done)

    for _ in range(31):
        gate.submit(work)
    simulation.run(100)

    assert starts == pytest.approx([number / 10 for number in range(31)])


def test_one_instance_is_billed_for_the_time_in_which_somebody_is_there() -> None:
    """With Poisson arrivals that is 1 - exp(-rho) of the time: the cost of sharing rests on it."""
    simulation, dice, rho, takes = Simulation(), random.Random(3), 1.5, 4.0
    fleet, until = Fleet(simulation, ONE, start_seconds=0.0), 100_000.0

    poisson(simulation, dice, rho / takes, until, lambda: fleet.submit(dice.expovariate(1 / takes), lambda: None))
    simulation.run(until * 2)

    assert fleet.billed / until == pytest.approx(1 - exp(-rho), rel=0.02)
    assert fleet.starts == 1


def test_a_service_starts_instances_as_far_as_it_may_and_then_requests_wait() -> None:
    simulation, ended = Simulation(), []
    fleet = Fleet(simulation, replace(ONE, concurrency=2, instances=2, timeout=10), start_seconds=3.0)

    for _ in range(6):
        fleet.submit(5.0, lambda: ended.append(simulation.now))
    assert (fleet.most, fleet.backlog) == (2, 2)
    simulation.run(100)

    assert ended == [8.0] * 4 + [13.0] * 2
    assert fleet.late == 2
    assert fleet.billed == 2 * 3.0 + 2 * 5.0 + 5.0


def test_an_instance_that_nobody_calls_goes_and_the_next_one_must_start() -> None:
    simulation = Simulation()
    fleet = Fleet(simulation, ONE, start_seconds=1.0, kept_seconds=60.0)

    for when in (0.0, 50.0, 200.0):
        simulation.at(when, lambda: fleet.submit(1.0, lambda: None))
    simulation.run(300)

    assert fleet.starts == 2


def test_the_same_seed_gives_the_same_run_and_another_one_another() -> None:
    hops = [Hop("llm_reply", 0.1, asks_model=True, is_task=True), Hop("deliver", 0.3)]
    runs = [simulated(100, hops, Setting(), seed=seed) for seed in (1, 1, 2)]

    assert runs[0] == runs[1]
    assert runs[0].latencies != runs[2].latencies


def test_the_simulated_turn_is_the_counted_one(real: tuple[Played, Idle]) -> None:
    hops = hops_of(real[0].quiet)

    assert [hop.function for hop in hops] == ["telegram_webhook", "llm_reply", "llm_reply", "deliver"]
    assert [hop.asks_model for hop in hops] == [hop.is_task for hop in hops] == [False, False, True, False]
    alone = simulated(1, [replace(hop, asks_model=False) for hop in hops], Setting())
    assert min(alone.latencies) == pytest.approx(DEBOUNCE + sum(hop.own for hop in hops) + 2 * 0.05, abs=0.01)


def test_so_many_commits_of_a_turn_move_what_the_sweep_looks_for(real: tuple[Played, Idle]) -> None:
    assert real[0].quiet.tally.due_writes == DUE_WRITES


def test_nobody_notices_a_hundred_teams_and_ten_thousand_need_what_can_be_turned(real: tuple[Played, Idle]) -> None:
    hops = hops_of(real[0].quiet)
    many = simulated(10_000, hops, Setting())
    turned = simulated(10_000, hops, TURNED)

    assert report_of(*real).met
    assert simulated(SMOOTH, hops, Setting()).in_time() == 1
    assert many.in_time() < 0.5, "by the model's limit, most are handed to people"
    assert turned.in_time() == 1
    assert (turned.backlog, turned.to_people) == (0, 0)


def test_limits_are_in_the_order_in_which_they_are_reached() -> None:
    for found in (wide(), deep()):
        reached = [limit.teams for limit in found]
        assert reached == sorted(reached)
        assert reached[0] > 1
    assert wide()[0].teams > SMOOTH


def test_comparisons_begun_together_hold_up_files_in_proportion_and_spread_ones_do_not() -> None:
    at_once = [stampede(teams, over=1.0) for teams in (100, 1000, 10_000)]
    assert at_once == pytest.approx([50, 500, 5000], rel=0.05)
    assert stampede(10_000) < 5
    assert 5 < stampede(28_000) < 300, "near the limit that the page names"
    assert stampede(40_000) > 3600


def test_a_group_falls_behind_beyond_its_pace() -> None:
    assert behind(10) == 0 < behind(20) < behind(40)


def test_the_page_shows_what_the_script_prints(real: tuple[Played, Idle]) -> None:
    page = (DOCS / "scale.md").read_text(encoding="utf-8")

    assert rewritten(page, report_of(*real).tables) == page, "run `python3 run.py bench scale --write`"
