"""One message of ours to a customer: text, files, or both, in as few calls as Telegram allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from infra.telegram.api import BotApi
from infra.telegram.files import RULES, Way, check_size, way_of
from infra.telegram.objects import Sent, SentAlbum
from infra.telegram.wire import CAPTION_LIMIT, TEXT_LIMIT, check_length, sendable, text_length
from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.errors import ChannelError, ChannelRejected, ChannelUnclear

Target = Mapping[str, Any]
"""The parameters that name where it goes: `chat_id`, and a business connection where there is one."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method that posts."""

    method: str
    parameters: Mapping[str, Any]
    files: Mapping[str, OutgoingFile] = field(default_factory=dict)


async def send(api: BotApi, target: Target, outgoing: Outgoing) -> Sent:
    """Post it; answers the first message of it.

    Telegram has no transactions: once the first call is done, a failure of a later one is `ChannelUnclear`, so that
    nobody sends the first part again.
    """
    first, *others = calls_of(outgoing)
    sent = await _post(api, target, first)
    for call in others:
        try:
            await _post(api, target, call)
        except ChannelError as error:
            raise ChannelUnclear("only a part was sent", vendor_code=error.vendor_code) from error
    return sent


def calls_of(outgoing: Outgoing) -> list[Call]:
    """At least one. Raises `ChannelRejected` for what Telegram would refuse half-way through."""
    text = sendable(outgoing.text)
    check_length(text, TEXT_LIMIT)
    if len(outgoing.files) > RULES.most:
        raise ChannelRejected(f"more than {RULES.most} files", code="too_many_files")
    for file in outgoing.files:
        check_size(file)
    if not outgoing.files:
        return [_text_call(text)]
    fits = text_length(text) <= CAPTION_LIMIT
    calls = list(_file_calls(outgoing.files, text if fits else ""))
    return calls if fits else [_text_call(text), *calls]


async def _post(api: BotApi, target: Target, call: Call) -> Sent:
    parameters = {**target, **call.parameters}
    if call.method == "sendMediaGroup":
        return (await api.upload_once(call.method, SentAlbum, parameters, call.files)).root[0]
    if call.files:
        return await api.upload_once(call.method, Sent, parameters, call.files)
    return await api.call_once(call.method, Sent, parameters)


def _text_call(text: str) -> Call:
    """Plain text: nothing in it is markup."""
    return Call("sendMessage", {"text": text, "link_preview_options": {"is_disabled": True}})


def _file_calls(files: Sequence[OutgoingFile], caption: str) -> Iterator[Call]:
    """Neighbours of one kind make an album; the caption stands on the first file."""
    for way, neighbours in groupby(files, way_of):
        pieces = list(neighbours)
        if way.in_albums and len(pieces) > 1:
            yield _album(way, pieces, caption)
            caption = ""
            continue
        for piece in pieces:
            yield Call(way.method, {"caption": caption} if caption else {}, {way.field: piece})
            caption = ""


def _album(way: Way, pieces: Sequence[OutgoingFile], caption: str) -> Call:
    parts = {f"file{number}": piece for number, piece in enumerate(pieces)}
    media = [{"type": way.field, "media": f"attach://{part}"} for part in parts]
    if caption:
        media[0]["caption"] = caption
    return Call("sendMediaGroup", {"media": media}, parts)
