"""A workspace or a contact, deleted for good, with a report of what was deleted and what remains elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Final

import typer

from api.context import Api
from api.manage.running import find_workspace, refused, run, workspace_of
from shared.domain.ids import ContactId, WorkspaceId
from shared.services.erase_contact import ContactErased, EraseContact
from shared.services.erase_workspace import Erased, EraseWorkspace

log = logging.getLogger("parley.manage")
_REMAINS: Final = {
    "cloud": (
        "point-in-time recovery of Firestore: up to 7 days",
        "backups of Firestore: until they expire",
        "deleted files in Cloud Storage: 7 days, as terraform sets the bucket up",
        "vendors' calls that nobody could read, among the dead letters: up to 14 days",
        "logs: ids only, 30 days",
    ),
    "embedded": (
        "copies of the data folder that somebody has made: until they are deleted",
        "vendors' calls that nobody could read, among the dead letters: until they are replayed",
    ),
    "emulators": ("copies of the data folder that somebody has made: until they are deleted",),
}
"""What is not ours to delete, by stack, and until when it is there."""
_VENDORS: Final = (
    "the vendors' own copies: letters, chats and topics stay where they were written; so does what a language model's "
    "provider keeps"
)
Name = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id or slug.")]


def erase(
    workspace: Name, yes: Annotated[str, typer.Option(metavar="SLUG", help="The slug: do not ask for it.")] = ""
) -> None:
    """Delete a workspace for good: inboxes let go, every document, every file. Can be run again after a crash."""

    async def erased(api: Api) -> None:
        known = await find_workspace(api, workspace)
        id, slug = (known.id, known.slug) if known else (WorkspaceId(workspace), workspace)
        _confirm(slug, yes)
        ports = api.desk.ports
        work = EraseWorkspace(ports.store, lambda: ports.blobs, api.desk.manage_inbox, ports.clock)
        report = await work(id, slug)
        _log("workspace erased", report.deletions.counts, workspace_id=id)
        _tell(report, api.desk.settings.stack)
        typer.echo(f"Erased {slug}, workspace {id}." if known else f"Nothing is stored under {workspace} now.")

    run(erased)


def erase_contact(
    workspace: Name,
    contact: Annotated[str, typer.Argument(help="The contact's id, as its conversations name it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is known of one customer: the contact, its conversations, leads and files."""

    async def erased(api: Api) -> None:
        ports, id = api.desk.ports, ContactId(contact)
        store = api.desk.platform.workspace((await workspace_of(api, workspace)).id)
        work = EraseContact(ports.store, lambda: ports.blobs)
        conversations = await work.count(store, id)
        if conversations is None:
            typer.echo(f"Nothing is stored of contact {contact}.")
            return
        if not yes:
            typer.confirm(f"Erase contact {contact} with {conversations} conversations for good?", abort=True)
        report = await work(store, id)
        _log("contact erased", report.deletions.counts, workspace_id=store.workspace_id, contact_id=id)
        _tell_contact(report, api.desk.settings.stack)
        typer.echo(f"Erased contact {contact}.")

    run(erased)


def _confirm(slug: str, given: str) -> None:
    """The slug itself, typed: nothing shorter says which workspace somebody means."""
    typed = given or typer.prompt(f"This cannot be undone. Type {slug} to erase it")
    if typed != slug:
        raise refused("that is not the slug: nothing was erased")


def _tell(report: Erased, stack: str) -> None:
    _tell_counts(report.deletions.counts)
    for inbox in report.disconnected:
        typer.echo(f"Inbox {inbox}: its vendor was asked to forget us.")
    for inbox, code in report.not_disconnected.items():
        typer.echo(f"Inbox {inbox}: its vendor could not be asked to forget us ({code}). Remove our address there.")
    if report.lonely_users:
        typer.echo(f"{report.lonely_users} users are members of nothing else now. They stay, and can still sign in.")
    _tell_remains(stack)


def _tell_contact(report: ContactErased, stack: str) -> None:
    _tell_counts(report.deletions.counts)
    for topic in report.topics:
        typer.echo(f"Topic {topic} of the work group still shows the conversation: delete it in Telegram.")
    typer.echo("What the vendor still lists may be taken in again by a pull or a comparison: delete it there, too.")
    _tell_remains(stack)


def _tell_counts(counts: Mapping[str, int]) -> None:
    for noun, count in sorted(counts.items()):
        typer.echo(f"{noun:24}{count:>9,} deleted")


def _tell_remains(stack: str) -> None:
    typer.echo("What remains elsewhere:")
    for line in (*_REMAINS[stack], _VENDORS):
        typer.echo(f"  {line}")


def _log(event: str, counts: Mapping[str, int], **ids: str) -> None:
    """For an audit: what, when, how much. Ids only."""
    log.warning(event, extra={**ids, "counts": dict(counts)})
