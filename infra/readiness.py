"""Whether this process can work: looked at seldom, so that probes cost nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from shared.errors import DeskError, Unavailable

if TYPE_CHECKING:
    from infra.adapters import Ports

_KEPT_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 5.0
_SOME_DOCUMENT: Final = "settings/llm"


class Readiness:
    """One a process."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._known: dict[bool, tuple[float, str]] = {}
        self._looking = asyncio.Lock()

    async def check(self, *, with_keys: bool | None = None) -> None:
        """Raises `Unavailable`, saying which part is down, as of a few seconds ago.

        The key material is asked for where this process has opened it before, unless the caller says: some
        functions may not read it.
        """
        keys = "cipher" in self._ports.__dict__ if with_keys is None else with_keys
        async with self._looking:  # however many ask at once, one of them looks
            problem = self._fresh(keys=keys)
            if problem is None:
                problem = await self._look(keys=keys)
                self._known[keys] = (self._ports.clock.monotonic(), problem)
        if problem:
            raise Unavailable(problem)

    def _fresh(self, *, keys: bool) -> str | None:
        """What was down a few seconds ago; None: nobody has looked since."""
        if keys not in self._known:
            return None
        looked_at, problem = self._known[keys]
        return problem if self._ports.clock.monotonic() - looked_at < _KEPT_SECONDS else None

    async def _look(self, *, keys: bool) -> str:
        """What is down, in words; empty: nothing."""
        part = "the store does not answer"
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._ports.store.get(_SOME_DOCUMENT)
                if keys:
                    part = "the key material cannot be read"
                    await self._ports.cipher.encrypt("", context="readiness")
        except (DeskError, TimeoutError):
            return part
        return ""
