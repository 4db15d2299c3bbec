"""Operators take a workspace out, and erase it or a contact of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.bootstrap import Desk
from infra.logs import JsonLines
from infra.settings import VendorSettings
from shared.domain.ids import WorkspaceId
from shared.store.contacts import Contacts
from tests.api.office import desk_in, office_over
from tests.api.terminal import Terminal
from tests.support.clock import ManualClock

NAMES = ("Пётр Кузнецов", "olga@shop.example", "Где мой заказ?")


@pytest.fixture
def shop(terminal: Terminal) -> str:
    """A workspace `lavka` with one customer, and another one beside it; its id."""
    nowhere = VendorSettings(telegram_api_url="http://127.0.0.1:9")
    terminal.make_desk = lambda: desk_in(terminal.folder, ManualClock(), vendors=nowhere)

    async def fill(desk: Desk) -> str:
        clock = ManualClock()
        async with office_over(desk_in(terminal.folder, clock), clock) as office:
            olga = await office.person("olga")
            made = await olga.post("/api/v1/workspaces", json={"name": "Лавка", "slug": "lavka"})
            await olga.post("/api/v1/workspaces", json={"name": "Другая", "slug": "other"})
            workspace = str(made.json()["id"])
            await office.letter(await office.inbox(workspace), NAMES[0], NAMES[2])
            return workspace

    return terminal.inside(fill)


def test_a_workspace_is_exported_by_its_slug_and_by_its_id(terminal: Terminal, shop: str, tmp_path: Path) -> None:
    by_slug = terminal("export", "lavka", "--to", str(tmp_path / "one"))
    by_id = terminal("export", shop, "--to", str(tmp_path / "two"))
    again = terminal("export", shop, "--to", str(tmp_path / "two"))

    assert "messages                 1" in by_slug.stdout
    assert by_slug.stdout.endswith("5 documents, 0 files.\n"), by_slug.stdout
    assert by_id.stdout.rpartition("Exported")[2] == again.stdout.rpartition("Exported")[2]
    manifest = json.loads((tmp_path / "one/manifest.json").read_text())
    assert manifest["workspace"] == {"id": shop, "slug": "lavka", "name": "Лавка"}
    assert NAMES[2] in (tmp_path / "one/messages.jsonl").read_text()
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0, "others on this machine could read it"


def test_what_cannot_be_exported_is_refused_in_one_line(terminal: Terminal, shop: str, tmp_path: Path) -> None:
    unknown = terminal("export", "nobody", "--to", str(tmp_path / "out"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    foreign = terminal("export", "lavka", "--to", str(tmp_path / "mine"))
    (tmp_path / "file").write_text("a file")
    no_folder = terminal("export", "lavka", "--to", str(tmp_path / "file"))

    for refused in (unknown, foreign, no_folder):
        assert refused.exit_code == 1
        assert refused.stderr.startswith("Refused: ")
        assert refused.stderr.count("\n") == 1


def test_a_workspace_is_erased_only_by_its_slug_and_the_report_says_what_remains(terminal: Terminal, shop: str) -> None:
    wrong = terminal("erase", "lavka", typed="lawka\n")
    by_id = terminal("erase", shop, "--yes", shop)
    erased = terminal("erase", shop, typed="lavka\n")
    again = terminal("erase", shop, "--yes", shop)

    assert (wrong.exit_code, by_id.exit_code) == (1, 1), "an id is not the slug"
    assert "nothing was erased" in wrong.stderr
    assert erased.exit_code == 0
    assert "messages                        1 deleted" in erased.stdout
    assert "Inbox inbox1: its vendor was asked to forget us" in erased.stdout
    assert "What remains elsewhere" in erased.stdout
    assert f"Erased lavka, workspace {shop}." in erased.stdout
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, f"Nothing is stored under {shop} now.")
    assert terminal.inside(lambda desk: desk.ports.store.get("routes/slug:lavka")) is None
    assert terminal.inside(lambda desk: desk.ports.store.get("routes/slug:other")) is not None


def test_an_erasure_leaves_a_line_in_the_log_without_personal_data(
    terminal: Terminal, shop: str, caplog: pytest.LogCaptureFixture
) -> None:
    erased = terminal("erase", "lavka", "--yes", "lavka")

    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    (line,) = [line for line in lines if line["message"] == "workspace erased"]
    assert (line["severity"], line["workspace_id"], line["counts"]["messages"]) == ("WARNING", shop, 1)
    assert not any(name in erased.stdout + erased.stderr + json.dumps(lines, ensure_ascii=False) for name in NAMES)


def test_a_contact_is_erased_when_the_operator_says_yes(terminal: Terminal, shop: str) -> None:
    contact = terminal.inside(lambda desk: _contact(desk, shop))

    unsure = terminal("erase-contact", "lavka", contact, typed="n\n")
    sure = terminal("erase-contact", "lavka", contact, typed="y\n")
    again = terminal("erase-contact", "lavka", contact)
    nowhere = terminal("erase-contact", "nobody", contact, "--yes")

    assert unsure.exit_code == 1
    assert "with 1 conversations" in unsure.stdout
    assert "messages                        1 deleted" in sure.stdout
    assert sure.stdout.splitlines()[-1] == f"Erased contact {contact}."
    assert (again.exit_code, again.stdout.strip()) == (0, f"Nothing is stored of contact {contact}.")
    assert (nowhere.exit_code, nowhere.stderr.strip()) == (1, "Refused: there is no workspace nobody")


async def _contact(desk: Desk, workspace: str) -> str:
    page = await Contacts(desk.platform.workspace(WorkspaceId(workspace))).page(limit=10)
    return page.items[0].id
