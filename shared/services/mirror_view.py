"""What the mirror looks at when it works on one topic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.conversations import WINDOW_TEXT, Conversation
from shared.domain.ids import MessageId
from shared.domain.messages import Delivery, Direction, Message
from shared.domain.topics import ForumTopic, part_of
from shared.domain.work_groups import WorkGroup
from shared.policy.topic_card import card_digest
from shared.policy.topic_debts import (
    Debt,
    Rank,
    debts,
    has_gap,
    is_history,
    is_untidy,
    new_draft,
    place,
    queue_place,
)
from shared.policy.topic_posts import Composer, Composition, needs_reading
from shared.store.conversations import Conversations
from shared.store.messages import Messages
from shared.store.workspace import WorkspaceStore

_PAGE, _MOST_PAGES = 50, 20
_REMEMBERED = timedelta(hours=1)
"""So long every mark is kept: of messages that are just being sent, and that the window has let go of."""


@dataclass(frozen=True, slots=True)
class View:
    """A topic, its conversation, and those messages whose window entry does not tell enough."""

    group: WorkGroup
    conversation: Conversation
    topic: ForumTopic
    messages: dict[MessageId, Message]
    missed: tuple[Message, ...]
    """Those that the window had let go of before anybody looked."""
    now: datetime

    def with_topic(self, topic: ForumTopic, now: datetime) -> View:
        """The same after a step."""
        return replace(self, topic=topic, now=now)

    @property
    def digest(self) -> str:
        """Of the card as it should be."""
        return card_digest(self.conversation, self.group.language)

    def composed(self) -> Composition:
        """What is owed in words and files."""
        shown = self.topic.shown
        missed = [Debt(m.id, None, m.received_at) for m in self.missed if part_of(m.id) not in shown]
        known = self.messages | {message.id: message for message in self.missed}
        composer = Composer(self.conversation, self.topic, self.group.language, self.now, known)
        return composer([*missed, *debts(self.group, self.topic, self.conversation)])

    def place(self) -> int | None:
        """Where the topic belongs in the queue now; None: it is in step."""
        composed = self.composed()
        if composed.pieces or new_draft(self.topic, self.conversation):
            ranked = queue_place(self.group, self.topic, self.conversation, self.digest)
            return place(Rank.ROUTINE, self.conversation.updated_at) if ranked is None else ranked
        if is_untidy(self.topic, self.conversation, self.digest):
            return place(Rank.TIDINESS, self.conversation.updated_at)
        return None if composed.waits_until is None else place(Rank.PARKED, composed.waits_until)

    def mark_of(self, key: str) -> datetime:
        """The newest change of a message that showing it now takes in: by the clocks that a later change goes by."""
        id = MessageId(key.partition("-")[0])
        if id in self.conversation.notices:
            return self.conversation.notices[id]
        said = self.conversation.window.get(id) or self.messages.get(id)
        return self.now if said is None else said.received_at

    def tidied(self) -> ForumTopic:
        """The topic without marks of messages that cannot come up again."""
        conversation, until = self.conversation, self.now - _REMEMBERED
        alive = {*conversation.window, *conversation.outbox, *conversation.notices}
        kept = {
            key: at for key, at in self.topic.shown.items() if MessageId(key.partition("-")[0]) in alive or at > until
        }
        if len(kept) == len(self.topic.shown):
            return self.topic
        return self.topic.model_copy(update={"shown": kept, "forgotten_until": until})


async def load(store: WorkspaceStore, group: WorkGroup, topic: ForumTopic, now: datetime) -> View | None:
    """Read what a topic needs; None: its conversation is gone."""
    known = await Conversations(store).get(topic.conversation_id)
    if known is None:
        return None
    conversation = known.conversation
    owed = debts(group, topic, conversation)
    wanted = [debt.id for debt in owed if needs_reading(debt, WINDOW_TEXT)]
    found = await Messages(store).several(conversation.id, wanted) if wanted else []
    missed = await _missed(store, group, topic, conversation) if has_gap(topic, group, conversation) else ()
    return View(group, conversation, topic, {message.id: message for message in found}, missed, now)


async def _missed(
    store: WorkspaceStore, group: WorkGroup, topic: ForumTopic, conversation: Conversation
) -> tuple[Message, ...]:
    """Messages that are neither shown nor in the window any more, oldest first."""
    horizon = max(topic.forgotten_until or group.bound_at, group.bound_at)
    found: list[Message] = []
    after: str | None = None
    for _ in range(_MOST_PAGES):
        page = await Messages(store).page(conversation.id, limit=_PAGE, after=after)
        young = [message for message in page.items if message.received_at >= horizon]
        found += [one for one in young if _is_said(one) and _is_missed(one, topic, conversation)]
        after = page.next_cursor
        if after is None or not young:
            break
    return tuple(reversed(found))


def _is_missed(message: Message, topic: ForumTopic, conversation: Conversation) -> bool:
    return part_of(message.id) not in topic.shown and message.id not in conversation.window


def _is_said(message: Message) -> bool:
    is_sent = message.delivery in (None, Delivery.SENT)
    return is_sent and message.direction is not Direction.ACTIVITY and message.deleted_at is None


def history(view: View) -> list[MessageId]:
    """Recent messages that are not news: for a topic that begins in the middle of a conversation."""
    return [
        id
        for id, entry in view.conversation.ordered_window()
        if part_of(id) in view.topic.shown or is_history(view.group, entry)
    ]
