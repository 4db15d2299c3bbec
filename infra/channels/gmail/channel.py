"""Gmail as a channel: one mailbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.gmail import drafts, sent, tokens, watch
from infra.channels.gmail.client import GmailClient
from infra.channels.gmail.failures import GONE
from infra.channels.gmail.sync import MailboxSync
from infra.channels.gmail.wire import decoded, part_of, read_cursor, read_notification, read_place, request_body
from infra.mail.conversing import LETTER_FILES, answer
from shared.domain.arrivals import (
    Arrival,
    Connection,
    Diagnosis,
    Outgoing,
    Page,
    PullHint,
    RawDelivery,
    Receipt,
    ThreadFacts,
)
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import ChannelError, ChannelRejected, InvalidInput


class Gmail:
    """Implements `shared.ports.channel.Channel`. Credentials: `refresh_token` and `email`."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=100_000,
        sends=frozenset({"text", "image", "voice", "file"}),
        files=LETTER_FILES,
        history_listable=True,
        history_readable=True,
        pull_every=timedelta(minutes=15),
        pull_every_idle=timedelta(minutes=30),
        renew_every=timedelta(days=1),
        html=True,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._account = (context.account or context.credentials.get("email", "")).lower()
        self._client = GmailClient(context)
        self._sync = MailboxSync(self._client, context.clock, self._account)

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """A decoded Pub/Sub notification `{"emailAddress", "historyId"}`: come and pull."""
        return [PullHint()] if read_notification(delivery.body) == self._account else []

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing: Pub/Sub looks at the status only."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """Letters in the order of the mailbox; None starts from now."""
        if cursor is None:
            _, fresh = await self._sync.fresh()
            return Page(cursor=str(fresh))
        return await self._sync.forward(read_cursor(cursor))

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Answer in the thread, under a Message-ID that follows from our own id."""
        raw = answer(outgoing, self._account, self._context.clock.now())
        if outgoing.is_automatic:
            await sent.check_no_loop(self._client, outgoing, self._context.clock.now())
        try:
            return await sent.send(self._client, raw, outgoing, in_thread=True)
        except ChannelRejected as error:
            if error.code != GONE or not outgoing.thread:
                raise
            # The thread was deleted: a new one, by its headers.
            return await sent.send(self._client, raw, outgoing, in_thread=False)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """By our Message-ID, in the thread itself and in Gmail's search."""
        return await sent.find(self._client, outgoing)

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Letters of both sides, oldest first, whatever became of them; without spam and what was thrown away."""
        return await self._sync.listing(int(since.timestamp()) if cursor is None else read_place(cursor))

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Take the letter off Gmail's unread ones."""
        body = {"removeLabelIds": ["UNREAD"]}
        try:
            await self._client.call(lambda users: users.messages().modify(userId="me", id=source_id, body=body))
        except ChannelRejected as error:
            if error.code != GONE:
                raise

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """A file by its place in the letter: Gmail's attachment ids change from one read to the next."""
        message = await self._client.call(
            lambda users: users.messages().get(userId="me", id=message_source_id, format="full")
        )
        part_id = "" if attachment.reference == "root" else attachment.reference
        body = (part_of(message.get("payload", {}), part_id) or {}).get("body", {})
        if id := body.get("attachmentId"):
            body = await self._client.call(
                lambda users: users.messages().attachments().get(userId="me", messageId=message_source_id, id=id)
            )
        if "data" not in body:
            raise ChannelRejected("the letter has no such file", code=GONE)
        try:
            return decoded(str(body["data"]))
        except InvalidInput as error:
            raise ChannelRejected("Gmail gave a damaged file") from error

    async def describe(self, thread: str) -> ThreadFacts | None:
        """A letter says from whom it is."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Learn whose mailbox it is and have it watched. Without a topic it is pulled only."""
        account, cursor = await self._sync.fresh()
        await self.renew()
        return Connection(account=account, cursor=str(cursor))

    async def renew(self) -> None:
        """Watch for another seven days."""
        if topic := self._context.vendors.gmail_topic:
            await watch.start(self._client, topic)

    async def disconnect(self) -> None:
        """Stop the watch and give the grant back."""
        for step in (watch.stop(self._client), self._revoke()):
            try:
                await step
            except ChannelError:  # best effort: the owner can also do it on Google's page
                continue

    async def test(self) -> Diagnosis:
        """Whether letters can be read, and whether Gmail tells us of new ones."""
        try:
            account, _ = await self._sync.fresh()
        except ChannelError as error:
            return Diagnosis(problem=error.code)
        problem = await watch.problem(self._client, self._context.vendors.gmail_topic)
        return Diagnosis(problem=problem, facts={"account": account})

    async def save_draft(self, outgoing: Outgoing) -> str:
        """Keep a reply as a draft in Gmail's thread, for the owner to see there; answers Gmail's draft id."""
        raw = answer(outgoing, self._account, self._context.clock.now())
        return await drafts.create(self._client, request_body(raw, outgoing.thread))

    async def delete_draft(self, draft_id: str) -> None:
        """Take a draft back; one that is sent or gone is fine."""
        await drafts.delete(self._client, draft_id)

    async def _revoke(self) -> None:
        token = self._context.credentials.get("refresh_token", "")
        await tokens.revoke(self._context.http, self._context.vendors, token)
