"""Addresses that vendors are told to call: the inverse of `infra.topology.read_address`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.topology import MASTER_BOT, WEBHOOKS
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId

_SECRET_IN_HEADER = {ChannelKind.TELEGRAM_BOT: "telegram", ChannelKind.TELEGRAM_BUSINESS: "telegram"}
"""Channels whose vendor shows the secret in a header, with the first part of their address."""


@dataclass(frozen=True, slots=True)
class HookAddresses:
    """Below the address of the function that answers, or below `public_url` where it has none of its own."""

    public_url: str
    function_urls: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, channel: ChannelKind, inbox_id: InboxId, secret: str) -> str:
        """Where the vendor of an inbox calls us."""
        if channel in _SECRET_IN_HEADER:
            return self._below(_SECRET_IN_HEADER[channel], inbox_id)
        return self._below(channel, f"{inbox_id}/{secret}")

    @property
    def master_bot(self) -> str:
        """Where Telegram calls the platform's own bot."""
        return self._below("telegram", MASTER_BOT)

    def _below(self, first: str, rest: str) -> str:
        # A channel without a webhook is told an address too, and does nothing with it.
        root = self.function_urls.get(WEBHOOKS.get(first, ""), self.public_url)
        return f"{root.rstrip('/')}/hooks/{first}/{rest}"
