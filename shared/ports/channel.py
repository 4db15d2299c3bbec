"""The door between us and a messaging service.

An adapter is made for one inbox, with its credentials opened. It raises only the `ChannelError` family (and
`UntrustedDelivery` / `InvalidInput` from `read`); each network call has a timeout and is tried once unless it
is surely safe to repeat, because the desk is the one layer that retries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment


class Channel(Protocol):
    """One connected account of a messaging service."""

    capabilities: ClassVar[Capabilities]

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """Check who is calling, then translate. No I/O.

        Raises `UntrustedDelivery` (answered 401, nothing stored) or `InvalidInput` (a body that cannot be read).
        A body that is understood and holds nothing for us is an empty answer.
        """
        ...

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """What the vendor wants to read as our answer: the JSON body beside a 200. No I/O, and no error.

        Asked for each delivery whose caller `read` trusted, also one that could not be read.
        """
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """What came since the cursor; None: from now, or from what the vendor offers as a fresh start."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one message to the vendor.

        Raises `ChannelRejected` and its kin (never), `ChannelUnavailable` (surely not done) or
        `ChannelUnclear` (may have been done).
        """
        ...

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """Look for a message in the vendor's history after an unclear send; None: surely not there.
        Raises `ChannelUnclear` when even the history cannot tell.

        Called only where `capabilities.history_readable`.
        """
        ...

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """A page of everything that the vendor still holds since a moment, whatever its state: read or not,
        answered or not. None: the first page; `Page.more` says whether another follows at `Page.cursor`.

        Called only where `capabilities.history_listable`.
        """
        ...

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Tell the vendor that the customer's messages up to this one were read. Does nothing where it cannot."""
        ...

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """The bytes of an incoming attachment. Raises `ChannelRejected` when it is gone for good or too big."""
        ...

    async def describe(self, thread: str) -> ThreadFacts | None:
        """Who writes in a thread and about what; None where the vendor does not know it.

        Called only where `capabilities.describes_threads`.
        """
        ...

    async def connect(self, webhook_url: str) -> Connection:
        """Register for new messages and say which account this is. Safe to repeat; `webhook_url` already
        carries what the address must carry."""
        ...

    async def renew(self) -> None:
        """Renew the push registration; only where `capabilities.renew_every`."""
        ...

    async def disconnect(self) -> None:
        """Take the registration back. Best effort."""
        ...

    async def test(self) -> Diagnosis:
        """Whether this inbox can work, in words the owner can act on."""
        ...
