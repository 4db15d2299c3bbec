"""Channels and work groups under observation. Nothing here knows what a channel does: every coroutine of it is a call
to its vendor, and all else is its own."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from infra.log_context import learn
from infra.log_events import LogEvent
from infra.observing import Observer
from shared.domain.arrivals import Outgoing
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.inboxes import Inbox
from shared.ports.channel import Channel
from shared.ports.channel_opener import ChannelOpener

if TYPE_CHECKING:
    from shared.domain.work_groups import WorkGroup
    from shared.ports.forum import Forum, ForumOpener

WORK_GROUP = "work_group"


class Observed:
    """Stands in front of a vendor's adapter."""

    def __init__(self, adapter: object, channel: str, ids: Mapping[str, object], observer: Observer) -> None:
        self._adapter = adapter
        self._channel = channel
        self._ids = ids
        self._observer = observer

    def __getattr__(self, name: str) -> Any:
        """The adapter's own; of a coroutine function, one that leaves a span and a line behind."""
        found = getattr(self._adapter, name)
        if not iscoroutinefunction(found):
            return found

        async def observed(*args: Any, **kwargs: Any) -> Any:
            ids = self._ids_of(args)
            learn(ids)
            facts = {"channel": self._channel, "operation": name}
            with self._observer.call(LogEvent.VENDOR_CALLED, f"{self._channel} {name}", ids, facts):
                return await found(*args, **kwargs)

        return observed

    def _ids_of(self, args: tuple[Any, ...]) -> Mapping[str, object]:
        """What is sent says which message of ours it is."""
        sent = [arg.message_id for arg in args if isinstance(arg, Outgoing)]
        return {**self._ids, "message_id": sent[0]} if sent else self._ids


class ObservedOpener:
    """A `ChannelOpener` in front of another."""

    def __init__(self, opener: ChannelOpener, observer: Observer) -> None:
        self._opener = opener
        self._observer = observer

    async def open(self, inbox: Inbox) -> Channel:
        """The channel of one inbox."""
        ids = {"workspace_id": inbox.workspace_id, "inbox_id": inbox.id}
        channel = Observed(await self._opener.open(inbox), inbox.channel.value, ids, self._observer)
        return cast(Channel, channel)

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        """What a kind of channel can do, without an inbox."""
        return self._opener.capabilities(kind)


class ObservedForums:
    """A `ForumOpener` in front of another."""

    def __init__(self, opener: ForumOpener, observer: Observer) -> None:
        self._opener = opener
        self._observer = observer

    async def open(self, group: WorkGroup) -> Forum:
        """The forum of one work group."""
        ids = {"workspace_id": group.workspace_id}
        return cast("Forum", Observed(await self._opener.open(group), WORK_GROUP, ids, self._observer))
