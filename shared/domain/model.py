"""What every noun shares: frozen, no unknown fields, instants as aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970, UTC: how instants are stored, so that a store can keep a maximum of them."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The inverse of `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


def _instant(value: Any) -> Any:
    if type(value) is not int:
        return value
    try:
        return from_micros(value)
    except OverflowError:
        raise ValueError("outside of what a moment can be") from None


Instant = Annotated[datetime, BeforeValidator(_instant)]
"""An aware UTC moment; reads both datetimes and stored microseconds."""


class Noun(BaseModel):
    """A frozen value. Documents of a newer version may carry fields that this one does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Strict(BaseModel):
    """A frozen value that refuses unknown fields: for what comes from a caller of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")
