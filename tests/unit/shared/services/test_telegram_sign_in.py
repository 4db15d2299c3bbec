"""Telegram's signature: exactly these fields, for this bot, lately, and once."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from typing import Any

import pytest

from infra.local.documents import SqliteDocumentStore
from infra.passwords import Argon2Passwords
from shared.domain.cockpit import GroupUser
from shared.domain.model import EPOCH
from shared.domain.people import Role
from shared.errors import Conflict, InvalidInput, NotFound, Unavailable, UntrustedDelivery
from shared.services.attempts import Attempts
from shared.services.membership import Membership
from shared.services.sign_in import SignIn, Visitor
from shared.services.signed_in import SignedIn
from shared.services.telegram_links import LIFE, Claimant, TelegramLinks
from shared.services.telegram_sign_in import FRESH, TelegramSignIn, signed_for
from shared.store.platform import Platform
from shared.store.sessions import Sessions
from shared.store.users import Users
from shared.store.workspaces import Workspaces
from tests.support.clock import CountingIds, ManualClock
from tests.unit.shared.services.busy_store import BusyStore

TOKEN = "123456:TEST-TOKEN-for-unit-tests"
SIGNED_AT = EPOCH + timedelta(seconds=1_790_000_000)
ANNA = {
    "auth_date": "1790000000",
    "first_name": "Анна",
    "id": "987654321",
    "username": "anna_test",
    "hash": "69ef5d196b7438eaa4a68d9297e332bcb9a71df9f684766f0ec1ef619915af12",
}
VISITOR = Visitor("127.0.0.1", "Firefox")
BORIS = GroupUser(source_id="5", name="Борис", language="ru")


def signed(**fields: str) -> dict[str, str]:
    """As Telegram signs."""
    checked = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return {**fields, "hash": hmac(sha256(TOKEN.encode()).digest(), checked.encode(), sha256).hexdigest()}


class Office:
    def __init__(self, store: Any) -> None:
        self.clock, self.ids = ManualClock(SIGNED_AT), CountingIds()
        self.store = store
        self.users, self.workspaces = Users(self.store), Workspaces(self.store)
        self.links = TelegramLinks(self.store, self.clock, self.ids)
        self.signed_in = SignedIn(self.users, Sessions(self.store), self.clock)
        attempts = Attempts(self.store, self.clock)
        sign_in = SignIn(self.users, Sessions(self.store), attempts, Argon2Passwords(), self.clock, self.ids)
        membership = Membership(Platform(self.store), self.workspaces, self.users, self.clock, self.ids)
        self.sign_in = TelegramSignIn(
            self.store, self.users, sign_in, self.links, membership, self.signed_in, self.clock, self.ids
        )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(SqliteDocumentStore(tmp_path / "desk.db"))


def test_the_reference_vector_fits() -> None:
    assert signed_for(ANNA, TOKEN) == GroupUser(source_id="987654321", name="Анна", username="anna_test")


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "987654322"},
        {"first_name": "Аннa"},
        {"photo_url": "https://t.me/i/a.jpg"},
        {"hash": ANNA["hash"].upper()},
        {"hash": ""},
        {"hash": "é"},
    ],
    ids=str,
)
def test_fields_that_telegram_did_not_sign_so_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(UntrustedDelivery):
        signed_for({**ANNA, **changed}, TOKEN)


@pytest.mark.parametrize("token", ["", "123456:another"])
def test_another_bots_token_does_not_fit(token: str) -> None:
    with pytest.raises(UntrustedDelivery):
        signed_for(ANNA, token)


@pytest.mark.parametrize("fields", [{"id": "1"}, {"id": "x", "auth_date": "1"}, {"id": "1", "auth_date": "١"}], ids=str)
def test_signed_fields_that_cannot_be_read_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(UntrustedDelivery):
        signed_for(signed(**fields), TOKEN)


async def test_the_first_sign_in_makes_a_user_with_a_workspace_and_the_next_finds_them(office: Office) -> None:
    first = await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)
    second = await office.sign_in.by_widget(signed(id="987654321", auth_date="1790000001"), TOKEN, VISITOR)

    assert (first.user.telegram_id, first.user.name, first.user.email) == ("987654321", "Анна", "")
    assert second.user == first.user
    assert [role for _, role in await office.workspaces.of_user(first.user.id)] == [Role.OWNER]


async def test_a_signature_works_once(office: Office) -> None:
    await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)

    with pytest.raises(UntrustedDelivery) as refused:
        await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)
    assert refused.value.code == "telegram_used"


@pytest.mark.parametrize("late", [FRESH + timedelta(seconds=1), timedelta(minutes=-2)])
async def test_a_signature_of_another_time_is_refused(office: Office, late: timedelta) -> None:
    office.clock.advance(late.total_seconds())

    with pytest.raises(UntrustedDelivery) as refused:
        await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)
    assert refused.value.code == "telegram_too_old"


async def test_a_link_opens_one_session_for_who_confirmed_it(office: Office) -> None:
    begun = await office.links.begin("Firefox")
    assert await office.sign_in.by_link(begun.exchange_token, VISITOR) is None

    await office.links.confirm(begun.code, BORIS)
    grant = await office.sign_in.by_link(begun.exchange_token, VISITOR)

    assert grant is not None
    assert grant.user.telegram_id == BORIS.source_id
    with pytest.raises(InvalidInput):
        await office.sign_in.by_link(begun.exchange_token, VISITOR)


async def test_the_code_that_went_through_telegram_opens_nothing(office: Office) -> None:
    begun = await office.links.begin("Firefox")
    await office.links.confirm(begun.code, BORIS)

    for guess in (begun.code, begun.exchange_token.partition(".")[0] + ".", "." + begun.code, ""):
        with pytest.raises(InvalidInput):
            await office.sign_in.by_link(guess, VISITOR)


async def test_nobody_confirms_over_somebody_else(office: Office) -> None:
    begun = await office.links.begin("Firefox")
    await office.links.confirm(begun.code, BORIS)

    with pytest.raises(NotFound):
        await office.links.confirm(begun.code, GroupUser(source_id="6"))


async def test_a_refused_or_old_link_is_gone(office: Office) -> None:
    refused, old = await office.links.begin("Firefox"), await office.links.begin("Firefox")
    await office.links.refuse(refused.code)
    office.clock.advance(LIFE.total_seconds())

    for begun in (refused, old):
        assert await office.links.find(begun.code) is None
        with pytest.raises(NotFound):
            await office.links.confirm(begun.code, BORIS)


async def test_a_signed_in_user_gets_the_telegram_account_once_and_may_change_it(office: Office) -> None:
    signed_in = await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)
    anna = signed_in.user
    begun = await office.links.begin("Firefox", Claimant(anna.id, signed_in.session.id))
    await office.links.confirm(begun.code, BORIS)

    grant = await office.sign_in.by_link(begun.exchange_token, VISITOR)

    assert grant is not None
    assert grant.user.id == anna.id
    found = await office.users.by_telegram(BORIS.source_id)
    assert found is not None
    assert found.id == anna.id
    assert await office.users.by_telegram("987654321") is None


async def test_a_telegram_account_has_one_user(office: Office) -> None:
    anna = (await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)).user
    other = await office.sign_in.by_widget(signed(id="7", auth_date="1790000000"), TOKEN, VISITOR)
    begun = await office.links.begin("Firefox", Claimant(other.user.id, other.session.id))
    await office.links.confirm(begun.code, GroupUser(source_id=anna.telegram_id))

    with pytest.raises(Conflict) as refused:
        await office.sign_in.by_link(begun.exchange_token, VISITOR)
    assert refused.value.code == "telegram_taken"


async def test_a_link_of_a_session_that_has_ended_attaches_nothing_and_opens_nothing(office: Office) -> None:
    thief = await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)
    begun = await office.links.begin("Firefox", Claimant(thief.user.id, thief.session.id))
    await office.signed_in.revoke_all(thief.user)
    await office.links.confirm(begun.code, BORIS)

    with pytest.raises(UntrustedDelivery) as refused:
        await office.sign_in.by_link(begun.exchange_token, VISITOR)

    assert refused.value.code == "not_signed_in"
    assert await office.users.by_telegram(BORIS.source_id) is None
    assert await office.signed_in.living_sessions(thief.user) == []


async def test_a_sign_up_that_breaks_off_leaves_no_user_without_a_workspace(tmp_path: Path) -> None:
    store = BusyStore(SqliteDocumentStore(tmp_path / "desk.db"))
    office = Office(store)

    async def store_is_down() -> None:
        raise Unavailable("the store is down")

    store.strike(2, store_is_down)
    with pytest.raises(Unavailable):
        await office.sign_in.by_widget(ANNA, TOKEN, VISITOR)

    user = (await office.sign_in.by_widget(signed(id="987654321", auth_date="1790000001"), TOKEN, VISITOR)).user

    assert len(await office.workspaces.of_user(user.id)) == 1


def test_a_value_of_several_lines_is_no_field_of_telegrams() -> None:
    smuggled = signed(auth_date="1790000000", first_name="A\nid=5", id="7")

    with pytest.raises(UntrustedDelivery):
        signed_for(smuggled, TOKEN)
