"""Images on their way out: uploaded first, then posted by the id that Avito gave, and recognised by their address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.channels.avito.api import AvitoApi
from infra.channels.avito.shapes import Message
from infra.channels.context import ChannelContext
from shared.domain.arrivals import Outgoing
from shared.domain.channels import FileRules
from shared.errors import ChannelRejected

RULES = FileRules(
    most=1,
    max_bytes=24 * 1024 * 1024,
    mime_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/heic"}),
)
_KEPT = timedelta(days=8)
"""Longer than the desk goes on trying."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An image that Avito holds and that is perhaps in no chat yet."""

    id: str
    addresses: frozenset[str]

    def is_in(self, message: Message) -> bool:
        """Whether a message of the history shows it."""
        content = message.content if isinstance(message.content, dict) else {}
        image = content.get("image")
        sizes = image.get("sizes") if isinstance(image, dict) else None
        return isinstance(sizes, dict) and not self.addresses.isdisjoint(map(str, sizes.values()))


class Images:
    """One account's uploads. Each is noted before it is posted: what an unclear answer leaves open the note settles."""

    def __init__(self, context: ChannelContext, api: AvitoApi) -> None:
        self._context = context
        self._api = api

    async def uploaded(self, user: str, outgoing: Outgoing) -> Uploaded:
        """The image of a message, uploaded now or in an earlier attempt."""
        known = await self.known(outgoing)
        if known is not None:
            return known
        answer = await self._api.upload_image(user, outgoing.files[0])
        note = json.dumps(answer)
        await self._context.vault.put(_name(outgoing), note, expires_at=self._context.clock.now() + _KEPT)
        return _read(answer)

    async def known(self, outgoing: Outgoing) -> Uploaded | None:
        """What an earlier attempt has uploaded; None: it surely posted nothing."""
        note = await self._context.vault.get(_name(outgoing))
        return _read(json.loads(note)) if note else None


def check_image(outgoing: Outgoing) -> None:
    """One image and no words: each is a message of its own. Raises `ChannelRejected` for what Avito surely refuses."""
    if len(outgoing.files) > RULES.most or outgoing.text.strip():
        raise ChannelRejected("Avito takes one image or one text at a time", code="too_many_files")
    file = outgoing.files[0]
    if not file.content:
        raise ChannelRejected("the image is empty", code="file_empty")
    if len(file.content) > RULES.max_bytes:
        raise ChannelRejected(f"Avito takes {RULES.max_bytes} bytes at most", code="file_too_large")
    if file.mime_type not in RULES.mime_types:
        raise ChannelRejected("Avito takes images only", code="file_type_refused")


def _name(outgoing: Outgoing) -> str:
    return f"image-{outgoing.message_id}"


def _read(answer: Mapping[str, Mapping[str, Any]]) -> Uploaded:
    image_id, sizes = next(iter(answer.items()))
    return Uploaded(image_id, frozenset(map(str, sizes.values())))
