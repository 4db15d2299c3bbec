"""Messages as Telethon gives them, read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telethon.tl import types

from infra.channels.telegram_account.wire import (
    Account,
    attachment_of,
    number_of,
    source_id,
    to_arrival,
    to_deleted,
    to_edited,
)
from shared.domain.arrivals import Echo, Received

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ME, ANNA, CHANNEL = 7001, 55501, 1234567890
ALL = Account(ME, frozenset({"private", "groups", "channels"}))


class Client:
    """As much of a client as a message looks at."""

    _self_id = ME

    class _mb_entity_cache:
        @staticmethod
        def get(id: int) -> None:
            del id


def message(peer: Any = None, **fields: Any) -> Any:
    """A message tied to a client, with Anna and a group among the entities."""
    told = {"id": 5, "peer_id": peer or types.PeerUser(ANNA), "date": AT, "message": "Привет"}
    made = types.Message(**{**told, **fields})
    anna = types.User(id=ANNA, first_name="Anna", last_name="P.", username="anna", phone="79001234567", access_hash=1)
    group = types.Channel(
        id=CHANNEL, title="Клиенты", photo=types.ChatPhotoEmpty(), date=AT, megagroup=True, access_hash=1
    )
    made._finish_init(Client(), {ANNA: anna, -1000000000000 - CHANNEL: group}, None)
    return made


def document(*attributes: Any, mime: str = "application/pdf") -> Any:
    made = types.Document(
        id=1, access_hash=1, file_reference=b"", date=AT, mime_type=mime, size=9, dc_id=2, attributes=list(attributes)
    )
    return types.MessageMediaDocument(document=made)


NAMED = types.DocumentAttributeFilename(file_name="Счёт.pdf")
VIDEO = types.DocumentAttributeVideo(duration=1, w=1, h=1)
MEDIA = [
    (document(NAMED), "file", "Счёт.pdf"),
    (document(types.DocumentAttributeAudio(duration=1, voice=True), mime="audio/ogg"), "voice", ""),
    (document(types.DocumentAttributeAudio(duration=1, title="Песня"), mime="audio/mpeg"), "audio", "Песня"),
    (document(VIDEO, mime="video/mp4"), "video", ""),
    (document(types.DocumentAttributeAnimated(), VIDEO, mime="video/mp4"), "video", ""),
    (document(types.DocumentAttributeSticker(alt="👍", stickerset=types.InputStickerSetEmpty())), "sticker", "👍"),
    (
        types.MessageMediaGeo(geo=types.GeoPoint(lat=55.75, long=37.61, access_hash=1)),
        "location",
        "55.750000, 37.610000",
    ),
    (
        types.MessageMediaContact(phone_number="79001234567", first_name="Oleg", last_name="", vcard="", user_id=1),
        "contact",
        "Oleg 79001234567",
    ),
]


@pytest.mark.parametrize(("media", "kind", "name"), MEDIA)
def test_each_kind_of_media_is_an_attachment_that_can_be_asked_for_again(media: Any, kind: str, name: str) -> None:
    found = attachment_of(message(media=media, message=""))
    assert found is not None
    assert (found.kind, found.name) == (kind, name)
    assert found.reference in (f"{ANNA}:5", "")


def test_the_preview_of_a_link_is_no_attachment() -> None:
    page = types.WebPage(id=1, url="https://x.example", display_url="x.example", hash=0)
    assert attachment_of(message(media=types.MessageMediaWebPage(webpage=page))) is None


def test_a_private_message_tells_who_writes() -> None:
    arrival = to_arrival(message(reply_to=types.MessageReplyHeader(reply_to_msg_id=3), grouped_id=8), ALL)
    assert isinstance(arrival, Received)
    assert (arrival.source_id, arrival.thread, arrival.reply_to, arrival.group_id) == ("5", str(ANNA), "3", "8")
    assert (arrival.contact.name, arrival.contact.username, arrival.contact.phone) == (
        "Anna P.",
        "anna",
        "+79001234567",
    )


def test_in_supergroups_a_message_is_named_with_its_chat() -> None:
    arrival = to_arrival(message(types.PeerChannel(CHANNEL), from_id=types.PeerUser(ANNA)), ALL)
    assert isinstance(arrival, Received)
    assert (arrival.source_id, arrival.thread) == (f"-100{CHANNEL}:5", f"-100{CHANNEL}")
    assert arrival.contact.source_id == str(ANNA)


@pytest.mark.parametrize(
    ("peer", "kind"),
    [(types.PeerUser(ANNA), "private"), (types.PeerChat(99), "groups"), (types.PeerChannel(CHANNEL), "groups")],
)
def test_only_the_kinds_of_chat_that_are_wanted_are_taken(peer: Any, kind: str) -> None:
    for taken in ("private", "groups", "channels"):
        arrival = to_arrival(message(peer, from_id=types.PeerUser(ANNA)), Account(ME, frozenset({taken})))
        assert (arrival is not None) is (taken == kind)


@pytest.mark.parametrize("fields", [{"peer_id": types.PeerUser(777000)}, {"peer_id": types.PeerUser(ME)}])
def test_telegrams_own_chat_and_the_owners_notes_are_nobodys_business(fields: dict[str, Any]) -> None:
    assert to_arrival(message(**fields), ALL) is None


def test_events_and_reactions_are_no_messages() -> None:
    joined = types.MessageService(
        id=6, peer_id=types.PeerUser(ANNA), date=AT, action=types.MessageActionContactSignUp()
    )
    joined._finish_init(Client(), {}, None)
    assert to_arrival(joined, ALL) is None
    assert to_edited(message(edit_date=AT, edit_hide=True), ALL) is None
    assert to_edited(message(edit_date=AT), ALL) is not None


def test_content_that_we_cannot_read_is_named() -> None:
    dice = message(message="", media=types.MessageMediaDice(value=3, emoticon="🎲"))
    arrival = to_arrival(dice, ALL)
    assert arrival is not None
    assert arrival.text == "[unsupported content: dice]"


def test_a_deletion_without_a_chat_is_placed_by_memory_or_left_out() -> None:
    places = {5: ANNA}
    deleted = to_deleted([5, 6], None, places.get, AT)
    assert [(gone.source_id, gone.thread) for gone in deleted] == [("5", str(ANNA))]
    assert [gone.source_id for gone in to_deleted([5], -1000000000042, places.get, AT)] == ["-1000000000042:5"]


@given(
    chat=st.one_of(st.integers(1, 2**52), st.integers(-(10**12), -1), st.integers(-(2**52), -(10**12) - 1)),
    id=st.integers(1, 2**31),
    text=st.text(max_size=200),
    out=st.booleans(),
    name=st.one_of(st.none(), st.text(max_size=20)),
)
@settings(max_examples=150, deadline=None)
def test_any_message_is_an_arrival_or_nothing(chat: int, id: int, text: str, out: bool, name: str | None) -> None:
    from telethon.utils import resolve_id

    number, kind = resolve_id(chat)
    made = types.Message(id=id, peer_id=kind(number), date=AT, message=text, out=out)
    made._finish_init(Client(), {chat: types.User(id=abs(chat), first_name=name)} if chat > 0 else {}, None)
    arrival = to_arrival(made, ALL)
    if arrival is not None:
        assert isinstance(arrival, Echo if out else Received)
        assert number_of(arrival.source_id) == id
        assert arrival.source_id == source_id(int(arrival.thread), id)
