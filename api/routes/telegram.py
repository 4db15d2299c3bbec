"""Signing in with Telegram: by the login widget, or by a link that is confirmed in the master bot."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from api.auth.address import client_address
from api.auth.browser import browser_of
from api.auth.origin import check_origin
from api.context import Api
from api.deps import AddressDep, ApiDep, CallerIfAnyDep, SuperuserDep
from api.routes.auth import granted
from api.schemas.auth import TokenOut
from api.schemas.problems import responses
from api.schemas.telegram import (
    ExchangeIn,
    LinkOut,
    MasterBotIn,
    MasterBotOut,
    TelegramConfigOut,
    WaitingOut,
    WidgetIn,
)
from shared.errors import NotFound
from shared.services.sign_in import Visitor
from shared.services.telegram_links import Claimant

router = APIRouter(tags=["auth"], responses=responses(401, 422))


@router.get("/auth/telegram/config")
async def get_telegram_config(api: ApiDep) -> TelegramConfigOut:
    """Which bot the login widget is for."""
    settings = await api.desk.master_bot_access.bots.get()
    return TelegramConfigOut(bot=None if settings is None else settings.username)


@router.post("/auth/telegram", responses=responses(403, 404))
async def sign_in_by_widget(given: WidgetIn, request: Request, response: Response, api: ApiDep) -> TokenOut:
    """Sign in with the fields that Telegram's login widget has signed, at most five minutes ago and once."""
    _check_page(request, api, cookies=given.cookies)
    access = api.desk.master_bot_access
    _, settings = await access.opened()
    fields = {name: str(value) for name, value in given.fields.items()}
    grant = await api.telegram_sign_in.by_widget(fields, await access.token(settings), _visitor(request))
    return await granted(api, grant, response if given.cookies else None)


@router.post("/auth/master/link", responses=responses(403, 404, 429))
async def begin_telegram_link(request: Request, api: ApiDep, caller: CallerIfAnyDep, address: AddressDep) -> LinkOut:
    """A link to confirm in Telegram. Who is signed in gives their user that Telegram account; else it signs in."""
    _, settings = await api.desk.master_bot_access.opened()
    await api.attempts.spend(f"telegram-link {address}", address)
    attach_to = None if caller is None else Claimant(caller.user.id, caller.session_id)
    begun = await api.telegram_links.begin(f"{browser_of(request)}, {address}", attach_to)
    url = f"https://t.me/{settings.username}?start={begun.code}"
    return LinkOut(url=url, exchange_token=begun.exchange_token, expires_in=int(begun.life.total_seconds()))


@router.post(
    "/auth/master/exchange", response_model=TokenOut, responses={202: {"model": WaitingOut}, **responses(403, 409)}
)
async def exchange_telegram_link(
    given: ExchangeIn, request: Request, response: Response, api: ApiDep
) -> TokenOut | JSONResponse:
    """A session for a confirmed link, once; 202 while nobody has confirmed it."""
    _check_page(request, api, cookies=given.cookies)
    grant = await api.telegram_sign_in.by_link(given.token, _visitor(request))
    if grant is None:
        return JSONResponse(WaitingOut().model_dump(), 202)
    return await granted(api, grant, response if given.cookies else None)


@router.get("/admin/settings/master-bot", responses=responses(403, 404))
async def get_master_bot(admin: SuperuserDep, api: ApiDep) -> MasterBotOut:
    """The platform's own bot."""
    del admin
    settings = await api.desk.master_bot_access.bots.get()
    if settings is None:
        raise NotFound("no master bot is set up", code="no_master_bot")
    return MasterBotOut.model_validate(settings)


@router.put("/admin/settings/master-bot", responses=responses(403))
async def set_master_bot(given: MasterBotIn, admin: SuperuserDep, api: ApiDep) -> MasterBotOut:
    """Register a bot as the platform's own: its webhook is set, and its token kept encrypted."""
    del admin
    return MasterBotOut.model_validate(await api.desk.master_bot_access.set(given.token.strip()))


@router.delete("/admin/settings/master-bot", status_code=204, responses=responses(403, 404))
async def remove_master_bot(admin: SuperuserDep, api: ApiDep) -> None:
    """Have none."""
    del admin
    await api.desk.master_bot_access.remove()


def _check_page(request: Request, api: Api, *, cookies: bool) -> None:
    """Cookies are given to pages of ours only: another one could sign somebody in as its own user."""
    if cookies and "origin" in request.headers:
        check_origin(request, api.desk.settings.public_url)


def _visitor(request: Request) -> Visitor:
    return Visitor(client_address(request), request.headers.get("user-agent", ""))
