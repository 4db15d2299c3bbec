"""What an inbox keeps secret: its credentials and the word that its vendor must show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.ids import InboxId
from shared.domain.inboxes import Inbox
from shared.ports.cipher import Cipher


@dataclass(frozen=True, slots=True)
class InboxSecrets:
    """Sealed for one inbox: a ciphertext moved to another one does not open. Raises as `Cipher` does."""

    cipher: Cipher

    async def sealed_credentials(self, inbox: InboxId, credentials: Mapping[str, str]) -> str:
        """For `Inbox.credentials`."""
        return await self.cipher.encrypt(json.dumps(dict(credentials)), context=_context(inbox))

    async def sealed_word(self, inbox: InboxId, word: str) -> str:
        """For `Inbox.webhook_secret`."""
        return await self.cipher.encrypt(word, context=_context(inbox))

    async def credentials(self, inbox: Inbox) -> dict[str, str]:
        """The open credentials; empty where there are none."""
        sealed = inbox.credentials
        opened = await self.cipher.decrypt(sealed, context=_context(inbox.id)) if sealed else "{}"
        return {str(name): str(value) for name, value in json.loads(opened).items()}

    async def word(self, inbox: Inbox) -> str:
        """The open webhook secret; empty where there is none."""
        sealed = inbox.webhook_secret
        return await self.cipher.decrypt(sealed, context=_context(inbox.id)) if sealed else ""

    async def resealed(self, inbox: Inbox) -> dict[str, str]:
        """The same secrets under the newest key, as fields to write."""
        sealed = {"credentials": inbox.credentials, "webhook_secret": inbox.webhook_secret}
        context = _context(inbox.id)
        return {name: await self.cipher.rotate(value, context=context) for name, value in sealed.items() if value}


def _context(inbox: InboxId) -> str:
    return f"inbox:{inbox}"
