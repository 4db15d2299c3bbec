"""The desk's linter and every channel's stand-in agree, both ways: what it passes the vendor takes, over the adapter's
real requests, and what it refuses the vendor would have refused.

One machine a channel serves all examples. PARLEY_LINTER_EXAMPLES=1000 tries that many texts a channel.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.channels.registry import REGISTRY, channel_class
from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, CredentialsRejected
from shared.policy.linter import length, lint
from shared.ports.channel import Channel
from tests.support.files import MP4, OGG, PDF, PNG
from tests.support.machine import Machine, running_machine

EXAMPLES = int(os.environ.get("PARLEY_LINTER_EXAMPLES", "25"))
FEW = 8
"""Where the vendor forbids no words there is little to disagree about."""
CUSTOMER = "Пётр"
AT_LIMIT_IS_SENT = 11 * 2**20
"""Files above this size are not sent for the sake of a test."""


@dataclass
class Desk:
    """A channel with one customer who has just written."""

    machine: Machine
    channel: Channel
    conversation: Conversation
    sent: int = 0

    async def takes(self, text: str, files: Sequence[OutgoingFile] = ()) -> bool:
        """Whether the vendor accepts a message. Any other error than a refusal is a fault of this test's stage."""
        self.sent += 1
        self.machine.clock.advance(30)  # vendors count calls
        if self.sent % 50 == 0:
            await self.hear()
        outgoing = Outgoing(
            message_id=f"message{self.sent}",
            thread=self.conversation.source_id,
            text=text,
            subject=self.conversation.subject,
            files=tuple(files),
            context=self.conversation.reply_context,
            first_tried_at=self.machine.clock.now(),
        )
        try:
            await self.channel.send(outgoing)
        except CredentialsRejected:
            raise
        except ChannelRejected:
            return False
        return True

    async def hear(self) -> None:
        """The customer writes: the vendor's window stays open."""
        kind = self.conversation.channel
        await self.machine.outside.standins[kind].write(kind.value, CUSTOMER, "И ещё вопрос")


class Stage:
    """A desk a channel, opened when it is first asked for, all on one event loop."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self._runner = runner
        self._folder = folder
        self._desks: dict[ChannelKind, Desk] = {}
        self._open = AsyncExitStack()

    def takes(self, kind: ChannelKind, text: str, files: Sequence[OutgoingFile] = ()) -> bool:
        return self._runner.run(self._takes(kind, text, files))

    async def _takes(self, kind: ChannelKind, text: str, files: Sequence[OutgoingFile]) -> bool:
        if kind not in self._desks:
            self._desks[kind] = await self._desk(kind)
        return await self._desks[kind].takes(text, files)

    async def _desk(self, kind: ChannelKind) -> Desk:
        folder = self._folder / kind.value
        folder.mkdir()
        machine = await self._open.enter_async_context(running_machine(folder))
        standin = await machine.connect(kind)
        await standin.write(kind.value, CUSTOMER, "Какая столица у Австралии?")
        await machine.settle(2)
        (conversation,) = await machine.conversations()
        opened = await machine.desk.directory.find(kind.value)
        return Desk(machine, opened.channel, conversation)

    def close(self) -> None:
        self._runner.run(self._open.aclose())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with asyncio.Runner() as runner:
        stage = Stage(runner, tmp_path_factory.mktemp("linter"))
        yield stage
        stage.close()


HARMLESS = st.sampled_from(
    [
        "Здравствуйте",
        "цена 12 500 рублей",
        "размер 42-44",
        "да",
        "😀",
        "👩‍👩‍👧",
        "в 18:30",
        "3.5kg",
        "и т.д.",
        "Ok!",
        "ё" * 30,
    ]
)
NUMBERS = st.integers(0, 10**10 - 1).map(lambda number: f"{number:010d}")
PHONES = st.builds(
    lambda digits, form: form.format(digits[:3], digits[3:6], digits[6:8], digits[8:]),
    NUMBERS,
    st.sampled_from(["8{}{}{}{}", "+7 ({}) {}-{}-{}", "+7.{}.{}.{}.{}", "8 {} {} {} {}", "{}{}{}{}", "00{}-{}{}{}99"]),
)
ALMOST_PHONES = st.sampled_from(["123456789", "1234567890123456", "+7 900 123", "№ 77-88"])
NAMES = st.text("abcdefghijklmnop", min_size=3, max_size=8)
LINKS = st.builds(
    lambda name, form: form.format(name),
    NAMES,
    st.sampled_from(
        ["https://{}.ru/a", "{}.com", "www.{}.ru", "({}.рф)", "shop.{}.online", "ftp://{}", "t.me/{}", "wa.me/{}"]
    ),
)
MAILS = st.builds(lambda name, host: f"{name}@{host}.ru", NAMES, NAMES)
MESSENGERS = st.sampled_from(
    [
        "Telegram",
        "телеграм",
        "WhatsApp",
        "ватсап",
        "вотсап",
        "VIBER",
        "вайбер",
        "@my_shop",
        "@12345",
        "телеграмма",
        "@abc",
        "вайбером",
    ]
)
PIECES = st.one_of(HARMLESS, HARMLESS, PHONES, ALMOST_PHONES, LINKS, MAILS, MESSENGERS)
# A comma or a word keeps two numbers from becoming one.
MIXTURES = st.builds(
    lambda pieces, glue: glue.join(pieces),
    st.lists(PIECES, min_size=1, max_size=4),
    st.sampled_from([", ", " или ", ";\n"]),
)
WORDS = st.lists(HARMLESS, min_size=1, max_size=3).map(", ".join)


def texts_for(kind: ChannelKind, capabilities: Capabilities) -> st.SearchStrategy[str]:
    """Mixtures, texts of about the greatest length where it is the vendor's, and nothing at all."""
    if "text_too_long" in STRICTER.get(kind, {}):
        return st.one_of(MIXTURES, WORDS)
    around = st.builds(_stretched, WORDS, st.integers(-2, 2), st.just(capabilities))
    return st.one_of(MIXTURES, MIXTURES, MIXTURES, WORDS, around, st.sampled_from(["", " ", "\n\t "]))


def _stretched(words: str, more: int, capabilities: Capabilities) -> str:
    """The words followed by letters up to so many units around the limit."""
    return words + "я" * max(capabilities.text_limit + more - length(words, capabilities), 0)


MAIL = {
    "text_too_long": "a letter has no greatest length but that of all its bytes",
    "text_empty": "a letter may be empty",
    "too_many_files": "bytes are counted, not files",
    "file_too_large": "providers count the letter as it travels, a third larger than its files",
    "file_empty": "an empty file is a file",
}
STRICTER: dict[ChannelKind, dict[str, str]] = {
    ChannelKind.GMAIL: MAIL,
    ChannelKind.IMAP: MAIL,
    ChannelKind.WEB_CHAT: {"file_empty": "nobody but us looks at it"},
    ChannelKind.WILDBERRIES: {"too_many_files": "bytes are counted, not files"},
    ChannelKind.YANDEX_MARKET: {"too_many_files": "its adapter makes a call for each file"},
}
"""Where the linter refuses more than the vendor, and why. The other way round there is no exception."""


def assert_they_agree(
    stage: Stage, kind: ChannelKind, verdict: str | None, text: str, files: Sequence[OutgoingFile] = ()
) -> None:
    is_taken = stage.takes(kind, text, files)
    if verdict is None:
        assert is_taken, "the linter passes it, and the vendor refuses it"
    elif verdict not in STRICTER.get(kind, {}):
        assert not is_taken, f"the linter refuses it as {verdict}, and the vendor takes it"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", list(REGISTRY))
def test_a_text_is_taken_by_the_vendor_exactly_if_the_linter_passes_it(stage: Stage, kind: ChannelKind) -> None:
    capabilities = channel_class(kind).capabilities

    @settings(
        max_examples=EXAMPLES if capabilities.forbids else FEW,
        deadline=None,
        derandomize="PARLEY_LINTER_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(texts_for(kind, capabilities))
    def judge(text: str) -> None:
        assert_they_agree(stage, kind, lint(text, (), capabilities, "chat"), text)

    judge()


CONTACTS = [
    "Звоните 8 (900) 123-45-67",
    "shop@mail.ru",
    "https://shop.example/a",
    "есть сайт магазин.рф",
    "наш ник @my_shop",
    "пишите в телеграм",
]


@pytest.mark.parametrize("kind", list(REGISTRY))
@pytest.mark.parametrize("text", CONTACTS)
def test_each_kind_of_contact_is_judged_alike(stage: Stage, kind: ChannelKind, text: str) -> None:
    assert_they_agree(stage, kind, lint(text, (), channel_class(kind).capabilities, "chat"), text)


def a_png(size: int) -> bytes:
    return PNG + bytes(max(size - len(PNG), 0))


def files_for(capabilities: Capabilities) -> dict[str, list[OutgoingFile]]:
    """Sets of files around each rule."""
    png = OutgoingFile(kind="image", name="a.png", mime_type="image/png", content=PNG)
    sets = {
        "an image": [png],
        "a document": [OutgoingFile(kind="file", name="a.pdf", mime_type="application/pdf", content=PDF)],
        "a voice": [OutgoingFile(kind="voice", name="a.ogg", mime_type="audio/ogg", content=OGG)],
        "a video": [OutgoingFile(kind="video", name="a.mp4", mime_type="video/mp4", content=MP4)],
        "a table": [OutgoingFile(kind="file", name="a.csv", mime_type="text/csv", content=b"a;b")],
        "nothing in it": [png.model_copy(update={"content": b""})],
    }
    rules = capabilities.files
    if rules is None:
        return sets
    named = [png.model_copy(update={"name": f"{number}.png"}) for number in range(rules.most + 1)]
    sets |= {"as many as go": named[:-1], "one too many": named}
    if rules.max_bytes <= AT_LIMIT_IS_SENT:
        sets["as large as goes"] = [png.model_copy(update={"content": a_png(rules.max_bytes)})]
    sets["too large"] = [png.model_copy(update={"content": a_png(rules.max_bytes + 1)})]
    return sets


FILE_SETS = [(kind, name) for kind in REGISTRY for name in files_for(channel_class(kind).capabilities)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "name"), FILE_SETS, ids=str)
def test_files_are_taken_by_the_vendor_exactly_if_the_linter_passes_them(
    stage: Stage, kind: ChannelKind, name: str
) -> None:
    capabilities = channel_class(kind).capabilities
    files = files_for(capabilities)[name]
    attachments = [
        Attachment(kind=file.kind, name=file.name, mime_type=file.mime_type, size=len(file.content)) for file in files
    ]

    assert_they_agree(stage, kind, lint("", attachments, capabilities, "chat"), "", files)
