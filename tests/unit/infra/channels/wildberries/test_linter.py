"""What the linter passes the stand-in takes, and what the stand-in takes the linter passes: two ways of looking, one
rule."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.wildberries.limits import CAPABILITIES
from infra.channels.wildberries.sandbox import WildberriesSandbox
from infra.channels.wildberries.sandbox_forbidden import leads_away
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from shared.domain.messages import Attachment
from shared.policy.linter import lint, lint_text
from tests.support.clock import ManualClock

PIECES = [
    "Здравствуйте",
    "размер 46",
    "3.5 кг",
    "100.50",
    "v1.2.3",
    "ул. Ленина, д. 5",
    "+7 912 345-67-89",
    "8(912)3456789",
    "1234567890123456",
    "a@b.ru",
    "почта@почта.рф",
    "http://x",
    "www.x",
    "shop.com",
    "магазин.рф",
    "т.е.",
    "ok.Да",
    "t.me/x",
    "wa.me",
    "@seller",
    "@ab",
    "телеграм",
    "Телеграмма",
    "WhatsApp!",
    "viber",
    "😀",
    ".",
    ",",
    "-",
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).flatmap(
    lambda pieces: st.sampled_from([" ", "", "\n", ". ", " - "]).map(lambda glue: glue.join(pieces))
)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(TEXTS | st.text(max_size=40))
def test_linter_and_stand_in_find_the_same_words_forbidden(text: str) -> None:
    passes = lint_text(text, CAPABILITIES, "chat") is None

    assert passes is (bool(text.strip()) and not leads_away(text))


LENGTHS = st.integers(0, 6).map(lambda away: 997 + away)
MESSAGES = st.tuples(
    st.one_of(
        TEXTS, LENGTHS.map(lambda length: "я" * length), LENGTHS.map(lambda length: "😀" * (length // 2)), st.just("")
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["image/png", "image/jpeg; q=1", "application/pdf", "video/mp4", "text/plain"]),
            st.sampled_from([0, 1, 5 * 1024 * 1024, 5 * 1024 * 1024 + 1]),
        ),
        max_size=7,
    ),
)


@pytest.fixture(scope="module")
def runner() -> Any:
    with asyncio.Runner() as running:
        yield running


@settings(max_examples=40, deadline=None)
@given(MESSAGES)
def test_the_method_takes_exactly_what_the_linter_passes(
    runner: asyncio.Runner, message: tuple[str, list[tuple[str, int]]]
) -> None:
    text, files = message
    attachments = [Attachment(kind="file", name="f", mime_type=mime_type, size=size) for mime_type, size in files]

    status = runner.run(posted(text, files))

    assert (status == 200) is (lint(text, attachments, CAPABILITIES, "chat") is None)


async def posted(text: str, files: list[tuple[str, int]]) -> int:
    """The status of the stand-in's answer to a message."""
    async with httpx.AsyncClient() as nobody:
        clock = ManualClock()
        wb = WildberriesSandbox(SandboxContext(World(), clock, Pusher(nobody), None))  # type: ignore[arg-type]
        token = wb.open_account("shop")["token"]
        await wb.write("shop", "Анна", "Здравствуйте")
        account = wb.memory.account("shop")
        sign = wb.memory.sign(account, wb.memory.chats("shop")[0]["id"])
        parts: list[tuple[str, Any]] = [("replySign", (None, sign)), ("message", (None, text))]
        parts += [("file", ("f", bytes(size), mime_type)) for mime_type, size in files]
        transport = httpx.ASGITransport(wb.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://wb") as http:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await http.post("/chat/api/v1/seller/message", files=parts, headers=headers)
        return answer.status_code
