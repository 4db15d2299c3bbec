"""Which limit is hit first as the desk grows: a seeded simulation of its flow, and limits that follow by arithmetic.

1x is one small seller team. `--write` brings the tables of `docs/scale.md` up to date.
"""

from __future__ import annotations

from pathlib import Path

from shared.domain.channels import ChannelKind
from tests.bench.cost_charges import Played
from tests.bench.cost_desk import metered_machine
from tests.bench.cost_idle import Idle, silent_inboxes
from tests.bench.cost_tables import TabledReport
from tests.bench.cost_turns import Play
from tests.bench.measuring import Figure
from tests.bench.scale_desk import Hop, Setting, hops_of, simulated
from tests.bench.scale_limits import wide
from tests.bench.scale_page import PULLED, TEAMS, Runs, tables_of
from tests.bench.stage import Stage

TURNED = Setting(at_once=2_000, per_second=500, model_a_minute=30_000).with_instances(llm_reply=100)
SMOOTH = 100
"""Teams up to which nobody may notice anything, with everything as it is deployed."""
LATEST = 30.0
"""Seconds within which 95 % of the answers are there, then."""


async def played(folder: Path) -> tuple[Played, Idle]:
    """What the simulation takes from the real desk: the requests of a turn, and what silent inboxes cost."""
    async with metered_machine(folder / "turn") as machine:
        play = Play(machine, ChannelKind.TELEGRAM_BOT)
        await play.begin()
        quiet, busy = await play.turn("quiet"), await play.turn("busy")
    return Played("Telegram", quiet, quiet, busy), await silent_inboxes(folder, PULLED)


def runs_of(hops: list[Hop]) -> Runs:
    """All windows."""
    return Runs(
        {teams: simulated(teams, hops, Setting()) for teams in TEAMS},
        {teams: simulated(teams, hops, TURNED) for teams in TEAMS},
        TURNED,
    )


async def run(stage: Stage) -> TabledReport:
    """Play, simulate, compare."""
    return report_of(*await played(stage.new_folder("scale")))


def report_of(turn: Played, idle: Idle) -> TabledReport:
    """What `run.py bench scale` prints."""
    runs = runs_of(hops_of(turn.quiet))
    smooth, first = runs.as_it_is[SMOOTH], wide()[0]
    figures = [
        Figure(f"answers at {teams:,}x, 95 %", outcome.percentile(95), "s") for teams, outcome in runs.as_it_is.items()
    ]
    figures += [Figure("the first limit of our own, teams", first.teams, "x")]
    met = smooth.percentile(95) <= LATEST and smooth.to_people == 0 and first.teams > SMOOTH
    goal = f"at {SMOOTH}x nothing is reached and 95 % of the answers come within {LATEST:g} s"
    return TabledReport("scale", goal, met, figures, tables=tables_of(runs, turn, idle))
