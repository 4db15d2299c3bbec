"""Personal Telegram accounts: who holds an account's one connection, what others ask of it, and how a login goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.arrivals import Connection, Diagnosis, Outgoing, Page, Receipt
from shared.domain.ids import AssistantId, InboxId, WorkspaceId
from shared.domain.messages import Attachment
from shared.domain.model import Instant, Noun

ChatKind = Literal["private", "groups", "channels"]
"""Kinds of Telegram chat that an inbox can take conversations from."""

LOGIN_LIFE = timedelta(minutes=5)
"""From the first code to the password: then a login is over."""
LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)
CALL_LIFE = timedelta(minutes=10)


class AccountLease(Noun):
    """`telegram_account_leases/{inbox}`: which process holds the connection. Two at once destroy the session."""

    workspace_id: WorkspaceId
    inbox_id: InboxId
    holder: str
    """Empty: nobody, it was let go."""
    fencing: int
    """Grows whenever it is taken."""
    until: Instant


LoginState = Literal["requested", "qr", "password_needed", "done", "failed"]
OPEN_LOGINS: tuple[LoginState, ...] = ("requested", "qr", "password_needed")


class AccountLogin(Noun):
    """`telegram_account_logins/{id}`: a phone's owner on the way to a connected inbox."""

    id: str
    workspace_id: WorkspaceId
    name: str
    """Of the inbox that comes of it."""
    takes: tuple[ChatKind, ...] = ("private",)
    assistant_id: AssistantId | None = None
    is_simulated: bool = False
    state: LoginState = "requested"
    qr_url: str = Field(default="", repr=False)
    """`tg://login?token=...`: whoever scans it gives away their account."""
    qr_expires_at: Instant | None = None
    password: str = Field(default="", repr=False)
    """Ciphertext, from the owner's answer until the worker has read it once."""
    problem: str | None = None
    """A code of `shared.domain.texts`: why it failed, or what was wrong with the last password."""
    worker: str = ""
    """Who performs it: the code and the password belong to that one connection."""
    inbox_id: InboxId | None = None
    account: str = ""
    created_at: Instant
    expire_at: Instant


class PullCall(Noun):
    """`Channel.pull`."""

    ask: Literal["pull"] = "pull"
    cursor: str | None = None


class HistoryCall(Noun):
    """`Channel.history`."""

    ask: Literal["history"] = "history"
    since: Instant
    cursor: str | None = None


class SendCall(Noun):
    """`Channel.send`, or with `ask` "find_sent" a look for it. The bytes of files go beside it."""

    ask: Literal["send", "find_sent"] = "send"
    outgoing: Outgoing


class ReadCall(Noun):
    """`Channel.mark_read`."""

    ask: Literal["mark_read"] = "mark_read"
    thread: str
    source_id: str


class FetchCall(Noun):
    """`Channel.fetch`. The bytes come beside the answer."""

    ask: Literal["fetch"] = "fetch"
    attachment: Attachment
    message_source_id: str


class PlainCall(Noun):
    """`Channel.connect`, `test` and `disconnect`."""

    ask: Literal["connect", "test", "disconnect"]


LineCall = Annotated[PullCall | HistoryCall | SendCall | ReadCall | FetchCall | PlainCall, Field(discriminator="ask")]
"""What may be asked of an account's connection."""


class LineAnswer(Noun):
    """What came of a call: one of these, or an error of the `ChannelError` family."""

    page: Page | None = None
    receipt: Receipt | None = None
    connection: Connection | None = None
    diagnosis: Diagnosis | None = None
    has_file: bool = False
    error: str = ""
    """The class's name."""
    code: str = ""
    vendor_code: str = ""
    retry_after: float | None = None
    """Seconds."""


class StoredCall(Noun):
    """`telegram_account_calls/{id}`: a call on its way to the process that holds the connection, and back."""

    id: str
    workspace_id: WorkspaceId
    inbox_id: InboxId
    state: Literal["asked", "taken", "answered"] = "asked"
    call: str = Field(repr=False)
    """Ciphertext of a `LineCall`."""
    files: int = 0
    """Blobs that lie beside it."""
    answer: str = Field(default="", repr=False)
    """Ciphertext of a `LineAnswer`."""
    created_at: Instant
    expire_at: Instant
