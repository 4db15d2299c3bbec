"""Credentials at rest: Fernet under keys from the secret store, newest first."""

from __future__ import annotations

import re
from datetime import timedelta
from hmac import compare_digest

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.errors import InvalidInput, Unavailable
from shared.ports.clock import Clock
from shared.ports.secret_store import SecretStore

KEYS_SECRET = "encryption-keys"  # noqa: S105 - a name
KEYS_CACHED = timedelta(minutes=5)
"""How long a process may go on encrypting under a key that is no longer the newest: keep a retired key at least
this long after the last `rotate`."""
_LENGTH_BYTES = 4
_UNREADABLE = "ciphertext does not open"


class FernetCipher:
    """A `Cipher`. The context stands inside the authenticated plaintext, as Fernet has no associated data."""

    def __init__(self, secrets: SecretStore, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._keys: tuple[str, ...] = ()
        self._fernet: MultiFernet | None = None
        self._read_at = 0.0

    async def encrypt(self, plaintext: str, *, context: str) -> str:
        """Ciphertext under the newest key. Raises `Unavailable` where there are no keys."""
        return (await self._current()).encrypt(_framed(plaintext, context)).decode()

    async def decrypt(self, ciphertext: str, *, context: str) -> str:
        """Plaintext. Raises `InvalidInput` where the key, the context or the text is wrong."""
        fernet, known = await self._current(), self._keys
        framed = _opened(fernet, ciphertext)
        if framed is None:  # another process may have encrypted under a key that is newer than our copy
            fernet = await self._refreshed()
            framed = _opened(fernet, ciphertext) if self._keys != known else None
        if framed is None:
            raise InvalidInput(_UNREADABLE)
        return _unframed(framed, context)

    async def rotate(self, ciphertext: str, *, context: str) -> str:
        """The same plaintext under the newest key. Raises as `decrypt` does."""
        return await self.encrypt(await self.decrypt(ciphertext, context=context), context=context)

    async def _current(self) -> MultiFernet:
        age = self._clock.monotonic() - self._read_at
        if self._fernet is None or age >= KEYS_CACHED.total_seconds():
            return await self._refreshed()
        return self._fernet

    async def _refreshed(self) -> MultiFernet:
        keys = tuple(re.split(r"[\s,]+", (await self._secrets.get(KEYS_SECRET) or "").strip(" \t\r\n,")))
        try:
            fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise Unavailable(
                f"secret {KEYS_SECRET} must hold Fernet keys, newest first, separated by commas or newlines"
            ) from None
        self._keys, self._fernet, self._read_at = keys, fernet, self._clock.monotonic()
        return fernet


async def ensure_key(secrets: SecretStore) -> None:
    """Make a first key where there is none: only for a stack that looks after itself."""
    if await secrets.get(KEYS_SECRET) is None:
        await secrets.put(KEYS_SECRET, Fernet.generate_key().decode())


def _framed(plaintext: str, context: str) -> bytes:
    owner = _bytes(context)
    return len(owner).to_bytes(_LENGTH_BYTES, "big") + owner + _bytes(plaintext)


def _opened(fernet: MultiFernet, ciphertext: str) -> bytes | None:
    try:
        return fernet.decrypt(_bytes(ciphertext))
    except InvalidToken:
        return None


def _unframed(framed: bytes, context: str) -> str:
    start = _LENGTH_BYTES + int.from_bytes(framed[:_LENGTH_BYTES], "big")
    if not compare_digest(framed[_LENGTH_BYTES:start], _bytes(context)):
        raise InvalidInput(_UNREADABLE)
    return framed[start:].decode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    """UTF-8 that takes any string of Python's, also one with half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")
