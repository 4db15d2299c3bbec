"""A vendor calls: check, translate, ingest. No vendor is called and no model asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.arrivals import Arrival, FromWorkGroup, RawDelivery
from shared.domain.channels import ChannelKind
from shared.domain.inboxes import Health, Inbox
from shared.errors import DeskError, InvalidInput, NotFound, TooLarge, Unavailable, UntrustedDelivery
from shared.ports.clock import Clock
from shared.services.change_inbox import ChangeInbox
from shared.services.directory import InboxDirectory, OpenInbox
from shared.services.ingest import Ingest
from shared.services.keep_unreadable import KeepUnreadable


@dataclass(frozen=True, slots=True)
class AcceptDelivery:
    """Takes one webhook call."""

    directory: InboxDirectory
    ingest: Ingest
    keep_unreadable: KeepUnreadable
    change_inbox: ChangeInbox
    clock: Clock

    async def __call__(
        self, channels: Collection[ChannelKind], inbox_id: str, delivery: RawDelivery
    ) -> Mapping[str, Any]:
        """Our answer, in the vendor's words. A paused inbox takes nothing of its customers': what comes is fetched
        when it resumes, or, where nobody can be asked for it, refused until then, so that the vendor tries again.

        What a trusted vendor sends and nobody can read or store becomes a dead letter: vendors stop delivering to
        who refuses. Raises `NotFound` (no such inbox on these channels), `UntrustedDelivery`, `InvalidInput` (no JSON
        object) and `Unavailable`.
        """
        opened = await self.directory.find(inbox_id)
        channel = opened.inbox.channel
        if channel not in channels:
            raise NotFound("no such inbox")
        try:
            arrivals = opened.channel.read(delivery)
        except UntrustedDelivery:
            raise
        except InvalidInput as error:
            await self.keep_unreadable(channel, inbox_id, delivery, error)
            return opened.channel.acknowledge(delivery)
        await self._note_first_call(opened)
        taken = _taken(opened.inbox, arrivals)
        refusal = await self._ingested(opened.inbox, taken)
        if refusal is not None:
            await self.keep_unreadable(channel, inbox_id, delivery, refusal)
        if len(taken) < len(arrivals) and opened.channel.capabilities.pull_every is None:
            raise Unavailable("the inbox is paused, and nobody could fetch this later")
        return opened.channel.acknowledge(delivery)

    async def _note_first_call(self, opened: OpenInbox) -> None:
        """The owner has pasted our address: the vendor has found us."""
        inbox = opened.inbox
        if opened.channel.capabilities.webhook_by_hand and inbox.called_at is None:
            await self.change_inbox(inbox, {"called_at": self.clock.now()})

    async def _ingested(self, inbox: Inbox, arrivals: Sequence[Arrival]) -> DeskError | None:
        """Why one could not be stored, if any: it does not stop the ones behind it."""
        refusal = None
        for arrival in arrivals:
            try:
                await self.ingest(inbox, arrival)
            except (InvalidInput, TooLarge) as error:
                refusal = error
        return refusal


def _taken(inbox: Inbox, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """A work group is there for all inboxes: the pause of its bot's own one does not silence it."""
    if inbox.health is not Health.PAUSED:
        return arrivals
    return [arrival for arrival in arrivals if isinstance(arrival, FromWorkGroup)]
