"""What the assistant goes by: its settings, its knowledge, the model's run-time settings."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.assistants import Assistant, Chunk
from shared.domain.ids import AssistantId, WorkspaceId
from shared.domain.llm_settings import LlmSettings
from shared.ports.clock import Clock
from shared.services.cache import Cache
from shared.store.assistants import Assistants
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class Briefing:
    """An assistant with its knowledge, as of a few seconds ago."""

    assistant: Assistant
    chunks: tuple[Chunk, ...]


class Briefings:
    """Reads settings at most every few seconds, and chunks only for who asks for them and when their version has
    grown: an assistant is one document, its knowledge is hundreds."""

    def __init__(self, platform: Platform, clock: Clock, defaults: LlmSettings) -> None:
        self._platform = platform
        self._defaults = defaults
        self._settings: Cache[str, LlmSettings] = Cache(clock, size=1)
        self._assistants: Cache[tuple[str, str], Assistant | None] = Cache(clock)
        self._briefings: Cache[tuple[str, str], Briefing] = Cache(clock, max_age=0.0)  # looks at the version each time

    async def llm_settings(self) -> LlmSettings:
        """The run-time settings, or the deployment's defaults."""

        async def load(_: LlmSettings | None) -> LlmSettings:
            return await self._platform.llm_settings(self._defaults)

        return await self._settings.get("llm", load)

    async def assistant(self, workspace: WorkspaceId, assistant: AssistantId | None) -> Assistant | None:
        """The assistant of an inbox without what it knows; None: it has none."""
        if assistant is None:
            return None
        stored = Assistants(self._platform.workspace(workspace))
        return await self._assistants.get((workspace, assistant), lambda _: stored.get(assistant))

    async def briefing(self, workspace: WorkspaceId, assistant: AssistantId | None) -> Briefing | None:
        """The same with its knowledge."""
        found = await self.assistant(workspace, assistant)
        if found is None:
            return None
        return await self._briefings.get((workspace, found.id), lambda old: self._load(workspace, found, old))

    async def _load(self, workspace: WorkspaceId, assistant: Assistant, old: Briefing | None) -> Briefing:
        if old is not None and old.assistant.knowledge_version == assistant.knowledge_version:
            return Briefing(assistant, old.chunks)
        return Briefing(assistant, tuple(await Assistants(self._platform.workspace(workspace)).chunks(assistant.id)))
