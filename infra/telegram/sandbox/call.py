"""One call of the simulated Bot API: its parameters, and the checks that every method shares."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.bot import SimulatedBot
from infra.telegram.sandbox.business import Accounts
from infra.telegram.sandbox.deliveries import Deliveries
from infra.telegram.sandbox.groups import Group, Groups
from infra.telegram.sandbox.limits import Limits
from infra.telegram.sandbox.refused import Refused
from shared.ports.clock import Clock

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_MOST_BUTTONS = 100
_DATA_BYTES = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method. Nested values of forms come as JSON in a string, files as `CustomerFile`."""

    bot: SimulatedBot
    parameters: dict[str, Any]
    deliveries: Deliveries
    limits: Limits
    clock: Clock

    @property
    def now(self) -> int:
        """Telegram's clock, in whole seconds."""
        return int(self.clock.now().timestamp())

    @property
    def groups(self) -> Groups:
        """The groups of the calling bot."""
        return Groups(self.bot)

    @property
    def accounts(self) -> Accounts:
        """The accounts that it is connected to."""
        return Accounts(self.bot)

    def text(self, name: str) -> str:
        """A parameter as text; empty where it is missing."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A parameter as a truth value."""
        return self.text(name).lower() in {"true", "1", "yes"}

    def nested(self, name: str, kind: type[Any]) -> Any:
        """A list or an object; None where it is missing."""
        value = self.parameters.get(name)
        try:
            value = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise Refused(400, f"Bad Request: can't parse {name}") from None
        if value is not None and not isinstance(value, kind):
            raise Refused(400, f"Bad Request: can't parse {name}")
        return value

    def file(self, name: str) -> CustomerFile:
        """An uploaded part of the form."""
        value = self.parameters.get(name)
        if not isinstance(value, CustomerFile):
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return value

    def group(self, *, needs: str = "", refusal: str = "") -> Group:
        """The group that `chat_id` names, if the bot is in it and may do what is needed there."""
        group = self.groups.get(self.text("chat_id"))
        if group is None:
            raise Refused(400, "Bad Request: chat not found")
        check_admitted(group)
        if needs and not group.has(needs):
            raise Refused(400, f"Bad Request: not enough rights to {refusal}")
        return group


@dataclass(frozen=True, slots=True)
class Result:
    """What a method answers; some explain themselves."""

    value: Any
    description: str = ""


def check_admitted(group: Group) -> None:
    """Whether the bot is in this group, and the group still there."""
    if group.moved_to is not None:
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, description, migrate_to_chat_id=group.moved_to)
    if group.status == "kicked":
        raise Refused(403, f"Forbidden: bot was kicked from the {group.type} chat")
    if group.status == "left":
        raise Refused(403, f"Forbidden: bot is not a member of the {group.type} chat")


def utf16(text: str) -> int:
    """Telegram's measure."""
    return len(text.encode("utf-16-le")) // 2


def written(call: Call) -> dict[str, Any]:
    """The checked text of a message."""
    text = call.text("text")
    call.nested("link_preview_options", dict)
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if utf16(text) > TEXT_LIMIT:
        raise Refused(400, "Bad Request: message is too long")
    return {"text": text, **_entities(call, "entities", text), **keyboard(call)}


def captioned(call: Call) -> dict[str, Any]:
    """The checked caption of a file, if there is one."""
    caption = call.text("caption")
    if not caption:
        return keyboard(call)
    check_caption(caption)
    return {"caption": caption, **_entities(call, "caption_entities", caption), **keyboard(call)}


def check_caption(caption: str) -> None:
    """Raise `Refused` for one that is too long."""
    if utf16(caption) > CAPTION_LIMIT:
        raise Refused(400, "Bad Request: message caption is too long")


def keyboard(call: Call) -> dict[str, Any]:
    """The checked inline keyboard, if there is one."""
    markup = call.nested("reply_markup", dict)
    if markup is None:
        return {}
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refused(400, "Bad Request: can't parse reply keyboard markup JSON object")
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MOST_BUTTONS:
        raise Refused(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)
    return {"reply_markup": {"inline_keyboard": rows}}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise Refused(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must not be empty')
    if ("callback_data" in button) == ("url" in button):
        raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
    if "url" in button and not str(button["url"]).startswith(("https://", "http://", "tg://")):
        raise Refused(400, "Bad Request: BUTTON_URL_INVALID")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= _DATA_BYTES:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


def _entities(call: Call, name: str, text: str) -> dict[str, Any]:
    entities = call.nested(name, list) or []
    for entity in entities:
        offset, length = entity.get("offset"), entity.get("length")
        if not (isinstance(offset, int) and isinstance(length, int) and offset >= 0 and length > 0):
            raise Refused(400, "Bad Request: can't parse MessageEntity")
        if offset + length > utf16(text):
            raise Refused(400, "Bad Request: ENTITY_BOUNDS_INVALID")
    return {name: entities} if entities else {}
