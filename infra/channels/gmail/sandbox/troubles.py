"""What may be wrong with a simulated mailbox besides its tokens, in Google's words."""

from __future__ import annotations

from infra.channels.gmail.sandbox.shapes import Refused
from infra.channels.remedies import ACCOUNT_CLOSED, RIGHTS, SCOPE

_REFUSALS: dict[str, tuple[int, str, str, str]] = {
    SCOPE: (403, "insufficientPermissions", "Request had insufficient authentication scopes.", "PERMISSION_DENIED"),
    RIGHTS: (403, "domainPolicy", "The domain administrators have disabled Gmail apps.", "PERMISSION_DENIED"),
    ACCOUNT_CLOSED: (400, "failedPrecondition", "Mail service not enabled", "FAILED_PRECONDITION"),
}


def problem_key(address: str) -> str:
    """The fact that holds a mailbox's trouble."""
    return f"gmail:{address}:problem"


def refusal_for(problem: str | None) -> Refused | None:
    """How every call is refused then; None: calls go through."""
    return Refused(*_REFUSALS[problem]) if problem in _REFUSALS else None


def refused_topic(topic: str) -> Refused:
    """Google may not publish to the topic."""
    message = f"Error sending test message to Cloud PubSub {topic} : User not authorized to perform this action."
    return Refused(403, "forbidden", message, "PERMISSION_DENIED")
