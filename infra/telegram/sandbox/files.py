"""Files in the simulated Telegram, as messages show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.bot import SimulatedBot

_PLAYED = {"voice": ".oga", "audio": ".ogg", "video": ".mp4"}


def pieces_of(bot: SimulatedBot, text: str, files: Sequence[CustomerFile]) -> list[dict[str, Any]]:
    """The content of each message that a person sends; several photos make an album, the text is a caption."""
    if not files:
        return [{"text": text}]
    pieces = [content_of(bot, file) for file in files]
    photos = [piece for piece in pieces if "photo" in piece]
    if len(photos) > 1:
        album = album_number(bot)
        for photo in photos:
            photo["media_group_id"] = album
    if text:
        pieces[0]["caption"] = text
    return pieces


def content_of(bot: SimulatedBot, file: CustomerFile) -> dict[str, Any]:
    """The field of a message that one file makes."""
    if file.kind == "image":
        stored = bot.keep_file("photos", ".jpg", file.data)
        # Listed as Telegram lists it; its bytes are not kept.
        thumbnail = {"file_id": f"{stored['file_id']}-s", "file_unique_id": f"{stored['file_unique_id']}s"}
        return {"photo": [{**thumbnail, "width": 90, "height": 67}, {**stored, "width": 1280, "height": 960}]}
    if file.kind in _PLAYED:
        stored = bot.keep_file(file.kind, _PLAYED[file.kind], file.data)
        named = {} if file.kind == "voice" else {"file_name": file.name}
        return {file.kind: {**stored, "duration": 3, "mime_type": file.mime_type, **named}}
    stored = bot.keep_file("documents", PurePath(file.name).suffix, file.data)
    return {"document": {**stored, "file_name": file.name, "mime_type": file.mime_type}}


def album_number(bot: SimulatedBot) -> str:
    """A new `media_group_id`."""
    return str(13_000_000_000_000_000 + bot.next_id("album"))


def names_of(message: dict[str, Any]) -> tuple[str, ...]:
    """The file of a message: its name, or its kind where it has none."""
    for kind in ("photo", "voice", "audio", "video", "document"):
        if kind in message:
            return ((message[kind].get("file_name") or kind) if isinstance(message[kind], dict) else kind,)
    return ()
