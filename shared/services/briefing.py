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
    """Reads settings at most every few seconds, and chunks only when their version has grown."""

    def __init__(self, platform: Platform, clock: Clock, defaults: LlmSettings) -> None:
        self._platform = platform
        self._defaults = defaults
        self._settings: Cache[str, LlmSettings] = Cache(clock, size=1)
        self._briefings: Cache[tuple[str, str], Briefing | None] = Cache(clock)

    async def llm_settings(self) -> LlmSettings:
        """The run-time settings, or the deployment's defaults."""

        async def load(_: LlmSettings | None) -> LlmSettings:
            return await self._platform.llm_settings() or self._defaults

        return await self._settings.get("llm", load)

    async def briefing(self, workspace: WorkspaceId, assistant: AssistantId | None) -> Briefing | None:
        """The assistant of an inbox; None: it has none."""
        if assistant is None:
            return None
        return await self._briefings.get((workspace, assistant), lambda old: self._load(workspace, assistant, old))

    async def _load(self, workspace: WorkspaceId, assistant: AssistantId, old: Briefing | None) -> Briefing | None:
        assistants = Assistants(self._platform.workspace(workspace))
        found = await assistants.get(assistant)
        if found is None:
            return None
        if old is not None and old.assistant.knowledge_version == found.knowledge_version:
            return Briefing(found, old.chunks)
        return Briefing(found, tuple(await assistants.chunks(assistant)))
