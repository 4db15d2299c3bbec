"""What the routes of the public web chat ask for by type: the chat, and who is calling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.auth.address import client_address
from api.auth.origin import check_origin
from api.context import Api
from api.deps import ApiDep
from api.schemas.web_chat import SayIn
from shared.domain.web_chat import WebChatSettings
from shared.errors import NotAllowed, NotFound
from shared.services.web_chat_limits import MESSAGES
from shared.services.web_chat_talk import Saying
from shared.services.web_chat_visitors import Pass, Visitor
from shared.services.web_chats import WebChat, open_or_refused

SlugPath = Annotated[str, Path(pattern=r"^[a-z0-9-]{3,40}$", description="The workspace's slug.")]
InboxQuery = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Another inbox than the first one.")]
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds to wait for the answer.")]
PATIENCE = 25.0
"""As `Wait`, where the caller does not say: below what proxies and gateways wait."""
_SCHEME = "bearer "


async def let_in(request: Request, api: Api, find: Callable[[], Awaitable[WebChat]]) -> WebChat:
    """The chat, for a caller who may call it. Raises `NotFound`, `NotAllowed` (`foreign_origin`), `TooManyRequests`."""
    api.web_chat_limits.knock(client_address(request))
    chat = await find()
    if not is_admitted(request, api.desk.settings.public_url, chat.settings):
        raise NotAllowed("this site is not on the chat's list", code="foreign_origin")
    return chat


def is_admitted(request: Request, public_url: str, settings: WebChatSettings) -> bool:
    """Whether the page that calls may: one of ours, or one of the owner's list. Programs name no page."""
    origin = request.headers.get("origin")
    if origin is None or settings.admits(origin):
        return True
    try:
        check_origin(request, public_url)
    except NotAllowed:
        return False
    return True


async def _chat(request: Request, slug: SlugPath, api: ApiDep, inbox: InboxQuery = "") -> WebChat:
    return await let_in(request, api, lambda: api.web_chats.find(slug, inbox))


ChatDep = Annotated[WebChat, Depends(_chat)]
"""The chat of the address, as `let_in` answers it."""


def token_of(request: Request) -> str:
    """The visitor's token; empty: none was shown."""
    shown = request.headers.get("authorization", "")
    return shown[len(_SCHEME) :].strip() if shown.lower().startswith(_SCHEME) else ""


async def _visitor(request: Request, chat: ChatDep, api: ApiDep) -> Visitor:
    return api.visitors.read(chat, token_of(request))


VisitorDep = Annotated[Visitor, Depends(_visitor)]
"""Who shows a token of ours. Raises `UntrustedDelivery` (`visitor_unknown`)."""


async def _pass(request: Request, chat: ChatDep, api: ApiDep) -> Pass:
    token = token_of(request)
    if not token:
        return api.visitors.welcome(chat)
    return Pass(api.visitors.read(chat, token), token, is_new=False)


PassDep = Annotated[Pass, Depends(_pass)]
"""Who shows a token of ours, or somebody new where none was shown."""


def check_dialog(dialog_id: str | None, visitor: Visitor) -> None:
    """A dialog can be named, not chosen. Raises `NotFound`."""
    if dialog_id not in (None, "", visitor.conversation_id):
        raise NotFound("there is no such dialog", code="dialog_not_found")


async def prepared(api: Api, chat: WebChat, visitor: Visitor, given: SayIn, address: str, language: str) -> Saying:
    """A message that may be taken in. Raises `NotFound`, `ChatClosed`, `TooManyRequests`."""
    check_dialog(given.dialog_id, visitor)
    open_or_refused(chat)
    await api.web_chat_limits.spend(MESSAGES, visitor.id, address, chat.inbox.id)
    return Saying(given.client_id or api.desk.ports.ids.new(), given.message, given.told(language))
