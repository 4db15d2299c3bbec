"""The part of Telethon's client that we use, as a port: the real one and the stand-in both have it.

Signatures are Telethon's own, cut to what we pass; what is answered are Telethon's own objects. They are imported only
where a connection is held: by the worker, and in the simulated world.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from infra.settings import VendorSettings


class QrCode(Protocol):
    """A login by QR code: `telethon.tl.custom.QRLogin`."""

    @property
    def url(self) -> str:
        """What the code says: `tg://login?token=...`."""
        ...

    @property
    def expires(self) -> datetime:
        """About 30 s after it was made."""
        ...

    async def wait(self, timeout: float | None = None) -> Any:
        """The user, once the code was scanned; must be running while it is. Raises `TimeoutError`, and
        `SessionPasswordNeededError` where a password is needed."""
        ...

    async def recreate(self) -> None:
        """A new code in its place."""
        ...


class AccountClient(Protocol):
    """One connection of one account. Raises Telethon's errors: `RPCError` and its kin, `ConnectionError`."""

    session: Any

    async def connect(self) -> None: ...

    def is_connected(self) -> bool: ...

    async def qr_login(self) -> QrCode: ...

    async def sign_in(self, *, password: str) -> Any: ...

    async def get_me(self) -> Any: ...

    def iter_dialogs(self, limit: int | None = None) -> AsyncIterator[Any]: ...

    def iter_messages(
        self,
        entity: Any,
        limit: int | None = None,
        *,
        offset_date: datetime | None = None,
        min_id: int = 0,
        reverse: bool = False,
    ) -> AsyncIterator[Any]: ...

    async def get_messages(self, entity: Any, *, ids: int) -> Any: ...

    async def get_input_entity(self, peer: int) -> Any: ...

    async def send_message(self, entity: Any, message: str, *, parse_mode: str | None, link_preview: bool) -> Any: ...

    async def send_file(
        self, entity: Any, file: Any, *, caption: str, parse_mode: str | None, force_document: bool, voice_note: bool
    ) -> Any: ...

    async def download_media(self, message: Any, file: type[bytes]) -> bytes | None: ...

    async def send_read_acknowledge(self, entity: Any, *, max_id: int) -> Any: ...

    def action(self, entity: Any, action: str) -> AbstractAsyncContextManager[Any]: ...

    def add_event_handler(self, callback: Callable[[Any], Awaitable[None]], event: Any) -> None: ...

    async def log_out(self) -> bool: ...

    async def disconnect(self) -> None: ...


MakeClient = Callable[[VendorSettings, Any], AccountClient]
"""A client over a session, not connected. Raises `CredentialsRejected` (`api_id_missing`)."""
