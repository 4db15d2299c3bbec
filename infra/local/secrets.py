"""The platform's secrets in a folder: the embedded stack's Secret Manager. Only the newest version is kept."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from infra.local.files import read_if_there, write_atomically
from shared.errors import InvalidInput, Unavailable

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""What Secret Manager takes; it cannot leave the folder either."""


class FolderSecrets:
    """A `SecretStore`: a file a secret, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, name: str) -> str | None:
        """The newest version, or None. Raises `Unavailable`, `InvalidInput` (not a name)."""
        path = self._path(name)
        try:
            value = await asyncio.to_thread(read_if_there, path)
            return None if value is None else value.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"secret {name} cannot be read: {type(error).__name__}") from None

    async def put(self, name: str, value: str) -> None:
        """Replace the value. Raises `Unavailable`, `InvalidInput` (not a name)."""
        path = self._path(name)
        try:
            await asyncio.to_thread(write_atomically, path, value.encode())
        except OSError as error:
            raise Unavailable(f"secret {name} cannot be written: {type(error).__name__}") from None

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InvalidInput("a secret's name is 1 to 255 of A-Z a-z 0-9 _ -")
        return self._folder / name
