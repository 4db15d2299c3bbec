"""What the stand-in's methods read of a request: parameters and bodies, checked as Market checks them."""

from __future__ import annotations

from typing import Any, TypeVar

from starlette.requests import Request

from infra.channels.yandex_market.sandbox_contacts import forbidden_in
from infra.channels.yandex_market.sandbox_gate import Refused

T = TypeVar("T")
BODY_LIMIT = 512 * 1024


async def body_of(request: Request, *known: str) -> dict[str, Any]:
    """The JSON object of a call, with no other fields than these."""
    raw = await request.body()
    if len(raw) > BODY_LIMIT:
        raise Refused(400, "Request body is too large")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "Request body is missing or malformed")
    if strange := set(body) - set(known):
        raise Refused(400, f"Unexpected fields: {sorted(strange)}")
    if any(value == [] for value in body.values()):
        raise Refused(400, "Lists must not be empty")
    return body


def number_in(request: Request, name: str) -> str:
    """An id in the query."""
    value = request.query_params.get(name, "")
    if not value.isdecimal() or int(value) < 1:
        raise Refused(400, f"Missing or wrong value of {name}")
    return value


def paged(request: Request, entries: list[T], *, most: int, usual: int) -> tuple[list[T], dict[str, str]]:
    """One page of a list, and its `paging`."""
    limit, token = request.query_params.get("limit", str(usual)), request.query_params.get("pageToken", "")
    if not limit.isdecimal() or not 1 <= int(limit) <= most:
        raise Refused(400, f"Parameter limit must be from 1 to {most}")
    start = token.removeprefix("page-")
    if token and not (token.startswith("page-") and start.isdecimal()):
        raise Refused(400, "Unknown pageToken")
    first = int(start or 0)
    end = first + int(limit)
    return entries[first:end], {"nextPageToken": f"page-{end}"} if end < len(entries) else {}


def text_in(body: dict[str, Any], name: str, most: int) -> str:
    """Words for the public or a buyer: neither too long nor leading away from Market."""
    text = body.get(name)
    if not isinstance(text, str) or not 1 <= len(text) <= most or not text.strip():
        raise Refused(400, f"Field {name} must have from 1 to {most} characters")
    if contact := forbidden_in(text):
        raise Refused(400, f"Text must not contain contacts: {contact}")
    return text
