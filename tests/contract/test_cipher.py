"""What a cipher promises: only the right key and the right owner open a text."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.cipher import KEYS_CACHED, KEYS_SECRET, FernetCipher, ensure_key
from infra.local.secrets import FolderSecrets
from shared.errors import InvalidInput, Unavailable
from tests.support.clock import ManualClock

any_text = st.text(st.characters(), max_size=50)  # half surrogate pairs included


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def secrets(tmp_path: Path) -> FolderSecrets:
    secrets = FolderSecrets(tmp_path)
    await ensure_key(secrets)
    return secrets


@pytest.fixture
def cipher(secrets: FolderSecrets, clock: ManualClock) -> FernetCipher:
    return FernetCipher(secrets, clock)


async def add_key(secrets: FolderSecrets) -> None:
    await secrets.put(KEYS_SECRET, f"{Fernet.generate_key().decode()},\n{await secrets.get(KEYS_SECRET)}\n")


async def drop_old_keys(secrets: FolderSecrets) -> None:
    keys = await secrets.get(KEYS_SECRET) or ""
    await secrets.put(KEYS_SECRET, keys.partition(",")[0])


def test_every_text_comes_back_to_its_owner_only(tmp_path: Path) -> None:
    @settings(deadline=None, max_examples=50)
    @given(text=any_text, context=any_text, other=any_text)
    def check(text: str, context: str, other: str) -> None:
        asyncio.run(_round_trip(tmp_path, text, context, other))

    check()


async def _round_trip(folder: Path, text: str, context: str, other: str) -> None:
    secrets = FolderSecrets(folder)
    await ensure_key(secrets)
    cipher = FernetCipher(secrets, ManualClock())

    ciphertext = await cipher.encrypt(text, context=context)

    assert await cipher.decrypt(ciphertext, context=context) == text
    if other != context:
        with pytest.raises(InvalidInput):
            await cipher.decrypt(ciphertext, context=other)


async def test_a_ciphertext_moved_to_another_inbox_does_not_open(cipher: FernetCipher) -> None:
    ciphertext = await cipher.encrypt("12345:token", context="inbox:a")

    with pytest.raises(InvalidInput) as refusal:
        await cipher.decrypt(ciphertext, context="inbox:b")

    assert "token" not in repr(refusal.value)


async def test_the_border_between_owner_and_text_cannot_be_moved(cipher: FernetCipher) -> None:
    ciphertext = await cipher.encrypt("bc", context="a")

    for context in ("", "ab", "abc"):
        with pytest.raises(InvalidInput):
            await cipher.decrypt(ciphertext, context=context)


async def test_the_same_text_looks_different_each_time(cipher: FernetCipher) -> None:
    first = await cipher.encrypt("secret", context="a")
    second = await cipher.encrypt("secret", context="a")

    assert first != second
    assert "secret" not in first


async def test_a_changed_or_foreign_text_is_refused(cipher: FernetCipher) -> None:
    ciphertext = await cipher.encrypt("secret", context="a")
    middle = len(ciphertext) // 2
    changed = ciphertext[:middle] + ("A" if ciphertext[middle] != "A" else "B") + ciphertext[middle + 1 :]

    for text in (changed, ciphertext[:-4], "", "plain", "текст", "\ud800", Fernet.generate_key().decode()):
        with pytest.raises(InvalidInput):
            await cipher.decrypt(text, context="a")


async def test_after_a_new_key_old_texts_open_and_rotate_moves_them(
    cipher: FernetCipher, secrets: FolderSecrets, clock: ManualClock
) -> None:
    old = await cipher.encrypt("secret", context="a")
    await add_key(secrets)
    clock.advance(KEYS_CACHED.total_seconds())

    rotated = await cipher.rotate(old, context="a")
    await drop_old_keys(secrets)
    fresh = FernetCipher(secrets, clock)

    assert await cipher.decrypt(old, context="a") == "secret"
    assert await fresh.decrypt(rotated, context="a") == "secret"
    with pytest.raises(InvalidInput):
        await fresh.decrypt(old, context="a")


async def test_rotate_does_not_give_a_text_to_another_owner(cipher: FernetCipher) -> None:
    with pytest.raises(InvalidInput):
        await cipher.rotate(await cipher.encrypt("secret", context="a"), context="b")


async def test_a_text_under_a_key_newer_than_ours_opens_at_once(
    cipher: FernetCipher, secrets: FolderSecrets, clock: ManualClock
) -> None:
    await cipher.encrypt("reads the keys", context="a")
    await add_key(secrets)
    elsewhere = await FernetCipher(secrets, clock).encrypt("secret", context="a")

    assert await cipher.decrypt(elsewhere, context="a") == "secret"


async def test_keys_are_not_read_for_every_text(cipher: FernetCipher, secrets: FolderSecrets, tmp_path: Path) -> None:
    ciphertext = await cipher.encrypt("secret", context="a")
    (tmp_path / KEYS_SECRET).unlink()

    assert await cipher.decrypt(ciphertext, context="a") == "secret"


@pytest.mark.parametrize("keys", [None, "", " ,\n", "not a key", "ключ"])
async def test_without_usable_keys_the_error_names_the_secret(
    tmp_path: Path, clock: ManualClock, keys: str | None
) -> None:
    secrets = FolderSecrets(tmp_path)
    if keys is not None:
        await secrets.put(KEYS_SECRET, keys)

    with pytest.raises(Unavailable, match=KEYS_SECRET) as refusal:
        await FernetCipher(secrets, clock).encrypt("secret", context="a")

    assert "not a key" not in str(refusal.value)


async def test_a_first_key_is_made_once(secrets: FolderSecrets) -> None:
    key = await secrets.get(KEYS_SECRET)

    await ensure_key(secrets)

    assert await secrets.get(KEYS_SECRET) == key
