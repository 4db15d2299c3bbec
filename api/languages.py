"""Which of the product's languages a caller reads."""

from __future__ import annotations

from typing import Final

from shared.domain.texts import Language

DEFAULT: Final[Language] = "ru"


def language_of(accepted: str) -> Language:
    """The best of ours by an `Accept-Language` header; Russian where it names none of them."""
    ranked = sorted((_ranked(part) for part in accepted[:500].split(",")), key=lambda entry: -entry[0])
    for weight, name in ranked:
        if weight > 0 and name in ("ru", "en"):
            return "en" if name == "en" else "ru"
    return DEFAULT


def _ranked(part: str) -> tuple[float, str]:
    name, _, parameters = part.partition(";")
    key, _, value = parameters.strip().partition("=")
    try:
        weight = float(value) if key == "q" else 1.0
    except ValueError:
        weight = 0.0
    return weight, name.strip().lower().partition("-")[0]
