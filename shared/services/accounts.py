"""Users made and changed by the platform's operators."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.domain.ids import UserId
from shared.domain.people import User
from shared.errors import InvalidInput
from shared.ports.clock import Clock, Ids
from shared.ports.passwords import Passwords
from shared.services.sign_in import LONGEST_PASSWORD
from shared.services.signed_in import SignedIn
from shared.store.users import EMAIL, Users

SHORTEST_PASSWORD = 8


@dataclass(frozen=True, slots=True)
class Accounts:
    """Creates users, and gives known ones another password."""

    users: Users
    signed_in: SignedIn
    passwords: Passwords
    clock: Clock
    ids: Ids

    async def put(self, email: str, password: str, *, is_superuser: bool = False) -> bool:
        """Create the user, or set a known one's password and end their sessions. True: created.

        A known user may become a superuser and never stops being one here. Raises `InvalidInput`.
        """
        _check_password(password)
        known = await self.users.by_email(email)
        hashed = await self.passwords.hash(password)
        if known is None:
            await self._create(email, hashed, is_superuser=is_superuser)
            return True
        changes = {"password_hash": hashed, "is_superuser": known.is_superuser or is_superuser}
        await self.users.commit([self.users.change(known.id, changes)])
        await self.signed_in.revoke_all(known)
        return False

    async def ensure_admin(self, email: str) -> str | None:
        """Make sure there is such a superuser. A new one's password is answered; an existing password stays."""
        known = await self.users.by_email(email)
        if known is None:
            password = self.ids.secret()
            await self._create(email, await self.passwords.hash(password), is_superuser=True)
            return password
        if not known.is_superuser:
            await self.users.commit([self.users.change(known.id, {"is_superuser": True})])
        return None

    async def _create(self, email: str, password_hash: str, *, is_superuser: bool) -> None:
        address = email.strip().lower()
        if not re.fullmatch(EMAIL, address):
            raise InvalidInput("not an e-mail address", code="bad_email")
        user = User(
            id=UserId(self.ids.new()),
            email=address,
            password_hash=password_hash,
            is_superuser=is_superuser,
            created_at=self.clock.now(),
        )
        await self.users.commit(self.users.creation(user))


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", code="bad_password")
