"""Connecting a mailbox: to Google's consent page and back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse

from api.auth.access import Caller, authorise
from api.context import Api
from api.deps import ApiDep, CallerDep, Owner
from api.schemas.problems import responses
from infra.channels.gmail import consent
from infra.settings import VendorSettings
from shared.domain.channels import ChannelKind
from shared.domain.ids import WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.people import Role
from shared.errors import Conflict, DeskError, InvalidInput
from shared.services.connect_inbox import NewInbox, living_inbox
from shared.services.consents import Errand

CALLBACK = "/api/v1/inboxes/gmail/callback"
router = APIRouter(tags=["inboxes"], responses=responses(401, 422))
Answer = Annotated[str, Query(max_length=2000)]


@router.get(
    "/workspaces/{workspace_id}/inboxes/gmail/connect",
    status_code=303,
    response_class=RedirectResponse,
    responses=responses(403, 404, 409),
)
async def connect_gmail(seat: Owner, api: ApiDep) -> RedirectResponse:
    """Send the browser to Google's consent page."""
    google, _ = _google(api)
    state = api.desk.ports.ids.secret()
    url, verifier = consent.start(state, _redirect_uri(api), google)
    await api.consents.begin(state, Errand(seat.workspace_id, verifier), seat.caller.session_id)
    return RedirectResponse(url, 303)


@router.get("/inboxes/gmail/callback", status_code=303, response_class=RedirectResponse)
async def finish_gmail(
    caller: CallerDep, api: ApiDep, state: Answer = "", code: Answer = "", error: Answer = ""
) -> RedirectResponse:
    """Where Google sends the browser back: connects the mailbox, and shows the dashboard how it went."""
    try:
        errand = await api.consents.finish(state, caller.session_id)
        if error or not code:
            raise InvalidInput("the consent was not given", code="consent_failed")
        inbox = await _connect(api, caller, errand, code)
    except DeskError as refusal:
        return _to_dashboard(connect_error=refusal.code)
    if inbox.problem:
        return _to_dashboard(connected=inbox.id, connect_error=inbox.problem)
    return _to_dashboard(connected=inbox.id)


async def _connect(api: Api, caller: Caller, errand: Errand, code: str) -> Inbox:
    # Ten minutes have passed: the role is asked for again.
    seat = await authorise(api, caller, errand.workspace_id, Role.OWNER)
    google, is_simulated = _google(api)
    credentials = await consent.finish(code, errand.verifier, _redirect_uri(api), google, api.desk.ports.http)
    known = await _known(api, seat.workspace_id, credentials["email"])
    if known is not None:
        return await api.desk.connect_inbox.replace_credentials(known, credentials)
    new = NewInbox(ChannelKind.GMAIL, credentials["email"], credentials, is_simulated=is_simulated)
    return await api.desk.connect_inbox.create(seat.workspace_id, new)


async def _known(api: Api, workspace: WorkspaceId, email: str) -> Inbox | None:
    """The inbox that this mailbox has here already. Raises `Conflict` where it is somebody else's."""
    route = await api.desk.platform.route_of_mailbox(email)
    if route is None:
        return None
    if route.workspace_id != workspace:
        raise Conflict("this mailbox is connected to another workspace", code="mailbox_taken")
    return await living_inbox(api.desk.platform, workspace, route.inbox_id)


def _google(api: Api) -> tuple[VendorSettings, bool]:
    """Google as the settings name it; without a client of its own an installation with a sandbox has that one.

    Raises `Conflict`.
    """
    settings = api.desk.settings
    if settings.vendors.google_client_id:
        return settings.vendors, False
    if settings.stack == "cloud":
        raise Conflict("this installation has no Google client: set GOOGLE_CLIENT_ID", code="gmail_not_configured")
    return settings.sandbox_vendors(), True


def _redirect_uri(api: Api) -> str:
    return api.desk.settings.public_url.rstrip("/") + CALLBACK


def _to_dashboard(**told: str) -> RedirectResponse:
    return RedirectResponse(f"/?{urlencode(told)}", 303)
