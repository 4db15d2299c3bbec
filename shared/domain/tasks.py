"""Delayed work, each kind with what it needs to find its state again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.channels import ChannelKind
from shared.domain.cockpit import GroupMessage
from shared.domain.comparisons import Comparison
from shared.domain.events import MessageReceived
from shared.domain.ids import ConversationId, InboxId, MessageId, WorkGroupId, WorkspaceId
from shared.domain.model import Noun


class VendorTask(Noun):
    """Work that calls the vendor of one kind of channel; what a kind of vendor is asked keeps to one pace."""

    channel: ChannelKind | None = None
    """None: scheduled before tasks knew their channel."""


class RespondTask(Noun):
    """Answer a turn now that the customer has stopped typing."""

    kind: Literal["respond"] = "respond"
    event: MessageReceived


class DeliverTask(VendorTask):
    """Try a conversation's outbox again, at the time the vendor asked for."""

    kind: Literal["deliver"] = "deliver"
    workspace_id: WorkspaceId
    conversation_id: ConversationId


class StoreAttachmentsTask(VendorTask):
    """Copy a message's files while the vendor still gives them out."""

    kind: Literal["store_attachments"] = "store_attachments"
    workspace_id: WorkspaceId
    conversation_id: ConversationId
    message_id: MessageId


class DescribeTask(VendorTask):
    """Ask the vendor who writes in a new conversation, and about what."""

    kind: Literal["describe"] = "describe"
    workspace_id: WorkspaceId
    conversation_id: ConversationId


class RedeliverTask(Noun):
    """Take a vendor's call that could not be read when it came."""

    kind: Literal["redeliver"] = "redeliver"
    channel: ChannelKind
    inbox_id: str
    body: str
    shown: str
    """Ciphertext: what the vendor showed to be trusted. It is checked again."""


class AutoRespondTask(Noun):
    """Send the auto-responder's text, if it is still due."""

    kind: Literal["auto_respond"] = "auto_respond"
    workspace_id: WorkspaceId
    conversation_id: ConversationId


class GroupTask(Noun):
    """Go on with what somebody wrote in a work group: a vendor must be asked for it."""

    kind: Literal["group"] = "group"
    workspace_id: WorkspaceId
    inbox_id: InboxId
    message: GroupMessage


class MirrorTask(Noun):
    """Go on bringing a work group up to date: Telegram's limits made us wait."""

    kind: Literal["mirror"] = "mirror"
    workspace_id: WorkspaceId
    work_group_id: WorkGroupId


class CompareTask(VendorTask):
    """Compare what the vendor of an inbox holds with what we hold, and fetch what is missing."""

    kind: Literal["compare"] = "compare"
    workspace_id: WorkspaceId
    inbox_id: InboxId
    cursor: str | None = None
    """Where the vendor's history goes on."""
    so_far: Comparison | None = None
    """None: it begins."""


Task = Annotated[
    RespondTask
    | DeliverTask
    | StoreAttachmentsTask
    | DescribeTask
    | RedeliverTask
    | AutoRespondTask
    | GroupTask
    | MirrorTask
    | CompareTask,
    Field(discriminator="kind"),
]
