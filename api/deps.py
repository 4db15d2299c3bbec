"""What routes ask for by type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from api.auth.access import Caller, Seat, authorise, identify
from api.auth.address import client_address
from api.auth.cookies import AUTH_PATH
from api.context import Api
from api.languages import language_of
from api.schemas.common import Id
from shared.domain.people import Role
from shared.domain.texts import Language
from shared.errors import NotAllowed

_bearer = OAuth2PasswordBearer(tokenUrl=f"{AUTH_PATH}/token", auto_error=False)


async def _api(request: Request) -> Api:
    api = request.app.state.api
    assert isinstance(api, Api)
    return api


ApiDep = Annotated[Api, Depends(_api)]


async def _caller(request: Request, api: ApiDep, bearer: Annotated[str | None, Depends(_bearer)]) -> Caller:
    return await identify(request, api, bearer)


CallerDep = Annotated[Caller, Depends(_caller)]


async def _caller_if_any(
    request: Request, api: ApiDep, bearer: Annotated[str | None, Depends(_bearer)]
) -> Caller | None:
    is_nobody = bearer is None and api.cookies.access_token(request) is None
    return None if is_nobody else await identify(request, api, bearer)


CallerIfAnyDep = Annotated[Caller | None, Depends(_caller_if_any)]
"""None: nobody has signed in. What is shown must hold all the same."""


async def _superuser(caller: CallerDep) -> Caller:
    if not caller.user.is_superuser:
        raise NotAllowed("this is for the platform's admins", code="superuser_only")
    return caller


SuperuserDep = Annotated[Caller, Depends(_superuser)]


def _seat(least: Role) -> Callable[..., Awaitable[Seat]]:
    async def seat(workspace_id: Id, caller: CallerDep, api: ApiDep) -> Seat:
        return await authorise(api, caller, workspace_id, least)

    return seat


Viewer = Annotated[Seat, Depends(_seat(Role.VIEWER))]
"""Reads."""
Manager = Annotated[Seat, Depends(_seat(Role.MANAGER))]
"""Works on conversations."""
Owner = Annotated[Seat, Depends(_seat(Role.OWNER))]
"""Manages inboxes, members and assistants, and closes conversations."""


async def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", ""))


LanguageDep = Annotated[Language, Depends(_language)]


async def _address(request: Request) -> str:
    return client_address(request)


AddressDep = Annotated[str, Depends(_address)]
"""Where the call comes from."""
