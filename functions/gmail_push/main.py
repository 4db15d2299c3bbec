"""Gmail's watch: a mailbox changed."""

from __future__ import annotations

import functions_framework.aio as functions_framework
from starlette.requests import Request

from infra.bootstrap import desk
from infra.entry import body_of, internal
from infra.gmail_notification import GmailNotification
from infra.push_envelope import event_of


@functions_framework.http
@internal
async def gmail_push(request: Request) -> None:
    """Pull the mailbox that the notification names."""
    notification = event_of(await body_of(request), GmailNotification)
    await desk().notify_mailbox(notification.email)
