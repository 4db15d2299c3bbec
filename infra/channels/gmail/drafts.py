"""Replies that wait in Gmail itself."""

from __future__ import annotations

from infra.channels.gmail.client import GmailClient
from infra.channels.gmail.failures import GONE
from shared.errors import ChannelRejected


async def create(client: GmailClient, message: dict[str, str]) -> str:
    """Gmail's id of the new draft. A repeated try may leave two: a draft is nothing a customer sees."""
    answer = await client.call(lambda users: users.drafts().create(userId="me", body={"message": message}))
    return str(answer["id"])


async def delete(client: GmailClient, draft_id: str) -> None:
    """Remove it, if it is there."""
    try:
        await client.call(lambda users: users.drafts().delete(userId="me", id=draft_id))
    except ChannelRejected as error:
        if error.code != GONE:
            raise
