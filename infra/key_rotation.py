"""The list of encryption keys: a new one in front, and in the end only the one before it behind."""

from __future__ import annotations

import re

from cryptography.fernet import Fernet

from infra.cipher import KEYS_SECRET
from shared.ports.secret_store import SecretStore

_KEPT = 2
"""The newest key, and the one under which other processes may still encrypt for some minutes."""


async def add_key(secrets: SecretStore) -> None:
    """From now on everything is encrypted under a new key; the older ones still open what they closed."""
    await _write(secrets, [Fernet.generate_key().decode(), *await _keys(secrets)])


async def drop_old_keys(secrets: SecretStore) -> int:
    """Forget the keys that nothing is encrypted under any more; how many."""
    keys = await _keys(secrets)
    if len(keys) > _KEPT:
        await _write(secrets, keys[:_KEPT])
    return max(len(keys) - _KEPT, 0)


async def _keys(secrets: SecretStore) -> list[str]:
    return [key for key in re.split(r"[\s,]+", await secrets.get(KEYS_SECRET) or "") if key]


async def _write(secrets: SecretStore, keys: list[str]) -> None:
    await secrets.put(KEYS_SECRET, "\n".join(keys))
