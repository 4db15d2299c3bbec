"""Errors to answers: the one table of statuses, and one body for every error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.schemas.problems import FieldProblem, Problem
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    Conflict,
    DeskError,
    InvalidInput,
    ModelError,
    ModelUnavailable,
    NotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
    UntrustedDelivery,
)
from shared.services.attempts import TooManyAttempts

STATUS: Final[Mapping[type[DeskError], int]] = {
    UntrustedDelivery: 401,
    InvalidInput: 422,
    TooManyAttempts: 429,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
    ChannelRejected: 424,
    ChannelUnavailable: 503,
    ChannelError: 502,
    ModelUnavailable: 503,
    ModelError: 502,
    DeskError: 500,
}
"""Looked up along the class tree."""
_RETRY_SOON = timedelta(seconds=5)


def status_of(error: DeskError) -> int:
    """The status that an error is answered with."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    path: str,
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error as an answer."""
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, code=code, detail=detail or title, instance=path, errors=errors)
    # Plain ASCII: a name that a caller made up may hold half a surrogate pair.
    content = json.dumps(body.model_dump(exclude_none=True), ensure_ascii=True)
    return Response(content, status, headers, media_type="application/problem+json")


def add_error_handlers(app: FastAPI) -> None:
    """Every error becomes problem details; what is no error of ours is the guard's business."""
    app.add_exception_handler(DeskError, _desk_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)


async def _desk_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    status = status_of(error)
    return problem(request.url.path, status, error.code, str(error), headers=_headers(error, status))


def _headers(error: DeskError, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if status not in (429, 503):
        return {}
    wait = getattr(error, "retry_after", None) or _RETRY_SOON
    return {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}


async def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldProblem(field=".".join(str(part) for part in fault["loc"]), code=fault["type"], detail=fault["msg"])
        for fault in error.errors()
    ]
    return problem(request.url.path, 422, "invalid_request", "The request cannot be understood.", errors=errors)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {400: "invalid_request", 404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return problem(request.url.path, error.status_code, code, headers=error.headers)
