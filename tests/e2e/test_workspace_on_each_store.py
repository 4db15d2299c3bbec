"""Taking out and erasing on each document store: what the store alone decides."""

from __future__ import annotations

from pathlib import Path

from infra.export_folder import ExportFolder
from shared.services.erase_contact import EraseContact
from shared.services.erase_workspace import EraseWorkspace
from shared.services.export_workspace import ExportWorkspace
from shared.store.workspace_tree import COLLECTIONS, WorkspaceTree
from shared.store.workspaces import Workspaces
from tests.support.full_workspace import AVITO, fill
from tests.support.machine import WORKSPACE, Machine


async def test_a_workspace_is_exported_loses_a_contact_and_goes(machine: Machine, tmp_path: Path) -> None:
    full = await fill(machine)
    ports, desk = machine.desk.ports, machine.desk
    store, blobs = ports.store, lambda: ports.blobs
    known = await Workspaces(store).get(WORKSPACE)
    assert known is not None

    export = ExportFolder(tmp_path / "out", ExportWorkspace(store), ports.blobs, ports.clock, [])
    counts = (await export(known.workspace, lambda line: None))["counts"]
    assert all(counts.values()), counts

    contact = (await full.conversation(AVITO)).contact_id
    work = EraseContact(store, blobs)
    assert await work.count(desk.platform.workspace(WORKSPACE), contact) == 1
    gone = await work(desk.platform.workspace(WORKSPACE), contact)
    assert gone.deletions.counts["messages"] >= 2
    assert await work.count(desk.platform.workspace(WORKSPACE), contact) is None

    erased = await EraseWorkspace(store, blobs, desk.manage_inbox, ports.clock)(WORKSPACE, "shop")
    tree = WorkspaceTree(store, WORKSPACE)
    for collection in COLLECTIONS:
        assert [page async for page in tree.pages(collection)] == []
    assert await Workspaces(store).by_slug("shop") is None
    assert await ports.blobs.keys(f"{WORKSPACE}/", limit=1) == []
    both = gone.deletions.counts + erased.deletions.counts
    assert {name: both[name] for name in counts} == counts
