"""One-time links between a browser and a Telegram account: who confirms in Telegram is who signs in here.

Two secrets go two ways. The code goes through Telegram and only finds the link; the exchange token stays in the
browser that asked (or in the chat of the one person it was made for) and opens the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from shared.domain.cockpit import GroupUser
from shared.domain.ids import UserId
from shared.domain.master_bot import TelegramLink
from shared.errors import InvalidInput, NotFound, Stale
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import At, Create, Delete, Document, DocumentStore, Merge
from shared.store.codec import fields_of, noun_of, top_level

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """A link that waits for somebody in Telegram."""

    code: str = field(repr=False)
    """For `https://t.me/<bot>?start=<code>`."""
    exchange_token: str = field(repr=False)
    life: timedelta = LIFE


@dataclass(frozen=True, slots=True)
class Claimant:
    """A user who wants a Telegram account, in one of their sessions."""

    user_id: UserId
    session_id: str


@dataclass(frozen=True, slots=True)
class TelegramLinks:
    """`telegram_links/{hash of the code}`: single use, ten minutes."""

    store: DocumentStore
    clock: Clock
    ids: Ids

    async def begin(self, asked_from: str, attach_to: Claimant | None = None) -> Begun:
        """A link for a browser: to sign in, or to give a signed-in user a Telegram account."""
        return await self._created(attach_to, asked_from, None)

    async def begin_confirmed(self, telegram: GroupUser) -> str:
        """The exchange token of a link for somebody who is asking in Telegram itself."""
        return (await self._created(None, "", telegram)).exchange_token

    async def find(self, code: str) -> TelegramLink | None:
        """The living link of a code that came through Telegram."""
        found = await self._living(_hash(code))
        return None if found is None else noun_of(TelegramLink, found.data)

    async def confirm(self, code: str, telegram: GroupUser) -> None:
        """Somebody says in Telegram that it is them. Raises `NotFound` (`link_expired`), also when it was another."""
        found = await self._living(_hash(code))
        if found is None:
            raise _expired()
        known = noun_of(TelegramLink, found.data).telegram
        if known is not None and known.source_id != telegram.source_id:
            raise _expired()
        try:
            await self.store.commit([Merge(found.path, top_level({"telegram": telegram}), condition=At(found.version))])
        except Stale:
            raise _expired() from None

    async def refuse(self, code: str) -> None:
        """It was not them: the link is gone."""
        await self.store.commit([Delete(f"telegram_links/{_hash(code)}")])

    async def exchange(self, token: str) -> TelegramLink | None:
        """The confirmed link of a browser's token, once; None: nobody has confirmed it yet.

        Raises `InvalidInput` (`link_expired`).
        """
        id, _, secret = token.partition(".")
        found = await self._living(id)
        link = None if found is None else noun_of(TelegramLink, found.data)
        if found is None or link is None or not compare_digest(link.exchange_hash, _hash(secret)):
            raise InvalidInput("this link was used or is too old", code="link_expired")
        if link.telegram is None:
            return None
        try:
            await self.store.commit([Delete(found.path, At(found.version))])
        except Stale:
            raise InvalidInput("this link was used or is too old", code="link_expired") from None
        return link

    async def _created(self, attach_to: Claimant | None, asked_from: str, telegram: GroupUser | None) -> Begun:
        code, secret = self.ids.secret(), self.ids.secret()
        link = TelegramLink(
            purpose="sign_in" if attach_to is None else "attach",
            user_id=attach_to.user_id if attach_to else None,
            session_id=attach_to.session_id if attach_to else "",
            exchange_hash=_hash(secret),
            asked_from=asked_from[:200],
            telegram=telegram,
            expire_at=self.clock.now() + LIFE,
        )
        # The store removes documents by a real timestamp only.
        fields = {**fields_of(link), "expire_at": link.expire_at}
        await self.store.commit([Create(f"telegram_links/{_hash(code)}", fields)])
        return Begun(code, f"{_hash(code)}.{secret}")

    async def _living(self, id: str) -> Document | None:
        if len(id) != 64 or not id.isalnum():
            return None
        found = await self.store.get(f"telegram_links/{id}")
        if found is None or noun_of(TelegramLink, found.data).expire_at <= self.clock.now():
            return None
        return found


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _expired() -> NotFound:
    return NotFound("no such link, or its time is over", code="link_expired")
