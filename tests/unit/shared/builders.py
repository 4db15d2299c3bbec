"""Valid nouns with some fields changed, and strategies for whole conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.domain.assistants import Assistant, Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, OutboxEntry, Status, WindowEntry
from shared.domain.ids import AssistantId, ContactId, ConversationId, InboxId, MessageId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.replies import Decision, Draft, EvidenceCard

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
IDS = [MessageId(f"m{number}") for number in range(6)]
INSTANTS = st.integers(-600, 600).map(lambda seconds: NOW + timedelta(seconds=seconds))


def a_conversation(**fields: Any) -> Conversation:
    known: dict[str, Any] = {
        "id": ConversationId("c1"),
        "workspace_id": WorkspaceId("ws1"),
        "inbox_id": InboxId("inbox1"),
        "channel": ChannelKind.AVITO,
        "contact_id": ContactId("contact1"),
        "source_id": "chat1",
        "status": Status.AWAITING_RESPONSE,
        "created_at": NOW,
        "updated_at": NOW,
        "last_message_at": NOW,
    }
    return Conversation(**(known | fields))


def an_entry(seconds: float = 0, **fields: Any) -> WindowEntry:
    """A customer's open message, so many seconds after NOW."""
    at = NOW + timedelta(seconds=seconds)
    known: dict[str, Any] = {
        "at": at,
        "received_at": at,
        "direction": Direction.INCOMING,
        "author": Author.CONTACT,
        "text": "Сколько стоит?",
        "is_open": True,
    }
    return WindowEntry(**(known | fields))


def an_answer(seconds: float = 0, **fields: Any) -> WindowEntry:
    known: dict[str, Any] = {
        "direction": Direction.OUTGOING,
        "author": Author.ASSISTANT,
        "text": "300",
        "is_open": False,
    }
    return an_entry(seconds, **(known | fields))


def owed(author: Author = Author.ASSISTANT, seconds: float = 0, **fields: Any) -> OutboxEntry:
    known: dict[str, Any] = {"state": "queued", "author": author, "queued_at": NOW + timedelta(seconds=seconds)}
    return OutboxEntry(**(known | fields))


def a_message(**fields: Any) -> Message:
    known: dict[str, Any] = {
        "id": MessageId("m1"),
        "conversation_id": ConversationId("c1"),
        "inbox_id": InboxId("inbox1"),
        "direction": Direction.OUTGOING,
        "author": Author.ASSISTANT,
        "text": "300 рублей",
        "at": NOW,
        "received_at": NOW,
        "delivery": Delivery.QUEUED,
    }
    return Message(**(known | fields))


def an_assistant(**fields: Any) -> Assistant:
    known: dict[str, Any] = {
        "id": AssistantId("assistant1"),
        "workspace_id": WorkspaceId("ws1"),
        "name": "Анна",
        "mode": Mode.AUTONOMOUS,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Assistant(**(known | fields))


def an_inbox(**fields: Any) -> Inbox:
    known: dict[str, Any] = {
        "id": InboxId("inbox1"),
        "workspace_id": WorkspaceId("ws1"),
        "channel": ChannelKind.AVITO,
        "name": "Магазин",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Inbox(**(known | fields))


def a_draft(id: MessageId) -> Draft:
    return Draft(id=id, text="300 рублей", evidence=EvidenceCard(decision=Decision.DRAFT), created_at=NOW)


ENTRIES = st.builds(
    lambda seconds, is_answer, is_echo, is_open: (
        an_answer(seconds, is_echo=is_echo, author=Author.MEMBER) if is_answer else an_entry(seconds, is_open=is_open)
    ),
    st.integers(-60, 60),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
OWED = st.builds(
    owed,
    st.sampled_from([Author.ASSISTANT, Author.MEMBER, Author.AUTO_RESPONDER]),
    st.integers(-60, 60),
    state=st.sampled_from(["queued", "sending"]),
    answers=st.lists(st.sampled_from(IDS), unique=True).map(tuple),
)
CONVERSATIONS = st.builds(
    a_conversation,
    status=st.sampled_from(Status),
    owner=st.sampled_from(["assistant", "nobody", "oleg"]),
    assignee=st.none() | st.just("oleg"),
    unread=st.integers(0, 3),
    window=st.dictionaries(st.sampled_from(IDS), ENTRIES),
    outbox=st.dictionaries(st.sampled_from([MessageId("o1"), MessageId("o2"), MessageId("o3")]), OWED),
    draft=st.none() | st.sampled_from(IDS).map(a_draft),
    round=st.integers(0, 3),
    sweeps=st.integers(0, 70),
)
