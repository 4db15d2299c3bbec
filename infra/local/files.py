"""Files that are whole or not there: what the embedded stack keeps outside of its databases."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

DRAFT: Final = ".draft-"
"""How the names of files begin that are not whole yet. Who is killed leaves one behind."""


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file in one step, readable by its owner only; folders on the way are made. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, or None. Raises `OSError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
