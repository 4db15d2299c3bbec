"""From an assistant and a conversation to a prompt."""

from __future__ import annotations

from shared.domain.assistants import Assistant
from shared.domain.conversations import Conversation, WindowEntry
from shared.domain.messages import Direction
from shared.ports.language_model import Prompt, Turn
from shared.services.briefing import Briefing
from shared.services.pending import cancellable

HISTORY = 12
"""Recent messages that a model is shown."""


def prompt_for(briefing: Briefing, conversation: Conversation, *, model: str) -> Prompt:
    """Everything the model is told; customers' words only in the history."""
    waiting = set(conversation.open_turn())
    window = [(id, entry) for id, entry in conversation.ordered_window() if entry.direction is not Direction.ACTIVITY]
    earlier = [_turn(entry) for id, entry in window if id not in waiting]
    asked = [_turn(entry) for id, entry in window if id in waiting]
    turns = (*earlier, *_on_their_way(conversation), *asked)
    return Prompt(system_text(briefing.assistant), briefing.chunks, turns[-HISTORY:], model)


def _on_their_way(conversation: Conversation) -> list[Turn]:
    """What we have said and the channel has not confirmed. Replies that this one replaces are not among it."""
    replaced = cancellable(conversation)
    left = sorted(conversation.outbox.items(), key=lambda item: (item[1].queued_at, item[0]))
    return [Turn("shop", entry.text) for id, entry in left if id not in replaced and entry.text]


def system_text(assistant: Assistant) -> str:
    """The assistant's own part of the prompt. Settings are data: nothing in them is interpreted."""
    parts = [f"You are {assistant.name}.", assistant.instructions.strip()]
    if assistant.tone.strip():
        parts.append(f"Tone: {assistant.tone.strip()}")
    return "\n\n".join(part for part in parts if part)


def _turn(entry: WindowEntry) -> Turn:
    shown = " ".join([entry.text, *(f"[{kind}]" for kind in entry.attachments)]).strip()
    return Turn("customer" if entry.direction is Direction.INCOMING else "shop", shown)
