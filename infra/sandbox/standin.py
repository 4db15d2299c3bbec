"""What every stand-in for a vendor offers to the one who plays the outside world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import httpx
from starlette.types import ASGIApp

from infra.sandbox.faults import Faults
from infra.sandbox.push import Pusher
from infra.sandbox.world import World
from shared.domain.messages import AttachmentKind
from shared.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A file that a customer sends."""

    kind: AttachmentKind
    name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as the customer sees it."""

    sender: Literal["customer", "shop"]
    text: str
    at: datetime
    files: tuple[str, ...] = ()
    """Names or kinds."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only this vendor shows: a letter's headers, a thread id."""


@dataclass(frozen=True, slots=True)
class SandboxContext:
    """What a stand-in is made from."""

    world: World
    clock: Clock
    pusher: Pusher
    """Calls our webhooks as the vendor would: at least once, with retries."""
    notify: Callable[[str, dict[str, Any]], Awaitable[None]]
    """Publishes on a Pub/Sub topic (full name) as the vendor would; only Gmail does."""
    address: str = ""
    """Our own public address, for customers who come to us: visitors of the web chat."""
    http: httpx.AsyncClient | None = None
    """How they come."""


class Standin(Protocol):
    """A vendor, simulated: the real shapes, errors and limits over HTTP, its memory in the World.

    `account` names an account at the vendor; the demo and the tests use the inbox's id for it.
    """

    faults: Faults
    sendable: ClassVar[frozenset[AttachmentKind]]
    """Kinds of file that a customer can send here."""
    has_vendor_app: ClassVar[bool]
    """People of the shop can also answer in an app or cabinet of the vendor's own."""

    @property
    def app(self) -> ASGIApp:
        """The vendor's API, to be mounted at the address that the matching setting names."""
        ...

    def open_account(self, account: str) -> Mapping[str, str]:
        """Make sure the account exists; its credentials, as a person would paste them into Parley."""
        ...

    async def start(self) -> None:
        """Open doors of its own, for vendors that speak something else than HTTP. Safe to repeat."""
        ...

    async def close(self) -> None:
        """Close them."""
        ...

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """The customer writes to the shop; answers the vendor's id of the message."""
        ...

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A person of the shop answers in the vendor's own app. Raises `InvalidInput` where there is none."""
        ...

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """New credentials, as a person would paste them. The ones given out before work no more, and the vendor
        forgets what was registered with them only if the real one does."""
        ...

    def afflict(self, account: str, problem: str) -> None:
        """Bring about a problem of this channel's `REMEDIES`, as `connect` and `test` would meet it at the vendor."""
        ...

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The whole conversation as the customer sees it, oldest first."""
        ...


@runtime_checkable
class Refreshed(Protocol):
    """A stand-in whose customers see what lies with us: they must look before `seen_by` knows."""

    async def refresh(self, account: str | None = None, customer: str | None = None) -> None:
        """Customers look, and send again what did not get through: one of them, or all."""
        ...


@runtime_checkable
class ByHand(Protocol):
    """A stand-in whose vendor is told our address by a person, in the cabinet: there is no API for it."""

    def paste_address(self, account: str, url: str) -> None:
        """The owner pastes it; empty: takes it out."""
        ...


class OverHttp:
    """What a stand-in inherits whose vendor speaks nothing but HTTP."""

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""
