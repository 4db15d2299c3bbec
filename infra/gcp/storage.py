"""Cloud Storage. Google's client blocks, so it works in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from google.api_core.exceptions import NotFound
from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Blob, Bucket, Client
from google.cloud.storage.exceptions import DataCorruption

from infra.blob_keys import check_key, check_prefix
from infra.gcp.calling import FIRST_WAIT_SECONDS, IS_TRANSIENT, reaching
from shared.errors import Unavailable

TIMEOUT_SECONDS = 20.0
"""For a whole call: files are larger than messages."""
T = TypeVar("T")


class CloudBlobs:
    """A `BlobStore` over one bucket. `endpoint`: address of a stand-in, with its scheme; empty in the cloud."""

    def __init__(self, project: str, bucket: str, *, endpoint: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._project = project
        self._bucket_name = bucket
        self._endpoint = endpoint
        retry = Retry(predicate=IS_TRANSIENT, initial=FIRST_WAIT_SECONDS, timeout=timeout)
        self._patience: dict[str, Any] = {"timeout": timeout, "retry": retry}

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store, replacing what was there. Raises `Unavailable`, `InvalidInput` (not a key)."""
        await self._with(key, lambda blob: blob.upload_from_string(data, content_type=content_type, **self._patience))

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None. Raises `Unavailable`, `InvalidInput` (not a key)."""
        return await self._with(key, lambda blob: _if_there(lambda: bytes(blob.download_as_bytes(**self._patience))))

    async def delete(self, key: str) -> None:
        """Remove, if it is there. Raises `Unavailable`, `InvalidInput` (not a key)."""
        await self._with(key, lambda blob: _if_there(lambda: blob.delete(**self._patience)))

    async def keys(self, prefix: str, *, limit: int) -> list[str]:
        """Some keys below a prefix. Raises `Unavailable`, `InvalidInput` (not a prefix)."""
        check_prefix(prefix)

        def found() -> list[str]:
            listed = self._bucket.list_blobs(prefix=prefix, max_results=limit, **self._patience)
            return [blob.name for blob in listed]

        with reaching("Cloud Storage"):
            return await asyncio.to_thread(found)

    async def _with(self, key: str, work: Callable[[Blob], T]) -> T:
        check_key(key)
        with reaching("Cloud Storage"):
            try:
                return await asyncio.to_thread(lambda: work(self._bucket.blob(key)))
            except DataCorruption:
                raise Unavailable("Cloud Storage: damaged on the way") from None

    @cached_property
    def _bucket(self) -> Bucket:
        if not self._endpoint:
            return Client(self._project).bucket(self._bucket_name)
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        client = Client(self._project, credentials=nobody, client_options={"api_endpoint": self._endpoint})
        return client.bucket(self._bucket_name)


def _if_there(work: Callable[[], T]) -> T | None:
    try:
        return work()
    except NotFound:
        return None
