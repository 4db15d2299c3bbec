"""An account's connection in this very process."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from telethon import errors, events  # type: ignore[import-untyped]

from infra.channels.telegram_account.channel import FILE_LIMIT
from infra.channels.telegram_account.client import AccountClient
from infra.channels.telegram_account.reading import Reading
from infra.channels.telegram_account.refusals import translated
from infra.channels.telegram_account.remedies import SESSION_ENDED, SPAM_LIMITED
from infra.channels.telegram_account.sending import Sender
from infra.channels.telegram_account.session import KeptSession
from infra.channels.telegram_account.wire import Account, has_own_numbers, number_of, to_arrival, to_deleted, to_edited
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Echo, Outgoing, Page, Receipt, Received
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, CredentialsRejected
from shared.ports.clock import Clock

SPAM_PAUSE = timedelta(hours=6)
"""After Telegram has called us spammers nothing is tried for so long: each try makes it worse."""


@dataclass(slots=True)
class LiveLine:
    """Implements `Line`. What the connection tells waits in `arrived`, in order, until somebody takes it."""

    client: AccountClient
    session: KeptSession
    takes: frozenset[str]
    clock: Clock
    arrived: deque[Arrival] = field(default_factory=deque)
    _me: Any = None
    _limited_until: datetime | None = None
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Connect. What came since the last time is told first. Raises the `ChannelError` family."""
        self.client.add_event_handler(self._on_message, events.NewMessage())
        self.client.add_event_handler(self._on_edit, events.MessageEdited())
        self.client.add_event_handler(self._on_deletion, events.MessageDeleted())
        with translated(repeatable=True):
            await self.client.connect()
            await self._identify()

    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return self.client.is_connected()

    async def stop(self) -> None:
        """Hang up; the session's memory is then as new as it gets."""
        with translated(repeatable=True):
            await self.client.disconnect()

    async def pull(self, cursor: str | None) -> Page:
        """See `Reading`."""
        with translated(repeatable=True):
            page = await self._reading.pull(cursor)
        for arrival in page.arrivals:
            if isinstance(arrival, (Received, Echo)):
                self._remember(arrival)
        return page

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """See `Reading`."""
        with translated(repeatable=True):
            return await self._reading.history(since, cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """One at a time: a person does not write two messages at once."""
        if self._limited_until is not None and self.clock.now() < self._limited_until:
            raise CredentialsRejected("the account is limited as a spammer", code=SPAM_LIMITED)
        async with self._sending:
            try:
                return await self._sender.send(outgoing)
            except CredentialsRejected as error:
                if error.code == SPAM_LIMITED:
                    self._limited_until = self.clock.now() + SPAM_PAUSE
                raise

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """See `Sender`."""
        return await self._sender.find_sent(outgoing)

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Up to this message."""
        with translated(repeatable=True):
            peer = await self._sender.peer(int(thread))
            await self.client.send_read_acknowledge(peer, max_id=number_of(source_id))

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """The message is asked for again: what it held of the file may have expired."""
        chat, _, number = attachment.reference.partition(":")
        if not number.isdecimal():
            raise ChannelRejected("there is no file behind this attachment", code="file_gone")
        if (attachment.size or 0) > FILE_LIMIT:
            raise ChannelRejected(f"more than {FILE_LIMIT} bytes", code="file_too_big")
        with translated(repeatable=True):
            message = await self.client.get_messages(await self._sender.peer(int(chat)), ids=int(number))
            content = None if message is None else await self.client.download_media(message, bytes)
        if content is None:
            raise ChannelRejected("the file is gone", code="file_gone")
        return content

    async def connect(self) -> Connection:
        """Who this is, and where pulls begin. The account is known by its number: names change."""
        with translated(repeatable=True):
            return Connection(account=str(self._me.id), cursor=await self._reading.start())

    async def disconnect(self) -> None:
        """Log out: the session is over, here and at Telegram."""
        with translated(repeatable=True):
            await self.client.log_out()

    async def test(self) -> Diagnosis:
        """Ask who we are, and remember what the last sends have found."""
        with translated(repeatable=True):
            await self._identify()
        is_limited = self._limited_until is not None and self.clock.now() < self._limited_until
        name = f"@{self._me.username}" if self._me.username else ""
        return Diagnosis(problem=SPAM_LIMITED if is_limited else None, facts={"name": name} if name else {})

    @property
    def _account(self) -> Account:
        return Account(self._me.id if self._me is not None else 0, self.takes)

    @property
    def _reading(self) -> Reading:
        return Reading(self.client, self._account)

    @property
    def _sender(self) -> Sender:
        return Sender(self.client, self.clock)

    async def _identify(self) -> None:
        """`get_me` answers None for every refusal; listing a chat tells which one it was."""
        me = await self.client.get_me()
        if me is None:
            async for _ in self.client.iter_dialogs(limit=1):
                break
            raise CredentialsRejected("the session is over", code=SESSION_ENDED)
        self._me = me

    async def _on_message(self, event: Any) -> None:
        await _complete(event.message)
        arrival = to_arrival(event.message, self._account)
        if arrival is not None:
            self._remember(arrival)
            self.arrived.append(arrival)

    async def _on_edit(self, event: Any) -> None:
        await _complete(event.message)
        edited = to_edited(event.message, self._account)
        if edited is not None:
            self.arrived.append(edited)

    async def _on_deletion(self, event: Any) -> None:
        self.arrived.extend(to_deleted(event.deleted_ids, event.chat_id, self.session.place_of, self.clock.now()))

    def _remember(self, arrival: Received | Echo) -> None:
        """A deletion will not say in which chat it is."""
        if not has_own_numbers(int(arrival.thread)):
            self.session.place(number_of(arrival.source_id), int(arrival.thread))


async def _complete(message: Any) -> None:
    """Ask for names that did not come with it; without them it is as good a message."""
    with suppress(errors.RPCError, ConnectionError, TimeoutError, ValueError):
        await message.get_sender()
        await message.get_chat()
