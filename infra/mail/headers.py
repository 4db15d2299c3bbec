"""Headers as they come: 8-bit, folded, cut, half encoded. Reading one never fails.

The standard library's new header classes lose raw 8-bit text and can raise on garbage, so this reads the raw
values under the old policy and decodes them itself.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from itertools import groupby
from typing import Any

from infra.mail.charsets import decode, visible
from infra.mail.letter import Mailbox

_LONGEST = 20_000
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bq]\?)", re.IGNORECASE)
_FOLDS = re.compile(rb"[\r\n\t ]+")
_ID = re.compile(r"<([^<>]+)>")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")


class Headers:
    """The headers of one letter or part."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def has(self, name: str) -> bool:
        """Whether it is there, even empty."""
        return name in self._message

    def all(self, name: str) -> list[str]:
        """Every value, unfolded, as text, encoded words untouched."""
        return [" ".join(decode(line).split()) for line in self._raw_lines(name)]

    def raw(self, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self.all(name)), "")

    def text(self, name: str) -> str:
        """The first value for a person to read."""
        return words_decoded(self.raw(name))

    def ids(self, *names: str) -> tuple[str, ...]:
        """Message ids of these headers in their order, each once."""
        found = (f"<{''.join(id.split())}>" for name in names for value in self.all(name) for id in _ID.findall(value))
        return tuple(dict.fromkeys(visible(id) for id in found))

    def mailboxes(self, *names: str) -> tuple[Mailbox, ...]:
        """Addresses of these headers; what is no address is left out."""
        return tuple(box for name in names for box in _mailboxes(self.all(name)))

    def date(self) -> datetime | None:
        """When the sender says it was written, as UTC."""
        try:
            moment = parsedate_to_datetime(self.raw("date"))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    def parameter(self, header: str, name: str) -> str:
        """A parameter such as `filename`, whatever its encoding: RFC 2231, encoded words, raw 8-bit."""
        holder = Message()
        # As Latin-1, so that each value is decoded by itself: the charset of a short name is lost in a long line.
        holder[header] = next((line.decode("latin-1") for line in self._raw_lines(header)), "")
        try:
            values: list[Any] = [value for key, value in holder.get_params([], header) if key.lower() == name]
        except (LookupError, ValueError, TypeError):
            return ""
        # Who gives a name twice gives the plain one to old programs.
        found = next((value for value in values if isinstance(value, tuple)), next(iter(values), ""))
        return _parameter_text(found)

    def _raw_lines(self, name: str) -> list[bytes]:
        values = [str(value) for key, value in self._message.raw_items() if key.lower() == name.lower()]
        return [_FOLDS.sub(b" ", value[:_LONGEST].encode("utf-8", "surrogateescape")) for value in values]


def words_decoded(value: str) -> str:
    """RFC 2047 words as text; characters that a mailer cut in half between two words are joined again."""
    parts = _WORD.split(_BETWEEN_WORDS.sub(r"\1", value))
    plain, triples = parts[::4], list(zip(parts[1::4], parts[2::4], parts[3::4], strict=True))
    pieces: list[tuple[str, str | bytes]] = [("", plain[0])]
    for (charset, encoding, text), after in zip(triples, plain[1:], strict=True):
        pieces.append((charset.lower(), _word_bytes(encoding, text)))
        if after:
            pieces.append(("", after))
    joined = (_joined(charset, [piece for _, piece in run]) for charset, run in groupby(pieces, lambda p: p[0]))
    return visible("".join(joined)).strip()


def _parameter_text(value: str | tuple[str | None, str | None, str]) -> str:
    try:
        if isinstance(value, tuple):
            return words_decoded(collapse_rfc2231_value(value))
        return words_decoded(decode(value.encode("latin-1", "replace")))
    except (LookupError, ValueError, TypeError):
        return ""


def _joined(charset: str, pieces: Sequence[str | bytes]) -> str:
    if charset:
        return decode(b"".join(piece for piece in pieces if isinstance(piece, bytes)), charset)
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data


def _mailboxes(values: list[str]) -> list[Mailbox]:
    try:
        pairs = getaddresses(values)
    except (IndexError, ValueError, RecursionError):
        pairs = [("", match) for value in values for match in _ADDRESS.findall(value)]
    return [
        Mailbox(visible(address).lower(), words_decoded(name)[:200])
        for name, address in pairs
        if _ADDRESS.fullmatch(address)
    ]
