"""The recovery key: written by hand, read with human slips, opens the one master key it was made for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.vault import recovery
from desktop.vault.errors import DamagedKeysError, RecoveryKeyError, SealBrokenError
from desktop.vault.sealing import MasterKey
from desktop.vault.secret import Secret


def test_a_code_is_eight_groups_of_four_unambiguous_characters() -> None:
    codes = [recovery.new_code().reveal() for _ in range(20)]
    odd = [code for code in codes if not re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}", code)]
    assert not odd
    assert len(set(codes)) == 20


def test_it_opens_what_was_sealed_to_its_public_half() -> None:
    code, key = recovery.new_code(), MasterKey.new()
    box = recovery.seal_to(recovery.public_half(code), key)
    assert recovery.open_with(code, box, key.id) == key


def test_what_is_stored_of_it_does_not_tell_it() -> None:
    code = recovery.new_code()
    box = recovery.seal_to(recovery.public_half(code), MasterKey.new())
    assert code.reveal() not in repr(box)
    assert code.reveal().replace("-", "") not in repr(box)


@pytest.mark.parametrize(
    "rewrite",
    [
        str.lower,
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", "–"),
        lambda text: f"  {text}\n",
        lambda text: text.replace("0", "O").replace("1", "l"),
        lambda text: text.replace("0", "o").replace("1", "I"),
    ],
)
def test_the_usual_ways_of_typing_it_are_read(rewrite: object) -> None:
    assert callable(rewrite)
    for _ in range(5):
        code = recovery.new_code()
        assert recovery.public_half(Secret(rewrite(code.reveal()))) == recovery.public_half(code)


@given(place=st.integers(0, 31), letter=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_wrong_character_is_called_mistyped(place: int, letter: str) -> None:
    code = recovery.new_code().reveal()
    letters = list(code.replace("-", ""))
    if letters[place] == letter:
        return
    letters[place] = letter
    with pytest.raises(RecoveryKeyError) as caught:
        recovery.public_half(Secret("".join(letters)))
    assert "mistyped" in caught.value.title


@pytest.mark.parametrize("text", ["", "-", "not a code", "é" * 32, "ABCD-EFGH", "0" * 64, "!" * 32])
def test_anything_else_is_called_mistyped(text: str) -> None:
    with pytest.raises(RecoveryKeyError):
        recovery.public_half(Secret(text))


def test_a_code_of_other_books_is_told_from_a_mistyped_one() -> None:
    key = MasterKey.new()
    box = recovery.seal_to(recovery.public_half(recovery.new_code()), key)
    with pytest.raises(RecoveryKeyError) as caught:
        recovery.open_with(recovery.new_code(), box, key.id)
    assert caught.value.title == "Not the recovery key of these books"


def test_a_damaged_box_is_told_from_a_wrong_code() -> None:
    code, key = recovery.new_code(), MasterKey.new()
    box = recovery.seal_to(recovery.public_half(code), key)
    with pytest.raises(DamagedKeysError):
        recovery.open_with(code, {**box, "ephemeral": "AAAA"}, key.id)
    with pytest.raises(DamagedKeysError):
        recovery.open_with(code, {"public": box["public"]}, key.id)
    with pytest.raises(SealBrokenError):
        recovery.open_with(code, {**box, "sealed": str(box["sealed"])[:-4] + "AAAA"}, key.id)
    with pytest.raises(SealBrokenError):
        recovery.open_with(code, box, MasterKey.new().id)
