"""What every secret store does: the newest value of a name, or None."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.gcp.secret_manager import CloudSecrets
from infra.local.secrets import FolderSecrets
from shared.errors import InvalidInput, Unavailable
from shared.ports.secret_store import SecretStore
from tests.support.google_standins import SecretManagerStandin


@pytest.fixture(params=["embedded", "cloud"])
async def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SecretStore]:
    if request.param == "embedded":
        yield FolderSecrets(tmp_path / "not" / "there" / "yet")
        return
    async with SecretManagerStandin("demo", ("llm-api-key", "encryption-keys")).serving() as host:
        store = CloudSecrets("demo", endpoint=host)
        yield store
        await store.close()


async def test_a_secret_without_a_value_is_none(secrets: SecretStore) -> None:
    assert await secrets.get("llm-api-key") is None
    assert await secrets.get("nobody-knows") is None


async def test_the_newest_value_counts(secrets: SecretStore) -> None:
    await secrets.put("llm-api-key", "first")
    await secrets.put("llm-api-key", "second")

    assert await secrets.get("llm-api-key") == "second"


async def test_secrets_do_not_mix(secrets: SecretStore) -> None:
    await secrets.put("llm-api-key", "a key")
    await secrets.put("encryption-keys", "another")

    assert await secrets.get("llm-api-key") == "a key"
    assert await secrets.get("encryption-keys") == "another"


@pytest.mark.parametrize("value", ["two\nlines\r\n", " spaces ", "ключ 🔑", "x" * 60_000])
async def test_a_value_comes_back_as_it_was(secrets: SecretStore, value: str) -> None:
    await secrets.put("llm-api-key", value)

    assert await secrets.get("llm-api-key") == value


@pytest.fixture(params=["embedded", "cloud"])
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    if request.param == "cloud":
        return CloudSecrets("demo", endpoint="127.0.0.1:1", timeout=0.5)
    (tmp_path / "secrets").write_text("a file where the folder should be")
    return FolderSecrets(tmp_path / "secrets")


async def test_a_store_that_cannot_be_reached_says_so(unreachable: SecretStore) -> None:
    with pytest.raises(Unavailable):
        await unreachable.get("llm-api-key")
    with pytest.raises(Unavailable) as refusal:
        await unreachable.put("llm-api-key", "hunter2")

    assert "hunter2" not in str(refusal.value)


async def test_a_value_for_a_secret_that_terraform_did_not_make_is_refused() -> None:
    async with SecretManagerStandin("demo", ()).serving() as host:
        store = CloudSecrets("demo", endpoint=host)

        with pytest.raises(Unavailable, match="llm-api-key"):
            await store.put("llm-api-key", "value")
        await store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
async def test_files_and_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    store = FolderSecrets(tmp_path / "secrets")

    await store.put("llm-api-key", "first")
    await store.put("llm-api-key", "second")

    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "secrets").iterdir()] == [
        ("llm-api-key", 0o600)
    ]


@pytest.mark.parametrize("name", ["", "..", "../outside", "a/b", "a\\b", "C:", "nul\0", "new\n", "x" * 256, "ключ"])
async def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    store = FolderSecrets(tmp_path / "secrets")

    with pytest.raises(InvalidInput):
        await store.put(name, "value")
    with pytest.raises(InvalidInput):
        await store.get(name)
    assert os.listdir(tmp_path) == []
