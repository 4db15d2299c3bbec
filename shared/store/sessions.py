"""Sign-ins of users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.ids import UserId
from shared.domain.people import Session
from shared.ports.document_store import At, Create, DocumentStore, Exists, Filter, Merge, Query, Version
from shared.store.codec import fields_of, noun_of, top_level

_ID = re.compile(r"[a-z0-9]{26}")
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class VersionedSession:
    """A session with the version to condition a write on."""

    session: Session
    version: Version


class Sessions:
    """`sessions/{id}`; the store itself removes one some time after `expire_at`, a timestamp."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def create(self, session: Session) -> None:
        """Keep a new session. Raises `AlreadyExists`."""
        fields = {**fields_of(session), "expire_at": session.expires_at}
        await self._store.commit([Create(f"sessions/{session.id}", fields)])

    async def change(self, session: str, fields: Mapping[str, Any], *, version: Version | None = None) -> None:
        """Write to top-level fields of a known session; with a version only if nobody wrote in between."""
        condition = At(version) if version else Exists()
        await self._store.commit([Merge(f"sessions/{session}", top_level(fields), condition=condition)])

    async def get(self, session: str) -> VersionedSession | None:
        """One session; None also for what is no id."""
        if not _ID.fullmatch(session):
            return None
        found = await self._store.get(f"sessions/{session}")
        return None if found is None else VersionedSession(noun_of(Session, found.data), found.version)

    async def of_user(self, user: UserId) -> list[Session]:
        """The user's sessions, the newest first."""
        query = Query("sessions", (Filter("user_id", "==", user),), limit=_MOST_SHOWN)
        sessions = [noun_of(Session, found.data) for found in await self._store.query(query)]
        return sorted(sessions, key=lambda session: session.created_at, reverse=True)
