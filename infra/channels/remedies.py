"""The connector doctor's table: what can be wrong with an inbox, and what its owner can do about it.

Each channel fills a part of it, `remedies.py` in its folder: a problem's code, as `Diagnosis.problem` and the errors of
`connect` carry it, to the steps at this very vendor. The stand-in can bring about every one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.texts import Language

WRONG = "credentials_rejected"
"""The vendor does not know the key at all, or it was revoked."""
EXPIRED = "credentials_expired"
"""It was right once, and its time is over."""
WRONG_TYPE = "credentials_wrong_type"
"""A key of another kind or another section than the one that is needed."""
RIGHTS = "rights_missing"
"""The key is right, and may not do what is needed."""
SCOPE = "scope_missing"
"""The owner did not tick every permission."""
TARIFF = "tariff_missing"
"""The vendor sells this ability separately."""
WEBHOOK_MISSING = "webhook_not_set"
"""The vendor does not know our address."""
WEBHOOK_FAILING = "webhook_failing"
"""The vendor knows it, and cannot deliver."""
MODE_OFF = "mode_off"
"""A switch at the vendor is off."""
ACCOUNT_CLOSED = "account_closed"
"""The vendor has blocked, moved or closed the account."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, in the words and menus of the vendor: a sentence or two a person can follow."""

    ru: str
    en: str

    def text(self, language: Language) -> str:
        """In one of the product's languages."""
        return self.ru if language == "ru" else self.en
