"""The price table, read from `cost_prices.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".toml")
GIB, TIB = 2**30, 2**40
DAYS = 365 / 12
"""Of a mean month."""
MINUTES = DAYS * 1440


@dataclass(frozen=True, slots=True)
class Service:
    """One section of the table."""

    name: str
    source: str
    shared_by: str
    figures: dict[str, float]

    def __getitem__(self, figure: str) -> float:
        return self.figures[figure]


@cache
def prices() -> dict[str, Service]:
    """All sections by name."""
    sections = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: _service(name, section) for name, section in sections.items()}


def _service(name: str, section: dict[str, float | str]) -> Service:
    figures = {key: float(value) for key, value in section.items() if not isinstance(value, str)}
    return Service(name, str(section["source"]), str(section["shared_by"]), figures)
