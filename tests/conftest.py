"""Parts that not every machine has, and the stores and emulators that all rooms' tests share.

A test marked `emulators`, `browser`, `dovecot` or `terraform` is skipped where that part is absent, unless
PARLEY_REQUIRE (a comma list of these names) says that it must be there: then it fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from infra.emulators import FIRESTORE, PUBSUB
from infra.local.documents import SqliteDocumentStore
from shared.ports.document_store import DocumentStore
from tests.support import dovecot, emulators
from tests.terraform import workspace

STORES = ["sqlite", pytest.param("firestore", marks=pytest.mark.emulators)]


def why_no_browser() -> str:
    return "" if shutil.which("chromium") else "Chromium cannot be found"


PARTS = {
    "emulators": emulators.why_absent,
    "browser": why_no_browser,
    "dovecot": dovecot.why_absent,
    "terraform": workspace.why_absent,
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dovecot: needs Dovecot 2.3, Debian's dovecot-imapd")
    config.addinivalue_line("markers", "terraform: needs Terraform's command line, and the tools of tests/terraform")


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = os.environ.get("PARLEY_REQUIRE", "").replace(" ", "").split(",")
    for part, why_absent in PARTS.items():
        if item.get_closest_marker(part) is None:
            continue
        reason = why_absent()
        if reason and part in required:
            pytest.fail(f"{reason}, and PARLEY_REQUIRE names {part}", pytrace=False)
        if reason:
            pytest.skip(reason)


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of the Firestore emulator of this run; Google's clients find it by themselves."""
    with emulators.started(FIRESTORE, tmp_path_factory.mktemp("firestore") / "emulator.log") as address:
        yield address


@pytest.fixture(scope="session")
def pubsub_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of the Pub/Sub emulator of this run; Google's clients find it by themselves."""
    with emulators.started(PUBSUB, tmp_path_factory.mktemp("pubsub") / "emulator.log") as address:
        yield address


@pytest.fixture(params=STORES)
def store_kind(request: pytest.FixtureRequest) -> str:
    """Which document store a test runs on; asking for the cloud's one starts its emulator."""
    if request.param == "firestore":
        request.getfixturevalue("firestore_emulator")
    return str(request.param)


@pytest.fixture
async def document_store(store_kind: str, tmp_path: Path) -> AsyncIterator[DocumentStore]:
    """An empty document store of each kind."""
    store = open_store(store_kind, tmp_path)
    yield store
    await store.close()


def open_store(kind: str, folder: Path) -> DocumentStore:
    """A store of its own: an empty file, or a fresh project of the emulator."""
    if kind == "sqlite":
        return SqliteDocumentStore(folder / "documents.db")
    # Google's client takes most of a second to import, and most runs do not need it.
    from infra.gcp.firestore import FirestoreDocumentStore

    return FirestoreDocumentStore(emulators.fresh_project())
