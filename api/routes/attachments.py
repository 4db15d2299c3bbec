"""Files of messages: always a download, never a page of ours."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from api.deps import ApiDep, Viewer
from api.schemas.common import Id
from api.schemas.problems import responses
from shared.domain.ids import ConversationId, MessageId
from shared.domain.messages import Attachment
from shared.services.open_attachment import OpenFile

router = APIRouter(
    prefix="/workspaces/{workspace_id}/conversations/{conversation_id}/messages/{message_id}",
    tags=["conversations"],
    responses=responses(401, 403, 404, 422, 503),
)
_INERT: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "video/mp4",
        "video/webm",
    }
)
"""Types that a browser shows or plays and never runs. All others are just bytes."""


@router.get(
    "/attachments/{index}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}},
)
async def download_attachment(
    conversation_id: Id, message_id: Id, index: Annotated[int, Path(ge=0, le=1000)], seat: Viewer, api: ApiDep
) -> Response:
    """The bytes of a file, fetched from the channel when there is no copy yet."""
    file = await api.open_attachment(seat.workspace_id, ConversationId(conversation_id), MessageId(message_id), index)
    return file_answer(file)


def file_answer(file: OpenFile) -> Response:
    """A file as a download."""
    declared = file.attachment.mime_type.partition(";")[0].strip().lower()
    media_type = declared if declared in _INERT else "application/octet-stream"
    disposition = f"attachment; filename*=UTF-8''{quote(_name(file.attachment), safe='')}"
    return Response(file.data, headers={"Content-Disposition": disposition}, media_type=media_type)


def _name(attachment: Attachment) -> str:
    """The customer's name for the file without what a file system may trip over."""
    name = "".join(character for character in attachment.name if character.isprintable() and character not in '/\\:"')
    return name.strip(". ")[:150].encode("utf-8", "ignore").decode() or attachment.kind
