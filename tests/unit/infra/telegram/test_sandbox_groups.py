"""The stand-in keeps Telegram's rules of groups, files and pace, whoever calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from infra.channels.telegram_business.sandbox import TelegramBusinessSandbox
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from shared.errors import InvalidInput
from tests.unit.infra.telegram.test_sandbox import HOOK, Player, refusal


@pytest_asyncio.fixture
async def player() -> AsyncIterator[Player]:
    player = Player(World())
    await player.call("setWebhook", url=HOOK)
    yield player
    await player.pusher.close()


async def a_topic(player: Player, group: str, name: str = "Анна") -> int:
    topic: dict[str, Any] = (await player.call("createForumTopic", chat_id=group, name=name))["result"]
    return int(topic["message_thread_id"])


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        ({"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "url": "nowhere"}]]}, "BUTTON_URL_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "1"}] * 101]}, "REPLY_MARKUP_TOO_LONG"),
        ({"inline_keyboard": [{"text": "x"}]}, "can't parse reply keyboard markup JSON object"),
        ({}, "can't parse reply keyboard markup JSON object"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed",
        ),
        (
            {"inline_keyboard": [[{"text": "", "callback_data": "1"}]]},
            'can\'t parse inline keyboard button: Field "text" must not be empty',
        ),
    ],
)
async def test_keyboards_that_telegram_refuses(player: Player, markup: dict[str, Any], description: str) -> None:
    group = await player.sandbox.open_group("shop", "Смена")

    answer = await player.call("sendMessage", chat_id=group, text="x", reply_markup=markup)

    assert answer == refusal(400, f"Bad Request: {description}")
    fitting = {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 32}]]}
    assert (await player.call("sendMessage", chat_id=group, text="x", reply_markup=fitting))["ok"]


@pytest.mark.parametrize(("offset", "length", "fits"), [(0, 2, True), (1, 2, False), (0, 0, False), (-1, 1, False)])
async def test_entities_are_measured_in_utf16(player: Player, offset: int, length: int, fits: bool) -> None:
    group = await player.sandbox.open_group("shop", "Смена")
    entities = [{"type": "bold", "offset": offset, "length": length}]

    assert (await player.call("sendMessage", chat_id=group, text="🙂", entities=entities))["ok"] is fits


@pytest.mark.parametrize(("name", "fits"), [("", False), ("x", True), ("я" * 128, True), ("я" * 129, False)])
async def test_a_topics_name_has_1_to_128_characters(player: Player, name: str, fits: bool) -> None:
    group = await player.sandbox.open_group("shop", "Смена")

    assert (await player.call("createForumTopic", chat_id=group, name=name))["ok"] is fits


async def test_topics_of_every_state_answer_in_telegrams_words(player: Player) -> None:
    group = await player.sandbox.open_group("shop", "Смена")
    topic = await a_topic(player, group)
    here = {"chat_id": group, "message_thread_id": topic}

    async def say(method: str, **parameters: Any) -> str:
        return str((await player.call(method, **parameters)).get("description"))

    assert await say("sendMessage", chat_id=group, message_thread_id=1, text="x") == (
        "Bad Request: message thread not found"
    )
    assert await say("reopenForumTopic", **here) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert await say("editForumTopic", **here, name="Анна") == "Bad Request: TOPIC_NOT_MODIFIED"
    assert await say("closeForumTopic", chat_id=group, message_thread_id=99) == "Bad Request: TOPIC_ID_INVALID"
    await player.sandbox.staff_closes_topic("shop", group, str(topic))
    assert (await player.call("sendMessage", **here, text="админу можно"))["ok"]
    await player.sandbox.change_rights("shop", group, ["can_pin_messages"])
    assert await say("sendMessage", **here, text="x") == "Bad Request: TOPIC_CLOSED"
    await player.sandbox.staff_deletes_topic("shop", group, str(topic))
    await player.sandbox.change_rights("shop", group, ["can_manage_topics"])
    assert await say("editForumTopic", **here, name="Б") == "Bad Request: TOPIC_DELETED"


async def test_a_private_chat_takes_bursts_and_then_one_message_a_second(player: Player) -> None:
    chat = await player.chat_id()
    for _ in range(20):
        assert (await player.call("sendMessage", chat_id=chat, text="x"))["ok"]

    refused = await player.call("sendMessage", chat_id=chat, text="x")

    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 20})
    assert player.sandbox.refused_as_too_many("shop") == 1


async def test_every_piece_of_an_album_counts_and_a_refused_message_does_not(player: Player) -> None:
    group = await player.sandbox.open_group("shop", "Смена")
    media = json.dumps([{"type": "document", "media": f"attach://f{number}"} for number in range(10)])
    files = {f"f{number}": (f"{number}.txt", b"x", "text/plain") for number in range(10)}
    for _ in range(2):
        form = {"chat_id": group, "media": media}
        answer = await player.http.post(f"/bot{player.token}/sendMediaGroup", data=form, files=files)
        assert len(answer.json()["result"]) == 10
        await player.call("sendMessage", chat_id=group, text="")

    assert (await player.call("sendMessage", chat_id=group, text="x"))["error_code"] == 429
    assert len(player.sandbox.group_view("shop", group).general) == 20


@pytest.mark.parametrize(
    "media",
    [
        [{"type": "document", "media": "attach://f"}],
        [{"type": "document", "media": "attach://f"}] * 11,
        [{"type": "document", "media": "attach://f"}, {"type": "photo", "media": "attach://f"}],
        [{"type": "voice", "media": "attach://f"}] * 2,
        [{"type": "document", "media": "attach://missing"}] * 2,
    ],
)
async def test_albums_that_telegram_refuses(player: Player, media: list[dict[str, str]]) -> None:
    group = await player.sandbox.open_group("shop", "Смена")
    form = {"chat_id": group, "media": json.dumps(media)}

    answer = await player.http.post(f"/bot{player.token}/sendMediaGroup", data=form, files={"f": b"x"})

    assert answer.json()["error_code"] == 400
    assert player.sandbox.group_view("shop", group).general == ()


@pytest.mark.parametrize(
    ("method", "part", "size", "expected"),
    [
        ("sendPhoto", "photo", 10 * 2**20 + 1, 400),
        ("sendDocument", "document", 50 * 2**20 + 1, 413),
        ("sendDocument", "document", 0, 400),
        ("sendDocument", "photo", 1, 400),
    ],
)
async def test_files_that_telegram_refuses(player: Player, method: str, part: str, size: int, expected: int) -> None:
    form, files = {"chat_id": str(await player.chat_id())}, {part: ("f", bytes(size), "image/png")}

    answer = await player.http.post(f"/bot{player.token}/{method}", data=form, files=files)

    assert answer.status_code == expected


async def test_a_caption_over_the_limit_is_refused(player: Player) -> None:
    chat = str(await player.chat_id())
    for caption, fits in (("🙂" * 512, True), ("🙂" * 512 + "!", False)):
        form = {"chat_id": chat, "caption": caption}
        answer = await player.http.post(f"/bot{player.token}/sendVoice", data=form, files={"voice": b"x"})
        assert answer.json()["ok"] is fits


async def test_a_bot_edits_and_deletes_what_is_its_own(player: Player) -> None:
    group = await player.sandbox.open_group("shop", "Смена", rights=["can_manage_topics"])
    theirs = await player.sandbox.staff_writes("shop", group, "Олег", "моё")
    here = {"chat_id": group, "message_id": theirs}

    assert (await player.call("editMessageText", **here, text="x"))["description"] == (
        "Bad Request: message can't be edited"
    )
    assert (await player.call("deleteMessage", **here))["description"] == "Bad Request: message can't be deleted"
    assert (await player.call("pinChatMessage", **here))["description"] == (
        "Bad Request: not enough rights to manage pinned messages in the chat"
    )


async def test_a_restart_loses_nothing_of_a_group(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    before = Player(world)
    group = await before.sandbox.open_group("shop", "Смена")
    topic = await a_topic(before, group)
    await before.call("sendMessage", chat_id=group, message_thread_id=topic, text="x")
    seen = before.sandbox.group_view("shop", group)
    world.close()

    after = Player(World(tmp_path / "world.db"))

    assert after.sandbox.group_view("shop", group) == seen
    assert after.sandbox.groups_of("shop") == [group]


async def test_both_kinds_of_bot_live_at_one_telegram_with_accounts_of_their_own(player: Player) -> None:
    context = SandboxContext(player.world, player.clock, player.pusher, player._no_topic)
    business = TelegramBusinessSandbox(context)
    token = business.open_account("shop")["token"]

    me = (await player.http.post(f"/bot{token}/getMe")).json()["result"]

    assert business.app is player.sandbox.app
    assert business.faults is player.sandbox.faults
    assert (me["can_connect_to_business"], token != player.token) == (True, True)
    assert not (await player.call("getMe"))["result"]["can_connect_to_business"]
    with pytest.raises(InvalidInput):
        business.group_view("shop", await player.sandbox.open_group("shop", "Смена"))


async def test_what_nobody_can_do_is_invalid(player: Player) -> None:
    group = await player.sandbox.open_group("shop", "Смена")

    for impossible in (
        player.sandbox.staff_writes("shop", "-100", "Олег", "x"),
        player.sandbox.staff_writes("shop", group, "Олег", "x", topic="5"),
        player.sandbox.staff_writes("shop", group, "Олег", "x", reply_to="5"),
        player.sandbox.staff_edits("shop", group, "5", "x"),
        player.sandbox.staff_presses("shop", group, "Олег", "5", "x"),
        player.sandbox.staff_deletes_topic("shop", group, "5"),
    ):
        with pytest.raises(InvalidInput):
            await impossible
