"""Short ways to write and read one document."""

from __future__ import annotations

from typing import Any

from shared.ports.document_store import DocumentStore, Set


async def read(store: DocumentStore, path: str = "c/d") -> dict[str, Any] | None:
    document = await store.get(path)
    return None if document is None else dict(document.data)


async def put(store: DocumentStore, data: dict[str, Any], path: str = "c/d") -> str:
    [version] = await store.commit([Set(path, data)])
    assert version is not None
    return version
