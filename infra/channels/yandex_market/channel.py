"""The Yandex Market channel: notifications that ring, pulls that fetch, texts and files out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.hook_secret import check_secret
from infra.channels.yandex_market.account import cabinet_of
from infra.channels.yandex_market.api import MarketApi
from infra.channels.yandex_market.chats import Chats
from infra.channels.yandex_market.cursor import Cursor
from infra.channels.yandex_market.files import download
from infra.channels.yandex_market.listing import Everything
from infra.channels.yandex_market.pace import Pace
from infra.channels.yandex_market.pulling import Pull
from infra.channels.yandex_market.questions import Questions
from infra.channels.yandex_market.reviews import Reviews
from infra.channels.yandex_market.sending import Sending
from infra.channels.yandex_market.wire import read_notification
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities, FileRules
from shared.domain.messages import Attachment
from shared.errors import ChannelError

NAME, VERSION = "parley", "1.0.0"
"""How we introduce ourselves in the answer to a notification."""
FILE_LIMIT = 5 * 1024 * 1024


class YandexMarket:
    """One cabinet. Credentials: `api_key`; `business_id` only where the token shows no shop."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        webhook_by_hand=True,
        text_limit=4096,
        text_limits={"question": 5000},
        sends=frozenset({"text", "image", "file"}),
        files=FileRules(max_bytes=FILE_LIMIT),
        forbids=frozenset({"phone", "email", "link", "messenger"}),
        history_listable=True,
        history_readable=True,
        pushes=True,
        pull_every=timedelta(minutes=2),
        pull_every_idle=timedelta(minutes=5),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = MarketApi(context)
        self._pace = Pace()
        self._account = context.account

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """A notification, trusted for the secret in its address: a hint to pull, for what concerns talks."""
        check_secret(delivery.secret, self._context.webhook_secret)
        return read_notification(delivery.body, self._account)

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Who we are and when we saw it: without this answer Market switches notifications off."""
        seen_at = self._context.clock.now().astimezone(UTC)
        return {"version": VERSION, "name": NAME, "time": seen_at.isoformat().replace("+00:00", "Z")}

    async def pull(self, cursor: str | None) -> Page:
        """What came since the cursor; None: what came in the last day."""
        business = await self._business()
        sources = (Chats(self._api, business), Questions(self._api, business), Reviews(self._api, business))
        return await Pull(sources, self._pace, self._context.clock.now()).page(cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Write into a chat, answer a question, or comment on a review."""
        return await (await self._sending()).send(outgoing)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """The message in Market's history, by its words and files."""
        return await (await self._sending()).find(outgoing)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """All chats, questions and reviews, one page of Market's lists at a time."""
        return await Everything(self._api, await self._business(), self._context.clock.now(), since).page(cursor)

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Nothing: Market has no read mark."""

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """A file of a chat, by its address."""
        api, key = self._context.vendors.yandex_market_api_url, self._context.credentials.get("api_key", "")
        return await download(self._context.http, attachment.reference, api=api, key=key)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Nothing: a pulled message says who writes and about what."""
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Find the cabinet. Its notifications are switched on by hand, in Market's own settings, with this address."""
        cabinet = await cabinet_of(self._api, self._context.credentials.get("business_id", "").strip())
        cursor = Cursor.starting(self._context.clock.now())
        return Connection(account=cabinet.id, cursor=str(cursor), webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing: a registration stays until somebody takes it out by hand."""

    async def disconnect(self) -> None:
        """Nothing: the address is taken out by hand, and a removed inbox answers nobody."""

    async def test(self) -> Diagnosis:
        """The token, its rights, the state of the cabinet. Whether notifications come is not to be asked."""
        wanted = self._account or self._context.credentials.get("business_id", "").strip()
        try:
            cabinet = await cabinet_of(self._api, wanted)
        except ChannelError as error:
            return Diagnosis(problem=error.code)
        return Diagnosis(facts={"account": cabinet.id, "name": cabinet.name})

    async def _sending(self) -> Sending:
        return Sending(self._api, await self._business(), self._context.clock, self.capabilities)

    async def _business(self) -> str:
        """The cabinet's id, which is part of every path."""
        if not self._account:
            wanted = self._context.credentials.get("business_id", "").strip()
            self._account = (await cabinet_of(self._api, wanted)).id
        return self._account
