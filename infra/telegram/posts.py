"""A post of ours in a work group as parameters of the Bot API. No I/O."""

from __future__ import annotations

from typing import Any

from infra.telegram.files import way_of
from infra.telegram.keyboards import keyboard
from infra.telegram.wire import check_length, sendable, text_length
from shared.ports.forum import CAPTION_LIMIT, POST_LIMIT, Post

Parameters = dict[str, Any]


def text_parameters(post: Post) -> Parameters:
    """Title in bold and text, for `sendMessage` and `editMessageText`. Raises `ChannelRejected` (`text_too_long`)."""
    text, entities = _written(post, POST_LIMIT)
    parameters = {"text": text, "link_preview_options": {"is_disabled": True}, **_keyboard(post)}
    return {**parameters, "entities": entities} if entities else parameters


def file_parameters(post: Post) -> Parameters:
    """The same below a file, for the methods that send one."""
    text, entities = _written(post, CAPTION_LIMIT)
    parameters = {"caption": text, **_keyboard(post)} if text else _keyboard(post)
    return {**parameters, "caption_entities": entities} if entities else parameters


def method_of(post: Post) -> str:
    """Which method posts it."""
    return "sendMessage" if post.file is None else way_of(post.file).method


def _written(post: Post, limit: int) -> tuple[str, list[Parameters]]:
    """Telegram cuts white space off both ends, which would shift what is bold."""
    title = sendable(post.title).strip()
    text = "\n".join(part for part in (title, sendable(post.text).rstrip()) if part)
    check_length(text, limit)
    return text, [{"type": "bold", "offset": 0, "length": text_length(title)}] if title else []


def _keyboard(post: Post) -> Parameters:
    """Without one, an edit takes the buttons away."""
    if not post.buttons:
        return {}
    return {"reply_markup": keyboard(post.buttons)}
