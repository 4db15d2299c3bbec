"""The image holds what the code needs and nothing else, and its RUN lines do what they say."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.build import dockerfile
from tests.build.conftest import here
from tests.build.dockerfile import ROOT, of

ROOMS = ["shared", "infra", "functions", "api"]
REQUIREMENTS = (ROOT / "requirements.txt").read_text()
LAST = dockerfile.last_stage()
MEBIBYTE = 2**20


def test_both_stages_have_the_same_interpreter() -> None:
    bases = {text.split()[0] for text in of("FROM")}

    assert bases == {"python:3.13-slim"}


def test_exactly_the_rooms_are_copied() -> None:
    assert dockerfile.copies(LAST) == [(room, room) for room in ROOMS]
    assert of("COPY", stage=LAST)[0] == "--from=packages /opt/venv /opt/venv"


@pytest.mark.parametrize("stage", range(LAST + 1))
def test_each_source_exists_and_reaches_the_builder(stage: int) -> None:
    for source, _ in dockerfile.copies(stage):
        assert (ROOT / source).exists()
        assert not dockerfile.is_ignored(source)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        ".data/desk.db",
        ".env",
        "api/.env",
        "tests/conftest.py",
        "tests/requirements.txt",
        "terraform/live.auto.tfvars",
        "docs/decisions.md",
        "infra/channels/README.md",
        "shared/__pycache__/errors.cpython-313.pyc",
        "infra/telegram/__pycache__/a.pyc",
        "pyproject.toml",
        "run.py",
    ],
)
def test_what_the_product_does_not_need_never_reaches_the_builder(path: str) -> None:
    assert dockerfile.is_ignored(path)


@pytest.mark.parametrize("path", ["requirements.txt", "api/widget/chat.html", "infra/sandbox/page/page.js"])
def test_what_the_product_needs_reaches_the_builder(path: str) -> None:
    assert not dockerfile.is_ignored(path)


def test_every_file_of_the_rooms_that_is_not_prose_is_in_the_image(image: Path) -> None:
    for room in ROOMS:
        wanted = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / room).rglob("*")
            if path.is_file() and path.suffix not in (".md", ".pyc") and not path.name.startswith(".")
        }
        there = {path.relative_to(image).as_posix() for path in (image / room).rglob("*") if path.is_file()}

        assert wanted == {path for path in there if not path.endswith(".pyc")}


def test_the_image_holds_no_big_file(image: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in image.rglob("*") if path.is_file()}

    assert max(sizes.values()) < MEBIBYTE
    assert sum(sizes.values()) < 10 * MEBIBYTE


def imported(file: Path) -> set[str]:
    """The first names of what a file imports anywhere in it, and the whole names of our own."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def test_whatever_the_code_imports_is_in_the_image(image: Path) -> None:
    locked = {name.replace("_", "-").lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", REQUIREMENTS, re.M)}
    owners = packages_distributions()
    for file in image.rglob("*.py"):
        for name in imported(file):
            first = name.partition(".")[0]
            if first in ROOMS:
                path = image / name.replace(".", "/")
                assert path.with_suffix(".py").exists() or path.is_dir(), f"{file.name} imports {name}"
            elif first not in sys.stdlib_module_names:
                brought = {owner.replace("_", "-").lower() for owner in owners.get(first, [])}
                assert brought & locked, f"{file.name} imports {name}, which requirements.txt does not bring"


def test_the_code_is_compiled_for_good(image: Path) -> None:
    tag = sys.implementation.cache_tag
    for source in image.rglob("*.py"):
        bytecode = (source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc").read_bytes()
        assert int.from_bytes(bytecode[4:8], "little") == 0b01, "unchecked: its source is not even looked at"


def test_packages_are_taken_by_hash_and_as_wheels() -> None:
    install = dockerfile.run_lines("install", stage=0)

    assert "--require-hashes --only-binary :all:" in install
    assert "://" not in install
    packages = re.split(r"^(?=\S)", re.sub(r"^\s*#.*\n", "", REQUIREMENTS, flags=re.M), flags=re.M)
    assert all("--hash=sha256:" in package for package in packages if package.strip())


def test_gmail_works_with_the_one_discovery_document_that_is_kept(tmp_path: Path, image: Path) -> None:
    spec = find_spec("googleapiclient")
    assert spec is not None
    assert spec.origin is not None
    shutil.copytree(Path(spec.origin).parent, tmp_path / "googleapiclient", ignore=shutil.ignore_patterns("*.pyc"))

    subprocess.run(
        here(dockerfile.run_lines("discovery_cache", stage=0), {"/opt/venv/lib": str(tmp_path)}), shell=True, check=True
    )

    left = [path.name for path in (tmp_path / "googleapiclient/discovery_cache/documents").glob("*.json")]
    assert left == ["gmail.v1.json"]
    code = """
import googleapiclient
from infra.channels.gmail.client import _api
users = _api("https://gmail.example").users()
print(googleapiclient.__file__, users.messages().list(userId="me").uri)
"""
    environment = {"PYTHONPATH": f"{tmp_path}:{image}"}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [
        str(tmp_path / "googleapiclient/__init__.py"),
        "https://gmail.example/gmail/v1/users/me/messages?alt=json",
    ]


def test_the_code_asks_for_no_other_discovery_document(image: Path) -> None:
    asked = {
        call for file in image.rglob("*.py") for call in re.findall(r"get_static_doc\(([^)]*)\)", file.read_text())
    }

    assert asked == {'"gmail", "v1"'}
    assert not [file for file in image.rglob("*.py") if re.search(r"\bdiscovery import build\b", file.read_text())]


def test_the_process_is_nobody_special_and_cannot_change_the_code() -> None:
    keywords = [one.keyword for one in dockerfile.dockerfile() if one.stage == LAST]
    (user,) = of("USER", stage=LAST)

    assert int(user) >= 10_000
    assert f"--uid {user} " in dockerfile.run_lines("useradd", stage=LAST)
    assert not {"RUN", "COPY", "ADD"} & set(keywords[keywords.index("USER") :])
    assert "--chown" not in " ".join(of("COPY"))


def test_nothing_installs_packages_in_the_image() -> None:
    assert "--without-pip" in of("RUN", stage=0)[0]
    assert of("RUN", stage=LAST)[0].startswith("pip uninstall --yes")


def test_the_image_says_what_it_was_built_from() -> None:
    (labels,) = of("LABEL", stage=LAST)

    assert 'org.opencontainers.image.revision="$REVISION"' in labels
    assert of("ARG", stage=LAST) == ["REVISION=unknown"]


def test_the_image_has_the_environment_that_its_processes_count_on() -> None:
    environment = dockerfile.environment()

    assert environment["PATH"].split(":")[0] == "/opt/venv/bin"
    assert environment["PYTHONPATH"] == of("WORKDIR", stage=LAST)[0]
    assert environment["PORT"] == of("EXPOSE", stage=LAST)[0] == "8080"
    assert environment["PYTHONUNBUFFERED"] == "1"


@pytest.mark.parametrize("script", of("RUN"))
def test_the_scripts_are_well_formed(script: str) -> None:
    subprocess.run(["sh", "-n", "-c", script], check=True)
