"""What Gmail's watch publishes."""

from __future__ import annotations

from pydantic import Field

from shared.domain.model import Noun


class GmailNotification(Noun):
    """A mailbox changed. Of the state only the address is used: the desk pulls from its own cursor."""

    email: str = Field(alias="emailAddress", min_length=3, max_length=320, pattern=r"^[^\s/@]+@[^\s/@]+$")
    history_id: int = Field(alias="historyId")
    """Sent as a number or as a string of digits."""
