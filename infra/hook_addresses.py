"""Addresses that vendors are told to call: the inverse of `infra.topology.read_address`."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId

_SECRET_IN_HEADER = {ChannelKind.TELEGRAM_BOT: "telegram", ChannelKind.TELEGRAM_BUSINESS: "telegram"}
"""Channels whose vendor shows the secret in a header, with the first part of their address."""


@dataclass(frozen=True, slots=True)
class HookAddresses:
    """Below `public_url`, which has no slash at its end."""

    public_url: str

    def __call__(self, channel: ChannelKind, inbox_id: InboxId, secret: str) -> str:
        """Where the vendor of an inbox calls us."""
        root = self.public_url.rstrip("/")
        if channel in _SECRET_IN_HEADER:
            return f"{root}/hooks/{_SECRET_IN_HEADER[channel]}/{inbox_id}"
        return f"{root}/hooks/{channel}/{inbox_id}/{secret}"
