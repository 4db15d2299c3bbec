"""What our public address answers about a chat."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from infra.channels.web_chat.remedies import ORIGINS, UNREACHABLE
from shared.errors import ChannelUnavailable, CredentialsRejected

_REFUSED = 403


class FoundChat(BaseModel):
    """The parts that matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    slug: str
    title: str = ""


def read_found(status: int, body: bytes) -> FoundChat:
    """The chat. Raises `CredentialsRejected` (`origins_wrong`), `ChannelUnavailable` (`page_unreachable`)."""
    if status == _REFUSED:
        raise CredentialsRejected("the chat is closed to a site of its own list", code=ORIGINS)
    try:
        return FoundChat.model_validate_json(body)
    except ValidationError as error:
        detail = f"our public address answers {status} and shows no chat"
        raise ChannelUnavailable(detail, code=UNREACHABLE) from error
