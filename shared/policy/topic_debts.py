"""What a topic owes its conversation: which messages it does not show yet, and how urgent that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from shared.domain.conversations import ASSISTANT, WINDOW_SIZE, Conversation, Status, WindowEntry
from shared.domain.ids import MessageId
from shared.domain.messages import Direction
from shared.domain.model import from_micros, to_micros
from shared.domain.topics import ForumTopic, part_of
from shared.domain.work_groups import WorkGroup
from shared.policy.topic_names import name_of

_STEP = 10**16
"""More microseconds than there are since 1970 until the year 2286."""


class Rank(IntEnum):
    """Who goes first."""

    PEOPLE = 0
    """Somebody waits for people: a customer, a draft, a failure."""
    CUSTOMER = 1
    """A customer's words that the assistant takes care of."""
    ROUTINE = 2
    """Answers, notes, lines of the history."""
    TIDINESS = 3
    """Names, cards, pins: only the newest state of these matters."""
    PARKED = 4
    """Nothing can be done before a time: a file has not come yet, or Telegram failed."""


def place(rank: Rank, since: datetime) -> int:
    """A place in the queue: by rank, then by age."""
    return rank * _STEP + to_micros(since)


def rank_of(place: int) -> Rank:
    """The inverse of `place`, first half."""
    return Rank(place // _STEP)


def moment_of(place: int) -> datetime:
    """The inverse of `place`, second half."""
    return from_micros(place % _STEP)


@dataclass(frozen=True, slots=True)
class Debt:
    """A message that the topic does not show, or not as it is now."""

    id: MessageId
    entry: WindowEntry | None
    """None: a notice; the message itself must be read."""
    since: datetime


def debts(group: WorkGroup, topic: ForumTopic, conversation: Conversation) -> list[Debt]:
    """Oldest first. What was said before the group was there is history, unless it still waits for an answer."""
    found = [
        Debt(id, entry, entry.received_at)
        for id, entry in conversation.ordered_window()
        if not is_shown(topic, id, entry) and not is_history(group, entry)
    ]
    said = {debt.id for debt in found}
    for id, at in sorted(conversation.notices.items(), key=lambda item: (item[1], item[0])):
        known = topic.shown.get(part_of(id))
        if (known is None or known < at) and at >= group.bound_at and id not in said:
            found.append(Debt(id, None, at))
    return found


def is_shown(topic: ForumTopic, id: MessageId, entry: WindowEntry) -> bool:
    """The message and each of its files."""
    return all(key in topic.shown for key in parts(id, entry))


def parts(id: MessageId, entry: WindowEntry) -> Iterator[str]:
    """Keys of a message and of its files."""
    yield part_of(id)
    for number in range(len(entry.attachments)):
        yield part_of(id, number)


def is_history(group: WorkGroup, entry: WindowEntry) -> bool:
    """Said and done before the group was there."""
    return entry.received_at < group.bound_at and not entry.is_open


def has_gap(topic: ForumTopic, group: WorkGroup, conversation: Conversation) -> bool:
    """The window may have let go of messages that were never shown: it is full, and the oldest that it could have
    let go next is not shown either."""
    if len(conversation.window) < WINDOW_SIZE:
        return False
    closed = [(id, entry) for id, entry in conversation.ordered_window() if not entry.is_open]
    if not closed:
        return False
    id, entry = closed[0]
    return part_of(id) not in topic.shown and not is_history(group, entry)


def new_draft(topic: ForumTopic, conversation: Conversation) -> bool:
    """The draft is not on show."""
    return conversation.draft is not None and conversation.draft.id != topic.draft_id


def queue_place(group: WorkGroup, topic: ForumTopic, conversation: Conversation, card: str) -> int | None:
    """Where the topic stands in the queue; None: it is in step. `card` is the digest of the card as it should be."""
    owed = debts(group, topic, conversation)
    ranked = [(_rank(debt, conversation), debt.since) for debt in owed]
    if new_draft(topic, conversation) and conversation.draft is not None:
        ranked.append((Rank.PEOPLE, conversation.draft.created_at))
    if ranked:
        return place(*min(ranked))
    return place(Rank.TIDINESS, conversation.updated_at) if is_untidy(topic, conversation, card) else None


def is_untidy(topic: ForumTopic, conversation: Conversation, card: str) -> bool:
    """It exists, and its outside is not as it should be."""
    if not topic.topic:
        return False
    is_closed = conversation.status is Status.CLOSED
    has_old_draft = bool(topic.draft_post) and (conversation.draft is None or conversation.draft.id != topic.draft_id)
    return (
        has_old_draft
        or topic.is_closed != is_closed
        or topic.name != name_of(conversation)
        or not topic.is_pinned
        or topic.card_digest != card
    )


def _rank(debt: Debt, conversation: Conversation) -> Rank:
    waits_for_people = conversation.status is Status.NEEDS_HUMAN or conversation.owner != ASSISTANT
    if debt.entry is None:
        return Rank.PEOPLE if conversation.status is Status.NEEDS_HUMAN else Rank.ROUTINE
    if debt.entry.direction is Direction.INCOMING and debt.entry.is_open:
        return Rank.PEOPLE if waits_for_people else Rank.CUSTOMER
    return Rank.ROUTINE
