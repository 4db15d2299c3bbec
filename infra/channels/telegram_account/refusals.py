"""What Telethon's errors mean to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from telethon import errors  # type: ignore[import-untyped]

from infra.channels.remedies import ACCOUNT_CLOSED, WRONG
from infra.channels.telegram_account.remedies import API_ID, FROZEN, SESSION_DUPLICATED, SESSION_ENDED, SPAM_LIMITED
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)

WAITS = (errors.FloodWaitError, errors.SlowModeWaitError, errors.FloodPremiumWaitError)
NETWORK = (ConnectionError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Errors of these classes mean that."""

    kinds: tuple[type[Exception], ...]
    error: type[ChannelError]
    code: str | None = None


_MEANINGS = (
    _Meaning((errors.ApiIdInvalidError, errors.ApiIdPublishedFloodError), CredentialsRejected, API_ID),
    _Meaning((errors.AuthKeyDuplicatedError,), CredentialsRejected, SESSION_DUPLICATED),
    _Meaning((errors.UserDeactivatedBanError, errors.UserDeactivatedError), CredentialsRejected, ACCOUNT_CLOSED),
    _Meaning((errors.FrozenMethodInvalidError,), CredentialsRejected, FROZEN),
    _Meaning((errors.PeerFloodError,), CredentialsRejected, SPAM_LIMITED),
    _Meaning((errors.AuthKeyInvalidError,), CredentialsRejected, WRONG),
    _Meaning(
        (errors.AuthKeyUnregisteredError, errors.SessionRevokedError, errors.SessionExpiredError),
        CredentialsRejected,
        SESSION_ENDED,
    ),
    _Meaning((errors.UnauthorizedError,), CredentialsRejected, SESSION_ENDED),
    _Meaning(
        (
            errors.UserPrivacyRestrictedError,
            errors.UserIsBlockedError,
            errors.YouBlockedUserError,
            errors.InputUserDeactivatedError,
            errors.PeerIdInvalidError,
            errors.ChatWriteForbiddenError,
            errors.ChannelPrivateError,
            errors.ForbiddenError,
        ),
        RecipientUnreachable,
    ),
    _Meaning((errors.MessageTooLongError, errors.MediaCaptionTooLongError), ChannelRejected, "text_too_long"),
    _Meaning((errors.MessageEmptyError,), ChannelRejected, "text_empty"),
    _Meaning(
        (errors.MediaEmptyError, errors.MediaInvalidError, errors.PhotoInvalidError, errors.FilePartsInvalidError),
        ChannelRejected,
        "file_type_refused",
    ),
)


def to_error(error: Exception, *, repeatable: bool) -> ChannelError:
    """The error that one of Telethon's stands for. `repeatable`: doing it twice does no harm."""
    if isinstance(error, WAITS):
        return ChannelUnavailable("Telegram asks to wait", vendor_code="FLOOD_WAIT", retry_after=_wait_of(error))
    for meaning in _MEANINGS:
        if isinstance(error, meaning.kinds):
            return meaning.error("Telegram refused", code=meaning.code, vendor_code=_name(error))
    if isinstance(error, errors.RPCError) and not isinstance(error, (errors.ServerError, errors.TimedOutError)):
        return ChannelRejected("Telegram refused", vendor_code=_name(error))
    kind = ChannelUnavailable if repeatable else ChannelUnclear
    return kind("no answer from Telegram", vendor_code=_name(error))


@contextmanager
def translated(*, repeatable: bool) -> Iterator[None]:
    """Inside, Telethon's and the network's errors become ours."""
    try:
        yield
    except (errors.RPCError, *NETWORK) as error:
        raise to_error(error, repeatable=repeatable) from error


def _wait_of(error: Exception) -> timedelta:
    return timedelta(seconds=int(getattr(error, "seconds", 0)) + 1)


def _name(error: Exception) -> str:
    """Telegram's word for it, without the words of the error: those name the request."""
    return type(error).__name__.removesuffix("Error")
