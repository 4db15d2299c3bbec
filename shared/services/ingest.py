"""The door of the desk for everything that a channel tells: each kind of arrival to its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.arrivals import (
    Arrival,
    Deleted,
    Echo,
    Edited,
    PullHint,
    Reachability,
    Received,
    ThreadMoved,
)
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange
from shared.domain.events import InboxPull, Topic
from shared.domain.ids import conversation_id
from shared.domain.inboxes import Inbox
from shared.errors import TooLarge
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
from shared.services.amend import Amend
from shared.services.directory import InboxDirectory
from shared.services.file_notice import FileNotice
from shared.services.followers import Followers
from shared.services.receive import Receive
from shared.services.record_echo import RecordEcho

if TYPE_CHECKING:
    from shared.services.cockpit import Cockpit

KEPT_TEXT = 50_000
"""Characters of a message that is too large to be kept whole."""
CUT = "\n[...]"


@dataclass(frozen=True, slots=True)
class Ingest:
    """Takes arrivals one at a time; every one may come twice, late or out of order."""

    receive: Receive
    file_notice: FileNotice
    record_echo: RecordEcho
    amend: Amend
    directory: InboxDirectory
    bus: EventBus
    clock: Clock
    followers: Followers
    cockpit: Callable[[], Cockpit]
    """Made only where a group is heard: few bots serve one."""

    async def __call__(self, inbox: Inbox, arrival: Arrival) -> bool:
        """Whether the arrival was news. What is too large to be kept whole is kept as far as it fits."""
        try:
            is_news = await self._take(inbox, arrival)
        except TooLarge:
            if not isinstance(arrival, (Received, Echo)):
                raise
            is_news = await self._take(inbox, shortened(arrival))
        if is_news and isinstance(arrival, (Received, Echo, Edited, Deleted)):
            thread = inbox.thread_aliases.get(arrival.thread, arrival.thread)
            await self.followers.tell(inbox, conversation_id(inbox.id, thread))
        return is_news

    async def _take(self, inbox: Inbox, arrival: Arrival) -> bool:
        match arrival:
            case Received(is_group=True) | Echo(is_group=True) | ThreadMoved() if await self.cockpit().claims(
                inbox, arrival
            ):
                return False
            case Received(is_automatic=True):
                return await self.file_notice(inbox, arrival)
            case Received():
                return await self.receive(inbox, arrival)
            case Echo():
                return await self.record_echo(inbox, arrival)
            case Edited():
                return await self.amend.edited(inbox, arrival)
            case Deleted():
                return await self.amend.deleted(inbox, arrival)
            case Reachability():
                return await self.amend.reachability(inbox, arrival)
            case ThreadMoved():
                moved = await self.amend.moved(inbox, arrival)
                self.directory.forget(inbox.workspace_id, inbox.id)
                return moved
            case PullHint():
                pull = InboxPull(workspace_id=inbox.workspace_id, inbox_id=inbox.id, hinted_at=self.clock.now())
                await self.bus.publish(Topic.INBOX_PULL, pull)
                return True
            case GroupMessage() | GroupPress() | GroupTopicChange() | GroupMembership():
                return await self.cockpit()(inbox, arrival)


def shortened(arrival: Received | Echo) -> Received | Echo:
    """The same without what makes it large: people see the beginning, and that there is more at the vendor."""
    text = arrival.text if len(arrival.text) <= KEPT_TEXT else arrival.text[:KEPT_TEXT] + CUT
    return arrival.model_copy(update={"text": text, "html": "", "quoted": arrival.quoted[:KEPT_TEXT]})
