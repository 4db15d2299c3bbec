"""Work groups: Telegram supergroups with forum topics in which people answer customers."""

from __future__ import annotations

from shared.domain.ids import InboxId, WorkGroupId, WorkspaceId, stable_id
from shared.domain.model import Instant, Noun
from shared.domain.texts import Language

NEEDED_RIGHT = "can_manage_topics"
"""Without it nothing can be mirrored; the other rights only make the group tidier."""


class GroupReply(Noun):
    """What the bot has to say to somebody in the group: an answer to a command or to a pressed button."""

    topic: str = ""
    """Empty: General."""
    press_id: str = ""
    """Then the text is shown to the one who pressed, and nothing is posted."""
    text: str
    cancels_edit: bool = False
    """With a button that ends the editing of a draft."""
    expires_at: Instant


class WorkGroup(Noun):
    """One group, served by the bot of one inbox, and how far its mirror has come."""

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
    examined_at: Instant | None = None
    """When rights were looked at last."""
    bound_at: Instant
    """What was said before is shown as history only."""
    paused_until: Instant | None = None
    """Telegram asked us to wait."""
    failures: int = 0
    """In a row, of Telegram itself."""
    spent: tuple[Instant, ...] = ()
    """When the bot wrote there lately: Telegram counts."""
    lease: str = ""
    """Who is bringing it up to date right now."""
    lease_until: Instant | None = None
    knocks: int = 0
    """Grows when something comes up while somebody holds the lease."""
    replies: dict[str, GroupReply] = {}
    """What the bot has to say, in the order of its keys."""
    strangers: dict[str, Instant] = {}
    """Topics that belong to no conversation, and when people who wrote there were told so."""
    due_at: Instant | None = None
    """When somebody must go on; None: all topics are in step."""
    in_step_at: Instant
    """What changed before this has been seen by the sweep."""
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1

    @property
    def is_usable(self) -> bool:
        """Customers' words may be posted there."""
        return self.problem is None or (
            self.problem == "group_rights_missing" and NEEDED_RIGHT not in self.missing_rights
        )


class GroupCandidate(Noun):
    """A group that a bot was let into: one that a person may pick as work group."""

    bot_inbox_id: InboxId
    chat: str
    title: str
    is_forum: bool = False
    is_admin: bool = False
    author: str = ""
    """Who let the bot in, or changed its rights last: anybody can put a shop's bot into a group of their own."""
    seen_at: Instant

    @property
    def id(self) -> str:
        """The same bot in the same chat has the same."""
        return candidate_id(self.bot_inbox_id, self.chat)


def candidate_id(bot: InboxId, chat: str) -> str:
    """Of a group that this bot was let into."""
    return stable_id("candidate", bot, chat)


def work_group_id(workspace: WorkspaceId) -> WorkGroupId:
    """A workspace has one at most."""
    return WorkGroupId(stable_id("work-group", workspace))
