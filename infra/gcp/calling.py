"""One way to call Google Cloud: a deadline, one layer of retries inside it, and faults as `Unavailable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core.exceptions import (
    GoogleAPICallError,
    InternalServerError,
    RetryError,
    ServiceUnavailable,
    TooManyRequests,
)
from google.api_core.retry import if_exception_type
from google.auth.exceptions import GoogleAuthError

from shared.errors import Unavailable

TIMEOUT_SECONDS = 10.0
"""For a whole call with its retries: callers are entry functions that must answer."""
FIRST_WAIT_SECONDS = 0.1
IS_TRANSIENT = if_exception_type(InternalServerError, ServiceUnavailable, TooManyRequests)
"""Mostly a connection that went stale while the instance slept: the second try works."""


@contextmanager
def reaching(service: str) -> Iterator[None]:
    """Turn Google's faults into `Unavailable`. The text names the kind only: Google's own quotes the request."""
    try:
        yield
    except (GoogleAPICallError, RetryError, GoogleAuthError, OSError, TimeoutError) as error:
        raise Unavailable(f"{service}: {type(error).__name__}") from error
