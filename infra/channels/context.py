"""What every channel adapter is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from infra.settings import VendorSettings
from shared.ports.clock import Clock


class Vault(Protocol):
    """Small secrets that an adapter earns and may lose: access tokens. Kept encrypted, one per name."""

    async def get(self, name: str) -> str | None:
        """The value, or None when there is none or it has expired."""
        ...

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        """Keep a value until it expires."""
        ...


class Lines(Protocol):
    """Ways to the process that holds an inbox's connection, for vendors that let one process hold it and no other."""

    async def reach(self, workspace_id: str, inbox_id: str) -> Any:
        """What the channel speaks through: a type of its own. Raises the `ChannelError` family."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """One inbox, opened."""

    inbox_id: str
    account: str
    """`Inbox.account`; empty until connected."""
    credentials: Mapping[str, str] = field(repr=False)
    webhook_secret: str = field(repr=False)
    vendors: VendorSettings
    http: httpx.AsyncClient
    """Shared by the process: an adapter never closes it and sets its own timeout on each call."""
    clock: Clock
    vault: Vault
    workspace_id: str = ""
    lines: Lines | None = None
