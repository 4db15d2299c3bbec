"""What every blob store does: the bytes of a key, or None."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.gcp.storage import CloudBlobs
from infra.local.blobs import FolderBlobs
from shared.errors import InvalidInput, Unavailable
from shared.ports.blob_store import BlobStore
from tests.support.google_standins import StorageStandin
from tests.support.receiver import serve

KEY = "workspaces/w1/attachments/m1.0"
EVERY_BYTE = bytes(range(256))


@pytest.fixture(params=["embedded", "cloud"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    if request.param == "embedded":
        yield FolderBlobs(tmp_path / "blobs")
        return
    async with serve(StorageStandin("parley-files").app) as url:
        yield CloudBlobs("demo", "parley-files", endpoint=url)


async def put(blobs: BlobStore, key: str, data: bytes) -> None:
    await blobs.put(key, data, content_type="image/png")


async def test_what_was_never_stored_is_none(blobs: BlobStore) -> None:
    assert await blobs.get(KEY) is None


@pytest.mark.parametrize("data", [b"", b"\r\n--\r\n\r\n", EVERY_BYTE, EVERY_BYTE * 8192])
async def test_bytes_come_back_as_they_were(blobs: BlobStore, data: bytes) -> None:
    await put(blobs, KEY, data)

    assert await blobs.get(KEY) == data


async def test_storing_again_replaces(blobs: BlobStore) -> None:
    await put(blobs, KEY, b"a longer first one")
    await put(blobs, KEY, b"second")

    assert await blobs.get(KEY) == b"second"


async def test_a_deleted_blob_is_gone_and_deleting_again_is_fine(blobs: BlobStore) -> None:
    await put(blobs, KEY, b"data")
    await put(blobs, f"{KEY}.other", b"stays")

    await blobs.delete(KEY)
    await blobs.delete(KEY)

    assert await blobs.get(KEY) is None
    assert await blobs.get(f"{KEY}.other") == b"stays"


async def test_a_key_may_begin_with_another_key(blobs: BlobStore) -> None:
    for key in ("a", "a/b", "a/b/c"):
        await put(blobs, key, key.encode())

    assert [await blobs.get(key) for key in ("a", "a/b", "a/b/c")] == [b"a", b"a/b", b"a/b/c"]
    assert await blobs.get("a/c") is None


async def test_the_keys_below_a_prefix_are_listed_and_no_others(blobs: BlobStore) -> None:
    below = {f"ws1/m{number}/0" for number in range(5)}
    for key in (*below, "ws1", "ws10/m1/0", "other/ws1/m1/0"):
        await put(blobs, key, b"data")

    assert set(await blobs.keys("ws1/", limit=100)) == below
    assert len(await blobs.keys("ws1/", limit=3)) == 3
    assert await blobs.keys("ws2/", limit=100) == []


@pytest.mark.parametrize("prefix", ["", "/", "ws1", "../", "a//", "a b/"])
async def test_a_prefix_that_is_not_plain_is_refused(blobs: BlobStore, prefix: str) -> None:
    with pytest.raises(InvalidInput):
        await blobs.keys(prefix, limit=1)


@pytest.mark.parametrize(
    "key", ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "a/", ".hidden", "a\\b", "C:/a", "a b", "я", "a\0", "a\n"]
)
async def test_a_key_that_is_not_plain_is_refused(blobs: BlobStore, key: str) -> None:
    with pytest.raises(InvalidInput):
        await put(blobs, key, b"data")
    with pytest.raises(InvalidInput):
        await blobs.get(key)
    with pytest.raises(InvalidInput):
        await blobs.delete(key)


@pytest.fixture(params=["embedded", "cloud", "no bucket"])
async def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    if request.param == "embedded":
        yield FolderBlobs(tmp_path / "blobs")
    elif request.param == "cloud":
        yield CloudBlobs("demo", "parley-files", endpoint="http://127.0.0.1:1", timeout=0.5)
    else:
        async with serve(StorageStandin("another-bucket").app) as url:
            yield CloudBlobs("demo", "parley-files", endpoint=url)


async def test_bytes_that_cannot_be_stored_are_not_lost_silently(unreachable: BlobStore) -> None:
    with pytest.raises(Unavailable):
        await put(unreachable, KEY, b"data")


async def test_a_list_that_cannot_be_had_is_not_taken_for_an_empty_one(unreachable: BlobStore) -> None:
    with pytest.raises(Unavailable):
        await unreachable.keys("ws1/", limit=1)


async def test_nothing_half_written_is_left_in_the_folder(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path / "blobs")
    (tmp_path / "blobs" / "a+blob").mkdir(parents=True)

    with pytest.raises(Unavailable):
        await put(store, "a", b"data")

    assert [path.name for path in (tmp_path / "blobs").iterdir()] == ["a+blob"]
