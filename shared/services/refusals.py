"""From a code of the linter to the error that its caller gets."""

from __future__ import annotations

from typing import Final

from shared.domain.texts import text
from shared.errors import InvalidInput, TooLarge

_SIZES: Final = frozenset({"text_too_long", "too_many_files", "file_too_large", "files_too_large"})


def refused(code: str, detail: str = "") -> InvalidInput | TooLarge:
    """`TooLarge` for what would fit if it were less, else `InvalidInput`."""
    kind = TooLarge if code in _SIZES else InvalidInput
    return kind(detail or text(code, "en"), code=code)
