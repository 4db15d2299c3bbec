"""Encryption of credentials at rest."""

from __future__ import annotations

from typing import Protocol


class Cipher(Protocol):
    """Authenticated encryption. `context` says whose it is: a ciphertext moved elsewhere does not open."""

    async def encrypt(self, plaintext: str, *, context: str) -> str:
        """Ciphertext under the newest key."""
        ...

    async def decrypt(self, ciphertext: str, *, context: str) -> str:
        """Plaintext. Raises `InvalidInput` where the key, the context or the text is wrong."""
        ...

    async def rotate(self, ciphertext: str, *, context: str) -> str:
        """The same plaintext under the newest key."""
        ...
