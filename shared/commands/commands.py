"""The commands themselves. Each is a small value; what it changes stands in `effects`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.ids import MessageId, UserId
from shared.domain.model import Strict


class TakeOver(Strict):
    """The member answers from now on; the assistant stays silent."""

    kind: Literal["take_over"] = "take_over"


class GiveBack(Strict):
    """The assistant answers again, beginning with what is still open."""

    kind: Literal["give_back"] = "give_back"


class Close(Strict):
    """Done. A new message of the customer opens it again, with the assistant as owner."""

    kind: Literal["close"] = "close"


class Reopen(Strict):
    """Not done after all: people have it."""

    kind: Literal["reopen"] = "reopen"


class MarkRead(Strict):
    """The staff has seen everything."""

    kind: Literal["mark_read"] = "mark_read"


class Assign(Strict):
    """Who is to answer; None: anybody."""

    kind: Literal["assign"] = "assign"
    user_id: UserId | None


class SetLabels(Strict):
    """Replaces the labels."""

    kind: Literal["set_labels"] = "set_labels"
    labels: tuple[Annotated[str, Field(min_length=1, max_length=50)], ...] = Field(max_length=20)


class AddNote(Strict):
    """A line that only the staff sees."""

    kind: Literal["add_note"] = "add_note"
    text: str = Field(min_length=1, max_length=4000)


class DiscardDraft(Strict):
    """The proposal is not wanted."""

    kind: Literal["discard_draft"] = "discard_draft"
    draft_id: MessageId


Command = Annotated[
    TakeOver | GiveBack | Close | Reopen | MarkRead | Assign | SetLabels | AddNote | DiscardDraft,
    Field(discriminator="kind"),
]
