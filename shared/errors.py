"""Every error that is raised on purpose. Anything else that escapes is a bug.

DeskError                     code: stable, for programs; retryable: the same call may succeed later
+-- InvalidInput              the caller's fault
|   +-- UntrustedDelivery     signature, secret or token is wrong
+-- NotAllowed                known caller, not permitted
+-- NotFound
+-- Conflict                  it changed under you
|   +-- AlreadyExists         a document that must not exist does
|   +-- Stale                 a document is not in the expected version, or is missing
+-- TooLarge                  more than a store, a channel or a model takes
+-- Unavailable               a part of ours is down for now (retryable)
+-- ChannelError              a messaging service said no
|   +-- ChannelRejected       for good: this message will never be accepted as it is
|   |   +-- CredentialsRejected   the inbox's fault: nothing works until somebody repairs it
|   |   +-- RecipientUnreachable  the customer blocked us, or the window to write has closed
|   |   +-- TopicGone             a topic of a work group was deleted: create it again
|   |   +-- GroupGone             a work group was deleted, or its bot was thrown out
|   +-- ChannelUnavailable    for now, and surely not done (retryable)
|   +-- ChannelUnclear        it may have been done: ask the vendor's history before trying again
+-- ModelError                the language model
    +-- ModelUnavailable      down, slow or rate-limited (retryable)
    +-- ModelMisbehaved       answered, but nothing that can be used
"""

from __future__ import annotations

from datetime import timedelta


class DeskError(Exception):
    """Base of all. `code` is stable; the text is for people and holds no secrets and no customers' words."""

    code = "desk_error"
    retryable = False

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail or (code or self.code))
        if code is not None:
            self.code = code


class InvalidInput(DeskError):
    """The caller sent something that cannot be understood."""

    code = "invalid_input"


class UntrustedDelivery(InvalidInput):
    """A signature, secret or token is missing or wrong."""

    code = "untrusted"


class NotAllowed(DeskError):
    """The caller is known and may not do this."""

    code = "not_allowed"


class NotFound(DeskError):
    """There is no such thing, or not for this caller."""

    code = "not_found"


class Conflict(DeskError):
    """It changed under you."""

    code = "conflict"


class AlreadyExists(Conflict):
    """A document that must not exist does."""

    code = "already_exists"


class Stale(Conflict):
    """A document is not in the expected version, or is missing where it must exist."""

    code = "stale"


class TooLarge(DeskError):
    """More than a store, a channel or a model takes."""

    code = "too_large"


class Unavailable(DeskError):
    """A part of ours is down for now."""

    code = "unavailable"
    retryable = True


class ChannelError(DeskError):
    """A messaging service said no. `vendor_code` is the vendor's own word for it, never a secret."""

    code = "channel_error"

    def __init__(self, detail: str = "", *, code: str | None = None, vendor_code: str = "") -> None:
        super().__init__(detail, code=code)
        self.vendor_code = vendor_code


class ChannelRejected(ChannelError):
    """For good: this message will never be accepted as it is."""

    code = "channel_rejected"


class CredentialsRejected(ChannelRejected):
    """Nothing works on this inbox until somebody repairs its credentials."""

    code = "auth_failed"


class RecipientUnreachable(ChannelRejected):
    """The customer blocked us, left, or may no longer be written to."""

    code = "recipient_unreachable"


class TopicGone(ChannelRejected):
    """A topic of a work group was deleted: create it again."""

    code = "topic_gone"


class GroupGone(ChannelRejected):
    """A work group was deleted, or its bot was thrown out."""

    code = "group_gone"


class ChannelUnavailable(ChannelError):
    """For now, and surely not done. `retry_after` is the vendor's own wish, where it has one."""

    code = "channel_unavailable"
    retryable = True

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        vendor_code: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(detail, code=code, vendor_code=vendor_code)
        self.retry_after = retry_after


class ChannelUnclear(ChannelError):
    """The request left and no answer came: it may have been done."""

    code = "channel_unclear"


class ModelError(DeskError):
    """The language model."""

    code = "model_error"


class ModelUnavailable(ModelError):
    """Down, slow or rate-limited."""

    code = "model_unavailable"
    retryable = True


class ModelMisbehaved(ModelError):
    """It answered, but nothing that can be used."""

    code = "model_misbehaved"
