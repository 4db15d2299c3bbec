"""The web chat: no vendor, so a message has arrived when it lies in our own store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.web_chat.remedies import ORIGINS, UNREACHABLE
from infra.channels.web_chat.wire import FoundChat, read_found
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities, FileRules
from shared.domain.messages import Attachment
from shared.domain.web_chat import ANYWHERE, FILE_LIMIT, TEXT_LIMIT, WebChatSettings, read_settings
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    CredentialsRejected,
    InvalidInput,
    UntrustedDelivery,
)

MOST_FILES = 5


class WebChat:
    """One chat on sites of the shop. Credentials are its settings: `origins`, `title`, `greeting`, `accent`,
    `quick_replies`, all of them optional texts."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        sends=frozenset({"text", "image", "voice", "file"}),
        files=FileRules(most=MOST_FILES, max_bytes=FILE_LIMIT),
        history_readable=True,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """Nobody calls a webhook here: visitors come by the public API."""
        raise UntrustedDelivery("the web chat has no webhook")

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """Nothing: what visitors wrote is here already."""
        return Page(cursor=cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """The visitor's browser reads it from our store."""
        if not outgoing.text.strip() and not outgoing.files:
            raise ChannelRejected("an empty message", code="text_empty")
        if len(outgoing.text) > TEXT_LIMIT:
            raise ChannelRejected(f"at most {TEXT_LIMIT} characters", code="text_too_long")
        if len(outgoing.files) > MOST_FILES:
            raise ChannelRejected(f"at most {MOST_FILES} files", code="too_many_files")
        if any(len(file.content) > FILE_LIMIT for file in outgoing.files):
            raise ChannelRejected(f"at most {FILE_LIMIT} bytes a file", code="file_too_large")
        return self._receipt(outgoing)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Always there."""
        return self._receipt(outgoing)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Nothing lies anywhere else."""
        return Page()

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Visitors are not told."""

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """Files of visitors are kept as they come: there is nothing to fetch."""
        raise ChannelRejected("the file is gone", code="file_gone")

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Nobody can be asked."""
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Look at the chat from outside, as the first site of the list would. The account is its address."""
        found = await self._seen_from(self._settings())
        return Connection(account=found.slug, webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing expires."""

    async def disconnect(self) -> None:
        """Nobody was told anything."""

    async def test(self) -> Diagnosis:
        """The settings, then whether sites can reach the chat."""
        try:
            found = await self._seen_from(self._settings())
        except ChannelError as error:
            return Diagnosis(problem=ORIGINS if error.code == ORIGINS else UNREACHABLE)
        return Diagnosis(facts={"account": found.slug, "name": found.title})

    def _settings(self) -> WebChatSettings:
        try:
            return read_settings(self._context.credentials)
        except InvalidInput as error:
            raise CredentialsRejected(str(error), code=ORIGINS) from error

    async def _seen_from(self, settings: WebChatSettings) -> FoundChat:
        sites = [origin for origin in settings.origins if origin != ANYWHERE]
        request = self._context.http.build_request(
            "GET",
            f"{self._context.vendors.web_chat_url.rstrip('/')}/api/v1/chat",
            params={"inbox": self._context.inbox_id},
            headers={"origin": sites[0]} if sites else {},
        )
        try:
            response = await call_vendor(self._context.http, request, repeatable=True)
        except ChannelUnavailable as error:
            raise ChannelUnavailable("our public address does not answer", code=UNREACHABLE) from error
        return read_found(response.status_code, response.content)

    def _receipt(self, outgoing: Outgoing) -> Receipt:
        return Receipt(source_id=outgoing.message_id, at=self._context.clock.now())
