"""Personal Telegram accounts over a connected business bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.remedies import MODE_OFF, RIGHTS
from infra.channels.telegram_business.connections import Connections
from infra.channels.telegram_business.remedies import DISCONNECTED
from infra.channels.telegram_business.wire import Thread, to_arrivals, to_receipt
from infra.telegram.api import BotApi
from infra.telegram.files import RULES, fetch
from infra.telegram.objects import BusinessConnection, Done, Party, WebhookInfo
from infra.telegram.refusals import ConnectionGone
from infra.telegram.registration import Registration, facts_of
from infra.telegram.sending import send
from infra.telegram.wire import TEXT_LIMIT, verify
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, ChannelUnclear, CredentialsRejected


class TelegramBusiness:
    """Credentials: `token` of a bot in Secretary mode, which owners of accounts connect in Telegram's settings."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        text_unit="utf16",
        sends=frozenset({"text", "image", "voice", "file"}),
        files=RULES,
        reply_window=timedelta(hours=24),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = BotApi(context.http, context.vendors.telegram_api_url, context.credentials.get("token", ""))
        self._webhook = Registration(self._api, context.clock, context.inbox_id, context.webhook_secret)
        self._connections = Connections(self._api, context.vault, context.clock)

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
        """Write as the owner; once more where the connection has got another id meanwhile."""
        thread = Thread.of(outgoing.thread)
        try:
            return await self._send(thread, outgoing)
        except ConnectionGone as error:
            successor = await self._connections.successor(thread.connection)
            if successor is None:
                raise CredentialsRejected(str(error), code=error.code, vendor_code=error.vendor_code) from error
        moved = Thread(successor, thread.chat)
        receipt = await self._send(moved, outgoing)
        return receipt.model_copy(update={"thread": str(moved)})

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Never known: the Bot API has no history to look into."""
        raise ChannelUnclear("a bot cannot read what it sent")

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Never known."""
        raise ChannelRejected("a bot cannot read what it was sent")

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Mark the chat as read up to this message."""
        place, number = Thread.of(thread), source_id.rpartition(":")[2]
        if number.isdecimal():
            parameters = {**_target(place), "message_id": int(number)}
            await self._api.call("readBusinessMessage", Done, parameters)

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """Download by file id, which does not expire."""
        return await fetch(self._api, attachment)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Telegram tells it with each message."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Set the webhook; then say what keeps the bot from answering, if anything does."""
        me = await self._webhook.bot()
        if not (await self._webhook.info()).url:
            await self._connections.learn_waiting()
        problem = _problem(me, await self._connections.present())
        await self._webhook.set(webhook_url)
        if problem is not None:
            raise ChannelRejected("the bot cannot answer for anybody", code=problem)
        return Connection(account=f"@{me.username}", webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing: a webhook stays until it is taken back."""

    async def disconnect(self) -> None:
        """Take the webhook back, if Telegram still lets us."""
        await self._webhook.take_back()

    async def test(self) -> Diagnosis:
        """The token, the mode, the webhook, and what the owners of the accounts let the bot do."""
        try:
            me, webhook = await self._webhook.bot(), await self._webhook.info()
        except CredentialsRejected as error:
            return Diagnosis(problem=error.code)
        connections = await self._connections.present()
        problem = _problem(me, connections) or self._webhook.problem(webhook)
        return Diagnosis(problem=problem, facts=_facts(me, webhook, connections))

    async def _send(self, thread: Thread, outgoing: Outgoing) -> Receipt:
        await self._connections.learn(thread.connection)
        return to_receipt(await send(self._api, _target(thread), outgoing), thread)


def _target(thread: Thread) -> dict[str, str]:
    return {"business_connection_id": thread.connection, "chat_id": thread.chat}


def _problem(bot: Party, connections: Sequence[BusinessConnection]) -> str | None:
    """An owner who switched the bot off is no problem while another has it. Without any nothing is known: the first
    message will tell."""
    if not bot.can_connect_to_business:
        return MODE_OFF
    enabled = [connection for connection in connections if connection.is_enabled]
    if connections and not enabled:
        return DISCONNECTED
    return None if all(connection.rights.can_reply for connection in enabled) else RIGHTS


def _facts(bot: Party, webhook: WebhookInfo, connections: Sequence[BusinessConnection]) -> dict[str, str]:
    names = [connection.user.name for connection in connections if connection.is_enabled]
    return {**facts_of(bot, webhook), "accounts": ", ".join(names)} if names else facts_of(bot, webhook)
