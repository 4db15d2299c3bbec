"""The stand-in's messages and people as Telethon's own objects, so that the adapter meets no other shape."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types  # type: ignore[import-untyped]
from telethon.tl.custom import Dialog  # type: ignore[import-untyped]

from infra.sandbox.world import Record

_DC = 2


def user(person: dict[str, Any], access_hash: int, *, bot: bool = False) -> Any:
    """A `User`, as somebody who writes to the account."""
    return types.User(
        id=person["id"],
        access_hash=access_hash,
        first_name=person["first_name"],
        username=person.get("username"),
        lang_code=person.get("language_code"),
        bot=bot,
    )


def message(record: Record) -> Any:
    """A `Message`, not yet tied to a client."""
    data = record.data
    return types.Message(
        id=data["id"],
        peer_id=types.PeerUser(int(record.chat)),
        date=moment(data["date"]),
        message=data["text"],
        out=data["out"],
        media=_media(data),
        grouped_id=data.get("group"),
        edit_date=moment(data["edited"]) if data.get("edited") else None,
    )


def service_message(record: Record) -> Any:
    """An event of the chat that nobody wrote."""
    data = record.data
    peer, action = types.PeerUser(int(record.chat)), types.MessageActionContactSignUp()
    return types.MessageService(id=data["id"], peer_id=peer, date=moment(data["date"]), action=action)


def dialog(client: Any, party: Any, newest: Any) -> Any:
    """A `Dialog` of Telethon's, with the newest message in it."""
    listed = types.Dialog(
        peer=types.PeerUser(party.id),
        top_message=newest.id,
        read_inbox_max_id=0,
        read_outbox_max_id=0,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
    )
    return Dialog(client, listed, {party.id: party}, newest)


def moment(seconds: float) -> datetime:
    """Telegram's dates are whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC)


def bytes_of(record: Record) -> bytes:
    """The file of a message."""
    return b64decode(record.data["file"]["data"])


def _media(data: dict[str, Any]) -> Any:
    file = data.get("file")
    if file is None:
        return None
    size, at, reference = len(b64decode(file["data"])), moment(data["date"]), b"reference"
    if file["kind"] == "image":
        sizes = [types.PhotoSize(type="x", w=1, h=1, size=size)]
        photo = types.Photo(id=data["id"], access_hash=1, file_reference=reference, date=at, sizes=sizes, dc_id=_DC)
        return types.MessageMediaPhoto(photo=photo)
    document = types.Document(
        id=data["id"],
        access_hash=1,
        file_reference=reference,
        date=at,
        mime_type=file["mime_type"],
        size=size,
        dc_id=_DC,
        attributes=_attributes(file),
    )
    return types.MessageMediaDocument(document=document)


def _attributes(file: dict[str, Any]) -> list[Any]:
    named = types.DocumentAttributeFilename(file_name=file["name"])
    match file["kind"]:
        case "voice":
            return [types.DocumentAttributeAudio(duration=1, voice=True)]
        case "audio":
            return [types.DocumentAttributeAudio(duration=1), named]
        case "video":
            return [types.DocumentAttributeVideo(duration=1, w=1, h=1), named]
        case _:
            return [named]
