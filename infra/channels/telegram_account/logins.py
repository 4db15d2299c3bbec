"""Logs people's accounts in: shows a code that the phone scans, asks for the password, connects the inbox.

Each login is a document. The code and the password belong to the one connection that made the code, so a login lives
and dies with the process that has taken it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from telethon import errors  # type: ignore[import-untyped]

from infra.channels.telegram_account.client import AccountClient, MakeClient, QrCode
from infra.channels.telegram_account.refusals import NETWORK, to_error
from infra.channels.telegram_account.session import KeptSession
from infra.settings import VendorSettings
from shared.domain.telegram_accounts import AccountLogin
from shared.errors import DeskError, Stale
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock
from shared.services.telegram_account_logins import ConnectAccount, password_context
from shared.store.telegram_accounts import AccountLogins, Kept

log = logging.getLogger("parley.telegram_accounts")
MOST_LOGINS = 20
"""At once, in one process."""


class Vendors(Protocol):
    """Which of the vendors' settings an account lives by."""

    def __call__(self, *, is_simulated: bool) -> VendorSettings: ...


@dataclass(slots=True)
class Attempt:
    """The connection of one login."""

    client: AccountClient
    code: QrCode
    scanned: asyncio.Task[Any]
    """Must be running while the phone scans."""


@dataclass(slots=True)
class Logins:
    """Moves every open login on by one step, whenever it is asked to."""

    store: AccountLogins
    cipher: Cipher
    connect_account: ConnectAccount
    vendors: Vendors
    make_client: MakeClient
    clock: Clock
    worker: str
    _attempts: dict[str, Attempt] = field(default_factory=dict)

    @property
    def is_busy(self) -> bool:
        """Somebody is looking at a code of ours."""
        return bool(self._attempts)

    async def step(self) -> None:
        """One look at all of them. What somebody has cancelled, or whose time is over, is hung up."""
        logins = {known.noun.id: known for known in await self.store.open()}
        for id in [id for id in self._attempts if id not in logins]:
            await self._hang_up(id)
        for known in logins.values():
            try:
                await self._move_on(known)
            except Stale:
                log.info("a login has changed meanwhile")  # the next look sees how
            except (errors.RPCError, *NETWORK) as error:
                await self._fail(known.noun, to_error(error, repeatable=True).code)
            except DeskError as error:
                await self._fail(known.noun, error.code)

    async def close(self) -> None:
        """Hang up on everybody: their codes are worth nothing in another process."""
        for id in list(self._attempts):
            await self._hang_up(id)

    async def _move_on(self, known: Kept[AccountLogin]) -> None:
        login = known.noun
        if self.clock.now() >= login.expire_at:
            await self._fail(login, "login_expired")
        elif login.state == "requested":
            if len(self._attempts) < MOST_LOGINS:
                await self._begin(known)
        elif login.worker != self.worker:
            return
        elif (attempt := self._attempts.get(login.id)) is None:
            await self._fail(login, "login_interrupted")
        elif login.state == "password_needed":
            await self._try_password(known, attempt)
        else:
            await self._look_at_code(known, attempt)

    async def _begin(self, known: Kept[AccountLogin]) -> None:
        login = known.noun
        await self.store.change(login.id, {"state": "qr", "worker": self.worker}, known.version)
        vendors = self.vendors(is_simulated=login.is_simulated)
        client = self.make_client(vendors, KeptSession())
        try:
            await client.connect()
            code = await client.qr_login()
        except BaseException:
            await client.disconnect()
            raise
        self._attempts[login.id] = Attempt(client, code, self._waiting(code))
        await self._show(login, code)

    async def _look_at_code(self, known: Kept[AccountLogin], attempt: Attempt) -> None:
        if attempt.scanned.done():
            await self._scanned(known.noun, attempt)
        elif self.clock.now() >= attempt.code.expires:
            await self._renew(known.noun, attempt)

    async def _scanned(self, login: AccountLogin, attempt: Attempt) -> None:
        try:
            attempt.scanned.result()
        except TimeoutError:
            await self._renew(login, attempt)
        except errors.SessionPasswordNeededError:
            asked = {"state": "password_needed", "qr_url": None, "qr_expires_at": None}
            await self.store.change(login.id, asked)
        else:
            await self._finish(login, attempt)

    async def _renew(self, login: AccountLogin, attempt: Attempt) -> None:
        attempt.scanned.cancel()
        await asyncio.gather(attempt.scanned, return_exceptions=True)
        await attempt.code.recreate()
        attempt.scanned = self._waiting(attempt.code)
        await self._show(login, attempt.code)

    async def _try_password(self, known: Kept[AccountLogin], attempt: Attempt) -> None:
        login = known.noun
        if not login.password:
            return
        # Gone before it is used: it must not lie there a moment longer than needed.
        await self.store.change(login.id, {"password": None, "problem": None}, known.version)
        password = await self.cipher.decrypt(login.password, context=password_context(login.id))
        try:
            await attempt.client.sign_in(password=password)
        except errors.PasswordHashInvalidError:
            await self.store.change(login.id, {"problem": "password_wrong"})
            return
        await self._finish(login, attempt)

    async def _finish(self, login: AccountLogin, attempt: Attempt) -> None:
        """The session is hung up here before the inbox connects with it: it must not be used twice at once."""
        me = await attempt.client.get_me()
        session: KeptSession = attempt.client.session
        await self._hang_up(login.id)
        await self.connect_account(login, str(me.id), session.save())

    async def _fail(self, login: AccountLogin, problem: str) -> None:
        await self._hang_up(login.id)
        over = {"state": "failed", "problem": problem, "qr_url": None, "qr_expires_at": None, "password": None}
        with suppress(Stale):  # it was cancelled
            await self.store.change(login.id, over)

    async def _show(self, login: AccountLogin, code: QrCode) -> None:
        await self.store.change(login.id, {"qr_url": code.url, "qr_expires_at": code.expires})

    def _waiting(self, code: QrCode) -> asyncio.Task[Any]:
        left = (code.expires - self.clock.now()).total_seconds()
        return asyncio.create_task(code.wait(max(left, 1.0)))

    async def _hang_up(self, id: str) -> None:
        attempt = self._attempts.pop(id, None)
        if attempt is None:
            return
        attempt.scanned.cancel()
        await asyncio.gather(attempt.scanned, return_exceptions=True)
        with suppress(errors.RPCError, *NETWORK):
            await attempt.client.disconnect()
