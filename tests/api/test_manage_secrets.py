"""Secrets of a fresh project: made where they are missing, put by operators, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.cipher import KEYS_SECRET, FernetCipher
from infra.gcp.secret_manager import CloudSecrets
from infra.local.documents.store import SqliteDocumentStore
from infra.local.secrets import FolderSecrets
from infra.platform_secrets import JWT_SECRET, PLATFORM_SECRETS, make_missing, set_given
from infra.settings import LlmEnvironment, Settings, VendorSettings
from infra.system import RandomIds
from shared.errors import Unavailable
from tests.api.terminal import Terminal
from tests.support.clock import ManualClock
from tests.support.google_standins import SecretManagerStandin

GIVEN = [name for name, secret in PLATFORM_SECRETS.items() if secret.is_given]


@pytest.fixture
def cloud(tmp_path: Path) -> Terminal:
    """A cloud installation whose secrets lie in a folder."""

    def make_desk() -> Desk:
        ports = Ports(Settings(stack="cloud"))
        ports.__dict__["secrets"] = FolderSecrets(tmp_path / "secrets")
        ports.__dict__["store"] = SqliteDocumentStore(tmp_path / "desk.db")
        return Desk(ports)

    return Terminal(tmp_path, make_desk)


async def test_a_fresh_project_gets_what_it_needs_and_a_second_run_changes_nothing() -> None:
    async with SecretManagerStandin("parley", tuple(PLATFORM_SECRETS)).serving() as endpoint:
        secrets = CloudSecrets("parley", endpoint=endpoint)

        first = await make_missing(secrets, RandomIds())
        made = [await secrets.get(name) for name in PLATFORM_SECRETS]
        second = await make_missing(secrets, RandomIds())

        sealed = await FernetCipher(secrets, ManualClock()).encrypt("word", context="inbox:1")
        assert await FernetCipher(secrets, ManualClock()).decrypt(sealed, context="inbox:1") == "word"
        assert (first, second) == ([KEYS_SECRET, JWT_SECRET], [])
        assert [await secrets.get(name) for name in PLATFORM_SECRETS] == made
        assert len(made[1] or "") >= 32
        assert made[2:] == [None, None, None], "what others give to the operator is not made up"
        await secrets.close()


async def test_a_project_without_terraforms_secrets_is_told_which_one_is_missing() -> None:
    async with SecretManagerStandin("parley", (JWT_SECRET,)).serving() as endpoint:
        secrets = CloudSecrets("parley", endpoint=endpoint, timeout=1)
        with pytest.raises(Unavailable, match=KEYS_SECRET):
            await make_missing(secrets, RandomIds())
        with pytest.raises(Unavailable, match="llm-api-key"):
            await set_given(secrets, "llm-api-key", "value")
        await secrets.close()


def test_what_was_made_is_named_and_not_shown(cloud: Terminal) -> None:
    first, second = cloud("make-secrets"), cloud("make-secrets")

    values = [file.read_text() for file in (cloud.folder / "secrets").iterdir()]
    assert first.stdout.splitlines() == ["encryption-keys: made", "jwt-secret: made"]
    assert second.stdout.count("has a value already") == 2
    assert len(values) == 2
    assert not any(value in first.output + second.output for value in values)


@pytest.mark.parametrize("name", GIVEN)
def test_an_operators_own_secret_is_read_from_standard_input(cloud: Terminal, name: str) -> None:
    put = cloud("set-secret", name, typed="s3cret-value\n")

    assert put.exit_code == 0
    assert (cloud.folder / "secrets" / name).read_text() == "s3cret-value"
    assert "s3cret-value" not in put.output


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [
        ("llm-key", "value\n", 2),
        ("../desk", "value\n", 2),
        (KEYS_SECRET, "value\n", 2),
        (JWT_SECRET, "value\n", 2),
        ("llm-api-key", "\n", 1),
        ("llm-api-key", "two words\n", 1),
        ("llm-api-key", "ключ\n", 1),
    ],
)
def test_a_name_or_a_value_that_is_none_changes_nothing(cloud: Terminal, name: str, typed: str, status: int) -> None:
    refused = cloud("set-secret", name, typed=typed)

    assert refused.exit_code == status
    assert not list(cloud.folder.glob("secrets/*"))


def test_the_embedded_stack_looks_after_itself(terminal: Terminal) -> None:
    made, put = terminal("make-secrets"), terminal("set-secret", "llm-api-key", typed="value\n")

    assert "makes its own secrets" in made.stdout
    assert (put.exit_code, "LLM_API_KEY" in put.stderr) == (1, True)


def test_every_secret_setting_of_a_service_has_its_place_in_the_secret_store() -> None:
    """`demo_password` belongs to the embedded stack."""
    secret = set()
    for settings in (Settings, VendorSettings, LlmEnvironment):
        prefix = settings.model_config.get("env_prefix", "")
        for name, field in settings.model_fields.items():
            if "SecretStr" in str(field.annotation):
                secret.add(f"{prefix}{name}".upper())

    assert secret - {"PARLEY_DEMO_PASSWORD"} == {one.setting for one in PLATFORM_SECRETS.values() if one.setting}
