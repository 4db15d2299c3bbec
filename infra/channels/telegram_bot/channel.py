"""One Telegram bot as a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.telegram_bot.wire import to_arrivals, to_receipt
from infra.telegram.api import BotApi
from infra.telegram.files import RULES, fetch
from infra.telegram.refusals import ChatMoved
from infra.telegram.registration import Registration, facts_of
from infra.telegram.sending import send
from infra.telegram.wire import TEXT_LIMIT, verify
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, ChannelUnclear, CredentialsRejected


class TelegramBot:
    """Credentials: `token`. The webhook secret comes in a header."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        text_unit="utf16",
        sends=frozenset({"text", "image", "voice", "file"}),
        files=RULES,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = BotApi(context.http, context.vendors.telegram_api_url, context.credentials.get("token", ""))
        self._webhook = Registration(self._api, context.clock, context.inbox_id, context.webhook_secret)

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """One update of Telegram's."""
        verify(delivery, self._context.webhook_secret)
        return to_arrivals(delivery.body, self._context.clock.now())

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing: Telegram looks at the status only."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """Nothing: while a webhook is set, a bot cannot ask."""
        return Page(cursor=cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send plain text and files; once more where the group has become a supergroup meanwhile."""
        try:
            return to_receipt(await send(self._api, {"chat_id": outgoing.thread}, outgoing))
        except ChatMoved as moved:
            receipt = to_receipt(await send(self._api, {"chat_id": moved.new_thread}, outgoing))
            return receipt.model_copy(update={"thread": moved.new_thread})

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Never known: the Bot API has no history to look into."""
        raise ChannelUnclear("a bot cannot read what it sent")

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Never known."""
        raise ChannelRejected("a bot cannot read what it was sent")

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Nothing: bots have no read marks."""

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """Download by file id, which does not expire."""
        return await fetch(self._api, attachment)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Telegram tells it with each message."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Set the webhook; waiting updates are kept and come at once."""
        me = await self._webhook.bot()
        await self._webhook.set(webhook_url)
        return Connection(account=f"@{me.username}", webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing: a webhook stays until it is taken back."""

    async def disconnect(self) -> None:
        """Take the webhook back, if Telegram still lets us."""
        await self._webhook.take_back()

    async def test(self) -> Diagnosis:
        """Whether the token works and the webhook is set, ours, and gets through."""
        try:
            me, webhook = await self._webhook.bot(), await self._webhook.info()
        except CredentialsRejected as error:
            return Diagnosis(problem=error.code)
        return Diagnosis(problem=self._webhook.problem(webhook), facts=facts_of(me, webhook))
