"""What a work group shows of a conversation."""

from __future__ import annotations

from shared.domain.ids import ConversationId, MessageId
from shared.domain.model import Instant, Noun

KEPT_POSTS = 200
"""Newest posts of a topic by which a quoted message finds its conversation."""


class ForumTopic(Noun):
    """The topic of one conversation, as far as Telegram has told us that it is there."""

    conversation_id: ConversationId
    chat: str
    topic: str = ""
    """Telegram's id; empty: there is none yet, or it was deleted."""
    name: str = ""
    is_closed: bool = False
    card: str = ""
    """The message that says who the customer is."""
    card_digest: str = ""
    is_pinned: bool = False
    has_history: bool = False
    """What was said before has been shown."""
    draft_id: MessageId | None = None
    """The draft on show, in `draft_post`."""
    draft_post: str = ""
    shown: dict[str, Instant] = {}
    """Messages and their files, by `part_of`, that need no post any more, with the newest change that was shown."""
    forgotten_until: Instant | None = None
    """Marks of messages from before this are kept only while the conversation itself still names them."""
    posts: tuple[str, ...] = ()
    """Telegram's ids of our newest posts, oldest first."""
    edited_drafts: dict[str, MessageId] = {}
    """Telegram user to the draft that their next message replaces."""
    people: dict[str, str] = {}
    """Names of those who acted from here and are no members."""
    place: int | None = None
    """In the queue, smallest first; None: nothing is owed."""
    looks: int = 0
    """Grows whenever somebody has found something owed: whoever is at work here notices."""
    attempts: int = 0
    """Failures in a row of the step that is due."""
    schema_version: int = 1


def part_of(message: str, number: int | None = None) -> str:
    """The key of a message in `ForumTopic.shown`, or of one of its files."""
    return message if number is None else f"{message}-{number}"
