"""Where a request comes from."""

from __future__ import annotations

from starlette.requests import Request


def client_address(request: Request) -> str:
    """The caller's network address.

    Google's and Amazon's front ends append the address they saw to `X-Forwarded-For`; what stands before it is
    the caller's own invention.
    """
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded or (request.client.host if request.client else "")
