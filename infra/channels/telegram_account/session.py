"""A session that outlives its process: the key to the account, and what must be remembered beside it.

Telethon's `StringSession` keeps the key only. Without the update state everything that came while we were away is
skipped, and without access hashes nobody can be written to.
"""

from __future__ import annotations

import binascii
import json
import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from telethon.sessions import StringSession  # type: ignore[import-untyped]
from telethon.tl.types import updates  # type: ignore[import-untyped]

from infra.channels.remedies import WRONG
from shared.errors import CredentialsRejected

MOST_PEERS = 5000
MOST_MESSAGES = 2000
"""Of the latest messages it is remembered where they are: Telegram does not say it when one is deleted."""


class KeptSession(StringSession):  # type: ignore[misc]
    """`save()` is the key, `memory()` the rest; both are secrets."""

    def __init__(self, key: str = "", memory: str = "") -> None:
        super().__init__(key or None)
        self._peers: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self.is_dirty = False
        if memory:
            self._restore(json.loads(memory))

    def memory(self) -> str:
        """Update state, access hashes and places of messages."""
        states = {str(id): [s.pts, s.qts, s.date.timestamp(), s.seq] for id, s in self._update_states.items()}
        return json.dumps({"states": states, "peers": list(self._peers.items()), "places": list(self._places.items())})

    def process_entities(self, tlo: Any) -> None:
        """Keep access hashes, and neither names nor phone numbers."""
        rows = self._entities_to_rows(tlo)
        if any(self._peers.get(row[0]) != row[1] for row in rows):
            self._keep_peers((row[0], row[1]) for row in rows)
            self.is_dirty = True

    def set_update_state(self, entity_id: int, state: Any) -> None:
        """How far Telegram has told us everything."""
        known = self._update_states.get(entity_id)
        self.is_dirty = self.is_dirty or known is None or (known.pts, known.qts) != (state.pts, state.qts)
        super().set_update_state(entity_id, state)

    def place(self, message_id: int, chat_id: int) -> None:
        """Remember in which chat a message is, of those whose numbers run through the account."""
        if self._places.get(message_id) != chat_id:
            self._places[message_id] = chat_id
            self.is_dirty = True
        while len(self._places) > MOST_MESSAGES:
            self._places.pop(next(iter(self._places)))

    def place_of(self, message_id: int) -> int | None:
        """Where it is, if it is still remembered."""
        return self._places.get(message_id)

    def _keep_peers(self, peers: Iterable[tuple[int, int]]) -> None:
        for id, access_hash in peers:
            self._peers.pop(id, None)
            self._peers[id] = access_hash
        while len(self._peers) > MOST_PEERS:
            self._peers.pop(next(iter(self._peers)))
        # Telethon looks peers up in these rows.
        self._entities = {(id, access_hash, None, None, None) for id, access_hash in self._peers.items()}

    def _restore(self, kept: dict[str, Any]) -> None:
        for id, (pts, qts, seconds, seq) in kept["states"].items():
            date = datetime.fromtimestamp(seconds, UTC)
            super().set_update_state(int(id), updates.State(pts, qts, date, seq, unread_count=0))
        self._keep_peers((int(id), int(access_hash)) for id, access_hash in kept["peers"])
        self._places = {int(message): int(chat) for message, chat in kept["places"]}


def open_session(key: str, memory: str | None) -> KeptSession:
    """A session as it was kept. Raises `CredentialsRejected` for what is no key to an account."""
    try:
        session = KeptSession(key, memory or "")
    except (ValueError, IndexError, struct.error, binascii.Error):
        session = None
    if session is None or session.auth_key is None:
        raise CredentialsRejected("this is no session of an account", code=WRONG)
    return session
