"""Whatever may be shown to people is said in both languages: the codes are found in the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from shared.domain.texts import TEXTS, text
from shared.errors import ChannelError, DeskError, ModelError

ROOT = Path(__file__).resolve().parents[4]
FAMILIES = (ChannelError, ModelError)
"""Their codes become the problem of a message or an inbox, or the reason of a handoff. Other errors answer a caller
of ours, with a detail of their own."""
SHOWN_BY = {"give_up", "_leave", "calling_people", "cancellations", "Ruling", "_Rule", "Effect", "Diagnosis"}
"""Calls whose codes become a reason or a problem, whatever else they are given."""
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+|gone|conflict|unconfirmed|closed|reopened|assigned|unassigned")


def shown_codes() -> dict[str, str]:
    """Codes that people may see, each with a file that has it."""
    found: dict[str, str] = {kind.code: "shared/errors.py" for family in FAMILIES for kind in _kinds(family)}
    files = [file for room in ("shared", "infra", "api") for file in sorted((ROOT / room).rglob("*.py"))]
    trees = {file.relative_to(ROOT): ast.parse(file.read_text(encoding="utf-8")) for file in files}
    constants = {".".join(file.with_suffix("").parts): _constants(tree) for file, tree in trees.items()}
    for file, tree in trees.items():
        if "sandbox" not in str(file):
            named = {**_imported(tree, constants), **constants[".".join(file.with_suffix("").parts)]}
            found |= dict.fromkeys(_codes_in(tree, named), str(file))
    return found


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What a module names at its top."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _imported(tree: ast.Module, constants: Mapping[str, Mapping[str, ast.expr]]) -> dict[str, ast.expr]:
    """The same of other modules, as far as it imports it by name."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    named = [(alias.name, constants.get(node.module or "", {})) for node in imports for alias in node.names]
    return {name: known[name] for name, known in named if name in known}


def _kinds(kind: type[DeskError]) -> list[type[DeskError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _kinds(child))]


def _codes_in(tree: ast.Module, named: Mapping[str, ast.expr]) -> Iterator[str]:
    errors = {kind.__name__ for family in FAMILIES for kind in _kinds(family)}
    errors |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _names(node.bases) & errors}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in SHOWN_BY:
            given = [argument for argument in node.args if not _is_first_name(node, argument)]
            for argument in (*given, *(keyword.value for keyword in node.keywords if keyword.arg != "rule")):
                yield from _strings(argument, named)
        elif isinstance(node, ast.Call) and (_called(node) in {*errors, "__init__"} or _names(node.args) & errors):
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from _strings(keyword.value, named)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "problem":
                    yield from _strings(value, named)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_first_name(call: ast.Call, argument: ast.expr) -> bool:
    """The name of a rule is shown to nobody."""
    return _called(call) == "_Rule" and argument is call.args[0]


def _names(nodes: Sequence[ast.expr]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _strings(node: ast.expr, named: Mapping[str, ast.expr]) -> Iterator[str]:
    """The codes that an expression may stand for: constants in it, and constants of the module by name."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value
    elif isinstance(node, ast.Name):
        if isinstance(constant := named.get(node.id), ast.Constant):
            yield from _strings(constant, {})
    elif isinstance(node, ast.IfExp):
        yield from (*_strings(node.body, named), *_strings(node.orelse, named))


def test_the_search_finds_codes_of_every_kind() -> None:
    found = shown_codes()
    assert {"newer_message", "model_timeout", "tariff_missing", "text_too_long", "unconfirmed", "taken_over"} <= set(
        found
    )
    assert len(found) > 40


def test_no_code_that_people_may_see_lacks_its_words() -> None:
    assert {code: file for code, file in shown_codes().items() if code not in TEXTS} == {}


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_say_something_of_their_own(code: str) -> None:
    russian, english = TEXTS[code]
    assert re.search("[а-яё]", russian)
    assert not re.search("[а-яё]", english, re.IGNORECASE)
    assert text(code, "ru") == russian
    assert text(code, "en") == english


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert text("never_heard_of", "ru") == "never_heard_of"
