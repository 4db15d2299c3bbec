"""A workspace, taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import Api
from api.manage.running import run, workspace_of
from api.migrations import MIGRATIONS
from infra.export_folder import ExportFolder
from shared.services.export_workspace import ExportWorkspace
from shared.services.migrate import Migrate


def export(
    workspace: Annotated[str, typer.Argument(help="The workspace's id or slug.")],
    to: Annotated[Path, typer.Option(help="A folder: a new one, or that of an export that was interrupted.")],
) -> None:
    """Write everything of a workspace into a folder: documents as JSON lines, attachments as files, a manifest."""

    async def exported(api: Api) -> bool:
        known, ports = await workspace_of(api, workspace), api.desk.ports
        applied = await Migrate(ports.store, MIGRATIONS).applied()
        folder = ExportFolder(to, ExportWorkspace(ports.store), ports.blobs, ports.clock, applied)
        manifest = await folder(known, typer.echo)
        files, documents = manifest["files"], sum(manifest["counts"].values())
        typer.echo(f"Exported {known.slug} to {to}: {documents:,} documents, {files['copied']:,} files.")
        if files["missing"]:
            typer.echo(f"{files['missing']:,} files are not there: files.jsonl says why.")
        if manifest["gone"]:
            typer.echo(f"{manifest['gone']:,} documents were deleted since they were written: see gone.jsonl.")
        if manifest["workspace_is_gone"]:
            typer.echo("The workspace was erased meanwhile: this export may lack a part of it.", err=True)
        return not manifest["workspace_is_gone"]

    if not run(exported):
        raise typer.Exit(1)
