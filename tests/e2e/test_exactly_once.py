"""Whatever comes many times is stored once and answered once."""

from __future__ import annotations

import asyncio
import json

import httpx

from infra.push_envelope import build
from shared.domain.channels import ChannelKind
from tests.support.machine import FAQ, Machine

DELIVERY = "Сколько стоит доставка?"


async def assert_one_message_one_reply(machine: Machine, kind: ChannelKind) -> None:
    (conversation,) = await machine.conversations()
    assert [message.text for message in await machine.messages(conversation)] == [DELIVERY, FAQ[DELIVERY]]
    seen = machine.outside.standins[kind].seen_by(kind.value, "Пётр")
    assert [message.text for message in seen] == [DELIVERY, FAQ[DELIVERY]]
    assert conversation.unread == 1


async def test_the_same_telegram_update_a_hundred_times_at_once(machine: Machine) -> None:
    await machine.connect(ChannelKind.TELEGRAM_BOT)
    recorded = Recorder(machine)
    await machine.outside.standins[ChannelKind.TELEGRAM_BOT].write("telegram_bot", "Пётр", DELIVERY)
    await machine.outside.pusher.drained()

    statuses = await recorded.repeat(100)
    await machine.run()

    assert set(statuses) == {200}
    await assert_one_message_one_reply(machine, ChannelKind.TELEGRAM_BOT)


async def test_the_same_avito_webhook_many_times_and_its_pull(machine: Machine) -> None:
    standin = await machine.connect(ChannelKind.AVITO)
    standin.faults.double_pushes = True
    await standin.write("avito", "Пётр", DELIVERY)
    await machine.outside.pusher.drained()

    opened = await machine.desk.directory.find("avito")
    pull = machine.desk.pull_inbox
    await asyncio.gather(*(pull(opened.inbox.workspace_id, opened.inbox.id) for _ in range(3)))
    await machine.run()
    await pull(opened.inbox.workspace_id, opened.inbox.id)
    await machine.run()

    await assert_one_message_one_reply(machine, ChannelKind.AVITO)


async def test_twenty_gmail_notifications_out_of_order(machine: Machine) -> None:
    standin = await machine.connect(ChannelKind.GMAIL)
    standin.faults.lose_pushes = True
    await standin.write("gmail", "Пётр", DELIVERY)
    opened = await machine.desk.directory.find("gmail")
    history = int((opened.inbox.cursor or "0").partition("@")[0])

    async def notify(offset: int) -> int:
        data = json.dumps({"emailAddress": opened.inbox.account, "historyId": history + offset}).encode()
        body = build(data, message_id=str(offset), published_at=machine.clock.now(), subscription="s", attributes={})
        return await machine.functions.deliver("gmail_push", body, {})

    statuses = await asyncio.gather(*(notify(offset) for offset in [5, 1, 9, 3, 2] * 4))
    await machine.run()

    assert set(statuses) == {204}
    await assert_one_message_one_reply(machine, ChannelKind.GMAIL)


class Recorder:
    """Remembers the calls on our doors, to make them again."""

    def __init__(self, machine: Machine) -> None:
        self.calls: list[tuple[str, bytes, dict[str, str]]] = []
        self._machine = machine
        self._door = machine.functions
        machine.functions = self  # type: ignore[assignment]

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.calls.append((scope["path"], message["body"], headers))

        async def again():  # type: ignore[no-untyped-def]
            return message

        await self._door(scope, again, send)

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return getattr(self._door, name)

    async def repeat(self, times: int) -> list[int]:
        """Make the last call again, all at once."""
        path, body, headers = self.calls[-1]
        async with httpx.AsyncClient(base_url=self._machine.settings.public_url, timeout=60) as client:
            answers = await asyncio.gather(*(client.post(path, content=body, headers=headers) for _ in range(times)))
        return [answer.status_code for answer in answers]
