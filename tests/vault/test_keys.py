"""The ladder: variable, keychain, passphrase, in this order for a new home; later the recorded step and no other."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

import pytest

from desktop.errors import CancelledError
from desktop.vault.errors import (
    DamagedKeysError,
    KeychainError,
    LostKeyError,
    MalformedKeyError,
    NoKeyPlaceError,
    PassphraseError,
    WrongKeyError,
)
from desktop.vault.key_records import is_key_of, new_record, params_of, with_params
from desktop.vault.keys import (
    VARIABLE,
    EnvironmentSource,
    KeychainSource,
    KeyLadder,
    KeySource,
    MemorySource,
    OneSource,
    PassphraseSource,
)
from desktop.vault.passphrase import Argon2Cost, Purpose
from desktop.vault.sealing import MasterKey
from desktop.vault.store import KeyState, MasterRecord

RAW = bytes(range(200, 232))
ENCODED = base64.b64encode(RAW).decode()
GOOD = "correct horse battery"


def kept(source: KeySource) -> tuple[MasterRecord, MasterKey]:
    prepared = source.prepare()
    record = new_record(prepared.key, source.kind, prepared.params)
    source.keep(record, prepared.key)
    return record, prepared.key


# --- Key records ----------------------------------------------------------------------------------------------------


def test_a_record_begins_as_incoming_and_knows_its_key_without_telling_it() -> None:
    key = MasterKey.new()
    record = new_record(key, "keychain", {"user": "home/key"})
    assert record.state is KeyState.INCOMING
    assert record.id == key.id
    assert params_of(record) == {"user": "home/key"}
    assert is_key_of(record, key)
    assert not is_key_of(record, MasterKey.new())
    raw = key.material.reveal()
    assert not any(form in repr(record) for form in (str(raw), raw.hex(), base64.b64encode(raw).decode()))


def test_any_change_to_a_record_is_noticed_without_a_key() -> None:
    record = new_record(MasterKey.new(), "keychain", {"user": "home/key"})
    changed = json.loads(record.params) | {"user": "another"}
    for broken in (
        dataclasses.replace(record, params=json.dumps(changed)),
        dataclasses.replace(record, params=record.params[:-1]),
        dataclasses.replace(record, params="[]"),
        dataclasses.replace(record, params="{}"),
        dataclasses.replace(record, kind="environment"),
        dataclasses.replace(record, id="0" * 16),
    ):
        with pytest.raises(DamagedKeysError):
            params_of(broken)


def test_parameters_can_be_changed_properly() -> None:
    record = new_record(MasterKey.new(), "keychain", {"user": "a"})
    assert params_of(with_params(record, {"user": "b"})) == {"user": "b"}


# --- The variable ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [ENCODED, f"  {ENCODED}\n", ENCODED.rstrip("="), base64.urlsafe_b64encode(RAW).decode()]
)
def test_the_variable_holds_32_bytes_in_base64(text: str) -> None:
    assert EnvironmentSource({VARIABLE: text}).key().material.reveal() == RAW


@pytest.mark.parametrize(
    "text",
    ["", "short", ENCODED[:-5], ENCODED + "AAAA", "é" * 44, RAW.hex(), "!" * 44, base64.b64encode(bytes(31)).decode()],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(MalformedKeyError) as caught:
        EnvironmentSource({VARIABLE: text}).key()
    assert "32 bytes in base64" in caught.value.message
    assert not text or text not in str(caught.value)


def test_an_unset_variable_and_one_with_another_key_are_told_apart() -> None:
    record, key = kept(EnvironmentSource({VARIABLE: ENCODED}))
    assert EnvironmentSource({VARIABLE: ENCODED}).load(record).key == key
    with pytest.raises(LostKeyError, match="not set"):
        EnvironmentSource({}).load(record)
    other = base64.b64encode(bytes(32)).decode()
    with pytest.raises(WrongKeyError, match="another key"):
        EnvironmentSource({VARIABLE: other}).load(record)


# --- The keychain ---------------------------------------------------------------------------------------------------


def test_the_keychain_entry_is_named_by_home_and_key(backend: Any, make_finder: Any) -> None:
    source = KeychainSource("home-1", make_finder(backend))
    record, key = kept(source)
    assert list(backend.entries) == [("paydesk", f"home-1/{key.id}")]
    assert params_of(record) == {"keychain": "Secret Service", "user": f"home-1/{key.id}"}
    assert source.load(record).key == key


def test_a_second_key_is_kept_beside_the_first(backend: Any, make_finder: Any) -> None:
    source = KeychainSource("home-1", make_finder(backend))
    first, first_key = kept(source)
    second, second_key = kept(source)
    assert source.load(first).key == first_key
    source.discard(first)
    source.discard(first)
    assert source.load(second).key == second_key
    with pytest.raises(LostKeyError, match="no longer holds"):
        source.load(first)


def test_a_keychain_that_forgets_at_once_is_noticed(make_backend: Any, make_finder: Any) -> None:
    backend = make_backend()
    backend.set_password = lambda service, username, password: None
    with pytest.raises(KeychainError, match="gave back something else"):
        kept(KeychainSource("home-1", make_finder(backend)))


@pytest.mark.parametrize("entry", ["", "not base64!", ENCODED, base64.b64encode(b"short").decode()])
def test_a_changed_entry_is_damage_and_not_a_missing_key(backend: Any, make_finder: Any, entry: str) -> None:
    source = KeychainSource("home-1", make_finder(backend))
    record, key = kept(source)
    backend.entries["paydesk", f"home-1/{key.id}"] = entry
    with pytest.raises(DamagedKeysError):
        source.load(record)


def test_the_home_asks_the_keychain_it_was_given_to_and_no_other(backend: Any, make_finder: Any) -> None:
    record, _ = kept(KeychainSource("home-1", make_finder(backend, "KWallet")))
    with pytest.raises(KeychainError):
        KeychainSource("home-1", make_finder(backend, "Secret Service")).load(record)


# --- The passphrase -------------------------------------------------------------------------------------------------


def test_a_passphrase_opens_what_it_sealed(make_person: Any, cheap: Argon2Cost) -> None:
    record, key = kept(PassphraseSource(make_person(GOOD), cheap))
    person = make_person(GOOD)
    loaded = PassphraseSource(person, cheap).load(record)
    assert (loaded.key, loaded.params) == (key, None)
    assert [question.purpose for question in person.questions] == [Purpose.OPEN]
    assert params_of(record)["algorithm"] == "argon2id"
    assert GOOD not in record.params


def test_a_wrong_passphrase_is_asked_again_three_times_and_called_wrong(make_person: Any, cheap: Argon2Cost) -> None:
    record, key = kept(PassphraseSource(make_person(GOOD), cheap))
    person = make_person("wrong one", GOOD)
    assert PassphraseSource(person, cheap).load(record).key == key
    assert [question.attempt for question in person.questions] == [1, 2]
    assert "not the passphrase" in person.questions[1].reason
    with pytest.raises(WrongKeyError, match="3 times"):
        PassphraseSource(make_person("wrong one"), cheap).load(record)


def test_damage_is_never_called_a_wrong_passphrase(make_person: Any, cheap: Argon2Cost) -> None:
    record, _ = kept(PassphraseSource(make_person(GOOD), cheap))
    for name, value in (("salt", "AAAA"), ("memory_kib", 16), ("sealed", "pd1.x.y")):
        changed = dataclasses.replace(record, params=json.dumps(json.loads(record.params) | {name: value}))
        with pytest.raises(DamagedKeysError):
            PassphraseSource(make_person(GOOD), cheap).load(changed)


@pytest.mark.parametrize("missing", ["salt", "memory_kib", "sealed"])
def test_a_record_that_lacks_a_part_is_damaged(make_person: Any, cheap: Argon2Cost, missing: str) -> None:
    record, _ = kept(PassphraseSource(make_person(GOOD), cheap))
    params = {name: value for name, value in params_of(record).items() if name != missing}
    with pytest.raises(DamagedKeysError, match=f"lacks its {missing}"):
        PassphraseSource(make_person(GOOD), cheap).load(with_params(record, params))


def test_a_dearer_cost_is_taken_up_at_the_next_opening(make_person: Any, cheap: Argon2Cost) -> None:
    record, key = kept(PassphraseSource(make_person(GOOD), cheap))
    dearer = dataclasses.replace(cheap, passes=2)
    better = PassphraseSource(make_person(GOOD), dearer).load(record).params
    assert better is not None
    upgraded = with_params(record, better)
    assert params_of(upgraded)["passes"] == 2
    assert params_of(upgraded)["salt"] != params_of(record)["salt"]
    again = PassphraseSource(make_person(GOOD), dearer).load(upgraded)
    assert (again.key, again.params) == (key, None)
    assert PassphraseSource(make_person(GOOD), cheap).load(upgraded).params is None


def test_a_short_passphrase_is_asked_for_again_with_the_reason(make_person: Any, cheap: Argon2Cost) -> None:
    person = make_person("short", GOOD)
    kept(PassphraseSource(person, cheap, reason="No keychain."))
    assert [question.reason[:10] for question in person.questions] == ["No keychai", "Use at lea"]
    with pytest.raises(PassphraseError):
        kept(PassphraseSource(make_person("short"), cheap))


def test_who_declines_cancels(make_person: Any, cheap: Argon2Cost) -> None:
    with pytest.raises(CancelledError):
        kept(PassphraseSource(make_person(None), cheap))


# --- Memory ---------------------------------------------------------------------------------------------------------


def test_the_demos_key_lives_in_its_source_only() -> None:
    source = MemorySource()
    record, key = kept(source)
    assert OneSource(source).of(record).load(record).key == key
    with pytest.raises(LostKeyError):
        MemorySource().load(record)
    source.discard(record)
    with pytest.raises(LostKeyError):
        source.load(record)


def test_one_source_does_not_stand_in_for_another(backend: Any, make_finder: Any) -> None:
    record, _ = kept(KeychainSource("home-1", make_finder(backend)))
    with pytest.raises(LostKeyError):
        OneSource(MemorySource()).of(record)
    assert not OneSource(MemorySource()).discard(record)


# --- The ladder -----------------------------------------------------------------------------------------------------


def test_a_new_home_takes_the_first_step_there_is(backend: Any, make_finder: Any, make_person: Any) -> None:
    here, nowhere = make_finder(backend), make_finder(None)
    ask = make_person(GOOD)
    assert KeyLadder("home", {VARIABLE: ENCODED}, ask, here).first().kind == "environment"
    assert KeyLadder("home", {}, ask, here).first().kind == "keychain"
    assert KeyLadder("home", {VARIABLE: "  "}, ask, here).first().kind == "keychain"
    assert KeyLadder("home", {}, ask, nowhere).first().kind == "passphrase"
    with pytest.raises(NoKeyPlaceError, match=VARIABLE):
        KeyLadder("home", {}, None, nowhere).first()


def test_a_malformed_variable_is_an_error_and_not_passed_over(backend: Any, make_finder: Any) -> None:
    source = KeyLadder("home", {VARIABLE: "not a key"}, None, make_finder(backend)).first()
    with pytest.raises(MalformedKeyError):
        source.prepare()


def test_a_locked_keychain_is_an_error_and_not_passed_over(make_person: Any) -> None:
    def locked(name: str | None) -> Any:
        raise KeychainError("The keychain is locked", "It is.", "Unlock it.")

    person = make_person(GOOD)
    with pytest.raises(KeychainError, match="It is"):
        KeyLadder("home", {}, person, locked).first()
    assert person.questions == []


def test_a_home_stays_with_its_recorded_step(
    backend: Any, make_finder: Any, make_person: Any, cheap: Argon2Cost
) -> None:
    in_keychain, _ = kept(KeychainSource("home", make_finder(backend)))
    by_passphrase, _ = kept(PassphraseSource(make_person(GOOD), cheap))
    in_variable, _ = kept(EnvironmentSource({VARIABLE: ENCODED}))
    ladder = KeyLadder("home", {}, make_person(GOOD), make_finder(backend))
    for record in (in_keychain, by_passphrase, in_variable):
        assert ladder.of(record).kind == record.kind
    with pytest.raises(NoKeyPlaceError, match="nobody to ask"):
        KeyLadder("home", {}, None, make_finder(backend)).of(by_passphrase)
    with pytest.raises(KeychainError):
        KeyLadder("home", {}, make_person(GOOD), make_finder(None)).of(in_keychain).load(in_keychain)
    unknown = new_record(MasterKey.new(), "hardware", {})
    with pytest.raises(LostKeyError, match="hardware"):
        ladder.of(unknown)
    assert not ladder.discard(unknown)


def test_a_variable_that_is_set_must_be_the_right_key(backend: Any, make_finder: Any) -> None:
    record, key = kept(KeychainSource("home", make_finder(backend)))
    exported = base64.b64encode(key.material.reveal()).decode()
    right = KeyLadder("home", {VARIABLE: exported}, None, make_finder(None))
    assert right.of(record).load(record).key == key
    wrong = KeyLadder("home", {VARIABLE: ENCODED}, None, make_finder(backend))
    with pytest.raises(WrongKeyError) as caught:
        wrong.of(record)
    assert caught.value.action == f"Unset {VARIABLE}."
