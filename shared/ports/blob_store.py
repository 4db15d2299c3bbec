"""Files: attachments and exports."""

from __future__ import annotations

from typing import Protocol


class BlobStore(Protocol):
    """Keeps bytes under a key. Keys are ours, never a customer's file name. Raises `Unavailable`."""

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store, replacing what was there."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        ...

    async def delete(self, key: str) -> None:
        """Remove, if it is there."""
        ...

    async def keys(self, prefix: str, *, limit: int) -> list[str]:
        """Keys below a prefix that ends with a slash, at most `limit` of them, in no particular order."""
        ...
