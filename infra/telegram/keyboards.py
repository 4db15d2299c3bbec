"""Inline keyboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.telegram.wire import sendable
from shared.ports.forum import Button


def keyboard(rows: Sequence[Sequence[Button]]) -> dict[str, Any]:
    """An `InlineKeyboardMarkup`."""
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> dict[str, str]:
    return {"text": sendable(button.label), **({"url": button.url} if button.url else {"callback_data": button.data})}
