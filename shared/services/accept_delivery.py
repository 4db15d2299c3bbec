"""A vendor calls: check, translate, ingest. No vendor is called and no model asked."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.arrivals import RawDelivery
from shared.domain.channels import ChannelKind
from shared.domain.inboxes import Health
from shared.errors import NotFound
from shared.services.directory import InboxDirectory
from shared.services.ingest import Ingest


@dataclass(frozen=True, slots=True)
class AcceptDelivery:
    """Takes one webhook call."""

    directory: InboxDirectory
    ingest: Ingest

    async def __call__(self, channel: ChannelKind, inbox_id: str, delivery: RawDelivery) -> int:
        """How many arrivals were news. A paused inbox takes nothing: what comes is fetched when it resumes.

        Raises `NotFound` (no such inbox on this channel), `UntrustedDelivery`, `InvalidInput`.
        """
        opened = await self.directory.find(inbox_id)
        if opened.inbox.channel is not channel:
            raise NotFound("no such inbox")
        arrivals = opened.channel.read(delivery)
        if opened.inbox.health is Health.PAUSED:
            return 0
        news = 0
        for arrival in arrivals:
            news += await self.ingest(opened.inbox, arrival)
        return news
