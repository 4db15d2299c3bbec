"""What the documents say exists: links, commands, settings, addresses, variables, and the names on the drawings."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from starlette.routing import BaseRoute, Match
from typer.core import TyperGroup
from typer.main import get_command

from api.app import create_app
from api.manage import app as manage
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.settings import LlmEnvironment, Settings, VendorSettings
from infra.task_queues import QUEUES, REPLIES
from infra.topology import FUNCTIONS, SCHEDULES, SUBSCRIPTIONS, UNREADABLE, dead_letter_topic, subscription
from shared.domain.messages import Delivery
from shared.policy.gate import AFTER_MODEL, BEFORE_MODEL
from shared.store.workspace_tree import COLLECTIONS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts)
)
DEPLOY = ROOT / "docs" / "deploy.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

FENCE = re.compile(r"^(```|~~~)(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
ROOMS = ("functions", "api", "infra", "shared", "tests", "terraform", "docs")
WRITTEN_BY_OPERATORS = {"terraform/terraform.tfvars"}
NOT_OURS = {
    "FUNCTION_SOURCE", "FUNCTION_TARGET", "FUNCTION_USE_ASGI",  # functions-framework
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_BILLING_PROJECT", "GOOGLE_CLOUD_PROJECT",  # Google's clients
    "PARLEY_REQUIRE", "PARLEY_SPECS",  # the tests
}  # fmt: skip
VARIABLE = re.compile(
    r"(?<![A-Z_$])(?:PARLEY|LLM|GMAIL|GOOGLE|TELEGRAM|AVITO|OZON|WILDBERRIES|YANDEX_MARKET|FUNCTION)_[A-Z_]*[A-Z]\b"
)
DIAGRAMS = ("flowchart ", "sequenceDiagram", "stateDiagram-v2")


def prose(document: Path) -> str:
    return FENCE.sub("", document.read_text())


def blocks(document: Path, *languages: str) -> list[str]:
    return [body for _, language, body in FENCE.findall(document.read_text()) if language in languages]


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings: the second of one name gets `-1`."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(document), re.MULTILINE):
        words = LINK.sub(lambda link: link[0][1 : link[0].index("]")], heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def commands(document: Path) -> Iterator[str]:
    """Lines of shell, with continued ones joined, and what stands in backticks in the text."""
    for body in blocks(document, "sh", "bash", "console"):
        yield from re.sub(r"\\\n\s*", " ", body).splitlines()
    yield from CODE.findall(prose(document))


@EACH
def test_relative_links_and_their_anchors_resolve(document: Path) -> None:
    broken = []
    for target in LINK.findall(CODE.sub("", prose(document))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


@EACH
def test_files_of_our_rooms_that_are_named_exist(document: Path) -> None:
    named = {name for name in CODE.findall(prose(document)) if name.startswith(tuple(f"{room}/" for room in ROOMS))}
    plain = {name for name in named if re.fullmatch(r"[\w./*-]+", name)}

    assert [name for name in sorted(plain - WRITTEN_BY_OPERATORS) if not any(ROOT.glob(name.rstrip("/")))] == []


@EACH
def test_commands_of_the_command_line_exist_with_their_options(document: Path) -> None:
    wrong = []
    for line in commands(document):
        for cited in re.findall(r"-m api\.manage +([a-z][^|;&#>)`]*)", line):
            wrong += [f"{cited}: {problem}" for problem in problems_of(cited.split())]

    assert wrong == []


def problems_of(words: list[str]) -> list[str]:
    """What the command line would refuse, values left aside."""
    command = get_command(manage)
    while isinstance(command, TyperGroup):
        if not words:
            return []  # the group itself is meant
        name, *words = words
        if name not in command.commands:
            return [f"no command {name}"]
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    return [f"no option {option}" for option in sorted(given - known - {"--help"})]


@pytest.fixture(scope="module")
def launcher() -> tuple[set[str], set[str]]:
    """Commands and options of run.py, by its own word."""
    told = subprocess.run([sys.executable, str(ROOT / "run.py"), "--help"], capture_output=True, text=True, check=True)
    choices = re.search(r"\{([a-z,-]+)\}", told.stdout)
    assert choices is not None
    return set(choices[1].split(",")), set(re.findall(r"--[a-z-]+", told.stdout))


@EACH
def test_commands_of_the_launcher_exist(document: Path, launcher: tuple[set[str], set[str]]) -> None:
    known, options = launcher
    wrong = []
    for line in commands(document):
        for cited in re.findall(r"python3? run\.py([^|;&#)`]*)", line):
            name, *rest = [*cited.split(), ""]
            wrong += [name for _ in [0] if name and not name.startswith("-") and name not in known]
            if name not in ("test", "bench"):  # what follows those is pytest's and the benchmarks'
                wrong += [word for word in (name, *rest) if word.startswith("--") and word not in options]

    assert wrong == []


def settings() -> set[str]:
    """Every variable that the code reads."""

    def names(model: type[BaseSettings]) -> set[str]:
        prefix = model.model_config.get("env_prefix", "")
        return {f"{prefix}{field}".upper() for field in model.model_fields}

    return names(Settings) | names(VendorSettings) | names(LlmEnvironment)


@EACH
def test_environment_variables_that_are_named_are_read_by_somebody(document: Path) -> None:
    assert sorted(set(VARIABLE.findall(document.read_text())) - settings() - NOT_OURS) == []


def requests(document: Path) -> Iterator[tuple[str, str]]:
    """Method and path of every call of our API in the document's commands."""
    for line in commands(document):
        for address in re.findall(r"(?:\$API|[\w.:/$-]*/api/v1)(/[^\s\"'`?|)]*)", line):
            if re.search(r"\b(curl|call) ", line):  # `call` is what the deployment page names its own curl
                method = re.search(r"-X ?([A-Z]+)", line)
                yield method[1] if method else "POST" if re.search(r" (-d|--json|--data\S*) ", line) else "GET", address
            elif match := re.match(r"(GET|POST|PUT|PATCH|DELETE) ", line):
                yield match[1], address


def test_calls_are_read_with_their_methods() -> None:
    assert {("POST", "/workspaces/$WORKSPACE/inboxes"), ("PUT", "/admin/settings/master-bot")} <= set(requests(DEPLOY))


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    """Of the whole API."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), jwt_secret=SecretStr("x" * 40))
    return create_app(Desk(Ports(settings))).routes


@EACH
def test_addresses_of_the_api_that_are_called_exist(document: Path, routes: list[BaseRoute]) -> None:
    def answers(method: str, path: str) -> bool:
        scope = {"type": "http", "method": method, "path": f"/api/v1{re.sub(r'[$][A-Z_]+|[.]{3}', 'x', path)}"}
        return any(route.matches(scope)[0] is Match.FULL for route in routes)

    assert [f"{method} {path}" for method, path in requests(document) if not answers(method, path)] == []


def test_variables_of_terraform_are_those_of_the_deployment_page() -> None:
    declared = set(re.findall(r'^variable "(\w+)"', (ROOT / "terraform" / "variables.tf").read_text(), re.MULTILINE))
    assigned = {name for body in blocks(DEPLOY, "hcl") for name in re.findall(r"^(\w+) *=", body, re.MULTILINE)}
    given = {name for line in commands(DEPLOY) for name in re.findall(r"-var[ =]\"?(\w+)=", line)}
    table = set(re.findall(r"^\| `(\w+)` \|", section(DEPLOY, "Variables"), re.MULTILINE))

    assert (assigned | given) - declared == set()
    assert table == declared


def test_outputs_of_terraform_that_are_asked_for_exist() -> None:
    declared = set(re.findall(r'^output "(\w+)"', (ROOT / "terraform" / "outputs.tf").read_text(), re.MULTILINE))
    asked = {name for line in commands(DEPLOY) for name in re.findall(r"\boutput -(?:raw|json) (\w+)", line)}

    assert asked
    assert asked - declared == set()


def test_substitutions_of_the_build_that_are_given_exist() -> None:
    declared = set(yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())["substitutions"])
    named = set(re.findall(r"(?<![\w$])_[A-Z][A-Z_]+\b", DEPLOY.read_text()))

    assert named == declared


def section(document: Path, title: str) -> str:
    """From a heading to the next one of its level, or the end."""
    text = document.read_text()
    heading = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert heading is not None, title
    following = re.search(rf"^#{{1,{len(heading[1])}}} ", text[heading.end() :], re.MULTILINE)
    return text[heading.end() : heading.end() + following.start()] if following else text[heading.end() :]


def paragraph(title: str) -> str:
    """The paragraph of the architecture that begins with these bold words."""
    return ARCHITECTURE.read_text().partition(f"**{title}**")[2].partition("\n\n")[0]


def services() -> dict[str, list[str]]:
    """The rows of the table of services: called by, publishes, adds tasks, credentials, model."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in section(ARCHITECTURE, "On Google Cloud").splitlines()
        if line.startswith("| `")
    ]
    return {name.strip("`"): rest for name, *rest in rows}


def test_the_architecture_tells_of_each_function_who_calls_it() -> None:
    expected: dict[str, set[str]] = {name: set() for name in ("api", *FUNCTIONS, "telegram_accounts")}
    for topic, functions in SUBSCRIPTIONS.items():
        for function in functions:
            expected[function].add(subscription(topic, function))
    for schedule in SCHEDULES:
        expected[schedule.target].add(schedule.name)
    expected["llm_reply"].add(REPLIES)

    assert {name: set(CODE.findall(row[0])) for name, row in services().items()} == expected


def test_the_architecture_and_terraform_give_each_service_the_same_rights() -> None:
    told = {name: (set(CODE.findall(row[1])), *(cell != "" for cell in row[2:])) for name, row in services().items()}
    given = {}
    for file, indent in (("functions.tf", "    "), ("services.tf", "  ")):
        text = (ROOT / "terraform" / file).read_text()
        for name, body in re.findall(rf"^{indent}([a-z_-]+) = {{\n(.*?)^{indent}}}", text, re.MULTILINE | re.DOTALL):
            column = dict(re.findall(r"^ *(publishes|enqueues|secrets) += (.*)$", body, re.MULTILINE))
            if len(column) == 3:
                given[name.replace("-", "_")] = (
                    set(re.findall(r'"([a-z-]+)"', column["publishes"])) & set(SUBSCRIPTIONS),
                    column["enqueues"] != "[]",
                    '"encryption-keys"' in column["secrets"],
                    '"llm-api-key"' in column["secrets"],
                )

    assert told == given


def test_the_architecture_names_every_topic_queue_and_schedule_and_no_other() -> None:
    topics = {name for topic in SUBSCRIPTIONS for name in (topic, dead_letter_topic(topic))}
    drawing = blocks(ARCHITECTURE, "mermaid")[1]

    assert set(CODE.findall(paragraph("Topics."))) == topics | {dead_letter_topic(UNREADABLE)}
    assert set(CODE.findall(paragraph("Queues."))) == {*QUEUES, "llm_reply", "run_task"}
    assert set(re.findall(r"\{\{([\w-]+)\}\}", drawing)) == set(SUBSCRIPTIONS)
    assert set(re.findall(r"\bs\d\[([\w-]+)\]", drawing)) == {schedule.name for schedule in SCHEDULES}
    assert set(re.findall(r"\b(?!s\d)\w\w\[([a-z]+(?:_[a-z]+)*)", drawing)) == {*FUNCTIONS, "telegram_accounts"}


def test_the_table_of_data_has_every_collection_of_a_workspace_and_every_expiry() -> None:
    rows = re.findall(r"^\| `(.*?)` \|.*\|([^|]*)\|$", section(ARCHITECTURE, "Data"), re.MULTILINE)
    collection = {path: re.sub(r"/(\{\w+\}|latest|auto_responder)$", "", path).rpartition("/")[2] for path, _ in rows}
    fields = (ROOT / "terraform" / "modules" / "data" / "fields.tf").read_text()
    expiring = re.search(r"expiring = toset\(\[(.*?)\]\)", fields, re.DOTALL)

    assert {collection[path] for path, _ in rows if path.startswith("workspaces/{ws}/")} == set(COLLECTIONS)
    assert expiring is not None
    assert {collection[path] for path, ttl in rows if "expire_at" in ttl} == set(re.findall(r'"(\w+)"', expiring[1]))


def test_the_drawing_of_the_gate_has_its_rules_in_order() -> None:
    drawing = next(body for body in blocks(ARCHITECTURE, "mermaid") if "before the model" in body)
    drawn = [rule for box in re.findall(r"[ab]\d\[([a-z_<>]+)\]", drawing) for rule in box.split("<br>")]

    assert drawn == [rule.name for rule in (*BEFORE_MODEL, *AFTER_MODEL)]


def test_the_drawing_of_deliveries_has_their_states() -> None:
    drawing = next(body for body in blocks(ARCHITECTURE, "mermaid") if body.startswith("stateDiagram"))
    steps = re.findall(r"^ *(\S+) --> (\S+?)(?:$|:)", drawing, re.MULTILINE)

    assert {state for step in steps for state in step} - {"[*]"} == {state.value for state in Delivery}


@EACH
def test_drawings_are_of_a_known_kind_and_avoid_what_mermaid_stumbles_over(document: Path) -> None:
    for drawing in blocks(document, "mermaid"):
        assert drawing.startswith(DIAGRAMS)
        if drawing.startswith("sequenceDiagram"):
            assert ";" not in drawing  # ends a statement, also inside of a message
        if drawing.startswith("stateDiagram"):
            assert not re.search(r"-->.*:.*:", drawing)
