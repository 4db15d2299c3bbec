"""Argon2id, off the event loop."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_MOST_AT_ONCE = 2
"""Each hash takes 19 MiB for some 20 ms: more at once would only take turns on the processor."""


class Argon2Passwords:
    """`Passwords` with OWASP's parameters for argon2id: 19 MiB, two passes, one lane."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        """What to store."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hash, password)

    async def matches(self, password: str, stored: str) -> bool:
        """Whether this is the password; the same work where there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._matches, password, stored)

    def is_outdated(self, stored: str) -> bool:
        """Made with other parameters than today's."""
        try:
            return self._hasher.check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def _matches(self, password: str, stored: str) -> bool:
        try:
            self._hasher.verify(stored or self._nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)

    @cached_property
    def _nobodys(self) -> str:
        """The hash of a password that nobody knows."""
        return self._hasher.hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
