"""Files that a member puts beside a conversation, to be sent with the next message."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.deps import ApiDep, Manager
from api.schemas.common import Id
from api.schemas.messages import UploadOut
from api.schemas.problems import responses
from shared.domain.ids import ConversationId
from shared.errors import InvalidInput
from shared.services.stage_file import NewFile

router = APIRouter(
    prefix="/workspaces/{workspace_id}/conversations/{conversation_id}",
    tags=["replies"],
    responses=responses(401, 403, 404, 413, 422, 503),
)
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.post("/attachments", status_code=201, openapi_extra=_FORM)
async def upload_attachment(conversation_id: Id, request: Request, seat: Manager, api: ApiDep) -> UploadOut:
    """Keep a file until `send` names its id. What the channel would not take is refused here already."""
    file = await _file_of(request)  # only now that the caller is known to be a member
    return UploadOut.of(await api.desk.stage_file(seat.workspace_id, ConversationId(conversation_id), file))


async def _file_of(request: Request) -> NewFile:
    """The form's one file. Raises `InvalidInput` (`file_missing`), `TooLarge`."""
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            given = form.get("file")
            if not isinstance(given, UploadFile):
                raise InvalidInput("the form has no file named `file`", code="file_missing")
            return NewFile(given.filename or "", given.content_type or "", await given.read())
    except HTTPException as error:  # a form that cannot be read
        raise InvalidInput("not a form with one file", code="file_missing") from error
