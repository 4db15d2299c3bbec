"""The methods of the simulated Bot API: parameters in, `result` out, or a refusal in Telegram's words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.channels.telegram_bot.sandbox_bot import Chat, SimulatedBot
from infra.channels.telegram_bot.sandbox_deliveries import Deliveries
from shared.ports.clock import Clock

_FILE_LIMIT = 20 * 2**20
_TEXT_LIMIT = 4096
_WEBHOOK_PORTS = {None, 80, 88, 443, 8443}


class Refused(Exception):
    """An answer with `ok` false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method. Nested values of forms come as JSON in a string."""

    bot: SimulatedBot
    parameters: dict[str, Any]
    deliveries: Deliveries
    clock: Clock

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


@dataclass(frozen=True, slots=True)
class Result:
    """What a method answers; some explain themselves."""

    value: Any
    description: str = ""


def get_me(call: Call) -> Result:
    """The bot itself."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return Result({**call.bot.user, **abilities, "can_connect_to_business": False, "has_main_web_app": False})


def set_webhook(call: Call) -> Result:
    """Remember where updates go; without `allowed_updates` the earlier list stays, the secret does not."""
    url, secret, before = call.text("url"), call.text("secret_token"), call.bot.webhook
    if not url:
        return delete_webhook(call)
    _check_url(url)
    _check_secret(secret)
    allowed = call.nested("allowed_updates", list)
    webhook = {"url": url, "secret_token": secret}
    webhook["allowed_updates"] = before.get("allowed_updates", []) if allowed is None else allowed
    is_same = webhook == {name: before.get(name) for name in webhook}
    call.bot.webhook = webhook
    if call.flag("drop_pending_updates"):
        call.bot.waiting = []
    call.deliveries.flush(call.bot)
    return Result(True, "Webhook is already set" if is_same else "Webhook was set")


def delete_webhook(call: Call) -> Result:
    """Forget the address; the list of wanted updates stays."""
    before = call.bot.webhook
    call.bot.webhook = {"allowed_updates": before.get("allowed_updates", [])}
    if call.flag("drop_pending_updates"):
        call.bot.waiting = []
    return Result(True, "Webhook was deleted" if before.get("url") else "Webhook is already deleted")


def get_webhook_info(call: Call) -> Result:
    """The `WebhookInfo`, without the secret."""
    webhook = call.bot.webhook
    info = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(call.bot.waiting) + webhook.get("failing_updates", 0),
        "max_connections": 40,
    }
    told = ("last_error_date", "last_error_message", "allowed_updates")
    return Result(info | {name: webhook[name] for name in told if webhook.get(name)})


def send_message(call: Call) -> Result:
    """Post the bot's text; answers the `Message`."""
    chat, text = _chat(call), call.text("text")
    call.nested("link_preview_options", dict)
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > _TEXT_LIMIT:
        raise Refused(400, "Bad Request: message is too long")
    return Result(call.bot.post(chat, call.bot.user, int(call.clock.now().timestamp()), {"text": text}))


def send_chat_action(call: Call) -> Result:
    """«Typing»: checked and shown to nobody."""
    _chat(call)
    return Result(True)


def get_file(call: Call) -> Result:
    """The `File` with its path."""
    file = call.bot.file(call.text("file_id"))
    if file is None:
        raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if file["file_size"] > _FILE_LIMIT:
        raise Refused(400, "Bad Request: file is too big")
    return Result(file)


METHODS: dict[str, Callable[[Call], Result]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendchataction": send_chat_action,
    "getfile": get_file,
}
"""By lower-case name: the real server does not mind the case either."""


def _chat(call: Call) -> Chat:
    """The chat to write to, if it may be written to."""
    chat = call.bot.chat(call.text("chat_id"))
    if chat is None:
        raise Refused(400, "Bad Request: chat not found")
    if chat.moved_to is not None:
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, description, migrate_to_chat_id=chat.moved_to)
    if chat.is_blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    return chat


def _check_url(url: str) -> None:
    """As strict as the real server, except on this machine, where a plain address will do."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        raise Refused(400, "Bad Request: invalid webhook URL specified") from None
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise Refused(400, "Bad Request: invalid webhook URL specified")
    if address.hostname in {"127.0.0.1", "localhost", "::1"}:
        return
    if address.scheme != "https":
        raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if port not in _WEBHOOK_PORTS:
        raise Refused(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _check_secret(secret: str) -> None:
    if len(secret) > 256:
        raise Refused(400, "Bad Request: secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise Refused(400, "Bad Request: secret token contains unallowed characters")
