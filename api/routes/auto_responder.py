"""The auto-responder of a workspace."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.access import Seat
from api.context import Api
from api.deps import ApiDep, LanguageDep, Owner, Viewer
from api.schemas.auto_responder import AutoResponderIn, AutoResponderOut
from api.schemas.problems import responses
from shared.domain.auto_responder import AutoResponder
from shared.domain.ids import InboxId
from shared.domain.inboxes import Inbox
from shared.errors import InvalidInput
from shared.policy.auto_reply import why_not_in
from shared.policy.linter import lint_text
from shared.services.connect_inbox import is_removed
from shared.store.auto_responders import AutoResponders
from shared.store.inboxes import Inboxes

router = APIRouter(
    prefix="/workspaces/{workspace_id}/auto-responder", tags=["auto-responder"], responses=responses(401, 403, 404, 422)
)


@router.get("")
async def get_auto_responder(seat: Viewer, api: ApiDep, language: LanguageDep) -> AutoResponderOut:
    """The settings, whether it would answer now, and where it says nothing."""
    known = await AutoResponders(seat.store).get()
    now = api.desk.ports.clock.now()
    settings = known.settings if known else AutoResponder(updated_at=now, version=0)
    return AutoResponderOut.of(settings, _silent_in(api, await _inboxes(seat), settings), now, language)


@router.put("", responses=responses(409))
async def change_auto_responder(
    given: AutoResponderIn, seat: Owner, api: ApiDep, language: LanguageDep
) -> AutoResponderOut:
    """Replace the settings. Works within five seconds everywhere. Switched on anew, it may answer everybody again."""
    inboxes, now = await _inboxes(seat), api.desk.ports.clock.now()
    wish = given.wish(now)
    if wish.is_on and not wish.text.strip():
        raise InvalidInput("it has nothing to say", code="text_empty")
    if not wish.inbox_ids <= {inbox.id for inbox in inboxes}:
        raise InvalidInput("no such inbox in this workspace", code="unknown_inbox")
    settings = await api.desk.auto_responder_settings.change(seat.workspace_id, wish)
    return AutoResponderOut.of(settings, _silent_in(api, inboxes, settings), now, language)


async def _inboxes(seat: Seat) -> list[Inbox]:
    return [inbox for inbox in await Inboxes(seat.store).all() if not is_removed(inbox)]


def _silent_in(api: Api, inboxes: list[Inbox], settings: AutoResponder) -> dict[InboxId, str]:
    """Inboxes in which it is switched off, or whose channel would not take its text, with the reason's code."""
    if not settings.is_on:
        return {}
    opener = api.desk.ports.opener
    reasons = {
        inbox.id: why_not_in(inbox, settings) or lint_text(settings.text, opener.capabilities(inbox.channel), "chat")
        for inbox in inboxes
    }
    return {inbox: reason for inbox, reason in reasons.items() if reason}
