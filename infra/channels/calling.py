"""One way to call a vendor over HTTP: a timeout, and network faults as our errors."""

from __future__ import annotations

from datetime import timedelta

import httpx

from shared.errors import ChannelUnavailable, ChannelUnclear

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_SURELY_REFUSED = {429, 503}


async def call_vendor(
    client: httpx.AsyncClient, request: httpx.Request, *, repeatable: bool, timeout: httpx.Timeout = TIMEOUT
) -> httpx.Response:
    """Send one request. Answers any status below 500 but 429; the caller reads the vendor's meaning.

    `repeatable`: doing it twice does no harm (a read, a registration). Then every fault is
    `ChannelUnavailable`; otherwise a fault after the request left is `ChannelUnclear`.
    """
    request.extensions["timeout"] = timeout.as_dict()
    try:
        response = await client.send(request)
    except _NEVER_LEFT as error:
        raise ChannelUnavailable(f"no connection: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise _unsure(repeatable, f"no answer: {type(error).__name__}") from error
    if response.status_code in _SURELY_REFUSED:
        raise ChannelUnavailable(
            f"vendor answered {response.status_code}",
            vendor_code=str(response.status_code),
            retry_after=retry_after(response),
        )
    if response.status_code >= 500:
        raise _unsure(repeatable, f"vendor answered {response.status_code}")
    return response


def retry_after(response: httpx.Response) -> timedelta | None:
    """The `Retry-After` header in seconds; the date form is not used by any vendor of ours."""
    value = response.headers.get("retry-after", "")
    return timedelta(seconds=int(value)) if value.isdecimal() else None


def _unsure(repeatable: bool, detail: str) -> ChannelUnavailable | ChannelUnclear:
    return ChannelUnavailable(detail) if repeatable else ChannelUnclear(detail)
