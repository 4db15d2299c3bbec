"""Paths as they stand in the file.

A tab in place of each slash sorts before anything that a segment may hold, so paths sort segment by segment, as in
Firestore: `a/x` before `a-b/x`.
"""

from __future__ import annotations


def stored_path(path: str) -> str:
    """A path as it is stored."""
    return path.replace("/", "\t")


def outer_path(stored: str) -> str:
    """The inverse of `stored_path`."""
    return stored.replace("\t", "/")
