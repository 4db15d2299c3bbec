"""The `message` of log lines that are counted: terraform makes metrics of them, and alerts of the metrics."""

from __future__ import annotations

from enum import StrEnum


class LogEvent(StrEnum):
    """Beside each, its fields. Wherever they are known, `workspace_id`, `inbox_id`, `conversation_id`, `message_id`."""

    HANDLED = "handled"
    """A request was answered: `function` (or `api`), `status`, `latency_ms`."""
    REFUSED = "refused"
    """A call was turned away: `function`, `status`, `code` of the error."""
    FAILED = "failed"
    """A bug: `function`, `error` (its type), `frames`."""
    PUBLISHED = "published"
    """An event is on the bus: `topic`."""
    SCHEDULED = "scheduled"
    """A task is in its queue: `queue`, `task` (its kind), `delay_ms`."""
    VENDOR_CALLED = "vendor called"
    """`channel`, `operation` (a method of the channel), `outcome` ("ok", or the code of the error), `latency_ms`."""
    MODEL_CALLED = "model called"
    """`model`, `outcome` ("ok", or the code of the error), `tokens_in`, `tokens_out`, `latency_ms`."""
