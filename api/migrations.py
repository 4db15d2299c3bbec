"""The product's data migrations, in the order of their application. None has been needed yet."""

from __future__ import annotations

from typing import Final

from shared.services.migrate import Migration

MIGRATIONS: Final[tuple[Migration, ...]] = ()
