"""Files of the public web chat."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Request, Response

from api.deps import AddressDep, ApiDep, LanguageDep
from api.routes.attachments import file_answer
from api.schemas.common import Id
from api.schemas.problems import responses
from api.schemas.web_chat import AcceptedOut, ClientId
from api.web_chat_calls import ChatDep, VisitorDep
from shared.domain.ids import MessageId
from shared.domain.web_chat import FILE_LIMIT
from shared.errors import TooLarge
from shared.services.web_chat_files import Upload
from shared.services.web_chat_limits import FILES
from shared.services.web_chat_talk import Saying, Told
from shared.services.web_chats import open_or_refused

router = APIRouter(prefix="/chat/{slug}", tags=["web chat"], responses=responses(401, 403, 404, 413, 422, 429, 503))
FileName = Annotated[
    str, Header(alias="X-File-Name", max_length=900, description="The file's name, percent-encoded UTF-8.")
]
Key = Annotated[ClientId | None, Header(alias="Idempotency-Key")]


@router.post(
    "/files",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string"}}}}},
)
async def send_chat_file(
    request: Request,
    chat: ChatDep,
    visitor: VisitorDep,
    api: ApiDep,
    address: AddressDep,
    language: LanguageDep,
    name: FileName = "",
    key: Key = None,
) -> AcceptedOut:
    """Send a file: its bytes are the body, its type the content type."""
    open_or_refused(chat)
    await api.web_chat_limits.spend(FILES, visitor.id, address, chat.inbox.id)
    mime_type = request.headers.get("content-type", "")
    upload = Upload(unquote(name, errors="ignore"), mime_type, await _content(request))
    saying = Saying(key or api.desk.ports.ids.new(), "", Told(language=language))
    id = await api.web_chat_files.send(chat, visitor, saying, upload)
    return AcceptedOut(id=id, client_id=saying.client_id, dialog_id=visitor.conversation_id)


@router.get(
    "/messages/{message_id}/files/{index}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}},
)
async def open_chat_file(
    message_id: Id, index: Annotated[int, Path(ge=0, le=1000)], chat: ChatDep, visitor: VisitorDep, api: ApiDep
) -> Response:
    """A file of the visitor's own conversation."""
    return file_answer(await api.web_chat_files.open(chat, visitor, MessageId(message_id), index))


async def _content(request: Request) -> bytes:
    """The body. Raises `TooLarge` before more than a file may have is kept."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > FILE_LIMIT:
            raise TooLarge(f"at most {FILE_LIMIT} bytes", code="file_too_large")
    return bytes(content)
