"""Telegram's webhook: `/hooks/telegram/{inbox_id}` with the secret in a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import delivery_of, webhook
from infra.topology import MASTER_BOT
from shared.domain.channels import ChannelKind

KINDS = frozenset({ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS})


@functions_framework.http
@webhook
async def telegram_webhook(request: Request) -> Mapping[str, Any]:
    """Telegram's webhook: `/hooks/telegram/{inbox_id}` with the secret in a header."""
    address, delivery = await delivery_of(request)
    if address.inbox_id == MASTER_BOT:
        await desk().master_bot(delivery)
        return {}
    return await desk().accept_delivery(KINDS, address.inbox_id, delivery)
