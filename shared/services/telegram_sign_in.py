"""Sign in with Telegram: by the widget's signed fields, or by a link that was confirmed in the master bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from shared.domain.cockpit import GroupUser
from shared.domain.ids import UserId
from shared.domain.people import User
from shared.errors import AlreadyExists, Conflict, NotFound, UntrustedDelivery
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Create, DocumentStore
from shared.services.membership import Membership
from shared.services.sign_in import Grant, SignIn, Visitor
from shared.services.signed_in import SignedIn
from shared.services.telegram_links import TelegramLinks
from shared.store.users import Users

FRESH = timedelta(minutes=5)
"""How old the widget's signature may be."""
AHEAD = timedelta(minutes=1)
"""How far Telegram's clock may be before ours."""


@dataclass(frozen=True, slots=True)
class TelegramSignIn:
    """The first sign-in of a Telegram account makes a user without a password, and a workspace of their own."""

    store: DocumentStore
    users: Users
    sign_in: SignIn
    links: TelegramLinks
    membership: Membership
    signed_in: SignedIn
    clock: Clock
    ids: Ids

    async def by_widget(self, fields: Mapping[str, str], bot_token: str, visitor: Visitor) -> Grant:
        """The session of whom Telegram has signed for, once a signature. Raises `UntrustedDelivery`
        (`telegram_refused`, `telegram_too_old`, `telegram_used`)."""
        telegram = signed_for(fields, bot_token)
        age = self.clock.now().timestamp() - int(fields["auth_date"])
        if not -AHEAD.total_seconds() <= age <= FRESH.total_seconds():
            raise UntrustedDelivery("this sign-in is too old: start it again", code="telegram_too_old")
        await self._spend(fields["hash"])
        return await self._granted(telegram, visitor)

    async def by_link(self, token: str, visitor: Visitor) -> Grant | None:
        """The session of who confirmed the link; None: nobody has yet. Raises `InvalidInput` (`link_expired`),
        `UntrustedDelivery` (`not_signed_in`) and `Conflict` (`telegram_taken`)."""
        link = await self.links.exchange(token)
        if link is None or link.telegram is None:
            return None
        if link.user_id is not None:
            await self.signed_in.find(link.session_id)  # a session that was ended must not come back this way
            return await self.sign_in.open_session(await self._attached(link.user_id, link.telegram), visitor)
        return await self._granted(link.telegram, visitor)

    async def _attached(self, user_id: UserId, telegram: GroupUser) -> User:
        """The user, with this Telegram account from now on."""
        user = await self.users.get(user_id)
        if user is None:
            raise NotFound("no such user")
        if user.telegram_id == telegram.source_id:
            return user
        former = self.users.detachment(user)[:1] if user.telegram_id else []
        try:
            await self.users.commit([*former, *self.users.attachment(user.id, telegram.source_id)])
        except AlreadyExists:
            raise Conflict("this Telegram account belongs to another user", code="telegram_taken") from None
        return user.model_copy(update={"telegram_id": telegram.source_id})

    async def _granted(self, telegram: GroupUser, visitor: Visitor) -> Grant:
        user = await self.users.by_telegram(telegram.source_id) or await self._signed_up(telegram)
        return await self.sign_in.open_session(user, visitor)

    async def _signed_up(self, telegram: GroupUser) -> User:
        user = User(
            id=UserId(self.ids.new()),
            email="",
            telegram_id=telegram.source_id,
            name=(telegram.name or telegram.username)[:100],
            language="en" if telegram.language and not telegram.language.startswith("ru") else "ru",
            created_at=self.clock.now(),
        )
        _, founding = self.membership.founding(user, user.name or "Parley")
        try:
            await self.users.commit([*self.users.creation(user), *founding])
        except AlreadyExists:  # the same person, at the same time
            known = await self.users.by_telegram(telegram.source_id)
            if known is None:
                raise
            return known
        return user

    async def _spend(self, signature: str) -> None:
        """A signature opens one session: who overhears it comes too late."""
        used = Create(f"telegram_logins/{signature}", {"expire_at": self.clock.now() + FRESH + AHEAD})
        try:
            await self.store.commit([used])
        except AlreadyExists:
            raise UntrustedDelivery("this sign-in was used before", code="telegram_used") from None


def signed_for(fields: Mapping[str, str], bot_token: str) -> GroupUser:
    """Whom the fields of Telegram's login widget are signed for.

    Raises `UntrustedDelivery` (`telegram_refused`) unless Telegram signed exactly these fields for this bot.
    """
    checked = "\n".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "hash")
    expected = hmac(sha256(bot_token.encode()).digest(), checked.encode("utf-8", "surrogatepass"), sha256).hexdigest()
    given = fields.get("hash", "")
    numbers = (fields.get("id", ""), fields.get("auth_date", ""))
    is_readable = "\n" not in "".join(fields.values())  # a line more would be a field more
    is_readable &= all(number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers)
    if not bot_token or not compare_digest(expected.encode(), given.encode("utf-8", "replace")) or not is_readable:
        raise UntrustedDelivery("Telegram's signature does not fit", code="telegram_refused")
    name = f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
    return GroupUser(source_id=fields["id"], name=name, username=fields.get("username", ""))
