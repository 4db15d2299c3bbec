"""The real clock and the real dice: the one place that asks the machine for either."""

from __future__ import annotations

import asyncio
import secrets
import time
from base64 import b32encode
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class RandomIds:
    """Unguessable ids from the operating system."""

    def new(self) -> str:
        """26 characters [a-z2-7]."""
        return b32encode(secrets.token_bytes(17)).decode()[:26].lower()

    def secret(self) -> str:
        """43 characters [A-Za-z0-9_-]."""
        return secrets.token_urlsafe(32)
