"""Which queue of Cloud Tasks a task waits in, and which function does it: a queue for replies, one for what calls no
vendor, and one a kind of channel, so that a vendor that is slow, or comes back after an outage, is asked at a pace of
its own and holds up nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.channels import ChannelKind
from shared.domain.tasks import GroupTask, MirrorTask, RedeliverTask, RespondTask, Task, VendorTask


@dataclass(frozen=True, slots=True)
class Rate:
    """Of all inboxes of an installation together; each adapter keeps its vendor's limits for one account."""

    per_second: int
    at_once: int


REPLIES = "replies"
"""Of the function that holds the model's key and no key of a channel."""
_WRITING = Rate(per_second=100, at_once=400)
"""A reply waits for the model; terraform gives `llm_reply` as many places."""
_QUICK = Rate(per_second=50, at_once=50)
_CAREFUL = Rate(per_second=10, at_once=10)


def queue_name(kind: ChannelKind | None) -> str:
    """The queue of a kind of channel; None: of what calls no vendor."""
    return "tasks" if kind is None else f"tasks-{kind.replace('_', '-')}"


_MESSENGERS = {ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS, ChannelKind.WEB_CHAT}
QUEUES: dict[str, Rate] = {
    REPLIES: _WRITING,
    queue_name(None): _QUICK,
    **{queue_name(kind): _QUICK if kind in _MESSENGERS else _CAREFUL for kind in ChannelKind},
}


def queue_of(task: Task) -> str:
    """Work groups live in Telegram, whatever channel their customers write on."""
    match task:
        case RespondTask():
            return REPLIES
        case GroupTask() | MirrorTask():
            return queue_name(ChannelKind.TELEGRAM_BOT)
        case VendorTask() | RedeliverTask():
            return queue_name(task.channel)
        case _:
            return queue_name(None)


def function_of(task: Task) -> str:
    """Who does it. What asks the model is kept apart from what holds the channels' keys."""
    return "llm_reply" if isinstance(task, RespondTask) else "run_task"
