"""Inboxes: one connected account of a channel."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.channels import ChannelKind
from shared.domain.ids import AssistantId, InboxId, WorkGroupId, WorkspaceId
from shared.domain.model import Instant, Noun


class Health(StrEnum):
    """Whether an inbox works. Only `connected` inboxes are pulled; the others say what to do."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    AUTH_FAILED = "auth_failed"
    ATTENTION = "attention"
    PAUSED = "paused"


class Inbox(Noun):
    """One connected account with its credentials (encrypted), cursor and health."""

    id: InboxId
    workspace_id: WorkspaceId
    channel: ChannelKind
    name: str
    health: Health = Health.CONNECTING
    problem: str | None = None
    """A code of `shared.domain.texts` that says what is wrong and what to do."""
    is_simulated: bool = False
    """An account of the sandbox's world, not of the real vendor."""
    called_at: Instant | None = None
    """When the vendor first called us; kept only where a person must tell it our address."""
    account: str = ""
    """The vendor's own name of the account: a bot's @name, a mailbox, an Avito account id."""
    credentials: str = ""
    """Ciphertext of a JSON object; never leaves the server."""
    webhook_secret: str = ""
    """Ciphertext. What the vendor must show, in a header or in the address."""
    assistant_id: AssistantId | None = None
    work_group_id: WorkGroupId | None = None
    """The work group that mirrors its conversations; None: none does."""
    allows_assistant: bool = True
    """The assistant may answer here; off: its turns go to people."""
    allows_replies: bool = True
    """Anything may be sent from here; off: conversations are read only."""
    thread_aliases: dict[str, str] = {}
    """Threads that the vendor moved: new id to the one that their conversation was made from."""
    cursor: str | None = None
    """Where the next pull starts, in the channel's own words."""
    pulled_at: Instant | None = None
    """When the last pull began that brought something and is finished."""
    last_activity_at: Instant | None = None
    retry_at: Instant | None = None
    """No pull before this: the last one failed."""
    failures: int = 0
    renewed_at: Instant | None = None
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1
