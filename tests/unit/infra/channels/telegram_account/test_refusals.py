"""What Telethon's errors become."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telethon import errors

from infra.channels.telegram_account.refusals import to_error, translated
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)

TABLE = [
    (errors.AuthKeyUnregisteredError, CredentialsRejected, "session_ended"),
    (errors.SessionRevokedError, CredentialsRejected, "session_ended"),
    (errors.SessionExpiredError, CredentialsRejected, "session_ended"),
    (errors.AuthKeyDuplicatedError, CredentialsRejected, "session_duplicated"),
    (errors.AuthKeyInvalidError, CredentialsRejected, "credentials_rejected"),
    (errors.UserDeactivatedBanError, CredentialsRejected, "account_closed"),
    (errors.FrozenMethodInvalidError, CredentialsRejected, "account_frozen"),
    (errors.PeerFloodError, CredentialsRejected, "spam_limited"),
    (errors.ApiIdInvalidError, CredentialsRejected, "api_id_missing"),
    (errors.ApiIdPublishedFloodError, CredentialsRejected, "api_id_missing"),
    (errors.UserPrivacyRestrictedError, RecipientUnreachable, "recipient_unreachable"),
    (errors.UserIsBlockedError, RecipientUnreachable, "recipient_unreachable"),
    (errors.YouBlockedUserError, RecipientUnreachable, "recipient_unreachable"),
    (errors.MessageTooLongError, ChannelRejected, "text_too_long"),
    (errors.ChatAdminRequiredError, ChannelRejected, "channel_rejected"),
]


@pytest.mark.parametrize(("telethons", "ours", "code"), TABLE)
@pytest.mark.parametrize("repeatable", [True, False])
def test_each_refusal_has_one_meaning(
    telethons: type[Exception], ours: type[ChannelError], code: str, repeatable: bool
) -> None:
    error = to_error(telethons(None), repeatable=repeatable)
    assert (type(error), error.code) == (ours, code)


@pytest.mark.parametrize("telethons", [errors.FloodWaitError, errors.SlowModeWaitError, errors.FloodPremiumWaitError])
def test_waits_are_surely_not_done_and_say_how_long(telethons: type[Exception]) -> None:
    error = to_error(telethons(None, capture=300), repeatable=False)  # type: ignore[call-arg]
    assert isinstance(error, ChannelUnavailable)
    assert error.retry_after == timedelta(seconds=301)


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionError("lost"),
        TimeoutError(),
        OSError("no route"),
        errors.ServerError(None, "INTERNAL"),
        errors.TimedOutError(None, "T"),
    ],
)
def test_no_answer_is_unclear_unless_repeating_does_no_harm(fault: Exception) -> None:
    assert type(to_error(fault, repeatable=True)) is ChannelUnavailable
    assert type(to_error(fault, repeatable=False)) is ChannelUnclear


def test_bugs_of_ours_are_not_hidden() -> None:
    with pytest.raises(KeyError), translated(repeatable=True):
        raise KeyError("ours")
