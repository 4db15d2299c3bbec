"""What can be asked of an account's one connection, wherever it is held."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.domain.arrivals import Connection, Diagnosis, Outgoing, Page, Receipt
from shared.domain.messages import Attachment


class Line(Protocol):
    """The half of `shared.ports.channel.Channel` that needs the vendor; the same words and errors."""

    async def pull(self, cursor: str | None) -> Page: ...

    async def send(self, outgoing: Outgoing) -> Receipt: ...

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None: ...

    async def history(self, since: datetime, cursor: str | None) -> Page: ...

    async def mark_read(self, thread: str, source_id: str) -> None: ...

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes: ...

    async def connect(self) -> Connection: ...

    async def disconnect(self) -> None: ...

    async def test(self) -> Diagnosis: ...
