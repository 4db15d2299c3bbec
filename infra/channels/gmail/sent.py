"""Sending a letter, and finding it again when the answer to the sending was lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from infra.channels.gmail.client import GmailClient
from infra.channels.gmail.failures import GONE
from infra.channels.gmail.wire import gmail_thread, request_body
from infra.mail.building import MARKER_HEADER, own_message_id
from infra.mail.conversing import MOST_AUTOMATIC_A_DAY, check_loop, partner_of, thread_of
from shared.domain.arrivals import Outgoing, Receipt
from shared.errors import ChannelRejected


async def send(client: GmailClient, raw: bytes, outgoing: Outgoing, *, in_thread: bool) -> Receipt:
    """Once. Raises the `ChannelError` family, `ChannelUnclear` among it."""
    body = request_body(raw, outgoing.thread if in_thread else "")
    answer = await client.call(lambda users: users.messages().send(userId="me", body=body), repeatable=False)
    return _receipt(answer, outgoing)


async def check_no_loop(client: GmailClient, outgoing: Outgoing, now: datetime) -> None:
    """Raises `ChannelRejected` where the last day's letters to this address are too many for a machine to add one."""
    since = int((now - timedelta(days=1)).timestamp())
    search = f"in:sent to:{partner_of(outgoing)} after:{since}"
    answer = await client.call(
        lambda users: users.messages().list(userId="me", q=search, maxResults=MOST_AUTOMATIC_A_DAY)
    )
    check_loop(len(answer.get("messages", ())))


async def find(client: GmailClient, outgoing: Outgoing) -> Receipt | None:
    """The letter under our Message-ID, if Gmail has sent it. A draft under the same id does not count."""
    if outgoing.thread and (message := await _in_thread(client, outgoing)):
        return _receipt(message, outgoing)
    search = f"rfc822msgid:{own_message_id(outgoing.message_id)}"
    answer = await client.call(lambda users: users.messages().list(userId="me", q=search, labelIds=["SENT"]))
    found = answer.get("messages", ())
    return _receipt(found[0], outgoing) if found else None


async def _in_thread(client: GmailClient, outgoing: Outgoing) -> dict[str, Any] | None:
    """Gmail's search may lag behind a sending, a thread does not."""
    try:
        thread = await client.call(
            lambda users: users.threads().get(
                userId="me", id=gmail_thread(outgoing.thread), format="metadata", metadataHeaders=[MARKER_HEADER]
            )
        )
    except ChannelRejected as error:
        if error.code == GONE:
            return None
        raise
    return next((message for message in thread.get("messages", ()) if _is_ours(message, outgoing.message_id)), None)


def _is_ours(message: dict[str, Any], marker: str) -> bool:
    headers = message.get("payload", {}).get("headers", ())
    return "SENT" in message.get("labelIds", ()) and any(
        header["name"].lower() == MARKER_HEADER.lower() and header["value"] == marker for header in headers
    )


def _receipt(message: dict[str, Any], outgoing: Outgoing) -> Receipt:
    landed = str(message.get("threadId", ""))
    is_moved = landed != gmail_thread(outgoing.thread)
    return Receipt(
        source_id=str(message.get("id", "")), thread=thread_of(landed, partner_of(outgoing)) if is_moved else ""
    )
