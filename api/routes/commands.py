"""What a member does to a conversation besides answering."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.access import Seat
from api.context import Api
from api.deps import ApiDep, LanguageDep, Manager, Owner
from api.schemas.common import Id
from api.schemas.conversations import AssignIn, ConversationOut, LabelsIn, NoteIn
from api.schemas.problems import responses
from shared.commands.commands import AddNote, Assign, Close, Command, GiveBack, Reopen, SetLabels, TakeOver
from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, UserId
from shared.errors import InvalidInput
from shared.store.members import Members

router = APIRouter(
    prefix="/workspaces/{workspace_id}/conversations/{conversation_id}",
    tags=["conversations"],
    responses=responses(401, 403, 404, 409, 422),
)


@router.post("/take-over")
async def take_over(conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep) -> ConversationOut:
    """Answer from now on; the assistant stays silent."""
    return ConversationOut.of(await _run(api, seat, conversation_id, TakeOver()), language)


@router.post("/give-back")
async def give_back(conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep) -> ConversationOut:
    """Let the assistant answer again, beginning with what is still open."""
    return ConversationOut.of(await _run(api, seat, conversation_id, GiveBack()), language)


@router.post("/close")
async def close_conversation(conversation_id: Id, seat: Owner, api: ApiDep, language: LanguageDep) -> ConversationOut:
    """Done. A new message of the customer opens it again."""
    return ConversationOut.of(await _run(api, seat, conversation_id, Close()), language)


@router.post("/reopen")
async def reopen_conversation(
    conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep
) -> ConversationOut:
    """Not done after all."""
    return ConversationOut.of(await _run(api, seat, conversation_id, Reopen()), language)


@router.post("/mark-read")
async def mark_conversation_read(
    conversation_id: Id, seat: Manager, api: ApiDep, language: LanguageDep
) -> ConversationOut:
    """The staff has seen everything; the vendor is told if it can be."""
    conversation = await api.mark_read(seat.workspace_id, ConversationId(conversation_id), seat.actor)
    return ConversationOut.of(conversation, language)


@router.post("/assign")
async def assign_conversation(
    conversation_id: Id, given: AssignIn, seat: Manager, api: ApiDep, language: LanguageDep
) -> ConversationOut:
    """Say who is to answer: a member, or null for anybody."""
    user = UserId(given.user_id) if given.user_id else None
    if user is not None and await Members(seat.store).get(user) is None:
        raise InvalidInput("no such member", code="unknown_member")
    return ConversationOut.of(await _run(api, seat, conversation_id, Assign(user_id=user)), language)


@router.post("/notes")
async def add_note(
    conversation_id: Id, given: NoteIn, seat: Manager, api: ApiDep, language: LanguageDep
) -> ConversationOut:
    """Leave a line that only the staff sees."""
    return ConversationOut.of(await _run(api, seat, conversation_id, AddNote(text=given.text)), language)


@router.post("/labels")
async def set_labels(
    conversation_id: Id, given: LabelsIn, seat: Manager, api: ApiDep, language: LanguageDep
) -> ConversationOut:
    """Replace the labels."""
    command = SetLabels(labels=tuple(given.labels))
    return ConversationOut.of(await _run(api, seat, conversation_id, command), language)


async def _run(api: Api, seat: Seat, conversation_id: str, command: Command) -> Conversation:
    return await api.desk.execute(seat.workspace_id, ConversationId(conversation_id), command, seat.actor)
