"""A small IMAP server: the commands that our client says, with the state and the refusals of a real one."""

from __future__ import annotations

import re
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from collections.abc import Callable

from infra.channels.imap.sandbox.accounts import Accounts
from infra.channels.imap.sandbox.imap_talk import HungUp, ImapTalk
from infra.channels.imap.sandbox.shelf import Shelf
from infra.channels.imap.sandbox.words import BadCommand, Refused
from infra.sandbox.faults import Faults

_LITERAL = re.compile(rb"\{(\d{1,9})\}\r\n$")
_LARGEST = 40 * 1024 * 1024
LINE_LIMIT = 1024 * 1024


class ImapDoor:
    """Serves connections."""

    def __init__(self, accounts: Accounts, faults: Faults, shelf_of: Callable[[str], Shelf]) -> None:
        self._accounts = accounts
        self._faults = faults
        self._shelf_of = shelf_of

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, until either side has enough."""
        try:
            await self._converse(reader, writer)
        except (IncompleteReadError, LimitOverrunError, ConnectionError, HungUp):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        talk = ImapTalk(self._accounts, self._shelf_of)
        if self._is_away():
            writer.write(b"* BYE [UNAVAILABLE] Try again later\r\n")
            return
        writer.write(b"* OK ready\r\n")
        while not talk.is_over:
            await writer.drain()
            command, literals = await _command(reader, writer)
            tag, _, rest = command.partition(b" ")
            if self._is_away():
                return
            if rest.upper().startswith(b"AUTHENTICATE"):
                writer.write(b"+ \r\n")
                rest += b" " + (await reader.readuntil(b"\r\n")).strip()
            writer.write(_answer(talk, tag, rest, literals))

    def _is_away(self) -> bool:
        return self._faults.outage


def _answer(talk: ImapTalk, tag: bytes, command: bytes, literals: list[bytes]) -> bytes:
    try:
        untagged, result = talk.hear(command, literals)
    except BadCommand as error:
        untagged, result = [], f"BAD {error}"
    except Refused as error:
        untagged, result = [], f"NO {error}"
    return b"".join(b"* " + line + b"\r\n" for line in untagged) + tag + b" " + result.encode() + b"\r\n"


async def _command(reader: StreamReader, writer: StreamWriter) -> tuple[bytes, list[bytes]]:
    """A whole command. Its literals come beside it, an empty string in the place of each."""
    command, literals = b"", list[bytes]()
    while True:
        line = await reader.readuntil(b"\r\n")
        match = _LITERAL.search(line)
        if match is None:
            return (command + line).strip(b"\r\n"), literals
        if int(match[1]) > _LARGEST:
            raise HungUp
        writer.write(b"+ go on\r\n")
        await writer.drain()
        literals.append(await reader.readexactly(int(match[1])))
        command += line[: match.start()] + b'""'
