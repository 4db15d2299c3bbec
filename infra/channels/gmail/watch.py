"""Gmail's promise to tell a Pub/Sub topic about changes of a mailbox, for seven days at a time."""

from __future__ import annotations

from infra.channels.gmail.client import GmailClient
from infra.channels.gmail.failures import WATCH_TAKEN
from shared.errors import ChannelError, ChannelRejected, CredentialsRejected

# SENT too: an answer that the owner types in Gmail itself is an answer.
_LABELS = ["INBOX", "SENT"]


async def start(client: GmailClient, topic: str) -> None:
    """Watch, or go on watching. Another topic of our project that watches the mailbox is displaced."""
    try:
        await _watch(client, topic)
    except ChannelRejected as error:
        if error.code != WATCH_TAKEN:
            raise _refusal(error) from error
        await stop(client)
        await _watch(client, topic)


async def stop(client: GmailClient) -> None:
    """No more notifications."""
    await client.call(lambda users: users.stop(userId="me"))


async def problem(client: GmailClient, topic: str) -> str | None:
    """Why Gmail cannot tell us of changes, as a code; None: it can."""
    if not topic:
        return "watch_missing_topic"
    try:
        await start(client, topic)
    except ChannelError as error:
        return error.code
    return None


def _refusal(error: ChannelRejected) -> ChannelRejected:
    """What is wrong with the topic is no fault of the mailbox's."""
    if isinstance(error, CredentialsRejected):
        return error
    return ChannelRejected(str(error), code="watch_refused", vendor_code=error.vendor_code)


async def _watch(client: GmailClient, topic: str) -> None:
    body = {"topicName": topic, "labelIds": _LABELS, "labelFilterBehavior": "include"}
    await client.call(lambda users: users.watch(userId="me", body=body))
