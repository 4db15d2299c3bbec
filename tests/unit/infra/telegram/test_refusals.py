"""Telegram's refusals, each with what it means to us."""

from __future__ import annotations

import pytest

from infra.telegram.objects import Answer
from infra.telegram.refusals import ChatMoved, to_error
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected, RecipientUnreachable


def refused(code: int, description: str, **parameters: int) -> ChannelError:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return to_error(Answer.model_validate(body))


@pytest.mark.parametrize(
    ("code", "description", "error", "our_code"),
    [
        (400, "Bad Request: chat not found", RecipientUnreachable, "recipient_unreachable"),
        (400, "Bad Request: message text is empty", ChannelRejected, "channel_rejected"),
        (400, "Bad Request: message is too long", ChannelRejected, "text_too_long"),
        (400, "Bad Request: file is too big", ChannelRejected, "file_too_big"),
        (
            400,
            "Bad Request: wrong file_id or the file is temporarily unavailable",
            ChannelRejected,
            "file_gone",
        ),
        (401, "Unauthorized", CredentialsRejected, "credentials_rejected"),
        (403, "Forbidden: bot was blocked by the user", RecipientUnreachable, "recipient_unreachable"),
        (403, "Forbidden: user is deactivated", RecipientUnreachable, "recipient_unreachable"),
        (403, "Forbidden: bot was kicked from the supergroup chat", RecipientUnreachable, "recipient_unreachable"),
        (403, "Forbidden: the group chat was deleted", RecipientUnreachable, "recipient_unreachable"),
        (
            403,
            "Forbidden: bot can't initiate conversation with a user",
            RecipientUnreachable,
            "recipient_unreachable",
        ),
        (404, "Not Found", CredentialsRejected, "credentials_rejected"),
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            CredentialsRejected,
            "conflict",
        ),
        (409, "Conflict: terminated by other setWebhook", ChannelUnavailable, "channel_unavailable"),
        (418, "", ChannelRejected, "channel_rejected"),
    ],
)
def test_a_refusal_is_the_error_that_says_what_to_do(
    code: int, description: str, error: type[ChannelError], our_code: str
) -> None:
    found = refused(code, description)

    assert (type(found), found.code) == (error, our_code)


def test_a_new_chat_id_comes_before_the_text() -> None:
    found = refused(400, "Bad Request: whatever", migrate_to_chat_id=-1002003004005)

    assert isinstance(found, ChatMoved)
    assert found.new_thread == "-1002003004005"


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("Bad Request: message text is empty", "message text is empty"),
        ("Forbidden: bot can't initiate conversation with a user", "bot can't initiate conversation with a user"),
        ('Bad Request: can\'t parse entities: Unsupported start tag "моя тайна"', "can't parse entities"),
        ('Bad Request: "моя тайна" is wrong', ""),
        ("Unauthorized", "Unauthorized"),
    ],
)
def test_the_vendors_word_is_kept_without_the_customers(description: str, reason: str) -> None:
    found = refused(400, description)

    assert found.vendor_code == reason
    assert "тайна" not in str(found)
