"""The page behind the master bot's button."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parents[1] / "dashboard"
_FILES: Final = {"telegram": "telegram.html", "telegram.js": "telegram.js", "telegram.css": "telegram.css"}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


async def telegram_page(request: Request) -> Response:
    """A button that signs in, and what belongs to it."""
    name = request.url.path.rpartition("/")[2]
    return FileResponse(_FOLDER / _FILES[name], headers=_HEADERS)


ROUTES: Final = tuple(Route(f"/login/{name}", telegram_page) for name in _FILES)
