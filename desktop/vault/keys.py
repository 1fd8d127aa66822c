"""Where the master key comes from: the environment, the system's keychain, or a passphrase; the demo's lives in memory.

Each step of that ladder is a ``KeySource``. A new home takes the first step that this computer offers; from then on the
key record says which one, and no other is tried in its place. Nothing ever writes a key into a plain file.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from desktop.errors import CancelledError
from desktop.vault.errors import (
    DamagedKeysError,
    KeychainError,
    LostKeyError,
    MalformedKeyError,
    NoKeyPlaceError,
    PassphraseError,
    SealBrokenError,
    WrongKeyError,
)
from desktop.vault.key_records import Params, is_key_of, params_of, text_param, whole_param
from desktop.vault.keychain import Keychain, NoKeychainError, find_keychain
from desktop.vault.passphrase import SALT_BYTES, SHORTEST, Argon2Cost, Ask, Purpose, Question, derive
from desktop.vault.sealing import KEY_BYTES, MasterKey, decrypt, encrypt
from desktop.vault.secret import Secret
from desktop.vault.store import MasterRecord

VARIABLE = "PAYDESK_MASTER_KEY"
ATTEMPTS = 3

ENVIRONMENT = "environment"
KEYCHAIN = "keychain"
PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
MEMORY = "memory"
KEPT_NOWHERE = frozenset({ENVIRONMENT, PASSPHRASE, MEMORY})  # nothing outlives the record that would need deleting


@dataclass(frozen=True, slots=True)
class Prepared:
    """A key that no home uses yet, and what its record will have to say."""

    key: MasterKey
    params: Params


@dataclass(frozen=True, slots=True)
class Loaded:
    """A key that was found. ``params`` are better ones for its record (a passphrase's higher cost), if any."""

    key: MasterKey
    params: Params | None = None


class KeySource(Protocol):
    """One step of the ladder. Every method may wait for a person or the keychain: never on the UI thread."""

    @property
    def kind(self) -> str:
        """The name that a key record has for this step."""
        ...

    def prepare(self) -> Prepared:
        """A key for a home to start with or to rotate to; nothing is kept yet."""
        ...

    def keep(self, record: MasterRecord, key: MasterKey) -> None:
        """Keep the key durably where ``load`` finds it, beside whatever is kept there already."""
        ...

    def load(self, record: MasterRecord) -> Loaded:
        """The key of the record. Raises an error of ``desktop.vault.errors``; never makes a key."""
        ...

    def discard(self, record: MasterRecord) -> None:
        """Delete what ``keep`` kept for this record; nothing there is fine."""
        ...


class KeySources(Protocol):
    """Which source a home is to use."""

    def first(self) -> KeySource:
        """The source for a home that has no key yet."""
        ...

    def of(self, record: MasterRecord) -> KeySource:
        """The source that holds the key of this record."""
        ...

    def new(self, kind: str) -> KeySource:
        """The source of this kind for a key that takes another's place; with "" the one that a new home would take."""
        ...

    def discard(self, record: MasterRecord) -> bool:
        """Delete what is kept of a retired key. False: its place cannot be reached from here; try another time."""
        ...


class EnvironmentSource:
    """The key in ``PAYDESK_MASTER_KEY``: 32 bytes, base64. Keeping it is the owner's affair."""

    kind = ENVIRONMENT

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @property
    def is_set(self) -> bool:
        """Whether the variable holds anything at all."""
        return bool(self._environment.get(VARIABLE, "").strip())

    def key(self) -> MasterKey:
        """The key. Raises ``MalformedKeyError`` for anything but 32 bytes of base64 (either alphabet)."""
        text = self._environment.get(VARIABLE, "").strip().replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != KEY_BYTES:
            raise MalformedKeyError(
                "The master key is malformed",
                f"{VARIABLE} must hold {KEY_BYTES} bytes in base64.",
                "Make one with: openssl rand -base64 32",
            )
        return MasterKey(Secret(raw))

    def prepare(self) -> Prepared:
        """As ``KeySource.prepare``."""
        return Prepared(self.key(), {})

    def keep(self, record: MasterRecord, key: MasterKey) -> None:
        """Nothing to do: it is in the environment."""

    def load(self, record: MasterRecord) -> Loaded:
        """As ``KeySource.load``."""
        if not self.is_set:
            raise LostKeyError(f"These books are sealed with the key in {VARIABLE}, which is not set.")
        key = self.key()
        if not is_key_of(record, key):
            raise WrongKeyError(
                "Not the key of these books",
                f"{VARIABLE} holds another key than the one these books are sealed with ({record.id}).",
                "Set the variable to the key of these books.",
            )
        return Loaded(key)

    def discard(self, record: MasterRecord) -> None:
        """Nothing to do: it is in the environment."""


class KeychainSource:
    """A random key in the system's keychain: service ``paydesk``, user ``<home id>/<key id>``."""

    kind = KEYCHAIN

    def __init__(self, home_id: str, find: Callable[[str | None], Keychain] = find_keychain) -> None:
        self._home_id = home_id
        self._find = find

    def prepare(self) -> Prepared:
        """As ``KeySource.prepare``. Raises ``KeychainError`` where there is no keychain."""
        name = self._find(None).name
        key = MasterKey.new()
        return Prepared(key, {"keychain": name, "user": f"{self._home_id}/{key.id}"})

    def keep(self, record: MasterRecord, key: MasterKey) -> None:
        """Write the entry and read it back: some keychains take an entry and forget it."""
        keychain, user = self._entry(record)
        value = Secret(base64.b64encode(key.material.reveal()).decode("ascii"))
        keychain.write(user, value)
        if keychain.read(user) != value:
            raise KeychainError(
                "The keychain did not keep the key",
                f"{keychain.name} took the key and gave back something else.",
                "Choose a passphrase instead.",
            )

    def load(self, record: MasterRecord) -> Loaded:
        """As ``KeySource.load``."""
        keychain, user = self._entry(record)
        entry = keychain.read(user)
        if entry is None:
            raise LostKeyError(f"{keychain.name} no longer holds the key of these books.")
        try:
            key = MasterKey(Secret(base64.b64decode(entry.reveal(), validate=True)))
        except ValueError:
            raise _damaged_entry(keychain) from None
        if not is_key_of(record, key):
            raise _damaged_entry(keychain)
        return Loaded(key)

    def discard(self, record: MasterRecord) -> None:
        """As ``KeySource.discard``."""
        keychain, user = self._entry(record)
        keychain.delete(user)

    def _entry(self, record: MasterRecord) -> tuple[Keychain, str]:
        params = params_of(record)
        user = text_param(params, "user")
        return self._find(text_param(params, "keychain")), user


class PassphraseSource:
    """A random key, itself sealed under a passphrase in the key record.

    The passphrase is asked for through ``ask``. When the recorded cost is below ``cost``, opening seals it again at
    the higher one. ``reason`` is told when a passphrase is to be chosen.
    """

    kind = PASSPHRASE

    def __init__(self, ask: Ask, cost: Argon2Cost | None = None, reason: str = "") -> None:
        self._ask = ask
        self._cost = cost if cost is not None else Argon2Cost()
        self._reason = reason

    def prepare(self) -> Prepared:
        """Ask for a new passphrase. Raises ``CancelledError`` or, after three short ones, ``PassphraseError``."""
        reason = self._reason
        for attempt in range(1, ATTEMPTS + 1):
            passphrase = self._answer(Question(Purpose.CHOOSE, attempt, reason))
            if len(passphrase.reveal()) >= SHORTEST:
                key = MasterKey.new()
                return Prepared(key, self._sealed(passphrase, key))
            reason = f"Use at least {SHORTEST} characters; several words are easy to remember."
        raise PassphraseError(
            "The passphrase is too short", f"A passphrase has at least {SHORTEST} characters.", "Try again."
        )

    def keep(self, record: MasterRecord, key: MasterKey) -> None:
        """Nothing to do: the record holds it."""

    def load(self, record: MasterRecord) -> Loaded:
        """Ask until the passphrase opens the record, three times at most, then raise ``WrongKeyError``."""
        params = params_of(record)
        cost = Argon2Cost(*(whole_param(params, name) for name in ("memory_kib", "passes", "lanes")))
        salt = _salt(params)
        sealed = text_param(params, "sealed").encode("ascii", "replace")
        reason = ""
        for attempt in range(1, ATTEMPTS + 1):
            passphrase = self._answer(Question(Purpose.OPEN, attempt, reason))
            try:
                key = MasterKey(decrypt(derive(passphrase, salt, cost), PASSPHRASE, (PASSPHRASE, record.id), sealed))
            except SealBrokenError:
                # The record's digest held, so it is the passphrase that is wrong.
                reason = "That is not the passphrase of these books."
                continue
            if not is_key_of(record, key):
                raise DamagedKeysError("The passphrase is right, but what it opens is not the key of these books.")
            if cost.is_below(self._cost):
                return Loaded(key, {**params, **self._sealed(passphrase, key)})
            return Loaded(key)
        raise WrongKeyError(
            "Wrong passphrase",
            f"That was not the passphrase of these books, {ATTEMPTS} times.",
            "Try again, or use the recovery key.",
        )

    def discard(self, record: MasterRecord) -> None:
        """Nothing to do: it goes with the record."""

    def _answer(self, question: Question) -> Secret[str]:
        passphrase = self._ask(question)
        if passphrase is None:
            raise CancelledError(
                "No passphrase was given", "The vault stays closed.", "Start again and give the passphrase."
            )
        return passphrase

    def _sealed(self, passphrase: Secret[str], key: MasterKey) -> dict[str, object]:
        salt = secrets.token_bytes(SALT_BYTES)
        derived = derive(passphrase, salt, self._cost)
        sealed = encrypt(derived, PASSPHRASE, (PASSPHRASE, key.id), key.material.reveal())
        return {
            "algorithm": "argon2id",
            "memory_kib": self._cost.memory_kib,
            "passes": self._cost.passes,
            "lanes": self._cost.lanes,
            "salt": base64.b64encode(salt).decode("ascii"),
            "sealed": sealed.decode("ascii"),
        }


class MemorySource:
    """A random key that lives in this object only: the demo's, and the tests'."""

    kind = MEMORY

    def __init__(self) -> None:
        self._keys: dict[str, MasterKey] = {}

    def prepare(self) -> Prepared:
        """As ``KeySource.prepare``."""
        return Prepared(MasterKey.new(), {})

    def keep(self, record: MasterRecord, key: MasterKey) -> None:
        """Hold it."""
        self._keys[record.id] = key

    def load(self, record: MasterRecord) -> Loaded:
        """As ``KeySource.load``."""
        key = self._keys.get(record.id)
        if key is None:
            raise LostKeyError("The key of these books lived only in the program that made it.")
        return Loaded(key)

    def discard(self, record: MasterRecord) -> None:
        """Forget it."""
        self._keys.pop(record.id, None)


class OneSource:
    """A single source for everything: the demo's memory, or a test's."""

    def __init__(self, source: KeySource) -> None:
        self._source = source

    def first(self) -> KeySource:
        """As ``KeySources.first``."""
        return self._source

    def of(self, record: MasterRecord) -> KeySource:
        """As ``KeySources.of``."""
        if record.kind != self._source.kind:
            raise LostKeyError(f"The key of these books is kept elsewhere ({record.kind}).")
        return self._source

    def new(self, kind: str) -> KeySource:
        """As ``KeySources.new``."""
        return self._source

    def discard(self, record: MasterRecord) -> bool:
        """As ``KeySources.discard``."""
        if record.kind == self._source.kind:
            self._source.discard(record)
            return True
        return record.kind in KEPT_NOWHERE


class KeyLadder:
    """The design's order for a real home: ``PAYDESK_MASTER_KEY``, else the keychain, else a passphrase.

    ``ask`` is None where nobody can be asked. A keychain that is there but locked is an error, not a reason to take
    the next step: who wants a passphrase instead says so by giving ``Vault`` a ``PassphraseSource`` to rotate to.
    """

    def __init__(
        self,
        home_id: str,
        environment: Mapping[str, str],
        ask: Ask | None = None,
        find: Callable[[str | None], Keychain] = find_keychain,
    ) -> None:
        self._environment = EnvironmentSource(environment)
        self._keychain = KeychainSource(home_id, find)
        self._ask = ask
        self._find = find

    def first(self) -> KeySource:
        """As ``KeySources.first``. Raises ``NoKeyPlaceError`` when no step is there."""
        if self._environment.is_set:
            return self._environment
        try:
            self._find(None)
        except NoKeychainError:
            if self._ask is not None:
                return PassphraseSource(
                    self._ask, reason="There is no keychain here, so a passphrase protects the credentials."
                )
            raise NoKeyPlaceError(
                "No place for the master key",
                "There is no keychain here and nobody to ask for a passphrase.",
                f"Set {VARIABLE} (openssl rand -base64 32), or run it from a terminal.",
            ) from None
        return self._keychain

    def new(self, kind: str) -> KeySource:
        """As ``KeySources.new``. Raises ``NoKeyPlaceError`` where nobody can be asked for a passphrase."""
        if kind == ENVIRONMENT:
            return self._environment
        if kind == KEYCHAIN:
            return self._keychain
        if kind == PASSPHRASE:
            if self._ask is not None:
                return PassphraseSource(self._ask, reason="The new passphrase protects the credentials from now on.")
            raise NoKeyPlaceError(
                "A passphrase is needed", "There is nobody to ask for a new passphrase.", "Run it from a terminal."
            )
        return self.first()

    def of(self, record: MasterRecord) -> KeySource:
        """As ``KeySources.of``: the step that the record names.

        A variable that is set is meant: when it holds another key, that is an error and not passed over.
        """
        if record.kind == ENVIRONMENT:
            return self._environment
        if self._environment.is_set:
            # An exported copy of the key opens what another step holds.
            if self._environment.key().id == record.id:
                return self._environment
            raise WrongKeyError(
                "Not the key of these books",
                f"{VARIABLE} is set, but these books are sealed with another key ({record.kind} {record.id}).",
                f"Unset {VARIABLE}.",
            )
        if record.kind == KEYCHAIN:
            return self._keychain
        if record.kind == PASSPHRASE:
            if self._ask is not None:
                return PassphraseSource(self._ask)
            raise NoKeyPlaceError(
                "A passphrase is needed",
                "These books open with a passphrase and there is nobody to ask.",
                "Run it from a terminal, or open the books in the window.",
            )
        raise LostKeyError(f"The key of these books is kept where this program cannot look ({record.kind}).")

    def discard(self, record: MasterRecord) -> bool:
        """As ``KeySources.discard``."""
        if record.kind == KEYCHAIN:
            self._keychain.discard(record)
            return True
        return record.kind in KEPT_NOWHERE


def _salt(params: Params) -> bytes:
    try:
        return base64.b64decode(text_param(params, "salt"), validate=True)
    except ValueError:
        raise DamagedKeysError("The record of the passphrase cannot be read.") from None


def _damaged_entry(keychain: Keychain) -> DamagedKeysError:
    return DamagedKeysError(f"The entry in {keychain.name} is not the key of these books.")
