"""Who a session belongs to, and whether it still lives."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.people import Session, User
from shared.errors import NotFound, UntrustedDelivery
from shared.ports.clock import Clock
from shared.services.cache import Cache
from shared.store.sessions import Sessions
from shared.store.users import Users


@dataclass(frozen=True, slots=True)
class Identity:
    """A user in one of their sessions, as of a few seconds ago."""

    user: User
    session: Session


class SignedIn:
    """Looks sessions up through a cache of a few seconds; one that is revoked here stops at once."""

    def __init__(self, users: Users, sessions: Sessions, clock: Clock) -> None:
        self._users = users
        self._sessions = sessions
        self._clock = clock
        self._known: Cache[str, Identity | None] = Cache(clock)

    async def find(self, session_id: str) -> Identity:
        """The living session of this id. Raises `UntrustedDelivery`."""
        identity = await self._known.get(session_id, lambda _: self._load(session_id))
        if identity is None or not self.is_alive(identity.session):
            raise UntrustedDelivery("this session has ended", code="not_signed_in")
        return identity

    def is_alive(self, session: Session) -> bool:
        """Neither revoked nor expired."""
        return session.revoked_at is None and self._clock.now() < session.expires_at

    async def living_sessions(self, user: User) -> list[Session]:
        """The user's open sessions, the newest first."""
        return [session for session in await self._sessions.of_user(user.id) if self.is_alive(session)]

    async def revoke_by_id(self, user: User, session_id: str) -> None:
        """End one of the user's own sessions. Raises `NotFound`."""
        known = await self._sessions.get(session_id)
        if known is None or known.session.user_id != user.id:
            raise NotFound("no such session")
        await self.revoke(known.session)

    async def revoke_all(self, user: User) -> None:
        """End every session of a user: their password has changed."""
        for session in await self.living_sessions(user):
            await self.revoke(session)

    async def revoke(self, session: Session) -> None:
        """End a session."""
        await self._sessions.change(session.id, {"revoked_at": self._clock.now()})
        self.forget(session.id)

    def forget(self, session_id: str) -> None:
        """Read it anew next time."""
        self._known.forget(session_id)

    async def _load(self, session_id: str) -> Identity | None:
        known = await self._sessions.get(session_id)
        if known is None:
            return None
        user = await self._users.get(known.session.user_id)
        return None if user is None else Identity(user, known.session)
