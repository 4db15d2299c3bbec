"""What the code says of itself where it has no list: read from its syntax, or from its settings' types."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from infra.settings import LlmEnvironment, Settings, VendorSettings
from tests.terraform.provider import ROOT

ROOMS = ("shared", "infra", "functions", "api")
LOCAL_ONLY = {"PARLEY_DATA_DIR", "PARLEY_DEMO_PASSWORD", "PARLEY_FUNCTION_URLS", "TELEGRAM_NETWORK"}
"""Settings of the stacks on one machine."""
EXPIRY = "expire_at"
CRON = {
    re.compile(r"\* \* \* \* \*"): timedelta(minutes=1),
    re.compile(r"\d+ \* \* \* \*"): timedelta(hours=1),
    re.compile(r"\d+ \d+ \* \* \*"): timedelta(days=1),
}


def settings() -> dict[str, FieldInfo]:
    """Environment variable to the field that reads it."""
    classes: tuple[type[BaseSettings], ...] = (Settings, VendorSettings, LlmEnvironment)
    named = {
        f"{kind.model_config.get('env_prefix', '')}{name}".upper(): field
        for kind in classes
        for name, field in kind.model_fields.items()
    }
    return {name: field for name, field in named.items() if not _is_group(field)}


def _is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings)


def secret_settings() -> set[str]:
    """Variables whose value must never be seen."""
    kinds = (SecretStr, SecretStr | None)
    return {name for name, field in settings().items() if field.annotation in kinds} - LOCAL_ONLY


def period(cron: str) -> timedelta:
    """How far apart the calls of a cron line are."""
    return next(every for line, every in CRON.items() if line.fullmatch(cron))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product by its path."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def expiring() -> dict[str, set[str]]:
    """Who writes `expire_at`, to the collections whose documents they name: those of the class, else of its module."""
    found: dict[str, set[str]] = {}
    for path, module in modules():
        classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
        loose = [node for node in module.body if not isinstance(node, ast.ClassDef)]
        for scope in [*classes, *loose]:
            if any(_writes_expiry(node) for node in ast.walk(scope)):
                found[f"{path}:{scope.lineno}"] = _collections(scope) or set().union(*map(_collections, loose))
    return found


def _writes_expiry(node: ast.AST) -> bool:
    """`{"expire_at": ...}` or the field path `("expire_at",)`."""
    parts = node.keys if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple) else []
    return any(isinstance(part, ast.Constant) and part.value == EXPIRY for part in parts)


def _collections(scope: ast.AST) -> set[str]:
    """`f"sessions/{id}"` names sessions, and `f"{inbox}/vault"` names vault."""
    texts = [node.values for node in ast.walk(scope) if isinstance(node, ast.JoinedStr)]
    names = set()
    for parts in texts:
        for before, after in zip([None, *parts], [*parts, None], strict=True):
            if isinstance(before, ast.Constant) and isinstance(after, ast.FormattedValue):
                names |= set(re.findall(r"(?:^|/)([a-z][a-z_]*)/$", str(before.value)))
            if isinstance(before, ast.Constant) and after is None:
                names |= set(re.findall(r"^/([a-z][a-z_]*)$", str(before.value)))
    return names


def asked_fields() -> set[str]:
    """Fields that some query compares or sorts by, wherever it is asked."""
    return {
        str(node.args[0].value)
        for _, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Filter", "Order")
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def words() -> set[str]:
    """Every text that the code spells out."""
    nodes = (node for _, module in modules() for node in ast.walk(module))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
