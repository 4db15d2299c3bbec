"""Comparisons of what a vendor holds with what we hold."""

from __future__ import annotations

from shared.domain.ids import InboxId
from shared.domain.model import Instant, Noun

MOST_NAMED = 100
"""Ids that a comparison names; it counts all."""


class Comparison(Noun):
    """What one comparison of an inbox found. Ids are the vendor's."""

    inbox_id: InboxId
    since: Instant
    """What is older was not looked at."""
    began_at: Instant
    ended_at: Instant | None = None
    """None: still under way."""
    held: int = 0
    """Messages that the vendor holds."""
    missing: int = 0
    """Of them, those that we did not have."""
    missing_ids: tuple[str, ...] = ()
    """The first MOST_NAMED of them."""
    repaired: int = 0
    """Of the missing ones, those that we have now."""
    problem: str | None = None
    """A code of `shared.domain.texts`: why it stopped before its end."""
    schema_version: int = 1
