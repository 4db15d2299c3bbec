"""From an inbox to its channel: opens the credentials and picks the adapter."""

from __future__ import annotations

from typing import Protocol

from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.inboxes import Inbox
from shared.ports.channel import Channel


class ChannelOpener(Protocol):
    """Raises `Unavailable` when key material cannot be read, `InvalidInput` when it does not fit."""

    async def open(self, inbox: Inbox) -> Channel:
        """The channel of one inbox."""
        ...

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        """What a kind of channel can do, without an inbox."""
        ...
