"""The `message` of log lines that are counted: terraform makes metrics of them, and alerts of the metrics."""

from __future__ import annotations

from enum import StrEnum


class LogEvent(StrEnum):
    """Beside each, its fields. Wherever they are known, `workspace_id`, `inbox_id`, `conversation_id`, `message_id`."""

    HANDLED = "handled"
    """A request was answered: `function` (or `api`, with `method` and `route`), `status`, `latency_ms` until the answer
    began."""
    REFUSED = "refused"
    """A call was turned away: `function`, `status`, `code` of the error."""
    FAILED = "failed"
    """A bug, or a setting that is wrong: `function`, `error` (its type), `reason` (the setting's name), `frames`."""
    PUBLISHED = "published"
    """An event is on the bus: `topic`."""
    SCHEDULED = "scheduled"
    """A task is in its queue: `queue`, `task` (its kind), `delay_ms`."""
    VENDOR_CALLED = "vendor called"
    """`channel` (or `work_group`), `operation` (a method of the channel), `outcome` ("ok", the code of the error,
    "cancelled" or "bug"), `error` (its type, as `CredentialsRejected`: codes differ between channels), `latency_ms`."""
    MODEL_CALLED = "model called"
    """`model`, `outcome` and `error` (as above), `tokens_in`, `tokens_out`, `latency_ms`."""
