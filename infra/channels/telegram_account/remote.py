"""Asks the process that holds an account's connection, through the store: a call is written, taken and answered there.

A call that nobody took is withdrawn, and is surely not done. One that was taken and not answered may have been done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from pydantic import TypeAdapter

from shared import errors
from shared.domain.arrivals import Connection, Diagnosis, Outgoing, OutgoingFile, Page, Receipt
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.messages import Attachment
from shared.domain.telegram_accounts import (
    CALL_LIFE,
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
from shared.errors import ChannelUnavailable, ChannelUnclear, Stale
from shared.ports.blob_store import BlobStore
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import DocumentStore
from shared.store.telegram_accounts import AccountCalls, Kept

CALL: TypeAdapter[LineCall] = TypeAdapter(LineCall)
LOOK_EVERY = 0.5
TAKEN_WITHIN = timedelta(seconds=10)
"""A worker that lives takes a call within two."""
ANSWERED_WITHIN = timedelta(seconds=40)
"""Of the asking: who waits for us gives up soon after."""


@dataclass(frozen=True, slots=True)
class CallOffice:
    """What both ends of a call need."""

    store: DocumentStore
    cipher: Cipher
    blobs: Callable[[], BlobStore]
    clock: Clock
    ids: Ids

    @property
    def calls(self) -> AccountCalls:
        """The calls under way."""
        return AccountCalls(self.store)

    async def sealed(self, call: str, text: str) -> str:
        """Ciphertext for one call: it carries customers' words."""
        return await self.cipher.encrypt(text, context=f"telegram-call:{call}")

    async def opened(self, call: str, ciphertext: str) -> str:
        """The inverse."""
        return await self.cipher.decrypt(ciphertext, context=f"telegram-call:{call}")

    async def put_file(self, call: str, number: int, content: bytes) -> None:
        """Bytes lie beside a call: documents are small."""
        await self.blobs().put(_blob(call, number), content, content_type="application/octet-stream")

    async def take_file(self, call: str, number: int) -> bytes:
        """The bytes. Raises `Unavailable` when they are not there."""
        content = await self.blobs().get(_blob(call, number))
        if content is None:
            raise errors.Unavailable("a file of a call is gone")
        return content

    async def clear(self, call: StoredCall, files: int) -> None:
        """Nothing of a call stays."""
        for number in range(files):
            await self.blobs().delete(_blob(call.id, number))
        await self.calls.remove(call.id)


@dataclass(frozen=True, slots=True)
class RemoteLine:
    """Implements `Line`. Raises what the other process has raised."""

    office: CallOffice
    workspace: WorkspaceId
    inbox: InboxId

    async def pull(self, cursor: str | None) -> Page:
        return (await self._ask(PullCall(cursor=cursor))).page or Page(cursor=cursor)

    async def send(self, outgoing: Outgoing) -> Receipt:
        return (await self._ask(SendCall(outgoing=outgoing))).receipt or Receipt()

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        return (await self._ask(SendCall(ask="find_sent", outgoing=outgoing))).receipt

    async def history(self, since: datetime, cursor: str | None) -> Page:
        return (await self._ask(HistoryCall(since=since, cursor=cursor))).page or Page()

    async def mark_read(self, thread: str, source_id: str) -> None:
        await self._ask(ReadCall(thread=thread, source_id=source_id))

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        call = await self._put(FetchCall(attachment=attachment, message_source_id=message_source_id))
        try:
            await self._answer(call, may_be_done=False)
            return await self.office.take_file(call.id, 0)
        finally:
            await self.office.clear(call, files=1)

    async def connect(self) -> Connection:
        answer = await self._ask(PlainCall(ask="connect"))
        if answer.connection is None:
            raise ChannelUnavailable("the worker told no account")
        return answer.connection

    async def disconnect(self) -> None:
        await self._ask(PlainCall(ask="disconnect"))

    async def test(self) -> Diagnosis:
        return (await self._ask(PlainCall(ask="test"))).diagnosis or Diagnosis()

    async def _ask(self, asked: LineCall) -> LineAnswer:
        call = await self._put(asked)
        try:
            return await self._answer(call, may_be_done=asked.ask == "send")
        finally:
            await self.office.clear(call, call.files)

    async def _put(self, asked: LineCall) -> StoredCall:
        id, now = self.office.ids.new(), self.office.clock.now()
        files = asked.outgoing.files if isinstance(asked, SendCall) else ()
        for number, file in enumerate(files):
            await self.office.put_file(id, number, file.content)
        call = StoredCall(
            id=id,
            workspace_id=self.workspace,
            inbox_id=self.inbox,
            call=await self.office.sealed(id, _without_bytes(asked).model_dump_json()),
            files=len(files),
            created_at=now,
            expire_at=now + CALL_LIFE,
        )
        await self.office.calls.create(call)
        return call

    async def _answer(self, call: StoredCall, *, may_be_done: bool) -> LineAnswer:
        while True:
            await self.office.clock.sleep(LOOK_EVERY)
            known = await self.office.calls.get(call.id)
            waited = self.office.clock.now() - call.created_at
            if known is not None and known.noun.state == "answered":
                answer = LineAnswer.model_validate_json(await self.office.opened(call.id, known.noun.answer))
                return answer if not answer.error else _raise(answer)
            if known is None or waited > ANSWERED_WITHIN:
                kind = ChannelUnclear if may_be_done else ChannelUnavailable
                raise kind("the worker has not answered")
            if known.noun.state == "asked" and waited > TAKEN_WITHIN and await self._withdrawn(known):
                raise ChannelUnavailable("no worker holds the account's connection")

    async def _withdrawn(self, known: Kept[StoredCall]) -> bool:
        try:
            await self.office.calls.remove(known.noun.id, known.version)
        except Stale:
            return False  # it was taken at the last moment
        return True


def with_bytes(call: SendCall, contents: list[bytes]) -> Outgoing:
    """The message of a call with its files whole again."""
    files = [
        file.model_copy(update={"content": data}) for file, data in zip(call.outgoing.files, contents, strict=True)
    ]
    return call.outgoing.model_copy(update={"files": tuple(files)})


def _without_bytes(call: LineCall) -> LineCall:
    if not isinstance(call, SendCall):
        return call
    files: tuple[OutgoingFile, ...] = tuple(file.model_copy(update={"content": b""}) for file in call.outgoing.files)
    return call.model_copy(update={"outgoing": call.outgoing.model_copy(update={"files": files})})


def _raise(answer: LineAnswer) -> NoReturn:
    """The error of the other process, in this one."""
    kind = getattr(errors, answer.error)
    told = {"code": answer.code, "vendor_code": answer.vendor_code}
    if kind is ChannelUnavailable and answer.retry_after is not None:
        raise ChannelUnavailable("told by the worker", **told, retry_after=timedelta(seconds=answer.retry_after))
    raise kind("told by the worker", **told)


def _blob(call: str, number: int) -> str:
    return f"telegram_account_calls/{call}/{number}"
