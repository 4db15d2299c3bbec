"""Vendors' calls that could not be read: kept as dead letters, so that the vendor may go on and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass

from shared.domain.arrivals import RawDelivery
from shared.domain.channels import ChannelKind
from shared.domain.model import Noun
from shared.domain.tasks import RedeliverTask
from shared.errors import DeskError
from shared.ports.cipher import Cipher
from shared.ports.dead_letters import DeadLetters

LARGEST = 256 * 1024
"""Bytes of a body that is kept. Inside a task it grows to twice of that at most, which every queue takes."""


class _Shown(Noun):
    """What a vendor shows to be trusted, besides the body."""

    headers: dict[str, str]
    secret: str


@dataclass(frozen=True, slots=True)
class KeepUnreadable:
    """Only for callers who were trusted: strangers could fill the store."""

    cipher: Cipher
    dead_letters: DeadLetters

    async def __call__(self, channel: ChannelKind, inbox_id: str, delivery: RawDelivery, error: DeskError) -> None:
        """Keep a delivery that failed with this error. Raises the error itself where the body is no JSON object
        of a size that can be kept: that is no delivery of the vendor's."""
        if len(delivery.body) > LARGEST or not _is_object(delivery.body):
            raise error
        shown = _Shown(headers=dict(delivery.headers), secret=delivery.secret)
        sealed = await self.cipher.encrypt(shown.model_dump_json(), context=_context(inbox_id))
        task = RedeliverTask(channel=channel, inbox_id=inbox_id, body=delivery.body.decode(), shown=sealed)
        await self.dead_letters.keep(task, error.code)

    async def again(self, task: RedeliverTask, error: DeskError) -> None:
        """Keep it once more: it was tried and failed."""
        await self.dead_letters.keep(task, error.code)

    async def opened(self, task: RedeliverTask) -> RawDelivery:
        """The delivery as it came. Raises `InvalidInput` where it was sealed under a key that is gone."""
        shown = _Shown.model_validate_json(await self.cipher.decrypt(task.shown, context=_context(task.inbox_id)))
        return RawDelivery(task.body.encode(), shown.headers, shown.secret)


def _is_object(body: bytes) -> bool:
    """Whether this is a JSON object in UTF-8. More tolerant than what reads deliveries, of lone surrogates too."""
    try:
        return isinstance(json.loads(body.decode(), parse_int=len), dict)  # the length: Python refuses huge numbers
    except (ValueError, RecursionError):
        return False


def _context(inbox_id: str) -> str:
    return f"delivery:{inbox_id}"
