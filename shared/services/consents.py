"""A browser on its way to a vendor's consent page and back: who sent it, and the verifier to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from shared.domain.ids import WorkspaceId
from shared.errors import InvalidInput, Stale
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock
from shared.ports.document_store import At, Create, Delete, DocumentStore, Value

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a state stands for."""

    workspace_id: WorkspaceId
    verifier: str


@dataclass(frozen=True, slots=True)
class Consents:
    """`consents/{hash of the state}`: single use, ten minutes, for one session only."""

    store: DocumentStore
    cipher: Cipher
    clock: Clock

    async def begin(self, state: str, errand: Errand, session_id: str) -> None:
        """Remember an errand until its browser comes back."""
        path = _path(state)
        fields: dict[str, Value] = {
            "workspace_id": errand.workspace_id,
            "session_id": session_id,
            "verifier": await self.cipher.encrypt(errand.verifier, context=path),
            "expire_at": self.clock.now() + LIFE,
        }
        await self.store.commit([Create(path, fields)])

    async def finish(self, state: str, session_id: str) -> Errand:
        """The errand of this state, once. Raises `InvalidInput` (`consent_failed`)."""
        path = _path(state)
        found = await self.store.get(path)
        if found is None or found.data["session_id"] != session_id:
            raise _unknown()
        try:
            await self.store.commit([Delete(path, At(found.version))])
        except Stale:
            raise _unknown() from None
        expires_at = found.data["expire_at"]
        if not isinstance(expires_at, datetime) or expires_at <= self.clock.now():
            raise _unknown()
        verifier = await self.cipher.decrypt(str(found.data["verifier"]), context=path)
        return Errand(WorkspaceId(str(found.data["workspace_id"])), verifier)


def _path(state: str) -> str:
    return f"consents/{sha256(state.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _unknown() -> InvalidInput:
    return InvalidInput("this consent is unknown, used or too old: start again", code="consent_failed")
