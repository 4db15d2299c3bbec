"""One message of ours to a chat, and the look for one that may have been sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from infra.channels.telegram_account.channel import FILE_LIMIT, MOST_FILES, TEXT_LIMIT
from infra.channels.telegram_account.client import AccountClient
from infra.channels.telegram_account.refusals import translated
from infra.channels.telegram_account.wire import source_id
from shared.domain.arrivals import Outgoing, OutgoingFile, Receipt
from shared.errors import ChannelError, ChannelRejected, ChannelUnclear, RecipientUnreachable
from shared.ports.clock import Clock

CAPTION_LIMIT = 1024
LOOKED_AT = 100
"""Messages of a chat among which one of ours is looked for."""
EARLIER = timedelta(minutes=1)
"""Telegram's clock and ours may differ."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 4.0
_LETTERS_A_SECOND = 50
_PHOTOS = frozenset({"image/jpeg", "image/png"})
_VOICES = frozenset({"audio/ogg", "audio/mpeg"})

Step = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Sender:
    """Over a connected client. Raises the `ChannelError` family."""

    client: AccountClient
    clock: Clock

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Post it. Once a first part is out, a failure of a later one is unclear: nobody may send the first again."""
        check(outgoing)
        with translated(repeatable=True):
            peer = await self.peer(int(outgoing.thread))
            if outgoing.is_automatic:
                await self._pause(peer, outgoing.text)
        first, *others = self._steps(peer, outgoing)
        with translated(repeatable=False):
            sent = [await first()]
        for step in others:
            try:
                with translated(repeatable=False):
                    sent.append(await step())
            except ChannelError as error:
                raise ChannelUnclear("only a part was sent", vendor_code=error.vendor_code) from error
        return receipt_of(int(outgoing.thread), sent)

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """The message, if all parts of it are there."""
        wanted = [text for text, _ in parts_of(outgoing)]
        found: list[Any] = []
        with translated(repeatable=True):
            peer = await self.peer(int(outgoing.thread))
            async for message in self.client.iter_messages(peer, limit=LOOKED_AT):
                if message.date < outgoing.first_tried_at - EARLIER:
                    break
                if message.out and message.action is None:
                    found.append(message)
        for start in range(len(found) - len(wanted), -1, -1):
            run = found[start : start + len(wanted)][::-1]
            if [_words(message.message or "") for message in run] == [_words(text) for text in wanted]:
                return receipt_of(int(outgoing.thread), run)
        return None

    async def peer(self, chat_id: int) -> Any:
        """Whom to write to, with its access hash. Raises `RecipientUnreachable` (`thread_unknown`)."""
        try:
            return await self.client.get_input_entity(chat_id)
        except ValueError:
            async for _ in self.client.iter_dialogs():
                pass  # the session remembers whom it meets
        try:
            return await self.client.get_input_entity(chat_id)
        except ValueError:
            raise RecipientUnreachable("the account does not know this chat", code="thread_unknown") from None

    async def _pause(self, peer: Any, text: str) -> None:
        """As long as a quick person needs, and seen to be typing."""
        seconds = min(max(len(text) / _LETTERS_A_SECOND, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        async with self.client.action(peer, "typing"):
            await self.clock.sleep(seconds)

    def _steps(self, peer: Any, outgoing: Outgoing) -> list[Step]:
        return [self._step(peer, text, file) for text, file in parts_of(outgoing)]

    def _step(self, peer: Any, text: str, file: OutgoingFile | None) -> Step:
        if file is None:
            return lambda: self.client.send_message(peer, text, parse_mode=None, link_preview=False)
        content = BytesIO(file.content)
        content.name = file.name or "file"
        is_photo = file.kind == "image" and file.mime_type in _PHOTOS
        is_voice = file.kind == "voice" and file.mime_type in _VOICES
        return lambda: self.client.send_file(
            peer,
            content,
            caption=text,
            parse_mode=None,
            force_document=not (is_photo or is_voice),
            voice_note=is_voice,
        )


def parts_of(outgoing: Outgoing) -> list[tuple[str, OutgoingFile | None]]:
    """The messages that it becomes: the text stands under the first file where it fits."""
    if not outgoing.files:
        return [(outgoing.text, None)]
    fits = length_of(outgoing.text) <= CAPTION_LIMIT
    first, *others = outgoing.files
    captioned: list[tuple[str, OutgoingFile | None]] = [(outgoing.text if fits else "", first)]
    alone: list[tuple[str, OutgoingFile | None]] = [] if fits else [(outgoing.text, None)]
    return [*alone, *captioned, *(("", file) for file in others)]


def check(outgoing: Outgoing) -> None:
    """Raise `ChannelRejected` for what Telegram would refuse half-way through, or take for a flood."""
    if len(outgoing.files) > MOST_FILES:
        raise ChannelRejected(f"more than {MOST_FILES} files", code="too_many_files")
    if length_of(outgoing.text) > TEXT_LIMIT:
        raise ChannelRejected("the text is too long", code="text_too_long")
    if not outgoing.text.strip() and not outgoing.files:
        raise ChannelRejected("there is nothing to send", code="text_empty")
    for file in outgoing.files:
        if not file.content:
            raise ChannelRejected("an empty file", code="file_empty")
        if len(file.content) > FILE_LIMIT:
            raise ChannelRejected("a file is too large", code="file_too_large")


def length_of(text: str) -> int:
    """In UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def receipt_of(chat_id: int, sent: list[Any]) -> Receipt:
    """What we keep of the messages that one of ours became."""
    first, *others = [source_id(chat_id, message.id) for message in sent]
    return Receipt(source_id=first, also_ids=tuple(others), at=sent[0].date)


def _words(text: str) -> str:
    return " ".join(text.split())
