"""The same application behind AWS Lambda: API Gateway's HTTP API, or a Function URL."""

from __future__ import annotations

from functools import cache
from typing import Any

from mangum import Mangum

from api.app import create_app
from api.events import Pace
from infra.bootstrap import desk

_PACE = Pace(look_every=2.0, longest=10.0)
"""Lambda answers when the whole answer is there: an event stream becomes a long poll that the browser repeats."""


@cache
def _application() -> Mangum:
    return Mangum(create_app(desk(), _PACE), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one event."""
    return _application()(event, context)
