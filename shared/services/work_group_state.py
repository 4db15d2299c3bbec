"""What Telegram says of a group, as the desk keeps it."""

from __future__ import annotations

from typing import Any

from shared.ports.forum import ForumState


def findings(state: ForumState) -> dict[str, Any]:
    """Fields of a `WorkGroup`."""
    problem = "group_rights_missing" if state.missing_rights else None
    return {
        "chat": state.chat,
        "title": state.title,
        "problem": problem if state.is_forum else "not_a_forum",
        "missing_rights": state.missing_rights,
    }
