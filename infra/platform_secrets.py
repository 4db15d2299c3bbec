"""The platform's own secrets in Secret Manager: terraform makes them empty, operators fill them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infra.cipher import KEYS_SECRET
from infra.key_rotation import add_key
from shared.errors import InvalidInput
from shared.ports.clock import Ids
from shared.ports.secret_store import SecretStore

JWT_SECRET: Final = "jwt-secret"  # noqa: S105 - a name
_LONGEST = 8192
"""Characters."""


@dataclass(frozen=True, slots=True)
class PlatformSecret:
    """One of them. `setting`: the variable that carries it into a service; empty: read through the store itself."""

    setting: str
    made_by: str = ""
    """The commands that make and change its value; empty: somebody else gave it to the operator."""

    @property
    def is_given(self) -> bool:
        """The operator puts it."""
        return not self.made_by


PLATFORM_SECRETS: Final[dict[str, PlatformSecret]] = {
    KEYS_SECRET: PlatformSecret("", "make-secrets and rotate-keys"),
    JWT_SECRET: PlatformSecret("PARLEY_JWT_SECRET", "make-secrets"),
    "llm-api-key": PlatformSecret("LLM_API_KEY"),
    "google-client-secret": PlatformSecret("GOOGLE_CLIENT_SECRET"),
    "telegram-api-hash": PlatformSecret("TELEGRAM_API_HASH"),
}


async def make_missing(secrets: SecretStore, ids: Ids) -> list[str]:
    """Fill those that we can make ourselves, as far as they have no value; their names. Raises `Unavailable`."""
    made = []
    if not await secrets.get(KEYS_SECRET):
        await add_key(secrets)
        made.append(KEYS_SECRET)
    if not await secrets.get(JWT_SECRET):
        await secrets.put(JWT_SECRET, ids.secret())
        made.append(JWT_SECRET)
    return made


async def set_given(secrets: SecretStore, name: str, value: str) -> None:
    """Give one of the operator's own a value. Raises `InvalidInput` for what can be none, `Unavailable`."""
    if not value or len(value) > _LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        raise InvalidInput(f"{name} is one line of printable characters without blanks")
    await secrets.put(name, value)
