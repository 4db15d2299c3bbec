"""One Telegram bot as a channel."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

from infra.channels.context import ChannelContext
from infra.channels.telegram_bot.api import BotApi
from infra.channels.telegram_bot.objects import Done, Party, Sent, StoredFile, WebhookInfo
from infra.channels.telegram_bot.refusals import ChatMoved
from infra.channels.telegram_bot.wire import (
    ALLOWED_UPDATES,
    TEXT_LIMIT,
    text_length,
    to_arrivals,
    to_receipt,
    to_send_message,
    verify,
)
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.domain.model import EPOCH
from shared.errors import ChannelError, ChannelRejected, ChannelUnclear, CredentialsRejected

FILE_LIMIT = 20 * 2**20
"""Bytes that Telegram hands out to a bot."""
_ERROR_IS_FRESH = timedelta(minutes=5)
"""Telegram retries a failing delivery at least every two minutes, and never forgets the last error."""


class TelegramBot:
    """Credentials: `token`. The webhook secret comes in a header."""

    capabilities: ClassVar[Capabilities] = Capabilities(text_limit=TEXT_LIMIT, text_unit="utf16")

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = BotApi(context.http, context.vendors.telegram_api_url, context.credentials.get("token", ""))

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """One update of Telegram's."""
        verify(delivery, self._context.webhook_secret)
        return to_arrivals(delivery.body)

    async def pull(self, cursor: str | None) -> Page:
        """Nothing: while a webhook is set, a bot cannot ask."""
        return Page(cursor=cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send plain text; once more where the group has become a supergroup meanwhile."""
        if outgoing.files:
            raise ChannelRejected("this channel sends text only")
        if text_length(outgoing.text) > TEXT_LIMIT:
            raise ChannelRejected(f"more than {TEXT_LIMIT} UTF-16 units", code="text_too_long")
        try:
            return await self._send(outgoing.thread, outgoing.text)
        except ChatMoved as moved:
            receipt = await self._send(moved.new_thread, outgoing.text)
            return receipt.model_copy(update={"thread": moved.new_thread})

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Never known: the Bot API has no history to look into."""
        raise ChannelUnclear("a bot cannot read what it sent")

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Nothing: bots have no read marks."""

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """Download by file id, which does not expire."""
        if not attachment.reference:
            raise ChannelRejected("there is no file behind this attachment", code="file_gone")
        if (attachment.size or 0) > FILE_LIMIT:
            raise ChannelRejected(f"more than {FILE_LIMIT} bytes", code="file_too_big")
        file = await self._api.call("getFile", StoredFile, {"file_id": attachment.reference})
        if not file.file_path:
            raise ChannelRejected("Telegram gives no path to the file", code="file_gone")
        return await self._api.download(file.file_path)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Telegram tells it with each message."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Set the webhook; waiting updates are kept and come at once."""
        me = await self._api.call("getMe", Party)
        await self._api.call(
            "setWebhook",
            Done,
            {
                "url": webhook_url,
                "secret_token": self._context.webhook_secret,
                "allowed_updates": ALLOWED_UPDATES,
                "drop_pending_updates": False,
            },
        )
        return Connection(account=f"@{me.username}", webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing: a webhook stays until it is taken back."""

    async def disconnect(self) -> None:
        """Take the webhook back, if Telegram still lets us."""
        with suppress(ChannelError):
            await self._api.call("deleteWebhook", Done)

    async def test(self) -> Diagnosis:
        """Whether the token works and the webhook is set and gets through."""
        try:
            me = await self._api.call("getMe", Party)
            webhook = await self._api.call("getWebhookInfo", WebhookInfo)
        except CredentialsRejected:
            return Diagnosis(problem="credentials_rejected")
        return Diagnosis(problem=self._problem(webhook), facts={"account": f"@{me.username}", **_facts(webhook)})

    async def _send(self, thread: str, text: str) -> Receipt:
        return to_receipt(await self._api.call_once("sendMessage", Sent, to_send_message(thread, text)))

    def _problem(self, webhook: WebhookInfo) -> str | None:
        if not webhook.url:
            return "webhook_not_set"
        oldest = self._context.clock.now() - _ERROR_IS_FRESH
        failed_at = EPOCH + timedelta(seconds=webhook.last_error_date or 0)
        return "webhook_failing" if webhook.pending_update_count and failed_at >= oldest else None


def _facts(webhook: WebhookInfo) -> dict[str, str]:
    """The host only: an address may carry somebody's secret."""
    facts = {
        "webhook_host": webhook.url.partition("://")[2].partition("/")[0],
        "pending_updates": str(webhook.pending_update_count),
        "last_error": webhook.last_error_message,
    }
    return {name: value for name, value in facts.items() if value}
