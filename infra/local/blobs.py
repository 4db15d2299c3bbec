"""Files in a folder: the embedded stack's Cloud Storage."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from infra.blob_keys import check_key, check_prefix
from infra.local.files import read_if_there, write_atomically
from shared.errors import Unavailable

_MARK = "+blob"
"""Ends each file's name; no key holds a plus, so a blob `a` and a blob `a/b` live side by side."""
T = TypeVar("T")


class FolderBlobs:
    """A `BlobStore`. The content type is the business of whoever serves the bytes, and not kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store, replacing what was there. Raises `Unavailable`, `InvalidInput` (not a key)."""
        del content_type
        path = self._path(key)
        await _in_thread(lambda: write_atomically(path, data))

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None. Raises `Unavailable`, `InvalidInput` (not a key)."""
        path = self._path(key)
        return await _in_thread(lambda: read_if_there(path))

    async def delete(self, key: str) -> None:
        """Remove, if it is there. Raises `Unavailable`, `InvalidInput` (not a key)."""
        path = self._path(key)
        await _in_thread(lambda: path.unlink(missing_ok=True))

    async def keys(self, prefix: str, *, limit: int) -> list[str]:
        """Some keys below a prefix. Raises `Unavailable`, `InvalidInput` (not a prefix)."""
        check_prefix(prefix)

        def found() -> list[str]:
            files = islice(_files_below(self._folder / prefix), limit)
            return [file.relative_to(self._folder).as_posix().removesuffix(_MARK) for file in files]

        return await _in_thread(found)

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._folder / f"{key}{_MARK}"


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise Unavailable(f"blobs: {type(error).__name__}") from error


def _files_below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder, onerror=_raise_unless_missing):
        yield from (Path(place, name) for name in names if name.endswith(_MARK))


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
