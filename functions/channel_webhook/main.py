"""The other vendors' webhooks: `/hooks/{channel}/{inbox_id}/{secret}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import delivery_of, webhook
from shared.domain.channels import ChannelKind
from shared.errors import NotFound


@functions_framework.http
@webhook
async def channel_webhook(request: Request) -> Mapping[str, Any]:
    """The other vendors' webhooks: `/hooks/{channel}/{inbox_id}/{secret}`."""
    address, delivery = await delivery_of(request)
    if address.channel not in set(ChannelKind):
        raise NotFound("no such channel")
    return await desk().accept_delivery({ChannelKind(address.channel)}, address.inbox_id, delivery)
