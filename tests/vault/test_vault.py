"""The vault as a whole: credentials go in and come out, and a missing key is never papered over with a new one."""

from __future__ import annotations

import base64
import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import pytest

from desktop.errors import UsageError
from desktop.vault.errors import (
    DamagedKeysError,
    KeychainError,
    KeysBusyError,
    KeysChangedError,
    LostKeyError,
    RecoveryKeyError,
    SealBrokenError,
)
from desktop.vault.keys import (
    VARIABLE,
    EnvironmentSource,
    KeychainSource,
    KeyLadder,
    MemorySource,
    OneSource,
    PassphraseSource,
)
from desktop.vault.passphrase import Argon2Cost
from desktop.vault.sealing import Place
from desktop.vault.secret import Secret
from desktop.vault.store import KeyChange, KeySnapshot, KeyState
from desktop.vault.vault import Vault
from tests.helpers.key_store import MemoryKeyStore

ONE, TWO = "11111111-aaaa", "22222222-bbbb"
PLACE = Place("integrations", ONE, "credentials")
TOKEN = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
FIELDS = {"access_token": TOKEN, "account_name": "Zoë’s Studio"}
GOOD = "correct horse battery"


def revealed(fields: dict[str, Secret[str]]) -> dict[str, str]:
    return {name: value.reveal() for name, value in fields.items()}


def masters(store: MemoryKeyStore) -> list[tuple[str, KeyState]]:
    return [(record.kind, record.state) for record in store.read().masters]


@pytest.fixture
def store() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def ladder(backend: Any, make_finder: Any) -> KeyLadder:
    return KeyLadder("home", {}, None, make_finder(backend))


@pytest.fixture
def vault(store: MemoryKeyStore, ladder: KeyLadder) -> Vault:
    """An open vault in a new home, with the key of one integration."""
    vault = Vault(store, ladder)
    vault.unlock()
    vault.new_data_key(ONE)
    return vault


# --- Sealing and opening --------------------------------------------------------------------------------------------


def test_credentials_come_back_in_another_process(vault: Vault, store: MemoryKeyStore, ladder: KeyLadder) -> None:
    sealed = vault.seal_fields(ONE, PLACE, {**FIELDS, "access_token": Secret(TOKEN)})
    again = Vault(store, ladder)
    again.unlock()
    assert revealed(again.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_nothing_that_is_stored_shows_a_credential_or_a_key(vault: Vault, store: MemoryKeyStore, backend: Any) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    [entry] = backend.entries.values()
    for text in (sealed.decode("ascii"), repr(store.read()), repr(vault), repr(vault.status())):
        assert TOKEN[8:] not in text
        assert entry not in text
        assert base64.b64decode(entry).hex() not in text


def test_a_seal_opens_for_its_integration_and_place_only(vault: Vault) -> None:
    vault.new_data_key(TWO)
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    with pytest.raises(SealBrokenError):
        vault.open_fields(TWO, PLACE, sealed)
    with pytest.raises(SealBrokenError):
        vault.open_fields(ONE, dataclasses.replace(PLACE, field="other"), sealed)


def test_an_integration_keeps_its_key(vault: Vault) -> None:
    assert vault.has_data_key(ONE)
    assert not vault.has_data_key(TWO)
    with pytest.raises(ValueError, match="has a data key"):
        vault.new_data_key(ONE)


def test_shredding_makes_everything_sealed_unreadable_and_lets_the_account_connect_anew(vault: Vault) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    vault.shred(ONE)
    vault.shred(ONE)
    with pytest.raises(LostKeyError, match="forgotten"):
        vault.open_fields(ONE, PLACE, sealed)
    vault.new_data_key(ONE)
    with pytest.raises(SealBrokenError):
        vault.open_fields(ONE, PLACE, sealed)


def test_a_locked_vault_opens_nothing(store: MemoryKeyStore, ladder: KeyLadder, vault: Vault) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    vault.lock()
    assert not vault.is_unlocked
    with pytest.raises(RuntimeError, match="locked"):
        vault.open_fields(ONE, PLACE, sealed)
    vault.unlock()
    assert revealed(vault.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_a_damaged_wrapped_key_is_said_to_be_damaged(vault: Vault, store: MemoryKeyStore) -> None:
    snapshot = store.read()
    broken = dataclasses.replace(snapshot.wrapped[0], wrapped=snapshot.wrapped[0].wrapped[:-8] + b"AAAAAAAA")
    store.write(KeyChange(snapshot.revision, put_wrapped=(broken,)))
    with pytest.raises(DamagedKeysError, match="changed outside"):
        vault.seal_fields(ONE, PLACE, FIELDS)


def test_a_wrapped_key_of_an_unknown_master_is_lost(vault: Vault, store: MemoryKeyStore) -> None:
    snapshot = store.read()
    foreign = dataclasses.replace(snapshot.wrapped[0], master_id="0" * 16)
    store.write(KeyChange(snapshot.revision, put_wrapped=(foreign,)))
    with pytest.raises(LostKeyError, match="000000"):
        vault.seal_fields(ONE, PLACE, FIELDS)


# --- Where the key is -----------------------------------------------------------------------------------------------


def test_a_new_home_makes_one_key_and_remembers_where(store: MemoryKeyStore, ladder: KeyLadder, backend: Any) -> None:
    vault = Vault(store, ladder)
    assert vault.status().kind == ""
    vault.unlock()
    vault.unlock()
    status = vault.status()
    assert (status.kind, status.keychain, status.has_recovery_key) == ("keychain", "Secret Service", False)
    assert list(backend.entries) == [("paydesk", f"home/{status.key_id}")]
    assert masters(store) == [("keychain", KeyState.ACTIVE)]


def test_opening_again_asks_nobody_twice(store: MemoryKeyStore, make_person: Any, cheap: Argon2Cost) -> None:
    person = make_person(GOOD)
    vault = Vault(store, OneSource(PassphraseSource(person, cheap)))
    vault.unlock()
    vault.unlock()
    assert len(person.questions) == 1


def test_a_dearer_cost_is_written_into_the_record(store: MemoryKeyStore, make_person: Any, cheap: Argon2Cost) -> None:
    Vault(store, OneSource(PassphraseSource(make_person(GOOD), cheap))).unlock()
    before = store.read().masters[0]
    dearer = OneSource(PassphraseSource(make_person(GOOD), dataclasses.replace(cheap, passes=2)))
    Vault(store, dearer).unlock()
    assert '"passes":2' in store.read().masters[0].params
    assert store.read().masters[0].id == before.id
    Vault(store, dearer).unlock()


def test_the_demos_books_do_not_open_without_the_demo() -> None:
    store, source = MemoryKeyStore(), MemorySource()
    Vault(store, OneSource(source)).unlock()
    Vault(store, OneSource(source)).unlock()
    with pytest.raises(LostKeyError, match="lived only"):
        Vault(store, OneSource(MemorySource())).unlock()


# --- A missing key --------------------------------------------------------------------------------------------------


def lose_the_entry(store: MemoryKeyStore, backend: Any) -> None:
    backend.entries.clear()


def lose_the_record(store: MemoryKeyStore, backend: Any) -> None:
    snapshot = store.read()
    store.write(KeyChange(snapshot.revision, drop_masters=tuple(record.id for record in snapshot.masters)))


def lose_all_but_the_sealed_rows(store: MemoryKeyStore, backend: Any) -> None:
    snapshot = store.read()
    drop = tuple(record.id for record in snapshot.masters)
    store.write(KeyChange(snapshot.revision, drop_masters=drop, drop_wrapped=(ONE,)))
    store.sealed_rows = True


@pytest.mark.parametrize("lose", [lose_the_entry, lose_the_record, lose_all_but_the_sealed_rows])
def test_over_sealed_rows_no_new_key_is_ever_made(
    lose: Callable[[MemoryKeyStore, Any], None], vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, backend: Any
) -> None:
    lose(store, backend)
    stored, entries = store.read(), dict(backend.entries)
    with pytest.raises(LostKeyError) as caught:
        Vault(store, ladder).unlock()
    for way in ("recovery key", "passphrase", "connect the accounts again"):
        assert way in caught.value.action
    assert caught.value.exit_status == 5
    assert (store.read(), backend.entries) == (stored, entries)


def test_a_home_without_seals_but_with_a_record_makes_no_new_key_either(
    store: MemoryKeyStore, ladder: KeyLadder, backend: Any
) -> None:
    Vault(store, ladder).unlock()
    backend.entries.clear()
    with pytest.raises(LostKeyError):
        Vault(store, ladder).unlock()
    assert backend.entries == {}


def test_two_active_records_are_damage(vault: Vault, store: MemoryKeyStore, ladder: KeyLadder) -> None:
    snapshot = store.read()
    double = dataclasses.replace(snapshot.masters[0], id="0" * 16)
    store.write(KeyChange(snapshot.revision, put_masters=(double,)))
    with pytest.raises(DamagedKeysError, match="two records"):
        Vault(store, ladder).unlock()


def test_starting_over_gives_up_the_old_seals_and_opens_for_new_ones(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, backend: Any
) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    backend.entries.clear()
    anew = Vault(store, ladder)
    with pytest.raises(LostKeyError):
        anew.unlock()
    anew.start_over(ladder.first())
    assert not anew.has_data_key(ONE)
    with pytest.raises(LostKeyError):
        anew.open_fields(ONE, PLACE, sealed)
    anew.new_data_key(ONE)
    fresh = anew.seal_fields(ONE, PLACE, FIELDS)
    later = Vault(store, ladder)
    later.unlock()
    assert revealed(later.open_fields(ONE, PLACE, fresh)) == FIELDS
    assert masters(store) == [("keychain", KeyState.ACTIVE)]


# --- The recovery key -----------------------------------------------------------------------------------------------


def test_the_recovery_key_opens_when_the_keychain_is_gone_and_a_rotation_makes_it_last(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, backend: Any, make_person: Any, cheap: Argon2Cost
) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    code = vault.create_recovery_key()
    assert vault.status().has_recovery_key
    backend.entries.clear()
    rescued = Vault(store, ladder)
    with pytest.raises(LostKeyError):
        rescued.unlock()
    rescued.recover(code)
    assert revealed(rescued.open_fields(ONE, PLACE, sealed)) == FIELDS
    rescued.rotate(PassphraseSource(make_person(GOOD), cheap))
    later = Vault(store, OneSource(PassphraseSource(make_person(GOOD), cheap)))
    later.unlock()
    assert revealed(later.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_the_recovery_key_outlives_rotations_and_cost_upgrades(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, make_person: Any, cheap: Argon2Cost
) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    code = vault.create_recovery_key()
    vault.rotate(ladder.first())
    vault.rotate(PassphraseSource(make_person(GOOD), cheap))
    dearer = OneSource(PassphraseSource(make_person(GOOD), dataclasses.replace(cheap, passes=2)))
    Vault(store, dearer).unlock()
    rescued = Vault(store, ladder)
    rescued.recover(code)
    assert revealed(rescued.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_a_new_recovery_key_replaces_the_old_one(vault: Vault, store: MemoryKeyStore, ladder: KeyLadder) -> None:
    first, second = vault.create_recovery_key(), vault.create_recovery_key()
    rescued = Vault(store, ladder)
    with pytest.raises(RecoveryKeyError, match="replaces the earlier"):
        rescued.recover(first)
    assert not rescued.is_unlocked
    rescued.recover(second)
    assert rescued.is_unlocked


def test_without_a_recovery_key_it_says_so(vault: Vault, store: MemoryKeyStore, ladder: KeyLadder) -> None:
    with pytest.raises(RecoveryKeyError, match="No recovery key was made"):
        Vault(store, ladder).recover(Secret("whatever"))
    lose_the_record(store, None)
    with pytest.raises(LostKeyError, match="no record"):
        Vault(store, ladder).recover(Secret("whatever"))


# --- Rotation, undisturbed ------------------------------------------------------------------------------------------


def test_after_a_rotation_seals_stay_valid_and_the_old_key_is_gone(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, backend: Any
) -> None:
    sealed, before = vault.seal_fields(ONE, PLACE, FIELDS), vault.status().key_id
    vault.rotate(ladder.first())
    after = vault.status().key_id
    assert after != before
    assert list(backend.entries) == [("paydesk", f"home/{after}")]
    assert masters(store) == [("keychain", KeyState.ACTIVE)]
    for opened in (vault, Vault(store, ladder)):
        opened.unlock()
        assert revealed(opened.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_rotating_to_the_same_key_is_refused(store: MemoryKeyStore) -> None:
    source = EnvironmentSource({VARIABLE: base64.b64encode(bytes(range(32))).decode()})
    vault = Vault(store, OneSource(source))
    vault.unlock()
    before = store.read()
    for change in (vault.rotate, vault.start_over):
        with pytest.raises(UsageError, match="already"):
            change(source)
    assert store.read() == before


def test_rotating_a_locked_vault_is_a_bug(store: MemoryKeyStore, ladder: KeyLadder) -> None:
    with pytest.raises(RuntimeError, match="locked"):
        Vault(store, ladder).rotate(MemorySource())


def test_another_process_goes_on_after_a_rotation(vault: Vault, store: MemoryKeyStore, ladder: KeyLadder) -> None:
    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    watching = Vault(store, ladder)
    watching.unlock()
    vault.rotate(ladder.first())
    watching.new_data_key(TWO)
    assert revealed(watching.open_fields(ONE, PLACE, sealed)) == FIELDS
    assert vault.seal_fields(TWO, PLACE, FIELDS)


def test_an_old_key_that_cannot_be_deleted_yet_is_deleted_later(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, backend: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(operation: str) -> None:
        if operation == "delete":
            raise OSError

    sealed = vault.seal_fields(ONE, PLACE, FIELDS)
    backend.before = locked
    with caplog.at_level(logging.INFO):
        vault.rotate(ladder.first())
    assert "cannot be deleted" in caplog.text
    assert sorted(state for _, state in masters(store)) == [KeyState.ACTIVE, KeyState.RETIRED]
    backend.before = lambda _: None
    again = Vault(store, ladder)
    again.unlock()
    assert masters(store) == [("keychain", KeyState.ACTIVE)]
    assert len(backend.entries) == 1
    assert revealed(again.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_a_source_that_fails_leaves_the_old_key_in_its_place(
    vault: Vault, store: MemoryKeyStore, ladder: KeyLadder, make_finder: Any, make_backend: Any
) -> None:
    def full(operation: str) -> None:
        if operation == "write":
            raise OSError

    sealed, before = vault.seal_fields(ONE, PLACE, FIELDS), vault.status().key_id
    with pytest.raises(KeychainError):
        vault.rotate(KeychainSource("home", make_finder(make_backend(full))))
    assert vault.status().key_id == before
    again = Vault(store, ladder)
    again.unlock()
    assert masters(store) == [("keychain", KeyState.ACTIVE)]
    assert revealed(again.open_fields(ONE, PLACE, sealed)) == FIELDS


# --- Two processes at once ------------------------------------------------------------------------------------------


class Interrupted(MemoryKeyStore):
    """Calls ``meanwhile`` once, just before a write: another process was quicker."""

    meanwhile: Callable[[], None] | None = None

    def write(self, change: KeyChange) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().write(change)


@pytest.fixture
def pair(ladder: KeyLadder) -> tuple[Interrupted, Vault, Vault]:
    """One store and two vaults that were opened on it."""
    store = Interrupted()
    mine, theirs = Vault(store, ladder), Vault(store, ladder)
    mine.unlock()
    theirs.unlock()
    mine.new_data_key(ONE)
    return store, mine, theirs


def test_a_key_made_during_anothers_rotation_is_wrapped_under_the_new_key(
    pair: tuple[Interrupted, Vault, Vault], ladder: KeyLadder
) -> None:
    store, mine, theirs = pair
    store.meanwhile = lambda: theirs.rotate(ladder.first())
    mine.new_data_key(TWO)
    again = Vault(store, ladder)
    again.unlock()
    assert again.seal_fields(TWO, PLACE, FIELDS)
    assert again.seal_fields(ONE, PLACE, FIELDS)


def test_a_rotation_takes_along_a_key_made_meanwhile_and_brings_none_back_that_was_shredded(
    pair: tuple[Interrupted, Vault, Vault], ladder: KeyLadder
) -> None:
    store, mine, theirs = pair

    def meanwhile() -> None:
        theirs.new_data_key(TWO)
        theirs.shred(ONE)

    store.meanwhile = meanwhile
    mine.rotate(ladder.first())
    again = Vault(store, ladder)
    again.unlock()
    assert again.seal_fields(TWO, PLACE, FIELDS)
    assert not again.has_data_key(ONE)


@pytest.mark.parametrize("writes_first", [0, 1])
def test_two_rotations_at_once_leave_one_key_that_opens(
    pair: tuple[Interrupted, Vault, Vault], ladder: KeyLadder, backend: Any, writes_first: int
) -> None:
    store, mine, theirs = pair
    sealed = mine.seal_fields(ONE, PLACE, FIELDS)

    def second_write() -> None:
        store.meanwhile = lambda: theirs.rotate(ladder.first())

    # Either before the new record is written, or between that and the switch.
    store.meanwhile = second_write if writes_first == 0 else (lambda: theirs.rotate(ladder.first()))
    try:
        mine.rotate(ladder.first())
    except KeysBusyError:
        mine.lock()
        mine.unlock()
    for vault in (mine, theirs, Vault(store, ladder)):
        vault.unlock()
        assert revealed(vault.open_fields(ONE, PLACE, sealed)) == FIELDS
    assert masters(store) == [("keychain", KeyState.ACTIVE)]
    assert list(backend.entries) == [("paydesk", f"home/{mine.status().key_id}")]


def test_an_opening_during_anothers_rotation_does_not_take_its_key_away(
    pair: tuple[Interrupted, Vault, Vault], ladder: KeyLadder, backend: Any
) -> None:
    store, mine, _ = pair
    sealed = mine.seal_fields(ONE, PLACE, FIELDS)
    opened: list[Vault] = []

    def open_another(operation: str) -> None:
        if operation == "write":
            backend.before = lambda _: None
            opened.append(Vault(store, ladder))
            opened[0].unlock()

    backend.before = open_another
    with pytest.raises(KeysBusyError):
        mine.rotate(ladder.first())
    again = Vault(store, ladder)
    again.unlock()
    assert revealed(again.open_fields(ONE, PLACE, sealed)) == FIELDS


def test_two_processes_that_start_a_new_home_at_once_end_with_one_key(ladder: KeyLadder, backend: Any) -> None:
    store = Interrupted()
    mine, theirs = Vault(store, ladder), Vault(store, ladder)
    store.meanwhile = theirs.unlock
    mine.unlock()
    theirs.new_data_key(ONE)
    assert mine.seal_fields(ONE, PLACE, FIELDS)
    assert masters(store) == [("keychain", KeyState.ACTIVE)]
    assert len(backend.entries) == 1


def test_a_store_that_never_stays_still_is_given_up_in_words(vault: Vault, store: MemoryKeyStore) -> None:
    class Restless:
        def read(self) -> KeySnapshot:
            return store.read()

        def write(self, change: KeyChange) -> None:
            raise KeysChangedError

    restless = Vault(Restless(), OneSource(MemorySource()))
    with pytest.raises(KeysBusyError):
        restless.shred(ONE)


def test_the_store_changes_all_or_nothing_and_only_at_its_revision(vault: Vault, store: MemoryKeyStore) -> None:
    before = store.read()
    with pytest.raises(KeysChangedError):
        store.write(KeyChange(before.revision - 1, drop_wrapped=(ONE,)))
    assert store.read() == before
    store.write(KeyChange(before.revision, drop_wrapped=(ONE,)))
    assert store.read().wrapped == ()
    assert store.read().revision == before.revision + 1
