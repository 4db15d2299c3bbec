"""Methods of the bot itself: who it is, where its updates go, its files. And the table of all methods."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from infra.telegram.sandbox.call import Call, Result
from infra.telegram.sandbox.changing import CHANGING
from infra.telegram.sandbox.posting import POSTING
from infra.telegram.sandbox.refused import Refused
from infra.telegram.sandbox.topics import TOPICS

_FILE_LIMIT = 20 * 2**20
_WEBHOOK_PORTS = {None, 80, 88, 443, 8443}


def get_me(call: Call) -> Result:
    """The bot itself."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    abilities |= {"can_connect_to_business": call.bot.serves_accounts, "has_main_web_app": False}
    return Result({**call.bot.user, **abilities})


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


def get_updates(call: Call) -> Result:
    """What waits, as long as no webhook is set. Without an offset nothing is taken off the list."""
    if call.bot.webhook.get("url"):
        description = (
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
        raise Refused(409, f"Conflict: {description}")
    first = int(call.text("offset") or 0)
    if first:
        call.bot.waiting = [update for update in call.bot.waiting if update["update_id"] >= first]
    return Result(call.bot.waiting[: int(call.text("limit") or 100)])


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
    "getupdates": get_updates,
    "getfile": get_file,
    **POSTING,
    **CHANGING,
    **TOPICS,
}
"""By lower-case name: the real server does not mind the case either."""


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
