"""Inboxes. Credentials go in and never come out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import CodedText, Out
from infra.channels.registry import REGISTRY, remedies_of
from shared.domain.arrivals import Diagnosis
from shared.domain.channels import ChannelKind
from shared.domain.comparisons import Comparison
from shared.domain.inboxes import Health, Inbox
from shared.domain.model import Instant, Strict
from shared.domain.texts import Language

CredentialsIn = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=8000)]], Field(max_length=20)
]
"""As the vendor gives them: a bot's `token`, Avito's `client_id` and `client_secret`."""
Name = Annotated[str, Field(min_length=1, max_length=100)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class InboxIn(Strict):
    """An account to connect."""

    channel: ChannelKind
    name: Name
    credentials: CredentialsIn = Field(repr=False)
    assistant_id: Reference | None = None


class InboxPatch(Strict):
    """What is to be changed; new credentials connect the account again. `assistant_id` null: nobody answers."""

    name: Name = ""
    credentials: CredentialsIn | None = Field(default=None, repr=False)
    assistant_id: Reference | None = None
    allows_assistant: bool | None = None
    """False: its turns go to people. Null: as it is."""
    allows_replies: bool | None = None
    """False: nothing is sent from here. Null: as it is."""

    def flags(self) -> dict[str, object]:
        """What may be done here, as far as it is named."""
        named = self.model_dump(include={"allows_assistant", "allows_replies"}, exclude_none=True)
        return dict(named)


class InboxOut(Out):
    """A connected account with its health, and what is wrong with it."""

    id: str
    channel: ChannelKind
    name: str
    account: str
    health: Health
    problem: CodedText | None
    advice: str | None
    """What to do about the problem, in the words and menus of this vendor."""
    assistant_id: str | None
    allows_assistant: bool
    allows_replies: bool
    is_mirrored: bool
    """Its conversations are topics of the work group."""
    is_simulated: bool
    last_activity_at: Instant | None
    retry_at: Instant | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, inbox: Inbox, language: Language) -> InboxOut:
        """An inbox for a reader of this language."""
        return cls(
            id=inbox.id,
            channel=inbox.channel,
            name=inbox.name,
            account=inbox.account,
            health=inbox.health,
            problem=CodedText.of(inbox.problem, language),
            advice=_advice(inbox.channel, inbox.problem, language),
            assistant_id=inbox.assistant_id,
            allows_assistant=inbox.allows_assistant,
            allows_replies=inbox.allows_replies,
            is_mirrored=inbox.work_group_id is not None,
            is_simulated=inbox.is_simulated,
            last_activity_at=inbox.last_activity_at,
            retry_at=inbox.retry_at,
            created_at=inbox.created_at,
            updated_at=inbox.updated_at,
        )


class DiagnosisOut(Out):
    """What the vendor says of the account. Without a problem all is well."""

    problem: CodedText | None
    advice: str | None
    """What to do about the problem, in the words and menus of this vendor."""
    facts: dict[str, str]

    @classmethod
    def of(cls, channel: ChannelKind, diagnosis: Diagnosis, language: Language) -> DiagnosisOut:
        """A diagnosis for a reader of this language."""
        return cls(
            problem=CodedText.of(diagnosis.problem, language),
            advice=_advice(channel, diagnosis.problem, language),
            facts=diagnosis.facts,
        )


class ComparisonOut(Out):
    """What the vendor holds against what we hold. `missing_ids` are the vendor's, the first hundred."""

    since: Instant
    began_at: Instant
    ended_at: Instant | None
    held: int
    missing: int
    missing_ids: list[str]
    repaired: int
    problem: CodedText | None

    @classmethod
    def of(cls, comparison: Comparison, language: Language) -> ComparisonOut:
        """A comparison for a reader of this language."""
        told = comparison.model_dump(include=set(cls.model_fields) - {"problem"})
        return cls(**told, problem=CodedText.of(comparison.problem, language))


class PulledOut(Out):
    """How many new things a pull brought."""

    news: int


def _advice(channel: ChannelKind, problem: str | None, language: Language) -> str | None:
    if problem is None or channel not in REGISTRY:
        return None
    remedy = remedies_of(channel).get(problem)
    return None if remedy is None else remedy.text(language)
