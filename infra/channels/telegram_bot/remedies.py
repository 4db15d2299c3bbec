"""What can be wrong with an inbox of this channel, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import WRONG, Remedy
from infra.telegram.registration import TOKEN_REMEDY, WEBHOOK_REMEDIES

REMEDIES: Final[dict[str, Remedy]] = {WRONG: TOKEN_REMEDY, **WEBHOOK_REMEDIES}
