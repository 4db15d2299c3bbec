"""Answering: a member's own words, or what becomes of the assistant's draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Header

from api.auth.access import Seat
from api.deps import ApiDep, LanguageDep, Manager
from api.routes.conversations import conversation_of
from api.schemas.common import Id
from api.schemas.conversations import ConversationOut
from api.schemas.messages import MessageOut, SendIn
from api.schemas.problems import responses
from shared.commands.commands import DiscardDraft
from shared.domain.ids import ConversationId, MessageId
from shared.errors import NotFound

router = APIRouter(
    prefix="/workspaces/{workspace_id}/conversations/{conversation_id}",
    tags=["replies"],
    responses=responses(401, 403, 404, 409, 413, 422),
)
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="The same key again sends nothing and answers with the message of the first time.",
    ),
]
OptionalDraft = Annotated[SendIn | None, Body(description="Which draft is meant; without it the present one.")]


@router.post("/send", status_code=202)
async def send(
    conversation_id: Id, given: SendIn, seat: Manager, api: ApiDep, language: LanguageDep, key: Key = None
) -> MessageOut:
    """Queue a member's text with files, or a draft as it stands or edited. The conversation becomes the member's.

    In a chat the files are a message of their own in front of the text; the answer is then the one with the text.
    """
    target = ConversationId(conversation_id)
    message = await api.desk.send_message(
        seat.workspace_id,
        target,
        seat.actor,
        key=key or api.desk.ports.ids.new(),
        text=given.text,
        draft_id=MessageId(given.draft_id) if given.draft_id else None,
        attachments=await api.desk.stage_file.found(seat.workspace_id, target, given.attachments),
    )
    return MessageOut.of(message, language)


@router.post("/draft/approve", status_code=202)
async def approve_draft(
    conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep, given: OptionalDraft = None
) -> MessageOut:
    """Send the draft, edited if a text is given. Approving the same draft twice sends it once."""
    draft_id, target = await _draft_id(seat, conversation_id, given), ConversationId(conversation_id)
    wish = given or SendIn()
    message = await api.desk.send_message(
        seat.workspace_id,
        target,
        seat.actor,
        key=f"draft-{draft_id}",
        text=wish.text,
        draft_id=draft_id,
        attachments=await api.desk.stage_file.found(seat.workspace_id, target, wish.attachments),
    )
    return MessageOut.of(message, language)


@router.post("/draft/discard")
async def discard_draft(
    conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep, given: OptionalDraft = None
) -> ConversationOut:
    """Drop the draft."""
    command = DiscardDraft(draft_id=await _draft_id(seat, conversation_id, given))
    target = ConversationId(conversation_id)
    return ConversationOut.of(await api.desk.execute(seat.workspace_id, target, command, seat.actor), language)


@router.post("/draft/regenerate", status_code=202)
async def regenerate_draft(conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep) -> ConversationOut:
    """Ask the assistant for another proposal. It arrives as an event; an autonomous assistant may send it."""
    conversation = await api.regenerate(seat.workspace_id, ConversationId(conversation_id))
    return ConversationOut.of(conversation, language)


async def _draft_id(seat: Seat, conversation_id: str, given: SendIn | None) -> MessageId:
    """The draft that is meant. Raises `NotFound` (`no_draft`)."""
    if given is not None and given.draft_id:
        return MessageId(given.draft_id)
    draft = (await conversation_of(seat, conversation_id)).draft
    if draft is None:
        raise NotFound("there is no draft", code="no_draft")
    return draft.id
