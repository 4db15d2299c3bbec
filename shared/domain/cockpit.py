"""What people do in a work group: a Telegram supergroup whose topics mirror conversations."""

from __future__ import annotations

from shared.domain.messages import Attachment
from shared.domain.model import Instant, Noun


class GroupUser(Noun):
    """Somebody in the group. The id is Telegram's; `is_anonymous`: an admin writing as the group itself."""

    source_id: str
    name: str = ""
    username: str = ""
    language: str = ""
    is_anonymous: bool = False


class GroupMessage(Noun):
    """Somebody wrote in the group, or edited what they wrote. Ids are Telegram's, as strings."""

    chat: str
    source_id: str
    topic: str = ""
    """Empty: the General topic, or a group without topics."""
    reply_to: str = ""
    """The message of this group that it quotes; empty for the one that merely opens the topic."""
    author: GroupUser
    text: str
    attachments: tuple[Attachment, ...] = ()
    group_id: str = ""
    """Messages of one album share it."""
    at: Instant
    is_edit: bool = False


class GroupPress(Noun):
    """Somebody pressed an inline button of ours."""

    chat: str
    topic: str = ""
    source_id: str
    """The message that carries the button."""
    press_id: str
    """Telegram waits for an answer to it."""
    data: str
    author: GroupUser
    at: Instant


class GroupTopicChange(Noun):
    """Somebody closed or opened a topic by hand."""

    chat: str
    topic: str
    is_closed: bool
    author: GroupUser
    at: Instant


class GroupMembership(Noun):
    """The bot was let into a group, given rights, or thrown out."""

    chat: str
    title: str
    is_forum: bool = False
    is_member: bool
    is_admin: bool = False
    author: GroupUser
    at: Instant
