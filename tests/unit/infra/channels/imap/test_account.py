"""The settings that a person fills in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.imap.account import Server, read_account
from shared.errors import CredentialsRejected

HOSTS = {"user": "shop@shop.example", "imap_host": "imap.shop.example", "smtp_host": "smtp.shop.example"}


def test_the_usual_ports_follow_from_the_encryption() -> None:
    plain = read_account(HOSTS)
    other = read_account(HOSTS | {"imap_security": "starttls", "smtp_security": "starttls"})

    assert (plain.imap, plain.smtp) == (
        Server("imap.shop.example", 993, "ssl"),
        Server("smtp.shop.example", 465, "ssl"),
    )
    assert (other.imap.port, other.smtp.port) == (143, 587)
    assert (plain.address, plain.user, plain.processed, plain.keeps_sent) == ("shop@shop.example",) * 2 + ("", False)


@pytest.mark.parametrize(
    ("user", "imap", "smtp", "keeps_sent"),
    [
        ("Lavka@Yandex.ru", "imap.yandex.ru", Server("smtp.yandex.ru", 465, "ssl"), False),
        ("lavka@bk.ru", "imap.mail.ru", Server("smtp.mail.ru", 465, "ssl"), False),
        ("lavka@gmail.com", "imap.gmail.com", Server("smtp.gmail.com", 465, "ssl"), True),
        ("lavka@outlook.com", "outlook.office365.com", Server("smtp.office365.com", 587, "starttls"), True),
    ],
)
def test_at_large_providers_an_address_is_enough(user: str, imap: str, smtp: Server, keeps_sent: bool) -> None:
    account = read_account({"user": user})

    assert (account.imap.host, account.smtp, account.keeps_sent) == (imap, smtp, keeps_sent)
    assert account.address == user.lower()


def test_a_login_may_be_another_word_than_the_address() -> None:
    account = read_account(HOSTS | {"user": "u-4711", "email": "Shop@Shop.example"})

    assert (account.user, account.address) == ("u-4711", "shop@shop.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "", "email": ""},
        {"user": "no address"},
        {"imap_host": ""},
        {"imap_host": "a b"},
        {"imap_host": "host\r\nA LOGOUT"},
        {"imap_port": "x"},
        {"imap_port": "0"},
        {"imap_port": "70000"},
        {"imap_port": "١٢"},
        {"smtp_security": "tls?"},
        {"password": "a\r\nb"},
        {"processed_folder": "a\x00b"},
        {"name": "Shop\r\nBcc: all@example.com"},
    ],
)
def test_what_can_never_work_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        read_account(HOSTS | wrong)

    assert caught.value.code == "credentials_rejected"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*HOSTS, "imap_port", "password", "name", "email", "smtp_security"]), st.text(max_size=30)
    )
)
def test_any_settings_are_an_account_or_a_typed_refusal(given: dict[str, str]) -> None:
    try:
        account = read_account(HOSTS | given)
    except CredentialsRejected:
        return
    assert "@" in account.address
    assert not any(sign in account.user + account.imap.host + account.name for sign in "\r\n\x00")
