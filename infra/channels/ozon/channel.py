"""The Ozon channel: pushes with a repairing pull, texts and files out, images and files in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.hook_secret import check_secret
from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.files import download
from infra.channels.ozon.pulling import Pull, everything, newest_number
from infra.channels.ozon.reading import latest
from infra.channels.ozon.registration import check_account, problem_of_pushes, register, unregister
from infra.channels.ozon.sending import REPLY_WINDOW, Sending, parts_of
from infra.channels.ozon.wire import answer_to, customer_ref, message_of, read_push
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities, FileRules
from shared.domain.messages import Attachment
from shared.errors import CredentialsRejected

TEXT_LIMIT = 1000
FILE_LIMIT = 10 * 1024 * 1024
"""Bytes. Ozon does not tell its own limit; base64 makes this 13 MB on the wire."""


class Ozon:
    """One seller's account. Credentials: `client_id` and `api_key`."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        sends=frozenset({"text", "image", "file"}),
        files=FileRules(max_bytes=FILE_LIMIT),
        forbids=frozenset({"phone", "email", "link", "messenger"}),
        reply_window=REPLY_WINDOW,
        history_listable=True,
        history_readable=True,
        pull_every=timedelta(minutes=2),
        pull_every_idle=timedelta(minutes=5),
        describes_threads=True,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = OzonApi(context)
        self._seller = context.credentials.get("client_id", "").strip()

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """A push, trusted for the secret in its address."""
        check_secret(delivery.secret, self._context.webhook_secret)
        return read_push(delivery.body, seller=self._seller, now=self._context.clock.now())

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """What Ozon checks before it calls a push delivered."""
        return answer_to(delivery.body, self._context.clock.now())

    async def pull(self, cursor: str | None) -> Page:
        """What came since the cursor; None: the unread chats of the last day."""
        return await Pull(self._api, self._context.clock.now()).page(cursor)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """All chats, the closed ones and Ozon's own included, back to a moment."""
        return await everything(self._api, since, cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Post text and file into the chat; its id is then read from the history."""
        return await self._sending(outgoing).send()

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """The oldest messages of ours in the chat that say this, since shortly before the first attempt."""
        return await self._sending(outgoing).find()

    def _sending(self, outgoing: Outgoing) -> Sending:
        return Sending(self._api, self._context.clock, outgoing, parts_of(outgoing, self.capabilities))

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Mark the chat as read up to a message."""
        await self._api.mark_read(thread, message_of(source_id))

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """A file by its address, with the keys."""
        api = self._context.vendors.ozon_api_url
        return await download(self._context.http, attachment.reference, api=api, keys=self._api.keys)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Which order and product a chat is about: pushes do not say. A name Ozon never tells."""
        found = await latest(self._api, thread)
        return ThreadFacts(contact=customer_ref(found.customer), facts=found.facts) if found.customer else None

    async def connect(self, webhook_url: str) -> Connection:
        """Check the account, register our address, and begin with what comes from now on."""
        await check_account(self._api, self._context.clock.now())
        await register(self._api, webhook_url)
        newest = await newest_number(self._api)
        return Connection(account=self._seller, cursor=str(newest), webhook_url=webhook_url)

    async def renew(self) -> None:
        """Nothing to do: Ozon keeps a registration until it is taken back."""

    async def disconnect(self) -> None:
        """Take back every address of this inbox."""
        await unregister(self._api, self._context.inbox_id)

    async def test(self) -> Diagnosis:
        """The key, the subscription, then our address among Ozon's pushes."""
        facts = {"account": self._seller}
        try:
            facts |= await check_account(self._api, self._context.clock.now())
            problem = await problem_of_pushes(self._api, f"/{self._context.inbox_id}/{self._context.webhook_secret}")
        except CredentialsRejected as error:
            return Diagnosis(problem=error.code, facts=facts)
        return Diagnosis(problem=problem, facts=facts)
