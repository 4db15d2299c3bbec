"""The door to a work group: a Telegram supergroup with topics, seen by the bot that serves it.

Each call is made once, with a timeout. Errors: `TopicGone` (create it again), `GroupGone` (the bot was thrown out or
the group deleted), `CredentialsRejected`, `ChannelUnavailable` (surely not done; `retry_after` when Telegram says so),
`ChannelUnclear` (may have been done) and `ChannelRejected` (never).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from shared.domain.arrivals import OutgoingFile
from shared.domain.messages import Attachment
from shared.domain.model import Noun
from shared.domain.work_groups import WorkGroup

POST_LIMIT = 4096
"""UTF-16 units of a post without a file."""
CAPTION_LIMIT = 1024
"""UTF-16 units of a post with a file."""


class Button(Noun):
    """An inline button. `data` comes back in `GroupPress`: at most 64 bytes."""

    label: str
    data: str = ""
    url: str = ""
    """Instead of `data`: a button that opens an address."""


class Post(Noun):
    """What is put into a topic: a title in bold, then plain text. Nothing in either is markup."""

    title: str = ""
    text: str = ""
    file: OutgoingFile | None = Field(default=None, repr=False)
    buttons: tuple[tuple[Button, ...], ...] = ()
    is_silent: bool = False
    """No sound on people's phones."""


class ForumState(Noun):
    """What the bot finds in the group."""

    chat: str
    """Another one than asked for when the group has become a supergroup."""
    title: str
    is_forum: bool
    missing_rights: tuple[str, ...] = ()
    """Telegram's names of the administrator rights that it lacks."""


class Forum(Protocol):
    """One group. Ids of topics and messages are Telegram's, as strings."""

    async def examine(self) -> ForumState:
        """Title and rights, as Telegram has them now."""
        ...

    async def create_topic(self, name: str) -> str:
        """A new topic's id. A name has at most 128 characters."""
        ...

    async def rename_topic(self, topic: str, name: str) -> None:
        """Does nothing when it is called so already."""
        ...

    async def close_topic(self, topic: str) -> None:
        """Only administrators can write there. Does nothing when it is closed."""
        ...

    async def reopen_topic(self, topic: str) -> None:
        """Does nothing when it is open."""
        ...

    async def post(self, topic: str, post: Post) -> str:
        """Put a message into a topic (empty: General); its id."""
        ...

    async def edit(self, message: str, post: Post) -> None:
        """Replace text and buttons of an own message without a file. Does nothing when nothing changes."""
        ...

    async def pin(self, message: str) -> None:
        """Pin an own message in its topic."""
        ...

    async def delete(self, messages: Sequence[str]) -> None:
        """Delete messages, as far as they are there and may be deleted."""
        ...

    async def answer_press(self, press_id: str, text: str) -> None:
        """Tell the one who pressed a button what came of it; too late is no error. At most 200 characters."""
        ...

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that somebody put into the group."""
        ...


class ForumOpener(Protocol):
    """From a work group to its forum. Raises `Unavailable`, `NotFound` (the bot's inbox is gone)."""

    async def open(self, group: WorkGroup) -> Forum:
        """The forum, with the bot's token opened."""
        ...
