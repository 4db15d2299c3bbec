"""What the vendors hold against what is stored here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from api.context import Api
from api.manage.running import run
from shared.domain.ids import WorkspaceId
from shared.domain.inboxes import Inbox
from shared.services.connect_inbox import is_removed
from shared.store.inboxes import Inboxes


def compare(
    workspace: Annotated[str, typer.Argument(help="The workspace's id.")],
    inbox: Annotated[str | None, typer.Option(help="Only this inbox.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far to look back.")] = None,
    repair: Annotated[bool, typer.Option(help="Fetch what is missing.")] = True,
) -> None:
    """Compare what the vendors hold with what is stored here, and fetch what is missing."""

    async def compared(api: Api) -> bool:
        since = None if days is None else api.desk.ports.clock.now() - timedelta(days=days)
        inboxes = await Inboxes(api.desk.platform.workspace(WorkspaceId(workspace))).all()
        chosen = [known for known in inboxes if not is_removed(known) and inbox in (None, known.id)]
        found = [await _comparison(api, known, since, repair=repair) for known in chosen]
        return bool(chosen) and all(found)

    if not run(compared):
        raise typer.Exit(1)


async def _comparison(api: Api, inbox: Inbox, since: datetime | None, *, repair: bool) -> bool:
    """Whether nothing is missing afterwards."""
    if not api.desk.ports.opener.capabilities(inbox.channel).history_listable:
        typer.echo(f"{inbox.id}: {inbox.channel} cannot be asked for its history")
        return True
    found = await api.desk.compare_inbox.at_once(inbox.workspace_id, inbox.id, since=since, repair=repair)
    ending = f", stopped: {found.problem}" if found.problem else ""
    typer.echo(f"{inbox.id}: {found.held} held, {found.missing} missing, {found.repaired} repaired{ending}")
    for id in found.missing_ids:
        typer.echo(f"  {id}")
    return found.problem is None and found.missing == found.repaired
