"""The stand-in keeps Telegram's own rules, whoever calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.channels.telegram_bot.sandbox import TelegramBotSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import CustomerFile, SandboxContext
from infra.sandbox.world import World
from shared.errors import InvalidInput
from tests.support.clock import ManualClock

HOOK = "http://localhost/hook"


class Player:
    """A stand-in over a world, a client of its API and a webhook that listens."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, ManualClock()
        self.updates: list[dict[str, Any]] = []
        hook = Starlette(routes=[Route("/hook", self._hook, methods=["POST"])])
        self.pusher = Pusher(httpx.AsyncClient(transport=httpx.ASGITransport(hook)))
        self.sandbox = TelegramBotSandbox(SandboxContext(world, self.clock, self.pusher, self._no_topic))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.sandbox.app), base_url="http://telegram")
        self.token = self.sandbox.open_account("shop")["token"]

    async def call(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.post(f"/bot{self.token}/{method}", json=parameters)).json()
        return answer

    async def kinds(self) -> list[str]:
        """What kinds of update came."""
        await self.pusher.drained()
        return [kind for update in self.updates for kind in update if kind != "update_id"]

    async def chat_id(self, customer: str = "Bob") -> int:
        await self.sandbox.write("shop", customer, "hi")
        await self.pusher.drained()
        return int(self.updates[-1]["message"]["chat"]["id"])

    async def _hook(self, request: Request) -> Response:
        self.updates.append(json.loads(await request.body()))
        return Response()

    async def _no_topic(self, topic: str, message: dict[str, Any]) -> None:
        raise AssertionError(topic)


@pytest_asyncio.fixture
async def player() -> AsyncIterator[Player]:
    player = Player(World())
    yield player
    await player.pusher.close()


def refusal(code: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": description}


async def test_a_token_looks_real_and_is_the_same_each_time(player: Player) -> None:
    bot_id, _, secret = player.token.partition(":")

    assert (bot_id.isdecimal(), len(secret)) == (True, 35)
    assert player.sandbox.open_account("shop") == {"token": player.token}
    assert player.sandbox.open_account("other") != {"token": player.token}


async def test_the_bot_is_a_bot_with_a_name(player: Player) -> None:
    me = (await player.call("getMe"))["result"]

    assert (me["id"], me["is_bot"]) == (int(player.token.partition(":")[0]), True)
    assert me["username"].endswith("_bot")


@pytest.mark.parametrize("form", ["query", "json", "form", "multipart"])
async def test_parameters_come_in_each_way_that_telegram_takes(player: Player, form: str) -> None:
    await player.call("setWebhook", url=HOOK)
    values = {"chat_id": str(await player.chat_id()), "text": form, "link_preview_options": '{"is_disabled":true}'}
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": values},
        "json": {"json": values},
        "form": {"data": values},
        "multipart": {"files": {name: (None, value) for name, value in values.items()}},
    }

    answer = (await player.http.post(f"/bot{player.token}/SENDmessage", **ways[form])).json()

    assert (answer["ok"], answer["result"]["text"]) == (True, form)
    assert player.sandbox.seen_by("shop", "Bob")[-1].text == form


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        ("12:short", "getMe", refusal(404, "Not Found")),
        ("7000000000:" + "A" * 35, "getMe", refusal(401, "Unauthorized")),
        (None, "getNothing", refusal(404, "Not Found")),
    ],
)
async def test_a_wrong_token_or_method_is_refused(
    player: Player, token: str | None, method: str, expected: dict[str, Any]
) -> None:
    response = await player.http.post(f"/bot{token or player.token}/{method}")

    assert response.json() == expected
    assert response.status_code == expected["error_code"]


async def test_too_many_calls_say_when_in_the_body_and_the_header(player: Player) -> None:
    player.sandbox.faults.rate_limited = 1

    response = await player.http.post(f"/bot{player.token}/getMe")

    assert response.status_code == 429
    assert response.json()["parameters"] == {"retry_after": int(response.headers["retry-after"])}
    assert (await player.call("getMe"))["ok"]


@pytest.mark.parametrize(
    ("url", "secret", "description"),
    [
        ("ftp://desk.example/hook", "", "Bad Request: invalid webhook URL specified"),
        ("https://desk.example:99999/hook", "", "Bad Request: invalid webhook URL specified"),
        (
            "http://desk.example/hook",
            "",
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "https://desk.example:8000/hook",
            "",
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (HOOK, "a" * 257, "Bad Request: secret token is too long"),
        (HOOK, "секрет", "Bad Request: secret token contains unallowed characters"),
    ],
)
async def test_a_bad_webhook_is_refused_and_not_set(player: Player, url: str, secret: str, description: str) -> None:
    assert await player.call("setWebhook", url=url, secret_token=secret) == refusal(400, description)
    assert (await player.call("getWebhookInfo"))["result"]["url"] == ""


async def test_a_webhook_is_set_set_again_and_deleted(player: Player) -> None:
    parameters = {"url": HOOK, "secret_token": "s3cret", "allowed_updates": ["message"]}
    answers = [await player.call("setWebhook", **parameters) for _ in range(2)]
    info = (await player.call("getWebhookInfo"))["result"]
    answers += [await player.call("deleteWebhook"), await player.call("setWebhook", url="")]

    assert [answer["description"] for answer in answers] == [
        "Webhook was set",
        "Webhook is already set",
        "Webhook was deleted",
        "Webhook is already deleted",
    ]
    assert (info["url"], info["allowed_updates"]) == (HOOK, ["message"])
    assert "s3cret" not in json.dumps(info)


async def test_only_wanted_kinds_come_and_an_omitted_list_stays(player: Player) -> None:
    await player.call("setWebhook", url=HOOK, allowed_updates=["my_chat_member"])
    await player.call("setWebhook", url=HOOK)
    await player.sandbox.write("shop", "Bob", "hi")
    await player.sandbox.block("shop", "Bob")
    assert await player.kinds() == ["my_chat_member"]

    await player.call("setWebhook", url=HOOK, allowed_updates=[])
    await player.sandbox.write("shop", "Bob", "again")

    assert await player.kinds() == ["my_chat_member", "my_chat_member", "message"]


async def test_update_ids_grow_by_one_and_message_ids_are_not_used_twice(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    for customer in ("Bob", "Анна", "Bob"):
        await player.sandbox.write("shop", customer, "hi")
    await player.pusher.drained()

    ids = sorted(update["update_id"] for update in player.updates)
    assert ids == list(range(ids[0], ids[0] + 3))
    assert len({update["message"]["message_id"] for update in player.updates}) == 3


async def test_updates_wait_for_a_webhook_unless_they_are_dropped(player: Player) -> None:
    await player.sandbox.write("shop", "Bob", "one")
    assert (await player.call("getWebhookInfo"))["result"]["pending_update_count"] == 1

    await player.call("setWebhook", url=HOOK, drop_pending_updates=True)

    assert await player.kinds() == []


async def test_lost_pushes_never_come(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    player.sandbox.faults.lose_pushes = True

    await player.sandbox.write("shop", "Bob", "hi")

    assert await player.kinds() == []
    assert [seen.text for seen in player.sandbox.seen_by("shop", "Bob")] == ["hi"]


async def test_messages_that_telegram_refuses(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    chat = await player.chat_id()

    assert await player.call("sendMessage", chat_id=chat, text="") == refusal(400, "Bad Request: message text is empty")
    assert await player.call("sendMessage", chat_id=chat, text="🙂" * 2049) == refusal(
        400, "Bad Request: message is too long"
    )
    assert await player.call("sendMessage", chat_id=1, text="x") == refusal(400, "Bad Request: chat not found")
    assert (await player.call("sendChatAction", chat_id=chat, action="typing"))["result"] is True
    await player.sandbox.block("shop", "Bob")
    assert await player.call("sendChatAction", chat_id=chat, action="typing") == refusal(
        403, "Forbidden: bot was blocked by the user"
    )


async def test_a_moved_chat_says_where_it_is(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    chat = await player.chat_id()
    moved = int(await player.sandbox.migrate("shop", "Bob"))

    answer = await player.call("sendMessage", chat_id=chat, text="x")

    assert answer["parameters"] == {"migrate_to_chat_id": moved}
    assert (await player.call("sendMessage", chat_id=moved, text="x"))["result"]["chat"]["type"] == "supergroup"


async def test_a_customer_is_the_same_person_for_every_bot(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    other = Player(World())
    await other.call("setWebhook", url=HOOK)

    assert await player.chat_id("Анна Петрова") == await other.chat_id("Анна Петрова")
    assert player.updates[0]["message"]["from"] | {"id": 0} == {
        "id": 0,
        "is_bot": False,
        "first_name": "Анна",
        "last_name": "Петрова",
        "language_code": "ru",
    }


async def test_a_file_is_given_out_by_its_path_only(player: Player) -> None:
    await player.call("setWebhook", url=HOOK)
    await player.sandbox.write("shop", "Bob", "", [CustomerFile("voice", "v.ogg", "audio/ogg", b"sound")])
    await player.pusher.drained()

    file = (await player.call("getFile", file_id=player.updates[0]["message"]["voice"]["file_id"]))["result"]

    assert (await player.http.get(f"/file/bot{player.token}/{file['file_path']}")).content == b"sound"
    assert (await player.http.get(f"/file/bot{player.token}/voice/other")).json() == refusal(404, "Not Found")


async def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    before = Player(world)
    await before.call("setWebhook", url=HOOK)
    chat = await before.chat_id()
    world.close()

    after = Player(World(tmp_path / "world.db"))
    await after.call("sendMessage", chat_id=chat, text="back")

    assert [(seen.sender, seen.text) for seen in after.sandbox.seen_by("shop", "Bob")] == [
        ("customer", "hi"),
        ("shop", "back"),
    ]
    assert await after.chat_id() == chat


@pytest.mark.parametrize("body", ["[1]", "{", "null"])
async def test_a_body_that_is_no_object_is_refused(player: Player, body: str) -> None:
    headers = {"content-type": "application/json"}
    response = await player.http.post(f"/bot{player.token}/getMe", content=body, headers=headers)

    assert response.status_code == 400


async def test_what_a_customer_cannot_do_is_invalid(player: Player) -> None:
    with pytest.raises(InvalidInput):
        await player.sandbox.write("shop", "Bob", "")
    with pytest.raises(InvalidInput):
        await player.sandbox.edit("shop", "Bob", "99", "x")
    with pytest.raises(InvalidInput):
        await player.sandbox.answer_in_vendor_app("shop", "Bob", "x")
