"""The pages of the web chat and the script that puts it on a site. The pages are the same for every chat: what
differs comes over the API, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.auth.address import client_address
from api.context import Api
from shared.domain.web_chat import ANYWHERE, WebChatSettings
from shared.errors import NotFound

FOLDER: Final = Path(__file__).parents[1] / "widget"
ASSETS: Final = ("chat.css", "chat.js", "icon.svg", "talk.js", "view.js", "words.js")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)
_KEPT: Final = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}


async def chat_page(request: Request) -> Response:
    """A page of its own: nobody frames it."""
    await _settings(request)
    return _page("'none'")


async def embedded_page(request: Request) -> Response:
    """The same inside a site of the owner's list."""
    settings = await _settings(request)
    return _page("*" if ANYWHERE in settings.origins else " ".join(("'self'", *settings.origins)))


async def loader(request: Request) -> Response:
    """The one-line script."""
    del request
    return FileResponse(FOLDER / "widget.js", headers=_KEPT, media_type="text/javascript")


async def asset(request: Request) -> Response:
    """A part of the page."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise NotFound("there is no such file")
    return FileResponse(FOLDER / name, headers=_KEPT)


ROUTES: Final = (
    Route("/widget.js", loader),
    Route("/widget/{name}", asset),
    Route("/{slug}/chat", chat_page),
    Route("/{slug}/chat/embed", embedded_page),
)


async def _settings(request: Request) -> WebChatSettings:
    api = request.app.state.api
    assert isinstance(api, Api)
    api.web_chat_limits.knock(client_address(request))
    chat = await api.web_chats.find(request.path_params["slug"], request.query_params.get("inbox", ""))
    return chat.settings


def _page(frames: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY + frames, "Cache-Control": "no-cache"}
    return FileResponse(FOLDER / "chat.html", headers=headers)
