"""The platform's own secrets: key material, the model's key. Not the credentials of inboxes."""

from __future__ import annotations

from typing import Protocol


class SecretStore(Protocol):
    """Reads and adds versions of named secrets. Raises `Unavailable` when it cannot be reached."""

    async def get(self, name: str) -> str | None:
        """The newest version, or None where the secret has none."""
        ...

    async def put(self, name: str, value: str) -> None:
        """Add a version; it becomes the newest."""
        ...
