"""One personal Telegram account as a channel, in any process: what needs Telegram goes to the one that is connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.telegram_account.line import Line
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities, FileRules
from shared.domain.messages import Attachment
from shared.errors import ChannelUnavailable, InvalidInput

TEXT_LIMIT = 4096
MOST_FILES = 10
"""Of one message of ours: each becomes one of Telegram's."""
FILE_LIMIT = 50 * 2**20
"""Bytes, both ways: Telegram's own limit is far above."""


class TelegramAccount:
    """Credentials: `session`, and `takes`: kinds of chat with commas between them (`private` where it is missing).

    What comes is pushed by the connection; pulls repair what it has missed.
    """

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        text_unit="utf16",
        sends=frozenset({"text", "image", "voice", "file"}),
        files=FileRules(most=MOST_FILES, max_bytes=FILE_LIMIT),
        history_listable=True,
        history_readable=True,
        pull_every=timedelta(minutes=15),
        pull_every_idle=timedelta(hours=2),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """Telegram calls nobody for a person's account."""
        raise InvalidInput("this channel takes no deliveries")

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing to say."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """Messages above the cursor, of all chats that are taken."""
        return await (await self._line()).pull(cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """At a human pace where a machine has written it."""
        return await (await self._line()).send(outgoing)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Among the chat's latest messages of ours."""
        return await (await self._line()).find_sent(outgoing)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Chat after chat, oldest message first."""
        return await (await self._line()).history(since, cursor)

    async def mark_read(self, thread: str, source_id: str) -> None:
        """The customer sees two ticks."""
        await (await self._line()).mark_read(thread, source_id)

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """Download by chat and message: Telegram's own references expire."""
        return await (await self._line()).fetch(attachment, message_source_id)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Each message says who writes."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Make sure that the account is connected; there is no webhook."""
        del webhook_url
        return await (await self._line()).connect()

    async def renew(self) -> None:
        """Nothing: a session stays until somebody ends it."""

    async def disconnect(self) -> None:
        """Log out, so that the session disappears from the phone's list of devices."""
        await (await self._line()).disconnect()

    async def test(self) -> Diagnosis:
        """Whether the session lives."""
        return await (await self._line()).test()

    async def _line(self) -> Line:
        lines = self._context.lines
        if lines is None:
            raise ChannelUnavailable("nobody here can reach the account's connection")
        line: Line = await lines.reach(self._context.workspace_id, self._context.inbox_id)
        return line
