"""A kill at any point of a change of keys: the books open again, and nothing is left lying about.

Store and keychain count their operations; a run is killed just before or just after the n-th one, for every n, and a
new process then opens what is there.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from desktop.vault.errors import LostKeyError, WrongKeyError
from desktop.vault.keys import VARIABLE, EnvironmentSource, KeyLadder, KeySource, PassphraseSource
from desktop.vault.passphrase import Argon2Cost
from desktop.vault.sealing import Place
from desktop.vault.secret import Secret
from desktop.vault.store import KeyChange, KeySnapshot, KeyState
from desktop.vault.vault import Vault
from tests.helpers.key_store import MemoryKeyStore

ONE, TWO = "11111111-aaaa", "22222222-bbbb"
PLACES = {ONE: Place("integrations", ONE, "credentials"), TWO: Place("integrations", TWO, "credentials")}
GOOD = "correct horse battery"
OLD_KEY = base64.b64encode(bytes(range(32))).decode()
NEW_KEY = base64.b64encode(bytes(range(1, 33))).decode()


class Killed(BaseException):
    """The process is gone: no handler of the vault's may see it."""


@dataclass
class Killer:
    """Counts operations and kills at one of them. ``after``: the operation has its effect first."""

    at: int = 0
    after: bool = False
    count: int = 0
    names: list[str] = field(default_factory=list)

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        self.count += 1
        self.names.append(name)
        if self.count == self.at and not self.after:
            raise Killed
        result = operation()
        if self.count == self.at:
            raise Killed
        return result


@dataclass
class MortalStore:
    """A store whose every operation may be the process's last."""

    inner: MemoryKeyStore
    killer: Killer

    def read(self) -> KeySnapshot:
        snapshot: KeySnapshot = self.killer.run("store read", self.inner.read)
        return snapshot

    def write(self, change: KeyChange) -> None:
        self.killer.run("store write", lambda: self.inner.write(change))


class MortalSource:
    """A source whose every operation may be the process's last, with whatever it keeps outside the store."""

    def __init__(self, inner: KeySource, killer: Killer) -> None:
        self.inner, self.killer, self.kind = inner, killer, inner.kind

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self.inner, name)
        return lambda *args: self.killer.run(f"{self.kind} {name}", lambda: operation(*args))


class MortalSources:
    """A ladder of such sources."""

    def __init__(self, inner: KeyLadder, killer: Killer) -> None:
        self.inner, self.killer = inner, killer

    def first(self) -> Any:
        return MortalSource(self.inner.first(), self.killer)

    def of(self, record: Any) -> Any:
        return MortalSource(self.inner.of(record), self.killer)

    def new(self, kind: str) -> Any:
        return MortalSource(self.inner.new(kind), self.killer)

    def discard(self, record: Any) -> bool:
        return bool(self.killer.run("discard", lambda: self.inner.discard(record)))


@dataclass
class Home:
    """What outlives a process: the store, the keychain, and what the owner knows."""

    backend: Any
    finder: Callable[[str | None], Any]
    ask: Any
    store: MemoryKeyStore = field(default_factory=MemoryKeyStore)

    def ladder(self, environment: dict[str, str] | None = None) -> KeyLadder:
        return KeyLadder("home", environment or {}, self.ask, self.finder)

    def vault(self, environment: dict[str, str] | None = None, killer: Killer | None = None) -> Vault:
        if killer is None:
            return Vault(self.store, self.ladder(environment))
        return Vault(MortalStore(self.store, killer), MortalSources(self.ladder(environment), killer))


@pytest.fixture
def make_home(
    make_backend: Any, make_finder: Any, make_person: Any, cheap: Argon2Cost, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Home]:
    monkeypatch.setattr(PassphraseSource.__init__, "__defaults__", (cheap, ""))

    def make() -> Home:
        backend = make_backend()
        return Home(backend, make_finder(backend), make_person(GOOD))

    return make


def environment_of(kind: str, key: str) -> dict[str, str]:
    return {VARIABLE: key} if kind == "environment" else {}


def source_of(home: Home, kind: str, key: str) -> KeySource:
    if kind == "environment":
        return EnvironmentSource({VARIABLE: key})
    return PassphraseSource(home.ask) if kind == "passphrase" else home.ladder().first()


def fill(home: Home, kind: str) -> dict[str, bytes]:
    """Two integrations under a key of this kind; their sealed credentials."""
    environment = environment_of(kind, OLD_KEY)
    vault = home.vault(environment)
    if kind == "passphrase":
        vault.start_over(PassphraseSource(home.ask))
    vault.unlock()
    for uuid in PLACES:
        vault.new_data_key(uuid)
    return {uuid: vault.seal_fields(uuid, place, {"token": uuid}) for uuid, place in PLACES.items()}


def reopened(home: Home, *kinds: str) -> Vault:
    """The vault as a new process opens it, with whichever variable the home needs now."""
    environments = [environment_of(kind, key) for kind, key in zip(kinds, (OLD_KEY, NEW_KEY), strict=True)]
    unique = [environment for index, environment in enumerate(environments) if environment not in environments[:index]]
    opened = []
    for environment in unique:
        vault = home.vault(environment)
        try:
            vault.unlock()
        except (LostKeyError, WrongKeyError):
            continue
        opened.append(vault)
    assert len(opened) == 1, "exactly one of the keys that the owner has opens the books"
    return opened[0]


def check_nothing_left(home: Home) -> None:
    """One active record, and in the keychain its entry or nothing."""
    [record] = home.store.read().masters
    assert record.state is KeyState.ACTIVE
    expected = [("paydesk", f"home/{record.id}")] if record.kind == "keychain" else []
    assert list(home.backend.entries) == expected


def operations(run: Callable[[Killer], None]) -> int:
    killer = Killer()
    run(killer)
    assert "store write" in killer.names
    return killer.count


KINDS = ("keychain", "passphrase", "environment")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("new", KINDS)
@pytest.mark.parametrize("old", KINDS)
def test_a_rotation_killed_at_any_point_opens_again(
    make_home: Callable[[], Home], old: str, new: str, after: bool
) -> None:
    def rotate(home: Home, killer: Killer) -> None:
        vault = home.vault(environment_of(old, OLD_KEY), killer)
        vault.unlock()
        vault.rotate(MortalSource(source_of(home, new, NEW_KEY), killer))

    def undisturbed(killer: Killer) -> None:
        home = make_home()
        fill(home, old)
        rotate(home, killer)
        check_nothing_left(home)
        assert home.store.read().masters[0].kind == new

    total = operations(undisturbed)
    assert total >= 10
    for at in range(1, total + 1):
        home = make_home()
        sealed = fill(home, old)
        code = home.vault(environment_of(old, OLD_KEY))
        code.unlock()
        recovery = code.create_recovery_key()
        with pytest.raises(Killed):
            rotate(home, Killer(at, after))
        vault = reopened(home, old, new)
        for uuid, place in PLACES.items():
            assert vault.open_fields(uuid, place, sealed[uuid]) == {"token": Secret(uuid)}
        check_nothing_left(home)
        rescued = home.vault()
        rescued.recover(recovery)
        assert rescued.open_fields(ONE, PLACES[ONE], sealed[ONE]) == {"token": Secret(ONE)}
        # And the rotation that was killed can be done after all.
        kind = home.store.read().masters[0].kind
        if "environment" not in (kind, new) or kind != new:
            vault.rotate(source_of(home, new, NEW_KEY))
            assert vault.open_fields(TWO, PLACES[TWO], sealed[TWO]) == {"token": Secret(TWO)}
            check_nothing_left(home)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["keychain", "environment"])
def test_a_first_opening_killed_at_any_point_can_be_done_again(
    make_home: Callable[[], Home], kind: str, after: bool
) -> None:
    environment = environment_of(kind, OLD_KEY)
    total = operations(lambda killer: make_home().vault(environment, killer).unlock())
    for at in range(1, total + 1):
        home = make_home()
        with pytest.raises(Killed):
            home.vault(environment, Killer(at, after)).unlock()
        vault = home.vault(environment)
        vault.unlock()
        vault.new_data_key(ONE)
        sealed = vault.seal_fields(ONE, PLACES[ONE], {"token": "t"})
        check_nothing_left(home)
        assert reopened(home, kind, "keychain").open_fields(ONE, PLACES[ONE], sealed) == {"token": Secret("t")}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_starting_over_killed_at_any_point_loses_nothing_before_the_switch_and_opens_after_it(
    make_home: Callable[[], Home], after: bool
) -> None:
    def start_over(home: Home, killer: Killer) -> None:
        home.vault(killer=killer).start_over(MortalSource(home.ladder().first(), killer))

    def undisturbed(killer: Killer) -> None:
        home = make_home()
        fill(home, "keychain")
        start_over(home, killer)
        check_nothing_left(home)

    for at in range(1, operations(undisturbed) + 1):
        home = make_home()
        sealed = fill(home, "keychain")
        with pytest.raises(Killed):
            start_over(home, Killer(at, after))
        vault = home.vault()
        vault.unlock()
        check_nothing_left(home)
        if vault.has_data_key(ONE):
            assert vault.open_fields(ONE, PLACES[ONE], sealed[ONE]) == {"token": Secret(ONE)}
        else:
            vault.new_data_key(ONE)
            assert vault.seal_fields(ONE, PLACES[ONE], {"token": "t"})


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_recovery_killed_at_any_point_can_be_done_again(make_home: Callable[[], Home], after: bool) -> None:
    def lost_home() -> tuple[Home, dict[str, bytes], Secret[str]]:
        home = make_home()
        sealed = fill(home, "keychain")
        vault = home.vault()
        vault.unlock()
        code = vault.create_recovery_key()
        home.backend.entries.clear()
        return home, sealed, code

    def recover(home: Home, code: Secret[str], killer: Killer) -> None:
        vault = home.vault(killer=killer)
        vault.recover(code)
        vault.rotate(MortalSource(home.ladder().first(), killer))

    def undisturbed(killer: Killer) -> None:
        home, _, code = lost_home()
        recover(home, code, killer)

    for at in range(1, operations(undisturbed) + 1):
        home, sealed, code = lost_home()
        with pytest.raises(Killed):
            recover(home, code, Killer(at, after))
        recover(home, code, Killer())
        vault = home.vault()
        vault.unlock()
        assert vault.open_fields(ONE, PLACES[ONE], sealed[ONE]) == {"token": Secret(ONE)}
        check_nothing_left(home)
