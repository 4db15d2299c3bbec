"""Keys of blobs: one rule for every store, so that a key that works on a laptop works in the cloud."""

from __future__ import annotations

import re

from shared.errors import InvalidInput

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_LONGEST = 900
"""Bytes; Cloud Storage takes 1024."""


def check_key(key: str) -> None:
    """Segments of plain characters between slashes, none of them hidden or climbing. Raises `InvalidInput`."""
    if len(key) > _LONGEST or not all(_SEGMENT.fullmatch(segment) for segment in key.split("/")):
        raise InvalidInput("not a key of a blob")


def check_prefix(prefix: str) -> None:
    """What keys begin with: a key and a slash. Raises `InvalidInput`."""
    if not prefix.endswith("/"):
        raise InvalidInput("a prefix of blobs ends with a slash")
    check_key(prefix[:-1])
