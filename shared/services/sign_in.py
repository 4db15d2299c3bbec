"""E-mail and password to a session; a refresh token to the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import NoReturn

from shared.domain.people import Session, User
from shared.errors import Stale, UntrustedDelivery
from shared.ports.clock import Clock, Ids
from shared.ports.passwords import Passwords
from shared.services.attempts import Attempts
from shared.services.signed_in import SignedIn
from shared.store.sessions import Sessions, VersionedSession
from shared.store.users import Users

LIFE = timedelta(days=30)
"""A session ends this long after the sign-in, however often it is refreshed."""
LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a sign-in comes from."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A session with the one refresh token that continues it. Only the token's hash is stored."""

    user: User
    session: Session
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Answers an unknown address as it answers a wrong password, after the same work."""

    users: Users
    sessions: Sessions
    attempts: Attempts
    passwords: Passwords
    clock: Clock
    ids: Ids

    async def __call__(self, email: str, password: str, visitor: Visitor) -> Grant:
        """A new session. Raises `UntrustedDelivery` (`wrong_password`) and `TooManyAttempts`."""
        await self.attempts.spend(email, visitor.address)
        user = await self.users.by_email(email)
        stored = user.password_hash if user else ""
        matches = await self.passwords.matches(password[:LONGEST_PASSWORD], stored)
        if user is None or not matches:
            raise UntrustedDelivery("wrong e-mail or password", code="wrong_password")
        await self.attempts.give_back(email, visitor.address)
        if self.passwords.is_outdated(stored):
            renewed = await self.passwords.hash(password)
            await self.users.commit([self.users.change(user.id, {"password_hash": renewed})])
        return await self.open_session(user, visitor)

    async def open_session(self, user: User, visitor: Visitor) -> Grant:
        """A new session of somebody who has been recognised."""
        now = self.clock.now()
        id = self.ids.new()
        token = _token(id, 0, self.ids.secret())
        session = Session(
            id=id,
            user_id=user.id,
            refresh_hash=_hash(token),
            user_agent=visitor.user_agent[:200],
            created_at=now,
            last_used_at=now,
            expires_at=now + LIFE,
        )
        await self.sessions.create(session)
        return Grant(user, session, token)


@dataclass(frozen=True, slots=True)
class Refresh:
    """Each refresh token works once. One that comes back was stolen, or its thief was quicker: the session ends."""

    sessions: Sessions
    signed_in: SignedIn
    clock: Clock
    ids: Ids

    async def __call__(self, token: str) -> Grant:
        """The session with its next token. Raises `UntrustedDelivery` (`refresh_refused`, `refresh_reused`)."""
        id, generation = _read(token)
        known = await self.sessions.get(id)
        if known is None or not self.signed_in.is_alive(known.session):
            raise UntrustedDelivery("sign in again", code="refresh_refused")
        if generation < known.session.generation:
            await self._end(known.session)
        if not compare_digest(_hash(token), known.session.refresh_hash):
            raise UntrustedDelivery("sign in again", code="refresh_refused")
        try:
            session, following = await self._moved_on(known)
        except Stale:  # the same token, used at the same time
            await self._end(known.session)
        self.signed_in.forget(id)
        return Grant((await self.signed_in.find(id)).user, session, following)

    async def _moved_on(self, known: VersionedSession) -> tuple[Session, str]:
        generation = known.session.generation + 1
        token = _token(known.session.id, generation, self.ids.secret())
        changes = {"refresh_hash": _hash(token), "generation": generation, "last_used_at": self.clock.now()}
        await self.sessions.change(known.session.id, changes, version=known.version)
        return known.session.model_copy(update=changes), token

    async def _end(self, session: Session) -> NoReturn:
        await self.signed_in.revoke(session)
        raise UntrustedDelivery("this token was used before: the session has ended", code="refresh_reused")


def _token(session: str, generation: int, secret: str) -> str:
    return f"{session}.{generation}.{secret}"


def _read(token: str) -> tuple[str, int]:
    session, _, rest = token.partition(".")
    number = rest.partition(".")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise UntrustedDelivery("not a refresh token", code="refresh_refused")
    return session, int(number)


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
