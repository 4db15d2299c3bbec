"""The document store of the cloud: Firestore in native mode, or its emulator."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from google.api_core.exceptions import Aborted
from google.cloud.firestore import AsyncClient, AsyncTransaction, DocumentSnapshot, async_transactional
from google.cloud.firestore_v1.async_aggregation import AsyncAggregationQuery

from infra.document_rules import check_document_path, check_query, check_writes
from infra.document_values import check_size
from infra.gcp.firestore_errors import reading, writing
from infra.gcp.firestore_queries import filtered, ordered
from infra.gcp.firestore_writes import message_of, version_of
from shared.errors import Unavailable
from shared.ports.document_store import Create, Document, Query, Reader, Set, Version, Write

T = TypeVar("T")

_SECONDS = 10.0
_TRANSACTION_SECONDS = 30.0
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.2


class FirestoreDocumentStore:
    """Documents in one database of the project.

    The client reads `FIRESTORE_EMULATOR_HOST` itself. It is made at the first call and belongs to the event loop of
    that call; a call from another loop makes another one.

    Reads are repeated by the client while Firestore is unavailable. A commit is tried once: after `Unavailable` it may
    have been done or not, so whoever tries again with the same ids takes `AlreadyExists` as success.
    """

    def __init__(
        self, project: str, jitter: Callable[[], float] = random.random, *, database: str = "(default)"
    ) -> None:
        self._project = project
        self._database = database
        self._jitter = jitter
        self._loop: asyncio.AbstractEventLoop | None = None
        self._made: AsyncClient | None = None

    async def get(self, path: str) -> Document | None:
        """The document, or None."""
        return (await self.get_many([path]))[0]

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        """The documents, in one BatchGetDocuments call."""
        return await self._batch_get(paths, None)

    async def query(self, query: Query) -> list[Document]:
        """Matching documents in order, in one RunQuery call."""
        check_query(query)
        async with reading(_SECONDS):
            found = await ordered(self._client, query).get(timeout=_SECONDS)
        return [_document_of(snapshot) for snapshot in found]

    async def count(self, query: Query) -> int:
        """How many match, counted by Firestore."""
        check_query(query)
        matching = filtered(self._client, query)
        async with reading(_SECONDS):
            [[total]] = await AsyncAggregationQuery(matching).count("total").get(timeout=_SECONDS)
        # The emulator answers 0.0 for an empty collection.
        return int(total.value)

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        """All writes or none, in one Commit call."""
        _check(writes)
        if not writes:
            return []
        client = self._client
        batch = client.batch()
        batch._add_write_pbs([message_of(write, _root(client)) for write in writes])
        async with writing(_SECONDS):
            results = await batch.commit(retry=None, timeout=_SECONDS)
        return [version_of(result.update_time) if result.update_time else None for result in results]

    async def transaction(self, body: Callable[[Reader], Awaitable[tuple[T, Sequence[Write]]]]) -> T:
        """Run `body` under Firestore's locks: writers of what it reads wait for it, or fail with `Unavailable`."""
        client = self._client
        attempts = itertools.count()

        @async_transactional
        async def attempt(transaction: AsyncTransaction) -> T:
            # Two that locked each other out give up at the same moment; in step, they would do so again.
            await asyncio.sleep(next(attempts) * self._jitter() * _PAUSE_SECONDS)
            result, writes = await body(_Reads(self, transaction))
            _check(writes)
            transaction._add_write_pbs([message_of(write, _root(client)) for write in writes])
            return result

        try:
            async with writing(_TRANSACTION_SECONDS):
                answer: T = await attempt(client.transaction(max_attempts=_ATTEMPTS))
        except ValueError as error:
            if isinstance(error.__cause__, Aborted):
                raise Unavailable("too many writers of the same documents") from error
            raise
        return answer

    async def close(self) -> None:
        """Close the connection of the running loop."""
        if self._made is not None and self._loop is asyncio.get_running_loop():
            # `AsyncClient.close` calls this without awaiting it.
            await self._made._firestore_api.transport.close()
        self._made = None

    async def _batch_get(self, paths: Sequence[str], transaction: AsyncTransaction | None) -> list[Document | None]:
        for path in paths:
            check_document_path(path)
        if not paths:
            return []
        references = [self._client.document(path) for path in dict.fromkeys(paths)]
        async with reading(_SECONDS):
            answers: AsyncGenerator[DocumentSnapshot[Any]] = self._client.get_all(
                references, transaction=transaction, timeout=_SECONDS
            )
            async with aclosing(answers):
                found = {one.reference.path: _document_of(one) async for one in answers if one.exists}
        return [found.get(path) for path in paths]

    @property
    def _client(self) -> AsyncClient:
        loop = asyncio.get_running_loop()
        if self._made is None or self._loop is not loop:
            self._made, self._loop = AsyncClient(project=self._project, database=self._database), loop
        return self._made


class _Reads:
    """Reads inside a transaction."""

    def __init__(self, store: FirestoreDocumentStore, transaction: AsyncTransaction) -> None:
        self._store = store
        self._transaction = transaction

    async def get(self, path: str) -> Document | None:
        """The document, or None."""
        return (await self._store._batch_get([path], self._transaction))[0]


def _check(writes: Sequence[Write]) -> None:
    check_writes(writes)
    for write in writes:
        if isinstance(write, (Create, Set)):
            check_size(write.path, write.data)


def _document_of(snapshot: DocumentSnapshot[Any]) -> Document:
    return Document(snapshot.reference.path, snapshot.to_dict() or {}, version_of(snapshot.update_time))


def _root(client: AsyncClient) -> str:
    return f"{client._database_string}/documents/"
