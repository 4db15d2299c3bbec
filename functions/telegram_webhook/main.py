"""Telegram's webhook: `/hooks/telegram/{inbox_id}` with the secret in a header."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import delivery_of, webhook
from shared.domain.channels import ChannelKind

KINDS = frozenset({ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS})


@functions_framework.http
@webhook
async def telegram_webhook(request: Request) -> dict[str, str]:
    """Telegram's webhook: `/hooks/telegram/{inbox_id}` with the secret in a header."""
    address, delivery = await delivery_of(request)
    await desk().accept_delivery(KINDS, address.inbox_id, delivery)
    return {}
