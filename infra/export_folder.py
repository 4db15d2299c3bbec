"""A workspace's export in a folder: a file of JSON lines a collection, the attachments, and a manifest.

A run that was killed is taken up where it stopped: each file goes on behind its last whole line.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TextIO

from infra.local.files import DRAFT, write_atomically
from shared.domain.people import Workspace
from shared.errors import Conflict, Unavailable
from shared.ports.blob_store import BlobStore
from shared.ports.clock import Clock
from shared.services.export_workspace import EXPORTED, LEFT_OUT, ExportWorkspace, NamedFile, files_of, path_of

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
INDEX: Final = "files.jsonl"
GONE_INDEX: Final = "gone.jsonl"
_NOTE: Final = (
    "Not one moment: each file was read in its own time. Each document carries its schema_version. Instants are "
    "microseconds since 1970-01-01 UTC; values that JSON has no form for are objects with one name: $time, $bytes "
    "(base64), $number."
)
_BATCH = 100
Manifest = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """Writes into one folder, and into no other export's. Raises `Conflict`, `Unavailable`."""

    folder: Path
    export: ExportWorkspace
    blobs: BlobStore
    clock: Clock
    migrations: Sequence[str]
    """Names of the data migrations that the store has seen."""

    async def __call__(self, workspace: Workspace, tell: Tell) -> Manifest:
        """Begin, go on or find it complete; the manifest."""
        try:
            manifest = self._begun(workspace)
            if manifest["state"] != "complete":
                await self._fill(workspace, manifest, tell)
        except OSError as error:
            raise Unavailable(f"the folder cannot be written: {error.strerror or type(error).__name__}") from None
        return manifest

    def _begun(self, workspace: Workspace) -> Manifest:
        """The manifest of this workspace's export. Raises `Conflict` where the folder holds something else."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = self._read_manifest()
        if known is None:
            known = {
                "format": FORMAT,
                "workspace": {"id": workspace.id, "slug": workspace.slug, "name": workspace.name},
                "state": "begun",
                "runs": [],
                "migrations": list(self.migrations),
                "left_out": list(LEFT_OUT),
                "note": _NOTE,
            }
        elif (known.get("format"), known["workspace"]["id"]) != (FORMAT, workspace.id):
            raise Conflict("this folder holds another export: name another one")
        if known["state"] != "complete":
            known["runs"].append({"began_at": self._now(), "ended_at": None})
            self._write_manifest(known)
        return known

    async def _fill(self, workspace: Workspace, manifest: Manifest, tell: Tell) -> None:
        _write_line(self.folder / "workspace.json", workspace.model_dump(mode="json"))
        counts = {}
        for collection in EXPORTED:
            counts[collection] = await self._collection(workspace, collection)
            tell(f"{collection:17}{counts[collection]:>9,}")
        manifest["counts"] = counts
        manifest["files"] = await self._files(workspace)
        manifest["gone"] = await self._gone(workspace) if len(manifest["runs"]) > 1 else 0
        manifest["workspace_is_gone"] = not await self.export.has(workspace.id)
        for draft in self.folder.rglob(f"{DRAFT}*"):  # of a run that was killed
            draft.unlink()
        manifest["runs"][-1]["ended_at"] = self._now()
        manifest["state"] = "complete"
        self._write_manifest(manifest)

    async def _collection(self, workspace: Workspace, collection: str) -> int:
        """How many lines the file of a collection has now."""
        file = self.folder / f"{collection}.jsonl"
        count, last = await asyncio.to_thread(_mended, file)
        with _opened_to_add(file) as lines:
            async for page in self.export.lines(workspace.id, collection, path_of(last) if last else None):
                lines.write("".join(f"{line}\n" for line in page))
                lines.flush()
                count += len(page)
        return count

    async def _files(self, workspace: Workspace) -> dict[str, int]:
        """Copy what the exported documents name; how much it was. What the index has is not fetched again."""
        index = self.folder / INDEX
        done, _ = await asyncio.to_thread(_mended, index)
        with _opened_to_add(index) as lines:
            for number, file in enumerate(self._named(workspace)):
                if number >= done:
                    lines.write(json.dumps(await self._copied(workspace, file), ensure_ascii=False) + "\n")
                    lines.flush()
        entries = [json.loads(line)["bytes"] for line in _lines(index)]
        kept = [size for size in entries if size is not None]
        return {"copied": len(kept), "bytes": sum(kept), "missing": len(entries) - len(kept)}

    def _named(self, workspace: Workspace) -> Iterator[NamedFile]:
        for collection in EXPORTED:
            for line in _lines(self.folder / f"{collection}.jsonl"):
                yield from files_of(line, workspace.id)

    async def _copied(self, workspace: Workspace, file: NamedFile) -> dict[str, Any]:
        """The line of the index; `bytes` null: the file is not there, and `why` says why."""
        told = {name: value for name, value in asdict(file).items() if name != "key"}
        content = await self.blobs.get(file.key) if file.key else None
        if content is None:
            return {**told, "file": None, "bytes": None, "why": file.why or "gone"}
        place = f"files/{file.key.removeprefix(f'{workspace.id}/')}"
        await asyncio.to_thread(write_atomically, self.folder / place, content)
        return {**told, "file": place, "bytes": len(content), "sha256": sha256(content).hexdigest()}

    async def _gone(self, workspace: Workspace) -> int:
        """Name what an earlier run has written and the store holds no more; how much it is."""
        gone: list[str] = []
        async for batch in self._paths():
            gone += await self.export.gone(workspace.id, batch)
        if gone:
            text = "".join(json.dumps({"path": path}, ensure_ascii=False) + "\n" for path in gone)
            write_atomically(self.folder / GONE_INDEX, text.encode())
        return len(gone)

    async def _paths(self) -> AsyncIterator[list[str]]:
        batch: list[str] = []
        for collection in EXPORTED:
            for line in _lines(self.folder / f"{collection}.jsonl"):
                batch.append(path_of(line))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def _read_manifest(self) -> Manifest | None:
        file = self.folder / MANIFEST
        if not file.exists():
            if any(not found.name.startswith(DRAFT) for found in self.folder.iterdir()):
                raise Conflict("this folder is not empty and holds no export: name another one")
            return None
        try:
            read = json.loads(file.read_bytes())
            return {**read, "workspace": dict(read["workspace"]), "runs": list(read["runs"]), "state": read["state"]}
        except (ValueError, KeyError, TypeError):
            raise Conflict("this folder's manifest cannot be read: name another folder") from None

    def _write_manifest(self, manifest: Manifest) -> None:
        write_atomically(self.folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2).encode())

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def _mended(file: Path) -> tuple[int, str]:
    """Cut off a last line that is not whole; how many lines there are, and the last one."""
    count, whole, last = 0, 0, b""
    if file.exists():
        with open(file, "r+b", opener=_private) as content:
            for line in content:
                if line.endswith(b"\n"):
                    count, whole, last = count + 1, whole + len(line), line
            content.truncate(whole)
    return count, last.decode()


def _opened_to_add(file: Path) -> TextIO:
    return open(file, "a", encoding="utf-8", newline="\n", opener=_private)


def _private(path: str, flags: int) -> int:
    """For its owner only, also in a folder that somebody else has made; a link to another file is not followed."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def _write_line(file: Path, content: Any) -> None:
    write_atomically(file, json.dumps(content, ensure_ascii=False).encode() + b"\n")
