"""What a benchmark tells: figures, each beside its floor of the same run."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit. `floor`: the same, measured of the bare minimum that does the same work."""

    name: str
    value: float
    unit: str
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor this costs: 1 is the floor itself, more is worse."""
        if not self.floor or not self.value:
            return None
        return self.floor / self.value if self.unit.endswith("/s") else self.value / self.floor

    def as_json(self) -> dict[str, Any]:
        """As one object."""
        shown: dict[str, Any] = {"name": self.name, "value": _rounded(self.value), "unit": self.unit}
        if self.floor is not None:
            shown |= {"floor": _rounded(self.floor), "ratio": _rounded(self.ratio)}
        return shown

    def as_text(self) -> str:
        """As one line of a table."""
        ratio = f"{self.ratio:7.2f} x" if self.ratio is not None else " " * 9
        floor = f"   floor {self.floor:9.2f}" if self.floor is not None else ""
        return f"  {ratio}  {self.name:<44} {self.value:9.2f} {self.unit:<5}{floor}"


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark saw. `ratio` is the one that its goal is about, or the worst of its figures'."""

    name: str
    goal: str
    met: bool
    figures: Sequence[Figure]
    ratio: float | None = None
    skipped: Sequence[str] = field(default=())
    """Parts that could not run here, and why."""

    def as_json(self) -> dict[str, Any]:
        """As one object."""
        return {
            "name": self.name,
            "ratio": _rounded(self.ratio),
            "goal": self.goal,
            "met": self.met,
            "figures": [figure.as_json() for figure in self.figures],
            "skipped": list(self.skipped),
        }

    def as_text(self) -> str:
        """The ratio first, then the figures."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x its floor; "
        head = f"{self.name}: {ratio}goal: {self.goal}: {'met' if self.met else 'NOT MET'}"
        skipped = [f"  skipped: {reason}" for reason in self.skipped]
        return "\n".join([head, *(figure.as_text() for figure in self.figures), *skipped])


def millis(seconds: Sequence[float], percent: int) -> float:
    """A percentile of some times, in milliseconds."""
    if percent == 50 or len(seconds) < 2:
        return median(seconds) * 1000
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def percentiles(name: str, seconds: Sequence[float], floor: Sequence[float]) -> list[Figure]:
    """p50 and p95 of some times, beside those of the floor."""
    return [Figure(f"{name} p{p}", millis(seconds, p), "ms", millis(floor, p)) for p in (50, 95)]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds that some work takes."""
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)
