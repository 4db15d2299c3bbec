from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.file_types import UNKNOWN, kind_of, type_of
from tests.support.files import MP4, OGG, PDF, PNG


@pytest.mark.parametrize(
    ("content", "declared", "actual"),
    [
        (PNG, "application/pdf", "image/png"),
        (PDF, "image/png", "application/pdf"),
        (OGG, "", "audio/ogg"),
        (MP4, "", "video/mp4"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(8), "image/heif", "image/heic"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp"),
        (b"BM\x3a\x00\x00\x00\x00\x00\x00\x00", "", "image/bmp"),
        (b"BMW: 5 000 000", "text/plain; charset=utf-8", "text/plain"),
        (b"<svg onload=alert(1)>", "image/png", UNKNOWN),
        (b"hello", " Text/CSV ", "text/csv"),
        (b"", "", UNKNOWN),
    ],
)
def test_the_bytes_decide_where_they_tell(content: bytes, declared: str, actual: str) -> None:
    assert type_of(content, declared) == actual


@given(st.binary(max_size=40), st.text(max_size=40))
def test_any_bytes_under_any_name_have_a_type_and_a_kind(content: bytes, declared: str) -> None:
    assert kind_of(type_of(content, declared)) in {"image", "audio", "video", "voice", "file"}


@pytest.mark.parametrize(
    ("mime_type", "kind"),
    [("image/png", "image"), ("audio/ogg", "voice"), ("audio/mpeg", "audio"), ("video/mp4", "video"), ("a/b", "file")],
)
def test_a_type_says_how_a_file_is_shown(mime_type: str, kind: str) -> None:
    assert kind_of(mime_type) == kind
