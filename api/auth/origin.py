"""Against forged requests: a browser that sends our cookies must also be on one of our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from shared.errors import InvalidInput, NotAllowed

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_forgery(request: Request, public_url: str) -> None:
    """For requests that a cookie speaks for. Raises `NotAllowed` (`foreign_origin`) and `InvalidInput`."""
    if request.method in _SAFE:
        return
    check_origin(request, public_url)
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and media_type != "application/json":
        raise InvalidInput("send JSON", code="json_required")


def check_origin(request: Request, public_url: str) -> None:
    """The page that asks is ours: at the public address, or at the one that was called. Raises `NotAllowed`."""
    origin = _place(request.headers.get("origin", ""))
    called = _place(f"{urlsplit(public_url).scheme}://{request.headers.get('host', '')}")
    if origin is None or origin not in (_place(public_url), called):
        raise NotAllowed("this page may not speak for the signed-in user", code="foreign_origin")


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None where there are none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
