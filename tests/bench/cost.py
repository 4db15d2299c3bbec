"""What the desk costs: operations counted on the embedded machine, priced with a dated table.

One automatic turn of each kind of channel, asleep (every service starts), quiet (alone, with aged caches) and busy
(eight customers within a second). `--write` brings the tables of `docs/cost.md` up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from infra.channels.registry import REGISTRY
from tests.bench.cost_charges import Played, per_thousand
from tests.bench.cost_desk import metered_machine
from tests.bench.cost_formula import Use, dollars
from tests.bench.cost_idle import Idle, defaults_month, idled
from tests.bench.cost_page import tables_of
from tests.bench.cost_tables import TabledReport
from tests.bench.cost_turns import Play, State, Turn
from tests.bench.cost_variants import played_variants
from tests.bench.measuring import Figure
from tests.bench.stage import Stage

QUIET, BUSY, IDLE = 0.20, 0.08, 1.00
"""Dollars: at most so much for 1,000 automatic turns without the model, on every kind of channel, and for a month in
which nobody writes."""


@dataclass(frozen=True, slots=True)
class Counted:
    """All that was played."""

    kinds: Mapping[str, Played]
    variants: Mapping[str, Turn]
    idle: Idle

    def prices(self, state: State) -> dict[str, float]:
        """Dollars for 1,000 turns by kind of channel."""
        return {kind: per_thousand(played, state) for kind, played in self.kinds.items()}

    def idle_month(self) -> float:
        """With defaults and no inbox, after the free allowances."""
        return dollars(sum(defaults_month(self.idle).values(), Use()), is_free=True)


async def counted(folder: Path) -> Counted:
    """Play everything. The clock stands still, so every run counts the same."""
    kinds = {}
    for kind, entry in REGISTRY.items():
        async with metered_machine(folder / kind.value) as machine:
            play = Play(machine, kind)
            await play.begin()
            quiet, busy, asleep = [await play.settled(state) for state in ("quiet", "busy", "asleep")]
            kinds[kind.value] = Played(entry.title, asleep, quiet, busy)
    return Counted(kinds, await played_variants(folder), await idled(folder))


async def run(stage: Stage) -> TabledReport:
    """Count, price, compare with what is demanded."""
    return report_of(await counted(stage.new_folder("cost")))


def report_of(counted: Counted) -> TabledReport:
    """What `run.py bench cost` prints."""
    quiet, busy = counted.prices("quiet"), counted.prices("busy")
    dearest = max(quiet.values()), max(busy.values())
    idle = counted.idle_month()
    figures = [
        Figure("1,000 quiet turns, dearest channel", dearest[0] * 100, "cents", QUIET * 100),
        Figure("1,000 busy turns, dearest channel", dearest[1] * 100, "cents", BUSY * 100),
        Figure("an idle month", idle * 100, "cents", IDLE * 100),
        Figure("1,000 quiet turns, all channels alike", fmean(quiet.values()) * 100, "cents"),
        Figure("1,000 busy turns, all channels alike", fmean(busy.values()) * 100, "cents"),
    ]
    goal = f"at most ${QUIET:.2f} quiet and ${BUSY:.2f} busy for 1,000 turns on any channel"
    goal += f", less than ${IDLE:.2f} for an idle month"
    met = dearest[0] <= QUIET and dearest[1] <= BUSY and idle < IDLE
    tables = tables_of(counted.kinds, counted.variants, counted.idle)
    return TabledReport("cost", goal, met, figures, tables=tables)
