"""Sending: Ozon gives no id and takes one text or one file a call, so the history is asked what became of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.content import Saying, read_data
from infra.channels.ozon.reading import history
from infra.channels.ozon.shapes import Message
from infra.channels.ozon.wire import source_of
from infra.channels.remedies import TARIFF
from infra.channels.same_words import same_words
from shared.domain.arrivals import Outgoing, OutgoingFile, Receipt
from shared.domain.channels import Capabilities
from shared.errors import ChannelError, ChannelRejected, CredentialsRejected, RecipientUnreachable
from shared.ports.clock import Clock

REPLY_WINDOW = timedelta(hours=48)
CLOCKS_DIFFER = timedelta(minutes=1)
FIRST_TRY = timedelta(seconds=4)
"""The desk pauses longer than this between two attempts."""
LOOKS, PAUSE_SECONDS = 2, 1.0
WITHOUT_CHATS = {"UNSPECIFIED", "PREMIUM", "PREMIUM_LITE"}
"""Subscriptions, as Ozon names them, that do not include writing to buyers."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one call sends: a file, or the text."""

    text: str = ""
    file: OutgoingFile | None = None

    def is_in(self, message: Message) -> bool:
        """Whether this message of the history can be it."""
        saying = read_data(message.data)
        if self.file is None:
            return same_words(saying.text, read_data([self.text]).text)
        return _holds(saying, self.file)


def parts_of(outgoing: Outgoing, capabilities: Capabilities) -> list[Part]:
    """Files first: they are refused more often than words. Raises `ChannelRejected` for what Ozon surely refuses."""
    if len(outgoing.text) > capabilities.text_limit:
        raise ChannelRejected("longer than Ozon takes", code="text_too_long")
    rules = capabilities.files
    if rules and len(outgoing.files) > rules.most:
        raise ChannelRejected("more files than go into one message", code="too_many_files")
    if rules and any(len(file.content) > rules.max_bytes for file in outgoing.files):
        raise ChannelRejected("larger than Ozon takes", code="file_too_large")
    parts = [Part(file=file) for file in outgoing.files]
    if outgoing.text.strip():
        parts.append(Part(text=outgoing.text))
    if not parts:
        raise ChannelRejected("Ozon takes no empty message", code="text_empty")
    return parts


class Sending:
    """One message on its way into one chat."""

    def __init__(self, api: OzonApi, clock: Clock, outgoing: Outgoing, parts: list[Part]) -> None:
        self._api = api
        self._clock = clock
        self._outgoing = outgoing
        self._parts = parts

    async def send(self) -> Receipt:
        """Post what is not there yet. A message of several parts may have got half-way in an earlier attempt."""
        is_retry = self._clock.now() - self._outgoing.first_tried_at > FIRST_TRY
        there = await self._look() if is_retry and len(self._parts) > 1 else {}
        for place, part in enumerate(self._parts):
            if place not in there:
                await self._post(part)
        return await self._receipt()

    async def find(self) -> Receipt | None:
        """Look for the whole message in the history; None: a part of it is surely not there."""
        there = await self._look()
        return self._booked(there) if len(there) == len(self._parts) else None

    async def _post(self, part: Part) -> None:
        thread = self._outgoing.thread
        try:
            if part.file is not None:
                await self._api.send_file(thread, part.file.name or "file", part.file.content)
            else:
                await self._api.send_text(thread, part.text)
        except CredentialsRejected:
            raise
        except ChannelRejected as error:
            raise await self._reason(error) from error

    async def _receipt(self) -> Receipt:
        """Ozon took it. Its id is a convenience: without one the message's echo would pass for a colleague's."""
        with suppress(ChannelError):
            for look in range(LOOKS):
                if look:
                    await self._clock.sleep(PAUSE_SECONDS)
                there = await self._look(newest=True)
                if len(there) == len(self._parts):
                    return self._booked(there)
        return Receipt()

    def _booked(self, there: dict[int, Message]) -> Receipt:
        *others, last = [there[place] for place in sorted(there)]
        also_ids = tuple(source_of(self._outgoing.thread, message.message_id) for message in others)
        source_id = source_of(self._outgoing.thread, last.message_id)
        return Receipt(source_id=source_id, also_ids=also_ids, at=last.created_at)

    async def _look(self, *, newest: bool = False) -> dict[int, Message]:
        """Which parts the history shows: the oldest message that fits each, or the newest."""
        since = self._outgoing.first_tried_at - CLOCKS_DIFFER
        found = await history(self._api, self._outgoing.thread, lambda message: message.created_at < since)
        ours = [message for message in found.messages if message.user.role == "seller"]
        there: dict[int, Message] = {}
        for place, part in enumerate(self._parts):
            fitting = [message for message in ours if part.is_in(message)]
            if fitting:
                there[place] = fitting[-1 if newest else 0]
        return there

    async def _reason(self, error: ChannelRejected) -> ChannelRejected:
        """What a refusal means that Ozon does not word in its documents."""
        if error.vendor_code == "404":
            return ChannelRejected("Ozon does not know the chat", code="thread_unknown", vendor_code="404")
        with suppress(ChannelError):
            if error.vendor_code == "403" and await lacks_subscription(self._api):
                return CredentialsRejected("writing to buyers is sold separately", code=TARIFF, vendor_code="403")
            if await self._is_late():
                return RecipientUnreachable("48 hours are over", code="window_closed", vendor_code=error.vendor_code)
        return error

    async def _is_late(self) -> bool:
        """The customer's last message is older than the time in which Ozon always takes an answer."""
        opened = self._clock.now() - REPLY_WINDOW
        found = await history(self._api, self._outgoing.thread, lambda message: message.created_at < opened)
        return all(message.user.role != "customer" for message in found.messages)


async def lacks_subscription(api: OzonApi) -> bool:
    """Whether the seller surely does not pay for writing to buyers."""
    return (await api.seller()).tier in WITHOUT_CHATS


def _holds(saying: Saying, file: OutgoingFile) -> bool:
    """A file keeps its name; an image loses it and is told by its kind."""
    is_image = file.kind == "image"
    return any(kept.kind == "image" if is_image else kept.name == file.name for kept in saying.attachments)
