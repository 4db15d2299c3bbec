"""The work group: which group it is, whether it works, and which ones could be picked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import CodedText, Out
from api.schemas.inboxes import Reference
from shared.domain.model import Instant, Strict
from shared.domain.texts import Language
from shared.domain.work_groups import GroupCandidate, WorkGroup


class WorkGroupIn(Strict):
    """A group that a bot of the workspace is in."""

    chat: Annotated[str, Field(pattern=r"^-?[0-9]{1,20}$")]
    """Telegram's id of it, as the candidates have it."""
    inbox_id: Reference
    """The bot's inbox."""
    language: Literal["ru", "en"] = "ru"
    """Of what the bot says there."""


class WorkGroupOut(Out):
    """The workspace's group with what is wrong with it, if anything."""

    chat: str
    title: str
    inbox_id: str
    language: str
    problem: CodedText | None
    missing_rights: list[str]
    """Telegram's names of the administrator rights that the bot lacks."""
    is_usable: bool
    """Topics can be made; without some rights they are only less tidy."""
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, group: WorkGroup, language: Language) -> WorkGroupOut:
        """A group for a reader of this language."""
        return cls(
            chat=group.chat,
            title=group.title,
            inbox_id=group.bot_inbox_id,
            language=group.language,
            problem=CodedText.of(group.problem, language),
            missing_rights=list(group.missing_rights),
            is_usable=group.is_usable,
            created_at=group.created_at,
            updated_at=group.updated_at,
        )


class CandidateOut(Out):
    """A group that a bot was let into."""

    chat: str
    title: str
    inbox_id: str
    is_forum: bool
    is_admin: bool
    author: str
    """Who let the bot in, or changed its rights last. A stranger's group is not to be picked."""
    seen_at: Instant

    @classmethod
    def of(cls, candidate: GroupCandidate) -> CandidateOut:
        """A candidate."""
        told = candidate.model_dump(include={"chat", "title", "is_forum", "is_admin", "author", "seen_at"})
        return cls(inbox_id=candidate.bot_inbox_id, **told)
