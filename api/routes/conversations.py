"""Conversations: the list, one of them, its messages and its draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.access import Seat
from api.deps import LanguageDep, Viewer
from api.schemas.common import Cursor, Id, Limit, Listing
from api.schemas.conversations import ConversationOut, ConversationRow, DraftOut
from api.schemas.messages import MessageOut
from api.schemas.problems import responses
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import ConversationId, InboxId
from shared.errors import NotFound
from shared.store.conversations import ConversationFilter, Conversations
from shared.store.messages import Messages

router = APIRouter(
    prefix="/workspaces/{workspace_id}/conversations", tags=["conversations"], responses=responses(401, 403, 404, 422)
)
Word = Annotated[str | None, Query(min_length=1, max_length=64)]


async def conversation_of(seat: Seat, id: str) -> Conversation:
    """A conversation of the caller's workspace. Raises `NotFound`."""
    known = await Conversations(seat.store).get(ConversationId(id))
    if known is None:
        raise NotFound("no such conversation")
    return known.conversation


@router.get("")
async def list_conversations(
    seat: Viewer,
    language: LanguageDep,
    status: Status | None = None,
    inbox_id: Word = None,
    channel: ChannelKind | None = None,
    owner: Word = None,
    unread: bool | None = None,
    label: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[ConversationRow]:
    """Conversations, the latest message first. `owner` is `assistant`, `nobody` or a user id."""
    inbox = InboxId(inbox_id) if inbox_id else None
    narrowed = ConversationFilter(
        status=status, inbox_id=inbox, channel=channel, owner=owner, label=label, unread=unread
    )
    page = await Conversations(seat.store).page(narrowed, limit=limit, after=cursor)
    rows = [ConversationRow.of(conversation, language) for conversation in page.items]
    return Listing(items=rows, next_cursor=page.next_cursor)


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: Id, seat: Viewer, language: LanguageDep) -> ConversationOut:
    """One conversation with its draft."""
    return ConversationOut.of(await conversation_of(seat, conversation_id), language)


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: Id, seat: Viewer, language: LanguageDep, cursor: Cursor = None, limit: Limit = 50
) -> Listing[MessageOut]:
    """The history, the newest first."""
    await conversation_of(seat, conversation_id)
    page = await Messages(seat.store).page(ConversationId(conversation_id), limit=limit, after=cursor)
    messages = [MessageOut.of(message, language) for message in page.items]
    return Listing(items=messages, next_cursor=page.next_cursor)


@router.get("/{conversation_id}/draft")
async def get_draft(conversation_id: Id, seat: Viewer) -> DraftOut:
    """The assistant's proposal, where there is one."""
    draft = (await conversation_of(seat, conversation_id)).draft
    if draft is None:
        raise NotFound("there is no draft", code="no_draft")
    return DraftOut.of(draft)
