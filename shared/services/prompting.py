"""From an assistant and a conversation to a prompt."""

from __future__ import annotations

from shared.domain.assistants import Assistant
from shared.domain.conversations import Conversation, WindowEntry
from shared.domain.messages import Direction
from shared.ports.language_model import Prompt, Turn
from shared.services.briefing import Briefing

HISTORY = 12
"""Recent messages that a model is shown."""


def prompt_for(briefing: Briefing, conversation: Conversation, *, model: str) -> Prompt:
    """Everything the model is told; customers' words only in the history."""
    entries = [entry for _, entry in conversation.ordered_window()]
    turns = tuple(_turn(entry) for entry in entries if entry.direction is not Direction.ACTIVITY)
    return Prompt(system_text(briefing.assistant), briefing.chunks, turns[-HISTORY:], model)


def system_text(assistant: Assistant) -> str:
    """The assistant's own part of the prompt. Settings are data: nothing in them is interpreted."""
    parts = [f"You are {assistant.name}.", assistant.instructions.strip()]
    if assistant.tone.strip():
        parts.append(f"Tone: {assistant.tone.strip()}")
    return "\n\n".join(part for part in parts if part)


def _turn(entry: WindowEntry) -> Turn:
    shown = " ".join([entry.text, *(f"[{kind}]" for kind in entry.attachments)]).strip()
    return Turn("customer" if entry.direction is Direction.INCOMING else "shop", shown)
