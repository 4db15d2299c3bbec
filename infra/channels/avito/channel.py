"""The Avito channel: webhooks with a repairing pull, texts and images out, images and voice in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from infra.channels.avito.api import AvitoApi
from infra.channels.avito.content import VOICE
from infra.channels.avito.files import download
from infra.channels.avito.images import RULES, Images, check_image
from infra.channels.avito.pulling import Pull, history
from infra.channels.avito.wire import CLOCKS_DIFFER, facts_of, is_the_same, read_webhook, unix
from infra.channels.context import ChannelContext
from infra.channels.hook_secret import check_secret
from infra.channels.remedies import TARIFF, WEBHOOK_MISSING, WRONG
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import ChannelError, ChannelRejected, CredentialsRejected

TEXT_LIMIT = 1000


class Avito:
    """One Avito account. Credentials: `client_id` and `client_secret` of the seller's own API key."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        sends=frozenset({"text", "image"}),
        files=RULES,
        history_readable=True,
        history_listable=True,
        pushes=True,
        pull_every=timedelta(minutes=5),
        pull_every_idle=timedelta(minutes=15),
        describes_threads=True,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = AvitoApi(context)
        self._images = Images(context, self._api)
        self._account = context.account

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """A webhook call, trusted for the secret in its address."""
        check_secret(delivery.secret, self._context.webhook_secret)
        return read_webhook(delivery.body)

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing: Avito looks at the status only."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """What came since the cursor; None: the unread chats of the last day."""
        return await Pull(self._api, await self._user(), self._context.clock.now()).page(cursor)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Everything in the chats with customers since a moment, some chats a page."""
        return await Pull(self._api, await self._user(), self._context.clock.now()).history_page(since, cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Post a text or an image into the chat."""
        if outgoing.files:
            check_image(outgoing)
            user = await self._user()
            image = await self._images.uploaded(user, outgoing)
            sent = await self._api.send_image(user, outgoing.thread, image.id)
        else:
            _check_text(outgoing.text)
            sent = await self._api.send_text(await self._user(), outgoing.thread, outgoing.text)
        return Receipt(source_id=sent.id, at=sent.created)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """The oldest message of ours in the chat with this text or image since the first attempt."""
        image = await self._images.known(outgoing) if outgoing.files else None
        if outgoing.files and image is None:
            return None
        since = outgoing.first_tried_at - CLOCKS_DIFFER
        messages, _ = await history(self._api, await self._user(), outgoing.thread, since)
        for message in messages:
            if image.is_in(message) if image else is_the_same(message, outgoing):
                return Receipt(source_id=message.id, at=message.created)
        return None

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Mark the chat as read; Avito knows no reading up to a message."""
        await self._api.mark_read(await self._user(), thread)

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """An image by its address, a voice message by its id: the address of a voice lives for an hour."""
        address = attachment.reference
        if address.startswith(VOICE):
            address = await self._api.voice_address(await self._user(), address.removeprefix(VOICE))
            if not address:
                raise ChannelRejected("Avito no longer has the voice message", code="attachment_gone")
        return await download(self._context.http, address, api=self._context.vendors.avito_api_url)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Who writes, and about which listing: webhooks carry only ids."""
        chat = await self._api.chat(await self._user(), thread)
        return None if chat is None else facts_of(chat, await self._user())

    async def connect(self, webhook_url: str) -> Connection:
        """Register our address, then take back older ones of this inbox (their secret has changed)."""
        account = str((await self._api.me())["id"])
        await self._api.subscribe(webhook_url)
        folder = webhook_url.rpartition("/")[0] + "/"
        for url in await self._api.subscriptions():
            if self._is_ours(url) and url.startswith(folder) and url != webhook_url:
                await self._api.unsubscribe(url)
        cursor = str(unix(self._context.clock.now()))
        return Connection(account=account, cursor=cursor, webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing to do: Avito keeps a registration until it is taken back."""

    async def disconnect(self) -> None:
        """Take back every address of this inbox."""
        with suppress(ChannelError):
            for url in await self._api.subscriptions():
                if self._is_ours(url):
                    await self._api.unsubscribe(url)

    async def test(self) -> Diagnosis:
        """Credentials, then the paid subscription, then our webhook."""
        try:
            me = await self._api.me()
            await self._api.chats(str(me["id"]), unread_only=False, limit=1)
            urls = await self._api.subscriptions()
        except CredentialsRejected as error:
            return Diagnosis(problem=TARIFF if error.code == TARIFF else WRONG)
        facts = {"account": str(me["id"]), "name": str(me.get("name") or "")}
        is_set = any(self._is_ours(url) and url.endswith("/" + self._context.webhook_secret) for url in urls)
        return Diagnosis(problem=None if is_set else WEBHOOK_MISSING, facts=facts)

    async def _user(self) -> str:
        """The account's id, which is part of every path."""
        if not self._account:
            self._account = str((await self._api.me())["id"])
        return self._account

    def _is_ours(self, url: str) -> bool:
        return f"/hooks/avito/{self._context.inbox_id}/" in url


def _check_text(text: str) -> None:
    if not text.strip():
        raise ChannelRejected("Avito takes no empty message", code="text_empty")
    if len(text) > TEXT_LIMIT:
        raise ChannelRejected(f"Avito takes {TEXT_LIMIT} characters at most", code="text_too_long")
