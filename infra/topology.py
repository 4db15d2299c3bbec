"""Which function does what: the one table that the embedded stack, the emulators and terraform go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from infra.local.queue.schedules import Schedule

GMAIL_TOPIC = "gmail"
"""Gmail's watch publishes here; the other topics are `shared.domain.events.Topic`."""
FUNCTIONS = (
    "gmail_push",
    "telegram_webhook",
    "channel_webhook",
    "schedule_pulls",
    "channel_pull",
    "llm_reply",
    "deliver",
    "mirror",
    "run_task",
    "gmail_watch",
    "sweep",
    "compare_inboxes",
)
SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    GMAIL_TOPIC: ("gmail_push",),
    "message-received": ("llm_reply",),
    "message-queued": ("deliver",),
    "inbox-pull": ("channel_pull",),
    "conversation-changed": ("mirror",),
}
"""Topic to the functions that get its events pushed."""
UNREADABLE = "unreadable"
"""Has a dead-letter topic only: vendors' calls that could not be read."""
SCHEDULES = (
    Schedule("schedule-pulls", "schedule_pulls", timedelta(minutes=1)),
    Schedule("sweep", "sweep", timedelta(minutes=1)),
    Schedule("gmail-watch", "gmail_watch", timedelta(days=1)),
    Schedule("compare-inboxes", "compare_inboxes", timedelta(days=1)),
)
WEBHOOKS = {
    "telegram": "telegram_webhook",
    "avito": "channel_webhook",
    "ozon": "channel_webhook",
    "yandex_market": "channel_webhook",
}
"""First part of the address behind `/hooks/` to the function. Gmail has none: it publishes, and shows no secret."""
MASTER_BOT = "master"
"""In the place of an inbox's id: the platform's own Telegram bot."""


@dataclass(frozen=True, slots=True)
class HookAddress:
    """The parts of `/hooks/{channel}/{inbox_id}[/{secret}]`."""

    channel: str
    inbox_id: str
    secret: str

    @property
    def function(self) -> str:
        """Who answers this address."""
        return WEBHOOKS[self.channel]


def subscription(topic: str, function: str) -> str:
    """The name of the push subscription of a function on a topic."""
    return f"{topic}-{function.replace('_', '-')}"


def dead_letter_topic(topic: str) -> str:
    """Where what fails for good goes: a topic and the pull subscription on it, both of this name."""
    return f"{topic}-dead"


_ADDED = "/notification"
"""Yandex Market may put this behind the address that it was given."""


def read_address(path: str) -> HookAddress | None:
    """A hook's address, or None for any other path."""
    parts = path.strip("/").removesuffix(_ADDED).split("/")
    if len(parts) not in (3, 4) or parts[0] != "hooks" or parts[1] not in WEBHOOKS:
        return None
    if not all(part and part.isprintable() for part in parts):
        return None
    return HookAddress(parts[1], parts[2], parts[3] if len(parts) == 4 else "")


def handler(function: str) -> Any:
    """The entry point of a function: an async callable from a Starlette request to a response."""
    return getattr(import_module(f"functions.{function}.main"), function)
