"""The public web chat: begin, say something, read what was said. Nobody signs in; a visitor shows a token of ours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import AddressDep, ApiDep, LanguageDep
from api.schemas.common import Cursor, Limit
from api.schemas.problems import responses
from api.schemas.web_chat import (
    AcceptedOut,
    ChatMessageOut,
    ChatOut,
    ContactsIn,
    HistoryOut,
    ReplyOut,
    SayIn,
    SessionOut,
    StateOut,
)
from api.web_chat_calls import PATIENCE, ChatDep, PassDep, VisitorDep, Wait, let_in, prepared, token_of
from api.web_chat_feed import VisitorFeed, asked, status_at_end
from shared.services.web_chat_limits import LEADS
from shared.services.web_chat_talk import Saying

router = APIRouter(prefix="/chat", tags=["web chat"], responses=responses(401, 403, 404, 422, 429, 503))
InboxId = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A web chat's inbox.")]


@router.get("")
async def find_chat(request: Request, inbox: InboxId, api: ApiDep) -> ChatOut:
    """The chat that an inbox is, for a page that may show it."""
    return ChatOut.of(await let_in(request, api, lambda: api.web_chats.find_by_inbox(inbox)))


@router.post("/{slug}/session")
async def begin_chat(request: Request, chat: ChatDep, api: ApiDep) -> SessionOut:
    """Come in: the visitor of the token that is shown, else a new one."""
    admitted = api.visitors.admit(chat, token_of(request))
    return SessionOut(
        token=admitted.token,
        dialog_id=admitted.visitor.conversation_id,
        is_new=admitted.is_new,
        chat=ChatOut.of(chat),
    )


@router.post("/{slug}/messages", status_code=202)
async def say(
    given: SayIn, chat: ChatDep, visitor: VisitorDep, api: ApiDep, address: AddressDep, language: LanguageDep
) -> AcceptedOut:
    """Say something, and hear the answer from `events`."""
    saying = await prepared(api, chat, visitor, given, address, language)
    id = await api.web_chat_talk.say(chat, visitor, saying)
    return AcceptedOut(id=id, client_id=saying.client_id, dialog_id=visitor.conversation_id)


@router.post("/{slug}/message")
async def ask(
    given: SayIn,
    chat: ChatDep,
    admitted: PassDep,
    api: ApiDep,
    address: AddressDep,
    language: LanguageDep,
    wait: Wait = PATIENCE,
) -> ReplyOut:
    """Say something and wait for the answer."""
    saying = await prepared(api, chat, admitted.visitor, given, address, language)
    events = [event async for event in asked(VisitorFeed(api, chat, admitted.visitor), saying, wait)]
    messages = [event.message for event in events if event.message is not None]
    return ReplyOut(
        reply="\n\n".join(message.text for message in messages) or None,
        status=status_at_end(events[-1]),
        messages=messages,
        dialog_id=admitted.visitor.conversation_id,
        token=admitted.token,
    )


@router.get("/{slug}/history")
async def chat_history(
    chat: ChatDep, visitor: VisitorDep, api: ApiDep, cursor: Cursor = None, limit: Limit = 50
) -> HistoryOut:
    """What was said, the newest first."""
    page = await api.web_chat_talk.history(chat, visitor, limit=limit, after=cursor)
    state = StateOut.of(await api.web_chat_talk.conversation(chat, visitor))
    items = [ChatMessageOut.of(message) for message in page.items]
    return HistoryOut(items=items, next_cursor=page.next_cursor, state=state)


@router.post("/{slug}/lead", status_code=201)
async def leave_contacts(
    given: ContactsIn, chat: ChatDep, visitor: VisitorDep, api: ApiDep, address: AddressDep, language: LanguageDep
) -> AcceptedOut:
    """Leave contacts, also while the chat is closed: a lead, and a message of the conversation."""
    await api.web_chat_limits.spend(LEADS, visitor.id, address, chat.inbox.id)
    saying = Saying(given.client_id or api.desk.ports.ids.new(), given.text, given.told(language))
    id = await api.leave_contacts(chat, visitor, saying)
    return AcceptedOut(id=id, client_id=saying.client_id, dialog_id=visitor.conversation_id)
