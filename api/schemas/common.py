"""What all answers share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from shared.domain.texts import Language, text

T = TypeVar("T")

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="An id.")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")]


class Out(BaseModel):
    """An answer. Reads its own fields, and no others, from a noun."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Listing(Out, Generic[T]):
    """A page of a list. Without `next_cursor` it is the last one."""

    items: list[T]
    next_cursor: str | None = None


class CodedText(Out):
    """A stable code with its meaning in the caller's language."""

    code: str
    text: str

    @classmethod
    def of(cls, code: str | None, language: Language) -> CodedText | None:
        """None where there is no code."""
        return cls(code=code, text=text(code, language)) if code else None
