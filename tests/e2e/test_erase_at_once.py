"""Erasures that meet each other, an export, or somebody who takes the name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.export_folder import ExportFolder
from shared.domain.ids import WorkspaceId
from shared.domain.people import Workspace
from shared.services.erase_workspace import EraseWorkspace
from shared.services.export_workspace import ExportWorkspace
from shared.store.workspaces import Workspaces
from tests.e2e.test_erase import erase, left
from tests.support.clock import ManualClock
from tests.support.full_workspace import documents, fill
from tests.support.machine import WORKSPACE, Machine, running_machine


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path / "machine") as running:
        yield running


async def test_two_at_once_leave_nothing(machine: Machine) -> None:
    await fill(machine)

    await asyncio.gather(erase(machine), erase(machine), erase(machine))

    assert left(machine) == set()


async def test_an_export_at_the_same_time_ends_and_says_that_the_workspace_is_gone(
    machine: Machine, tmp_path: Path
) -> None:
    await fill(machine)
    ports = machine.desk.ports
    known = await Workspaces(ports.store).get(WORKSPACE)
    assert known is not None
    folder = ExportFolder(tmp_path / "out", ExportWorkspace(ports.store), ports.blobs, ManualClock(), [])

    manifest, _ = await asyncio.gather(folder(known.workspace, lambda line: None), erase(machine))

    assert manifest["state"] == "complete"
    assert left(machine) == set()


async def test_who_takes_the_name_meanwhile_keeps_it(machine: Machine) -> None:
    """Two operators erase; the first is done, and somebody founds a workspace of that name before the second is."""
    await fill(machine)
    store = machine.desk.ports.store
    heir = Workspace(id=WorkspaceId("heir"), slug="shop", name="Other", created_at=machine.clock.now())

    class Meanwhile(ManualClock):
        async def sleep(self, seconds: float) -> None:
            await erase(machine)
            await store.commit(Workspaces(store).creation(heir))

    ports = machine.desk.ports
    late = EraseWorkspace(store, lambda: ports.blobs, machine.desk.manage_inbox, Meanwhile())
    await late(WORKSPACE, "shop")

    assert left(machine) == set()
    assert "routes/slug:shop" in documents(machine.settings.data_dir)
    assert await Workspaces(store).by_slug("shop") == heir
