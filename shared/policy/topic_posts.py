"""Messages as posts of a topic. What fits together is one post: Telegram counts posts, not words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.domain.conversations import Conversation, WindowEntry
from shared.domain.ids import MessageId
from shared.domain.messages import GONE, Attachment, Author, Delivery, Direction, Message
from shared.domain.texts import Language, text
from shared.domain.topics import ForumTopic, part_of
from shared.policy.topic_debts import Debt
from shared.ports.forum import CAPTION_LIMIT, POST_LIMIT

TITLE_ROOM: Final = 94
"""UTF-16 units of a title: names can be longer."""
ROOM: Final = POST_LIMIT - TITLE_ROOM - 2
"""UTF-16 units of text."""
CAPTION_ROOM: Final = CAPTION_LIMIT - TITLE_ROOM - 2
FILE_PATIENCE: Final = timedelta(minutes=15)
"""A file that has not come by then is named instead."""
FILE_HASTE: Final = timedelta(seconds=30)
"""Before that, nothing is said of a file that comes alone: it is nearly there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a post, or a whole one with a file."""

    keys: tuple[str, ...]
    """What it shows, as in `ForumTopic.shown`."""
    title: str
    text: str = ""
    file: Attachment | None = None
    document: str = ""
    """A text that is too long for a post: goes along as a file."""


@dataclass(frozen=True, slots=True)
class Composition:
    """All that a topic owes, oldest first; `waits_until`: a file is on its way, look again then."""

    pieces: tuple[Piece, ...]
    awaited: tuple[MessageId, ...] = ()
    """Messages whose files we have not got yet."""
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes for one topic. `messages` holds those that `needs_reading` asked for."""

    conversation: Conversation
    topic: ForumTopic
    language: Language
    now: datetime
    messages: Mapping[MessageId, Message]

    def __call__(self, owed: Sequence[Debt]) -> Composition:
        """What is owed, as pieces. Safe to repeat with other files in store."""
        pieces: list[Piece] = []
        awaited: list[tuple[MessageId, datetime]] = []
        for debt in owed:
            message = self.messages.get(debt.id)
            if message is None and debt.entry is not None:
                pieces.append(self._from_window(debt.id, debt.entry))
            elif message is not None:
                shown = self._spoken(message) if self._is_speech(debt, message) else [self._notice(message)]
                pieces += shown
                if any(self._is_awaited(message, number) for number in range(len(message.attachments))):
                    awaited.append((message.id, message.received_at))
        until = min((self._next_look(since) for _, since in awaited), default=None)
        return Composition(tuple(pieces), tuple(id for id, _ in awaited), until)

    def _from_window(self, id: MessageId, entry: WindowEntry) -> Piece:
        return _sized(Piece((part_of(id),), self._title(entry.author, ""), entry.text))

    def _is_speech(self, debt: Debt, message: Message) -> bool:
        """Words to or from the customer, shown for the first time."""
        is_first = part_of(message.id) not in self.topic.shown or debt.entry is not None
        is_sent = message.delivery in (None, Delivery.SENT)
        return is_first and is_sent and message.direction is not Direction.ACTIVITY and message.deleted_at is None

    def _spoken(self, message: Message) -> list[Piece]:
        title = self._title(message.author, message.author_name)
        is_said = part_of(message.id) in self.topic.shown
        to_come = [n for n in range(len(message.attachments)) if part_of(message.id, n) not in self.topic.shown]
        ready = [n for n in to_come if self._is_ready(message.attachments[n])]
        named = [n for n in to_come if n not in ready and not self._is_awaited(message, n)]
        files = [Piece((part_of(message.id, n),), title, "", message.attachments[n]) for n in ready]
        lines = [*([] if is_said else [message.text]), *(self._named(message.attachments[n]) for n in named)]
        words = Piece(
            (*([] if is_said else [part_of(message.id)]), *(part_of(message.id, n) for n in named)),
            title,
            "\n".join(line for line in lines if line),
        )
        return self._joined(words, files, waited=self.now - message.received_at)

    def _joined(self, words: Piece, files: list[Piece], *, waited: timedelta) -> list[Piece]:
        """The words as caption of the first file, where they fit."""
        if files and units(words.text) <= CAPTION_ROOM:
            return [replace(files[0], keys=(*words.keys, *files[0].keys), text=words.text), *files[1:]]
        if words.text:
            return [_sized(words), *files]
        if words.keys and waited > FILE_HASTE:
            return [replace(words, text=text("group_file_comes", self.language))]
        return []

    def _notice(self, message: Message) -> Piece:
        """A line of the history, or what became of a message."""
        keys = (part_of(message.id), *(part_of(message.id, n) for n in range(len(message.attachments))))
        who = message.author_name or self._title(message.author, "")
        if message.direction is Direction.ACTIVITY and message.problem is None:
            return _sized(Piece(keys, f"{text('group_note', self.language)} · {who}", message.text))
        if message.direction is Direction.ACTIVITY:
            title = f"ℹ️ {text(message.problem or '', self.language)}"
            return _sized(Piece(keys, title, message.text or message.author_name))
        if message.deleted_at is not None:
            return _sized(Piece(keys, f"{text('group_deleted', self.language)} · {who}", message.text))
        if message.direction is Direction.OUTGOING and message.delivery is not Delivery.SENT:
            return _sized(Piece(keys, self._failure(message), message.text))
        if message.direction is Direction.OUTGOING and message.edited_at is None:
            return _sized(Piece(keys, text("group_delivered", self.language), message.text))
        return _sized(Piece(keys, f"{text('group_edited', self.language)} · {who}", message.text))

    def _failure(self, message: Message) -> str:
        reason = text(message.problem or "channel_error", self.language)
        is_lost = message.delivery is Delivery.FAILED
        return f"⚠️ {text('group_not_delivered', self.language)}: {reason}" if is_lost else f"⚠️ {reason}"

    def _title(self, author: Author, name: str) -> str:
        match author:
            case Author.CONTACT:
                return f"👤 {self.conversation.contact_name or text('group_customer', self.language)}"
            case Author.MEMBER:
                return f"💬 {name or text('group_colleague', self.language)}"
            case _:
                return text(f"group_{author.value}", self.language)

    def _is_ready(self, file: Attachment) -> bool:
        return bool(file.blob) and not file.blob.startswith(GONE) and not self.topic.attempts

    def _is_awaited(self, message: Message, number: int) -> bool:
        file = message.attachments[number]
        is_missing = bool(file.reference) and not file.blob and part_of(message.id, number) not in self.topic.shown
        return is_missing and self.now < message.received_at + FILE_PATIENCE

    def _next_look(self, since: datetime) -> datetime:
        """Soon while it is fresh, then ever more rarely."""
        return self.now + max(timedelta(seconds=3), (self.now - since) / 2)

    def _named(self, file: Attachment) -> str:
        kind = text(f"group_file_{file.kind}", self.language)
        return f"[{': '.join(part for part in (kind, file.name, file.url) if part)}]"


def needs_reading(debt: Debt, room: int) -> bool:
    """The window does not tell enough of this message; it cuts texts at `room` characters."""
    entry = debt.entry
    return entry is None or bool(entry.attachments) or entry.author is Author.MEMBER or len(entry.text) >= room


def first_post(pieces: Sequence[Piece]) -> list[Piece]:
    """As many of the first pieces as make one post."""
    taken: list[Piece] = []
    for piece in pieces:
        is_alone = piece.file is not None or bool(piece.document)
        if taken and (is_alone or units(body_of([*taken, piece])) > ROOM):
            break
        taken.append(piece)
        if is_alone:
            break
    return taken


def body_of(pieces: Sequence[Piece]) -> str:
    """The text below the first piece's title; where somebody else speaks it says who."""
    lines: list[str] = []
    title = pieces[0].title
    for number, piece in enumerate(pieces):
        if number and piece.title != title:
            lines.append(f"\n{piece.title}")
        elif number:
            lines.append("")
        lines.append(piece.text)
        title = piece.title
    return "\n".join(lines).strip("\n")


def units(words: str) -> int:
    """UTF-16 code units, as Telegram counts."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def cut(words: str, room: int) -> str:
    """At most so many UTF-16 units, no character in halves."""
    if units(words) <= room:
        return words
    return words.encode("utf-16-le", "surrogatepass")[: 2 * (room - 1)].decode("utf-16-le", "ignore") + "…"


def _sized(piece: Piece) -> Piece:
    """What is too long for a post keeps its beginning, and goes along whole."""
    if units(piece.text) <= ROOM:
        return piece
    return replace(piece, text=cut(piece.text, CAPTION_ROOM), document=piece.text)
