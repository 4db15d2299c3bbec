"""A contact is whole from its first sighting, whatever little the channel tells."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.documents import SqliteDocumentStore
from shared.domain.contacts import ContactRef
from shared.domain.ids import InboxId, WorkspaceId, contact_id
from shared.store.contacts import Contacts
from shared.store.workspace import WorkspaceStore

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INBOX = InboxId("inbox1")


@pytest.mark.parametrize("source_id", ["42", ""])
async def test_a_sighting_that_tells_nothing_else_makes_a_readable_contact(tmp_path: Path, source_id: str) -> None:
    store = WorkspaceStore(SqliteDocumentStore(tmp_path / "desk.db"), WorkspaceId("ws1"))
    contacts = Contacts(store)

    await store.commit([contacts.sighting(INBOX, ContactRef(source_id=source_id), NOW)])

    found = await contacts.get(contact_id(INBOX, source_id))
    assert found is not None
    assert (found.source_id, found.first_seen_at) == (source_id, NOW)
