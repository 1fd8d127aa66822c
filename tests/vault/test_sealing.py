"""What is sealed opens with its key at its place, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.errors import ClosedBooksError
from desktop.vault.errors import NewerSealError, SealBrokenError
from desktop.vault.sealing import DataKey, MasterKey, Place, open_sealed, seal, unwrap, wrap
from desktop.vault.secret import Secret

KEY = DataKey(Secret(bytes(range(32))))
MASTER = MasterKey(Secret(bytes(range(32, 64))))
PLACE = Place("integrations", "0c6d2a0e-7a0b-4f0e-9a53-6f6d0f1b2c3d", "credentials")
PLAIN = b'{"access_token": "a value"}'

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
places = st.builds(Place, texts, texts, texts)


@given(plaintext=st.binary(max_size=300), place=places)
def test_sealing_and_opening_gives_the_same(plaintext: bytes, place: Place) -> None:
    assert open_sealed(KEY, place, seal(KEY, place, plaintext)).reveal() == plaintext


@given(sealed_at=places, opened_at=places)
def test_a_seal_opens_at_its_own_place_only(sealed_at: Place, opened_at: Place) -> None:
    assume(sealed_at != opened_at)
    with pytest.raises(SealBrokenError):
        open_sealed(KEY, opened_at, seal(KEY, sealed_at, PLAIN))


def test_parts_of_a_place_do_not_run_into_each_other() -> None:
    sealed = seal(KEY, Place("ab", "c", "d"), PLAIN)
    for place in (Place("a", "bc", "d"), Place("ab", "cd", ""), Place("abc", "", "d"), Place("", "abc", "d")):
        with pytest.raises(SealBrokenError):
            open_sealed(KEY, place, sealed)


@given(position=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_one_changed_byte_is_noticed_wherever_it_is(position: int, byte: int) -> None:
    sealed = bytearray(seal(KEY, PLACE, PLAIN))
    position %= len(sealed)
    assume(sealed[position] != byte)
    sealed[position] = byte
    with pytest.raises((SealBrokenError, NewerSealError)):
        open_sealed(KEY, PLACE, bytes(sealed))


@given(junk=st.binary(max_size=80))
def test_junk_does_not_open(junk: bytes) -> None:
    with pytest.raises(ClosedBooksError):
        open_sealed(KEY, PLACE, junk)


def test_a_shortened_or_lengthened_seal_does_not_open() -> None:
    sealed = seal(KEY, PLACE, PLAIN)
    for broken in (*(sealed[:end] for end in range(len(sealed))), sealed + b"A", sealed + b"=", sealed + b"\n"):
        with pytest.raises(SealBrokenError):
            open_sealed(KEY, PLACE, broken)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBrokenError):
        open_sealed(DataKey.new(), PLACE, seal(KEY, PLACE, PLAIN))


def test_the_sealed_form_is_ascii_and_names_version_and_key() -> None:
    form, name, body = seal(KEY, PLACE, PLAIN).decode("ascii").split(".")
    assert (form, name) == ("pd1", KEY.id)
    assert len(base64.urlsafe_b64decode(body)) == 12 + len(PLAIN) + 16


def test_each_seal_has_its_own_nonce() -> None:
    assert len({seal(KEY, PLACE, PLAIN) for _ in range(50)}) == 50


def test_a_later_form_says_that_it_is_newer() -> None:
    with pytest.raises(NewerSealError) as caught:
        open_sealed(KEY, PLACE, b"pd2" + seal(KEY, PLACE, PLAIN)[3:])
    assert "newer version" in caught.value.message


def test_a_wrapped_key_comes_back_for_its_integration_only() -> None:
    data_key = DataKey.new()
    wrapped = wrap(MASTER, "one", data_key)
    assert unwrap(MASTER, "one", wrapped) == data_key
    with pytest.raises(SealBrokenError):
        unwrap(MASTER, "two", wrapped)
    with pytest.raises(SealBrokenError):
        unwrap(MasterKey.new(), "one", wrapped)


def test_a_wrapped_key_is_no_sealed_field() -> None:
    as_data_key = DataKey(MASTER.material)
    wrapped = wrap(MASTER, "one", DataKey.new())
    with pytest.raises(SealBrokenError):
        open_sealed(as_data_key, Place("data key", "one", ""), wrapped)


def test_keys_are_shown_by_name_only() -> None:
    for key in (KEY, MASTER):
        shown = repr(key) + key.id
        assert key.material.reveal().hex()[:12] not in shown
        assert str(key.material.reveal()) not in shown
        assert len(key.id) == 16


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(Secret(b"short"))
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(Secret(bytes(33)))


def test_the_errors_carry_nothing_of_what_was_sealed() -> None:
    sealed = seal(KEY, PLACE, PLAIN)
    with pytest.raises(SealBrokenError) as caught:
        open_sealed(KEY, Place("integrations", "another", "credentials"), sealed)
    assert caught.value.exit_status == 5
    assert "a value" not in str(caught.value)
    assert sealed.decode() not in str(caught.value)
