"""The worker's end of calls: takes what other processes ask, does it over the connection, writes the answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from infra.channels.telegram_account.line import Line
from infra.channels.telegram_account.remote import CALL, CallOffice, with_bytes
from infra.channels.telegram_account.switchboard import Host
from shared.domain.telegram_accounts import (
    FetchCall,
    HistoryCall,
    LineAnswer,
    LineCall,
    PlainCall,
    PullCall,
    ReadCall,
    SendCall,
    StoredCall,
)
from shared.errors import ChannelError, ChannelUnavailable, ChannelUnclear, DeskError, Stale
from shared.store.telegram_accounts import Kept

log = logging.getLogger("parley.telegram_accounts")


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers one call at a time; several may be under way."""

    office: CallOffice
    host: Host

    async def __call__(self, asked: Kept[StoredCall]) -> None:
        """Take it and answer it. What another worker has taken, or whose account it holds, is left alone."""
        call = asked.noun
        try:
            line = await self.host.reach(call.workspace_id, call.inbox_id)
        except HeldElsewhere:
            return
        except ChannelError as error:
            await self._answer(asked, told(error))
            return
        try:
            taken = await self.office.calls.change(asked, {"state": "taken"})
        except Stale:
            return
        await self._answer(taken, await self._done(call, line))

    async def _done(self, call: StoredCall, line: Line) -> LineAnswer:
        asked = CALL.validate_json(await self.office.opened(call.id, call.call))
        try:
            return await self._do(call, asked, line)
        except ChannelError as error:
            return told(error)
        except DeskError as error:
            log.warning("call failed", extra={"code": error.code, "inbox_id": call.inbox_id})
            return told(ChannelUnclear("the worker could not finish"))

    async def _do(self, call: StoredCall, asked: LineCall, line: Line) -> LineAnswer:
        match asked:
            case PullCall():
                return LineAnswer(page=await line.pull(asked.cursor))
            case HistoryCall():
                return LineAnswer(page=await line.history(asked.since, asked.cursor))
            case SendCall():
                contents = [await self.office.take_file(call.id, number) for number in range(call.files)]
                outgoing = with_bytes(asked, contents)
                does = line.send if asked.ask == "send" else line.find_sent
                return LineAnswer(receipt=await does(outgoing))
            case ReadCall():
                await line.mark_read(asked.thread, asked.source_id)
                return LineAnswer()
            case FetchCall():
                await self.office.put_file(call.id, 0, await line.fetch(asked.attachment, asked.message_source_id))
                return LineAnswer(has_file=True)
            case PlainCall(ask="connect"):
                return LineAnswer(connection=await line.connect())
            case PlainCall(ask="test"):
                return LineAnswer(diagnosis=await line.test())
            case PlainCall():
                await line.disconnect()
                return LineAnswer()

    async def _answer(self, call: Kept[StoredCall], answer: LineAnswer) -> None:
        sealed = await self.office.sealed(call.noun.id, answer.model_dump_json())
        try:
            await self.office.calls.change(call, {"state": "answered", "answer": sealed})
        except Stale:
            log.info("nobody waits for an answer", extra={"inbox_id": call.noun.inbox_id})


class HeldElsewhere(ChannelUnavailable):
    """Another process holds the connection."""


def told(error: ChannelError) -> LineAnswer:
    """An error for the other process, by the name of the class of `shared.errors` that it is."""
    kind = next(kind for kind in type(error).__mro__ if kind.__module__ == ChannelError.__module__)
    wish = error.retry_after if isinstance(error, ChannelUnavailable) else None
    return LineAnswer(
        error=kind.__name__,
        code=error.code,
        vendor_code=error.vendor_code,
        retry_after=None if wish is None else wish.total_seconds(),
    )
