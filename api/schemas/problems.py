"""Problem details, RFC 9457."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class FieldProblem(BaseModel):
    """What is wrong with one field of a request. Never repeats the value."""

    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """The body of every error. `code` is stable, the rest is for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: these errors have a `Problem` as body."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "Problem details", "content": content} for status in statuses}
