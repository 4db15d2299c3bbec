"""The auto-responder's settings: read at most every few seconds, changed as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.auto_responder import AutoResponder
from shared.domain.ids import WorkspaceId
from shared.errors import AlreadyExists, Conflict, Stale
from shared.policy.intervals import current_start
from shared.ports.clock import Clock
from shared.services.cache import Cache
from shared.store.auto_responders import AutoResponders
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class Preview:
    """Whether it would answer at a moment. `reason`: a code, why not; `start`: of the interval."""

    start: datetime | None
    reason: str | None


class AutoResponderSettings:
    """One a process."""

    def __init__(self, platform: Platform, clock: Clock) -> None:
        self._platform = platform
        self._clock = clock
        self._kept: Cache[WorkspaceId, AutoResponder | None] = Cache(clock)

    async def of(self, workspace: WorkspaceId) -> AutoResponder | None:
        """As of a few seconds ago; None: never set."""
        return await self._kept.get(workspace, lambda _: self._load(workspace))

    async def change(self, workspace: WorkspaceId, wish: AutoResponder) -> AutoResponder:
        """Set them as wished, with their next version. Raises `Conflict` when somebody else just did."""
        store = AutoResponders(self._platform.workspace(workspace))
        known = await store.get()
        now = self._clock.now()
        before = known.settings if known else AutoResponder(updated_at=now, version=0)
        switched_on_at = now if wish.is_on and not before.is_on else before.switched_on_at
        after = wish.model_copy(
            update={"switched_on_at": switched_on_at, "updated_at": now, "version": before.version + 1}
        )
        try:
            await store.save(after, over=known.version if known else None)
        except (Stale, AlreadyExists) as error:
            raise Conflict("somebody else has just changed these settings", code="settings_changed") from error
        self._kept.forget(workspace)
        return after

    async def _load(self, workspace: WorkspaceId) -> AutoResponder | None:
        found = await AutoResponders(self._platform.workspace(workspace)).get()
        return found.settings if found else None


def preview(settings: AutoResponder, now: datetime) -> Preview:
    """What would become of a turn that nobody has answered in time."""
    if not settings.is_on or not settings.text.strip():
        return Preview(None, "auto_responder_off")
    start = current_start(settings, now)
    return Preview(start, None if start else "outside_hours")
