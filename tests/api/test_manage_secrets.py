"""Secrets of a fresh project: made where they are missing, put by operators, never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


@pytest.mark.parametrize("typed", ["x" * 10**6, "x" * 8193, "a\x00b\n"])
def test_what_is_no_secret_is_not_read_to_its_end(cloud: Terminal, typed: str) -> None:
    refused = cloud("set-secret", "llm-api-key", typed=typed)

    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert not list(cloud.folder.glob("secrets/*"))


def test_bytes_that_are_no_text_are_refused_in_one_line(cloud: Terminal) -> None:
    environment = {**os.environ, "PARLEY_STACK": "cloud", "PYTHONIOENCODING": "utf-8:strict"}
    command = [sys.executable, "-m", "api.manage", "set-secret", "llm-api-key"]

    ended = subprocess.run(command, input=b"\xff\xfes3cret\n", capture_output=True, env=environment, check=False)

    assert ended.returncode == 1
    assert ended.stderr.strip() == b"Refused: llm-api-key is no text"


def test_a_bug_in_a_command_shows_nothing_that_was_typed(tmp_path: Path) -> None:
    code = """
from api.manage.__main__ import main
from api.manage.running import make_desk
def broken(): raise RuntimeError("s3cret-of-a-customer")
make_desk.set(broken)
main()
"""
    command = [sys.executable, "-c", code, "set-secret", "llm-api-key"]

    ended = subprocess.run(command, input="typed-s3cret\n", capture_output=True, text=True, check=False)

    line = json.loads(ended.stderr)
    assert (ended.returncode, line["severity"], line["error"]) == (1, "CRITICAL", "RuntimeError")
    assert "s3cret" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("variable", "value"), [("PARLEY_PUSH_ACCOUNTS", "s3cret"), ("PARLEY_DATA_DIR", "/dev/null/s3cret")]
)
def test_a_setting_that_is_wrong_is_named_in_one_line(tmp_path: Path, variable: str, value: str) -> None:
    terminal = Terminal(tmp_path)

    refused = terminal("migrate", "up", **{variable: value})

    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("Refused: ")
    assert "s3cret" not in refused.output


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
