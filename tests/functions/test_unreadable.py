"""Calls of a trusted vendor that nobody can read: answered 200, kept as dead letters, taken when they are replayed."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from shared.domain.arrivals import Arrival, RawDelivery, Received
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.inboxes import Inbox
from shared.domain.tasks import RedeliverTask
from shared.errors import InvalidInput
from shared.ports.channel import Channel
from shared.services.accept_delivery import AcceptDelivery
from shared.services.directory import InboxDirectory
from tests.functions.doors import AVITO, SECRET, TELEGRAM, Doors
from tests.functions.test_bad_input import UPDATES

UNREADABLE = {"update_id": "x", "message": {"text": "Секрет покупателя"}}
LARGE = b'{"update_id": "x", "a": "' + b"x" * 300_000 + b'"}'
TEXT = next(
    update
    for update in UPDATES
    if update.get("message", {}).get("text") and update["message"]["chat"]["type"] == "private"
)


async def kept(doors: Doors, body: bytes, secret: str = SECRET) -> None:
    """A delivery that could not be read by an earlier version of ours."""
    delivery = RawDelivery(body, {"x-telegram-bot-api-secret-token": secret})
    await doors.machine.desk.keep_unreadable(ChannelKind.TELEGRAM_BOT, "telegram_bot", delivery, InvalidInput())


async def replay(doors: Doors) -> None:
    (letter,) = await doors.letters()
    await doors.machine.desk.ports.dead_letters.replay(letter.id)
    await doors.machine.pump()


@pytest.mark.parametrize("path", [TELEGRAM, AVITO])
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**UNREADABLE, "payload": 7}, ensure_ascii=False).encode(),
        b'{"update_id": 1, "message": {"text": "\\ud800"}, "payload": {"type": "message", "value": "\\ud800"}}',
        b'{"update_id": 1' + b"0" * 5000 + b', "payload": 1' + b"0" * 5000 + b"}",
    ],
    ids=["wrong types", "a lone surrogate", "numbers without end"],
)
async def test_an_object_that_nobody_can_read_is_kept_and_the_vendor_goes_on(
    doors: Doors, path: str, body: bytes
) -> None:
    before = doors.documents()

    answer = await doors.call(path, body)

    assert (answer.status, answer.body) == (200, {})
    (letter,) = await doors.letters()
    assert (letter.target, letter.error, letter.attempts) == ("run_task", "invalid_input", 1)
    assert RedeliverTask.model_validate_json(letter.body).body == body.decode()
    assert SECRET not in letter.body
    assert doors.documents() == before
    assert doors.machine.queue.due(doors.machine.clock.now(), 10, but_targets=["gmail_push"]) == []


@pytest.mark.parametrize("body", [b"", b"7", b"[]", b'"x"', b"null", b"{", b"\xff", LARGE])
async def test_what_is_no_object_or_too_large_a_one_is_refused_and_not_kept(doors: Doors, body: bytes) -> None:
    answer = await doors.call(TELEGRAM, body)

    assert (answer.status, answer.body["code"]) == (400, "invalid_input")
    assert await doors.letters() == []


async def test_a_call_that_is_no_longer_unreadable_is_taken_when_it_is_replayed(doors: Doors) -> None:
    await kept(doors, json.dumps(TEXT).encode())

    await replay(doors)

    (conversation,) = await doors.machine.conversations()
    (message,) = await doors.machine.messages(conversation)
    assert message.text == TEXT["message"]["text"]
    assert await doors.letters() == []


async def test_a_call_that_is_still_unreadable_is_kept_again(doors: Doors) -> None:
    await doors.call(TELEGRAM, json.dumps(UNREADABLE).encode())
    (before,) = await doors.letters()

    await replay(doors)

    (after,) = await doors.letters()
    assert after.id != before.id
    assert RedeliverTask.model_validate_json(after.body).body == json.dumps(UNREADABLE)


async def test_a_replay_checks_the_caller_again(doors: Doors) -> None:
    await kept(doors, json.dumps(TEXT).encode(), secret="the word before it was changed")
    before = doors.documents()

    await replay(doors)

    (letter,) = await doors.letters()
    assert letter.error == "untrusted"
    assert doors.documents() == before


async def test_a_kept_call_opens_for_its_own_inbox_only(doors: Doors) -> None:
    await kept(doors, json.dumps(TEXT).encode())
    (letter,) = await doors.letters()
    task = RedeliverTask.model_validate_json(letter.body).model_copy(update={"inbox_id": "avito"})

    with pytest.raises(InvalidInput):
        await doors.machine.desk.keep_unreadable.opened(task)


async def test_one_arrival_that_cannot_be_stored_does_not_lose_the_others(doors: Doors) -> None:
    desk = doors.machine.desk
    directory = InboxDirectory(desk.platform, Baskets(), doors.machine.clock)
    accept = AcceptDelivery(directory, desk.ingest, desk.keep_unreadable, desk.change_inbox, doors.machine.clock)

    await accept({ChannelKind.TELEGRAM_BOT}, "telegram_bot", RawDelivery(b'{"five": "letters"}'))

    conversations = await doors.machine.conversations()
    assert sorted(conversation.contact_name for conversation in conversations) == ["first", "last"]
    (letter,) = await doors.letters()
    assert letter.error == "invalid_input"


class Basket(Channel):
    """A channel whose calls bring three messages at a time, the second one with half a character."""

    capabilities = Capabilities(text_limit=1)

    def __init__(self, inbox: Inbox) -> None:
        self._at = inbox.created_at

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        texts = {"first": "a", "broken": "\ud800", "last": "c"}
        return [
            Received(source_id=name, thread=name, contact=ContactRef(source_id=name, name=name), text=text, at=self._at)
            for name, text in texts.items()
        ]


class Baskets:
    """Opens every inbox as a basket."""

    async def open(self, inbox: Inbox) -> Channel:
        return Basket(inbox)

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        return Basket.capabilities
