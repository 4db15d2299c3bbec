"""A client of the simulated Telegram: Telethon's interface, objects and errors over the stand-in's memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from telethon import errors, utils  # type: ignore[import-untyped]
from telethon.tl import types  # type: ignore[import-untyped]

from infra.channels.telegram_account import sandbox_shapes as shapes
from infra.channels.telegram_account.remedies import API_ID, SPAM_LIMITED
from infra.channels.telegram_account.sandbox_gate import REFUSALS, check_text, file_of
from infra.sandbox.world import Record

if TYPE_CHECKING:
    from infra.channels.telegram_account.sandbox import TelegramAccountSandbox

Handler = Callable[[Any], Awaitable[None]]
FLOOD_SECONDS = 20


class NoCache:
    """Telethon's cache of entities, always empty."""

    def get(self, id: int) -> None:
        """Nobody."""
        del id


class SimulatedClient:
    """Implements `AccountClient`. A real client's other half is the network; this one's is the sandbox."""

    _mb_entity_cache = NoCache()

    def __init__(self, sandbox: TelegramAccountSandbox, session: Any) -> None:
        self.session = session
        self._sandbox = sandbox
        self._memory = sandbox.memory
        self._handlers: list[tuple[Any, Handler]] = []
        self._is_up = False
        self.scanned = asyncio.Event()

    @property
    def key(self) -> bytes:
        """The session's."""
        return bytes(self.session.auth_key.key)

    @property
    def account(self) -> str:
        """Whose session it is; empty before the login."""
        return str((self._memory.key(self.key) or {}).get("account", ""))

    @property
    def _self_id(self) -> int:
        return int(self._memory.party(self.account)["id"])

    async def connect(self) -> None:
        """Connect, and tell what was missed since the session's state."""
        if self._sandbox.faults.outage:
            raise ConnectionError("Connection to Telegram failed 2 time(s)")
        if self.session.auth_key is None:
            self._memory.new_key(self.session)
        if self.account and self._memory.account(self.account)["problem"] == API_ID:
            raise errors.ApiIdInvalidError(None)
        self._sandbox.admit(self)
        self._is_up = True
        if self.account:
            await self._catch_up()

    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return self._is_up and not self._sandbox.faults.outage

    async def get_me(self) -> Any:
        """The account's user; None for every kind of refused key, as Telethon does."""
        try:
            self._enter()
        except errors.UnauthorizedError:
            return None
        return shapes.user(self._memory.party(self.account), 0)

    async def qr_login(self) -> SimulatedCode:
        """A code to scan."""
        code = SimulatedCode(self)
        await code.recreate()
        return code

    async def sign_in(self, *, password: str) -> Any:
        """The second step."""
        known = self._memory.key(self.key) or {}
        if password != self._memory.account(known.get("account", ""))["password"]:
            raise errors.PasswordHashInvalidError(None)
        self._memory.set_key(self.key, state="open")
        return await self.get_me()

    async def iter_dialogs(self, limit: int | None = None) -> AsyncIterator[Any]:
        """Chats, the newest first."""
        self._enter()
        newest = {record.chat: record for record in self._memory.messages(self.account)}
        ordered = sorted(newest.values(), key=lambda record: record.data["id"], reverse=True)
        for record in ordered[:limit]:
            party = self._party(int(record.chat))
            self.session.process_entities([party])
            yield shapes.dialog(self, party, self.shown(record))

    async def iter_messages(
        self,
        entity: Any,
        limit: int | None = None,
        *,
        offset_date: datetime | None = None,
        min_id: int = 0,
        reverse: bool = False,
    ) -> AsyncIterator[Any]:
        """Of one chat: the newest first, or with `reverse` the oldest."""
        self._enter()
        held = self._memory.messages(self.account, self._chat(entity))
        found = [record for record in held if record.data["id"] > min_id]
        if offset_date is not None:
            before = offset_date.timestamp()
            found = [record for record in found if (record.data["date"] >= before) is reverse]
        for record in (found if reverse else found[::-1])[:limit]:
            yield self.shown(record)

    async def get_messages(self, entity: Any, *, ids: int) -> Any:
        """One message, or None."""
        self._enter()
        record = self._record(self._chat(entity), ids)
        return None if record is None else self.shown(record)

    async def get_input_entity(self, peer: int) -> Any:
        """From the session, as Telethon does. Raises `ValueError` where the access hash is not known."""
        return self.session.get_input_entity(peer)

    async def send_message(self, entity: Any, message: str, *, parse_mode: str | None, link_preview: bool) -> Any:
        """Post a text."""
        del parse_mode, link_preview
        chat = self._writable(entity)
        check_text(message, is_caption=False)
        return self._posted(chat, text=message)

    async def send_file(
        self, entity: Any, file: Any, *, caption: str, parse_mode: str | None, force_document: bool, voice_note: bool
    ) -> Any:
        """Post a file."""
        del parse_mode
        chat = self._writable(entity)
        check_text(caption, is_caption=True)
        return self._posted(chat, text=caption, file=file_of(file, force_document, voice_note))

    async def download_media(self, message: Any, file: type[bytes]) -> bytes | None:
        """The bytes."""
        del file
        self._enter()
        record = self._record(message.chat_id, message.id)
        return None if record is None or record.data["file"] is None else shapes.bytes_of(record)

    async def send_read_acknowledge(self, entity: Any, *, max_id: int) -> bool:
        """The customer sees that it was read."""
        self._enter()
        for record in self._memory.messages(self.account, self._chat(entity)):
            if record.data["id"] <= max_id and not record.data["out"]:
                self._memory.rewrite(record, is_read=True)
        return True

    @asynccontextmanager
    async def action(self, entity: Any, action: str) -> AsyncIterator[None]:
        """The customer sees somebody typing."""
        self._enter()
        self._sandbox.seen_actions.append((self._chat(entity), action))
        yield

    def add_event_handler(self, callback: Handler, event: Any) -> None:
        """For updates that this kind of event is built from."""
        self._handlers.append((event, callback))

    async def log_out(self) -> bool:
        """The session is over."""
        self._enter()
        self._memory.set_key(self.key, state="ended")
        await self.disconnect()
        return True

    async def disconnect(self) -> None:
        """Hang up."""
        self._is_up = False
        self._sandbox.leave(self)

    def drop(self) -> None:
        """The network broke."""
        self._is_up = False

    async def tell(self, update: Record) -> None:
        """One update, to every handler that is for it."""
        if self._sandbox.faults.outage:
            self._is_up = False  # it is told after the reconnection
        if not self._is_up:
            return
        pts = update.seq
        built = self._update(update.data, pts)
        for builder, callback in self._handlers:
            event = builder.build(built, None, self._self_id)
            if event is not None:
                event._entities = {party.id: party for party in self._parties(update.data)}
                event._set_client(self)
                await callback(event)
        self.session.process_entities(self._parties(update.data))
        self._keep_state(pts)

    def shown(self, record: Record) -> Any:
        """A message tied to this client, with the people in it."""
        is_service = record.data.get("is_service", False)
        message = shapes.service_message(record) if is_service else shapes.message(record)
        parties = self._parties({"chat": int(record.chat)})
        message._finish_init(self, {party.id: party for party in parties}, None)
        return message

    async def _catch_up(self) -> None:
        state = self.session.get_update_state(0)
        missed = self._memory.updates(self.account, state.pts if state else 0)
        if state is None:
            self._keep_state(missed[-1].seq if missed else 1)
            return
        for update in missed:
            await self.tell(update)

    def _keep_state(self, pts: int) -> None:
        now = shapes.moment(self._sandbox.now().timestamp())
        self.session.set_update_state(0, types.updates.State(pts, 0, now, 0, unread_count=0))

    def _enter(self) -> None:
        """What every call meets first."""
        if not self.is_connected():
            self._is_up = False
            raise ConnectionError("Cannot send requests while disconnected")
        if self._sandbox.faults.rate_limited > 0:
            self._sandbox.faults.rate_limited -= 1
            raise errors.FloodWaitError(None, capture=FLOOD_SECONDS)
        if self._sandbox.faults.reject_credentials:
            raise errors.AuthKeyUnregisteredError(None)
        known = self._memory.key(self.key) or {}
        if known.get("state") != "open":
            raise REFUSALS[f"key {known.get('state', 'new')}"](None)
        problem = self._memory.account(known["account"])["problem"]
        if problem in REFUSALS:
            raise REFUSALS[problem](None)

    def _writable(self, entity: Any) -> int:
        self._enter()
        chat = self._chat(entity)
        if self._memory.account(self.account)["problem"] == SPAM_LIMITED:
            raise errors.PeerFloodError(None)
        if self._sandbox.is_blocked(self.account, chat):
            raise errors.UserIsBlockedError(None)
        return chat

    def _chat(self, entity: Any) -> int:
        """Whom an input peer names. It must show the account's own access hash."""
        if not isinstance(entity, types.InputPeerUser):
            raise errors.PeerIdInvalidError(None)
        if entity.access_hash != self._memory.access_hash(self.account, entity.user_id):
            raise errors.PeerIdInvalidError(None)
        return int(utils.get_peer_id(entity))

    def _posted(self, chat: int, **data: Any) -> Any:
        record = self._memory.post(self.account, chat, out=True, **data)
        if self._sandbox.faults.lose_answers > 0:
            self._sandbox.faults.lose_answers -= 1
            self._is_up = False
            raise ConnectionError("Connection was lost")
        return self.shown(record)

    def _record(self, chat: int, number: int) -> Record | None:
        found = self._memory.messages(self.account, chat)
        return next((record for record in found if record.data["id"] == number), None)

    def _party(self, id: int) -> Any:
        return self._sandbox.user(self.account, id)

    def _parties(self, data: dict[str, Any]) -> list[Any]:
        """The customer and the account's owner. A deletion names nobody."""
        return [self._party(data["chat"]), self._party(self._self_id)] if "chat" in data else []

    def _update(self, data: dict[str, Any], pts: int) -> Any:
        if data["kind"] == "deleted":
            return types.UpdateDeleteMessages(messages=data["ids"], pts=pts, pts_count=1)
        record = Record(0, str(data["chat"]), data["message"])
        is_service = record.data.get("is_service", False)
        message = shapes.service_message(record) if is_service else shapes.message(record)
        kind = types.UpdateNewMessage if data["kind"] == "new" else types.UpdateEditMessage
        return kind(message=message, pts=pts, pts_count=1)


class SimulatedCode:
    """Implements `QrCode`."""

    def __init__(self, client: SimulatedClient) -> None:
        self._client = client
        self.url = ""
        self.expires = shapes.moment(0)

    async def recreate(self) -> None:
        """A new token; the old one stays good until it expires, as at Telegram."""
        token, expires = self._client._memory.new_code(self._client.key)
        self.url, self.expires = f"tg://login?token={token}", shapes.moment(expires)

    async def wait(self, timeout: float | None = None) -> Any:
        """Until the phone has accepted it."""
        await asyncio.wait_for(self._client.scanned.wait(), timeout)
        state = (self._client._memory.key(self._client.key) or {}).get("state")
        if state == "password":
            raise errors.SessionPasswordNeededError(None)
        return await self._client.get_me()
