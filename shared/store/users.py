"""Users of the platform, one an e-mail address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.domain.ids import UserId
from shared.domain.people import User
from shared.ports.document_store import Create, Delete, DocumentStore, Exists, Merge, Write
from shared.store.codec import fields_of, noun_or_none, top_level

EMAIL: Final = r"[^\s@/<>\"\\\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,185}\.[A-Za-z0-9-]{2,60}"
"""What we take for an e-mail address: enough to tell one from a slip, and safe as a part of a path."""
_EMAIL = re.compile(EMAIL)
_TELEGRAM_ID = re.compile(r"[1-9][0-9]{0,18}")


class Users:
    """`users/{id}`, and `routes/email:{email}` and `routes/telegram:{id}` that keep both unique."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def creation(self, user: User) -> list[Write]:
        """Writes that fail when the user, the address or the Telegram account is known."""
        ways = [("email", user.email), ("telegram", user.telegram_id)]
        routes = [Create(f"routes/{kind}:{value}", {"user_id": user.id}) for kind, value in ways if value]
        return [Create(f"users/{user.id}", fields_of(user)), *routes]

    def attachment(self, user: UserId, telegram_id: str) -> list[Write]:
        """Writes that give a known user a Telegram account, and fail when somebody has it."""
        route = Create(f"routes/telegram:{telegram_id}", {"user_id": user})
        return [route, self.change(user, {"telegram_id": telegram_id})]

    def detachment(self, user: User) -> list[Write]:
        """Writes that take it away."""
        return [Delete(f"routes/telegram:{user.telegram_id}"), self.change(user.id, {"telegram_id": ""})]

    def change(self, user: UserId, fields: Mapping[str, Any]) -> Merge:
        """A write to top-level fields of a known user."""
        return Merge(f"users/{user}", top_level(fields), condition=Exists())

    async def get(self, user: UserId) -> User | None:
        """One user."""
        return noun_or_none(User, await self._store.get(f"users/{user}"))

    async def by_email(self, email: str) -> User | None:
        """The user of an address, however it is capitalised; None also for what is no address."""
        address = email.strip().lower()
        if not _EMAIL.fullmatch(address) or not _is_utf8(address):
            return None
        found = await self._store.get(f"routes/email:{address}")
        return None if found is None else await self.get(UserId(str(found.data["user_id"])))

    async def by_telegram(self, telegram_id: str) -> User | None:
        """The user of a Telegram account; None also for what is no id of one."""
        if not _TELEGRAM_ID.fullmatch(telegram_id):
            return None
        found = await self._store.get(f"routes/telegram:{telegram_id}")
        return None if found is None else await self.get(UserId(str(found.data["user_id"])))

    async def commit(self, writes: list[Write]) -> None:
        """All of these writes, or none."""
        await self._store.commit(writes)


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
