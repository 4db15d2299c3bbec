"""Passwords at rest."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    """A slow hash on purpose. Works outside the event loop."""

    async def hash(self, password: str) -> str:
        """What to store, with its own salt and parameters."""
        ...

    async def matches(self, password: str, stored: str) -> bool:
        """Whether this is the password. An empty `stored` never matches and takes as long as any other."""
        ...

    def is_outdated(self, stored: str) -> bool:
        """The hash was made with weaker parameters than today's."""
        ...
