"""Whether two texts are one, whatever a vendor does to white space and composed letters."""

from __future__ import annotations

import re
import unicodedata


def normalised(text: str) -> str:
    """A text for comparing."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def same_words(ours: str, theirs: str) -> bool:
    """Whether they differ in nothing that counts."""
    return normalised(ours) == normalised(theirs)
