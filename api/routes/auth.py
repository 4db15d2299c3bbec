"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Form, Request, Response

from api.auth.address import client_address
from api.auth.cookies import TokenPair
from api.auth.origin import check_origin
from api.context import Api
from api.deps import ApiDep, CallerDep
from api.schemas.auth import MeOut, RefreshIn, SessionOut, SignInForm, TokenOut
from api.schemas.common import Id, Listing
from api.schemas.problems import responses
from shared.domain.people import Session
from shared.errors import UntrustedDelivery
from shared.services.sign_in import Grant, Visitor

router = APIRouter(prefix="/auth", tags=["auth"], responses=responses(401, 422))


@router.post("/token", responses=responses(403, 429))
async def sign_in(form: Annotated[SignInForm, Form()], request: Request, response: Response, api: ApiDep) -> TokenOut:
    """Sign in by e-mail and password."""
    if form.cookies and "origin" in request.headers:
        check_origin(request, api.desk.settings.public_url)
    visitor = Visitor(client_address(request), request.headers.get("user-agent", ""))
    grant = await api.sign_in(form.username, form.password, visitor)
    return await granted(api, grant, response if form.cookies else None)


@router.post("/refresh", responses=responses(403))
async def refresh(
    request: Request, response: Response, api: ApiDep, given: Annotated[RefreshIn | None, Body()] = None
) -> TokenOut:
    """Get the next pair of tokens. A refresh token works once: a second use ends the session."""
    if given is not None:
        return await granted(api, await api.refresh(given.refresh_token), None)
    token = api.cookies.refresh_token(request)
    if token is None:
        raise UntrustedDelivery("sign in first", code="not_signed_in")
    check_origin(request, api.desk.settings.public_url)
    return await granted(api, await api.refresh(token), response)


@router.post("/logout", status_code=204)
async def sign_out(caller: CallerDep, response: Response, api: ApiDep) -> None:
    """End this session."""
    await api.signed_in.revoke_by_id(caller.user, caller.session_id)
    api.cookies.take(response)


@router.get("/me")
async def me(caller: CallerDep) -> MeOut:
    """Who is signed in."""
    user = caller.user
    return MeOut(
        id=user.id,
        email=user.email,
        name=user.name,
        language=user.language,
        is_superuser=user.is_superuser,
        session_id=caller.session_id,
    )


@router.get("/sessions")
async def list_sessions(caller: CallerDep, api: ApiDep) -> Listing[SessionOut]:
    """Where the user is signed in."""
    sessions = await api.signed_in.living_sessions(caller.user)
    return Listing(items=[_session(session, caller.session_id) for session in sessions])


@router.delete("/sessions/{session_id}", status_code=204, responses=responses(404))
async def end_session(session_id: Id, caller: CallerDep, api: ApiDep) -> None:
    """Sign out somewhere else."""
    await api.signed_in.revoke_by_id(caller.user, session_id)


async def granted(api: Api, grant: Grant, cookies_on: Response | None) -> TokenOut:
    """The pair in the answer or, where no script is to see it, in cookies."""
    access = await api.tokens.issue(grant.user.id, grant.session.id)
    seconds = int(api.tokens.life.total_seconds())
    if cookies_on is None:
        return TokenOut(access_token=access, refresh_token=grant.refresh_token, expires_in=seconds)
    remaining = int((grant.session.expires_at - api.desk.ports.clock.now()).total_seconds())
    api.cookies.give(cookies_on, TokenPair(access, grant.refresh_token, seconds, remaining))
    return TokenOut(access_token=None, refresh_token=None, expires_in=seconds)


def _session(session: Session, current: str) -> SessionOut:
    return SessionOut(
        id=session.id,
        user_agent=session.user_agent,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        is_current=session.id == current,
    )
