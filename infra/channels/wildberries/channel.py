"""The Wildberries channel: buyers' chats, questions and reviews of one seller, pulled; nothing is pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from infra.channels.context import ChannelContext
from infra.channels.wildberries.answering import Answerer
from infra.channels.wildberries.api import Wildberries as Calls
from infra.channels.wildberries.chat_api import ChatApi
from infra.channels.wildberries.chats import ChatReader
from infra.channels.wildberries.cursor import Cursor
from infra.channels.wildberries.doctor import examine
from infra.channels.wildberries.feedbacks_api import FeedbacksApi
from infra.channels.wildberries.files import download, is_address
from infra.channels.wildberries.history import History
from infra.channels.wildberries.limits import CAPABILITIES, check
from infra.channels.wildberries.own import OwnMessages
from infra.channels.wildberries.pulling import Pull
from infra.channels.wildberries.sending import ChatSender
from infra.channels.wildberries.signs import Signs
from infra.channels.wildberries.threads import read_thread
from infra.channels.wildberries.wire import digest
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import CredentialsRejected, UntrustedDelivery


class Wildberries:
    """One seller. Credentials: `token`, made in the seller's cabinet."""

    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._calls = Calls(context)
        self._chat_api = ChatApi(self._calls)
        self._feedbacks_api = FeedbacksApi(self._calls)
        own, signs = OwnMessages(context), Signs(self._calls, self._chat_api)
        self._reader = ChatReader(self._chat_api, own, signs, context.clock)
        self._sender = ChatSender(self._chat_api, own, signs)
        self._answerer = Answerer(self._feedbacks_api, context.clock)

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """Wildberries calls nobody: whoever does is somebody else."""
        raise UntrustedDelivery("Wildberries does not call")

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nobody reads it."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """What came since the cursor; None: from now."""
        start = Cursor.read(cursor) if cursor is not None else Cursor.starting(self._context.clock.now())
        return await Pull(self._calls, self._reader, self._feedbacks_api, start).page()

    async def send(self, outgoing: Outgoing) -> Receipt:
        """A message into a chat, or the answer to a question or a review."""
        thread = read_thread(outgoing.thread)
        check(thread.kind, outgoing)
        if thread.kind == "chat":
            return await self._sender.send(thread.id, outgoing)
        return await self._answerer.answer(thread, outgoing.text.strip())

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """The event of a message, or the answer under a publication."""
        thread = read_thread(outgoing.thread)
        if thread.kind == "chat":
            return await self._sender.find(thread.id, outgoing)
        return await self._answerer.find(thread, outgoing.text.strip())

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Everything since a moment; archived reviews without an answer are not listed by Wildberries."""
        return await History(self._calls, self._reader, self._chat_api, self._feedbacks_api).page(since, cursor)

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Questions can be marked as seen; chats and reviews cannot."""
        known = read_thread(thread)
        if known.kind == "question":
            await self._feedbacks_api.mark_viewed(known.id)

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """A file of a chat by its id, a photo of a review by its address."""
        if is_address(attachment.reference):
            api = self._context.vendors.wildberries_feedbacks_api_url
            return await download(self._context.http, attachment.reference, api=api)
        return await self._chat_api.download(attachment.reference)

    async def describe(self, thread: str) -> ThreadFacts | None:
        """What is known comes with the messages."""
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Check the token at both hosts; there is nothing to register."""
        problem = await examine(self._calls)
        if problem is not None:
            raise CredentialsRejected("Wildberries cannot be used with this token", code=problem)
        seller = self._calls.token.seller or digest(self._context.credentials.get("token", ""))
        return Connection(account=seller, cursor=str(Cursor.starting(self._context.clock.now())))

    async def renew(self) -> None:
        """Nothing to do: nothing is registered."""

    async def disconnect(self) -> None:
        """Nothing to take back."""

    async def test(self) -> Diagnosis:
        """Whether both hosts take the token, with its type and end."""
        return Diagnosis(problem=await examine(self._calls), facts=self._calls.token.facts())
