"""What only the Firestore store can get wrong: connections, event loops, and versions that are none."""

from __future__ import annotations

import asyncio

import pytest

from infra.emulators import free_port
from infra.gcp.firestore import FirestoreDocumentStore
from shared.errors import AlreadyExists, InvalidInput, Unavailable
from shared.ports.document_store import At, Create, Document, Merge, Reader, Set, Write
from tests.support.emulators import fresh_project


async def test_a_commit_to_a_server_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    store = FirestoreDocumentStore(fresh_project())

    with pytest.raises(Unavailable) as caught:
        await store.commit([Set("c/d", {"text": "private"})])
    await store.close()

    assert "private" not in str(caught.value)


async def test_input_is_refused_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    store = FirestoreDocumentStore(fresh_project())

    with pytest.raises(InvalidInput):
        await store.get("c")
    await store.close()


@pytest.mark.emulators
def test_each_event_loop_has_a_connection_of_its_own(firestore_emulator: str) -> None:
    store = FirestoreDocumentStore(fresh_project())

    async def write(number: int) -> Document | None:
        await store.commit([Set("c/d", {"n": number})])
        return await store.get("c/d")

    found = [asyncio.run(write(number)) for number in range(3)]

    assert [document and document.data for document in found] == [{"n": 0}, {"n": 1}, {"n": 2}]


@pytest.mark.emulators
async def test_a_closed_store_connects_again_when_it_is_asked(firestore_emulator: str) -> None:
    store = FirestoreDocumentStore(fresh_project())
    await store.commit([Set("c/d", {})])
    await store.close()
    await store.close()

    assert await store.get("c/d") is not None
    await store.close()


@pytest.mark.emulators
async def test_a_version_of_another_store_is_refused(firestore_emulator: str) -> None:
    store = FirestoreDocumentStore(fresh_project())

    with pytest.raises(InvalidInput):
        await store.commit([Merge("c/d", condition=At("17"))])
    await store.close()


@pytest.mark.emulators
async def test_a_failed_transaction_lets_go_of_its_locks(firestore_emulator: str) -> None:
    store = FirestoreDocumentStore(fresh_project())
    await store.commit([Set("c/d", {"n": 1})])

    async def read_and_collide(reader: Reader) -> tuple[None, list[Write]]:
        await reader.get("c/d")
        return None, [Create("c/d", {})]

    with pytest.raises(AlreadyExists):
        await store.transaction(read_and_collide)
    async with asyncio.timeout(8):  # a lock would hold this up, or refuse it
        await store.commit([Set("c/d", {"n": 2})])
    await store.close()
