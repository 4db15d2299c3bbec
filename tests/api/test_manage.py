"""The operators' command line, on a data folder of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from infra.bootstrap import Desk
from infra.cipher import KEYS_SECRET, FernetCipher, ensure_key
from infra.local.queue.store import New
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.llm_settings import LlmSettings
from shared.ports.document_store import Delete, DocumentStore, Set
from shared.services.inbox_secrets import InboxSecrets
from shared.services.migrate import Migrate, Migration
from shared.services.reseal import Reseal
from shared.store.inboxes import Inboxes
from tests.api.office import desk_in
from tests.api.terminal import Terminal
from tests.support.clock import ManualClock

RAN = ManualClock().now()


def test_a_user_is_created_and_then_updated(terminal: Terminal) -> None:
    created = terminal("create-user", "Olga@Shop.example", typed="first password\n")
    updated = terminal("create-user", "olga@shop.example", "--superuser", typed="second password\n")

    assert created.stdout.strip() == "Created olga@shop.example."
    assert updated.stdout.strip() == "Updated olga@shop.example."
    assert terminal.sign_in("olga@shop.example", "first password")["status"] == 401
    assert terminal.sign_in("olga@shop.example", "second password")["is_superuser"] is True


@pytest.mark.parametrize(("email", "password"), [("olga@shop.example", "short"), ("no address", "long enough")])
def test_a_user_that_cannot_be_is_refused_in_one_line(terminal: Terminal, email: str, password: str) -> None:
    refused = terminal("create-user", email, typed=f"{password}\n")

    assert refused.exit_code == 1
    assert refused.stderr.startswith("Refused: ")
    assert refused.stderr.count("\n") == 1


def test_a_new_admin_gets_a_password_and_a_known_one_keeps_theirs(terminal: Terminal) -> None:
    terminal("create-user", "olga@shop.example", typed="first password\n")

    fresh = terminal("ensure-admin", "admin@shop.example")
    known = terminal("ensure-admin", "olga@shop.example")
    again = terminal("ensure-admin", "admin@shop.example")

    password = fresh.stdout.strip().rpartition(" ")[2]
    assert terminal.sign_in("admin@shop.example", password)["is_superuser"] is True
    assert terminal.sign_in("olga@shop.example", "first password")["is_superuser"] is True
    assert "Password" not in known.stdout + again.stdout


def test_the_model_is_switched_without_naming_everything(terminal: Terminal) -> None:
    first = terminal("set-llm", "--provider", "deepseek", "--model", "deepseek-chat", "--enabled", "true")
    second = terminal("set-llm", "--enabled", "false")
    wrong = terminal("set-llm", "--enabled", "perhaps")
    nothing = terminal("set-llm")

    settings = terminal.inside(lambda desk: desk.platform.llm_settings(LlmSettings()))
    assert (settings.llm_provider, settings.llm_model, settings.llm_enabled) == ("deepseek", "deepseek-chat", False)
    assert first.stdout.splitlines() == ["Replies are on.", "Set provider deepseek, model deepseek-chat."]
    assert second.stdout.strip() == "Replies are off."
    assert (wrong.exit_code, nothing.exit_code) == (2, 2)


def test_the_switch_leaves_the_deployments_model_alone(terminal: Terminal) -> None:
    terminal("set-llm", "--enabled", "false")

    deployed = LlmSettings(llm_provider="openai_compatible", llm_model="m")
    settings = terminal.inside(lambda desk: desk.platform.llm_settings(deployed))
    assert settings == deployed.model_copy(update={"llm_enabled": False})


def test_dead_letters_are_listed_and_replayed(terminal: Terminal) -> None:
    async def bury(desk: Desk) -> None:
        desk.ports.queue.add(New("deliver", b"{}", RAN))
        (row,) = desk.ports.queue.due(RAN, 1)
        desk.ports.queue.bury(row, RAN, "503")

    empty = terminal("dead-letters", "list")
    terminal.inside(bury)
    listed = terminal("dead-letters", "list")
    id = listed.stdout.split()[0]
    replayed = terminal("dead-letters", "replay", id)
    unknown = terminal("dead-letters", "replay", id)

    assert empty.stdout.strip() == "No dead letters."
    assert "deliver  503" in listed.stdout
    assert replayed.exit_code == 0
    assert (unknown.exit_code, unknown.stderr.strip()) == (1, "Refused: no such dead letter")


def test_what_a_dead_letter_holds_does_not_steer_the_terminal(terminal: Terminal) -> None:
    async def bury(desk: Desk) -> None:
        desk.ports.queue.keep_dead("gmail_push", b"\x1b]0;owned\x07\r\nNo dead letters.", RAN, "400")

    terminal.inside(bury)
    listed = terminal("dead-letters", "list")

    assert [line.isprintable() for line in listed.stdout.split("\n")] == [True, True, True]
    assert listed.stdout.splitlines()[-1] == "1 dead letters."


async def new_inbox(desk: Desk, id: str, workspace: str) -> None:
    secrets = InboxSecrets(desk.ports.cipher)
    inbox = Inbox(
        id=InboxId(id),
        workspace_id=WorkspaceId(workspace),
        channel=ChannelKind.AVITO,
        name="Лавка",
        credentials=await secrets.sealed_credentials(InboxId(id), {"client_secret": "s3cret"}),
        webhook_secret=await secrets.sealed_word(InboxId(id), "word"),
        created_at=RAN,
        updated_at=RAN,
    )
    store = desk.platform.workspace(inbox.workspace_id)
    await store.commit([Inboxes(store).creation(inbox)])


async def inboxes(desk: Desk) -> dict[str, Inbox]:
    return {known.inbox.id: known.inbox async for known in desk.platform.every_inbox()}


def test_rotation_moves_the_secrets_of_all_workspaces_under_a_new_key(terminal: Terminal) -> None:
    terminal("migrate", "up")  # the first command makes the first key

    async def fill(desk: Desk) -> None:
        await new_inbox(desk, "one", "ws1")
        await new_inbox(desk, "two", "ws2")

    async def words(desk: Desk) -> set[str]:
        return {await InboxSecrets(desk.ports.cipher).word(inbox) for inbox in (await inboxes(desk)).values()}

    async def forget_old_keys(desk: Desk) -> None:
        keys = await desk.ports.secrets.get(KEYS_SECRET) or ""
        await desk.ports.secrets.put(KEYS_SECRET, keys.split()[0])

    terminal.inside(fill)
    before = terminal.inside(inboxes)
    rotated = terminal("rotate-keys")
    after = terminal.inside(inboxes)
    terminal.inside(forget_old_keys)

    assert "moved the secrets of 2 inboxes" in rotated.stdout
    assert all(after[id].credentials != before[id].credentials for id in before)
    assert terminal.inside(words) == {"word"}


def test_after_several_rotations_only_the_last_two_keys_are_kept(terminal: Terminal) -> None:
    for _ in range(4):
        assert terminal("rotate-keys").exit_code == 0

    keys = terminal.inside(lambda desk: desk.ports.secrets.get(KEYS_SECRET))
    assert keys is not None
    assert len(keys.split()) == 2


def test_an_inbox_whose_key_is_lost_is_named_and_no_key_is_dropped(terminal: Terminal) -> None:
    terminal("rotate-keys")

    async def spoil(desk: Desk) -> None:
        await new_inbox(desk, "one", "ws1")
        await new_inbox(desk, "two", "ws1")
        store = desk.platform.workspace(WorkspaceId("ws1"))
        stranger = (await inboxes(desk))["two"].credentials
        await store.commit([Inboxes(store).change(InboxId("one"), {"credentials": stranger})])

    terminal.inside(spoil)
    rotated = terminal("rotate-keys")

    keys = terminal.inside(lambda desk: desk.ports.secrets.get(KEYS_SECRET))
    assert rotated.exit_code == 1
    assert "Could not move inbox one" in rotated.stderr
    assert "moved the secrets of 1 inboxes" in rotated.stdout
    assert keys is not None
    assert len(keys.split()) == 3


async def test_credentials_that_are_changed_during_a_rotation_are_not_lost(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, ManualClock())
    await ensure_key(desk.ports.secrets)
    await new_inbox(desk, "one", "ws1")
    store, secrets = desk.platform.workspace(WorkspaceId("ws1")), InboxSecrets(desk.ports.cipher)
    newer = await secrets.sealed_credentials(InboxId("one"), {"client_secret": "newer"})
    fresh = InboxSecrets(FernetCipher(desk.ports.secrets, desk.ports.clock))

    result, _ = await asyncio.gather(
        Reseal(desk.platform, fresh)(), store.commit([Inboxes(store).change(InboxId("one"), {"credentials": newer})])
    )

    (inbox,) = (await inboxes(desk)).values()
    opened = await desk.ports.cipher.decrypt(inbox.credentials, context="inbox:one")
    await desk.ports.store.close()
    assert result.moved == 1
    assert "newer" in opened


def test_without_migrations_there_is_nothing_to_do(terminal: Terminal) -> None:
    assert terminal("migrate", "up").stdout.strip() == "Nothing to apply."
    assert terminal("migrate", "down").stdout.strip() == "Nothing to take back."


def sample(name: str) -> Migration:
    async def up(store: DocumentStore) -> None:
        await store.commit([Set(f"marks/{name}", {"done": True})])

    async def down(store: DocumentStore) -> None:
        await store.commit([Delete(f"marks/{name}")])

    return Migration(name, up, down)


async def test_migrations_run_once_in_order_and_are_taken_back_from_the_end(tmp_path: Path) -> None:
    store = desk_in(tmp_path, ManualClock()).ports.store
    first, second, third = sample("0001"), sample("0002"), sample("0003")

    assert await Migrate(store, [first, second]).up() == ["0001", "0002"]
    assert await Migrate(store, [first, second, third]).up() == ["0003"]
    assert await Migrate(store, [first, second, third]).down() == "0003"
    assert await store.get("marks/0003") is None
    assert await store.get("marks/0002") is not None
    assert await Migrate(store, [first, second]).applied() == ["0001", "0002"]
    await store.close()


async def test_a_migration_that_dies_is_applied_again(tmp_path: Path) -> None:
    store = desk_in(tmp_path, ManualClock()).ports.store

    async def die(store: DocumentStore) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Migrate(store, [sample("0001"), Migration("0002", die, die)]).up()

    assert await Migrate(store, [sample("0001"), sample("0002")]).up() == ["0002"]
    await store.close()
