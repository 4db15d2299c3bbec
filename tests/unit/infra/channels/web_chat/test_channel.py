"""The adapter without a network: what it takes, what it refuses, what it tells of its settings."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.context import ChannelContext
from infra.channels.web_chat.channel import MOST_FILES, WebChat
from infra.channels.web_chat.wire import read_found
from infra.settings import VendorSettings
from shared.domain.arrivals import Outgoing, OutgoingFile, RawDelivery
from shared.domain.web_chat import FILE_LIMIT, TEXT_LIMIT
from shared.errors import ChannelError, ChannelRejected, UntrustedDelivery
from tests.support.clock import ManualClock


class NoVault:
    """Never asked."""

    async def get(self, name: str) -> str | None:
        raise AssertionError(name)

    async def put(self, name: str, value: str, *, expires_at: object) -> None:
        raise AssertionError(name)


def channel(http: httpx.AsyncClient, **credentials: str) -> WebChat:
    vendors = VendorSettings(web_chat_url="http://127.0.0.1:9")
    return WebChat(ChannelContext("inbox1", "", credentials, "word", vendors, http, ManualClock(), NoVault()))


def outgoing(text: str = "", files: int = 0, size: int = 1) -> Outgoing:
    made = OutgoingFile(kind="image", name="a.png", mime_type="image/png", content=bytes(size))
    return Outgoing(
        message_id="m1", thread="visitor:v", text=text, files=(made,) * files, first_tried_at=ManualClock().now()
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (outgoing(" \n"), "text_empty"),
        (outgoing("я" * (TEXT_LIMIT + 1)), "text_too_long"),
        (outgoing("x", MOST_FILES + 1), "too_many_files"),
        (outgoing("x", 1, FILE_LIMIT + 1), "file_too_large"),
    ],
)
async def test_what_is_too_much_is_refused_for_good(message: Outgoing, code: str) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(ChannelRejected) as refused:
            await channel(http).send(message)

    assert refused.value.code == code


@pytest.mark.parametrize("message", [outgoing("я" * TEXT_LIMIT), outgoing("", MOST_FILES, FILE_LIMIT)])
async def test_what_fits_has_arrived_at_once_and_is_found_again(message: Outgoing) -> None:
    async with httpx.AsyncClient() as http:
        sent, found = await channel(http).send(message), await channel(http).find_sent(message)

    assert sent == found
    assert sent.source_id == message.message_id


async def test_an_address_that_nobody_answers_and_a_list_with_rubbish_are_told_apart() -> None:
    async with httpx.AsyncClient() as http:
        unreachable = await channel(http, origins="https://shop.example").test()
        wrong = await channel(http, origins="shop").test()

    assert (unreachable.problem, wrong.problem) == ("page_unreachable", "origins_wrong")


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=100), secret=st.text(max_size=20))
def test_nobody_is_trusted_as_a_webhook(body: bytes, secret: str) -> None:
    with pytest.raises(UntrustedDelivery):
        WebChat.read(object.__new__(WebChat), RawDelivery(body, secret=secret))


@settings(max_examples=100, deadline=None)
@given(status=st.integers(200, 499), body=st.binary(max_size=200))
def test_any_answer_without_a_chat_is_a_problem(status: int, body: bytes) -> None:
    with pytest.raises(ChannelError) as refused:
        read_found(status, body)

    assert refused.value.code == ("origins_wrong" if status == 403 else "page_unreachable")
