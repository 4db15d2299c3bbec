"""The functions of a desk with one inbox of each channel, called through their real doors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import Message as Asgi

from infra.local.documents.codec import decode
from infra.local.documents.stored_paths import outer_path
from infra.push_envelope import build
from shared.domain.contacts import Contact
from shared.domain.conversations import Conversation
from shared.domain.messages import Direction, Message
from shared.ports.dead_letters import DeadLetter
from shared.store.codec import noun_of
from tests.support.machine import Machine

SECRET = "the-secret-of-this-inbox"
TELEGRAM = "/hooks/telegram/telegram_bot"
AVITO = f"/hooks/avito/avito/{SECRET}"
TRUSTED = {"x-telegram-bot-api-secret-token": SECRET}
Events = Mapping[str, Sequence[Any]]
"""Function to the JSON of the events or tasks that it takes."""
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a caller sees."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Doors:
    """Calls in, documents and dead letters out."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self._file = sqlite3.connect(folder / "desk.db")

    async def call(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str] = TRUSTED,
        *,
        method: str = "POST",
        query: bytes = b"",
    ) -> Answer:
        """As a vendor calls."""
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}
        pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]
        sent: list[Asgi] = []

        async def receive() -> Asgi:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Asgi) -> None:
            sent.append(message)

        await self.machine.functions(scope, receive, send)
        start, *rest = sent
        content = b"".join(message.get("body", b"") for message in rest)
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], answered, json.loads(content) if content else None)

    async def post(self, function: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """As Pub/Sub and Cloud Tasks call."""
        return await self.machine.functions.deliver(function, body, headers or {})

    def pushed(self, data: bytes) -> bytes:
        """The body of a Pub/Sub push."""
        now = self.machine.clock.now()
        return build(data, message_id="1", published_at=now, subscription="s", attributes={})

    async def letters(self) -> Sequence[DeadLetter]:
        """Dead letters."""
        return await self.machine.desk.ports.dead_letters.list(10_000)

    def documents(self) -> Documents:
        """All that is stored."""
        return {
            outer_path(path): decode(data)
            for path, data in self._file.execute("select path, data from documents order by path")
        }

    def close(self) -> None:
        self._file.close()


def assert_whole(documents: Documents) -> None:
    """All can be read; no message without its conversation, no conversation of a customer without the customer."""
    for path, data in documents.items():
        workspace, _, rest = path.partition("/conversations/")
        conversation, _, message = rest.partition("/messages/")
        if message:
            read = noun_of(Message, data)
            is_tombstone = read.deleted_at is not None  # may come before its message does
            assert read.id == message
            assert is_tombstone or f"{workspace}/conversations/{conversation}" in documents
        elif conversation:
            known = noun_of(Conversation, data)
            assert any(other.startswith(f"{path}/messages/") for other in documents)
            if any(entry.direction is Direction.INCOMING for entry in known.window.values()):
                noun_of(Contact, documents[f"{workspace}/contacts/{known.contact_id}"])
