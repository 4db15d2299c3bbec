"""Connecting a personal Telegram account: a code to scan, and the password where there is one."""

from __future__ import annotations

from io import BytesIO

import segno
from fastapi import APIRouter
from starlette.responses import Response

from api.context import Api
from api.deps import AddressDep, ApiDep, LanguageDep, Owner
from api.schemas.common import Id
from api.schemas.problems import responses
from api.schemas.telegram_accounts import LoginIn, LoginOut, PasswordIn
from shared.domain.ids import AssistantId
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.telegram_account_logins import NewLogin
from shared.store.assistants import Assistants

router = APIRouter(
    prefix="/workspaces/{workspace_id}/inboxes/telegram-account/logins",
    tags=["inboxes"],
    responses=responses(401, 403, 404, 422),
)
_SCALE = 8
"""Pixels of a square of the code."""


@router.post("", status_code=201, responses=responses(409, 429))
async def begin_telegram_login(
    given: LoginIn, seat: Owner, api: ApiDep, address: AddressDep, language: LanguageDep
) -> LoginOut:
    """Begin. A code is there within seconds; the whole login has five minutes."""
    # Each one opens a connection of the worker's, which serves all workspaces.
    await api.attempts.spend(f"telegram-account {seat.workspace_id}", address)
    assistant = None if given.assistant_id is None else AssistantId(given.assistant_id)
    if assistant is not None and await Assistants(seat.store).get(assistant) is None:
        raise InvalidInput("no such assistant in this workspace", code="unknown_assistant")
    new = NewLogin(given.name, given.takes, assistant, _is_simulated(api))
    return LoginOut.of(await api.telegram_account_logins.begin(seat.workspace_id, new), language)


@router.get("/{login_id}")
async def get_telegram_login(login_id: Id, seat: Owner, api: ApiDep, language: LanguageDep) -> LoginOut:
    """How far it is."""
    known = await api.telegram_account_logins.get(seat.workspace_id, login_id)
    return LoginOut.of(known.noun, language)


@router.get("/{login_id}/qr.png", response_class=Response)
async def get_telegram_login_code(login_id: Id, seat: Owner, api: ApiDep) -> Response:
    """The code as a picture."""
    login = (await api.telegram_account_logins.get(seat.workspace_id, login_id)).noun
    if not login.qr_url:
        raise NotFound("there is no code to scan")
    picture = BytesIO()
    segno.make_qr(login.qr_url).save(picture, kind="png", scale=_SCALE)
    return Response(picture.getvalue(), media_type="image/png")


@router.post("/{login_id}/password", status_code=202, responses=responses(409))
async def give_telegram_password(login_id: Id, given: PasswordIn, seat: Owner, api: ApiDep) -> None:
    """The password of two-step verification. It is erased before it is used, and used once."""
    await api.telegram_account_logins.give_password(seat.workspace_id, login_id, given.password)


@router.delete("/{login_id}", status_code=204)
async def cancel_telegram_login(login_id: Id, seat: Owner, api: ApiDep) -> None:
    """Stop it."""
    await api.telegram_account_logins.cancel(seat.workspace_id, login_id)


def _is_simulated(api: Api) -> bool:
    """Without a key of its own an installation with a sandbox logs in there. Raises `Conflict`."""
    settings = api.desk.settings
    if settings.vendors.telegram_api_id and settings.vendors.telegram_network == "telegram":
        return False
    if settings.stack == "cloud":
        raise Conflict("set TELEGRAM_API_ID and TELEGRAM_API_HASH", code="api_id_missing")
    return True
