"""What mail servers say, and what it means for the desk."""

from __future__ import annotations

import pytest

from infra.channels.imap.refusals import refused_command, refused_letter, refused_login, refused_smtp_login
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    CredentialsRejected,
    RecipientUnreachable,
)


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", CredentialsRejected, "credentials_rejected"),
        ("[ALERT] Application-specific password required: see help", CredentialsRejected, "credentials_wrong_type"),
        ("NEOBHODIM parol prilozheniya", CredentialsRejected, "credentials_wrong_type"),
        ("LOGIN invalid credentials or IMAP is disabled", CredentialsRejected, "credentials_rejected"),
        ("[ALERT] Your account is not enabled for IMAP use", CredentialsRejected, "mode_off"),
        ("[EXPIRED] That password is not valid any more", CredentialsRejected, "credentials_expired"),
        ("[CONTACTADMIN]", CredentialsRejected, "account_closed"),
        ("[UNAVAILABLE] Temporary authentication failure", ChannelUnavailable, "channel_unavailable"),
        ("[LIMIT] Too many simultaneous connections", ChannelUnavailable, "channel_unavailable"),
        ("no", CredentialsRejected, "credentials_rejected"),
    ],
)
def test_refused_logins(words: str, error: type[ChannelError], code: str) -> None:
    found = refused_login(words)

    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("status", "words", "error", "code"),
    [
        (535, "5.7.8 Username and Password not accepted", CredentialsRejected, "credentials_rejected"),
        (534, "5.7.9 Application-specific password required", CredentialsRejected, "credentials_wrong_type"),
        (535, "5.7.0 NEOBHODIM parol prilozheniya", CredentialsRejected, "credentials_wrong_type"),
        (535, "5.7.139 Authentication unsuccessful", CredentialsRejected, "rights_missing"),
        (550, "5.7.30 Basic authentication is not supported", CredentialsRejected, "rights_missing"),
        (454, "4.7.0 Temporary authentication failure", ChannelUnavailable, "channel_unavailable"),
        (421, "4.7.0 Try again later", ChannelUnavailable, "channel_unavailable"),
    ],
)
def test_refused_smtp_logins(status: int, words: str, error: type[ChannelError], code: str) -> None:
    found = refused_smtp_login(status, words)

    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("status", "words", "is_recipient", "error"),
    [
        (550, "5.1.1 no such user", True, RecipientUnreachable),
        (550, "user unknown", True, RecipientUnreachable),
        (552, "5.2.2 mailbox full", True, RecipientUnreachable),
        (550, "5.7.1 blocked by policy", True, ChannelRejected),
        (450, "4.2.0 greylisted", True, ChannelUnavailable),
        (552, "message size exceeds the limit", False, ChannelRejected),
        (554, "5.7.1 looks like spam", False, ChannelRejected),
        (421, "4.3.2 closing", False, ChannelUnavailable),
        (530, "5.7.57 not authenticated", False, CredentialsRejected),
    ],
)
def test_refused_letters(status: int, words: str, is_recipient: bool, error: type[ChannelError]) -> None:
    assert type(refused_letter(status, words, recipient=is_recipient)) is error


def test_the_days_limit_waits_for_hours() -> None:
    found = refused_letter(550, "5.4.5 Daily user sending limit exceeded")

    assert isinstance(found, ChannelUnavailable)
    assert found.retry_after is not None
    assert found.retry_after.total_seconds() >= 3600


def test_a_full_mailbox_says_so() -> None:
    assert refused_command("[b'[OVERQUOTA] Quota exceeded']").code == "mailbox_full"
    assert type(refused_command("[b'whatever']")) is ChannelUnavailable


def test_the_servers_words_do_not_reach_our_logs() -> None:
    words = "5.1.1 <anna@example.com> not here, Здравствуйте"

    for error in (
        refused_login(words),
        refused_letter(550, words),
        refused_smtp_login(535, words),
        refused_command(words),
    ):
        assert "anna@example.com" not in f"{error} {error.vendor_code}"
