"""A whole workspace is taken out, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import signal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from infra.export_folder import ExportFolder
from shared.domain.ids import WorkspaceId
from shared.domain.people import Workspace
from shared.errors import Conflict, Unavailable
from shared.ports.document_store import Delete
from shared.services.export_workspace import ExportWorkspace
from shared.store.workspaces import Workspaces
from tests.support.clock import ManualClock
from tests.support.files import A_FILE_OF, PNG
from tests.support.full_workspace import NEIGHBOURS, PHONE, add_neighbours, below, documents, fill
from tests.support.machine import WORKSPACE, Machine, running_machine
from tests.support.watching import Killed, Probe, Watched


@pytest.fixture
async def machine(tmp_path: Path) -> Any:
    async with running_machine(tmp_path / "machine") as running:
        yield running


def writer(machine: Machine, to: Path, probe: Probe | None = None) -> ExportFolder:
    """Probed: dies at a read of the store or of the files."""
    ports, watched = machine.desk.ports, probe or Probe()
    store: Any = Watched("store", ports.store, watched)
    blobs: Any = Watched("blobs", ports.blobs, watched)
    return ExportFolder(to, ExportWorkspace(store), blobs, ManualClock(), ["0001_something"])


async def shop(machine: Machine) -> Workspace:
    known = await Workspaces(machine.desk.ports.store).get(WORKSPACE)
    assert known is not None
    return known.workspace


async def export(machine: Machine, to: Path, probe: Probe | None = None) -> dict[str, Any]:
    return await writer(machine, to, probe)(await shop(machine), lambda line: None)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which tells the times of its runs."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


async def test_every_document_of_the_workspace_is_exported_but_secrets_and_nothing_of_its_neighbours(
    machine: Machine, tmp_path: Path
) -> None:
    await fill(machine)
    await add_neighbours(machine)
    held = below(WORKSPACE, documents(machine.settings.data_dir))

    manifest = await export(machine, tmp_path / "out")

    files = {path for path in (tmp_path / "out").glob("*.jsonl") if path.name != "files.jsonl"}
    exported = [f"workspaces/{WORKSPACE}/{line['path']}" for file in files for line in lines(file)]
    assert sorted(exported) == sorted(path for path in held if "/vault/" not in path)
    kinds = {path.split("/")[-2] for path in held}
    assert kinds == {file.stem for file in files} | {"vault"}, "the machine makes every kind of document"
    assert sum(manifest["counts"].values()) == len(exported)
    everything = b"".join(contents(tmp_path / "out").values()).decode("utf-8", "replace")
    assert "gAAAA" not in everything, "a ciphertext of ours was exported"
    assert not any(f"{other}/" in everything.replace("\\", "") for other in NEIGHBOURS[1:])
    assert PHONE in everything


async def test_files_are_copied_with_an_index_that_says_whose_they_are(machine: Machine, tmp_path: Path) -> None:
    full = await fill(machine)
    (gone,) = await machine.desk.ports.blobs.keys(f"{WORKSPACE}/uploads/", limit=9)
    await machine.desk.ports.blobs.delete(gone)

    manifest = await export(machine, tmp_path / "out")

    index = lines(tmp_path / "out/files.jsonl")
    copied = {entry["document"].split("/")[1]: entry for entry in index if entry["file"]}
    visitors = copied[full.visitor]
    assert (tmp_path / "out" / visitors["file"]).read_bytes() == PNG
    assert (visitors["bytes"], visitors["sha256"]) == (len(PNG), sha256(PNG).hexdigest())
    assert {len(A_FILE_OF["image"].data), len(PNG)} == {entry["bytes"] for entry in copied.values()}
    assert [(entry["document"].split("/")[0], entry["why"]) for entry in index if not entry["file"]] == [
        ("uploads", "gone")
    ]
    assert manifest["files"] == {"copied": 2, "bytes": sum(e["bytes"] for e in copied.values()), "missing": 1}


async def test_an_export_that_is_killed_anywhere_goes_on_to_the_same_result(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    undisturbed = Probe()
    await export(machine, tmp_path / "whole", undisturbed)
    whole = contents(tmp_path / "whole")

    for number in range(len(undisturbed.calls)):
        folder = tmp_path / f"killed-{number}"
        with pytest.raises(Killed):
            await export(machine, folder, Probe(at=number))
        for file in folder.glob("*.jsonl"):  # what a process leaves that dies while it writes
            with file.open("ab") as half:
                half.write(b'{"path": "messages/half')
        (folder / ".draft-left").write_bytes(b"half")

        manifest = await export(machine, folder)

        assert contents(folder) == whole, f"killed at {undisturbed.calls[number]}"
        assert (manifest["state"], len(manifest["runs"]), manifest["gone"]) == ("complete", 2, 0)
        shutil.rmtree(folder)


async def test_what_was_deleted_between_two_runs_is_named(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    store = machine.desk.ports.store
    probe = Probe(at=8)
    with pytest.raises(Killed):
        await export(machine, tmp_path / "out", probe)
    message = lines(tmp_path / "out/messages.jsonl")[0]["path"]
    await store.commit([Delete(f"workspaces/{WORKSPACE}/{message}")])

    manifest = await export(machine, tmp_path / "out")

    assert manifest["gone"] == 1
    assert lines(tmp_path / "out/gone.jsonl") == [{"path": message}]


async def test_a_folder_of_something_else_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    with pytest.raises(Conflict):
        await export(machine, tmp_path / "mine")

    await export(machine, tmp_path / "out")
    before = contents(tmp_path / "out")
    other = (await shop(machine)).model_copy(update={"id": WorkspaceId("ws10")})
    with pytest.raises(Conflict):
        await writer(machine, tmp_path / "out")(other, lambda line: None)
    again = await export(machine, tmp_path / "out")

    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    assert contents(tmp_path / "out") == before
    assert len(again["runs"]) == 1, "a complete export is not begun again"


async def test_a_folder_that_others_may_read_holds_files_that_they_may_not(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    (tmp_path / "out").mkdir(mode=0o755)

    await export(machine, tmp_path / "out")

    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 15
    assert [path for path in written if path.stat().st_mode & 0o077] == []


async def test_a_link_in_the_folder_is_not_followed(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    with pytest.raises(Killed):
        await export(machine, tmp_path / "out", Probe(at=0))
    (tmp_path / "mine.txt").write_text("mine, without an end of line")
    (tmp_path / "out/messages.jsonl").unlink(missing_ok=True)
    (tmp_path / "out/messages.jsonl").symlink_to(tmp_path / "mine.txt")

    with pytest.raises(Unavailable):
        await export(machine, tmp_path / "out")

    assert (tmp_path / "mine.txt").read_text() == "mine, without an end of line"


async def test_a_disk_that_is_full_is_named_and_the_export_goes_on_later(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    resource = pytest.importorskip("resource")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, most))
    try:
        with pytest.raises(Unavailable, match="too large"):
            await export(machine, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        signal.signal(signal.SIGXFSZ, before)

    manifest = await export(machine, tmp_path / "out")

    await export(machine, tmp_path / "whole")
    assert manifest["state"] == "complete"
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


async def test_an_export_whose_workspace_is_erased_meanwhile_says_so(machine: Machine, tmp_path: Path) -> None:
    await fill(machine)
    workspace = await shop(machine)
    await machine.desk.ports.store.commit(
        await Workspaces(machine.desk.ports.store).removal(workspace.id, workspace.slug)
    )

    manifest = await writer(machine, tmp_path / "out")(workspace, lambda line: None)

    assert manifest["workspace_is_gone"] is True


def test_the_collections_that_are_walked_are_those_that_the_code_writes() -> None:
    from shared.store.workspace_tree import COLLECTIONS

    root = Path(__file__).parents[2]
    texts = [file.read_text() for file in [*(root / "shared/store").glob("*.py"), root / "infra/vault.py"]]
    named: set[str] = set()
    for text in texts:
        for call in re.findall(r"\.path\(([^()]*)\)", text):
            parts = [part.strip() for part in call.split(",")]
            named |= {part.strip('"') for part in parts[::2] if part.startswith('"')}
        named |= set(re.findall(r'path(?:\([a-z_.]*\))?\}/([a-z_]+)[/"]', text))

    assert named == set(COLLECTIONS)
