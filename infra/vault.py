"""Where channel adapters keep access tokens: encrypted documents below the inbox."""

from __future__ import annotations

from datetime import datetime

from shared.errors import InvalidInput
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore, Set


class StoreVault:
    """`workspaces/{ws}/inboxes/{id}/vault/{name}`, removed by the store some time after it has expired."""

    def __init__(self, store: DocumentStore, cipher: Cipher, clock: Clock, inbox_path: str) -> None:
        self._store = store
        self._cipher = cipher
        self._clock = clock
        self._folder = f"{inbox_path}/vault"

    async def get(self, name: str) -> str | None:
        """The value, or None when there is none, it has expired, or its key is gone."""
        path = f"{self._folder}/{name}"
        document = await self._store.get(path)
        if document is None:
            return None
        expires_at, ciphertext = document.data.get("expire_at"), document.data.get("value")
        if not isinstance(expires_at, datetime) or expires_at <= self._clock.now():
            return None
        try:
            return await self._cipher.decrypt(str(ciphertext), context=path)
        except InvalidInput:
            return None

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        """Keep a value until it expires."""
        path = f"{self._folder}/{name}"
        ciphertext = await self._cipher.encrypt(value, context=path)
        await self._store.commit([Set(path, {"value": ciphertext, "expire_at": expires_at})])
