"""Work groups: Telegram supergroups with forum topics in which people answer customers."""

from __future__ import annotations

from shared.domain.ids import InboxId, WorkGroupId, WorkspaceId
from shared.domain.model import Instant, Noun
from shared.domain.texts import Language


class WorkGroup(Noun):
    """One group, served by the bot of one inbox."""

    id: WorkGroupId
    workspace_id: WorkspaceId
    bot_inbox_id: InboxId
    """A Telegram bot's inbox: its token posts, its webhook hears."""
    chat: str
    """Telegram's id of the supergroup."""
    title: str = ""
    language: Language = "ru"
    """Of what the bot itself says there."""
    problem: str | None = None
    """A code of `shared.domain.texts` that says what is wrong and what to do."""
    missing_rights: tuple[str, ...] = ()
    """Telegram's names of administrator rights that the bot lacks."""
    paused_until: Instant | None = None
    """Telegram asked us to wait."""
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1


class GroupCandidate(Noun):
    """A group that a bot was let into: one that a person may pick as work group."""

    chat: str
    title: str
    is_forum: bool = False
    is_admin: bool = False
    seen_at: Instant
