"""A delivery that could not be read is tried again, now that somebody has seen to it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.tasks import RedeliverTask
from shared.errors import InvalidInput
from shared.services.accept_delivery import AcceptDelivery
from shared.services.keep_unreadable import KeepUnreadable


@dataclass(frozen=True, slots=True)
class Redeliver:
    """The same way as the first time, the check of the caller included. What fails again is kept again."""

    accept: AcceptDelivery
    keep: KeepUnreadable

    async def __call__(self, task: RedeliverTask) -> None:
        """Raises `NotFound` where the inbox is gone, `Unavailable`."""
        try:
            await self.accept({task.channel}, task.inbox_id, await self.keep.opened(task))
        except InvalidInput as error:  # untrusted by now, or sealed under a key that is gone
            await self.keep.again(task, error)
