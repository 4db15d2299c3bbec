"""The page behind the master bot's button."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse

router = APIRouter(prefix="/login", include_in_schema=False)
_FOLDER: Final = Path(__file__).parents[1] / "dashboard"
_POLICY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


@router.get("/telegram")
async def telegram_page() -> FileResponse:
    """A button that signs in."""
    return FileResponse(_FOLDER / "telegram.html", headers=_POLICY)


@router.get("/telegram.js")
async def telegram_script() -> FileResponse:
    """What the button does."""
    return FileResponse(_FOLDER / "telegram.js", headers=_POLICY)


@router.get("/telegram.css")
async def telegram_style() -> FileResponse:
    """How it looks."""
    return FileResponse(_FOLDER / "telegram.css", headers=_POLICY)
