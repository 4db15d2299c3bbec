"""Inboxes: connect an account, see what is wrong with it, let it go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import ApiDep, LanguageDep, Owner, Viewer
from api.schemas.common import Id, Listing
from api.schemas.inboxes import ComparisonOut, DiagnosisOut, InboxIn, InboxOut, InboxPatch, PulledOut
from api.schemas.problems import responses
from shared.domain.ids import AssistantId, InboxId
from shared.domain.inboxes import Inbox
from shared.errors import InvalidInput, NotFound
from shared.services.connect_inbox import NewInbox, is_removed, living_inbox
from shared.store.assistants import Assistants
from shared.store.inboxes import Inboxes
from shared.store.workspace import WorkspaceStore

router = APIRouter(
    prefix="/workspaces/{workspace_id}/inboxes", tags=["inboxes"], responses=responses(401, 403, 404, 422)
)


async def _shown(inbox_id: Id, seat: Viewer, api: ApiDep) -> Inbox:
    return await living_inbox(api.desk.platform, seat.workspace_id, InboxId(inbox_id))


async def _managed(inbox_id: Id, seat: Owner, api: ApiDep) -> Inbox:
    return await living_inbox(api.desk.platform, seat.workspace_id, InboxId(inbox_id))


ShownInbox = Annotated[Inbox, Depends(_shown)]
ManagedInbox = Annotated[Inbox, Depends(_managed)]


@router.get("")
async def list_inboxes(seat: Viewer, language: LanguageDep) -> Listing[InboxOut]:
    """Every connected account."""
    inboxes = await Inboxes(seat.store).all()
    return Listing(items=[InboxOut.of(inbox, language) for inbox in inboxes if not is_removed(inbox)])


@router.post("", status_code=201)
async def connect_inbox(given: InboxIn, seat: Owner, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Connect an account. Where the vendor refuses, the inbox is there and its `problem` says why."""
    assistant = await _assistant(seat.store, given.assistant_id)
    new = NewInbox(given.channel, given.name, given.credentials, assistant)
    return InboxOut.of(await api.desk.connect_inbox.create(seat.workspace_id, new), language)


@router.get("/{inbox_id}")
async def get_inbox(inbox: ShownInbox, language: LanguageDep) -> InboxOut:
    """One connected account."""
    return InboxOut.of(inbox, language)


@router.patch("/{inbox_id}")
async def change_inbox(
    inbox: ManagedInbox, given: InboxPatch, seat: Owner, api: ApiDep, language: LanguageDep
) -> InboxOut:
    """Change the name, the assistant, what may be done here, or the credentials."""
    changes = given.flags() | ({"name": given.name} if given.name else {})
    if "assistant_id" in given.model_fields_set:
        changes["assistant_id"] = await _assistant(seat.store, given.assistant_id)
    if changes:
        inbox = await api.desk.change_inbox(inbox, changes)
    if given.credentials is not None:
        inbox = await api.desk.connect_inbox.replace_credentials(inbox, given.credentials)
    return InboxOut.of(inbox, language)


@router.delete("/{inbox_id}", status_code=204)
async def remove_inbox(inbox: ManagedInbox, api: ApiDep) -> None:
    """Let the account go: its secrets are erased, its conversations stay."""
    await api.desk.manage_inbox.remove(inbox)


@router.post("/{inbox_id}/test")
async def test_inbox(inbox: ManagedInbox, api: ApiDep, language: LanguageDep) -> DiagnosisOut:
    """Ask the vendor whether the account can work."""
    return DiagnosisOut.of(inbox.channel, await api.desk.manage_inbox.test(inbox), language)


@router.post("/{inbox_id}/pull", responses=responses(409))
async def pull_inbox(inbox: ManagedInbox, api: ApiDep) -> PulledOut:
    """Fetch what is new, now."""
    return PulledOut(news=await api.desk.manage_inbox.pull(inbox))


@router.get("/{inbox_id}/comparison", responses=responses(404))
async def get_comparison(inbox: ShownInbox, seat: Viewer, language: LanguageDep) -> ComparisonOut:
    """The latest comparison of what the vendor holds with what we hold. There is one a day."""
    latest = await Inboxes(seat.store).latest_comparison(inbox.id)
    if latest is None:
        raise NotFound("this inbox has not been compared yet")
    return ComparisonOut.of(latest, language)


@router.post("/{inbox_id}/compare", status_code=202)
async def compare_inbox(inbox: ManagedInbox, api: ApiDep) -> None:
    """Compare now, and fetch what is missing. The result is the next `comparison`."""
    await api.desk.manage_inbox.compare(inbox)


@router.post("/{inbox_id}/pause")
async def pause_inbox(inbox: ManagedInbox, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Take nothing for a while. What comes waits at the vendor."""
    return InboxOut.of(await api.desk.manage_inbox.pause(inbox), language)


@router.post("/{inbox_id}/resume")
async def resume_inbox(inbox: ManagedInbox, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Work again, from where the pause began."""
    return InboxOut.of(await api.desk.connect_inbox.register(inbox), language)


@router.post("/{inbox_id}/webhook")
async def register_inbox(inbox: ManagedInbox, api: ApiDep, language: LanguageDep) -> InboxOut:
    """Tell the vendor our address again."""
    return InboxOut.of(await api.desk.connect_inbox.register(inbox), language)


async def _assistant(store: WorkspaceStore, id: str | None) -> AssistantId | None:
    """An assistant of the same workspace. Raises `InvalidInput`."""
    if id is None:
        return None
    if await Assistants(store).get(AssistantId(id)) is None:
        raise InvalidInput("no such assistant in this workspace", code="unknown_assistant")
    return AssistantId(id)
