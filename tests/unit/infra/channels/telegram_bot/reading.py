"""Telegram's calls on us, as the tests make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from infra.channels.context import ChannelContext, Vault
from infra.channels.telegram_bot.channel import TelegramBot
from infra.settings import VendorSettings
from shared.domain.arrivals import RawDelivery
from tests.support.clock import ManualClock

SECRET = "hook-secret_1"
PAYLOADS = Path(__file__).parents[4] / "payloads" / "telegram_bot"


class NoVault:
    """A bot earns no secrets."""

    async def get(self, name: str) -> str | None:
        raise AssertionError(name)

    async def put(self, name: str, value: str, *, expires_at: object) -> None:
        raise AssertionError(name)


def a_bot(
    http: httpx.AsyncClient,
    *,
    url: str = "http://127.0.0.1:1",
    token: str = "7001:AAtest",
    secret: str = SECRET,
    clock: ManualClock | None = None,
) -> TelegramBot:
    vault: Vault = NoVault()
    return TelegramBot(
        ChannelContext(
            inbox_id="inbox1",
            account="",
            credentials={"token": token},
            webhook_secret=secret,
            vendors=VendorSettings(telegram_api_url=url),
            http=http,
            clock=clock or ManualClock(),
            vault=vault,
        )
    )


def payload(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return body


def delivery(body: bytes | dict[str, Any], **headers: str) -> RawDelivery:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawDelivery(body=data, headers=headers or {"x-telegram-bot-api-secret-token": SECRET})
