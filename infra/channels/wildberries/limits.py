"""What Wildberries takes, as data and as a check before anything is sent: a refusal may count as several calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.domain.channels import Capabilities, FileRules, ThreadKind
from shared.errors import ChannelRejected

MIB = 1024 * 1024
FEWEST_OF_REVIEW = 2
FILES: Final = FileRules(
    most=10,  # our own number: Wildberries counts bytes only
    max_bytes=5 * MIB,
    max_total_bytes=30 * MIB,
    mime_types=frozenset({"image/jpeg", "image/png", "application/pdf"}),
)
CAPABILITIES: Final = Capabilities(
    text_limit=1000,
    text_limits={"question": 1000, "review": 5000},
    text_unit="utf16",
    sends=frozenset({"text", "image", "file"}),
    files=FILES,
    sends_files_in=frozenset({"chat"}),
    forbids=frozenset({"phone", "email", "link", "messenger"}),
    answers_once=frozenset({"question", "review"}),
    history_listable=True,
    history_readable=True,
    pushes=False,
    pull_every=timedelta(minutes=1),
    pull_every_idle=timedelta(minutes=2),
)


def check(kind: ThreadKind, outgoing: Outgoing) -> None:
    """Raises `ChannelRejected` for what would surely be refused."""
    length = len(outgoing.text.encode("utf-16-le", "surrogatepass")) // 2
    if length > CAPABILITIES.text_limit_in(kind):
        raise ChannelRejected("the text is too long for Wildberries", code="text_too_long")
    if outgoing.files and kind not in CAPABILITIES.sends_files_in:
        raise ChannelRejected("Wildberries takes no files here", code="files_not_taken")
    least = FEWEST_OF_REVIEW if kind == "review" else 0 if outgoing.files else 1
    if len(outgoing.text.strip()) < least:
        raise ChannelRejected("Wildberries takes no message without words", code="text_empty")
    for file in outgoing.files:
        _check_file(file)
    if sum(len(file.content) for file in outgoing.files) > 30 * MIB:
        raise ChannelRejected("the files together are too large for Wildberries", code="files_too_large")


def _check_file(file: OutgoingFile) -> None:
    if file.mime_type.partition(";")[0].strip().lower() not in FILES.mime_types:
        raise ChannelRejected("Wildberries takes JPEG, PNG and PDF only", code="file_type_refused")
    if len(file.content) > FILES.max_bytes:
        raise ChannelRejected("the file is too large for Wildberries", code="file_too_large")
    if not file.content:
        raise ChannelRejected("the file is empty", code="file_empty")
