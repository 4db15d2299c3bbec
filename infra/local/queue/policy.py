"""How often and how soon failed work is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, then the dead letters."""

    first: timedelta = timedelta(seconds=0.2)
    longest: timedelta = timedelta(minutes=10)
    attempts: int = 12
    """Deliveries in all; after the last failure a row becomes a dead letter."""

    def wait(self, failures: int, share: float) -> timedelta:
        """How long to wait after this many failures (1 or more); `share` in [0, 1) is the throw of the dice."""
        doublings = min(failures - 1, 40)  # beyond any `longest`, and no float overflows
        ceiling: timedelta = min(self.longest, self.first * 2.0**doublings)
        return ceiling * share


DEFAULT_POLICY = RetryPolicy()
