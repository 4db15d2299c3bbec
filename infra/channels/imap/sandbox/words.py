"""IMAP's own language, as far as the simulated server speaks it: commands in, strings out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

Word = str | list["Word"]
_TOKEN = re.compile(rb'\s*(\(|\)|"((?:[^"\\]|\\.)*)"|[^\s()"]+)')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class BadCommand(Exception):
    """Not said as IMAP wants it: BAD."""


class Refused(Exception):
    """Understood, and not done: NO."""


def words_of(line: bytes) -> list[Word]:
    """A command's words: atoms and strings as text, lists as lists. Raises `BadCommand`."""
    stack: list[list[Word]] = [[]]
    position = 0
    while line[position:].strip():
        match = _TOKEN.match(line, position)
        if match is None:
            raise BadCommand("unbalanced quotes")
        position = match.end()
        if match[1] == b"(":
            stack.append([])
        elif match[1] == b")":
            if len(stack) < 2:
                raise BadCommand("unbalanced brackets")
            done = stack.pop()
            stack[-1].append(done)
        else:
            text = re.sub(rb"\\(.)", rb"\1", match[2]) if match[2] is not None else match[1]
            stack[-1].append(text.decode("utf-8", "replace"))
    if len(stack) > 1:
        raise BadCommand("unbalanced brackets")
    return stack[0]


def atom(words: list[Word]) -> str:
    """The next word, which must be no list. Raises `BadCommand`."""
    if not words or isinstance(words[0], list):
        raise BadCommand("a word is missing")
    return str(words.pop(0))


def quoted(text: str) -> str:
    """A string for an answer."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def uids_of(text: str, newest: int) -> list[range]:
    """A set such as `1:5,9,12:*`. Raises `BadCommand`."""
    ranges = []
    for piece in text.split(","):
        ends = [newest if end == "*" else int(end) for end in piece.split(":") if end == "*" or end.isdecimal()]
        if len(ends) != piece.count(":") + 1 or len(ends) > 2:
            raise BadCommand("not a set of ids")
        ranges.append(range(min(ends), max(ends) + 1))
    return ranges


def internal_date(moment: datetime) -> str:
    """`20-Nov-2026 12:00:00 +0000`."""
    at = moment.astimezone(UTC)
    return f"{at.day:02}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"


def moment_of(text: str) -> datetime:
    """The inverse. Raises `BadCommand`."""
    try:
        day, time, zone = text.split()
        number, month, year = day.split("-")
        written = f"{int(number)} {_MONTHS.index(month) + 1} {year} {time} {zone}"
        return datetime.strptime(written, "%d %m %Y %H:%M:%S %z")
    except ValueError as error:
        raise BadCommand("not a date") from error


def day_of(text: str) -> datetime:
    """`20-Nov-2026`, its beginning by the server's clock. Raises `BadCommand`."""
    return moment_of(f"{text} 00:00:00 +0000")
