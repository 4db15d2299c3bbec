"""A session's memory survives the process."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from telethon.tl import types
from telethon.tl.types import updates

from infra.channels.telegram_account.session import MOST_MESSAGES, KeptSession


def restarted(session: KeptSession) -> KeptSession:
    return KeptSession("", session.memory())


@given(
    st.dictionaries(st.integers(1, 2**50), st.integers(-(2**63) + 1, 2**63 - 1).filter(bool), max_size=20),
    st.integers(1, 2**31 - 1),
)
@settings(max_examples=60, deadline=None)
def test_access_hashes_and_the_update_state_come_back(peers: dict[int, int], pts: int) -> None:
    session = KeptSession()
    session.process_entities([types.User(id=id, access_hash=word, first_name="x") for id, word in peers.items()])
    state = updates.State(pts, 3, datetime(2026, 11, 20, tzinfo=UTC), 5, unread_count=0)
    session.set_update_state(0, state)

    back = restarted(session)

    assert back.get_update_state(0).to_dict() == state.to_dict()
    for id, word in peers.items():
        assert back.get_input_entity(id) == types.InputPeerUser(id, word)


def test_neither_names_nor_phone_numbers_are_kept() -> None:
    session = KeptSession()
    session.process_entities([types.User(id=1, access_hash=2, first_name="Anna", phone="79001234567", username="anna")])
    assert not any(word in session.memory() for word in ("Anna", "7900", "anna"))


def test_only_news_makes_a_session_worth_saving() -> None:
    session = KeptSession()
    anna = types.User(id=1, access_hash=2, first_name="Anna")
    session.process_entities([anna])
    assert session.is_dirty
    session.is_dirty = False
    session.process_entities([anna])
    session.place(5, 1)
    assert session.is_dirty


def test_the_oldest_places_are_forgotten() -> None:
    session = KeptSession()
    for number in range(MOST_MESSAGES + 1):
        session.place(number, 1)
    assert (session.place_of(0), session.place_of(1)) == (None, 1)
    assert restarted(session).place_of(MOST_MESSAGES) == 1
